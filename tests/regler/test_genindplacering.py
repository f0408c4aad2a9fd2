"""A member who is placed again, or comes back (V9, V11, V12; A3, A4)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.aendringer import anvend
from gateway.rules.model import Status
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    HOS_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    OPTJENT,
    OVERDRAGELSE,
    UDEN_UDDANNELSE,
    UDENFOR,
    UNG,
    Historie,
    beskedtyper,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    samtale,
    slutdatoer,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)


def _genindplaceret(tid: str, placeret: str, **felter: Any) -> Any:
    return indplaceret(tid, tilmeldt="2022-03-01", indplaceret=placeret, indplaceringstype="genindplaceret", **felter)


def test_V11_a_replacement_ends_first_then_creates() -> None:
    h = i_forloeb("2022-03-01")
    gammelt = h.forloeb
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16"))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"),
        ("OpretFravaer", "75", "2022-05-21", None, None),
    ]
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}")], "no handover"
    assert afg.beskeder[0].data["grund"] == "genindplaceret"
    assert (afg.regel, afg.flag) == ("V11", ())
    assert h.borger.forloeb[0].forloeb_id == gammelt.forloeb_id != h.forloeb.forloeb_id
    assert slutdatoer(h.borger.forloeb) == [("2022-03-01", "2022-05-20", "46"), ("2022-05-21", None, None)]


@pytest.mark.parametrize(
    ("startdato", "ventet"), [(..., "2022-05-21"), ("2022-05-21", "2022-05-21"), ("2022-06-01", "2022-06-01")]
)
def test_V11_the_new_one_begins_the_day_after_at_the_earliest(startdato: object, ventet: str) -> None:
    afg = i_forloeb("2022-03-01").proev(_genindplaceret("2022-05-20", "2022-05-16", startdato=startdato))
    assert indhold(afg)[1] == ("OpretFravaer", "75", ventet, None, None)


def test_V11_A4_the_old_slutdato_may_be_its_first_day() -> None:
    h = historie(indplaceret("2022-03-08", startdato="2022-06-01"))
    afg = h.proev(_genindplaceret("2022-05-20", "2022-05-16"))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-06-01", "2022-06-01", "46"),
        ("OpretFravaer", "75", "2022-06-02", None, None),
    ]


def test_V11_each_registration_carries_its_own_change() -> None:
    """When DFDG takes the ending and not the creation, the member is out and nothing else is changed."""
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-28", "300"))
    genindplacering = _genindplaceret("2022-05-20", "2022-05-16")
    afg = h.proev(genindplacering)
    h.borger = anvend(h.borger, (*afg.aendringer, *afg.registreringer[0].aendringer))
    assert slutdatoer(h.borger.forloeb) == [("2022-03-01", "2022-05-20", "46")]
    assert h.borger.indplacering is not None
    assert h.borger.indplacering.indplaceringsdato == dag("2022-03-01")
    assert h.borger.timer is not None
    # decided again (an operator's retry): what is left, with the same ids
    igen = h.proev(genindplacering)
    assert igen.registreringer == afg.registreringer[1:]


@pytest.mark.parametrize(
    ("slutter", "tid", "registreringer"),
    [
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-05-20",
            [("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"), ("OpretFravaer", "75", "2022-05-21", None, None)],
            id="an ending ahead is replaced",
        ),
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-05-31",
            [("OpretFravaer", "75", "2022-06-01", None, None)], id="ends that day anyway",
        ),
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-06-07",
            [("OpretFravaer", "75", "2022-06-01", None, None)], id="out: the later period is V1",
        ),
        pytest.param(
            haendelse(OPTJENT, "2022-05-18"), "2022-05-20",
            [("OpretFravaer", "75", "2022-05-19", None, None)], id="46 came before",
        ),
    ],
)  # fmt: skip
def test_V11_V12_a_later_period_opens_a_new_course(slutter: Any, tid: str, registreringer: list[Any]) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(slutter)
    h_foer, slut = h.forloeb, h.forloeb.slutdato
    afg = h.ske(_genindplaceret(tid, "2022-05-16"))
    assert indhold(afg) == registreringer
    inde = dag(tid) <= (slut or dag(tid))
    var_overdraget = h_foer.overdragelse_id is not None
    bortfalder = [o.aendring for o in afg.overdragelser]
    assert bortfalder == (["bortfaldet"] if inde and var_overdraget else []), "O1: the course goes on with the a-kasse"


@pytest.mark.parametrize(
    ("felter", "aarsag"),
    [
        ({"cpr": UNG, **UDEN_UDDANNELSE}, "45"),
        ({"behovForTidligIndsats": True}, "44"),
        ({"cpr": UNG, "behovForTidligIndsats": True, **UDEN_UDDANNELSE}, "45"),
    ],
)
def test_V11_with_V5_or_V6_nothing_new_opens(felter: dict[str, Any], aarsag: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-20T10:00", "jobsamtale"))
    h.ske(udbetalt("2022-04-28", "300"))
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", **felter))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", aarsag)]
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]
    data = afg.overdragelser[0].data
    assert (data["timerSammenlagt"], data["afholdt"]["jobsamtaler"]) == ("0", 0), "the new period has begun"
    igen = h.ske(_genindplaceret("2022-06-10", "2022-05-16"))
    assert (igen.status, igen.regel) == (Status.AFVIST, "V12"), "that period had its decision"


def test_V11_with_V6_hands_over_to_the_kommune_of_the_new_placement() -> None:
    afg = i_forloeb("2022-03-01").proev(
        _genindplaceret("2022-05-20", "2022-05-16", kommunekode=NABOKOMMUNE, behovForTidligIndsats=True)
    )
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{NABOKOMMUNE}")]


def test_V11_A3_with_V6_when_the_course_ends_that_day_anyway() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    afg = h.ske(_genindplaceret("2022-05-31", "2022-05-16", behovForTidligIndsats=True))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, "A3", ())


def test_V11_hours_and_talks_begin_anew_with_the_period() -> None:
    h = i_forloeb("2022-03-01", samtale("2022-02-28T10:00", "cv", "jobsamtale"))
    h.ske(udbetalt("2022-04-28", "300"))
    h.ske(samtale("2022-05-18T10:00", "jobsamtale"))
    h.ske(_genindplaceret("2022-05-20", "2022-05-16"))
    data = h.ske(tidlig_indsats("2022-06-10")).overdragelser[0].data
    assert data["timerSammenlagt"] == "0"
    assert [s["dato"] for s in data["samtaler"]] == ["2022-05-18"], "since the new indplaceringsdato"


# --- V12, V9 across a-kasser -----------------------------------------------------------------------


@pytest.mark.parametrize("placeret", ["2022-03-01", "2022-02-01"], ids=["the same date", "an earlier one"])
@pytest.mark.parametrize("akasse", [AKASSE, ANDEN_AKASSE])
def test_V12_out_is_not_in_again_for_the_same_period(placeret: str, akasse: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-06"))
    afg = h.ske(indplaceret("2022-05-03", tilmeldt="2022-03-01", indplaceret=placeret, akasse=akasse))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.AFVIST, "V12", ())
    assert afg.fejl is not None
    assert afg.fejl.kode == "v12_samme_periode"
    assert len(h.borger.forloeb) == 1


def test_V12_while_the_old_course_runs_out_at_the_former_akasse() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-06"))
    afg = h.proev(indplaceret("2022-04-10", tilmeldt="2022-03-01", akasse=ANDEN_AKASSE))
    assert (afg.status, afg.regel) == (Status.AFVIST, "V12")


def test_V2_already_marked_in_the_same_period() -> None:
    afg = i_forloeb("2022-03-01").proev(indplaceret("2022-03-05", tilmeldt="2022-03-01"))
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())


def test_V9_from_2024_the_new_akasse_opens_its_own_course() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(udmeldt("2024-04-05", "2024-04-06"))
    afg = h.ske(indplaceret("2024-04-10", tilmeldt="2024-03-01", akasse=ANDEN_AKASSE))
    assert indhold(afg) == [("OpretFravaer", "75", "2024-05-01", None, None)], "after the old one's own end"
    assert slutdatoer(h.borger.forloeb) == [("2024-03-01", "2024-04-30", "43"), ("2024-05-01", None, None)]
    assert h.forloeb.akassekode == ANDEN_AKASSE


def test_V12_from_2024_not_after_a_full_period() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(udbetalt("2024-05-10", "420"))
    h.ske(udmeldt("2024-06-05", "2024-06-06"))
    afg = h.proev(indplaceret("2024-07-01", tilmeldt="2024-03-01", akasse=ANDEN_AKASSE))
    assert (afg.status, afg.regel) == (Status.AFVIST, "V12")


def test_V16_V11_a_new_right_outside_the_coverage_ends_with_46() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", kommunekode=UDENFOR))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", "46")]


def test_V11_V14_an_open_marking_of_another_akasse_ends_before_the_new_one() -> None:
    """Not confirmed yet, so J3 does not speak: the order at DFDG is end, then create, also with V6."""
    h = Historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", akasse=ANDEN_AKASSE, behovForTidligIndsats=True))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"),
        ("OpretFravaer", "75", "2022-05-21", "2022-05-21", "44"),
    ]
    assert [r.akassekode for r in afg.registreringer] == [AKASSE, ANDEN_AKASSE]
