"""Events that a-kasser publish about talks and the deadlines for booking them, one model a type."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from contracts.events.faelles import FormaalEtEllerTo, FormaalListe, HaendelseData, Samtaleform
from contracts.felter import Dato, Kontrakt, Kort, Tekst, Tidspunkt, afvis


class KortVarsel(Kontrakt):
    """Why a talk is summoned at short notice (S7)."""

    begrundelse: Tekst


class PlanlagtSamtaleData(HaendelseData):
    """A summons or a booking of the a-kasse's own talk."""

    samtale_id: UUID
    formaal: FormaalListe
    start: Tidspunkt
    slut: Tidspunkt
    form: Samtaleform
    moedelink: Annotated[str, Field(max_length=2000)] | None = None
    adresse: Tekst | None = None
    kort_varsel: KortVarsel | None = None
    frist_id: Kort | None = None

    @model_validator(mode="after")
    def _hel(self) -> PlanlagtSamtaleData:
        if self.slut < self.start:
            raise afvis("skema", "ligger før start", "Sæt slut til start eller senere.", felt="slut")
        if self.form == "digitalt" and not self.moedelink:
            raise afvis("skema", "mangler i en digital samtale", "Angiv moedelink.", felt="moedelink")
        return self


class SamtaleIndkaldt(PlanlagtSamtaleData):
    """The a-kasse summons the member to a talk (S7)."""


class SamtaleBooket(PlanlagtSamtaleData):
    """The member booked a talk (S7)."""


class SamtaleAendret(PlanlagtSamtaleData):
    """A summoned or booked talk is moved or changed; carries the whole talk."""


class SamtaleAflyst(HaendelseData):
    """A summoned or booked talk is cancelled."""

    samtale_id: UUID
    begrundelse: Tekst | None = None


class Deltager(Kontrakt):
    """A participant of a held talk besides member and caseworker (S10)."""

    navn: Kort
    rolle: Kort
    form: Kort


class Sagsbehandler(Kontrakt):
    """The caseworker who held the talk; lengths as in DFDG."""

    fornavn: Annotated[str, Field(min_length=1, max_length=50)]
    efternavn: Annotated[str, Field(min_length=1, max_length=40)]
    telefon: Annotated[str, Field(pattern=r"^\+?[0-9 ]{3,20}$")] | None = None


class SamtaleAfholdt(HaendelseData):
    """A held talk (S2-S5, S9-S11). ``indkaldelseId`` is the ``samtaleId`` of its summons."""

    samtale_id: UUID
    indkaldelse_id: UUID | None = None
    formaal: FormaalListe
    tidspunkt: Tidspunkt
    form: Samtaleform
    i_tilbud: StrictBool = False
    jobcenter_deltog: StrictBool | None = None
    jobcenter_form: Kort | None = None
    cv_godkendt: StrictBool | None = None
    aftaler: Tekst | None = None
    raadighedsvurdering: Tekst | None = None
    deltagere: list[Deltager] = []
    sagsbehandler: Sagsbehandler

    @model_validator(mode="after")
    def _fuldstaendig(self) -> SamtaleAfholdt:
        if "cv" in self.formaal and self.cv_godkendt is None:
            raise afvis(
                "s10_cv_godkendt",
                "mangler i en cv-samtale",
                "Angiv cvGodkendt (true eller false).",
                "S10",
                felt="cvGodkendt",
            )
        if "faelles" in self.formaal and self.jobcenter_deltog is None:
            raise afvis(
                "s5_jobcenter_deltog",
                "mangler i en fælles jobsamtale",
                "Angiv jobcenterDeltog (true eller false).",
                "S5",
                felt="jobcenterDeltog",
            )
        return self


class SamtaleFritaget(HaendelseData):
    """The member is exempted from talks (R5)."""

    begrundelse: Tekst
    fra: Dato
    til: Dato | None = None


class BookingfristSat(HaendelseData):
    """A deadline for booking a talk oneself (S7, S8); the a-kasse's own, never on Jobnet."""

    frist_id: Kort
    fristdato: Dato
    formaal: FormaalEtEllerTo


class BookingfristOverskredet(BookingfristSat):
    """The deadline was missed (S8)."""
