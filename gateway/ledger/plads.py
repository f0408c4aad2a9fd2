"""Room for the ledger: measured by whoever reads from Kafka; that reading is paused stands in the ledger, so that a restart
and the operators' commands know it too."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import asyncpg

from gateway.lanes.tilbagehold import Graenser, Plads, aarsag

log = logging.getLogger(__name__)

_NOEGLE = "modtagelse_pauset"


class Pladsvagt:
    """``gaa`` measures and tells ``paus`` whether reading pauses. ``mappe``: PostgreSQL's data, where it is on this machine."""

    def __init__(
        self, pulje: asyncpg.Pool, graenser: Graenser, mappe: Path | None, paus: Callable[[bool], None]
    ) -> None:
        self._pulje = pulje
        self._graenser = graenser
        self._mappe = mappe
        self._paus = paus

    async def gaa(self) -> bool:
        """Whether reading is paused from now on. Said in the log once an episode, by whoever sees it first."""
        holdt = await pauset(self._pulje) is not None
        plads = await self._maal()
        nu = aarsag(holdt, plads, self._graenser)
        # Paused first, told afterwards: where there is no room at all the telling fails too.
        self._paus(nu is not None)
        maalt = {"database_bytes": plads.stoerrelse, "fri_bytes": plads.fri}
        if nu is not None and not holdt and await self._begynd(nu):
            log.warning("accept_paused", extra={"aarsag": nu, **maalt})
        if nu is None and holdt and await self._afslut():
            log.warning("accept_resumed", extra=maalt)
        return nu is not None

    async def _begynd(self, aarsag: str) -> bool:
        sql = "insert into indstilling (noegle, vaerdi) values ($1, $2) on conflict do nothing returning 1"
        return await self._pulje.fetchval(sql, _NOEGLE, aarsag) is not None

    async def _afslut(self) -> bool:
        return await self._pulje.fetchval("delete from indstilling where noegle = $1 returning 1", _NOEGLE) is not None

    async def _maal(self) -> Plads:
        stoerrelse = int(await self._pulje.fetchval("select pg_database_size(current_database())"))
        if self._mappe is None:
            return Plads(stoerrelse)
        disk = os.statvfs(self._mappe)
        return Plads(stoerrelse, disk.f_bavail * disk.f_frsize)


async def pauset(pulje: asyncpg.Pool) -> str | None:
    """Why reading from Kafka is paused; None: it is not."""
    aarsag: str | None = await pulje.fetchval("select vaerdi from indstilling where noegle = $1", _NOEGLE)
    return aarsag
