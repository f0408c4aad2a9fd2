"""Sending that an operator pauses: of an a-kasse, of a DFDG service, or of one citizen's lane.

What is in the air is finished; nothing more is claimed. A channel under a paused service or a-kasse is passed over when
heads are claimed (``kanaler.PAA_PAUSE``); a paused lane's head waits in a queue of its own (``kanal`` with ``#pause``).
Lifted, the channels reopen in the breaker's steps, or at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.ledger import kanaler, logbog
from gateway.ledger.aktoer import Aktoer, partens_akasse, som_aktoer
from gateway.ledger.db import Forbindelse

Art = Literal["akasse", "tjeneste", "borger"]


class Pauser:
    """``hvem`` acts; ``ur`` gives the present time."""

    def __init__(self, pulje: asyncpg.Pool, ur: Callable[[], datetime], *, hvem: Aktoer | str) -> None:
        self._pulje = pulje
        self._ur = ur
        self._aktoer = som_aktoer(hvem)

    async def alle(self, *, kun_gaeldende: bool = True) -> list[dict[str, Any]]:
        """Pauses, oldest first, with how many heads each holds back."""
        raekker = await self._pulje.fetch(
            "select id, art, vaerdi, siden, hvem, begrundelse, ophaevet from pause where not $1 or ophaevet is null order by id",
            kun_gaeldende,
        )
        return [{**dict(r), "holdt": 0 if r["ophaevet"] else await self._holdt(r["art"], r["vaerdi"])} for r in raekker]

    async def proev(self, art: Art, vaerdi: str) -> int:
        """How many citizens' heads a pause would hold back now. Raises ``Betjeningsfejl`` as ``saet`` does."""
        async with self._pulje.acquire() as conn:
            await self._find(conn, art, vaerdi)
        return await self._holdt(art, vaerdi)

    async def saet(self, art: Art, vaerdi: str, begrundelse: str) -> int:
        """Pauses an a-kasse (its code), a service (its name) or a lane (the citizen's pseudonym). Returns its number.
        Raises ``Betjeningsfejl`` for what is unknown or paused already."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        async with self._pulje.acquire() as conn, conn.transaction():
            borger_id, akassekode = await self._find(conn, art, vaerdi)
            if borger_id is not None:
                await conn.execute("select 1 from lane where borger_id = $1 for update", borger_id)
            id_: int | None = await conn.fetchval(
                """insert into pause (art, vaerdi, borger_id, siden, hvem, begrundelse) values ($1, $2, $3, $4, $5, $6)
                   on conflict (art, vaerdi) where ophaevet is null do nothing returning id""",
                art,
                vaerdi,
                borger_id,
                self._ur(),
                self._aktoer.navn,
                begrundelse,
            )
            if id_ is None:
                raise Betjeningsfejl(
                    f"{art} {vaerdi} is paused already: `gateway pause list` shows it",
                    dansk="Den er allerede på pause.",
                )
            await til_side(conn)
            efter = {"art": art, "vaerdi": vaerdi}
            await logbog.noter(conn, self._aktoer, "pause saet", id_, begrundelse, efter=efter, akassekode=akassekode)
            return id_

    async def ophaev(self, id_: int, begrundelse: str, *, trinvis: bool = True) -> list[str]:
        """Lifts the pause. ``trinvis``: its channels reopen in steps. Returns the channels that reopen so."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            p, akassekode, genaabnes = await self.loeft(conn, id_, nu, trinvis=trinvis)
            foer = {"art": p["art"], "vaerdi": p["vaerdi"], "siden": p["siden"]}
            efter = {"trinvis": trinvis}
            await logbog.noter(
                conn, self._aktoer, "pause ophaev", id_, begrundelse, foer=foer, efter=efter, akassekode=akassekode
            )
            await conn.execute("select pg_notify('koe', '')")
            return genaabnes

    async def loeft(
        self, conn: Forbindelse, id_: int, nu: datetime, *, trinvis: bool
    ) -> tuple[asyncpg.Record, str | None, list[str]]:
        """Lifts the pause in the caller's transaction: (the pause, whose act it is, channels that reopen in steps). Raises
        ``Betjeningsfejl``, ``Adgangsfejl``."""
        p = await conn.fetchrow("select * from pause where id = $1 for update", id_)
        if p is None or p["ophaevet"] is not None:
            raise Betjeningsfejl(
                f"there is no pause {id_} in force: `gateway pause list` shows them",
                dansk="Pausen gælder ikke længere.",
            )
        _, akassekode = await self._find(conn, p["art"], p["vaerdi"])
        if p["borger_id"] is not None:
            await conn.execute("select 1 from lane where borger_id = $1 for update", p["borger_id"])
            await conn.execute(
                """update koe set kanal = replace(kanal, '#pause', ''), klar_fra = least(klar_fra, $2)
                   where borger_id = $1""",
                p["borger_id"],
                nu,
            )
        await conn.execute("update pause set ophaevet = $2 where id = $1", id_, nu)
        genaabnes: list[str] = []
        if trinvis and p["art"] != "borger":
            tjenester = [p["vaerdi"]] if p["art"] == "tjeneste" else []
            genaabnes = await kanaler.genaabn(conn, tjenester, nu, p["vaerdi"] if p["art"] == "akasse" else None)
        return p, akassekode, genaabnes

    async def genaabn(self, tjeneste: str, akassekode: str | None, begrundelse: str) -> list[str]:
        """Channels of a service (under one a-kasse's certificate, or all) begin to reopen in steps now, whatever their
        breakers say. Returns which. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        async with self._pulje.acquire() as conn, conn.transaction():
            genaabnes = await self.luk_op(conn, tjeneste, akassekode, self._ur())
            efter = {"kanaler": genaabnes}
            await logbog.noter(conn, self._aktoer, "genaabn", tjeneste, begrundelse, efter=efter, akassekode=akassekode)
            await conn.execute("select pg_notify('koe', '')")
            return genaabnes

    async def luk_op(self, conn: Forbindelse, tjeneste: str, akassekode: str | None, nu: datetime) -> list[str]:
        """Begins the reopening in the caller's transaction. Returns the channels. Raises as ``genaabn``."""
        self._aktoer.kraev(akassekode)
        genaabnes = await kanaler.genaabn(conn, [tjeneste], nu, akassekode)
        if not genaabnes:
            raise Betjeningsfejl(
                f"no channel of {tjeneste} can reopen: nothing was sent to it, or a window or pause keeps it closed",
                dansk=f"{tjeneste} kan ikke åbnes: der er aldrig sendt noget, eller et vindue eller en pause holder lukket.",
            )
        return genaabnes

    async def _find(self, conn: Forbindelse, art: str, vaerdi: str) -> tuple[int | None, str | None]:
        """(citizen, whose act it is); checks the right. Raises ``Betjeningsfejl`` for what is unknown."""
        match art:
            case "akasse":
                self._aktoer.kraev(vaerdi)
                if not await conn.fetchval("select 1 from kanal where akassekode = $1 limit 1", vaerdi):
                    raise Betjeningsfejl(
                        f"nothing was ever sent for a-kasse {vaerdi}",
                        dansk=f"Der er aldrig sendt noget for a-kasse {vaerdi}.",
                    )
                return None, vaerdi
            case "tjeneste":
                self._aktoer.kraev(None)
                if not await conn.fetchval("select 1 from kanal where tjeneste = $1 limit 1", vaerdi):
                    kendte = [r["tjeneste"] for r in await conn.fetch("select distinct tjeneste from kanal order by 1")]
                    raise Betjeningsfejl(
                        f"nothing was ever sent to {vaerdi}; known are {', '.join(kendte)}",
                        dansk=f"Der er aldrig sendt noget til {vaerdi}; kendte er {', '.join(kendte)}.",
                    )
                return None, None
            case _:
                borger_id: int | None = await conn.fetchval("select id from borger where pseudonym = $1", vaerdi)
                if borger_id is None:
                    raise Betjeningsfejl(
                        f"no citizen has the pseudonym {vaerdi}", dansk="Ingen borger har det pseudonym."
                    )
                dele = await conn.fetch("select distinct part from haendelse where borger_id = $1", borger_id)
                egne = {partens_akasse(r["part"]) for r in dele} - {None}
                akassekode = egne.pop() if len(egne) == 1 else None
                # A lane that two a-kasser share is nobody's alone.
                self._aktoer.kraev(akassekode)
                return borger_id, akassekode

    async def _holdt(self, art: str, vaerdi: str) -> int:
        sql = {
            "akasse": "select count(*) from koe where kanal like '%|' || $1 or kanal like '%|' || $1 || '#%'",
            "tjeneste": "select count(*) from koe where kanal like $1 || '|%'",
            "borger": "select count(*) from koe join borger b on b.id = koe.borger_id where b.pseudonym = $1",
        }[art]
        return int(await self._pulje.fetchval(sql, vaerdi))


async def til_side(conn: Forbindelse) -> None:
    """Heads of paused lanes that are ready go into their own queue. The caller has locked their lanes, or all of them."""
    await conn.execute(
        """update koe set kanal = kanal || '#pause' where kanal not like '%#pause'
           and borger_id in (select borger_id from pause where ophaevet is null and borger_id is not null)"""
    )
