"""Registrations: what DFDG is to be told, one kind a class, in the domain's words. Immutable and free of I/O.

Dates are Europe/Copenhagen dates; ids that DFDG lets the caller choose are derived from the event, so that every attempt uses
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID


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


@dataclass(frozen=True, slots=True)
class TilfoejDeltager:
    """Add a participant to a registered talk. SOAP AddInterviewParticipant, class B (natural key: talk, name, role)."""

    deltager_id: UUID
    samtale_id: UUID
    deltager: Samtaledeltager
    operation: Literal["TilfoejDeltager"] = "TilfoejDeltager"


@dataclass(frozen=True, slots=True)
class OpretIndkaldelse:
    """Register a planned talk, one purpose each. REST CreateIndkaldelse, class A (own id)."""

    indkaldelse_id: UUID
    formaal: str
    start: datetime
    slut: datetime
    form: str
    selvbooket: bool
    moedelink: str | None = None
    adresse: str | None = None
    operation: Literal["OpretIndkaldelse"] = "OpretIndkaldelse"


@dataclass(frozen=True, slots=True)
class RetIndkaldelse:
    """Update a planned talk; carries the whole of it. REST UpdateIndkaldelse, class C."""

    indkaldelse_id: UUID
    formaal: str
    start: datetime
    slut: datetime
    form: str
    selvbooket: bool
    moedelink: str | None = None
    adresse: str | None = None
    operation: Literal["RetIndkaldelse"] = "RetIndkaldelse"


@dataclass(frozen=True, slots=True)
class SletIndkaldelse:
    """Cancel a planned talk. REST DeleteIndkaldelse, class C."""

    indkaldelse_id: UUID
    operation: Literal["SletIndkaldelse"] = "SletIndkaldelse"


@dataclass(frozen=True, slots=True)
class SaetDeltagelsesvalg:
    """The a-kasse's participation in the jobcenter's talk. REST SaveDeltagelsesvalg, class C.

    ``valg``: ``medlem_fravaelger`` (the member opts out of the a-kasse's participation), ``akasse_fravaelger``,
    ``oensket`` (the member wishes it, from 2024).
    """

    indkaldelse_id: UUID
    valg: Literal["medlem_fravaelger", "akasse_fravaelger", "oensket"]
    operation: Literal["SaetDeltagelsesvalg"] = "SaetDeltagelsesvalg"


@dataclass(frozen=True, slots=True)
class SaetCvstatus:
    """The CV's status after the a-kasse's check (P2). SOAP CVWorkFlowService UpdateCVStatus, class C."""

    godkendt: bool
    kommentar: str | None = None
    operation: Literal["SaetCvstatus"] = "SaetCvstatus"


@dataclass(frozen=True, slots=True)
class GemPlan:
    """A draft of Min Plan, or its publication (P1, O6). An a-kasse's way there is not public (M3). Class C."""

    plan_id: str
    kladde: bool
    jobmaal: tuple[str, ...]
    beskrivelse: str
    operation: Literal["GemPlan"] = "GemPlan"


@dataclass(frozen=True, slots=True)
class GodkendJobmaal:
    """The job goals that the a-kasse approves (P1). An a-kasse's way there is not public (M3). Class C."""

    plan_id: str
    jobmaal: tuple[str, ...]
    operation: Literal["GodkendJobmaal"] = "GodkendJobmaal"


@dataclass(frozen=True, slots=True)
class OpretAktivitet:
    """An activity that is a duty (P1). SOAP ActivityService CreateActivity with own id, class A."""

    aktivitet_id: UUID
    aktivitetstype: str
    startdato: date
    slutdato: date
    timer_pr_uge: Decimal
    operation: Literal["OpretAktivitet"] = "OpretAktivitet"


@dataclass(frozen=True, slots=True)
class SletAktivitet:
    """Withdraw an activity (a correction). SOAP ActivityService DeleteActivity, class C."""

    aktivitet_id: UUID
    operation: Literal["SletAktivitet"] = "SletAktivitet"


@dataclass(frozen=True, slots=True)
class Kontrolaflaesning:
    """Reads a marking that another system made and compares it (``indlaest``); writes nothing. Class C.

    ``fravaer_id`` None: the marking is found by type and start, and its id is taken over from the answer. ``egen``: the
    gateway made it, and only the id that DFDG gave it is asked for.
    """

    fravaer_id: UUID | None
    fravaertype: str
    startdato: date
    slutdato: date | None
    egen: bool = False
    operation: Literal["Kontrolaflaesning"] = "Kontrolaflaesning"


Indhold = (
    OpretFravaer
    | RetFravaer
    | SletFravaer
    | OpretSamtale
    | Afmeld
    | TilfoejDeltager
    | OpretIndkaldelse
    | RetIndkaldelse
    | SletIndkaldelse
    | SaetDeltagelsesvalg
    | SaetCvstatus
    | GemPlan
    | GodkendJobmaal
    | OpretAktivitet
    | SletAktivitet
    | Kontrolaflaesning
)


#: Operations whose outcome nobody can read at DFDG: enrolment has no public reading, so a repeat's answer has to tell (4367, "not
#: enrolled", is the trace of the first). Source: the services that STAR has published, see ``contracts.dfdg.afmelding``.
UDEN_AFLAESNING = frozenset({"Afmeld"})


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
        match self.indhold:
            case OpretSamtale(samtale_id=id_):
                return id_
            case TilfoejDeltager(deltager_id=id_):
                return id_
            case OpretIndkaldelse(indkaldelse_id=id_) | RetIndkaldelse(indkaldelse_id=id_):
                return id_
            case SletIndkaldelse(indkaldelse_id=id_) | SaetDeltagelsesvalg(indkaldelse_id=id_):
                return id_
            case OpretAktivitet(aktivitet_id=id_) | SletAktivitet(aktivitet_id=id_):
                return id_
            case Kontrolaflaesning(fravaer_id=fravaer_id):
                return fravaer_id
            case OpretFravaer(fravaer_id=id_) | RetFravaer(fravaer_id=id_) | SletFravaer(fravaer_id=id_):
                return id_
            case _:
                return None
