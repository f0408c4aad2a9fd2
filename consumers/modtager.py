"""From Kafka to the ledger: raw batches through FastStream, accepted with their offsets in one transaction (I1).

FastStream's own parsing of headers and bodies would raise on what publishers can send (null or Latin-1 headers, bad
JSON, deep nesting) and pass the whole batch over, so this subscriber's parser hands the raw records on unread. Its
acknowledgement commits the consumer's position, not what is durable, so it is off; offsets are committed here, after
the transaction, and for lag displays only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.message import StreamMessage
from prometheus_client import Counter, Gauge
from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception_type, wait_exponential_jitter

from contracts.envelope import Post
from gateway.delivery.leverandoer import DATABASE_VAEK
from gateway.ledger.accept import Modtagelse

log = logging.getLogger(__name__)

#: Bytes that one fetch brings of one partition, at the most: as much as the largest event that is taken in.
HENT_PR_PARTITION = 256 * 1024

modtaget_total = Counter("gateway_haendelser_modtaget", "Events accepted, by kind of party", ["part"])

pauset = Gauge(
    "gateway_modtagelse_pauset", "1 while reading is paused because the database's disk is nearly full", ["part"]
)

_KAN_PROEVES_IGEN = (
    *DATABASE_VAEK,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)


async def _raa_batch(raa: tuple[ConsumerRecord, ...]) -> StreamMessage[Any]:
    """A parser that cannot raise: the records travel on as they are."""
    navn = f"{raa[0].topic}-{raa[0].partition}-{raa[0].offset}"
    return KafkaMessage(body=b"", raw_message=raa, message_id=navn, consumer=FAKE_CONSUMER)


async def _uafkodet(besked: StreamMessage[Any]) -> Any:
    return besked.raw_message


class Modtager:
    """One subscriber on every topic of one form; new topics are found without a restart."""

    def __init__(self, modtagelse: Modtagelse, art: str, moenster: str) -> None:
        self._modtagelse = modtagelse
        self._art = art
        self._moenster = moenster
        self._soegt: set[tuple[str, int]] = set()
        self._abonnent: Any = None
        self._paus = False

    def tilslut(self, broker: KafkaBroker, gruppe: str, *, hoejst: int = 500) -> None:
        """Registers the subscriber on ``broker`` under consumer group ``gruppe``."""
        abonnent = broker.subscriber(
            pattern=self._moenster,
            batch=True,
            group_id=gruppe,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_records=hoejst,
            batch_timeout_ms=20,
            # aiokafka empties one partition's buffer before the next one's: what a fetch may bring of one is a round (I4).
            # A record that is larger comes all the same, alone.
            max_partition_fetch_bytes=HENT_PR_PARTITION,
            max_poll_interval_ms=600_000,
            ack_policy=AckPolicy.MANUAL,
            listener=_Tildeling(self),
            parser=_raa_batch,
            decoder=_uafkodet,
            title=f"{self._art}.haendelser.v1",
        )
        abonnent(self.behandl)
        self._abonnent = abonnent

    @property
    def _konsument(self) -> AIOKafkaConsumer:
        return self._abonnent.consumer

    def paus(self, til: bool) -> None:
        """Takes no more batches (the one that is being accepted is), or goes on. The group keeps its member: Kafka is still asked,
        for no partition."""
        self._paus = til
        pauset.labels(self._art).set(til)
        konsument: AIOKafkaConsumer | None = self._abonnent.consumer if self._abonnent is not None else None
        if konsument is None:
            return
        if til:
            konsument.pause(*konsument.assignment())
        elif holdte := konsument.paused():
            konsument.resume(*holdte)

    async def behandl(self, poster: Any) -> None:
        """One batch. Stays with it until it is durable: while the database is away Kafka keeps what comes next."""
        batch = [Post(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers)) for r in poster]
        if self._paus:
            # Fetched before the pause reached its partition: Kafka keeps it.
            await self._laes_igen(batch)
            return
        try:
            await self._behandl(batch)
        except Exception:
            # Whatever it was: nothing of this batch may be passed over. The partitions lose their leave to skip
            # offsets, and are read again from where the ledger stands.
            log.exception("accept_failed", extra={"antal": len(batch)})
            for p in batch:
                self._soegt.discard((p.topic, p.partition))
            await asyncio.sleep(1)
            await self._laes_igen(batch)

    async def _behandl(self, batch: list[Post]) -> None:
        async for forsoeg in AsyncRetrying(
            retry=retry_if_exception_type(_KAN_PROEVES_IGEN),
            wait=wait_exponential_jitter(initial=0.1, max=5),
            before_sleep=before_sleep_log(log, logging.WARNING, exc_info=False),
        ):
            with forsoeg:
                modtaget = await self._modtagelse.accepter(batch, self._soegt)
        modtaget_total.labels(self._art).inc(modtaget.antal)
        for (topic, partition), offset in modtaget.soeg.items():
            log.warning("seek_back", extra={"topic": topic, "partition": partition, "offset": offset})
            self._soeg(TopicPartition(topic, partition), offset)
        if modtaget.naeste:
            await self._vis_lag(modtaget.naeste)

    async def _laes_igen(self, batch: list[Post]) -> None:
        await self.tildelt({TopicPartition(p.topic, p.partition) for p in batch})

    def _soeg(self, del_: TopicPartition, offset: int) -> None:
        if del_ in self._konsument.assignment():
            self._konsument.seek(del_, offset)
            self._soegt.add((del_.topic, del_.partition))

    async def _vis_lag(self, naeste: dict[tuple[str, int], int]) -> None:
        """Commits the group's offsets for lag displays; losing this loses nothing."""
        tildelt = self._konsument.assignment()
        offsets = {TopicPartition(t, p): n for (t, p), n in naeste.items() if TopicPartition(t, p) in tildelt}
        if not offsets:
            return  # every partition has gone to another consumer meanwhile
        try:
            await asyncio.wait_for(self._konsument.commit(offsets), 5)
        except (KafkaError, TimeoutError) as fejl:
            log.info("group_offset_not_committed", extra={"fejl": type(fejl).__name__})

    async def tildelt(self, dele: Iterable[TopicPartition]) -> None:
        """A new generation: read on where the ledger stands, not where the group's offset says."""
        liste = list(dele)
        for d in liste:
            self._soegt.discard((d.topic, d.partition))
        kendte = await self._modtagelse.naeste_offset([(d.topic, d.partition) for d in liste])
        for d in liste:
            self._soeg(d, kendte.get((d.topic, d.partition), 0))
        # A partition that is assigned anew reads on, whatever it did before.
        self.paus(self._paus)

    def fratraadt(self, dele: Iterable[TopicPartition]) -> None:
        for d in dele:
            self._soegt.discard((d.topic, d.partition))


class _Tildeling(ConsumerRebalanceListener):  # type: ignore[misc]
    """aiokafka swallows what a listener raises and may fetch before it has ended; accept's offset check covers both."""

    def __init__(self, modtager: Modtager) -> None:
        self._modtager = modtager

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._modtager.tildelt(assigned)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._modtager.fratraadt(revoked)
