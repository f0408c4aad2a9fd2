"""What the rules know of one citizen. Two such states exist (confirmed by DFDG, and expected); the rules can't tell which.

Immutable; changed only by ``aendringer.anvend``. Holds no CPR number and no name. Serialised as JSON in the ledger
(encrypted); ``VERSION`` rises when a field changes meaning, and ``opgrader`` is then the pure function between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter

from gateway.rules.model import Regime

VERSION = 1


@dataclass(frozen=True, slots=True)
class Medlemskab:
    """An a-kasse's claim on the citizen. ``bekraeftet``: DFDG has receipted something under its certificate (J5)."""

    akassekode: str
    bekraeftet: bool = False
    udmeldt: date | None = None  # the last day as a member (V9)


@dataclass(frozen=True, slots=True)
class Bopael:
    """The kommune of residence from a date on (J3: a kommune is judged by the flyttedato). ``oplyst``: as an enrolment or a
    placement stated it, from the day it was told; no move that was told as one."""

    kommunekode: str
    fra: date
    oplyst: bool = False


@dataclass(frozen=True, slots=True)
class Forloeb:
    """A marking (absence 75) at DFDG: a course, open or ended."""

    forloeb_id: UUID
    fravaer_id: UUID
    akassekode: str
    kommunekode: str
    regime: Regime
    indplaceringstype: Literal["ny", "genindplaceret"]
    tilmeldingsdato: date
    indplaceringsdato: date
    startdato: date
    anmeldelsesdato: date
    forsikringsgrad: Literal["fuldtid", "deltid", "kombination"]
    slutdato: date | None = None
    aarsagskode: str | None = None
    afsluttet_den: date | None = None  # registreringsdato of the ending by which the course moved (A2)
    overdragelse_id: UUID | None = None
    overdraget_til: str | None = None  # kommunekode
    inde_til: date | None = None  # the last day in, as it was known before the end was set (S11)
    dfdg_har_annulleret: bool = False  # V14
    fravaer_kendt: bool = True  # False: imported without DFDG's identifier, which the reading back gives
    genaabner: UUID | None = (
        None  # A5, ``ny``: the course (``forloeb_id`` of its first marking) that this one re-opened
    )
    uden_indplacering: bool = False  # V14, assessed before the placement: the placement of this enrolment is its own


@dataclass(frozen=True, slots=True)
class Indplaceringsgrundlag:
    """What a placement said besides its dates: by it a corrected placement is judged again (R2)."""

    kommunekode: str
    uddannelse: bool
    boern: bool
    behov_for_tidlig_indsats: bool = False
    igangvaerende_forloeb: bool = False
    ledig_foer_sygdom: bool = False
    timer_ved_tilmelding: Decimal | None = None
    startdato: date | None = None


@dataclass(frozen=True, slots=True)
class Indplacering:
    """The newest placement seen, in the course or not: opens the benefit period that V12 speaks of."""

    akassekode: str
    indplaceringsdato: date
    tilmeldingsdato: date
    indplaceringstype: Literal["ny", "genindplaceret"]
    regime: Regime | None  # None: not covered (V16)
    forsikringsgrad: Literal["fuldtid", "deltid", "kombination"]
    haendelse_id: str = ""
    afgoerelsesdato: date | None = None  # when it was decided, whatever the outcome (S9)
    grundlag: Indplaceringsgrundlag | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """The newest accepted figure of accumulated benefit hours (A1)."""

    maaned: str
    timer_sammenlagt: Decimal
    akassekode: str


@dataclass(frozen=True, slots=True)
class Samtale:
    """A held talk, with its purposes in the order in which they were registered."""

    samtale_id: UUID
    akassekode: str
    dato: date
    tidspunkt: datetime
    formaal: tuple[str, ...]
    form: str
    jobcenter_deltog: bool | None = None
    haendelse_id: str = ""
    deltager_ider: tuple[UUID, ...] = ()  # the participants that DFDG has (S10)


@dataclass(frozen=True, slots=True)
class Indkaldelse:
    """A planned talk's registration at DFDG, one for each purpose."""

    formaal: str
    indkaldelse_id: UUID


@dataclass(frozen=True, slots=True)
class PlanlagtSamtale:
    """A summoned or booked talk of the a-kasse."""

    samtale_id: UUID
    akassekode: str
    formaal: tuple[str, ...]
    start: datetime
    slut: datetime
    form: str
    booket: bool  # self-booked by the member (S7)
    frist_id: str | None = None
    aflyst: bool = False
    afholdt: bool = False
    indkaldelser: tuple[Indkaldelse, ...] = ()
    kort_varsel: bool = False
    moedelink: str | None = None
    adresse: str | None = None


