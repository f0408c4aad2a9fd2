"""The words the rules speak: what an event is to them, what they answer.

Everything here is immutable and free of I/O. Dates are Europe/Copenhagen dates, hours are ``Decimal``,
ids that DFDG lets the caller choose are derived from the event, so that every attempt uses the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")

#: Name space of every id the gateway chooses (a random uuid, made once, never to change).
NAVNERUM = UUID("5d3c1f0e-8a0b-4d0c-9b1e-3f6a7c2d9e44")


class Regime(StrEnum):
    """Which law a course follows (R1, R4, R5)."""

    FORSOEG_2020 = "forsoeg-2020"
    LOV_2024 = "lov-2024"
    REFORM_2026 = "reform-2026"


class Status(StrEnum):
    """Final statuses that a decision can give; ``sprunget_over`` is the operator's or a correction's."""

    REGISTRERET = "registreret"
    VIDERESENDT = "videresendt"
    NOTERET = "noteret"
    UDEN_VIRKNING = "uden_virkning"
    AFVIST = "afvist"


@dataclass(frozen=True, slots=True)
class Part:
    """A party outside: an a-kasse or a jobcenter."""

    art: Literal["akasse", "jobcenter"]
    kode: str

    def __str__(self) -> str:
        return f"{self.art}.{self.kode}"


@dataclass(frozen=True, slots=True)
class Haendelse:
    """One accepted event as the rules see it.

    ``data`` is the event type's pydantic model in ``contracts.events``; ``tid`` carries an offset.
    """

    kilde: str
    id: str
    type: str
    tid: datetime
    part: Part
    data: Any

    @property
    def registreringsdato(self) -> date:
        """The Copenhagen date of the event's ``time``: the only "today" the rules know (but S8)."""
        return self.tid.astimezone(KOEBENHAVN).date()

    def afledt_id(self, *dele: str) -> UUID:
        """An id derived from this event and ``dele``: the same at every attempt."""
        return uuid5(NAVNERUM, "|".join((self.kilde, self.id, *dele)))


# --- registrations: what DFDG is to be told --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpretFravaer:
    """Create an absence (75 marking, 10 holiday, an exemption). REST CreateFravaerMedIdentifier, class A."""

    fravaer_id: UUID
    fravaertype: str
    startdato: date
    slutdato: date | None
    anmeldelsesdato: date
    aarsagskode: str | None = None
    kommentar: str | None = None
    operation: Literal["OpretFravaer"] = "OpretFravaer"


@dataclass(frozen=True, slots=True)
class RetFravaer:
    """Update an absence; carries the whole absence, so that a repeat writes the same. Class C."""

    fravaer_id: UUID
    fravaertype: str
    startdato: date
    slutdato: date | None
    anmeldelsesdato: date
    aarsagskode: str | None = None
    kommentar: str | None = None
    operation: Literal["RetFravaer"] = "RetFravaer"


@dataclass(frozen=True, slots=True)
class SletFravaer:
    """Delete an absence with a correction comment (part of the path: never personal data). Class C."""

    fravaer_id: UUID
    fravaertype: str
    kommentar: str
    operation: Literal["SletFravaer"] = "SletFravaer"


@dataclass(frozen=True, slots=True)
class Samtaledeltager:
    navn: str
    rolle: str
    form: str


@dataclass(frozen=True, slots=True)
class OpretSamtale:
    """Register a held talk. SOAP CreatePersonInterview, class B (natural key: type + time)."""

    samtale_id: UUID
    formaal: str
    tidspunkt: datetime
    form: str
    indkaldelse_id: UUID | None
    sagsbehandler_fornavn: str
    sagsbehandler_efternavn: str
    sagsbehandler_telefon: str | None = None
    jobcenter_deltog: bool | None = None
    jobcenter_form: str | None = None
    cv_godkendt: bool | None = None
    aftaler: str | None = None
    raadighedsvurdering: str | None = None
    deltagere: tuple[Samtaledeltager, ...] = ()
    operation: Literal["OpretSamtale"] = "OpretSamtale"


@dataclass(frozen=True, slots=True)
class Afmeld:
    """De-register as unemployed with effect from a date (S8). SOAP, class B (not enrolled any more)."""

    virkningsdato: date
    aarsagskode: str
    operation: Literal["Afmeld"] = "Afmeld"


Indhold = OpretFravaer | RetFravaer | SletFravaer | OpretSamtale | Afmeld


