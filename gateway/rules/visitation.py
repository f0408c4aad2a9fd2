"""Who is in (V1-V16): placement, early effort, education order, move, leaving, a new right, a wrong marking.

Source: the guidance to the trial order (VEJL §1, §2, §3, §4(3), §9), LAB24 §42(3), L24.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from contracts.events import akasse as e
from contracts.felter import foedselsdato
from gateway.rules import forloeb, regimer, valg
from gateway.rules.aarsagskoder import AARSAGER, maanedens_sidste, slutdato
from gateway.rules.aendringer import Flyttet, ForloebSat, Indplaceret, Medlemskrav, Tilmeldt, TimerOpgjort, Udmeldt
from gateway.rules.model import (
    Afgoerelse,
    Besked,
    Fejl,
    Haendelse,
    Part,
    Regelopsaetning,
    Regime,
    Status,
)
from gateway.rules.overdragelse import byg
from gateway.rules.tilstand import Bopael, Borger, Forloeb, Indplacering, Timer

#: V3: the decision falls at the latest two weeks after enrolment.
BESLUTNINGSFRIST = timedelta(days=14)
#: V5: under this age, without education and without children at home.
ALDERSGRAENSE = 25


def _afvist(regel: str, kode: str, tekst: str, felt: str | None, loesning: str) -> Afgoerelse:
    return Afgoerelse(Status.AFVIST, tekst, regel=regel, fejl=Fejl(kode, tekst, felt, loesning))


def alder(cpr: str, dag: date) -> int:
    """Whole years on ``dag``; on the birthday itself the new year has begun (29 February: 1 March in other years)."""
    f = foedselsdato(cpr)
    return dag.year - f.year - ((dag.month, dag.day) < (f.month, f.day))


def i_uddannelsesmaalgruppe(cpr: str, dag: date, uddannelse: bool, boern: bool) -> bool:
    """V5: under 25 on the day of assessment, no qualifying education, no duty to support children at home."""
    return alder(cpr, dag) < ALDERSGRAENSE and not uddannelse and not boern


def _krav(haendelse: Haendelse) -> Medlemskrav:
    return Medlemskrav(haendelse.part.kode)


def _bopael(tilstand: Borger, kommunekode: str, fra: date, registreret: date) -> tuple[Flyttet, ...]:
    """Residence as a placement or enrolment states it: known from enrolment on, changed from the day it is told."""
    if not tilstand.bopael:
        return (Flyttet(Bopael(kommunekode, fra)),)
    if regimer.kommune_ens(tilstand.kommune(registreret) or "", kommunekode):
        return ()
    return (Flyttet(Bopael(kommunekode, registreret)),)


def afgoer_tilmeldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """Enrolment: kept, so that deadlines can be told; DFDG learns of it elsewhere."""
    d: e.MedlemTilmeldt = haendelse.data
    aendringer = (
        _krav(haendelse),
        *_bopael(tilstand, d.kommunekode, d.tilmeldingsdato, haendelse.registreringsdato),
        Tilmeldt(d.tilmeldingsdato),
    )
    return Afgoerelse(Status.NOTERET, "Tilmeldingen er noteret.", aendringer=aendringer)


def afgoer_indplaceret(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V1-V6, V11, V12, V14, V16: the placement decides whether the course is with the a-kasse."""
    d: e.MedlemIndplaceret = haendelse.data
    dom = regimer.regime_for(
        o,
        akassekode=haendelse.part.kode,
        kommunekode=d.kommunekode,
        tilmeldingsdato=d.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato,
        forsikringsgrad=d.forsikringsgrad,
        timer_ved_tilmelding=d.timer_sammenlagt_ved_tilmelding,
    )
    gammelt = tilstand.seneste_forloeb
    aabent = tilstand.inde(haendelse.registreringsdato)
    if gammelt is not None and d.indplaceringsdato <= gammelt.indplaceringsdato:
        samme = _samme_periode(gammelt, aabent, haendelse, dom.regime)
        if samme is not None:
            return samme
    aendringer = (
        _krav(haendelse),
        *_bopael(tilstand, d.kommunekode, min(d.tilmeldingsdato, d.indplaceringsdato), haendelse.registreringsdato),
        Indplaceret(
            Indplacering(
                haendelse.part.kode,
                d.indplaceringsdato,
                d.tilmeldingsdato,
                d.indplaceringstype,
                dom.regime,
                d.forsikringsgrad,
                haendelse.id,
            )
        ),
    )
    if dom.regime is None:
        return _ikke_ind(tilstand, haendelse, dom.tekst, dom.regel, aendringer)
    if d.indplaceringstype == "ny" and (d.igangvaerende_forloeb or d.ledig_foer_sygdom):
        tekst = "et igangværende dagpengeforløb" if d.igangvaerende_forloeb else "ledighed før en sygdomsperiode"
        return _ikke_ind(tilstand, haendelse, f"{tekst} holder en ny indplacering ude", "R3", aendringer)
    return _ind(tilstand, haendelse, d, dom.regime, aabent, aendringer)


