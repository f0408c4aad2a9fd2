"""A citizen's lane: the states of its events, and what an answer, an operator or a correction does to it. Pure.

    (new) ──▶ venter ──▶ hoved ──▶ endelig
                │          │ ▲        ▲
                │          ▼ │        │ skip, a correction
                └──────▶ stoppet ─────┘

A lane has one event at its head (``hoved``, or ``stoppet``: a dead letter); what stands behind it is parked, and moves only
when the head is final (I2). One registration of the head is in the queue or claimed, never two. Each claim, settlement
and takeover raises the lane's *epoch*; an answer counts only under the epoch of its claim (I11).

The ledger stores and locks; which change of state is allowed, and what follows from one, is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.errors import UlovligOvergang
from gateway.lanes.registrering import Fase, Overgang, Tilstand, Vilkaar, opbrugt


class Haendelsestilstand(StrEnum):
    """Where an event stands. ``kasseret``: kept for reading, never in a lane (an id used before with other content)."""

    VENTER = "venter"
    HOVED = "hoved"
    STOPPET = "stoppet"
    ENDELIG = "endelig"
    KASSERET = "kasseret"


_V, _H, _S, _E, _K = Haendelsestilstand

#: Every change of an event's state, and which conversations may write it. What is not here is never written.
OVERGANGE: Mapping[tuple[Haendelsestilstand, Haendelsestilstand], str] = {
    (_V, _V): "accept, correction: parked behind others",
    (_V, _H): "accept, settle, operator, correction: nothing stands before it, DFDG is to be told",
    (_V, _S): "accept, settle, operator, correction: at its turn it can't be decided; accept: an unknown type",
    (_V, _E): "accept, settle, operator, correction: at its turn it needs no DFDG; refused, replaced or withdrawn",
    (_V, _K): "accept: its id was used before with other content",
    (
        _H,
        _H,
    ): "settle: decided again, after a reading or because its day is over (S8); join; operator: its kind is sent again",
    (
        _H,
        _S,
    ): "settle: refused by DFDG, or the same answer again and again; operator: quarantine, nothing of it in the air",
    (_H, _E): "settle: the last receipt, or not the a-kasse's own; correction: replaced, nothing of it in the air",
    (_S, _H): "operator: retry, replace; correction: what is in doubt is settled first",
    (_S, _S): "operator: retried, and it still can't be decided",
    (_S, _E): "operator: skip, or a retry that needs no DFDG; correction: replaced or withdrawn",
    (_S, _V): "operator: a type unknown before enters the lane at its end",
    (_E, _E): "correction: its kvittering gets one more edition, sprunget_over",
}


def skift(fra: str, til: Haendelsestilstand) -> Haendelsestilstand:
    """The event's new state. Raises ``UlovligOvergang`` for a change that is not in ``OVERGANGE``."""
    if (fra, til) not in OVERGANGE:
        raise UlovligOvergang(f"an event that is {fra} can't become {til.value}")
    return til


def holder_tilbage(tilstand: str) -> bool:
    """Whether an event in this state stands at its lane's head and keeps what is behind it parked (I2)."""
    return tilstand in (_H, _S)


def gyldig(banens_epoke: int, kravets_epoke: int) -> bool:
    """Whether an answer to a claim of that epoch may be settled: nobody has touched the lane's claim since (I11)."""
    return banens_epoke == kravets_epoke


# --- the order ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plads:
    """An event's place in its lane: ``plads`` is its own number, or that of the event it stands in for; ``id`` is the
    order of acceptance."""

    plads: int
    id: int
    tilstand: str

    def foer(self, anden: Plads) -> bool:
        return (self.plads, self.id) < (anden.plads, anden.id)


def hovedet(aabne: Iterable[Plads]) -> Plads | None:
    """The lane's head among its open events: what is on its way to DFDG, otherwise the first dead letter. A correction of
    a final event passes before a dead letter, so there may be both."""
    return min((p for p in aabne if holder_tilbage(p.tilstand)), key=lambda p: (p.tilstand == _S, p.plads, p.id), default=None)  # fmt: skip


def staar_for(haendelse: Plads, andre: Iterable[Plads]) -> Plads | None:
    """What holds ``haendelse`` back: an event on its way to DFDG, or a dead letter before it. None: it may be decided."""
    return next((p for p in andre if p.id != haendelse.id and (p.tilstand == _H or (p.tilstand == _S and p.foer(haendelse)))), None)  # fmt: skip


