"""What will go wrong in a run, and when: made from the seed alone, so that the same seed gives the same faults again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

#: Limits of the gateway under test (seconds). As in production the lease outlasts an attempt (connect + send + answer),
#: and what DFDG commits late it commits before the quiet time has passed. The lease leaves several seconds for settling: on a
#: machine that does much else an answer must not wait for longer than it.
FORBIND, SEND, SVAR, LEASE, STILLETID = 1.0, 1.0, 2.5, 9.0, 3.0

#: What befalls the processes, Kafka and PostgreSQL.
PROCESFEJL = (
    "kill9",
    "sigstop",
    "rebalancestorm",
    "accept_holdt",
    "kafka_genstart",
    "pg_hurtig",
    "pg_oejeblikkelig",
    "urspring",
)
#: What DFDG does.
DFDGFEJL = (
    "nede",
    "svar_503",
    "svar_500",
    "svar_1011",
    "svar_1100",
    "intet_svar",
    "klip_foer_commit",
    "klip_efter_commit",
    "sen_commit",
    "gentagelse_412",
    "glemte_id",
    "vroevl",
    "langsomt_svar",
    "forretningsfejl",
    "adgang",
)
ARTER = (*PROCESFEJL, *DFDGFEJL)

#: How long each process fault lasts (seconds), and how long until the next one may begin.
_VARIGHED = {
    "kill9": (0.5, 2.0),
    "sigstop": (LEASE + 1.5, LEASE + 3.0),
    "rebalancestorm": (3.0, 5.0),
    "accept_holdt": (1.5, 2.5),
    "kafka_genstart": (0.0, 1.0),
    "pg_hurtig": (0.0, 0.5),
    "pg_oejeblikkelig": (0.0, 0.5),
    "urspring": (0.0, 0.0),
}
_OPTAGER = {"kill9": 3.0, "sigstop": 4.0, "kafka_genstart": 6.0, "pg_hurtig": 2.0, "pg_oejeblikkelig": 2.0}

#: Faults that hit every call of a channel at once; the others hit a share of the attempts, and no citizen more than twice,
#: so that nobody meets the same answer as often as would stop a citizen (I5).
_HELE = frozenset({"nede", "svar_503", "svar_1011", "adgang"})


@dataclass(frozen=True, slots=True)
class Fejl:
    """One fault: ``tid`` and ``varighed`` in seconds from the first event, ``maal`` a replica's number, ``andel`` the
    share of DFDG's calls, ``tal`` what else the kind needs (the clock's step; the length of a latency)."""

    nr: int
    art: str
    tid: float
    varighed: float
    maal: int = 0
    andel: float = 1.0
    tal: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run. ``sekunder``: how long events are published and faults fall; then everything is well again and the
    gateway is to finish. ``ulaeselige``: when records that nobody can read are published. ``latens``: DFDG is that slow all
    along (seconds). ``fortalt``: in so much of the time all events are published (a share). ``stilstand``: without any
    progress for so long it has come to a stand; ``hoejst``: after so long it has whatever the progress, for what is sent
    again and stops again for ever goes on too (seconds, both)."""

    seed: int
    sekunder: float
    replikaer: int
    medlemmer: int
    fejl: tuple[Fejl, ...]
    ulaeselige: tuple[float, ...]
    latens: float = 0.05
    fortalt: float = 0.85
    stilstand: float = 90.0
    hoejst: float = 3_600.0
    lease: float = LEASE
    navn: str = "blandet"
    planlagt: dict[str, int] = field(default_factory=dict)


def lav(seed: int, minutter: float, replikaer: int, medlemmer: int | None = None) -> Plan:
    """The mixed plan: two tracks, processes and DFDG, each through its whole deck before any kind comes again."""
    rng = random.Random(f"kaos/{seed}")
    sekunder = minutter * 60
    fejl = [*_procesfejl(rng, sekunder, replikaer), *_dfdgfejl(rng, sekunder)]
    return _plan(rng, seed, sekunder, replikaer, medlemmer or round(60 + 140 * minutter), fejl)


def _plan(rng: random.Random, seed: int, sekunder: float, replikaer: int, medlemmer: int, fejl: Sequence[Fejl]) -> Plan:
    ordnet = sorted(fejl, key=lambda f: f.tid)
    nummereret = tuple(
        Fejl(nr, f.art, round(f.tid, 2), round(f.varighed, 2), f.maal, f.andel, round(f.tal, 2))
        for nr, f in enumerate(ordnet)
    )
    ulaeselige = tuple(sorted(round(rng.uniform(0.05, 0.8) * sekunder, 2) for _ in range(max(4, round(sekunder / 4)))))
    planlagt = {art: sum(f.art == art for f in nummereret) for art in ARTER}
    return Plan(seed, sekunder, replikaer, medlemmer, nummereret, ulaeselige, planlagt=planlagt)


