"""The outbox to Kafka (I10), on a real PostgreSQL; the broker's answers are the test's to give."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, RequestTimedOutError

from gateway.delivery.vaekker import Vaekker
from gateway.ledger.udbakke import Udbakke
from producers.topics import Udgiver
from tests.ledger.byg import Ledger


class _Producent:
    """What was sent of each topic, in order; ``svar`` answers for a message at once, or leaves it unanswered (None)."""

    def __init__(self) -> None:
        self.sendt: dict[str, list[str]] = defaultdict(list)
        self.ventende: list[asyncio.Future[None]] = []
        self.svar: Callable[[str, str], KafkaError | bool | None] = lambda _topic, _tekst: True

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def partitions_for(self, _topic: str) -> set[int]:
        return {0}

    async def send(self, topic: str, krop: bytes, **_: Any) -> asyncio.Future[None]:
        self.sendt[topic].append(krop.decode())
        fremtid: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        match self.svar(topic, krop.decode()):
            case None:
                self.ventende.append(fremtid)
            case KafkaError() as fejl:
                fremtid.set_exception(fejl)
            case _:
                fremtid.set_result(None)
        return fremtid


class _Kunvaekket(Vaekker):
    """Wakes when told, never because time went by: what only a poll would find is not found."""

    async def vent(self, kanal: str, sekunder: float) -> None:
        await self._haendelser[kanal].wait()
        self._haendelser[kanal].clear()


class _Hus:
    def __init__(self, ledger: Ledger, dsn: str) -> None:
        self.ledger, self.producent = ledger, _Producent()
        self.vaekker = _Kunvaekket(dsn, ("udbakke",))
        self.udgiver = Udgiver(
            Udbakke(ledger.pulje, ledger.noegler),
            self.vaekker,
            lambda: cast(AIOKafkaProducer, self.producent),
            dsn=dsn,
        )

    async def skriv(self, topic: str, *tekster: str) -> None:
        for tekst in tekster:
            await self.ledger.pulje.execute(
                """with ny as (insert into besked (besked_id, topic, type, krop_krypt, skabt)
                               values ($1, $2, 'gateway.kvittering.v1', $3, now()) returning topic, id)
                   insert into udbakke (topic, id) select topic, id from ny""",
                uuid4(),
                topic,
                self.ledger.noegler.krypter(tekst.encode()),
            )
        self.vaekker.vaek("udbakke")

    async def staar(self, topic: str) -> list[str]:
        raekker = await self.ledger.pulje.fetch(
            "select krop_krypt from udbakke join besked using (id) where udbakke.topic = $1 order by id", topic
        )
        return [self.ledger.noegler.dekrypter(r["krop_krypt"]).decode() for r in raekker]

    async def vent(self, paa: Callable[[], Any]) -> None:
        async with asyncio.timeout(20):
            while not (await r if asyncio.iscoroutine(r := paa()) else r):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def tom(self, topic: str) -> bool:
        return not await self.staar(topic)


@pytest.fixture
async def hus(ledger: Ledger, database: str) -> AsyncIterator[_Hus]:
    h = _Hus(ledger, database)
    await h.udgiver.start()
    yield h
    for f in h.producent.ventende:
        if not f.done():
            f.set_result(None)
    await h.udgiver.stop()


async def test_I10_what_comes_while_a_portion_is_under_way_leaves_after_it(hus: _Hus) -> None:
    hus.producent.svar = lambda _t, tekst: None if tekst == "1" else True
    await hus.skriv("a", "1")
    await hus.vent(lambda: hus.producent.ventende)
    await hus.skriv("a", "2", "3")
    # Another topic's message goes round meanwhile, so the two have been looked at and left.
    await hus.skriv("b", "x")
    await hus.vent(lambda: hus.tom("b"))
    assert hus.producent.sendt["a"] == ["1"], "never two portions of a topic at once"
    hus.producent.ventende[0].set_result(None)
    await hus.vent(lambda: hus.tom("a"))
    assert hus.producent.sendt["a"] == ["1", "2", "3"]


async def test_I10_only_what_the_broker_acknowledged_leaves_the_outbox_and_the_rest_goes_again_in_order(
    hus: _Hus,
) -> None:
    fejl: list[KafkaError] = [RequestTimedOutError()]
    hus.producent.svar = lambda _t, tekst: fejl.pop() if tekst == "2" and fejl else True
    await hus.skriv("a", "1", "2", "3")
    await hus.vent(lambda: not fejl)

    async def kun_den_foerste_er_vaek() -> bool:
        return await hus.staar("a") == ["2", "3"]

    await hus.vent(kun_den_foerste_er_vaek)
    # It waits before it tries again; told meanwhile or not, it tries.
    hus.vaekker.vaek("udbakke")
    await hus.vent(lambda: hus.tom("a"))
    assert hus.producent.sendt["a"] == ["1", "2", "3", "2", "3"]


async def test_I10_a_topic_that_the_broker_does_not_answer_for_holds_no_other(hus: _Hus) -> None:
    hus.producent.svar = lambda topic, _t: None if topic == "a" else True
    for nr in range(3):
        await hus.skriv("a", f"a{nr}")
        await hus.skriv("b", f"b{nr}")
        await hus.vent(lambda: hus.tom("b"))
    assert hus.producent.sendt["b"] == ["b0", "b1", "b2"]
    assert await hus.staar("a") == ["a0", "a1", "a2"]


async def test_I10_another_publisher_leaves_a_topic_alone_while_one_holds_it(hus: _Hus, database: str) -> None:
    hus.producent.svar = lambda _t, _k: None
    await hus.skriv("a", "1")
    await hus.vent(lambda: hus.producent.ventende)
    anden = _Hus(hus.ledger, database)
    await anden.udgiver.start()
    try:
        anden.vaekker.vaek("udbakke")
        await anden.skriv("b", "x")
        await anden.vent(lambda: anden.tom("b"))
        assert anden.producent.sendt == {"b": ["x"]}
        hus.producent.ventende[0].set_result(None)
        await hus.vent(lambda: hus.tom("a"))
        # Let go of: the other one may have it now.
        await anden.skriv("a", "2")
        await anden.vent(lambda: anden.tom("a"))
        assert anden.producent.sendt["a"] == ["2"]
    finally:
        await anden.udgiver.stop()
