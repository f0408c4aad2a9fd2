"""The budget: CPU time of each stage of an event's way, in µs an event, in this process and in PostgreSQL.

    python -m benchmarks.etaper --antal 4000
    python -m benchmarks.etaper --antal 1000 --batch 8 --i-alt 8 --afregn 4    # small batches, as on a quiet day

The stages are the gateway's own conversations, called one after the other with nothing else running in the process, so that
processor time (not the clock) can be told apart; on a busy machine the figures still hold in kind.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks import maaling
from benchmarks.arme import Gateway
from benchmarks.last import AKASSER, PARTITIONER, Besaetning, Fylder, nye_emner
from benchmarks.opstilling import Opstilling, opstil
from contracts.envelope import Forstaaet, Post, laes
from gateway import kafkaforbindelse
from gateway.delivery.vaekker import Vaekker
from gateway.drift import hent_settings, spar_skraldeopsamling
from gateway.grundlag import Grundlag, aabn_grundlag
from gateway.ledger.accept import Modtagelse
from gateway.ledger.claim import Uddeling
from gateway.ledger.db import migrer
from gateway.ledger.settle import Afregning, Resultat
from gateway.ledger.udbakke import Udbakke
from gateway.rules.tilstand import Borger
from gateway.settings import Settings
from producers.topics import Udgiver

#: As many records as are fetched at a time.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Portioner:
    """As many records as accept takes in one batch, heads as are in flight, answers as are settled together; ``straks``:
    each settlement's messages are published before the next, else all of them at the end."""

    batch: int = BATCH
    i_alt: int = 192
    afregn: int = 200
    straks: bool = False


class Ure:
    """Processor time per stage: of this process and of PostgreSQL, seconds."""

    def __init__(self, postgres: int, forbindelse: asyncpg.Connection | None = None) -> None:
        self._postgres = postgres
        self._forbindelse = forbindelse
        self.egen: dict[str, float] = defaultdict(float)
        self.pg: dict[str, float] = defaultdict(float)
        #: How often each stage ran: its transactions, where it has any.
        self.gange: dict[str, int] = defaultdict(int)
        #: Bytes of WAL, where the stage writes any.
        self.wal: dict[str, int] = defaultdict(int)

    def forbind(self, forbindelse: asyncpg.Connection) -> None:
        """From now on the WAL is counted too."""
        self._forbindelse = forbindelse

    @contextmanager
    def maal(self, etape: str) -> Iterator[None]:
        pg, egen = maaling.cpu(self._postgres), time.process_time()
        yield
        self.egen[etape] += time.process_time() - egen
        self.pg[etape] += maaling.cpu(self._postgres) - pg
        self.gange[etape] += 1

    @asynccontextmanager
    async def maal_ledger(self, etape: str) -> AsyncIterator[None]:
        """The same, of a stage with transactions."""
        foer = await self._lsn()
        with self.maal(etape):
            yield
        self.wal[etape] += await self._lsn() - foer

    async def _lsn(self) -> int:
        if self._forbindelse is None:
            return 0
        return int(await self._forbindelse.fetchval("select pg_current_wal_insert_lsn() - '0/0'"))

    def tal(self, antal: int) -> dict[str, dict[str, float]]:
        """µs an event in gateway and PostgreSQL, bytes of WAL an event, and events a time, of each stage."""
        return {
            e.strip(): {
                "gateway": round(1e6 * s / antal, 1),
                "postgres": round(1e6 * self.pg[e] / antal, 1),
                "wal": round(self.wal[e] / antal),
                "pr_gang": round(antal / max(1, self.gange[e]), 1),
            }
            for e, s in self.egen.items()
        }

    def vis(self, antal: int) -> None:
        print(f"{'stage':22}{'gateway µs':>12}{'PostgreSQL µs':>15}")
        for e, s in self.egen.items():
            print(f"{e:22}{1e6 * s / antal:12.0f}{1e6 * self.pg[e] / antal:15.0f}")
        samlet = [e for e in self.egen if not e.startswith(" ")]
        i_alt, pg = sum(self.egen[e] for e in samlet), sum(self.pg[e] for e in samlet)
        print(f"{'in all':22}{1e6 * i_alt / antal:12.0f}{1e6 * pg / antal:15.0f}")


def nu() -> datetime:
    return datetime.now(UTC)


async def hent(o: Opstilling, ure: Ure, antal: int) -> list[Post]:
    k = AIOKafkaConsumer(bootstrap_servers=o.servere, auto_offset_reset="earliest", isolation_level="read_committed")
    await k.start()
    try:
        k.assign([TopicPartition(f"akasse.{a}.haendelser.v1", p) for a in AKASSER for p in range(PARTITIONER)])
        poster: list[Post] = []
        with ure.maal("consume"):
            while len(poster) < antal:
                for nye in (await k.getmany(timeout_ms=500, max_records=BATCH)).values():
                    poster += [Post(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers)) for r in nye]
        return poster
    finally:
        await k.stop()


