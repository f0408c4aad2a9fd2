"""A soak with retention running: do the ledger's size and the time of a claim stay as they are?

    python -m benchmarks.udholdenhed                                        # twenty minutes a phase
    python -m benchmarks.udholdenhed --sekunder 120 --borgere 1500 --hastighed 40

A fixed number of members have their CVs judged in turn, at an even rate, for as long as it lasts. Time is scaled by settings: finished
events and messages are kept for a quarter of the time in which every member has had a turn, so that each member's events are
pruned before the next ones come. Three phases after the first rounds: as it is; with an old snapshot open all the time (a repeatable-read
transaction that does nothing, as a forgotten session or a long report; the gateway ends it when it is ``--snapshot`` seconds old, and then the
next one is forgotten); and after that. Every five seconds the ledger's size, its tables' rows and dead rows, and the
claim's own statement (run and taken back; buffers are counted beside the time, for they don't depend on what else the machine does) are noted.

The ids of pruned events are remembered by the day (800 of them in production), so they grow within a run and are shown apart. The last line is
JSON. Exit code 1: in one of the phases something grew; or no snapshot was ended; or an event was lost, doubled or out of order at DFDG.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from benchmarks.efterslaeb import AKASSER, IDAG, haendelse, sige, stak, udgiv, vent
from gateway.ledger.claim import HOVEDER
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.personer import Personregister

#: Between two samples (seconds).
_TAKT = 5.0
#: The last third of a phase may be so many times the first: sizes; the claim's buffers.
STOERRELSE, BUFFERE = 1.2, 2.0
_HOVED = [("content-type", b"application/cloudevents+json")]
TABELLER = ("haendelse", "registrering", "besked", "borger_tilstand", "koe", "krav", "lane", "udbakke", "husket_id")


@dataclass(slots=True)
class Maaling:
    """One sample: megabytes of the ledger without the remembered ids, and of those; rows that are kept and dead ones; the claim's
    milliseconds, buffers, and how many heads it took (it reads a few buffers for each); seconds from accept to final."""

    fase: str
    mb: float
    ider_mb: float
    raekker: int
    doede: int
    krav_ms: float
    buffere: int
    hoveder: int
    endelige_efter_s: float


def foer(borgere: int) -> tuple[list[str], list[tuple[str, bytes, bytes]]]:
    personer = Personregister()
    cprer = [personer.ny() for _ in range(borgere)]
    ud = []
    for nr, cpr in enumerate(cprer):
        kode = AKASSER[nr % len(AKASSER)]
        ud.append((f"akasse.{kode}.haendelser.v1", f"p-{nr}".encode(), haendelse(kode, nr, "medlem.indplaceret", "2022-01-14T12:00:00+01:00", {
            "cpr": cpr, "kommunekode": "0101", "tilmeldingsdato": "2022-01-03", "indplaceringsdato": "2022-01-03",
            "afgoerelsesdato": "2022-01-14", "indplaceringstype": "ny", "forsikringsgrad": "fuldtid",
            "erhvervskompetencegivendeUddannelse": True, "forsoergerpligtHjemmeboendeBoern": False,
        })))  # fmt: skip
    return cprer, ud


class Stroem:
    """Publishes until it is told to stop; ``sendt``: how many of each member."""

    def __init__(self, servere: str, cprer: list[str], pr_sekund: float) -> None:
        self._servere, self._cprer, self._takt = servere, cprer, 1 / pr_sekund
        self.sendt: dict[str, int] = defaultdict(int)
        self.antal = 0
        self.stop = asyncio.Event()

    async def koer(self) -> None:
        p = AIOKafkaProducer(bootstrap_servers=self._servere, acks="all", enable_idempotence=True, linger_ms=5)
        await p.start()
        begyndt = time.monotonic()
        try:
            while not self.stop.is_set():
                forud = begyndt + self.antal * self._takt - time.monotonic()
                if forud > 0:
                    await asyncio.sleep(forud)
                nr = self.antal % len(self._cprer)
                cpr, kode, tur = self._cprer[nr], AKASSER[nr % len(AKASSER)], self.sendt[self._cprer[nr]]
                vaerdi = haendelse(kode, nr, "cv.kontrolleret", "2022-02-01T12:00:00+01:00",
                                   {"cpr": cpr, "godkendt": bool(tur % 2)}, str(tur))  # fmt: skip
                await p.send(f"akasse.{kode}.haendelser.v1", vaerdi, key=f"p-{nr}".encode(), headers=_HOVED)
                self.sendt[cpr] += 1
                self.antal += 1
            await p.flush()
        finally:
            await p.stop()


class Glemsom:
    """Somebody who opens a transaction, asks something, and forgets it; and again when it was ended. ``antal``: how often."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.antal = 0
        self._opgave: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Glemsom:
        self._opgave = asyncio.create_task(self._glem())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._opgave is not None
        self._opgave.cancel()
        await asyncio.gather(self._opgave, return_exceptions=True)

    async def _glem(self) -> None:
        while True:
            conn = await asyncpg.connect(self._dsn, server_settings={"application_name": "rapport"})
            try:
                await conn.execute("begin isolation level repeatable read")
                await conn.fetchval("select count(*) from lane")
                self.antal += 1
                afsluttet = asyncio.Event()
                conn.add_termination_listener(lambda _, afsluttet=afsluttet: afsluttet.set())
                await afsluttet.wait()
            finally:
                conn.terminate()


