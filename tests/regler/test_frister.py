"""D1: what is warned of, on which day, and what makes the warning fall away. Source: VEJL §2(2), §4(1), §5, §8, §9, §11."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.arbejdsdage import efter_arbejdsdage, er_arbejdsdag, paaskedag
from gateway.rules.frister import Fristopsaetning, Varsel, varsler
from gateway.rules.model import Haendelse
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    Historie,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    mindre_intensiv,
    planlagt,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)
from tests.regler.test_indstillinger import afgjort, sendt, trukket

FORVALGT = Fristopsaetning()


def tilmeldt(tid: str, **felter: Any) -> Haendelse:
    return haendelse("akasse.medlem.tilmeldt.v1", tid, **{"tilmeldingsdato": tid[:10], **felter})


def vejledt(tid: str, *emner: str) -> Haendelse:
    return haendelse("akasse.vejledning.givet.v1", tid, emner=list(emner), dato=tid[:10])


def ventende(h: Historie, idag: str, o: Fristopsaetning = FORVALGT) -> dict[str, tuple[str, str]]:
    """Kind -> (the deadline, when it is told); every kind at most once."""
    fundne = varsler(h.borger, o, dag(idag))
    assert len({v.frist for v in fundne}) == len(fundne)
    return {v.frist: (v.dato.isoformat(), v.varsles.isoformat()) for v in fundne}


def et(h: Historie, frist: str, idag: str) -> Varsel | None:
    return next((v for v in varsler(h.borger, FORVALGT, dag(idag)) if v.frist == frist), None)


def test_D1_enrolment_starts_two_weeks_for_the_decision_and_the_first_talk() -> None:
    assert ventende(historie(tilmeldt("2022-03-01")), "2022-03-01") == {
        "indplacering": ("2022-03-15", "2022-03-12"),
        "cv_samtale": ("2022-03-15", "2022-03-12"),
    }
    assert ventende(historie(tilmeldt("2024-03-01")), "2024-03-01") == {
        "indplacering": ("2024-03-15", "2024-03-12"),
        "foerste_jobsamtale": ("2024-03-15", "2024-03-12"),
    }


def test_D1_the_decision_ends_its_deadline_and_the_talk_ends_the_talks() -> None:
    h = historie(tilmeldt("2022-03-01"), indplaceret("2022-03-10", tilmeldt="2022-03-01"))
    assert set(ventende(h, "2022-03-10")) == {"cv_samtale", "vejledning"}
    h.ske(samtale("2022-03-11", "cv"))
    h.ske(vejledt("2022-03-11", "forsoeg"))
    assert ventende(h, "2022-03-11") == {}


def test_D1_the_same_cause_has_the_same_key_before_and_after_the_decision() -> None:
    h = historie(tilmeldt("2022-03-01"))
    foer = et(h, "cv_samtale", "2022-03-01")
    h.ske(indplaceret("2022-03-10", tilmeldt="2022-03-01"))
    efter = et(h, "cv_samtale", "2022-03-10")
    assert foer is not None
    assert efter is not None
    assert foer.noegle == efter.noegle


def test_D1_a_new_enrolment_is_a_new_cause() -> None:
    foerste = et(historie(tilmeldt("2022-03-01")), "indplacering", "2022-03-01")
    anden = et(historie(tilmeldt("2022-06-01")), "indplacering", "2022-06-01")
    assert foerste is not None
    assert anden is not None
    assert foerste.noegle != anden.noegle


def test_D1_a_talk_summoned_to_in_time_is_waited_for() -> None:
    h = historie(tilmeldt("2022-03-01"), planlagt("indkaldt", "2022-03-02", "2022-03-13T10:00", "cv"))
    assert ventende(h, "2022-03-02")["cv_samtale"] == ("2022-03-15", "2022-03-14")
    h = historie(tilmeldt("2022-03-01"), planlagt("indkaldt", "2022-03-02", "2022-03-15T10:00", "cv"))
    assert ventende(h, "2022-03-02")["cv_samtale"] == ("2022-03-15", "2022-03-15")
    h = historie(tilmeldt("2022-03-01"), planlagt("indkaldt", "2022-03-02", "2022-03-18T10:00", "cv"))
    assert ventende(h, "2022-03-02")["cv_samtale"] == ("2022-03-15", "2022-03-12")


def test_D1_what_broke_long_ago_is_not_told() -> None:
    h = historie(tilmeldt("2022-03-01"))
    assert set(ventende(h, "2022-03-29")) == {"indplacering", "cv_samtale"}
    assert ventende(h, "2022-03-30") == {}


def test_D1_nobody_is_warned_of_who_has_left_or_whose_member_is_in_doubt() -> None:
    assert ventende(historie(tilmeldt("2022-03-01"), udmeldt("2022-03-05", "2022-03-06")), "2022-03-05") == {}
    h = historie(tilmeldt("2022-03-01"), tilmeldt("2022-03-02", akasse=ANDEN_AKASSE, tilmeldingsdato="2022-03-01"))
    assert ventende(h, "2022-03-02") == {}


@pytest.mark.parametrize(
    ("regime", "grad", "timer", "ventet"),
    [
        ("2022", "fuldtid", "269.99", set()),
        ("2022", "fuldtid", "270.00", {"samtaler_mangler", "minplan"}),
        ("2022", "kombination", "369.99", {"samtaler_mangler", "minplan"}),
        ("2022", "fuldtid", "370.00", {"samtaler_mangler", "minplan", "timer"}),
        ("2022", "deltid", "192.99", set()),
        ("2022", "deltid", "193.00", {"samtaler_mangler", "minplan"}),
        ("2022", "deltid", "293.00", {"samtaler_mangler", "minplan", "timer"}),
        ("2024", "fuldtid", "370.00", {"samtaler_mangler", "minplan", "timer"}),
    ],
)
def test_D1_hours_left_140_for_the_talks_and_40_for_the_end(
    regime: str, grad: str, timer: str, ventet: set[str]
) -> None:
    h = i_forloeb(f"{regime}-03-01", forsikringsgrad=grad)
    h.ske(udbetalt(f"{regime}-04-29", timer))
    fundet = ventende(h, f"{regime}-04-29")
    assert set(fundet) == ventet
    # At once, and before the end of the month in which the limit can be reached.
    assert set(fundet.values()) <= {(f"{regime}-05-31", f"{regime}-04-29")}


def test_D1_the_talks_of_the_law_end_the_warning_of_them() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-29", "280.00"))
    for naar, formaal in (("2022-04-01", "jobsamtale"), ("2022-04-11", "jobsamtale")):
        h.ske(samtale(naar, formaal))
    assert "samtaler_mangler" in ventende(h, "2022-04-29")  # the fælles of the trial
    h.ske(samtale("2022-04-20", "faelles"))
    assert "samtaler_mangler" not in ventende(h, "2022-04-29")
    h = i_forloeb("2024-03-01")
    h.ske(udbetalt("2024-04-29", "280.00"))
    for naar in ("2024-03-20", "2024-04-01"):
        h.ske(samtale(naar, "jobsamtale"))
    assert "samtaler_mangler" in ventende(h, "2024-04-29")
    h.ske(samtale("2024-04-11", "jobsamtale"))
    assert "samtaler_mangler" not in ventende(h, "2024-04-29")


def test_D1_R5_the_exempted_owes_no_more_talks() -> None:
    h = i_forloeb("2026-08-03")
    h.ske(samtale("2026-08-10", "jobsamtale"))
    h.ske(udbetalt("2026-09-30", "280.00"))
    assert "samtaler_mangler" in ventende(h, "2026-09-30")
    h.ske(haendelse("akasse.samtale.fritaget.v1", "2026-09-30", fra="2026-09-30", til=...))
    assert "samtaler_mangler" not in ventende(h, "2026-09-30")


def test_D1_M1_no_deadline_runs_while_the_duties_are_lifted() -> None:
    h = historie(tilmeldt("2022-03-01"), indplaceret("2022-03-05", tilmeldt="2022-03-01"))
    assert ventende(h, "2022-03-06")["cv_samtale"] == ("2022-03-15", "2022-03-12")
    h.ske(mindre_intensiv("2022-03-06", "2022-03-10", "2022-03-20"))
    assert ventende(h, "2022-03-06")["cv_samtale"] == ("2022-03-21", "2022-03-21")
    uden_slut = historie(tilmeldt("2022-03-01"), indplaceret("2022-03-05", tilmeldt="2022-03-01"))
    uden_slut.ske(mindre_intensiv("2022-03-06", "2022-03-10"))
    assert ventende(uden_slut, "2022-03-06") == {}


def test_D1_guidance_at_the_handover_and_the_plan_that_is_owed() -> None:
    h = i_forloeb("2022-03-01", vejledt("2022-02-28", "forsoeg"), tilmeldt="2022-02-20")
    h.ske(samtale("2022-03-02", "cv"))
    h.ske(tidlig_indsats("2022-04-04"))
    f = h.forloeb
    assert f.slutdato is not None
    assert f.overdragelse_id is not None
    fundet = ventende(h, "2022-04-04")
    varsles = max(dag("2022-04-04"), f.slutdato - timedelta(days=3)).isoformat()
    assert fundet["vejledning"] == (f.slutdato.isoformat(), varsles)
    assert fundet["minplan"] == (f.slutdato.isoformat(), varsles)
    assert fundet["overdragelse_ubekraeftet"] == ("2022-04-06", "2022-04-06")
    h.ske(vejledt("2022-04-05", "pligter_efter_overgang"))
    h.ske(haendelse("akasse.minplan.publiceret.v1", "2022-04-05"))
    assert set(ventende(h, "2022-04-05")) == {"overdragelse_ubekraeftet"}
    svar = haendelse("jobcenter.overdragelse.modtaget.v1", "2022-04-05", overdragelseId=str(f.overdragelse_id))
    h.ske(svar)
    assert ventende(h, "2022-04-05") == {}


def test_D1_an_indstilling_unanswered_for_14_days() -> None:
    h = i_forloeb("2022-03-01", vejledt("2022-02-28", "forsoeg"), samtale("2022-03-01T08:00", "cv"))
    h.ske(sendt("2022-03-20"))
    assert ventende(h, "2022-03-20")["indstilling"] == ("2022-04-03", "2022-04-03")
    (varsel,) = (v for v in varsler(h.borger, FORVALGT, dag("2022-03-20")) if v.frist == "indstilling")
    assert varsel.akassekode == AKASSE
    assert varsel.entitets_id is not None
    trukken = historie()
    trukken.borger = h.borger
    trukken.ske(trukket("2022-03-21"))
    assert "indstilling" not in ventende(trukken, "2022-03-21")
    h.ske(afgjort("2022-03-22"))
    assert "indstilling" not in ventende(h, "2022-03-22")


def test_D1_the_days_and_hours_are_the_installations() -> None:
    h = historie(tilmeldt("2022-03-01"))
    assert ventende(h, "2022-03-01", Fristopsaetning(dage_foer=5))["indplacering"] == ("2022-03-15", "2022-03-10")


@pytest.mark.parametrize(
    ("fra", "antal", "ventet"),
    [
        ("2022-03-01", 2, "2022-03-03"),
        ("2022-03-04", 2, "2022-03-08"),  # over a weekend
        ("2022-04-13", 2, "2022-04-20"),  # over Easter: Thursday, Friday, Monday
        ("2023-05-04", 1, "2023-05-08"),  # store bededag, the last time
        ("2024-04-25", 1, "2024-04-26"),  # store bededag is no more
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-05-13", 1, "2026-05-15"),  # Ascension
    ],
)
def test_D1_working_days_are_the_danish_ones(fra: str, antal: int, ventet: str) -> None:
    assert efter_arbejdsdage(dag(fra), antal) == dag(ventet)


@given(st.integers(1900, 2199))
def test_D1_easter_is_a_sunday_between_22_march_and_25_april(aar: int) -> None:
    paaske = paaskedag(aar)
    assert paaske.weekday() == 6
    assert date(aar, 3, 22) <= paaske <= date(aar, 4, 25)
    assert not er_arbejdsdag(paaske + timedelta(days=1))


def test_D1_an_earlier_enrolments_decision_is_none_of_the_new_ones() -> None:
    h = historie(indplaceret("2022-03-01"), udmeldt("2022-05-01", "2022-05-31"), tilmeldt("2022-07-01"))
    assert "indplacering" in ventende(h, "2022-07-01")


# --- when a warning must not come ---------------------------------------------------------------------------------------


def test_D1_V14_nothing_is_due_of_one_who_was_found_to_belong_at_the_jobcenter_before_the_placement() -> None:
    """The assessment is the decision: neither it nor the first talk is waited for; the handover is."""
    h = historie(tilmeldt("2022-03-01"), tidlig_indsats("2022-03-03"))
    assert set(ventende(h, "2022-03-04")) == {"vejledning", "minplan", "overdragelse_ubekraeftet"}
    assert not {"indplacering", "cv_samtale"} & set(ventende(h, "2022-03-15"))


def test_D1_a_later_enrolment_is_due_its_own_decision_after_a_V14() -> None:
    h = historie(tilmeldt("2022-03-01"), tidlig_indsats("2022-03-03"), tilmeldt("2022-09-01"))
    assert {"indplacering", "cv_samtale"} <= set(ventende(h, "2022-09-01"))


def test_D1_the_day_of_a_planned_talk_is_the_copenhagen_day() -> None:
    """23:30 UTC on 15 March is the 16th: too late for the deadline, so it is warned of as if nothing was planned."""
    h = historie(
        tilmeldt("2022-03-01"),
        planlagt("indkaldt", "2022-03-02", "2022-03-15T23:30:00+00:00", "cv"),
    )
    assert ventende(h, "2022-03-02")["cv_samtale"] == ("2022-03-15", "2022-03-12")
    h = historie(
        tilmeldt("2022-03-01"),
        planlagt("indkaldt", "2022-03-02", "2022-03-12T23:30:00+00:00", "cv"),
    )
    assert ventende(h, "2022-03-02")["cv_samtale"] == ("2022-03-15", "2022-03-14")


def test_D1_J5_nothing_is_said_of_the_indstilling_of_one_who_has_left() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-20"))
    h.ske(udmeldt("2022-03-25", "2022-04-02"))
    assert "indstilling" not in ventende(h, "2022-03-25")
    bliver = i_forloeb("2022-03-01")
    bliver.ske(sendt("2022-03-20"))
    bliver.ske(udmeldt("2022-03-25", "2022-04-03"))
    assert "indstilling" in ventende(bliver, "2022-03-25"), "a member on the fourteenth day still"


def test_D1_after_the_end_neither_hours_nor_talks_are_warned_of() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-29", "380.00"))
    assert {"timer", "samtaler_mangler"} <= set(ventende(h, "2022-04-29"))
    h.ske(tidlig_indsats("2022-05-02"))
    assert not {"timer", "samtaler_mangler", "cv_samtale"} & set(ventende(h, "2022-05-02"))