def enkeltvis(g: Grundlag, ure: Ure, poster: list[Post]) -> None:
    """The parts of accept and settle that can be had alone (counted in those, so not in the sum)."""
    with ure.maal(" validate"):
        laest = [laes(p, nu()) for p in poster]
    from gateway.rules.model import Haendelse, Part

    haendelser = [
        (
            Haendelse(
                x.kuvert.source, x.kuvert.id, x.kuvert.type, x.kuvert.time, Part("akasse", x.kuvert.partskode), x.data
            ),
            x,
        )
        for x in laest
        if isinstance(x, Forstaaet)
    ]
    dag = nu().date()
    with ure.maal(" decide"):
        afgjort = [g.motor._decide(Borger(), h, g.motor.opsaetning, dag) for h, _ in haendelser]
    with ure.maal(" render"):
        rendet = [
            g.carrier.render(a.registreringer[0], h, h.data.cpr) for a, (h, _) in zip(afgjort, haendelser, strict=True)
        ]
    with ure.maal(" encrypt"):
        for r in rendet:
            g.noegler.krypter(r.krop)


async def koer(antal: int, portioner: Portioner, borgere: int = 1_000) -> Ure:
    async with opstil() as o:
        import os

        arm = Gateway(o)
        arm.dsn = await o.ny_database()
        os.environ.update(arm.env())
        settings = hent_settings()
        conn = await asyncpg.connect(arm.dsn)
        await migrer(conn)
        await conn.close()
        await nye_emner(o.servere)
        async with Fylder(o.servere) as f:
            b = Besaetning(borgere)
            await f.fyld(b, b.traek(antal, "jaevn"))
        g = await aabn_grundlag(settings)
        conn = await asyncpg.connect(arm.dsn)
        try:
            ure = Ure(o.pids["postgres"], conn)
            poster = await hent(o, ure, antal)
            enkeltvis(g, ure, poster[: min(2000, antal)])
            for e in (" validate", " decide", " render", " encrypt"):
                ure.egen[e] *= antal / min(2000, antal)
            await _vejen(g, settings, ure, poster, portioner)
            return ure
        finally:
            await conn.close()
            await g.luk()


async def _vejen(g: Grundlag, settings: Settings, ure: Ure, poster: list[Post], p: Portioner) -> None:
    d = settings.dfdg
    modtagelse = Modtagelse(g.travl, g.motor, g.noegler, g.miljoe, nu)
    # All lanes are empty of others' work: a batch after the other, as a backlog is taken in.
    uddeling = Uddeling(g.travl, g.motor, g.noegler, g.miljoe, nu, ejer="etaper", lease=timedelta(seconds=d.lease))
    afregning = Afregning(
        g.travl, g.motor, g.noegler, g.miljoe, nu, stilletid=timedelta(seconds=d.stilletid), stop_efter=d.stop_efter,
        tilfaeldig=Random(1),
    )  # fmt: skip
    soegt = {(r.topic, r.partition) for r in poster}
    spar_skraldeopsamling()
    for i in range(0, len(poster), p.batch):
        async with ure.maal_ledger("accept"):
            await modtagelse.accepter(poster[i : i + p.batch], soegt)
    vaekker = Vaekker(str(settings.database.url), ("koe", "udbakke"))
    udgiver = Udgiver(
        Udbakke(g.pulje, g.noegler), vaekker, lambda: kafkaforbindelse.producent(settings.kafka),
        dsn=str(settings.database.url),
    )  # fmt: skip

    async def udgiv(emner: int) -> None:
        """What stands in the outbox, of so many topics."""
        async with ure.maal_ledger("publish"):
            vaekker.vaek("udbakke")
            while await g.pulje.fetchval("select exists (select 1 from udbakke)"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        ure.gange["publish"] += emner - 1

    if p.straks:
        await udgiver.start()
    faerdige = 0
    while faerdige < len(poster):
        async with ure.maal_ledger("claim"):
            kanaler = await uddeling.kanaler()
            krav = await uddeling.tag({k: max(1, p.i_alt // len(kanaler)) for k in kanaler})
        # The first round makes the connections; it counts apart.
        with ure.maal("send" if faerdige else " connect and send"):
            svar = await asyncio.gather(*(g.carrier.send(k.anmodning, k.request_id, lambda: True) for k in krav))
        resultater = [Resultat(k, s, None, nu()) for k, s in zip(krav, svar, strict=True)]
        for i in range(0, len(krav), p.afregn):
            bunke = resultater[i : i + p.afregn]
            async with ure.maal_ledger("settle"):
                await afregning.afregn(bunke)
            if p.straks:
                await udgiv(len({r.krav.anmodning.akassekode for r in bunke}))
        faerdige += len(krav)
    if not p.straks:
        await udgiver.start()
        await udgiv(len(poster) // BATCH)
    await udgiver.stop()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--antal", type=int, default=4_000)
    p.add_argument("--batch", type=int, default=BATCH, help="records that accept takes at a time")
    p.add_argument("--i-alt", type=int, default=192, help="heads that are claimed at a time")
    p.add_argument("--afregn", type=int, default=200, help="answers that are settled at a time")
    a = p.parse_args()
    uvloop.run(koer(a.antal, Portioner(a.batch, a.i_alt, a.afregn))).vis(a.antal)


if __name__ == "__main__":
    main()
