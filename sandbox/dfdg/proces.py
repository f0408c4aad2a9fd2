"""Starts the stand-in as a process of its own and stops it again."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson

_STARTTID = 20.0
_STOPTID = 10.0


class Startfejl(Exception):
    """The stand-in did not come up; the text says what it wrote on stderr."""


@dataclass(slots=True)
class Proces:
    """A running stand-in. ``base_url`` is the services' address, ``admin`` the admin API's, ``log`` its log."""

    pid: int
    port: int
    adminport: int
    log: Path
    _kommando: list[str] = field(repr=False)
    _data: Path = field(repr=False)
    _barn: Process = field(repr=False)

    @property
    def base_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def admin(self) -> str:
        return f"http://127.0.0.1:{self.adminport}"

    @property
    def lever(self) -> bool:
        return self._barn.returncode is None

    async def stop(self) -> int:
        """A clean stop (SIGTERM; killed after ten seconds). Gives the exit code."""
        return await _afslut(self._barn)

    async def draeb(self) -> None:
        """kill -9."""
        if self.lever:
            self._barn.kill()
        await self._barn.wait()

    async def genstart(self) -> None:
        """Stops it if it runs and starts it again on the same ports with the same log. Raises Startfejl."""
        if self.lever:
            await self.stop()
        kommando = [*self._kommando, "--listen", f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.adminport}"]
        self._barn, _ = await _start(kommando, self._data)
        self.pid = self._barn.pid


async def start(
    *,
    cert: Path,
    ca: Path,
    data: Path,
    log: Path | None = None,
    port: int = 0,
    adminport: int = 0,
    today: date | None = None,
    alene: bool = False,
    star_cert: Path | None = None,
    webhook_ca: Path | None = None,
    abonnementer: Sequence[str] = (),
) -> Proces:
    """Starts a stand-in on loopback ports (0: free ones) and waits until it serves.

    ``cert``: the server's key and chain in one PEM file; ``ca``: the CA of the client certificates; ``log``: by default
    ``dfdg.jsonl`` in ``data``. Unless ``alene`` it ends with the thread that started it, so call it from the main
    thread's loop. ``star_cert`` (key and chain) is shown to webhooks, whose certificates must come from ``webhook_ca``;
    ``abonnementer``: ``akasse:01=https://host:port#60010,90000``. Raises Startfejl with what it wrote on stderr.
    """
    log = log or data / "dfdg.jsonl"
    kommando = [sys.executable, "-m", "sandbox.dfdg", "--cert", str(cert), "--ca", str(ca), "--log", str(log)]
    kommando += ["--data", str(data)]
    if alene:
        kommando.append("--alene")
    if star_cert is not None:
        kommando += ["--star-cert", str(star_cert)]
    if webhook_ca is not None:
        kommando += ["--webhook-ca", str(webhook_ca)]
    foerste = [*kommando, "--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{adminport}"]
    if today is not None:
        foerste += ["--today", today.isoformat()]
    for abonnement in abonnementer:
        foerste += ["--abonner", abonnement]
    barn, klar = await _start(foerste, data)
    return Proces(barn.pid, klar["port"], klar["admin"], log, kommando, data, barn)


async def _start(kommando: list[str], data: Path) -> tuple[Process, dict[str, int]]:
    stderr = _stderr(data)
    with stderr.open("wb") as fejlfil:
        # A session of its own: Ctrl-C reaches the parent alone, which then stops it.
        barn = await asyncio.create_subprocess_exec(
            *kommando, stdin=DEVNULL, stdout=PIPE, stderr=fejlfil, start_new_session=True
        )
    try:
        assert barn.stdout is not None
        linje = await asyncio.wait_for(barn.stdout.readline(), _STARTTID)
        klar: dict[str, int] = orjson.loads(linje)
    except (TimeoutError, orjson.JSONDecodeError):
        await _afslut(barn)
        tekst = stderr.read_text(errors="replace")[-2000:]
        raise Startfejl(f"the stand-in for DFDG did not come up: {tekst}") from None
    except BaseException:
        await _afslut(barn)
        raise
    return barn, klar


def _stderr(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    return data / "dfdg.stderr"


async def _afslut(barn: Process) -> int:
    if barn.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            barn.terminate()
        try:
            await asyncio.wait_for(barn.wait(), _STOPTID)
        except TimeoutError:
            barn.kill()
    return await barn.wait()
