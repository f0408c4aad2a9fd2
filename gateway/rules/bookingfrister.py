"""Booking deadlines of the a-kasse's own (S7), and the missed one that de-registers the member (S8).

Source: the guidance (VEJL §4(3), §4(6)): the a-kasse sets its own deadline for booking a jobsamtale or a rådighedssamtale,
never on Jobnet, so DFDG is told nothing of it; a member who lets it pass is de-registered from the day after. DFDG takes
a de-registration from today to 30 days ahead (error 4322).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from contracts.events import akasse as e
from gateway.errors import Regelfejl
from gateway.rules import grene, kodebrug, trae
from gateway.rules.aendringer import Afmeldt, FristSat, Medlemskrav
from gateway.rules.fritagelse import fritaget_fra
from gateway.rules.mindre_intensiv import fritaget
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status, Virkning
from gateway.rules.overdragelse import TAELLER
from gateway.rules.regel import Regel
from gateway.rules.registreringer import Afmeld, Registrering
from gateway.rules.samtaler import foer_afgoerelsen, forloeb_paa, holdes_i
from gateway.rules.tilstand import Borger, Frist, PlanlagtSamtale

#: M1: no summons and no deadline for these while the duties are lifted.
FRITAGES = frozenset({"cv", "jobsamtale", "faelles"})
#: S7: these are summoned, so the member has nothing to book by a deadline.
UDEN_FRIST = frozenset({"cv", "faelles"})
#: DFDG takes a de-registration from today to 30 days ahead (its refusal 4322; 60 in mindre intensiv indsats, in which no deadline runs).
AFMELDING_HOEJST = timedelta(days=30)
AARSAGSRAEKKE = ("afmeldingsaarsag", "frist_overskredet")
AARSAGSNAVN = ".".join(AARSAGSRAEKKE)


def fritaget_afvist(tilstand: Borger, formaal: Iterable[str], dag: date, felt: str) -> Afgoerelse | None:
    """M1 (VEJL §7): the refusal of a summons or a deadline on a day on which the member need not attend; else None."""
    if not FRITAGES & set(formaal) or not fritaget(tilstand, dag):
        return None
    tekst = "Medlemmet er fritaget ved mindre intensiv indsats; der indkaldes ikke og sættes ingen frist."
    return Afgoerelse(
        Status.AFVIST, tekst, regel="M1", fejl=Fejl("m1_fritaget", tekst, felt, "Vælg en dag efter fritagelsen.")
    )


def afgoer_frist_sat(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """S7, M1: a deadline of the a-kasse's own, kept as state.

    Refused: for a fælles or a cv-samtale, which are summoned (S7); on a day on which the member is exempt (M1); for a
    jobsamtale by a day that is not in the course (S9 by analogy: the a-kasse holds none then). Told again: the same is
    without effect, another day or purpose takes the old one's place, until it has led to a de-registration.
    """
    d: e.BookingfristSat = haendelse.data
    for afvist in (
        fritaget_afvist(tilstand, d.formaal, d.fristdato, "fristdato"),
        _uden_frist(d.formaal),
        _uden_for_forloebet(tilstand, haendelse.part.kode, d),
    ):
        if afvist is not None:
            return afvist
    frist = Frist(d.frist_id, haendelse.part.kode, d.fristdato, tuple(d.formaal))
    frist = replace(frist, opfyldt=any(opfylder(p, frist) for p in tilstand.planlagte))
    kendt = _kendt(tilstand, haendelse, d.frist_id)
    if kendt is not None and kendt.overskredet:
        tekst = "Bookingfristen har medført afmelding og kan ikke sættes igen; brug et nyt fristId."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="S8")
    if kendt == frist:
        return Afgoerelse(Status.UDEN_VIRKNING, "Bookingfristen er sat før.", regel="S7")
    aendringer = (Medlemskrav(haendelse.part.kode), FristSat(frist))
    return Afgoerelse(Status.NOTERET, "Bookingfristen er noteret.", regel="S7", aendringer=aendringer)


def _uden_frist(formaal: Iterable[str]) -> Afgoerelse | None:
    if not UDEN_FRIST & set(formaal):
        return None
    tekst = "Til en cv-samtale eller en fælles jobsamtale indkaldes medlemmet; der sættes ingen bookingfrist."
    fejl = Fejl("s7_frist", tekst, "formaal", "Send akasse.samtale.indkaldt.v1, eller sæt fristen for andre formål.")
    return Afgoerelse(Status.AFVIST, tekst, regel="S7", fejl=fejl)


def _uden_for_forloebet(tilstand: Borger, akassekode: str, d: e.BookingfristSat) -> Afgoerelse | None:
    """Fine outside the course: a rådighedssamtale (S9), and a jobsamtale while nobody has decided about the member."""
    if not TAELLER & set(d.formaal) or holdes_i(forloeb_paa(tilstand, d.fristdato), akassekode):
        return None
    if foer_afgoerelsen(tilstand, d.fristdato):
        return None
    tekst = "Fristen ligger uden for forløbet hos a-kassen, hvor der ingen jobsamtaler holdes."
    fejl = Fejl("s9_frist_uden_for_forloebet", tekst, "fristdato", "Vælg en dag i forløbet, eller undlad fristen.")
    return Afgoerelse(Status.AFVIST, tekst, regel="S9", fejl=fejl)


def afgoer_frist_overskredet(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, idag: date) -> Afgoerelse:
    """S8 (VEJL §4(3)): de-registration with effect from the day after the deadline.

    Only if the deadline was set, is passed and not booked under, and the member is in and not exempt (M1); one that lapsed
    at a handover (S12) has no effect. DFDG takes today at the earliest: then today, flagged, with the lawful day beside
    (choice). The marking stays open. Raises ``Regelfejl`` when DFDG's cause code is unset (M3).
    """
    d: e.BookingfristOverskredet = haendelse.data
    frist = _kendt(tilstand, haendelse, d.frist_id)
    if frist is None:
        tekst = "Bookingfristen er ikke kendt for borgeren."
        fejl = Fejl("s8_ukendt_frist", tekst, "fristId", "Send akasse.bookingfrist.sat.v1 først.")
        return Afgoerelse(Status.AFVIST, tekst, regel="S8", fejl=fejl)
    grund = _ingen_virkning(tilstand, haendelse, frist)
    if grund is not None:
        return Afgoerelse(Status.UDEN_VIRKNING, f"Fristen medfører ingen afmelding: {grund}.", regel="S8")
    lovlig = frist.fristdato + timedelta(days=1)
    faktisk = max(lovlig, idag)
    aarsag = kodebrug.kode(o.koder, *AARSAGSRAEKKE, faktisk).kode
    if aarsag is None:
        raise Regelfejl(
            "kode_mangler",
            f"Koden {AARSAGSNAVN} er ikke offentlig og ikke sat i installationens kodeliste.",
            felt="fristId",
            loesning=f"Sæt {AARSAGSNAVN} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
        )
    return Afgoerelse(
        Status.REGISTRERET,
        f"Medlemmet er afmeldt fra {faktisk.isoformat()}; bookingfristen {frist.fristdato.isoformat()} er overskredet.",
        regel="S8",
        flag=("virkning_udsat",) if faktisk > lovlig else (),
        virkning=Virkning(lovlig, faktisk),
        registreringer=(
            Registrering(
                haendelse.part.kode,
                Afmeld(faktisk, aarsag),
                (FristSat(replace(frist, overskredet=True)), Afmeldt(faktisk)),
                haardeste_dato=idag + AFMELDING_HOEJST,
            ),
        ),
        dagsafhaengig=True,
    )


def _kendt(tilstand: Borger, haendelse: Haendelse, frist_id: str) -> Frist | None:
    """The a-kasse's own deadline of this id; another a-kasse's is not the publisher's to speak of."""
    egne = (f for f in tilstand.frister if f.akassekode == haendelse.part.kode)
    return next((f for f in egne if f.frist_id == frist_id), None)


