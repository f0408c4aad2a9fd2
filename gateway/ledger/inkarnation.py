"""A ledger that was restored to an earlier time, or whose database failed over, begins a new *incarnation*.

What it did after that time it does not know, but DFDG, the parties and Kafka do: Kafka gives the events again, the same
ids and pseudonyms come out of them, and every registration that may have been sent is read back before it is sent (I3, I6).
Nothing is sent until that has been arranged:

    begun ──where every topic ends is known──▶ ready

A new incarnation is noticed by the database's own identity (cluster and time line), by Kafka: its groups have read
further than the ledger knows, or its mark of the messages out is higher than the ledger's own count; or an operator tells.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.ledger import logbog, pauser
from gateway.ledger.aktoer import som_aktoer
from gateway.ledger.db import Forbindelse

log = logging.getLogger(__name__)

#: Claims of before must never meet an epoch of the new incarnation, nor readers a ``sekvens`` they have seen.
_EPOKESPRING = 1_000_000
_SEKVENSSPRING = 1_000_000_000

#: The time line that the database writes now (SQL): another one after a failover or a restore to a point in time.
TIDSLINJE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
#: Nothing may be sent (SQL): an incarnation is not ready, or the database is another than it knows.
IKKE_KLAR = f"""exists (select 1 from inkarnation i where i.klar is null
    or i.nr = (select max(nr) from inkarnation) and i.tidslinje <> {TIDSLINJE})"""

#: Offsets by (topic, partition), asked of Kafka.
Offsets = Callable[[], Awaitable[Mapping[tuple[str, int], int]]]


class Inkarnationer:
    """``ender`` asks Kafka where every topic of events ends, ``gruppens`` how far the consumer groups have committed,
    ``maerke`` how far the messages out had come; ``ur`` gives the present time."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        ur: Callable[[], datetime],
        ender: Offsets,
        gruppens: Offsets,
        maerke: Callable[[], Awaitable[int]],
    ) -> None:
        self._pulje = pulje
        self._ur = ur
        self._ender = ender
        self._gruppens = gruppens
        self._maerke = maerke

    async def kontroller(self) -> None:
        """Begins a new incarnation when the database is another one than before."""
        async with self._pulje.acquire() as conn:
            identitet = await _identitet(conn)
            async with conn.transaction():
                seneste = await _laas(conn)
                if seneste is None:
                    await _begynd(conn, identitet, self._ur(), "foerste", klar=True)
                elif identitet is not None and (seneste["system"], seneste["tidslinje"]) not in (
                    identitet,
                    (None, None),
                ):
                    await _begynd(conn, identitet, self._ur(), "database")

    async def kontroller_kafka(self) -> bool:
        """Kafka's groups and its mark are committed after the ledger, so that they are never ahead of it; where one is, the
        ledger is an earlier one. Returns whether a new incarnation began. Raises what Kafka's client raises when it is
        away."""
        gruppens, maerke = await self._gruppens(), await self._maerke()
        async with self._pulje.acquire() as conn, conn.transaction():
            seneste = await _laas(conn)
            if seneste is not None and seneste["klar"] is None:
                return False
            raekker = await conn.fetch("select topic, partition, greatest(naeste, gentag_til) as til from topic_offset")
            kendt = {(r["topic"], r["partition"]): r["til"] for r in raekker}
            foran = {d: o for d, o in gruppens.items() if o > kendt.get(d, 0)}
            if not foran and maerke <= await beskedtal(conn):
                return False
            await _begynd(conn, await _identitet(conn), self._ur(), "kafka")
            return True

    async def begynd(self, hvem: str, begrundelse: str) -> int:
        """An operator says that the database was restored. Returns the incarnation's number. Raises ``Betjeningsfejl``."""
        if not begrundelse.strip():
            raise Betjeningsfejl("--begrundelse is required: it is kept with the act")
        async with self._pulje.acquire() as conn, conn.transaction():
            await _laas(conn)
            return await _begynd(
                conn, await _identitet(conn), self._ur(), "operatoer", hvem=hvem, begrundelse=begrundelse
            )

    async def gaa(self) -> bool:
        """Makes an incarnation that has begun ready: marks what may have been sent, and lets sending begin. Returns whether
        there was one."""
        await self.kontroller()
        if await self._pulje.fetchval("select not exists (select 1 from inkarnation where klar is null)"):
            return False
        ender = await self._ender()
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            seneste = await _laas(conn)
            if seneste is None or seneste["klar"] is not None:
                return False
            begyndt: datetime = seneste["begyndt"]
            await conn.executemany(
                """insert into topic_offset (topic, partition, naeste, gentag_til) values ($1, $2, 0, $3)
                   on conflict (topic, partition) do update set gentag_til = excluded.gentag_til""",
                [(t, p, ende) for (t, p), ende in sorted(ender.items())],
            )
            await _maerk(conn, begyndt)
            await conn.execute("update inkarnation set klar = $1 where klar is null", nu)
            await conn.execute("select pg_notify('koe', '')")
        log.warning("incarnation_ready", extra={"aarsag": seneste["aarsag"], "nummer": seneste["nr"]})
        return True


