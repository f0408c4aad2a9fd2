"""The database restored to an earlier time, as a drill (I2, I3, I6, I7, I10): nothing lost, nothing registered twice.

Judged from the stand-in DFDG's own log and from what the generator wrote down before anything was published.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from gateway.app import HAENDELSER
from gateway.kafkaforbindelse import Partitionsender
from gateway.settings import KafkaSettings
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dommer import linjer
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import Fortaelling, generer
from sandbox.parter import Admindfdg, Forestilling, opret_emner
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, forudsaetninger, opstilling, parter
from tests.graenseflade.hus import STRUKTURERET, haendelse

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SEED = 20261125
MEDLEMMER = 90


async def _fortael(forestilling: Forestilling, fortaellinger: list[Fortaelling], udgivet: asyncio.Event) -> None:
    print(f"seed {SEED}, {MEDLEMMER} members")
    await forestilling.genererede(fortaellinger, seed=SEED)
    udgivet.set()
    await forestilling.til_ende()


async def test_I6_kafka_tells_where_every_partition_ends_and_where_a_new_topics_do(tom_kafka: KafkaAdresse) -> None:
    """What is left out would pass for a partition without events: nothing of it would be read back (I6)."""
    settings = KafkaSettings(bootstrap_servers=tom_kafka.bootstrap_servers)
    async with Partitionsender(settings, HAENDELSER) as ender:
        assert await ender() == {}
        for part in ("akasse.07", "jobcenter.0101"):
            topic = f"{part}.haendelser.v1"
            await opret_emner(tom_kafka.bootstrap_servers, [part])
            async with AIOKafkaProducer(bootstrap_servers=tom_kafka.bootstrap_servers) as producent:
                sendt = await producent.send_and_wait(topic, b"{}", key=b"p")
            fundne = {p: ende for (t, p), ende in (await ender()).items() if t == topic}
            assert fundne == {p: int(p == sendt.partition) for p in range(len(fundne))}
            assert sum(fundne.values()) == 1
    async with Partitionsender(settings, HAENDELSER) as ender:
        assert sum((await ender()).values()) == 2, "asked for the first time"


async def test_I6_a_talk_that_came_in_the_lost_time_is_read_again_from_kafka_and_found_at_dfdg(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    """The restored database has never seen these events, and DFDG refuses a second talk of the same kind and time."""
    personer = Personregister()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101"]) as o:
        kopi = None
        try:
            await o.start()
            await _udgiv(o, "foer", personer, 1)
            await o.vent("select count(*) = 1 from registrering where fase = 'registreret'")
            await o.stop()
            kopi = await _kopi(o.dsn)
            await o.start()
            await _udgiv(o, "tabt", personer, 20)
            await o.vent("select count(*) = 21 from registrering where fase = 'registreret'")
            # What tells the restored ledger that it is an earlier one is kept in Kafka once a second.
            await asyncio.sleep(1.5)
            await o.draeb()
            o.dsn = kopi
            await o.start()
            # Known by their ids as soon as their partition is read again: these are new.
            await _udgiv(o, "ny", personer, 5)
            await o.vent("select count(*) = 26 from haendelse where status = 'registreret'", sekunder=60)
            fundne = await o.sql("select count(*) from registrering where var_i_tvivl and forsoeg = 0")
        finally:
            await o.stop()
            if kopi is not None:
                await _slet(kopi)
        udfald = [x["udfald"] for x in linjer(o.dfdg.log) if x.get("operation") == "CreatePersonInterview"]
        assert fundne == 20
        assert (udfald.count("modtaget"), udfald.count("kvitteret")) == (26, 26), "sent once each"


async def _udgiv(o: Opstilling, navn: str, personer: Personregister, antal: int) -> None:
    """A cv talk each of so many citizens."""
    poster = []
    for nr in range(antal):
        data = {
            "cpr": personer.ny(),
            "samtaleId": str(uuid4()),
            "formaal": ["cv"],
            "tidspunkt": "2022-01-10T10:00:00+01:00",
            "form": "personligt",
            "cvGodkendt": True,
            "sagsbehandler": {"fornavn": "T", "efternavn": "S"},
        }
        h = haendelse("akasse.01", "akasse.samtale.afholdt.v1", "2022-01-10", data, f"{navn}-{nr}")
        poster.append((f"{navn}-{nr}".encode(), json.dumps(h).encode(), STRUKTURERET))
    await o.udgiv("akasse.01.haendelser.v1", poster)


async def _kopi(dsn: str) -> str:
    """A backup of the database as it stands; nobody may be connected to it. Returns the copy's DSN."""
    navn = urlsplit(dsn).path.lstrip("/")
    conn = await asyncpg.connect(urlsplit(dsn)._replace(path="/postgres").geturl())
    try:
        await conn.execute(f'create database "{navn}_kopi" template "{navn}"')
    finally:
        await conn.close()
    return urlsplit(dsn)._replace(path=f"/{navn}_kopi").geturl()


