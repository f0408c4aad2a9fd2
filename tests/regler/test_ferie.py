"""Holiday: the notice decides who registers it; while in only; withdrawn ones are deleted (F1-F3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules.model import Status
from gateway.rules.registreringer import OpretFravaer, RetFravaer, SletFravaer
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import ANDEN_AKASSE, dag, haendelse, historie, i_forloeb, indhold, tidlig_indsats, udbetalt

ANMODET, AENDRET, ANNULLERET = (f"akasse.ferie.{x}.v1" for x in ("anmodet", "aendret", "annulleret"))


def ferie(
    anmodet: str, varsel: int, *, dage: int = 5, meldt: str | None = None, navn: str = "ferie", **felter: Any
) -> Any:
    start = dag(anmodet) + timedelta(days=varsel)
    slut = start + timedelta(days=dage - 1)
    standard = {"ferieId": uuid(navn), "startdato": start, "slutdato": slut, "anmodetDato": anmodet, "godkendt": ...}
    return haendelse(ANMODET, meldt or anmodet, **{**standard, **felter})


def aendret(anmodet: str, varsel: int, **felter: Any) -> Any:
    """The holiday as it stands from here on, told on the day it is asked for unless ``meldt`` says otherwise."""
    h = ferie(anmodet, varsel, **felter)
    return haendelse(AENDRET, h.tid.isoformat(), **h.data.model_dump(mode="json", by_alias=True, exclude={"cpr"}))


def annulleret(tid: str, navn: str = "ferie") -> Any:
    return haendelse(ANNULLERET, tid, ferieId=uuid(navn))


@pytest.mark.parametrize(("varsel", "akassen"), [(-1, True), (0, True), (13, True), (14, False), (15, False)])
@pytest.mark.parametrize("anmodet", ["2022-03-10", "2022-03-20", "2024-02-20"], ids=["", "summer time", "leap day"])
def test_F1_less_than_14_days_notice_is_the_akasses_14_or_more_the_members(
    anmodet: str, varsel: int, akassen: bool
) -> None:
    h = i_forloeb(f"{anmodet[:8]}01")
    afg = h.ske(ferie(anmodet, varsel))
    start = dag(anmodet) + timedelta(days=varsel)
    slut = start + timedelta(days=4)
    if akassen:
        assert (afg.status, afg.regel) == (Status.REGISTRERET, "F1")
        assert indhold(afg) == [("OpretFravaer", "10", start.isoformat(), slut.isoformat(), None)]
    else:
        assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "F1", ())
    assert [(x.startdato, x.slutdato, x.registreret) for x in h.borger.ferie] == [(start, slut, akassen)]


def test_F1_notified_on_the_day_it_was_asked_for() -> None:
    (r,) = i_forloeb("2022-03-01").proev(ferie("2022-03-10", 3, meldt="2022-03-12")).registreringer
    assert isinstance(r.indhold, OpretFravaer)
    assert r.indhold.anmeldelsesdato == dag("2022-03-10")


@pytest.mark.parametrize("varsel", [3, 20])
def test_F1_not_approved_is_kept_only(varsel: int) -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(ferie("2022-03-10", varsel, godkendt=False))
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    assert [x.godkendt for x in h.borger.ferie] == [False]


def test_F1_approved_after_all_it_is_registered() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", 5, godkendt=False))
    assert h.ske(ferie("2022-03-10", 5, meldt="2022-03-11")).status is Status.REGISTRERET
    assert [(x.godkendt, x.registreret) for x in h.borger.ferie] == [(True, True)]


@pytest.mark.parametrize("varsel", [5, 20])
def test_F1_the_same_holiday_told_again_is_registered_once(varsel: int) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", varsel))
    assert h.ske(ferie("2022-03-10", varsel, meldt="2022-03-11")).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize(
    ("anmodet", "status"),
    [("2022-04-11", Status.REGISTRERET), ("2022-04-12", Status.AFVIST)],
    ids=["on the slutdato", "the day after"],
)
def test_F1_asked_for_after_the_slutdato_is_the_jobcenters(anmodet: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(ferie(anmodet, 5, meldt="2022-04-20"))
    assert (afg.status, afg.regel) == (status, "F1")
    if status is Status.AFVIST:
        assert afg.fejl is not None
        assert (afg.fejl.kode, afg.fejl.felt) == ("f1_uden_for_forloebet", "anmodetDato")


def test_F1_of_somebody_who_is_not_marked_is_refused() -> None:
    assert historie().proev(ferie("2022-03-10", 5)).status is Status.AFVIST


def test_F2_it_may_lie_after_the_handover_and_is_in_it() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-31", "410"))
    assert h.forloeb.slutdato == dag("2022-05-31")
    h.ske(ferie("2022-05-31", 10))
    assert [(x.startdato, x.registreret) for x in h.borger.ferie] == [(dag("2022-06-10"), True)]


def test_F3_a_registered_one_that_is_withdrawn_is_deleted_with_words_that_tell_nothing_of_the_member() -> None:
    h = i_forloeb("2022-03-01")
    oprettet = h.ske(ferie("2022-03-10", 5)).registreringer[0].indhold
    afg = h.ske(haendelse(ANNULLERET, "2022-03-12", ferieId=uuid("ferie"), begrundelse="Hendes mor er syg."))
    (r,) = afg.registreringer
    assert isinstance(oprettet, OpretFravaer)
    assert r.indhold == SletFravaer(oprettet.fravaer_id, "10", "Ferien er annulleret")
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "F3")
    assert [x.annulleret for x in h.borger.ferie] == [True]


@pytest.mark.parametrize("felter", [{"varsel": 20}, {"varsel": 5, "godkendt": False}], ids=["the member's", "refused"])
def test_F3_one_that_the_akasse_never_registered_is_only_noted(felter: dict[str, Any]) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", **felter))
    afg = h.ske(annulleret("2022-03-12"))
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    assert [x.annulleret for x in h.borger.ferie] == [True]


def test_F3_withdrawn_twice_is_deleted_once_and_an_unknown_one_is_refused() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", 5))
    h.ske(annulleret("2022-03-12"))
    assert h.proev(annulleret("2022-03-13")).status is Status.UDEN_VIRKNING
    ukendt = h.proev(annulleret("2022-03-13", "en anden"))
    assert ukendt.fejl is not None
    assert (ukendt.status, ukendt.fejl.kode) == (Status.AFVIST, "f3_ukendt_ferie")


def test_F3_asked_for_anew_after_it_was_withdrawn_it_is_an_absence_of_its_own() -> None:
    h = i_forloeb("2022-03-01")
    foerste = h.ske(ferie("2022-03-10", 5)).registreringer[0].entitets_id
    h.ske(annulleret("2022-03-12"))
    anden = h.ske(ferie("2022-03-13", 5, meldt="2022-03-13")).registreringer[0].entitets_id
    assert foerste != anden


# --- F3: changed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("varsel", [0, 5, 13, 14, 40])
def test_F3_a_registered_one_is_updated_whatever_the_notice(varsel: int) -> None:
    h = i_forloeb("2022-03-01")
    oprettet = h.ske(ferie("2022-03-10", 6)).registreringer[0].indhold
    afg = h.ske(aendret("2022-03-12", varsel, dage=3))
    start, slut = dag("2022-03-12") + timedelta(days=varsel), dag("2022-03-12") + timedelta(days=varsel + 2)
    assert isinstance(oprettet, OpretFravaer)
    assert [r.indhold for r in afg.registreringer] == [
        RetFravaer(oprettet.fravaer_id, "10", start, slut, dag("2022-03-12"))
    ]
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "F3")
    assert [(x.startdato, x.slutdato, x.registreret, x.fravaer_id) for x in h.borger.ferie] == [
        (start, slut, True, oprettet.fravaer_id)
    ]


@pytest.mark.parametrize(("varsel", "akassen"), [(-1, True), (0, True), (13, True), (14, False), (15, False)])
def test_F3_one_that_the_member_was_to_register_is_created_when_it_now_begins_in_less_than_14_days(
    varsel: int, akassen: bool
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-02", 30))
    afg = h.ske(aendret("2022-03-10", varsel))
    assert (afg.status, afg.regel) == (Status.REGISTRERET if akassen else Status.NOTERET, "F3")
    assert [x[0] for x in indhold(afg)] == (["OpretFravaer"] if akassen else [])
    assert [(x.startdato, x.registreret) for x in h.borger.ferie] == [(dag("2022-03-10") + timedelta(varsel), akassen)]


@pytest.mark.parametrize("varsel", [5, 20])
def test_F3_not_approved_before_and_approved_now_is_judged_by_the_notice(varsel: int) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", varsel, godkendt=False))
    assert h.ske(aendret("2022-03-10", varsel, meldt="2022-03-11")).status is (
        Status.REGISTRERET if varsel == 5 else Status.NOTERET
    )
    assert [(x.godkendt, x.registreret) for x in h.borger.ferie] == [(True, varsel == 5)]


def test_F3_a_registered_one_that_is_no_longer_approved_is_deleted_and_its_id_is_not_used_again() -> None:
    h = i_forloeb("2022-03-01")
    oprettet = h.ske(ferie("2022-03-10", 6)).registreringer[0].indhold
    assert isinstance(oprettet, OpretFravaer)
    afg = h.ske(aendret("2022-03-11", 6, godkendt=False))
    assert [r.indhold for r in afg.registreringer] == [
        SletFravaer(oprettet.fravaer_id, "10", "Ferien er ikke godkendt")
    ]
    assert [(x.godkendt, x.registreret, x.fravaer_id) for x in h.borger.ferie] == [(False, False, None)]
    igen = h.ske(aendret("2022-03-12", 6)).registreringer
    assert [type(r.indhold) for r in igen] == [OpretFravaer]
    assert igen[0].entitets_id != oprettet.fravaer_id


@pytest.mark.parametrize("felter", [{}, {"godkendt": False}, {"varsel": 20}], ids=["registered", "refused", "members"])
def test_F3_a_change_that_changes_nothing_has_no_effect(felter: dict[str, Any]) -> None:
    h = i_forloeb("2022-03-01")
    felter = {"varsel": 6, **felter}
    h.ske(ferie("2022-03-10", **felter))
    assert h.proev(aendret("2022-03-10", **felter, meldt="2022-03-11")).status is Status.UDEN_VIRKNING


def test_F3_an_unknown_one_is_refused_and_a_withdrawn_one_stays_withdrawn() -> None:
    h = i_forloeb("2022-03-01")
    ukendt = h.proev(aendret("2022-03-10", 5))
    assert ukendt.fejl is not None
    assert (ukendt.status, ukendt.regel, ukendt.fejl.kode) == (Status.AFVIST, "F3", "f3_ukendt_ferie")
    h.ske(ferie("2022-03-10", 5))
    h.ske(annulleret("2022-03-11"))
    assert h.proev(aendret("2022-03-12", 5)).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize("type_", ["aendret", "annulleret"])
def test_F3_another_akasses_holiday_is_not_the_publishers(type_: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-03-10", 5))
    h.borger = replace(h.borger, ferie=tuple(replace(x, akassekode=ANDEN_AKASSE) for x in h.borger.ferie))
    afg = h.proev(aendret("2022-03-11", 5) if type_ == "aendret" else annulleret("2022-03-11"))
    assert afg.fejl is not None
    assert afg.fejl.kode == "f3_ukendt_ferie"


@pytest.mark.parametrize(
    ("anmodet", "status"),
    [("2022-04-11", Status.REGISTRERET), ("2022-04-12", Status.AFVIST)],
    ids=["on the slutdato", "the day after"],
)
def test_F1_a_change_asked_for_after_the_slutdato_is_the_jobcenters(anmodet: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(ferie("2022-04-10", 10))
    h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(aendret(anmodet, 5, meldt="2022-04-20"))
    assert afg.status is status
    if status is Status.AFVIST:
        assert (afg.regel, afg.fejl.kode if afg.fejl else None) == ("F1", "f1_uden_for_forloebet")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["anmodet", "aendret", "annulleret"]),
            st.integers(1, 30),
            st.integers(0, 20),
            st.integers(1, 5),
            st.booleans(),
        ),
        max_size=10,
    )
)
def test_F3_in_any_order_DFDG_has_the_holiday_at_most_once_and_as_it_stands(skridt: list[tuple[Any, ...]]) -> None:
    """No id is created twice, updated or deleted when it is gone; what DFDG has is what stands approved and registered."""
    h = i_forloeb("2022-03-01")
    dfdg: dict[Any, Any] = {}
    brugte = set()
    for hvad, dag_, varsel, dage, godkendt in skridt:
        tid = f"2022-03-{dag_:02}"
        byg = {"anmodet": ferie, "aendret": aendret}.get(hvad)
        ny = byg(tid, varsel, dage=dage, godkendt=godkendt) if byg else annulleret(tid)
        for r in h.ske(ny).registreringer:
            match r.indhold:
                case OpretFravaer(fravaer_id=id_) as i:
                    assert id_ not in brugte
                    brugte.add(id_)
                    dfdg[id_] = i
                case RetFravaer(fravaer_id=id_) as i:
                    assert id_ in dfdg
                    dfdg[id_] = i
                case SletFravaer(fravaer_id=id_):
                    del dfdg[id_]
        staar = {x.fravaer_id: x for x in h.borger.ferie if x.registreret and not x.annulleret}
        assert {k: (i.startdato, i.slutdato) for k, i in dfdg.items()} == {
            k: (x.startdato, x.slutdato) for k, x in staar.items()
        }
        assert all(x.godkendt for x in staar.values())
        assert len(staar) <= 1
