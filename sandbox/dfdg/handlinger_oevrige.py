"""Participants, CV status, Min Plan and job goals, activities: what may be registered.

Numbers: STAR's error lists of UpdateCVStatus and PlanService. Those for a talk or an activity that is not known are not
public and made by this project (settings).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Deltager, Person
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.kald import Kolonner, kodefejl
from sandbox.dfdg.tilstand import Tilstand

#: The organisation types of jobcentre and municipality: they set the CV status of others than benefit recipients.
_IKKE_AKASSE = frozenset({7, 8})


@dataclass(frozen=True, slots=True)
class TilfoejDeltager:
    """One more participant of a talk that is registered."""

    samtale_id: str
    deltager: Deltager

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        opsat = tilstand.indstillinger
        samtale = person.samtaler.get(self.samtale_id)
        if samtale is None:
            return [Dfdgfejl(opsat.kode_samtale_ukendt, "Samtalen kendes ikke for borgeren")]
        kendt = self.deltager.id in tilstand.brugte_id or any(d.id == self.deltager.id for d in samtale.deltagere)
        return [fejl(koder.ID_FINDES)] if kendt else []

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002 - one signature for all
        return Kolonner(entitets_id=self.deltager.id)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        d = self.deltager
        return {"samtale": self.samtale_id, "navn": d.navn, "rolle": d.rolle, "form": d.form}


@dataclass(frozen=True, slots=True)
class SaetCv:
    """The CV's status after the a-kasse's check; ``organisationstype`` is the caller's."""

    status: int
    kommentar: str | None
    organisationstype: int | None

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        if self.organisationstype in _IKKE_AKASSE:
            return [fejl(koder.CV_KUN_AKASSE)]
        fundne = [fejl(koder.CV_NUMMER_MANGLER)] if person.cv is not None and not person.cv.har_nummer else []
        fundne += [fejl(koder.CV_ARKIVERET)] if person.cv is not None and person.cv.arkiveret else []
        return fundne + kodefejl("CvStatusIdentifier", self.status, tilstand.indstillinger.cvstatusser)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(type=str(self.status))

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {"kommentar": self.kommentar}


@dataclass(frozen=True, slots=True)
class SkrivPlan:
    """A draft of Min Plan, or its publication; ``status`` is ``draft`` or ``published``."""

    id: str
    status: str
    beskrivelse: str
    foreslaaede: tuple[str, ...]

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        opsat, dag = tilstand.indstillinger, tilstand.ur.idag()
        fundne: list[Dfdgfejl] = []
        if self.status == "published":
            if opsat.plan_kraever_kladde and self.id not in person.planer:
                fundne.append(fejl(koder.PLAN_UDEN_KLADDE))
            if opsat.plan_kraever_maal and not self.foreslaaede:
                fundne.append(fejl(koder.PLAN_UDEN_MAAL))
        if not any(k.start <= dag and (k.slut is None or dag <= k.slut) for k in person.alle_kontaktgrupper()):
            fundne.append(fejl(koder.PLAN_UDEN_KONTAKTGRUPPE))
        return fundne

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(entitets_id=self.id, type=self.status)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {"beskrivelse": self.beskrivelse, "foreslaaede": list(self.foreslaaede)}


@dataclass(frozen=True, slots=True)
class GodkendJobmaal:
    """The plan's approved goals, which replace those before."""

    plan_id: str
    jobmaal: tuple[str, ...]

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:  # noqa: ARG002
        return [] if self.plan_id in person.planer else [fejl(koder.PLAN_FINDES_IKKE)]

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(entitets_id=self.plan_id)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {"jobmaal": list(self.jobmaal)}


@dataclass(frozen=True, slots=True)
class OpretAktivitet:
    id: str
    type: int
    start: date
    slut: date
    timer: int
    minutter: int
    myndighed: str
    myndighedsnavn: str

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        kendt = self.id in tilstand.brugte_id or self.id in person.aktiviteter
        fundne = [fejl(koder.ID_FINDES)] if kendt else []
        fundne += [fejl(koder.VARIGHED_NEGATIV)] if self.slut < self.start else []
        return fundne + kodefejl("ActivationTypeIdentifier", self.type, tilstand.indstillinger.aktivitetstyper)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(
            entitets_id=self.id, type=str(self.type), start=self.start.isoformat(), slut=self.slut.isoformat()
        )

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {
            "timer": self.timer,
            "minutter": self.minutter,
            "myndighed": self.myndighed,
            "myndighedsnavn": self.myndighedsnavn,
        }


@dataclass(frozen=True, slots=True)
class SletAktivitet:
    id: str

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        kode = tilstand.indstillinger.kode_aktivitet_ukendt
        return [] if self.id in person.aktiviteter else [Dfdgfejl(kode, "Aktiviteten kendes ikke for borgeren")]

    def kolonner(self, person: Person) -> Kolonner:
        a = person.aktiviteter.get(self.id)
        if a is None:
            return Kolonner(entitets_id=self.id)
        return Kolonner(entitets_id=self.id, type=str(a.type), start=a.start.isoformat(), slut=a.slut.isoformat())

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {}
