"""The topics of the parties, as the public interface names them."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

_FINDES_ALLEREDE = 36


def emner(part: str) -> list[str]:
    """The three topics of one party (``akasse.01``): its events, its kvitteringer, its beskeder."""
    return [f"{part}.{slags}.v1" for slags in ("haendelser", "kvitteringer", "beskeder")]


async def opret_emner(bootstrap_servers: str, parter: Iterable[str], partitioner: int = 3) -> None:
    """Creates the parties' topics; those that are there stay as they are. Raises the broker's error otherwise."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="sandkasse-parter")
    await admin.start()
    try:
        nye = [NewTopic(navn, partitioner, 1) for part in parter for navn in emner(part)]
        svar = await admin.create_topics(nye, timeout_ms=30_000)
        for emne, kode, *_ in svar.topic_errors:
            if kode not in (0, _FINDES_ALLEREDE):
                raise for_code(kode)(emne)
    finally:
        await admin.close()
