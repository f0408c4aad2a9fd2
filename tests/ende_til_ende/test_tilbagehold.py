"""I1: while the database's disk is nearly full Kafka keeps what comes; what was accepted is delivered and told; then reading goes
on and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ende_til_ende.test_klienter import haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
TOPIC = "akasse.01.haendelser.v1"
KVITTERINGER = "akasse.01.kvitteringer.v1"
STRUKTURERET: list[tuple[str, Any]] = [("content-type", b"application/cloudevents+json")]


async def _udgiv(o: Opstilling, navne: list[str], personer: Personregister) -> None:
    poster = []
    for navn in navne:
        h = haendelse(navn, "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(personer.ny()))
        poster.append((navn.encode(), json.dumps(h).encode(), STRUKTURERET))
    await o.udgiv(TOPIC, poster)


async def _hent(adresse: str) -> str:
    def nu() -> str:
        with urllib.request.urlopen(adresse, timeout=5) as svar:
            return str(svar.read().decode())

    return await asyncio.to_thread(nu)


async def test_I1_reading_pauses_while_there_is_no_room_and_goes_on_without_loss(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    personer = Personregister()
    foerste, anden = [f"foer-{n}" for n in range(20)], [f"under-{n}" for n in range(200)]

    def endelige(beskeder: list[dict[str, Any]]) -> set[str]:
        return {b["data"]["haendelseId"] for b in beskeder if b["data"].get("endelig")}

    async with opstilling(
        tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101"], GATEWAY_DATABASE__HOEJST_GB="0.1"
    ) as o:
        nede = await o.styring.bestil(Forstyrrelse(art="nede"))
        klar = await o.start()
        ops = klar["ops"]
        await _udgiv(o, foerste, personer)
        await o.vent(f"select count(*) = {len(foerste)} from haendelse")
        # The disk fills by somebody else's hand: 100 MB.
        conn = await asyncpg.connect(o.dsn)
        try:
            await conn.execute(
                """create table fyld as select string_agg(md5(x::text || y::text), '') as t
                   from generate_series(1, 100) x, generate_series(1, 40000) y group by y"""
            )
            assert await conn.fetchval("select pg_database_size(current_database())") > 100_000_000
            await o.vent("select exists (select 1 from indstilling where noegle = 'modtagelse_pauset')")
            await _udgiv(o, anden, personer)
            # What was accepted before is delivered and told meanwhile, and nothing more is read, also not after a restart.
            await o.styring.ryd(nede.nummer)
            await o.laes([KVITTERINGER], lambda b: endelige(b) >= set(foerste))
            assert json.loads(await _hent(f"{ops}/readyz"))["modtagelse"] == "database_fuld"
            assert 'gateway_modtagelse_pauset{part="akasse"} 1.0' in await _hent(f"{ops}/metrics")
            await o.stop()
            ops = (await o.start())["ops"]
            await asyncio.sleep(3)
            assert await o.sql("select count(*) from haendelse") == len(foerste)
            kode, ud = await o.kommando("status", "--json")
            assert (kode, json.loads(ud)["modtagelsePauset"]) == (0, "database_fuld")
            await conn.execute("drop table fyld")
        finally:
            await conn.close()
        kvitteringer = await o.laes([KVITTERINGER], lambda b: endelige(b) >= {*foerste, *anden})
        assert json.loads(await _hent(f"{ops}/readyz"))["modtagelse"] == "ok"
        assert 'gateway_modtagelse_pauset{part="akasse"} 0.0' in await _hent(f"{ops}/metrics")
        log = o.log.read_text()
    faerdige = [b["data"]["haendelseId"] for b in kvitteringer if b["data"].get("endelig")]
    assert sorted(faerdige) == sorted({*foerste, *anden})
    # One episode, said once.
    assert log.count("accept_paused") == 1
    assert log.count("accept_resumed") == 1
