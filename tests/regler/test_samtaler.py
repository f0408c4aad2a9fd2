"""Held talks: what counts, what may be held together, in which form, and how DFDG is told (S2-S5, S9-S11, R8)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.afvisning import fra_pydantic
from gateway.rules.aendringer import anvend
from gateway.rules.model import Haendelse, Regime, Status
from gateway.rules.registreringer import OpretSamtale
from gateway.rules.tilstand import Borger
from tests.regler.byg import (
    AKASSE,
    Historie,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    kl,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

FORMAAL = ("cv", "raadighed", "jobsamtale", "faelles")
LOVLIGE_PAR_FORSOEG = {("cv", "jobsamtale"), ("cv", "faelles"), ("raadighed", "jobsamtale"), ("raadighed", "faelles")}
LOVLIGE_PAR_2024 = {("cv", "jobsamtale"), ("raadighed", "jobsamtale")}
ALLE_PAR = list(combinations_with_replacement(FORMAAL, 2))


def _udfald(h: Historie, *talks: Haendelse) -> tuple[Status, str | None]:
    for t in talks[:-1]:
        assert h.ske(t).status is Status.REGISTRERET
    afg = h.proev(talks[-1])
    return afg.status, afg.fejl.kode if afg.fejl else None


def _kontraktens_afvisning(*formaal: str, **felter: Any) -> tuple[str | None, str | None]:
    """(rule, field) of the one fault with which the contract refuses the talk as it is read."""
    with pytest.raises(ValidationError) as fanget:
        samtale("2022-03-10T09:00", *formaal, **felter)
    (fejl,) = fra_pydantic(fanget.value)
    return fejl.regel, fejl.felt


# --- S2, R8: pairs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("par", ALLE_PAR, ids="+".join)
def test_S2_two_talks_a_day_must_be_a_pair_on_the_list(par: tuple[str, str]) -> None:
    h = i_forloeb("2022-03-01")
    toende = samtale("2022-03-10T09:00", par[0], navn="a"), samtale("2022-03-10T11:00", par[1], navn="b")
    lovligt = (Status.REGISTRERET, None) if par in LOVLIGE_PAR_FORSOEG else (Status.AFVIST, "s2_ugyldigt_par")
    assert _udfald(h, *toende) == lovligt


@pytest.mark.parametrize("par", [p for p in ALLE_PAR if p[0] != p[1]], ids="+".join)
def test_S2_one_talk_with_two_purposes_is_held_to_the_same_list(par: tuple[str, str]) -> None:
    h = i_forloeb("2022-03-01")
    lovligt = (Status.REGISTRERET, None) if par in LOVLIGE_PAR_FORSOEG else (Status.AFVIST, "s2_ugyldigt_par")
    assert _udfald(h, samtale("2022-03-10T09:00", *par)) == lovligt


@pytest.mark.parametrize("par", [p for p in ALLE_PAR if "faelles" not in p], ids="+".join)
def test_R8_pairs_a_day_from_2024(par: tuple[str, str]) -> None:
    h = i_forloeb("2024-03-01")
    toende = samtale("2024-03-11T09:00", par[0], navn="a"), samtale("2024-03-11T11:00", par[1], navn="b")
    lovligt = (Status.REGISTRERET, None) if par in LOVLIGE_PAR_2024 else (Status.AFVIST, "s2_ugyldigt_par")
    assert _udfald(h, *toende) == lovligt


def test_S2_a_third_purpose_on_a_day_is_refused_whatever_it_is() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-10T09:00", "cv", "jobsamtale"))
    for tredje in FORMAAL:
        assert _udfald(h, samtale("2022-03-10T13:00", tredje)) == (Status.AFVIST, "s2_ugyldigt_par")


def test_S2_the_day_is_the_copenhagen_day() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-10T09:00", "jobsamtale"))
    # 23:30Z on the 9th is half past midnight on the 10th; 23:30Z on the 10th is on the 11th.
    assert _udfald(h, samtale("2022-03-09T23:30:00+00:00", "faelles"))[0] is Status.AFVIST
    assert _udfald(h, samtale("2022-03-10T23:30:00+00:00", "faelles"))[0] is Status.REGISTRERET


def test_S2_cv_and_raadighed_together_are_fine_outside_the_course() -> None:
    h = historie()
    assert _udfald(h, samtale("2022-03-10T09:00", "cv", "raadighed")) == (Status.REGISTRERET, None)


def test_S2_a_purpose_named_twice_is_refused_as_the_event_is_read() -> None:
    assert _kontraktens_afvisning("jobsamtale", "jobsamtale") == ("S2", "formaal")


@pytest.mark.parametrize(
    ("foer", "status"),
    [
        ((), Status.AFVIST),
        (("2023-12-20",), Status.REGISTRERET),
        (("2023-12-31",), Status.REGISTRERET),
        (("2024-01-01",), Status.AFVIST),
    ],
    ids=["enrolment unknown, held 2024", "enrolled 2023", "on the last day of 2023", "on the first day of 2024"],
)
def test_R8_a_faelles_with_the_cv_before_the_decision_needs_an_enrolment_in_the_trial(
    foer: tuple[str, ...], status: Status
) -> None:
    tilmeldt = [haendelse("akasse.medlem.tilmeldt.v1", d, tilmeldingsdato=d) for d in foer]
    h = historie(*tilmeldt)
    assert h.proev(samtale("2024-01-05T09:00", "cv", "faelles")).status is status


def test_R8_a_faelles_is_refused_in_a_course_of_2024() -> None:
    afg = i_forloeb("2024-03-01").proev(samtale("2024-03-11T09:00", "faelles"))
    assert (afg.status, afg.regel, afg.regime) == (Status.AFVIST, "R8", Regime.LOV_2024)


# --- S3: two purposes, two meetings ----------------------------------------------------------------


def test_S3_the_second_purpose_as_named_is_registered_one_minute_later() -> None:
    afg = i_forloeb("2022-03-01").proev(samtale("2022-03-10T09:00", "jobsamtale", "cv"))
    assert indhold(afg) == [
        ("OpretSamtale", "jobsamtale", "2022-03-10T09:00"),
        ("OpretSamtale", "cv", "2022-03-10T09:01"),
    ]


def test_S3_each_meeting_carries_its_own_state_change() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.proev(samtale("2022-03-10T09:00", "cv", "jobsamtale"))
    efter_et = anvend(h.borger, afg.registreringer[0].aendringer)
    efter_to = anvend(efter_et, afg.registreringer[1].aendringer)
    assert [s.formaal for s in efter_et.samtaler] == [("cv",)]
    assert [s.formaal for s in efter_to.samtaler] == [("cv", "jobsamtale")]


def test_S3_decided_again_after_one_receipt_only_the_rest_is_registered_with_the_same_id_and_time() -> None:
    h = i_forloeb("2022-03-01")
    talk = samtale("2022-03-10T09:00", "cv", "jobsamtale")
    foerst = h.proev(talk)
    h.borger = anvend(h.borger, foerst.registreringer[0].aendringer)
    igen = h.proev(talk)
    assert [r.indhold for r in igen.registreringer] == [foerst.registreringer[1].indhold]


def test_S3_the_ids_at_DFDG_are_the_events_own_and_differ_by_purpose() -> None:
    h = i_forloeb("2022-03-01")
    a = samtale("2022-03-10T09:00", "cv", "jobsamtale", id="t-1")
    ids = [r.entitets_id for r in h.proev(a).registreringer]
    assert len(set(ids)) == 2
    assert [r.entitets_id for r in h.proev(a).registreringer] == ids


# --- S4: form --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["telefon", "digitalt", "video", "andet"])
@pytest.mark.parametrize("i_tilbud", [True, False], ids=["in an offer", "not in an offer"])
def test_S4_in_the_trial_a_jobsamtale_away_from_the_room_needs_an_offer(form: str, i_tilbud: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-03T09:00", "jobsamtale"))
    afg = h.proev(samtale("2022-03-10T09:00", "jobsamtale", form=form, iTilbud=i_tilbud))
    assert afg.status is (Status.REGISTRERET if i_tilbud else Status.AFVIST)
    if not i_tilbud:
        assert afg.fejl is not None
        assert (afg.regel, afg.fejl.kode, afg.fejl.felt) == ("S4", "s4_form", "form")


@pytest.mark.parametrize("formaal", ["cv", "raadighed", "faelles"])
def test_S4_speaks_of_the_individual_jobsamtale_only(formaal: str) -> None:
    assert (
        i_forloeb("2022-03-01").proev(samtale("2022-03-10T09:00", formaal, form="video")).status is Status.REGISTRERET
    )


def test_S4_from_2024_the_first_is_in_person_and_the_later_as_the_member_chooses() -> None:
    h = i_forloeb("2024-03-01")
    assert _udfald(h, samtale("2024-03-11T09:00", "jobsamtale", form="telefon")) == (Status.AFVIST, "s4_form")
    h.ske(samtale("2024-03-12T09:00", "jobsamtale"))
    assert _udfald(h, samtale("2024-04-12T09:00", "jobsamtale", form="telefon")) == (Status.REGISTRERET, None)


def test_S4_from_2024_which_one_is_the_first_goes_by_the_talks_dates() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(samtale("2024-03-12T09:00", "jobsamtale"))
    tidligere = samtale("2024-03-11T09:00", "jobsamtale", form="telefon", meldt="2024-03-13")
    assert _udfald(h, tidligere) == (Status.AFVIST, "s4_form")


def test_S4_from_2024_the_jobsamtale_with_the_cv_before_the_marking_is_the_first() -> None:
    h = historie(haendelse("akasse.medlem.tilmeldt.v1", "2024-03-01", tilmeldingsdato="2024-03-01"))
    h.ske(samtale("2024-03-04T09:00", "cv", "jobsamtale"))
    h.ske(indplaceret("2024-03-05", tilmeldt="2024-03-01"))
    assert _udfald(h, samtale("2024-04-12T09:00", "jobsamtale", form="video")) == (Status.REGISTRERET, None)


# --- S5: the jobcenter in a fælles ------------------------------------------------------------------


def test_S5_a_faelles_must_say_whether_the_jobcenter_took_part() -> None:
    assert _kontraktens_afvisning("faelles", jobcenterDeltog=...) == ("S5", "jobcenterDeltog")


@pytest.mark.parametrize("deltog", [True, False])
def test_S5_without_the_jobcenter_it_is_still_a_faelles_and_counts(deltog: bool) -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(
        samtale("2022-03-10T09:00", "faelles", jobcenterDeltog=deltog, jobcenterForm="video" if deltog else ...)
    )
    (r,) = afg.registreringer
    assert isinstance(r.indhold, OpretSamtale)
    assert (r.indhold.formaal, r.indhold.jobcenter_deltog) == ("faelles", deltog)
    assert r.indhold.jobcenter_form == ("video" if deltog else None)
    assert [(s.formaal, s.jobcenter_deltog) for s in h.borger.samtaler] == [(("faelles",), deltog)]


# --- S9: when it counts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tidspunkt", "status"),
    [
        ("2022-02-28T23:59", Status.AFVIST),
        ("2022-03-01T00:00", Status.REGISTRERET),
        ("2022-04-11T23:59", Status.REGISTRERET),
        ("2022-04-12T00:00", Status.AFVIST),
        ("2022-04-11T22:30:00+00:00", Status.AFVIST),  # summer time: the 12th
        ("2022-02-28T23:30:00+00:00", Status.REGISTRERET),  # winter time: 1 March
    ],
)
@pytest.mark.parametrize("formaal", ["jobsamtale", "faelles"])
def test_S9_counts_by_the_talks_own_date_in_the_course_however_late_it_is_told(
    formaal: str, tidspunkt: str, status: Status
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(samtale(tidspunkt, formaal, meldt="2022-05-20"))
    assert (afg.status, afg.regel) == (status, "S9")


@pytest.mark.parametrize("formaal", ["cv", "raadighed"])
@pytest.mark.parametrize("start", [None, "2022-03-01"], ids=["never seen", "after the course"])
def test_S9_cv_and_raadighed_are_always_registered(formaal: str, start: str | None) -> None:
    h = i_forloeb(start) if start else historie()
    if start:
        h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(samtale("2022-06-10T09:00", formaal))
    assert (afg.status, afg.regime) == (Status.REGISTRERET, None)


@pytest.mark.parametrize("formaal", ["jobsamtale", "faelles"])
def test_S9_with_the_cv_before_the_decision_it_is_registered_alone_it_is_not(formaal: str) -> None:
    h = historie(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"))
    assert h.proev(samtale("2022-03-04T09:00", "cv", formaal)).status is Status.REGISTRERET
    assert h.proev(samtale("2022-03-04T09:00", formaal)).status is Status.AFVIST
    assert h.proev(samtale("2022-03-04T09:00", "raadighed", formaal)).status is Status.AFVIST


def test_S9_held_with_the_cv_before_the_decision_it_stays_when_the_decision_is_negative() -> None:
    h = historie(samtale("2022-03-04T09:00", "cv", "jobsamtale"))
    h.ske(indplaceret("2022-03-08", tilmeldt="2022-03-01", igangvaerendeForloeb=True))
    assert h.borger.seneste_forloeb is None
    assert [s.formaal for s in h.borger.samtaler] == [("cv", "jobsamtale")]


def test_S9_a_talk_held_before_a_negative_decision_is_registered_when_told_after_it() -> None:
    h = historie(indplaceret("2022-03-08", tilmeldt="2022-03-01", igangvaerendeForloeb=True))
    assert h.proev(samtale("2022-03-04T09:00", "cv", "jobsamtale", meldt="2022-03-09")).status is Status.REGISTRERET


@pytest.mark.parametrize(
    ("holdt", "status"), [("2022-03-08T16:00", Status.REGISTRERET), ("2022-03-09T09:00", Status.AFVIST)]
)
def test_S9_after_a_negative_decision_a_jobsamtale_is_the_jobcenters_with_the_cv_too(
    holdt: str, status: Status
) -> None:
    h = historie(indplaceret("2022-03-08", tilmeldt="2022-03-01", igangvaerendeForloeb=True))
    assert h.borger.indplacering is not None
    afgjort = replace(h.borger.indplacering, afgoerelsesdato=dag("2022-03-08"))
    h.borger = replace(h.borger, indplacering=afgjort)
    assert h.proev(samtale(holdt, "cv", "jobsamtale", meldt="2022-03-10")).status is status
    # Enrolled anew, the next decision is still to come.
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-11-01", tilmeldingsdato="2022-11-01"))
    assert h.proev(samtale("2022-11-03T09:00", "cv", "jobsamtale")).status is Status.REGISTRERET


def test_S9_after_the_course_a_jobsamtale_with_the_cv_is_the_jobcenters() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    assert h.proev(samtale("2022-04-20T09:00", "cv", "jobsamtale")).status is Status.AFVIST


def test_S9_enrolled_anew_after_a_course_the_cv_with_jobsamtale_comes_before_a_new_decision() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-11-01", tilmeldingsdato="2022-11-01"))
    assert h.proev(samtale("2022-11-03T09:00", "cv", "jobsamtale")).status is Status.REGISTRERET


def test_S9_the_same_talk_told_again_under_another_event_is_not_registered_twice() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-10T09:00", "jobsamtale"))
    afg = h.proev(samtale("2022-03-10T09:00", "jobsamtale", meldt="2022-03-11"))
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())


# --- S10: what a held talk carries ------------------------------------------------------------------


def test_S10_DFDG_is_told_time_form_caseworker_approval_and_agreements() -> None:
    talk = samtale("2022-03-10T09:00", "cv", "jobsamtale", aftaler="Fem job.", cvGodkendt=False)
    cv, job = (r.indhold for r in i_forloeb("2022-03-01").proev(talk).registreringer)
    assert isinstance(cv, OpretSamtale)
    assert isinstance(job, OpretSamtale)
    for i in (cv, job):
        assert i.form == "personligt"
        assert i.aftaler == "Fem job."
        assert i.deltagere == ()
        assert (i.sagsbehandler_fornavn, i.sagsbehandler_efternavn) == ("Sag", "Behandler")
    assert (cv.cv_godkendt, job.cv_godkendt) == (False, None)
    assert cv.tidspunkt == kl("2022-03-10T09:00")


def test_S10_the_assessment_goes_with_the_raadighed_alone() -> None:
    talk = samtale("2022-03-10T09:00", "raadighed", "jobsamtale", raadighedsvurdering="Til rådighed.")
    r, job = (x.indhold for x in i_forloeb("2022-03-01").proev(talk).registreringer)
    assert isinstance(r, OpretSamtale)
    assert isinstance(job, OpretSamtale)
    assert (r.raadighedsvurdering, job.raadighedsvurdering) == ("Til rådighed.", None)


def test_S10_a_cv_talk_must_say_whether_the_cv_is_approved() -> None:
    assert _kontraktens_afvisning("cv", cvGodkendt=...) == ("S10", "cvGodkendt")


# --- S11, J5, and what holds for any talks ----------------------------------------------------------


def test_S11_talks_held_in_the_akasse_count_in_the_jobcenters_totals() -> None:
    h = i_forloeb("2022-03-01")
    for dag_ in ("2022-03-04", "2022-03-18", "2022-04-01"):
        h.ske(samtale(f"{dag_}T09:00", "jobsamtale"))
    h.ske(samtale("2022-04-05T09:00", "faelles"))
    (overdragelse,) = h.ske(udbetalt("2022-05-31", "410")).overdragelser
    assert overdragelse.data["afholdt"] == {"jobsamtaler": 3, "faelles": 1}
    assert overdragelse.data["resterer"] == {"jobsamtaler": 2, "faelles": 1}


def test_J5_a_talk_claims_the_member_with_the_receipt_only() -> None:
    afg = historie().proev(samtale("2022-03-10T09:00", "cv"))
    assert anvend(Borger(), afg.aendringer).medlemskaber == ()
    efter = anvend(Borger(), afg.registreringer[0].aendringer)
    assert [m.akassekode for m in efter.medlemskaber] == [AKASSE]


def test_V9_a_late_talk_does_not_make_a_member_of_somebody_who_left() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-15", "2022-03-15"))
    h.ske(samtale("2022-03-10T09:00", "jobsamtale", meldt="2022-03-20"))
    assert [m.udmeldt for m in h.borger.medlemskaber] == [kl("2022-03-15").date()]


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(8, 15), st.sets(st.sampled_from(FORMAAL), min_size=1, max_size=2))
    )
)
def test_S2_S3_whatever_is_told_a_day_holds_a_lawful_pair_at_most_and_no_two_of_a_kind_share_a_time(
    forsoeg: list[tuple[int, int, set[str]]],
) -> None:
    h = i_forloeb("2022-03-01")
    tider = []
    for nr, (dag_, time_, formaal) in enumerate(forsoeg):
        afg = h.ske(samtale(f"2022-03-{dag_:02}T{time_:02}:{nr % 60:02}", *sorted(formaal), navn=str(nr)))
        holdte = [r.indhold for r in afg.registreringer if isinstance(r.indhold, OpretSamtale)]
        tider += [(i.formaal, i.tidspunkt) for i in holdte]
    for dato in {s.dato for s in h.borger.samtaler}:
        dagens = sorted((f for s in h.borger.samtaler if s.dato == dato for f in s.formaal), key=FORMAAL.index)
        assert len(dagens) == 1 or tuple(dagens) in LOVLIGE_PAR_FORSOEG
    assert sum(len(s.formaal) for s in h.borger.samtaler) == len(tider) == len(set(tider))
