"""Ending parts one after the other, each whatever became of the ones before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

#: Seconds that a reader of Kafka may take to end.
LAESER_HOEJST = 5.0

log = structlog.get_logger(__name__)


async def stop_i_raekkefoelge(dele: Iterable[tuple[str, Callable[[], Awaitable[object]]]]) -> None:
    """Awaits each part's stop in this order; ``dele``: (name, stop). A stop that fails keeps none of the others from theirs.

    A part may end in ``CancelledError`` though nobody cancelled this task: with Kafka away aiokafka's consumer cancels a task
    of its own and then waits for it. That is logged like a failure; a cancellation of this task goes on.

    Raises ``ExceptionGroup`` of what failed, once every part was stopped.
    """
    fejl: list[Exception] = []
    for navn, stop in dele:
        try:
            await stop()
        except asyncio.CancelledError:
            opgave = asyncio.current_task()
            if opgave is not None and opgave.cancelling():
                raise
            log.warning("stop_cut_off", part=navn)
        except Exception as e:
            log.warning("stop_failed", part=navn, error=type(e).__name__)
            fejl.append(e)
    if fejl:
        raise ExceptionGroup("not every part could be stopped", fejl)


async def stop_indenfor(stop: Callable[[], Awaitable[object]], navn: str, sekunder: float = LAESER_HOEJST) -> None:
    """Awaits a reader's stop, or leaves it to itself: aiokafka's waits for a coordinator that does not answer, however long, and
    raises what its own tasks have died of. Its group lets go of it when its session is over."""
    try:
        async with asyncio.timeout(sekunder):
            await stop_i_raekkefoelge([(navn, stop)])
    except (TimeoutError, ExceptionGroup) as e:
        log.warning("reader_left_behind", part=navn, error=type(e).__name__)
