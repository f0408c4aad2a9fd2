"""After a restart with the other transport of absence creates: what was never sent is decided again, and goes that way.

What was sent once, answered or not, keeps its request and is settled as it began (I3, I6).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import asyncpg

from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.fremdrift import afgoer_forfra
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv

_PORTION = 200
#: Creates that wait unsent under another operation than $1; what is held back (``#``) is decided again when it is let go.
_USENDTE = """from koe k join registrering r on r.id = k.registrering_id
    where r.handling = 'OpretFravaer' and r.operation <> $1 and r.fase = 'klar' and r.forsoeg = 0 and not r.var_i_tvivl
      and position('#' in k.kanal) = 0"""
#: Whether some are left: waiting, or claimed by somebody who may find that it cannot be sent and gives it back.
_TILBAGE = f"""select exists (select 1 {_USENDTE}) or exists (
    select 1 from krav k join registrering r on r.id = k.registrering_id
    where r.handling = 'OpretFravaer' and r.operation <> $1)"""


class Transportskift(Ledgerdel):
    """``operation``: the one by which this process creates absences. ``gaa`` is called every second by the deliver role; when
    nothing is left from before the start it has done its work."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        operation: str,
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur)
        self._operation = operation
        self._faerdig = False

    async def gaa(self) -> int:
        """Decides again what waits unsent. Returns how many events were."""
        i_alt = 0
        while not self._faerdig:
            async with self._pulje.acquire() as conn, conn.transaction():
                antal = await self._en_portion(conn)
            i_alt += antal
            if antal == 0:
                # What others held is not done: in a second again.
                self._faerdig = not await self._pulje.fetchval(_TILBAGE, self._operation)
                break
        return i_alt

    async def _en_portion(self, conn: Forbindelse) -> int:
        laaste = await conn.fetch(
            f"""select borger_id from lane where borger_id in (select k.borger_id {_USENDTE} limit $2)
                order by borger_id for update skip locked""",
            self._operation,
            _PORTION,
        )
        # Before its lane was locked a worker may have claimed it: what stands in the queue now decides.
        raekker = await conn.fetch(
            f"select k.borger_id, r.haendelse_ref {_USENDTE} and k.borger_id = any($2::bigint[])",
            self._operation,
            [r["borger_id"] for r in laaste],
        )
        if not raekker:
            return 0
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        await e.indlaes_baner(r["borger_id"] for r in raekker)
        hoveder = await e.haendelser_fra_db(r["haendelse_ref"] for r in raekker)
        await afgoer_forfra(e, self._motor, hoveder.values())
        await skriv(e)
        await conn.execute("select pg_notify('koe', '')")
        return len(raekker)