async def beskedtal(conn: Forbindelse) -> int:
    """How far the messages out have come in the ledger: what the mark is raised to."""
    return int(await conn.fetchval("select pg_sequence_last_value(pg_get_serial_sequence('besked', 'id'))") or 0)


async def _maerk(conn: Forbindelse, begyndt: datetime) -> None:
    """Everything that is open may have been sent since the time that the ledger was set back to."""
    await conn.execute("lock table lane in exclusive mode")
    await conn.execute("update lane set epoke = epoke + $1", _EPOKESPRING)
    await conn.execute("update haendelse set gentaget = $1 where tilstand in ('venter', 'hoved', 'stoppet')", begyndt)
    await conn.execute(
        """update registrering r set fase = 'i_tvivl', var_i_tvivl = true, skal_aflaeses = true, forsoeg = 0,
                  foerste_fravaer = null, sidst_sendt = greatest(r.sidst_sendt, $1),
                  tvivl_siden = coalesce(r.tvivl_siden, $1)
           from haendelse h where h.id = r.haendelse_ref and h.tilstand = 'hoved'
             and r.fase in ('klar', 'undervejs', 'i_tvivl')""",
        begyndt,
    )
    # What was claimed is claimed by nobody any more.
    await conn.execute(
        """insert into koe (borger_id, registrering_id, kanal, klar_fra, haardeste_dato, art)
           select k.borger_id, r.id, r.kanal, $1, r.haardeste_dato, r.art
           from krav k join registrering r on r.id = k.registrering_id on conflict (borger_id) do nothing""",
        begyndt,
    )
    await conn.execute("delete from krav")
    await pauser.til_side(conn)


async def _laas(conn: Forbindelse) -> Any:
    """The newest incarnation, while no other process changes it."""
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('inkarnation', 7))")
    return await conn.fetchrow("select * from inkarnation order by nr desc limit 1")


async def _begynd(
    conn: Forbindelse,
    identitet: tuple[str, str] | None,
    nu: datetime,
    aarsag: str,
    *,
    klar: bool = False,
    hvem: str | None = None,
    begrundelse: str | None = None,
) -> int:
    system, tidslinje = identitet or (None, None)
    nr: int = await conn.fetchval(
        """insert into inkarnation (system, tidslinje, begyndt, klar, aarsag, hvem, begrundelse)
           values ($1, $2, $3, $4, $5, $6, $7) returning nr""",
        system,
        tidslinje,
        nu,
        nu if klar else None,
        aarsag,
        hvem,
        begrundelse,
    )
    if hvem is not None:
        await logbog.noter(conn, som_aktoer(hvem), "genopret", nr, begrundelse or "", efter={"aarsag": aarsag})
    if not klar:
        # Before anything more is told: readers ignore what is not higher than the last they have seen (I10).
        await conn.execute(
            "select setval(pg_get_serial_sequence('besked', 'id'), nextval(pg_get_serial_sequence('besked', 'id')) + $1)",
            _SEKVENSSPRING,
        )
        log.error("incarnation_begun", extra={"aarsag": aarsag, "nummer": nr})
    return nr


async def _identitet(conn: Forbindelse) -> tuple[str, str] | None:
    """The cluster and its time line; None where the database does not tell them to this role."""
    try:
        r = await conn.fetchrow(
            f"""select (select system_identifier from pg_control_system())::text as system, {TIDSLINJE} as tidslinje"""
        )
    except asyncpg.InsufficientPrivilegeError:
        return None
    return (r["system"], r["tidslinje"]) if r is not None else None
