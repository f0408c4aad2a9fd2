"""Whatever becomes of one part's stop, the others are stopped too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from gateway.nedlukning import stop_i_raekkefoelge, stop_indenfor


def _dele(
    stoppet: list[str], **stop: Callable[[], Awaitable[object]] | None
) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    async def gaa(navn: str, foerst: Callable[[], Awaitable[object]] | None) -> None:
        if foerst is not None:
            await foerst()
        stoppet.append(navn)

    return [(navn, partial(gaa, navn, foerst)) for navn, foerst in stop.items()]


async def _afbrudt_af_sin_egen_opgave() -> None:
    """What aiokafka's consumer does with Kafka away: it cancels a task of its own and waits for it."""
    opgave = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    opgave.cancel()
    await opgave


async def test_a_consumer_that_is_cut_off_with_kafka_away_keeps_no_other_part_from_its_stop() -> None:
    stoppet: list[str] = []
    await stop_i_raekkefoelge(_dele(stoppet, broker=_afbrudt_af_sin_egen_opgave, leverandoer=None, grundlag=None))
    assert stoppet == ["leverandoer", "grundlag"]


async def test_a_failure_is_raised_once_every_part_was_stopped() -> None:
    async def fejl() -> None:
        raise OSError("væk")

    stoppet: list[str] = []
    with pytest.raises(ExceptionGroup) as grebet:
        await stop_i_raekkefoelge(_dele(stoppet, a=fejl, b=None, c=fejl, d=None))
    assert stoppet == ["b", "d"]
    assert [type(e) for e in grebet.value.exceptions] == [OSError, OSError]


async def test_a_cancellation_of_the_task_itself_goes_on() -> None:
    stoppet: list[str] = []
    opgave = asyncio.create_task(stop_i_raekkefoelge(_dele(stoppet, a=lambda: asyncio.sleep(60), b=None)))
    await asyncio.sleep(0)
    opgave.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opgave
    assert stoppet == []


@pytest.mark.parametrize("stop", [lambda: asyncio.sleep(60), _afbrudt_af_sin_egen_opgave], ids=["hangs", "cut off"])
async def test_a_reader_that_does_not_end_is_left_behind(stop: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(5):
        await stop_indenfor(stop, "reader", 0.05)


async def test_a_reader_whose_own_task_has_died_is_left_behind() -> None:
    async def fejl() -> None:
        raise RuntimeError("the handler is closed")

    await stop_indenfor(fejl, "reader")


async def test_a_cancellation_while_a_reader_ends_goes_on() -> None:
    opgave = asyncio.create_task(stop_indenfor(lambda: asyncio.sleep(60), "reader"))
    await asyncio.sleep(0)
    opgave.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opgave
