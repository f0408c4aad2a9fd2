"""J4 and V4: talks that the jobcenter summons to, and cancels (VEJL §2(2), §4(3); L24)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Status
from tests.kontrakter import eksempler
from tests.regler.byg import KOMMUNE, beskedtyper, haendelse, i_forloeb, tidlig_indsats, udbetalt, udmeldt

SAMTALE, ANNULLERET = "gateway.jobcentersamtale.v1", "gateway.samtale-annulleret.v1"


def indkaldt(tid: str, start: str, type_: str = "indkaldt", **felter: Any) -> Haendelse:
    standard = {
        "samtaleId": eksempler.uuid("j"),
        "start": f"{start}T10:00:00+01:00",
        "foersteSamtale": ...,
        "borgerOenskerAkasse": ...,
    }
    return haendelse(f"jobcenter.samtale.{type_}.v1", tid, **{**standard, **felter})


def annulleret(tid: str, navn: str | None = "j") -> Haendelse:
    return haendelse("jobcenter.samtale.annulleret.v1", tid, samtaleId=eksempler.uuid(navn) if navn else ...)


@pytest.mark.parametrize("type_", ["indkaldt", "aendret"])
def test_J4_while_in_a_summons_is_a_breach(type_: str) -> None:
    afg = i_forloeb("2022-03-01").ske(indkaldt("2022-03-10", "2022-03-20", type_))
    assert (afg.status, afg.regel, afg.fri) == (Status.VIDERESENDT, "J4", True)
    assert beskedtyper(afg) == [(SAMTALE, "akasse.09")]
    data = afg.beskeder[0].data
    assert (data["regelbrud"], data["regelbrudRegel"], data["kommunekode"]) == (True, "J4", KOMMUNE)


@pytest.mark.parametrize(
    ("start", "brud"),
    [pytest.param("2022-05-31", True, id="the slutdato"), pytest.param("2022-06-01", False, id="the day after")],
)
def test_J4_a_talks_own_date_decides_whether_it_lies_in_the_course(start: str, brud: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", "410"))
    afg = h.ske(indkaldt("2022-05-10", start, borgerOenskerAkasse=True, foersteSamtale=True))
    assert afg.beskeder[0].data["regelbrud"] is brud


@pytest.mark.parametrize(
    ("felter", "videre"),
    [
        pytest.param({"foersteSamtale": True, "borgerOenskerAkasse": True}, True, id="the first, wished for"),
        pytest.param({"borgerOenskerAkasse": True}, True, id="wished for"),
        pytest.param({"foersteSamtale": True}, False, id="not wished for"),
        pytest.param({"foersteSamtale": True, "borgerOenskerAkasse": False}, False, id="wished against"),
        pytest.param({"foersteSamtale": False, "borgerOenskerAkasse": True}, False, id="not the first"),
    ],
)
def test_J4_after_the_handover_the_akasse_joins_the_first_talk_if_the_citizen_wishes(
    felter: dict[str, Any], videre: bool
) -> None:
    h = i_forloeb("2024-03-01")
    h.ske(tidlig_indsats("2024-03-10"))
    afg = h.ske(indkaldt("2024-03-12", "2024-03-25", **felter))
    assert bool(afg.beskeder) is videre
    assert afg.status is (Status.VIDERESENDT if videre else Status.UDEN_VIRKNING)
    if videre:
        assert afg.beskeder[0].data["regelbrud"] is False


def test_J4_who_was_told_of_a_talk_is_told_of_its_change_and_its_cancellation() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(tidlig_indsats("2024-03-10"))
    assert not h.ske(annulleret("2024-03-11")).beskeder, "of that one the a-kasse knew nothing"
    h.ske(indkaldt("2024-03-12", "2024-03-25", borgerOenskerAkasse=True))
    assert beskedtyper(h.ske(indkaldt("2024-03-13", "2024-03-26", "aendret"))) == [(SAMTALE, "akasse.09")]
    assert beskedtyper(h.ske(annulleret("2024-03-14"))) == [(ANNULLERET, "akasse.09")]
    assert h.borger.jobcentersamtaler[0].annulleret


@pytest.mark.parametrize("navn", ["j", None])
def test_V4_what_the_jobcenter_had_booked_and_cancels_is_told_while_in(navn: str | None) -> None:
    afg = i_forloeb("2022-03-01").ske(annulleret("2022-03-10", navn))
    assert (afg.status, afg.regel, beskedtyper(afg)) == (Status.VIDERESENDT, "V4", [(ANNULLERET, "akasse.09")])
    assert "regelbrud" not in afg.beskeder[0].data


def test_J4_J5_nothing_to_an_akasse_that_the_member_has_left() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-10", "2022-03-15"))
    for x in (indkaldt("2022-03-16", "2022-03-20"), annulleret("2022-03-16")):
        assert (h.proev(x).status, h.proev(x).regel, h.proev(x).beskeder) == (Status.UDEN_VIRKNING, "J5", ())


def test_J4_J5_it_waits_until_the_member_is_confirmed() -> None:
    h = i_forloeb("2022-03-01")
    from dataclasses import replace

    h.borger = replace(h.borger, medlemskaber=tuple(replace(m, bekraeftet=False) for m in h.borger.medlemskaber))
    afg = h.proev(indkaldt("2022-03-10", "2022-03-20"))
    assert (afg.afvent_bekraeftelse, afg.beskeder) == (True, ())
