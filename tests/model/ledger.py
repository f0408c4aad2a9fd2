"""The ledger in the model: one function for each transaction of ``gateway/ledger``, on one lane.

The flow is that of the code (accept.py, claim.py, settle.py, operatoer.py, rettelsesgang.py, motor.py, fremdrift.py),
without SQL, rules, rendering and texts. Every decision about a state is the production function of ``gateway.lanes``.
That flow and code agree is what the replays on PostgreSQL hold (test_afspilning.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from gateway.lanes.bane import (
    Genkoersel,
    Haendelsestilstand,
    Plads,
    Rettelsesvej,
    Virkning,
)
from gateway.lanes.forsoeg import Klasse, Svar, Tilbagelaesning
from gateway.lanes.registrering import Fase, Overgang, Skridt, Tilstand, Vilkaar
from tests.model.dele import LEASE, NU, STILLETID, STOP_EFTER, TIK, Bane, Brud, Haand, Hae, Koe, Krav, Plan, Reg
from tests.model.produktion import Funktioner

_V, _H, _S, _E, _ = Haendelsestilstand
#: Final statuses that stand in a citizen's history (historik.py).
_VIRKER = ("registreret", "videresendt", "uden_virkning")


@dataclass
class _Hae:
    """An event in a transaction."""

    nr: int
    plads: int
    tilstand: str = _V
    status: str | None = None
    regs: list[Reg] = field(default_factory=list)
    endelige: list[str] = field(default_factory=list)
    identitet: int | None = None
    doedbrev: str | None = None
    efter: int | None = None

    @property
    def faser(self) -> list[Fase]:
        return [r.t.fase for r in self.regs]

    @property
    def sted(self) -> Plads:
        return Plads(self.plads, self.nr, self.tilstand)


class Ledger:
    """The conversations of a citizen whose events lead to ``planer``, with the functions ``f`` of ``gateway.lanes``."""

    def __init__(self, planer: Sequence[Plan], f: Funktioner) -> None:
        self.planer = planer
        self.f = f
        self.udsendt: list[tuple[int, str, bool]] = []

    # --- the transactions --------------------------------------------------------------------------

    def modtag(self, b: Bane) -> Bane:
        """accept: the next event."""
        t = _Transaktion(self, b)
        nr = b.modtaget
        h = _Hae(nr, nr)
        t.haendelser.append(h)
        maal = self.planer[nr].maal
        if maal is None:
            t.modtag(h)
        else:
            t.ret(h, t.haendelser[maal])
        if t.genopbyg:
            t.hoved = None
            t.ryk_frem(find_hoved=True)
        return t.skriv()._replace(modtaget=nr + 1)

    def tag(self, b: Bane, arbejder: int) -> Bane:
        """claim: worker ``arbejder`` takes the ready head, with "attempt started" where it is to be sent."""
        if b.koe is None:
            raise ValueError("nothing is ready")
        if b.krav is not None:
            raise Brud("I4", "a lane is claimed while another claim of it stands")
        t = _Transaktion(self, b)
        h, i = t.find(b.koe.hae, b.koe.nr)
        r = h.regs[i]
        skridt = self.f.naeste_skridt(r.t, NU)
        foer = r.t.fase
        if skridt is Skridt.SEND:
            t.saet(h, i, self.f.begynd_forsoeg(r.t, NU))
        t.koe = None
        t.krav = Krav(h.nr, r.nr, LEASE)
        t.haender = [x._replace(epoke=x.epoke - 1) for x in t.haender]
        t.haender.append(Haand(arbejder, 0, h.nr, r.nr, skridt, foer, r.t.request_nr, LEASE, "taget", None, 0))
        return t.skriv()

    def afregn(self, b: Bane, haand: Haand) -> Bane:
        """settle: the answer that the claim came back with."""
        t = _Transaktion(self, b)
        t.haender.remove(haand)
        if not self.f.gyldig(0, haand.epoke):
            return t.skriv()
        if b.krav is None or (b.krav.hae, b.krav.nr) != (haand.hae, haand.nr) or haand.epoke != 0:
            raise Brud("I11", f"an answer about event {haand.hae} is settled by a worker that has lost its lease")
        h, i = t.find(haand.hae, haand.nr)
        t.hoved = h
        foer = h.regs[i].t
        tid = NU - haand.alder * TIK
        andre = b.succes is not None and foer.sidste_fejl is not None and NU - b.succes * TIK > foer.sidste_fejl
        v = Vilkaar(STILLETID * TIK, STOP_EFTER, 0.5, andre_lykkes=andre)
        if isinstance(haand.svar, Svar):
            o = self.f.efter_svar(foer, haand.foer, haand.svar, tid, v)
        elif isinstance(haand.svar, Tilbagelaesning):
            o = self.f.efter_aflaesning(foer, haand.svar, tid, v)
        else:
            raise ValueError("a result carries an answer or a reading")
        t.overgang(h, i, o, v)
        t.krav = None
        if h.tilstand == _S:
            t.efter_stop(h)
            if h.tilstand == _S and self.f.viger(h.sted, [x.sted for x in t.haendelser]):
                t.hoved = None
        t.ny_epoke()
        t.ryk_frem()
        return t.skriv()

    def overtag(self, b: Bane) -> Bane:
        """claim: a lease that ran out is taken over."""
        if b.krav is None:
            raise ValueError("nothing is claimed")
        t = _Transaktion(self, b)
        h, i = t.find(b.krav.hae, b.krav.nr)
        o = self.f.lease_tabt(h.regs[i].t, NU + b.krav.lease * TIK)
        t.saet(h, i, o.tilstand)
        t.krav = None
        t.koe = Koe(h.nr, h.regs[i].nr, _tik(o))
        if o.ny_tvivl:
            t.kvitter(h, "i_tvivl")
        t.ny_epoke()
        return t.skriv()

    def maa_betjenes(self, b: Bane, nr: int, handling: str) -> bool:
        """Whether an operator's act on that event is taken (otherwise it is refused with a reason)."""
        h = b.haendelser[nr]
        if h.doedbrev != "aaben" or h.tilstand != _S or not self._forrest(b, nr):
            return False
        return handling == "genkoer" or not self.f.i_luften([r.t.fase for r in h.regs])

    def _forrest(self, b: Bane, nr: int) -> bool:
        """Whether nothing holds that event back (rettelsesgang.kraev_forrest)."""
        steder = [Plads(x.plads, x.nr, x.tilstand) for x in b.haendelser]
        return self.f.staar_for(steder[nr], steder) is None

    def maa_afklares(self, b: Bane, nr: int) -> Reg | None:
        """The registration of that event that may be settled by hand now: in doubt, nobody asks DFDG about the citizen, and
        DFDG commits nothing of it any more."""
        if b.krav is not None or not self._forrest(b, nr):
            return None
        for r in b.haendelser[nr].regs:
            tidligst = self.f.afklares_tidligst(r.t, STILLETID * TIK)
            if r.t.fase is Fase.I_TVIVL and (tidligst is None or tidligst <= NU):
                return r
        return None

    def afklar(self, b: Bane, nr: int, reg: int, findes: bool) -> Bane:
        """operator: a registration in doubt is settled by hand."""
        t = _Transaktion(self, b)
        h, i = t.find(nr, reg)
        t.hoved = h
        if h.tilstand == _S:
            t.genoptag(h)
            h.doedbrev = "loest"
        t.koe = None
        o = self.f.afklaret_i_haanden(h.regs[i].t, findes=findes, nu=NU, stilletid=STILLETID * TIK)
        t.overgang(h, i, o, Vilkaar(STILLETID * TIK, STOP_EFTER, 0.5, andre_lykkes=False))
        t.ny_epoke()
        t.ryk_frem(find_hoved=t.hoved is None)
        return t.skriv()

    def betjen(self, b: Bane, nr: int, handling: str) -> Bane:
        """operator: retry (``genkoer``), replace (``erstat``), skip (``spring``)."""
        t = _Transaktion(self, b)
        h = t.haendelser[nr]
        t.hoved = h
        match handling:
            case "genkoer" if self.f.genkoersel(h.faser) is Genkoersel.AFKLAR:
                t.genoptag(h)
                efter = "genkoert"
            case "genkoer" | "erstat":
                t.opgiv_registreringer(h)
                t.hoved = None
                t.saet_hoved(h)
                efter = {"genkoer": "genkoert", "erstat": "erstattet"}[handling]
            case _:
                t.opgiv(h)
                efter = "sprunget_over"
        if h.tilstand != _S:
            h.doedbrev = efter
        t.ryk_frem(find_hoved=t.hoved is None)
        return t.skriv()


