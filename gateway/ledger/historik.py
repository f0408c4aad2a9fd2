"""A citizen's history as a correction needs it: what took effect, in the lane's order, one line for each place in it.

An event and what was put in its place share an *identity* (``kilde`` and the first one's id); the newest of them that took
effect stands for the place. A withdrawn place is empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from gateway.lanes.registrering import Fase
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules.model import KOEBENHAVN, Haendelse, Historiklinje, Rettelse

#: Final statuses of events that stand in the order: also one without effect may get one when another is withdrawn.
_VIRKER = frozenset({"registreret", "videresendt", "noteret", "uden_virkning"})
TILBAGEKALDT = frozenset({"akasse.haendelse.tilbagekaldt.v1", "jobcenter.haendelse.tilbagekaldt.v1"})


async def indlaes(e: Enhed, borger_ids: Iterable[int]) -> None:
    """Loads the final events of these lanes, which the caller has locked."""
    mangler = [b for b in borger_ids if b not in e.historik]
    if not mangler:
        return
    ids = await e.conn.fetch(
        """select id, borger_id from haendelse where borger_id = any($1::bigint[]) and tilstand = 'endelig' and not udenfor""",
        mangler,
    )
    raekker = await e.haendelser_fra_db(r["id"] for r in ids)
    for b in mangler:
        e.historik[b] = {}
    for h in raekker.values():
        if h.borger_id is not None:
            e.historik[h.borger_id][h.id] = h


def rettelse(
    e: Enhed, bane: Bane, h: Haendelsesraekke, som_haendelse: Callable[[Haendelsesraekke], Haendelse]
) -> Rettelse | None:
    """What ``h`` corrects; None when its target left nothing behind, so that ``h`` simply stands in its place.

    The lane's history is loaded; what this unit of work has ended counts with it.
    """
    if h.kilde is None or h.identitet is None:
        return None
    maal = (h.kilde, h.identitet)
    pladser: dict[tuple[str, str], list[Haendelsesraekke]] = defaultdict(list)
    for x in _endelige(e, bane):
        if x.id != h.id and x.kilde is not None and x.haendelse_id is not None:
            pladser[x.kilde, x.identitet or x.haendelse_id].append(x)
    linjer: list[tuple[tuple[int, int], Historiklinje]] = []
    fandtes = False
    for noegle, gruppe in pladser.items():
        linje = _linje(sorted(gruppe, key=lambda x: x.id), noegle == maal, som_haendelse)
        if linje is not None:
            linjer.append(linje)
            fandtes = fandtes or noegle == maal
    if not fandtes:
        return None
    historik = tuple(linje for _, linje in sorted(linjer, key=lambda x: x[0]))
    return Rettelse(maal, historik, erstatning=h.type not in TILBAGEKALDT, grund=bane.grund)


def _endelige(e: Enhed, bane: Bane) -> Iterable[Haendelsesraekke]:
    staar = dict(e.historik.get(bane.borger_id, {}))
    for x in e.haendelser:
        if x.borger_id == bane.borger_id and x.tilstand == "endelig" and not x.udenfor:
            staar[x.id] = x
    return staar.values()


def _linje(
    gruppe: list[Haendelsesraekke], er_maal: bool, som_haendelse: Callable[[Haendelsesraekke], Haendelse]
) -> tuple[tuple[int, int], Historiklinje] | None:
    plads = (gruppe[0].plads, gruppe[0].id)
    virkende = [x for x in gruppe if x.status in _VIRKER]
    if virkende and virkende[-1].type in TILBAGEKALDT:
        return None
    if virkende:
        x = virkende[-1]
        return plads, Historiklinje(_haendelse(x, som_haendelse), _afgjort_den(x))
    delvise = [x for x in gruppe if _kvitterede(x) and x.type not in TILBAGEKALDT]
    if delvise:
        x = delvise[-1]
        return plads, Historiklinje(_haendelse(x, som_haendelse), _afgjort_den(x), registreret=_kvitterede(x))
    afviste = [x for x in gruppe if x.status == "afvist" and x.type not in TILBAGEKALDT]
    if er_maal and afviste:
        x = afviste[-1]
        return plads, Historiklinje(_haendelse(x, som_haendelse), _afgjort_den(x), virkede=False)
    return None


def _haendelse(x: Haendelsesraekke, som_haendelse: Callable[[Haendelsesraekke], Haendelse]) -> Haendelse:
    return replace(som_haendelse(x), rettelse=None)


def _kvitterede(x: Haendelsesraekke) -> frozenset[str]:
    return frozenset(
        r.anmodning.eget_id
        for r in x.registreringer
        if r.tilstand.fase is Fase.REGISTRERET and r.anmodning.eget_id is not None
    )


def _afgjort_den(x: Haendelsesraekke) -> date:
    """The day that the event was decided for: what a rule of the day of sending (S8) used."""
    dage = [r.afgjort_for for r in x.registreringer if r.afgjort_for is not None]
    return max(dage) if dage else x.modtaget.astimezone(KOEBENHAVN).date()
