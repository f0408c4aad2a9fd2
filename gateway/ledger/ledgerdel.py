"""What every conversation with the ledger stands on, and the transaction of a dry run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import asyncpg

from gateway.ledger.aktoer import Aktoer, som_aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor


class Ledgerdel:
    """``miljoe``: the ``source`` of messages out; ``ur`` gives the present time (aware)."""

    def __init__(
        self, pulje: asyncpg.Pool, motor: Motor, noegler: Noegler, miljoe: str, ur: Callable[[], datetime]
    ) -> None:
        self._pulje = pulje
        self._motor = motor
        self._noegler = noegler
        self._miljoe = miljoe
        self._ur = ur


class Betjeningsdel(Ledgerdel):
    """A conversation that somebody acts in: ``hvem`` (a name alone: the command line's user)."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        hvem: Aktoer | str,
    ) -> None:
        super().__init__(pulje, motor, noegler, miljoe, ur)
        self._aktoer = som_aktoer(hvem)


class _Tilbage(Exception):
    """Ends a dry run's transaction without committing it."""


@asynccontextmanager
async def paa_proeve(pulje: asyncpg.Pool) -> AsyncIterator[Forbindelse]:
    """A transaction that is rolled back at its end: what would come of it can be read in it, nothing stays."""
    with suppress(_Tilbage):
        async with pulje.acquire() as conn, conn.transaction():
            yield conn
            raise _Tilbage
