"""No order of events, of whatever types and with whatever corrections, ever yields an illegal registration.

A judge holds DFDG's side: it takes the registrations as they come and refuses what the law or DFDG forbids. Events are
drawn from every type of the interface, with dates around one another and ids from a small pool, so that they meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.events import HAENDELSESTYPER
from gateway.errors import Regelfejl
from gateway.rules.afgoer import decide
from gateway.rules.model import KOEBENHAVN, Afgoerelse, Haendelse, Historiklinje, Regime, Rettelse, Status
from gateway.rules.overdragelse import TAELLER
from gateway.rules.pligter import RET_I_DFDG
from gateway.rules.regimer import PARAMETRE
from gateway.rules.registreringer import (
    Afmeld,
    OpretAktivitet,
    OpretFravaer,
    OpretIndkaldelse,
    OpretSamtale,
    RetFravaer,
    RetIndkaldelse,
    SletFravaer,
    SletIndkaldelse,
    TilfoejDeltager,
)
from gateway.rules.rettelser import INDLAEST, identitet
from gateway.rules.tilstand import Borger
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    OPSAETNING,
    UDENFOR,
    UNG,
    givet,
    haendelse,
    indplaceret,
)

_RETTELSER = {"akasse.haendelse.tilbagekaldt.v1", "jobcenter.haendelse.tilbagekaldt.v1"}
_UDEN = _RETTELSER | {"akasse.medlem.cpr-skiftet.v1"}
_TYPER = sorted(set(HAENDELSESTYPER) - _UDEN)
#: What makes a course, and what ends one, comes oftener than the rest.
_OFTE = ["akasse.medlem.indplaceret.v1"] * 5 + [
    "akasse.dagpenge.udbetalt.v1",
    "akasse.samtale.afholdt.v1",
    "akasse.samtale.afholdt.v1",
    "akasse.samtale.indkaldt.v1",
    "akasse.samtale.booket.v1",
    "akasse.visitation.behov-for-tidlig-indsats.v1",
]
_OPSAETNING = replace(
    OPSAETNING,
    koder={**OPSAETNING.koder, **{f"fravaerstype.mindre_intensiv.{g}": "903" for g in ("barsel", "efterloen_pension", "uddannelse", "arbejdsfordeling")}},
)  # fmt: skip


@dataclass
class Dommer:
    """DFDG's side of one citizen: what stands there, and what may not come."""

    fravaer: dict[str, tuple[str, date, date | None]] = field(default_factory=dict)
    slettede: set[str] = field(default_factory=set)
    samtaler: dict[str, tuple[str, Any]] = field(default_factory=dict)
    indkaldelser: set[str] = field(default_factory=set)
    andre: set[str] = field(default_factory=set)
    indlaeste: set[str] = field(default_factory=set)

    def tag(self, afg: Afgoerelse, tilstand: Borger) -> None:
        """Takes a decision's registrations in order; fails at the first illegal one."""
        if RET_I_DFDG in afg.pligter:
            self._a_kassen_retter(tilstand, givet(tilstand, afg))
        for r in afg.registreringer:
            i = r.indhold
            match i:
                case OpretFravaer():
                    assert str(i.fravaer_id) not in self.fravaer, "the same absence twice"
                    assert str(i.fravaer_id) not in self.slettede, "a deleted id is not taken again"
                    self._saet(i)
                case RetFravaer():
                    assert str(i.fravaer_id) in self.fravaer, "an update of an absence that is not there"
                    self._saet(i)
                case SletFravaer():
                    assert self.fravaer.pop(str(i.fravaer_id), None) is not None, "a deletion of what is not there"
                    self.slettede.add(str(i.fravaer_id))
                case OpretSamtale():
                    self._samtale(i, tilstand)
                case TilfoejDeltager():
                    assert str(i.samtale_id) in self.samtaler, "a participant of a talk that is not there"
                    assert str(i.deltager_id) not in self.andre
                    self.andre.add(str(i.deltager_id))
                case OpretIndkaldelse():
                    assert str(i.indkaldelse_id) not in self.indkaldelser
                    assert i.slut >= i.start
                    self.indkaldelser.add(str(i.indkaldelse_id))
                case RetIndkaldelse():
                    assert str(i.indkaldelse_id) in self.indkaldelser
                case SletIndkaldelse():
                    assert str(i.indkaldelse_id) in self.indkaldelser
                    self.indkaldelser.remove(str(i.indkaldelse_id))
                case OpretAktivitet():
                    assert str(i.aktivitet_id) not in self.andre, "the same activity twice"
                    assert i.slutdato >= i.startdato
                    self.andre.add(str(i.aktivitet_id))
                case Afmeld():
                    assert afg.virkning is not None
                    assert i.virkningsdato == afg.virkning.faktisk
                case _:
                    pass
        self._markeringer()

    def _a_kassen_retter(self, foer: Borger, efter: Borger) -> None:
        """DFDG has no public way to undo a held talk: what falls away in a correction is the a-kasse's to take out there."""
        staar = {(f, s.tidspunkt) for s in efter.samtaler for f in s.formaal}
        falder = {(f, s.tidspunkt) for s in foer.samtaler for f in s.formaal} - staar
        for id_, (formaal, tid) in list(self.samtaler.items()):
            if any(f == formaal and abs(t - tid) <= timedelta(minutes=1) for f, t in falder):
                del self.samtaler[id_]

    def indlaesning_trukket(self, linje: Historiklinje) -> None:
        """The publisher says that the import should not have been: what it told of does not stand there."""
        if linje.haendelse.type == INDLAEST:
            self.fravaer = {id_: x for id_, x in self.fravaer.items() if id_ not in self.indlaeste}

    def indlaes(self, tilstand: Borger) -> None:
        """Another system's marking stands there already."""
        f = tilstand.forloeb[-1]
        self.fravaer[str(f.fravaer_id)] = ("75", f.startdato, f.slutdato)
        self.indlaeste.add(str(f.fravaer_id))

    def _saet(self, i: OpretFravaer | RetFravaer) -> None:
        assert i.slutdato is None or i.slutdato >= i.startdato, "an end before the start"
        if i.fravaertype == "75":
            assert (i.slutdato is None) is (i.aarsagskode is None), "a marking ends with a cause"
        self.fravaer[str(i.fravaer_id)] = (i.fravaertype, i.startdato, i.slutdato)

    def _markeringer(self) -> None:
        markeringer = sorted((s, e or date.max) for t, s, e in self.fravaer.values() if t == "75")
        for (_, slut), (start, _) in pairwise(markeringer):
            assert start > slut, "two markings at once"

    def _samtale(self, i: OpretSamtale, tilstand: Borger) -> None:
        assert str(i.samtale_id) not in self.samtaler, "the same meeting twice"
        assert (i.formaal, i.tidspunkt) not in self.samtaler.values(), "DFDG takes no two of one type and time"
        dag = i.tidspunkt.astimezone(KOEBENHAVN).date()
        i_forloeb = [e for t, s, e in self.fravaer.values() if t == "75" and s <= dag and (e is None or dag <= e)]
        paa_dagen = {f for f, t in self.samtaler.values() if t.astimezone(KOEBENHAVN).date() == dag} | {i.formaal}
        if i.formaal in TAELLER:
            assert i_forloeb or "cv" in paa_dagen, "a jobsamtale outside the course, and not with the cv before it (S9)"
            self._dagens_par(dag, tilstand)
        if i_forloeb:
            assert not {"jobsamtale", "faelles"} <= paa_dagen, "never both a jobsamtale and a faelles on one day"
            assert not {"cv", "raadighed"} <= paa_dagen or tilstand.seneste_forloeb is None, (
                "no such pair in the course"
            )
        self.samtaler[str(i.samtale_id)] = (i.formaal, i.tidspunkt)

    @staticmethod
    def _dagens_par(dag: date, tilstand: Borger) -> None:
        """S2, R8: with what was registered before, a day's talks are at most a lawful pair."""
        formaal = [f for s in tilstand.samtaler if s.dato == dag for f in s.formaal]
        assert len(formaal) < 2, "a third talk or purpose on one day"


