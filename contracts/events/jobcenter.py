"""Events that jobcentres publish, one model a type."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import StrictBool

from contracts.events.faelles import HaendelseData, Samtaleform, Tilbagekaldt, Tilbudstype
from contracts.felter import Dato, Kort, Tekst, Tidspunkt


class JobordreKontakt(HaendelseData):
    """The jobcentre contacted the member about a job order (J1)."""

    jobordre_id: UUID | None = None
    indstilling_id: UUID | None = None
    kontaktform: Kort
    tidspunkt: Tidspunkt
    stillingsbetegnelse: Tekst
    bemaerkning: Tekst | None = None


class TilbudAfgjort(HaendelseData):
    """The jobcentre granted or refused an offer (T2); ``indstillingId``: the recommendation it answers."""

    tilbud_id: UUID
    indstilling_id: UUID | None = None
    afgoerelse: Literal["bevilget", "afslag"]
    tilbudstype: Tilbudstype
    startdato: Dato | None = None
    slutdato: Dato | None = None
    begrundelse: Tekst | None = None
    begrundet_over_for_medlem: StrictBool | None = None


class IndsatsForeslaaet(HaendelseData):
    """The jobcentre suggests an effort; the a-kasse decides (J2)."""

    forslag_id: UUID
    tilbudstype: Tilbudstype
    beskrivelse: Tekst


class DeltagelseBesluttet(HaendelseData):
    """Whether the jobcentre attends a talk (S6)."""

    samtale_id: UUID
    deltager: StrictBool
    form: Samtaleform | None = None


class JobcenterSamtaleAnnulleret(HaendelseData):
    """A booked talk at the jobcentre was cancelled (V4)."""

    samtale_id: UUID | None = None
    begrundelse: Tekst


class JobcenterSamtaleIndkaldt(HaendelseData):
    """The jobcentre summons the member, or moves a summons (J4)."""

    samtale_id: UUID
    start: Tidspunkt
    form: Samtaleform
    foerste_samtale: StrictBool | None = None
    borger_oensker_akasse: StrictBool | None = None


class OverdragelseModtaget(HaendelseData):
    """The jobcentre has the handover (O1)."""

    overdragelse_id: UUID


class OverdragelseAfvist(HaendelseData):
    """The jobcentre refuses the handover."""

    overdragelse_id: UUID
    grund: Literal["ikke_vores_borger", "andet"]
    begrundelse: Tekst


HAENDELSESTYPER: dict[str, type[HaendelseData]] = {
    "jobcenter.jobordre.kontakt.v1": JobordreKontakt,
    "jobcenter.tilbud.afgjort.v1": TilbudAfgjort,
    "jobcenter.indsats.foreslaaet.v1": IndsatsForeslaaet,
    "jobcenter.deltagelse.besluttet.v1": DeltagelseBesluttet,
    "jobcenter.samtale.annulleret.v1": JobcenterSamtaleAnnulleret,
    "jobcenter.samtale.indkaldt.v1": JobcenterSamtaleIndkaldt,
    "jobcenter.samtale.aendret.v1": JobcenterSamtaleIndkaldt,
    "jobcenter.overdragelse.modtaget.v1": OverdragelseModtaget,
    "jobcenter.overdragelse.afvist.v1": OverdragelseAfvist,
    "jobcenter.haendelse.tilbagekaldt.v1": Tilbagekaldt,
}
