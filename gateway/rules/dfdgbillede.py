"""What DFDG holds of a citizen when a list of registrations has been receipted, and how one such picture becomes another.

Pure. A picture maps each entity at DFDG to the last content that was written to it. The difference between two pictures
is the registrations that lead from one to the other; what DFDG has no public way to change is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from uuid import UUID

from gateway.rules.model import NAVNERUM
from gateway.rules.registreringer import (
    Afmeld,
    GemPlan,
    GodkendJobmaal,
    Indhold,
    Kontrolaflaesning,
    OpretAktivitet,
    OpretFravaer,
    OpretIndkaldelse,
    OpretSamtale,
    Registrering,
    RetFravaer,
    RetIndkaldelse,
    SaetCvstatus,
    SaetDeltagelsesvalg,
    SletFravaer,
    SletIndkaldelse,
    TilfoejDeltager,
)

Noegle = tuple[str, str]

#: Part of a path at DFDG: the gateway's own words, never the publisher's.
KOMMENTAR = "Berigtiget af a-kassen"


@dataclass(frozen=True, slots=True)
class Billede:
    """``raekker``: the entities in the order in which they were first written, each with its last registration.
    ``slettede``: those that were there once; DFDG does not take their ids again."""

    raekker: dict[Noegle, Registrering] = field(default_factory=dict)
    slettede: frozenset[Noegle] = frozenset()

    def med(self, registreringer: Iterable[Registrering]) -> Billede:
        """The picture after these registrations."""
        ny = dict(self.raekker)
        slettede = set(self.slettede)
        for r in registreringer:
            noegle = noegle_for(r.indhold)
            if noegle is None:
                continue
            if isinstance(r.indhold, SletFravaer | SletIndkaldelse):
                ny.pop(noegle, None)
                slettede.add(noegle)
            else:
                ny[noegle] = r
        return Billede(ny, frozenset(slettede))


@dataclass(frozen=True, slots=True)
class Forskel:
    """How to get from one picture to another. ``urettelige``: operations whose trace DFDG has no public way to change.
    ``samme``: ids of meetings that stand at DFDG already under another id. ``faldne``: ids of the participants and
    activities that the a-kasse itself takes away there."""

    registreringer: tuple[Registrering, ...]
    urettelige: tuple[str, ...]
    samme: dict[UUID, UUID] = field(default_factory=dict)
    faldne: tuple[UUID, ...] = ()


def noegle_for(i: Indhold) -> Noegle | None:
    """The entity at DFDG that the content belongs to; None for what leaves no entity behind."""
    match i:
        case OpretFravaer(fravaer_id=id_) | RetFravaer(fravaer_id=id_) | SletFravaer(fravaer_id=id_):
            return "fravaer", str(id_)
        case OpretIndkaldelse(indkaldelse_id=id_) | RetIndkaldelse(indkaldelse_id=id_):
            return "indkaldelse", str(id_)
        case SletIndkaldelse(indkaldelse_id=id_):
            return "indkaldelse", str(id_)
        case OpretSamtale(formaal=formaal, tidspunkt=tidspunkt):
            # DFDG itself tells held meetings by type and time, whatever their ids.
            return "samtale", f"{formaal}|{tidspunkt.astimezone(UTC).isoformat()}"
        case TilfoejDeltager(deltager_id=id_):
            return "deltager", str(id_)
        case SaetDeltagelsesvalg(indkaldelse_id=id_):
            return "deltagelsesvalg", str(id_)
        case OpretAktivitet(aktivitet_id=id_):
            return "aktivitet", str(id_)
        case SaetCvstatus():
            return "cvstatus", ""
        case GemPlan():
            return "plan", "kladde" if i.kladde else "publiceret"
        case GodkendJobmaal():
            return "jobmaal", ""
        case Afmeld():
            return "afmelding", i.virkningsdato.isoformat()
        case Kontrolaflaesning():
            return None
    raise TypeError(f"no entity is known for {type(i).__name__}")


def forskel(foer: Billede, efter: Billede) -> Forskel:
    """The registrations that lead from ``foer`` to ``efter``: what falls away first, so that nothing overlaps (V11)."""
    fald: list[Registrering] = []
    rettelser: list[Registrering] = []
    nye: list[Registrering] = []
    urettelige: list[str] = []
    samme: dict[UUID, UUID] = {}
    faldne: list[UUID] = []
    for noegle, gammel in foer.raekker.items():
        ny = efter.raekker.get(noegle)
        if ny is None:
            slet = _slet(gammel)
            if slet is None:
                urettelige.append(gammel.indhold.operation)
                faldne += _eget_id(gammel.indhold)
            else:
                fald.append(slet)
            continue
        if isinstance(gammel.indhold, OpretSamtale) and isinstance(ny.indhold, OpretSamtale):
            samme[ny.indhold.samtale_id] = gammel.indhold.samtale_id
        if _indhold(ny.indhold) != _indhold(gammel.indhold):
            ret = _ret(ny)
            if ret is None:
                urettelige.append(gammel.indhold.operation)
            else:
                rettelser.append(ret)
    for noegle, ny in efter.raekker.items():
        if noegle not in foer.raekker:
            nye.append(_opret(ny))
    samme = {n: g for n, g in samme.items() if n != g}
    rettelser.sort(key=lambda r: _uden_overlap(foer, r))
    return Forskel((*fald, *rettelser, *nye), tuple(urettelige), samme, tuple(faldne))


def _uden_overlap(foer: Billede, ret: Registrering) -> tuple[int, int]:
    """V11 also between two updates: an absence that becomes shorter makes room first, one that becomes longer takes it
    last; of those that move, the later one first when they move on, the earlier one first when they move back."""
    i, stod = ret.indhold, fravaer(foer, ret.entitets_id) if ret.entitets_id is not None else None
    if not isinstance(i, OpretFravaer | RetFravaer) or stod is None:
        return (1, 0)
    slut, sluttede = i.slutdato or date.max, stod.slutdato or date.max
    if i.startdato >= stod.startdato and slut <= sluttede:
        return (0, 0)
    if i.startdato <= stod.startdato and slut >= sluttede:
        return (2, 0)
    dag = i.startdato.toordinal()
    return (1, -dag if i.startdato > stod.startdato else dag)


def _eget_id(i: Indhold) -> tuple[UUID, ...]:
    """The id by which DFDG tells the entity from others (a held meeting it tells by type and time)."""
    match i:
        case TilfoejDeltager(deltager_id=id_) | OpretAktivitet(aktivitet_id=id_):
            return (id_,)
    return ()


def _indhold(i: Indhold) -> tuple[object, ...]:
    """What DFDG keeps of the content: creating and updating the same content leave the same."""
    if isinstance(i, OpretFravaer | RetFravaer):
        return i.fravaertype, i.startdato, i.slutdato, i.anmeldelsesdato, i.aarsagskode
    if isinstance(i, OpretIndkaldelse | RetIndkaldelse):
        return i.formaal, i.start, i.slut, i.form, i.selvbooket, i.moedelink, i.adresse
    if isinstance(i, OpretSamtale):
        return (replace(i, samtale_id=NAVNERUM),)
    return (i,)


def _slet(r: Registrering) -> Registrering | None:
    i = r.indhold
    if isinstance(i, OpretFravaer | RetFravaer):
        return Registrering(r.akassekode, SletFravaer(i.fravaer_id, i.fravaertype, KOMMENTAR))
    if isinstance(i, OpretIndkaldelse | RetIndkaldelse):
        return Registrering(r.akassekode, SletIndkaldelse(i.indkaldelse_id))
    return None


def _ret(r: Registrering) -> Registrering | None:
    """The update that leaves this content; None where DFDG has no public one."""
    i = r.indhold
    if isinstance(i, OpretFravaer):
        return replace(
            r,
            indhold=RetFravaer(
                i.fravaer_id, i.fravaertype, i.startdato, i.slutdato, i.anmeldelsesdato, i.aarsagskode, i.kommentar
            ),
            aendringer=(),
        )
    if isinstance(i, OpretIndkaldelse):
        return replace(
            r,
            indhold=RetIndkaldelse(
                i.indkaldelse_id, i.formaal, i.start, i.slut, i.form, i.selvbooket, i.moedelink, i.adresse
            ),
            aendringer=(),
        )
    if isinstance(i, RetFravaer | RetIndkaldelse | SaetDeltagelsesvalg | SaetCvstatus | GemPlan | GodkendJobmaal):
        return replace(r, aendringer=())
    return None


def _opret(r: Registrering) -> Registrering:
    """The creation that leaves this content: what was created and then updated is created as it stands."""
    i = r.indhold
    if isinstance(i, RetFravaer):
        ny: Indhold = OpretFravaer(
            i.fravaer_id, i.fravaertype, i.startdato, i.slutdato, i.anmeldelsesdato, i.aarsagskode, i.kommentar
        )
    elif isinstance(i, RetIndkaldelse):
        ny = OpretIndkaldelse(
            i.indkaldelse_id, i.formaal, i.start, i.slut, i.form, i.selvbooket, i.moedelink, i.adresse
        )
    else:
        ny = i
    return replace(r, indhold=ny, aendringer=())


def fravaer(billede: Billede, fravaer_id: UUID) -> OpretFravaer | RetFravaer | None:
    """The absence as the picture has it."""
    r = billede.raekker.get(("fravaer", str(fravaer_id)))
    return r.indhold if r is not None and isinstance(r.indhold, OpretFravaer | RetFravaer) else None
