"""Who is in (V1-V4, V11, V12, V16; R3): enrolment and placement. Who belongs at the jobcenter stands in ``til_jobcentret``.

Source: the guidance to the trial order (VEJL §1, §2, §3, §4(3)); the employment act as of 2024, §42(3) (LAB24); the
proposal in force from 2024 (L24). What ends a course stands in ``ophoer``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from contracts.events import akasse as e
from gateway.rules import forloeb, planlaegning, pligter, regimer, til_jobcentret, valg
from gateway.rules.aarsagskoder import slutdato
from gateway.rules.aendringer import Flyttet, ForloebSat, Indplaceret, Medlemskrav, Tilmeldt, TimerOpgjort, anvend
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Regime, Regimelukning, Status
from gateway.rules.overdragelse import byg
from gateway.rules.registreringer import Registrering
from gateway.rules.tilstand import Bopael, Borger, Forloeb, Indplacering, Indplaceringsgrundlag, Timer

_FRA_2024 = (Regime.LOV_2024, Regime.REFORM_2026)


def medlemskrav(haendelse: Haendelse) -> Medlemskrav:
    """The claim that an enrolment or a placement makes; after a leaving it makes the citizen a member anew."""
    return Medlemskrav(haendelse.part.kode, fra=haendelse.registreringsdato)


def bopael(tilstand: Borger, kommunekode: str, fra: date, registreret: date) -> tuple[Flyttet, ...]:
    """Residence as a placement or enrolment states it: known from enrolment on, changed from the day it is told."""
    if not tilstand.bopael:
        return (Flyttet(Bopael(kommunekode, fra, oplyst=True)),)
    if regimer.kommune_ens(tilstand.kommune(registreret) or "", kommunekode):
        return ()
    return (Flyttet(Bopael(kommunekode, registreret, oplyst=True)),)


def afgoer_tilmeldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """Enrolment: kept, so that the time limit for the decision (V3) can be told; DFDG learns of it elsewhere.

    While the member is in, the kommune that it states moves nobody: a move is told as one (V8, J3; choice).
    """
    d: e.MedlemTilmeldt = haendelse.data
    dag = haendelse.registreringsdato
    bor = bopael(tilstand, d.kommunekode, d.tilmeldingsdato, dag) if tilstand.inde(dag) is None else ()
    aendringer = (medlemskrav(haendelse), *bor, Tilmeldt(d.tilmeldingsdato))
    return Afgoerelse(Status.NOTERET, "Tilmeldingen er noteret.", regel="V3", aendringer=aendringer)


def afgoer_indplaceret(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V1-V6, V11, V12, V14, V16: the placement decides whether the course is with the a-kasse."""
    return bedoem(tilstand, haendelse, haendelse.data, o)


def indplacering_efter(haendelse: Haendelse, d: e.MedlemIndplaceret, regime: Regime | None) -> Indplacering:
    """The placement as the state keeps it."""
    return Indplacering(
        haendelse.part.kode,
        d.indplaceringsdato,
        d.tilmeldingsdato,
        d.indplaceringstype,
        regime,
        d.forsikringsgrad,
        haendelse.id,
        afgoerelsesdato=d.afgoerelsesdato,
        grundlag=Indplaceringsgrundlag(
            kommunekode=d.kommunekode,
            uddannelse=d.erhvervskompetencegivende_uddannelse,
            boern=d.forsoergerpligt_hjemmeboende_boern,
            behov_for_tidlig_indsats=d.behov_for_tidlig_indsats,
            igangvaerende_forloeb=d.igangvaerende_forloeb,
            ledig_foer_sygdom=d.ledig_foer_sygdom,
            timer_ved_tilmelding=d.timer_sammenlagt_ved_tilmelding,
            startdato=d.startdato,
        ),
    )


