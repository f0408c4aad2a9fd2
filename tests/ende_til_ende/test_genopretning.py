"""The database restored to an earlier time, as a drill (I2, I3, I6, I7, I10): nothing lost, nothing registered twice.

Judged from the stand-in DFDG's own log and from what the generator wrote down before anything was published.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from sandbox.dommer import linjer
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import generer
from sandbox.parter import Admindfdg, Forestilling
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import forudsaetninger, opstilling, parter

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SEED = 20261125
MEDLEMMER = 60


async def _fortael(forestilling: Forestilling) -> None:
    f = forudsaetninger()
    print(f"seed {SEED}, {MEDLEMMER} members")
    await forestilling.genererede(generer(MEDLEMMER, SEED, f, Personregister()), seed=SEED)
    await forestilling.til_ende()


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
            await o.start()
            async with Forestilling(
                o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(o.dfdg.admin), stilstand=90
            ) as forestilling:
                opgave = asyncio.create_task(_fortael(forestilling))
                await o.vent("select count(*) >= 60 from registrering where fase = 'registreret'")
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
            assert not {k: n for k, n in dom.andre().items() if n}, dom
        finally:
            await o.stop()
            if kopi is not None:
                await _slet(kopi)
