"""The durable timer of D1: each warning is told on its day, once for its cause, whatever restarts.

Every change of a citizen's state leaves a line in ``tilsyn_koe`` (in its own transaction). The watch works those
citizens' deadlines out into ``frist`` and tells what has become due, so that no citizen is looked at whose state stands
still and who has nothing due. One watch works at a time (an advisory lock); a crash between two steps leaves the lines,
and the step is done again. Before a warning leaves, it is worked out again under the lane's lock, from what has been
received by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

import asyncpg

from gateway.ledger import tilstandslager
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.krypto import Noegler
from gateway.ledger.nedskrift import skriv
from gateway.ledger.ur import Dagsur
from gateway.rules.frister import Fristopsaetning, Varsel, varsler
from gateway.rules.tilstand import Borger

_LAAS = 0x6672_6973_7465_72  # "frister"
_PORTION = 200


class Fristvagt:
    """``gaa`` is called every few seconds by one task of the deliver role."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        dagsur: Dagsur,
        opsaetning: Fristopsaetning,
    ) -> None:
        self._pulje = pulje
        self._noegler = noegler
        self._miljoe = miljoe
        self._ur = ur
        self._dagsur = dagsur
        self._opsaetning = opsaetning

    async def gaa(self) -> int:
        """Takes in what changed and tells what is due. Returns how many warnings were told."""
        idag = await self._dagsur.idag()
        if idag is None:
            return 0
        while await self._ajourfoer(idag) == _PORTION:
            pass
        meldte = 0
        while True:
            baner, antal = await self._meld(idag)
            meldte += antal
            if not baner:
                return meldte

    async def _ajourfoer(self, idag: date) -> int:
        """Works out the deadlines of citizens whose state changed. Returns how many lines were taken."""
        async with self._pulje.acquire() as conn, conn.transaction():
            if not await _alene(conn):
                return 0
            linjer = await conn.fetch(
                """delete from tilsyn_koe where id in (select id from tilsyn_koe order by id limit $1)
                   returning borger_id""",
                _PORTION,
            )
            # Read after the lines: a state that is newer than its line has a line of its own still to come.
            tilstande = await self._tilstande(conn, {r["borger_id"] for r in linjer})
            fundne = {b: varsler(t, self._opsaetning, idag) for b, t in tilstande.items()}
            await _skriv_frister(conn, {r["borger_id"]: fundne.get(r["borger_id"], ()) for r in linjer})
            return len(linjer)

    async def _tilstande(self, conn: Forbindelse, borger_ids: Iterable[int]) -> dict[int, Borger]:
        """What is expected of those who have a state."""
        argumenter, kendte = tilstandslager.kendte(self._noegler, borger_ids)
        raekker = await conn.fetch(
            f"""select n.borger_id, {tilstandslager.KOLONNER}
                from {tilstandslager.KENDTE} join borger_tilstand t on t.borger_id = n.borger_id""",
            *argumenter,
        )
        fundne = {}
        for r in raekker:
            bekraeftet, forventet, _ = tilstandslager.laes(self._noegler, r["borger_id"], kendte[r["borger_id"]], r)
            lagret = forventet or bekraeftet
            fundne[r["borger_id"]] = Borger() if lagret is None else lagret.nu
        return fundne

    async def _meld(self, idag: date) -> tuple[int, int]:
        """Tells one portion of what is due: how many lanes, how many warnings. Lanes that another holds are left for the
        next time."""
        async with self._pulje.acquire() as conn, conn.transaction():
            if not await _alene(conn):
                return 0, 0
            laaste = await conn.fetch(
                """select borger_id from lane where borger_id in (
                       select borger_id from frist where varslet is null and varsles <= $1
                       order by varsles, borger_id limit $2)
                   order by borger_id for update skip locked""",
                idag,
                _PORTION,
            )
            if not laaste:
                return 0, 0
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner(r["borger_id"] for r in laaste)
            skyldige = {b.borger_id: varsler(b.forventet_nu, self._opsaetning, idag) for b in e.baner.values()}
            await _skriv_frister(conn, skyldige)
            meldte = await conn.fetch(
                """update frist set varslet = $3 where borger_id = any($1::bigint[]) and varslet is null and varsles <= $2
                   returning borger_id, noegle""",
                list(skyldige),
                idag,
                e.nu,
            )
            efter_noegle = {(b, v.noegle): v for b, liste in skyldige.items() for v in liste}
            for r in sorted(meldte, key=lambda r: (r["borger_id"], r["noegle"])):
                _send(e, e.baner[r["borger_id"]], efter_noegle[r["borger_id"], r["noegle"]])
            await skriv(e)
            return len(laaste), len(meldte)


async def _alene(conn: Forbindelse) -> bool:
    """Whether this transaction is the only watch."""
    alene: bool = await conn.fetchval("select pg_try_advisory_xact_lock($1)", _LAAS)
    return alene


async def _skriv_frister(conn: Forbindelse, skyldige: dict[int, tuple[Varsel, ...]]) -> None:
    """What these citizens owe now takes the place of what they owed; what was told stays told."""
    raekker = [(b, v.noegle, v.dato, v.varsles) for b, liste in skyldige.items() for v in liste]
    kolonner = [list(k) for k in zip(*raekker, strict=True)] or [[], [], [], []]
    await conn.execute(
        """delete from frist f where f.borger_id = any($1::bigint[]) and f.varslet is null and not exists (
               select 1 from unnest($2::bigint[], $3::text[]) n(borger_id, noegle)
               where n.borger_id = f.borger_id and n.noegle = f.noegle)""",
        list(skyldige),
        kolonner[0],
        kolonner[1],
    )
    await conn.execute(
        """insert into frist (borger_id, noegle, dato, varsles)
           select * from unnest($1::bigint[], $2::text[], $3::date[], $4::date[])
           on conflict (borger_id, noegle) do update set dato = excluded.dato, varsles = excluded.varsles
               where (frist.dato, frist.varsles) <> (excluded.dato, excluded.varsles)""",
        *kolonner,
    )


def _send(e: Enhed, bane: Bane, v: Varsel) -> None:
    data = {"frist": v.frist, "dato": v.dato.isoformat()}
    if v.entitets_id is not None:
        data["entitetsId"] = str(v.entitets_id)
    topic = f"akasse.{v.akassekode}.beskeder.v1"
    e.send(None, bane, topic, "gateway.frist-advarsel.v1", data, f"{bane.pseudonym}|{v.noegle}")


__all__ = ["Fristvagt"]
