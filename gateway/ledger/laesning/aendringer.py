"""What changed since yesterday: the version and settings that the installation runs with, DFDG's code lists, who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import asyncpg
import orjson

from gateway.ledger.krypto import Noegler
from gateway.ledger.logbog import laes

#: So many of the newest acts are looked through.
_SENESTE = 1000


@dataclass(frozen=True, slots=True)
class Aendring:
    """A setting, the version or a code: before and after."""

    tid: datetime
    hvad: str
    navn: str
    foer: str
    efter: str


@dataclass(frozen=True, slots=True)
class Gjort:
    """What somebody did, once or to many: ``tid`` is the newest."""

    tid: datetime
    hvem: str
    handling: str
    begrundelse: str
    antal: int


async def noter_start(pulje: asyncpg.Pool, version: str, indstillinger: Mapping[str, Any]) -> None:
    """Keeps what this process runs with, when it differs from what ran last. ``indstillinger`` holds no secret."""
    nye = orjson.dumps(indstillinger, option=orjson.OPT_SORT_KEYS, default=str).decode()
    async with pulje.acquire() as conn, conn.transaction():
        await conn.execute("select pg_advisory_xact_lock(hashtextextended('installation', 7))")
        sidste = await conn.fetchrow("select version, indstillinger from installation order by id desc limit 1")
        if sidste is None or sidste["version"] != version or orjson.loads(sidste["indstillinger"]) != orjson.loads(nye):
            await conn.execute("insert into installation (version, indstillinger) values ($1, $2::jsonb)", version, nye)


async def siden(pulje: asyncpg.Pool, noegler: Noegler, fra: datetime) -> tuple[list[Aendring], list[Gjort]]:
    """Changes and acts from ``fra`` on, newest first; the same act on many, by one person for one reason, is one."""
    fundne: list[Aendring] = []
    starter = await pulje.fetch(
        """select * from installation where id >= coalesce((select max(id) from installation where tid < $1), 0) order by id""",
        fra,
    )
    for foer, efter in pairwise(starter):
        if foer["version"] != efter["version"]:
            fundne.append(Aendring(efter["tid"], "version", "gateway", foer["version"], efter["version"]))
        a, b = orjson.loads(foer["indstillinger"]), orjson.loads(efter["indstillinger"])
        fundne += [
            Aendring(efter["tid"], "indstilling", n, str(a.get(n, "")), str(b.get(n, "")))
            for n in sorted({*a, *b})
            if a.get(n) != b.get(n)
        ]
    for r in await pulje.fetch("select * from kodeaendring where set_tid >= $1 order by set_tid desc limit 200", fra):
        fundne.append(
            Aendring(r["set_tid"], "kodeliste", f"{r['liste']} {r['kode']}", _tekst(r["foer"]), _tekst(r["efter"]))
        )
    gjort: dict[tuple[str, str, str], Gjort] = {}
    for h in await laes(pulje, noegler, hoejst=_SENESTE):
        if h.tid >= fra:
            noegle = (h.hvem, h.handling, h.begrundelse)
            foerste = gjort.get(noegle, Gjort(h.tid, *noegle, 0))
            gjort[noegle] = replace(foerste, antal=foerste.antal + 1)
    return sorted(fundne, key=lambda x: x.tid, reverse=True), list(gjort.values())


def _tekst(raekker: str | None) -> str:
    return "; ".join(r.get("tekst", "") for r in orjson.loads(raekker)) if raekker else ""
