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
from gateway.ledger.udbakke import Udbakke, Udgaaende

log = logging.getLogger(__name__)

sendte = Counter("gateway_beskeder_sendt", "Messages acknowledged by the broker")

_HEADERS = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
#: Messages of a topic that are handed to the broker before their acks are awaited.
_PORTION = 500
#: Messages of all topics that are in memory at once, unless there are more topics.
_I_ALT = 5_000
#: Seconds after which a database that says nothing is away.
_SVARER = 60.0
#: Seconds that the outbox may fill before it is looked at again.
_SAML = 0.025


class Udgiver:
    """``ny_producent`` makes a fresh producer (idempotent, acks=all): after a failure the old one is thrown away.

    ``dsn``: for the connection that holds the topics. ``opret`` creates a topic that is missing (embedded only; else
    ``gateway topics`` does, and what waits for it stays in the outbox).
    """

    def __init__(
        self,
        udbakke: Udbakke,
        vaekker: Vaekker,
        ny_producent: Callable[[], AIOKafkaProducer],
        *,
        dsn: str,
        opret: Callable[[list[str]], Awaitable[object]] | None = None,
    ) -> None:
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
        #: Topics under way that have more to send by now.
        self._venter: set[str] = set()
        self._afsluttes: list[tuple[str, list[int], asyncio.Future[None]]] = []
        self._afslutter: asyncio.Task[None] | None = None
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
        if self._afslutter is not None:
            await asyncio.wait([self._afslutter], timeout=5)
        if self._producent is not None:
            await self._producent.stop()
        if self._laaseforbindelse is not None:
            await self._laaseforbindelse.close()

    async def _koer(self) -> None:
        while not self._stopper:
            try:
                await self._runde()
            except DATABASE_VAEK as fejl:
                log.warning("publish_database_away", extra={"fejl": type(fejl).__name__})
                await asyncio.sleep(1)
            except Exception:
                log.exception("publish_failed")
                await asyncio.sleep(1)
            await self._vaekker.vent("udbakke", 0.5)
            # What is settled side by side leaves together.
            await asyncio.sleep(_SAML)

    async def _runde(self) -> None:
        """Takes the next portion of every topic that is not under way: a statement each to hold them and to read them.

        No connection of the pool is held while the broker is waited for: a topic that can't be written must cost the
        others nothing.
        """
        topics = await self._udbakke.topics()
        self._venter |= self._igang.keys() & topics
        holdte = await self._laas([t for t in topics if t not in self._igang])
        if not holdte:
            return
        antal = min(_PORTION, max(1, _I_ALT // len(holdte)))
        try:
            portioner = await self._udbakke.naeste(holdte, antal)
        except BaseException:
            await self._slip(holdte)
            raise
        # Another publisher emptied the rest meanwhile.
        await self._slip([t for t in holdte if t not in portioner])
        for topic, beskeder in portioner.items():
            if len(beskeder) == antal:
                self._venter.add(topic)
            opgave = asyncio.create_task(self._toem(topic, beskeder), name=f"publish {topic}")
            self._igang[topic] = opgave
            opgave.add_done_callback(partial(self._faerdig, topic))

    def _faerdig(self, topic: str, _opgave: asyncio.Task[None]) -> None:
        self._igang.pop(topic, None)
        if topic in self._venter:
            self._venter.discard(topic)
            self._vaekker.vaek("udbakke")

    async def _toem(self, topic: str, beskeder: list[Udgaaende]) -> None:
        """Sends a portion of a topic that this process holds, and lets go of it."""
        kvitteret: list[int] = []
        try:
            try:
                fejl = await self._portion(topic, beskeder, kvitteret)
            finally:
                await self._afslut(topic, kvitteret)
            if fejl is not None:
                raise fejl
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

    async def _vent_efter_fejl(self, topic: str, fejl: Exception) -> None:
        antal = self._fejl_i_traek[topic] = self._fejl_i_traek.get(topic, 0) + 1
        if antal == 1:
            log.warning("topic_not_writable", extra={"topic": topic, "fejl": type(fejl).__name__})
        if not isinstance(fejl, UnknownTopicOrPartitionError):
            await self._kasser_producent()
        await asyncio.sleep(min(30, 2**antal))

    async def _portion(self, topic: str, beskeder: list[Udgaaende], kvitteret: list[int]) -> KafkaError | None:
        """Sends in order; fills ``kvitteret`` with the ids that the broker acknowledged, up to the first that it did not."""
        producent = await self._hent_producent()
        await self._kraev_topic(producent, topic)
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
        return fejl

    # --- what has left ---------------------------------------------------------------------------

    async def _afslut(self, topic: str, kvitteret: list[int]) -> None:
        """Takes what the broker acknowledged out of the outbox, then lets go of the topic. Raises what the database raises:
        the same messages leave again then, under the same ids."""
        fremtid: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._afsluttes.append((topic, kvitteret, fremtid))
        if self._afslutter is None or self._afslutter.done():
            self._afslutter = asyncio.create_task(self._afslut_alle(), name="published")
        await fremtid

    async def _afslut_alle(self) -> None:
        # The broker answers for many topics at once: they are written at once.
        await asyncio.sleep(0)
        while self._afsluttes:
            dele, self._afsluttes = self._afsluttes, []
            fejl: Exception | None = None
            try:
                if kvitteret := [(topic, id_) for topic, ids, _ in dele for id_ in ids]:
                    await self._udbakke.sendt(kvitteret)
                    sendte.inc(len(kvitteret))
            except Exception as e:
                fejl = e
            await self._slip([topic for topic, _, _ in dele])
            for _, _, fremtid in dele:
                if fremtid.done():
                    continue
                if fejl is None:
                    fremtid.set_result(None)
                else:
                    fremtid.set_exception(fejl)

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

    async def _laas(self, topics: list[str]) -> list[str]:
        """Holds topics for this process, on a connection of its own that all share. Returns those that nobody else holds."""
        if not topics:
            return []
        async with self._laaseadgang:
            if self._laaseforbindelse is None or self._laaseforbindelse.is_closed():
                self._laaseforbindelse = await asyncpg.connect(self._dsn, command_timeout=_SVARER)
            try:
                return await self._udbakke.laas(self._laaseforbindelse, topics)
            except BaseException:
                self._opgiv_laase()
                raise

    async def _slip(self, topics: list[str]) -> None:
        if not topics:
            return
        async with self._laaseadgang:
            forbindelse = self._laaseforbindelse
            if forbindelse is None or forbindelse.is_closed():
                return
            try:
                await self._udbakke.slip(forbindelse, topics)
            except Exception:
                self._opgiv_laase()

    def _opgiv_laase(self) -> None:
        """What is held is not known any more: with the connection all locks are gone."""
        log.warning("publish_locks_dropped")
        forbindelse, self._laaseforbindelse = self._laaseforbindelse, None
        if forbindelse is not None:
            forbindelse.terminate()

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
