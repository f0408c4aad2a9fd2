"""The session's Kafka is shared by tests: whoever starts a gateway on the interface's topics begins and ends without any."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

from sandbox.embedded.kafka import KafkaAdresse


async def slet_topics(kafka: KafkaAdresse) -> None:
    """Deletes every topic of the interface with what stands on it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics(
            [t for t in await admin.list_topics() if t.startswith(("akasse.", "jobcenter.", "gateway."))]
        )
    finally:
        await admin.close()