def _samme_periode(
    gammelt: Forloeb, aabent: Forloeb | None, haendelse: Haendelse, regime: Regime | None
) -> Afgoerelse | None:
    """V12: out is not in again for the same benefit period, whichever a-kasse asks, but V9 from the law of 2024."""
    if aabent is not None and aabent.akassekode == haendelse.part.kode:
        return Afgoerelse(
            Status.UDEN_VIRKNING,
            "Medlemmet er allerede markeret i samme dagpengeperiode.",
            regel="V2",
            regime=aabent.regime,
        )
    skift = (
        gammelt.aarsagskode == "43"
        and gammelt.akassekode != haendelse.part.kode
        and regime in (Regime.LOV_2024, Regime.REFORM_2026)
        and valg.NYT_FORLOEB_EFTER_SKIFT_FRA_2024
    )
    if skift:
        return None
    return _afvist(
        "V12",
        "v12_samme_periode",
        "Borgeren har været ude af forløbet i samme dagpengeperiode og kan ikke komme ind igen.",
        "indplaceringsdato",
        "Kun en senere indplaceringsdato (ny dagpengeperiode) åbner et nyt forløb.",
    )


def _ikke_ind(
    tilstand: Borger, haendelse: Haendelse, grund: str, regel: str, aendringer: tuple[object, ...]
) -> Afgoerelse:
    """V16: not covered, nothing is registered. An old marking still open is ended by the new right (46, V11)."""
    if tilstand.inde(haendelse.registreringsdato) is not None:
        return forloeb.slutning(
            tilstand, haendelse, "46", slutdato("46", haendelse.registreringsdato), regel="V11", aendringer=aendringer
        )
    return Afgoerelse(
        Status.UDEN_VIRKNING,
        f"Medlemmet er ikke omfattet: {grund}.",
        regel="V16",
        flag=(f"regel_{regel.lower()}",),
        aendringer=aendringer,
    )


def _ind(
    tilstand: Borger,
    haendelse: Haendelse,
    d: e.MedlemIndplaceret,
    regime: Regime,
    aabent: Forloeb | None,
    aendringer: tuple[object, ...],
) -> Afgoerelse:
    dag = haendelse.registreringsdato
    direkte = _direkte_aarsag(d)
    flag = ("frist_overskredet",) if _for_sent(d) else ()
    if direkte is not None and aabent is not None:
        # V11 with V5/V6: the old marking ends with that cause, and nothing new opens.
        afg = forloeb.slutning(tilstand, haendelse, direkte, dag, regel="V11", aendringer=aendringer, flag=flag)
        if afg.registreringer:
            return afg
    gammelt = tilstand.seneste_forloeb
    registreringer = []
    if aabent is not None and direkte is None:
        gammelt = _med_46(haendelse, aabent)
        if gammelt.slutdato != aabent.slutdato:
            registreringer.append(forloeb.afslut(gammelt))
    start = d.startdato or max(d.tilmeldingsdato, d.indplaceringsdato)
    if gammelt is not None and gammelt.slutdato is not None:
        start = max(start, gammelt.slutdato + timedelta(days=1))
    nyt = Forloeb(
        forloeb_id=haendelse.afledt_id("forloeb"),
        fravaer_id=haendelse.afledt_id("fravaer"),
        akassekode=haendelse.part.kode,
        kommunekode=d.kommunekode,
        regime=regime,
        indplaceringstype=d.indplaceringstype,
        tilmeldingsdato=d.tilmeldingsdato,
        indplaceringsdato=d.indplaceringsdato,
        startdato=start,
        anmeldelsesdato=dag,
        forsikringsgrad=d.forsikringsgrad,
    )
    if direkte is not None:
        return _hoerer_til_i_jobcentret(tilstand, haendelse, nyt, direkte, aendringer, flag)
    registreringer.append(forloeb.opret(nyt))
    besked = forloeb.hos_akasse(nyt, d.indplaceringstype, d.kommunekode)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Kontaktforløbet er hos a-kassen fra {start.isoformat()}.",
        regel="V11" if aabent is not None else "V2",
        regime=regime,
        flag=flag,
        aendringer=aendringer,
        registreringer=tuple(registreringer),
        beskeder=(besked,),
    )


