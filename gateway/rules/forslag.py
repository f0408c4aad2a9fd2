"""Efforts that the jobcenter suggests while the course is with the a-kasse, which decides and answers (J2).

Source: STAR's call for applicants 2019 (OPSL).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.events import akasse as e
from contracts.events import jobcenter as j
from gateway.rules import grene, modpart, trae
from gateway.rules.aendringer import ForslagSat
from gateway.rules.forloeb import ikke_inde
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.regel import Regel
from gateway.rules.regimer import kommune_ens
from gateway.rules.tilstand import Borger, Indsatsforslag

INDSATSFORSLAG, FORSLAG_BESVARET = "gateway.indsatsforslag.v1", "gateway.indsatsforslag-besvaret.v1"


def afgoer_foreslaaet(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """J2: while in, the suggestion goes to the a-kasse; afterwards efforts are the jobcenter's own."""
    d: j.IndsatsForeslaaet = haendelse.data
    dag = haendelse.registreringsdato
    f = tilstand.inde(dag)
    if f is None:
        return modpart.ikke_i_forloeb("J2")
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, dag, f.regime)
    if hindring is not None:
        return hindring
    return modpart.til_akassen(
        haendelse,
        INDSATSFORSLAG,
        f.akassekode,
        regel="J2",
        regime=f.regime,
        tekst="Forslaget er givet videre til a-kassen, som afgør det",
        aendringer=(ForslagSat(Indsatsforslag(d.forslag_id, haendelse.part.kode, d.tilbudstype, dag)),),
    )


def afgoer_besvaret(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """J2: the a-kasse's answer goes to the jobcenter that suggested, while the citizen still lives there (J3)."""
    d: e.IndsatsforslagBesvaret = haendelse.data
    dag = haendelse.registreringsdato
    f = tilstand.inde_hos(haendelse.part.kode, dag)
    if f is None:
        return ikke_inde(tilstand, haendelse, "J2")
    kendt = next((x for x in tilstand.forslag if x.forslag_id == d.forslag_id), None)
    if kendt is None:
        tekst = "Forslaget er ikke kendt for borgeren."
        fejl = Fejl("j2_ukendt_forslag", tekst, "forslagId", "Angiv forslagId fra gateway.indsatsforslag.v1.")
        return Afgoerelse(Status.AFVIST, tekst, regel="J2", regime=f.regime, fejl=fejl)
    if kendt.accepteret == d.accepteret:
        tekst = "Forslaget er besvaret sådan før."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J2", regime=f.regime, fri=True)
    besvaret = (ForslagSat(replace(kendt, accepteret=d.accepteret)),)
    if not kommune_ens(tilstand.kommune(dag) or kendt.kommunekode, kendt.kommunekode):
        tekst = "Borgeren er flyttet fra den kommune, der foreslog indsatsen; svaret gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J3", regime=f.regime, aendringer=besvaret, fri=True)
    return Afgoerelse(
        Status.VIDERESENDT,
        "Svaret er sendt til jobcentret.",
        regel="J2",
        regime=f.regime,
        aendringer=besvaret,
        beskeder=(modpart.til_jobcentret(tilstand, haendelse, FORSLAG_BESVARET, f),),
        fri=True,
    )


KAPITEL = {
    "jobcenter.indsats.foreslaaet.v1": afgoer_foreslaaet,
    "akasse.indsatsforslag.besvaret.v1": afgoer_besvaret,
}


REGLER = (
    Regel(
        "J2",
        "Jobcentret foreslår, a-kassen afgør",
        "Jobcentret kan foreslå en indsats, mens forløbet er hos a-kassen. Forslaget gives videre, a-kassen "
        "afgør det, og svaret går til det jobcenter, der foreslog.",
        kilde="OPSL",
        kode=("afgoer_foreslaaet", "afgoer_besvaret"),
    ),
)


TRAEER = (
    trae.Trae(
        "indsats-foreslaaet",
        "Jobcentret foreslår en indsats",
        ("jobcenter.indsats.foreslaaet.v1",),
        trae.foerst(
            trae.hvis_ikke("Er borgeren i et forløb hos en a-kasse?", grene.ikke_i_forloeb("J2")),
            ellers=grene.til_akassen(trae.videresendt("J2", "Forslaget er givet videre til a-kassen, som afgør det.")),
        ),
    ),
    trae.Trae(
        "indsatsforslag-besvaret",
        "A-kassen besvarer et forslag",
        ("akasse.indsatsforslag.besvaret.v1",),
        trae.foerst(
            trae.hvis_ikke("Er medlemmet i forløbet hos a-kassen?", grene.ikke_inde("J2")),
            trae.hvis_ikke(
                "Er forslaget kendt?", trae.afvist("J2", "j2_ukendt_forslag", "Forslaget er ikke kendt for borgeren.")
            ),
            trae.hvis("Er det besvaret sådan før?", trae.uden_virkning("J2", "Forslaget er besvaret sådan før.")),
            trae.hvis(
                "Er borgeren flyttet fra jobcentrets kommune?",
                trae.uden_virkning(
                    "J3", "Borgeren er flyttet fra den kommune, der foreslog indsatsen; svaret gives ikke videre."
                ),
            ),
            ellers=trae.videresendt("J2", "Svaret er sendt til jobcentret."),
        ),
    ),
)
