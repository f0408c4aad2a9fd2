"""Which law a course follows (R1, R3-R6, R8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from gateway.rules import regimer
from gateway.rules.model import Daekning, Regelopsaetning, Regime, Status
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    FRIKOMMUNE,
    KOMMUNE,
    NABOKOMMUNE,
    OPSAETNING,
    UDENFOR,
    dag,
    flyttet,
    historie,
    indhold,
    indplaceret,
)

FORSOEG, LOV, REFORM = Regime.FORSOEG_2020, Regime.LOV_2024, Regime.REFORM_2026


def _dom(tilmeldt: str, placeret: str, *, akasse: str = AKASSE, kommune: str = KOMMUNE) -> Regime | None:
    return regimer.regime_for(
        OPSAETNING,
        akassekode=akasse,
        kommunekode=kommune,
        tilmeldingsdato=dag(tilmeldt),
        indplaceringsdato=dag(placeret),
        forsikringsgrad="fuldtid",
        timer_ved_tilmelding=None,
    ).regime


@pytest.mark.parametrize(
    ("tilmeldt", "placeret", "ventet"),
    [
        pytest.param("2019-12-31", "2019-12-31", None, id="R1: placed the day before the trial"),
        pytest.param("2019-12-20", "2020-01-01", FORSOEG, id="R1: placed on its first day, enrolled before"),
        pytest.param("2020-02-29", "2020-02-29", FORSOEG, id="R1: leap day"),
        pytest.param("2023-12-31", "2023-12-31", FORSOEG, id="R1, R6: placed and enrolled on its last day"),
        pytest.param("2023-12-31", "2024-01-01", LOV, id="R4: enrolled before, placed from 2024 (choice)"),
        pytest.param("2024-01-01", "2023-06-01", LOV, id="R4: enrolled from 2024 with an older placement"),
        pytest.param("2024-01-01", "2019-06-01", LOV, id="R4: enrolled from 2024, placed before the trial"),
        pytest.param("2025-01-01", "2025-01-01", LOV, id="R6: no trial in 2025"),
        pytest.param("2026-06-30", "2026-06-30", LOV, id="R5: the day before the reform"),
        pytest.param("2026-06-30", "2026-07-02", LOV, id="R5: the law at enrolment (choice)"),
        pytest.param("2026-07-01", "2026-07-01", REFORM, id="R5: the reform's first day"),
    ],
)
def test_R1_R4_R5_R6_the_law_follows_from_the_dates(tilmeldt: str, placeret: str, ventet: Regime | None) -> None:
    assert _dom(tilmeldt, placeret) is ventet


@pytest.mark.parametrize(
    ("akasse", "kommune", "placeret", "ventet"),
    [
        pytest.param(AKASSE, KOMMUNE, "2022-03-01", FORSOEG, id="named"),
        pytest.param(AKASSE, UDENFOR, "2022-03-01", None, id="kommune not named for the a-kasse"),
        pytest.param(ANDEN_AKASSE, UDENFOR, "2022-03-01", FORSOEG, id="whole country"),
        pytest.param("22", KOMMUNE, "2022-03-01", None, id="a-kasse not named"),
        pytest.param(AKASSE, FRIKOMMUNE, "2022-03-01", None, id="frikommune, though named"),
        pytest.param(ANDEN_AKASSE, FRIKOMMUNE, "2022-03-01", None, id="frikommune, whole country"),
        pytest.param("22", UDENFOR, "2024-03-01", LOV, id="R4: all a-kasser, all kommuner"),
        pytest.param(AKASSE, FRIKOMMUNE, "2024-03-01", LOV, id="R4: frikommuner too"),
    ],
)
def test_R1_coverage_and_frikommuner(akasse: str, kommune: str, placeret: str, ventet: Regime | None) -> None:
    assert _dom(placeret, placeret, akasse=akasse, kommune=kommune) is ventet


@pytest.mark.parametrize(
    ("placeret", "daekket"),
    [("2022-02-28", False), ("2022-03-01", True), ("2022-05-31", True), ("2022-06-01", False)],
)
def test_R1_both_dates_of_the_coverage_are_inclusive(placeret: str, daekket: bool) -> None:
    o = Regelopsaetning(daekning=(Daekning(AKASSE, KOMMUNE, dag("2022-03-01"), dag("2022-05-31")),))
    assert regimer.daekket(o, AKASSE, KOMMUNE, dag(placeret)) is daekket


@pytest.mark.parametrize("felt", ["igangvaerendeForloeb", "ledigFoerSygdom"])
@pytest.mark.parametrize(
    ("art", "status"), [("ny", Status.UDEN_VIRKNING), ("genindplaceret", Status.REGISTRERET)], ids=["ny", "gen"]
)
def test_R3_what_went_before_keeps_only_a_new_placement_out(felt: str, art: str, status: Status) -> None:
    forud: dict[str, Any] = {felt: True}
    afg = historie().proev(indplaceret("2022-03-01", indplaceringstype=art, **forud))
    assert afg.status is status
    assert bool(afg.registreringer) is (status is Status.REGISTRERET)
    if status is Status.UDEN_VIRKNING:
        assert (afg.regel, afg.flag) == ("V16", ("regel_r3",))


def test_R3_moving_into_the_coverage_brings_nobody_in() -> None:
    h = historie(
        indplaceret("2022-03-01", kommunekode=UDENFOR),
        flyttet("2022-03-10", KOMMUNE, "2022-03-08"),
    )
    assert h.borger.forloeb == ()
    afg = h.ske(indplaceret("2022-03-12", tilmeldt="2022-03-01", kommunekode=KOMMUNE))
    assert (afg.status, afg.flag, afg.registreringer) == (Status.UDEN_VIRKNING, ("regel_r3",), ())
    senere = h.ske(indplaceret("2022-09-01", kommunekode=NABOKOMMUNE))
    assert senere.status is Status.REGISTRERET, "a later benefit period is judged by its own residence"


@pytest.mark.parametrize(
    ("grad", "timer", "inde"),
    [
        ("fuldtid", "0", True),
        ("fuldtid", "409.99", True),
        ("fuldtid", "410", False),
        ("fuldtid", "410.01", False),
        ("kombination", "409.99", True),
        ("kombination", "410", False),
        ("deltid", "332.99", True),
        ("deltid", "333", False),
    ],
)
def test_R4_less_than_three_months_unemployment_at_enrolment(grad: str, timer: str, inde: bool) -> None:
    afg = historie().proev(
        indplaceret("2024-02-01", indplaceret="2023-05-01", tilmeldt="2024-02-01", forsikringsgrad=grad,
                    timerSammenlagtVedTilmelding=timer)
    )  # fmt: skip
    assert bool(afg.registreringer) is inde
    assert afg.status is (Status.REGISTRERET if inde else Status.UDEN_VIRKNING)


@pytest.mark.parametrize(("timer", "inde"), [("100", True), (..., False)], ids=["hours told", "hours not told"])
def test_R4_hours_told_decide_over_a_running_course(timer: object, inde: bool) -> None:
    afg = historie().proev(
        indplaceret("2024-02-01", indplaceret="2023-05-01", tilmeldt="2024-02-01", igangvaerendeForloeb=True,
                    timerSammenlagtVedTilmelding=timer)
    )  # fmt: skip
    assert bool(afg.registreringer) is inde


@pytest.mark.parametrize(
    ("regime", "grad", "timer", "naaet"),
    [
        (FORSOEG, "fuldtid", "409.99", False),
        (FORSOEG, "fuldtid", "410", True),
        (FORSOEG, "kombination", "410", True),
        (FORSOEG, "deltid", "332.99", False),
        (FORSOEG, "deltid", "333", True),
        (LOV, "fuldtid", "410", False),
        (LOV, "fuldtid", "410.01", True),
        (LOV, "kombination", "410", False),
        (LOV, "deltid", "333", False),
        (LOV, "deltid", "333.01", True),
        (REFORM, "fuldtid", "410", False),
        (REFORM, "fuldtid", "410.01", True),
    ],
)
def test_A1_the_limit_is_reached_in_the_trial_and_passed_from_2024(
    regime: Regime, grad: str, timer: str, naaet: bool
) -> None:
    assert regimer.timer_naaet(regime, grad, Decimal(timer)) is naaet


def test_R8_42_cannot_occur_from_2024() -> None:
    h = historie(indplaceret("2024-02-01"))
    for kommune in (UDENFOR, FRIKOMMUNE, "0851"):
        afg = h.ske(flyttet("2024-03-01", kommune))
        assert (afg.status, indhold(afg)) == (Status.VIDERESENDT, [])
    assert h.borger.inde(date(2030, 1, 1)) is not None


@pytest.mark.parametrize("regime", list(Regime))
def test_R1_R4_R5_R6_each_law_names_its_source_and_follows_the_one_before(regime: Regime) -> None:
    """No day without a law, none with two."""
    love = sorted(regimer.PARAMETRE.values(), key=lambda p: p.fra)
    assert regimer.PARAMETRE[regime].regime is regime
    assert regimer.PARAMETRE[regime].reference
    for foer, efter in pairwise(love):
        assert foer.til is not None
        assert (efter.fra - foer.til).days == 1


@pytest.mark.parametrize(
    ("regime", "jobsamtaler", "faelles", "andel", "fritaget", "foerste"),
    [
        pytest.param("forsoeg-2020", 2, 1, "1", "0", "cv", id="S1 VEJL §4, §10"),
        pytest.param("lov-2024", 3, 0, "1", "0", "jobsamtale", id="R4 L24"),
        pytest.param("reform-2026", 2, 0, "0.75", "0.25", "jobsamtale", id="R5"),
    ],
)
def test_S1_R5_what_the_akasse_holds_at_least(
    regime: str, jobsamtaler: int, faelles: int, andel: str, fritaget: str, foerste: str
) -> None:
    p = regimer.PARAMETRE[Regime(regime)]
    assert (p.minimum_jobsamtaler, p.minimum_faelles) == (jobsamtaler, faelles)
    assert (str(p.andel_med_minimum), str(p.fritaget_hoejst)) == (andel, fritaget)
    assert (p.foerste_samtale_formaal, p.foerste_samtale_dage) == (foerste, 14)


def test_S1_the_two_parts_make_the_six_months_total() -> None:
    """The a-kasse's minimum and the jobcenter's share are the whole (VEJL §10; LAB24 §31)."""
    for p in regimer.PARAMETRE.values():
        assert p.minimum_jobsamtaler + p.jobcenter_jobsamtaler == p.i_alt_jobsamtaler
        assert p.minimum_faelles + p.jobcenter_faelles == p.i_alt_faelles
