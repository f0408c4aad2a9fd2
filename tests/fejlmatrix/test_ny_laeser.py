"""A reader whose client has ended a task of its own never reads again, and keeps its partitions: another takes its place.

Seen in a chaos run: Kafka was killed, the connection closed under the coordinator's next request, and uvloop said so by an error
that aiokafka does not take for a broken connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from typing import Any, cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from consumers.modtager import Modtager
from contracts.envelope import Post
from gateway import kafkaforbindelse
from gateway.ledger.accept import Modtagelse
from gateway.ledger.topicoffset import Modtaget, Stand
from gateway.settings import KafkaSettings
from sandbox.embedded.kafka import KafkaAdresse

pytestmark = pytest.mark.kafka


class _Modtagelse:
    """Takes everything in, once."""

    def __init__(self) -> None:
        self.naeste: dict[tuple[str, int], int] = {}
        self.laest: list[bytes | None] = []

    async def stand(self, dele: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Stand]:
        return {d: Stand(self.naeste[d], kendt=False) for d in dele if d in self.naeste}

    async def accepter(self, poster: Sequence[Post], _soegt: Any) -> Modtaget:
        for p in poster:
            if p.offset >= self.naeste.get((p.topic, p.partition), 0):
                self.naeste[p.topic, p.partition] = p.offset + 1
                self.laest.append(p.value)
        return Modtaget(naeste=dict(self.naeste), antal=len(poster))


async def _ingen(_dele: Collection[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
    raise AssertionError("nothing to ask")


@pytest.mark.parametrize("opgave", ["coordination", "fetching"])
async def test_I1_a_reader_that_will_never_read_again_is_replaced(kafka: KafkaAdresse, opgave: str) -> None:
    s = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    topic = f"laeser.{uuid4().hex[:8]}.haendelser.v1"
    await kafkaforbindelse.opret_topics(s, [topic])
    lager = _Modtagelse()
    m = Modtager(cast(Modtagelse, lager), "akasse", f"^{topic}$", _ingen)
    broker = kafkaforbindelse.broker(s)
    m.tilslut(broker, f"g-{topic}")
    await broker.start()
    try:
        async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producent:
            await producent.send_and_wait(topic, b"foer", partition=0)
            await _til(lager, [b"foer"])
            foerste = m._konsument
            _braek(foerste, opgave)
            await producent.send_and_wait(topic, b"efter", partition=0)
            await _til(lager, [b"foer", b"efter"])
        assert m._konsument is not foerste
    finally:
        await m.stop()
        await broker.stop()


def _braek(konsument: Any, opgave: str) -> None:
    """The client meets an error that it does not foresee, as uvloop's of a handle that is closed."""

    def lukket(*_: object, **__: object) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")

    if opgave == "coordination":
        konsument._coordinator._client.coordinator_lookup = lukket
        konsument._coordinator.coordinator_dead()
    else:
        konsument._fetcher._get_actions_per_node = lukket


async def _til(lager: _Modtagelse, laest: list[bytes]) -> None:
    slut = time.monotonic() + 30
    while lager.laest != laest:
        assert time.monotonic() < slut, lager.laest
        await asyncio.sleep(0.05)
