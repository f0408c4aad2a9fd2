"""What the simulation counts with: ``kost.json`` (measured, see ``maal``) and ``Antagelser`` (everything that is not)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HER = Path(__file__).parent
KOST = HER / "kost.json"


@dataclass(frozen=True, slots=True)
class Trin:
    """A stage's cost, as (a transaction, a piece): seconds of the gateway's processor, of PostgreSQL's, bytes of WAL."""

    gateway: tuple[float, float] = (0.0, 0.0)
    postgres: tuple[float, float] = (0.0, 0.0)
    wal: tuple[float, float] = (0.0, 0.0)

    def cpu(self, antal: float) -> float:
        return self.gateway[0] + antal * self.gateway[1]

    def pg(self, antal: float) -> float:
        return self.postgres[0] + antal * self.postgres[1]

    def bytes(self, antal: float) -> float:
        return self.wal[0] + antal * self.wal[1]


@dataclass(frozen=True, slots=True)
class Kost:
    """Every stage; ``beskeder``: messages out of an event; ``vaegt``: what the whole gateway's processes cost beside the
    stages' sum, by role and PostgreSQL (1: nothing more)."""

    consume: Trin = Trin()
    accept: Trin = Trin()
    claim: Trin = Trin()
    send: Trin = Trin()
    settle: Trin = Trin()
    publish: Trin = Trin()
    beskeder: float = 1.0
    vaegt: Mapping[str, float] = field(default_factory=dict)


def laes(fil: Path = KOST) -> dict[str, Any]:
    """The measured figures as they stand in the file."""
    alt: dict[str, Any] = json.loads(fil.read_text())
    return alt


def kost(maalt: Mapping[str, Any], vaegt: Mapping[str, float] | None = None) -> Kost:
    """The stages' costs of the section ``trin``, the messages an event of ``blanding``."""
    trin = {}
    for navn in ("consume", "accept", "claim", "send", "settle", "publish"):
        t = maalt["trin"][navn]
        us = {h: (t[h]["transaktion"] / 1e6, t[h]["stykke"] / 1e6) for h in ("gateway", "postgres")}
        wal = t.get("wal", {"transaktion": 0.0, "stykke": 0.0})
        trin[navn] = Trin(us["gateway"], us["postgres"], (wal["transaktion"], wal["stykke"]))
    b = maalt["blanding"]
    return Kost(**trin, beskeder=b["beskeder"] / b["haendelser"], vaegt=vaegt or {})


@dataclass(frozen=True, slots=True)
class Antagelser:
    """Nobody has measured these, or nobody can here. Change them, and every table is another.

    | field | why this figure |
    |---|---|
    | ``svartid``, ``spredning`` | DFDG's response time: median, and sigma of a lognormal (0.6: p99 is four times the median). STAR publishes none; 50 ms is what the benchmarks use |
    | ``tilladt`` | calls a second that DFDG would permit a service. STAR publishes none; also computed: what it must be |
    | ``commit`` | a commit with fsync on a production disk (this machine's own are in kost.json) |
    | ``rundtur``, ``saetninger`` | between gateway and PostgreSQL on a network; statements of a transaction, one after the other (performance.md: some twenty at settlement) |
    | ``broker`` | a produce with acks=all |
    | ``arbejdsdage``, ``timer``, ``spids`` | of a month and of a day, in which everything but payments is told; the busiest hour beside the mean |
    | ``i_forloeb`` | the share of members that are in a course at any time: all of them is the upper bound |
    | ``genaabning`` | seconds from DFDG's return until its breakers have closed: 31 + 17 in docs/reliability/efterslaeb.md |
    | ``nat``, ``formiddag`` | hours in which the month's first night, and an outage's backlog, must be through |
    | ``udnyttelse`` | how busy a process or a core may be planned to be |
    | ``genskab_mb_s``, ``genskab_timer`` | how fast a backup is restored, and how long that may take: together the largest ledger |
    | ``dage`` | how long events are kept (the default of GATEWAY_BEVARING__HAENDELSER_DAGE) |
    """

    svartid: float = 0.050
    spredning: float = 0.6
    tilladt: float = 50.0
    commit: float = 0.002
    rundtur: float = 0.0003
    saetninger: int = 20
    broker: float = 0.005
    arbejdsdage: int = 21
    timer: float = 8.0
    spids: float = 3.0
    i_forloeb: float = 1.0
    genaabning: float = 48.0
    nat: float = 6.0
    formiddag: float = 4.0
    udnyttelse: float = 0.6
    genskab_mb_s: float = 200.0
    genskab_timer: float = 4.0
    dage: int = 400


#: The one set that docs/scaling.md is computed with.
ANTAGELSER = Antagelser()
