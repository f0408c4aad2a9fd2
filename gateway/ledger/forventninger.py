"""Long lanes' expected states, folded anew: a lane a transaction, in portions, apart from what made them wrong.

A settlement that turns out otherwise for a citizen with thousands of parked events only notes it (``borger_tilstand.genopbyg``), so
that the lanes that were settled with it go on at once. Until this has been done, what comes in for the citizen is decided on what was
expected before, as if it had come before the settlement; it is folded anew with the rest.
"""

from __future__ import annotations

from gateway.ledger import rettelsesgang
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.fremdrift import HOEJST
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.nedskrift import skriv
from gateway.rules.tilstand import Borger


class Forventninger(Ledgerdel):
    """``gaa`` is called every second by one task of the deliver role."""

    async def gaa(self) -> int:
        """Folds every lane that waits for it and that nobody else holds; how many."""
        antal, efter = 0, 0
        while True:
            async with self._pulje.acquire() as conn, conn.transaction():
                borger_id = await conn.fetchval(
                    """select l.borger_id from borger_tilstand t join lane l on l.borger_id = t.borger_id
                       where t.genopbyg and t.borger_id > $1 order by t.borger_id limit 1 for update of l skip locked""",
                    efter,
                )
                if borger_id is None:
                    return antal
                await self._en(conn, borger_id)
            antal, efter = antal + 1, borger_id

    async def _en(self, conn: Forbindelse, borger_id: int) -> None:
        forventet: Borger | None = None
        efter: dict[int, tuple[int, int]] = {}
        while True:
            # A unit of work a portion: memory is a portion's, whatever waits.
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner([borger_id])
            bane = e.baner[borger_id]
            bane.hoved = await rettelsesgang.staaende_hoved(e, bane)
            if forventet is None:
                forventet = self._motor.grund_for_forventet(bane)
            portion = (await e.naeste_i_banerne([borger_id], HOEJST, efter))[borger_id]
            venter = [h for h in portion if h.tilstand == "venter"]
            forventet = self._motor.fold_videre(e, bane, forventet, venter)
            if len(portion) < HOEJST:
                self._motor.har_genopbygget(bane, forventet)
                if bane.hoved is None:
                    bane.forventet = None
                await skriv(e)
                return
            efter[borger_id] = (portion[-1].plads, portion[-1].id)
            await skriv(e)
