"""Migrations beside gateways at work: one that meets their locks gives way, and one may take its time."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from gateway.ledger import db
from gateway.ledger.db import aabn_pulje, migrer
from tests.ledger.byg import Ledger

pytestmark = pytest.mark.postgres


def _med(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    alle = db.migrationer()
    monkeypatch.setattr(db, "migrationer", lambda: [*alle, (9999, "9999_proeve", sql)])


async def test_a_migration_that_meets_a_lock_lets_others_by_and_is_tried_again(
    ledger: Ledger, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _med(monkeypatch, "alter table lane add column proeve int")
    migrering = await asyncpg.connect(database)
    async with ledger.pulje.acquire() as conn:
        laas = conn.transaction()
        await laas.start()
        await conn.execute("lock table lane in access share mode")
        opgave = asyncio.create_task(migrer(migrering))
        for _ in range(3):
            # It stands in the lock's queue, and gives way: whoever claims meanwhile waits two seconds at most.
            await asyncio.wait_for(ledger.pulje.fetchval("select count(*) from lane"), 10)
            await asyncio.sleep(1)
        assert not opgave.done()
        await laas.rollback()
        assert await asyncio.wait_for(opgave, 30) == ["9999_proeve"]
    await migrering.close()
    assert await ledger.pulje.fetchval("select count(proeve) from lane") == 0


async def test_a_migration_may_take_longer_than_any_other_statement(
    ledger: Ledger, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _med(monkeypatch, "select pg_sleep(1.5)")
    puljer = [await aabn_pulje(database, mindst=1, hoejst=1, saetning_hoejst=0.5) for _ in range(2)]
    try:

        async def en(pulje: asyncpg.Pool) -> list[str]:
            async with pulje.acquire() as conn:
                nye = await migrer(conn)
                # Afterwards the connection is bound again as it was.
                with pytest.raises(asyncpg.QueryCanceledError):
                    await conn.execute("select pg_sleep(5)")
                return nye

        # The second one waits for the first for longer than a statement may take too.
        assert sorted(await asyncio.gather(*(en(p) for p in puljer))) == [[], ["9999_proeve"]]
    finally:
        for p in puljer:
            await p.close()


async def test_what_is_wrong_in_a_migration_is_not_tried_again_and_leaves_nothing(
    ledger: Ledger, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _med(monkeypatch, "alter table lane add column proeve int; select 1 / 0")
    async with ledger.pulje.acquire() as conn:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrer(conn)
        assert "proeve" not in [r["attname"] for r in await conn.fetch(
            "select attname from pg_attribute where attrelid = 'lane'::regclass")]  # fmt: skip
        monkeypatch.undo()
        assert await migrer(conn) == []
