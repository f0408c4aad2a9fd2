"""What DFDG says of a membership (message 60010), against what the a-kasse said (J3, J5).

DFDG decides whose member a citizen is: what it says takes the a-kasse's word's place in the state, and the a-kasse whose
word it was is warned. Choice: no course ends by it. The a-kasse ends it by saying that the member has left (V9), as the
law has it, and the warning is there so that it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from contracts.events.interne_dfdg import DfdgMedlemskab
from gateway.rules import trae
from gateway.rules.aendringer import MedlemskabBekraeftet, Medlemskrav, Udmeldt
from gateway.rules.model import Afgoerelse, Haendelse, Regelopsaetning, Status
from gateway.rules.tilstand import Borger, Medlemskab

TYPE = "gateway.dfdg.medlemskab.v1"


@dataclass(frozen=True, slots=True)
class Periode:
    """A membership as DFDG has it; ``slut`` is the last day."""

    akassekode: str
    start: date
    slut: date | None = None

    def gaelder(self, dag: date) -> bool:
        return self.start <= dag and (self.slut is None or dag <= self.slut)


@dataclass(frozen=True, slots=True)
class Modsigelse:
    """The a-kasse's word does not hold at DFDG: no member there; a member to another last day (``dato``); or still a member,
    though the a-kasse said that the citizen left. ``sagt``: the last day that the a-kasse said."""

    akassekode: str
    art: Literal["ikke_medlem", "anden_slutdato", "ikke_udmeldt"]
    dato: date | None
    sagt: date | None


def modsigelser(tilstand: Borger, perioder: Iterable[Periode], dag: date) -> tuple[Modsigelse, ...]:
    """Where DFDG's memberships contradict the a-kasser's words on ``dag``."""
    liste = tuple(perioder)
    return tuple(x for m in tilstand.medlemskaber if (x := _modsigelse(m, liste, dag)) is not None)


def _modsigelse(m: Medlemskab, perioder: tuple[Periode, ...], dag: date) -> Modsigelse | None:
    egne = [p for p in perioder if p.akassekode == m.akassekode]
    aktiv = next((p for p in egne if p.gaelder(dag)), None)
    medlem = m.udmeldt is None or dag <= m.udmeldt
    if medlem and aktiv is None:
        # A membership that begins later contradicts nothing: the enrolment may be told first.
        if any(p.start > dag for p in egne):
            return None
        return Modsigelse(m.akassekode, "ikke_medlem", max((p.slut for p in egne if p.slut), default=None), m.udmeldt)
    if aktiv is not None and aktiv.slut != m.udmeldt:
        if aktiv.slut is None:
            return None if medlem else Modsigelse(m.akassekode, "ikke_udmeldt", None, m.udmeldt)
        return Modsigelse(m.akassekode, "anden_slutdato", aktiv.slut, m.udmeldt)
    return None


def nye(tilstand: Borger, perioder: Iterable[Periode], dag: date) -> tuple[Periode, ...]:
    """The memberships that the state does not have so: what is to be loaded anew, the oldest first."""
    kendte = {m.akassekode: m for m in tilstand.medlemskaber}
    ud = []
    for p in sorted(perioder, key=lambda p: p.start):
        m = kendte.get(p.akassekode)
        if m is None and not p.gaelder(dag):
            continue
        ens = m is not None and (m.bekraeftet or not p.gaelder(dag)) and m.udmeldt == p.slut
        alene = all(x.akassekode == p.akassekode or x.udmeldt is not None for x in kendte.values())
        if not ens or (p.gaelder(dag) and not alene):
            ud.append(p)
    # Only the newest of each a-kasse says how it stands.
    return tuple({p.akassekode: p for p in ud}.values())


def afgoer_medlemskab(tilstand: Borger, haendelse: Haendelse, _o: Regelopsaetning, _idag: date) -> Afgoerelse:
    """DFDG's word is taken: who is a member, to which day, and that others' memberships ended when this one began."""
    d: DfdgMedlemskab = haendelse.data
    dag = haendelse.registreringsdato
    if d.slutdato is not None and d.slutdato < dag:
        aendringer: tuple[Medlemskrav | MedlemskabBekraeftet | Udmeldt, ...] = (Udmeldt(d.akassekode, d.slutdato),)
    else:
        andre = [m for m in tilstand.medlemskaber if m.akassekode != d.akassekode and m.udmeldt is None]
        aendringer = (
            Medlemskrav(d.akassekode, d.startdato),
            MedlemskabBekraeftet(d.akassekode),
            Udmeldt(d.akassekode, d.slutdato),
            *(Udmeldt(m.akassekode, d.startdato - timedelta(days=1)) for m in andre),
        )
    return Afgoerelse(Status.NOTERET, "DFDG's medlemskab er indlæst.", regel="J5", aendringer=aendringer)


KAPITEL = {TYPE: afgoer_medlemskab}


TRAEER = (
    trae.Trae(
        "dfdg-medlemskab",
        "DFDG fortæller om et medlemskab",
        (TYPE,),
        trae.noteret("J5", "DFDG's medlemskab er indlæst."),
    ),
)
