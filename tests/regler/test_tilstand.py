"""The state and its facts: what applying them keeps, and that nothing is lost on the way through JSON."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.rules import aendringer, tilstand
from gateway.rules.aendringer import Flyttet, MedlemskabBekraeftet, Medlemskrav, Udmeldt, anvend
from gateway.rules.tilstand import Bopael, Borger
from tests.regler.byg import (
    AKASSE,
    VOKSEN,
    Historie,
    dag,
    haendelse,
    i_forloeb,
    indplaceret,
    samtale,
    udbetalt,
    udmeldt,
)


def _fyldig() -> Historie:
    """A member with something of every kind."""
    h = i_forloeb("2022-03-01", samtale("2022-02-28T10:00", "cv", "jobsamtale"))
    for x in (
        udbetalt("2022-03-31", "148.55"),
        haendelse("akasse.indstilling.sendt.v1", "2022-04-01", oensketStart="2022-05-01"),
        haendelse("akasse.minplan.publiceret.v1", "2022-04-01", kladde=True),
        haendelse("akasse.ferie.anmodet.v1", "2022-04-01", startdato="2022-04-04", slutdato="2022-04-05", anmodetDato="2022-04-01"),
        haendelse("akasse.samtale.booket.v1", "2022-04-01", start="2022-04-20T10:00:00+02:00", slut="2022-04-20T11:00:00+02:00"),
        haendelse("akasse.bookingfrist.sat.v1", "2022-04-01", fristdato="2022-04-10"),
        haendelse("akasse.mindre-intensiv-indsats.registreret.v1", "2022-04-02", pligterFastholdes=...,
                  startdato="2022-04-11", slutdato="2022-04-20"),
        indplaceret("2022-05-20", tilmeldt="2022-03-01", indplaceret="2022-05-16", indplaceringstype="genindplaceret"),
        udbetalt("2022-05-31", "20"),
        udmeldt("2022-06-05", "2022-06-06"),
    ):  # fmt: skip
        h.ske(x)
    return h


def test_the_state_is_the_same_after_json() -> None:
    h = _fyldig()
    tomme = [f for f in ("medlemskaber", "bopael", "forloeb", "samtaler", "planlagte", "frister", "ferie", "mindre_intensiv", "indstillinger") if not getattr(h.borger, f)]  # fmt: skip
    assert tomme == []
    assert tilstand.fra_json(tilstand.til_json(h.borger)) == h.borger


def test_facts_do_the_same_after_json() -> None:
    """What is stored with a registration does the same when it is read back."""
    borger = Borger()
    for afg in _fyldig().afgoerelser:
        alle = (*afg.aendringer, *(a for r in afg.registreringer for a in r.aendringer))
        laest = aendringer.fra_json(aendringer.til_json(alle))
        assert laest == alle
        assert anvend(borger, laest) == anvend(borger, alle)
        borger = anvend(borger, alle)


def test_facts_of_a_registration_are_idempotent() -> None:
    """A receipt taken in twice changes nothing."""
    borger = Borger()
    for afg in _fyldig().afgoerelser:
        for r in afg.registreringer:
            en = anvend(anvend(borger, afg.aendringer), r.aendringer)
            assert anvend(en, r.aendringer) == en
            borger = en


def test_I8_the_state_holds_no_cpr_number() -> None:
    assert VOKSEN.encode() not in tilstand.til_json(_fyldig().borger)


@pytest.mark.parametrize(
    ("paa", "ventet"),
    [("2022-01-01", "0101"), ("2022-03-31", "0101"), ("2022-04-01", "0147"), ("2022-05-01", "0751"), ("2023-01-01", "0751")],
)  # fmt: skip
def test_J3_the_kommune_is_judged_by_the_flyttedato(paa: str, ventet: str) -> None:
    flytninger = [("0751", "2022-05-01"), ("0101", "2022-03-01"), ("0147", "2022-04-01")]
    borger = anvend(Borger(), [Flyttet(Bopael(k, dag(fra))) for k, fra in flytninger])
    assert borger.kommune(dag(paa)) == ventet


def test_J3_unknown_residence_is_unknown() -> None:
    assert Borger().kommune(date(2022, 1, 1)) is None


@pytest.mark.parametrize(("fra", "medlem"), [(None, False), ("2022-04-08", False), ("2022-04-09", True)])
def test_V9_a_claim_after_the_leaving(fra: str | None, medlem: bool) -> None:
    """Only an enrolment or placement after the day of leaving makes a member anew, to be confirmed anew (J5)."""
    borger = anvend(Borger(), (Medlemskrav(AKASSE), MedlemskabBekraeftet(AKASSE), Udmeldt(AKASSE, dag("2022-04-08"))))
    borger = anvend(borger, (Medlemskrav(AKASSE, fra=dag(fra) if fra else None),))
    assert (borger.medlem(AKASSE, dag("2022-05-01")) is not None) is medlem
    (m,) = borger.medlemskaber
    assert m.bekraeftet is not medlem


def test_V11_a_new_period_counts_its_hours_from_nothing() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-28", "300"))
    h.ske(indplaceret("2022-04-29", tilmeldt="2022-03-01"))  # the same period again
    assert h.borger.timer is not None
    h.ske(indplaceret("2022-05-20", tilmeldt="2022-03-01", indplaceret="2022-05-16"))
    assert h.borger.timer is None


def test_R4_hours_at_enrolment_stand_until_the_first_payment() -> None:
    h = i_forloeb("2024-03-01", timerSammenlagtVedTilmelding="37.5")
    assert h.borger.timer is not None
    assert str(h.borger.timer.timer_sammenlagt) == "37.5"
    h.ske(udbetalt("2024-03-31", "150"))
    assert str(h.borger.timer.timer_sammenlagt) == "150"
