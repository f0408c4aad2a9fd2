"""The rules beside the stories: each event of a story decided in its order, every registration taken as receipted at once.

A difference between the two readings is named by the event where it arises. The stories know nothing of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from contracts.envelope import Forstaaet, Post, Uforstaaet, laes
from gateway.rules.aendringer import MedlemskabBekraeftet, anvend
from gateway.rules.afgoer import decide
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Daekning,
    Haendelse,
    Historiklinje,
    Part,
    Regelopsaetning,
    Rettelse,
)
from gateway.rules.registreringer import (
    Afmeld,
    GemPlan,
    GodkendJobmaal,
    Kontrolaflaesning,
    OpretAktivitet,
    OpretFravaer,
    OpretIndkaldelse,
    OpretSamtale,
    Registrering,
    RetFravaer,
    RetIndkaldelse,
    SaetCvstatus,
    SaetDeltagelsesvalg,
    SletFravaer,
    SletIndkaldelse,
    TilfoejDeltager,
)
from gateway.rules.tilstand import Borger
from sandbox.fortaellinger import Dfdgvirkning, Fortaelling, Forudsaetninger, PlanlagtHaendelse
from sandbox.fortaellinger.model import OVERDRAGELSE, SAMTALETYPE

HOVED = (("content-type", b"application/cloudevents+json"),)


def opsaetning(f: Forudsaetninger) -> Regelopsaetning:
    """What the stories know of the installation, as the rules are told it."""
    raekker = (
        Daekning(akasse, kommune, date(2020, 1, 1), date(2023, 12, 31))
        for akasse, kommuner in f.daekning.items()
        for kommune in sorted(kommuner)
    )
    return Regelopsaetning(daekning=tuple(raekker), koder=dict(f.koder))


def virkning(registrering: Registrering) -> Dfdgvirkning:
    """A registration in the stories' words."""
    match registrering.indhold:
        case OpretSamtale() as i:
            return Dfdgvirkning("opret_samtale", SAMTALETYPE[i.formaal], _klokken(i.tidspunkt))
        case OpretIndkaldelse() as i:
            return Dfdgvirkning("opret_indkaldelse", SAMTALETYPE[i.formaal], _klokken(i.start))
        case RetIndkaldelse() as i:
            return Dfdgvirkning("ret_indkaldelse", SAMTALETYPE[i.formaal], _klokken(i.start))
        case OpretFravaer() as i:
            return Dfdgvirkning(
                "opret_fravaer", i.fravaertype, i.startdato.isoformat(), _dato(i.slutdato), i.aarsagskode
            )
        case RetFravaer() as i:
            return Dfdgvirkning("ret_fravaer", i.fravaertype, i.startdato.isoformat(), _dato(i.slutdato), i.aarsagskode)
        case SletFravaer() as i:
            return Dfdgvirkning("slet_fravaer", i.fravaertype, "")
        case OpretAktivitet() as i:
            return Dfdgvirkning("opret_aktivitet", None, i.startdato.isoformat(), i.slutdato.isoformat())
        case Afmeld() as i:
            return Dfdgvirkning("afmeld", None, i.virkningsdato.isoformat(), None, i.aarsagskode)
        case TilfoejDeltager():
            return Dfdgvirkning("tilfoej_deltager", None, "")
        case SletIndkaldelse():
            return Dfdgvirkning("slet_indkaldelse", None, "")
        case SaetDeltagelsesvalg():
            return Dfdgvirkning("saet_deltagelsesvalg", None, "")
        case SaetCvstatus():
            return Dfdgvirkning("saet_cvstatus", None, "")
        case GodkendJobmaal():
            return Dfdgvirkning("godkend_jobmaal", None, "")
        case GemPlan() as i:
            return Dfdgvirkning("gem_plankladde" if i.kladde else "publicer_plan", None, "")
        case andet:
            raise TypeError(f"the stories have no word for {type(andet).__name__}")


def _klokken(tid: datetime) -> str:
    return f"{tid.astimezone(KOEBENHAVN):%Y-%m-%dT%H:%M}"


def _dato(dag: date | None) -> str | None:
    return dag.isoformat() if dag else None


def beskeder(afg: Afgoerelse) -> list[tuple[str, str, dict[str, Any]]]:
    """(type, to whom, data) of what the decision tells; a handover as it stands in the end."""
    ud: list[tuple[str, str, dict[str, Any]]] = [(b.type, str(b.til), b.data) for b in afg.beskeder]
    for o in afg.overdragelser:
        ud.append((OVERDRAGELSE, str(o.til), {**o.data, "registrering": o.aendring or "registreret"}))
    return ud


def afvigelser(h: PlanlagtHaendelse, afg: Afgoerelse) -> list[str]:
    """Where the decision differs from what was written down."""
    f = h.forventning
    fundet = []
    if str(afg.status) != f.status:
        fundet.append(f"status {afg.status} ({afg.regel}: {afg.tekst}), not {f.status}")
    if f.regel is not None and afg.regel != f.regel:
        fundet.append(f"rule {afg.regel}, not {f.regel}")
    if not set(f.flag) <= set(afg.flag):
        fundet.append(f"flags {afg.flag}, not {f.flag}")
    pligter = {p.kode for p in afg.pligter}
    if not set(f.pligter) <= pligter:
        fundet.append(f"duties {sorted(pligter)}, not {f.pligter}")
    virkninger = [virkning(r) for r in afg.registreringer]
    if virkninger != list(f.dfdg):
        fundet.append(f"DFDG {[v.indhold() for v in virkninger]}, not {[v.indhold() for v in f.dfdg]}")
    givne = beskeder(afg)
    if sorted((t, til) for t, til, _ in givne) != sorted((b.type, b.til) for b in f.beskeder):
        fundet.append(f"messages {[g[:2] for g in givne]}, not {[(b.type, b.til) for b in f.beskeder]}")
    for b in f.beskeder:
        kandidater = [data for t, til, data in givne if (t, til) == (b.type, b.til)]
        forskelle = [{n: d.get(n) for n, v in b.data.items() if d.get(n) != v} for d in kandidater]
        if forskelle and all(forskelle):
            fundet.append(f"{b.type}: {forskelle[0]}, not {dict(b.data)}")
    return fundet


