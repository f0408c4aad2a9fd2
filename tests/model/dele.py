"""The model's world in immutable pieces: one citizen's lane in the ledger, the workers that hold its claims, and what DFDG
has and may still commit of that citizen.

Time is counted in ticks and relative: the present is always ``NU``; a tick moves everything else one into the past, and
what is older than anything that a decision asks about is cut to that age, so that the states are finite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from gateway.lanes.forsoeg import Klasse, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Fase, Skridt, Tilstand

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: One tick, longer than any wait between the few attempts of a case: who waits is ready at the next tick.
TIK = timedelta(seconds=64)
#: A lease is two ticks, an attempt shorter than one, the quiet time four: longer than the lease, as in production.
LEASE = 2
STILLETID = 4
#: Nothing asks about anything older.
AELDST = STILLETID
#: The same answer twice, with another citizen's success in between, stops an event (I5's N).
STOP_EFTER = 2


@dataclass(frozen=True)
class Plan:
    """What one event leads to: a registration of each class, in order; none: it needs no DFDG. ``maal``: the event (by
    number) that it corrects, ``trukket``: withdraws. ``afmeld``: a de-registration, which has no public reading."""

    klasser: tuple[Klasse, ...]
    maal: int | None = None
    trukket: bool = False
    afmeld: bool = False


class Reg(NamedTuple):
    """A registration: the entity is the event's (or the one's it stands in for) and its number in the decision."""

    entitet: tuple[int, int]
    handling: str
    nr: int
    t: Tilstand


class Hae(NamedTuple):
    """An event. ``nr`` is the order of acceptance. ``endelige``: its final kvitteringer, in order. ``efter``: the
    event that was on its way to DFDG when this correction came, and goes before it."""

    nr: int
    plads: int
    tilstand: str
    status: str | None
    regs: tuple[Reg, ...]
    endelige: tuple[str, ...]
    identitet: int | None
    doedbrev: str | None
    efter: int | None


class Koe(NamedTuple):
    hae: int
    nr: int
    klar: int


class Krav(NamedTuple):
    hae: int
    nr: int
    lease: int


class Haand(NamedTuple):
    """A claim in the memory of worker ``arbejder``. ``epoke`` is counted from the lane's present one; ``frist``: ticks left of the lease;
    ``stadie``: taget, frigivet (the lease was asked, nothing has left), sendt, svar; ``alder``: ticks since the answer."""

    arbejder: int
    epoke: int
    hae: int
    nr: int
    skridt: Skridt
    foer: Fase
    request_nr: int
    frist: int
    stadie: str
    svar: Svar | Tilbagelaesning | None
    alder: int


class Anmodning(NamedTuple):
    """A request on the wire or inside DFDG that it has not decided yet. ``arbejder``: who waits for the answer; ``kendte``:
    how many events there were when it left (told apart where there are corrections: they come in before others); ``dom``:
    what DFDG has answered another request of the same registration, and answers this one."""

    hae: int
    nr: int
    entitet: tuple[int, int]
    handling: str
    klasse: Klasse
    request_nr: int
    alder: int
    arbejder: int | None
    kendte: int
    dom: Svar | None = None


class Post(NamedTuple):
    """DFDG's log: one commit."""

    entitet: tuple[int, int]
    handling: str
    hae: int
    nr: int
    request_nr: int


class Bane(NamedTuple):
    """One citizen's lane and everything that is under way about it. ``succes``: ticks since another citizen's
    registration of the operation succeeded."""

    modtaget: int
    haendelser: tuple[Hae, ...]
    koe: Koe | None
    krav: Krav | None
    haender: tuple[Haand, ...]
    luften: tuple[Anmodning, ...]
    log: tuple[Post, ...]
    succes: int | None


TOM = Bane(0, (), None, None, (), (), (), None)


def byt_arbejdere(b: Bane) -> Bane:
    """The same lane with the two workers' names exchanged."""
    return b._replace(
        haender=tuple(x._replace(arbejder=1 - x.arbejder) for x in b.haender),
        luften=tuple(a if a.arbejder is None else a._replace(arbejder=1 - a.arbejder) for a in b.luften),
    )


class Brud(Exception):
    """An invariant does not hold: its name and what is wrong, in words."""

    def __init__(self, invariant: str, tekst: str) -> None:
        super().__init__(f"{invariant}: {tekst}")
        self.invariant = invariant
        self.tekst = tekst


