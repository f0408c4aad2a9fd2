"""Channels as the ledger shows them: open, down, refused access."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class Kanal:
    """One DFDG service under one certificate, and how many heads wait for it."""

    kanal: str
    tjeneste: str
    akassekode: str
    tilstand: str
    siden: datetime
    ventende: int


class Kanaler:
    def __init__(self, pulje: asyncpg.Pool) -> None:
        self._pulje = pulje

    async def saet(self, kanal: str, tilstand: str) -> None:
        """Notes a channel's state; when it opens again everybody who waited is ready at once."""
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute("update kanal set tilstand = $2, siden = now() where kanal = $1", kanal, tilstand)
            if tilstand == "aaben":
                await conn.execute("update koe set klar_fra = now() where kanal = $1 and klar_fra > now()", kanal)
                await conn.execute("select pg_notify('koe', '')")

    async def alle(self) -> list[Kanal]:
        raekker = await self._pulje.fetch(
            """select k.*, (select count(*) from koe where koe.kanal = k.kanal) as ventende from kanal k order by k.kanal"""
        )
        return [
            Kanal(r["kanal"], r["tjeneste"], r["akassekode"], r["tilstand"], r["siden"], r["ventende"]) for r in raekker
        ]
