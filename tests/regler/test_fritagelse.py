"""Exemption from the a-kasse's talks: from 1 July 2026, under the reform, after the first talk (R5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.rules.fritagelse import fritaget_fra
from gateway.rules.model import Haendelse, Regime, Status
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    Historie,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    samtale,
    tidlig_indsats,
)


def fritaget(tid: str, fra: str | None = None, til: str | None = None, **felter: str) -> Haendelse:
    return haendelse("akasse.samtale.fritaget.v1", tid, fra=fra or tid[:10], til=til or ..., **felter)


def efter_foerste(fra: str = "2026-08-17", foerste: str = "2026-08-20") -> Historie:
    """In under the reform, the first jobsamtale held."""
    h = i_forloeb(fra)
    assert h.ske(samtale(f"{foerste}T09:00", "jobsamtale")).status is Status.REGISTRERET
    return h


def test_R5_after_the_first_talk_the_exemption_is_kept_and_DFDG_is_told_nothing() -> None:
    h = efter_foerste()
    afg = h.ske(fritaget("2026-09-01", til="2026-09-30"))
    assert (afg.status, afg.regel, afg.regime, afg.registreringer) == (Status.NOTERET, "R5", Regime.REFORM_2026, ())
    assert [(x.akassekode, x.fra, x.til) for x in h.borger.fritagelser] == [
        (AKASSE, dag("2026-09-01"), dag("2026-09-30"))
    ]


@pytest.mark.parametrize(
    ("tid", "fra", "kode"),
    [
        ("2026-06-30", "2026-07-01", "r5_foer_reformen"),
        ("2026-06-30T23:59", "2026-07-01", "r5_foer_reformen"),
        ("2026-06-30T22:00:00+00:00", "2026-07-01", None),
        ("2026-07-01", "2026-06-30", "r5_foer_reformen"),
        ("2026-07-01", "2026-07-01", None),
    ],
    ids=["told before", "just before midnight", "midnight in Copenhagen", "from before", "on the day"],
)
def test_R5_before_1_july_2026_it_is_refused(tid: str, fra: str, kode: str | None) -> None:
    h = efter_foerste("2026-06-01", "2026-06-10")
    h.borger = replace(h.borger, forloeb=(replace(h.forloeb, regime=Regime.REFORM_2026),))  # only the day is judged
    afg = h.proev(fritaget(tid, fra))
    assert (afg.fejl.kode if afg.fejl else None) == kode
    assert afg.status is (Status.AFVIST if kode else Status.NOTERET)


@pytest.mark.parametrize("tilmeldt", ["2023-11-01", "2024-03-01", "2026-06-30", "2026-07-01"])
def test_R5_a_course_of_another_law_gives_no_exemption(tilmeldt: str) -> None:
    h = i_forloeb(tilmeldt)
    h.ske(samtale(f"{tilmeldt}T09:00", "jobsamtale"))
    afg = h.proev(fritaget("2026-07-20"))
    if tilmeldt == "2026-07-01":
        assert afg.status is Status.NOTERET
    else:
        assert afg.fejl is not None
        assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "R5", "r5_andet_regime")


@pytest.mark.parametrize(
    ("foerste", "fra", "holdt"),
    [(None, "2026-09-01", False), ("2026-09-02", "2026-09-01", False), ("2026-09-01", "2026-09-01", True)],
    ids=["none held", "held after its first day", "held on its first day"],
)
def test_R5_the_first_talk_is_held_with_everybody(foerste: str | None, fra: str, holdt: bool) -> None:
    h = i_forloeb("2026-08-17")
    h.ske(samtale("2026-08-20T09:00", "cv"))
    if foerste:
        h.ske(samtale(f"{foerste}T09:00", "jobsamtale"))
    afg = h.proev(fritaget("2026-09-03", fra))
    assert (afg.status, afg.fejl.kode if afg.fejl else None) == (
        (Status.NOTERET, None) if holdt else (Status.AFVIST, "r5_foerste_samtale")
    )


def test_R5_a_talk_of_an_earlier_benefit_period_is_not_the_first_of_this() -> None:
    h = efter_foerste()
    h.ske(indplaceret("2026-10-01", indplaceringstype="genindplaceret"))
    afg = h.proev(fritaget("2026-10-05"))
    assert afg.fejl is not None
    assert afg.fejl.kode == "r5_foerste_samtale"


@pytest.mark.parametrize(
    ("tid", "fra", "status"),
    [
        ("2026-09-10", "2026-09-10", Status.NOTERET),
        ("2026-09-10", "2026-09-11", Status.UDEN_VIRKNING),
        ("2026-09-11", "2026-09-05", Status.UDEN_VIRKNING),
    ],
    ids=["on the slutdato", "from after it", "told after it"],
)
def test_R5_out_of_the_course_it_has_no_effect(tid: str, fra: str, status: Status) -> None:
    h = efter_foerste()
    h.ske(tidlig_indsats("2026-09-10"))
    assert h.proev(fritaget(tid, fra)).status is status


def test_R5_of_somebody_not_marked_or_in_anothers_course_it_has_no_effect() -> None:
    assert historie().proev(fritaget("2026-09-01")).status is Status.UDEN_VIRKNING
    h = efter_foerste()
    h.borger = replace(h.borger, forloeb=(replace(h.forloeb, akassekode=ANDEN_AKASSE),))
    assert h.proev(fritaget("2026-09-01")).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize(("til", "status"), [("2026-09-01", Status.NOTERET), ("2026-08-31", Status.AFVIST)])
def test_R5_it_does_not_end_before_it_begins(til: str, status: Status) -> None:
    afg = efter_foerste().proev(fritaget("2026-09-01", til=til))
    assert afg.status is status
    if status is Status.AFVIST:
        assert afg.fejl is not None
        assert (afg.fejl.kode, afg.fejl.felt) == ("r5_til_foer_fra", "til")


def test_R5_told_again_from_the_same_day_it_takes_the_earlier_ones_place() -> None:
    h = efter_foerste()
    h.ske(fritaget("2026-09-01"))
    assert h.proev(fritaget("2026-09-02", "2026-09-01")).status is Status.UDEN_VIRKNING
    h.ske(fritaget("2026-09-15", "2026-09-01", "2026-09-14"))
    assert [(x.fra, x.til) for x in h.borger.fritagelser] == [(dag("2026-09-01"), dag("2026-09-14"))]
    h.ske(fritaget("2026-09-20"))
    assert len(h.borger.fritagelser) == 2


@pytest.mark.parametrize(
    ("formaal", "dato", "ventet"),
    [
        (("jobsamtale",), "2026-08-31", False),
        (("jobsamtale",), "2026-09-01", True),
        (("jobsamtale",), "2026-09-14", True),
        (("jobsamtale",), "2026-09-15", False),
        (("raadighed",), "2026-09-10", False),
        (("cv", "jobsamtale"), "2026-09-10", False),
    ],
)
def test_R5_the_exemption_is_from_the_jobsamtale_on_its_days(formaal: tuple[str, ...], dato: str, ventet: bool) -> None:
    h = efter_foerste()
    h.ske(fritaget("2026-09-01", til="2026-09-14"))
    assert fritaget_fra(h.borger, formaal, dag(dato)) is ventet
