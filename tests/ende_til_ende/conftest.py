"""A Kafka of its own per test would cost seconds each, so tests share one and delete the parties' topics afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from sandbox.embedded.kafka import KafkaAdresse


@pytest.fixture
async def tom_kafka(kafka: KafkaAdresse) -> AsyncIterator[KafkaAdresse]:
    """The session's Kafka without any topic of the interface, before the test and after it."""
    await _slet_topics(kafka)
    yield kafka
    await _slet_topics(kafka)


async def _slet_topics(kafka: KafkaAdresse) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics(
            [t for t in await admin.list_topics() if t.startswith(("akasse.", "jobcenter.", "gateway."))]
        )
    finally:
        await admin.close()