def _overdragelser(afg: Afgoerelse) -> None:
    """O2: what is left follows from what is told as held, and every talk told was held while in."""
    for o in afg.overdragelser:
        p = PARAMETRE[Regime(o.data["regime"])]
        for formaal, felt, egne, i_alt in (
            ("jobsamtale", "jobsamtaler", p.jobcenter_jobsamtaler, p.i_alt_jobsamtaler),
            ("faelles", "faelles", p.jobcenter_faelles, p.i_alt_faelles),
        ):
            holdt = sum(s["formaal"] == formaal for s in o.data["samtaler"])
            assert o.data["afholdt"][felt] == holdt
            assert o.data["resterer"][felt] == max(egne, i_alt - holdt)
        assert o.data["startdato"] <= o.data["slutdato"]
        assert o.til.art == "jobcenter"


# --- events -------------------------------------------------------------------------------------------------------------


def _vaerdi(draw: st.DrawFn, navn: str, v: Any, annotation: Any, dag: date) -> Any:
    """Another value of the same kind, near ``dag``."""
    if isinstance(v, list):
        return [_vaerdi(draw, navn, x, None, dag) for x in v]
    if isinstance(v, dict):
        return {k: _vaerdi(draw, k, x, None, dag) for k, x in v.items()}
    if isinstance(v, bool):
        return draw(st.booleans())
    if not isinstance(v, str):
        return v
    if re.fullmatch(r"\d{4}-\d\d-\d\d", v):
        return (dag + timedelta(days=draw(st.sampled_from([-40, -14, -7, -1, 0, 0, 0, 1, 13, 14, 20])))).isoformat()
    if re.match(r"\d{4}-\d\d-\d\dT", v):
        naar = dag + timedelta(days=draw(st.sampled_from([-7, 0, 0, 3])))
        kl = "11:00" if navn == "slut" else draw(st.sampled_from(["09:00", "10:00"]))
        return f"{naar.isoformat()}T{kl}:00+01:00"
    if re.fullmatch(r"[0-9a-f]{8}-.*", v):
        return eksempler.uuid(f"{navn}-{draw(st.integers(0, 2))}")
    if get_origin(annotation) is Literal:
        return draw(st.sampled_from(get_args(annotation)))
    if navn == "timerSammenlagt":
        return draw(st.sampled_from(["100", "409.99", "410", "410.01"]))
    if navn == "kommunekode":
        return draw(st.sampled_from([KOMMUNE, NABOKOMMUNE, UDENFOR]))
    return v


