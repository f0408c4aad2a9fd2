"""The outbox to Kafka: each topic in order, one publisher per topic at a time, a row goes only after the broker's ack.

A topic that can't be written holds no other: every topic has a task of its own (I10).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from prometheus_client import Counter

from gateway.delivery.vaekker import Vaekker
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.udbakke import Udbakke

log = logging.getLogger(__name__)

sendte = Counter("gateway_beskeder_sendt", "Messages acknowledged by the broker")

_HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
#: Messages of a topic that are handed to the broker before their acks are awaited.
_PORTION = 500
#: Seconds that the outbox may fill before it is looked at again.
_SAML = 0.01


class Udgiver:
    """``ny_producent`` makes a fresh producer (idempotent, acks=all): after a failure the old one is thrown away.

    ``dsn``: for the connection that holds the topics. ``opret`` creates a topic that is missing (embedded only; else
    ``gateway topics`` does, and what waits for it stays in the outbox).
    """

    def __init__(
        self,
        pulje: asyncpg.Pool,
        udbakke: Udbakke,
        vaekker: Vaekker,
        ny_producent: Callable[[], AIOKafkaProducer],
        *,
        dsn: str,
        opret: Callable[[list[str]], Awaitable[object]] | None = None,
    ) -> None:
        self._pulje = pulje
        self._udbakke = udbakke
        self._vaekker = vaekker
        self._ny_producent = ny_producent
        self._producent: AIOKafkaProducer | None = None
        self._producentlaas = asyncio.Lock()
        self._dsn = dsn
        self._opret = opret
        self._laaseforbindelse: asyncpg.Connection | None = None
        self._laaseadgang = asyncio.Lock()
        self._fejl_i_traek: dict[str, int] = {}
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
        if self._laaseforbindelse is not None:
            await self._laaseforbindelse.close()

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
            # What is settled side by side leaves together.
            await asyncio.sleep(_SAML)

    def _faerdig(self, topic: str, _opgave: asyncio.Task[None]) -> None:
        self._igang.pop(topic, None)

    async def _toem(self, topic: str) -> None:
        """Empties one topic's outbox while this process holds it.

        No connection of the pool is held while the broker is waited for: a topic that can't be written must cost the
        others nothing.
        """
        try:
            if not await self._laas(topic):
                return
            while not self._stopper and await self._portion(topic):
                pass
            self._fejl_i_traek.pop(topic, None)
        except KafkaError as fejl:
            await self._vent_efter_fejl(topic, fejl)
        except DATABASE_VAEK as fejl:
            log.warning("publish_database_away", extra={"topic": topic, "fejl": type(fejl).__name__})
            await asyncio.sleep(1)
        except Exception as fejl:
            log.exception("publish_topic_failed", extra={"topic": topic})
            await self._kasser_producent()
            await self._vent_efter_fejl(topic, fejl)
        finally:
            await self._slip(topic)

    async def _vent_efter_fejl(self, topic: str, fejl: Exception) -> None:
        antal = self._fejl_i_traek[topic] = self._fejl_i_traek.get(topic, 0) + 1
        if antal == 1:
            log.warning("topic_not_writable", extra={"topic": topic, "fejl": type(fejl).__name__})
        if not isinstance(fejl, UnknownTopicOrPartitionError):
            await self._kasser_producent()
        await asyncio.sleep(min(30, 2**antal))

    async def _portion(self, topic: str) -> int:
        async with self._pulje.acquire() as conn:
            beskeder = await self._udbakke.naeste(conn, topic, _PORTION)
        if not beskeder:
            return 0
        producent = await self._hent_producent()
        await self._kraev_topic(producent, topic)
        kvitteret: list[int] = []
        fejl: KafkaError | None = None
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
            async with self._pulje.acquire() as conn:
                await self._udbakke.sendt(conn, topic, kvitteret)
            sendte.inc(len(kvitteret))
        if fejl is not None:
            raise fejl
        return len(beskeder)

    async def _kraev_topic(self, producent: AIOKafkaProducer, topic: str) -> None:
        """Raises when the topic does not exist: sending to it would wait for it for as long as a request may last."""
        try:
            partitioner = await asyncio.wait_for(producent.partitions_for(topic), 5)
        except TimeoutError:
            partitioner = None
        if partitioner:
            return
        if self._opret is not None:
            await self._opret([topic])
        else:
            raise UnknownTopicOrPartitionError

    # --- one publisher per topic -------------------------------------------------------------------

    async def _laas(self, topic: str) -> bool:
        """Holds the topic for this process, on a connection of its own that all topics share."""
        async with self._laaseadgang:
            if self._laaseforbindelse is None or self._laaseforbindelse.is_closed():
                self._laaseforbindelse = await asyncpg.connect(self._dsn)
            return await self._udbakke.laas(self._laaseforbindelse, topic)

    async def _slip(self, topic: str) -> None:
        async with self._laaseadgang:
            forbindelse = self._laaseforbindelse
            if forbindelse is None or forbindelse.is_closed():
                return
            try:
                await self._udbakke.slip(forbindelse, topic)
            except DATABASE_VAEK:
                # With the connection its locks are gone too.
                self._laaseforbindelse = None

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
