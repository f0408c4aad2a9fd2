"""A ledger on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from gateway.ledger import tilstandslager
from gateway.ledger.db import aabn_pulje, migrer
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.opsaetning import koder, regelopsaetning
from gateway.rules.afgoer import decide
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.ledger.byg import Ledger


@pytest.fixture(autouse=True)
def tillaeg(monkeypatch: pytest.MonkeyPatch) -> None:
    """States are written as additions wherever they can be, however short they are."""
    monkeypatch.setattr(tilstandslager, "MINDST", 0)
    monkeypatch.setattr(tilstandslager, "FOLDES_VED", 100_000)


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    pulje = await aabn_pulje(database, hoejst=4, ens=True)
    async with pulje.acquire() as conn:
        await migrer(conn)
    s = Settings()
    carrier = DfdgCarrier(DfdgOpsaetning(base_url="http://127.0.0.1:9", koder=koder(s)))
    yield Ledger(pulje, Noegler(b"n" * 32), Motor(decide, carrier.render, regelopsaetning(s)))
    await pulje.close()
