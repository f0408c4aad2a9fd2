"""Connections to Kafka from settings: FastStream's broker for reading, an idempotent producer for writing, the admin."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition, codec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from gateway.errors import MidlertidigFejl, Opsaetningsfejl
from gateway.nedlukning import stop_indenfor
from gateway.settings import KafkaSettings

log = logging.getLogger(__name__)

#: Topics are found within a minute (interface): the client asks for new ones this often, in milliseconds.
_NYE_TOPICS_MS = 5_000
#: The largest event that is read at all; above 256 KiB it is refused, up to here it is kept.
STOERSTE_POST = 8 * 1024 * 1024


def _ssl(k: KafkaSettings) -> ssl.SSLContext | None:
    if not k.security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=str(k.ssl_cafile) if k.ssl_cafile else None)
    if k.ssl_certfile:
        context.load_cert_chain(str(k.ssl_certfile), str(k.ssl_keyfile) if k.ssl_keyfile else None)
    return context


def _sikkerhed(k: KafkaSettings) -> BaseSecurity | None:
    context = _ssl(k)
    if not k.security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context) if context else None
    if k.sasl_username is None or k.sasl_password is None:
        raise Opsaetningsfejl("GATEWAY_KAFKA__SASL_USERNAME and GATEWAY_KAFKA__SASL_PASSWORD are needed for SASL")
    arter: dict[str, Any] = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    if k.sasl_mechanism not in arter:
        raise Opsaetningsfejl(f"GATEWAY_KAFKA__SASL_MECHANISM is one of {', '.join(arter)}")
    art = arter[k.sasl_mechanism]
    sikkerhed: BaseSecurity = art(
        username=k.sasl_username,
        password=k.sasl_password.get_secret_value(),
        ssl_context=context,
        use_ssl=context is not None,
    )
    return sikkerhed


def klientargumenter(k: KafkaSettings) -> dict[str, Any]:
    """Arguments that every aiokafka client takes."""
    argumenter: dict[str, Any] = {
        "bootstrap_servers": k.bootstrap_servers,
        "security_protocol": k.security_protocol,
        "ssl_context": _ssl(k),
    }
    if k.security_protocol.startswith("SASL"):
        _sikkerhed(k)  # names what is missing
        argumenter |= {
            "sasl_mechanism": k.sasl_mechanism,
            "sasl_plain_username": k.sasl_username,
            "sasl_plain_password": k.sasl_password.get_secret_value() if k.sasl_password else None,
        }
    return argumenter


def kraev_codecs() -> None:
    """Publishers choose how their records are compressed. Raises ``Opsaetningsfejl`` naming what can't be read here."""
    mangler = [c for c in ("gzip", "snappy", "lz4", "zstd") if not getattr(codec, f"has_{c}")()]
    if mangler:
        raise Opsaetningsfejl(
            f"records compressed with {', '.join(mangler)} can't be read: install the package cramjam that aiokafka needs"
        )


def broker(k: KafkaSettings) -> KafkaBroker:
    """FastStream's broker, for reading only."""
    return KafkaBroker(
        str(k.bootstrap_servers).split(","),
        security=_sikkerhed(k),
        metadata_max_age_ms=_NYE_TOPICS_MS,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        client_id="gateway",
        logger=logging.getLogger("gateway.faststream"),
        log_level=logging.DEBUG,
    )


def producent(k: KafkaSettings) -> AIOKafkaProducer:
    """A producer that neither loses nor doubles nor reorders within a partition."""
    return AIOKafkaProducer(
        **klientargumenter(k),
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        max_request_size=STOERSTE_POST + 2 * 1024 * 1024,
        client_id="gateway",
    )


async def opret_topics(k: KafkaSettings, navne: list[str], *, partitioner: int = 3) -> list[str]:
    """Creates the topics that are missing and returns their names. Deleted by age, never compacted (interface).

    Three replicas, or as many as there are brokers. Raises ``MidlertidigFejl`` when Kafka does not answer,
    ``Opsaetningsfejl`` when it refuses.
    """
    admin = AIOKafkaAdminClient(**klientargumenter(k), client_id="gateway")
    try:
        await admin.start()
    except (KafkaError, OSError) as fejl:
        await admin.close()
        raise MidlertidigFejl(
            f"Kafka does not answer at GATEWAY_KAFKA__BOOTSTRAP_SERVERS ({type(fejl).__name__})"
        ) from None
    try:
        findes = set(await admin.list_topics())
        nye = [n for n in navne if n not in findes]
        if nye:
            replikering = min(3, len((await admin.describe_cluster())["brokers"]))
            svar = await admin.create_topics(
                [
                    NewTopic(
                        n,
                        num_partitions=partitioner,
                        replication_factor=replikering,
                        topic_configs={
                            "cleanup.policy": "delete",
                            "max.message.bytes": str(STOERSTE_POST + 1024 * 1024),
                        },
                    )
                    for n in nye
                ]
            )
            # 36: somebody else created it meanwhile.
            afvist = [(t[0], t[1]) for t in svar.topic_errors if t[1] not in (0, 36)]
            if afvist:
                raise Opsaetningsfejl(f"Kafka refused to create {', '.join(f'{n} (error {c})' for n, c in afvist)}")
        return nye
    finally:
        await admin.close()


