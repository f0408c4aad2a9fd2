"""What accept makes the head of a lane, a worker beside it claims in that transaction: durable before it leaves, once, in its slots."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.delivery.leverandoer import Leverandoer, Leveringsopsaetning
from gateway.delivery.vaekker import Vaekker
from gateway.lanes.forsoeg import Anmodning, Svar
from gateway.ledger.accept import Modtagelse
from gateway.ledger.claim import Uddeling
from gateway.ledger.enhed import Enhed, Videre
from gateway.ledger.ventende import Ventende
from sandbox.personer import Personregister
from tests.ledger.byg import KVITTERET, Ledger, samtale
from tests.ledger.test_flow import kanaler
from tests.ledger.test_samtidighed import til

pytestmark = pytest.mark.postgres


class _Carrier:
    """Notes what it is given, and whether it was durable then; answers when it may."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.sendt: list[bytes] = []
        self.faser: list[str] = []
        self.maa_svare = asyncio.Event()

    async def send(self, a: Anmodning, _request_id: str, _maa_sendes: Any = None) -> Svar:
        self.faser += [
            r["fase"]
            for r in await self._ledger.pulje.fetch(
                "select fase from registrering where entitets_id = $1 and fase = 'undervejs'", a.entitets_id
            )
        ]
        self.sendt.append(a.krop)
        await self.maa_svare.wait()
        return KVITTERET


class _KunMedAccept(Uddeling):
    """Claims nothing by itself: all that leaves was claimed with an accept."""

    async def kanaler(self) -> list[str]:
        return []


class _Arbejder:
    def __init__(self, ledger: Ledger, database: str, opsaetning: Leveringsopsaetning) -> None:
        ledger.nu = datetime.now(UTC)
        self.ledger = ledger
        self.carrier = _Carrier(ledger)
        self.vaekker = Vaekker(database, ("koe", "udbakke"))
        grund: tuple[Any, ...] = (ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
        uddeling = _KunMedAccept(*grund, ejer="a", lease=timedelta(seconds=60))
        self.driver = Leverandoer(
            uddeling, ledger.afregning, kanaler(ledger), Ventende(*grund), self.carrier, self.vaekker, lambda: ledger.nu,
            opsaetning,
        )  # fmt: skip
        self.modtagelse = Modtagelse(*grund)
        self.modtagelse.nye_hoveder = self.driver.nye_hoveder

    async def modtag(self, *haendelser: dict[str, Any]) -> None:
        await self.modtagelse.accepter([self.ledger.post(h) for h in haendelser], set())

    async def til(self, antal: int) -> None:
        """Until so many have left."""
        slut = time.monotonic() + 10
        while len(self.carrier.sendt) < antal:
            assert time.monotonic() < slut, f"{len(self.carrier.sendt)} of {antal} have left"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def arbejder(
    ledger: Ledger, database: str, opsaetning: Leveringsopsaetning | None = None
) -> AsyncIterator[_Arbejder]:
    a = _Arbejder(ledger, database, opsaetning or Leveringsopsaetning())
    await a.vaekker.start()
    await a.driver.start()
    try:
        yield a
    finally:
        a.carrier.maa_svare.set()
        await a.driver.stop()
        await a.vaekker.stop()


def samtaler(antal: int) -> list[dict[str, Any]]:
    """Talks of as many citizens, the first one on the 20th, each other a day before."""
    personer = Personregister()
    ud = []
    for nr in range(antal):
        h = samtale(f"s{nr}", f"2022-02-{20 - nr:02d}", "raadighed")
        h["data"]["cpr"] = personer.ny()
        ud.append(h)
    return ud


async def test_I3_what_an_accept_claims_is_durable_before_it_leaves_and_leaves_once(
    ledger: Ledger, database: str
) -> None:
    async with arbejder(ledger, database) as a:
        a.carrier.maa_svare.set()
        await a.modtag(*samtaler(3))
        await a.til(3)
    assert a.carrier.faser == ["undervejs"] * 3
    assert len(set(a.carrier.sendt)) == 3
    assert set((await ledger.statusser()).values()) == {"registreret"}
    assert await ledger.pulje.fetchval("select count(*) from koe") == 0


async def test_I4_an_accept_claims_no_more_than_the_free_slots_in_the_queues_order(
    ledger: Ledger, database: str
) -> None:
    async with arbejder(ledger, database, Leveringsopsaetning(pr_kanal=2, i_alt=3)) as a:
        *foerst, sidst = samtaler(5)
        await a.modtag(*foerst)
        await a.til(2)
        assert sorted(k.split(b"2022-02-")[1][:2] for k in a.carrier.sendt) == [b"19", b"20"]
        # One slot is free in all, fewer than a channel may have: who gets it is for the claims to say.
        await a.modtag(sidst)
        await asyncio.sleep(0.2)
        assert len(a.carrier.sendt) == 2
        assert await ledger.pulje.fetchval("select count(*) from koe") == 3


async def test_I4_an_accept_claims_nothing_while_others_are_ready(ledger: Ledger, database: str) -> None:
    foerst, *resten = samtaler(3)
    await ledger.modtag(foerst)
    async with arbejder(ledger, database) as a:
        await a.modtag(*resten)
        await asyncio.sleep(0.2)
        assert a.carrier.sendt == []
        assert await ledger.pulje.fetchval("select count(*) from koe") == 3


async def test_I3_an_accept_that_is_rolled_back_sends_nothing_and_gives_its_slots_back(
    ledger: Ledger, database: str
) -> None:
    async with arbejder(ledger, database) as a:

        @contextmanager
        def falder() -> Iterator[Videre]:
            with a.driver.nye_hoveder() as videre:

                async def saa_brydes_den(e: Enhed) -> None:
                    await videre(e)
                    assert len(e.kraevet) == 2
                    raise ConnectionResetError

                yield saa_brydes_den

        a.modtagelse.nye_hoveder = falder
        with pytest.raises(ConnectionResetError):
            await a.modtag(*samtaler(2))
        await asyncio.sleep(0.2)
        assert a.carrier.sendt == []
        assert sum(a.driver._undervejs.values()) == 0
        assert await ledger.pulje.fetchval("select count(*) from haendelse") == 0


async def test_I3_an_accept_that_is_cancelled_in_its_middle_ends_and_what_it_claimed_is_sent(
    ledger: Ledger, database: str
) -> None:
    async with arbejder(ledger, database) as a, ledger.pulje.acquire() as conn:
        laas = conn.transaction()
        await laas.start()
        await conn.execute("lock table krav in exclusive mode")
        igang = asyncio.create_task(a.modtag(*samtaler(1)))
        await til(ledger, "select exists (select 1 from pg_locks where not granted)")
        igang.cancel()
        await asyncio.sleep(0.1)
        assert not igang.done()
        await laas.rollback()
        with pytest.raises(asyncio.CancelledError):
            await igang
        await a.til(1)
        assert await ledger.pulje.fetchval("select lease_til from krav") > ledger.nu + timedelta(seconds=30)
