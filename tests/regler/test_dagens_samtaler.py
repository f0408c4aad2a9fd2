"""A day's talks at its edges, and talks in another a-kasse's course (S2, S3, S4, S9, V9). Source: VEJL §1(2), §4, §4(4); L24."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from gateway.rules.model import Afgoerelse, Haendelse, Status
from tests.regler.byg import (
    ANDEN_AKASSE,
    Historie,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    planlagt,
    samtale,
    udmeldt,
)

TILMELDT = "akasse.medlem.tilmeldt.v1"


def tilmeldt(tid: str, **felter: Any) -> Haendelse:
    return haendelse(TILMELDT, tid, **{"tilmeldingsdato": tid, **felter})


def kode(afg: Afgoerelse) -> str | None:
    return afg.fejl.kode if afg.fejl else None


@pytest.mark.parametrize(
    ("tidspunkt", "moeder"),
    [
        ("2022-03-10T09:30", ["2022-03-10T09:30", "2022-03-10T09:31"]),
        ("2022-03-10T23:58", ["2022-03-10T23:58", "2022-03-10T23:59"]),
        ("2022-03-10T23:59", ["2022-03-10T23:58", "2022-03-10T23:59"]),
        ("2022-03-10T22:59:00+00:00", ["2022-03-10T23:58", "2022-03-10T23:59"]),
        ("2022-06-10T21:59:00+00:00", ["2022-06-10T23:58", "2022-06-10T23:59"]),
        ("2022-03-10T23:00:00+00:00", ["2022-03-11T00:00", "2022-03-11T00:01"]),
    ],
)
def test_S3_the_second_meeting_is_a_minute_later_and_both_lie_on_the_talks_day(
    tidspunkt: str, moeder: list[str]
) -> None:
    """On the last day of the course a second meeting after midnight would lie outside it at DFDG."""
    afg = i_forloeb("2022-03-01").proev(samtale(tidspunkt, "cv", "jobsamtale"))
    assert indhold(afg) == [("OpretSamtale", f, t) for f, t in zip(("cv", "jobsamtale"), moeder, strict=True)]


@pytest.mark.parametrize(
    ("foerste", "anden", "afvist"),
    [
        (("2022-03-10T10:00", "cv"), ("2022-03-10T10:00", "jobsamtale"), False),
        (("2022-02-10T10:00", "cv"), ("2022-02-10T10:01", "cv"), False),
        (("2022-02-10T10:00", "cv"), ("2022-02-10T10:00", "cv"), True),
    ],
    ids=["two purposes: DFDG refuses it itself", "a minute apart", "one purpose, one time"],
)
def test_S3_two_talks_of_one_purpose_told_for_one_time_are_refused_since_DFDG_could_not_tell_them_apart(
    foerste: tuple[str, str], anden: tuple[str, str], afvist: bool
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale(foerste[0], foerste[1], meldt="2022-03-12"))
    afg = h.proev(samtale(anden[0], anden[1], navn="en anden", meldt="2022-03-12"))
    assert (afg.status is Status.AFVIST, kode(afg)) == (afvist, "s3_samme_tidspunkt" if afvist else None)


TRE = (
    samtale("2022-03-10T09:00", "cv", meldt="2022-04-01"),
    samtale("2022-03-10T11:00", "jobsamtale", meldt="2022-04-01"),
    samtale("2022-03-10T13:00", "faelles", meldt="2022-04-01"),
)


@pytest.mark.parametrize("orden", list(permutations(range(3))))
def test_S2_of_three_talks_on_a_day_the_first_lawful_pair_stands_in_whatever_order_they_come(
    orden: tuple[int, ...],
) -> None:
    h = i_forloeb("2022-03-01")
    taget = []
    for nr in orden:
        afg = h.ske(TRE[nr])
        assert (afg.status, afg.regel) in ((Status.REGISTRERET, "S9"), (Status.AFVIST, "S2"))
        taget += [TRE[nr].data.formaal[0]] if afg.status is Status.REGISTRERET else []
    assert sorted(taget) in (["cv", "jobsamtale"], ["cv", "faelles"])


@pytest.mark.parametrize(
    ("aar", "anden", "afvist"),
    [
        ("2022", ("cv", "jobsamtale"), True),
        ("2022", ("cv", "faelles"), True),
        ("2022", ("cv",), False),
        ("2024", ("cv", "jobsamtale"), True),
    ],
)
def test_S2_S9_with_the_cv_before_the_decision_the_days_pairs_hold_too(
    aar: str, anden: tuple[str, ...], afvist: bool
) -> None:
    """The course may begin on the day of the enrolment: then the day has two jobsamtaler."""
    h = historie(tilmeldt(f"{aar}-03-01"), samtale(f"{aar}-03-02T10:00", "cv", "jobsamtale"))
    afg = h.proev(samtale(f"{aar}-03-02T13:00", *anden, navn="anden"))
    assert (afg.status is Status.AFVIST, kode(afg)) == (afvist, "s2_ugyldigt_par" if afvist else None)


# --- V9: the former a-kasse's course runs out ----------------------------------------------------------------------------


def skiftet(aar: str) -> Historie:
    """The member left on 6 April; the course runs to 30 April, and a new a-kasse has the member."""
    h = i_forloeb(f"{aar}-03-01")
    h.ske(udmeldt(f"{aar}-04-05", f"{aar}-04-06"))
    h.ske(tilmeldt(f"{aar}-04-08", akasse=ANDEN_AKASSE, tilmeldingsdato=f"{aar}-03-01"))
    return h


@pytest.mark.parametrize(("aar", "holdes"), [("2022", False), ("2024", True)])
@pytest.mark.parametrize(
    "x",
    [
        lambda aar: samtale(f"{aar}-04-15T10:00", "jobsamtale", akasse=ANDEN_AKASSE),
        lambda aar: samtale(f"{aar}-04-15T10:00", "raadighed", "jobsamtale", akasse=ANDEN_AKASSE),
        lambda aar: planlagt("booket", f"{aar}-04-10", f"{aar}-04-15T10:00", akasse=ANDEN_AKASSE),
        lambda aar: haendelse(
            "akasse.bookingfrist.sat.v1", f"{aar}-04-10", fristdato=f"{aar}-04-15", formaal=["jobsamtale"],
            akasse=ANDEN_AKASSE,
        ),
    ],
    ids=["held", "held with a rådighed", "booked", "a deadline"],
)  # fmt: skip
def test_S9_V9_in_the_trial_no_jobsamtale_in_the_former_akasses_course(x: Any, aar: str, holdes: bool) -> None:
    """In the trial the new a-kasse has no way in for the same benefit period; from 2024 its own course follows."""
    afg = skiftet(aar).proev(x(aar))
    assert (afg.status is not Status.AFVIST) is holdes
    assert holdes or afg.regel == "S9"


def test_S9_V9_cv_and_raadighed_are_the_new_akasses_own_in_the_trial_too() -> None:
    assert skiftet("2022").proev(samtale("2022-04-15T10:00", "cv", akasse=ANDEN_AKASSE)).status is Status.REGISTRERET


@pytest.mark.parametrize(
    ("form", "felter", "afvist"),
    [("personligt", {}, False), ("telefon", {}, True), ("video", {}, True), ("telefon", {"iTilbud": True}, False)],
)
def test_S4_from_2024_the_first_in_person_but_in_an_offer(form: str, felter: dict[str, Any], afvist: bool) -> None:
    for fra in ("2024-03-01", "2026-07-01"):
        afg = i_forloeb(fra).proev(samtale(f"{fra[:8]}10T10:00", "jobsamtale", form=form, **felter))
        assert (afg.status is Status.AFVIST, kode(afg)) == (afvist, "s4_form" if afvist else None)


def test_S4_V11_the_first_of_a_new_period_is_in_person_again() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(samtale("2024-03-10T10:00", "jobsamtale"))
    h.ske(
        indplaceret("2024-05-20", tilmeldt="2024-03-01", indplaceret="2024-05-16", indplaceringstype="genindplaceret")
    )
    assert kode(h.proev(samtale("2024-06-10T10:00", "jobsamtale", form="telefon"))) == "s4_form"
