"""Absences, held talks and cancellation of enrolment, and the rules that DFDG judges them by.

A request is read (``rest``, ``soap``) into a ``Kald`` with one of these acts, or one of ``handlinger_indkaldelse`` and
``handlinger_oevrige``. ``kontroller`` gives every fault that the act has on the present state, ``kolonner`` and ``ekstra``
the log line that makes it true (``virkninger``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import KONTAKTFORLOEB_HOS_AKASSE, Deltager, Fravaer, Person
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.kald import KOEBENHAVN, Kolonner, kodefejl, kommentarfejl, midnat
from sandbox.dfdg.tilstand import Tilstand

#: How far ahead a cancellation of enrolment may lie, days; with a less intensive effort (4322).
AFMELDING_DAGE = 30
AFMELDING_DAGE_MINDRE_INTENSIV = 60


def version(noget: object) -> dict[str, str]:
    """An id of its own for the edition that an act makes, where others are told of it (``noget`` is true)."""
    return {"versionId": str(uuid4())} if noget else {}


@dataclass(frozen=True, slots=True)
class Fravaersindhold:
    """The content of an absence as create and update carry it."""

    type: int
    start: date
    slut: date | None
    anmeldt: date
    kommentar: str | None
    aarsag: int | None

    def kontroller(self, tilstand: Tilstand) -> list[Dfdgfejl]:
        """1003, 2002 and 4933: what is wrong whatever else is known of the citizen."""
        opsat = tilstand.indstillinger
        fundne = [fejl(koder.VARIGHED_NEGATIV)] if self.slut is not None and self.slut < self.start else []
        fundne += kodefejl("fravaersType", self.type, opsat.fravaerstyper)
        if self.aarsag is not None and self.type == KONTAKTFORLOEB_HOS_AKASSE:
            fundne += kodefejl("fravaersAfslutningsAarsag", self.aarsag, opsat.aarsager_75)
        return fundne + kommentarfejl(self.kommentar)

    def kolonner(self, entitets_id: str) -> Kolonner:
        return Kolonner(
            entitets_id=entitets_id,
            type=str(self.type),
            start=self.start.isoformat(),
            slut=None if self.slut is None else self.slut.isoformat(),
            aarsag=None if self.aarsag is None else str(self.aarsag),
        )

    @property
    def er_75(self) -> bool:
        return self.type == KONTAKTFORLOEB_HOS_AKASSE

    def ekstra(self) -> dict[str, Any]:
        return {"anmeldt": self.anmeldt.isoformat(), "kommentar": self.kommentar}


@dataclass(frozen=True, slots=True)
class OpretFravaer:
    """Create an absence under ``id`` (the caller's, or made here)."""

    id: str
    indhold: Fravaersindhold

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:  # noqa: ARG002 - one signature for all
        fundne = [fejl(koder.ID_FINDES)] if self.id in tilstand.brugte_id else []
        return fundne + self.indhold.kontroller(tilstand)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return self.indhold.kolonner(self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:
        lukkede = person.lukkes_af(self.indhold.type)
        return {**self.indhold.ekstra(), "lukkede": lukkede, **version(lukkede or self.indhold.er_75)}


@dataclass(frozen=True, slots=True)
class RetFravaer:
    """Update an absence: the whole content is replaced."""

    id: str
    indhold: Fravaersindhold

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        gammelt = person.fravaer.get(self.id)
        if gammelt is None:
            return [fejl(koder.FRAVAER_UKENDT)]
        fundne = self.indhold.kontroller(tilstand)
        opsat = tilstand.indstillinger
        if gammelt.slut is not None and self.indhold.slut is None and not opsat.slutdato_kan_fjernes:
            fundne.append(Dfdgfejl(opsat.kode_slutdato_laast, "Slutdatoen kan ikke fjernes"))
        return fundne

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return self.indhold.kolonner(self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {**self.indhold.ekstra(), **version(self.indhold.er_75)}


@dataclass(frozen=True, slots=True)
class SletFravaer:
    """Delete an absence, with a correction comment."""

    id: str
    kommentar: str

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:  # noqa: ARG002
        fundne = [] if self.id in person.fravaer else [fejl(koder.FRAVAER_UKENDT)]
        return fundne + kommentarfejl(self.kommentar)

    def kolonner(self, person: Person) -> Kolonner:
        fravaer = person.fravaer.get(self.id)
        if fravaer is None:
            return Kolonner(entitets_id=self.id)
        indhold = Fravaersindhold(
            fravaer.type, fravaer.start, fravaer.slut, fravaer.anmeldt, fravaer.kommentar, fravaer.aarsag
        )
        return indhold.kolonner(self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:
        er_75 = self.id in person.fravaer and person.fravaer[self.id].type == KONTAKTFORLOEB_HOS_AKASSE
        return {"kommentar": self.kommentar, **version(er_75)}


@dataclass(frozen=True, slots=True)
class OpretSamtale:
    """Register a held talk (PersonRegistrationService v9)."""

    id: str
    type: int
    form: int
    tid: datetime
    booking_id: str | None
    deltagere: tuple[Deltager, ...] = ()

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        opsat = tilstand.indstillinger
        fundne = kodefejl("InterviewTypeIdentifier", self.type, opsat.samtaletyper)
        fundne += kodefejl("InterviewContactTypeIdentifier", self.form, opsat.samtaleformer)
        samtidige = {samtale.type for samtale in person.samtaler.values() if samtale.tid == self.tid}
        if self.type in samtidige:
            fundne.append(Dfdgfejl(opsat.kode_samtale_findes, "Samme samtaletype er registreret på samme tidspunkt"))
        elif samtidige:
            fundne.append(Dfdgfejl(opsat.kode_samme_tidspunkt, "En anden samtale er registreret på samme tidspunkt"))
        elif self.id in tilstand.brugte_id:
            fundne.append(fejl(koder.ID_FINDES))
        nulstillende = opsat.nulstillende_samtaletyper
        seneste = max((s.tid for s in person.samtaler.values() if s.type in nulstillende), default=None)
        if seneste is not None and self.tid < seneste:
            fundne.append(
                Dfdgfejl(opsat.kode_foer_nulstillende, "Samtalen ligger før den seneste nulstillende samtale")
            )
        if opsat.booking_skal_kendes and self.booking_id is not None and self.booking_id not in person.bookinger:
            fundne.append(fejl(koder.BOOKING_UKENDT))
        return fundne

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        start = self.tid.astimezone(KOEBENHAVN).isoformat()
        return Kolonner(entitets_id=self.id, type=str(self.type), start=start)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        deltagere = [{"id": d.id, "navn": d.navn, "rolle": d.rolle, "form": d.form} for d in self.deltagere]
        return {"form": self.form, "booking": self.booking_id, **({"deltagere": deltagere} if deltagere else {})}


@dataclass(frozen=True, slots=True)
class Afmeld:
    """Cancel the enrolment as unemployed with effect from a date (UnemploymentEnrollmentService v8)."""

    dato: date
    aarsag: int

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        if not person.tilmeldt:
            return [fejl(koder.IKKE_TILMELDT)]
        opsat, idag = tilstand.indstillinger, tilstand.ur.idag()
        lempet = person.har_aabent_fravaer(opsat.mindre_intensiv_typer, idag)
        dage = AFMELDING_DAGE_MINDRE_INTENSIV if lempet else AFMELDING_DAGE
        fundne = [] if idag <= self.dato <= idag + timedelta(days=dage) else [fejl(koder.AFMELDINGSDATO)]
        return fundne + kodefejl("CauseTypeIdentifier", self.aarsag, opsat.afmeldingsaarsager, koder.AFMELDINGSAARSAG)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(start=self.dato.isoformat(), aarsag=str(self.aarsag))

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {}


def fravaer_som_json(fravaer: Fravaer) -> dict[str, Any]:
    """An absence as GetAlleFravaer gives it."""
    return {
        "fravaerIdentifier": fravaer.id,
        "fravaerType": fravaer.type,
        "startDato": midnat(fravaer.start),
        "slutDato": None if fravaer.slut is None else midnat(fravaer.slut),
        "fravaersKommentar": fravaer.kommentar,
        "anmeldelsesDato": midnat(fravaer.anmeldt),
        "fravaersAfslutningsAarsag": fravaer.aarsag,
    }
