"""Telling publishers that an event is still on the way: ``afventer`` after 30 s, once per cause (I7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from gateway.ledger import underretning
from gateway.ledger.enhed import Enhed
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.motor import Motor
from gateway.ledger.nedskrift import skriv
from gateway.ledger.vinduer import aabne_vinduer

#: interface: "on the way: afventer (after 30 s, once per cause)".
_EFTER = timedelta(seconds=30)
_TEKST = {
    "dfdg": "Registreringen afventer svar fra DFDG.",
    "tidligere_haendelse": "Hændelsen afventer en tidligere hændelse om samme borger.",
    "vindue": "Registreringen afventer, at et planlagt vindue hos DFDG slutter.",
    "operatoer": "Registreringen holdes tilbage af driften.",
}
#: What an open event waits for (SQL; ``k`` its head's place in the queue; $3: every service is in a window, $4: these are).
_AARSAG = """case when h.tilstand = 'venter' then 'tidligere_haendelse'
    when k.kanal like '%#spaerret' or k.kanal like '%#pause' then 'operatoer'
    when exists (select 1 from pause p where p.ophaevet is null and (
        p.art = 'tjeneste' and p.vaerdi = split_part(k.kanal, '|', 1)
        or p.art = 'akasse' and p.vaerdi = split_part(k.kanal, '|', 2))) then 'operatoer'
    when $3 or split_part(k.kanal, '|', 1) = any($4::text[]) then 'vindue'
    else 'dfdg' end"""


#: So many open events are looked at in one go, and so many are told.
_SES, _MELDES = 5_000, 500
_START = (datetime.min.replace(tzinfo=UTC), 0)


class Ventende(Ledgerdel):
    """``meld`` is called every second by one task of the deliver role.

    It walks over the open events from the oldest on, twice: one walk meets each event once, when it has waited long enough; the
    other goes round and round, a portion a call, for what waits on another cause now. So what was told is not looked through
    again and again behind a long backlog.
    """

    def __init__(
        self, pulje: asyncpg.Pool, motor: Motor, noegler: Noegler, miljoe: str, ur: Callable[[], datetime]
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur)
        self._nye = self._rundt = _START

    async def meld(self) -> tuple[int, bool]:
        """Writes ``afventer`` for events that have waited; how many, and whether more have waited that long."""
        antal, self._nye, flere = await self._fra(self._nye)
        igen, til, midt = await self._fra(self._rundt)
        self._rundt = til if midt else _START
        return antal + igen, flere

    async def _fra(self, fra: tuple[datetime, int]) -> tuple[int, tuple[datetime, int], bool]:
        """A portion behind ``fra`` (when it was accepted, id): how many were told, how far it came, and whether there is more."""
        nu = self._ur()
        aabne = (
            "h.tilstand in ('venter', 'hoved') and not h.udenfor and h.modtaget >= $1 and (h.modtaget, h.id) > ($1, $2)"
        )
        async with self._pulje.acquire() as conn, conn.transaction():
            sidste = await conn.fetchrow(
                f"""select modtaget, id, count(*) over () as antal
                    from (select h.modtaget, h.id from haendelse h where {aabne} and h.modtaget < $3
                          order by h.modtaget, h.id limit $4) portion
                    order by modtaget desc, id desc limit 1""",
                *fra,
                nu - _EFTER,
                _SES,
            )
            if sidste is None:
                return 0, fra, False
            til, flere = (sidste["modtaget"], sidste["id"]), sidste["antal"] == _SES
            alle, tjenester = await aabne_vinduer(conn, nu)
            kandidater = await conn.fetch(
                f"""select h.id, h.borger_id, h.modtaget, a.paa from haendelse h left join koe k on k.borger_id = h.borger_id
                   cross join lateral (select {_AARSAG}) a(paa)
                   where {aabne} and h.modtaget <= $5 and (h.modtaget, h.id) <= ($5, $6)
                     and (h.afventer_meldt is null or not a.paa = any(string_to_array(h.afventer_meldt, ',')))
                     -- In doubt is told as i_tvivl, and stays so until it is settled.
                     and not exists (select 1 from registrering r where r.haendelse_ref = h.id and r.fase = 'i_tvivl')
                   order by h.modtaget, h.id limit $7""",
                *fra,
                alle,
                list(tjenester),
                *til,
                _MELDES,
            )
            if not kandidater:
                return 0, til, flere
            if len(kandidater) == _MELDES:
                til, flere = (kandidater[-1]["modtaget"], kandidater[-1]["id"]), True
            laaste = await conn.fetch(
                """select borger_id from lane where borger_id = any($1::bigint[]) order by borger_id
                   for update skip locked""",
                sorted({r["borger_id"] for r in kandidater}),
            )
            frie = {r["borger_id"] for r in laaste}
            paa_hvad = {r["id"]: r["paa"] for r in kandidater}
            e = Enhed(conn, self._noegler, self._miljoe, nu)
            await e.indlaes_baner(frie, tilstande=False)
            haendelser = await e.haendelser_fra_db(r["id"] for r in kandidater if r["borger_id"] in frie)
            naeste = {
                r["borger_id"]: r["klar_fra"]
                for r in await conn.fetch(
                    "select borger_id, klar_fra from koe where borger_id = any($1::bigint[])", list(frie)
                )
            }
            antal = 0
            for h in sorted(haendelser.values(), key=lambda h: (h.plads, h.id)):
                if h.tilstand not in ("venter", "hoved") or h.borger_id is None:
                    continue
                paa = paa_hvad[h.id]
                # Read without the lane's lock: a head may have moved on meanwhile.
                if (h.tilstand == "venter") is not (paa == "tidligere_haendelse"):
                    continue
                meldt = h.afventer_meldt.split(",") if h.afventer_meldt else []
                if paa in meldt:
                    # By another process, since.
                    continue
                antal += 1
                h.afventer_meldt = ",".join([*meldt, paa])
                forsoeg = naeste.get(h.borger_id) if paa == "dfdg" else None
                underretning.kvitter(
                    e, e.baner[h.borger_id], h, "afventer", _TEKST[paa], venter=(paa, h.modtaget, forsoeg)
                )
            await skriv(e)
            return antal, til, flere
