"""Held talks (S2-S5, S9-S11, R8): which count, which pairs a day, in which form, and how they are registered.

Source: the guidance (VEJL §2(3), §4, §4(4), §10), OPSL, L24; DFDG's rules for held meetings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.events import akasse as e
from gateway.rules import valg
from gateway.rules.aendringer import Medlemskrav, SamtaleAfholdt, SamtalePlanlagt
from gateway.rules.model import KOEBENHAVN, Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.overdragelse import TAELLER, periodens_samtaler
from gateway.rules.regimer import PARAMETRE
from gateway.rules.registreringer import OpretSamtale, Registrering, Samtaledeltager, TilfoejDeltager
from gateway.rules.tilstand import Borger, Forloeb, Samtale

#: S2: the pairs of purposes on one day in the trial.
PAR_FORSOEG = frozenset(
    {
        frozenset({"cv", "jobsamtale"}),
        frozenset({"cv", "faelles"}),
        frozenset({"raadighed", "jobsamtale"}),
        frozenset({"raadighed", "faelles"}),
    }
)
#: S3: DFDG refuses two meetings with one time, so the second purpose is this much later.
MELLEMRUM = timedelta(minutes=1)
_NAER = 60 * MELLEMRUM


def _afvist(regel: str, kode: str, tekst: str, felt: str, loesning: str, regime: Regime | None = None) -> Afgoerelse:
    return Afgoerelse(Status.AFVIST, tekst, regel=regel, regime=regime, fejl=Fejl(kode, tekst, felt, loesning))


def forloeb_paa(tilstand: Borger, dato: date) -> Forloeb | None:
    """The course in which ``dato`` lies."""
    for f in reversed(tilstand.forloeb):
        if f.startdato <= dato and (f.slutdato is None or dato <= f.slutdato):
            return f
    return None


def holdes_i(f: Forloeb | None, akassekode: str) -> bool:
    """S9: whether the a-kasse holds jobsamtaler in the course: its own, and from 2024 the former a-kasse's, which runs out
    while the new one's course has not begun (V9). In the trial the new a-kasse has no way in."""
    return f is not None and (f.akassekode == akassekode or f.regime is not Regime.FORSOEG_2020)


def moedetider(tidspunkt: datetime, antal: int) -> tuple[datetime, ...]:
    """S3: the times under which a talk's purposes are registered, a minute apart in their order. All on the talk's own day
    (choice): from 23:59 the first is a minute earlier instead of the second on the next day."""
    foerst = tidspunkt
    while _dag(foerst + (antal - 1) * MELLEMRUM) != _dag(tidspunkt):
        foerst -= MELLEMRUM
    return tuple(foerst + nr * MELLEMRUM for nr in range(antal))


def _dag(tid: datetime) -> date:
    return tid.astimezone(KOEBENHAVN).date()


def afgoer_afholdt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """One held talk, with one or two purposes, each registered as a meeting of its own (S3)."""
    d: e.SamtaleAfholdt = haendelse.data
    dato = d.tidspunkt.astimezone(KOEBENHAVN).date()
    f = forloeb_paa(tilstand, dato)
    for refusal in (
        _kendt_samtale(tilstand, haendelse, d),
        _kendt_indkaldelse(tilstand, d),
        _i_forloebet(tilstand, haendelse.part.kode, d, dato, f),
        faelles_afvist(tilstand, d.formaal, dato, f),
        _ledigt_tidspunkt(tilstand, d, f),
        _lovligt_par(tilstand, d, dato, f),
        _lovlig_form(tilstand, d, dato, f),
    ):
        if refusal is not None:
            return refusal
    registreringer = _registreringer(tilstand, haendelse, d, dato)
    # What was planned is held, and the claim on the member stands, with the receipts: not when DFDG refuses the talk.
    registreringer[0] = _ogsaa(registreringer[0], [Medlemskrav(haendelse.part.kode)])
    planlagt = [p for p in tilstand.planlagte if p.samtale_id in (d.indkaldelse_id, d.samtale_id)]
    moeder = [nr for nr, r in enumerate(registreringer) if isinstance(r.indhold, OpretSamtale)]
    sidste = moeder[-1] if moeder else -1
    registreringer[sidste] = _ogsaa(
        registreringer[sidste], [SamtalePlanlagt(replace(p, afholdt=True)) for p in planlagt]
    )
    return Afgoerelse(
        Status.REGISTRERET,
        "Samtalen er registreret." if len(d.formaal) == 1 else "Samtalen er registreret som to møder.",
        regel="S9",
        regime=f.regime if f else None,
        registreringer=tuple(registreringer),
    )


