"""``decide``: one event on one state. Dispatches to the chapter that an event type belongs to; J3 comes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gateway.rules import (
    cprskift,
    deltagelse,
    dfdg_medlemskab,
    ferie,
    forloebsrettelser,
    forslag,
    indlaesning,
    indlaest_kontrol,
    indstillinger,
    jobcenter,
    jobcentersamtaler,
    mindre_intensiv,
    ophoer,
    overdragelsessvar,
    overdragelsesudgaver,
    plan,
    planlaegning,
    rettelser,
    samtaler,
    til_jobcentret,
    vejledning,
    visitation,
)
from gateway.rules.medlemskab import ikke_egen
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger

Kapitel = Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]


def _intet_at_tilbagekalde(_t: Borger, _h: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """A withdrawal whose target left nothing behind; one that did is decided with its history (``rettelser``)."""
    return Afgoerelse(Status.NOTERET, "Hændelsen er tilbagekaldt; der var intet at ændre.", regel="A5")


#: Every chapter names the event types it decides.
KAPITLER: dict[str, Kapitel] = {
    type_: kapitel
    for modul in (
        visitation,
        til_jobcentret,
        ophoer,
        forloebsrettelser,
        cprskift,
        indlaesning,
        dfdg_medlemskab,
        samtaler,
        planlaegning,
        ferie,
        mindre_intensiv,
        indstillinger,
        deltagelse,
        forslag,
        plan,
        vejledning,
        jobcenter,
        jobcentersamtaler,
        overdragelsessvar,
    )
    for type_, kapitel in modul.KAPITEL.items()
} | {
    "akasse.haendelse.tilbagekaldt.v1": _intet_at_tilbagekalde,
    "jobcenter.haendelse.tilbagekaldt.v1": _intet_at_tilbagekalde,
}


def decide(tilstand: Borger, haendelse: Haendelse, opsaetning: Regelopsaetning, idag: date) -> Afgoerelse:
    """What the law makes of the event on this state. ``idag`` (Copenhagen) is the day of sending, used by S8 alone.

    Raises ``Regelfejl`` when a value that the decision needs is unset in the installation (M3), ``KeyError`` for a type
    that no chapter decides: ``contracts.events`` names them all.
    """
    if haendelse.rettelse is not None:
        return ikke_egen(tilstand, haendelse) or rettelser.afgoer(
            decide, tilstand, haendelse, haendelse.rettelse, opsaetning, idag
        )
    afg = ikke_egen(tilstand, haendelse) or KAPITLER[haendelse.type](tilstand, haendelse, opsaetning, idag)
    return indlaest_kontrol.foerst_laest(
        tilstand, haendelse, overdragelsesudgaver.med_aendring(tilstand, haendelse, afg)
    )
