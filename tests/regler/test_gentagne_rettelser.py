"""Corrections on corrections: what falls away and comes back, and a course that is re-opened again and again (A2, A5, P1,
S10).

Source: VEJL §2(5). How a withdrawn ending re-opens a marking is not public (choice). That an id which DFDG has had is not
taken again is this project's reading of 4977 ("Det angivne id findes allerede").
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gateway.rules.afgoer import decide
from gateway.rules.model import Afgoerelse, Haendelse, Historiklinje, Regelopsaetning, Rettelse, Status
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.registreringer import OpretAktivitet, TilfoejDeltager
from gateway.rules.rettelser import identitet
from gateway.rules.tilstand import Borger
from tests.kontrakter import eksempler
from tests.regler.byg import (
    OPSAETNING,
    givet,
    haendelse,
    indhold,
    indplaceret,
    samtale,
    slutdatoer,
    tidlig_indsats,
    udbetalt,
)
from tests.regler.test_rettelser import TRUKKET

IND = indplaceret("2022-03-01")


@dataclass
class Gang:
    """A citizen's events and corrections as they come, each granted, with the history that the corrections need."""

    opsaetning: Regelopsaetning = OPSAETNING
    borger: Borger = field(default_factory=Borger)
    linjer: list[Historiklinje] = field(default_factory=list)

    def ske(self, h: Haendelse) -> Afgoerelse:
        """A new event."""
        afg = self._afgoer(h)
        self.linjer.append(Historiklinje(h, h.registreringsdato))
        return afg

    def erstat(self, maal: Haendelse, med: Haendelse) -> Afgoerelse:
        """``med`` takes ``maal``'s place (``maal``: the event that stood there first)."""
        id_, nr = identitet(maal), self._plads(maal)
        med = replace(med, identitet=id_)
        afg = self._afgoer(replace(med, rettelse=Rettelse(id_, tuple(self.linjer), erstatning=True)))
        if afg.status is not Status.AFVIST:
            self.linjer[nr] = Historiklinje(med, med.registreringsdato)
        return afg

    def traek(self, maal: Haendelse, tid: str) -> Afgoerelse:
        """``maal`` is withdrawn at ``tid``."""
        id_, nr = identitet(maal), self._plads(maal)
        h = haendelse(TRUKKET, tid, haendelseId=id_[1], begrundelse="Fejl")
        afg = self._afgoer(replace(h, rettelse=Rettelse(id_, tuple(self.linjer), erstatning=False)))
        del self.linjer[nr]
        return afg

    def proev(self, h: Haendelse) -> Afgoerelse:
        """Decides ``h`` without granting it."""
        return decide(self.borger, h, self.opsaetning, h.registreringsdato)

    def _plads(self, maal: Haendelse) -> int:
        return next(nr for nr, x in enumerate(self.linjer) if identitet(x.haendelse) == identitet(maal))

    def _afgoer(self, h: Haendelse) -> Afgoerelse:
        afg = self.proev(h)
        self.borger = givet(self.borger, afg)
        return afg


def gang(*haendelser: Haendelse, opsaetning: Regelopsaetning = OPSAETNING) -> Gang:
    g = Gang(opsaetning)
    for x in haendelser:
        g.ske(x)
    return g


# --- P1, S10: what the a-kasse takes away at DFDG itself ------------------------------------------------------------------


def aktivitet(tid: str, **felter: Any) -> Haendelse:
    standard = {"aktivitetId": eksempler.uuid("a"), "startdato": "2022-04-01", "slutdato": "2022-05-13", "pligt": True}
    return haendelse("akasse.aktivitet.registreret.v1", tid, **{**standard, **felter})


def _aktiviteter(afg: Afgoerelse) -> list[str]:
    return [str(r.indhold.aktivitet_id) for r in afg.registreringer if isinstance(r.indhold, OpretAktivitet)]


