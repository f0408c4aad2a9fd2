"""Fetching: a partition that can't be read is set aside for a while, and the others go on.

aiokafka hands out what was fetched of all partitions in one go; where one of them can't be decoded (an unknown codec, a damaged
batch), what was drained of the others before it is thrown away, and FastStream waits for seconds before it asks again. So after
such a failure the partitions are asked one by one, until it is known which one it is.

A client whose own coordination or fetching has ended by an error that it did not foresee (with uvloop a write on a connection that has just
closed is one) never begins it again, and keeps its partitions by its heartbeat: another reader takes its place.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
)
from prometheus_client import Gauge

log = logging.getLogger(__name__)

#: How long a partition that can't be read is left alone, and how long it is looked for (seconds).
TIL_SIDE, LEDES = 30.0, 20.0
#: A fetch that gave records sooner than this had them lying there (seconds): they came while others were taken in.
_LAA_DER = 0.001
#: How long what has come since is waited for (ms): an answer of Kafka's that has it already.
_RESTEN_MS = 5
#: Faults of Kafka's that speak of a partition's content or of one topic; so does everything that is no fault of Kafka's.
_DELENS = (CorruptRecordException, UnsupportedCodecError, TopicAuthorizationFailedError)

ulaeselig = Gauge(
    "gateway_partition_ulaeselig", "1 while a partition can't be read and is set aside", ["topic", "partition"]
)

Poster = tuple[ConsumerRecord, ...]
T = TypeVar("T")


class Hentning:
    """``hent`` is how a batch is fetched while all is well, of ``hoejst`` records; ``forfra`` reads partitions again of which something
    fetched may have been thrown away; ``paa_pause``: nothing is to be read now, whatever is set aside; ``forny`` is told that
    this reader will never read again, whose loop then ends."""

    def __init__(
        self,
        hent: Callable[[AIOKafkaConsumer], Awaitable[Poster]],
        hoejst: int,
        forfra: Callable[[Iterable[TopicPartition]], Awaitable[None]],
        paa_pause: Callable[[], bool],
        forny: Callable[[], None],
        ur: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hent, self._hoejst, self._forfra, self._paa_pause, self._ur = hent, hoejst, forfra, paa_pause, ur
        self._forny = forny
        self._til_side: dict[TopicPartition, float] = {}
        self._ledes_til = 0.0

    @property
    def til_side(self) -> set[TopicPartition]:
        """The partitions that are set aside now."""
        return set(self._til_side)

    async def __call__(self, konsument: AIOKafkaConsumer) -> Poster:
        """The next batch; empty when there is none just now. Raises ``ConsumerStoppedError`` where there will be none any more."""
        self._tag_op(konsument)
        if self._ur() < self._ledes_til:
            return await self._en_ad_gangen(konsument)
        try:
            return await self._alt_der_er(konsument)
        except ConsumerStoppedError:
            raise
        except Exception as fejl:
            await self._forfra(konsument.assignment())
            if not _delens(fejl):
                raise
            self._ledes_til = self._ur() + LEDES
            return ()

    async def _alt_der_er(self, konsument: AIOKafkaConsumer) -> Poster:
        """aiokafka asks once and keeps the answer until it is called for. After a batch that took a while that is what came in its first
        moment; all that came later is asked for as well, so that it is one batch and not two. An event that comes alone waits
        for nothing."""
        begyndt = self._ur()
        poster = await self._spoerg(konsument, self._hent(konsument))
        plads = self._hoejst - len(poster)
        if not poster or plads <= 0 or self._ur() - begyndt > _LAA_DER:
            return poster
        resten = await self._spoerg(konsument, konsument.getmany(timeout_ms=_RESTEN_MS, max_records=plads))
        return (*poster, *(p for liste in resten.values() for p in liste))

    async def _spoerg(self, konsument: AIOKafkaConsumer, svar: Awaitable[T]) -> T:
        try:
            hentet = await svar
        except KafkaError as fejl:
            if not _for_altid(fejl):
                raise
            self._forny()
            raise ConsumerStoppedError from fejl
        if _henter_ikke_mere(konsument):
            self._forny()
            raise ConsumerStoppedError
        return hentet

    async def _en_ad_gangen(self, konsument: AIOKafkaConsumer) -> Poster:
        ud: list[ConsumerRecord] = []
        for del_ in sorted(konsument.assignment() - konsument.paused()):
            try:
                fundet = await self._spoerg(konsument, konsument.getmany(del_, max_records=self._hoejst))
            except ConsumerStoppedError:
                raise
            except Exception as fejl:
                if not _delens(fejl):
                    # What was drained of others in this round is thrown away with it.
                    await self._forfra(konsument.assignment())
                    raise
                self._saet_til_side(konsument, del_, fejl)
                await self._forfra([del_])
                continue
            for poster in fundet.values():
                ud += poster
            if len(ud) >= self._hoejst:
                break
        if not ud:
            await asyncio.sleep(0.02)
        return tuple(ud)

    def _saet_til_side(self, konsument: AIOKafkaConsumer, del_: TopicPartition, fejl: Exception) -> None:
        """Others may be unreadable too: they are looked for until all are found."""
        konsument.pause(del_)
        self._til_side[del_] = self._ur() + TIL_SIDE
        self._ledes_til = self._ur() + LEDES
        ulaeselig.labels(del_.topic, del_.partition).set(1)
        log.error("partition_unreadable", extra={**del_._asdict(), "fejl": type(fejl).__name__})

    def _tag_op(self, konsument: AIOKafkaConsumer) -> None:
        """Partitions that have been left alone long enough are tried again, one by one with the others."""
        if not self._til_side or self._paa_pause():
            return
        for del_ in [d for d, til in self._til_side.items() if til <= self._ur()]:
            del self._til_side[del_]
            ulaeselig.labels(del_.topic, del_.partition).set(0)
            if del_ in konsument.assignment():
                self._ledes_til = self._ur() + LEDES
                konsument.resume(del_)


def _delens(fejl: Exception) -> bool:
    return isinstance(fejl, _DELENS) or not isinstance(fejl, KafkaError)


def _for_altid(fejl: Exception) -> bool:
    """aiokafka's word for the end of a task of its own: of the base class, for no fault of Kafka's led to it."""
    return type(fejl) is KafkaError and "Unexpected error during" in str(fejl)


def _henter_ikke_mere(konsument: AIOKafkaConsumer) -> bool:
    """Of the end of its fetching aiokafka tells nobody: the task itself must be looked at."""
    fetcher = getattr(konsument, "_fetcher", None)
    return fetcher is not None and fetcher.error_future.done()
