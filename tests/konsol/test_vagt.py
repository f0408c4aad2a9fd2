"""What runs beside the pages goes on whatever goes wrong once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import asyncpg

from gateway.konsol.vagt import Vagt
from gateway.ledger.krypto import Noegler
from gateway.ledger.masse import Masseopgaver


class _Masse:
    """Fails in turn with each of these, then works."""

    def __init__(self, *fejl: Exception) -> None:
        self.fejl = list(fejl)
        self.faerdig = asyncio.Event()

    async def gaa(self) -> bool:
        if self.fejl:
            raise self.fejl.pop(0)
        self.faerdig.set()
        return False


async def test_I7_acts_on_many_go_on_after_a_fault_that_nobody_foresaw() -> None:
    async def ender() -> Mapping[tuple[str, int], int]:
        raise OSError("Kafka is away")

    async def idag() -> date | None:
        return None

    # The first is what asyncpg raised in the middle of a restart of PostgreSQL, and ended the loop with.
    masse = _Masse(asyncpg.InternalClientError("another operation is in progress"), RuntimeError("unforeseen"))
    vagt = Vagt(
        cast(Any, None), cast(Masseopgaver, masse), lambda: datetime.now(UTC), ender=ender, takster={}, idag=idag,
        dsn="", noegler=cast(Noegler, None),
    )  # fmt: skip
    await vagt.start()
    await asyncio.wait_for(masse.faerdig.wait(), 20)
    await vagt.stop()
    assert masse.fejl == [], "both faults were met"