def test_P1_A2_an_activity_that_was_withdrawn_comes_back_under_a_new_id() -> None:
    """The first one may stand at DFDG still, until the a-kasse has taken it away: under its id the new one would be taken
    for the old, and go with it."""
    foerste, anden = aktivitet("2022-03-10"), aktivitet("2022-03-15")
    g = gang(IND)
    assert _aktiviteter(g.ske(foerste)) == [eksempler.uuid("a")]
    assert g.traek(foerste, "2022-03-12").pligter == (RET_I_DFDG,)
    (id_,) = _aktiviteter(g.ske(anden))
    assert id_ != eksempler.uuid("a")
    assert g.proev(aktivitet("2022-03-16")).status is Status.UDEN_VIRKNING, "known by its publisher's id"
    g.traek(anden, "2022-03-17")
    (tredje,) = _aktiviteter(g.ske(aktivitet("2022-03-18")))
    assert tredje not in (id_, eksempler.uuid("a"))


def test_P1_A2_an_activity_put_back_in_its_place_comes_back_under_a_new_id() -> None:
    foerste = aktivitet("2022-03-10")
    g = gang(IND, foerste)
    vejledt = haendelse("akasse.vejledning.givet.v1", "2022-03-12", dato="2022-03-12")
    assert g.erstat(foerste, vejledt).pligter == (RET_I_DFDG,)
    (id_,) = _aktiviteter(g.erstat(foerste, aktivitet("2022-03-14")))
    assert id_ != eksempler.uuid("a")
    assert g.proev(aktivitet("2022-03-16")).status is Status.UDEN_VIRKNING, "known by its publisher's id"
    g.erstat(foerste, vejledt)
    (igen,) = _aktiviteter(g.erstat(foerste, aktivitet("2022-03-20")))
    assert igen not in (id_, eksempler.uuid("a"))


def test_S10_A2_a_participant_of_a_talk_put_back_in_its_place_comes_back_under_a_new_id() -> None:
    bisidder = [{"navn": "Bisidder", "rolle": "bisidder", "form": "personligt"}]
    s = samtale("2022-03-08T10:00", "cv", deltagere=bisidder)
    g = gang(IND)
    foerst = _deltagere(g.ske(s))
    vejledt = haendelse("akasse.vejledning.givet.v1", "2022-03-12", dato="2022-03-12")
    assert RET_I_DFDG in g.erstat(s, vejledt).pligter
    igen = _deltagere(g.erstat(s, samtale("2022-03-08T10:00", "cv", meldt="2022-03-14", deltagere=bisidder)))
    assert len(igen) == 1
    assert set(igen).isdisjoint(foerst)
    assert [str(d) for x in g.borger.samtaler for d in x.deltager_ider] == igen


def _deltagere(afg: Afgoerelse) -> list[str]:
    return [str(r.indhold.deltager_id) for r in afg.registreringer if isinstance(r.indhold, TilfoejDeltager)]


# --- A2, V11: endings that were corrected before ------------------------------------------------------------------------------


def test_A2_a_corrected_ending_goes_on_to_count_from_the_first_ones_day() -> None:
    """Already out: the correction of the ending counts from the day the course moved. What is corrected later finds it so."""
    timer, slut = udbetalt("2022-03-10", "100"), tidlig_indsats("2022-03-15")
    g = gang(IND, timer, slut)
    g.erstat(slut, tidlig_indsats("2022-04-20", "kontrolaktion"))
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", "2022-03-15", "44")]
    afg = g.erstat(timer, udbetalt("2022-04-21", "120"))
    assert (afg.registreringer, [o.aendring for o in afg.overdragelser]) == ((), ["opdateret"])
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", "2022-03-15", "44")]
    g.erstat(timer, tidlig_indsats("2022-04-20T15:00"))
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", "2022-03-15", "44")]
    ret = haendelse("akasse.medlem.dagpengeret-optjent.v1", "2022-05-02", dato="2022-03-14")
    assert indhold(g.erstat(slut, ret)) == [("RetFravaer", "75", "2022-03-01", "2022-03-15", "46")]


def test_A2_a_withdrawn_ending_leaves_no_day_to_count_from() -> None:
    slut = tidlig_indsats("2022-03-15")
    g = gang(IND, slut)
    g.erstat(slut, tidlig_indsats("2022-04-20"))
    g.traek(slut, "2022-04-22")
    assert g.borger.regnes_fra == ()


