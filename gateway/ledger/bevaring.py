"""Retention: what is finished and old is pruned by age, in small steps that block no lane.

A citizen's events, registrations and handovers go together, when all of them are final, nothing stopped is open, and the
newest is older than the limit: then the confirmed state holds everything that was, and is kept as the ground on which later
corrections tell the history. The ids stay known (as keyed hashes) for as long as Kafka's topics may bring them again.
Messages out are kept by their own age, so that they can be sent again. Deadlines that were told stay told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler
from gateway.rules.model import KOEBENHAVN

#: One step's citizens, and rows of other tables.
_BORGERE = 200
_RAEKKER = 1_000
_CURSOR = "bevaring_borger"
#: Tables of which a step looks at a stretch, each with the column that tells a row's age: what must stay is passed over.
_STRAEKNINGER = {"besked": "skabt", "dfdg_besked": "modtaget"}


@dataclass(frozen=True, slots=True)
class Bevaringstider:
    """How long what is finished is kept: events with their registrations, messages out, and ids of pruned events."""

    haendelser: timedelta = timedelta(days=400)
    beskeder: timedelta = timedelta(days=400)
    ider: timedelta = timedelta(days=800)


@dataclass(slots=True)
class Ryddet:
    """What a step pruned. ``omgang``: the round over all citizens is over, and nothing else is left to prune now."""

    borgere: int = 0
    haendelser: int = 0
    beskeder: int = 0
    omgang: bool = False


class Bevaring:
    """``gaa`` is one step; ``ur`` gives the present time."""

    def __init__(
        self, pulje: asyncpg.Pool, noegler: Noegler, ur: Callable[[], datetime], tider: Bevaringstider
    ) -> None:
        self._pulje = pulje
        self._noegler = noegler
        self._ur = ur
        self._tider = tider

    async def gaa(self) -> Ryddet:
        """Prunes a little of everything; the next step goes on where this one ended, also in another process."""
        nu = self._ur()
        ud = Ryddet()
        async with self._pulje.acquire() as conn, conn.transaction():
            # One process at a time: the others have nothing to wait for.
            if not await conn.fetchval("select pg_try_advisory_xact_lock(hashtextextended('bevaring', 7))"):
                return ud
            ud.omgang = await self._borgere(conn, nu, ud)
            ud.haendelser += await self._uden_borger(conn, nu)
            ud.beskeder += await self._beskeder(conn, nu)
            await self._oevrige(conn, nu)
        ud.omgang = ud.omgang and not (ud.haendelser or ud.beskeder)
        return ud

    async def _borgere(self, conn: Forbindelse, nu: datetime, ud: Ryddet) -> bool:
        fra = int(await conn.fetchval("select vaerdi from indstilling where noegle = $1", _CURSOR) or 0)
        ids = [
            r["borger_id"]
            for r in await conn.fetch(
                "select borger_id from lane where borger_id > $1 order by borger_id limit $2", fra, _BORGERE
            )
        ]
        await conn.execute(
            """insert into indstilling (noegle, vaerdi) values ($1, $2)
               on conflict (noegle) do update set vaerdi = excluded.vaerdi""",
            _CURSOR,
            str(ids[-1] if ids else 0),
        )
        if not ids:
            return True
        graense = nu - self._tider.haendelser
        modne = await conn.fetch(
            """select l.borger_id from lane l
               where l.borger_id = any($1::bigint[])
                 and exists (select 1 from haendelse h where h.borger_id = l.borger_id)
                 and not exists (select 1 from haendelse h where h.borger_id = l.borger_id
                                 and (h.tilstand not in ('endelig', 'kasseret')
                                      or coalesce(h.endelig_tid, h.modtaget) >= $2))
                 and not exists (select 1 from sammenlaegning s
                                 where l.borger_id in (s.borger_id, s.fra_borger_id))
                 and not exists (select 1 from krav k where k.borger_id = l.borger_id)
               order by l.borger_id for update of l skip locked""",
            ids,
            graense,
        )
        for r in modne:
            ud.haendelser += await self._en_borger(conn, r["borger_id"], nu)
        ud.borgere = len(modne)
        return False

    async def _en_borger(self, conn: Forbindelse, borger_id: int, nu: datetime) -> int:
        haendelser = await conn.fetch(
            "select id, kilde, haendelse_id, indhold_hash, tilstand from haendelse where borger_id = $1", borger_id
        )
        refs = [h["id"] for h in haendelser]
        await self._husk(conn, haendelser, nu)
        await conn.execute(
            """insert into jobordrekontakt_arkiv (akassekode, maaned, antal)
               select split_part(b.topic, '.', 2), date_trunc('month', h.tid at time zone $2)::date, count(distinct h.id)
               from haendelse h join besked b on b.haendelse_ref = h.id
               where h.borger_id = $1 and b.type = 'gateway.jobordrekontakt.v1'
                 and h.type = 'jobcenter.jobordre.kontakt.v1' and h.status = 'videresendt'
               group by 1, 2
               on conflict (akassekode, maaned) do update set antal = jobordrekontakt_arkiv.antal + excluded.antal""",
            borger_id,
            str(KOEBENHAVN),
        )
        await conn.execute(
            """update borger_tilstand set grund_krypt = bekraeftet_krypt, grund_tillaeg = bekraeftet_tillaeg
               where borger_id = $1 and bekraeftet_krypt is not null""",
            borger_id,
        )
        await self._slet(conn, refs)
        return len(refs)

    async def _husk(self, conn: Forbindelse, haendelser: list[Any], nu: datetime) -> None:
        glemmes = (nu + self._tider.ider).astimezone(KOEBENHAVN).date()
        await conn.executemany(
            """insert into husket_id (noegle, indhold_hash, glemmes) values ($1, $2, $3) on conflict do nothing""",
            [
                (self._noegler.id_hash(h["kilde"], h["haendelse_id"]), h["indhold_hash"], glemmes)
                for h in haendelser
                if h["kilde"] is not None and h["haendelse_id"] is not None and h["tilstand"] != "kasseret"
            ],
        )

    @staticmethod
    async def _slet(conn: Forbindelse, refs: list[int]) -> None:
        for tabel, felt in (
            ("doedbrev", "haendelse_ref"),
            ("overdragelse", "haendelse_ref"),
            ("registrering", "haendelse_ref"),
            ("haendelse", "id"),
        ):
            await conn.execute(f"delete from {tabel} where {felt} = any($1::bigint[])", refs)

    async def _uden_borger(self, conn: Forbindelse, nu: datetime) -> int:
        """Records that were about nobody: not understood, and refused."""
        haendelser = await conn.fetch(
            """select id, kilde, haendelse_id, indhold_hash, tilstand from haendelse
               where borger_id is null and modtaget < $1 and tilstand in ('endelig', 'kasseret')
               order by modtaget limit $2""",
            nu - self._tider.haendelser,
            _RAEKKER,
        )
        if haendelser:
            await self._husk(conn, haendelser, nu)
            await self._slet(conn, [h["id"] for h in haendelser])
        return len(haendelser)

    async def _beskeder(self, conn: Forbindelse, nu: datetime) -> int:
        """Messages in the order in which they were made, from the oldest; what an event still refers to stays with it."""
        graense = nu - self._tider.beskeder
        raekker = await conn.fetch(
            """delete from besked b where b.id > $2 and b.id <= $3 and b.skabt < $1
                   and not exists (select 1 from udbakke u where u.topic = b.topic and u.id = b.id)
                   and not exists (select 1 from haendelse h where h.id = b.haendelse_ref)
               returning 1""",
            graense,
            *await _straekning(conn, "besked", graense),
        )
        return len(raekker)

    async def _oevrige(self, conn: Forbindelse, nu: datetime) -> None:
        graense = nu - self._tider.beskeder
        await conn.execute(
            """delete from dfdg_besked where id > $2 and id <= $3 and faerdig < $1 and tilstand not in ('ny', 'parkeret')""",
            graense,
            *await _straekning(conn, "dfdg_besked", graense),
        )
        await conn.execute(
            """delete from husket_id where noegle in (
                   select noegle from husket_id where glemmes < $1 order by glemmes limit $2)""",
            nu.astimezone(KOEBENHAVN).date(),
            _RAEKKER,
        )


async def _straekning(conn: Forbindelse, tabel: str, graense: datetime) -> tuple[int, int]:
    """The next stretch of the table, as ids (after the first, up to the second); from the start again when a row that is not
    old yet, or the end, was met. However many old rows must stay, those behind them are come to."""
    noegle, alder = f"bevaring_{tabel}", _STRAEKNINGER[tabel]
    fra = int(await conn.fetchval("select vaerdi from indstilling where noegle = $1", noegle) or 0)
    r = await conn.fetchrow(
        f"""select coalesce(max(id), $1) as til, count(*) as antal, coalesce(bool_or({alder} >= $3), false) as unge
            from (select id, {alder} from {tabel} where id > $1 order by id limit $2) b""",
        fra,
        _RAEKKER,
        graense,
    )
    assert r is not None
    til: int = r["til"]
    await conn.execute(
        """insert into indstilling (noegle, vaerdi) values ($1, $2)
           on conflict (noegle) do update set vaerdi = excluded.vaerdi""",
        noegle,
        str(0 if r["unge"] or r["antal"] < _RAEKKER else til),
    )
    return fra, til


async def er_husket(conn: Forbindelse, noegler: Noegler, kilde: str, haendelse_id: str) -> bool:
    """Whether an event of this source and id was here, and is pruned."""
    fundet: bool = await conn.fetchval(
        "select exists (select 1 from husket_id where noegle = $1)", noegler.id_hash(kilde, haendelse_id)
    )
    return fundet
