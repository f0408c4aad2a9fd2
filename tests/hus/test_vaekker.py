"""What wakes the loops goes on listening, whatever its connection ends of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from gateway.delivery import vaekker
from gateway.delivery.vaekker import Vaekker


class _Forbindelse:
    """A connection that fails at ``LISTEN``, or tells of ``koe`` as soon as somebody listens."""

    def __init__(self, fejl: Exception | None) -> None:
        self._fejl = fejl
        self.lukket = False

    def add_termination_listener(self, lytter: Callable[[Any], None]) -> None:
        pass

    async def add_listener(self, kanal: str, lytter: Callable[[Any, int, str, object], None]) -> None:
        if self._fejl is not None:
            raise self._fejl
        lytter(self, 1, kanal, "")

    async def close(self, timeout: float) -> None:
        self.lukket = True


@pytest.mark.parametrize(
    "fejl",
    [
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        ConnectionResetError(),
        TimeoutError(),
    ],
    ids=lambda f: type(f).__name__,
)
async def test_I7_a_listener_that_fails_listens_again(monkeypatch: pytest.MonkeyPatch, fejl: Exception) -> None:
    forbindelser = [_Forbindelse(fejl), _Forbindelse(None)]
    tilbage = iter(forbindelser)

    async def forbind(_dsn: str) -> _Forbindelse:
        return next(tilbage)

    monkeypatch.setattr(asyncpg, "connect", forbind)
    monkeypatch.setattr(vaekker, "_IGEN", 0.0)
    v = Vaekker("", ("koe",))
    await v.start()
    try:
        async with asyncio.timeout(5):
            await v.vent("koe", 60)
    finally:
        await v.stop()
    assert [f.lukket for f in forbindelser] == [True, True]
