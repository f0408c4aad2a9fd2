"""What a jobcentre is told: whose course it is, the handover, and what the a-kasse publishes for it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.events.akasse import DeltagelseAnmodet, IndsatsforslagBesvaret, IndstillingSendt, IndstillingTrukket
from contracts.events.faelles import Formaal, Forsikringsgrad, Samtaleform, Tilbudstype
from contracts.felter import Akassekode, Dato, Kontrakt, Timetal
from contracts.messages.faelles import Beskeddata, OmBorger, Regime


class KontaktforloebHosAkasse(OmBorger):
    """The course is with the a-kasse: the jobcentre cancels what it has booked (V4)."""

    forloeb_id: UUID
    akassekode: Akassekode
    startdato: Dato
    grund: Literal["ny", "genindplaceret", "tilflyttet", "genaabnet"]


class KontaktforloebOphoert(OmBorger):
    """To the old jobcentre when the member has moved inside the coverage (V8)."""

    forloeb_id: UUID
    grund: str
    dato: Dato


class AfholdtSamtale(Kontrakt):
    """A talk held in the a-kasse, one line a purpose; ``jobcenterDeltog`` only says something of ``faelles``."""

    dato: Dato
    formaal: Formaal
    form: Samtaleform
    jobcenter_deltog: bool | None = None


class Antal(Kontrakt):
    """Talks by kind."""

    jobsamtaler: int = Field(ge=0)
    faelles: int = Field(ge=0)


class Ferieperiode(Kontrakt):
    ferie_id: UUID
    startdato: Dato
    slutdato: Dato


class MindreIntensivPeriode(Kontrakt):
    grund: Literal["job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling"]
    startdato: Dato
    slutdato: Dato | None = None


class AabenIndstilling(Kontrakt):
    indstilling_id: UUID
    tilbudstype: Tilbudstype
    begrundelse: str


class Overdragelse(OmBorger):
    """The handover (O1-O4). The same ``overdragelseId`` with a higher ``udgave`` replaces the one before."""

    overdragelse_id: UUID
    udgave: int = Field(ge=1)
    forloeb_id: UUID
    akassekode: Akassekode
    regime: Regime
    aarsagskode: Literal["38", "41", "42", "43", "44", "45", "46"]
    aarsag: str
    startdato: Dato
    slutdato: Dato
    dfdg_har_annulleret: bool | None = None
    registrering: Literal["afventer", "registreret", "opdateret", "bortfaldet"]
    timer_sammenlagt: Timetal
    forsikringsgrad: Forsikringsgrad
    samtaler: list[AfholdtSamtale]
    afholdt: Antal
    resterer: Antal
    ferie: list[Ferieperiode]
    mindre_intensiv_indsats: MindreIntensivPeriode | None = None
    aabne_indstillinger: list[AabenIndstilling]
    min_plan: Literal["kladde", "publiceret", "mangler"]


class Indstilling(IndstillingSendt, OmBorger):
    """The a-kasse recommends an offer (T1)."""


class IndstillingTrukketBesked(IndstillingTrukket, OmBorger):
    """A recommendation is withdrawn."""


class DeltagelseAnmodetBesked(DeltagelseAnmodet, OmBorger):
    """The jobcentre is wished at a talk, or not (S6)."""


class IndsatsforslagBesvaretBesked(IndsatsforslagBesvaret, OmBorger):
    """The a-kasse's answer to a suggested effort (J2)."""


TIL_JOBCENTER: dict[str, type[Beskeddata]] = {
    "gateway.kontaktforloeb-hos-akasse.v1": KontaktforloebHosAkasse,
    "gateway.kontaktforloeb-ophoert.v1": KontaktforloebOphoert,
    "gateway.overdragelse.v1": Overdragelse,
    "gateway.indstilling.v1": Indstilling,
    "gateway.indstilling-trukket.v1": IndstillingTrukketBesked,
    "gateway.deltagelse-anmodet.v1": DeltagelseAnmodetBesked,
    "gateway.indsatsforslag-besvaret.v1": IndsatsforslagBesvaretBesked,
}
