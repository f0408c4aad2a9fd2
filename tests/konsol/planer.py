"""Every question that the pages ask, with its plan: what is read from the tables that grow with finished events."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.ledger import logbog
from gateway.ledger.afklaring import Haandafklaring
from gateway.ledger.laesning import aendringer, borgere, flow, forside, soegning, stoppede
from tests.ledger.byg import Ledger

#: The tables in which what is finished stays.
STORE = {"haendelse", "registrering", "besked", "borger", "betjening", "overdragelse", "doedbrev"}


@dataclass
class Spion:
    """A pool that explains each question before it asks it. ``planer``: (question, plan)."""

    pulje: Any
    planer: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def _forklar(self, conn: Any, sql: str, args: tuple[Any, ...]) -> None:
        if sql.lstrip().lower().startswith(("select", "with")):
            plan = json.loads(await conn.fetchval(f"explain (format json) {sql}", *args))[0]["Plan"]
            self.planer.append((sql, plan))

    async def fetch(self, sql: str, *args: Any) -> Any:
        await self._forklar(self.pulje, sql, args)
        return await self.pulje.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        await self._forklar(self.pulje, sql, args)
        return await self.pulje.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        await self._forklar(self.pulje, sql, args)
        return await self.pulje.fetchval(sql, *args)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Spion]:
        async with self.pulje.acquire() as conn:
            yield Spion(conn, self.planer)


def hele_tabeller(plan: dict[str, Any]) -> set[str]:
    """The big tables that a plan reads from end to end."""
    egen = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" and plan.get("Relation Name") in STORE else set()
    return egen.union(*(hele_tabeller(p) for p in plan.get("Plans", ())))


def knuder(plan: dict[str, Any]) -> list[str]:
    """What a plan reads and by which index, outermost first."""
    tabel, indeks = plan.get("Relation Name"), plan.get("Index Name")
    egen = [f"{plan['Node Type']} {tabel or ''} {indeks or ''}".strip()] if tabel or indeks else []
    return egen + [k for p in plan.get("Plans", ()) for k in knuder(p)]


Spoergsmaal = dict[str, Callable[[Any], Awaitable[Any]]]


async def spoergsmaal(ledger: Ledger, nu: datetime) -> Spoergsmaal:
    """What each page asks of the ledger."""
    n, p = ledger.noegler, ledger.pulje
    pseudonym = await p.fetchval("select pseudonym from borger where id = (select max(id) from borger)")
    doed = await p.fetchval("select id from doedbrev limit 1")
    haendelse = await p.fetchrow("select haendelse_id, samtale_id from haendelse where haendelse_id like 'm-%' limit 1")
    request = await p.fetchval("select request_uuid from registrering where request_uuid is not null limit 1")

    def afklaring(pulje: Any) -> Haandafklaring:
        from datetime import timedelta

        return Haandafklaring(pulje, ledger.motor, n, "t", lambda: nu, hvem="t", stilletid=timedelta())

    return {
        "sætningen øverst": lambda q: forside.hent(q, nu, {}, None),
        "overblik": lambda q: flow.hent(q, nu, {}, {}, None),
        "overblik for én a-kasse": lambda q: flow.hent(q, nu, {}, {}, frozenset({"01"})),
        "ændret siden i går": lambda q: aendringer.siden(q, n, nu.replace(hour=0)),
        "stoppet efter årsag": lambda q: stoppede.aarsager(q, nu.date(), None),
        "stoppede af én årsag": lambda q: stoppede.liste(q, nu.date(), None, kode="dfdg_afvist"),
        "ét dødt brev": lambda q: stoppede.en(q, n, doed, None),
        "i tvivl": lambda q: afklaring(q).alle(),
        "borger": lambda q: borgere.tidslinje(q, n, pseudonym, None),
        "søg pseudonym": lambda q: soegning.soeg(q, pseudonym, None),
        "søg hændelse": lambda q: soegning.soeg(q, haendelse["haendelse_id"], None),
        "søg samtaleId": lambda q: soegning.soeg(q, str(haendelse["samtale_id"]), None),
        "søg x-requestId": lambda q: soegning.soeg(q, f"{request}-0", None),
        "logbog": lambda q: logbog.laes(q, n),
        "logbog om ét mål": lambda q: logbog.laes(q, n, maal=str(doed)),
    }


async def maal(pulje: Any, spoerg: Callable[[Any], Awaitable[Any]], gange: int = 11) -> float:
    """The median of so many times, in milliseconds; the first is not counted."""
    tider = []
    await spoerg(pulje)
    for _ in range(gange):
        start = time.perf_counter()
        await spoerg(pulje)
        tider.append((time.perf_counter() - start) * 1000)
    return statistics.median(tider)
