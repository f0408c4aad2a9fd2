"""What lies ready and what has come since are one batch; an event that comes alone waits for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException

from consumers.hentning import Hentning

DEL = TopicPartition("akasse.01.haendelser.v1", 0)


@dataclass
class _Kafka:
    """Answers in turn: how long each takes (seconds), and its records or its fault."""

    svar: list[tuple[float, list[int] | Exception]]
    hoejst: int = 500
    nu: float = 0.0
    spurgt: list[int] = field(default_factory=list)
    forfra: list[TopicPartition] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hent = Hentning(self._hent, self.hoejst, self._forfra, lambda: False, lambda: None, lambda: self.nu)

    async def naeste(self) -> tuple[Any, ...]:
        return await self.hent(self)  # type: ignore[arg-type]

    async def _hent(self, _konsument: object) -> tuple[Any, ...]:
        return tuple(p for liste in (await self.getmany(max_records=self.hoejst)).values() for p in liste)

    async def getmany(self, *, max_records: int, timeout_ms: int = 20) -> dict[TopicPartition, list[Any]]:
        self.spurgt.append(max_records)
        tog, svar = self.svar.pop(0)
        self.nu += tog
        if isinstance(svar, Exception):
            raise svar
        return {DEL: svar} if svar else {}

    def assignment(self) -> set[TopicPartition]:
        return {DEL}

    async def _forfra(self, dele: Iterable[TopicPartition]) -> None:
        self.forfra += dele


async def test_what_lay_there_and_what_came_since_are_one_batch() -> None:
    k = _Kafka([(0, [1]), (0.003, [2, 3, 4])])
    assert await k.naeste() == (1, 2, 3, 4)
    assert k.spurgt == [500, 499]


async def test_an_event_that_was_waited_for_goes_on_at_once() -> None:
    k = _Kafka([(0.012, [1])])
    assert await k.naeste() == (1,)
    assert k.spurgt == [500]


async def test_a_full_batch_is_a_batch_and_nothing_is_asked_where_nothing_lay() -> None:
    k = _Kafka([(0, [1, 2]), (0, [])], hoejst=2)
    assert await k.naeste() == (1, 2)
    assert await k.naeste() == ()
    assert k.spurgt == [2, 2]


async def test_I1_what_was_fetched_first_is_read_again_where_the_rest_fails() -> None:
    """Nothing that was received is lost: aiokafka has handed the first records out, and nobody has taken them in."""
    k = _Kafka([(0, [1]), (0, CorruptRecordException())])
    assert await k.naeste() == ()
    assert k.forfra == [DEL]
