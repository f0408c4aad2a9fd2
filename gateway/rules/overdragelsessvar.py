"""The jobcenter's answer to a handover: received, or refused (O1, J3).

Source: the guidance to the trial order, VEJL §2(5), §9: the jobcenter takes the course over at once. That it confirms is
the interface's own, so that a handover nobody read does not go unnoticed (D1).
"""

from __future__ import annotations

from datetime import date

from gateway.rules import modpart, trae
from gateway.rules.aendringer import OverdragelseBesvaret
from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Regelopsaetning, Status
from gateway.rules.regimer import kommune_ens
from gateway.rules.tilstand import Borger, Overdragelsessvar

MODTAGET, AFVIST = "gateway.overdragelse-modtaget.v1", "gateway.overdragelse-afvist.v1"


def afgoer_modtaget(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """O1: the jobcenter has the handover."""
    return _besvaret(tilstand, haendelse, MODTAGET, None, "Bekræftelsen er givet videre til a-kassen")


def afgoer_afvist(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """O1: the jobcenter refuses the handover; the ending at DFDG stands, and the a-kasse corrects what was wrong (A2, A5,
    R2)."""
    return _besvaret(tilstand, haendelse, AFVIST, haendelse.data.grund, "Afvisningen er givet videre til a-kassen")


def _besvaret(tilstand: Borger, haendelse: Haendelse, type_: str, grund: str | None, tekst: str) -> Afgoerelse:
    """To the a-kasse whose handover it is, once DFDG has confirmed its member (J5): also after the member has left it."""
    id_, dag = haendelse.data.overdragelse_id, haendelse.registreringsdato
    f = next((x for x in tilstand.forloeb if x.overdragelse_id == id_), None)
    if f is None:
        ukendt = "Overdragelsen er ikke kendt for borgeren, eller den er bortfaldet."
        loesning = "Angiv overdragelseId fra gateway.overdragelse.v1."
        return Afgoerelse(
            Status.AFVIST, ukendt, regel="O1", fejl=Fejl("o1_ukendt_overdragelse", ukendt, "overdragelseId", loesning)
        )
    if f.overdraget_til is None or not kommune_ens(f.overdraget_til, haendelse.part.kode):
        fremmed = "Overdragelsen er sendt til et andet jobcenter."
        loesning = "Kun det jobcenter, der har fået overdragelsen, svarer på den."
        return Afgoerelse(
            Status.AFVIST, fremmed, regel="J3", fejl=Fejl("j3_ikke_modtager", fremmed, "overdragelseId", loesning)
        )
    bekraeftet = any(m.akassekode == f.akassekode and m.bekraeftet for m in tilstand.medlemskaber)
    if not bekraeftet:
        vent = "Borgeren er endnu ikke bekræftet hos a-kassen; svaret gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, vent, regel="J5", regime=f.regime, afvent_bekraeftelse=True)
    return modpart.til_akassen(
        haendelse,
        type_,
        f.akassekode,
        regel="O1",
        regime=f.regime,
        tekst=tekst,
        aendringer=(OverdragelseBesvaret(Overdragelsessvar(id_, haendelse.part.kode, dag, grund)),),
    )


KAPITEL = {
    "jobcenter.overdragelse.modtaget.v1": afgoer_modtaget,
    "jobcenter.overdragelse.afvist.v1": afgoer_afvist,
}


def _svar(tekst: str) -> trae.Knude:
    """``_besvaret``."""
    return trae.foerst(
        trae.hvis_ikke(
            "Er overdragelsen kendt?",
            trae.afvist(
                "O1",
                "o1_ukendt_overdragelse",
                "Overdragelsen er ikke kendt for borgeren, eller den er bortfaldet.",
            ),
        ),
        trae.hvis_ikke(
            "Er den sendt til dette jobcenter?",
            trae.afvist("J3", "j3_ikke_modtager", "Overdragelsen er sendt til et andet jobcenter."),
        ),
        trae.hvis_ikke(
            "Har DFDG bekræftet a-kassens medlem?",
            trae.afventer("J5", "Borgeren er endnu ikke bekræftet hos a-kassen; svaret gives ikke videre."),
        ),
        ellers=trae.videresendt("O1", tekst),
    )


TRAEER = (
    trae.Trae(
        "overdragelse-modtaget",
        "Jobcentret bekræfter en overdragelse",
        ("jobcenter.overdragelse.modtaget.v1",),
        _svar("Bekræftelsen er givet videre til a-kassen."),
    ),
    trae.Trae(
        "overdragelse-afvist",
        "Jobcentret afviser en overdragelse",
        ("jobcenter.overdragelse.afvist.v1",),
        _svar("Afvisningen er givet videre til a-kassen."),
    ),
)