def bedoem(
    tilstand: Borger, haendelse: Haendelse, d: e.MedlemIndplaceret, o: Regelopsaetning, *, rettet: bool = False
) -> Afgoerelse:
    """Judges the placement ``d``; ``rettet``: it is the one that stood, with what was wrong put right (R2)."""
    dom = _lov(o, haendelse, d)
    gammelt = tilstand.seneste_forloeb
    if gammelt is not None and _samme_periode(gammelt, d):
        if gammelt.forloeb_id == haendelse.afledt_id("forloeb") and gammelt.slutdato is None:
            # Decided again after its own create was receipted: what is left of a closing still belongs to it (R7).
            lukning = regimer.lukning(o, gammelt.regime, gammelt.akassekode)
            if lukning is not None:
                krav = (medlemskrav(haendelse),)
                return _til_lukningen(tilstand, haendelse, gammelt, lukning, aendringer=krav, fakta=(), flag=())
        svar = _igen_i_samme_periode(tilstand, gammelt, haendelse, dom.regime)
        if svar is not None:
            return svar
    dom = _foer_indplaceringen(tilstand, haendelse, d, dom, o)
    fakta = (
        *bopael(tilstand, d.kommunekode, min(d.tilmeldingsdato, d.indplaceringsdato), haendelse.registreringsdato),
        Indplaceret(indplacering_efter(haendelse, d, dom.regime), rettelse=rettet),
        *_timer_ved_tilmelding(tilstand, haendelse, d),
    )
    if dom.regime is None:
        return _ikke_ind(tilstand, haendelse, dom, fakta, d.kommunekode)
    return _ind(tilstand, haendelse, d, dom.regime, fakta, o)


def _lov(o: Regelopsaetning, haendelse: Haendelse, d: e.MedlemIndplaceret) -> regimer.Dom:
    """R1, R4, R5 by the placement's dates. R2: in the place of one by which the member came in, the first dates go before:
    who was placed in stays in, under the law that the course began under."""
    for tilmeldt, placeret in filter(None, (haendelse.foerst_placeret, (d.tilmeldingsdato, d.indplaceringsdato))):
        dom = regimer.regime_for(
            o,
            akassekode=haendelse.part.kode,
            kommunekode=d.kommunekode,
            tilmeldingsdato=tilmeldt,
            indplaceringsdato=placeret,
            forsikringsgrad=d.forsikringsgrad,
            timer_ved_tilmelding=d.timer_sammenlagt_ved_tilmelding,
        )
        if dom.regime is not None:
            break
    return dom


def _start(haendelse: Haendelse, d: e.MedlemIndplaceret, regime: Regime, gammelt: Forloeb | None) -> date:
    """V2. R2: the start stays when the corrected dates lie before that law began (choice)."""
    start = forloeb.startdato(d.startdato, d.tilmeldingsdato, d.indplaceringsdato, gammelt)
    if haendelse.foerst_placeret is not None and start < regimer.PARAMETRE[regime].fra:
        return forloeb.startdato(d.startdato, *haendelse.foerst_placeret, gammelt)
    return start


def _samme_periode(gammelt: Forloeb, d: e.MedlemIndplaceret) -> bool:
    """V12: one benefit period is an indplaceringsdato not later than the one before. A course that was assessed before
    its placement (V14) has the placement that goes with its enrolment."""
    return d.indplaceringsdato <= gammelt.indplaceringsdato or (
        gammelt.uden_indplacering and d.tilmeldingsdato <= gammelt.tilmeldingsdato
    )


def _igen_i_samme_periode(
    tilstand: Borger, gammelt: Forloeb, haendelse: Haendelse, regime: Regime | None
) -> Afgoerelse | None:
    """V12: out is not in again for the same benefit period, whichever a-kasse asks, but V9 from the law of 2024."""
    if tilstand.inde_hos(haendelse.part.kode, haendelse.registreringsdato) is not None:
        tekst = "Medlemmet er allerede markeret i samme dagpengeperiode."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="V2", regime=gammelt.regime)
    skiftet_akasse = gammelt.aarsagskode == "43" and gammelt.akassekode != haendelse.part.kode
    if skiftet_akasse and regime in _FRA_2024 and valg.NYT_FORLOEB_EFTER_SKIFT_FRA_2024:
        return None
    tekst = "Borgeren har haft sit forløb i samme dagpengeperiode og kan ikke komme ind igen."
    fejl = Fejl(
        "v12_samme_periode",
        tekst,
        "indplaceringsdato",
        "Kun en senere indplaceringsdato (ny dagpengeperiode) åbner et nyt forløb.",
    )
    return Afgoerelse(Status.AFVIST, tekst, regel="V12", regime=gammelt.regime, fejl=fejl)


