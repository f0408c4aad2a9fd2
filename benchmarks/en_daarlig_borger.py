"""One bad citizen among a thousand: what do the others lose when DFDG times out for him, answers 503 to him, refuses him?

    python -m benchmarks.en_daarlig_borger                                  # ten pairs, 1,000 citizens
    python -m benchmarks.en_daarlig_borger --par 2 --borgere 100 --sekunder 6

Each pair is the same stream twice, once with DFDG's faults for that citizen alone and once without, in the order A B, B A, A B …
(A: without). In a run the citizens are placed first; then their talks are published at an even rate, the bad citizen's mixed among
them: for a third of the time DFDG answers him too late, for a third 503, then it refuses his content. When the others
are done, the faults end and an operator sends his dead letter again. Measured is the time from an event on its topic to DFDG's receipt, from DFDG's own
log, for everybody but him; compared are the runs' means (and 99th percentiles), by Student's t over the pairs. The last line is JSON. Exit code 1:
something was lost, doubled or out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import asyncpg
from aiokafka import AIOKafkaProducer

from benchmarks.efterslaeb import AKASSER, IDAG, Gateway, haendelse, sige, stak, udgiv, vent
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.stak import Stak
from sandbox.personer import Personregister

DAGE = 100
#: The bad citizen's events, and those of each other one.
HANS, ANDRES = 30, 3
SVARFRIST = 5.0
_NAVNE = UUID("2b7b2c5e-6d0e-4f0b-93a5-8f6a5a1d8c42")
_HOVED = [("content-type", b"application/cloudevents+json")]
#: Student's t, two-sided 95 %, by degrees of freedom.
_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093)  # fmt: skip

Post = tuple[str, bytes, bytes]


@dataclass(slots=True)
class Stroem:
    """A run's events in their order, with what must be at DFDG: per CPR number its talks' starts, in order."""

    hans: str
    placeringer: list[Post]
    samtaler: list[tuple[str, str, Post]]
    ventet: dict[str, list[str]]
    sendt: dict[tuple[str, str], float] = field(default_factory=dict)


def laeg(borgere: int, seed: int, omgang: str, personer: Personregister) -> Stroem:
    """``seed`` decides the days, and how the citizens' talks are mixed; ``omgang`` only the ids."""
    rng = random.Random(seed)
    cprer = [personer.ny() for _ in range(borgere)]
    s = Stroem(cprer[0], [], [], {c: [] for c in cprer})
    tur = [nr for nr in range(1, borgere) for _ in range(ANDRES)]
    rng.shuffle(tur)
    # His are spread evenly over the whole time.
    for i in range(HANS):
        tur.insert((i * len(tur)) // HANS, 0)
    dage = {nr: iter(sorted(rng.sample(range(1, DAGE), HANS if nr == 0 else ANDRES))) for nr in range(borgere)}
    for nr, cpr in enumerate(cprer):
        kode, noegle = AKASSER[nr % len(AKASSER)], f"{omgang}-{nr}".encode()
        s.placeringer.append((f"akasse.{kode}.haendelser.v1", noegle, haendelse(kode, nr, "medlem.indplaceret", "2022-01-14T12:00:00+01:00", {
            "cpr": cpr, "kommunekode": "0101", "tilmeldingsdato": "2022-01-03", "indplaceringsdato": "2022-01-03",
            "afgoerelsesdato": "2022-01-14", "indplaceringstype": "ny", "forsikringsgrad": "fuldtid",
            "erhvervskompetencegivendeUddannelse": True, "forsoergerpligtHjemmeboendeBoern": False,
        }, omgang)))  # fmt: skip
    for i, nr in enumerate(tur):
        kode, cpr = AKASSER[nr % len(AKASSER)], cprer[nr]
        dag = IDAG + timedelta(days=next(dage[nr]))
        start = f"{dag}T{9 + nr % 6:02d}:00:00{'+02:00' if dag.isoformat() >= '2022-03-27' else '+01:00'}"
        tid = f"{IDAG}T08:{i // 60 % 60:02d}:{i % 60:02d}+01:00"
        vaerdi = haendelse(kode, nr, "samtale.indkaldt", tid, {
            "cpr": cpr, "samtaleId": str(uuid5(_NAVNE, f"{omgang}|{i}")), "formaal": ["faelles" if i % 2 else "cv"],
            "start": start, "slut": start.replace(":00:00+", ":45:00+"), "form": "personligt",
        }, f"{omgang}-{i}")  # fmt: skip
        s.samtaler.append((cpr, start[:16], (f"akasse.{kode}.haendelser.v1", f"{omgang}-{nr}".encode(), vaerdi)))
        s.ventet[cpr].append(start[:16])
    return s


async def fortael(servere: str, s: Stroem, sekunder: float) -> None:
    """Publishes the talks at an even rate; keeps when the broker had each."""
    p = AIOKafkaProducer(bootstrap_servers=servere, acks="all", enable_idempotence=True, linger_ms=0)
    await p.start()

    async def en(cpr: str, start: str, post: Post) -> None:
        emne, noegle, vaerdi = post
        await p.send_and_wait(emne, vaerdi, key=noegle, headers=_HOVED)
        s.sendt[cpr, start] = time.time()

    begyndt = time.monotonic()
    try:
        async with asyncio.TaskGroup() as g:
            for i, (cpr, start, post) in enumerate(s.samtaler):
                forud = begyndt + i * sekunder / len(s.samtaler) - time.monotonic()
                if forud > 0:
                    await asyncio.sleep(forud)
                g.create_task(en(cpr, start, post))
    finally:
        await p.stop()


async def plag(styring: AsynkronDfdgstyring, cpr: str, sekunder: float) -> dict[str, int]:
    """DFDG's faults for one citizen, one after the other; how many requests each hit. The last one stays until ``ryd``."""
    ud: dict[str, int] = {}
    for navn, f in (
        ("for_sent", Forstyrrelse(art="latens", sekunder=SVARFRIST + 1, cpr=cpr)),
        ("503", Forstyrrelse(art="svar", status=503, cpr=cpr)),
    ):
        ordre = await styring.bestil(f)
        await asyncio.sleep(sekunder / 3)
        ud[navn] = sum(o.treffer for o in await styring.ryd(ordre.nummer))
    # What is asked for is refused, not the reading back of what an attempt before it may have left.
    await styring.bestil(Forstyrrelse(art="svar", kode=4591, cpr=cpr, operation="CreateIndkaldelse"))
    return ud


@dataclass(slots=True)
class Maalt:
    """A run: the others' delays (seconds), what was wrong, and what the bad citizen met."""

    forsinkelser: list[float]
    forkert: Counter[str]
    traf: dict[str, int]
    doedbreve: int = 0

    @property
    def middel(self) -> float:
        return statistics.fmean(self.forsinkelser)

    @property
    def p99(self) -> float:
        return sorted(self.forsinkelser)[math.ceil(0.99 * len(self.forsinkelser)) - 1]


async def omgang(
    s: Stak, g: Gateway, conn: asyncpg.Connection, stroem: Stroem, sekunder: float, daarlig: bool
) -> Maalt:
    assert s.dfdg is not None
    assert s.kafkaadresse is not None
    styring, servere = AsynkronDfdgstyring(s.dfdg.admin), s.kafkaadresse.bootstrap_servers
    foer = await conn.fetchval("select count(*) from haendelse where tilstand = 'endelig'")
    await udgiv(servere, stroem.placeringer)
    await vent(
        conn, f"select count(*) = {foer + len(stroem.placeringer)} from haendelse where tilstand = 'endelig'", 600
    )
    fra = s.dfdg.log.stat().st_size
    fejl = asyncio.create_task(plag(styring, stroem.hans, sekunder)) if daarlig else None
    await fortael(servere, stroem, sekunder)
    m = Maalt([], Counter(), await fejl if fejl is not None else {})
    andres = sum(cpr != stroem.hans for cpr, _, _ in stroem.samtaler)
    i_alt = foer + len(stroem.placeringer) + andres
    await vent(conn, f"select count(*) >= {i_alt} from haendelse where tilstand = 'endelig'", 600)
    if daarlig:
        # He meets the refusal as well, if he has not yet; an operator sends it again when DFDG is well.
        await vent(conn, "select exists (select 1 from doedbrev where status = 'aaben')", 600)
        m.traf["afvist"] = sum(o.treffer for o in await styring.ryd())
    i_alt = foer + len(stroem.placeringer) + len(stroem.samtaler)
    while await conn.fetchval("select count(*) from haendelse where tilstand = 'endelig'") < i_alt:
        if await conn.fetchval("select exists (select 1 from doedbrev where status = 'aaben')"):
            m.doedbreve += 1
            await _koer_igen(g, conn)
        await asyncio.sleep(0.25)
    _efterse(s.dfdg.log, fra, stroem, m)
    return m


async def _koer_igen(g: Gateway, conn: asyncpg.Connection) -> None:
    ider = [str(r["id"]) for r in await conn.fetch("select id from doedbrev where status = 'aaben'")]
    p = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from gateway.cli import main; main()", "dlq", "retry", *ider, "--begrundelse", "igen",
        env=g.env, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await p.wait() != 0:
        raise RuntimeError("gateway dlq retry failed")


def _efterse(log: Path, fra: int, stroem: Stroem, m: Maalt) -> None:
    """From DFDG's log alone: each talk once, each citizen's in order; the others' delays."""
    with log.open("rb") as f:
        f.seek(fra)
        linjer = [json.loads(x) for x in f]
    kvitteret = {
        x["forsoeg"]: datetime.fromisoformat(x["tid"]).timestamp() for x in linjer if x["udfald"] == "kvitteret"
    }
    faaet: dict[str, list[str]] = defaultdict(list)
    for x in linjer:
        if x["udfald"] != "committed" or x["operation"] != "CreateIndkaldelse" or x["cpr"] not in stroem.ventet:
            continue
        cpr, start = x["cpr"], x["start"][:16]
        faaet[cpr].append(start)
        if cpr != stroem.hans and x["forsoeg"] in kvitteret:
            m.forsinkelser.append(kvitteret[x["forsoeg"]] - stroem.sendt[cpr, start])
    for cpr, ventet in stroem.ventet.items():
        m.forkert["tabt"] += (Counter(ventet) - Counter(faaet[cpr])).total()
        m.forkert["dobbelt"] += (Counter(faaet[cpr]) - Counter(ventet)).total()
        m.forkert["byttet_om"] += faaet[cpr] != ventet
    m.forkert["hans_i_orden"] = int(faaet[stroem.hans] == stroem.ventet[stroem.hans])


def interval(x: Sequence[float]) -> dict[str, float]:
    """Mean and 95 % interval of paired differences, by Student's t."""
    middel = statistics.fmean(x)
    if len(x) < 2:
        return {"middel": round(middel, 2)}
    halv = _T95[min(len(x) - 2, len(_T95) - 1)] * statistics.stdev(x) / math.sqrt(len(x))
    return {"middel": round(middel, 2), "fra": round(middel - halv, 2), "til": round(middel + halv, 2)}


async def koer(par: int, borgere: int, sekunder: float, seed: int) -> dict[str, Any]:
    personer = Personregister()
    parrene: list[dict[str, Any]] = []
    forkert: Counter[str] = Counter()
    # The lease outlasts an attempt, as in production; answers come within a few milliseconds or not at all.
    graenser = {
        "ANSWER_TIMEOUT": str(SVARFRIST),
        "SEND_TIMEOUT": "2",
        "CONNECT_TIMEOUT": "2",
        "LEASE": "30",
        "STILLETID": "5",
    }
    async with stak(10_000, **{f"GATEWAY_DFDG__{k}": v for k, v in graenser.items()}) as (s, g):
        assert s.dfdg is not None
        await AsynkronDfdgstyring(s.dfdg.admin).saet_idag(IDAG)
        conn = await asyncpg.connect(s.dsn)
        try:
            await g.start()
            # One run that is not counted: caches, plans and connections are warm in every one that is.
            await omgang(s, g, conn, laeg(min(borgere, 100), seed, "varm", personer), sekunder / 4, False)
            for nr in range(par):
                maalt: dict[bool, Maalt] = {}
                for daarlig in (False, True) if nr % 2 == 0 else (True, False):
                    stroem = laeg(borgere, seed + nr, f"{nr}{'b' if daarlig else 'a'}", personer)
                    maalt[daarlig] = m = await omgang(s, g, conn, stroem, sekunder, daarlig)
                    for art in ("tabt", "dobbelt", "byttet_om"):
                        forkert[art] += m.forkert[art]
                    forkert["hans_ikke_i_orden"] += 1 - m.forkert["hans_i_orden"]
                uden, med = maalt[False], maalt[True]
                parrene.append({
                    "uden_ms": round(1e3 * uden.middel, 1), "med_ms": round(1e3 * med.middel, 1),
                    "uden_p99_ms": round(1e3 * uden.p99, 1), "med_p99_ms": round(1e3 * med.p99, 1),
                    "traf": med.traf, "doedbreve": med.doedbreve, "andres": len(med.forsinkelser),
                })  # fmt: skip
                sige(f"pair {nr + 1}: {parrene[-1]}")
        finally:
            await conn.close()
    return {
        "par": parrene, "borgere": borgere, "sekunder": sekunder, "seed": seed, **forkert,
        "forskel_ms": interval([x["med_ms"] - x["uden_ms"] for x in parrene]),
        "forskel_p99_ms": interval([x["med_p99_ms"] - x["uden_p99_ms"] for x in parrene]),
        "uden_ms": round(statistics.fmean(x["uden_ms"] for x in parrene), 1),
    }  # fmt: skip


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--par", type=int, default=10, help="pairs of runs")
    p.add_argument("--borgere", type=int, default=1_000, help="citizens, the bad one among them")
    p.add_argument("--sekunder", type=float, default=60, help="over which a run's talks are published")
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    ud = asyncio.run(koer(a.par, a.borgere, a.sekunder, a.seed))
    print(json.dumps(ud))
    return int(any(ud[art] for art in ("tabt", "dobbelt", "byttet_om", "hans_ikke_i_orden")))


if __name__ == "__main__":
    sys.exit(main())