_FORMAAL = [["cv"], ["raadighed"], ["jobsamtale"], ["faelles"], ["cv", "jobsamtale"], ["raadighed", "faelles"], ["raadighed", "jobsamtale"]]  # fmt: skip


@st.composite
def _haendelse(draw: st.DrawFn, dag: date) -> Haendelse | None:
    type_ = draw(st.sampled_from(_TYPER + _OFTE))
    felter = {n: f.annotation for n, f in HAENDELSESTYPER[type_].model_fields.items()}
    alias = {f.alias or n: felter[n] for n, f in HAENDELSESTYPER[type_].model_fields.items()}
    data = eksempler.data(type_, UNG)
    ny = {k: _vaerdi(draw, k, v, alias.get(k), dag) for k, v in data.items() if k != "cpr"}
    if "formaal" in ny:
        ny["formaal"] = draw(st.sampled_from(_FORMAAL))
    akasse = draw(st.sampled_from([AKASSE, AKASSE, AKASSE, ANDEN_AKASSE]))
    kommune = draw(st.sampled_from([KOMMUNE, NABOKOMMUNE]))
    try:
        return haendelse(type_, dag.isoformat(), cpr=UNG, akasse=akasse, kommune=kommune, **ny)
    except ValidationError:
        return None


@st.composite
def _forloeb(draw: st.DrawFn) -> list[tuple[Haendelse, str, int]]:
    """Events on rising days: each new, or put in the place of an earlier one, or followed by a withdrawal."""
    dag = draw(st.sampled_from([date(2022, 2, 1), date(2023, 11, 20), date(2025, 3, 1), date(2026, 6, 1)]))
    ud: list[tuple[Haendelse, str, int]] = []
    if draw(st.integers(0, 9)):
        ud.append((indplaceret(dag.isoformat(), cpr=UNG), "ny", 0))
    for _ in range(draw(st.integers(2, 14))):
        dag += timedelta(days=draw(st.sampled_from([0, 0, 1, 3, 10, 31])))
        x = draw(_haendelse(dag))
        if x is not None:
            art = draw(st.sampled_from(["ny"] * 6 + ["erstatter", "tilbagekaldt"]))
            ud.append((x, art, draw(st.integers(0, 5))))
    return ud


@settings(max_examples=400, deadline=None)
@given(_forloeb(), st.sampled_from(["ret", "ny"]))
def test_S2_S9_O2_V2_V11_A4_A5_no_order_of_events_yields_an_illegal_registration_or_handover(
    forloeb: list[tuple[Haendelse, str, int]], genaabning: Literal["ret", "ny"]
) -> None:
    opsaetning = replace(_OPSAETNING, genaabning=genaabning)
    tilstand, dommer = Borger(), Dommer()
    linjer: list[Historiklinje] = []
    for x, art, nr in forloeb:
        egne = [k for k, linje in enumerate(linjer) if linje.haendelse.kilde == x.kilde]
        h, maal = x, None
        if art != "ny" and egne:
            maal = egne[nr % len(egne)]
            id_ = identitet(linjer[maal].haendelse)
            if art == "tilbagekaldt":
                type_ = f"{x.part.art}.haendelse.tilbagekaldt.v1"
                felter = {"haendelseId": id_[1], "begrundelse": "Fejl"}
                tid = x.tid.isoformat()
                h = haendelse(type_, tid, cpr=UNG, akasse=x.part.kode, kommune=x.part.kode, **felter)
            h = replace(h, rettelse=Rettelse(id_, tuple(linjer), art == "erstatter"))
            h = replace(h, identitet=id_) if art == "erstatter" else h
        try:
            afg = decide(tilstand, h, opsaetning, h.registreringsdato)
            while afg.fortsaet:
                tilstand = givet(tilstand, afg)
                afg = decide(tilstand, h, opsaetning, h.registreringsdato)
        except Regelfejl:
            continue  # it stops for a person: nothing is registered
        dommer.tag(afg, tilstand)
        _overdragelser(afg)
        indlaest = tilstand.indlaest
        tilstand = givet(tilstand, afg)
        if tilstand.indlaest and not indlaest:
            dommer.indlaes(tilstand)
        if afg.status is Status.AFVIST:
            assert not afg.registreringer
            continue
        ny = Historiklinje(replace(h, rettelse=None), h.registreringsdato)
        if maal is None:
            linjer.append(ny)
        elif art == "erstatter":
            linjer[maal] = ny
        else:
            dommer.indlaesning_trukket(linjer[maal])
            del linjer[maal]
