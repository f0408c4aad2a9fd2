"""The forecast of an outage, held against an outage: what it says before, and what DFDG's own log says after."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gateway.rules.model import KOEBENHAVN
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import laes_log
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ledger.byg import placeret

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]

#: Calls a second that DFDG permits here; citizens before and during the outage, and those of them with a date today.
TAKST, FOER, UNDER, MED_DATO = 12, 24, 240, 30


async def _udgiv(o: Opstilling, haendelser: list[dict[str, Any]]) -> None:
    await o.udgiv("akasse.01.haendelser.v1", [(h["subject"].encode(), json.dumps(h).encode(), []) for h in haendelser])


def _indplacerede(antal: int, personer: Personregister) -> list[dict[str, Any]]:
    ud = []
    for _ in range(antal):
        h = placeret(str(uuid4()))
        h["data"]["cpr"] = personer.ny()
        h["subject"] = str(uuid4())
        ud.append(h)
    return ud


async def _forudsig(o: Opstilling, til: datetime) -> dict[str, Any]:
    kode, ud = await o.kommando("prognose", "--til", til.isoformat(), "--json")
    assert kode == 0, o.log.read_text()[-2000:]
    svar: dict[str, Any] = json.loads(ud)
    return svar


async def test_what_is_foretold_is_what_happens(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    personer = Personregister()
    async with opstilling(
        tom_kafka,
        database,
        certifikater,
        tmp_path,
        ["akasse.01"],
        GATEWAY_DFDG__HASTIGHED=f"FravaerService={TAKST}",
    ) as o:
        await o.start()
        await _udgiv(o, _indplacerede(FOER, personer))
        await o.vent(f"select count(*) = {FOER} from haendelse where status = 'registreret'", sekunder=60)
        await o.styring.bestil(Forstyrrelse(art="nede"))
        await _udgiv(o, _indplacerede(UNDER, personer))
        await o.vent(
            f"select count(*) = {UNDER} from koe where exists (select 1 from kanal where tilstand = 'nede')",
            sekunder=90,
        )
        nu = datetime.now(UTC)
        # So many of them may be taken by DFDG today and no later.
        idag = nu.astimezone(KOEBENHAVN).date()
        await o.sql(
            """with valgt as (update registrering set haardeste_dato = $1 where id in (
                   select registrering_id from koe order by nr limit $2) returning borger_id)
               select count(*) from valgt""",
            idag,
            MED_DATO,
        )
        i_morgen = datetime.combine(idag + timedelta(days=1), datetime.min.time(), KOEBENHAVN) + timedelta(hours=6)
        lang = await _forudsig(o, i_morgen)
        assert (lang["borgereForbiDato"], lang["borgereIKoe"]) == (MED_DATO, UNDER)
        assert f"passerer {MED_DATO} borgere en dato" in lang["tekst"]
        # Back at once: what is left to drain is what waits, by the rate.
        kort = await _forudsig(o, datetime.now(UTC) + timedelta(seconds=1))
        (a,) = [a for a in kort["afvikling"] if a["tjeneste"] == "FravaerService"]
        assert UNDER <= a["registreringer"] <= UNDER + 5
        forudsagt = kort["varighedSekunder"]
        assert forudsagt == pytest.approx(UNDER / TAKST, rel=0.15)
        loest = datetime.now(UTC)
        await o.styring.ryd()
        await o.vent(f"select count(*) = {FOER + UNDER} from haendelse where status = 'registreret'", sekunder=180)
        faerdig = datetime.now(UTC)
        gennemfoert = [x for x in laes_log(o.dfdg.log) if x.udfald == "committed"]
        assert len(gennemfoert) == FOER + UNDER
        varede = (faerdig - loest).total_seconds()
        print(f"foretold {forudsagt:.1f} s, took {varede:.1f} s (with the breaker's pause before its first probe)")
        # Before the first probe up to half a minute may pass (the breaker's longest pause), and a test machine is slow.
        assert forudsagt * 0.8 <= varede <= forudsagt * 1.6 + 35


async def test_it_is_shown_before_a_window_is_opened_or_closed(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01"]) as o:
        personer = Personregister()
        await o.start()
        await _udgiv(o, _indplacerede(3, personer))
        await o.vent("select count(*) = 3 from haendelse where status = 'registreret'")
        til = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
        planlaeg = ("vindue", "planlaeg", "--til", til, "--tekst", "Release", "--begrundelse", "release")
        kode, ud = await o.kommando(*planlaeg, "--proev")
        assert kode == 0
        assert "passerer 0 borgere en dato" in " ".join(ud.split())
        assert await o.sql("select count(*) from vindue") == 0
        kode, ud = await o.kommando(*planlaeg, "--json")
        svar = json.loads(ud)
        assert (kode, svar["prognose"]["borgereForbiDato"]) == (0, 0)
        nummer = str(svar["vindue"])
        await o.vent("select meldt = 'aabnet' from vindue")
        await _udgiv(o, _indplacerede(4, personer))
        await o.vent("select count(*) = 4 from koe")
        # The parties are told when it opens.
        beskeder = await o.laes(["akasse.01.beskeder.v1"], lambda b: len(b) >= 2)
        # They are about no citizen, so their order is told by sekvens, not by a partition.
        arter = [b["data"]["art"] for b in sorted(beskeder, key=lambda b: int(b["sekvens"]))]
        assert arter == ["vindue_planlagt", "vindue_aabnet"]
        kode, ud = await o.kommando("vindue", "slut", nummer, "--proev", "--json")
        svar = json.loads(ud)
        assert (kode, svar["tilstand"]) == (0, "uændret")
        assert svar["prognose"]["nu"]["borgereIKoe"] == 4
        assert svar["prognose"]["planlagt"]["til"] > svar["prognose"]["nu"]["til"]
        await asyncio.sleep(1)
        assert await o.sql("select count(*) from koe") == 4, "nothing was ended"
        kode, _ = await o.kommando("vindue", "slut", nummer, "--begrundelse", "færdig")
        assert kode == 0
        await o.vent("select count(*) = 7 from haendelse where status = 'registreret'")
