"""Waking the loops: PostgreSQL tells when there is something in the queue or the outbox; polling is the fallback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import asyncpg

log = logging.getLogger(__name__)

#: Seconds until the next attempt to listen.
_IGEN = 1.0


class Vaekker:
    """One listening connection; ``vent`` returns on a notification or after the time given (seconds)."""

    def __init__(self, dsn: str, kanaler: tuple[str, ...]) -> None:
        self._dsn = dsn
        self._haendelser = {k: asyncio.Event() for k in kanaler}
        self._opgave: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._opgave = asyncio.create_task(self._lyt(), name="vaekker")

    async def stop(self) -> None:
        if self._opgave is not None:
            self._opgave.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._opgave

    def vaek(self, kanal: str) -> None:
        self._haendelser[kanal].set()

    async def vent(self, kanal: str, sekunder: float) -> None:
        haendelse = self._haendelser[kanal]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(haendelse.wait(), sekunder)
        haendelse.clear()

    async def _lyt(self) -> None:
        while True:
            try:
                await self._lyt_til_det_brister()
                log.warning("listen_connection_lost")
            except Exception as fejl:
                # Whatever it was (a connection that is lost while it is set up may say "internal error"): a gateway that
                # listens no more would find what is there by polling alone.
                log.warning("listen_failed", extra={"fejl": type(fejl).__name__})
                await asyncio.sleep(_IGEN)

    async def _lyt_til_det_brister(self) -> None:
        tabt = asyncio.Event()

        def modtag(_c: Any, _pid: int, kanal: str, _nyttelast: object) -> None:
            self._haendelser[kanal].set()

        conn = await asyncpg.connect(self._dsn)
        try:
            conn.add_termination_listener(lambda _c: tabt.set())
            for kanal in self._haendelser:
                await conn.add_listener(kanal, modtag)
            await tabt.wait()
        finally:
            with contextlib.suppress(Exception):
                await conn.close(timeout=1)
