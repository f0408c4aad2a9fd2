"""Tasks that come round: a fault stops none, and what is under way is not cut off without need when everything stops."""

from __future__ import annotations

import asyncio

import pytest

from gateway.delivery import periodisk
from gateway.delivery.periodisk import Opgave, Periodisk


async def test_a_fault_stops_neither_its_task_nor_another() -> None:
    gange = {"fejler": 0, "virker": 0}
    nok = asyncio.Event()

    async def fejler() -> None:
        gange["fejler"] += 1
        raise RuntimeError("a fault that nobody foresaw")

    async def virker() -> None:
        gange["virker"] += 1
        if min(gange.values()) >= 3:
            nok.set()

    p = Periodisk([Opgave("fejler", 0.001, fejler), Opgave("virker", 0.001, virker)])
    await p.start()
    await asyncio.wait_for(nok.wait(), 20)
    await p.stop()


async def test_what_is_under_way_ends_and_nothing_begins_after_a_stop() -> None:
    begyndt, maa = asyncio.Event(), asyncio.Event()
    endt: list[bool] = []

    async def arbejde() -> None:
        begyndt.set()
        await maa.wait()
        endt.append(True)

    p = Periodisk([Opgave("arbejde", 0.001, arbejde), Opgave("senere", 3600, arbejde)])
    await p.start()
    await asyncio.wait_for(begyndt.wait(), 20)
    stop = asyncio.create_task(p.stop())
    await asyncio.sleep(0.05)
    assert not stop.done()
    maa.set()
    await asyncio.wait_for(stop, 20)
    assert endt == [True], "once, and not cut off"


async def test_what_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodisk, "_FAERDIG", 0.01)
    begyndt, afbrudt = asyncio.Event(), asyncio.Event()

    async def haenger() -> None:
        begyndt.set()
        try:
            await asyncio.Event().wait()
        finally:
            afbrudt.set()

    p = Periodisk([Opgave("haenger", 0.001, haenger)])
    await p.start()
    await asyncio.wait_for(begyndt.wait(), 20)
    await asyncio.wait_for(p.stop(), 20)
    assert afbrudt.is_set()
