"""Sending messages again (``gateway genudsend``): the same ids, the same ``sekvens``, in their order (I10)."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.rules.model import Part


async def genudsend(pulje: asyncpg.Pool, part: Part, fra: datetime, pseudonym: str | None = None) -> int:
    """Puts everything that was sent to the party since ``fra`` (aware) into the outbox again; one citizen's only when
    ``pseudonym`` is given. Returns how many. Raises ``Betjeningsfejl`` for an unknown citizen."""
    async with pulje.acquire() as conn, conn.transaction():
        borger_id = None
        if pseudonym is not None:
            borger_id = await conn.fetchval("select id from borger where pseudonym = $1", pseudonym)
            if borger_id is None:
                raise Betjeningsfejl("there is no citizen of that pseudonym: it is the key of the messages out")
        antal: int = await conn.fetchval(
            """with sendt as (
                   insert into udbakke (topic, id)
                   select topic, id from besked
                   where topic = any($1::text[]) and skabt >= $2 and ($3::bigint is null or borger_id = $3)
                   on conflict do nothing returning 1)
               select count(*) from sendt""",
            [f"{part}.kvitteringer.v1", f"{part}.beskeder.v1"],
            fra,
            borger_id,
        )
        await conn.execute("select pg_notify('udbakke', '')")
        return antal
