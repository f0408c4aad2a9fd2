"""What lapses at a handover (S12), and what holds for any order of plans (S7, S12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.rules.aendringer import anvend
from gateway.rules.planlaegning import bortfald
from gateway.rules.registreringer import Registrering
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    ANDEN_AKASSE,
    Historie,
    aflyst,
    dag,
    i_forloeb,
    planlagt,
    samtale,
)
from tests.regler.planer import KORT, alle, hos_dfdg, kort

# --- S12: what lapses ----------------------------------------------------------------------------------


def efter_bortfald(h: Historie, slutdato: str) -> list[Registrering]:
    registreringer, fakta = bortfald(h.borger, h.forloeb, dag(slutdato))
    h.borger = anvend(h.borger, fakta)
    for r in registreringer:
        h.borger = anvend(h.borger, r.aendringer)
    return [*alle(h), *registreringer]


@pytest.mark.parametrize("formaal", ["cv", "raadighed", "jobsamtale", "faelles"])
@pytest.mark.parametrize(
    ("start", "efter"),
    [("2022-04-11T22:30", False), ("2022-04-11T22:30:00+00:00", True), ("2022-04-12T09:00", True)],
    ids=["the evening of the slutdato", "half past midnight after it", "the day after"],
)
def test_S12_planned_jobsamtaler_and_faelles_after_the_slutdato_are_cancelled_at_DFDG(
    formaal: str, start: str, efter: bool
) -> None:
    h = i_forloeb("2022-03-01")
    type_ = "booket" if formaal in ("jobsamtale", "raadighed") else "indkaldt"
    h.ske(planlagt(type_, "2022-03-02", start, formaal))
    falder = efter and formaal in ("jobsamtale", "faelles")
    assert len(hos_dfdg(efter_bortfald(h, "2022-04-11"))) == (0 if falder else 1)
    assert [(p.aflyst, len(p.indkaldelser)) for p in h.borger.planlagte] == [(falder, 0 if falder else 1)]


@pytest.mark.parametrize(
    ("type_", "formaal", "bliver"),
    [
        ("indkaldt", ("cv", "jobsamtale"), ("cv",)),
        ("indkaldt", ("raadighed", "faelles"), ("raadighed",)),
        ("booket", ("jobsamtale", "raadighed"), ("raadighed",)),
    ],
    ids=lambda x: "+".join(x) if isinstance(x, tuple) else x,
)
def test_S12_R7_a_talk_with_two_purposes_keeps_the_other_one(
    type_: str, formaal: tuple[str, ...], bliver: tuple[str, ...]
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(type_, "2022-03-02", "2022-04-20T09:00", *formaal))
    assert [i.formaal for i in hos_dfdg(efter_bortfald(h, "2022-04-11")).values()] == list(bliver)
    (p,) = h.borger.planlagte
    assert (p.aflyst, p.formaal, [i.formaal for i in p.indkaldelser]) == (False, bliver, list(bliver))


def test_S12_the_talks_are_off_with_the_facts_also_when_DFDG_refuses_the_cancellation() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-04-20T09:00"))
    _, fakta = bortfald(h.borger, h.forloeb, dag("2022-04-11"))
    h.borger = anvend(h.borger, fakta)
    assert [p.aflyst for p in h.borger.planlagte] == [True]
    assert kort(h.proev(aflyst("2022-04-12"))) == [("SletIndkaldelse", "")]  # the a-kasse can cancel what was left


def test_S12_neither_held_nor_cancelled_talks_nor_another_akasses_lapse() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-04-20T09:00", navn="holdt"))
    h.ske(samtale("2022-03-10T09:00", "jobsamtale", samtaleId=uuid("holdt")))
    h.ske(planlagt("booket", "2022-03-02", "2022-04-20T09:00", navn="aflyst"))
    h.ske(aflyst("2022-03-03", "aflyst"))
    assert bortfald(h.borger, h.forloeb, dag("2022-04-11")) == ((), ())
    h.ske(planlagt("booket", "2022-03-02", "2022-04-20T09:00", navn="egen"))
    assert bortfald(h.borger, replace(h.forloeb, akassekode=ANDEN_AKASSE), dag("2022-04-11")) == ((), ())
    assert len(bortfald(h.borger, h.forloeb, dag("2022-04-11"))[0]) == 1


def test_S12_an_earlier_slutdato_lapses_only_what_lies_between() -> None:
    h = i_forloeb("2022-03-01")
    for nr, start in enumerate(("2022-04-10T09:00", "2022-04-20T09:00", "2022-05-05T09:00")):
        h.ske(planlagt("booket", "2022-03-02", start, navn=str(nr)))
    foerst, fakta = bortfald(h.borger, h.forloeb, dag("2022-04-30"))
    for r in foerst:
        fakta = (*fakta, *r.aendringer)
    h.borger = anvend(h.borger, fakta)
    siden, _ = bortfald(h.borger, h.forloeb, dag("2022-04-11"))
    assert (len(foerst), len(siden)) == (1, 1)


# --- properties ----------------------------------------------------------------------------------------

_FORMAAL = [("cv",), ("raadighed",), ("jobsamtale",), ("faelles",), ("cv", "jobsamtale"), ("jobsamtale", "raadighed"),
            ("raadighed", "faelles"), ("cv", "faelles")]  # fmt: skip


@st.composite
def _skridt(draw: st.DrawFn) -> tuple[Any, ...]:
    """One thing that happens to a planned talk: (what, talk, day told, day of the talk, hour, purposes, retried after)."""
    return (
        draw(st.sampled_from(["indkaldt", "booket", "aendret", "aendret", "aflyst", "holdt", "bortfald"])),
        draw(st.sampled_from(["a", "b"])),
        draw(st.integers(0, 25)),
        draw(st.integers(0, 45)),
        draw(st.integers(8, 9)),
        draw(st.sampled_from(_FORMAAL)),
        draw(st.sampled_from([None, None, 0, 1])),
    )


def _haendelse(hvad: str, navn: str, tid: str, start: str, formaal: tuple[str, ...]) -> Any:
    if hvad == "aflyst":
        return aflyst(tid, navn)
    if hvad == "holdt":
        return samtale(start, *formaal, meldt=tid, samtaleId=uuid(navn))
    return planlagt(hvad, tid, start, *formaal, navn=navn, kortVarsel=KORT)


@settings(max_examples=300, deadline=None)
@given(st.lists(_skridt(), max_size=12))
def test_S7_S12_no_order_of_plans_leaves_a_lapsed_purpose_at_DFDG_or_names_an_id_that_is_not_there(
    skridt: list[tuple[Any, ...]],
) -> None:
    """Whatever is told, in any order, with a decision made again after any receipt: DFDG never gets an id twice nor an
    update of what is gone (``hos_dfdg`` fails), and what stands there is exactly the purposes that stand planned."""
    h = i_forloeb("2022-03-01")
    sendt: list[Registrering] = []
    for hvad, navn, meldt, paa, time_, formaal, standset in skridt:
        tid = (date(2022, 3, 1) + timedelta(days=meldt)).isoformat()
        start = f"{date(2022, 3, 1) + timedelta(days=paa)}T{time_:02}:00"
        if hvad == "bortfald":
            registreringer, fakta = bortfald(h.borger, h.forloeb, date(2022, 3, 1) + timedelta(days=paa))
            h.borger = anvend(h.borger, fakta)
        else:
            ny = _haendelse(hvad, navn, tid, start, formaal)
            afg = h.proev(ny)
            if standset is not None:  # stopped after so many receipts, and decided again
                sendt += afg.registreringer[:standset]
                h.borger = anvend(h.borger, [a for r in afg.registreringer[:standset] for a in r.aendringer])
                afg = h.proev(ny)
            h.borger = anvend(h.borger, afg.aendringer)
            registreringer = afg.registreringer
        for r in registreringer:
            sendt.append(r)
            h.borger = anvend(h.borger, r.aendringer)
        staar = hos_dfdg(sendt)
        kendte = {i.indkaldelse_id: i.formaal for p in h.borger.planlagte for i in p.indkaldelser}
        assert {k: v.formaal for k, v in staar.items()} == kendte
        for p in h.borger.planlagte:
            assert {i.formaal for i in p.indkaldelser} <= set(p.formaal)
            assert not (p.aflyst and p.indkaldelser)
