"""What a caller can ask for, and the rules that DFDG judges it by.

A request is read (``rest``, ``soap``) into a ``Kald`` with one of the acts below. ``kontroller`` gives every fault that
the act has on the present state, ``virkning`` the columns of the log line that makes it true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.tilstand import KONTAKTFORLOEB_HOS_AKASSE, Fravaer, Person, Tilstand

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")
_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")

#: How far ahead a cancellation of enrolment may lie, days; with a less intensive effort (4322).
AFMELDING_DAGE = 30
AFMELDING_DAGE_MINDRE_INTENSIV = 60

Protokol = Literal["rest", "soap"]


@dataclass(frozen=True, slots=True)
class Kolonner:
    """The log's columns that tell the content of an act."""

    entitets_id: str | None = None
    type: str | None = None
    start: str | None = None
    slut: str | None = None
    aarsag: str | None = None


class Handling(Protocol):
    """A registration asked for."""

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        """Every fault on the present state; empty: it can take place."""
        ...

    def kolonner(self, person: Person) -> Kolonner:
        """What the log tells of it."""
        ...

    def ekstra(self, person: Person) -> dict[str, Any]:
        """Further keys of the line that says it took place; with the columns enough to make it true again."""
        ...


@dataclass(slots=True)
class Kald:
    """One request as it was read: who calls, what for, and what was wrong with it before any rule was asked.

    ``doerfejl`` are faults at the door (certificate, context headers): the call never got in. ``skemafejl`` are faults
    of the message itself. ``laesning``: it changes nothing.
    """

    protokol: Protokol
    tjeneste: str
    operation: str
    cpr: str | None = field(default=None, repr=False)
    request_id: str | None = None
    akasse: str | None = None
    handling: Handling | None = None
    laesning: bool = False
    entitets_id: str | None = None
    doerfejl: list[Dfdgfejl] = field(default_factory=list)
    skemafejl: list[Dfdgfejl] = field(default_factory=list)
    nummer: int = 0

    def ukendt_person(self) -> Dfdgfejl:
        """1010 in the SOAP services, 4404 in the REST ones."""
        return fejl(koder.CPR_UKENDT if self.protokol == "soap" else koder.PERSON_FINDES_IKKE)

    def personfejl(self, person: Person | None) -> list[Dfdgfejl]:
        """Faults of the person: not known, dead (writes only), not the caller's own."""
        if person is None:
            return [self.ukendt_person()]
        if person.doed and not self.laesning:
            return [fejl(koder.PERSON_DOED)]
        fremmed = person.akasse is not None and person.akasse != self.akasse
        return [fejl(koder.IKKE_EGEN_BORGER)] if fremmed else []

    def fejl(self, tilstand: Tilstand) -> list[Dfdgfejl]:
        """Every fault of the call on the present state: the message's, else the person's, else the act's."""
        if self.skemafejl:
            return self.skemafejl
        assert self.cpr is not None
        person = tilstand.person(self.cpr)
        fundne = self.personfejl(person)
        # A member without an a-kasse is nobody's own where only seeded persons are known.
        if not fundne and person and person.akasse is None and tilstand.indstillinger.medlemskab == "streng":
            fundne = [fejl(koder.IKKE_EGEN_BORGER)]
        if fundne or person is None or self.handling is None:
            return fundne
        return self.handling.kontroller(person, tilstand)

    def kolonner(self, tilstand: Tilstand) -> Kolonner:
        """What the log tells of the act, as far as the message could be read."""
        if self.handling is None or self.cpr is None:
            return Kolonner(entitets_id=self.entitets_id)
        return self.handling.kolonner(tilstand.person(self.cpr) or Person())


def _kodefejl(
    navn: str, kode: int, liste: tuple[int, ...] | None, fejlkode: int = koder.KODE_UGYLDIG
) -> list[Dfdgfejl]:
    return [fejl(fejlkode, navn)] if liste is not None and kode not in liste else []


def kommentarfejl(kommentar: str | None) -> list[Dfdgfejl]:
    """4933: a comment text cannot contain html tags."""
    return [fejl(koder.HTML_I_KOMMENTAR)] if kommentar and _HTML.search(kommentar) else []


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
        fundne += _kodefejl("fravaersType", self.type, opsat.fravaerstyper)
        if self.aarsag is not None and self.type == KONTAKTFORLOEB_HOS_AKASSE:
            fundne += _kodefejl("fravaersAfslutningsAarsag", self.aarsag, opsat.aarsager_75)
        return fundne + kommentarfejl(self.kommentar)

    def kolonner(self, entitets_id: str) -> Kolonner:
        return Kolonner(
            entitets_id=entitets_id,
            type=str(self.type),
            start=self.start.isoformat(),
            slut=None if self.slut is None else self.slut.isoformat(),
            aarsag=None if self.aarsag is None else str(self.aarsag),
        )

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
        return {**self.indhold.ekstra(), "lukkede": person.lukkes_af(self.indhold.type)}


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
        return self.indhold.ekstra()


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

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {"kommentar": self.kommentar}


@dataclass(frozen=True, slots=True)
class OpretSamtale:
    """Register a held talk (PersonRegistrationService v9)."""

    id: str
    type: int
    form: int
    tid: datetime
    booking_id: str | None

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        opsat = tilstand.indstillinger
        fundne = _kodefejl("InterviewTypeIdentifier", self.type, opsat.samtaletyper)
        fundne += _kodefejl("InterviewContactTypeIdentifier", self.form, opsat.samtaleformer)
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
        return {"form": self.form, "booking": self.booking_id}


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
        return fundne + _kodefejl("CauseTypeIdentifier", self.aarsag, opsat.afmeldingsaarsager, koder.AFMELDINGSAARSAG)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return Kolonner(start=self.dato.isoformat(), aarsag=str(self.aarsag))

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return {}


def midnat(dag: date) -> str:
    """A date on the wire: Copenhagen midnight with offset."""
    return datetime(dag.year, dag.month, dag.day, tzinfo=KOEBENHAVN).isoformat()


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


_TIDSPUNKT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")


def laes_tidspunkt(tekst: str) -> datetime | None:
    """A date-time with offset, in UTC; None when it is not one (a date-time without offset is not)."""
    if not _TIDSPUNKT.fullmatch(tekst):
        return None
    try:
        return datetime.fromisoformat(tekst).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def laes_dato(tekst: str) -> date | None:
    """The Copenhagen date of a date-time with offset; None when it is not one."""
    tid = laes_tidspunkt(tekst)
    return None if tid is None else tid.astimezone(KOEBENHAVN).date()
