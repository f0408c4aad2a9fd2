"""A snapshot that somebody forgot does not keep the ledger from being cleared for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from gateway.doktor import database as doktor
from gateway.ledger.db import DATABASE_VAEK, MIGRERER
from gateway.ledger.snapshots import Snapshot, Snapshotvagt, aabne, aeldste
from tests.ledger.byg import Ledger

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def _glemt(dsn: str, program: str = "en rapport", bruger: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """A session that has asked something in a transaction and says nothing more."""
    conn = await asyncpg.connect(dsn, server_settings={"application_name": program})
    try:
        if bruger is not None:
            await conn.execute(f"set session authorization {bruger}")
        await conn.execute("begin isolation level repeatable read")
        await conn.fetchval("select 1")
        yield conn
    finally:
        conn.terminate()


async def _levende(conn: asyncpg.Connection) -> bool:
    try:
        return bool(await conn.fetchval("select true"))
    except (asyncpg.PostgresError, *DATABASE_VAEK):
        return False


def _vagt(ledger: Ledger, hoejst: float = 0.5, undtagne: Iterable[str] = ("pg_dump",)) -> Snapshotvagt:
    return Snapshotvagt(ledger.pulje, timedelta(seconds=hoejst), list(undtagne))


async def test_a_forgotten_transaction_is_ended_and_what_it_kept_is_cleared(ledger: Ledger, database: str) -> None:
    await ledger.pulje.execute("create table rest (n int)")
    async with _glemt(database) as conn:
        await ledger.pulje.execute("insert into rest select generate_series(1, 1000)")
        await ledger.pulje.execute("delete from rest")
        await ledger.pulje.execute("vacuum rest")
        assert await ledger.pulje.fetchval("select pg_relation_size('rest')") > 0
        assert await _vagt(ledger, hoejst=60).gaa() == 0
        await asyncio.sleep(0.6)
        assert await _vagt(ledger).gaa() == 1
        assert not await _levende(conn)
    slut = time.monotonic() + 20
    # Others on the server (tests beside this one) may hold a snapshot of their own database for a moment.
    while await ledger.pulje.fetchval("select pg_relation_size('rest')") > 0:
        assert time.monotonic() < slut
        await ledger.pulje.execute("vacuum rest")
        await asyncio.sleep(0.1)


async def test_who_may_take_its_time_is_left_alone(ledger: Ledger, database: str) -> None:
    async with (
        _glemt(database, "pg_dump") as kopi,
        _glemt(database, MIGRERER) as migrering,
        _glemt(database, "psql") as glemt,
    ):
        # One between two transactions holds nothing.
        ledig = await asyncpg.connect(database)
        await asyncio.sleep(0.6)
        assert {s.program for s in await aabne_nu(ledger)} == {"pg_dump", MIGRERER, "psql"}
        assert await _vagt(ledger).gaa() == 1
        assert [await _levende(c) for c in (kopi, migrering, glemt, ledig)] == [True, True, False, True]
        await ledig.close()


async def aabne_nu(ledger: Ledger) -> list[Snapshot]:
    async with ledger.pulje.acquire() as conn:
        return await aabne(conn)


async def test_the_oldest_counts_prepared_transactions_too_and_nothing_is_zero(ledger: Ledger, database: str) -> None:
    async with ledger.pulje.acquire() as conn:
        assert await aeldste(conn) == 0
        async with _glemt(database):
            await asyncio.sleep(0.3)
            assert 0.3 <= await aeldste(conn) < 60


async def test_the_doctor_says_whose_it_is_and_what_the_role_lacks(
    ledger: Ledger, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doktor, "GAMMELT", 0.3)
    rolle = "gw_" + await ledger.pulje.fetchval("select replace(gen_random_uuid()::text, '-', '')")
    await ledger.pulje.execute(f"create role {rolle}")
    try:
        async with ledger.pulje.acquire() as conn, _glemt(database, "rapport"):
            await asyncio.sleep(0.4)
            (fund,) = await doktor._snapshots(conn)
            assert fund.stand == "advarsel"
            assert "(rapport, pid" in fund.tekst
        async with _glemt(database, "psql", rolle) as conn:
            (fund,) = await doktor._snapshots(conn)
            assert fund.loesning == f"grant pg_monitor, pg_signal_backend to {rolle};"
    finally:
        await ledger.pulje.execute(f"drop role {rolle}")


async def test_one_that_is_not_ours_to_end_is_told_once(
    ledger: Ledger, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The gateway's role without ``pg_signal_backend``; whoever may see all (``pg_monitor``) sees others' sessions."""
    rolle = "gw_" + await ledger.pulje.fetchval("select replace(gen_random_uuid()::text, '-', '')")
    await ledger.pulje.execute(f"create role {rolle}; grant pg_monitor to {rolle}")
    pulje = await asyncpg.create_pool(
        database, min_size=1, max_size=1, init=lambda c: c.execute(f"set session authorization {rolle}"),
        reset=lambda _: asyncio.sleep(0),
    )  # fmt: skip
    try:
        async with _glemt(database, "psql") as glemt:
            await asyncio.sleep(0.6)
            vagt = Snapshotvagt(pulje, timedelta(seconds=0.5), [])
            assert [await vagt.gaa(), await vagt.gaa()] == [0, 0]
            assert await _levende(glemt)
    finally:
        pulje.terminate()
        await ledger.pulje.execute(f"drop role {rolle}")
    assert [r.message for r in caplog.records if r.name == "gateway.ledger.snapshots"] == [
        "old_snapshot_not_ours_to_end"
    ]
