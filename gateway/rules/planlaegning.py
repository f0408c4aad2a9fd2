"""Summonses, bookings and booking deadlines of the a-kasse's own, and the missed deadline (S8).

Source: the guidance (VEJL §4(3), §4(6)). They are kept as state; a missed deadline de-registers the member.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from contracts.events import akasse as e
from gateway.errors import Regelfejl
from gateway.rules import indkaldelser
from gateway.rules.aendringer import Afmeldt, FristSat, Medlemskrav, SamtalePlanlagt
from gateway.rules.mindre_intensiv import fritaget
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Afmeld,
    Fejl,
    Haendelse,
    Regelopsaetning,
    Registrering,
    Status,
    Virkning,
)
from gateway.rules.samtaler import TAELLER
from gateway.rules.tilstand import Borger, Forloeb, Frist, PlanlagtSamtale

#: M1: no summons and no deadline for these while the duties are lifted.
_FRITAGES = frozenset({"cv", "jobsamtale", "faelles"})
#: DFDG takes a de-registration from today to 30 days ahead.
_AFMELDING_HOEJST = timedelta(days=30)
AARSAGSNAVN = "afmeldingsaarsag.frist_overskredet"


def _fritaget_afvist(tilstand: Borger, formaal: list[str], dag: date, felt: str) -> Afgoerelse | None:
    if not (_FRITAGES & set(formaal)) or not fritaget(tilstand, dag):
        return None
    tekst = "Medlemmet er fritaget ved mindre intensiv indsats; der indkaldes ikke og sættes ingen frist."
    return Afgoerelse(
        Status.AFVIST, tekst, regel="M1", fejl=Fejl("m1_fritaget", tekst, felt, "Vælg en dag efter fritagelsen.")
    )


def _planlagt(haendelse: Haendelse, booket: bool) -> PlanlagtSamtale:
    d: e.SamtaleIndkaldt = haendelse.data
    return PlanlagtSamtale(
        d.samtale_id, haendelse.part.kode, tuple(d.formaal), d.start, d.slut, d.form, booket, d.frist_id
    )


def afgoer_indkaldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A summons, kept; refused to a talk that the member is exempt from on its day (M1)."""
    d: e.SamtaleIndkaldt = haendelse.data
    afvist = _fritaget_afvist(tilstand, list(d.formaal), d.start.astimezone(KOEBENHAVN).date(), "start")
    if afvist is not None:
        return afvist
    aendringer = (Medlemskrav(haendelse.part.kode), SamtalePlanlagt(_planlagt(haendelse, booket=False)))
    return Afgoerelse(Status.NOTERET, "Indkaldelsen er noteret.", aendringer=aendringer)


def afgoer_booket(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A self-booking meets the deadline it names, or the ones for the same purpose."""
    planlagt = _planlagt(haendelse, booket=True)
    opfyldte = [FristSat(replace(f, opfyldt=True)) for f in tilstand.frister if _opfylder(planlagt, f)]
    aendringer = (Medlemskrav(haendelse.part.kode), SamtalePlanlagt(planlagt), *opfyldte)
    return Afgoerelse(Status.NOTERET, "Bookingen er noteret.", aendringer=aendringer)


def afgoer_aendret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A known talk as it stands from here on; who planned it, and the deadline it met, stay as they were."""
    d: e.SamtaleAendret = haendelse.data
    kendt = next((p for p in tilstand.planlagte if p.samtale_id == d.samtale_id), None)
    if kendt is None:
        return _ukendt_samtale()
    if not kendt.booket:
        afvist = _fritaget_afvist(tilstand, list(d.formaal), d.start.astimezone(KOEBENHAVN).date(), "start")
        if afvist is not None:
            return afvist
    ny = _planlagt(haendelse, booket=kendt.booket)
    ny = replace(ny, frist_id=ny.frist_id or kendt.frist_id, aflyst=kendt.aflyst, afholdt=kendt.afholdt)
    return Afgoerelse(Status.NOTERET, "Ændringen er noteret.", aendringer=(SamtalePlanlagt(ny),))


def afgoer_aflyst(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A cancelled talk; a deadline that its booking had met is open again."""
    d: e.SamtaleAflyst = haendelse.data
    kendt = next((p for p in tilstand.planlagte if p.samtale_id == d.samtale_id), None)
    if kendt is None:
        return _ukendt_samtale()
    andre = [p for p in tilstand.planlagte if p.samtale_id != kendt.samtale_id]
    genaabnede = [
        FristSat(replace(f, opfyldt=False))
        for f in tilstand.frister
        if f.opfyldt and _opfylder(kendt, f) and not any(_opfylder(p, f) for p in andre)
    ]
    aendringer = (SamtalePlanlagt(replace(kendt, aflyst=True)), *genaabnede)
    return Afgoerelse(Status.NOTERET, "Aflysningen er noteret.", aendringer=aendringer)


def _ukendt_samtale() -> Afgoerelse:
    tekst = "Samtalen er ikke kendt for borgeren."
    fejl = Fejl("s10_ukendt_samtale", tekst, "samtaleId", "Angiv samtaleId fra en tidligere indkaldelse eller booking.")
    return Afgoerelse(Status.AFVIST, tekst, regel="S10", fejl=fejl)


def afgoer_frist_sat(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A deadline of the a-kasse's own, kept; refused on a day on which the member is exempt (M1)."""
    d: e.BookingfristSat = haendelse.data
    afvist = _fritaget_afvist(tilstand, list(d.formaal), d.fristdato, "fristdato")
    if afvist is not None:
        return afvist
    frist = Frist(d.frist_id, haendelse.part.kode, d.fristdato, tuple(d.formaal))
    frist = replace(frist, opfyldt=any(_opfylder(p, frist) for p in tilstand.planlagte))
    aendringer = (Medlemskrav(haendelse.part.kode), FristSat(frist))
    return Afgoerelse(Status.NOTERET, "Bookingfristen er noteret.", aendringer=aendringer)


def afgoer_frist_overskredet(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, idag: date) -> Afgoerelse:
    """S8: de-registration from the day after the deadline; DFDG takes today at the earliest (choice: then today)."""
    d: e.BookingfristOverskredet = haendelse.data
    egne = (f for f in tilstand.frister if f.akassekode == haendelse.part.kode)
    frist = next((f for f in egne if f.frist_id == d.frist_id), None)
    if frist is None:
        tekst = "Bookingfristen er ikke kendt for borgeren."
        fejl = Fejl("s8_ukendt_frist", tekst, "fristId", "Send akasse.bookingfrist.sat.v1 først.")
        return Afgoerelse(Status.AFVIST, tekst, regel="S8", fejl=fejl)
    grund = _ingen_virkning(tilstand, haendelse, frist)
    if grund is not None:
        return Afgoerelse(Status.UDEN_VIRKNING, f"Fristen medfører ingen afmelding: {grund}.", regel="S8")
    aarsag = o.koder.get(AARSAGSNAVN)
    if not aarsag:
        raise Regelfejl(
            "kode_mangler",
            f"Koden {AARSAGSNAVN} er ikke offentlig og ikke sat i installationens kodeliste.",
            felt="fristId",
            loesning=f"Sæt {AARSAGSNAVN} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
        )
    lovlig = frist.fristdato + timedelta(days=1)
    faktisk = max(lovlig, idag)
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
                haardeste_dato=idag + _AFMELDING_HOEJST,
            ),
        ),
        dagsafhaengig=True,
    )