def _ogsaa(r: Registrering, aendringer: Iterable[object]) -> Registrering:
    return replace(r, aendringer=(*r.aendringer, *aendringer))


def _kendt_samtale(tilstand: Borger, haendelse: Haendelse, d: e.SamtaleAfholdt) -> Afgoerelse | None:
    """The same talk told under another event id: registering it again would make it two. The same event decided
    again (an operator's retry after one of two meetings was receipted) goes on with what is left, participants too."""
    kendt = next((s for s in tilstand.samtaler if s.samtale_id == d.samtale_id), None)
    if kendt is None:
        return None
    mangler = set(d.formaal) - set(kendt.formaal) or set(_deltager_ider(haendelse, d)) - set(kendt.deltager_ider)
    if kendt.haendelse_id == _eget_id(haendelse) and mangler:
        return None
    return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er registreret før.", regel="S9")


def _eget_id(haendelse: Haendelse) -> str:
    """The id under which the event makes what it makes: the replaced event's, when it stands in another's place."""
    return haendelse.identitet[1] if haendelse.identitet is not None else haendelse.id


def _kendt_indkaldelse(tilstand: Borger, d: e.SamtaleAfholdt) -> Afgoerelse | None:
    if d.indkaldelse_id is None or any(p.samtale_id == d.indkaldelse_id for p in tilstand.planlagte):
        return None
    return _afvist(
        "S10",
        "s10_ukendt_indkaldelse",
        "Den indkaldelse, samtalen nævner, er ikke kendt for borgeren.",
        "indkaldelseId",
        "Send indkaldelsen først, eller udelad indkaldelseId.",
    )


def _i_forloebet(
    tilstand: Borger, akassekode: str, d: e.SamtaleAfholdt, dato: date, f: Forloeb | None
) -> Afgoerelse | None:
    """S9: jobsamtale and fælles belong in the course, or together with the cv before the decision."""
    if holdes_i(f, akassekode) or not TAELLER & set(d.formaal):
        return None
    if "cv" in d.formaal and foer_afgoerelsen(tilstand, dato):
        return None
    return _afvist(
        "S9",
        "s9_uden_for_forloebet",
        "En jobsamtale eller fælles jobsamtale registreres kun, når dens dato ligger i forløbet hos a-kassen.",
        "tidspunkt",
        "Kun sammen med cv-samtalen før afgørelsen kan den registreres uden for forløbet; et cv- eller rådighedsformål "
        "i samme samtale kan sendes alene.",
    )


def foer_afgoerelsen(tilstand: Borger, dato: date) -> bool:
    """Nobody had decided about the period in which the talk was held; a negative decision leaves no course behind."""
    seneste, placering = tilstand.seneste_forloeb, tilstand.indplacering
    if placering is not None and placering.afgoerelsesdato is not None and dato > placering.afgoerelsesdato:
        tilmeldt_igen = tilstand.tilmeldingsdato is not None and placering.tilmeldingsdato < tilstand.tilmeldingsdato
        if not tilmeldt_igen:
            return False
    if seneste is None or dato < seneste.startdato:
        return True
    tilmeldt = tilstand.tilmeldingsdato
    return seneste.slutdato is not None and tilmeldt is not None and seneste.slutdato < tilmeldt <= dato


