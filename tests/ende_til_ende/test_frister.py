"""D1 through the whole gateway by the events' clock: warned on the day, over kill -9, once, and no other a-kasse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import opstilling
from tests.ende_til_ende.test_begge_veje import endelige, h, send

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
REGISTER = Personregister()


def tilmeldt(part: str, cpr: str, dag: str) -> dict[str, Any]:
    return h(part, "akasse.medlem.tilmeldt.v1", dag, cpr, kommunekode="0101", tilmeldingsdato=dag)


def vejledning(part: str, cpr: str, dag: str) -> dict[str, Any]:
    return h(part, "akasse.vejledning.givet.v1", dag, cpr, emner=["forsoeg"], dato=dag)


async def test_D1_by_the_events_clock_over_a_kill(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr, anden = REGISTER.ny(), REGISTER.ny()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "akasse.02"]) as o:
        o.miljoe["GATEWAY_CLOCK"] = "haendelser"
        await o.start()
        foerst = tilmeldt("akasse.01", cpr, "2022-03-01")
        await send(o, "akasse.01", foerst)
        await endelige(o, "akasse.01", [foerst["id"]])
        await o.vent("select count(*) = 2 from frist where varslet is null")
        await o.draeb()
        # Time passes by what another a-kasse tells of another citizen.
        senere = vejledning("akasse.02", anden, "2022-03-12")
        await send(o, "akasse.02", senere)
        await o.start()
        advarsler = await o.laes(
            ["akasse.01.beskeder.v1"], lambda f: sum(b["type"] == "gateway.frist-advarsel.v1" for b in f) == 2
        )
        assert sorted((b["data"]["frist"], b["data"]["dato"], b["data"]["cpr"]) for b in advarsler) == [
            ("cv_samtale", "2022-03-15", cpr),
            ("indplacering", "2022-03-15", cpr),
        ]
        await o.draeb()
        igen = vejledning("akasse.02", anden, "2022-03-14")
        await send(o, "akasse.02", igen)
        await o.start()
        await endelige(o, "akasse.02", [igen["id"]])
        # A new enrolment shows that the watch has been round since.
        tredje = tilmeldt("akasse.02", REGISTER.ny(), "2022-03-14")
        await send(o, "akasse.02", tredje)
        await o.vent("select count(*) = 4 from frist")
        assert await o.sql("select count(*) from besked where type = 'gateway.frist-advarsel.v1'") == 2
        assert await o.sql("select count(distinct topic) from besked where type = 'gateway.frist-advarsel.v1'") == 1