async def _slet(dsn: str) -> None:
    conn = await asyncpg.connect(urlsplit(dsn)._replace(path="/postgres").geturl())
    try:
        await conn.execute(f'drop database if exists "{urlsplit(dsn).path.lstrip("/")}" with (force)')
    finally:
        await conn.close()


async def test_I2_I3_I6_a_database_from_before_is_noticed_and_nothing_is_lost_or_registered_twice(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    f = forudsaetninger()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter(f)) as o:
        kopi = None
        try:
            async with Forestilling(
                o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(o.dfdg.admin), stilstand=90
            ) as forestilling:
                # The backup holds every event, so that only what was registered is lost. Members whose parties answer each
                # other are left out: between topics Kafka tells no order, and of two lost events the answer might be read
                # before what it answers.
                nede = await o.styring.bestil(Forstyrrelse(art="nede"))
                await o.start()
                alle = generer(MEDLEMMER, SEED, f, Personregister())
                fortaellinger = [x for x in alle if not any(h.efter for h in x.haendelser)]
                udgivet = asyncio.Event()
                opgave = asyncio.create_task(_fortael(forestilling, fortaellinger, udgivet))
                await asyncio.wait_for(udgivet.wait(), 60)
                await o.vent(f"select sum(naeste) >= {forestilling.udgiver.antal} from topic_offset", sekunder=60)
                await o.styring.ryd(nede.nummer)
                await o.vent("select count(*) >= 60 from registrering where fase = 'registreret'", sekunder=60)
                await o.stop()
                kopi = await _kopi(o.dsn)
                stod = await o.sql("select count(*) from registrering where fase = 'registreret'")
                await o.start()
                await o.vent(f"select count(*) >= {stod + 60} from registrering where fase = 'registreret'")
                await o.draeb()
                tabt = await o.sql("select count(*) from registrering where fase = 'registreret'") - stod
                o.dsn = kopi
                await o.start()
                await opgave
                dom = forestilling.dommer.doem(linjer(o.dfdg.log))
            aarsag = await o.sql("select aarsag from inkarnation order by nr desc limit 1")
            assert aarsag == "kafka", "noticed by what Kafka knows"
            assert tabt >= 60, "what the restored database had forgotten"
            aflaest = await o.sql(
                "select count(*) from registrering where fase = 'registreret' and forsoeg = 0 and var_i_tvivl"
            )
            assert aflaest >= 20, "found at DFDG, and not sent again"
            zeros = dom.dfdg()
            # Requests that DFDG knew by their id: asked once more, committed once.
            assert zeros.pop("after_success") <= tabt
            assert zeros.pop("committed") > 0
            assert not any(zeros.values()), dom
            andre = {k: n for k, n in dom.andre().items() if n}
            assert not andre, [b for b in dom.brud if b.art in andre]
        finally:
            await o.stop()
            if kopi is not None:
                await _slet(kopi)
