"""A citizen's new CPR number (``akasse.medlem.cpr-skiftet.v1``): in the lane's order, never while something is in doubt.

At the lane's head the new number becomes the citizen's. If it is known already as another citizen's (events came under it
before the change was told), the two are joined as soon as nothing of the other one's is on the way: the lane waits there.
The pseudonym that parties know is the old number's, and stays.
"""

from __future__ import annotations

import asyncpg

from gateway.ledger.enhed import Enhed
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.nedskrift import skriv
from gateway.rules import cprskift as regel
from gateway.rules.tilstand import Borger

_AABEN = "tilstand in ('venter', 'hoved', 'stoppet') and not udenfor"


class Sammenlaegning(Ledgerdel):
    """``proev`` is called every second by one task of the deliver role."""

    async def proev(self) -> int:
        """Joins the citizens whose second lane has come to rest. Returns how many."""
        klar = await self._pulje.fetch(
            f"""select s.borger_id, s.fra_borger_id from sammenlaegning s where not exists
                (select 1 from haendelse h where h.borger_id = s.fra_borger_id and {_AABEN})"""
        )
        antal = 0
        for borger_id in [r["borger_id"] for r in await self._pulje.fetch("select borger_id from udskilt")]:
            await self._ryk_udskilt(borger_id)
        for r in klar:
            antal += await self._saml(r["borger_id"], r["fra_borger_id"])
        return antal

    async def _ryk_udskilt(self, borger_id: int) -> None:
        """Moves a lane on that got its events back from another citizen's (numre)."""
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute("select 1 from lane where borger_id = $1 for update", borger_id)
            if await conn.fetchval("delete from udskilt where borger_id = $1 returning 1", borger_id) is None:
                return
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner([borger_id])
            bane = e.baner[borger_id]
            bane.genopbyg = True
            await ryk_frem(e, self._motor, [bane], find_hoved=True)
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")

    async def _saml(self, til: int, fra: int) -> int:
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute(
                "select 1 from lane where borger_id = any($1::bigint[]) order by borger_id for update", [til, fra]
            )
            ref = await conn.fetchval(
                f"""select haendelse_ref from sammenlaegning s where borger_id = $1 and not exists
                    (select 1 from haendelse h where h.borger_id = s.fra_borger_id and {_AABEN})""",
                til,
            )
            if ref is None:
                return 0
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner([til, fra])
            bane, anden = e.baner[til], e.baner.pop(fra)
            h = (await e.haendelser_fra_db([ref]))[ref]
            bane.hoved = h
            bane.bekraeftet = regel.saml(bane.bekraeftet, anden.bekraeftet)
            if anden.grund != Borger():
                bane.grund = anden.grund if bane.grund == Borger() else regel.saml(bane.grund, anden.grund)
            await self._ompeg(conn, til, fra)
            bane.genopbyg = True
            e.nummerets_borger[h.id] = til
            self._motor.saet_hoved(e, bane, h)
            await ryk_frem(e, self._motor, [bane])
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")
            return 1

    @staticmethod
    async def _ompeg(conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], til: int, fra: int) -> None:
        """Everything that was the other citizen's is this one's; the other's lane is left empty."""
        for tabel in ("borger_alias", "haendelse", "registrering", "overdragelse", "besked"):
            await conn.execute(f"update {tabel} set borger_id = $1 where borger_id = $2", til, fra)
        await conn.execute("update borger_alias set foer_borger_id = $1 where foer_borger_id = $2", til, fra)
        await conn.execute("delete from tilsyn_koe where borger_id = $1", fra)
        await conn.execute(
            """with flyttet as (delete from frist where borger_id = $2 returning noegle, dato, varsles, varslet)
               insert into frist (borger_id, noegle, dato, varsles, varslet) select $1, * from flyttet
               on conflict (borger_id, noegle) do update set varslet = coalesce(frist.varslet, excluded.varslet)""",
            til,
            fra,
        )
        await conn.execute("delete from borger_tilstand where borger_id = $1", fra)
        await conn.execute("delete from sammenlaegning where borger_id = $1", til)
