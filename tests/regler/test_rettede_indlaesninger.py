"""Imports and missed deadlines in corrections (V2, S8)."""

from __future__ import annotations

import pytest

from gateway.rules.model import Haendelse, Status
from tests.regler.byg import dag, givet, haendelse, indhold, indplaceret, planlagt
from tests.regler.test_bookingfrister import frist, overskredet
from tests.regler.test_indlaesning import indlaest
from tests.regler.test_rettelser import rettet

IND, LAEST = indplaceret("2022-03-01"), indlaest()


@pytest.mark.parametrize(
    ("maal", "ny"),
    [
        pytest.param(LAEST, indplaceret("2022-03-02"), id="a placement in an import's place"),
        pytest.param(IND, indlaest("2022-04-01"), id="an import in a placement's place"),
    ],
)
def test_V2_an_import_and_another_event_never_stand_in_each_others_place(maal: Haendelse, ny: Haendelse) -> None:
    """The marking would be made again that stands at DFDG, or be forgotten while it stands there."""
    _, afg = rettet([maal], maal, ny)
    assert (afg.status, afg.regel, afg.registreringer) == (Status.AFVIST, "V2", ())
    assert afg.fejl is not None
    assert (afg.fejl.kode, afg.fejl.felt) == ("indlaest_erstattes_af_indlaest", "erstatter")


def test_V2_an_import_is_corrected_by_an_import() -> None:
    _, afg = rettet([LAEST], LAEST, indlaest("2022-04-02", timerSammenlagt="130"))
    assert afg.status is Status.NOTERET


BOOKET = planlagt("booket", "2022-03-10", "2022-03-20T10:00")


@pytest.mark.parametrize(
    ("sendt", "faktisk", "flag"),
    [
        pytest.param("2022-03-26", "2022-03-26", (), id="on the lawful day"),
        pytest.param("2022-06-20", "2022-06-20", ("virkning_udsat",), id="later: from the day of the correction"),
    ],
)
def test_S8_a_deadline_that_was_met_by_a_booking_now_withdrawn_takes_effect_from_today(
    sendt: str, faktisk: str, flag: tuple[str, ...]
) -> None:
    haendelser = [IND, frist("2022-03-25"), BOOKET, overskredet("2022-03-26")]
    foer, afg = rettet(haendelser, BOOKET, tid=sendt)
    assert ("Afmeld", faktisk, "911") in indhold(afg)
    assert afg.virkning is not None
    assert (afg.virkning.lovlig, afg.virkning.faktisk) == (dag("2022-03-26"), dag(faktisk))
    assert (afg.flag, afg.dagsafhaengig) == (flag, True)
    assert givet(foer, afg).afmeldt_fra == dag(faktisk)


def test_V11_A2_a_course_put_in_by_a_correction_stands_in_its_place_and_the_newest_one_is_the_last() -> None:
    """Otherwise a later correction of the cause would move the older course's end into the newer one."""
    foerste, igen = indplaceret("2022-03-01"), indplaceret("2022-03-01")
    senere = indplaceret("2022-05-02", indplaceringstype="genindplaceret")
    foer, afg = rettet([foerste, igen, senere], foerste, haendelse("akasse.cv.kontrolleret.v1", "2022-06-20"))
    staar = [(f.startdato, f.slutdato) for f in givet(foer, afg).forloeb]
    assert staar == [(dag("2022-03-01"), dag("2022-05-02")), (dag("2022-05-03"), None)]
