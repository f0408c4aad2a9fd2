"""Events that a-kasser publish, one model a type. Field names outside are camelCase; dates are Copenhagen dates."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, model_validator

from contracts.events.faelles import (
    Formaal,
    FormaalListe,
    Forsikringsgrad,
    HaendelseData,
    HaendelseId,
    Indplaceringstype,
    Periode,
    Samtaleform,
    Tilbagekaldt,
    Tilbudstype,
)
from contracts.felter import (
    Akassekode,
    Cpr,
    Dato,
    Kommunekode,
    Kontrakt,
    Kort,
    Maaned,
    Tekst,
    Tidspunkt,
    Timetal,
    afvis,
)

_NUL = Decimal(0)


class MedlemTilmeldt(HaendelseData):
    kommunekode: Kommunekode
    tilmeldingsdato: Dato


class MedlemIndplaceret(HaendelseData):
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
    timer_sammenlagt_ved_tilmelding: Annotated[Timetal, Field(ge=_NUL)] | None = None
    behov_for_tidlig_indsats: StrictBool = False
    startdato: Dato | None = None


class IndplaceringRettet(HaendelseData):
    indplaceringsdato: Dato | None = None
    tilmeldingsdato: Dato | None = None
    forsikringsgrad: Forsikringsgrad | None = None
    kommunekode: Kommunekode | None = None

    @model_validator(mode="after")
    def _mindst_en(self) -> IndplaceringRettet:
        if self.indplaceringsdato is self.tilmeldingsdato is self.forsikringsgrad is self.kommunekode is None:
            raise afvis(
                "mindst_en",
                "retter ingenting",
                "Angiv mindst én af indplaceringsdato, tilmeldingsdato, forsikringsgrad og kommunekode.",
            )
        return self


class IndlaestSamtale(Kontrakt):
    dato: Dato
    formaal: Formaal
    form: Samtaleform
    jobcenter_deltog: StrictBool | None = None


class IndlaestFerie(Kontrakt):
    ferie_id: UUID
    startdato: Dato
    slutdato: Dato


class IndlaestIndstilling(Kontrakt):
    indstilling_id: UUID
    tilbudstype: Tilbudstype


class MedlemIndlaest(MedlemIndplaceret):
    timer_sammenlagt: Annotated[Timetal, Field(ge=_NUL)]
    fravaer_identifier: UUID | None = None
    samtaler: list[IndlaestSamtale] = []
    ferie: list[IndlaestFerie] = []
    indstillinger: list[IndlaestIndstilling] = []
    min_plan: Literal["kladde", "publiceret", "mangler"] | None = None


class MedlemFlyttet(HaendelseData):
    kommunekode: Kommunekode
    flyttedato: Dato


class MedlemUdmeldt(HaendelseData):
    udmeldelsesdato: Dato
    ny_akassekode: Akassekode | None = None


class DagpengeretOptjent(HaendelseData):
    dato: Dato


class CprSkiftet(HaendelseData):
    gammelt_cpr: Cpr

    @model_validator(mode="after")
    def _to_numre(self) -> CprSkiftet:
        if self.cpr == self.gammelt_cpr:
            raise afvis("samme_cpr", "gammeltCpr er det samme som cpr", "Angiv det nye nummer i cpr og det gamle i gammeltCpr.")
        return self


class BehovForTidligIndsats(HaendelseData):
    grundlag: Literal["profilafklaring", "samtale", "kontrolaktion"]
    vurderingsdato: Dato


class Uddannelsespaalaeg(HaendelseData):
    vurderingsdato: Dato
    erhvervskompetencegivende_uddannelse: StrictBool
    forsoergerpligt_hjemmeboende_boern: StrictBool


class Fejloprettet(HaendelseData):
    begrundelse: Tekst


class AarsagRettet(HaendelseData):
    aarsagskode: Literal["38", "41", "42", "43", "44", "45", "46"]
    udmeldelsesdato: Dato | None = None

    @model_validator(mode="after")
    def _43_med_dato(self) -> AarsagRettet:
        if self.aarsagskode == "43" and self.udmeldelsesdato is None:
            raise afvis("udmeldelsesdato", "årsagskode 43 uden udmeldelsesdato", "Angiv udmeldelsesdato.", "A2")
        return self


class DagpengeUdbetalt(HaendelseData):
    maaned: Maaned
    timer: Annotated[Timetal, Field(ge=_NUL)]
    timer_sammenlagt: Annotated[Timetal, Field(ge=_NUL)]
    forsikringsgrad: Forsikringsgrad | None = None


class KortVarsel(Kontrakt):
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
            raise afvis("slut", "slut ligger før start", "Sæt slut til start eller senere.")
        if self.form == "digitalt" and not self.moedelink:
            raise afvis("moedelink", "en digital samtale uden mødelink", "Angiv moedelink.")
        return self


class SamtaleIndkaldt(PlanlagtSamtaleData):
    pass


class SamtaleBooket(PlanlagtSamtaleData):
    pass


class SamtaleAendret(PlanlagtSamtaleData):
    pass


class SamtaleAflyst(HaendelseData):
    samtale_id: UUID
    begrundelse: Tekst | None = None


class Deltager(Kontrakt):
    navn: Kort
    rolle: Kort
    form: Kort


class Sagsbehandler(Kontrakt):
    fornavn: Annotated[str, Field(min_length=1, max_length=50)]
    efternavn: Annotated[str, Field(min_length=1, max_length=40)]
    telefon: Annotated[str, Field(pattern=r"^\+?[0-9 ]{3,20}$")] | None = None


class SamtaleAfholdt(HaendelseData):
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
            raise afvis("cvGodkendt", "en cv-samtale uden cvGodkendt", "Angiv cvGodkendt (true eller false).", "S10")
        if "faelles" in self.formaal and self.jobcenter_deltog is None:
            raise afvis(
                "jobcenterDeltog", "en fælles jobsamtale uden jobcenterDeltog", "Angiv jobcenterDeltog (true eller false).", "S5"
            )
        return self


class SamtaleFritaget(HaendelseData):
    begrundelse: Tekst
    fra: Dato
    til: Dato | None = None


class BookingfristSat(HaendelseData):
    frist_id: Kort
    fristdato: Dato
    formaal: FormaalListe


class BookingfristOverskredet(HaendelseData):
    frist_id: Kort
    fristdato: Dato
    formaal: FormaalListe


class FerieAnmodet(Periode):
    ferie_id: UUID
    startdato: Dato
    slutdato: Dato
    anmodet_dato: Dato
    godkendt: StrictBool = True


class FerieAendret(FerieAnmodet):
    pass


class FerieAnnulleret(HaendelseData):
    ferie_id: UUID
    begrundelse: Tekst


class PligterFastholdes(BaseModel):
    aarsag: Literal["til_fordel_for_medlemmet", "misbrug_eller_spekulation"]
    begrundelse: Tekst

    model_config = Kontrakt.model_config


class MindreIntensivRegistreret(Periode):
    indsats_id: UUID
    grund: Literal["job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling"]
    startdato: Dato
    slutdato: Dato | None = None
    pligter_fastholdes: PligterFastholdes | None = None


class MindreIntensivOphoert(HaendelseData):
    indsats_id: UUID
    slutdato: Dato


class MinplanPubliceret(HaendelseData):
    plan_id: Kort
    kladde: StrictBool
    jobmaal: list[Tekst]
    beskrivelse: Annotated[str, Field(min_length=1, max_length=4050)]


class AktivitetRegistreret(Periode):
    aktivitet_id: UUID
    aktivitetstype: Kort
    startdato: Dato
    slutdato: Dato
    timer_pr_uge: Annotated[Timetal, Field(ge=_NUL, le=Decimal(59))]
    pligt: StrictBool

    @model_validator(mode="after")
    def _egen_type(self) -> AktivitetRegistreret:
        egne = ("seks_ugers_jobrettet_uddannelse", "jobsoegningskursus", "vejledning", "netvaerk", "andet")
        if self.aktivitetstype not in egne:
            raise afvis(
                "aktivitetstype",
                "er ingen aktivitet, som a-kassen selv kan bevilge",
                f"Brug en af {', '.join(egne)}; tilbud bevilges af jobcentret efter en indstilling.",
                "T4",
            )
        return self


class CvKontrolleret(HaendelseData):
    godkendt: StrictBool
    kommentar: Annotated[str, Field(max_length=375)] | None = None


class IndstillingSendt(HaendelseData):
    indstilling_id: UUID
    tilbudstype: Tilbudstype
    begrundelse: Tekst
    oensket_start: Dato | None = None


class IndstillingTrukket(HaendelseData):
    indstilling_id: UUID
    tilbudstype: Tilbudstype
    begrundelse: Tekst
    oensket_start: Dato | None = None


class DeltagelseAnmodet(HaendelseData):
    samtale_id: UUID
    anmodet_af: Literal["akasse", "medlem"] | None = None
    medlem_fravaelger: StrictBool | None = None
    akasse_fravaelger: StrictBool | None = None
    personligt_fremmoede: StrictBool | None = None


class IndsatsforslagBesvaret(HaendelseData):
    forslag_id: UUID
    accepteret: StrictBool
    begrundelse: Tekst | None = None


class OpsigelsesindsatsTilbudt(HaendelseData):
    dato: Dato
    beskrivelse: Tekst | None = None


class VejledningGivet(HaendelseData):
    emner: Annotated[list[Kort], Field(min_length=1)]
    dato: Dato


HAENDELSESTYPER: dict[str, type[HaendelseData]] = {
    "akasse.medlem.tilmeldt.v1": MedlemTilmeldt,
    "akasse.medlem.indplaceret.v1": MedlemIndplaceret,
    "akasse.medlem.indplacering-rettet.v1": IndplaceringRettet,
    "akasse.medlem.indlaest.v1": MedlemIndlaest,
    "akasse.medlem.flyttet.v1": MedlemFlyttet,
    "akasse.medlem.udmeldt.v1": MedlemUdmeldt,
    "akasse.medlem.dagpengeret-optjent.v1": DagpengeretOptjent,
    "akasse.medlem.cpr-skiftet.v1": CprSkiftet,
    "akasse.visitation.behov-for-tidlig-indsats.v1": BehovForTidligIndsats,
    "akasse.visitation.uddannelsespaalaeg.v1": Uddannelsespaalaeg,
    "akasse.visitation.fejloprettet.v1": Fejloprettet,
    "akasse.visitation.aarsag-rettet.v1": AarsagRettet,
    "akasse.dagpenge.udbetalt.v1": DagpengeUdbetalt,
    "akasse.samtale.indkaldt.v1": SamtaleIndkaldt,
    "akasse.samtale.booket.v1": SamtaleBooket,
    "akasse.samtale.aendret.v1": SamtaleAendret,
    "akasse.samtale.aflyst.v1": SamtaleAflyst,
    "akasse.samtale.afholdt.v1": SamtaleAfholdt,
    "akasse.samtale.fritaget.v1": SamtaleFritaget,
    "akasse.bookingfrist.sat.v1": BookingfristSat,
    "akasse.bookingfrist.overskredet.v1": BookingfristOverskredet,
    "akasse.ferie.anmodet.v1": FerieAnmodet,
    "akasse.ferie.aendret.v1": FerieAendret,
    "akasse.ferie.annulleret.v1": FerieAnnulleret,
    "akasse.mindre-intensiv-indsats.registreret.v1": MindreIntensivRegistreret,
    "akasse.mindre-intensiv-indsats.ophoert.v1": MindreIntensivOphoert,
    "akasse.minplan.publiceret.v1": MinplanPubliceret,
    "akasse.aktivitet.registreret.v1": AktivitetRegistreret,
    "akasse.cv.kontrolleret.v1": CvKontrolleret,
    "akasse.indstilling.sendt.v1": IndstillingSendt,
    "akasse.indstilling.trukket.v1": IndstillingTrukket,
    "akasse.deltagelse.anmodet.v1": DeltagelseAnmodet,
    "akasse.indsatsforslag.besvaret.v1": IndsatsforslagBesvaret,
    "akasse.opsigelsesindsats.tilbudt.v1": OpsigelsesindsatsTilbudt,
    "akasse.vejledning.givet.v1": VejledningGivet,
    "akasse.haendelse.tilbagekaldt.v1": Tilbagekaldt,
}

__all__ = ["HAENDELSESTYPER", "HaendelseId"]
