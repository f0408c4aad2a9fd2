"""The dispatcher: every event type has a chapter that decides it."""

from __future__ import annotations

import pytest

from contracts.events import HAENDELSESTYPER, INTERNE_TYPER
from gateway.rules.afgoer import KAPITLER
from gateway.rules.model import Status
from tests.regler.byg import AKASSE, ANDEN_AKASSE, NABOKOMMUNE, VOKSEN, haendelse, historie, i_forloeb


@pytest.mark.parametrize("type_", sorted(HAENDELSESTYPER))
def test_every_type_has_an_answer_of_one_sentence(type_: str) -> None:
    """On somebody unknown and on a member: a status, and a text of one sentence."""
    for h in (historie(), i_forloeb("2023-01-25")):
        afg = h.proev(haendelse(type_, "2023-02-01"))
        assert afg.tekst.endswith(".")
        assert afg.tekst.count(". ") == 0
        assert bool(afg.registreringer) is (afg.status is Status.REGISTRERET)
        assert bool(afg.fejl) is (afg.status is Status.AFVIST)
        assert VOKSEN not in repr((afg.tekst, afg.fejl, afg.beskeder, afg.overdragelser))


def test_every_type_is_decided_by_a_chapter_and_nothing_else_is() -> None:
    assert set(KAPITLER) <= set(HAENDELSESTYPER) | set(INTERNE_TYPER)
    assert set(HAENDELSESTYPER) | set(INTERNE_TYPER) <= set(KAPITLER)


@pytest.mark.parametrize("type_", sorted(HAENDELSESTYPER))
def test_J3_comes_before_everything_else(type_: str) -> None:
    """Another a-kasse's confirmed member, a citizen of another kommune: refused whatever the type."""
    h = i_forloeb("2023-01-25")
    afg = h.proev(haendelse(type_, "2023-02-01", akasse=ANDEN_AKASSE, kommune=NABOKOMMUNE))
    assert (afg.status, afg.regel, afg.registreringer, afg.beskeder) == (Status.AFVIST, "J3", (), ())


def test_T1_indstillinger_are_folded_into_the_state() -> None:
    h = i_forloeb("2023-01-25")
    h.ske(haendelse("akasse.indstilling.sendt.v1", "2023-02-01"))
    (i,) = h.borger.indstillinger
    assert (i.aaben, i.akassekode, i.tilbudstype) == (True, AKASSE, "virksomhedspraktik")
    h.ske(haendelse("akasse.indstilling.trukket.v1", "2023-02-02"))
    assert [x.aaben for x in h.borger.indstillinger] == [False]