def faelles_afvist(tilstand: Borger, formaal: Iterable[str], dato: date, f: Forloeb | None) -> Afgoerelse | None:
    """R8: no fælles from the law of 2024; before the decision the law is that of the enrolment (else of the talk)."""
    if "faelles" not in formaal:
        return None
    if _faelles_findes(tilstand, dato, f):
        return None
    return _afvist(
        "R8",
        "r8_ingen_faelles",
        "Fælles jobsamtaler findes ikke i a-kassens forløb fra 2024.",
        "formaal",
        "Registrér samtalen som jobsamtale.",
        f.regime if f else None,
    )


def _faelles_findes(tilstand: Borger, dato: date, f: Forloeb | None) -> bool:
    if f is not None:
        return PARAMETRE[f.regime].faelles_findes
    return (tilstand.tilmeldingsdato or dato) < PARAMETRE[Regime.LOV_2024].fra


def _ledigt_tidspunkt(tilstand: Borger, d: e.SamtaleAfholdt, f: Forloeb | None) -> Afgoerelse | None:
    """S3: DFDG tells a repeat by type and time: two talks of one purpose and time can't be told apart, so that the second
    would be taken for the first. Two purposes at one time DFDG refuses itself, and the publisher corrects the time."""
    optaget = {
        (formaal, tid)
        for s in tilstand.samtaler
        # Purposes of one talk are minutes apart: of a long history few talks come near.
        if abs(s.tidspunkt - d.tidspunkt) < _NAER and s.samtale_id != d.samtale_id
        for formaal, tid in zip(s.formaal, moedetider(s.tidspunkt, len(s.formaal)), strict=True)
    }
    if optaget.isdisjoint(zip(d.formaal, moedetider(d.tidspunkt, len(d.formaal)), strict=True)):
        return None
    return _afvist(
        "S3",
        "s3_samme_tidspunkt",
        "En anden samtale med samme formål er registreret på samme tidspunkt.",
        "tidspunkt",
        "Send én samtale med to formål, eller det rette klokkeslæt; en rettelse sendes med erstatter.",
        f.regime if f else None,
    )


def _lovligt_par(tilstand: Borger, d: e.SamtaleAfholdt, dato: date, f: Forloeb | None) -> Afgoerelse | None:
    """S2: at most two talks or purposes a day, different, and only the pairs on the list (R8 from 2024). So too for a
    jobsamtale or fælles held with the cv before the decision, which counts in the course (choice)."""
    if f is None and not TAELLER & set(d.formaal):
        return None
    samme_dag = [x for s in tilstand.samtaler if s.dato == dato and s.samtale_id != d.samtale_id for x in s.formaal]
    dagens = samme_dag + list(d.formaal)
    if len(dagens) < 2:
        return None
    par = PAR_FORSOEG if _faelles_findes(tilstand, dato, f) else valg.PAR_FRA_2024
    if len(dagens) > 2 or frozenset(dagens) not in par:
        return _afvist(
            "S2",
            "s2_ugyldigt_par",
            "Dagens samtaler og formål er ikke et af de par, der må holdes samme dag.",
            "formaal",
            "Højst to om dagen: cv eller rådighed sammen med en jobsamtale eller (i forsøget) en fælles jobsamtale.",
            f.regime if f else None,
        )
    return None


def _lovlig_form(tilstand: Borger, d: e.SamtaleAfholdt, dato: date, f: Forloeb | None) -> Afgoerelse | None:
    """S4: an individual jobsamtale is held in person, but in an offer; from 2024 only the first one must be."""
    if "jobsamtale" not in d.formaal or d.form == "personligt" or d.i_tilbud:
        return None
    if f is not None and PARAMETRE[f.regime].foerste_jobsamtale_personlig:
        foerste = not any("jobsamtale" in s.formaal for s in periodens_samtaler(tilstand, f) if s.dato <= dato)
        if not foerste:
            return None
    return _afvist(
        "S4",
        "s4_form",
        "En individuel jobsamtale holdes ved personligt fremmøde.",
        "form",
        "Hold den personligt; telefonisk, digitalt eller andet kun i tilbud (iTilbud) eller, fra 2024, efter den første.",
        f.regime if f else None,
    )


