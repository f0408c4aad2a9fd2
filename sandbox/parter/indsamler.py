"""Reads what the gateway tells the parties, and passes it on: to the judge, to the jobcentres, to whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from sandbox.parter.emner import emner

#: (topic, key, value) of one message.
Modtager = Callable[[str, bytes | None, bytes], None]


class Indsamler:
    """A reader without a group of the kvitteringer and beskeder of ``parter`` (``akasse.01``), from the beginning.

    The topics must be there. ``modtagere`` are called with each message in the order of its partition. What one of them raises ends the reading
    and comes out of ``tjek`` and of leaving the block.
    """

    def __init__(self, bootstrap_servers: str, parter: Iterable[str], *modtagere: Modtager) -> None:
        self._forbruger = AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers,
            client_id="sandkasse-indsamler",
            group_id=None,
            auto_offset_reset="earliest",
            max_poll_records=2_000,
        )
        self._emner = [emne for part in parter for emne in emner(part)[1:]]
        self._modtagere = modtagere
        self._opgave: asyncio.Task[None] | None = None
        self.antal = 0
        self._naaet: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        self._forbruger.subscribe(self._emner)
        await self._forbruger.start()
        self._opgave = asyncio.create_task(self._laes(), name="sandkasse-indsamler")
        return self

    async def __aexit__(self, art: type[BaseException] | None, *_: object) -> None:
        opgave, self._opgave = self._opgave, None
        fejl: BaseException | None = None
        if opgave is not None:
            opgave.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([opgave])
            fejl = None if opgave.cancelled() else opgave.exception()
        try:
            await self._forbruger.stop()
        except asyncio.CancelledError:
            # While Kafka is away aiokafka's consumer cancels a task of its own and then waits for it.
            denne = asyncio.current_task()
            if denne is not None and denne.cancelling():
                raise
        if fejl is not None and art is None:
            raise fejl

    def tjek(self) -> None:
        """Raises what a receiver raised: the reading has then ended."""
        if self._opgave is not None and self._opgave.done():
            self._opgave.result()

    async def indhent(self, sekunder: float = 30.0) -> None:
        """Waits until everything that is on the topics now has been read. Raises ``TimeoutError`` after ``sekunder``, and what a
        receiver raised."""
        ender = await self._forbruger.end_offsets(self._forbruger.assignment())
        async with asyncio.timeout(sekunder):
            while any(self._naaet.get(tp, 0) < ende for tp, ende in ender.items()):
                self.tjek()
                await asyncio.sleep(0.1)

    async def _laes(self) -> None:
        while True:
            hentet = await self._forbruger.getmany(timeout_ms=200)
            for partition, poster in hentet.items():
                for post in poster:
                    self.antal += 1
                    for modtager in self._modtagere:
                        modtager(partition.topic, post.key, post.value or b"")
                    self._naaet[partition] = post.offset + 1
                await asyncio.sleep(0)
