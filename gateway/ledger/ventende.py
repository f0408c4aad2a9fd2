"""Telling publishers that an event is still on the way: ``afventer`` after 30 s, once per cause (I7)."""

from __future__ import annotations

from datetime import timedelta

from gateway.ledger import underretning
from gateway.ledger.enhed import Enhed
from gateway.ledger.ledgerdel import Ledgerdel
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


class Ventende(Ledgerdel):
    """``meld`` is called every few seconds by one task of the deliver role."""

    async def meld(self, hoejst: int = 500) -> int:
        """Writes ``afventer`` for events that have waited; returns how many. Call again while it returns ``hoejst``."""
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            alle, tjenester = await aabne_vinduer(conn, nu)
            kandidater = await conn.fetch(
                f"""select h.id, h.borger_id, a.paa from haendelse h left join koe k on k.borger_id = h.borger_id
                   cross join lateral (select {_AARSAG}) a(paa)
                   where h.tilstand in ('venter', 'hoved') and not h.udenfor and h.modtaget < $1
                     and (h.afventer_meldt is null or not a.paa = any(string_to_array(h.afventer_meldt, ',')))
                     -- In doubt is told as i_tvivl, and stays so until it is settled.
                     and not exists (select 1 from registrering r where r.haendelse_ref = h.id and r.fase = 'i_tvivl')
                   order by h.modtaget limit $2""",
                nu - _EFTER,
                hoejst,
                alle,
                list(tjenester),
            )
            if not kandidater:
                return 0
            laaste = await conn.fetch(
                """select borger_id from lane where borger_id = any($1::bigint[]) order by borger_id
                   for update skip locked""",
                sorted({r["borger_id"] for r in kandidater}),
            )
            frie = {r["borger_id"] for r in laaste}
            paa_hvad = {r["id"]: r["paa"] for r in kandidater}
            e = Enhed(conn, self._noegler, self._miljoe, nu)
            await e.indlaes_baner(frie)
            haendelser = await e.haendelser_fra_db(r["id"] for r in kandidater if r["borger_id"] in frie)
            naeste = {
                r["borger_id"]: r["klar_fra"]
                for r in await conn.fetch(
                    "select borger_id, klar_fra from koe where borger_id = any($1::bigint[])", list(frie)
                )
            }
            for h in sorted(haendelser.values(), key=lambda h: (h.plads, h.id)):
                if h.tilstand not in ("venter", "hoved") or h.borger_id is None:
                    continue
                paa = paa_hvad[h.id]
                # Read without the lane's lock: a head may have moved on meanwhile.
                if (h.tilstand == "venter") is not (paa == "tidligere_haendelse"):
                    continue
                meldt = h.afventer_meldt.split(",") if h.afventer_meldt else []
                h.afventer_meldt = ",".join([*meldt, paa])
                forsoeg = naeste.get(h.borger_id) if paa == "dfdg" else None
                underretning.kvitter(
                    e, e.baner[h.borger_id], h, "afventer", _TEKST[paa], venter=(paa, h.modtaget, forsoeg)
                )
            await skriv(e)
            return len(kandidater)
