"""The handover tells the truth through corrections, late events and new periods (O1, O2, S11, V11, A2, D1).

Source: VEJL §2(5), §9, §10 (what the a-kasse held counts in the jobcenter's totals); LAB24 §31.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.rules.frister import Fristopsaetning, varsler
from gateway.rules.model import Haendelse, Regime, Status
from tests.regler.byg import (
    AKASSE,
    OPSAETNING,
    OPTJENT,
    Historie,
    dag,
    givet,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)
from tests.regler.test_rettelser import rettet

RETTET = "akasse.visitation.aarsag-rettet.v1"
TILMELDT = "akasse.medlem.tilmeldt.v1"


def aarsag(tid: str, kode: str, udmeldelsesdato: str | None = None) -> Haendelse:
    return haendelse(RETTET, tid, aarsagskode=kode, udmeldelsesdato=udmeldelsesdato or ...)


def genindplaceret(tid: str, placeret: str, **felter: Any) -> Haendelse:
    return indplaceret(tid, tilmeldt="2022-03-01", indplaceret=placeret, indplaceringstype="genindplaceret", **felter)


@pytest.mark.parametrize(
    ("slutning", "rettelse", "slutdato"),
    [
        (udbetalt("2022-05-10", "410"), aarsag("2022-06-05", "44"), "2022-05-10"),
        (udbetalt("2022-05-10", "410"), aarsag("2022-06-05", "43", "2022-04-20"), "2022-04-30"),
        (udbetalt("2022-05-10", "410"), aarsag("2022-05-20", "43", "2022-04-20"), "2022-04-30"),
        (udmeldt("2022-05-20", "2022-04-20"), None, "2022-04-30"),
    ],
    ids=["A2, already out", "A2 to 43, already out", "A2 to 43, still in", "V9, told late"],
)
def test_S11_A2_talks_held_while_in_count_also_when_the_end_is_set_before_them(
    slutning: Haendelse, rettelse: Haendelse | None, slutdato: str
) -> None:
    """The talk of 15 May was the a-kasse's to hold and stands at DFDG: the jobcenter holds one less."""
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-04-04T10:00", "jobsamtale"))
    h.ske(samtale("2022-05-15T10:00", "jobsamtale"))
    afg = h.ske(slutning)
    if rettelse is not None:
        afg = h.ske(rettelse)
    (o,) = afg.overdragelser
    assert o.data["slutdato"] == slutdato
    assert [s["dato"] for s in o.data["samtaler"]] == ["2022-04-04", "2022-05-15"]
    assert (o.data["afholdt"]["jobsamtaler"], o.data["resterer"]["jobsamtaler"]) == (2, 2)


def test_S11_A2_in_a_chain_of_corrections_no_talk_is_lost() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-05-15T10:00", "jobsamtale"))
    h.ske(udbetalt("2022-05-10", "410"))
    for tid, kode, ud in (("2022-06-05", "44", None), ("2022-06-06", "45", None), ("2022-06-07", "43", "2022-04-02")):
        assert h.ske(aarsag(tid, kode, ud)).overdragelser[0].data["afholdt"]["jobsamtaler"] == 1, kode


def test_S11_what_is_held_after_the_course_is_no_part_of_it() -> None:
    """A cv talk of a new enrolment, with its jobsamtale, is the new course's; a rådighed after the end is the a-kasse's."""
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-05-10"))
    assert h.ske(samtale("2022-05-20T10:00", "raadighed")).overdragelser == ()
    h.ske(haendelse(TILMELDT, "2022-09-01", tilmeldingsdato="2022-09-01"))
    assert h.ske(samtale("2022-09-05T10:00", "cv", "jobsamtale")).overdragelser == ()
    (o,) = h.ske(aarsag("2022-09-06", "45")).overdragelser
    assert o.data["samtaler"] == []


