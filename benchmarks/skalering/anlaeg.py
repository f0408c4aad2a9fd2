"""What stands (``Anlaeg``), what comes (``Haendelse``) and what a run shows (``Maalt``)."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field

from gateway.delivery.leverandoer import Leveringsopsaetning


@dataclass(frozen=True, slots=True)
class Anlaeg:
    """What stands: processes a role (``faelles``: one process has all roles), PostgreSQL's cores, partitions a topic, rates a
    service, and the times that no processor spends (seconds)."""

    consume: int = 1
    deliver: int = 1
    publish: int = 1
    faelles: bool = False
    pg_kerner: int = 4
    partitioner: int = 12
    takster: dict[str, float] = field(default_factory=dict)
    svartid: float = 0.05
    spredning: float = 0.0
    commit: float = 0.002
    ventetid: float = 0.006
    broker: float = 0.005
    levering: Leveringsopsaetning = field(default_factory=Leveringsopsaetning)


class Haendelse:
    """One event: whose, when it was on its topic, and the channels of its registrations, in order."""

    __slots__ = ("akasse", "begyndt", "borger", "kanaler", "nr", "sendt", "tid")

    def __init__(self, nr: int, tid: float, borger: int, akasse: int, kanaler: tuple[str, ...]) -> None:
        self.nr, self.tid, self.borger, self.akasse, self.kanaler = nr, tid, borger, akasse, kanaler
        self.sendt = 0
        self.begyndt = 0.0


@dataclass(slots=True)
class Maalt:
    """What a run showed. Times in seconds; ``pr_sekund`` are counts of each second of the clock."""

    ind: int = 0
    ud: int = 0
    kald: int = 0
    sidst: float = 0.0
    til_kald: array[float] = field(default_factory=lambda: array("d"))
    til_kvittering: array[float] = field(default_factory=lambda: array("d"))
    #: Seconds of processor by role.
    cpu: dict[str, float] = field(default_factory=dict)
    pg: float = 0.0
    transaktioner: int = 0
    flush: int = 0
    wal: float = 0.0
    wal_pr_sekund: Counter[int] = field(default_factory=Counter)
    flush_pr_sekund: Counter[int] = field(default_factory=Counter)
    kald_pr_sekund: Counter[int] = field(default_factory=Counter)
    portioner: Counter[str] = field(default_factory=Counter)
    laengste_koe: int = 0
    i_luften: int = 0
    accepteret: float = 0.0
    #: Integral of the number of events between topic and kvittering, event-seconds.
    areal: float = 0.0
    #: (start, end, citizen, event, registration) of every call, when asked for.
    log: list[tuple[float, float, int, int, int]] | None = None

    def kvantil(self, hvad: array[float], q: float) -> float:
        """Nearest rank; 0 when there is nothing."""
        return sorted(hvad)[min(len(hvad) - 1, math.ceil(q * len(hvad)) - 1)] if hvad else 0.0
