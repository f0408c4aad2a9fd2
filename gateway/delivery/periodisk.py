"""Small tasks that come round again and again: each by its own rhythm, and a fault of one stops none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gateway.ledger.db import DATABASE_VAEK

log = logging.getLogger(__name__)


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

    async def start(self) -> None:
        self._loekker = [asyncio.create_task(self._loekke(o), name=o.navn) for o in self._opgaver]

    async def stop(self) -> None:
        for t in self._loekker:
            t.cancel()
        await asyncio.gather(*self._loekker, return_exceptions=True)

    @staticmethod
    async def _loekke(o: Opgave) -> None:
        while True:
            await asyncio.sleep(o.sekunder)
            try:
                await o.arbejde()
            except DATABASE_VAEK as fejl:
                log.warning("periodic_database_away", extra={"opgave": o.navn, "fejl": type(fejl).__name__})
            except Exception:
                log.exception("periodic_failed", extra={"opgave": o.navn})
