"""Talks that the jobcenter summons to or cancels (J4, V4).

Source: the guidance to the trial order, VEJL §2(2), §4(3): while the course is with the a-kasse the jobcenter must not summon
or set a deadline, and cancels what it had booked. The proposal in force from 2024 (L24): after the handover the a-kasse
joins the jobcenter's first talk if the citizen wishes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.events import jobcenter as j
from gateway.rules import grene, modpart, trae
from gateway.rules.aendringer import JobcentersamtaleSat
from gateway.rules.model import KOEBENHAVN, Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Jobcentersamtale

JOBCENTERSAMTALE, SAMTALE_ANNULLERET = "gateway.jobcentersamtale.v1", "gateway.samtale-annulleret.v1"


def afgoer_indkaldt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """J4: a summons to a day in the a-kasse's course goes to the a-kasse as a breach; one to a day after it, when it is
    the first talk and the citizen wishes the a-kasse there. A change of a talk that the a-kasse knows of is told too."""
    d: j.JobcenterSamtaleIndkaldt = haendelse.data
    dag = haendelse.registreringsdato
    kendt = next((s for s in tilstand.jobcentersamtaler if s.samtale_id == d.samtale_id), None)
    talens_dag = d.start.astimezone(KOEBENHAVN).date()
    brud = tilstand.inde(talens_dag) is not None and tilstand.inde(dag) is not None
    f = tilstand.inde(dag) or tilstand.seneste_forloeb
    ny = Jobcentersamtale(
        d.samtale_id,
        haendelse.part.kode,
        d.start,
        d.form,
        foerste_samtale=_nyest(d.foerste_samtale, kendt.foerste_samtale if kendt else False),
        borger_oensker_akasse=_nyest(d.borger_oensker_akasse, kendt.borger_oensker_akasse if kendt else False),
    )
    inviteret = ny.borger_oensker_akasse and d.foerste_samtale is not False
    if f is None or not (brud or inviteret or kendt is not None):
        tekst = "Samtalen er jobcentrets egen; den gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J4", regime=f.regime if f else None, fri=True)
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, dag, f.regime)
    if hindring is not None:
        return hindring
    return modpart.til_akassen(
        haendelse,
        JOBCENTERSAMTALE,
        f.akassekode,
        regel="J4",
        regime=f.regime,
        tekst="Indkaldelsen er givet videre til a-kassen",
        brud=brud,
        aendringer=(JobcentersamtaleSat(ny),),
    )


def _nyest(sagt: bool | None, staar: bool) -> bool:
    return staar if sagt is None else sagt


def afgoer_annulleret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """V4: what the jobcenter cancels is told to the a-kasse that has the course, or that knew of the talk (J4)."""
    d: j.JobcenterSamtaleAnnulleret = haendelse.data
    dag = haendelse.registreringsdato
    kendt = next((s for s in tilstand.jobcentersamtaler if s.samtale_id == d.samtale_id), None)
    f = tilstand.inde(dag) or (tilstand.seneste_forloeb if kendt is not None else None)
    if f is None:
        return modpart.ikke_i_forloeb("V4")
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, dag, f.regime)
    if hindring is not None:
        return hindring
    return modpart.til_akassen(
        haendelse,
        SAMTALE_ANNULLERET,
        f.akassekode,
        regel="V4",
        regime=f.regime,
        tekst="Annulleringen er givet videre til a-kassen",
        aendringer=(JobcentersamtaleSat(replace(kendt, annulleret=True)),) if kendt is not None else (),
    )


KAPITEL = {
    "jobcenter.samtale.indkaldt.v1": afgoer_indkaldt,
    "jobcenter.samtale.aendret.v1": afgoer_indkaldt,
    "jobcenter.samtale.annulleret.v1": afgoer_annulleret,
}


REGLER = (
    Regel(
        "J4",
        "Jobcentrets samtaler",
        "Mens forløbet er hos a-kassen, må jobcentret ikke indkalde eller sætte frist; gør det det "
        "alligevel, gives indkaldelsen videre til a-kassen med mærket regelbrud. Efter overdragelsen "
        "deltager a-kassen i jobcentrets første samtale, hvis borgeren ønsker det. Andre af jobcentrets "
        "samtaler gives ikke videre.",
        kilde="VEJL §2(2); L24",
        kode=("afgoer_indkaldt", "afgoer_annulleret"),
    ),
)


TRAEER = (
    trae.Trae(
        "jobcentersamtale",
        "Jobcentret indkalder til eller ændrer en samtale",
        ("jobcenter.samtale.indkaldt.v1", "jobcenter.samtale.aendret.v1"),
        trae.foerst(
            trae.hvis_ikke(
                "Ligger den i et forløb hos a-kassen, er den jobcentrets første, hvor borgeren ønsker a-kassen, eller kender "
                "a-kassen den?",
                trae.uden_virkning("J4", "Samtalen er jobcentrets egen; den gives ikke videre."),
            ),
            ellers=grene.til_akassen(
                trae.foerst(
                    trae.hvis(
                        "Ligger den i et forløb hos a-kassen?",
                        trae.videresendt("J4", "Indkaldelsen er givet videre til a-kassen som et brud på reglerne."),
                    ),
                    ellers=trae.videresendt("J4", "Indkaldelsen er givet videre til a-kassen."),
                )
            ),
        ),
    ),
    trae.Trae(
        "jobcentersamtale-annulleret",
        "Jobcentret annullerer en samtale",
        ("jobcenter.samtale.annulleret.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er borgeren i et forløb hos en a-kasse, eller kender a-kassen samtalen?",
                grene.ikke_i_forloeb("V4"),
            ),
            ellers=grene.til_akassen(trae.videresendt("V4", "Annulleringen er givet videre til a-kassen.")),
        ),
    ),
)
