"""A handover that was sent is kept true: a change in what it tells leaves as a new edition, ``opdateret`` (O1).

Source: the guidance to the trial order, VEJL §2(5), §9: the jobcenter takes the course over with what the a-kasse knows.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.rules.aendringer import ForloebSat, anvend
from gateway.rules.model import Afgoerelse, Haendelse, Overdragelse
from gateway.rules.overdragelse import byg
from gateway.rules.tilstand import Borger, Forloeb

#: What is told of the course also after it.
_OGSAA_BAGEFTER = ("samtaler", "startdato", "slutdato")


def med_aendring(tilstand: Borger, haendelse: Haendelse, afg: Afgoerelse) -> Afgoerelse:
    """The decision, with a new edition of the handover when the event changes what it tells.

    While the slutdato lies ahead every change is told; after it only talks that were held in the course (a late event, S9)
    and the marking's dates, when a correction changes them at DFDG (R2). A new course that opens before it takes the handover back (V11), which is then no longer the old course's: nobody
    is to answer it, and nobody waits for the answer (D1).
    """
    f = tilstand.seneste_forloeb
    if f is None or f.overdragelse_id is None or f.overdraget_til is None or f.slutdato is None:
        return afg
    if haendelse.part.art == "akasse" and haendelse.part.kode != f.akassekode:
        return afg
    if any(o.overdragelse_id == f.overdragelse_id for o in afg.overdragelser):
        return afg
    fakta = (*afg.aendringer, *(x for r in afg.registreringer for x in r.aendringer))
    if not fakta:
        return afg
    bagefter = anvend(tilstand, fakta)
    nu = next((x for x in bagefter.forloeb if x.forloeb_id == f.forloeb_id), None)
    if nu is None or nu.overdragelse_id != f.overdragelse_id or nu.slutdato is None or nu.overdraget_til is None:
        return afg
    seneste = bagefter.seneste_forloeb
    if seneste is not None and seneste.forloeb_id != f.forloeb_id and haendelse.registreringsdato <= f.slutdato:
        return _uden_overdragelse(_med(afg, replace(_bygget(tilstand, f), aendring="bortfaldet")), nu)
    gammel, ny = _bygget(tilstand, f), _bygget(bagefter, nu)
    if (gammel.data, gammel.til) == (ny.data, ny.til):
        return afg
    if haendelse.registreringsdato > f.slutdato and all(gammel.data[k] == ny.data[k] for k in _OGSAA_BAGEFTER):
        return afg
    return _med(afg, replace(ny, aendring="opdateret"))


def _med(afg: Afgoerelse, o: Overdragelse) -> Afgoerelse:
    return replace(afg, overdragelser=(*afg.overdragelser, o))


def _uden_overdragelse(afg: Afgoerelse, f: Forloeb) -> Afgoerelse:
    """The fact is true when the new course is: with the last receipt."""
    fri = ForloebSat(replace(f, overdragelse_id=None, overdraget_til=None))
    *foerst, sidst = afg.registreringer
    return replace(afg, registreringer=(*foerst, replace(sidst, aendringer=(*sidst.aendringer, fri))))


def _bygget(tilstand: Borger, f: Forloeb) -> Overdragelse:
    if f.overdragelse_id is None or f.overdraget_til is None:
        raise ValueError("no handover belongs to the course")
    return byg(tilstand, f, f.overdragelse_id, f.overdraget_til)
