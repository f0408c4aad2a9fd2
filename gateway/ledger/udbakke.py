"""The outbox: messages leave in order per topic, and a row goes only after the broker has acknowledged it (I10)."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler


@dataclass(frozen=True, slots=True)
class Udgaaende:
    """One message ready for the broker. ``noegle`` is the citizen's pseudonym (None: no citizen)."""

    id: int
    topic: str
    noegle: str | None
    krop: bytes


class Udbakke:
    """Reading and emptying the outbox. One publisher per topic at a time: ``laas`` holds the topic for a connection."""

    def __init__(self, pulje: asyncpg.Pool, noegler: Noegler) -> None:
        self._pulje = pulje
        self._noegler = noegler

    async def topics(self) -> list[str]:
        """Topics that have something to send."""
        raekker = await self._pulje.fetch(
            """with recursive t as (
                   (select topic from udbakke order by topic limit 1)
                   union all
                   select (select u.topic from udbakke u where u.topic > t.topic order by u.topic limit 1) from t
                   where t.topic is not null)
               select topic from t where topic is not null"""
        )
        return [r["topic"] for r in raekker]

    async def laas(self, conn: Forbindelse, topic: str) -> bool:
        """Holds ``topic`` for this connection's session; False when another publisher has it."""
        return bool(await conn.fetchval("select pg_try_advisory_lock(hashtextextended($1, 7))", f"udbakke|{topic}"))

    async def slip(self, conn: Forbindelse, topic: str) -> None:
        await conn.fetchval("select pg_advisory_unlock(hashtextextended($1, 7))", f"udbakke|{topic}")

    async def naeste(self, conn: Forbindelse, topic: str, antal: int) -> list[Udgaaende]:
        """The oldest messages of the topic, in order."""
        raekker = await conn.fetch(
            """select b.id, b.topic, b.noegle, b.krop_krypt from udbakke u join besked b on b.id = u.id
               where u.topic = $1 order by u.id limit $2""",
            topic,
            antal,
        )
        return [Udgaaende(r["id"], r["topic"], r["noegle"], self._noegler.dekrypter(r["krop_krypt"])) for r in raekker]

    async def sendt(self, conn: Forbindelse, topic: str, ids: list[int]) -> None:
        """The broker has acknowledged these: they need not be sent again."""
        await conn.execute("delete from udbakke where topic = $1 and id = any($2::bigint[])", topic, ids)