def _med_46(haendelse: Haendelse, aabent: Forloeb) -> Forloeb:
    """V11: the old marking ends today with 46, unless it ends no later already (A3). No handover belongs to it."""
    slut = max(slutdato("46", haendelse.registreringsdato), aabent.startdato)
    if aabent.slutdato is not None and aabent.slutdato <= slut:
        return aabent
    return replace(
        aabent, slutdato=slut, aarsagskode="46", afsluttet_den=aabent.afsluttet_den or haendelse.registreringsdato
    )


def _direkte_aarsag(d: e.MedlemIndplaceret) -> str | None:
    """V5 before V6: the cause with which the member belongs at the jobcenter from the start."""
    if i_uddannelsesmaalgruppe(
        d.cpr, d.afgoerelsesdato, d.erhvervskompetencegivende_uddannelse, d.forsoergerpligt_hjemmeboende_boern
    ):
        return "45"
    return "44" if d.behov_for_tidlig_indsats else None


def _for_sent(d: e.MedlemIndplaceret) -> bool:
    """V3, but not for a re-placed member enrolled before the new placement."""
    if d.indplaceringstype == "genindplaceret" and d.tilmeldingsdato < d.indplaceringsdato:
        return False
    return d.afgoerelsesdato > d.tilmeldingsdato + BESLUTNINGSFRIST


def _hoerer_til_i_jobcentret(
    tilstand: Borger,
    haendelse: Haendelse,
    nyt: Forloeb,
    aarsag: str,
    aendringer: tuple[object, ...],
    flag: tuple[str, ...],
) -> Afgoerelse:
    """V14: one registration creates the marking with start, end and cause; the jobcenter gets the handover alone."""
    slut_f = replace(
        forloeb.afsluttet(nyt, haendelse, aarsag, slutdato(aarsag, haendelse.registreringsdato), nyt.kommunekode),
        dfdg_har_annulleret=True,
    )
    return Afgoerelse(
        Status.REGISTRERET,
        f"Medlemmet hører til i jobcentret fra begyndelsen, årsag {aarsag} ({AARSAGER[aarsag]}).",
        regel="V5" if aarsag == "45" else "V6",
        regime=nyt.regime,
        flag=flag,
        aendringer=aendringer,
        registreringer=(forloeb.opret(slut_f),),
        overdragelser=(byg(tilstand, slut_f, haendelse.afledt_id("overdragelse"), nyt.kommunekode),),
    )


