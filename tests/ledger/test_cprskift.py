"""A new CPR number: one citizen from there on, in one order, never while something is in doubt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.envelope import Post
from gateway.lanes.forsoeg import Svar, Udfald
from gateway.ledger.cprskift import Sammenlaegning
from sandbox.personer import Personregister
from tests.ledger.byg import CPR, Ledger, h, placeret, samtale, udbetalt
from tests.ledger.test_rettelser import beskeder

pytestmark = pytest.mark.postgres
_REGISTER = Personregister()
NYT = next(c for c in iter(_REGISTER.ny, None) if c != CPR)


def skift(id_: str, **mere: Any) -> dict[str, Any]:
    return h(id_, "medlem.cpr-skiftet", "2022-03-01", {"cpr": NYT, "gammeltCpr": CPR}, **mere)


def om(nummer: str, haendelse: dict[str, Any]) -> dict[str, Any]:
    return {**haendelse, "data": {**haendelse["data"], "cpr": nummer}}


def samling(ledger: Ledger) -> Sammenlaegning:
    return Sammenlaegning(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)


async def _cprer(ledger: Ledger) -> list[str]:
    ud = []
    for r in await ledger.pulje.fetch("select krop_krypt from besked where topic like '%kvitteringer%' order by id"):
        ud.append(json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"]["cpr"])
    return ud


async def test_I2_what_follows_under_the_new_number_stands_in_the_same_lane(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(skift("skift"))
    await ledger.modtag(om(NYT, udbetalt("timer", "410")))
    assert await ledger.leverer() == ["UpdateFravaer"], "the course goes on under the new number"
    assert await ledger.pulje.fetchval("select count(*) from borger") == 1
    assert set(await _cprer(ledger)) == {CPR, NYT}
    (krop,) = [
        ledger.noegler.dekrypter(r["anmodning_krypt"])
        for r in await ledger.pulje.fetch("select anmodning_krypt from registrering where operation = 'UpdateFravaer'")
    ]
    assert NYT.encode() in krop
    assert CPR.encode() not in krop, "DFDG is told under the new number"
    # the old number still names the citizen
    await ledger.modtag(samtale("s", "2022-02-01", "raadighed"))
    assert await ledger.pulje.fetchval("select count(distinct borger_id) from haendelse") == 1


async def test_I2_it_waits_its_turn_while_something_is_in_doubt(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.svar(k, Svar(Udfald.INTET_SVAR, kode="timeout"))
    await ledger.modtag(skift("skift"))
    assert (await ledger.statusser())["skift"] == "venter"
    krypt = await ledger.pulje.fetchval("select cpr_krypt from borger")
    assert ledger.noegler.dekrypter(krypt).decode() == CPR, "DFDG is told under the old number"


async def test_I2_what_follows_under_the_new_number_waits_behind_the_change(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.modtag(skift("skift"))
    await ledger.modtag(om(NYT, samtale("s", "2022-02-01", "jobsamtale")), om(NYT, udbetalt("timer", "410")))
    assert list((await ledger.statusser()).values())[1:] == ["venter"] * 3
    await ledger.svar(k)
    assert await ledger.leverer() == ["CreatePersonInterview", "UpdateFravaer"], "both of the course"
    assert await ledger.pulje.fetchval("select count(*) from borger") == 1


async def test_I2_also_when_they_come_in_one_batch(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), skift("skift"), om(NYT, samtale("s", "2022-02-01", "jobsamtale")))
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]
    await samling(ledger).proev()
    assert await ledger.leverer() == ["CreatePersonInterview"]
    assert set((await ledger.statusser()).values()) == {"registreret", "noteret"}


@pytest.mark.parametrize("paa_en_gang", [True, False], ids=["one batch", "the change waits"])
async def test_a_handover_told_before_the_change_has_its_turn_names_the_citizen_as_the_event_did(
    ledger: Ledger, paa_en_gang: bool
) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    begge = [skift("skift"), om(NYT, udbetalt("timer", "410"))]
    for bundt in [begge] if paa_en_gang else [[en] for en in begge]:
        await ledger.modtag(*bundt)
    assert [(o["registrering"], o["cpr"]) for o in await beskeder(ledger, "gateway.overdragelse.v1")] == [
        ("afventer", NYT)
    ]
    await ledger.svar(k)
    await samling(ledger).proev()
    await ledger.leverer()
    assert {o["cpr"] for o in await beskeder(ledger, "gateway.overdragelse.v1")} == {NYT}


async def test_I2_also_when_the_new_number_was_heard_of_before(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.modtag(om(NYT, samtale("tidlig", "2022-01-20", "raadighed")))
    foerste, anden = await ledger.tag()
    await ledger.modtag(skift("skift"))
    await ledger.modtag(om(NYT, samtale("sen", "2022-02-01", "jobsamtale")))
    assert (await ledger.statusser())["sen"] == "venter"
    await ledger.svar(foerste)
    await ledger.svar(anden)
    assert await samling(ledger).proev() == 1
    assert await ledger.leverer() == ["CreatePersonInterview"]
    assert (await ledger.statusser())["sen"] == "registreret"


async def _en_borger_for_sig(ledger: Ledger) -> None:
    """The event under the new number left the lane, and stands alone: out of any course (S9)."""
    await samling(ledger).proev()
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select count(*) from borger") == 2
    assert (await ledger.statusser())["sen"] == "afvist"
    ejere = await ledger.pulje.fetch("select borger_id from haendelse where haendelse_id in ('placeret', 'sen')")
    assert len({r["borger_id"] for r in ejere}) == 2
    # Both numbers are lanes of their own from here on.
    await ledger.modtag(
        om(NYT, samtale("uden", "2022-02-08", "raadighed")), samtale("gammel", "2022-02-08", "jobsamtale")
    )
    assert sorted(await ledger.leverer()) == ["CreatePersonInterview"] * 2


async def test_a_withdrawn_change_gives_back_what_waited_behind_it(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.modtag(skift("skift"))
    await ledger.modtag(om(NYT, samtale("sen", "2022-02-01", "jobsamtale")))
    fortrudt = {"haendelseId": "skift", "begrundelse": "Fejl"}
    await ledger.modtag(h("fortrudt", "haendelse.tilbagekaldt", "2022-03-02", fortrudt))
    await ledger.svar(k)
    await _en_borger_for_sig(ledger)


async def test_I9_a_change_refused_at_its_turn_gives_back_what_waited_behind_it(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    krav = h("krav", "medlem.tilmeldt", "2022-01-15", {"kommunekode": "0101", "tilmeldingsdato": "2022-01-15"})
    await _fra_07(ledger, krav, skift("skift"))
    assert await ledger.pulje.fetchval("select count(*) from borger_alias where reserveret_af is not null") == 1, (
        "whose member it is is not known yet"
    )
    await ledger.modtag(om(NYT, samtale("sen", "2022-02-01", "jobsamtale")))
    await ledger.svar(k)
    assert (await ledger.statusser())["skift"] == "afvist"
    await _en_borger_for_sig(ledger)


async def test_two_citizens_of_one_person_are_joined_when_the_second_lane_is_at_rest(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(om(NYT, samtale("tidlig", "2022-02-01", "raadighed")))
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger order by id limit 1")
    await ledger.modtag(skift("skift"))
    await ledger.modtag(udbetalt("timer", "410"))
    assert await samling(ledger).proev() == 0, "a talk of the second citizen's is still on its way"
    assert (await ledger.statusser())["skift"] == "hoved"
    (k,) = await ledger.tag()
    await ledger.svar(k)
    assert await samling(ledger).proev() == 1
    assert (await ledger.statusser())["skift"] == "noteret"
    assert await ledger.leverer() == ["UpdateFravaer"]
    await ledger.modtag(om(NYT, samtale("sen", "2022-02-08", "raadighed")))
    assert await ledger.leverer() == ["CreatePersonInterview"]
    assert await ledger.pulje.fetchval("select count(distinct borger_id) from haendelse") == 1
    noegler = await ledger.pulje.fetch(
        "select distinct noegle from besked where haendelse_ref > (select id from haendelse where haendelse_id = 'skift')"
    )
    assert {r["noegle"] for r in noegler} == {pseudonym}, "the old number's pseudonym stays"
    dobbelt = await ledger.modtagelse.accepter(
        [ledger.post(om(NYT, samtale("tidlig", "2022-02-01", "raadighed")))], set()
    )
    assert dobbelt.antal == 1
    assert await ledger.leverer() == [], "the talk known under the second number is known"


async def _fra_07(ledger: Ledger, *haendelser: dict[str, Any]) -> None:
    poster = [
        Post("akasse.07.haendelser.v1", 0, nr, b"p", json.dumps({**x, "source": "/akasse/07"}).encode(), ())
        for nr, x in enumerate(haendelser)
    ]
    await ledger.modtagelse.accepter(poster, set())


async def test_I9_another_akasses_claim_moves_no_number(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await _fra_07(ledger, skift("skift"))
    assert (await ledger.statusser())["skift"] == "afvist"
    assert await ledger.pulje.fetchval("select count(*) from borger_alias") == 1