def _foer_indplaceringen(
    tilstand: Borger, haendelse: Haendelse, d: e.MedlemIndplaceret, dom: regimer.Dom, o: Regelopsaetning
) -> regimer.Dom:
    """R3: what went before keeps a new placement out, never a re-placement; who was placed outside the coverage does not
    come in by moving into it."""
    if dom.regime is None:
        return dom
    if dom.regime is Regime.FORSOEG_2020 and _flyttet_ind(tilstand, haendelse, d, o):
        return regimer.Dom(None, "R3", "medlemmet er flyttet til en kommune i forsøget efter indplaceringen")
    if d.indplaceringstype != "ny":
        return dom
    maalt_i_timer = dom.regime in _FRA_2024 and d.timer_sammenlagt_ved_tilmelding is not None
    if maalt_i_timer and valg.TIMER_VED_TILMELDING_GAAR_FORUD_FRA_2024:
        return dom
    if d.igangvaerende_forloeb:
        return regimer.Dom(None, "R3", "et igangværende dagpengeforløb holder en ny indplacering ude")
    if d.ledig_foer_sygdom:
        return regimer.Dom(None, "R3", "ledighed før en sygdomsperiode holder en ny indplacering ude")
    return dom


def _flyttet_ind(tilstand: Borger, haendelse: Haendelse, d: e.MedlemIndplaceret, o: Regelopsaetning) -> bool:
    """R3: on the day of the placement the member lived elsewhere: the a-kasse placed it there before, or told of the move
    out of a kommune that was not covered."""
    boede = tilstand.kommune(d.indplaceringsdato)
    if boede is None or regimer.kommune_ens(boede, d.kommunekode):
        return False
    foer = tilstand.indplacering
    if foer is not None and foer.akassekode == haendelse.part.kode and d.indplaceringsdato <= foer.indplaceringsdato:
        return True
    meldt = any(
        not b.oplyst and b.fra > d.indplaceringsdato and regimer.kommune_ens(b.kommunekode, d.kommunekode)
        for b in tilstand.bopael
    )
    return meldt and not regimer.daekket(o, haendelse.part.kode, boede, d.indplaceringsdato)


def _timer_ved_tilmelding(tilstand: Borger, haendelse: Haendelse, d: e.MedlemIndplaceret) -> tuple[TimerOpgjort, ...]:
    """The hours told with the placement stand until the first payment of the benefit period is told."""
    foer = tilstand.indplacering
    ny_periode = foer is not None and d.indplaceringsdato > foer.indplaceringsdato
    if d.timer_sammenlagt_ved_tilmelding is None or (tilstand.timer is not None and not ny_periode):
        return ()
    timer = Timer(f"{d.tilmeldingsdato:%Y-%m}", d.timer_sammenlagt_ved_tilmelding, haendelse.part.kode)
    return (TimerOpgjort(timer),)


