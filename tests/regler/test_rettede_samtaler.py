"""Corrections of held talks and of re-opened courses: no talk that was held and registered is lost (S2-S4, S9, A5).

Source: VEJL §4(4), §10; L24. How a withdrawn ending re-opens a marking is not public (choice).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from gateway.errors import Regelfejl
from gateway.rules.afgoer import decide
from gateway.rules.model import Haendelse, Historiklinje, Rettelse, Status
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.rettelser import identitet
from tests.regler.byg import (
    OPSAETNING,
    Historie,
    givet,
    haendelse,
    indhold,
    indplaceret,
    samtale,
    slutdatoer,
    tidlig_indsats,
    udmeldt,
)
from tests.regler.test_rettelser import TRUKKET, rettet

CV, JOB = samtale("2022-03-10T10:00", "cv"), samtale("2022-03-10T11:00", "jobsamtale")
IND = indplaceret("2022-03-01")


def ny(gammel: Haendelse, tidspunkt: str, *formaal: str, **felter: object) -> Haendelse:
    """The talk of ``gammel`` as it is told right."""
    return samtale(tidspunkt, *formaal, meldt="2022-06-20", samtaleId=gammel.data.samtale_id, **felter)


@pytest.mark.parametrize("foerst", [(CV, JOB), (JOB, CV)], ids=["told in their order", "told the other way round"])
@pytest.mark.parametrize(
    ("rettelse", "afvist"),
    [
        (ny(CV, "2022-03-10T10:00", "jobsamtale"), True),
        (ny(CV, "2022-03-10T10:00", "cv", "raadighed"), True),
        (ny(CV, "2022-03-10T10:00", "raadighed"), False),
        (ny(CV, "2022-03-10T09:00", "cv"), False),
        (ny(CV, "2022-03-11T10:00", "jobsamtale"), False),
    ],
    ids=["two jobsamtaler", "three purposes", "another lawful pair", "an hour earlier", "another day"],
)
def test_S2_a_correction_that_goes_against_another_held_talk_is_refused_in_whatever_order_they_were_told(
    foerst: tuple[Haendelse, ...], rettelse: Haendelse, afvist: bool
) -> None:
    foer, afg = rettet([IND, *foerst], CV, rettelse)
    assert (afg.status is Status.AFVIST) is afvist
    if afvist:
        assert (afg.regel, afg.registreringer, afg.aendringer) == ("S2", (), ())
    efter = givet(foer, afg)
    assert JOB.data.samtale_id in {s.samtale_id for s in efter.samtaler}, "the other talk stands"
    assert len(efter.samtaler) == 2


def test_S2_a_day_whose_talk_is_withdrawn_has_room_for_another() -> None:
    foer, afg = rettet([IND, CV, JOB], CV)
    assert afg.pligter == (RET_I_DFDG,)
    efter = Historie(borger=givet(foer, afg))
    assert efter.proev(samtale("2022-03-10T15:00", "raadighed")).status is Status.REGISTRERET
    assert efter.proev(samtale("2022-03-10T15:00", "jobsamtale", navn="anden")).status is Status.AFVIST


def test_S4_from_2024_a_later_talk_by_phone_stands_when_the_first_is_withdrawn() -> None:
    """It was the member's to choose when it was held, and DFDG has it: only the withdrawn one is owed there."""
    ind = indplaceret("2024-03-01")
    foerste = samtale("2024-03-12T09:00", "jobsamtale")
    anden = samtale("2024-04-12T09:00", "jobsamtale", form="telefon")
    foer, afg = rettet([ind, foerste, anden], foerste, tid="2024-06-20")
    assert [s.samtale_id for s in givet(foer, afg).samtaler] == [anden.data.samtale_id]
    (o,) = Historie(borger=givet(foer, afg)).ske(tidlig_indsats("2024-06-21")).overdragelser
    assert o.data["afholdt"]["jobsamtaler"] == 1


def test_S4_from_2024_the_first_is_not_corrected_to_a_day_after_one_by_phone() -> None:
    ind = indplaceret("2024-03-01")
    foerste = samtale("2024-03-12T09:00", "jobsamtale")
    anden = samtale("2024-04-12T09:00", "jobsamtale", form="telefon")
    senere = samtale("2024-04-20T09:00", "jobsamtale", samtaleId=foerste.data.samtale_id, meldt="2024-06-20")
    _, afg = rettet([ind, foerste, anden], foerste, senere)
    assert (afg.status, afg.regel) == (Status.AFVIST, "S4")
    assert afg.fejl is not None
    assert afg.fejl.kode == "s2_rettelse_mod_anden_samtale"