def tik_tilstand(t: Tilstand, *, aeldst: int, succes: int | None) -> Tilstand:
    """The registration one tick later. Its last byte is kept no older than ``aeldst`` ticks; of its last failure only
    whether another citizen's success has come since; when it was first tried is asked about in days only."""
    sendt = None if t.sidst_sendt is None else max(t.sidst_sendt - TIK, NU - aeldst * TIK)
    fejl = t.sidste_fejl
    if fejl is not None:
        siden = (NU - fejl) // TIK
        efter = succes is not None and siden > succes
        fejl = NU - (AELDST + 1 if efter else min(AELDST, siden + 1)) * TIK
    return replace(
        t,
        foerste_fravaer=None if t.foerste_fravaer is None else NU,
        foerst_sendt=None if t.foerst_sendt is None else NU,
        sidst_sendt=sendt,
        sidste_fejl=fejl,
    )


def normalform(b: Bane, *, med_succeser: bool) -> Bane:
    """The lane without what no later decision asks about: counts of waits and attempts, times of what is settled, the
    answers of claims that do not count any more. ``med_succeser``: the case has other citizens' successes (I5)."""
    return b._replace(
        haendelser=tuple(
            h._replace(regs=tuple(r._replace(t=_normal(r.t, med_succeser=med_succeser)) for r in h.regs))
            for h in b.haendelser
        ),
        haender=tuple(_normal_haand(x, med_succeser=med_succeser) for x in b.haender),
    )


def _normal(t: Tilstand, *, med_succeser: bool) -> Tilstand:
    if t.fase in (Fase.REGISTRERET, Fase.OPGIVET):
        return Tilstand(t.klasse, t.kan_aflaeses, t.fase)
    # Every wait of a case is shorter than a tick, and only a warning asks whether it was the first attempt.
    t = replace(t, udsat=0, forsoeg=0, sidst_sendt=None if t.fase is Fase.KLAR else t.sidst_sendt)
    return t if med_succeser else replace(t, sidste_fejl=None, ens_svar=0)


def _normal_haand(x: Haand, *, med_succeser: bool) -> Haand:
    if x.stadie != "svar":
        return x
    if x.epoke < 0:
        return x._replace(svar=None, alder=0, foer=Fase.KLAR)
    tidsbestemt = {Udfald.INTET_SVAR} | ({Udfald.UTILGAENGELIG, Udfald.ALDRIG_SENDT} if med_succeser else set())
    return (
        x if isinstance(x.svar, Tilbagelaesning) or (x.svar and x.svar.udfald in tidsbestemt) else x._replace(alder=0)
    )


def kan_vente(b: Bane) -> bool:
    """Whether time may pass: whoever waits for DFDG's answer gets it, or gives up, within the quiet time; and a lease that
    is over is noticed within a tick."""
    return all(a.arbejder is None or a.alder + 1 < STILLETID for a in b.luften) and (
        b.krav is None or b.krav.lease >= 0
    )


def tik(b: Bane) -> Bane:
    """The lane one tick later. What DFDG has not committed within the quiet time it never will."""
    # An answer is judged as of when it came: what is older than the quiet time then is kept apart from what is not.
    alder = {(x.hae, x.nr): x.alder + 1 for x in b.haender if x.stadie == "svar" and x.epoke == 0}

    def senere(h: Hae, r: Reg) -> Reg:
        return r._replace(t=tik_tilstand(r.t, aeldst=STILLETID + alder.get((h.nr, r.nr), 0), succes=b.succes))

    return b._replace(
        haendelser=tuple(h._replace(regs=tuple(senere(h, r) for r in h.regs)) for h in b.haendelser),
        koe=b.koe and b.koe._replace(klar=max(0, b.koe.klar - 1)),
        krav=b.krav and b.krav._replace(lease=b.krav.lease - 1),
        haender=tuple(
            x._replace(frist=max(0, x.frist - 1), alder=x.alder + 1 if x.stadie == "svar" and x.epoke == 0 else 0)
            for x in b.haender
        ),
        luften=tuple(a._replace(alder=a.alder + 1) for a in b.luften if a.alder + 1 < STILLETID),
        succes=None if b.succes is None else min(AELDST, b.succes + 1),
    )