def _opfylder(planlagt: PlanlagtSamtale, frist: Frist) -> bool:
    """A booking that stands meets the deadline it names, or names none and serves the same purpose."""
    if not planlagt.booket or planlagt.aflyst or planlagt.akassekode != frist.akassekode:
        return False
    if planlagt.frist_id is not None:
        return planlagt.frist_id == frist.frist_id
    return not planlagt.afholdt and bool(set(planlagt.formaal) & set(frist.formaal))


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
        return "den er bortfaldet"
    if tilstand.inde_hos(haendelse.part.kode, dag) is None:
        return "medlemmet er ikke i forløbet"
    if fritaget(tilstand, frist.fristdato) or fritaget(tilstand, dag):
        return "medlemmet er fritaget"
    return None


def bortfald(tilstand: Borger, forloeb: Forloeb, slutdato: date) -> tuple[tuple[Registrering, ...], tuple[Any, ...]]:
    """S12: what lapses when ``forloeb`` ends on ``slutdato``: (registrations, facts).

    The registrations cancel at DFDG the a-kasse's planned jobsamtaler and fælles after the slutdato, one for each
    purpose; a talk that has another purpose too keeps that one (R7). The facts are true with the marking's receipt, and
    belong before the cancellations: those talks are off, and open deadlines that would take effect after the slutdato
    cause no de-registration. Called again with an earlier slutdato it gives only what lapses besides.

    Source: VEJL §14(3) by analogy (choice): the jobcenter holds the talks from the handover on.
    """
    registreringer: list[Registrering] = []
    fakta: list[Any] = []
    for p in tilstand.planlagte:
        egen = p.akassekode == forloeb.akassekode and not p.aflyst and not p.afholdt
        faldne = [f for f in p.formaal if f in TAELLER]
        if not egen or not faldne or indkaldelser.dato(p) <= slutdato:
            continue
        blivende = tuple(f for f in p.formaal if f not in TAELLER)
        efter = replace(p, formaal=blivende) if blivende else replace(p, aflyst=True)
        fakta.append(SamtalePlanlagt(efter))
        registreringer += indkaldelser.sletninger(p.akassekode, efter, faldne, efter)
    fakta += [
        FristSat(replace(f, bortfaldet=True))
        for f in tilstand.frister
        if f.akassekode == forloeb.akassekode and not f.overskredet and not f.bortfaldet and f.fristdato >= slutdato
    ]
    return tuple(registreringer), tuple(fakta)


KAPITEL = {
    "akasse.samtale.indkaldt.v1": afgoer_indkaldt,
    "akasse.samtale.booket.v1": afgoer_booket,
    "akasse.samtale.aendret.v1": afgoer_aendret,
    "akasse.samtale.aflyst.v1": afgoer_aflyst,
    "akasse.bookingfrist.sat.v1": afgoer_frist_sat,
    "akasse.bookingfrist.overskredet.v1": afgoer_frist_overskredet,
}