def _registreringer(tilstand: Borger, haendelse: Haendelse, d: e.SamtaleAfholdt, dato: date) -> list[Registrering]:
    """S3, S10: a meeting for each purpose not registered yet, and then each meeting's participants not registered yet.

    DFDG takes participants one by one, on a meeting that it knows; a refused one holds no meeting back.
    """
    kendt = next((s for s in tilstand.samtaler if s.samtale_id == d.samtale_id), None)
    staar = kendt or Samtale(
        samtale_id=d.samtale_id,
        akassekode=haendelse.part.kode,
        dato=dato,
        tidspunkt=d.tidspunkt,
        formaal=(),
        form=d.form,
        jobcenter_deltog=d.jobcenter_deltog,
        haendelse_id=_eget_id(haendelse),
    )
    ud: list[Registrering] = []
    for nr, formaal in enumerate(d.formaal):
        if formaal not in staar.formaal:
            staar = replace(staar, formaal=(*staar.formaal, formaal))
            indhold = _moede(tilstand, haendelse, d, nr)
            ud.append(Registrering(haendelse.part.kode, indhold, (SamtaleAfholdt(staar),)))
    for deltager_id, (moede, deltager) in _deltager_ider(haendelse, d).items():
        if deltager_id not in staar.deltager_ider:
            staar = replace(staar, deltager_ider=(*staar.deltager_ider, deltager_id))
            tilfoej = TilfoejDeltager(
                deltager_id,
                haendelse.afledt_id("samtale", moede),
                Samtaledeltager(deltager.navn, deltager.rolle, deltager.form),
            )
            ud.append(Registrering(haendelse.part.kode, tilfoej, (SamtaleAfholdt(staar),)))
    return ud


def _deltager_ider(haendelse: Haendelse, d: e.SamtaleAfholdt) -> dict[UUID, tuple[str, e.Deltager]]:
    """The participants by their ids at DFDG: everybody took part in each of the talk's meetings (choice)."""
    return {
        haendelse.afledt_id("deltager", formaal, str(nr)): (formaal, deltager)
        for formaal in d.formaal
        for nr, deltager in enumerate(d.deltagere)
    }


def _moede(tilstand: Borger, haendelse: Haendelse, d: e.SamtaleAfholdt, nr: int) -> OpretSamtale:
    formaal = d.formaal[nr]
    return OpretSamtale(
        samtale_id=haendelse.afledt_id("samtale", formaal),
        formaal=formaal,
        tidspunkt=moedetider(d.tidspunkt, len(d.formaal))[nr],
        form=d.form,
        indkaldelse_id=_indkaldelse_hos_dfdg(tilstand, haendelse, d, formaal),
        sagsbehandler_fornavn=d.sagsbehandler.fornavn,
        sagsbehandler_efternavn=d.sagsbehandler.efternavn,
        sagsbehandler_telefon=d.sagsbehandler.telefon,
        jobcenter_deltog=d.jobcenter_deltog if formaal == "faelles" else None,
        jobcenter_form=d.jobcenter_form if formaal == "faelles" else None,
        cv_godkendt=d.cv_godkendt if formaal == "cv" else None,
        aftaler=d.aftaler,
        raadighedsvurdering=d.raadighedsvurdering if formaal == "raadighed" else None,
    )


def _indkaldelse_hos_dfdg(tilstand: Borger, haendelse: Haendelse, d: e.SamtaleAfholdt, formaal: str) -> UUID | None:
    """S10: the summons that the meeting fulfils, as DFDG knows it: of the same purpose, of the summons that the talk names
    or of the talk itself. DFDG refuses one that it does not know, so one never registered or cancelled is not named."""
    samtale_id = d.indkaldelse_id or d.samtale_id
    for p in tilstand.planlagte:
        if p.samtale_id == samtale_id and p.akassekode == haendelse.part.kode and not p.aflyst:
            return next((i.indkaldelse_id for i in p.indkaldelser if i.formaal == formaal), None)
    return None


KAPITEL = {
    "akasse.samtale.afholdt.v1": afgoer_afholdt,
}
