"""The figures of supervision (D2) from the ledger: every citizen's confirmed state, one after another.

The states are read in one consistent view through a cursor, so that the memory does not grow with the citizens; what
comes out names nobody.
"""

from __future__ import annotations

from datetime import date

import asyncpg

from gateway.ledger import tilstandslager
from gateway.ledger.krypto import Noegler
from gateway.rules.model import KOEBENHAVN
from gateway.rules.statistik import Opgoerelse, bidrag, maaned, ny_opgoerelse

_PORTION = 500


async def opgoer(pulje: asyncpg.Pool, noegler: Noegler, idag: date) -> Opgoerelse:
    """All a-kasser's months up to ``idag`` (Copenhagen)."""
    op = ny_opgoerelse()
    async with pulje.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        async for r in conn.cursor(
            "select bekraeftet_krypt, bekraeftet_tillaeg from borger_tilstand", prefetch=_PORTION
        ):
            if (b := tilstandslager.tilstand(noegler, *r)) is not None:
                bidrag(op, b, idag)
        await _jobordrekontakter(conn, op, idag)
    return op


async def _jobordrekontakter(
    conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], op: Opgoerelse, idag: date
) -> None:
    """Contacts about job orders that were told to an a-kasse (J2), by the month in which the jobcenter told of them;
    those taken back do not count."""
    raekker = await conn.fetch(
        """select b.topic, date_trunc('month', h.tid at time zone $1)::date as maaned, count(distinct h.id) as antal
           from besked b join haendelse h on h.id = b.haendelse_ref
           where b.type = 'gateway.jobordrekontakt.v1' and h.type = 'jobcenter.jobordre.kontakt.v1'
             and h.status = 'videresendt' and (h.tid at time zone $1)::date <= $2
           group by 1, 2""",
        str(KOEBENHAVN),
        idag,
    )
    # What is pruned was counted when it was.
    for r in await conn.fetch("select akassekode, maaned, antal from jobordrekontakt_arkiv where maaned <= $1", idag):
        op[r["akassekode"], maaned(r["maaned"])].jobordrekontakter += r["antal"]
    for r in raekker:
        op[r["topic"].split(".")[1], maaned(r["maaned"])].jobordrekontakter += r["antal"]
