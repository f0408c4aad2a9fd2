"""Planned talks (Kontaktforloeb.IndkaldelseService v1): what may be registered, changed, cancelled.

The numbers are those of STAR's list of the summonses' old and new faults (900xx); what a summons of another authority's
gives is not public and made by this project (4575).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Booking, Person
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.handlinger import version
from sandbox.dfdg.kald import KOEBENHAVN, Kolonner, kodefejl
from sandbox.dfdg.tilstand import Tilstand
from sandbox.dfdg.virkninger import OPFYLDER_FRIST

#: A digital meeting, which needs its link.
DIGITALT = 8


def _egen_booking(person: Person, id_: str, akasse: str | None) -> Booking | list[Dfdgfejl]:
    """The live planned meeting of that id that the caller registered: 90036, 4575."""
    booking = person.bookinger.get(id_)
    if booking is None or not booking.aktiv:
        return [fejl(koder.INDKALDELSE_UKENDT)]
    fremmed = booking.ophav != "akasse" or booking.akasse not in (None, akasse)
    return [fejl(koder.IKKE_EGEN_BORGER)] if fremmed else booking


@dataclass(frozen=True, slots=True)
class Indkaldelsesindhold:
    """The whole planned talk, as create and update carry it. Moments are UTC."""

    type: int
    start: datetime
    slut: datetime
    form: int
    selvbooket: bool
    moedelink: str | None
    adresse: str | None

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        """90000, 90001, 90002, 90004 and 4367, all that apply."""
        opsat = tilstand.indstillinger
        fundne = kodefejl("samtaleform", self.form, opsat.samtaleformer, koder.SAMTALEFORM)
        fundne += kodefejl("samtaleType", self.type, opsat.samtaletyper, koder.SAMTALETYPE)
        if opsat.afvis_fortidige_indkaldelser and self.start.astimezone(KOEBENHAVN).date() < tilstand.ur.idag():
            fundne.append(fejl(koder.STARTER_FOER_IDAG))
        if self.slut < self.start:
            fundne.append(fejl(koder.SLUTTER_FOER_START))
        if opsat.indkaldelse_kraever_tilmelding and not person.tilmeldt:
            fundne.append(fejl(koder.IKKE_TILMELDT))
        return fundne

    def kolonner(self, id_: str) -> Kolonner:
        start, slut = (t.astimezone(KOEBENHAVN).isoformat() for t in (self.start, self.slut))
        return Kolonner(entitets_id=id_, type=str(self.type), start=start, slut=slut)

    def ekstra(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "selvbooket": self.selvbooket,
            "moedelink": self.moedelink,
            "adresse": self.adresse,
            **version(True),
        }


@dataclass(frozen=True, slots=True)
class OpretIndkaldelse:
    id: str
    indhold: Indkaldelsesindhold

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        kendt = self.id in tilstand.brugte_id or self.id in person.bookinger
        return ([fejl(koder.ID_FINDES)] if kendt else []) + self.indhold.kontroller(person, tilstand)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002 - one signature for all
        return self.indhold.kolonner(self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:
        """A booking that fulfils an open deadline meets it (the deadline service's description)."""
        type_ = self.indhold.type
        opfyldte = [f.id for f in person.frister.values() if f.aaben and f.type == type_ and type_ in OPFYLDER_FRIST]
        return {**self.indhold.ekstra(), **({"opfyldte": opfyldte} if opfyldte else {})}


@dataclass(frozen=True, slots=True)
class RetIndkaldelse:
    """The whole content is replaced."""

    id: str
    indhold: Indkaldelsesindhold
    akasse: str | None

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        egen = _egen_booking(person, self.id, self.akasse)
        return egen if isinstance(egen, list) else self.indhold.kontroller(person, tilstand)

    def kolonner(self, person: Person) -> Kolonner:  # noqa: ARG002
        return self.indhold.kolonner(self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return self.indhold.ekstra()


def _kolonner(person: Person, id_: str) -> Kolonner:
    """What stands of the planned meeting."""
    booking = person.bookinger.get(id_)
    if booking is None:
        return Kolonner(entitets_id=id_)
    start = booking.start.astimezone(KOEBENHAVN).isoformat()
    slut = None if booking.slut is None else booking.slut.astimezone(KOEBENHAVN).isoformat()
    return Kolonner(entitets_id=id_, type=str(booking.type), start=start, slut=slut)


@dataclass(frozen=True, slots=True)
class SletIndkaldelse:
    """Cancel it."""

    id: str
    akasse: str | None

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:  # noqa: ARG002
        egen = _egen_booking(person, self.id, self.akasse)
        return egen if isinstance(egen, list) else []

    def kolonner(self, person: Person) -> Kolonner:
        return _kolonner(person, self.id)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return version(True)


@dataclass(frozen=True, slots=True)
class SaetValg:
    """Whether the other authority takes part; a choice may stand on anybody's planned meeting with the citizen."""

    id: str
    valg: int

    def kontroller(self, person: Person, tilstand: Tilstand) -> list[Dfdgfejl]:
        booking = person.bookinger.get(self.id)
        fundne = [] if booking is not None and booking.aktiv else [fejl(koder.INDKALDELSE_UKENDT)]
        return fundne + kodefejl("deltagelsesvalgType", self.valg, tilstand.indstillinger.deltagelsesvalg)

    def kolonner(self, person: Person) -> Kolonner:
        """``type`` is the choice here, not the talk's."""
        staar = _kolonner(person, self.id)
        return Kolonner(entitets_id=self.id, type=str(self.valg), start=staar.start, slut=staar.slut)

    def ekstra(self, person: Person) -> dict[str, Any]:  # noqa: ARG002
        return version(True)