async def topicdele(konsument: AIOKafkaConsumer, moenster: re.Pattern[str]) -> list[TopicPartition]:
    """Every partition of the topics with such names, as the brokers know them now.

    ``partitions_for_topic`` is the consumer's own view, which knows no topic that it does not read until it is refreshed.
    """
    klynge = await konsument._client.fetch_all_metadata()
    navne = sorted(t for t in klynge.topics() if moenster.search(t))
    return [TopicPartition(t, p) for t in navne for p in sorted(klynge.partitions_for_topic(t) or ())]


async def _stop(konsument: AIOKafkaConsumer) -> None:
    await stop_indenfor(konsument.stop, "asks Kafka")


class Spoerger:
    """A consumer that asks Kafka and reads nothing. It connects at the first question, and anew after one that failed; ``stop``
    when there are no more. ``andet``: what else aiokafka's consumer takes."""

    def __init__(self, k: KafkaSettings, **andet: Any) -> None:
        self._argumenter = {**klientargumenter(k), "client_id": "gateway", "enable_auto_commit": False, **andet}
        self._konsument: AIOKafkaConsumer | None = None
        self._forbinder = asyncio.Lock()

    async def klar(self) -> AIOKafkaConsumer:
        """The connected consumer. Raises ``KafkaError`` when Kafka does not answer."""
        async with self._forbinder:
            if self._konsument is None:
                ny = AIOKafkaConsumer(**self._argumenter)
                try:
                    await ny.start()
                except BaseException:
                    await _stop(ny)
                    raise
                self._konsument = ny
            return self._konsument

    @asynccontextmanager
    async def forbundet(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Around one question: where it fails, the next one is asked on a new connection."""
        konsument = await self.klar()
        try:
            yield konsument
        except BaseException:
            if self._konsument is konsument:
                await self.stop()
            raise

    async def stop(self) -> None:
        konsument, self._konsument = self._konsument, None
        if konsument is not None:
            await _stop(konsument)

    async def __aenter__(self) -> Self:
        await self.klar()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class Partitionsender(Spoerger):
    """Asks where every topic of events ends. ``moenster``: the names of the topics."""

    def __init__(self, k: KafkaSettings, moenster: str) -> None:
        super().__init__(k, metadata_max_age_ms=_NYE_TOPICS_MS)
        self._moenster = re.compile(moenster)

    async def __call__(self) -> dict[tuple[str, int], int]:
        """(topic, partition) -> the offset after its last record."""
        async with self.forbundet() as konsument:
            dele = await topicdele(konsument, self._moenster)
            if not dele:
                return {}
            # All their leaders are learnt at once: unasked, the consumer finds them out one topic after another.
            await konsument._client.set_topics({d.topic for d in dele})
            ender = await konsument.end_offsets(dele)
        return {(d.topic, d.partition): ende for d, ende in ender.items()}


class Loggraenser(Spoerger):
    """Asks where partitions' logs begin and end."""

    def __init__(self, k: KafkaSettings) -> None:
        super().__init__(k)
        self._topics: set[str] = set()

    async def __call__(self, dele: Collection[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        """The offset of the first record, and the one after the last. Raises ``KafkaError`` when Kafka does not answer."""
        # Those asked about before too: another question may be under way.
        self._topics |= {d.topic for d in dele}
        async with self.forbundet() as konsument:
            await konsument._client.set_topics(self._topics)
            begynder, slutter = await asyncio.gather(konsument.beginning_offsets(dele), konsument.end_offsets(dele))
        return {d: (begynder[d], slutter[d]) for d in dele}


async def gruppens_offsets(k: KafkaSettings, grupper: Sequence[str]) -> dict[tuple[str, int], int]:
    """How far these consumer groups have committed, by (topic, partition); what was never committed is missing."""
    admin = AIOKafkaAdminClient(**klientargumenter(k), client_id="gateway")
    await admin.start()
    try:
        ud: dict[tuple[str, int], int] = {}
        for gruppe in grupper:
            for d, o in (await admin.list_consumer_group_offsets(gruppe)).items():
                if o.offset >= 0:
                    ud[d.topic, d.partition] = max(o.offset, ud.get((d.topic, d.partition), 0))
        return ud
    finally:
        await admin.close()


class Vandmaerke(Spoerger):
    """How far the ledger's messages have come, kept outside the ledger: as the offset of a consumer group that nobody reads
    with, on the operators' topic. A ledger whose own count is lower is an earlier one."""

    _DEL = TopicPartition("gateway.dlq.v1", 0)

    def __init__(self, k: KafkaSettings) -> None:
        super().__init__(k, group_id=f"{k.group_id}.ledger")

    async def laes(self) -> int:
        """The mark; 0 when there is none."""
        async with self.forbundet() as konsument:
            return await self._staar(konsument)

    async def skriv(self, nummer: int) -> None:
        """Raises the mark to ``nummer``, unless it stands there or higher."""
        async with self.forbundet() as konsument:
            if nummer > await self._staar(konsument):
                await konsument.commit({self._DEL: nummer})

    async def _staar(self, konsument: AIOKafkaConsumer) -> int:
        if not konsument.assignment():
            konsument.assign([self._DEL])
        return int(await konsument.committed(self._DEL) or 0)


def partens_topics(art: str, kode: str) -> list[str]:
    """The three topics of one party."""
    return [f"{art}.{kode}.{slags}.v1" for slags in ("haendelser", "kvitteringer", "beskeder")]
