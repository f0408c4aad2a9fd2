"""Which citizen a CPR number names, while an event tells that it has changed (``akasse.medlem.cpr-skiftet.v1``).

States of the new number, by who may write them (each within the unit of work that holds the old number's lane):
unknown or another's → **reserved** (accept: the event is parked or waits, and what follows under the number stands behind
it in the same lane) → **the citizen's** (the event's decision, at the head) or **given up** (the event is refused, skipped
or withdrawn: the number names whom it named before, or nobody, and what was parked under it goes to a lane of its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from secrets import token_hex

import asyncpg

from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.raekker import Haendelsesraekke, Indhold
from gateway.rules import cprskift as regel


async def forbered(e: Enhed, haendelser: Iterable[Haendelsesraekke]) -> None:
    """Before these events are decided: which other citizen, if any, has the new number now."""
    for h in haendelser:
        if h.type == regel.TYPE and h.borger_id is not None:
            r = await e.conn.fetchrow(
                "select borger_id, reserveret_af, foer_borger_id from borger_alias where cpr_hash = $1",
                e.noegler.cpr_hash(nummer(h)),
            )
            if r is None:
                e.nummerets_borger[h.id] = None
            else:
                e.nummerets_borger[h.id] = r["foer_borger_id"] if r["reserveret_af"] == h.id else r["borger_id"]


def nummer(h: Haendelsesraekke) -> str:
    """The number that an understood event is about; of a change of number, the new one."""
    _, data = h.indhold.laest
    return str(data.cpr)


def nyt_nummer(e: Enhed, bane: Bane, h: Haendelsesraekke) -> bool:
    """At the head: the number is the citizen's from here on (True), or another citizen of that number is joined first."""
    anden = e.nummerets_borger.get(h.id)
    if anden is not None and anden != bane.borger_id:
        e.sammenlaegninger.append((bane.borger_id, anden, h.id))
        return False
    bane.cpr = nummer(h)
    e.nye_numre[bane.borger_id] = bane.cpr
    return True


def reserver(e: Enhed, bane: Bane, h: Haendelsesraekke) -> str:
    """The event is accepted and not decided yet; returns the number, which names this citizen from now on."""
    cpr = nummer(h)
    e.reserverede_numre.append((cpr, bane.borger_id, h.id))
    return cpr


def opgiv(e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
    """The change of number came to nothing."""
    e.opgivne_numre.setdefault(bane.borger_id, {})[nummer(h)] = h.id


def er_opgivet(e: Enhed, bane: Bane, h: Haendelsesraekke) -> bool:
    """Whether the parked event is about a number that is not the citizen's after all, and leaves the lane."""
    opgivne = e.opgivne_numre.get(bane.borger_id)
    return opgivne is not None and h.type != regel.TYPE and nummer(h) in opgivne


async def skriv(e: Enhed) -> None:
    """Writes what the unit of work has collected about numbers; the events are written by then."""
    for borger_id, numre in e.opgivne_numre.items():
        for cpr, h_id in numre.items():
            await _giv_tilbage(e, borger_id, cpr, h_id)
    for cpr, borger_id, h_id in e.reserverede_numre:
        await e.conn.execute(
            """insert into borger_alias (cpr_hash, borger_id, reserveret_af) values ($1, $2, $3)
               on conflict (cpr_hash) do update set foer_borger_id = borger_alias.borger_id,
                   borger_id = excluded.borger_id, reserveret_af = excluded.reserveret_af
               where borger_alias.reserveret_af is null and borger_alias.borger_id <> excluded.borger_id""",
            e.noegler.cpr_hash(cpr),
            borger_id,
            h_id,
        )
    for borger_id, cpr in e.nye_numre.items():
        await e.conn.execute(
            "update borger set cpr_krypt = $2 where id = $1", borger_id, e.noegler.krypter(cpr.encode())
        )
        ejer = await e.conn.fetchval(
            """insert into borger_alias (cpr_hash, borger_id) values ($1, $2)
               on conflict (cpr_hash) do update set reserveret_af = null, foer_borger_id = null
               returning borger_id""",
            e.noegler.cpr_hash(cpr),
            borger_id,
        )
        if ejer != borger_id:
            # Somebody made a citizen of the number since it was looked up: the unit of work is tried again.
            raise asyncpg.SerializationError("the number was taken meanwhile")
    if e.sammenlaegninger:
        await e.conn.executemany(
            """insert into sammenlaegning (borger_id, fra_borger_id, haendelse_ref) values ($1, $2, $3)
               on conflict (borger_id) do update set fra_borger_id = excluded.fra_borger_id,
                   haendelse_ref = excluded.haendelse_ref""",
            e.sammenlaegninger,
        )


async def _giv_tilbage(e: Enhed, borger_id: int, cpr: str, h_id: int) -> None:
    hash_ = e.noegler.cpr_hash(cpr)
    r = await e.conn.fetchrow(
        "select foer_borger_id from borger_alias where cpr_hash = $1 and borger_id = $2 and reserveret_af = $3",
        hash_,
        borger_id,
        h_id,
    )
    if r is None:
        return
    flyttes = [
        x["id"]
        for x in await e.conn.fetch(
            "select id, raa_krypt from haendelse where borger_id = $1 and tilstand = 'venter' and not udenfor",
            borger_id,
        )
        if str(e.noegler.laes(x["raa_krypt"], Indhold).laest[1].cpr) == cpr
    ]
    til = r["foer_borger_id"] or await ny_borger(e, cpr)
    await e.conn.execute(
        "update borger_alias set borger_id = $2, reserveret_af = null, foer_borger_id = null where cpr_hash = $1",
        hash_,
        til,
    )
    if flyttes:
        await e.conn.execute(
            "update haendelse set borger_id = $2, accept_spor = null where id = any($1::bigint[])", flyttes, til
        )
        await e.conn.execute("insert into udskilt (borger_id) values ($1) on conflict do nothing", til)


async def ny_borger(e: Enhed, cpr: str) -> int:
    """One of ``nye_borgere``."""
    return (await nye_borgere(e, [cpr]))[0]


async def nye_borgere(e: Enhed, cprer: Sequence[str]) -> list[int]:
    """Citizens with a lane each, not yet named by any number, in the order of ``cprer`` (all different).

    The pseudonym is that of the number, so that a ledger that was restored to an earlier time and reads its topics again
    calls everybody what they were called. A number that named another citizen before gets one by chance.
    """
    pseudonymer = [e.noegler.pseudonym(c) for c in cprer]
    indsaet = """insert into borger (pseudonym, cpr_krypt) select * from unnest($1::text[], $2::bytea[])
                 on conflict (pseudonym) do nothing returning pseudonym, id"""
    krypteret = [e.noegler.krypter(c.encode()) for c in cprer]
    ids = {r["pseudonym"]: r["id"] for r in await e.conn.fetch(indsaet, pseudonymer, krypteret)}
    for nr, p in enumerate(pseudonymer):
        if p not in ids:
            pseudonymer[nr] = andet = token_hex(16)
            ids[andet] = (await e.conn.fetch(indsaet, [andet], [krypteret[nr]]))[0]["id"]
    await e.conn.execute("insert into lane (borger_id) select unnest($1::bigint[])", list(ids.values()))
    return [ids[p] for p in pseudonymer]
