"""What day it is, for deadlines, warnings and statistics: the system's clock, or (replays and tests) the events' own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Protocol

import asyncpg

from gateway.rules.model import KOEBENHAVN

#: (topic, partition) -> the offset after its last record.
Ender = Callable[[], Awaitable[Mapping[tuple[str, int], int]]]


def dag(tid: datetime) -> date:
    """The day of an aware time in Copenhagen."""
    return tid.astimezone(KOEBENHAVN).date()


class Dagsur(Protocol):
    """``idag``: the day in Copenhagen; None while it can't be known."""

    async def idag(self) -> date | None: ...


class Systemur:
    """The day of ``ur``, which gives the present time (aware)."""

    def __init__(self, ur: Callable[[], datetime]) -> None:
        self._ur = ur

    async def idag(self) -> date | None:
        return dag(self._ur())


class Haendelsesur:
    """The day by accepted events' ``time``: that of the slowest partition which is not read to its end; when all are, the
    newest of all. None while a partition with events has had none of them accepted.

    ``ender`` asks Kafka for every partition's end.
    """

    def __init__(self, pulje: asyncpg.Pool, ender: Ender) -> None:
        self._pulje = pulje
        self._ender = ender

    async def idag(self) -> date | None:
        # The ends first: a partition that is at its end afterwards has had all of it accepted.
        ender = await self._ender()
        raekker = await self._pulje.fetch("select topic, partition, naeste, seneste_tid from topic_offset")
        laest = {(r["topic"], r["partition"]): (r["naeste"], r["seneste_tid"]) for r in raekker}
        bagud = [d for d, ende in ender.items() if ende > laest.get(d, (0, None))[0]]
        if bagud:
            tider = [laest[d][1] if d in laest else None for d in bagud]
            kendte = [t for t in tider if t is not None]
            return dag(min(kendte)) if len(kendte) == len(tider) else None
        kendte = [tid for _, tid in laest.values() if tid is not None]
        return dag(max(kendte)) if kendte else None


__all__ = ["Dagsur", "Ender", "Haendelsesur", "Systemur", "dag"]
