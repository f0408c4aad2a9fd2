"""Corrections of a course's own facts: the cause of its ending (A2), and the placement it rests on (R2).

Source: the guidance to the trial order, VEJL §2(5) (a wrong cause is corrected by an update, the last registration
counts) and §14(1)-(2) (a placement date corrected across the start of the trial).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from contracts.events import akasse as e
from gateway.rules import forloeb, ophoer, planlaegning, pligter, regimer, visitation
from gateway.rules.aarsagskoder import AARSAGER, slutdato
from gateway.rules.aendringer import Flyttet, ForloebSat, Indplaceret, anvend
from gateway.rules.model import Afgoerelse, Besked, Fejl, Haendelse, Overdragelse, Regelopsaetning, Regime, Status
from gateway.rules.overdragelse import byg
from gateway.rules.tilstand import Borger, Forloeb, Indplacering

# --- A2: the cause -------------------------------------------------------------------------------------------------


def afgoer_aarsag_rettet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A2: the newest course of the a-kasse ends with another cause, and by that cause's rule for the slutdato.

    Still in: counted from the correction's registreringsdato. Already out: from the day on which the ending was
    registered, since the course moved then. The handover is sent again; what is planned after an earlier end lapses (S12).
    """
    d: e.AarsagRettet = haendelse.data
    dag = haendelse.registreringsdato
    f = next((x for x in reversed(tilstand.forloeb) if x.akassekode == haendelse.part.kode), None)
    if f is None:
        return forloeb.ikke_inde(tilstand, haendelse, "A2")
    if f.slutdato is None:
        return _aaben_markering(f)
    if d.aarsagskode == "42" and f.regime is not Regime.FORSOEG_2020:
        return _ingen_kommune_uden_for(f)
    fra = dag if dag <= f.slutdato else f.afsluttet_den or dag
    ny = _med_aarsag(tilstand, haendelse, f, d, fra)
    if d.aarsagskode == f.aarsagskode and (d.aarsagskode != "43" or ny.slutdato == f.slutdato):
        tekst = "Forløbet slutter allerede med denne årsag; rettelsen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="A2", regime=f.regime)
    if ny.slutdato is None or ny.overdragelse_id is None or ny.overdraget_til is None:
        raise ValueError("an ended course has an end and a handover")
    aflysninger, bortfaldet = planlaegning.bortfald(tilstand, ny, ny.slutdato)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Årsagen er rettet til {d.aarsagskode} ({AARSAGER[d.aarsagskode]}); forløbet slutter {ny.slutdato.isoformat()}.",
        regel="A2",
        regime=f.regime,
        flag=("fejloprettet",) if d.aarsagskode == "38" else (),
        pligter=pligter.ved_overdragelse(tilstand, ny, dag, fra),
        registreringer=(forloeb.afslut(ny, bortfaldet), *aflysninger),
        overdragelser=(byg(tilstand, ny, ny.overdragelse_id, ny.overdraget_til, efter_registrering=0),),
    )


def _med_aarsag(tilstand: Borger, haendelse: Haendelse, f: Forloeb, d: e.AarsagRettet, fra: date) -> Forloeb:
    """A4 and V11 hold too: the end is never before the start, nor after a later marking has begun."""
    slut = max(slutdato(d.aarsagskode, fra, udmeldelsesdato=d.udmeldelsesdato), f.startdato)
    nr = tilstand.forloeb.index(f)
    if nr + 1 < len(tilstand.forloeb):
        slut = min(slut, tilstand.forloeb[nr + 1].startdato - timedelta(days=1))
    return replace(
        f,
        slutdato=slut,
        aarsagskode=d.aarsagskode,
        afsluttet_den=fra,
        inde_til=forloeb.inde_til(f, haendelse.registreringsdato),
        overdragelse_id=f.overdragelse_id or haendelse.afledt_id("overdragelse"),
        overdraget_til=f.overdraget_til or f.kommunekode,
    )


