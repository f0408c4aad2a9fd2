"""What the reader of topics asks and where it seeks; its consumer and the ledger's offsets are stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, cast

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from consumers.modtager import Modtager
from contracts.envelope import Post
from gateway.ledger.accept import Modtagelse
from gateway.ledger.topicoffset import Modtaget, Stand

TOPIC = "akasse.01.haendelser.v1"


class _Stande:
    """The ledger's offsets: every partition has been read up to where it was expected to go on."""

    async def stand(self, dele: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Stand]:
        return {d: Stand(11, kendt=True) for d in dele}


class _Laeser:
    """The reader's consumer, which is never asked where logs end: the question would wait behind its fetch."""

    def __init__(self) -> None:
        self.soegt: dict[TopicPartition, int] = {}
        self.pauset: set[TopicPartition] = set()
        self.committed: list[dict[TopicPartition, int]] = []
        self.commit_begyndt, self.commit_slut = asyncio.Event(), asyncio.Event()

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(TOPIC, p) for p in range(3)}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.commit_begyndt.set()
        await self.commit_slut.wait()
        self.committed.append(offsets)

    def pause(self, *dele: TopicPartition) -> None:
        self.pauset |= set(dele)

    def paused(self) -> set[TopicPartition]:
        return set()

    def resume(self, *_: TopicPartition) -> None: ...

    def seek(self, del_: TopicPartition, offset: int) -> None:
        self.soegt[del_] = offset


def _post(partition: int, offset: int) -> Post:
    return Post(TOPIC, partition, offset, None, b"{}", ())


def _raa(partition: int, offset: int) -> ConsumerRecord:
    return ConsumerRecord(TOPIC, partition, offset, 0, 0, None, b"{}", 0, 0, 2, ())


async def _modtager(graenser: Any) -> tuple[Modtager, _Laeser]:
    m, laeser = Modtager(cast(Modtagelse, _Stande()), "akasse", ".*", graenser), _Laeser()
    m._abonnent = type("Abonnent", (), {"consumer": laeser})()
    for p in range(3):
        m._soeg(TopicPartition(TOPIC, p), 11)
    return m, laeser


async def _ingen(_dele: Collection[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
    raise AssertionError("nothing to ask")


async def test_I1_where_a_fetch_failed_everything_is_read_again_from_where_the_ledger_stands() -> None:
    """aiokafka throws away what it had drained of the others, and its positions have gone on."""
    m, laeser = await _modtager(_ingen)
    laeser.soegt.clear()
    await m._forfra([TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)])
    assert laeser.soegt == {TopicPartition(TOPIC, p): 10 for p in (0, 1)}, "at the last record that was read"


async def test_I1_a_pause_asks_for_no_partition_and_what_was_fetched_before_it_is_read_again() -> None:
    m, laeser = await _modtager(_ingen)
    m.paus(True)
    assert laeser.pauset == laeser.assignment()
    laeser.soegt.clear()
    await m.behandl([_raa(2, 11)])
    assert laeser.soegt == {TopicPartition(TOPIC, 2): 10}


async def test_reading_goes_on_while_offsets_are_shown_and_only_the_newest_follow() -> None:
    m, laeser = await _modtager(_ingen)
    m._vis_lag({(TOPIC, 0): 12})
    await asyncio.wait_for(laeser.commit_begyndt.wait(), 5)
    # Nothing of these waits for Kafka's answer; another's partition is not shown.
    m._vis_lag({(TOPIC, 0): 13, (TOPIC, 1): 12})
    m._vis_lag({(TOPIC, 0): 14, (TOPIC, 7): 1})
    laeser.commit_slut.set()
    await asyncio.wait_for(m.stop(), 5)
    assert laeser.committed == [
        {TopicPartition(TOPIC, 0): 12},
        {TopicPartition(TOPIC, 0): 14, TopicPartition(TOPIC, 1): 12},
    ]


async def test_a_reader_that_stops_waits_for_the_offsets_that_it_shows_and_shows_no_more() -> None:
    m, laeser = await _modtager(_ingen)
    m._vis_lag({(TOPIC, 0): 12})
    await asyncio.wait_for(laeser.commit_begyndt.wait(), 5)
    stop = asyncio.create_task(m.stop())
    await asyncio.sleep(0.05)
    assert not stop.done()
    m._vis_lag({(TOPIC, 0): 13})
    laeser.commit_slut.set()
    await asyncio.wait_for(stop, 5)
    assert laeser.committed == [{TopicPartition(TOPIC, 0): 12}]


async def test_I1_a_reader_that_stops_waits_for_its_batch_and_takes_no_more() -> None:
    """What would be broken off then has perhaps been committed: its claims would be left in doubt."""
    m, _ = await _modtager(_ingen)
    begyndt, maa_ende, accepteret = asyncio.Event(), asyncio.Event(), []

    async def accepter(poster: Sequence[Post], _soegt: Any) -> Modtaget:
        begyndt.set()
        await maa_ende.wait()
        accepteret.extend(poster)
        return Modtaget()

    cast(Any, m._modtagelse).accepter = accepter
    igang = asyncio.create_task(m.behandl([_raa(0, 11)]))
    await asyncio.wait_for(begyndt.wait(), 5)
    stop = asyncio.create_task(m.stop())
    await asyncio.sleep(0.05)
    assert not stop.done()
    maa_ende.set()
    await asyncio.wait_for(stop, 5)
    await igang
    await m.behandl([_raa(0, 12)])
    assert [p.offset for p in accepteret] == [11]


async def test_I1_after_a_transaction_the_logs_ends_are_asked_for_once_for_all_partitions() -> None:
    spurgt: list[set[TopicPartition]] = []

    async def graenser(dele: Collection[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        spurgt.append(set(dele))
        return dict.fromkeys(dele, (0, 100))

    m, laeser = await _modtager(graenser)
    # Offset 11 is a mark in partitions 0 and 1; partition 2 goes straight on.
    batch = [_post(0, 12), _post(0, 13), _post(1, 12), _post(2, 11)]
    laeser.soegt.clear()
    assert await m._efterset(batch) == batch
    assert spurgt == [{TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)}]
    assert laeser.soegt == {}
    # What goes on where it should asks nothing.
    assert await m._efterset(naeste := [_post(0, 14), _post(1, 13), _post(2, 12)]) == naeste
    assert len(spurgt) == 1


async def test_I1_a_gap_that_is_no_mark_is_sought_again_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def graenser(dele: Collection[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
        # Partition 0 was made anew, under the same name: it ends before what was read.
        return {d: (0, 5 if d.partition == 0 else 100) for d in dele}

    m, _ = await _modtager(graenser)
    sprunget: list[tuple[Any, ...]] = []

    async def spring(*argumenter: Any) -> bool:
        sprunget.append(argumenter)
        return True

    monkeypatch.setattr(m, "_spring", spring)
    assert await m._efterset([_post(0, 0), _post(1, 12), _post(2, 11)]) == [_post(1, 12), _post(2, 11)]
    assert sprunget == [(TopicPartition(TOPIC, 0), 11, 0, "andet_topic")]
