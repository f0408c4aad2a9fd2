"""Planned talks (S7, S9, S12, R7, R8, M1): who plans them, when, how DFDG is told, and what lapses at a handover.

Source: the guidance to the trial order (VEJL §4(3), §4(5), §4(6), §7, §13(2), §14(3)); the law of 2024 (L24), under which a
rådighedssamtale may always be summoned. S2 speaks of held talks: what is planned for a day is not judged by its pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from contracts.events import akasse as e
from gateway.rules import bookingfrister, fritagelse, indkaldelser
from gateway.rules.aendringer import FristSat, Medlemskrav, SamtalePlanlagt
from gateway.rules.bookingfrister import fritaget_afvist
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.overdragelse import TAELLER
from gateway.rules.regimer import PARAMETRE
from gateway.rules.registreringer import Registrering
from gateway.rules.samtaler import faelles_afvist, foer_afgoerelsen, forloeb_paa, holdes_i
from gateway.rules.tilstand import Borger, Forloeb, PlanlagtSamtale

#: S7: what the member books, each alone or both as a pair (VEJL §4(3), §4(6)).
SELVBOOKES = frozenset({"jobsamtale", "raadighed"})


def afgoer_indkaldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, idag: date) -> Afgoerelse:
    """S7: a summons, registered at DFDG with one Indkaldelse for each purpose."""
    return _planlaeg(tilstand, haendelse, _kendt(tilstand, haendelse), booket=False, idag=idag)


def afgoer_booket(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, idag: date) -> Afgoerelse:
    """S7, S8: a self-booking, registered as self-booked; meets the deadline it names, or those for the same purpose."""
    return _planlaeg(tilstand, haendelse, _kendt(tilstand, haendelse), booket=True, idag=idag)


def afgoer_aendret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, idag: date) -> Afgoerelse:
    """S7, S10: a known talk as it stands from here on; who planned it, the reason for short notice and the deadline it met
    stay. A purpose that is added is created at DFDG, one that is left out is deleted. A talk that is cancelled or held is
    not changed by it."""
    kendt = _kendt(tilstand, haendelse)
    if kendt is None:
        return _ukendt_samtale()
    if kendt.aflyst and not kendt.afholdt:
        return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er aflyst; ændringen har ingen virkning.", regel="S7")
    return _planlaeg(tilstand, haendelse, kendt, booket=kendt.booket, idag=idag)


def afgoer_aflyst(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A cancelled talk is deleted at DFDG, each purpose; a deadline that its booking had met is open again (S8)."""
    kendt = _kendt(tilstand, haendelse)
    if kendt is None:
        return _ukendt_samtale()
    if kendt.afholdt:
        return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er holdt og kan ikke aflyses.", regel="S7")
    if kendt.aflyst and not kendt.indkaldelser:
        return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er aflyst før.", regel="S7")
    aflyst = replace(kendt, aflyst=True)
    frister = bookingfrister.efter_planen(tilstand, kendt, aflyst)
    formaal = [i.formaal for i in kendt.indkaldelser]
    registreringer = indkaldelser.sletninger(haendelse.part.kode, kendt, formaal, aflyst)
    return _svar(
        tilstand,
        aflyst,
        registreringer,
        (SamtalePlanlagt(aflyst), *frister) if not registreringer else frister,
        "Aflysningen er registreret." if registreringer else "Aflysningen er noteret.",
    )


def _planlaeg(
    tilstand: Borger, haendelse: Haendelse, kendt: PlanlagtSamtale | None, *, booket: bool, idag: date
) -> Afgoerelse:
    """The talk of the event in the place of ``kendt``: refused, without effect, or told to DFDG and kept."""
    ny = _planlagt(haendelse, kendt, booket)
    afvist = _fremmed(tilstand, haendelse) or _allerede_holdt(tilstand, ny, kendt) or _ulovlig(tilstand, ny)
    if afvist is not None:
        return afvist
    registreringer = indkaldelser.registreringer(haendelse, kendt, ny, idag)
    ny = replace(ny, indkaldelser=kendt.indkaldelser if kendt is not None else ())
    frister = bookingfrister.efter_planen(tilstand, kendt, ny)
    if not registreringer and kendt is not None and _samme(kendt, ny) and not frister:
        return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er planlagt sådan før.", regel="S7")
    krav = Medlemskrav(haendelse.part.kode)
    if registreringer:
        tekst = "Bookingen er registreret." if booket else "Indkaldelsen er registreret."
        return _svar(tilstand, ny, registreringer, (krav, *frister), tekst)
    bagud = indkaldelser.dato(ny) < idag
    tekst = f"Samtalen er noteret; {'DFDG tager ikke imod en, hvis dag er passeret' if bagud else 'DFDG har den'}."
    return _svar(tilstand, ny, [], (krav, SamtalePlanlagt(ny), *frister), tekst)


