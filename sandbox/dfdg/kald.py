"""One request as it was read, and what every act asked for must be able to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Person
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.tilstand import Tilstand

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")
#: How long before and after a membership its fund may read of it (PersonStatusService's matrix), days.
LAESER_FOER_OG_EFTER = 120

Protokol = Literal["rest", "soap"]
#: Of whom a call may be: the caller's ``egne`` members, also those of ``tidligere`` (and coming), or ``ingen`` person.
Adgang = Literal["egne", "tidligere", "ingen"]


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


#: A reading: the answer's body, the faults, or None where there is nothing of that address (404).
Opslag = Callable[[Person, Tilstand], bytes | list[Dfdgfejl] | None]


@dataclass(slots=True)
class Kald:
    """One request: who calls, what for, and what was wrong with it before any rule was asked.

    ``doerfejl`` are faults at the door (certificate, context headers): the call never got in. ``skemafejl`` are faults
    of the message itself. ``laesning``: it changes nothing. ``opslag`` answers a reading. ``kode_ikke_medlem`` and
    ``kode_fremmed`` are the service's numbers for a citizen of no, or of another, a-kasse.
    """

    protokol: Protokol
    tjeneste: str
    operation: str
    cpr: str | None = field(default=None, repr=False)
    request_id: str | None = None
    akasse: str | None = None
    organisationstype: int | None = None
    certifikat: str | None = None
    handling: Handling | None = None
    opslag: Opslag | None = None
    laesning: bool = False
    adgang: Adgang = "egne"
    kode_ikke_medlem: int = koder.IKKE_EGEN_BORGER
    kode_fremmed: int = koder.IKKE_EGEN_BORGER
    entitets_id: str | None = None
    doerfejl: list[Dfdgfejl] = field(default_factory=list)
    skemafejl: list[Dfdgfejl] = field(default_factory=list)
    nummer: int = 0

    def ukendt_person(self) -> Dfdgfejl:
        """1010 in the SOAP services, 4404 in the REST ones."""
        return fejl(koder.CPR_UKENDT if self.protokol == "soap" else koder.PERSON_FINDES_IKKE)

    def personfejl(self, person: Person | None, tilstand: Tilstand) -> list[Dfdgfejl]:
        """Faults of the person: not known, dead (writes only), not the caller's own."""
        if person is None:
            return [self.ukendt_person()]
        if person.doed and not self.laesning:
            return [fejl(koder.PERSON_DOED)]
        dag = tilstand.ur.idag()
        if self.adgang == "tidligere" and _har_eller_havde(person, self.akasse, dag):
            return []
        ejer = person.ejer(dag)
        if ejer is None:
            # Nobody's member: taken by the first fund that registers, unless DFDG knows better.
            kendt = tilstand.indstillinger.medlemskab == "streng" or person.medlemskaber
            return [fejl(self.kode_ikke_medlem)] if kendt else []
        return [fejl(self.kode_fremmed)] if ejer != self.akasse else []

    def fejl(self, tilstand: Tilstand) -> list[Dfdgfejl]:
        """Every fault of the call on the present state: the message's, else the person's, else the act's."""
        if self.skemafejl:
            return self.skemafejl
        if self.adgang == "ingen":
            return []
        assert self.cpr is not None
        person = tilstand.person(self.cpr)
        fundne = self.personfejl(person, tilstand)
        if fundne or person is None or self.handling is None:
            return fundne
        return self.handling.kontroller(person, tilstand)

    def kolonner(self, tilstand: Tilstand) -> Kolonner:
        """What the log tells of the act, as far as the message could be read."""
        if self.handling is None or self.cpr is None:
            return Kolonner(entitets_id=self.entitets_id)
        return self.handling.kolonner(tilstand.person(self.cpr) or Person())


def _har_eller_havde(person: Person, akasse: str | None, dag: date) -> bool:
    spillerum = timedelta(days=LAESER_FOER_OG_EFTER)
    return any(
        m.akasse == akasse and m.start - spillerum <= dag and (m.slut is None or dag <= m.slut + spillerum)
        for m in person.alle_medlemskaber()
    )


def kodefejl(navn: str, kode: int, liste: tuple[int, ...] | None, fejlkode: int = koder.KODE_UGYLDIG) -> list[Dfdgfejl]:
    """The fault of a code that is not in the list; no list takes any code."""
    return [fejl(fejlkode, navn)] if liste is not None and kode not in liste else []


_HTML = re.compile(r"<[a-zA-Z/!][^>]*>")


def kommentarfejl(kommentar: str | None) -> list[Dfdgfejl]:
    """4933: a comment text cannot contain html tags."""
    return [fejl(koder.HTML_I_KOMMENTAR)] if kommentar and _HTML.search(kommentar) else []


# --- dates and moments on the wire ----------------------------------------------------------------------


def midnat(dag: date) -> str:
    """A date on the wire: Copenhagen midnight with offset."""
    return datetime(dag.year, dag.month, dag.day, tzinfo=KOEBENHAVN).isoformat()


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
