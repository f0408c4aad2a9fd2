"""What comes from the jobcenter while the course is with the a-kasse (J1, J5).

Source: the guidance (VEJL §8), L24: only by phone, only about a concrete job order, and the a-kasse is told.
"""

from __future__ import annotations

from datetime import date

from contracts.events import jobcenter as e
from gateway.rules import grene, modpart, trae
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Regime, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Forloeb


def afgoer_jobordre_kontakt(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """J1: routed to the a-kasse of a member who is in, marked when it is a breach; J5: only once DFDG has confirmed."""
    d: e.JobordreKontakt = haendelse.data
    f = tilstand.inde(haendelse.registreringsdato)
    if f is None:
        tekst = "Borgeren er ikke i et forløb hos en a-kasse; kontakten gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J1", fri=True)
    hindring = modpart.ikke_akassens(tilstand, f.akassekode, haendelse.registreringsdato, f.regime)
    if hindring is not None:
        return hindring
    return modpart.til_akassen(
        haendelse,
        "gateway.jobordrekontakt.v1",
        f.akassekode,
        regel="J1",
        regime=f.regime,
        tekst="Kontakten er givet videre til a-kassen",
        brud=er_brud(tilstand, f, d),
    )


def er_brud(tilstand: Borger, f: Forloeb, d: e.JobordreKontakt) -> bool:
    """J1: by other means than the phone, or without a job order; from 2024 a contact about a known indstilling is none."""
    om_indstilling = any(i.indstilling_id == d.indstilling_id for i in tilstand.indstillinger)
    if f.regime is not Regime.FORSOEG_2020 and om_indstilling:
        return False
    return d.kontaktform != "telefon" or d.jobordre_id is None


KAPITEL = {
    "jobcenter.jobordre.kontakt.v1": afgoer_jobordre_kontakt,
}


REGLER = (
    Regel(
        "J1",
        "Jobcentrets kontakt om en jobordre",
        "Mens forløbet er hos a-kassen, må jobcentret kun kontakte medlemmet i telefonen og om en konkret "
        "jobordre, og a-kassen skal have det at vide. Kontakten gives videre; på anden måde eller uden "
        "jobordre mærkes den regelbrud. Fra 2024 er en kontakt om en indstilling intet brud. Er medlemmet "
        "ude, har den ingen virkning.",
        kilde="VEJL §8; L24",
        kode=("afgoer_jobordre_kontakt", "er_brud"),
    ),
)


TRAEER = (
    trae.Trae(
        "jobordrekontakt",
        "Jobcentret har kontaktet medlemmet om en jobordre",
        ("jobcenter.jobordre.kontakt.v1",),
        trae.foerst(
            trae.hvis_ikke(
                "Er borgeren i et forløb hos en a-kasse?",
                trae.uden_virkning("J1", "Borgeren er ikke i et forløb hos en a-kasse; kontakten gives ikke videre."),
            ),
            ellers=grene.til_akassen(
                trae.foerst(
                    trae.hvis(
                        "Skete den på anden måde end i telefonen eller uden jobordre, og (fra 2024) ikke om en kendt "
                        "indstilling?",
                        trae.videresendt("J1", "Kontakten er givet videre til a-kassen som et brud på reglerne."),
                    ),
                    ellers=trae.videresendt("J1", "Kontakten er givet videre til a-kassen."),
                )
            ),
        ),
    ),
)
