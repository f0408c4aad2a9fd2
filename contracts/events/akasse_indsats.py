"""Events that a-kasser publish about holiday, less intensive efforts, plan, offers and guidance, one model a type."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from contracts.events.faelles import TILBUDSTYPER, HaendelseData, Periode, Tilbudstype
from contracts.felter import Dato, Kontrakt, Kort, Tekst, Timetal, afvis, hoejst


class FerieAnmodet(Periode):
    """The member asks for holiday on ``anmodetDato``; ``godkendt``: the a-kasse approves (F1)."""

    ferie_id: UUID
    startdato: Dato
    slutdato: Dato
    anmodet_dato: Dato
    godkendt: StrictBool = True


class FerieAendret(FerieAnmodet):
    """A changed holiday; carries the whole holiday (F3)."""


class FerieAnnulleret(HaendelseData):
    """A holiday that will not be (F3)."""

    ferie_id: UUID
    begrundelse: Tekst


class PligterFastholdes(Kontrakt):
    """The duties are kept in spite of a ground for exemption (M2)."""

    aarsag: Literal["til_fordel_for_medlemmet", "misbrug_eller_spekulation"]
    begrundelse: Tekst


class MindreIntensivRegistreret(Periode):
    """A less intensive effort (M1); ``pligterFastholdes``: no exemption after all (M2)."""

    indsats_id: UUID
    grund: Literal["job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling"]
    startdato: Dato
    slutdato: Dato | None = None
    pligter_fastholdes: PligterFastholdes | None = None


class MindreIntensivOphoert(HaendelseData):
    """The less intensive effort ends on ``slutdato``."""

    indsats_id: UUID
    slutdato: Dato


class MinplanPubliceret(HaendelseData):
    """Min Plan was published, or a draft of it shared (P1, O6)."""

    plan_id: Kort
    kladde: StrictBool
    jobmaal: list[Tekst]
    beskrivelse: Annotated[str, Field(min_length=1, max_length=4050)]


def _ikke_et_tilbud(v: Any) -> Any:
    if v in TILBUDSTYPER:
        raise afvis(
            "t4_ikke_a_kassens",
            "er et tilbud, som kun jobcentret bevilger",
            "Indstil medlemmet til tilbuddet (akasse.indstilling.sendt.v1), eller brug en af a-kassens egne aktiviteter.",
            "T4",
        )
    return v


class AktivitetRegistreret(Periode):
    """An activity of Min Plan (P1). The a-kasse itself grants only six weeks' job-directed education (T4)."""

    aktivitet_id: UUID
    aktivitetstype: Annotated[
        Literal["seks_ugers_jobrettet_uddannelse", "jobsoegningskursus", "vejledning", "netvaerk", "andet"],
        BeforeValidator(_ikke_et_tilbud),
    ]
    startdato: Dato
    slutdato: Dato
    timer_pr_uge: Annotated[Timetal, hoejst(59)]
    pligt: StrictBool


class CvKontrolleret(HaendelseData):
    """The a-kasse checked the member's CV on Jobnet (P2)."""

    godkendt: StrictBool
    kommentar: Annotated[str, Field(max_length=375)] | None = None


class IndstillingSendt(HaendelseData):
    """The a-kasse recommends an offer that the jobcentre grants (T1)."""

    indstilling_id: UUID
    tilbudstype: Tilbudstype
    begrundelse: Tekst
    oensket_start: Dato | None = None


class IndstillingTrukket(IndstillingSendt):
    """The recommendation is withdrawn."""


class DeltagelseAnmodet(HaendelseData):
    """A wish that the jobcentre attends a talk, or does not (S6)."""

    samtale_id: UUID
    anmodet_af: Literal["akasse", "medlem"] | None = None
    medlem_fravaelger: StrictBool | None = None
    akasse_fravaelger: StrictBool | None = None
    personligt_fremmoede: StrictBool | None = None


class IndsatsforslagBesvaret(HaendelseData):
    """The a-kasse's answer to an effort that the jobcentre suggested (J2)."""

    forslag_id: UUID
    accepteret: StrictBool
    begrundelse: Tekst | None = None


class OpsigelsesindsatsTilbudt(HaendelseData):
    """An effort offered in the notice period (P4): recorded, not sent."""

    dato: Dato
    beskrivelse: Tekst | None = None


class VejledningGivet(HaendelseData):
    """Guidance given on ``emner`` (P3): recorded, not sent."""

    emner: Annotated[list[Kort], Field(min_length=1)]
    dato: Dato
