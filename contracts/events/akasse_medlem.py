"""Events that a-kasser publish about membership, placement, visitation and benefits, one model a type.

Dates are Copenhagen dates; hours are decimals with at most two places.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import StrictBool, model_validator

from contracts.events.faelles import (
    FormaalEtEllerTo,
    Forsikringsgrad,
    HaendelseData,
    Indplaceringstype,
    Samtaleform,
    Tilbudstype,
)
from contracts.felter import Akassekode, Cpr, Dato, Kommunekode, Kontrakt, Maaned, Tekst, Timetal, afvis


class MedlemTilmeldt(HaendelseData):
    """The member enrolled as unemployed: the decision on the course is due within two weeks (V3)."""

    kommunekode: Kommunekode
    tilmeldingsdato: Dato


class MedlemIndplaceret(HaendelseData):
    """The a-kasse placed the member and decided who has the course (V1-V6, R1-R4).

    ``timerSammenlagtVedTilmelding``: hours of benefit used when the member enrolled (R4).
    """

    kommunekode: Kommunekode
    tilmeldingsdato: Dato
    indplaceringsdato: Dato
    afgoerelsesdato: Dato
    indplaceringstype: Indplaceringstype
    forsikringsgrad: Forsikringsgrad
    erhvervskompetencegivende_uddannelse: StrictBool
    forsoergerpligt_hjemmeboende_boern: StrictBool
    igangvaerende_forloeb: StrictBool = False
    ledig_foer_sygdom: StrictBool = False
    timer_sammenlagt_ved_tilmelding: Timetal | None = None
    behov_for_tidlig_indsats: StrictBool = False
    startdato: Dato | None = None


class IndplaceringRettet(HaendelseData):
    """A correction of a placement (R2): what is named replaces what stood."""

    indplaceringsdato: Dato | None = None
    tilmeldingsdato: Dato | None = None
    forsikringsgrad: Forsikringsgrad | None = None
    kommunekode: Kommunekode | None = None

    @model_validator(mode="after")
    def _mindst_en(self) -> IndplaceringRettet:
        if not (self.indplaceringsdato or self.tilmeldingsdato or self.forsikringsgrad or self.kommunekode):
            raise afvis(
                "skema",
                "retter ingenting",
                "Angiv mindst én af indplaceringsdato, tilmeldingsdato, forsikringsgrad og kommunekode.",
                felt="data",
            )
        return self


class IndlaestSamtale(Kontrakt):
    """A talk held before the course was taken over."""

    dato: Dato
    formaal: FormaalEtEllerTo
    form: Samtaleform
    jobcenter_deltog: StrictBool | None = None


class IndlaestFerie(Kontrakt):
    """A holiday registered before the course was taken over."""

    ferie_id: UUID
    startdato: Dato
    slutdato: Dato


class IndlaestIndstilling(Kontrakt):
    """A recommendation still open when the course was taken over."""

    indstilling_id: UUID
    tilbudstype: Tilbudstype


class MedlemIndlaest(MedlemIndplaceret):
    """A course already running at DFDG, made by another system; writes nothing."""

    timer_sammenlagt: Timetal
    fravaer_identifier: UUID | None = None
    samtaler: list[IndlaestSamtale] = []
    ferie: list[IndlaestFerie] = []
    indstillinger: list[IndlaestIndstilling] = []
    min_plan: Literal["kladde", "publiceret", "mangler"] | None = None


class MedlemFlyttet(HaendelseData):
    """The member moved to ``kommunekode`` on ``flyttedato`` (V8)."""

    kommunekode: Kommunekode
    flyttedato: Dato


class MedlemUdmeldt(HaendelseData):
    """The member leaves the a-kasse (V9); ``nyAkassekode`` when it goes to another one."""

    udmeldelsesdato: Dato
    ny_akassekode: Akassekode | None = None


class DagpengeretOptjent(HaendelseData):
    """A new right to benefits was earned on ``dato`` (V11)."""

    dato: Dato


class CprSkiftet(HaendelseData):
    """The person has a new CPR number (``cpr``): one citizen with the old number's from here on."""

    gammelt_cpr: Cpr

    @model_validator(mode="after")
    def _to_numre(self) -> CprSkiftet:
        if self.cpr == self.gammelt_cpr:
            raise afvis(
                "skema",
                "er det samme som cpr",
                "Angiv det nye nummer i cpr og det gamle i gammeltCpr.",
                felt="gammeltCpr",
            )
        return self


class BehovForTidligIndsats(HaendelseData):
    """The member needs an early effort (V6, V7): to the jobcentre with cause 44."""

    grundlag: Literal["profilafklaring", "samtale", "kontrolaktion"]
    vurderingsdato: Dato


class Uddannelsespaalaeg(HaendelseData):
    """The member belongs to the group for an education order (V5): to the jobcentre with cause 45."""

    vurderingsdato: Dato
    erhvervskompetencegivende_uddannelse: StrictBool
    forsoergerpligt_hjemmeboende_boern: StrictBool


class Fejloprettet(HaendelseData):
    """The member was marked in by mistake (V10): cause 38."""

    begrundelse: Tekst


class AarsagRettet(HaendelseData):
    """The cause of an ending was wrong (A2); ``udmeldelsesdato`` is needed for 43."""

    aarsagskode: Literal["38", "41", "42", "43", "44", "45", "46"]
    udmeldelsesdato: Dato | None = None

    @model_validator(mode="after")
    def _43_med_dato(self) -> AarsagRettet:
        if self.aarsagskode == "43" and self.udmeldelsesdato is None:
            raise afvis(
                "a2_udmeldelsesdato",
                "mangler, når årsagen rettes til 43",
                "Angiv udmeldelsesdato.",
                "A2",
                felt="udmeldelsesdato",
            )
        return self


class DagpengeUdbetalt(HaendelseData):
    """A payment of benefits for ``maaned``, in hours; ``timerSammenlagt`` is what counts (A1)."""

    maaned: Maaned
    timer: Timetal
    timer_sammenlagt: Timetal
    forsikringsgrad: Forsikringsgrad | None = None