def _ikke_ind(
    tilstand: Borger, haendelse: Haendelse, dom: regimer.Dom, fakta: tuple[Any, ...], kommunekode: str
) -> Afgoerelse:
    """V16: not covered, nothing is registered. A new right that meets an open marking still ends it (46, V11), and the
    jobcenter of the new placement's kommune takes over."""
    dag = haendelse.registreringsdato
    krav = medlemskrav(haendelse)
    aabent = tilstand.inde_hos(haendelse.part.kode, dag)
    if aabent is not None and dom.regel != "R3":
        ende = slutdato("46", dag)
        return forloeb.slutning(
            tilstand, haendelse, "46", ende, regel="V11", aendringer=(krav,), fakta=fakta, kommunekode=kommunekode
        )
    if tilstand.inde_hos_anden(haendelse.part.kode, dag) is not None:
        # J3: the kommune that it states moves nobody in another a-kasse's course.
        fakta = tuple(x for x in fakta if not isinstance(x, Flyttet))
    return Afgoerelse(
        Status.UDEN_VIRKNING,
        f"Medlemmet er ikke omfattet: {dom.tekst}.",
        regel="V16",
        flag=(f"regel_{dom.regel.lower()}",),
        aendringer=(krav, *fakta) if aabent is None else (krav,),
    )


def _ind(
    tilstand: Borger,
    haendelse: Haendelse,
    d: e.MedlemIndplaceret,
    regime: Regime,
    fakta: tuple[Any, ...],
    o: Regelopsaetning,
) -> Afgoerelse:
    dag = haendelse.registreringsdato
    krav = (medlemskrav(haendelse),)
    flag: tuple[str, ...] = ("frist_overskredet",) if for_sent(d) else ()
    aabent = tilstand.inde(dag)
    if aabent is not None and aabent.akassekode != haendelse.part.kode and aabent.slutdato is not None:
        aabent = None  # V9: the old a-kasse's course runs to its own end, the new one begins after it
    direkte = _direkte_aarsag(d)
    if direkte is not None and aabent is not None and aabent.akassekode == haendelse.part.kode:
        # V11 with V5/V6: the old marking ends with that cause and nothing new opens: it stands for the new period too.
        # R4: by the new period's law the jobcenter holds the rest of the talks.
        ny_periode = replace(
            aabent,
            regime=regime,
            indplaceringstype=d.indplaceringstype,
            tilmeldingsdato=d.tilmeldingsdato,
            indplaceringsdato=d.indplaceringsdato,
            forsikringsgrad=d.forsikringsgrad,
        )
        return forloeb.slutning(
            tilstand,
            haendelse,
            direkte,
            slutdato(direkte, dag),
            regel="V11",
            aendringer=krav,
            fakta=(*fakta, ForloebSat(ny_periode)),
            kommunekode=d.kommunekode,
            flag=flag,
            vurderet=d.afgoerelsesdato,
        )
    gammelt = tilstand.seneste_forloeb
    registreringer: list[Registrering] = []
    if aabent is not None:
        gammelt = _med_46(haendelse, aabent)
        if gammelt != aabent:
            registreringer.append(forloeb.afslut(gammelt))
    nyt = Forloeb(
        forloeb_id=haendelse.afledt_id("forloeb"),
        fravaer_id=haendelse.afledt_id("fravaer"),
        akassekode=haendelse.part.kode,
        kommunekode=d.kommunekode,
        regime=regime,
        indplaceringstype=d.indplaceringstype,
        tilmeldingsdato=d.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato,
        startdato=_start(haendelse, d, regime, gammelt),
        anmeldelsesdato=dag,
        forsikringsgrad=d.forsikringsgrad,
    )
    if direkte is not None:
        regel = "V5" if direkte == "45" else "V6"
        straks = til_jobcentret.hoerer_til_i_jobcentret(
            tilstand,
            haendelse,
            nyt,
            direkte,
            regel=regel,
            aendringer=krav,
            fakta=fakta,
            flag=flag,
            vurderet=d.afgoerelsesdato,
        )
        return forloeb.efter(tuple(registreringer), straks)
    lukning = regimer.lukning(o, regime, nyt.akassekode)
    if lukning is not None:
        til_lukningen = _til_lukningen(tilstand, haendelse, nyt, lukning, aendringer=krav, fakta=fakta, flag=flag)
        return forloeb.efter(tuple(registreringer), til_lukningen)
    registreringer.append(forloeb.opret(nyt, fakta))
    fraflyttet = aabent is not None and not regimer.kommune_ens(aabent.kommunekode, nyt.kommunekode)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Kontaktforløbet er hos a-kassen fra {nyt.startdato.isoformat()}.",
        regel="V11" if aabent is not None else "V1",
        regime=regime,
        flag=flag,
        aendringer=krav,
        registreringer=tuple(registreringer),
        beskeder=(
            forloeb.hos_akasse(nyt, d.indplaceringstype),
            # V8: the jobcenter where the member lived has the course no more.
            *((forloeb.ophoert(aabent, d.indplaceringsdato),) if aabent is not None and fraflyttet else ()),
        ),
    )


