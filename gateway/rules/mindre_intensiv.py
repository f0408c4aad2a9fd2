"""Less intensive effort (M1-M3): what lifts the duties to search, to attend talks and to take offers.

Source: the guidance (VEJL §7), LAB § 106. DFDG's ids of these absence types are not public (M3): they come from the
installation's own code list, and what is unset stops with a clear error.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from contracts.events import akasse as e
from gateway.errors import Regelfejl
from gateway.rules.aendringer import MindreIntensivSat
from gateway.rules.model import (
    Afgoerelse,
    Fejl,
    Haendelse,
    OpretFravaer,
    Regelopsaetning,
    Registrering,
    RetFravaer,
    Status,
)
from gateway.rules.tilstand import Borger, MindreIntensivIndsats

SEKS_UGER = timedelta(weeks=6)
#: Grounds whose period is six weeks; weather and lack of materials have none (LAB § 106).
MED_GRAENSE = frozenset({"job", "barsel", "efterloen_pension", "uddannelse", "arbejdsfordeling"})


def fravaerstype(o: Regelopsaetning, grund: str) -> str:
    """M3: DFDG's type of the ground. Raises ``Regelfejl`` when the code list lacks it."""
    navn = f"fravaerstype.mindre_intensiv.{grund}"
    kode = o.koder.get(navn)
    if not kode:
        raise Regelfejl(
            "kode_mangler",
            f"Koden {navn} er ikke offentlig og ikke sat i installationens kodeliste.",
            felt="grund",
            loesning=f"Sæt {navn} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
        )
    return kode


def fritaget(tilstand: Borger, dag: date) -> bool:
    """M1: whether the duties are lifted on ``dag``."""
    return any(
        m.fritaget and m.startdato <= dag and (m.slutdato is None or dag <= m.slutdato)
        for m in tilstand.mindre_intensiv
    )


def _flag(grund: str, start: date, slut: date | None) -> tuple[str, ...]:
    """M1: the event behind the ground (the job, the leave, the study) lies more than six weeks after the start."""
    for_lang = grund in MED_GRAENSE and slut is not None and slut - start > SEKS_UGER
    return ("over_seks_uger",) if for_lang else ()


def afgoer_registreret(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """M1, M2: registered while in; duties that are kept are not an exemption, so nothing is sent."""
    d: e.MindreIntensivRegistreret = haendelse.data
    f = tilstand.inde_hos(haendelse.part.kode, haendelse.registreringsdato)
    if f is None:
        tekst = "Mindre intensiv indsats registreres kun af a-kassen, mens medlemmet er i forløbet."
        fejl = Fejl("m1_uden_for_forloebet", tekst, "startdato", "Jobcentret registrerer den.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    if any(m.indsats_id == d.indsats_id and m.fritaget for m in tilstand.mindre_intensiv):
        return Afgoerelse(Status.UDEN_VIRKNING, "Indsatsen er registreret før.", regel="M1", regime=f.regime)
    indsats = MindreIntensivIndsats(d.indsats_id, haendelse.part.kode, d.grund, d.startdato, d.slutdato, False)
    if d.pligter_fastholdes is not None:
        return Afgoerelse(
            Status.NOTERET,
            "Pligterne fastholdes; der registreres ingen fritagelse.",
            regel="M2",
            regime=f.regime,
            aendringer=(MindreIntensivSat(indsats),),
        )
    fravaer_id = haendelse.afledt_id("mindre-intensiv")
    indhold = OpretFravaer(fravaer_id, fravaerstype(o, d.grund), d.startdato, d.slutdato, haendelse.registreringsdato)
    registreret = replace(indsats, fritaget=True, fravaer_id=fravaer_id, anmeldelsesdato=haendelse.registreringsdato)
    return Afgoerelse(
        Status.REGISTRERET,
        "Mindre intensiv indsats er registreret.",
        regel="M1",
        regime=f.regime,
        flag=_flag(d.grund, d.startdato, d.slutdato),
        registreringer=(Registrering(haendelse.part.kode, indhold, (MindreIntensivSat(registreret),)),),
    )


def afgoer_ophoert(tilstand: Borger, haendelse: Haendelse, o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """The period ends: an update with its last day."""
    d: e.MindreIntensivOphoert = haendelse.data
    kendt = next((m for m in tilstand.mindre_intensiv if m.indsats_id == d.indsats_id), None)
    if kendt is None:
        tekst = "Indsatsen er ikke kendt for borgeren."
        fejl = Fejl("m1_ukendt_indsats", tekst, "indsatsId", "Angiv indsatsId fra en tidligere registreret indsats.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    if d.slutdato < kendt.startdato:
        tekst = "Slutdatoen ligger før indsatsens startdato."
        fejl = Fejl("m1_slut_foer_start", tekst, "slutdato", f"Angiv {kendt.startdato.isoformat()} eller senere.")
        return Afgoerelse(Status.AFVIST, tekst, regel="M1", fejl=fejl)
    slut = replace(kendt, slutdato=d.slutdato)
    if kendt.fravaer_id is None or kendt.anmeldelsesdato is None:
        tekst = "Ophøret er noteret; der var ingen fritagelse."
        return Afgoerelse(Status.NOTERET, tekst, regel="M2", aendringer=(MindreIntensivSat(slut),))
    type_ = fravaerstype(o, kendt.grund)
    indhold = RetFravaer(kendt.fravaer_id, type_, kendt.startdato, d.slutdato, kendt.anmeldelsesdato)
    return Afgoerelse(
        Status.REGISTRERET,
        f"Mindre intensiv indsats slutter {d.slutdato.isoformat()}.",
        regel="M1",
        flag=_flag(kendt.grund, kendt.startdato, d.slutdato),
        registreringer=(Registrering(haendelse.part.kode, indhold, (MindreIntensivSat(slut),)),),
    )


KAPITEL = {
    "akasse.mindre-intensiv-indsats.registreret.v1": afgoer_registreret,
    "akasse.mindre-intensiv-indsats.ophoert.v1": afgoer_ophoert,
}