def test_V11_A5_the_later_marking_makes_room_before_the_re_opened_one_takes_it() -> None:
    """Without its early ending the first marking runs until the new period meets it. The second starts later by that, and is
    told so first: at no moment do two markings stand at DFDG at once."""
    slut = tidlig_indsats("2022-03-15")
    g = gang(IND, slut, indplaceret("2022-03-20", indplaceringstype="genindplaceret"))
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", "2022-03-15", "44"), ("2022-03-20", None, None)]
    assert indhold(g.traek(slut, "2022-04-01")) == [
        ("RetFravaer", "75", "2022-03-21", None, None),
        ("RetFravaer", "75", "2022-03-01", "2022-03-20", "46"),
    ]
    assert indhold(g.ske(tidlig_indsats("2022-04-04"))) == [("RetFravaer", "75", "2022-03-21", "2022-04-04", "44")]


def test_R2_A4_O1_a_start_corrected_past_the_end_is_told_the_jobcenter_too() -> None:
    g = gang(IND, tidlig_indsats("2022-03-01"))
    rettet = haendelse(
        "akasse.medlem.indplacering-rettet.v1", "2022-03-20", indplaceringsdato="2022-03-03",
        tilmeldingsdato="2022-03-03", forsikringsgrad=..., kommunekode=...,
    )  # fmt: skip
    (o,) = g.ske(rettet).overdragelser
    assert (o.aendring, o.data["startdato"], o.data["slutdato"]) == ("opdateret", "2022-03-03", "2022-03-03")


# --- R2: a placement in another's place ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("foerst", "rettet", "regime", "start"),
    [
        ("2022-03-01", "2019-12-31", "forsoeg-2020", "2022-03-01"),
        ("2019-12-20", "2020-01-02", "forsoeg-2020", "2020-01-02"),
        ("2022-03-01", "2022-02-20", "forsoeg-2020", "2022-02-20"),
        ("2023-12-20", "2024-01-05", "forsoeg-2020", "2024-01-05"),
        ("2024-01-05", "2023-12-20", "lov-2024", "2024-01-05"),
        ("2019-12-20", "2019-12-22", None, None),
    ],
    ids=["to before the trial: stays in", "into the trial: comes in", "within it: the start follows",
         "into the law of 2024: the first stays", "out of the law of 2024: the first stays", "before it all: not in"],
)  # fmt: skip
def test_R2_a_placement_replaced_is_corrected_as_its_dates_are(
    foerst: str, rettet: str, regime: str | None, start: str | None
) -> None:
    """The law asks what the correction is, not by which event it is told: both ways lead to the same course."""
    tid = max(foerst, rettet)
    gammel = indplaceret(f"{tid}T09:00", indplaceret=foerst)
    erstattet, datoer_rettet = gang(gammel), gang(gammel)
    erstattet.erstat(gammel, indplaceret(f"{tid}T10:00", indplaceret=rettet))
    felter = {"indplaceringsdato": rettet, "tilmeldingsdato": rettet, "forsikringsgrad": ..., "kommunekode": ...}
    datoer_rettet.ske(haendelse("akasse.medlem.indplacering-rettet.v1", f"{tid}T10:00", **felter))
    for g in (erstattet, datoer_rettet):
        f = g.borger.seneste_forloeb
        assert (f.regime.value, f.startdato.isoformat()) == (regime, start) if f is not None else regime is None


def test_R2_the_first_law_is_known_to_later_corrections() -> None:
    s = samtale("2022-03-10T10:00", "jobsamtale")
    gammel = indplaceret("2022-03-01")
    g = gang(gammel, s)
    g.erstat(gammel, indplaceret("2022-03-12", indplaceret="2019-12-31", afgoerelsesdato="2022-03-01"))
    g.traek(s, "2022-03-14")
    assert slutdatoer(g.borger.forloeb) == [("2022-03-01", None, None)]
    g.erstat(gammel, indplaceret("2022-03-15", indplaceret="2022-03-05", afgoerelsesdato="2022-03-06"))
    assert slutdatoer(g.borger.forloeb) == [("2022-03-05", None, None)]
    g.traek(gammel, "2022-03-20")
    assert (g.borger.forloeb, g.borger.foerst_placeret) == ((), ())