def test_S9_a_jobsamtale_of_a_placement_that_is_withdrawn_falls_with_it() -> None:
    foer, afg = rettet([IND, JOB], IND)
    assert RET_I_DFDG in afg.pligter
    assert givet(foer, afg).samtaler == ()


# --- A5, ``ny``: the course goes on in a marking of its own ---------------------------------------------------------------

NY = replace(OPSAETNING, genaabning="ny")
FOERSTE, ANDEN = tidlig_indsats("2022-04-04"), tidlig_indsats("2022-04-20")


def genaabnet() -> Historie:
    """Ended, re-opened in a new marking, and ended again."""
    foer, afg = rettet([IND, FOERSTE], FOERSTE, opsaetning=NY)
    h = Historie(borger=givet(foer, afg), opsaetning=NY)
    assert indhold(h.ske(ANDEN)) == [("RetFravaer", "75", "2022-04-05", "2022-04-20", "44")]
    return h


def retter(h: Historie, med: Haendelse, maal: Haendelse, erstatning: bool) -> Haendelse:
    linjer = tuple(Historiklinje(x, x.registreringsdato) for x in (IND, ANDEN))
    x = replace(med, rettelse=Rettelse(identitet(maal), linjer, erstatning))
    return replace(x, identitet=identitet(maal)) if erstatning else x


def test_A5_ny_ended_again_and_withdrawn_again_opens_after_the_newest_marking() -> None:
    h = genaabnet()
    trukket = haendelse(TRUKKET, "2022-05-02", haendelseId=ANDEN.id, begrundelse="Fejl")
    afg = h.ske(retter(h, trukket, ANDEN, erstatning=False))
    assert indhold(afg) == [("OpretFravaer", "75", "2022-04-21", None, None)]
    assert slutdatoer(h.borger.forloeb) == [
        ("2022-03-01", "2022-04-04", "44"),
        ("2022-04-05", "2022-04-20", "44"),
        ("2022-04-21", None, None),
    ]
    assert all(a.slutdato is not None and a.slutdato < b.startdato for a, b in pairwise(h.borger.forloeb))
    assert [f.overdragelse_id for f in h.borger.forloeb] == [None, None, None], "both handovers have fallen away"
    igen = h.ske(tidlig_indsats("2022-05-10"))
    assert indhold(igen) == [("RetFravaer", "75", "2022-04-21", "2022-05-10", "44")]


@pytest.mark.parametrize("maal", [IND, ANDEN], ids=["the placement", "the ending"])
def test_A5_ny_a_correction_never_writes_to_the_marking_that_was_left(maal: Haendelse) -> None:
    """The history does not know the new marking: who corrects what lies before it is told to do it with DFDG in view."""
    h = genaabnet()
    andet = udmeldt("2022-05-02", "2022-05-20") if maal is ANDEN else indplaceret("2022-05-02", startdato="2022-03-07")
    with pytest.raises(Regelfejl) as fejl:
        decide(h.borger, retter(h, andet, maal, erstatning=True), NY, andet.registreringsdato)
    assert fejl.value.kode == "a5_genaabnet_i_ny_markering"


def test_A5_ny_other_corrections_go_on() -> None:
    h = genaabnet()
    linjer = tuple(Historiklinje(x, x.registreringsdato) for x in (IND, CV, ANDEN))
    trukket = haendelse(TRUKKET, "2022-05-02", haendelseId=CV.id, begrundelse="Fejl")
    x = replace(trukket, rettelse=Rettelse(identitet(CV), linjer, erstatning=False))
    assert decide(h.borger, x, NY, x.registreringsdato).status is Status.NOTERET


def test_A5_ny_a_placement_withdrawn_from_a_course_that_was_reopened_is_a_persons_to_undo() -> None:
    """Only the first marking stands in the history: deleting it alone would leave the new one at DFDG."""
    h = genaabnet()
    trukket = haendelse(TRUKKET, "2022-05-02", haendelseId=IND.id, begrundelse="Fejl")
    with pytest.raises(Regelfejl) as fejl:
        h.proev(retter(h, trukket, IND, erstatning=False))
    assert fejl.value.kode == "a5_genaabnet_i_ny_markering"
