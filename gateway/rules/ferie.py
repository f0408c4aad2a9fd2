"""Holiday (F1-F3): who registers it, by the notice that the member gives.

Source: the guidance (VEJL §6, §13(2)). The 14 days are the member's duty of notice, no rule of DFDG's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from contracts.events import akasse as e
from gateway.rules.aendringer import FerieSat
from gateway.rules.model import (
    Afgoerelse,
    Fejl,
    Haendelse,
    OpretFravaer,
    Regelopsaetning,
    Registrering,
    SletFravaer,
    Status,
)
from gateway.rules.tilstand import Borger, Ferie

FRAVAER_FERIE = "10"
#: F1: from this notice on the member registers the holiday on Jobnet; exactly this many days is the member's.
MEDLEMMETS_VARSEL = timedelta(days=14)


def afgoer_anmodet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """F1, F2: asked for while in, with less than 14 days' notice: the a-kasse approves and registers it."""
    d: e.FerieAnmodet = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, d.anmodet_dato)
    if f is None:
        tekst = "Ferie, der er anmodet uden for forløbet i a-kassen, hører til i jobcentret."
        fejl = Fejl("f1_uden_for_forloebet", tekst, "anmodetDato", "Medlemmet meddeler ferien til jobcentret.")
        return Afgoerelse(Status.AFVIST, tekst, regel="F1", fejl=fejl)
    if any(x.ferie_id == d.ferie_id and x.godkendt and not x.annulleret for x in tilstand.ferie):
        return Afgoerelse(Status.UDEN_VIRKNING, "Ferien er meddelt før.", regel="F1", regime=f.regime)
    ferie = Ferie(d.ferie_id, haendelse.part.kode, d.startdato, d.slutdato, d.anmodet_dato, False, None, d.godkendt)
    if d.startdato - d.anmodet_dato >= MEDLEMMETS_VARSEL:
        return Afgoerelse(
            Status.NOTERET,
            "Ferien er noteret; med mindst 14 dages varsel registrerer medlemmet den selv på Jobnet.",
            regel="F1",
            regime=f.regime,
            aendringer=(FerieSat(ferie),),
        )
    if not d.godkendt:
        return Afgoerelse(
            Status.NOTERET,
            "Ferien er noteret som ikke godkendt.",
            regel="F1",
            regime=f.regime,
            aendringer=(FerieSat(ferie),),
        )
    fravaer_id = haendelse.afledt_id("ferie")
    indhold = OpretFravaer(fravaer_id, FRAVAER_FERIE, d.startdato, d.slutdato, d.anmodet_dato)
    registreret = replace(ferie, registreret=True, fravaer_id=fravaer_id)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Ferien fra {d.startdato.isoformat()} til {d.slutdato.isoformat()} er registreret.",
        regel="F1",
        regime=f.regime,
        registreringer=(Registrering(haendelse.part.kode, indhold, (FerieSat(registreret),)),),
    )


def afgoer_annulleret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """F3: a registered holiday that is withdrawn is deleted with a correction comment."""
    d: e.FerieAnnulleret = haendelse.data
    kendt = next((x for x in tilstand.ferie if x.ferie_id == d.ferie_id), None)
    if kendt is None:
        tekst = "Ferien er ikke kendt for borgeren."
        fejl = Fejl("f3_ukendt_ferie", tekst, "ferieId", "Angiv ferieId fra en tidligere meddelt ferie.")
        return Afgoerelse(Status.AFVIST, tekst, regel="F3", fejl=fejl)
    if kendt.annulleret:
        return Afgoerelse(Status.UDEN_VIRKNING, "Ferien er annulleret før.", regel="F3")
    annulleret = replace(kendt, annulleret=True)
    if not kendt.registreret or kendt.fravaer_id is None:
        tekst = "Annulleringen er noteret; ferien var ikke registreret af a-kassen."
        return Afgoerelse(Status.NOTERET, tekst, regel="F3", aendringer=(FerieSat(annulleret),))
    # The comment becomes part of a path at DFDG, so it is the gateway's own words, never the publisher's.
    indhold = SletFravaer(kendt.fravaer_id, FRAVAER_FERIE, "Ferien er annulleret")
    return Afgoerelse(
        Status.REGISTRERET,
        "Ferien er annulleret.",
        regel="F3",
        registreringer=(Registrering(haendelse.part.kode, indhold, (FerieSat(annulleret),)),),
    )


KAPITEL = {
    "akasse.ferie.anmodet.v1": afgoer_anmodet,
    "akasse.ferie.annulleret.v1": afgoer_annulleret,
}