def _svar(
    tilstand: Borger, p: PlanlagtSamtale, registreringer: list[Registrering], fakta: Iterable[Any], tekst: str
) -> Afgoerelse:
    """``fakta`` become true with the last receipt; at once where DFDG is told nothing."""
    f = forloeb_paa(tilstand, indkaldelser.dato(p))
    fakta = tuple(fakta)
    if registreringer:
        sidste = registreringer[-1]
        registreringer[-1] = replace(sidste, aendringer=(*sidste.aendringer, *fakta))
    return Afgoerelse(
        Status.REGISTRERET if registreringer else Status.NOTERET,
        tekst,
        regel="S7",
        regime=f.regime if f else None,
        aendringer=() if registreringer else fakta,
        registreringer=tuple(registreringer),
        # DFDG refuses a talk that lies before the day of sending, so what waits past it is decided again.
        dagsafhaengig=any(r.haardeste_dato is not None for r in registreringer),
    )


def _planlagt(haendelse: Haendelse, kendt: PlanlagtSamtale | None, booket: bool) -> PlanlagtSamtale:
    d: e.SamtaleIndkaldt = haendelse.data
    return PlanlagtSamtale(
        samtale_id=d.samtale_id,
        akassekode=haendelse.part.kode,
        formaal=tuple(d.formaal),
        start=d.start,
        slut=d.slut,
        form=d.form,
        booket=booket,
        frist_id=d.frist_id or (kendt.frist_id if kendt is not None else None),
        kort_varsel=d.kort_varsel is not None or (kendt is not None and kendt.kort_varsel),
        moedelink=d.moedelink,
        adresse=d.adresse,
    )


def _samme(a: PlanlagtSamtale, b: PlanlagtSamtale) -> bool:
    """Equal but for the order of the purposes."""
    return replace(a, formaal=()) == replace(b, formaal=()) and set(a.formaal) == set(b.formaal)


def _kendt(tilstand: Borger, haendelse: Haendelse) -> PlanlagtSamtale | None:
    """The a-kasse's own planned talk of this id."""
    egne = (p for p in tilstand.planlagte if p.akassekode == haendelse.part.kode)
    return next((p for p in egne if p.samtale_id == haendelse.data.samtale_id), None)


def _ukendt_samtale() -> Afgoerelse:
    tekst = "Samtalen er ikke kendt for borgeren."
    fejl = Fejl("s10_ukendt_samtale", tekst, "samtaleId", "Angiv samtaleId fra en tidligere indkaldelse eller booking.")
    return Afgoerelse(Status.AFVIST, tekst, regel="S10", fejl=fejl)


def _fremmed(tilstand: Borger, haendelse: Haendelse) -> Afgoerelse | None:
    """An id is one talk's: another a-kasse's is not taken over by using its id."""
    kode, samtale_id = haendelse.part.kode, haendelse.data.samtale_id
    if all(p.samtale_id != samtale_id or p.akassekode == kode for p in tilstand.planlagte):
        return None
    tekst = "samtaleId er brugt om en anden samtale."
    fejl = Fejl("s10_samtale_id_brugt", tekst, "samtaleId", "Giv samtalen et nyt samtaleId.")
    return Afgoerelse(Status.AFVIST, tekst, regel="S10", fejl=fejl)


def _allerede_holdt(tilstand: Borger, ny: PlanlagtSamtale, kendt: PlanlagtSamtale | None) -> Afgoerelse | None:
    """A plan that is told after the talk was held changes nothing."""
    holdt = (kendt is not None and kendt.afholdt) or any(s.samtale_id == ny.samtale_id for s in tilstand.samtaler)
    return Afgoerelse(Status.UDEN_VIRKNING, "Samtalen er holdt.", regel="S7") if holdt else None


