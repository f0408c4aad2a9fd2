"""Old snapshots on the ledger's database: what they cost, and their end.

While a transaction keeps an old snapshot open (a session somebody forgot, a report that runs for hours), PostgreSQL clears away
nothing that was overwritten since: every settlement's old states stay, and a claim passes over all the queue's dead rows. The
ledger's own transactions last milliseconds, so a snapshot that is minutes old is somebody else's.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from gateway.ledger.db import MIGRERER, Forbindelse

log = logging.getLogger(__name__)

#: Choice: older than this (seconds), and operators are told. The alarm says the same (tests/alarmer).
GAMMELT = 600.0

_AABNE = """\
select pid, usename, application_name, state, extract(epoch from clock_timestamp() - xact_start)::float8 as alder
    from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
      and (backend_xmin is not null or backend_xid is not null)"""
#: Two-phase transactions hold one too, and belong to no session.
_FORBEREDTE = """\
select coalesce(max(extract(epoch from clock_timestamp() - prepared)), 0)::float8
    from pg_prepared_xacts where database = current_database()"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session's transaction that holds a snapshot: whose it is, what it does (PostgreSQL's words), and its age in seconds.
    What it asked is nobody's business here: it may name a citizen."""

    pid: int
    bruger: str | None
    program: str
    tilstand: str | None
    alder: float


async def aabne(conn: Forbindelse) -> list[Snapshot]:
    """Every snapshot that is open on this database, as far as the gateway's role may see (its own sessions; all with
    ``pg_monitor``)."""
    return [
        Snapshot(r["pid"], r["usename"], r["application_name"] or "", r["state"], r["alder"])
        for r in await conn.fetch(_AABNE)
    ]


async def aeldste(conn: Forbindelse) -> float:
    """The age of the oldest, prepared transactions too; seconds, 0 when there is none."""
    forberedt: float = await conn.fetchval(_FORBEREDTE)
    return max([forberedt, *(s.alder for s in await aabne(conn))])


class Snapshotvagt:
    """``gaa`` ends the sessions whose snapshot is older than ``hoejst``, but for the programs in ``undtagne`` (as they name
    themselves, ``application_name``)."""

    def __init__(self, pulje: asyncpg.Pool, hoejst: timedelta, undtagne: Collection[str]) -> None:
        self._pulje = pulje
        self._hoejst = hoejst
        self._undtagne = {*undtagne, MIGRERER}
        #: Sessions that the gateway may not end: said once.
        self._sagt: set[int] = set()

    async def gaa(self) -> int:
        """How many were ended. One that the gateway's role may not end (it needs ``pg_signal_backend``) is told in the log,
        once."""
        async with self._pulje.acquire() as conn:
            gamle = [s for s in await aabne(conn) if s.alder > self._hoejst.total_seconds()]
            self._sagt &= {s.pid for s in gamle}
            return sum([await self._afslut(conn, s) for s in gamle if s.program not in self._undtagne])

    async def _afslut(self, conn: Forbindelse, s: Snapshot) -> bool:
        hvem = {
            "pid": s.pid,
            "bruger": s.bruger,
            "program": s.program,
            "tilstand": s.tilstand,
            "sekunder": round(s.alder),
        }
        try:
            # Still the same transaction: the session may have ended it and begun another meanwhile.
            sql = f"select pg_terminate_backend(a.pid) from ({_AABNE}) a where a.pid = $1 and a.alder > $2"
            afsluttet = await conn.fetchval(sql, s.pid, self._hoejst.total_seconds())
        except asyncpg.InsufficientPrivilegeError:
            if s.pid not in self._sagt:
                self._sagt.add(s.pid)
                log.warning("old_snapshot_not_ours_to_end", extra=hvem)
            return False
        if afsluttet:
            log.warning("old_snapshot_ended", extra=hvem)
        return bool(afsluttet)