async def maal(conn: asyncpg.Connection, fase: str) -> Maaling:
    r = await conn.fetchrow(
        """select pg_database_size(current_database()) as i_alt, pg_total_relation_size('husket_id') as ider,
                  (select count(*) from haendelse) + (select count(*) from besked) as raekker,
                  (select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables) as doede,
                  (select coalesce(extract(epoch from max(endelig_tid - modtaget)), 0) from haendelse
                   where endelig_tid > now() - interval '5 seconds') as efter"""
    )
    kanaler = [f"{t}|{k}" for t in ("CVWorkFlowService", "FravaerService") for k in AKASSER]
    transaktion = conn.transaction()
    await transaktion.start()
    try:
        (plan,) = json.loads(
            await conn.fetchval(
                f"explain (analyze, buffers, format json) {HOVEDER}", kanaler, [32] * len(kanaler),
                datetime.now().astimezone() + timedelta(days=1),
            )
        )  # fmt: skip
    finally:
        await transaktion.rollback()
    top = plan["Plan"]
    return Maaling(
        fase, (r["i_alt"] - r["ider"]) / 1e6, r["ider"] / 1e6, r["raekker"], int(r["doede"]), plan["Execution Time"],
        top["Shared Hit Blocks"] + top["Shared Read Blocks"], int(top["Actual Rows"]), float(r["efter"]),
    )  # fmt: skip


async def fase(conn: asyncpg.Connection, navn: str, sekunder: float, ud: list[Maaling]) -> None:
    sige(navn)
    slut = time.monotonic() + sekunder
    while time.monotonic() < slut:
        await asyncio.sleep(_TAKT)
        ud.append(await maal(conn, navn))


