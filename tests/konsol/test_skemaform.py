"""An event as a form after its schema, and what comes back of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from contracts.envelope import fra_raa
from gateway.errors import Betjeningsfejl
from gateway.konsol.skemaform import felter, genskab, saml
from gateway.ledger.visning import MASKE, haendelse
from tests.kontrakter import eksempler
from tests.ledger.byg import CPR, samtale

TYPE = "akasse.samtale.afholdt.v1"


def _raa() -> bytes:
    h = samtale("s", "2022-02-01", "jobsamtale", "cv")
    h["data"] |= {"aftaler": f"Ring til {CPR[:6]}-{CPR[6:]}.", "cvGodkendt": True, "deltagere": [{"navn": f"B {CPR}", "rolle": "r", "form": "f"}]}  # fmt: skip
    return orjson.dumps(h)


def _form(vist: dict[str, Any]) -> dict[str, str]:
    return {f"felt.{f.navn}": f.vaerdi for f in felter(TYPE, vist)}


def test_a_form_that_nobody_touched_gives_the_event_as_it_came() -> None:
    """What the mask covers goes back as it came, in every field it stands in."""
    raa = _raa()
    vist, original = haendelse(raa)["data"], orjson.loads(raa)["data"]
    form = _form(vist)
    assert CPR not in str(form)
    assert CPR[6:] not in str(form)
    ny = genskab(saml(TYPE, form), original)
    assert {k: v for k, v in ny.items() if k in original} == original
    assert fra_raa(orjson.dumps({**orjson.loads(raa), "data": ny}))[1] == fra_raa(raa)[1]


def test_a_changed_field_is_changed_and_the_others_stay() -> None:
    raa = _raa()
    form = _form(haendelse(raa)["data"]) | {"felt.form": "telefon", "felt.aftaler": "Ingen."}
    ny = genskab(saml(TYPE, form), orjson.loads(raa)["data"])
    assert (ny["form"], ny["aftaler"], ny["cpr"], ny["deltagere"][0]["navn"]) == ("telefon", "Ingen.", CPR, f"B {CPR}")


def test_a_covered_text_that_was_changed_in_part_is_refused_by_name() -> None:
    raa = _raa()
    form = _form(haendelse(raa)["data"]) | {"felt.aftaler": f"Skriv til {MASKE}."}
    with pytest.raises(Betjeningsfejl, match="aftaler") as fejl:
        genskab(saml(TYPE, form), orjson.loads(raa)["data"])
    assert "skjult nummer" in fejl.value.dansk


def test_what_is_no_json_is_refused_by_the_fields_name() -> None:
    with pytest.raises(Betjeningsfejl, match="formaal"):
        saml(TYPE, {"felt.formaal": "[jobsamtale"})


@pytest.mark.parametrize("type_", sorted(eksempler.DATA))
def test_every_event_type_goes_through_its_form_unharmed(type_: str) -> None:
    kuvert = {**eksempler.kuvert(type_), "data": eksempler.data(type_)}
    raa = orjson.dumps(kuvert, default=str)
    original = orjson.loads(raa)["data"]
    form = {f"felt.{f.navn}": f.vaerdi for f in felter(type_, haendelse(raa)["data"])}
    assert str(original["cpr"]) not in str(form)
    ny = genskab(saml(type_, form), original)
    assert fra_raa(orjson.dumps({**kuvert, "data": ny}, default=str))[1] == fra_raa(raa)[1]
