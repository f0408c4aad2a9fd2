"""Small tasks that come round again and again: each by its own rhythm, and a fault of one stops none."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.ledger.db import DATABASE_VAEK

log = logging.getLogger(__name__)

#: Seconds that a task under way may take to come to its end when everything stops; then it is cut off.
_FAERDIG = 2.0


@dataclass(frozen=True, slots=True)
class Opgave:
    """``arbejde`` is called every ``sekunder``; ``navn`` is what the log calls it."""

    navn: str
    sekunder: float
    arbejde: Callable[[], Awaitable[object]]


class Periodisk:
    """Runs its tasks between ``start`` and ``stop``."""

    def __init__(self, opgaver: list[Opgave]) -> None:
        self._opgaver = opgaver
        self._loekker: list[asyncio.Task[None]] = []
        self._slut = asyncio.Event()

    async def start(self) -> None:
        self._loekker = [asyncio.create_task(self._loekke(o), name=o.navn) for o in self._opgaver]

    async def stop(self) -> None:
        """Begins nothing more; what is under way comes to its end, unless that takes long."""
        self._slut.set()
        if self._loekker:
            await asyncio.wait(self._loekker, timeout=_FAERDIG)
        for t in self._loekker:
            t.cancel()
        await asyncio.gather(*self._loekker, return_exceptions=True)

    async def _loekke(self, o: Opgave) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._slut.wait(), o.sekunder)
            if self._slut.is_set():
                return
            try:
                await o.arbejde()
            except DATABASE_VAEK as fejl:
                log.warning("periodic_database_away", extra={"opgave": o.navn, "fejl": type(fejl).__name__})
            except Exception:
                log.exception("periodic_failed", extra={"opgave": o.navn})
