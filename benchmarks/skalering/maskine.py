"""What the model's gateway stands on: a clock, processor cores, and PostgreSQL with its disk and its notification lock."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from benchmarks.skalering.kost import Trin


class Ur:
    """The model's clock. What is planned for one moment happens in the order in which it was planned."""

    def __init__(self) -> None:
        self.nu = 0.0
        self._nr = 0
        self._plan: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []

    def om(self, tid: float, hvad: Callable[..., None], *argumenter: Any) -> None:
        """``hvad`` at ``tid``."""
        self._nr += 1
        heapq.heappush(self._plan, (tid, self._nr, hvad, argumenter))

    def koer(self) -> None:
        """Until nothing is planned any more."""
        while self._plan:
            self.nu, _, hvad, argumenter = heapq.heappop(self._plan)
            hvad(*argumenter)


class Station:
    """``kerner`` servers, first come first served."""

    def __init__(self, kerner: int) -> None:
        self._fri = [0.0] * kerner
        self.brugt = 0.0

    def brug(self, nu: float, sekunder: float) -> float:
        """When work of so many seconds, asked for now, is done."""
        slut = max(nu, self._fri[0]) + sekunder
        heapq.heapreplace(self._fri, slut)
        self.brugt += sekunder
        return slut


class Lager:
    """PostgreSQL: processor cores, a disk whose flush (``commit`` seconds) serves all that wait for it, and the lock that those who
    notify hold while they commit. ``ventetid``: what a transaction's round trips take. ``vaegt``: on processor time."""

    def __init__(self, ur: Ur, kerner: int, commit: float, ventetid: float, vaegt: float = 1.0) -> None:
        self._ur, self._commit, self._ventetid, self._vaegt = ur, commit, ventetid, vaegt
        self.kerner = Station(kerner)
        self.transaktioner = self.flush = 0
        self.wal = 0.0
        self.wal_pr_sekund: Counter[int] = Counter()
        self.flush_pr_sekund: Counter[int] = Counter()
        self._flush_til = 0.0
        self._naeste: list[Callable[[], None]] = []
        self._laast = False
        self._vil_laase: deque[Callable[[], None]] = deque()

    def arbejd(self, trin: Trin, antal: float, del_: float, efter: Callable[[], None]) -> None:
        """A part (``del_`` of 1) of a stage's transaction of so many pieces: its processor time and its round trips."""
        faerdig = self.kerner.brug(self._ur.nu, trin.pg(antal) * self._vaegt * del_)
        self._ur.om(faerdig + self._ventetid * del_, efter)

    def bekraeft(self, trin: Trin, antal: float, efter: Callable[[], None], *, giver_besked: bool) -> None:
        """Commits it; ``efter`` when it is durable. ``giver_besked``: it notifies."""
        self.transaktioner += 1
        self.wal += trin.bytes(antal)
        self.wal_pr_sekund[int(self._ur.nu)] += round(trin.bytes(antal))
        (self._laas if giver_besked else self._skyl)(efter)

    def tillaeg(self, sekunder: float, wal: float = 0.0) -> None:
        """Work that nobody here waits for, within another's transaction or without a commit."""
        self.wal += wal
        self.kerner.brug(self._ur.nu, sekunder * self._vaegt)

    def _laas(self, efter: Callable[[], None]) -> None:
        if self._laast:
            self._vil_laase.append(efter)
            return
        self._laast = True

        def faerdig() -> None:
            self._laast = False
            if self._vil_laase:
                self._laas(self._vil_laase.popleft())
            efter()

        self._skyl(faerdig)

    def _skyl(self, efter: Callable[[], None]) -> None:
        self._naeste.append(efter)
        if len(self._naeste) == 1:
            self._ur.om(max(self._ur.nu, self._flush_til), self._begynd)

    def _begynd(self) -> None:
        med, self._naeste = self._naeste, []
        nu = self._ur.nu
        self._flush_til = nu + self._commit
        self.flush += 1
        self.flush_pr_sekund[int(nu)] += 1
        for efter in med:
            self._ur.om(self._flush_til, efter)
