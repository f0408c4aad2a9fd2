"""Every event type with the least data that the interface asks for and with all of it, and what must become of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

KOEBENHAVN = ZoneInfo("Europe/Copenhagen")
_RUM = UUID("9a1b0f6e-0000-4000-8000-000000000003")
SAGSBEHANDLER = {"fornavn": "Test", "efternavn": "Testesen"}


def uid(navn: str) -> str:
    """The same uuid for the same name."""
    return str(uuid5(_RUM, navn))


#: Planned talks lie ahead of the day of sending: DFDG takes none that is past.
I_DAG = datetime.now(KOEBENHAVN).date()


def om(dage: int, kl: int = 10) -> str:
    return datetime.combine(I_DAG + timedelta(days=dage), time(kl), KOEBENHAVN).isoformat()


@dataclass(frozen=True, slots=True)
class Trin:
    """One event: its short type (without ``akasse.`` and ``.v1``), its day and its data without ``cpr``. Data may be made
    from what the parties have been told (the handover's id)."""

    type: str
    dag: str
    data: dict[str, Any] | Callable[[dict[str, str]], dict[str, Any]]
    part: str = ""

    @property
    def fuld_type(self) -> str:
        return f"{self.type}.v1" if self.type.startswith("jobcenter.") else f"akasse.{self.type}.v1"

    @property
    def fra(self) -> str:
        return self.part or ("jobcenter.0101" if self.type.startswith("jobcenter.") else "akasse.01")


@dataclass(frozen=True, slots=True)
class Proeve:
    """``foer``: what has come before; ``trin``: the event that is tried. ``til``: type and receiver of each besked that it
    must lead to, besides handovers."""

    navn: str
    trin: Trin
    status: str
    foer: tuple[Trin, ...] = ()
    til: tuple[tuple[str, str], ...] = ()
    flag: tuple[str, ...] = ()
    regel: str | None = None
    dfdg: tuple[str, ...] = ()
    foedt: date | None = None
    pligter: frozenset[str] = field(default_factory=frozenset)


_IND = {
    "kommunekode": "0101",
    "tilmeldingsdato": "2022-01-03",
    "indplaceringsdato": "2022-01-03",
    "afgoerelsesdato": "2022-01-14",
    "indplaceringstype": "ny",
    "forsikringsgrad": "fuldtid",
    "erhvervskompetencegivendeUddannelse": True,
    "forsoergerpligtHjemmeboendeBoern": False,
}
IND = Trin("medlem.indplaceret", "2022-01-14", _IND)
IND_26 = Trin(
    "medlem.indplaceret", "2026-07-10",
    {**_IND, "tilmeldingsdato": "2026-07-03", "indplaceringsdato": "2026-07-03", "afgoerelsesdato": "2026-07-10"},
)  # fmt: skip
SLUT = Trin("dagpenge.udbetalt", "2022-03-30", {"maaned": "2022-03", "timer": "37", "timerSammenlagt": "410"})
OVERDRAGET = frozenset({"underret_medlem", "vejled_om_pligter"})
HOS_AKASSE = ("gateway.kontaktforloeb-hos-akasse.v1", "jobcenter.0101")
OPRET, RET, SLET = "CreateFravaerMedIdentifier", "UpdateFravaer", "DeleteFravaer"
TALE, INDKALD = "CreatePersonInterview", "CreateIndkaldelse"


def _plan(formaal: list[str], dage: int = 10, **mere: Any) -> dict[str, Any]:
    return {
        "samtaleId": uid("plan"), "formaal": formaal, "start": om(dage), "slut": om(dage, 11), "form": "personligt", **mere,
    }  # fmt: skip


def _tale(formaal: list[str], **mere: Any) -> dict[str, Any]:
    return {
        "samtaleId": uid("tale"), "formaal": formaal, "tidspunkt": "2022-02-01T10:00:00+01:00", "form": "personligt",
        "sagsbehandler": SAGSBEHANDLER, **mere,
    }  # fmt: skip


_FERIE = {"ferieId": uid("ferie"), "startdato": "2022-02-10", "slutdato": "2022-02-14", "anmodetDato": "2022-02-01"}
_INDSATS = {"indsatsId": uid("indsats"), "grund": "job", "startdato": "2022-02-01"}
_INDSTILLING = {
    "indstillingId": uid("indstilling"), "tilbudstype": "mentor", "begrundelse": "Medlemmet har brug for støtte.",
}  # fmt: skip
_AKTIVITET = {
    "aktivitetId": uid("aktivitet"), "aktivitetstype": "seks_ugers_jobrettet_uddannelse", "startdato": "2022-02-07",
    "slutdato": "2022-03-18", "timerPrUge": 37, "pligt": True,
}  # fmt: skip
_PLANEN = {"planId": "p-1", "kladde": True, "jobmaal": [], "beskrivelse": "Søger bredt."}
_FRIST = {"fristId": "f-1", "fristdato": "2022-02-10", "formaal": ["jobsamtale"]}
_FORSLAG = {"forslagId": uid("forslag"), "tilbudstype": "mentor", "beskrivelse": "En mentor."}
_TILBUD = {"tilbudId": uid("tilbud"), "afgoerelse": "bevilget", "tilbudstype": "mentor"}
_JCSAMTALE = {"samtaleId": uid("jcsamtale"), "start": "2022-02-20T10:00:00+01:00", "form": "personligt"}
_KONTAKT = {"kontaktform": "telefon", "tidspunkt": "2022-02-01T09:00:00+01:00", "stillingsbetegnelse": "Tømrer"}
FORSLAG = Trin("jobcenter.indsats.foreslaaet", "2022-02-01", _FORSLAG)


def _overdragelse(mere: dict[str, Any]) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda kendt: {"overdragelseId": kendt["overdragelseId"], **mere}


def _kald(*ider: str) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda kendt: {"haendelseId": kendt["foer"], "begrundelse": "Sendt ved en fejl."}


D = "2022-02-01"
PROEVER: tuple[Proeve, ...] = (
    # --- membership
    Proeve("tilmeldt", Trin("medlem.tilmeldt", D, {"kommunekode": "0101", "tilmeldingsdato": D}), "noteret", regel="V3"),
    Proeve("indplaceret mindst", IND, "registreret", til=(HOS_AKASSE,), dfdg=(OPRET,), regel="V1"),
    Proeve("indplaceret fuldt", Trin("medlem.indplaceret", "2022-01-20", {
        **_IND, "forsikringsgrad": "kombination", "indplaceringstype": "genindplaceret", "igangvaerendeForloeb": False,
        "ledigFoerSygdom": False, "timerSammenlagtVedTilmelding": "12.5", "behovForTidligIndsats": False,
        "startdato": "2022-01-05", "afgoerelsesdato": "2022-01-20"}),
        "registreret", til=(HOS_AKASSE,), dfdg=(OPRET,), flag=("frist_overskredet",)),
    Proeve("indplaceret med behov", Trin("medlem.indplaceret", "2022-01-14", {**_IND, "behovForTidligIndsats": True}),
        "registreret", dfdg=(OPRET,), regel="V6", pligter=OVERDRAGET | {"minplan_kladde"}),
    Proeve("indplaceret uden dækning", Trin("medlem.indplaceret", "2022-01-14", {**_IND, "kommunekode": "0999"}),
        "uden_virkning", regel="V16", flag=("regel_r1",)),
    Proeve("indplaceret igen i samme periode", Trin("medlem.indplaceret", "2022-04-14", _IND), "afvist", (IND, SLUT),
        regel="V12"),
    Proeve("indplacering-rettet mindst", Trin("medlem.indplacering-rettet", D, {"indplaceringsdato": "2022-01-05"}),
        "registreret", (IND,), dfdg=(RET,), regel="R2"),
    Proeve("indplacering-rettet fuldt", Trin("medlem.indplacering-rettet", D, {
        "indplaceringsdato": "2022-01-05", "tilmeldingsdato": "2022-01-04", "forsikringsgrad": "deltid",
        "kommunekode": "0101"}), "registreret", (IND,), dfdg=(RET,), regel="R2"),
    Proeve("indlaest mindst", Trin("medlem.indlaest", D, {**_IND, "timerSammenlagt": 0}), "noteret"),
    Proeve("indlaest fuldt", Trin("medlem.indlaest", D, {
        **_IND, "timerSammenlagt": "120.25", "timerSammenlagtVedTilmelding": 0, "startdato": "2022-01-03",
        "fravaerIdentifier": uid("fravaer"),
        "samtaler": [{"dato": "2022-01-20", "formaal": "cv", "form": "personligt"},
                     {"dato": "2022-01-25", "formaal": "faelles", "form": "video", "jobcenterDeltog": True}],
        "ferie": [{"ferieId": uid("ferie"), "startdato": "2022-02-10", "slutdato": "2022-02-14"}],
        "indstillinger": [{"indstillingId": uid("indstilling"), "tilbudstype": "mentor"}], "minPlan": "publiceret"}),
        "noteret"),
    Proeve("indlaest ikke først", Trin("medlem.indlaest", D, {**_IND, "timerSammenlagt": 0}), "afvist", (IND,)),
    Proeve("flyttet i dækning", Trin("medlem.flyttet", D, {"kommunekode": "0147", "flyttedato": D}), "videresendt", (IND,),
        til=(("gateway.kontaktforloeb-hos-akasse.v1", "jobcenter.0147"),
             ("gateway.kontaktforloeb-ophoert.v1", "jobcenter.0101")), regel="V8"),
    Proeve("udmeldt mindst", Trin("medlem.udmeldt", D, {"udmeldelsesdato": D}), "registreret", (IND,), dfdg=(RET,),
        regel="V9", pligter=OVERDRAGET),
    Proeve("udmeldt fuldt", Trin("medlem.udmeldt", D, {"udmeldelsesdato": D, "nyAkassekode": "02"}), "registreret", (IND,),
        dfdg=(RET,), regel="V9", pligter=OVERDRAGET),
    Proeve("dagpengeret optjent", Trin("medlem.dagpengeret-optjent", D, {"dato": D}), "registreret", (IND,), dfdg=(RET,),
        regel="V11", pligter=OVERDRAGET),
    # --- visitation
    Proeve("tidlig indsats", Trin("visitation.behov-for-tidlig-indsats", D, {"grundlag": "kontrolaktion",
        "vurderingsdato": D}), "registreret", (IND,), dfdg=(RET,), pligter=OVERDRAGET | {"minplan_publiceret"}),
    Proeve("uddannelsespålæg", Trin("visitation.uddannelsespaalaeg", "2022-01-15", {"vurderingsdato": "2022-01-15",
        "erhvervskompetencegivendeUddannelse": False, "forsoergerpligtHjemmeboendeBoern": False}), "registreret", (IND,),
        dfdg=(RET,), regel="V5", foedt=date(2000, 3, 1), pligter=OVERDRAGET | {"minplan_kladde"}),
    Proeve("uddannelsespålæg over 25", Trin("visitation.uddannelsespaalaeg", D, {"vurderingsdato": D,
        "erhvervskompetencegivendeUddannelse": False, "forsoergerpligtHjemmeboendeBoern": False}), "afvist", (IND,),
        regel="V5"),
    Proeve("fejloprettet", Trin("visitation.fejloprettet", D, {"begrundelse": "Forkert medlem."}), "registreret", (IND,),
        dfdg=(RET,), regel="V10", flag=("fejloprettet",), pligter=OVERDRAGET),
    Proeve("årsag rettet mindst", Trin("visitation.aarsag-rettet", "2022-03-31", {"aarsagskode": "44"}), "registreret",
        (IND, SLUT), dfdg=(RET,), regel="A2", pligter=OVERDRAGET | {"minplan_publiceret"}),
    Proeve("årsag rettet fuldt", Trin("visitation.aarsag-rettet", "2022-03-31", {"aarsagskode": "43",
        "udmeldelsesdato": "2022-02-28"}), "registreret", (IND, SLUT), dfdg=(RET,), regel="A2", pligter=OVERDRAGET),
    Proeve("årsag rettet på åben", Trin("visitation.aarsag-rettet", D, {"aarsagskode": "44"}), "afvist", (IND,), regel="A2"),
    # --- benefits
    Proeve("udbetalt mindst", Trin("dagpenge.udbetalt", D, {"maaned": "2022-01", "timer": 37, "timerSammenlagt": 37}),
        "noteret", (IND,), regel="A1"),
    Proeve("udbetalt fuldt", Trin("dagpenge.udbetalt", D, {"maaned": "2022-01", "timer": "37.50",
        "timerSammenlagt": 333, "forsikringsgrad": "deltid"}), "registreret", (IND,), dfdg=(RET,), regel="A1",
        pligter=OVERDRAGET),
    Proeve("udbetalt efter slutdato", Trin("dagpenge.udbetalt", "2022-04-30", {"maaned": "2022-04", "timer": 37,
        "timerSammenlagt": 450}), "uden_virkning", (IND, SLUT), regel="A3"),
    # --- talks
    Proeve("indkaldt mindst", Trin("samtale.indkaldt", D, _plan(["cv"])), "registreret", (IND,), dfdg=(INDKALD,), regel="S7"),
    Proeve("indkaldt fuldt", Trin("samtale.indkaldt", D, _plan(["cv", "jobsamtale"], form="digitalt",
        moedelink="https://moede.example/1", adresse="Vej 1, 1000 By", kortVarsel={"begrundelse": "Afbud."},
        fristId="f-9")), "registreret", (IND,), dfdg=(INDKALD, INDKALD)),
    Proeve("indkaldt til det selvbookede", Trin("samtale.indkaldt", D, _plan(["jobsamtale"])), "afvist", (IND,), regel="S7"),
    Proeve("booket mindst", Trin("samtale.booket", D, _plan(["raadighed"])), "registreret", (IND,), dfdg=(INDKALD,)),
    Proeve("booket fuldt", Trin("samtale.booket", D, _plan(["jobsamtale", "raadighed"], form="digitalt",
        moedelink="https://moede.example/1", adresse="Vej 1", fristId="f-1")), "registreret",
        (IND, Trin("bookingfrist.sat", D, _FRIST)), dfdg=(INDKALD, INDKALD)),
    Proeve("aendret", Trin("samtale.aendret", "2022-02-02", _plan(["cv"], 12)), "registreret",
        (IND, Trin("samtale.indkaldt", D, _plan(["cv"]))), dfdg=("UpdateIndkaldelse",)),
    Proeve("aendret ukendt", Trin("samtale.aendret", D, _plan(["cv"])), "afvist", (IND,), regel="S10"),
    Proeve("aflyst mindst", Trin("samtale.aflyst", "2022-02-02", {"samtaleId": uid("plan")}), "registreret",
        (IND, Trin("samtale.indkaldt", D, _plan(["cv"]))), dfdg=("DeleteIndkaldelse",)),
    Proeve("aflyst fuldt", Trin("samtale.aflyst", "2022-02-02", {"samtaleId": uid("plan"), "begrundelse": "Syg."}),
        "registreret", (IND, Trin("samtale.booket", D, _plan(["jobsamtale"]))), dfdg=("DeleteIndkaldelse",)),
    Proeve("afholdt mindst", Trin("samtale.afholdt", D, _tale(["raadighed"])), "registreret", (IND,), dfdg=(TALE,),
        regel="S9"),
    Proeve("afholdt fuldt", Trin("samtale.afholdt", D, _tale(["cv", "faelles"], iTilbud=True, jobcenterDeltog=True,
        jobcenterForm="video", cvGodkendt=True, aftaler="Fem job om ugen.", raadighedsvurdering="Til rådighed.",
        indkaldelseId=uid("plan"),
        deltagere=[{"navn": "Bi Sidder", "rolle": "bisidder", "form": "personligt"}],
        sagsbehandler={**SAGSBEHANDLER, "telefon": "+45 12 34 56 78"})), "registreret",
        (IND, Trin("samtale.indkaldt", "2022-01-20", _plan(["cv", "faelles"]))),
        dfdg=(TALE, TALE, "AddInterviewParticipant", "AddInterviewParticipant")),
    Proeve("afholdt uden for forløbet", Trin("samtale.afholdt", D, _tale(["jobsamtale"], tidspunkt="2022-04-05T10:00:00+02:00"))
        , "afvist", (IND, SLUT), regel="S9"),
    Proeve("afholdt i telefon", Trin("samtale.afholdt", D, _tale(["jobsamtale"], form="telefon")), "afvist", (IND,),
        regel="S4"),
    Proeve("afholdt ulovligt par", Trin("samtale.afholdt", D, _tale(["cv", "raadighed"], cvGodkendt=True)), "afvist", (IND,),
        regel="S2"),
    Proeve("afholdt ukendt indkaldelse", Trin("samtale.afholdt", D, _tale(["raadighed"], indkaldelseId=uid("x"))), "afvist",
        (IND,), regel="S10"),
    Proeve("fritaget mindst", Trin("samtale.fritaget", "2026-08-10", {"begrundelse": "Starter i job.", "fra": "2026-08-10"}),
        "noteret", (IND_26, Trin("samtale.afholdt", "2026-07-20", _tale(["jobsamtale"],
        tidspunkt="2026-07-20T10:00:00+02:00"))), regel="R5"),
    Proeve("fritaget fuldt", Trin("samtale.fritaget", "2026-08-10", {"begrundelse": "Starter i job.", "fra": "2026-08-10",
        "til": "2026-08-31"}), "noteret", (IND_26, Trin("samtale.afholdt", "2026-07-20", _tale(["jobsamtale"],
        tidspunkt="2026-07-20T10:00:00+02:00"))), regel="R5"),
    Proeve("frist sat", Trin("bookingfrist.sat", D, _FRIST), "noteret", (IND,)),
    Proeve("frist sat, ét formål som tekst", Trin("bookingfrist.sat", D, {**_FRIST, "formaal": "raadighed"}), "noteret",
        (IND,)),
    Proeve("frist overskredet", Trin("bookingfrist.overskredet", "2022-02-11", _FRIST), "registreret",
        (IND, Trin("bookingfrist.sat", D, _FRIST)), dfdg=("CancelUnemploymentEnrollment",), regel="S8",
        flag=("virkning_udsat",)),
    Proeve("frist ikke passeret", Trin("bookingfrist.overskredet", "2022-02-10", _FRIST), "uden_virkning",
        (IND, Trin("bookingfrist.sat", D, _FRIST)), regel="S8"),
    Proeve("frist ukendt", Trin("bookingfrist.overskredet", "2022-02-11", _FRIST), "afvist", (IND,), regel="S8"),
    # --- holiday and less intensive efforts
    Proeve("ferie mindst", Trin("ferie.anmodet", D, _FERIE), "registreret", (IND,), dfdg=(OPRET,), regel="F1"),
    Proeve("ferie fuldt, ikke godkendt", Trin("ferie.anmodet", D, {**_FERIE, "godkendt": False}), "noteret", (IND,),
        regel="F1"),
    Proeve("ferie med 14 dages varsel", Trin("ferie.anmodet", D, {**_FERIE, "startdato": "2022-02-15",
        "slutdato": "2022-02-18", "godkendt": True}), "noteret", (IND,), regel="F1"),
    Proeve("ferie efter slutdatoen", Trin("ferie.anmodet", "2022-04-02", {**_FERIE, "anmodetDato": "2022-04-02",
        "startdato": "2022-04-05", "slutdato": "2022-04-08"}), "afvist", (IND, SLUT), regel="F1"),
    Proeve("ferie ændret", Trin("ferie.aendret", "2022-02-02", {**_FERIE, "slutdato": "2022-02-16"}), "registreret",
        (IND, Trin("ferie.anmodet", D, _FERIE)), dfdg=(RET,), regel="F3"),
    Proeve("ferie annulleret", Trin("ferie.annulleret", "2022-02-02", {"ferieId": uid("ferie"), "begrundelse": "Syg."}),
        "registreret", (IND, Trin("ferie.anmodet", D, _FERIE)), dfdg=(SLET,), regel="F3"),
    Proeve("indsats mindst", Trin("mindre-intensiv-indsats.registreret", D, _INDSATS), "registreret", (IND,), dfdg=(OPRET,),
        regel="M1"),
    Proeve("indsats for lang", Trin("mindre-intensiv-indsats.registreret", D, {**_INDSATS, "slutdato": "2022-04-01"}),
        "registreret", (IND,), dfdg=(OPRET,), regel="M1", flag=("over_seks_uger",)),
    Proeve("indsats fuldt", Trin("mindre-intensiv-indsats.registreret", D, {**_INDSATS, "slutdato": "2022-02-28",
        "pligterFastholdes": {"aarsag": "til_fordel_for_medlemmet", "begrundelse": "Jobbet er usikkert."}}), "noteret",
        (IND,), regel="M2"),
    Proeve("indsats ophørt", Trin("mindre-intensiv-indsats.ophoert", "2022-02-10", {"indsatsId": uid("indsats"),
        "slutdato": "2022-02-10"}), "registreret", (IND, Trin("mindre-intensiv-indsats.registreret", D, _INDSATS)),
        dfdg=(RET,), regel="M1"),
    # --- plan, CV, activities, offers
    Proeve("minplan kladde", Trin("minplan.publiceret", D, _PLANEN), "registreret", (IND,), dfdg=("CreateDraftPlan",)),
    Proeve("minplan publiceret", Trin("minplan.publiceret", D, {**_PLANEN, "kladde": False, "jobmaal": ["Tømrer", "Murer"]}),
        "registreret", (IND, Trin("minplan.publiceret", "2022-01-20", _PLANEN)), dfdg=("ApproveJobGoals", "PublishPlan")),
    Proeve("aktivitet", Trin("aktivitet.registreret", D, _AKTIVITET), "registreret", (IND,), dfdg=("CreateActivity",)),
    Proeve("aktivitet frivillig", Trin("aktivitet.registreret", D, {**_AKTIVITET, "aktivitetstype": "netvaerk",
        "pligt": False, "timerPrUge": "2.5"}), "noteret", (IND,), regel="P1"),
    Proeve("aktivitet, et tilbud", Trin("aktivitet.registreret", D, {**_AKTIVITET, "aktivitetstype": "mentor"}), "afvist",
        (IND,), regel="T4"),
    Proeve("cv mindst", Trin("cv.kontrolleret", D, {"godkendt": True}), "registreret", (IND,), dfdg=("UpdateCVStatus",)),
    Proeve("cv fuldt", Trin("cv.kontrolleret", D, {"godkendt": False, "kommentar": "Mangler erfaring."}), "registreret",
        (IND,), dfdg=("UpdateCVStatus",)),
    Proeve("indstilling mindst", Trin("indstilling.sendt", D, _INDSTILLING), "videresendt", (IND,),
        til=(("gateway.indstilling.v1", "jobcenter.0101"),), regel="T1"),
    Proeve("indstilling fuldt", Trin("indstilling.sendt", D, {**_INDSTILLING, "oensketStart": "2022-03-01"}), "videresendt",
        (IND,), til=(("gateway.indstilling.v1", "jobcenter.0101"),), regel="T1"),
    Proeve("indstilling trukket", Trin("indstilling.trukket", "2022-02-02", _INDSTILLING), "videresendt",
        (IND, Trin("indstilling.sendt", D, _INDSTILLING)), til=(("gateway.indstilling-trukket.v1", "jobcenter.0101"),)),
    Proeve("deltagelse mindst", Trin("deltagelse.anmodet", D, {"samtaleId": uid("plan")}), "videresendt", (IND,),
        til=(("gateway.deltagelse-anmodet.v1", "jobcenter.0101"),), regel="S6"),
    Proeve("deltagelse fuldt", Trin("deltagelse.anmodet", D, {"samtaleId": uid("plan"), "anmodetAf": "medlem",
        "medlemFravaelger": False, "akasseFravaelger": False, "personligtFremmoede": True}), "videresendt", (IND,),
        til=(("gateway.deltagelse-anmodet.v1", "jobcenter.0101"),), regel="S6"),
    Proeve("forslag besvaret mindst", Trin("indsatsforslag.besvaret", "2022-02-02", {"forslagId": uid("forslag"),
        "accepteret": True}), "videresendt", (IND, FORSLAG),
        til=(("gateway.indsatsforslag-besvaret.v1", "jobcenter.0101"),), regel="J2"),
    Proeve("forslag besvaret fuldt", Trin("indsatsforslag.besvaret", "2022-02-02", {"forslagId": uid("forslag"),
        "accepteret": False, "begrundelse": "Ikke relevant."}), "videresendt", (IND, FORSLAG),
        til=(("gateway.indsatsforslag-besvaret.v1", "jobcenter.0101"),), regel="J2"),
    Proeve("opsigelsesindsats mindst", Trin("opsigelsesindsats.tilbudt", D, {"dato": D}), "noteret", regel="P4"),
    Proeve("opsigelsesindsats fuldt", Trin("opsigelsesindsats.tilbudt", D, {"dato": D, "beskrivelse": "Kursus."}), "noteret",
        regel="P4"),
    Proeve("vejledning", Trin("vejledning.givet", D, {"emner": ["forsoeg", "overgang", "konsekvenser", "jobcenterkontakt",
        "tilbud", "repatriering", "pligter_efter_overgang", "noget andet"], "dato": D}), "noteret", regel="P3"),
    Proeve("tilbagekaldt, en slutning", Trin("haendelse.tilbagekaldt", "2022-03-31", _kald()), "registreret", (IND, SLUT),
        dfdg=(RET,), til=(HOS_AKASSE,)),
    Proeve("tilbagekaldt, en samtale", Trin("haendelse.tilbagekaldt", "2022-02-02", _kald()), "noteret",
        (IND, Trin("samtale.afholdt", D, _tale(["raadighed"]))), pligter=frozenset({"ret_i_dfdg"})),
    # --- jobcentres
    Proeve("kontakt mindst", Trin("jobcenter.jobordre.kontakt", D, _KONTAKT), "videresendt", (IND,),
        til=(("gateway.jobordrekontakt.v1", "akasse.01"),), regel="J1"),
    Proeve("kontakt fuldt", Trin("jobcenter.jobordre.kontakt", D, {**_KONTAKT, "jobordreId": uid("jobordre"),
        "indstillingId": uid("indstilling"), "bemaerkning": "Ringes op igen."}), "videresendt", (IND,),
        til=(("gateway.jobordrekontakt.v1", "akasse.01"),), regel="J1"),
    Proeve("kontakt om en fremmed", Trin("jobcenter.jobordre.kontakt", D, _KONTAKT), "uden_virkning", regel="J1"),
    Proeve("kontakt fra en anden kommune", Trin("jobcenter.jobordre.kontakt", D, _KONTAKT, "jobcenter.0147"), "afvist",
        (IND,), regel="J3"),
    Proeve("tilbud mindst", Trin("jobcenter.tilbud.afgjort", D, _TILBUD), "videresendt", (IND,),
        til=(("gateway.tilbudsafgoerelse.v1", "akasse.01"),), regel="T2"),
    Proeve("tilbud fuldt", Trin("jobcenter.tilbud.afgjort", "2022-02-02", {**_TILBUD, "indstillingId": uid("indstilling"),
        "afgoerelse": "afslag", "startdato": "2022-03-01", "slutdato": "2022-04-01", "begrundelse": "Nej.",
        "begrundetOverForMedlem": True}), "videresendt", (IND, Trin("indstilling.sendt", D, _INDSTILLING)),
        til=(("gateway.tilbudsafgoerelse.v1", "akasse.01"),), regel="T2"),
    Proeve("tilbud, ukendt indstilling", Trin("jobcenter.tilbud.afgjort", D, {**_TILBUD, "indstillingId": uid("x")}),
        "videresendt", (IND,), til=(("gateway.tilbudsafgoerelse.v1", "akasse.01"),), flag=("ukendt_indstilling",)),
    Proeve("tilbud, ubegrundet afslag", Trin("jobcenter.tilbud.afgjort", "2026-08-01", {**_TILBUD, "afgoerelse": "afslag"}),
        "videresendt", (IND_26,), til=(("gateway.tilbudsafgoerelse.v1", "akasse.01"),), regel="T2",
        flag=("begrundelse_mangler",), pligter=frozenset({"begrund_over_for_akasse", "begrund_over_for_medlem"})),
    Proeve("forslag", FORSLAG, "videresendt", (IND,), til=(("gateway.indsatsforslag.v1", "akasse.01"),), regel="J2"),
    Proeve("beslutning mindst", Trin("jobcenter.deltagelse.besluttet", D, {"samtaleId": uid("plan"), "deltager": True}),
        "videresendt", (IND,), til=(("gateway.deltagelse-besluttet.v1", "akasse.01"),), regel="S6"),
    Proeve("beslutning fuldt", Trin("jobcenter.deltagelse.besluttet", D, {"samtaleId": uid("plan"), "deltager": True,
        "form": "personligt"}), "videresendt", (IND,), til=(("gateway.deltagelse-besluttet.v1", "akasse.01"),), regel="S6"),
    Proeve("jc annulleret mindst", Trin("jobcenter.samtale.annulleret", D, {"begrundelse": "Hos a-kassen."}), "videresendt",
        (IND,), til=(("gateway.samtale-annulleret.v1", "akasse.01"),), regel="V4"),
    Proeve("jc annulleret fuldt", Trin("jobcenter.samtale.annulleret", D, {"begrundelse": "Hos a-kassen.",
        "samtaleId": uid("jcsamtale")}), "videresendt", (IND,), til=(("gateway.samtale-annulleret.v1", "akasse.01"),)),
    Proeve("jc indkaldt mindst", Trin("jobcenter.samtale.indkaldt", D, _JCSAMTALE), "videresendt", (IND,),
        til=(("gateway.jobcentersamtale.v1", "akasse.01"),), regel="J4"),
    Proeve("jc indkaldt fuldt", Trin("jobcenter.samtale.indkaldt", D, {**_JCSAMTALE, "foersteSamtale": True,
        "borgerOenskerAkasse": True}), "videresendt", (IND,), til=(("gateway.jobcentersamtale.v1", "akasse.01"),)),
    Proeve("jc ændret", Trin("jobcenter.samtale.aendret", "2022-02-02", {**_JCSAMTALE,
        "start": "2022-02-21T10:00:00+01:00"}), "videresendt",
        (IND, Trin("jobcenter.samtale.indkaldt", D, _JCSAMTALE)), til=(("gateway.jobcentersamtale.v1", "akasse.01"),)),
    Proeve("overdragelse modtaget", Trin("jobcenter.overdragelse.modtaget", "2022-03-31", _overdragelse({})), "videresendt",
        (IND, SLUT), til=(("gateway.overdragelse-modtaget.v1", "akasse.01"),), regel="O1"),
    Proeve("overdragelse afvist", Trin("jobcenter.overdragelse.afvist", "2022-03-31", _overdragelse(
        {"grund": "ikke_vores_borger", "begrundelse": "Flyttet."})), "videresendt", (IND, SLUT),
        til=(("gateway.overdragelse-afvist.v1", "akasse.01"),), regel="O1"),
    Proeve("overdragelse ukendt", Trin("jobcenter.overdragelse.modtaget", "2022-03-31", {"overdragelseId": uid("x")}),
        "afvist", (IND, SLUT), regel="O1"),
    Proeve("jc tilbagekaldt", Trin("jobcenter.haendelse.tilbagekaldt", "2022-02-02", _kald()), "videresendt", (IND, FORSLAG),
        til=(("gateway.indsatsforslag.v1", "akasse.01"),)),
)  # fmt: skip
