"""Child processes that die with their parent, and free ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_VOGTER = Path(__file__).with_name("vogter.py")


async def start(
    kommando: Sequence[str],
    *,
    log: Path,
    doedssignal: str = "SIGKILL",
    uden_root: bool = False,
    miljoe: Mapping[str, str] | None = None,
) -> asyncio.subprocess.Process:
    """Starts ``kommando`` under the guard; stdout and stderr are appended to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as ud:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-S",
            str(_VOGTER),
            doedssignal,
            "1" if uden_root else "0",
            str(os.getpid()),
            "--",
            *kommando,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=ud,
            stderr=ud,
            env={**os.environ, **(miljoe or {})},
        )


async def stop(proces: asyncio.subprocess.Process, signal_: int = signal.SIGTERM, sekunder: float = 15) -> None:
    """Asks the process to end, and ends it when it has not after ``sekunder``."""
    if proces.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        proces.send_signal(signal_)
    try:
        await asyncio.wait_for(proces.wait(), sekunder)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            proces.kill()
        await proces.wait()


def ledige_porte(antal: int) -> list[int]:
    """Different TCP ports on 127.0.0.1 that are free now."""
    with contextlib.ExitStack() as stak:
        sokler = [stak.enter_context(socket.socket()) for _ in range(antal)]
        for sokkel in sokler:
            sokkel.bind(("127.0.0.1", 0))
        return [int(sokkel.getsockname()[1]) for sokkel in sokler]


def halen(log: Path, linjer: int = 15) -> str:
    """The last lines of a log, for error messages."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-linjer:])
    except OSError:
        return "(no log)"
