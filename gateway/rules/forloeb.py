"""Opening and ending a marking at DFDG: absence 75 "Kontaktforløb er hos a-kassen" (V2, V14, A3, A4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.aendringer import ForloebSat, anvend
from gateway.rules.model import (
    Afgoerelse,
    Besked,
    Haendelse,
    OpretFravaer,
    Part,
    Registrering,
    RetFravaer,
    Status,
)
from gateway.rules.overdragelse import byg
from gateway.rules.tilstand import Borger, Forloeb

FRAVAER_KONTAKTFORLOEB = "75"


def hos_akasse(f: Forloeb, grund: str, kommunekode: str, *, efter: int | None = None) -> Besked:
    """V4: the jobcenter learns that the course is with the a-kasse, and must cancel what it has booked."""
    data = {
        "forloebId": str(f.forloeb_id),
        "akassekode": f.akassekode,
        "startdato": f.startdato.isoformat(),
        "grund": grund,
    }
    return Besked(
        "gateway.kontaktforloeb-hos-akasse.v1",
        Part("jobcenter", kommunekode),
        data,
        noegle=f"{f.forloeb_id}|{kommunekode}",
        efter_registrering=efter,
    )


def opret(f: Forloeb) -> Registrering:
    """Creates the marking; with an end and a cause when it is created ended (V14)."""
    indhold = OpretFravaer(
        fravaer_id=f.fravaer_id,
        fravaertype=FRAVAER_KONTAKTFORLOEB,
        startdato=f.startdato,
        slutdato=f.slutdato,
        anmeldelsesdato=f.anmeldelsesdato,
        aarsagskode=f.aarsagskode,
    )
    return Registrering(f.akassekode, indhold, (ForloebSat(f),))


def afslut(f: Forloeb) -> Registrering:
    """Updates the marking with its end and cause; carries the whole absence."""
    indhold = RetFravaer(
        fravaer_id=f.fravaer_id,
        fravaertype=FRAVAER_KONTAKTFORLOEB,
        startdato=f.startdato,
        slutdato=f.slutdato,
        anmeldelsesdato=f.anmeldelsesdato,
        aarsagskode=f.aarsagskode,
    )
    return Registrering(f.akassekode, indhold, (ForloebSat(f),))


def afsluttet(f: Forloeb, haendelse: Haendelse, aarsagskode: str, slut: date, kommunekode: str) -> Forloeb:
    """The course as it stands ended. A4: never before its start. A handover keeps its id when the end moves."""
    return replace(
        f,
        slutdato=max(slut, f.startdato),
        aarsagskode=aarsagskode,
        afsluttet_den=f.afsluttet_den or haendelse.registreringsdato,
        overdragelse_id=f.overdragelse_id or haendelse.afledt_id("overdragelse"),
        overdraget_til=kommunekode,
    )


def ingen_virkning_a3(tekst: str, f: Forloeb | None = None, aendringer: tuple[Any, ...] = ()) -> Afgoerelse:
    """A3: the course has ended, or ends no later than this would end it."""
    return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="A3", regime=f.regime if f else None, aendringer=aendringer)


def slutning(
    tilstand: Borger,
    haendelse: Haendelse,
    aarsagskode: str,
    slut: date,
    *,
    regel: str,
    aendringer: tuple[Any, ...] = (),
    kommunekode: str | None = None,
    flag: tuple[str, ...] = (),
) -> Afgoerelse:
    """Ends the course that the event's day is in, with a handover. Out, or a later end than the one set: A3.

    ``aendringer``: what the event itself changes (hours, residence); the handover is written with them in.
    """
    f = tilstand.inde(haendelse.registreringsdato)
    if f is None:
        return ingen_virkning_a3(
            "Forløbet i a-kassen er allerede slut; hændelsen har ingen virkning.", tilstand.seneste_forloeb, aendringer
        )
    ny = max(slut, f.startdato)
    if f.slutdato is not None and ny >= f.slutdato:
        return ingen_virkning_a3(
            f"Forløbet slutter allerede {f.slutdato.isoformat()}; hændelsen har ingen virkning.", f, aendringer
        )
    til = kommunekode or f.kommunekode
    slut_f = afsluttet(f, haendelse, aarsagskode, slut, til)
    bagefter = anvend(tilstand, aendringer)
    if slut_f.overdragelse_id is None or slut_f.slutdato is None:
        raise ValueError("an ended course has a handover and an end")
    return Afgoerelse(
        Status.REGISTRERET,
        f"Forløbet slutter {slut_f.slutdato.isoformat()} med årsag {aarsagskode} ({AARSAGER[aarsagskode]}).",
        regel=regel,
        regime=f.regime,
        flag=flag,
        aendringer=aendringer,
        registreringer=(afslut(slut_f),),
        overdragelser=(byg(bagefter, slut_f, slut_f.overdragelse_id, til),),
    )