class _Transaktion:
    """One unit of work on a lane: the engine (motor.py) and the corrections (rettelsesgang.py)."""

    def __init__(self, ledger: Ledger, b: Bane) -> None:
        self.planer, self.f, self.b = ledger.planer, ledger.f, b
        self.haendelser = [
            _Hae(h.nr, h.plads, h.tilstand, h.status, list(h.regs), list(h.endelige), h.identitet, h.doedbrev, h.efter)
            for h in b.haendelser
        ]
        self.koe, self.krav, self.haender = b.koe, b.krav, list(b.haender)
        self.hoved: _Hae | None = None
        self.har_aabne = any(h.tilstand in (_V, _H, _S) for h in self.haendelser)
        self.genopbyg = False
        #: Kvitteringer of the last transaction: event, status, whether final.
        self.udsendt = ledger.udsendt = []

    def skriv(self) -> Bane:
        haendelser = tuple(
            Hae(h.nr, h.plads, h.tilstand, h.status, tuple(h.regs), tuple(h.endelige), h.identitet, h.doedbrev, h.efter)
            for h in self.haendelser
        )
        # A claim of an earlier epoch never counts again, however much earlier it is.
        haender = tuple(x._replace(epoke=max(-1, x.epoke)) for x in self.haender)
        return self.b._replace(haendelser=haendelser, koe=self.koe, krav=self.krav, haender=haender)

    def kvitter(self, h: _Hae, status: str, *, endelig: bool = False) -> None:
        self.udsendt.append((h.nr, status, endelig))
        if endelig:
            h.endelige.append(status)

    def ny_epoke(self) -> None:
        self.haender = [x._replace(epoke=x.epoke - 1) for x in self.haender]

    def find(self, hae: int, nr: int) -> tuple[_Hae, int]:
        h = self.haendelser[hae]
        return h, next(i for i, r in enumerate(h.regs) if r.nr == nr)

    def saet(self, h: _Hae, i: int, t: Tilstand) -> None:
        h.regs[i] = h.regs[i]._replace(t=t)

    def bliver(self, h: _Hae, til: Haendelsestilstand) -> None:
        h.tilstand = self.f.skift(h.tilstand, til)

    def staar(self, h: _Hae) -> None:
        if self.f.holder_tilbage(h.tilstand):
            self.hoved = h
            self.har_aabne = True
        elif self.hoved is h:
            self.hoved = None

    # --- deciding (motor.py) -----------------------------------------------------------------------

    def modtag(self, h: _Hae) -> None:
        if not self.har_aabne:
            self.saet_hoved(h)
        elif not self.planer[h.nr].klasser:
            self.afslut(h, "videresendt")
        else:
            self.bliver(h, _V)

    def saet_hoved(self, h: _Hae) -> None:
        staaende = self._staaende(h)
        if staaende is not None:
            self.genopbyg = True
        kvitteret = {(r.entitet, r.handling) for r in h.regs if r.t.fase is Fase.REGISTRERET}
        besluttet = self._afgoer(h, staaende)
        nye = [x for x in besluttet if (x[0], x[1]) not in kvitteret]
        if not nye:
            self.afslut(
                h, "registreret" if besluttet else "uden_virkning" if self.planer[h.nr].trukket else "videresendt"
            )
            return
        self.bliver(h, _H)
        self.staar(h)
        foerste = max((r.nr for r in h.regs), default=-1) + 1
        for nr, (entitet, handling, klasse) in enumerate(nye, start=foerste):
            h.regs.append(Reg(entitet, handling, nr, Tilstand(klasse, kan_aflaeses=handling != "afmeld")))
        self.i_koe(h)

    def _afgoer(self, h: _Hae, staaende: set[int] | None) -> list[tuple[tuple[int, int], str, Klasse]]:
        """The model's decision. ``staaende``: what of the corrected event's DFDG has; None: it corrects nothing."""
        plan = self.planer[h.nr]
        navn = h.nr if h.identitet is None else h.identitet
        if plan.trukket:
            return [((navn, i), "slet", Klasse.SIDSTE_VINDER) for i in sorted(staaende or ())]
        return [
            ((navn, i), "ret", Klasse.SIDSTE_VINDER)
            if i in (staaende or ())
            else ((navn, i), "afmeld" if plan.afmeld else "opret", k)
            for i, k in enumerate(plan.klasser)
        ]

    def _staaende(self, h: _Hae) -> set[int] | None:
        """historik.rettelse: which of the entities in ``h``'s place stand; None: nothing was left behind there."""
        if h.identitet is None:
            return None
        gruppe = [
            x
            for x in self.haendelser
            if x is not h and x.tilstand == _E and (x.nr if x.identitet is None else x.identitet) == h.identitet
        ]
        virkende = [x for x in gruppe if x.status in _VIRKER]
        if virkende:
            return (
                None if self.planer[virkende[-1].nr].trukket else set(range(len(self.planer[virkende[-1].nr].klasser)))
            )
        delvise = [x for x in gruppe if Fase.REGISTRERET in x.faser and not self.planer[x.nr].trukket]
        if delvise:
            return {r.entitet[1] for r in delvise[-1].regs if r.t.fase is Fase.REGISTRERET}
        if any(x.status == "afvist" and not self.planer[x.nr].trukket for x in gruppe):
            return set()
        return None

    def i_koe(self, h: _Hae) -> None:
        r = next((r for r in h.regs if self.f.aaben(r.t.fase)), None)
        if r is not None:
            self.koe = Koe(h.nr, r.nr, 0)

    def ryk_frem(self, *, find_hoved: bool = False) -> None:
        """fremdrift.ryk_frem: until one stands at the head."""
        if find_hoved and self.hoved is None:
            self._staaende_hoved()
        for h in sorted((h for h in self.haendelser if h.tilstand in (_V, _S)), key=lambda h: (h.plads, h.nr)):
            if self.hoved is not None:
                return
            if h.tilstand == _S:
                self.staar(h)
            else:
                self.saet_hoved(h)

    def _staaende_hoved(self) -> None:
        p = self.f.hovedet(h.sted for h in self.haendelser if h.tilstand in (_H, _S))
        if p is not None:
            self.hoved = self.haendelser[p.id]

    # --- answers -------------------------------------------------------------------------------------

    def overgang(self, h: _Hae, i: int, o: Overgang, v: Vilkaar) -> None:
        foer = h.regs[i].t
        self._intet_gaettes(h, i, o.tilstand)
        self.saet(h, i, o.tilstand)
        flere = any(self.f.aaben(r.t.fase) for r in h.regs)
        match self.f.virkning(foer, o, v, flere=flere, fortsaet=False):
            case Virkning.NAESTE:
                self.i_koe(h)
            case Virkning.AFSLUT:
                self.afslut(h, "registreret")
            case Virkning.AFVIS:
                self.opgiv_registreringer(h)
                self.genopbyg = True
                self.afslut(h, "afvist")
            case Virkning.STOP:
                self.stop(h)
            case _:
                self.koe = Koe(h.nr, h.regs[i].nr, _tik(o))
                if o.ny_tvivl:
                    self.kvitter(h, "i_tvivl")

    def _intet_gaettes(self, h: _Hae, i: int, t: Tilstand) -> None:
        """I6: a new request id only when nothing under the old one is at DFDG, or can be any more."""
        r = h.regs[i]
        if t.request_nr == r.t.request_nr or t.fase is Fase.REGISTRERET:
            return
        i_luften = any((a.hae, a.nr) == (h.nr, r.nr) and a.dom is None for a in self.b.luften)
        staar = any((p.hae, p.nr) == (h.nr, r.nr) for p in self.b.log)
        if (i_luften or staar) and t.fase is not Fase.I_TVIVL:
            hvor = "is at DFDG" if staar else "may still be committed"
            raise Brud("I6", f"registration {r.nr} of event {h.nr} is taken as not received, and it {hvor}")
        if (i_luften or staar) and not t.skal_aflaeses:
            raise Brud(
                "I6", f"registration {r.nr} of event {h.nr} gets a new request id while the old one may be at DFDG"
            )

    def stop(self, h: _Hae) -> None:
        self.bliver(h, _S)
        self.staar(h)
        self.koe = None
        h.doedbrev = "aaben"
        self.kvitter(h, "stoppet")

    def afslut(self, h: _Hae, status: str) -> None:
        self.bliver(h, _E)
        h.status = status
        self.staar(h)
        if h.identitet is not None and status != "afvist":
            maal = self.haendelser[self.planer[h.nr].maal or 0]
            if maal.tilstand == _E and maal.status != "sprunget_over":
                self.bliver(maal, _E)
                maal.status = "sprunget_over"
                self.kvitter(maal, "sprunget_over", endelig=True)
        self.kvitter(h, status, endelig=True)

    def opgiv_registreringer(self, h: _Hae) -> None:
        for i, r in enumerate(h.regs):
            if r.t.fase is not Fase.REGISTRERET:
                self.saet(h, i, self.f.opgivet(r.t))

    def opgiv(self, h: _Hae) -> None:
        self.opgiv_registreringer(h)
        if self.hoved is h:
            self.koe = None
        self.bliver(h, _E)
        h.status = "sprunget_over"
        self.staar(h)
        self.genopbyg = True
        self.kvitter(h, "sprunget_over", endelig=True)

    def genoptag(self, h: _Hae) -> None:
        self.bliver(h, _H)
        for i, r in enumerate(h.regs):
            self.saet(h, i, self.f.genoptaget(r.t))
        self.staar(h)
        self.i_koe(h)

    # --- corrections (rettelsesgang.py) --------------------------------------------------------------

    def ret(self, h: _Hae, maal: _Hae) -> None:
        h.identitet = maal.nr if maal.identitet is None else maal.identitet
        h.plads = maal.plads
        i_krav = self._forrest(maal) and self.krav is not None
        if self.f.rettelsesvej(maal.tilstand, maal.faser, i_krav=i_krav) is Rettelsesvej.BAGEFTER:
            self._efter_maalet(h, maal)
        else:
            self.i_stedet(h, maal)

    def _forrest(self, h: _Hae) -> bool:
        return bool(
            self.f.holder_tilbage(h.tilstand) and self.f.staar_for(h.sted, [x.sted for x in self.haendelser]) is None
        )

    def efter_stop(self, maal: _Hae) -> None:
        if self.f.i_luften(maal.faser):
            return
        rettelser = [h for h in self.haendelser if self.planer[h.nr].maal == maal.nr and h.tilstand == _V]
        if rettelser:
            self.i_stedet(rettelser[-1], maal)

    def i_stedet(self, h: _Hae, maal: _Hae) -> None:
        stod_forrest = self._forrest(maal)
        trukket = self.planer[h.nr].trukket
        if stod_forrest:
            self.hoved = maal
        if maal.tilstand == _S:
            maal.doedbrev = "sprunget_over" if trukket else "erstattet"
        delvist = Fase.REGISTRERET in maal.faser
        self.opgiv(maal)
        if trukket and not delvist:
            h.identitet = None
            self.afslut(h, "noteret")
            return
        self.har_aabne = True
        if not delvist:
            h.identitet = None
        if stod_forrest:
            for x in self.haendelser:
                x.efter = h.nr if x.efter == maal.nr else x.efter
            self.saet_hoved(h)
        else:
            self.bliver(h, _V)

    def _efter_maalet(self, h: _Hae, maal: _Hae) -> None:
        if maal.tilstand == _S and self._forrest(maal):
            maal.doedbrev = "genkoert"
            self.genoptag(maal)
        if self.har_aabne and self.hoved is None:
            self._staaende_hoved()
        fri = self.f.staar_for(h.sted, [self.hoved.sted] if self.hoved else []) is None
        if maal.tilstand == _E and fri:
            self.saet_hoved(h)
            return
        self.bliver(h, _V)
        self.har_aabne = True
        h.efter = self.hoved.nr if self.hoved is not None else None


def _tik(o: Overgang) -> int:
    """In how many ticks it is ready again."""
    return 0 if o.klar_fra is None else max(0, ceil((o.klar_fra - NU) / TIK))
