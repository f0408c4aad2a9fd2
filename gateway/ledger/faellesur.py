"""The time that all replicas go by: PostgreSQL's. Leases, quiet times and waits are written by one replica and judged by
another, so a wall clock that is off, or is set while a replica runs, must not count.

Each replica asks PostgreSQL now and then, and in between carries the answer on by the machine's own steady clock, which
nobody sets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

#: How long an answer may take to be believed (seconds), and how often it is asked for at a time.
_HOEJST, _PROEVER = 1.0, 5


def _stadig() -> float:
    """Seconds on a clock that only goes on, also while the machine sleeps where the system has such a one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Faellesur:
    """Call it for the present time (aware). ``stil`` must have succeeded once before; ``stadig`` gives steady seconds."""

    def __init__(self, pulje: asyncpg.Pool, stadig: Callable[[], float] = _stadig) -> None:
        self._pulje = pulje
        self._stadig = stadig
        self._tid: datetime | None = None
        self._ved = 0.0

    async def stil(self) -> None:
        """Sets it by PostgreSQL. Raises what the database raises when it is away: the time then goes on as it was, as it
        does when the answer took long (this process stood still meanwhile): such an answer says too little."""
        async with self._pulje.acquire() as conn:
            for _ in range(_PROEVER):
                foer = self._stadig()
                tid: datetime = await conn.fetchval("select clock_timestamp()")
                efter = self._stadig()
                if efter - foer <= _HOEJST:
                    self._tid, self._ved = tid, (foer + efter) / 2
                    return
        if self._tid is None:
            raise TimeoutError("PostgreSQL takes longer than a second to tell the time")

    def __call__(self) -> datetime:
        if self._tid is None:
            raise RuntimeError("the clock has not been set")
        return self._tid + timedelta(seconds=self._stadig() - self._ved)
