"""Statements that are sent to PostgreSQL as one, and how often the ledger's conversations ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from gateway.ledger.claim import Krav
from gateway.ledger.db import aabn_pulje
from gateway.ledger.enhed import Enhed
from gateway.ledger.samlet import Samlet
from gateway.ledger.settle import Resultat
from sandbox.personer import Personregister
from tests.ledger.byg import KVITTERET, Ledger, samtale


@pytest.fixture
async def forbindelse(database: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(database)
    await conn.execute("create temporary table a (x int primary key, y text); create temporary table b (x int)")
    yield conn
    await conn.close()


async def test_each_statement_keeps_its_own_parameters(forbindelse: asyncpg.Connection) -> None:
    s = Samlet()
    s.med("nye", "insert into a select * from unnest($1::int[], $2::text[]) returning x", [1, 2, 3], ["a", "b", "c"])
    s.med("med_samme", "insert into b select $1::int where $2 and $1 > 0", 7, True)
    s.med("af_andre", "insert into b select x from nye where x > $1", 1)
    s.svar("antal", "(select count(*) from nye)")
    s.svar("fast", "'svar'")
    assert await s.udfoer(forbindelse) == {"antal": 3, "fast": "svar"}
    assert [tuple(r) for r in await forbindelse.fetch("select * from a order by x")] == [(1, "a"), (2, "b"), (3, "c")]
    assert sorted(r["x"] for r in await forbindelse.fetch("select x from b")) == [2, 3, 7]
    assert await s.udfoer(forbindelse) == {}, "nothing is carried out twice"
    assert await forbindelse.fetchval("select count(*) from b") == 3


async def test_one_that_fails_leaves_nothing_of_the_others(forbindelse: asyncpg.Connection) -> None:
    s = Samlet()
    s.med("b_nye", "insert into b values ($1)", 1)
    s.med("a_nye", "insert into a select 1, 'x' from generate_series(1, $1)", 2)
    with pytest.raises(asyncpg.UniqueViolationError):
        await s.udfoer(forbindelse)
    assert await forbindelse.fetchval("select count(*) from b") == 0


async def test_a_settlement_asks_as_often_however_many_lanes_it_is_of(database: str, ledger: Ledger) -> None:
    """Receipts, the decisions of what stands behind them, and the claim of it: statements, one after the other, are what
    a citizen's next call waits for."""
    ledger.pulje = await aabn_pulje(database, mindst=1, hoejst=1)
    ledger.__post_init__()
    spurgt: list[str] = []
    async with ledger.pulje.acquire() as conn:
        conn.add_query_logger(lambda q: spurgt.append(q.query))
    personer = Personregister()
    gange: dict[int, tuple[int, int, int]] = {}
    for antal in (1, 1, 12):
        cprer = [personer.ny() for _ in range(antal)]
        spurgt.clear()
        await ledger.modtag(*(_samtale(c, nr) for c in cprer for nr in (1, 2)))
        accept = len(spurgt)
        spurgt.clear()
        krav = await ledger.tag()
        claim = len(spurgt)
        assert len(krav) == antal
        spurgt.clear()
        nye = await _afregn(ledger, krav)
        print(antal, "lanes: accept", accept, "claim", claim, "settle and claim", len(spurgt))
        gange[antal] = (accept, claim, len(spurgt))
        assert len(nye) == antal
        for k in nye:
            await ledger.svar(k)
    await ledger.pulje.close()
    assert gange[12] == gange[1]
    assert set((await _statusser(database)).values()) == {"registreret"}


async def test_a_settlement_tells_of_the_heads_that_it_leaves_to_others(database: str, ledger: Ledger) -> None:
    """Who claims sleeps until there is something in the queue; of what is claimed already nobody needs to know."""
    fortalt: list[str] = []
    conn = await asyncpg.connect(database)
    try:
        cpr = Personregister().ny()
        await ledger.modtag(*(_samtale(cpr, nr) for nr in (1, 2, 3)))
        krav = await ledger.tag()
        await conn.add_listener("koe", lambda *_: fortalt.append("koe"))
        krav = await _afregn(ledger, krav)
        await conn.fetchval("select 1")
        assert (len(krav), fortalt) == (1, [])
        await ledger.afregning.afregn([Resultat(krav[0], KVITTERET, None, ledger.nu)])
        await conn.fetchval("select 1")
        assert fortalt == ["koe"]
    finally:
        await conn.close()


async def _afregn(ledger: Ledger, krav: list[Krav]) -> list[Krav]:
    nye: list[Krav] = []

    async def videre(e: Enhed) -> None:
        nye.extend(await ledger.uddeling.tag_med(e, lambda kanaler: dict.fromkeys(kanaler, 100)))

    await ledger.afregning.afregn([Resultat(k, KVITTERET, None, ledger.nu) for k in krav], videre)
    return nye


def _samtale(cpr: str, nr: int) -> dict[str, object]:
    s = samtale(f"{hash(cpr)}-{nr}", f"2022-02-0{nr}", "raadighed")
    s["data"]["cpr"] = cpr
    return s


async def _statusser(database: str) -> dict[int, str]:
    conn = await asyncpg.connect(database)
    try:
        raekker = await conn.fetch("select id, coalesce(status, tilstand) as s from haendelse")
        return {r["id"]: r["s"] for r in raekker}
    finally:
        await conn.close()


async def test_an_attempt_and_its_receipt_touch_no_index_of_the_registrations(database: str, ledger: Ledger) -> None:
    """Both are written beside the row (HOT): no index speaks of what they change."""
    await ledger.modtag(*(_samtale(c, 1) for c in (Personregister().ny() for _ in range(1))))
    assert await ledger.leverer() == ["CreatePersonInterview"]
    await ledger.pulje.close()
    conn = await asyncpg.connect(database)
    try:
        r = await conn.fetchrow(
            "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'registrering'"
        )
        assert r is not None
        assert tuple(r) == (2, 2)
    finally:
        await conn.close()
