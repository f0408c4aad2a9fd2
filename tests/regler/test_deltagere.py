"""A held talk's participants, and the summons that it fulfils (S10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.rules.aendringer import anvend
from gateway.rules.model import Haendelse, Status
from gateway.rules.registreringer import OpretSamtale, Samtaledeltager, TilfoejDeltager
from tests.regler.byg import (
    i_forloeb,
    planlagt,
    samtale,
)

SAMTALE_ID = "0b6f5e36-31ae-4b1c-8ba8-0d0d7f3b9d01"
BISIDDER = {"navn": "En bisidder", "rolle": "bisidder", "form": "telefon"}
TOLK = {"navn": "En tolk", "rolle": "tolk", "form": "personligt"}


def test_S10_each_participant_is_added_to_each_meeting_after_the_meetings_are_registered() -> None:
    talk = samtale("2022-03-10T09:00", "cv", "jobsamtale", deltagere=[BISIDDER, TOLK])
    h = i_forloeb("2022-03-01")
    moeder: list[OpretSamtale] = []
    deltagere: list[TilfoejDeltager] = []
    for r in h.ske(talk).registreringer:
        if isinstance(r.indhold, OpretSamtale):
            assert not deltagere
            moeder.append(r.indhold)
        else:
            assert isinstance(r.indhold, TilfoejDeltager)
            deltagere.append(r.indhold)
    assert [m.formaal for m in moeder] == ["cv", "jobsamtale"]
    assert [(d.samtale_id, d.deltager) for d in deltagere] == [
        (m.samtale_id, Samtaledeltager(*x.values())) for m in moeder for x in (BISIDDER, TOLK)
    ]
    assert len({d.deltager_id for d in deltagere}) == 4
    assert [s.deltager_ider for s in h.borger.samtaler] == [tuple(d.deltager_id for d in deltagere)]


@pytest.mark.parametrize("kvitteret", range(6))
def test_S10_decided_again_after_any_receipt_only_the_rest_is_registered(kvitteret: int) -> None:
    talk = samtale("2022-03-10T09:00", "cv", "jobsamtale", deltagere=[BISIDDER, TOLK])
    h = i_forloeb("2022-03-01")
    foerst = h.proev(talk).registreringer
    assert len(foerst) == 6
    h.borger = anvend(h.borger, [a for r in foerst[:kvitteret] for a in r.aendringer])
    assert [r.indhold for r in h.proev(talk).registreringer] == [r.indhold for r in foerst[kvitteret:]]


def test_S10_replaced_after_one_receipt_the_replacing_event_goes_on_with_the_rest_under_the_same_ids() -> None:
    talk = samtale("2022-03-10T09:00", "cv", "jobsamtale", deltagere=[BISIDDER], id="gammel")
    h = i_forloeb("2022-03-01")
    foerst = h.proev(talk).registreringer
    h.borger = anvend(h.borger, foerst[0].aendringer)
    ny = samtale("2022-03-10T09:00", "cv", "jobsamtale", deltagere=[BISIDDER], id="ny")
    igen = h.proev(replace(ny, identitet=(talk.kilde, "gammel"))).registreringer
    assert [r.entitets_id for r in igen] == [r.entitets_id for r in foerst[1:]]


def test_S10_a_refused_participant_does_not_unmake_the_held_talk() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(_indkaldelse(SAMTALE_ID))
    talk = samtale("2022-03-10T09:00", "jobsamtale", deltagere=[BISIDDER], indkaldelseId=SAMTALE_ID)
    moede, _ = h.proev(talk).registreringer
    h.borger = anvend(h.borger, moede.aendringer)
    assert [p.afholdt for p in h.borger.planlagte] == [True]
    assert [s.formaal for s in h.borger.samtaler] == [("jobsamtale",)]


def _indkaldelse(samtale_id: str) -> Haendelse:
    return planlagt("booket", "2022-03-02", "2022-03-10T09:00", "jobsamtale", samtaleId=samtale_id)


def test_S10_a_summons_it_names_must_be_known() -> None:
    h = i_forloeb("2022-03-01")
    talk = samtale("2022-03-10T09:00", "jobsamtale", indkaldelseId=SAMTALE_ID)
    afg = h.proev(talk)
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "S10", "s10_ukendt_indkaldelse")
    h.ske(_indkaldelse(SAMTALE_ID))
    assert h.ske(talk).status is Status.REGISTRERET
    assert [p.afholdt for p in h.borger.planlagte] == [True]


def test_S10_a_summons_counts_as_held_only_with_the_last_receipt() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(_indkaldelse(SAMTALE_ID))
    afg = h.proev(samtale("2022-03-10T09:00", "cv", "jobsamtale", indkaldelseId=SAMTALE_ID))
    foer = anvend(h.borger, (*afg.aendringer, *afg.registreringer[0].aendringer))
    assert [p.afholdt for p in foer.planlagte] == [False]
