"""Trying an event, sending messages again, the pulse, closing a regime: on a real PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events import INTERNE_TYPER
from contracts.messages import BESKEDTYPER
from gateway.errors import Betjeningsfejl
from gateway.ledger.genudsendelse import genudsend
from gateway.ledger.proeve import Proeve
from gateway.ledger.puls import Puls
from gateway.ledger.regimer import Regimer, lukninger, med_lukninger
from gateway.rules.model import Part, Regime, Regimelukning
from tests.ledger.byg import AFVIST, CPR, Ledger, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres
TABELLER = (
    "borger",
    "haendelse",
    "registrering",
    "besked",
    "udbakke",
    "overdragelse",
    "borger_tilstand",
    "topic_offset",
)


def proeve(ledger: Ledger) -> Proeve:
    return Proeve(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)


async def _alt(ledger: Ledger) -> dict[str, list[Any]]:
    return {t: [tuple(r) for r in await ledger.pulje.fetch(f"select * from {t} order by 1")] for t in TABELLER}


async def test_a_tried_event_shows_everything_and_leaves_nothing(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    foer = await _alt(ledger)
    svar = await proeve(ledger).proev(json.dumps(udbetalt("u", "410")).encode())
    assert await _alt(ledger) == foer
    assert svar["kvittering"]["regel"] == "A1"
    assert [r["operation"] for r in svar["registreringer"]] == ["UpdateFravaer"]
    assert [(o["til"], o["data"]["aarsagskode"]) for o in svar["overdragelser"]] == [("jobcenter.0101", "41")]
    assert CPR not in json.dumps(svar)


async def test_a_tried_event_that_is_refused_says_what_would_be_right(ledger: Ledger) -> None:
    foer = await _alt(ledger)
    svar = await proeve(ledger).proev(json.dumps(samtale("s", "2022-02-01", "jobsamtale")).encode())
    assert (svar["status"], svar["kvittering"]["regel"]) == ("afvist", "S9")
    assert svar["kvittering"]["fejl"]["loesning"]
    assert await _alt(ledger) == foer
    with pytest.raises(Betjeningsfejl):
        await proeve(ledger).proev(b"[]")


async def test_I10_messages_sent_again_keep_their_ids_and_order(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("u", "410"))
    await ledger.leverer()
    sendt = [tuple(r) for r in await ledger.pulje.fetch("select topic, id from udbakke order by topic, id")]
    await ledger.pulje.execute("delete from udbakke")
    assert await genudsend(ledger.pulje, Part("akasse", "02"), ledger.nu - timedelta(days=1)) == 0, "I9"
    antal = await genudsend(ledger.pulje, Part("akasse", "01"), ledger.nu - timedelta(days=1))
    antal += await genudsend(ledger.pulje, Part("jobcenter", "0101"), ledger.nu - timedelta(days=1))
    igen = [tuple(r) for r in await ledger.pulje.fetch("select topic, id from udbakke order by topic, id")]
    assert igen == sendt
    assert antal == len(sendt)
    await ledger.pulje.execute("delete from udbakke")
    assert await genudsend(ledger.pulje, Part("akasse", "01"), ledger.nu + timedelta(days=1)) == 0
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    assert await genudsend(ledger.pulje, Part("akasse", "01"), ledger.nu - timedelta(days=1), pseudonym) > 0
    with pytest.raises(Betjeningsfejl):
        await genudsend(ledger.pulje, Part("akasse", "01"), ledger.nu, "findes-ikke")


async def _puls(ledger: Ledger) -> list[dict[str, Any]]:
    raekker = await ledger.pulje.fetch(
        "select topic, krop_krypt from besked where type = 'gateway.puls.v1' order by id"
    )
    return [json.loads(ledger.noegler.dekrypter(r["krop_krypt"])) for r in raekker]


async def test_the_pulse_tells_what_is_final_once_a_minute(ledger: Ledger) -> None:
    puls = Puls(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu)
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"), samtale("s2", "2022-02-08", "raadighed"))
    (k,) = await ledger.tag()
    await ledger.svar(k)
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    assert await puls.slaa() == 1
    assert await puls.slaa() == 0, "once a minute, whoever calls"
    (p,) = await _puls(ledger)
    BESKEDTYPER["gateway.puls.v1"].model_validate(p["data"])
    (del_,) = p["data"]["partitioner"]
    assert (del_["modtagetTil"], del_["endeligTil"]) == (3, 1), "everything below the stopped talk is final"
    assert p["data"]["dfdg"] == {"FravaerService": "aaben", "PersonRegistrationService": "aaben"} or set(
        p["data"]["dfdg"].values()
    ) == {"aaben"}
    await ledger.pulje.execute("update kanal set tilstand = 'nede' where kanal like '%Person%'")
    await ledger.operatoer.spring_over([await ledger.doedt()], "opgivet")
    ledger.nu += timedelta(minutes=1)
    await ledger.leverer()
    assert await puls.slaa() == 1
    p = (await _puls(ledger))[-1]
    assert p["data"]["partitioner"][0]["endeligTil"] == 3
    assert "aeldsteAabne" not in p["data"]["partitioner"][0]
    assert "nede" in p["data"]["dfdg"].values()


def regimer(ledger: Ledger) -> Regimer:
    return Regimer(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu, hvem="test")


async def test_R7_a_closed_regime_ends_running_courses_once(ledger: Ledger) -> None:
    assert "gateway.regime.lukket.v1" in INTERNE_TYPER
    await ledger.modtag(placeret())
    await ledger.leverer()
    _, antal = await regimer(ledger).luk(
        Regime.FORSOEG_2020, date(2022, 4, 30), None, "41", "bekendtgørelsen er ophævet"
    )
    assert antal == 1
    assert await ledger.leverer() == ["UpdateFravaer"]
    (o,) = [
        json.loads(ledger.noegler.dekrypter(r["data_krypt"]))
        for r in await ledger.pulje.fetch("select * from overdragelse")
    ]
    assert (o["slutdato"], o["aarsagskode"]) == ("2022-04-30", "41")
    # broken off and given again: nothing twice
    _, antal = await regimer(ledger).luk(Regime.FORSOEG_2020, date(2022, 4, 30), None, "41", "igen")
    assert antal == 0
    assert len(await lukninger(ledger.pulje)) == 1
    assert await ledger.pulje.fetchval("select count(*) from besked where topic like 'gateway%'") == 0
    o2 = await med_lukninger(ledger.pulje, ledger.motor.opsaetning)
    assert [(x.regime, x.dato) for x in o2.lukkede] == [(Regime.FORSOEG_2020, date(2022, 4, 30))]


async def test_R7_I7_an_ending_that_dfdg_refused_is_sent_when_the_placement_is_retried(ledger: Ledger) -> None:
    """The marking was made and its ending refused: decided again, only the ending is left of the event (I3)."""
    lukning = Regimelukning(Regime.FORSOEG_2020, date(2022, 4, 30), None, "41")
    ledger.motor.opsaetning = replace(ledger.motor.opsaetning, lukkede=(lukning,))
    await ledger.modtag(placeret())
    (opret,) = await ledger.tag()
    await ledger.svar(opret)
    (slut,) = await ledger.tag()
    assert [k.anmodning.operation for k in (opret, slut)] == ["CreateFravaerMedIdentifier", "UpdateFravaer"]
    await ledger.svar(slut, AFVIST)
    await ledger.operatoer.genkoer([await ledger.doedt()], "rettet hos DFDG")
    assert await ledger.leverer() == ["UpdateFravaer"]
    assert await ledger.pulje.fetchval("select status from haendelse where type like '%indplaceret%'") == "registreret"
    (o,) = [
        json.loads(ledger.noegler.dekrypter(r["data_krypt"]))
        for r in await ledger.pulje.fetch("select * from overdragelse")
    ]
    assert o["slutdato"] == "2022-04-30"
    # Told once that the course is here, and last that it ends.
    typer = [
        r["type"]
        for r in await ledger.pulje.fetch(
            "select type from besked where topic = 'jobcenter.0101.beskeder.v1' order by id"
        )
    ]
    assert typer.count("gateway.kontaktforloeb-hos-akasse.v1") == 1
    assert typer[-1] == "gateway.overdragelse.v1"


async def test_R7_another_akasses_courses_and_other_regimes_go_on(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    assert (await regimer(ledger).luk(Regime.FORSOEG_2020, date(2022, 4, 30), "02", "41", "x"))[1] == 0
    assert (await regimer(ledger).luk(Regime.LOV_2024, date(2022, 4, 30), None, "41", "x"))[1] == 0
    assert await ledger.leverer() == []


async def test_R7_a_known_cause_is_asked_for(ledger: Ledger) -> None:
    with pytest.raises(Betjeningsfejl):
        await regimer(ledger).luk(Regime.FORSOEG_2020, date(2022, 4, 30), None, "99", "x")


async def test_R7_R8_42_is_no_cause_from_the_law_of_2024(ledger: Ledger) -> None:
    with pytest.raises(Betjeningsfejl, match="42"):
        await regimer(ledger).luk(Regime.LOV_2024, date(2024, 4, 30), None, "42", "x")
    assert (await regimer(ledger).luk(Regime.FORSOEG_2020, date(2022, 4, 30), None, "42", "x"))[1] == 0
