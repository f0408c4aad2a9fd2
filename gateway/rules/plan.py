"""Min Plan, jobmål, CV and activities (P1, P2, T4)."""

from __future__ import annotations

from datetime import date

from gateway.rules.aendringer import Medlemskrav, MinplanSat
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger


def _minplan(_t: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    return Afgoerelse(
        Status.NOTERET,
        "Planen er noteret; den registreres endnu ikke.",
        flag=("endnu_ikke_behandlet",),
        aendringer=(Medlemskrav(haendelse.part.kode), MinplanSat("kladde" if haendelse.data.kladde else "publiceret")),
    )


KAPITEL = {"akasse.minplan.publiceret.v1": _minplan}