def _uden_markering(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, aarsag: str, regel: str) -> Afgoerelse:
    """An assessment of somebody who is not in: V14 before the placement, A3 after the course, else not covered."""
    if tilstand.seneste_forloeb is not None:
        return forloeb.ingen_virkning_a3(
            "Forløbet i a-kassen er allerede slut; hændelsen har ingen virkning.", tilstand.seneste_forloeb
        )
    kommune = tilstand.kommune(haendelse.registreringsdato)
    placering = tilstand.indplacering
    tilmeldt = placering.tilmeldingsdato if placering else tilstand.tilmeldingsdato
    if tilmeldt is None or kommune is None:
        return Afgoerelse(Status.UDEN_VIRKNING, "Medlemmet er hverken tilmeldt eller indplaceret.", regel="V16")
    placeret = placering.indplaceringsdato if placering else tilmeldt
    dom = regimer.regime_for(
        o,
        akassekode=haendelse.part.kode,
        kommunekode=kommune,
        tilmeldingsdato=tilmeldt,
        indplaceringsdato=placeret,
        forsikringsgrad=placering.forsikringsgrad if placering else "fuldtid",
        timer_ved_tilmelding=None,
    )
    if dom.regime is None or (placering is not None and placering.regime is None):
        return Afgoerelse(Status.UDEN_VIRKNING, "Medlemmet er ikke omfattet.", regel="V16")
    nyt = Forloeb(
        forloeb_id=haendelse.afledt_id("forloeb"),
        fravaer_id=haendelse.afledt_id("fravaer"),
        akassekode=haendelse.part.kode,
        kommunekode=kommune,
        regime=dom.regime,
        indplaceringstype=placering.indplaceringstype if placering else "ny",
        tilmeldingsdato=tilmeldt,
        indplaceringsdato=placeret,
        startdato=max(tilmeldt, placeret),
        anmeldelsesdato=haendelse.registreringsdato,
        forsikringsgrad=placering.forsikringsgrad if placering else "fuldtid",
    )
    afg = _hoerer_til_i_jobcentret(tilstand, haendelse, nyt, aarsag, (_krav(haendelse),), ())
    return replace(afg, regel=regel)


def afgoer_behov_for_tidlig_indsats(
    tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date
) -> Afgoerelse:
    """V6, V7: an early effort is needed, or the authorities doubt availability: 44."""
    d: e.BehovForTidligIndsats = haendelse.data
    regel = "V7" if d.grundlag == "kontrolaktion" else "V6"
    if tilstand.inde(haendelse.registreringsdato) is None:
        return _uden_markering(tilstand, haendelse, o, "44", regel)
    return forloeb.slutning(tilstand, haendelse, "44", slutdato("44", haendelse.registreringsdato), regel=regel)