@dataclass(slots=True)
class Spor:
    """One citizen's way through the rules. ``beskeder``: what was told last, by type and receiver."""

    opsaetning: Regelopsaetning
    idag: date
    tilstand: Borger = field(default_factory=Borger)
    historik: list[Historiklinje] = field(default_factory=list)
    beskeder: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def ske(self, h: PlanlagtHaendelse) -> list[str]:
        """Decides the event, takes its registrations as receipted, and gives the differences."""
        data = dict(h.rettelse or h.data)
        for felt in h.efter.kopier if h.efter else ():
            data[felt] = self.beskeder[h.efter.besked, h.efter.part or h.part][felt]
        laest = laes(Post(h.emne, 0, 0, h.noegle, h.struktureret(data), HOVED), datetime.now(UTC))
        if h.uforstaaet:
            return _afvist_i_formatet(h, laest)
        assert isinstance(laest, Forstaaet), (h.id, h.type, getattr(laest, "fejl", laest))
        haendelse = self._haendelse(laest, h)
        afg = self._afgoer(haendelse)
        fundet = [f"{h.id} {h.type}: {a}" for a in afvigelser(h, afg)]
        if haendelse.rettelse is None:
            self.historik.append(Historiklinje(haendelse, self.idag, virkede=str(afg.status) != "afvist"))
        else:
            self._ret_historikken(haendelse)
        for type_, til, indhold in beskeder(afg):
            self.beskeder[type_, til] = indhold
        return fundet

    def _afgoer(self, haendelse: Haendelse) -> Afgoerelse:
        """Decided and granted. What is read back before a first registration (an imported course) is as it was told."""
        afg = decide(self.tilstand, haendelse, self.opsaetning, self.idag)
        if afg.fortsaet:
            assert all(isinstance(r.indhold, Kontrolaflaesning) for r in afg.registreringer)
            self._kvitter(afg)
            afg = decide(self.tilstand, haendelse, self.opsaetning, self.idag)
        self._kvitter(afg)
        return afg

    def _kvitter(self, afg: Afgoerelse) -> None:
        self.tilstand = anvend(self.tilstand, afg.aendringer)
        for r in afg.registreringer:
            self.tilstand = anvend(self.tilstand, (*r.aendringer, MedlemskabBekraeftet(r.akassekode)))

    def _haendelse(self, laest: Forstaaet, h: PlanlagtHaendelse) -> Haendelse:
        k = laest.kuvert
        tilbagekaldt = h.type.endswith(".haendelse.tilbagekaldt.v1")
        maal_id = h.erstatter or (str(h.data["haendelseId"]) if tilbagekaldt else None)
        if maal_id is None:
            return Haendelse(k.source, k.id, k.type, k.time, Part(k.art, k.partskode), laest.data)
        maal = (k.source, maal_id)
        rettelse = Rettelse(maal, tuple(self.historik), erstatning=not tilbagekaldt)
        identitet = None if tilbagekaldt else maal
        return Haendelse(k.source, k.id, k.type, k.time, Part(k.art, k.partskode), laest.data, rettelse, identitet)

    def _ret_historikken(self, h: Haendelse) -> None:
        """From here on the history is the corrected one."""
        assert h.rettelse is not None
        nr = next(n for n, x in enumerate(self.historik) if (x.haendelse.kilde, x.haendelse.id) == h.rettelse.maal)
        del self.historik[nr]
        if h.rettelse.erstatning:
            i_stedet = Haendelse(h.kilde, h.id, h.type, h.tid, h.part, h.data, None, h.identitet)
            self.historik.insert(nr, Historiklinje(i_stedet, self.idag))


def _afvist_i_formatet(h: PlanlagtHaendelse, laest: object) -> list[str]:
    """What breaks the format itself is refused when it is read, and may name the rule behind it."""
    if not isinstance(laest, Uforstaaet):
        return [f"{h.id} {h.type}: understood, not {h.forventning.status}"]
    if h.forventning.regel is not None and laest.fejl.regel != h.forventning.regel:
        return [f"{h.id} {h.type}: rule {laest.fejl.regel}, not {h.forventning.regel}"]
    return []


def gennem_reglerne(fortaelling: Fortaelling, f: Forudsaetninger) -> list[str]:
    """All differences of one story."""
    spor = Spor(opsaetning(f), f.idag)
    return [a for h in fortaelling.haendelser if not h.gentagelse for a in spor.ske(h)]


def alle_afvigelser(fortaellinger: Iterable[Fortaelling], f: Forudsaetninger) -> list[str]:
    """All differences of all stories."""
    return [a for fortaelling in fortaellinger for a in gennem_reglerne(fortaelling, f)]
