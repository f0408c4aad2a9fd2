"""What an a-kasse is told: what the jobcentre publishes about its members, and deadlines before they break."""

from __future__ import annotations

from typing import Literal

from contracts.events.jobcenter import (
    DeltagelseBesluttet,
    IndsatsForeslaaet,
    JobcenterSamtaleAnnulleret,
    JobcenterSamtaleIndkaldt,
    JobordreKontakt,
    OverdragelseAfvist,
    OverdragelseModtaget,
    TilbudAfgjort,
)
from contracts.felter import Dato, Kommunekode
from contracts.messages.faelles import Beskeddata, OmBorger


class FraJobcenter(OmBorger):
    """Passed on from the jobcentre of ``kommunekode``."""

    kommunekode: Kommunekode


class MedRegelbrud(FraJobcenter):
    """Passed on although it may break a rule (``regelbrudRegel``: J1, J4, S6, T2)."""

    regelbrud: bool
    regelbrud_regel: str | None = None


class JobordrekontaktBesked(JobordreKontakt, MedRegelbrud):
    """The jobcentre contacted the member (J1)."""


class DeltagelseBesluttetBesked(DeltagelseBesluttet, MedRegelbrud):
    """Whether the jobcentre attends a talk (S6)."""


class JobcentersamtaleBesked(JobcenterSamtaleIndkaldt, MedRegelbrud):
    """The jobcentre summoned the member (J4)."""


class TilbudsafgoerelseBesked(TilbudAfgjort, MedRegelbrud):
    """The jobcentre's decision on an offer (T2)."""


class IndsatsforslagBesked(IndsatsForeslaaet, FraJobcenter):
    """The jobcentre suggests an effort (J2)."""


class SamtaleAnnulleretBesked(JobcenterSamtaleAnnulleret, FraJobcenter):
    """The jobcentre cancelled a talk (V4)."""


class OverdragelseModtagetBesked(OverdragelseModtaget, FraJobcenter):
    """The jobcentre has the handover."""


class OverdragelseAfvistBesked(OverdragelseAfvist, FraJobcenter):
    """The jobcentre refuses the handover."""


class FristAdvarsel(OmBorger):
    """A deadline that will break unless something comes in before ``dato`` (D1)."""

    frist: Literal[
        "indplacering",
        "cv_samtale",
        "foerste_jobsamtale",
        "samtaler_mangler",
        "timer",
        "minplan",
        "vejledning",
        "indstilling",
        "overdragelse_ubekraeftet",
    ]
    dato: Dato
    entitets_id: str | None = None


TIL_AKASSE: dict[str, type[Beskeddata]] = {
    "gateway.jobordrekontakt.v1": JobordrekontaktBesked,
    "gateway.deltagelse-besluttet.v1": DeltagelseBesluttetBesked,
    "gateway.jobcentersamtale.v1": JobcentersamtaleBesked,
    "gateway.tilbudsafgoerelse.v1": TilbudsafgoerelseBesked,
    "gateway.indsatsforslag.v1": IndsatsforslagBesked,
    "gateway.samtale-annulleret.v1": SamtaleAnnulleretBesked,
    "gateway.overdragelse-modtaget.v1": OverdragelseModtagetBesked,
    "gateway.overdragelse-afvist.v1": OverdragelseAfvistBesked,
    "gateway.frist-advarsel.v1": FristAdvarsel,
}
