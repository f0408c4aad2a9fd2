"""Who belongs at the jobcenter, from the start or by an assessment (V5-V7, V14; V16 where nobody is covered).

Source: the guidance to the trial order (VEJL §2(3), §2(5)); the employment act as of 2024, §42(3) (LAB24).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from contracts.events import akasse as e
from contracts.felter import foedselsdato
from gateway.rules import forloeb, regimer
from gateway.rules.aarsagskoder import slutdato
from gateway.rules.aendringer import Medlemskrav, anvend
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger, Forloeb

#: V5: under this age, without education and without children at home.
ALDERSGRAENSE = 25


def alder(cpr: str, dag: date) -> int:
    """Whole years on ``dag``; on the birthday itself the new year has begun (29 February: 1 March in other years)."""
    f = foedselsdato(cpr)
    return dag.year - f.year - ((dag.month, dag.day) < (f.month, f.day))


def i_uddannelsesmaalgruppe(cpr: str, dag: date, uddannelse: bool, boern: bool) -> bool:
    """V5: under 25 on the day of assessment, no qualifying education, no duty to support children at home."""
    return alder(cpr, dag) < ALDERSGRAENSE and not uddannelse and not boern


def hoerer_til_i_jobcentret(
    tilstand: Borger,
    haendelse: Haendelse,
    nyt: Forloeb,
    aarsag: str,
    *,
    regel: str,
    aendringer: tuple[Any, ...],
    fakta: tuple[Any, ...] = (),
    flag: tuple[str, ...] = (),
    vurderet: date | None = None,
) -> Afgoerelse:
    """V14: one registration creates the marking with start, end and cause; the jobcenter gets the handover alone, and is
    told in it that DFDG has annulled its deadlines and bookings. S12 applies as at any handover."""
    ende = slutdato(aarsag, haendelse.registreringsdato)
    endt = forloeb.afsluttet(nyt, haendelse, aarsag, ende, nyt.kommunekode)
    endt = replace(endt, dfdg_har_annulleret=True)
    return forloeb.overdraget(
        anvend(tilstand, (*aendringer, *fakta)), endt, haendelse,
        "Medlemmet hører til i jobcentret fra begyndelsen,", forloeb.opret,
        regel=regel, aendringer=aendringer, fakta=fakta, flag=flag, vurderet=vurderet,
    )  # fmt: skip


def uden_markering(
    tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, aarsag: str, regel: str, vurderet: date
) -> Afgoerelse:
    """An assessment of somebody who is not in the a-kasse's course: V14 for one who is enrolled and covered, A3 after a
    course, else V16."""
    if tilstand.seneste_forloeb is not None:
        return forloeb.ikke_inde(tilstand, haendelse, regel)
    dag = haendelse.registreringsdato
    kommune = tilstand.kommune(dag)
    placering = tilstand.indplacering
    tilmeldt = placering.tilmeldingsdato if placering else tilstand.tilmeldingsdato
    if tilmeldt is None or kommune is None:
        return Afgoerelse(Status.UDEN_VIRKNING, "Medlemmet er hverken tilmeldt eller indplaceret.", regel="V16")
    placeret = placering.indplaceringsdato if placering else tilmeldt
    grad = placering.forsikringsgrad if placering else "fuldtid"
    dom = regimer.regime_for(
        o,
        akassekode=haendelse.part.kode,
        kommunekode=kommune,
        tilmeldingsdato=tilmeldt,
        indplaceringsdato=placeret,
        forsikringsgrad=grad,
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
        startdato=forloeb.startdato(None, tilmeldt, placeret, None),
        anmeldelsesdato=dag,
        forsikringsgrad=grad,
        uden_indplacering=placering is None,
    )
    krav = (Medlemskrav(haendelse.part.kode),)
    return hoerer_til_i_jobcentret(tilstand, haendelse, nyt, aarsag, regel=regel, aendringer=krav, vurderet=vurderet)


def afgoer_behov_for_tidlig_indsats(
    tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date
) -> Afgoerelse:
    """V6, V7: an early effort is needed, or the authorities doubt availability: 44."""
    d: e.BehovForTidligIndsats = haendelse.data
    regel = "V7" if d.grundlag == "kontrolaktion" else "V6"
    dag = haendelse.registreringsdato
    if tilstand.inde_hos(haendelse.part.kode, dag) is None:
        return uden_markering(tilstand, haendelse, o, "44", regel, d.vurderingsdato)
    return forloeb.slutning(tilstand, haendelse, "44", slutdato("44", dag), regel=regel, vurderet=d.vurderingsdato)


def afgoer_uddannelsespaalaeg(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V5 told outright: every criterion must be met, otherwise the event is refused."""
    d: e.Uddannelsespaalaeg = haendelse.data
    brudt = (
        (
            "cpr",
            alder(d.cpr, d.vurderingsdato) >= ALDERSGRAENSE,
            f"medlemmet er fyldt {ALDERSGRAENSE} år på vurderingsdatoen",
        ),
        (
            "erhvervskompetencegivendeUddannelse",
            d.erhvervskompetencegivende_uddannelse,
            "medlemmet har en erhvervskompetencegivende uddannelse",
        ),
        (
            "forsoergerpligtHjemmeboendeBoern",
            d.forsoergerpligt_hjemmeboende_boern,
            "medlemmet har forsørgerpligt over for hjemmeboende børn",
        ),
    )
    for felt, er_brudt, hvorfor in brudt:
        if er_brudt:
            tekst = f"Uddannelsespålæg kan ikke registreres: {hvorfor}."
            loesning = "Alle tre kriterier skal være opfyldt på vurderingsdatoen."
            return Afgoerelse(Status.AFVIST, tekst, regel="V5", fejl=Fejl("v5_kriterium", tekst, felt, loesning))
    dag = haendelse.registreringsdato
    if tilstand.inde_hos(haendelse.part.kode, dag) is None:
        return uden_markering(tilstand, haendelse, o, "45", "V5", d.vurderingsdato)
    return forloeb.slutning(tilstand, haendelse, "45", slutdato("45", dag), regel="V5", vurderet=d.vurderingsdato)


KAPITEL = {
    "akasse.visitation.behov-for-tidlig-indsats.v1": afgoer_behov_for_tidlig_indsats,
    "akasse.visitation.uddannelsespaalaeg.v1": afgoer_uddannelsespaalaeg,
}
