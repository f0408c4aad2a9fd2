"""What DFDG knows of one citizen: absences, talks, deadlines, planned meetings, plan, activities, memberships.

Nothing here judges or changes anything by itself: ``virkninger`` makes the lines of the log true here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

#: Absence types that close the citizen's open deadlines for self-booking (the deadline service's description) ...
LUKKER_FRISTER = frozenset({56, 57, 75})
#: ... and the one that cancels bookings too (STAR's questions and answers on the trial, 9 March 2020).
KONTAKTFORLOEB_HOS_AKASSE = 75
#: Bookings that it cancels: jobsamtaler the member booked, and the jobcentre's summons to a joint jobsamtale.
AFLYSES_AF_75 = frozenset({7, 17})
#: A joint jobsamtale (STAR's process page): holding one clears the citizen's choices for it.
FAELLES = 17
#: The contact group of benefit recipients (order on the common data basis, section 64).
DAGPENGEMODTAGER = 1
#: Made by this project: since when a citizen of whom only the fund is known has been its member (DFDG knows a date).
MEDLEM_SIDEN = date(2015, 1, 1)


@dataclass(slots=True)
class Fravaer:
    """An absence. Dates are Copenhagen dates; ``slut`` is its last day."""

    id: str
    type: int
    start: date
    slut: date | None
    anmeldt: date
    kommentar: str | None
    aarsag: int | None


@dataclass(frozen=True, slots=True)
class Deltager:
    """A participant of a held talk."""

    id: str | None
    navn: str
    rolle: str
    form: str


@dataclass(slots=True)
class Samtale:
    """A held talk."""

    id: str
    type: int
    tid: datetime
    deltagere: tuple[Deltager, ...] = ()


@dataclass(slots=True)
class Frist:
    """A deadline for self-booking that a jobcentre has set (seeded over the admin API)."""

    id: str
    type: int
    dato: date
    aaben: bool = True
    opfyldt: bool = False
    versioner: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.aaben:
            return "Åben"
        return "Opfyldt" if self.opfyldt else "Administrativt lukket"


@dataclass(slots=True)
class Booking:
    """A planned meeting: a summons that an a-kasse registered, or one of a jobcentre's or the citizen's that is seeded.

    ``ophav``: ``borger``, ``jobcenter`` or ``akasse``; ``akasse``: the fund that registered it, if one did.
    """

    id: str
    type: int
    start: datetime
    ophav: str = "jobcenter"
    aktiv: bool = True
    slut: datetime | None = None
    form: int | None = None
    selvbooket: bool = False
    moedelink: str | None = None
    adresse: str | None = None
    akasse: str | None = None
    valg: int | None = None
    versioner: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Cv:
    """The CV's status on Jobnet; ``None`` where an a-kasse has said nothing."""

    status: int | None = None
    kommentar: str | None = None
    #: 4103: the citizen has no CV customer number.
    har_nummer: bool = True
    #: 4753: Jobnet has archived the CV.
    arkiveret: bool = False


@dataclass(slots=True)
class Plan:
    """Min Plan; ``status`` ``draft`` or ``published``. ``jobmaal`` are the approved goals."""

    id: str
    status: str
    beskrivelse: str
    foreslaaede: tuple[str, ...] = ()
    jobmaal: tuple[str, ...] = ()


@dataclass(slots=True)
class Aktivitet:
    """An activity."""

    id: str
    type: int
    start: date
    slut: date
    timer: int
    minutter: int
    myndighed: str
    myndighedsnavn: str


@dataclass(slots=True)
class Medlemskab:
    """A membership period of an a-kasse; ``slut`` is its last day."""

    id: str
    akasse: str
    start: date
    slut: date | None = None

    def daekker(self, dag: date) -> bool:
        return self.start <= dag and (self.slut is None or dag <= self.slut)


@dataclass(slots=True)
class Kontaktgruppe:
    """A contact group; ``version`` is the id of its newest edition."""

    id: str
    type: int
    start: date
    slut: date | None = None
    version: str | None = None


@dataclass(slots=True)
class Person:
    """A citizen.

    ``akasse``: the fund that registered something first, or that the admin API named; where ``medlemskaber`` are known
    they say whose member the citizen is on a day. ``medlem_nr`` numbers the claim of the first fund.
    """

    akasse: str | None = None
    kommune: str | None = None
    tilmeldt: bool = True
    doed: bool = False
    afmeldt_fra: date | None = None
    medlem_nr: int = 0
    cv: Cv | None = None
    fravaer: dict[str, Fravaer] = field(default_factory=dict)
    samtaler: dict[str, Samtale] = field(default_factory=dict)
    frister: dict[str, Frist] = field(default_factory=dict)
    bookinger: dict[str, Booking] = field(default_factory=dict)
    planer: dict[str, Plan] = field(default_factory=dict)
    aktiviteter: dict[str, Aktivitet] = field(default_factory=dict)
    medlemskaber: dict[str, Medlemskab] = field(default_factory=dict)
    kontaktgrupper: dict[str, Kontaktgruppe] = field(default_factory=dict)
    dagpengetaeller: dict[str, Any] | None = None
    #: The newest edition of the contact group while none is named.
    gruppeversion: str | None = None

    def ejer(self, dag: date) -> str | None:
        """The a-kasse whose member the citizen is on ``dag``."""
        if not self.medlemskaber:
            return self.akasse
        return next((m.akasse for m in self.medlemskaber.values() if m.daekker(dag)), None)

    def alle_medlemskaber(self) -> list[Medlemskab]:
        """The membership periods; where only a fund is known, one since ``MEDLEM_SIDEN``."""
        if self.medlemskaber or self.akasse is None:
            return list(self.medlemskaber.values())
        fast = str(uuid5(NAMESPACE_OID, f"dfdg-medlemskab:{self.akasse}:{self.medlem_nr}"))
        return [Medlemskab(fast, self.akasse, MEDLEM_SIDEN)]

    def alle_kontaktgrupper(self) -> list[Kontaktgruppe]:
        """The contact groups; without any named, the open one of a benefit recipient."""
        if self.kontaktgrupper:
            return list(self.kontaktgrupper.values())
        fast = str(uuid5(NAMESPACE_OID, f"dfdg-kontaktgruppe:{self.akasse}:{self.medlem_nr}"))
        return [Kontaktgruppe(fast, DAGPENGEMODTAGER, MEDLEM_SIDEN, version=self.gruppeversion)]

    def har_aabent_fravaer(self, typer: tuple[int, ...], dag: date) -> bool:
        """Whether an absence of one of ``typer`` runs on ``dag``."""
        return any(
            f.type in typer and f.start <= dag and (f.slut is None or dag <= f.slut) for f in self.fravaer.values()
        )

    def lukkes_af(self, fravaerstype: int) -> list[str]:
        """Ids of the open deadlines and live bookings that creating such an absence closes."""
        lukkede: list[str] = []
        if fravaerstype in LUKKER_FRISTER:
            lukkede += [frist.id for frist in self.frister.values() if frist.aaben]
        if fravaerstype == KONTAKTFORLOEB_HOS_AKASSE:
            lukkede += [b.id for b in self.bookinger.values() if b.aktiv and _aflyses(b)]
        return lukkede


def _aflyses(booking: Booking) -> bool:
    return booking.type in AFLYSES_AF_75 and booking.ophav != "akasse"
