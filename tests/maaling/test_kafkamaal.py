"""What Kafka says of the topics, asked of a real one."""

from __future__ import annotations

import asyncio
import re
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from gateway.kafkaforbindelse import Partitionsender, opret_topics
from gateway.kafkamaal import Kafkamaaler
from gateway.settings import KafkaSettings
from sandbox.embedded.kafka import KafkaAdresse

pytestmark = pytest.mark.kafka


async def _findes(k: KafkaSettings, topic: str) -> None:
    """The topic is known to the broker that is asked: a moment after it was created."""
    admin = AIOKafkaAdminClient(bootstrap_servers=k.bootstrap_servers)
    await admin.start()
    try:
        for _ in range(200):
            if (await admin.describe_topics([topic]))[0]["partitions"]:
                break
            await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def test_where_a_topic_ends_is_known_at_once_also_to_one_who_does_not_read_it(kafka: KafkaAdresse) -> None:
    k = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    topic = f"akasse.m{uuid4().hex[:6]}.haendelser.v1"
    await opret_topics(k, [topic])
    await _findes(k, topic)
    async with Partitionsender(k, re.escape(topic)) as ender:
        assert await ender() == {(topic, p): 0 for p in range(3)}


async def test_lag_and_a_transaction_that_its_publisher_left_open(kafka: KafkaAdresse) -> None:
    k = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    topic = f"akasse.m{uuid4().hex[:6]}.haendelser.v1"
    await opret_topics(k, [topic], partitioner=1)
    await _findes(k, topic)
    tid = [0.0]
    maaler = Kafkamaaler(k, re.escape(topic), lambda: tid[0])
    producent = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers, transactional_id=topic)
    await producent.start()
    try:
        async with producent.transaction():
            await producent.send_and_wait(topic, b"1")
        m = await maaler.maal({})
        # The record and the mark of its transaction.
        assert (m.lag, m.aaben_transaktion) == ({topic: 2}, {topic: 0.0})
        assert (await maaler.maal({(topic, 0): 2})).lag == {topic: 0}
        await producent.begin_transaction()
        await producent.send_and_wait(topic, b"2")
        assert (await maaler.maal({(topic, 0): 2})).aaben_transaktion == {topic: 0.0}
        tid[0] = 300.0
        m = await maaler.maal({(topic, 0): 2})
        assert (m.lag, m.aaben_transaktion) == ({topic: 1}, {topic: 300.0})
        await producent.commit_transaction()
        for _ in range(100):  # the broker writes the transaction's end after it has answered
            m = await maaler.maal({(topic, 0): 2})
            if m.aaben_transaktion == {topic: 0.0}:
                break
            await asyncio.sleep(0.05)
        assert m.aaben_transaktion == {topic: 0.0}
        # Another one begins anew.
        await producent.begin_transaction()
        await producent.send_and_wait(topic, b"3")
        tid[0] = 310.0
        assert (await maaler.maal({})).aaben_transaktion == {topic: 0.0}
        await producent.abort_transaction()
    finally:
        await producent.stop()
        await maaler.stop()
