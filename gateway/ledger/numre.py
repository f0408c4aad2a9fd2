"""Which citizen has a CPR number, when an event tells that it has changed (``akasse.medlem.cpr-skiftet.v1``)."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.envelope import fra_raa
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules import cprskift as regel


async def forbered(e: Enhed, haendelser: Iterable[Haendelsesraekke]) -> None:
    """Before these events are decided: which citizen, if any, has the new number now."""
    for h in haendelser:
        if h.type == regel.TYPE and h.borger_id is not None:
            _, data = fra_raa(h.raa)
            hash_ = e.noegler.cpr_hash(data.cpr)
            anden = await e.conn.fetchval("select borger_id from borger_alias where cpr_hash = $1", hash_)
            e.nummerets_borger[h.id] = anden


def nyt_nummer(e: Enhed, bane: Bane, h: Haendelsesraekke, cpr: str) -> bool:
    """At the head: the number is the citizen's from here on (True), or another citizen of that number is joined first."""
    anden = e.nummerets_borger.get(h.id)
    if anden is not None and anden != bane.borger_id:
        e.sammenlaegninger.append((bane.borger_id, anden, h.id))
        return False
    bane.cpr = cpr
    e.nye_numre[bane.borger_id] = cpr
    return True