def vaekst(ud: list[Maaling], navn: str) -> dict[str, Any]:
    """A phase's last third against its first, medians: and where it stood."""
    m = [x for x in ud if x.fase == navn]
    n = max(1, len(m) // 3)

    def par(felt: str) -> tuple[float, float]:
        return (statistics.median(getattr(x, felt) for x in m[:n]), statistics.median(getattr(x, felt) for x in m[-n:]))

    ud_: dict[str, Any] = {}
    for felt in ("mb", "raekker", "doede", "krav_ms", "buffere", "hoveder", "ider_mb", "endelige_efter_s"):
        fra, til = par(felt)
        ud_[felt] = [round(fra, 2), round(til, 2)]
    return ud_


async def koer(borgere: int, pr_sekund: float, sekunder: float, snapshot: float) -> dict[str, Any]:
    omgang = borgere / pr_sekund
    bevares = omgang / 4
    dage = f"{bevares / 86_400:.8f}"
    env = {"GATEWAY_BEVARING__HAENDELSER_DAGE": dage, "GATEWAY_BEVARING__BESKEDER_DAGE": dage,
           "GATEWAY_DATABASE__SNAPSHOT_HOEJST": str(snapshot)}  # fmt: skip
    maalinger: list[Maaling] = []
    async with stak(10_000, **env) as (s, g):
        assert s.dfdg is not None
        assert s.kafkaadresse is not None
        await AsynkronDfdgstyring(s.dfdg.admin).saet_idag(IDAG)
        servere = s.kafkaadresse.bootstrap_servers
        conn = await asyncpg.connect(s.dsn)
        try:
            await g.start()
            cprer, poster = foer(borgere)
            await udgiv(servere, poster)
            await vent(conn, f"select count(*) = {borgere} from borger_tilstand", 3600)
            sige(
                f"{borgere} members; each has a turn every {omgang:.0f} s, finished events are kept for {bevares:.0f} s"
            )
            stroem = Stroem(servere, cprer, pr_sekund)
            opgave = asyncio.create_task(stroem.koer())
            await fase(conn, "de første omgange", max(3 * omgang, 90), maalinger)
            await fase(conn, "uden", sekunder, maalinger)
            async with Glemsom(s.dsn) as glemsom:
                # What two of them keep is the room that the ledger has from here on.
                await fase(conn, "de første gamle snapshots", max(2 * (snapshot + 10), 60), maalinger)
                await fase(conn, "med gamle snapshots", sekunder, maalinger)
            await fase(conn, "efter", sekunder, maalinger)
            stroem.stop.set()
            await opgave
            aabne = "select not exists (select 1 from haendelse where tilstand not in ('endelig', 'kasseret'))"
            await vent(conn, f"{aabne} and (select sum(naeste) from topic_offset) >= {stroem.antal + borgere}", 600)
            tabeller = {
                t: round(await conn.fetchval("select pg_total_relation_size($1::text::regclass)", t) / 1e6, 1)
                for t in TABELLER
            }
        finally:
            await conn.close()
        forkert = dom(s.dfdg.log, stroem.sendt)
    return {
        "borgere": borgere, "pr_sekund": pr_sekund, "sekunder": sekunder, "bevares_s": round(bevares, 1),
        "haendelser": stroem.antal, **forkert, "snapshot_s": snapshot, "snapshots_afsluttet": glemsom.antal - 1,
        "tabeller_mb": tabeller,
        "faser": {f: vaekst(maalinger, f) for f in dict.fromkeys(m.fase for m in maalinger)},
    }  # fmt: skip


def dom(log: Path, sendt: dict[str, int]) -> dict[str, int]:
    """From DFDG's log alone: each member's judgements once each, in turn."""
    faaet: dict[str, list[str]] = defaultdict(list)
    with log.open() as f:
        for linje in f:
            x = json.loads(linje)
            if x["udfald"] == "committed" and x["operation"] == "UpdateCVStatus":
                faaet[x["cpr"]].append(str(x["type"]))
    skiftevis = sum(any(a == b for a, b in pairwise(v)) for v in faaet.values())
    return {
        "tabt": sum(max(0, n - len(faaet[c])) for c, n in sendt.items()),
        "dobbelt": sum(max(0, len(faaet[c]) - n) for c, n in sendt.items()),
        "byttet_om": skiftevis,
    }


def holder(ud: dict[str, Any]) -> bool:
    """Whether nothing grew where nothing may."""
    if ud["tabt"] or ud["dobbelt"] or ud["byttet_om"] or not ud["snapshots_afsluttet"]:
        return False
    for navn in ("uden", "med gamle snapshots", "efter"):
        mb, buffere = ud["faser"][navn]["mb"], ud["faser"][navn]["buffere"]
        # What waits is read too: the allowance of a claim is a base, and some buffers for each head that it took.
        tilladt = BUFFERE * max(buffere[0], 100 + 8 * ud["faser"][navn]["hoveder"][1])
        if mb[1] > STOERRELSE * mb[0] or buffere[1] > tilladt:
            return False
    return True


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--borgere", type=int, default=6_000)
    p.add_argument("--hastighed", type=float, default=50, help="events a second")
    p.add_argument("--sekunder", type=float, default=1_200, help="of each phase")
    p.add_argument(
        "--snapshot", type=float, default=60, help="how old a snapshot may get, seconds (the gateway's setting)"
    )
    a = p.parse_args()
    ud = asyncio.run(koer(a.borgere, a.hastighed, a.sekunder, a.snapshot))
    for navn, tal in ud["faser"].items():
        print(f"{navn}: {tal}")
    print(json.dumps(ud))
    return int(not holder(ud))


if __name__ == "__main__":
    sys.exit(main())