def viger(doedbrev: Plads, parkerede: Iterable[Plads]) -> bool:
    """Whether an event that has just stopped gives way: a correction of a final event, parked while it was on its way,
    stands before it and passes."""
    return any(p.tilstand == _V and p.foer(doedbrev) for p in parkerede)


# --- a registration's transition, and its event ----------------------------------------------------------


class Virkning(StrEnum):
    """What a registration's transition means to its event and its lane."""

    VENT = "vent"  # ready again later: back to the queue
    NAESTE = "naeste"  # receipted: the event's next registration is ready
    FORTSAET = "fortsaet"  # receipted: the event is decided again and goes on
    AFSLUT = "afslut"  # receipted, the last one: the event is final and its followers move
    AFVIS = "afvis"  # not the a-kasse's own: the event is final, refused (J5)
    STOP = "stop"  # a dead letter: followers stay


def virkning(foer: Tilstand, o: Overgang, v: Vilkaar, *, flere: bool, fortsaet: bool) -> Virkning:
    """``foer``: the registration before the transition; ``flere``: the event has registrations that are not settled;
    ``fortsaet``: its decision asks to be made again after the last receipt."""
    match o.tilstand.fase:
        case Fase.REGISTRERET:
            return Virkning.NAESTE if flere else Virkning.FORTSAET if fortsaet else Virkning.AFSLUT
        case Fase.AFVIST:
            return Virkning.AFVIS
        case Fase.STOPPET:
            return Virkning.STOP
        case _:
            return Virkning.STOP if opbrugt(o.tilstand, v) and not opbrugt(foer, v) else Virkning.VENT


# --- operator and corrections ------------------------------------------------------------------------------


def i_luften(faser: Iterable[Fase]) -> bool:
    """A byte of one of these registrations may have left, and nobody knows what became of it."""
    return any(f in (Fase.UNDERVEJS, Fase.I_TVIVL) for f in faser)


def aaben(fase: Fase) -> bool:
    """Whether the registration still has to be settled."""
    return fase not in (Fase.REGISTRERET, Fase.OPGIVET)


def opgivet(t: Tilstand) -> Tilstand:
    """A registration dropped with its event; what DFDG has receipted stands. Raises ``UlovligOvergang`` while DFDG may
    have it unseen: it is settled first, never guessed (I6)."""
    if t.fase is Fase.REGISTRERET:
        return t
    if i_luften((t.fase,)):
        raise UlovligOvergang(f"a registration that is {t.fase.value} can't be given up: settle it first")
    return replace(t, fase=Fase.OPGIVET)


def tilbageholdt(t: Tilstand) -> Tilstand:
    """A registration that was refused while its kind is held back: ready, and nobody claims it until the kind is sent again."""
    return replace(t, fase=Fase.KLAR)


def genoptaget(t: Tilstand) -> Tilstand:
    """A registration in doubt, of an event that had stopped, goes on being settled: its counts begin anew."""
    return replace(t, ens_svar=0, udsat=0) if t.fase is Fase.I_TVIVL else t


class Genkoersel(StrEnum):
    """What a retry of a stopped event does."""

    AFKLAR = "afklar"  # what is in doubt goes on being settled
    AFGOER = "afgoer"  # decided again, what was not receipted is dropped


def genkoersel(faser: Iterable[Fase]) -> Genkoersel:
    """What a retry of a stopped event with registrations in these phases does (I6)."""
    return Genkoersel.AFKLAR if i_luften(faser) else Genkoersel.AFGOER


class Rettelsesvej(StrEnum):
    """How a correction is taken in."""

    I_STEDET = "i_stedet"  # nothing of the target is in the air: it ends, the correction stands in its place
    BAGEFTER = "bagefter"  # the target is final, or is settled first: the correction comes right behind it


def rettelsesvej(maal: str, faser: Iterable[Fase], *, i_krav: bool) -> Rettelsesvej:
    """By the target's state and its registrations' phases; ``i_krav``: a worker holds one of them now."""
    if maal == _E or (holder_tilbage(maal) and (i_krav or i_luften(faser))):
        return Rettelsesvej.BAGEFTER
    return Rettelsesvej.I_STEDET
