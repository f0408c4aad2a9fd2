"""The words the rules speak: what an event is to them, what they answer.

Everything here is immutable and free of I/O. Dates are Europe/Copenhagen dates, hours are ``Decimal``,
ids that DFDG lets the caller choose are derived from the event, so that every attempt uses the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from contracts.codes import Kodevaerdi
from gateway.rules.registreringer import Registrering

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
    """A party outside: an a-kasse or a jobcenter; or the gateway itself, whose events enter a lane as others do."""

    art: Literal["akasse", "jobcenter", "gateway"]
    kode: str

    def __str__(self) -> str:
        return f"{self.art}.{self.kode}"


@dataclass(frozen=True, slots=True)
class Haendelse:
    """One accepted event as the rules see it.

    ``data`` is the event type's pydantic model in ``contracts.events``; ``tid`` carries an offset. ``rettelse``: this
    event replaces or withdraws an earlier, final one. ``identitet``: the source and id that ids are derived from, when
    the event stands in another's place (``erstatter``), so that what was made is updated and not made again.
    ``foerst_placeret``: for a placement in the place of one by which the member came in, that one's tilmeldingsdato and
    indplaceringsdato (R2).
    """

    kilde: str
    id: str
    type: str
    tid: datetime
    part: Part
    data: Any
    rettelse: Rettelse | None = None
    identitet: tuple[str, str] | None = None
    foerst_placeret: tuple[date, date] | None = None

    @property
    def registreringsdato(self) -> date:
        """The Copenhagen date of the event's ``time``: the only "today" the rules know (but S8)."""
        return self.tid.astimezone(KOEBENHAVN).date()

    def afledt_id(self, *dele: str) -> UUID:
        """An id derived from this event and ``dele``: the same at every attempt."""
        return uuid5(NAVNERUM, "|".join((*(self.identitet or (self.kilde, self.id)), *dele)))


@dataclass(frozen=True, slots=True)
class Historiklinje:
    """An earlier event of the citizen, and the day on which it was decided.

    ``virkede``: it took effect (an event that was refused stands in the history only as the target of a correction).
    ``registreret``: the entities of which DFDG has receipts, when it is not all that the event led to.
    """

    haendelse: Haendelse
    idag: date
    virkede: bool = True
    registreret: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Rettelse:
    """What a correction corrects: the earlier event's source and id (its ``identitet``), and the citizen's history in
    order, the corrected event in it. ``erstatning``: the event is put in its place; otherwise it is taken away.
    ``grund``: the state (``tilstand.Borger``) on which the history begins, when older events are pruned."""

    maal: tuple[str, str]
    historik: tuple[Historiklinje, ...]
    erstatning: bool
    grund: Any = None


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
    #: None: a new ending's handover. Otherwise an edition that leaves once, when the event is final.
    aendring: Literal["opdateret", "bortfaldet"] | None = None


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
    ``dagsafhaengig``: the decision used the day of sending and is made again on another day (S8). ``fortsaet``: when
    the registrations are receipted the event is decided again and goes on (an imported course is read back first).
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
    fortsaet: bool = False


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
class Regimelukning:
    """A regime that an operator has closed on ``dato``, for all or for one a-kasse (R7); ``aarsagskode`` ends courses."""

    regime: Regime
    dato: date
    akassekode: str | None = None
    aarsagskode: str = "41"


@dataclass(frozen=True, slots=True)
class Regelopsaetning:
    """What an installation decides about the rules: coverage, code list values that are not public, choices.

    ``koder`` maps a code list row's name (``fravaerstype.mindre_intensiv.job``) to its code, or its codes by the days
    they are in force; a missing row is refused with a clear error (M3).
    """

    daekning: tuple[Daekning, ...] = ()
    frikommuner: tuple[Frikommune, ...] = ()
    koder: Mapping[str, Kodevaerdi] = field(default_factory=dict)
    genaabning: Literal["ret", "ny", "stop"] = "ret"
    lukkede: tuple[Regimelukning, ...] = ()


NUL = Decimal("0")