def _til_lukningen(
    tilstand: Borger,
    haendelse: Haendelse,
    nyt: Forloeb,
    lukning: Regimelukning,
    *,
    aendringer: tuple[Any, ...],
    fakta: tuple[Any, ...],
    flag: tuple[str, ...],
) -> Afgoerelse:
    """R7: a placement before the day on which its regime closes opens a course that ends that day; the jobcenter is told
    of both. Order at DFDG: create, then end."""
    bagefter = anvend(tilstand, (*aendringer, *fakta))
    slut = forloeb.afsluttet(nyt, haendelse, lukning.aarsagskode, lukning.dato, nyt.kommunekode)
    if slut.slutdato is None or slut.overdragelse_id is None:
        raise ValueError("an ended course has an end and a handover")
    aflysninger, bortfaldet = planlaegning.bortfald(bagefter, slut, slut.slutdato)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Kontaktforløbet er hos a-kassen fra {nyt.startdato.isoformat()} til {slut.slutdato.isoformat()}, hvor "
        "ordningen lukker.",
        regel="R7",
        regime=nyt.regime,
        flag=flag,
        pligter=pligter.ved_overdragelse(bagefter, slut, haendelse.registreringsdato, None),
        aendringer=aendringer,
        registreringer=(forloeb.opret(nyt, fakta), forloeb.afslut(slut, bortfaldet), *aflysninger),
        beskeder=(replace(forloeb.hos_akasse(nyt, nyt.indplaceringstype), efter_registrering=0),),
        overdragelser=(byg(bagefter, slut, slut.overdragelse_id, nyt.kommunekode, efter_registrering=1),),
    )


def _med_46(haendelse: Haendelse, aabent: Forloeb) -> Forloeb:
    """V11: the old marking ends today with 46, unless it ends no later already (A3). No handover belongs to it."""
    slut = max(slutdato("46", haendelse.registreringsdato), aabent.startdato)
    if aabent.slutdato is not None and aabent.slutdato <= slut:
        return aabent
    return replace(aabent, slutdato=slut, aarsagskode="46", afsluttet_den=haendelse.registreringsdato)


def _direkte_aarsag(d: e.MedlemIndplaceret) -> str | None:
    """V5 before V6: the cause with which the member belongs at the jobcenter from the start."""
    if til_jobcentret.i_uddannelsesmaalgruppe(
        d.cpr, d.afgoerelsesdato, d.erhvervskompetencegivende_uddannelse, d.forsoergerpligt_hjemmeboende_boern
    ):
        return "45"
    return "44" if d.behov_for_tidlig_indsats else None


def for_sent(d: e.MedlemIndplaceret) -> bool:
    """V3 for the placement as it was told."""
    return afgjort_for_sent(d.indplaceringstype, d.tilmeldingsdato, d.indplaceringsdato, d.afgoerelsesdato)


def afgjort_for_sent(indplaceringstype: str, tilmeldt: date, placeret: date, afgjort: date) -> bool:
    """V3, but not for a re-placed member enrolled before the new placement."""
    if indplaceringstype == "genindplaceret" and tilmeldt < placeret:
        return False
    return afgjort > tilmeldt + valg.BESLUTNINGSFRIST


KAPITEL = {
    "akasse.medlem.tilmeldt.v1": afgoer_tilmeldt,
    "akasse.medlem.indplaceret.v1": afgoer_indplaceret,
}