def _aaben_markering(f: Forloeb) -> Afgoerelse:
    tekst = "Markeringen er åben og har ingen årsag, der kan rettes."
    loesning = "Afslut forløbet med den hændelse, som årsagen følger af."
    fejl = Fejl("a2_aaben_markering", tekst, "aarsagskode", loesning)
    return Afgoerelse(Status.AFVIST, tekst, regel="A2", regime=f.regime, fejl=fejl)


def _ingen_kommune_uden_for(f: Forloeb) -> Afgoerelse:
    """R8: from the law of 2024 every kommune is covered, so 42 cannot occur."""
    tekst = "Årsag 42 findes ikke fra 2024, hvor alle kommuner er omfattet."
    fejl = Fejl("r8_aarsag_42", tekst, "aarsagskode", "Angiv en af årsagerne 38, 41, 43, 44, 45 og 46.")
    return Afgoerelse(Status.AFVIST, tekst, regel="R8", regime=f.regime, fejl=fejl)


# --- R2: the placement ---------------------------------------------------------------------------------------------


def afgoer_indplacering_rettet(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """R2: what was wrong in the placement is put right.

    Who is in stays in, under the law that the course began under, and the start follows the corrected dates; who was not
    covered is judged again by the corrected placement, and may come in. A corrected degree of insurance judges the hours
    again (A1). A kommune that was stated wrongly is no move: the right jobcenter is told, as is the one that was wrong;
    in the trial a kommune that is not covered makes the marking wrong (V10).
    """
    p = tilstand.indplacering
    if p is not None and p.akassekode != haendelse.part.kode:
        p = None
    f = _eget_forloeb(tilstand, haendelse, p)
    if f is not None:
        return _i_forloebet(tilstand, haendelse, o, f, p)
    if p is None or p.grundlag is None:
        tekst = "Der er ingen indplacering af medlemmet at rette."
        fejl = Fejl("r2_ingen_indplacering", tekst, "cpr", "Send indplaceringen som akasse.medlem.indplaceret.v1.")
        return Afgoerelse(Status.AFVIST, tekst, regel="R2", fejl=fejl)
    return _bedoemt_igen(tilstand, haendelse, o, p)


def _eget_forloeb(tilstand: Borger, haendelse: Haendelse, p: Indplacering | None) -> Forloeb | None:
    """The a-kasse's newest course, when it rests on this placement (or was judged before one was told, V14)."""
    f = tilstand.seneste_forloeb
    if f is None or f.akassekode != haendelse.part.kode:
        return None
    return f if p is None or f.indplaceringsdato == p.indplaceringsdato else None


def _bedoemt_igen(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, p: Indplacering) -> Afgoerelse:
    """Nobody is in by this placement: it is judged as if it had been told right."""
    g = p.grundlag
    if g is None:
        raise ValueError("a placement without its grounds cannot be judged again")
    d: e.IndplaceringRettet = haendelse.data
    flyttet = _rettet_bopael(tilstand, g.kommunekode, d.kommunekode)
    ny = e.MedlemIndplaceret(
        cpr=d.cpr,
        kommunekode=d.kommunekode or g.kommunekode,
        tilmeldingsdato=d.tilmeldingsdato or p.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato or p.indplaceringsdato,
        afgoerelsesdato=p.afgoerelsesdato or haendelse.registreringsdato,
        indplaceringstype=p.indplaceringstype,
        forsikringsgrad=d.forsikringsgrad or p.forsikringsgrad,
        erhvervskompetencegivende_uddannelse=g.uddannelse,
        forsoergerpligt_hjemmeboende_boern=g.boern,
        igangvaerende_forloeb=g.igangvaerende_forloeb,
        ledig_foer_sygdom=g.ledig_foer_sygdom,
        timer_sammenlagt_ved_tilmelding=g.timer_ved_tilmelding,
        behov_for_tidlig_indsats=g.behov_for_tidlig_indsats,
        startdato=g.startdato,
    )
    afg = visitation.bedoem(anvend(tilstand, flyttet), haendelse, ny, o, rettet=True)
    if afg.status is Status.AFVIST:
        return afg
    return replace(afg, regel="R2" if afg.regel == "V1" else afg.regel, aendringer=(*flyttet, *afg.aendringer))


def _i_forloebet(
    tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, f: Forloeb, p: Indplacering | None
) -> Afgoerelse:
    """The course as it stands with what was wrong put right: in, about to end, or out."""
    d: e.IndplaceringRettet = haendelse.data
    dag = haendelse.registreringsdato
    oplyst = p.grundlag.kommunekode if p is not None and p.grundlag is not None else f.kommunekode
    flyttet = _rettet_bopael(tilstand, oplyst, d.kommunekode)
    # Who has moved since lives where the move said.
    ny_kommune = d.kommunekode if flyttet and regimer.kommune_ens(f.kommunekode, oplyst) else None
    rettet = _rettet_forloeb(tilstand, d, f, p, ny_kommune)
    fakta: tuple[Any, ...] = (*flyttet, *_rettet_indplacering(d, p), ForloebSat(rettet))
    bagefter = anvend(tilstand, fakta)
    inde = tilstand.inde(dag) is not None
    flag = _flag(rettet, p)
    if inde and flyttet and not _omfattet(o, rettet, d.kommunekode or oplyst):
        til = d.kommunekode or oplyst
        ende = slutdato("38", dag)
        svar = forloeb.slutning(
            tilstand, haendelse, "38", ende, regel="R2", fakta=fakta, kommunekode=til, flag=("fejloprettet", *flag)
        )
        if svar.registreringer:
            return svar
    timer = tilstand.timer
    if inde and d.forsikringsgrad not in (None, f.forsikringsgrad) and timer is not None:
        if regimer.timer_naaet(rettet.regime, rettet.forsikringsgrad, timer.timer_sammenlagt):
            ende = slutdato("41", dag)
            svar = forloeb.slutning(tilstand, haendelse, "41", ende, regel="A1", fakta=fakta, flag=flag)
            if svar.registreringer:
                return svar
        elif f.aarsagskode == "41":
            flag = (*flag, "under_graensen_igen")
    skriver = (rettet.startdato, rettet.slutdato) != (f.startdato, f.slutdato)
    beskeder, overdragelser = _hvem_der_faar_besked(tilstand, bagefter, haendelse, f, rettet, inde=inde)
    if not skriver and not beskeder and not overdragelser and bagefter == tilstand:
        tekst = "Indplaceringen står allerede sådan; rettelsen har ingen virkning."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="R2", regime=f.regime)
    return Afgoerelse(
        Status.REGISTRERET if skriver else Status.VIDERESENDT if beskeder or overdragelser else Status.NOTERET,
        f"Indplaceringen er rettet; kontaktforløbet er hos a-kassen fra {rettet.startdato.isoformat()}."
        if skriver
        else "Indplaceringen er rettet; det registrerede forløb er det samme.",
        regel="R2",
        regime=f.regime,
        flag=flag,
        aendringer=() if skriver else fakta,
        registreringer=(forloeb.afslut(rettet, fakta),) if skriver else (),
        beskeder=beskeder,
        overdragelser=overdragelser,
    )


