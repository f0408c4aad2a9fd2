"""The figures of supervision (D2) as last worked out. Working them out reads every citizen's state, so it is done beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson


@dataclass(frozen=True, slots=True)
class Tilsynstal:
    """``raekker`` as ``gateway statistik --json`` gives them."""

    idag: date
    beregnet: datetime
    raekker: list[dict[str, Any]]


async def hent(pulje: asyncpg.Pool, periode: str) -> Tilsynstal | None:
    """The newest figures by ``maaned`` or ``halvaar``; None: they were never worked out."""
    r = await pulje.fetchrow("select idag, beregnet, raekker from tilsynstal where periode = $1", periode)
    return Tilsynstal(r["idag"], r["beregnet"], orjson.loads(r["raekker"])) if r else None


async def gem(pulje: asyncpg.Pool, periode: str, tal: Tilsynstal) -> None:
    await pulje.execute(
        """insert into tilsynstal (periode, idag, beregnet, raekker) values ($1, $2, $3, $4::jsonb)
           on conflict (periode) do update set idag = excluded.idag, beregnet = excluded.beregnet, raekker = excluded.raekker""",
        periode,
        tal.idag,
        tal.beregnet,
        orjson.dumps(tal.raekker, default=str).decode(),
    )
