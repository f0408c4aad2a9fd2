"""The jobcenter's contact about a job order: where it goes, when it is a breach, and to whom it never goes (J1, J5)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Naar, Status
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    AKASSE,
    NABOKOMMUNE,
    VOKSEN,
    Historie,
    beskedtyper,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

TYPE = "gateway.jobordrekontakt.v1"


def kontakt(tid: str, **felter: Any) -> Haendelse:
    return haendelse("jobcenter.jobordre.kontakt.v1", tid, **felter)


def indstilling(tid: str) -> Haendelse:
    return haendelse("akasse.indstilling.sendt.v1", tid, indstillingId=uuid("i"))


@pytest.mark.parametrize("fra", ["2022-03-01", "2024-03-01"], ids=["trial", "2024"])
@pytest.mark.parametrize(
    ("felter", "brud"),
    [
        ({}, False),
        ({"jobordreId": ...}, True),
        ({"kontaktform": "brev"}, True),
        ({"kontaktform": "brev", "jobordreId": ...}, True),
    ],
    ids=["phone, job order", "no job order", "not by phone", "neither"],
)
def test_J1_while_in_it_is_routed_and_marked_when_not_by_phone_about_a_job_order(
    fra: str, felter: dict[str, Any], brud: bool
) -> None:
    afg = i_forloeb(fra).proev(kontakt(f"{fra[:8]}10", **felter))
    assert (afg.status, afg.regel) == (Status.VIDERESENDT, "J1")
    assert beskedtyper(afg) == [(TYPE, f"akasse.{AKASSE}")]
    (besked,) = afg.beskeder
    assert besked.data["regelbrud"] is brud
    assert besked.data.get("regelbrudRegel") == ("J1" if brud else None)


@pytest.mark.parametrize(
    ("fra", "kendt", "brud"),
    [("2022-03-01", True, True), ("2024-03-01", True, False), ("2024-03-01", False, True)],
    ids=["trial", "2024", "2024, never sent"],
)
def test_J1_from_2024_a_contact_about_an_indstilling_is_no_breach(fra: str, kendt: bool, brud: bool) -> None:
    h = i_forloeb(fra)
    if kendt:
        h.ske(indstilling(f"{fra[:8]}05"))
    om_indstilling = {"indstillingId": uuid("i"), "jobordreId": ..., "kontaktform": "brev"}
    (besked,) = h.proev(kontakt(f"{fra[:8]}10", **om_indstilling)).beskeder
    assert besked.data["regelbrud"] is brud


@pytest.mark.parametrize(
    ("tid", "status"),
    [
        ("2022-03-31T23:59", Status.VIDERESENDT),
        ("2022-04-01T00:00", Status.UDEN_VIRKNING),
        ("2022-03-31T21:30:00+00:00", Status.VIDERESENDT),
        ("2022-03-31T22:30:00+00:00", Status.UDEN_VIRKNING),  # summer time: 1 April
    ],
)
def test_J1_out_is_without_effect_judged_by_the_copenhagen_day(tid: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-03-31", "410"))
    afg = h.proev(kontakt(tid))
    assert (afg.status, afg.regel) == (status, "J1")
    assert bool(afg.beskeder) is (status is Status.VIDERESENDT)


@pytest.mark.parametrize("foer", ["never seen", "ended"])
def test_J1_of_somebody_who_is_not_in_nobody_is_told_and_it_is_final_at_once(foer: str) -> None:
    h = historie()
    if foer == "ended":
        h.ske(indplaceret("2022-03-01"))
        h.ske(tidlig_indsats("2022-03-05"))
    afg = h.proev(kontakt("2022-03-10"))
    assert (afg.status, afg.beskeder, afg.fri) == (Status.UDEN_VIRKNING, (), True)


def test_J1_the_akasse_gets_the_events_own_data_and_the_kommune_but_no_CPR_number() -> None:
    (besked,) = i_forloeb("2022-03-01").proev(kontakt("2022-03-10", bemaerkning="Ring igen mandag.")).beskeder
    assert besked.data == {
        "jobordreId": uuid("jobordre"),
        "kontaktform": "telefon",
        "tidspunkt": besked.data["tidspunkt"],
        "stillingsbetegnelse": "Tømrer",
        "bemaerkning": "Ring igen mandag.",
        "kommunekode": "0101",
        "regelbrud": False,
    }
    assert VOKSEN not in str(besked.data)


def test_J5_of_a_confirmed_member_it_leaves_at_once_and_waits_for_nothing() -> None:
    afg = i_forloeb("2022-03-01").proev(kontakt("2022-03-10"))
    assert (afg.fri, afg.afvent_bekraeftelse) == (True, False)
    assert [b.naar for b in afg.beskeder] == [Naar.MODTAGET]


def test_J5_while_the_claim_is_not_confirmed_it_waits_and_tells_nobody() -> None:
    h = Historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    afg = h.proev(kontakt("2022-03-10"))
    assert (afg.afvent_bekraeftelse, afg.fri, afg.beskeder) == (True, False, ())
    assert (afg.status, afg.regel) == (Status.UDEN_VIRKNING, "J5")


def test_J5_an_akasse_that_the_member_has_left_is_told_nothing_though_its_course_runs_to_the_months_end() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-15", "2022-03-15"))
    assert h.forloeb.slutdato is not None
    assert h.proev(kontakt("2022-03-15")).status is Status.VIDERESENDT
    afg = h.proev(kontakt("2022-03-16"))
    assert (afg.status, afg.regel, afg.beskeder, afg.fri) == (Status.UDEN_VIRKNING, "J5", (), True)


def test_J3_after_a_move_the_contact_is_the_new_kommunes_to_make() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-03-10", NABOKOMMUNE))
    assert h.proev(kontakt("2022-03-11")).status is Status.AFVIST
    assert h.proev(kontakt("2022-03-11", kommune=NABOKOMMUNE)).status is Status.VIDERESENDT
