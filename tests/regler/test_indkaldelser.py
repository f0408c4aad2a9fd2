"""Planned talks: what DFDG is told of them, purpose by purpose, and what a held talk names (S7, S10)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.aendringer import anvend
from gateway.rules.model import Status
from gateway.rules.registreringer import OpretIndkaldelse, OpretSamtale
from gateway.rules.tilstand import Borger
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    aflyst,
    dag,
    historie,
    i_forloeb,
    kl,
    planlagt,
    samtale,
    udmeldt,
)
from tests.regler.planer import KORT, LOVLIG, alle, hos_dfdg, kort, udfald

# --- S7, S10: what DFDG is told ------------------------------------------------------------------------


def test_S7_each_purpose_is_an_indkaldelse_of_its_own_with_the_events_own_id() -> None:
    h = i_forloeb("2022-03-01")
    ny = planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale", adresse="Torvet 1", id="p-1")
    afg = h.ske(ny)
    assert [r.indhold for r in afg.registreringer] == [
        OpretIndkaldelse(
            ny.afledt_id("indkaldelse", f), f, kl("2022-03-10T09:00"), kl("2022-03-10T09:45"), "personligt", False,
            None, "Torvet 1",
        )
        for f in ("cv", "jobsamtale")
    ]  # fmt: skip
    (p,) = h.borger.planlagte
    assert {i.formaal: i.indkaldelse_id for i in p.indkaldelser} == {
        f: ny.afledt_id("indkaldelse", f) for f in ("cv", "jobsamtale")
    }


@pytest.mark.parametrize(("type_", "selv"), [("booket", True), ("indkaldt", False)])
def test_S7_DFDG_is_told_whether_the_member_booked_it(type_: str, selv: bool) -> None:
    afg = i_forloeb("2022-03-01").proev(planlagt(type_, "2022-03-02", "2022-03-10T09:00", kortVarsel=KORT))
    (i,) = (r.indhold for r in afg.registreringer)
    assert isinstance(i, OpretIndkaldelse)
    assert i.selvbooket is selv


def test_S7_each_receipt_carries_its_own_state_change_and_a_retry_goes_on_with_the_rest() -> None:
    h = i_forloeb("2022-03-01")
    ny = planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale")
    foerst = h.proev(ny)
    assert anvend(h.borger, foerst.aendringer).planlagte == ()
    h.borger = anvend(h.borger, foerst.registreringer[0].aendringer)
    assert [p.formaal for p in h.borger.planlagte] == [("cv",)]
    igen = h.proev(ny)
    assert [r.indhold for r in igen.registreringer] == [foerst.registreringer[1].indhold]


def test_S7_a_moved_talk_is_updated_under_the_same_ids() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    foer = set(hos_dfdg(alle(h)))
    afg = h.ske(planlagt("aendret", "2022-03-03", "2022-03-11T10:00", "cv", "jobsamtale", form="video"))
    assert kort(afg) == [("RetIndkaldelse", "cv"), ("RetIndkaldelse", "jobsamtale")]
    efter = hos_dfdg(alle(h))
    assert set(efter) == foer
    assert {(i.start, i.form) for i in efter.values()} == {(kl("2022-03-11T10:00"), "video")}
    assert [(p.start, p.form) for p in h.borger.planlagte] == [(kl("2022-03-11T10:00"), "video")]


def test_S7_a_move_that_stopped_half_way_is_decided_again_for_both() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    ny = planlagt("aendret", "2022-03-03", "2022-03-11T10:00", "cv", "jobsamtale")
    foerst = h.proev(ny)
    h.borger = anvend(h.borger, foerst.registreringer[0].aendringer)
    assert [r.indhold for r in h.proev(ny).registreringer] == [r.indhold for r in foerst.registreringer]


@pytest.mark.parametrize(
    ("felter", "registreres"),
    [
        ({}, False),
        ({"formaal": ["jobsamtale", "cv"]}, False),
        ({"slut": "2022-03-10T10:15:00+01:00"}, True),
        ({"form": "telefon"}, True),
        ({"adresse": "Torvet 1"}, True),
        ({"form": "digitalt", "moedelink": "https://moede.example/2"}, True),
    ],
    ids=["nothing", "the order of the purposes", "end", "form", "address", "link"],
)
def test_S7_a_change_that_changes_nothing_is_without_effect(felter: dict[str, Any], registreres: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    afg = h.proev(planlagt("aendret", "2022-03-03", "2022-03-10T09:00", "cv", "jobsamtale", **felter))
    assert afg.status is (Status.REGISTRERET if registreres else Status.UDEN_VIRKNING)


def test_S7_a_purpose_that_is_added_is_created_and_one_that_is_left_out_is_deleted() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv"))
    tilfoejet = planlagt("aendret", "2022-03-03", "2022-03-10T09:00", "cv", "jobsamtale")
    assert kort(h.ske(tilfoejet)) == [("OpretIndkaldelse", "jobsamtale")]
    (p,) = h.borger.planlagte
    assert {i.formaal for i in p.indkaldelser} == {"cv", "jobsamtale"}
    flyttet = planlagt("aendret", "2022-03-04", "2022-03-11T09:00", "cv")
    assert kort(h.ske(flyttet)) == [("RetIndkaldelse", "cv"), ("SletIndkaldelse", "")]
    assert [i.formaal for i in hos_dfdg(alle(h)).values()] == ["cv"]
    assert [(p.formaal, len(p.indkaldelser)) for p in h.borger.planlagte] == [(("cv",), 1)]


def test_S7_one_added_again_after_it_was_deleted_gets_a_new_id() -> None:
    h = i_forloeb("2022-03-01")
    for formaal in (("cv", "jobsamtale"), ("cv",), ("cv", "jobsamtale")):
        h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", *formaal))
    assert sorted(i.formaal for i in hos_dfdg(alle(h)).values()) == ["cv", "jobsamtale"]
    assert len({r.entitets_id for r in alle(h) if isinstance(r.indhold, OpretIndkaldelse)}) == 3


def test_S7_a_cancelled_talk_is_deleted_for_each_purpose_once() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    afg = h.ske(aflyst("2022-03-03"))
    assert (udfald(afg), kort(afg)) == (LOVLIG, [("SletIndkaldelse", "")] * 2)
    assert hos_dfdg(alle(h)) == {}
    assert [(p.aflyst, p.formaal, p.indkaldelser) for p in h.borger.planlagte] == [(True, ("cv", "jobsamtale"), ())]
    assert h.proev(aflyst("2022-03-04")).status is Status.UDEN_VIRKNING
    assert h.proev(planlagt("aendret", "2022-03-04", "2022-03-12T09:00", "cv")).status is Status.UDEN_VIRKNING


def test_S7_a_cancellation_that_stopped_half_way_goes_on_with_the_rest() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    af = aflyst("2022-03-03")
    foerst = h.proev(af)
    h.borger = anvend(h.borger, foerst.registreringer[0].aendringer)
    assert [r.indhold for r in h.proev(af).registreringer] == [foerst.registreringer[1].indhold]


def test_S7_summoned_again_after_a_cancellation_it_is_created_anew() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00"))
    h.ske(aflyst("2022-03-03"))
    assert kort(h.ske(planlagt("booket", "2022-03-04", "2022-03-10T09:00"))) == [("OpretIndkaldelse", "jobsamtale")]
    assert [p.aflyst for p in h.borger.planlagte] == [False]


@pytest.mark.parametrize("type_", ["booket", "indkaldt"])
@pytest.mark.parametrize(
    ("idag", "sendes"),
    [("2022-03-09", True), ("2022-03-10", True), ("2022-03-11", False)],
    ids=["before", "on", "after"],
)
def test_S7_DFDG_takes_no_talk_whose_day_lies_before_the_day_of_sending(type_: str, idag: str, sendes: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.idag = dag(idag)
    afg = h.ske(planlagt(type_, "2022-03-09", "2022-03-10T09:00", kortVarsel=KORT))
    assert afg.status is (Status.REGISTRERET if sendes else Status.NOTERET)
    assert [(p.formaal, len(p.indkaldelser)) for p in h.borger.planlagte] == [(("jobsamtale",), int(sendes))]
    if sendes:
        assert afg.dagsafhaengig
        assert [r.haardeste_dato for r in afg.registreringer] == [dag("2022-03-10")]
    # What was only noted is created when it is moved ahead.
    afg = h.ske(planlagt("aendret", "2022-03-09", "2022-03-20T09:00"))
    assert kort(afg) == [("RetIndkaldelse" if sendes else "OpretIndkaldelse", "jobsamtale")]


@pytest.mark.parametrize("type_", ["aendret", "aflyst"])
@pytest.mark.parametrize("kendt", [False, True], ids=["unknown", "another a-kasse's"])
def test_S10_changing_or_cancelling_a_talk_that_is_not_the_akasses_is_refused(type_: str, kendt: bool) -> None:
    h = i_forloeb("2022-03-01")
    if kendt:
        h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00"))
        h.ske(udmeldt("2022-03-03", "2022-03-03"))
    felter: dict[str, Any] = {"akasse": ANDEN_AKASSE if kendt else AKASSE}
    ny = (
        planlagt(type_, "2022-03-04", "2022-03-10T09:00", **felter)
        if type_ == "aendret"
        else aflyst("2022-03-04", **felter)
    )
    assert udfald(h.proev(ny)) == (Status.AFVIST, "S10", "s10_ukendt_samtale")


def test_S10_another_akasses_talk_is_not_taken_over_by_using_its_id() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00", "raadighed"))
    h.ske(udmeldt("2022-03-03", "2022-03-03"))
    ny = planlagt("booket", "2022-03-04", "2022-03-12T09:00", "raadighed", akasse=ANDEN_AKASSE)
    assert udfald(h.proev(ny)) == (Status.AFVIST, "S10", "s10_samtale_id_brugt")


@pytest.mark.parametrize("type_", ["booket", "indkaldt", "aendret", "aflyst"])
def test_S10_a_talk_that_was_held_is_not_planned_moved_or_cancelled_afterwards(type_: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00"))
    h.ske(samtale("2022-03-10T09:00", "jobsamtale", samtaleId=uuid("s")))
    ny = aflyst("2022-03-11") if type_ == "aflyst" else planlagt(type_, "2022-03-11", "2022-03-20T09:00")
    afg = h.proev(ny)
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())


def test_S10_a_plan_told_after_the_talk_was_held_changes_nothing() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-10T09:00", "jobsamtale", samtaleId=uuid("s")))
    assert h.proev(planlagt("booket", "2022-03-10", "2022-03-10T09:00")).status is Status.UDEN_VIRKNING


def test_S10_a_moved_talk_keeps_who_planned_it() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-09T11:00", fristId="f-1"))
    h.ske(planlagt("aendret", "2022-03-03", "2022-03-11T11:00"))
    assert [(p.booket, p.frist_id) for p in h.borger.planlagte] == [(True, "f-1")]


def test_J5_a_planned_talk_claims_the_member_with_the_receipt_only() -> None:
    afg = historie().proev(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv"))
    assert anvend(Borger(), afg.aendringer).medlemskaber == ()
    assert [m.akassekode for m in anvend(Borger(), afg.registreringer[-1].aendringer).medlemskaber] == [AKASSE]


# --- S10: the held talk names its summons ------------------------------------------------------------


@pytest.mark.parametrize("navngivet", [True, False], ids=["named", "by the talk's own id"])
def test_S10_each_held_meeting_names_the_indkaldelse_of_its_purpose(navngivet: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    ider = {i.formaal: i.indkaldelse_id for i in h.borger.planlagte[0].indkaldelser}
    felter: dict[str, Any] = {"indkaldelseId": uuid("s")} if navngivet else {"samtaleId": uuid("s")}
    afg = h.proev(samtale("2022-03-10T09:00", "cv", "jobsamtale", **felter))
    moeder = [r.indhold for r in afg.registreringer if isinstance(r.indhold, OpretSamtale)]
    assert {m.formaal: m.indkaldelse_id for m in moeder} == ider


def test_S10_a_summons_that_DFDG_does_not_know_is_not_named() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", navn="anden"))
    h.ske(aflyst("2022-03-03", "anden"))
    h.idag = dag("2022-03-20")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-11T09:00", navn="bagud"))
    for navn, formaal in (("anden", "cv"), ("bagud", "jobsamtale")):
        (r,) = h.proev(samtale("2022-03-11T09:00", formaal, indkaldelseId=uuid(navn))).registreringer
        assert isinstance(r.indhold, OpretSamtale)
        assert r.indhold.indkaldelse_id is None
