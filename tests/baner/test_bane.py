"""A lane (gateway.lanes.bane): which changes of an event's state exist, what holds followers back, what a correction may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from gateway.errors import UlovligOvergang
from gateway.lanes.bane import (
    OVERGANGE,
    Genkoersel,
    Haendelsestilstand,
    Plads,
    Rettelsesvej,
    Virkning,
    aaben,
    genkoersel,
    genoptaget,
    gyldig,
    holder_tilbage,
    hovedet,
    opgivet,
    rettelsesvej,
    skift,
    staar_for,
    virkning,
)
from gateway.lanes.forsoeg import Klasse
from gateway.lanes.registrering import Fase, Overgang, Tilstand, Vilkaar

V, H, S, E, K = Haendelsestilstand
NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
VILKAAR = Vilkaar(timedelta(seconds=120), 5, 0.5, andre_lykkes=True)


def test_I7_a_final_event_never_becomes_anything_else_and_what_is_kept_for_reading_stays() -> None:
    for fra, til in product(Haendelsestilstand, repeat=2):
        if (fra, til) in OVERGANGE:
            assert skift(fra, til) is til
        else:
            with pytest.raises(UlovligOvergang):
                skift(fra, til)
    assert {til for fra, til in OVERGANGE if fra is E} == {E}
    assert {til for fra, til in OVERGANGE if fra is K} == set()


def test_I2_a_dead_letter_holds_back_as_a_head_does() -> None:
    assert [t for t in Haendelsestilstand if holder_tilbage(t)] == [H, S]


def test_I11_only_the_claims_own_epoch_counts() -> None:
    assert gyldig(7, 7)
    assert not gyldig(8, 7)
    assert not gyldig(7, 8)


def test_I2_the_head_is_what_is_on_its_way_then_the_first_dead_letter() -> None:
    assert hovedet([Plads(2, 2, S), Plads(1, 9, H), Plads(1, 1, E), Plads(3, 3, V)]) == Plads(1, 9, H)
    assert hovedet([Plads(2, 2, S), Plads(1, 9, S)]) == Plads(1, 9, S)
    assert hovedet([Plads(2, 2, V)]) is None


@pytest.mark.parametrize(
    ("anden", "holder"),
    [
        (Plads(1, 1, S), True),
        (Plads(2, 1, S), True),
        (Plads(3, 3, S), False),
        (Plads(1, 1, H), True),
        (Plads(3, 3, H), True),
        (Plads(1, 1, V), False),
        (Plads(1, 1, E), False),
    ],
)
def test_I2_what_is_on_its_way_or_stopped_before_it_holds_an_event_back(anden: Plads, holder: bool) -> None:
    h = Plads(2, 5, S)
    assert (staar_for(h, [h, anden]) == anden) is holder


@pytest.mark.parametrize("fase", list(Fase))
def test_I6_what_is_in_doubt_is_never_given_up(fase: Fase) -> None:
    t = Tilstand(Klasse.EGET_ID, fase=fase)
    if fase in (Fase.UNDERVEJS, Fase.I_TVIVL):
        with pytest.raises(UlovligOvergang):
            opgivet(t)
    else:
        assert opgivet(t).fase is (Fase.REGISTRERET if fase is Fase.REGISTRERET else Fase.OPGIVET)
    assert aaben(fase) is (fase not in (Fase.REGISTRERET, Fase.OPGIVET))


def test_I6_a_retry_settles_what_is_in_doubt_before_anything_is_decided_again() -> None:
    assert genkoersel([Fase.REGISTRERET, Fase.I_TVIVL]) is Genkoersel.AFKLAR
    assert genkoersel([Fase.REGISTRERET, Fase.STOPPET]) is Genkoersel.AFGOER
    t = Tilstand(Klasse.EGET_ID, fase=Fase.I_TVIVL, ens_svar=4, udsat=9, request_nr=2)
    assert genoptaget(t) == Tilstand(Klasse.EGET_ID, fase=Fase.I_TVIVL, request_nr=2)
    stoppet = Tilstand(Klasse.EGET_ID, fase=Fase.STOPPET, ens_svar=4)
    assert genoptaget(stoppet) == stoppet


@pytest.mark.parametrize(
    ("maal", "faser", "i_krav", "vej"),
    [
        (V, [], False, Rettelsesvej.I_STEDET),
        (V, [], True, Rettelsesvej.I_STEDET),
        (H, [Fase.KLAR], False, Rettelsesvej.I_STEDET),
        (H, [Fase.KLAR], True, Rettelsesvej.BAGEFTER),
        (H, [Fase.REGISTRERET, Fase.I_TVIVL], False, Rettelsesvej.BAGEFTER),
        (S, [Fase.STOPPET], False, Rettelsesvej.I_STEDET),
        (S, [Fase.I_TVIVL], False, Rettelsesvej.BAGEFTER),
        (E, [Fase.REGISTRERET], False, Rettelsesvej.BAGEFTER),
    ],
)
def test_I6_a_correction_waits_for_what_is_in_the_air(
    maal: Haendelsestilstand, faser: list[Fase], i_krav: bool, vej: Rettelsesvej
) -> None:
    assert rettelsesvej(maal, faser, i_krav=i_krav) is vej


@pytest.mark.parametrize(
    ("fase", "flere", "fortsaet", "ventet"),
    [
        (Fase.REGISTRERET, True, True, Virkning.NAESTE),
        (Fase.REGISTRERET, False, True, Virkning.FORTSAET),
        (Fase.REGISTRERET, False, False, Virkning.AFSLUT),
        (Fase.AFVIST, True, False, Virkning.AFVIS),
        (Fase.STOPPET, True, False, Virkning.STOP),
        (Fase.KLAR, True, False, Virkning.VENT),
        (Fase.I_TVIVL, True, False, Virkning.VENT),
    ],
)
def test_what_a_registrations_transition_means_to_its_event(
    fase: Fase, flere: bool, fortsaet: bool, ventet: Virkning
) -> None:
    foer = Tilstand(Klasse.EGET_ID, fase=Fase.UNDERVEJS)
    efter = Overgang(Tilstand(Klasse.EGET_ID, fase=fase))
    assert virkning(foer, efter, VILKAAR, flere=flere, fortsaet=fortsaet) is ventet


def test_I5_a_registration_in_doubt_stops_its_event_once_and_then_goes_on_being_settled() -> None:
    foer = Tilstand(Klasse.EGET_ID, fase=Fase.UNDERVEJS, ens_svar=3)
    ens = Overgang(Tilstand(Klasse.EGET_ID, fase=Fase.I_TVIVL, ens_svar=4))
    assert virkning(foer, ens, VILKAAR, flere=True, fortsaet=False) is Virkning.STOP
    assert virkning(ens.tilstand, ens, VILKAAR, flere=True, fortsaet=False) is Virkning.VENT