def opfylder(planlagt: PlanlagtSamtale, frist: Frist) -> bool:
    """A booking that stands meets the deadline it names, or names none and serves the same purpose."""
    if not planlagt.booket or planlagt.aflyst or planlagt.akassekode != frist.akassekode:
        return False
    if planlagt.frist_id is not None:
        return planlagt.frist_id == frist.frist_id
    return not planlagt.afholdt and bool(set(planlagt.formaal) & set(frist.formaal))


def efter_planen(tilstand: Borger, kendt: PlanlagtSamtale | None, ny: PlanlagtSamtale) -> tuple[FristSat, ...]:
    """S8: what the talk as it stands from here on does to the deadlines: those it meets, and those it met (``kendt``) and
    does no longer, which are open again unless another booking meets them."""
    andre = [p for p in tilstand.planlagte if p.samtale_id != ny.samtale_id]
    ud: list[FristSat] = []
    for f in tilstand.frister:
        if opfylder(ny, f):
            opfyldt = True
        elif kendt is not None and opfylder(kendt, f):
            opfyldt = any(opfylder(p, f) for p in andre)
        else:
            continue
        if opfyldt is not f.opfyldt:
            ud.append(FristSat(replace(f, opfyldt=opfyldt)))
    return tuple(ud)


def _ingen_virkning(tilstand: Borger, haendelse: Haendelse, frist: Frist) -> str | None:
    """The condition of S8 that is not met, in words; None when all are."""
    dag = haendelse.registreringsdato
    if dag <= frist.fristdato:
        return "den er ikke passeret"
    if frist.opfyldt:
        return "der er booket en samtale"
    if frist.overskredet:
        return "den har medført afmelding før"
    if frist.bortfaldet:
        return "den er bortfaldet ved overgangen til jobcentret"
    f = tilstand.inde_hos(haendelse.part.kode, dag)
    if f is None:
        return "medlemmet er ikke i forløbet"
    fristens = forloeb_paa(tilstand, frist.fristdato)
    if fristens is not None and fristens.forloeb_id != f.forloeb_id:
        return "den hørte til et forløb, der er slut"  # S12: it lapsed at that course's handover
    if fritaget(tilstand, frist.fristdato) or fritaget(tilstand, dag):
        return "medlemmet er fritaget"
    if fritaget_fra(tilstand, frist.formaal, frist.fristdato) or fritaget_fra(tilstand, frist.formaal, dag):
        return "medlemmet er fritaget for samtalerne"
    return None


