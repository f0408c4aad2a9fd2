"""Absences to which DFDG gives the id (made over SOAP, by a setting): found there before they are changed or deleted.

The rules name every absence by the id that they chose. Which way a create went is the carrier's matter; where DFDG chose the
id, its own is read back once, before the first change of that absence, and stands in its place on the wire from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from gateway.rules.aendringer import DfdgsFravaerSat
from gateway.rules.indlaest_kontrol import kun_laest
from gateway.rules.model import Afgoerelse
from gateway.rules.registreringer import Kontrolaflaesning, OpretFravaer, Registrering, RetFravaer, SletFravaer
from gateway.rules.tilstand import Borger, DfdgsFravaer


def uden_eget_id(afg: Afgoerelse, navngivne: Sequence[str | None]) -> Afgoerelse:
    """The decision, when DFDG chooses the id of some absence that it creates. ``navngivne``: by which id each registration,
    as it was rendered, names its entity. The creates' receipts tell that DFDG has an id of its own; and where the same
    decision changes such an absence (R7: a course that opens and ends), its id is read in between."""
    ud: list[Registrering] = []
    plads: dict[int, int] = {}
    fremmede: dict[UUID, DfdgsFravaer] = {}
    for nr, (r, navn) in enumerate(zip(afg.registreringer, navngivne, strict=True)):
        i = r.indhold
        if isinstance(i, OpretFravaer) and navn is None:
            f = fremmede[i.fravaer_id] = DfdgsFravaer(i.fravaer_id, i.fravaertype, i.startdato, i.slutdato)
            r = replace(r, aendringer=(*r.aendringer, DfdgsFravaerSat(f)))
        elif isinstance(i, RetFravaer | SletFravaer) and i.fravaer_id in fremmede:
            ud.append(_laesning(r.akassekode, fremmede.pop(i.fravaer_id)))
        plads[nr] = len(ud)
        ud.append(r)

    def ny(nr: int | None) -> int | None:
        return nr if nr is None else plads.get(nr, nr)

    return replace(
        afg,
        registreringer=tuple(ud),
        beskeder=tuple(replace(b, efter_registrering=ny(b.efter_registrering)) for b in afg.beskeder),
        overdragelser=tuple(replace(o, efter_registrering=ny(o.efter_registrering)) for o in afg.overdragelser),
    )


def foerst_fundet(tilstand: Borger, afg: Afgoerelse) -> Afgoerelse:
    """The decision, or before it the reading that finds DFDG's id of an absence that it changes or deletes."""
    for r in afg.registreringer:
        f = _fremmed(tilstand, r)
        if f is not None and f.dfdgs_id is None:
            return kun_laest(afg, _laesning(r.akassekode, f))
    return afg


def _laesning(akassekode: str, f: DfdgsFravaer) -> Registrering:
    laesning = Kontrolaflaesning(None, f.fravaertype, f.startdato, f.slutdato, egen=True)
    return Registrering(akassekode, laesning, (DfdgsFravaerSat(f),))


def dfdgs_id(tilstand: Borger, r: Registrering) -> UUID | None:
    """By which id DFDG knows the absence that the registration changes or deletes; None: by ours."""
    f = _fremmed(tilstand, r)
    return None if f is None else f.dfdgs_id


def med_fundet_id(a: DfdgsFravaerSat, registrerings_id: str | None) -> DfdgsFravaerSat:
    """The fact with the id that a reading found; a create's receipt names none."""
    return replace(a, fravaer=replace(a.fravaer, dfdgs_id=UUID(registrerings_id) if registrerings_id else None))


def _fremmed(tilstand: Borger, r: Registrering) -> DfdgsFravaer | None:
    if not isinstance(r.indhold, RetFravaer | SletFravaer):
        return None
    id_ = r.indhold.fravaer_id
    return next((f for f in tilstand.dfdgs_fravaer if f.fravaer_id == id_), None)
