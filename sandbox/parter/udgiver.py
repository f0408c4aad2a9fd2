"""Publishes events as a-kasser and jobcentres do: a plain Kafka producer, one stable key per person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from sandbox.fortaellinger.model import PlanlagtHaendelse

Form = Literal["struktureret", "binaer", "skiftevis"]
_HOVED = [("content-type", b"application/cloudevents+json; charset=utf-8")]


class Udgiver:
    """A producer for all parties of a run. Idempotent, so that a repeat by the client neither doubles nor reorders.

    ``form``: which CloudEvents form; ``skiftevis`` takes the structured and the binary one in turn.
    ``ubekraeftede``: how many records may be under way before publishing waits for the broker.
    """

    def __init__(self, bootstrap_servers: str, form: Form = "skiftevis", ubekraeftede: int = 5_000) -> None:
        self._producent = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            client_id="sandkasse-parter",
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            max_batch_size=256 * 1024,
        )
        self._form = form
        self._plads = asyncio.Semaphore(ubekraeftede)
        self._fejl: BaseException | None = None
        self.antal = 0

    async def __aenter__(self) -> Self:
        await self._producent.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producent.stop()

    async def udgiv(self, haendelse: PlanlagtHaendelse, data: Mapping[str, Any] | None = None) -> None:
        """Hands the event to the producer, with other ``data`` where given. Returns before the broker has it;
        ``toem`` waits. Raises the broker's error of an earlier event."""
        if self._fejl is not None:
            raise self._fejl
        await self._plads.acquire()
        if self._form == "struktureret" or (self._form == "skiftevis" and self.antal % 2 == 0):
            hoved, vaerdi = _HOVED, haendelse.struktureret(data)
        else:
            hoved, vaerdi = haendelse.binaer(data)
        self.antal += 1
        kvittering = await self._send(haendelse, vaerdi, hoved)
        kvittering.add_done_callback(self._leveret)

    # The client may give up before it has taken a record in: no metadata, or no room, while Kafka is away.
    @retry(
        retry=retry_if_exception_type((UnknownTopicOrPartitionError, KafkaTimeoutError)),
        wait=wait_fixed(0.5),
        stop=stop_after_delay(120),
        reraise=True,
    )
    async def _send(self, h: PlanlagtHaendelse, vaerdi: bytes, hoved: Any) -> asyncio.Future[Any]:
        fremtid: asyncio.Future[Any] = await self._producent.send(h.emne, key=h.noegle, value=vaerdi, headers=hoved)
        return fremtid

    def _leveret(self, kvittering: asyncio.Future[Any]) -> None:
        self._plads.release()
        if not kvittering.cancelled() and kvittering.exception() is not None:
            self._fejl = self._fejl or kvittering.exception()

    async def toem(self) -> None:
        """Waits until the broker has everything; raises its error where it has not."""
        await self._producent.flush()
        if self._fejl is not None:
            raise self._fejl
