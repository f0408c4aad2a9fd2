"""An imported course is read back before the first registration that builds on it (``medlem.indlaest``).

Another system made the marking at DFDG. What it says is the publisher's word until DFDG has been read: a difference stops
the event with both values, and nothing is written on top of it.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.rules.aendringer import IndlaestKontrolleret
from gateway.rules.forloeb import FRAVAER_KONTAKTFORLOEB
from gateway.rules.model import Afgoerelse, Haendelse, Naar
from gateway.rules.registreringer import Kontrolaflaesning, Registrering
from gateway.rules.tilstand import Borger

#: No registration has this number: what names it is not released by the reading.
_INGEN = -1


def foerst_laest(tilstand: Borger, haendelse: Haendelse, afg: Afgoerelse) -> Afgoerelse:
    """The decision, or before the first registration the reading back alone; the event is then decided again.

    What needs no DFDG leaves all the same (handovers as ``afventer``). A jobcenter's event that waits until DFDG has
    confirmed the member (J5) asks for the reading too, since no registration need ever come.
    """
    f = tilstand.seneste_forloeb
    if not tilstand.indlaest or f is None:
        return afg
    egen_registrering = bool(afg.registreringer) and f.akassekode == haendelse.part.kode
    if not egen_registrering and not afg.afvent_bekraeftelse:
        return afg
    laesning = Registrering(
        f.akassekode,
        Kontrolaflaesning(f.fravaer_id if f.fravaer_kendt else None, FRAVAER_KONTAKTFORLOEB, f.startdato, f.slutdato),
        (IndlaestKontrolleret(),),
    )
    return kun_laest(afg, laesning)


def kun_laest(afg: Afgoerelse, laesning: Registrering) -> Afgoerelse:
    """Before the decision is carried out, the reading alone; the event is then decided again. What needs no DFDG leaves."""
    return replace(
        afg,
        afvent_bekraeftelse=False,
        aendringer=(),
        registreringer=(laesning,),
        beskeder=tuple(b for b in afg.beskeder if b.naar is Naar.MODTAGET),
        overdragelser=tuple(replace(o, efter_registrering=_INGEN) for o in afg.overdragelser if o.aendring is None),
        fortsaet=True,
    )