def _rettet_forloeb(
    tilstand: Borger, d: e.IndplaceringRettet, f: Forloeb, p: Indplacering | None, kommune: str | None
) -> Forloeb:
    """V2 with the corrected dates; V11: not before the day after the marking before. The first regime stays, and so does
    the start when the corrected dates lie before that law began (choice)."""
    tilmeldt = d.tilmeldingsdato or f.tilmeldingsdato
    placeret = d.indplaceringsdato or f.indplaceringsdato
    valgt = p.grundlag.startdato if p is not None and p.grundlag is not None else None
    nr = tilstand.forloeb.index(f)
    start = f.startdato
    if (tilmeldt, placeret) != (f.tilmeldingsdato, f.indplaceringsdato):
        start = forloeb.startdato(valgt, tilmeldt, placeret, tilstand.forloeb[nr - 1] if nr else None)
        if start < regimer.PARAMETRE[f.regime].fra:
            start = f.startdato
    return replace(
        f,
        tilmeldingsdato=tilmeldt,
        indplaceringsdato=placeret,
        startdato=start,
        slutdato=max(f.slutdato, start) if f.slutdato is not None else None,
        forsikringsgrad=d.forsikringsgrad or f.forsikringsgrad,
        kommunekode=kommune or f.kommunekode,
        overdraget_til=kommune if kommune is not None and f.overdraget_til is not None else f.overdraget_til,
    )


