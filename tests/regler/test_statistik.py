"""D2: what one citizen's state adds to each a-kasse's months and half-years. Definitions: docs/statistik.md."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.statistik import bidrag, brudte_frister, ny_opgoerelse, perioder, raekker
from tests.regler.byg import (
    AKASSE,
    UDENFOR,
    Historie,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    mindre_intensiv,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)


def tal(h: Historie, idag: str, *, halve: bool = False, **graenser: str) -> dict[str, dict[str, Any]]:
    """Period -> figures of the a-kasse."""
    op = ny_opgoerelse()
    bidrag(op, h.borger, dag(idag))
    return {r["periode"]: r["tal"] for r in raekker(perioder(op, dag(idag), halve=halve, **graenser), [AKASSE])}


def hele_perioden(aar: int = 2022) -> Historie:
    """In from 1 March to the end of June by the hours, with a cv, two jobsamtaler and a fælles in the trial."""
    h = i_forloeb(f"{aar}-03-01")
    h.ske(samtale(f"{aar}-03-08", "cv"))
    h.ske(samtale(f"{aar}-03-22", "jobsamtale"))
    h.ske(samtale(f"{aar}-04-19", "jobsamtale"))
    if aar < 2024:
        h.ske(samtale(f"{aar}-05-10", "faelles"))
    else:
        h.ske(samtale(f"{aar}-03-12", "jobsamtale"))
    h.ske(udbetalt(f"{aar}-06-29", "430"))
    return h


def test_D2_in_the_course_at_each_months_end_and_out_in_the_month_of_the_last_day() -> None:
    t = tal(hele_perioden(), "2022-12-31")
    assert {p: (x["ind"], x["i_forloeb"], x["ud"]) for p, x in t.items()} == {
        "2022-03": (1, 1, {}),
        "2022-04": (0, 1, {}),
        "2022-05": (0, 1, {}),
        "2022-06": (0, 1, {"41": 1}),  # the last day is in the course
    }


def test_D2_of_the_running_month_today_counts_and_what_is_to_come_does_not() -> None:
    h = hele_perioden()
    t = tal(h, "2022-06-15")
    assert (t["2022-06"]["i_forloeb"], t["2022-06"]["ud"], t["2022-06"]["fuld_periode"]) == (1, {}, 0)
    assert tal(h, "2022-02-28") == {}


def test_D2_talks_by_purpose_and_form() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-08", "cv", "jobsamtale"))
    h.ske(samtale("2022-03-29", "raadighed", form="telefon"))
    assert tal(h, "2022-12-31")["2022-03"]["samtaler"] == {
        "cv": {"personligt": 1},
        "jobsamtale": {"personligt": 1},
        "raadighed": {"telefon": 1},
    }


@pytest.mark.parametrize(
    ("samtaler", "tre", "minimum"),
    [
        ([("2022-03-22", "jobsamtale"), ("2022-04-19", "jobsamtale"), ("2022-05-10", "faelles")], 1, 1),
        ([("2022-03-22", "jobsamtale"), ("2022-04-19", "jobsamtale"), ("2022-05-10", "jobsamtale")], 1, 0),
        ([("2022-03-22", "jobsamtale"), ("2022-05-10", "faelles")], 0, 0),
        ([("2022-03-22", "jobsamtale"), ("2022-05-10", "faelles"), ("2022-07-10", "raadighed")], 0, 0),
    ],
)
def test_D2_three_talks_and_the_laws_minimum_of_those_with_the_full_period(
    samtaler: list[tuple[str, str]], tre: int, minimum: int
) -> None:
    h = i_forloeb("2022-03-01")
    for naar, formaal in samtaler:
        if naar < "2022-06-29":
            h.ske(samtale(naar, formaal))
    h.ske(udbetalt("2022-06-29", "430"))
    for naar, formaal in samtaler:
        if naar > "2022-06-29":
            h.ske(samtale(naar, formaal))
    t = tal(h, "2022-12-31")["2022-06"]
    assert (t["fuld_periode"], t["tre_eller_flere_samtaler"], t["lovens_minimum"]) == (1, tre, minimum)


def test_D2_a_talk_of_two_purposes_is_one_talk_of_three_and_one_of_each_of_the_law() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(samtale("2024-03-08", "cv", "jobsamtale"))
    h.ske(samtale("2024-04-09", "jobsamtale", "raadighed"))
    h.ske(samtale("2024-05-07", "jobsamtale"))
    h.ske(udbetalt("2024-06-28", "430"))
    t = tal(h, "2024-12-31")["2024-06"]
    assert (t["tre_eller_flere_samtaler"], t["lovens_minimum"]) == (1, 1)


def test_D2_out_early_is_no_full_period() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-04"))
    slut = h.forloeb.slutdato
    assert slut is not None
    t = tal(h, "2022-12-31")[f"{slut:%Y-%m}"]
    assert (sum(t["ud"].values()), t["fuld_periode"]) == (1, 0)


def test_D2_a_marking_made_by_mistake_was_never_a_course() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(haendelse("akasse.visitation.fejloprettet.v1", "2022-03-20"))
    t = tal(h, "2022-12-31")
    assert [x["ind"] + x["i_forloeb"] for x in t.values()] == [0] * len(t)
    assert sum(x["ud"].get("38", 0) for x in t.values()) == 1


def test_D2_a_kommune_outside_counts_by_its_cause() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-04-10", UDENFOR))
    assert {k for x in tal(h, "2022-12-31").values() for k in x["ud"]} == {"42"}


@pytest.mark.parametrize(
    ("bygget", "idag", "ventet"),
    [
        # The decision on the fourteenth day, and the day after.
        (lambda: i_forloeb("2022-03-15", samtale("2022-03-02", "cv"), tilmeldt="2022-03-01"), "2022-12-31", []),
        (
            lambda: i_forloeb("2022-03-16", samtale("2022-03-02", "cv"), tilmeldt="2022-03-01"),
            "2022-12-31",
            ["2022-03-15"],
        ),
        # The cv talk: held in time, held late, not held, not due yet.
        (lambda: i_forloeb("2022-03-01", samtale("2022-03-01T08:00", "cv")), "2022-12-31", []),
        (lambda: _med(i_forloeb("2022-03-01"), samtale("2022-03-16", "cv")), "2022-12-31", ["2022-03-15"]),
        (lambda: i_forloeb("2022-03-01"), "2022-12-31", ["2022-03-15"]),
        (lambda: i_forloeb("2022-03-01"), "2022-03-15", []),
        # From 2024 the first jobsamtale.
        (lambda: _med(i_forloeb("2024-03-01"), samtale("2024-03-08", "cv")), "2024-12-31", ["2024-03-15"]),
        # M1 on the day.
        (
            lambda: _med(i_forloeb("2022-03-01"), mindre_intensiv("2022-03-09", "2022-03-10", "2022-03-20")),
            "2022-12-31",
            [],
        ),
        # An enrolment that nobody decided.
        (
            lambda: historie(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01")),
            "2022-03-16",
            ["2022-03-15"],
        ),
        # One found to belong at the jobcenter before the placement (V14): that was the decision.
        (
            lambda: historie(
                haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"),
                tidlig_indsats("2022-03-09"),
            ),
            "2022-12-31",
            [],
        ),
        # Left before the fourteenth day, and on it.
        (lambda: _med(i_forloeb("2022-03-01"), udmeldt("2022-03-10", "2022-03-14")), "2022-12-31", []),
        (lambda: _med(i_forloeb("2022-03-01"), udmeldt("2022-03-10", "2022-03-15")), "2022-12-31", ["2022-03-15"]),
    ],
)
def test_D2_deadlines_not_kept(bygget: Any, idag: str, ventet: list[str]) -> None:
    assert [f.isoformat() for _, f in brudte_frister(bygget().borger, dag(idag))] == ventet


def _med(h: Historie, *mere: Any) -> Historie:
    for x in mere:
        h.ske(x)
    return h


def test_D2_the_full_period_without_the_laws_talks_is_a_breach_on_its_last_day() -> None:
    h = i_forloeb("2022-03-01", samtale("2022-03-01T08:00", "cv"))
    h.ske(udbetalt("2022-06-29", "430"))
    assert list(brudte_frister(h.borger, dag("2022-12-31"))) == [(AKASSE, dag("2022-06-30"))]


def test_D2_a_replaced_member_owes_no_two_weeks_but_the_talks_of_the_period() -> None:
    """V3: enrolled before the new placement nothing is due two weeks after enrolment; the period's talks are owed by all."""
    h = historie(
        indplaceret("2022-03-04", tilmeldt="2021-10-01", indplaceret="2022-03-01", indplaceringstype="genindplaceret")
    )
    assert list(brudte_frister(h.borger, dag("2022-12-31"))) == []
    h.ske(udbetalt("2022-06-29", "430"))
    assert list(brudte_frister(h.borger, dag("2022-12-31"))) == [(AKASSE, dag("2022-06-30"))]