@dataclass(frozen=True, slots=True)
class Registrering:
    """One registration a decision leads to, with the state change that its receipt confirms.

    ``aendringer`` are applied to the confirmed state when DFDG has receipted this registration, never before.
    ``haardeste_dato`` is the last date on which DFDG would take it, where DFDG has such a date (S8).
    """

    akassekode: str
    indhold: Indhold
    aendringer: tuple[Any, ...] = ()
    haardeste_dato: date | None = None

    @property
    def entitets_id(self) -> UUID | None:
        i = self.indhold
        if isinstance(i, OpretSamtale):
            return i.samtale_id
        if isinstance(i, Afmeld):
            return None
        return i.fravaer_id


# --- messages: what a party is to be told ----------------------------------------------------------


class Naar(StrEnum):
    """When a message leaves: as soon as the event is accepted and decided, or on DFDG's receipt."""

    MODTAGET = "modtaget"
    REGISTRERET = "registreret"


@dataclass(frozen=True, slots=True)
class Besked:
    """A message for a party. ``data`` is its JSON without ``cpr`` and ``haendelseId``, which the outbox adds.

    ``noegle`` tells two messages of one event and type apart and makes the message's id stable.
    ``efter_registrering`` (with ``Naar.REGISTRERET``): the index of the registration whose receipt releases it
    (None: the event's last one).
    """

    type: str
    til: Part
    data: dict[str, Any]
    naar: Naar = Naar.REGISTRERET
    noegle: str = ""
    efter_registrering: int | None = None


@dataclass(frozen=True, slots=True)
class Overdragelse:
    """A handover (O1): leaves when decided (``afventer``) and again when DFDG has receipted it (``registreret``).

    ``data`` is the message without ``udgave``, ``registrering``, ``cpr`` and ``haendelseId``: the ledger counts the
    editions, and an edition equal to the one before is not sent.
    """

    overdragelse_id: UUID
    til: Part
    data: dict[str, Any]
    efter_registrering: int | None = None


# --- the answer ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fejl:
    """A refusal: names the rule's code, the field, and what would be right."""

    kode: str
    tekst: str
    felt: str | None = None
    loesning: str | None = None


@dataclass(frozen=True, slots=True)
class Pligt:
    """A duty that the event leaves with the a-kasse (O5, O6)."""

    kode: str
    tekst: str
    senest: date | None = None


@dataclass(frozen=True, slots=True)
class Virkning:
    """The lawful and the actual day of effect (S8)."""

    lovlig: date
    faktisk: date


@dataclass(frozen=True, slots=True)
class Afgoerelse:
    """What the rules decide about one event on one state.

    With ``registreringer`` the event ends ``registreret`` once all of them are receipted; ``status`` is then
    ``Status.REGISTRERET``. ``aendringer`` is what the event itself changes, applied before the first registration is
    sent (it needs no receipt). ``fri``: the event neither waits for earlier ones nor holds later ones back, and is
    final as soon as it is decided on the expected state (J1, J5). ``afvent_bekraeftelse``: it cannot be decided before
    an earlier claim on the member is settled (J5); it takes its place in the lane and is decided at its head.
    ``dagsafhaengig``: the decision used the day of sending and is made again on another day (S8).
    """

    status: Status
    tekst: str
    regel: str | None = None
    regime: Regime | None = None
    flag: tuple[str, ...] = ()
    fejl: Fejl | None = None
    pligter: tuple[Pligt, ...] = ()
    virkning: Virkning | None = None
    aendringer: tuple[Any, ...] = ()
    registreringer: tuple[Registrering, ...] = ()
    beskeder: tuple[Besked, ...] = ()
    overdragelser: tuple[Overdragelse, ...] = ()
    fri: bool = False
    afvent_bekraeftelse: bool = False
    dagsafhaengig: bool = False


# --- what may be set -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Daekning:
    """One row of the trial order's annex (R1): ``kommunekode`` may be ``*``; both dates inclusive."""

    akassekode: str
    kommunekode: str
    fra: date
    til: date


@dataclass(frozen=True, slots=True)
class Frikommune:
    """A kommune with a trial of its own, outside R1; both dates inclusive."""

    kommunekode: str
    fra: date
    til: date


@dataclass(frozen=True, slots=True)
class Regelopsaetning:
    """What an installation decides about the rules: coverage, code list values that are not public, choices.

    ``koder`` maps a code list row's name (``fravaerstype.mindre_intensiv.job``) to its code; a missing row is
    refused with a clear error (M3).
    """

    daekning: tuple[Daekning, ...] = ()
    frikommuner: tuple[Frikommune, ...] = ()
    koder: dict[str, str] = field(default_factory=dict)
    genaabning: Literal["ret", "ny", "stop"] = "ret"


NUL = Decimal("0")