@dataclass(frozen=True, slots=True)
class Frist:
    """A booking deadline of the a-kasse's own (S7, S8)."""

    frist_id: str
    akassekode: str
    fristdato: date
    formaal: tuple[str, ...]
    opfyldt: bool = False
    overskredet: bool = False
    bortfaldet: bool = False


@dataclass(frozen=True, slots=True)
class Ferie:
    """A holiday asked for. ``registreret``: the a-kasse registered it at DFDG (absence 10, F1)."""

    ferie_id: UUID
    akassekode: str
    startdato: date
    slutdato: date
    anmodet: date
    registreret: bool
    fravaer_id: UUID | None = None
    godkendt: bool = True
    annulleret: bool = False


@dataclass(frozen=True, slots=True)
class MindreIntensivIndsats:
    """A period of less intensive effort (M1). ``fritaget``: the duties are lifted (not kept by M2)."""

    indsats_id: UUID
    akassekode: str
    grund: str
    startdato: date
    slutdato: date | None
    fritaget: bool
    fravaer_id: UUID | None = None
    anmeldelsesdato: date | None = None


@dataclass(frozen=True, slots=True)
class Indstilling:
    """A recommendation to the jobcenter (T1)."""

    indstilling_id: UUID
    akassekode: str
    tilbudstype: str
    begrundelse: str
    aaben: bool = True
    oensket_start: date | None = None
    sendt: date | None = None
    trukket: bool = False


@dataclass(frozen=True, slots=True)
class Tilbud:
    """A jobcenter's decision on an offer (T2); ``indstilling_id`` None: it acted by itself."""

    tilbud_id: UUID
    indstilling_id: UUID | None
    kommunekode: str
    afgoerelse: Literal["bevilget", "afslag"]
    tilbudstype: str
    dato: date


@dataclass(frozen=True, slots=True)
class Indsatsforslag:
    """An effort that the jobcenter suggested (J2); ``accepteret`` None: not answered yet."""

    forslag_id: UUID
    kommunekode: str
    tilbudstype: str
    foreslaaet: date
    accepteret: bool | None = None


@dataclass(frozen=True, slots=True)
class Deltagelse:
    """The jobcenter's participation in one of the a-kasse's fælles, as asked and as decided (S6)."""

    samtale_id: UUID
    anmodet_af: Literal["akasse", "medlem"] | None = None
    medlem_fravaelger: bool = False
    akasse_fravaelger: bool = False
    personligt_fremmoede: bool = False
    besluttet: bool | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Jobcentersamtale:
    """A talk that the jobcenter summoned to (J4)."""

    samtale_id: UUID
    kommunekode: str
    start: datetime
    form: str
    foerste_samtale: bool = False
    borger_oensker_akasse: bool = False
    annulleret: bool = False


@dataclass(frozen=True, slots=True)
class Fritagelse:
    """An exemption from the talks (R5, ``samtale.fritaget``), open-ended while ``til`` is None."""

    akassekode: str
    fra: date
    til: date | None
    haendelse_id: str


@dataclass(frozen=True, slots=True)
class Vejledning:
    """Guidance that was given (P3)."""

    akassekode: str
    dato: date
    emner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cvkontrol:
    """The newest check of the CV (P2)."""

    dato: date
    godkendt: bool


@dataclass(frozen=True, slots=True)
class Aktivitet:
    """An activity of Min Plan (P1); ``registreret``: a duty, at DFDG."""

    aktivitet_id: UUID
    akassekode: str
    aktivitetstype: str
    startdato: date
    slutdato: date
    pligt: bool
    registreret: bool


@dataclass(frozen=True, slots=True)
class Overdragelsessvar:
    """The jobcenter's answer to a handover (O1): received, or refused with the ground."""

    overdragelse_id: UUID
    kommunekode: str
    dato: date
    afvist: str | None = None