def test_D2_R5_the_exempted_breaks_nothing_by_fewer_talks() -> None:
    h = i_forloeb("2026-08-03")
    h.ske(samtale("2026-08-10", "jobsamtale"))
    h.ske(haendelse("akasse.samtale.fritaget.v1", "2026-09-01", fra="2026-09-01", til=...))
    h.ske(udbetalt("2026-11-27", "430"))
    assert list(brudte_frister(h.borger, dag("2026-12-31"))) == []
    assert tal(h, "2026-12-31")["2026-11"]["lovens_minimum"] == 0


def test_D2_half_years_add_up_and_count_the_course_at_their_end() -> None:
    h = hele_perioden()
    (periode,) = tal(h, "2022-12-31", halve=True)
    t = tal(h, "2022-12-31", halve=True)[periode]
    assert (periode, t["ind"], t["i_forloeb"], t["ud"], t["fuld_periode"]) == ("2022-H1", 1, 1, {"41": 1}, 1)
    ude = i_forloeb("2022-03-01")
    ude.ske(tidlig_indsats("2022-04-04"))
    t = tal(ude, "2022-12-31", halve=True)["2022-H1"]
    assert (t["ind"], t["i_forloeb"]) == (1, 0)
    # A half-year that runs counts those of today's month.
    assert tal(i_forloeb("2022-03-01"), "2022-04-20", halve=True)["2022-H1"]["i_forloeb"] == 1


def test_D2_the_limits_take_whole_periods() -> None:
    h = hele_perioden()
    assert set(tal(h, "2022-12-31", fra="2022-04", til="2022-05")) == {"2022-04", "2022-05"}
    assert tal(h, "2022-12-31", halve=True, fra="2022-05")["2022-H1"]["ind"] == 1


def test_D2_another_akasses_course_is_not_ones_own() -> None:
    h = historie(indplaceret("2022-03-01", akasse="07"))
    assert tal(h, "2022-12-31") == {}
