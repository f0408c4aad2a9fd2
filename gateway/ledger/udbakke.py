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

    async def laas(self, conn: Forbindelse, topics: list[str]) -> list[str]:
        """Holds topics for this connection's session; returns those that no other publisher has."""
        raekker = await conn.fetch(
            """select t.topic from unnest($1::text[]) t(topic)
               where pg_try_advisory_lock(hashtextextended('udbakke|' || t.topic, 7))""",
            topics,
        )
        return [r["topic"] for r in raekker]

    async def slip(self, conn: Forbindelse, topics: list[str]) -> None:
        """Lets go of topics that this connection's session holds."""
        await conn.fetch(
            "select pg_advisory_unlock(hashtextextended('udbakke|' || t.topic, 7)) from unnest($1::text[]) t(topic)",
            topics,
        )

    async def naeste(self, topics: list[str], antal: int) -> dict[str, list[Udgaaende]]:
        """Each topic's oldest messages in order, at most ``antal`` of each; topics without any are missing."""
        raekker = await self._pulje.fetch(
            """select n.* from unnest($1::text[]) t(topic), lateral (
                   select b.id, b.topic, b.noegle, b.krop_krypt from udbakke u join besked b on b.id = u.id
                   where u.topic = t.topic order by u.id limit $2) n
               order by n.topic, n.id""",
            topics,
            antal,
        )
        ud: dict[str, list[Udgaaende]] = {}
        for r in raekker:
            krop = self._noegler.dekrypter(r["krop_krypt"])
            ud.setdefault(r["topic"], []).append(Udgaaende(r["id"], r["topic"], r["noegle"], krop))
        return ud

    async def sendt(self, beskeder: list[tuple[str, int]]) -> None:
        """The broker has acknowledged these (topic, id): they need not be sent again."""
        await self._pulje.execute(
            """delete from udbakke u using unnest($1::text[], $2::bigint[]) n(topic, id)
               where u.topic = n.topic and u.id = n.id""",
            [t for t, _ in beskeder],
            [i for _, i in beskeder],
        )