@pytest.mark.parametrize(
    ("foerst", "resterer", "regime"),
    [
        (("2022-03-01", "2022-05-20", "2022-05-16"), {"jobsamtaler": 4, "faelles": 2}, Regime.FORSOEG_2020),
        (("2023-10-02", "2024-02-20", "2024-02-16"), {"jobsamtaler": 6, "faelles": 0}, Regime.LOV_2024),
    ],
)
def test_V11_V6_R4_the_handover_of_a_new_period_follows_the_new_periods_law(
    foerst: tuple[str, str, str], resterer: dict[str, int], regime: Regime
) -> None:
    """The old marking ends with 44 and stands for the new period: its talks and its law are the new ones."""
    begyndt, tid, placeret = foerst
    h = i_forloeb(begyndt)
    h.ske(samtale(f"{tid[:8]}01T10:00", "jobsamtale"))
    afg = h.ske(
        indplaceret(tid, tilmeldt=begyndt, indplaceret=placeret, indplaceringstype="genindplaceret",
                    behovForTidligIndsats=True)
    )  # fmt: skip
    (o,) = afg.overdragelser
    assert (o.data["regime"], afg.regime, o.data["resterer"]) == (regime.value, regime, resterer)
    assert any(p.kode.startswith("minplan") for p in afg.pligter) is (regime is Regime.FORSOEG_2020), "O6: trial only"


def ubekraeftede(h: Historie, idag: str) -> list[str]:
    return [v.frist for v in varsler(h.borger, Fristopsaetning(), dag(idag)) if v.frist == "overdragelse_ubekraeftet"]


@pytest.mark.parametrize(
    ("slutning", "tid"),
    [
        (udbetalt("2022-05-10", "410"), "2022-05-20"),
        (udbetalt("2022-05-10", "410"), "2022-05-31"),
        (haendelse(OPTJENT, "2022-05-20", dato="2022-05-18"), "2022-05-20T14:00"),
    ],
    ids=["an ending ahead is replaced", "ends that day anyway", "46 came first"],
)
def test_V11_D1_a_handover_that_a_new_course_takes_back_is_answered_and_waited_for_by_nobody(
    slutning: Haendelse, tid: str
) -> None:
    h = i_forloeb("2022-03-01")
    (o,) = h.ske(slutning).overdragelser
    assert ubekraeftede(h, "2022-05-20") == ["overdragelse_ubekraeftet"]
    afg = h.ske(genindplaceret(tid, "2022-05-16"))
    assert [x.aendring for x in afg.overdragelser] == ["bortfaldet"]
    assert ubekraeftede(h, tid[:10]) == []
    svar = h.proev(haendelse("jobcenter.overdragelse.modtaget.v1", "2022-06-01", overdragelseId=str(o.overdragelse_id)))
    assert (svar.status, svar.regel) == (Status.AFVIST, "O1")


def test_V11_O1_a_handover_of_a_course_that_was_over_stands() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    afg = h.ske(genindplaceret("2022-06-07", "2022-06-01"))
    assert afg.overdragelser == ()
    assert h.borger.forloeb[0].overdragelse_id is not None


def test_A5_D1_nobody_waits_for_the_handover_of_an_ending_that_was_withdrawn() -> None:
    ind, slut = indplaceret("2022-03-01"), udbetalt("2022-05-10", "410")
    for genaabning in ("ret", "ny"):
        o = replace(OPSAETNING, genaabning=genaabning)
        foer, afg = rettet([ind, slut], slut, tid="2022-05-12", opsaetning=o)
        assert ubekraeftede(Historie(borger=givet(foer, afg)), "2022-05-12") == [], genaabning


def test_O2_resterer_is_never_less_than_the_jobcenters_own_nor_more_than_what_is_left() -> None:
    """46 alone hands over what was held; the period that a placement opens then counts from nothing."""
    h = historie(indplaceret("2022-03-01"), samtale("2022-03-10T10:00", "jobsamtale"))
    (o,) = h.ske(haendelse(OPTJENT, "2022-05-20", dato="2022-05-18")).overdragelser
    assert o.data["resterer"] == {"jobsamtaler": 3, "faelles": 2}
    h.ske(genindplaceret("2022-06-07", "2022-05-18"))
    (o,) = h.ske(tidlig_indsats("2022-06-20")).overdragelser
    assert o.data["resterer"] == {"jobsamtaler": 4, "faelles": 2}
    assert indhold(h.afgoerelser[-1]) == [("RetFravaer", "75", "2022-05-21", "2022-06-20", "44")]
    assert h.forloeb.akassekode == AKASSE
