"""The budget: CPU time of each stage of an event's way, in µs an event, in this process and in PostgreSQL.

    python -m benchmarks.etaper --antal 4000

The stages are the gateway's own conversations, called one after the other with nothing else running in the process, so that
processor time (not the clock) can be told apart; on a busy machine the figures still hold in kind.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
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
from gateway.app import Grundlag, aabn_grundlag
from gateway.delivery.vaekker import Vaekker
from gateway.drift import hent_settings, spar_skraldeopsamling
from gateway.ledger.accept import Modtagelse
from gateway.ledger.claim import Uddeling
from gateway.ledger.db import migrer
from gateway.ledger.settle import Afregning, Resultat
from gateway.ledger.udbakke import Udbakke
from gateway.rules.tilstand import Borger
from gateway.settings import Settings
from producers.topics import Udgiver

#: As many records as accept takes in one batch, heads as are in flight, answers as are settled together.
BATCH, I_ALT, AFREGN = 500, 192, 200


class Ure:
    """Processor time per stage: of this process and of PostgreSQL, seconds."""

    def __init__(self, postgres: int) -> None:
        self._postgres = postgres
        self.egen: dict[str, float] = defaultdict(float)
        self.pg: dict[str, float] = defaultdict(float)

    @contextmanager
    def maal(self, etape: str) -> Iterator[None]:
        pg, egen = maaling.cpu(self._postgres), time.process_time()
        yield
        self.egen[etape] += time.process_time() - egen
        self.pg[etape] += maaling.cpu(self._postgres) - pg

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


async def koer(antal: int) -> None:
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
            b = Besaetning(1_000)
            await f.fyld(b, b.traek(antal, "jaevn"))
        g = await aabn_grundlag(settings)
        try:
            ure = Ure(o.pids["postgres"])
            poster = await hent(o, ure, antal)
            enkeltvis(g, ure, poster[: min(2000, antal)])
            for e in (" validate", " decide", " render", " encrypt"):
                ure.egen[e] *= antal / min(2000, antal)
            await _vejen(g, settings, ure, poster)
            ure.vis(antal)
        finally:
            await g.luk()


async def _vejen(g: Grundlag, settings: Settings, ure: Ure, poster: list[Post]) -> None:
    d = settings.dfdg
    modtagelse = Modtagelse(g.pulje, g.motor, g.noegler, g.miljoe, nu)
    # All lanes are empty of others' work: a batch after the other, as a backlog is taken in.
    uddeling = Uddeling(g.pulje, g.motor, g.noegler, g.miljoe, nu, ejer="etaper", lease=timedelta(seconds=d.lease))
    afregning = Afregning(
        g.pulje, g.motor, g.noegler, g.miljoe, nu, stilletid=timedelta(seconds=d.stilletid), stop_efter=d.stop_efter,
        tilfaeldig=Random(1),
    )  # fmt: skip
    soegt = {(p.topic, p.partition) for p in poster}
    spar_skraldeopsamling()
    for i in range(0, len(poster), BATCH):
        with ure.maal("accept"):
            await modtagelse.accepter(poster[i : i + BATCH], soegt)
    faerdige = 0
    while faerdige < len(poster):
        with ure.maal("claim"):
            kanaler = await uddeling.kanaler()
            krav = await uddeling.tag({k: max(1, I_ALT // len(kanaler)) for k in kanaler})
        # The first round makes the connections; it counts apart.
        with ure.maal("send" if faerdige else " connect and send"):
            svar = await asyncio.gather(*(g.carrier.send(k.anmodning, k.request_id, lambda: True) for k in krav))
        resultater = [Resultat(k, s, None, nu()) for k, s in zip(krav, svar, strict=True)]
        for i in range(0, len(krav), AFREGN):
            with ure.maal("settle"):
                await afregning.afregn(resultater[i : i + AFREGN])
        faerdige += len(krav)
    vaekker = Vaekker(str(settings.database.url), ("koe", "udbakke"))
    udgiver = Udgiver(
        g.pulje, Udbakke(g.pulje, g.noegler), vaekker, lambda: kafkaforbindelse.producent(settings.kafka),
        dsn=str(settings.database.url),
    )  # fmt: skip
    with ure.maal("publish"):
        await udgiver.start()
        while await g.pulje.fetchval("select exists (select 1 from udbakke)"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await udgiver.stop()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--antal", type=int, default=4_000)
    uvloop.run(koer(p.parse_args().antal))


if __name__ == "__main__":
    main()
