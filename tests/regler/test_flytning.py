"""Moves in any order, and what they do to who is in (V8, R3, J3). Source: VEJL §1(2), §2(2), §14(3)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Status
from tests.regler.byg import (
    ANDEN_AKASSE,
    FRIKOMMUNE,
    KOMMUNE,
    NABOKOMMUNE,
    UDENFOR,
    Historie,
    beskedtyper,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    slutdatoer,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

TILMELDT = "akasse.medlem.tilmeldt.v1"


def tilmeldt(kommune: str) -> Haendelse:
    return haendelse(TILMELDT, "2022-03-01", tilmeldingsdato="2022-03-01", kommunekode=kommune)


def test_V8_J3_an_older_move_told_after_a_newer_one_moves_the_course_nowhere() -> None:
    h = i_forloeb("2022-03-01", kommunekode=NABOKOMMUNE)
    h.ske(flyttet("2022-05-12", KOMMUNE, "2022-05-10"))
    afg = h.ske(flyttet("2022-05-14", NABOKOMMUNE, "2022-05-01"))
    assert (afg.status, afg.regel, afg.beskeder, afg.registreringer) == (Status.NOTERET, "V8", (), ())
    assert h.forloeb.kommunekode == KOMMUNE == h.borger.kommune(dag("2022-05-14"))
    assert h.ske(tidlig_indsats("2022-05-20")).overdragelser[0].til.kode == KOMMUNE


@pytest.mark.parametrize(
    ("foerst", "status"),
    [((), Status.REGISTRERET), ((udbetalt("2022-05-13", "410"),), Status.REGISTRERET),
     ((tidlig_indsats("2022-05-14T08:00"),), Status.VIDERESENDT)],
    ids=["open", "about to end", "ends today"],
)  # fmt: skip
def test_V8_an_older_move_out_of_the_coverage_ends_the_course_and_hands_over_where_the_member_lives(
    foerst: tuple[Haendelse, ...], status: Status
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-05-12", NABOKOMMUNE, "2022-05-10"))
    for x in foerst:
        h.ske(x)
    afg = h.ske(flyttet("2022-05-14", UDENFOR, "2022-05-01"))
    assert afg.status is status
    assert all(x == ("RetFravaer", "75", "2022-03-01", "2022-05-14", "42") for x in indhold(afg))
    assert h.forloeb.overdraget_til == NABOKOMMUNE
    assert {til for type_, til in beskedtyper(afg) if type_ == "gateway.overdragelse.v1"} <= {
        f"jobcenter.{NABOKOMMUNE}"
    }


def test_V8_a_told_move_goes_before_the_residence_that_a_placement_stated() -> None:
    """The placement named the old kommune on 12 March; the member had moved on the 10th."""
    h = historie(tilmeldt(UDENFOR), indplaceret("2022-03-12", tilmeldt="2022-03-01"))
    afg = h.ske(flyttet("2022-03-14", NABOKOMMUNE, "2022-03-10"))
    assert (afg.status, h.forloeb.kommunekode) == (Status.VIDERESENDT, NABOKOMMUNE)
    assert h.borger.kommune(dag("2022-03-14")) == NABOKOMMUNE


@pytest.mark.parametrize(
    ("boede", "flyttedato", "felter", "inde"),
    [
        pytest.param(UDENFOR, "2022-03-08", {}, False, id="placed outside, moved in before the decision"),
        pytest.param(UDENFOR, "2022-03-01", {}, True, id="moved in on the day of the placement"),
        pytest.param(UDENFOR, "2022-03-08", {"indplaceret": "2022-03-08"}, True, id="placed after the move"),
        pytest.param(NABOKOMMUNE, "2022-03-08", {}, True, id="moved inside the coverage"),
        pytest.param(UDENFOR, "2022-03-08", {"indplaceringstype": "genindplaceret"}, False, id="a re-placement too"),
    ],
)
def test_R3_V8_who_lived_outside_on_the_day_of_the_placement_does_not_come_in_by_moving(
    boede: str, flyttedato: str, felter: dict[str, Any], inde: bool
) -> None:
    h = historie(tilmeldt(boede), flyttet("2022-03-10", KOMMUNE, flyttedato))
    afg = h.ske(indplaceret("2022-03-12", tilmeldt="2022-03-01", **{"kommunekode": KOMMUNE, **felter}))
    assert (h.borger.inde(dag("2022-03-12")) is not None) is inde
    assert afg.flag == (() if inde else ("regel_r3",))


def test_R3_a_residence_stated_wrongly_is_no_move() -> None:
    """The enrolment named another kommune than the placement does: the placement is believed."""
    h = historie(tilmeldt(UDENFOR), indplaceret("2022-03-12", tilmeldt="2022-03-01"))
    assert h.borger.inde(dag("2022-03-12")) is not None


def test_R3_from_2024_every_kommune_is_covered() -> None:
    h = historie(
        haendelse(TILMELDT, "2024-03-01", tilmeldingsdato="2024-03-01", kommunekode=UDENFOR),
        flyttet("2024-03-10", KOMMUNE, "2024-03-08"),
        indplaceret("2024-03-12", tilmeldt="2024-03-01"),
    )
    assert h.borger.inde(dag("2024-03-12")) is not None


# --- a residence that is stated, not told as a move ----------------------------------------------------------------------


def test_V8_J3_an_enrolment_told_while_in_moves_nobody() -> None:
    """The course stays with the jobcenter that has it, and that one may speak: a move is told as one."""
    h = i_forloeb("2022-03-01")
    h.ske(haendelse(TILMELDT, "2022-04-01", tilmeldingsdato="2022-04-01", kommunekode=NABOKOMMUNE))
    assert h.borger.kommune(dag("2022-04-01")) == KOMMUNE == h.forloeb.kommunekode
    assert h.ske(tidlig_indsats("2022-04-20")).overdragelser[0].til.kode == KOMMUNE


def test_V11_V8_a_new_period_in_another_kommune_tells_the_old_jobcenter() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(_ny_periode(NABOKOMMUNE))
    assert beskedtyper(afg) == [
        ("gateway.kontaktforloeb-hos-akasse.v1", f"jobcenter.{NABOKOMMUNE}"),
        ("gateway.kontaktforloeb-ophoert.v1", f"jobcenter.{KOMMUNE}"),
    ]
    assert afg.beskeder[1].data["forloebId"] == str(h.borger.forloeb[0].forloeb_id)


def test_V16_V11_a_new_right_outside_the_coverage_is_handed_over_where_the_member_lives() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(_ny_periode(UDENFOR))
    assert slutdatoer(h.borger.forloeb) == [("2022-03-01", "2022-05-20", "46")]
    assert beskedtyper(afg) == [("gateway.overdragelse.v1", f"jobcenter.{UDENFOR}")]


def _ny_periode(kommune: str) -> Haendelse:
    return indplaceret(
        "2022-05-20", tilmeldt="2022-03-01", indplaceret="2022-05-16", indplaceringstype="genindplaceret",
        kommunekode=kommune,
    )  # fmt: skip


@pytest.mark.parametrize(
    "fremmed",
    [flyttet("2022-03-10", NABOKOMMUNE),
     indplaceret("2022-03-10", indplaceret="2022-03-09", kommunekode=FRIKOMMUNE, igangvaerendeForloeb=True)],
    ids=["a move", "a placement that is not covered"],
)  # fmt: skip
def test_V8_J3_an_akasse_that_dfdg_has_not_confirmed_moves_nobody_in_anothers_course(fremmed: Haendelse) -> None:
    """Both claim the member, and DFDG has confirmed neither: the course and its handover stay where its own a-kasse said
    that the member lives, and no jobcenter is shut out by a stranger's word."""
    h = Historie()
    h.ske(tilmeldt(KOMMUNE), kvitteret=False)
    h.ske(indplaceret("2022-03-02", akasse=ANDEN_AKASSE), kvitteret=False)
    assert h.ske(fremmed, kvitteret=False).status is Status.UDEN_VIRKNING
    assert h.borger.kommune(dag("2022-03-10")) == KOMMUNE
    afg = h.ske(udbetalt("2022-03-20", "410", akasse=ANDEN_AKASSE), kvitteret=False)
    assert [o.til.kode for o in afg.overdragelser] == [KOMMUNE]


def test_V8_J3_who_has_left_the_courses_akasse_is_the_next_ones_to_tell_of() -> None:
    h = i_forloeb("2022-03-01", akasse=ANDEN_AKASSE)
    h.ske(udmeldt("2022-03-08", "2022-03-08", akasse=ANDEN_AKASSE))
    afg = h.ske(flyttet("2022-03-10", NABOKOMMUNE))
    assert (afg.status, afg.regel, afg.beskeder, afg.overdragelser) == (Status.UDEN_VIRKNING, "V8", (), ())
    assert h.borger.kommune(dag("2022-03-10")) == NABOKOMMUNE
    assert h.forloeb.overdraget_til == KOMMUNE
