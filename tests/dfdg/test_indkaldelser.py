"""Planned talks on the wire: what a summons says, and what its reading back tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from contracts.dfdg.indkaldelse import laes_alle
from gateway.errors import Regelfejl
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse, Udfald
from gateway.rules.model import KOEBENHAVN
from gateway.rules.registreringer import Indhold
from producers.dfdg import errors, indkaldelser, rest
from producers.dfdg.carrier import DfdgCarrier
from tests.dfdg import byg

ROD = f"https://dfdg.test/Kontaktforloeb.IndkaldelseService/v1/Indkaldelse/{byg.INDKALDELSE_ID}"
ANDET_ID = "99999999-2222-4333-8444-555555555555"


def render(indhold: Indhold, cpr: str = "0101629996", **opsat: Any) -> Anmodning:
    return DfdgCarrier(byg.opsaetning("https://dfdg.test", **opsat)).render(
        byg.registrering(indhold), byg.haendelse(), cpr
    )


def staar(**mere: Any) -> dict[str, Any]:
    """A summons as GetIndkaldelser gives it; by default what ``byg.indkald()`` writes."""
    return {
        "indkaldelseIdentifier": str(byg.INDKALDELSE_ID),
        "samtaleType": 17,
        "startTidspunkt": "2023-04-14T09:30:00+02:00",
        "slutTidspunkt": "2023-04-14T10:15:00+02:00",
        "samtaleform": 1,
        "selvbooket": False,
    } | mere


def fund(indhold: Indhold, *liste: dict[str, Any]) -> tuple[Fund, str | None]:
    return indkaldelser.sammenlign(render(indhold), laes_alle(orjson.dumps(list(liste))))


# --- what is sent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("indhold", "metode", "sti", "operation", "klasse"),
    [
        (byg.indkald(), "POST", ROD, "CreateIndkaldelse", Klasse.EGET_ID),
        (byg.ret_indkaldelse(), "PUT", ROD, "UpdateIndkaldelse", Klasse.SIDSTE_VINDER),
        (byg.slet_indkaldelse(), "DELETE", ROD, "DeleteIndkaldelse", Klasse.SIDSTE_VINDER),
        (byg.deltagelsesvalg(), "PUT", f"{ROD}/deltagelsesvalg", "SaveDeltagelsesvalg", Klasse.SIDSTE_VINDER),
    ],
)
def test_S7_methods_paths_and_classes_of_the_summons_service(
    indhold: Indhold, metode: str, sti: str, operation: str, klasse: Klasse
) -> None:
    a = render(indhold)
    assert (a.metode, a.sti, a.operation, a.klasse) == (metode, sti, operation, klasse)
    assert a.entitets_id == str(byg.INDKALDELSE_ID)
    assert a.tjeneste == "IndkaldelseService"


def test_S7_a_summons_says_purpose_time_form_and_who_holds_it() -> None:
    assert json.loads(render(byg.indkald(), organisationstype=12).krop) == {
        "samtaleType": 17,
        "startTidspunkt": "2023-04-14T09:30:00+02:00",
        "slutTidspunkt": "2023-04-14T10:15:00+02:00",
        "samtaleform": 1,
        "selvbooket": False,
        "ansvarligMyndighed": {"myndighed": {"organisationsTypeIdentifier": 12, "organisationskode": "01"}},
    }


def test_S7_a_digital_booking_carries_link_and_says_that_it_is_the_members_own() -> None:
    krop = json.loads(render(byg.indkald(form="digitalt", moedelink="https://m.test/1", selvbooket=True)).krop)
    assert (krop["samtaleform"], krop["digitaltMoedelink"], krop["selvbooket"]) == (8, "https://m.test/1", True)


@pytest.mark.parametrize(("formaal", "type_"), [("cv", 10), ("raadighed", 15), ("jobsamtale", 7), ("faelles", 17)])
def test_S7_a_purpose_is_its_talk_type(formaal: str, type_: int) -> None:
    assert json.loads(render(byg.indkald(formaal=formaal)).krop)["samtaleType"] == type_


def test_a_summons_time_is_copenhagens_also_in_the_hour_that_comes_twice() -> None:
    foerste = datetime(2023, 10, 29, 2, 30, tzinfo=KOEBENHAVN)
    anden = foerste.replace(fold=1)
    for tid, skrevet in (
        (datetime(2023, 2, 14, 8, 30, tzinfo=UTC), "2023-02-14T09:30:00+01:00"),
        (foerste, "2023-10-29T02:30:00+02:00"),
        (anden, "2023-10-29T02:30:00+01:00"),
    ):
        assert json.loads(render(byg.indkald(start=tid, slut=tid)).krop)["startTidspunkt"] == skrevet
    a = render(byg.indkald(start=foerste, slut=foerste))
    svar = [staar(startTidspunkt="2023-10-29T02:30:00+01:00", slutTidspunkt="2023-10-29T02:30:00+01:00")]
    assert indkaldelser.sammenlign(a, laes_alle(orjson.dumps(svar)))[0] is Fund.ANDERLEDES


def test_S6_M3_the_one_public_choice_needs_no_setting_and_the_others_are_the_installations() -> None:
    assert json.loads(render(byg.deltagelsesvalg(), koder={}).krop) == {"deltagelsesvalgType": 1}
    assert json.loads(render(byg.deltagelsesvalg("oensket")).krop) == {"deltagelsesvalgType": 3}


def test_M3_a_choice_whose_id_is_not_public_is_refused_by_name_until_it_is_set() -> None:
    for valg in ("akasse_fravaelger", "oensket"):
        with pytest.raises(Regelfejl) as fejl:
            render(byg.deltagelsesvalg(valg), koder={})
        assert fejl.value.kode == "kode_mangler"
        assert f"deltagelsesvalg.{valg}" in fejl.value.tekst


# --- what stands -----------------------------------------------------------------------------------------


def test_a_create_is_there_absent_or_there_with_other_content() -> None:
    assert fund(byg.indkald(), staar()) == (Fund.LIG, None)
    assert fund(byg.indkald()) == (Fund.FRAVAERENDE, None)
    assert fund(byg.indkald(), staar(indkaldelseIdentifier=ANDET_ID))[0] is Fund.FRAVAERENDE
    for andet, felt in (
        ({"samtaleType": 7}, "type"),
        ({"startTidspunkt": "2023-04-14T09:31:00+02:00"}, "start"),
        ({"slutTidspunkt": "2023-04-14T10:16:00+02:00"}, "slut"),
        ({"samtaleform": 2}, "form"),
        ({"selvbooket": True}, "selvbooket"),
    ):
        assert fund(byg.indkald(), staar(**andet)) == (Fund.ANDERLEDES, f"other content in {felt}")


@pytest.mark.parametrize("skrevet", ["2023-04-14T07:30:00Z", "2023-04-14T09:30:00", "2023-04-14T09:30:00.000+02:00"])
def test_a_moment_is_the_same_however_it_is_written(skrevet: str) -> None:
    assert fund(byg.indkald(), staar(startTidspunkt=skrevet))[0] is Fund.LIG


def test_an_update_that_is_not_there_yet_is_absent_whatever_stands() -> None:
    ny = byg.ret_indkaldelse(slut=datetime(2023, 4, 14, 11, tzinfo=KOEBENHAVN))
    assert fund(ny, staar(slutTidspunkt="2023-04-14T11:00:00+02:00"))[0] is Fund.LIG
    assert fund(ny, staar())[0] is Fund.FRAVAERENDE
    assert fund(ny)[0] is Fund.FRAVAERENDE


def test_S12_a_cancelled_summons_is_gone() -> None:
    assert fund(byg.slet_indkaldelse())[0] is Fund.LIG
    assert fund(byg.slet_indkaldelse(), staar(indkaldelseIdentifier=ANDET_ID))[0] is Fund.LIG
    assert fund(byg.slet_indkaldelse(), staar())[0] is Fund.FRAVAERENDE


def test_S12_a_summons_that_is_not_known_any_more_is_cancelled_already() -> None:
    for kode in ("90036", "4768"):
        assert errors.klasse(kode, "DeleteIndkaldelse") is Udfald.FANDTES
        assert errors.klasse(kode, "UpdateIndkaldelse") is Udfald.AFVIST


def test_S6_a_choice_is_there_when_it_stands_on_the_summons() -> None:
    valg = byg.deltagelsesvalg()
    assert fund(valg, staar(deltagelsesvalg=1))[0] is Fund.LIG
    assert fund(valg, staar(deltagelsesvalg=2))[0] is Fund.FRAVAERENDE
    assert fund(valg, staar())[0] is Fund.FRAVAERENDE
    assert fund(valg)[0] is Fund.FRAVAERENDE


def test_an_empty_answer_is_a_receipt_for_every_write_but_the_create() -> None:
    for operation, udfald in (
        ("UpdateIndkaldelse", Udfald.KVITTERET),
        ("DeleteIndkaldelse", Udfald.KVITTERET),
        ("SaveDeltagelsesvalg", Udfald.KVITTERET),
        ("CreateIndkaldelse", Udfald.INTET_SVAR),
    ):
        assert rest.svar(byg.opsaetning(), operation, 200, b"").udfald is udfald


def test_an_unreadable_list_of_summonses_shows_no_values(cpr: str) -> None:
    with pytest.raises(ValueError, match="indkaldelseIdentifier") as fejl:
        laes_alle(orjson.dumps([staar(indkaldelseIdentifier=cpr)]))
    assert cpr not in str(fejl.value)
