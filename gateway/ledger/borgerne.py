"""The citizen that a CPR number names: found by the number's keyed hash, made when not seen before (I8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gateway.ledger import numre
from gateway.ledger.enhed import Enhed


async def find(e: Enhed, cprer: Collection[str]) -> dict[str, int]:
    """The citizen of each CPR number, made when not seen before."""
    hashes = {e.noegler.cpr_hash(c): c for c in cprer}
    if not hashes:
        return {}
    kendte = await _opslag(e, hashes)
    mangler = sorted(h for h in hashes if h not in kendte)
    if mangler:
        await _opret(e, {h: hashes[h] for h in mangler})
        kendte |= await _opslag(e, {h: hashes[h] for h in mangler})
    return {hashes[h]: b for h, b in kendte.items()}


async def _opslag(e: Enhed, hashes: Mapping[bytes, str]) -> dict[bytes, int]:
    raekker = await e.conn.fetch(
        "select cpr_hash, borger_id, reserveret_af from borger_alias where cpr_hash = any($1::bytea[])",
        list(hashes),
    )
    e.ventende_numre.update(hashes[r["cpr_hash"]] for r in raekker if r["reserveret_af"] is not None)
    return {r["cpr_hash"]: r["borger_id"] for r in raekker}


async def _opret(e: Enhed, nye: dict[bytes, str]) -> None:
    ids = dict(zip(nye, await numre.nye_borgere(e, list(nye.values())), strict=True))
    vandt = await e.conn.fetch(
        """insert into borger_alias (cpr_hash, borger_id) select * from unnest($1::bytea[], $2::bigint[])
           on conflict do nothing returning cpr_hash, borger_id""",
        list(ids),
        list(ids.values()),
    )
    mine = {r["cpr_hash"]: r["borger_id"] for r in vandt}
    # Another consumer made the same citizen first: its lane counts, ours is taken away again.
    tabte = [b for h, b in ids.items() if h not in mine]
    if tabte:
        await e.conn.execute("delete from lane where borger_id = any($1::bigint[])", tabte)
        await e.conn.execute("delete from borger where id = any($1::bigint[])", tabte)