KAPITEL = {
    "akasse.bookingfrist.sat.v1": afgoer_frist_sat,
    "akasse.bookingfrist.overskredet.v1": afgoer_frist_overskredet,
}


REGLER = (
    Regel(
        "S8",
        "Bookingfristen er overskredet",
        "Booker medlemmet ikke inden fristen, afmeldes medlemmet fra dagen efter den. Det kræver, at "
        "fristen er sat, passeret og ikke booket, og at medlemmet er i forløbet og ikke fritaget (M1). "
        "Mangler en betingelse, har hændelsen ingen virkning; er fristen ukendt, afvises den. Markeringen "
        "står åben.",
        kilde="VEJL §4(3)",
        kode=("afgoer_frist_overskredet",),
        valg="DFDG tager tidligst imod en afmelding fra i dag. Sendes den senere, er virkningen i dag, "
        "mærket virkning_udsat, og kvitteringen oplyser den lovlige dag.",
    ),
)


#: ``fritaget_afvist``.
M1_FRITAGET = trae.afvist(
    "M1", "m1_fritaget", "Medlemmet er fritaget ved mindre intensiv indsats; der indkaldes ikke og sættes ingen frist."
)

TRAEER = (
    trae.Trae(
        "bookingfrist-sat",
        "A-kassen sætter en bookingfrist",
        ("akasse.bookingfrist.sat.v1",),
        trae.foerst(
            trae.hvis("Er medlemmet fritaget den dag (M1)?", M1_FRITAGET),
            trae.hvis(
                "Er et formål cv eller fælles, som der indkaldes til?",
                trae.afvist(
                    "S7",
                    "s7_frist",
                    "Til en cv-samtale eller en fælles jobsamtale indkaldes medlemmet; der sættes ingen bookingfrist.",
                ),
            ),
            trae.hvis(
                "Gælder den en jobsamtale, og ligger dagen uden for forløbet?",
                trae.afvist(
                    "S9",
                    "s9_frist_uden_for_forloebet",
                    "Fristen ligger uden for forløbet hos a-kassen, hvor der ingen jobsamtaler holdes.",
                ),
            ),
            trae.hvis(
                "Har fristen ført til en afmelding?",
                trae.uden_virkning(
                    "S8", "Bookingfristen har medført afmelding og kan ikke sættes igen; brug et nyt fristId."
                ),
            ),
            trae.hvis("Er den sat sådan før?", trae.uden_virkning("S7", "Bookingfristen er sat før.")),
            ellers=trae.noteret("S7", "Bookingfristen er noteret."),
        ),
    ),
    trae.Trae(
        "bookingfrist-overskredet",
        "En bookingfrist er overskredet",
        ("akasse.bookingfrist.overskredet.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er fristen kendt?", trae.afvist("S8", "s8_ukendt_frist", "Bookingfristen er ikke kendt for borgeren.")
            ),
            *(
                trae.hvis(spoergsmaal, trae.uden_virkning("S8", f"Fristen medfører ingen afmelding: {grund}."))
                for spoergsmaal, grund in (
                    ("Er fristen endnu ikke passeret?", "den er ikke passeret"),
                    ("Er der booket?", "der er booket en samtale"),
                    ("Har den ført til en afmelding før?", "den har medført afmelding før"),
                    ("Er den bortfaldet (S12)?", "den er bortfaldet ved overgangen til jobcentret"),
                    ("Er medlemmet ude af forløbet?", "medlemmet er ikke i forløbet"),
                    ("Hørte fristen til et tidligere forløb?", "den hørte til et forløb, der er slut"),
                    ("Er medlemmet fritaget (M1)?", "medlemmet er fritaget"),
                    ("Er medlemmet fritaget for samtalerne (R5)?", "medlemmet er fritaget for samtalerne"),
                )
            ),
            trae.hvis_ikke("Er DFDG's årsagskode for afmeldingen sat (M3)?", grene.kode_mangler()),
            ellers=trae.registreret("S8", "Medlemmet er afmeldt fra …; bookingfristen … er overskredet."),
        ),
        flag=("virkning_udsat",),
    ),
)