def afgoer_uddannelsespaalaeg(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V5 told outright: every criterion must be met, otherwise the event is refused."""
    d: e.Uddannelsespaalaeg = haendelse.data
    uopfyldt = {
        "cpr": (alder(d.cpr, d.vurderingsdato) >= ALDERSGRAENSE, "medlemmet er fyldt 25 år på vurderingsdatoen"),
        "erhvervskompetencegivendeUddannelse": (
            d.erhvervskompetencegivende_uddannelse,
            "medlemmet har en erhvervskompetencegivende uddannelse",
        ),
        "forsoergerpligtHjemmeboendeBoern": (
            d.forsoergerpligt_hjemmeboende_boern,
            "medlemmet har forsørgerpligt over for hjemmeboende børn",
        ),
    }
    for felt, (brudt, tekst) in uopfyldt.items():
        if brudt:
            return _afvist(
                "V5",
                "v5_kriterium",
                f"Uddannelsespålæg kan ikke registreres: {tekst}.",
                felt,
                "Alle tre kriterier skal være opfyldt på vurderingsdatoen.",
            )
    if tilstand.inde(haendelse.registreringsdato) is None:
        return _uden_markering(tilstand, haendelse, o, "45", "V5")
    return forloeb.slutning(tilstand, haendelse, "45", slutdato("45", haendelse.registreringsdato), regel="V5")


def afgoer_fejloprettet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V10: wrongly marked in. Very rare, so it is flagged for operators to see."""
    return forloeb.slutning(
        tilstand, haendelse, "38", slutdato("38", haendelse.registreringsdato), regel="V10", flag=("fejloprettet",)
    )


def afgoer_flyttet(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V8: inside coverage the course goes on and both jobcentres are told; outside it ends with 42."""
    d: e.MedlemFlyttet = haendelse.data
    dag = haendelse.registreringsdato
    if d.flyttedato > dag:
        return _afvist(
            "V8",
            "v8_fremtidig_flytning",
            "Flyttedatoen ligger efter den dag, flytningen er registreret.",
            "flyttedato",
            "Send hændelsen, når flytningen er sket.",
        )
    aendringer = (_krav(haendelse), Flyttet(Bopael(d.kommunekode, d.flyttedato)))
    f = tilstand.inde(dag)
    if f is None:
        return Afgoerelse(
            Status.UDEN_VIRKNING,
            "Medlemmet er ikke i forløbet; flytningen flytter ingenting.",
            regel="V8",
            aendringer=aendringer,
        )
    if regimer.kommune_ens(f.kommunekode, d.kommunekode):
        return Afgoerelse(
            Status.NOTERET, "Medlemmet bor allerede i kommunen.", regel="V8", regime=f.regime, aendringer=aendringer
        )
    if f.regime is Regime.FORSOEG_2020 and not regimer.daekket(o, f.akassekode, d.kommunekode, d.flyttedato):
        return forloeb.slutning(
            tilstand, haendelse, "42", slutdato("42", dag), regel="V8", aendringer=aendringer, kommunekode=d.kommunekode
        )
    flyttet = replace(f, kommunekode=d.kommunekode)
    ophoert = Besked(
        "gateway.kontaktforloeb-ophoert.v1",
        Part("jobcenter", f.kommunekode),
        {"forloebId": str(f.forloeb_id), "grund": "fraflyttet", "dato": d.flyttedato.isoformat()},
        noegle=f"{f.forloeb_id}|{f.kommunekode}",
    )
    return Afgoerelse(
        Status.VIDERESENDT,
        "Flytningen er givet videre; forløbet fortsætter i a-kassen.",
        regel="V8",
        regime=f.regime,
        aendringer=(*aendringer, ForloebSat(flyttet)),
        beskeder=(forloeb.hos_akasse(flyttet, "tilflyttet", d.kommunekode), ophoert),
    )


def afgoer_udmeldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V9: leaves or changes a-kasse: 43 at the end of the month of leaving."""
    d: e.MedlemUdmeldt = haendelse.data
    aendringer = (Udmeldt(haendelse.part.kode, d.udmeldelsesdato),)
    if tilstand.seneste_forloeb is None:
        return Afgoerelse(
            Status.NOTERET, "Udmeldelsen er noteret; medlemmet er ikke markeret.", regel="V9", aendringer=aendringer
        )
    return forloeb.slutning(
        tilstand, haendelse, "43", maanedens_sidste(d.udmeldelsesdato), regel="V9", aendringer=aendringer
    )


def afgoer_dagpengeret_optjent(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V11: a new right to benefits ends the old marking with 46."""
    return forloeb.slutning(tilstand, haendelse, "46", slutdato("46", haendelse.registreringsdato), regel="V11")


def afgoer_udbetalt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A1, V13: only accumulated hours end the course; the newest accepted figure counts."""
    d: e.DagpengeUdbetalt = haendelse.data
    timer = Timer(d.maaned, d.timer_sammenlagt, haendelse.part.kode)
    aendringer = (_krav(haendelse), TimerOpgjort(timer))
    f = tilstand.inde(haendelse.registreringsdato)
    if f is None:
        if tilstand.seneste_forloeb is not None:
            return forloeb.ingen_virkning_a3(
                "Forløbet i a-kassen er allerede slut; timerne har ingen virkning.",
                tilstand.seneste_forloeb,
                aendringer,
            )
        return Afgoerelse(
            Status.NOTERET, "Timerne er noteret; medlemmet er ikke markeret.", regel="A1", aendringer=aendringer
        )
    naaet = regimer.timer_naaet(f.regime, d.forsikringsgrad or f.forsikringsgrad, d.timer_sammenlagt)
    if naaet:
        return forloeb.slutning(
            tilstand,
            haendelse,
            "41",
            slutdato("41", haendelse.registreringsdato),
            regel="A1",
            aendringer=aendringer,
        )
    flag = ("under_graensen_igen",) if f.aarsagskode == "41" else ()
    return Afgoerelse(
        Status.NOTERET,
        "Timerne er noteret; grænsen er ikke nået.",
        regel="A1",
        regime=f.regime,
        flag=flag,
        aendringer=aendringer,
    )