@dataclass(frozen=True, slots=True)
class DfdgsFravaer:
    """An absence that was made without an id of the caller's (over SOAP): the rules know it as ``fravaer_id``, DFDG as
    ``dfdgs_id`` (None: not read yet). Type and dates as it was made: by them it is found."""

    fravaer_id: UUID
    fravaertype: str
    startdato: date
    slutdato: date | None
    dfdgs_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Borger:
    """Everything the rules know of one citizen."""

    version: int = VERSION
    medlemskaber: tuple[Medlemskab, ...] = ()
    bopael: tuple[Bopael, ...] = ()
    tilmeldingsdato: date | None = None
    indplacering: Indplacering | None = None
    forloeb: tuple[Forloeb, ...] = ()
    timer: Timer | None = None
    samtaler: tuple[Samtale, ...] = ()
    planlagte: tuple[PlanlagtSamtale, ...] = ()
    frister: tuple[Frist, ...] = ()
    ferie: tuple[Ferie, ...] = ()
    mindre_intensiv: tuple[MindreIntensivIndsats, ...] = ()
    indstillinger: tuple[Indstilling, ...] = ()
    minplan: Literal["kladde", "publiceret"] | None = None
    afmeldt_fra: date | None = None
    tilbud: tuple[Tilbud, ...] = ()
    forslag: tuple[Indsatsforslag, ...] = ()
    deltagelser: tuple[Deltagelse, ...] = ()
    jobcentersamtaler: tuple[Jobcentersamtale, ...] = ()
    fritagelser: tuple[Fritagelse, ...] = ()
    vejledninger: tuple[Vejledning, ...] = ()
    cvkontrol: Cvkontrol | None = None
    aktiviteter: tuple[Aktivitet, ...] = ()
    overdragelsessvar: tuple[Overdragelsessvar, ...] = ()
    minplan_dato: date | None = None
    opsigelsesindsatser: tuple[date, ...] = ()
    indlaest: bool = False  # imported and not yet read back at DFDG (medlem.indlaest)
    #: Ids that DFDG does not take again, because the entity was deleted there, and what stands in their place.
    ombyttede: tuple[tuple[UUID, UUID], ...] = ()
    slettede: tuple[UUID, ...] = ()  # at DFDG, by a correction: by the gateway, or owed by the a-kasse
    #: Corrections of an ending that was over: (source, id, the time from which it counts), A2.
    regnes_fra: tuple[tuple[str, str, datetime], ...] = ()
    #: Placements in another's place: (source, id, the first one's tilmeldingsdato and indplaceringsdato), R2.
    foerst_placeret: tuple[tuple[str, str, date, date], ...] = ()
    dfdgs_fravaer: tuple[DfdgsFravaer, ...] = ()

    @property
    def seneste_forloeb(self) -> Forloeb | None:
        return self.forloeb[-1] if self.forloeb else None

    def inde(self, dag: date) -> Forloeb | None:
        """The course that ``dag`` is **in**: marked in, and ``dag`` not after the slutdato (None: out)."""
        f = self.seneste_forloeb
        if f is None or (f.slutdato is not None and dag > f.slutdato):
            return None
        return f

    def inde_hos(self, akassekode: str, dag: date) -> Forloeb | None:
        """The course that ``dag`` is in, when it is that a-kasse's own: after a change of a-kasse the old one's course
        may run to the month's end (V9), and is not the new one's to speak of."""
        f = self.inde(dag)
        return f if f is not None and f.akassekode == akassekode else None

    def inde_hos_anden(self, akassekode: str, dag: date) -> Forloeb | None:
        """The course that ``dag`` is in, when it is another a-kasse's that the citizen has not left on ``dag``."""
        f = self.inde(dag)
        return f if f is not None and f.akassekode != akassekode and self.medlem(f.akassekode, dag) else None

    def kommune(self, dag: date) -> str | None:
        """The kommune of residence on ``dag`` (J3); the earliest known one before that."""
        gaeldende = [b for b in self.bopael if b.fra <= dag]
        if gaeldende:
            return gaeldende[-1].kommunekode
        return self.bopael[0].kommunekode if self.bopael else None

    def medlem(self, akassekode: str, dag: date) -> Medlemskab | None:
        """The a-kasse's membership on ``dag`` (the day of leaving counts as a member)."""
        for m in self.medlemskaber:
            if m.akassekode == akassekode and (m.udmeldt is None or dag <= m.udmeldt):
                return m
        return None


_ADAPTER: TypeAdapter[Borger] = TypeAdapter(Borger)


def til_json(borger: Borger) -> bytes:
    """The state as JSON bytes, without fields that stand at their default."""
    return _ADAPTER.dump_json(borger, exclude_defaults=True)


def fra_json(raa: bytes) -> Borger:
    """The state from ``til_json``'s bytes."""
    return _ADAPTER.validate_json(raa)