def _procesfejl(rng: random.Random, sekunder: float, replikaer: int) -> list[Fejl]:
    ud: list[Fejl] = []
    tid, stak = max(2.0, 0.06 * sekunder) + rng.uniform(0, 1.5), list[str]()
    while tid < 0.72 * sekunder:
        if not stak:
            stak = rng.sample(PROCESFEJL, len(PROCESFEJL))
        art = stak.pop()
        varighed = rng.uniform(*_VARIGHED[art])
        tal = rng.choice((-1, 1)) * rng.choice((2.0, 8.0, 30.0, 90.0)) if art == "urspring" else 0.0
        ud.append(Fejl(0, art, tid, varighed, rng.randrange(replikaer), tal=tal))
        tid += _OPTAGER.get(art, varighed) + rng.uniform(0.8, 2.5)
    return ud


def _dfdgfejl(rng: random.Random, sekunder: float) -> list[Fejl]:
    ud: list[Fejl] = []
    tid, stak = max(1.5, 0.04 * sekunder), list[str]()
    while tid < 0.78 * sekunder:
        if not stak:
            stak = rng.sample(DFDGFEJL, len(DFDGFEJL))
        art = stak.pop()
        varighed = rng.uniform(1.2, 2.6)
        andel = 1.0 if art in _HELE else rng.uniform(0.15, 0.45)
        # After the answer has timed out and before the quiet time has passed, also with a latency on top.
        tal = rng.uniform(SVAR + 0.4, SVAR + STILLETID - 1.6) if art == "sen_commit" else 0.0
        ud.append(Fejl(0, art, tid, varighed, rng.randrange(1, 9), andel, tal))
        tid += varighed + rng.uniform(0.2, 0.8)
    return ud


# --- plans that aim at one mechanism: what a broken variant of it must be caught by ------------------------------------


def _drab(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "drab_midt_i_samtaler", t + rng.uniform(0, 1), 0.3, rng.randrange(n)) for t in (3.5, 7.5)]


def _drab_i_accept(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "drab_i_accept", t + rng.uniform(0, 0.8), 0.5) for t in (3.0, 7.5)]


def _afvisning(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "forretningsfejl", t, 2.0, andel=rng.uniform(0.4, 0.6)) for t in (2.5, 5.5, 8.5)]


def _intet_svar(rng: random.Random, n: int) -> list[Fejl]:
    return [
        Fejl(0, art, t, 1.8, andel=rng.uniform(0.4, 0.6))
        for art, t in (("gentagelse_412", 2.5), ("klip_foer_commit", 5.0), ("klip_efter_commit", 8.0))
    ]


def _samtale_uden_svar(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "samtale_klippet", t, 2.0, andel=rng.uniform(0.4, 0.6)) for t in (3.0, 7.0)]


def _stands(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "sigstop", 3.5 + rng.uniform(0, 1), _MAALRETTET_LEASE + 3.0, rng.randrange(n))]


def _kafka(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "drab_uden_kafka", 4.0 + rng.uniform(0, 1.5), 1.5)]


def _holdt_accept(rng: random.Random, n: int) -> list[Fejl]:
    return [Fejl(0, "accept_holdt", t + rng.uniform(0, 0.5), 3.0) for t in (2.5, 8.0)]


_MAALRETTET_LEASE = 6.0
#: What else differs from the mixed plan. Events come at once and DFDG is slow, so that the lanes of a stopped replica, which
#: others took over, have a registration under way as it goes on: it reads in those citizens' events itself.
_SAERLIGT: dict[str, dict[str, float]] = {"stands": {"latens": 1.0, "fortalt": 0.35}}
MAALRETTEDE = {
    "drab": _drab,
    "drab_i_accept": _drab_i_accept,
    "afvisning": _afvisning,
    "intet_svar": _intet_svar,
    "samtale_uden_svar": _samtale_uden_svar,
    "stands": _stands,
    "kafka": _kafka,
    "holdt_accept": _holdt_accept,
}


def maalrettet(navn: str, seed: int, replikaer: int = 2, medlemmer: int = 60) -> Plan:
    """A short plan of one kind (a key of ``MAALRETTEDE``)."""
    rng = random.Random(f"kaos/{navn}/{seed}")
    plan = _plan(rng, seed, 12.0, replikaer, medlemmer, MAALRETTEDE[navn](rng, replikaer))
    return replace(plan, navn=navn, stilstand=20.0, hoejst=75.0, lease=_MAALRETTET_LEASE, **_SAERLIGT.get(navn, {}))