def _ulovlig(tilstand: Borger, ny: PlanlagtSamtale) -> Afgoerelse | None:
    """The rule that the talk as planned breaks: M1 (a summons while exempt), R8, S9 (out of the course), S7."""
    dato = indkaldelser.dato(ny)
    f = forloeb_paa(tilstand, dato)
    if not ny.booket:
        afvist = fritaget_afvist(tilstand, ny.formaal, dato, "start")
        if afvist is not None:
            return afvist
    return (
        faelles_afvist(tilstand, ny.formaal, dato, f)
        or _uden_for_forloebet(tilstand, ny, dato, f)
        or _forkert_maade(tilstand, ny, dato, f)
    )


def _uden_for_forloebet(tilstand: Borger, ny: PlanlagtSamtale, dato: date, f: Forloeb | None) -> Afgoerelse | None:
    """S9 by analogy (choice): no jobsamtale or fælles is planned for a day on which the course is not the a-kasse's; while
    nobody has decided about the member, one may be. cv and rådighed always."""
    if holdes_i(f, ny.akassekode) or not TAELLER & set(ny.formaal) or foer_afgoerelsen(tilstand, dato):
        return None
    tekst = "En jobsamtale eller fælles jobsamtale planlægges kun til en dag i forløbet hos a-kassen."
    loesning = "Vælg en dag i forløbet, eller planlæg kun cv- eller rådighedssamtalen."
    return Afgoerelse(
        Status.AFVIST, tekst, regel="S9", fejl=Fejl("s9_planlagt_uden_for_forloebet", tekst, "start", loesning)
    )


def _forkert_maade(tilstand: Borger, ny: PlanlagtSamtale, dato: date, f: Forloeb | None) -> Afgoerelse | None:
    """S7: whether each purpose may be planned in this way: booked by the member, or summoned by the a-kasse.

    Outside the course a cv- or rådighedssamtale is not the order's matter (S9 by analogy).
    """
    if f is None and not TAELLER & set(ny.formaal):
        return None
    if ny.booket:
        forkerte = [x for x in ny.formaal if x not in SELVBOOKES]
        if not forkerte:
            return None
        tekst = "Medlemmet booker selv jobsamtaler og rådighedssamtaler; til cv- og fælles samtaler indkalder a-kassen."
        fejl = Fejl("s7_selvbooket", tekst, "formaal", "Send samtalen som akasse.samtale.indkaldt.v1.")
        return Afgoerelse(Status.AFVIST, tekst, regel="S7", regime=f.regime if f else None, fejl=fejl)
    fra_2024 = raadighed_indkaldes_altid(regime_paa(tilstand, dato, f))
    if all(_maa_indkaldes(x, ny, fra_2024) for x in ny.formaal):
        return None
    tekst = "Medlemmet booker selv en jobsamtale eller rådighedssamtale af denne slags."
    loesning = (
        "Sæt en bookingfrist, eller indkald til jobsamtalen sammen med cv-samtalen eller med kort varsel og begrundelse "
        "(kortVarsel), og til rådighedssamtalen sammen med en fælles samtale eller efter reglerne fra 2024."
    )
    fejl = Fejl("s7_indkaldt", tekst, "formaal", loesning)
    return Afgoerelse(Status.AFVIST, tekst, regel="S7", regime=f.regime if f else None, fejl=fejl)


def _maa_indkaldes(formaal: str, p: PlanlagtSamtale, raadighed_altid: bool) -> bool:
    """S7: the ground on which the a-kasse may summon to the purpose, as a part of this talk."""
    if formaal == "jobsamtale":
        return "cv" in p.formaal or p.kort_varsel
    if formaal == "raadighed":
        return "faelles" in p.formaal or raadighed_altid
    return True


def regime_paa(tilstand: Borger, dato: date, f: Forloeb | None) -> Regime:
    """The law by which a talk on ``dato`` is planned: the course's, before the decision the law at enrolment."""
    if f is not None:
        return f.regime
    dag = tilstand.tilmeldingsdato or dato
    return next(r for r in reversed(PARAMETRE) if PARAMETRE[r].fra <= dag or r is Regime.FORSOEG_2020)


def raadighed_indkaldes_altid(regime: Regime) -> bool:
    """S7: from the law of 2024 a rådighedssamtale may always be summoned (L24)."""
    return regime is not Regime.FORSOEG_2020


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
    **bookingfrister.KAPITEL,
    **fritagelse.KAPITEL,
}