def _rettet_indplacering(d: e.IndplaceringRettet, p: Indplacering | None) -> tuple[Indplaceret, ...]:
    if p is None:
        return ()
    grundlag = p.grundlag
    if grundlag is not None and d.kommunekode is not None:
        grundlag = replace(grundlag, kommunekode=d.kommunekode)
    ny = replace(
        p,
        tilmeldingsdato=d.tilmeldingsdato or p.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato or p.indplaceringsdato,
        forsikringsgrad=d.forsikringsgrad or p.forsikringsgrad,
        grundlag=grundlag,
    )
    return (Indplaceret(ny, rettelse=True),)


def _rettet_bopael(tilstand: Borger, oplyst: str, ny: str | None) -> tuple[Flyttet, ...]:
    """The residence that the placement stated, put right from the same day on; a later move stands."""
    if ny is None or regimer.kommune_ens(oplyst, ny):
        return ()
    forkerte = [b for b in tilstand.bopael if regimer.kommune_ens(b.kommunekode, oplyst)]
    staar = forkerte[-1] if forkerte else next(iter(tilstand.bopael), None)
    return (Flyttet(replace(staar, kommunekode=ny)),) if staar is not None else ()


def _omfattet(o: Regelopsaetning, f: Forloeb, kommunekode: str) -> bool:
    """R1 by the kommune that was right all along; from the law of 2024 every kommune is covered."""
    if f.regime is not Regime.FORSOEG_2020:
        return True
    return regimer.daekket(o, f.akassekode, kommunekode, f.indplaceringsdato)


def _flag(f: Forloeb, p: Indplacering | None) -> tuple[str, ...]:
    """V3 by the corrected enrolment."""
    if p is None or p.afgoerelsesdato is None:
        return ()
    sent = visitation.afgjort_for_sent(f.indplaceringstype, f.tilmeldingsdato, f.indplaceringsdato, p.afgoerelsesdato)
    return ("frist_overskredet",) if sent else ()


def _hvem_der_faar_besked(
    tilstand: Borger, bagefter: Borger, haendelse: Haendelse, f: Forloeb, rettet: Forloeb, *, inde: bool
) -> tuple[tuple[Besked, ...], tuple[Overdragelse, ...]]:
    """A kommune stated wrongly: while in, both jobcentres; afterwards the handover goes to the right one."""
    if rettet.kommunekode == f.kommunekode:
        return (), ()
    if inde:
        beskeder = (
            forloeb.hos_akasse(rettet, rettet.indplaceringstype),
            forloeb.ophoert(f, haendelse.registreringsdato, "kommune_rettet"),
            *ophoer.indstillinger_foelger(tilstand, rettet),
        )
        return beskeder, ()
    if rettet.overdragelse_id is None or rettet.overdraget_til is None:
        return (), ()
    igen = byg(bagefter, rettet, rettet.overdragelse_id, rettet.overdraget_til)
    return (), (replace(igen, aendring="opdateret"),)


KAPITEL = {
    "akasse.visitation.aarsag-rettet.v1": afgoer_aarsag_rettet,
    "akasse.medlem.indplacering-rettet.v1": afgoer_indplacering_rettet,
}
