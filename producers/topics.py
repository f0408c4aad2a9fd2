"""The outbox to Kafka: each topic in order, one publisher per topic at a time, a row goes only after the broker's ack.

A topic that can't be written holds no other: every topic has a task of its own (I10).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from gateway.delivery.leverandoer import DATABASE_VAEK
from gateway.delivery.vaekker import Vaekker
from gateway.ledger.udbakke import Udbakke

log = logging.getLogger(__name__)

sendte = Counter("gateway_beskeder_sendt", "Messages acknowledged by the broker")

_HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
#: Messages of a topic that are handed to the broker before their acks are awaited.
_PORTION = 500


class Udgiver:
    """``ny_producent`` makes a fresh producer (idempotent, acks=all): after a failure the old one is thrown away."""

    def __init__(
        self, pulje: asyncpg.Pool, udbakke: Udbakke, vaekker: Vaekker, ny_producent: Callable[[], AIOKafkaProducer]
    ) -> None:
        self._pulje = pulje
        self._udbakke = udbakke
        self._vaekker = vaekker
        self._ny_producent = ny_producent
        self._producent: AIOKafkaProducer | None = None
        self._producentlaas = asyncio.Lock()
        self._igang: dict[str, asyncio.Task[None]] = {}
        self._loekke: asyncio.Task[None] | None = None
        self._stopper = False

    async def start(self) -> None:
        self._loekke = asyncio.create_task(self._koer(), name="publish")

    async def stop(self) -> None:
        """Lets topics under way finish their portion, then closes the producer."""
        self._stopper = True
        self._vaekker.vaek("udbakke")
        if self._loekke is not None:
            await self._loekke
        if self._igang:
            await asyncio.wait(self._igang.values(), timeout=10)
        for opgave in self._igang.values():
            opgave.cancel()
        if self._producent is not None:
            await self._producent.stop()

    async def _koer(self) -> None:
        while not self._stopper:
            try:
                for topic in await self._udbakke.topics():
                    if topic not in self._igang:
                        opgave = asyncio.create_task(self._toem(topic), name=f"publish {topic}")
                        self._igang[topic] = opgave
                        opgave.add_done_callback(partial(self._faerdig, topic))
            except DATABASE_VAEK as fejl:
                log.warning("publish_database_away", extra={"fejl": type(fejl).__name__})
                await asyncio.sleep(1)
            except Exception:
                log.exception("publish_failed")
                await asyncio.sleep(1)
            await self._vaekker.vent("udbakke", 0.5)

    def _faerdig(self, topic: str, _opgave: asyncio.Task[None]) -> None:
        self._igang.pop(topic, None)

    async def _toem(self, topic: str) -> None:
        """Empties one topic's outbox while this process holds it."""
        try:
            async with self._pulje.acquire() as conn:
                if not await self._udbakke.laas(conn, topic):
                    return
                try:
                    while not self._stopper and await self._portion(conn, topic):
                        pass
                finally:
                    await self._udbakke.slip(conn, topic)
        except KafkaError as fejl:
            log.warning("topic_not_writable", extra={"topic": topic, "fejl": type(fejl).__name__})
            await self._kasser_producent()
            await asyncio.sleep(2)
        except DATABASE_VAEK as fejl:
            log.warning("publish_database_away", extra={"topic": topic, "fejl": type(fejl).__name__})
            await asyncio.sleep(1)
        except Exception:
            log.exception("publish_topic_failed", extra={"topic": topic})
            await self._kasser_producent()
            await asyncio.sleep(2)

    async def _portion(self, conn: Any, topic: str) -> int:
        beskeder = await self._udbakke.naeste(conn, topic, _PORTION)
        if not beskeder:
            return 0
        producent = await self._hent_producent()
        kvitteret: list[int] = []
        fejl: BaseException | None = None
        afsendte = []
        for b in beskeder:
            noegle = b.noegle.encode() if b.noegle else None
            afsendte.append((b.id, await producent.send(topic, b.krop, key=noegle, headers=_HEADERS)))
        for id_, fremtid in afsendte:
            try:
                await fremtid
                if fejl is None:
                    kvitteret.append(id_)
            except KafkaError as e:
                fejl = fejl or e
        if kvitteret:
            await self._udbakke.sendt(conn, topic, kvitteret)
            sendte.inc(len(kvitteret))
        if fejl is not None:
            raise fejl
        return len(beskeder)

    async def _hent_producent(self) -> AIOKafkaProducer:
        async with self._producentlaas:
            if self._producent is None:
                producent = self._ny_producent()
                await producent.start()
                self._producent = producent
            return self._producent

    async def _kasser_producent(self) -> None:
        async with self._producentlaas:
            gammel, self._producent = self._producent, None
        if gammel is not None:
            try:
                await asyncio.wait_for(gammel.stop(), 5)
            except (KafkaError, TimeoutError):
                log.warning("producer_stop_failed")
