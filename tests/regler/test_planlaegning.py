"""Planned talks: who plans them and for which days (S7, S9, M1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.rules.model import (
    Regime,
    Status,
)
from gateway.rules.planlaegning import raadighed_indkaldes_altid
from tests.regler.byg import (
    historie,
    i_forloeb,
    indplaceret,
    mindre_intensiv,
    planlagt,
    tidlig_indsats,
)
from tests.regler.planer import KORT, LOVLIG, udfald

# --- S7: who plans it --------------------------------------------------------------------------------

#: The purposes of one talk; whether the member may book it; whether the a-kasse may summon to it in the trial without
#: and with short notice, and from the law of 2024 without and with it.
MAADER = [
    (("jobsamtale",), True, False, True, False, True),
    (("raadighed",), True, False, False, True, True),
    (("jobsamtale", "raadighed"), True, False, False, False, True),
    (("cv",), False, True, True, True, True),
    (("cv", "jobsamtale"), False, True, True, True, True),
    (("faelles",), False, True, True, None, None),
    (("cv", "faelles"), False, True, True, None, None),
    (("raadighed", "faelles"), False, True, True, None, None),
]


@pytest.mark.parametrize(("formaal", "selv"), [(m[0], m[1]) for m in MAADER], ids=lambda x: "+".join(x) if isinstance(x, tuple) else "")  # fmt: skip
def test_S7_the_member_books_jobsamtale_and_raadighed_alone_or_as_a_pair(formaal: tuple[str, ...], selv: bool) -> None:
    afg = i_forloeb("2022-03-01").proev(planlagt("booket", "2022-03-02", "2022-03-10T09:00", *formaal))
    assert udfald(afg) == (LOVLIG if selv else (Status.AFVIST, "S7", "s7_selvbooket"))


@pytest.mark.parametrize("maade", MAADER, ids=lambda m: "+".join(m[0]))
@pytest.mark.parametrize("kort_varsel", [False, True], ids=["ordinary notice", "short notice"])
@pytest.mark.parametrize("aar", ["2022", "2024"])
def test_S7_the_akasse_summons_only_to_what_the_member_does_not_book(
    maade: tuple[Any, ...], kort_varsel: bool, aar: str
) -> None:
    formaal, _, *indkaldes = maade
    lovligt = indkaldes[2 * (aar == "2024") + kort_varsel]
    h = i_forloeb(f"{aar}-03-01")
    varsel: dict[str, Any] = {"kortVarsel": KORT} if kort_varsel else {}
    afg = h.proev(planlagt("indkaldt", f"{aar}-03-04", f"{aar}-03-11T09:00", *formaal, **varsel))
    if lovligt is None:
        assert udfald(afg) == (Status.AFVIST, "R8", "r8_ingen_faelles")
    else:
        assert udfald(afg) == (LOVLIG if lovligt else (Status.AFVIST, "S7", "s7_indkaldt"))


@pytest.mark.parametrize("regime", list(Regime))
def test_S7_a_raadighedssamtale_may_always_be_summoned_from_the_law_of_2024(regime: Regime) -> None:
    assert raadighed_indkaldes_altid(regime) is (regime is not Regime.FORSOEG_2020)


@pytest.mark.parametrize("type_", ["booket", "indkaldt"])
@pytest.mark.parametrize("formaal", ["cv", "raadighed"])
def test_S7_outside_the_course_cv_and_raadighed_are_planned_as_the_akasse_does(type_: str, formaal: str) -> None:
    afg = historie().proev(planlagt(type_, "2022-03-02", "2022-03-10T09:00", formaal))
    assert udfald(afg) == LOVLIG


@pytest.mark.parametrize(
    ("tilmeldt", "status"),
    [("2023-12-31", Status.AFVIST), ("2024-01-01", Status.REGISTRERET)],
    ids=["enrolled under the trial", "enrolled under the law"],
)
def test_S7_before_the_decision_the_law_is_that_of_the_enrolment(tilmeldt: str, status: Status) -> None:
    h = historie(indplaceret("2024-02-01", tilmeldt=tilmeldt, igangvaerendeForloeb=False, startdato="2024-02-20"))
    h.borger = replace(h.borger, forloeb=(), indplacering=None)  # not decided yet
    afg = h.proev(planlagt("indkaldt", "2024-02-02", "2024-02-09T09:00", "jobsamtale", "raadighed", kortVarsel=KORT))
    assert afg.status is status


def test_S7_short_notice_once_given_holds_when_the_talk_is_moved() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", kortVarsel=KORT))
    assert udfald(h.proev(planlagt("aendret", "2022-03-03", "2022-03-11T09:00"))) == LOVLIG


def test_S7_a_change_does_not_make_a_summons_of_a_talk_that_the_member_books() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale"))
    assert udfald(h.proev(planlagt("aendret", "2022-03-03", "2022-03-10T09:00", "jobsamtale")))[2] == "s7_indkaldt"


def test_S2_speaks_of_held_talks_two_may_be_planned_for_a_day() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00", navn="a"))
    afg = h.proev(planlagt("indkaldt", "2022-03-02", "2022-03-10T11:00", "faelles", navn="b"))
    assert udfald(afg) == LOVLIG


# --- S9 by analogy: for which days --------------------------------------------------------------------


@pytest.mark.parametrize("formaal", ["cv", "raadighed", "jobsamtale", "faelles"])
@pytest.mark.parametrize(
    ("start", "inde"),
    [("2022-04-11T22:30", True), ("2022-04-11T22:30:00+00:00", False), ("2022-04-12T09:00", False)],
    ids=["the evening of the slutdato", "half past midnight after it", "the day after"],
)
def test_S9_a_jobsamtale_or_faelles_is_planned_for_a_day_in_the_course(formaal: str, start: str, inde: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    type_ = "booket" if formaal in ("jobsamtale", "raadighed") else "indkaldt"
    afg = h.proev(planlagt(type_, "2022-04-11", start, formaal))
    if inde or formaal in ("cv", "raadighed"):
        assert udfald(afg) == LOVLIG
    else:
        assert udfald(afg) == (Status.AFVIST, "S9", "s9_planlagt_uden_for_forloebet")


def test_S9_while_nobody_has_decided_a_jobsamtale_may_be_planned_and_not_for_somebody_not_covered() -> None:
    ny = planlagt("indkaldt", "2022-03-02", "2022-03-10T09:00", "cv", "jobsamtale")
    assert udfald(historie().proev(ny)) == LOVLIG
    ude = historie(indplaceret("2022-03-01", kommunekode="0751"))
    assert ude.borger.seneste_forloeb is None
    assert udfald(ude.proev(ny))[1] == "S9"


# --- M1 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formaal", ["cv", "jobsamtale", "faelles", "raadighed"])
@pytest.mark.parametrize(
    ("paa", "fritaget"),
    [("2022-03-09", False), ("2022-03-10", True), ("2022-03-20", True), ("2022-03-21", False)],
)
def test_M1_no_summons_to_cv_jobsamtale_or_faelles_while_exempt(formaal: str, paa: str, fritaget: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(mindre_intensiv("2022-03-08", "2022-03-10", "2022-03-20"))
    afg = h.proev(planlagt("indkaldt", "2022-03-08", f"{paa}T09:00", formaal, kortVarsel=KORT))
    if formaal == "raadighed":
        assert udfald(afg)[1] == "S7"
    else:
        assert udfald(afg) == ((Status.AFVIST, "M1", "m1_fritaget") if fritaget else LOVLIG)


def test_M1_a_summons_is_not_moved_into_the_exemption_a_booking_of_the_members_own_is() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-09T09:00", "cv", navn="indkaldt"))
    h.ske(planlagt("booket", "2022-03-02", "2022-03-09T11:00", navn="booket"))
    h.ske(mindre_intensiv("2022-03-08", "2022-03-10", "2022-03-20"))
    assert udfald(h.proev(planlagt("aendret", "2022-03-08", "2022-03-15T09:00", "cv", navn="indkaldt")))[1] == "M1"
    assert udfald(h.proev(planlagt("aendret", "2022-03-08", "2022-03-15T09:00", navn="booket"))) == LOVLIG
