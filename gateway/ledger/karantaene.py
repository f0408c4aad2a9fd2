"""Quarantine: a publisher's wrong batch is held back, by source, type and the time it was told, until somebody has looked.

An event in quarantine stops at its lane's head with the cause ``karantaene``; nothing is registered of it and nobody is told
what it would have led to. What was receipted or is in the air stays; the publisher corrects that as always. When the
quarantine ends its events are decided as if they had never been held, or given up, each at its place in its citizen's order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.lanes.bane import i_luften
from gateway.ledger import logbog, rettelsesgang
from gateway.ledger.aktoer import partens_akasse
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Bane, Enhed, Karantaene
from gateway.ledger.forventet import KARANTAENE
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.ledgerdel import Betjeningsdel
from gateway.ledger.nedskrift import skriv
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules.model import Fejl

_PORTION = 100
#: Source, type (None: every one), told from, told until (None: also those to come).
Valg = tuple[str, str | None, datetime, datetime | None]
_OPGIVET = Fejl("sprunget_over", "Hændelsen er opgivet af driften.")
#: Events of a quarantine (SQL; $1 source, $2 type or null, $3 from, $4 until or null).
_RAMT = (
    "h.kilde = $1 and ($2::text is null or h.type = $2) and h.tid >= $3 and ($4::timestamptz is null or h.tid <= $4)"
)


@dataclass(frozen=True, slots=True)
class Ramt:
    """What a quarantine met: ``holdt`` events wait or stand stopped, ``undervejs`` were in the air, ``endelige`` final."""

    holdt: int
    undervejs: int
    endelige: int


class Karantaener(Betjeningsdel):
    """``hvem`` is who acts; ``ur`` gives the present time."""

    async def alle(self, *, kun_gaeldende: bool = True) -> list[dict[str, Any]]:
        """Quarantines in the order in which they were set, with how many open events each holds."""
        raekker = await self._pulje.fetch(
            """select k.*, (select count(*) from haendelse h where h.kilde = k.kilde and (k.type is null or h.type = k.type)
                   and h.tid >= k.fra and (k.til is null or h.tid <= k.til) and not h.udenfor
                   and h.tilstand in ('venter', 'hoved', 'stoppet')) as holdt
               from karantaene k where not $1 or k.ophaevet is null order by k.id""",
            kun_gaeldende,
        )
        return [dict(r) for r in raekker]

    async def saet(
        self, kilde: str, type_: str | None, fra: datetime, til: datetime | None, begrundelse: str
    ) -> tuple[int, Ramt]:
        """Holds events of ``kilde`` (of one type or all) told from ``fra`` until ``til`` (aware; open: also those to come).
        Returns its number and what it met. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        akassekode = partens_akasse(kilde)
        self._aktoer.kraev(akassekode)
        if til is not None and til < fra:
            raise Betjeningsfejl("--til lies after --fra")
        async with self._pulje.acquire() as conn, conn.transaction():
            id_ = await conn.fetchval(
                """insert into karantaene (kilde, type, fra, til, hvem, begrundelse) values ($1, $2, $3, $4, $5, $6)
                   returning id""",
                kilde,
                type_,
                fra,
                til,
                self._aktoer.navn,
                begrundelse,
            )
            efter = {"kilde": kilde, "type": type_, "fra": fra.isoformat(), "til": til.isoformat() if til else None}
            await logbog.noter(
                conn, self._aktoer, "karantaene saet", id_, begrundelse, efter=efter, akassekode=akassekode
            )
        sidste = 0
        while baner := await self._baner(kilde, type_, fra, til, sidste):
            await self._hold(baner)
            sidste = baner[-1]
        return id_, await self._ramt(kilde, type_, fra, til)

    async def proev(self, kilde: str, type_: str | None, fra: datetime, til: datetime | None) -> Ramt:
        """What a quarantine would meet now, with no effect."""
        return await self._ramt(kilde, type_, fra, til)

    async def ophaev(self, id_: int, operatoer: Operatoer, begrundelse: str, *, spring_over: bool) -> int:
        """Ends the quarantine: its events are decided, or (``spring_over``) given up. Returns how many were stopped or
        given up. Given again it goes on where it was broken off. Raises ``Betjeningsfejl``."""
        antal, ider = await self.slut(id_, begrundelse, spring_over=spring_over)
        await (operatoer.spring_over if spring_over else operatoer.genkoer)(ider, begrundelse)
        return antal + len(ider)

    async def slut(self, id_: int, begrundelse: str, *, spring_over: bool) -> tuple[int, list[UUID]]:
        """Ends the quarantine, but for the heads that it stopped: (how many that waited were given up, the heads' dead letters,
        to be retried or skipped in this order). Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        k = await self.en(self._pulje, id_, spring_over=spring_over)
        akassekode, udfald = partens_akasse(k["kilde"]), _udfald(spring_over=spring_over)
        valg = _valg(k)
        antal = 0
        if spring_over:
            # While it still holds: what waits must not be decided in between.
            antal += await self._opgiv(*valg)
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute(
                """update karantaene set ophaevet = coalesce(ophaevet, $2), udfald = $3, ophaevet_af = $4,
                          ophaevet_begrundelse = $5 where id = $1""",
                id_,
                self._ur(),
                udfald,
                self._aktoer.navn,
                begrundelse,
            )
            await logbog.noter(
                conn,
                self._aktoer,
                "karantaene ophaev",
                id_,
                begrundelse,
                foer={"udfald": k["udfald"]},
                efter={"udfald": udfald},
                akassekode=akassekode,
            )
        ider = [r["id"] for r in await self.stoppede(self._pulje, k)]
        return antal, ider

    async def en(self, q: Forbindelse | asyncpg.Pool, id_: int, *, spring_over: bool) -> asyncpg.Record:
        """The quarantine; the right to end it is checked, and that it has not ended otherwise. Raises ``Betjeningsfejl``,
        ``Adgangsfejl``."""
        k = await q.fetchrow("select * from karantaene where id = $1", id_)
        if k is None:
            raise Betjeningsfejl(
                f"there is no quarantine {id_}: `gateway karantaene list` shows them",
                dansk="Der er ingen karantæne med det nummer.",
            )
        self._aktoer.kraev(partens_akasse(k["kilde"]))
        if k["udfald"] not in (None, _udfald(spring_over=spring_over)):
            raise Betjeningsfejl(
                f"quarantine {id_} has ended: {k['udfald']}", dansk=f"Karantænen er ophævet: {k['udfald']}."
            )
        return k

    async def stoppede(self, q: Forbindelse | asyncpg.Pool, k: asyncpg.Record) -> list[asyncpg.Record]:
        """Heads that the quarantine holds (``id`` of the dead letter, ``borger_id``), in the order in which they are let go."""
        return await q.fetch(
            f"""select d.id, h.borger_id from doedbrev d join haendelse h on h.id = d.haendelse_ref
                where d.status = 'aaben' and d.kode = $5 and {_RAMT} order by d.siden, d.id""",
            *_valg(k),
            KARANTAENE.kode,
        )

    async def _ramt(self, kilde: str, type_: str | None, fra: datetime, til: datetime | None) -> Ramt:
        r = await self._pulje.fetchrow(
            f"""select count(*) filter (where tilstand in ('venter', 'stoppet')) as holdt,
                       count(*) filter (where tilstand = 'hoved') as undervejs,
                       count(*) filter (where tilstand = 'endelig') as endelige
                from haendelse h where {_RAMT} and not udenfor""",
            kilde,
            type_,
            fra,
            til,
        )
        if r is None:
            raise RuntimeError("an aggregate without a row")
        return Ramt(r["holdt"], r["undervejs"], r["endelige"])

    async def _baner(self, kilde: str, type_: str | None, fra: datetime, til: datetime | None, efter: int) -> list[int]:
        raekker = await self._pulje.fetch(
            f"""select distinct borger_id from haendelse h where {_RAMT} and tilstand in ('venter', 'hoved') and not udenfor
                  and borger_id > $5 order by borger_id limit $6""",
            kilde,
            type_,
            fra,
            til,
            efter,
            _PORTION,
        )
        return [r["borger_id"] for r in raekker]

    async def _laast(self, conn: Any, borger_ids: list[int]) -> Enhed:
        await conn.execute(
            "select 1 from lane where borger_id = any($1::bigint[]) order by borger_id for update", borger_ids
        )
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        await e.indlaes_baner(borger_ids)
        return e

    async def _hold(self, borger_ids: list[int]) -> None:
        """Heads that are not in the air stop; what was expected of the held events is taken back."""
        async with self._pulje.acquire() as conn, conn.transaction():
            e = await self._laast(conn, borger_ids)
            i_arbejde = {
                r["borger_id"]
                for r in await conn.fetch("select borger_id from krav where borger_id = any($1::bigint[])", borger_ids)
            }
            for bane in e.baner.values():
                bane.hoved = await rettelsesgang.staaende_hoved(e, bane)
                bane.genopbyg = True
                h = bane.hoved
                if (
                    h is not None
                    and h.tilstand == "hoved"
                    and bane.borger_id not in i_arbejde
                    and self._kan_holdes(e, h)
                ):
                    e.behold_overdragelser(h, ())
                    self._motor.stop(e, bane, h, KARANTAENE)
            await ryk_frem(e, self._motor, list(e.baner.values()))
            await skriv(e)

    @staticmethod
    def _kan_holdes(e: Enhed, h: Haendelsesraekke) -> bool:
        return e.i_karantaene(h) and not i_luften(h.faser)

    async def _opgiv(self, kilde: str, type_: str | None, fra: datetime, til: datetime | None) -> int:
        """Gives up what waits, each at its place; the stopped heads are given up by the operator's act after."""
        sidste, antal = 0, 0
        while borger_ids := await self._baner(kilde, type_, fra, til, sidste):
            sidste = borger_ids[-1]
            async with self._pulje.acquire() as conn, conn.transaction():
                antal += await self.opgiv_ventende(conn, (kilde, type_, fra, til), borger_ids)
        return antal

    async def opgiv_ventende(self, conn: Forbindelse, valg: Valg, borger_ids: list[int]) -> int:
        """Gives up what waits of a quarantine in these lanes, and writes it in the caller's transaction. Returns how many."""
        e = await self._laast(conn, borger_ids)
        raekker = await conn.fetch(
            f"""select id from haendelse h where {_RAMT} and borger_id = any($5::bigint[]) and tilstand = 'venter'
                and not udenfor order by plads, id""",
            *valg,
            borger_ids,
        )
        opgivne = await e.haendelser_fra_db(r["id"] for r in raekker)
        for h in opgivne.values():
            bane: Bane = e.baner[h.borger_id or 0]
            self._motor.opgiv(e, bane, h, _OPGIVET, _OPGIVET.tekst)
        await ryk_frem(e, self._motor, list(e.baner.values()), find_hoved=True)
        await skriv(e)
        return len(opgivne)


def _udfald(*, spring_over: bool) -> str:
    return "sprunget_over" if spring_over else "frigivet"


def _valg(k: asyncpg.Record) -> Valg:
    return k["kilde"], k["type"], k["fra"], k["til"]


__all__ = ["Karantaene", "Karantaener", "Ramt"]
