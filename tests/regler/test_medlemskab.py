"""Who may speak of whom: an a-kasse of its own members, a jobcenter of citizens of its kommune (J3, J5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.events import HAENDELSESTYPER
from gateway.rules.medlemskab import ikke_egen
from gateway.rules.model import Afgoerelse, Haendelse, Status
from gateway.rules.tilstand import Borger
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    Historie,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    samtale,
    udmeldt,
)

AKASSETYPER = sorted(t for t in HAENDELSESTYPER if t.startswith("akasse."))
JOBCENTERTYPER = sorted(t for t in HAENDELSESTYPER if t.startswith("jobcenter."))
TILMELDT = "akasse.medlem.tilmeldt.v1"
#: With these an a-kasse claims the citizen, or DFDG itself judges.
GOER_KRAV = {TILMELDT, "akasse.medlem.indplaceret.v1", "akasse.medlem.indlaest.v1", "akasse.samtale.afholdt.v1"}


def _kode(afg: Afgoerelse | None) -> str | None:
    if afg is None:
        return None
    assert (afg.status, afg.regel, afg.registreringer, afg.aendringer) == (Status.AFVIST, "J3", (), ())
    return afg.fejl.kode if afg.fejl else ""


def _fra(type_: str, akasse: str, tid: str = "2022-03-10") -> Haendelse:
    return haendelse(type_, tid, akasse=akasse)


@pytest.mark.parametrize("type_", AKASSETYPER)
def test_J3_an_akasse_does_not_speak_of_another_ones_confirmed_member(type_: str) -> None:
    borger = i_forloeb("2022-03-01").borger
    assert _kode(ikke_egen(borger, _fra(type_, ANDEN_AKASSE))) == "j3_ikke_eget_medlem"
    assert ikke_egen(borger, _fra(type_, AKASSE)) is None


@pytest.mark.parametrize("type_", AKASSETYPER)
def test_J3_an_unconfirmed_claim_of_another_keeps_out_all_but_a_claim(type_: str) -> None:
    borger = historie(_fra(TILMELDT, AKASSE, "2022-03-01")).borger
    ventet = None if type_ in GOER_KRAV else "j3_ikke_eget_medlem"
    assert _kode(ikke_egen(borger, _fra(type_, ANDEN_AKASSE))) == ventet


def test_J3_two_unconfirmed_claims_stand_beside_each_other_until_DFDG_confirms_one() -> None:
    h = historie(_fra(TILMELDT, AKASSE, "2022-03-01"), _fra(TILMELDT, ANDEN_AKASSE, "2022-03-02"))
    ferie = "akasse.ferie.anmodet.v1"
    assert ikke_egen(h.borger, _fra(ferie, AKASSE)) is None
    assert ikke_egen(h.borger, _fra(ferie, ANDEN_AKASSE)) is None
    h.ske(indplaceret("2022-03-03", akasse=ANDEN_AKASSE))
    assert _kode(ikke_egen(h.borger, _fra(ferie, AKASSE))) == "j3_ikke_eget_medlem"
    assert ikke_egen(h.borger, _fra(ferie, ANDEN_AKASSE)) is None


def test_J3_a_confirmed_membership_decides_whoever_else_has_claimed() -> None:
    h = historie(_fra(TILMELDT, ANDEN_AKASSE, "2022-03-01"), indplaceret("2022-03-02"))
    for medlemskaber in (h.borger.medlemskaber, h.borger.medlemskaber[::-1]):
        borger = replace(h.borger, medlemskaber=medlemskaber)
        assert _kode(ikke_egen(borger, _fra(TILMELDT, "11", "2022-03-10"))) == "j3_ikke_eget_medlem"


@pytest.mark.parametrize(
    ("tid", "kode"),
    [
        ("2022-03-15T23:59", "j3_ikke_eget_medlem"),
        ("2022-03-16T00:00", None),
        ("2022-03-15T22:30:00+00:00", "j3_ikke_eget_medlem"),
        ("2022-03-15T23:30:00+00:00", None),  # half past midnight on the 16th
    ],
)
def test_J3_the_day_of_leaving_is_the_last_as_a_member_judged_at_the_events_time(tid: str, kode: str | None) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-01T18:00", "2022-03-15"))
    assert _kode(ikke_egen(h.borger, indplaceret(tid, akasse=ANDEN_AKASSE))) == kode


def test_J3_whoever_has_left_is_not_spoken_of_once_the_new_akasse_is_confirmed() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(udmeldt("2024-03-15", "2024-03-15"))
    sen = samtale("2024-03-12T09:00", "jobsamtale", meldt="2024-03-18")
    assert h.ske(sen).status is Status.REGISTRERET
    h.ske(indplaceret("2024-03-20", akasse=ANDEN_AKASSE, tilmeldt="2024-03-16"))
    assert _kode(ikke_egen(h.borger, _fra("akasse.ferie.anmodet.v1", AKASSE, "2024-03-21"))) == "j3_ikke_eget_medlem"
    assert ikke_egen(h.borger, _fra("akasse.ferie.anmodet.v1", ANDEN_AKASSE, "2024-03-21")) is None


def test_J3_of_a_citizen_whom_nobody_claims_anybody_may_speak_first() -> None:
    for type_ in AKASSETYPER:
        assert ikke_egen(Borger(), _fra(type_, AKASSE)) is None


@pytest.mark.parametrize("type_", JOBCENTERTYPER)
def test_J3_a_jobcenter_speaks_only_of_citizens_of_its_kommune(type_: str) -> None:
    borger = i_forloeb("2022-03-01").borger
    assert ikke_egen(borger, haendelse(type_, "2022-03-10", kommune=KOMMUNE)) is None
    fremmed = haendelse(type_, "2022-03-10", kommune=NABOKOMMUNE)
    assert _kode(ikke_egen(borger, fremmed)) == "j3_ikke_egen_kommune"


@pytest.mark.parametrize(
    ("tid", "kommune"),
    [
        ("2022-03-09T23:59", KOMMUNE),
        ("2022-03-10T00:00", NABOKOMMUNE),
        ("2022-03-09T22:30:00+00:00", KOMMUNE),
        ("2022-03-09T23:30:00+00:00", NABOKOMMUNE),
    ],
)
def test_J3_the_kommune_changes_on_the_flyttedato(tid: str, kommune: str) -> None:
    h: Historie = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-03-14", NABOKOMMUNE, "2022-03-10"))
    felter: dict[str, Any] = {"kommune": kommune}
    anden = NABOKOMMUNE if kommune == KOMMUNE else KOMMUNE
    assert ikke_egen(h.borger, haendelse("jobcenter.jobordre.kontakt.v1", tid, **felter)) is None
    assert _kode(ikke_egen(h.borger, haendelse("jobcenter.jobordre.kontakt.v1", tid, kommune=anden))) is not None


def test_J3_a_kommune_code_counts_with_and_without_its_leading_zero() -> None:
    borger = i_forloeb("2022-03-01").borger
    assert ikke_egen(borger, haendelse("jobcenter.jobordre.kontakt.v1", "2022-03-10", kommune="101")) is None


def test_J3_of_a_citizen_whose_kommune_is_not_known_nothing_can_be_judged() -> None:
    assert ikke_egen(Borger(), haendelse("jobcenter.jobordre.kontakt.v1", "2022-03-10")) is None


def test_J5_a_claim_that_DFDG_never_confirmed_confirms_nobody() -> None:
    h = Historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    assert [m.bekraeftet for m in h.borger.medlemskaber] == [False]
    assert ikke_egen(h.borger, indplaceret("2022-03-02", akasse=ANDEN_AKASSE)) is None


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("akasse.ferie.anmodet.v1", {"anmodetDato": "2024-03-20", "startdato": "2024-03-22", "slutdato": "2024-03-25"}),
        (
            "akasse.mindre-intensiv-indsats.registreret.v1",
            {"startdato": "2024-03-20", "slutdato": "2024-03-28", "grund": "job"},
        ),
    ],
)
def test_V9_in_the_old_a_kasses_last_month_the_new_one_has_no_course_to_act_in(
    type_: str, data: dict[str, Any]
) -> None:
    """The old course runs to the end of the month of leaving; it is the old a-kasse's own."""
    h = historie(indplaceret("2024-02-14", tilmeldt="2024-02-01"), udmeldt("2024-03-10", "2024-03-10"))
    assert h.borger.inde(dag("2024-03-20")) is not None
    assert h.proev(haendelse(type_, "2024-03-20", akasse=ANDEN_AKASSE, **data)).status is Status.AFVIST
