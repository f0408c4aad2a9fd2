"""DFDG in the model: what it commits, what it answers, what can be read back. One citizen's part of it.

A request is decided when it arrives or later, but within the quiet time; its answer may be lost.
"""

from __future__ import annotations

from gateway.lanes.forsoeg import Fund, Klasse, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Fase
from tests.model.dele import Anmodning, Bane, Brud, Hae, Post, Reg

KVITTERET = Svar(Udfald.KVITTERET)


def findes(log: tuple[Post, ...], entitet: tuple[int, int]) -> bool:
    sidste = [p for p in log if p.entitet == entitet]
    return bool(sidste) and sidste[-1].handling != "slet"


def afgoer(b: Bane, a: Anmodning) -> tuple[Bane, Svar]:
    """DFDG decides the request: commits it, or answers that it has it. Raises ``Brud`` for a commit out of order (I2) or
    a second time (I3)."""
    if a.dom is not None:
        return b, a.dom
    if a.klasse in (Klasse.EGET_ID, Klasse.SIDSTE_VINDER) and any(
        (p.hae, p.nr, p.request_nr) == (a.hae, a.nr, a.request_nr) for p in b.log
    ):
        return b, Svar(Udfald.FANDTES, kode="412")
    there = findes(b.log, a.entitet)
    match a.handling:
        case "opret" if there and a.klasse is Klasse.EGET_ID:
            return b, Svar(Udfald.FANDTES, kode="4977")
        case "opret" if there and a.klasse is Klasse.NATURLIG_NOEGLE:
            return b, Svar(Udfald.AFVIST, kode="4999")
        case "afmeld" if there:
            return b, Svar(Udfald.FANDTES, kode="4367")
        case "ret" if not there:
            return b, Svar(Udfald.AFVIST, kode="1003")
        case "slet" if not there:
            return b, Svar(Udfald.FANDTES, kode="8303")
    _i_orden(b, a)
    return b._replace(log=(*b.log, Post(a.entitet, a.handling, a.hae, a.nr, a.request_nr))), KVITTERET


def laes(b: Bane, r: Reg, hae: int) -> Tilbagelaesning:
    """What reading the registration's entity back finds now."""
    if r.handling == "slet":
        lig = not findes(b.log, r.entitet)
    elif r.handling == "ret":
        sidste = [p for p in b.log if p.entitet == r.entitet]
        lig = bool(sidste) and (sidste[-1].handling, sidste[-1].hae) == ("ret", hae)
    else:
        lig = findes(b.log, r.entitet)
    return Tilbagelaesning(Fund.LIG if lig else Fund.FRAVAERENDE)


def _i_orden(b: Bane, a: Anmodning) -> None:
    h = b.haendelser[a.hae]
    hvad = f"DFDG commits registration {a.nr} of event {a.hae} ({a.handling}, class {a.klasse.value})"
    if any((p.entitet, p.handling, p.hae) == (a.entitet, a.handling, a.hae) for p in b.log):
        raise Brud("I3", f"{hvad} a second time")
    for x in b.haendelser:
        # A correction that came when the request had left, or was about to, comes after it.
        kom_senere = x.efter == h.nr or (x.plads < x.nr and x.nr >= a.kendte)
        if (x.plads, x.nr) < (h.plads, h.nr) and x.tilstand != "endelig" and not kom_senere:
            raise Brud("I2", f"{hvad} while event {x.nr}, which stands before it, is {x.tilstand}")
    if h.identitet is None:
        foer = next((p for p in b.log if (b.haendelser[p.hae].plads, p.hae) > (h.plads, h.nr)), None)
        if foer is not None:
            raise Brud("I2", f"{hvad} after event {foer.hae}, which stands behind it")
    for r in h.regs:
        if r.nr < a.nr and r.t.fase not in (Fase.REGISTRERET, Fase.OPGIVET):
            raise Brud("I2", f"{hvad} before registration {r.nr} of the same event")


def navn(h: Hae, r: Reg) -> str:
    return f"registration {r.nr} of event {h.nr} ({r.handling}, class {r.t.klasse.value})"
