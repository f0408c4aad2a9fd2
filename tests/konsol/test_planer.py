"""The pages' questions read no table of finished events from end to end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.konsol.mange import STOPPEDE, fyld
from tests.konsol.planer import Spion, hele_tabeller, spoergsmaal
from tests.ledger.byg import Ledger
from tests.ledger.conftest import ledger

pytestmark = pytest.mark.postgres
__all__ = ["ledger"]


async def test_every_question_of_the_pages_uses_indexes(ledger: Ledger) -> None:
    await fyld(ledger, 40_000)
    # A table of the tests' size is kept in memory, and reading it whole costs next to nothing; one of a million rows is not.
    async with ledger.pulje.acquire() as conn:
        await conn.execute(
            'alter database "' + await conn.fetchval("select current_database()") + '" set seq_page_cost = 8'
        )
    await ledger.pulje.expire_connections()
    hele: dict[str, set[str]] = {}
    for navn, spoerg in (await spoergsmaal(ledger, datetime.now(UTC))).items():
        spion = Spion(ledger.pulje)
        await spoerg(spion)
        assert spion.planer, navn
        if laest := set().union(*(hele_tabeller(plan) for _, plan in spion.planer)) - {"doedbrev", "overdragelse"}:
            hele[navn] = laest
    assert hele == {}
    assert STOPPEDE < 1000, "dead letters are few; their table is read whole while it is small"
