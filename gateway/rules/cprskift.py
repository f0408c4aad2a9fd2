"""A person has a new CPR number: one citizen from here on. The rules only say who may tell; the ledger joins the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

from gateway.rules import trae
from gateway.rules.aendringer import Medlemskrav
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger

TYPE = "akasse.medlem.cpr-skiftet.v1"


def afgoer_cpr_skiftet(_t: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """Kept; nothing goes to DFDG, which moves a person's data from the old number to the new by itself."""
    tekst = "CPR-nummeret er skiftet; borgeren føres videre under det nye."
    return Afgoerelse(Status.NOTERET, tekst, aendringer=(Medlemskrav(haendelse.part.kode),))


def saml(gammel: Borger, ny: Borger) -> Borger:
    """One state of two: what was known under the old number and under the new. Rows are joined in their order (courses by
    their start, residence by its date); a single fact of the old number's stands where both have one."""
    samlet: dict[str, Any] = {}
    for f in fields(Borger):
        a, b = getattr(gammel, f.name), getattr(ny, f.name)
        if isinstance(a, tuple):
            samlet[f.name] = _saml_raekker(f.name, a, b)
        elif f.name not in ("version", "indlaest"):
            samlet[f.name] = b if a is None else a
    samlet["indlaest"] = gammel.indlaest or ny.indlaest
    return replace(gammel, **samlet)


def _saml_raekker(navn: str, a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...]:
    if navn == "medlemskaber":
        kendte = {m.akassekode: m for m in a}
        for m in b:
            k = kendte.get(m.akassekode)
            kendte[m.akassekode] = m if k is None else replace(k, bekraeftet=k.bekraeftet or m.bekraeftet)
        return tuple(kendte.values())
    alle = (*a, *(x for x in b if x not in a))
    if navn == "forloeb":
        return tuple(sorted(alle, key=lambda f: f.startdato))
    if navn == "bopael":
        return tuple({x.fra: x for x in sorted(alle, key=lambda x: x.fra)}.values())
    return alle


KAPITEL: dict[str, Callable[[Borger, Haendelse, Regelopsaetning, date], Afgoerelse]] = {TYPE: afgoer_cpr_skiftet}


TRAEER = (
    trae.Trae(
        "cpr-skiftet",
        "Medlemmet har fået et nyt cpr-nummer",
        (TYPE,),
        trae.noteret(None, "CPR-nummeret er skiftet; borgeren føres videre under det nye."),
    ),
)
