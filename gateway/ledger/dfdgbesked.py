"""DFDG's messages in the ledger: stored before they are answered, taken one by one in order, and finished.

States: see the table. Who may write: the receiver inserts; a worker holds a message by its lease while it reads DFDG and
then finishes it, in the transaction that tells the parties. A crash in between leaves the lease to run out, and the work
is done again: what is told has an id by the message, so that it is told once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from contracts.dfdg.besked import Organisation, Webservicebesked, laes
from gateway.ledger import logbog
from gateway.ledger.aktoer import Aktoer, som_aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler

log = logging.getLogger(__name__)

#: DFDG's own rule for sending again, also for reading: min(10800, 2^n - 1) seconds.
LAENGSTE_PAUSE = 10_800
#: So many readings that fail before a message is put aside for an operator; with the pauses, some seven hours.
HOEJST_FORSOEG = 15
_LEASE = timedelta(seconds=120)


def pause(forsoeg: int) -> timedelta:
    """How long to wait after so many attempts that failed."""
    return timedelta(seconds=min(LAENGSTE_PAUSE, 2 ** min(forsoeg, 14) - 1))


@dataclass(frozen=True, slots=True)
class Gemt:
    """A message that this worker holds. ``besked`` is None when it can't be understood."""

    id: int
    noegle: bytes
    modtager: Organisation | None
    besked: Webservicebesked | None
    forsoeg: int


class Beskedlager:
    """``felter`` maps the project's names of the fields to those in the JSON; ``ur`` gives the present time."""

    def __init__(
        self, pulje: asyncpg.Pool, noegler: Noegler, felter: Mapping[str, str], ur: Callable[[], datetime]
    ) -> None:
        self._pulje = pulje
        self._noegler = noegler
        self._felter = felter
        self._ur = ur

    async def gem(self, raa: bytes, modtager: Organisation | None) -> tuple[bool, str | None]:
        """Stores a message as it came; ``modtager`` when the address named one. Returns whether it is new, and its type.

        What can't be understood is kept too, for an operator. Raises what the database raises.
        """
        nu = self._ur()
        try:
            b: Webservicebesked | None = laes(raa, self._felter)
        except ValueError:
            b = None
        modtager = modtager or (b.modtager if b else None)
        ny = await self._pulje.fetchval(
            """insert into dfdg_besked (noegle, modtager, entitet_id, domaene, ekstern, borger_hash, tid, raa_krypt,
                                        tilstand, aarsag, klar_fra, modtaget)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict (noegle) do nothing returning 1""",
            self._aftryk(raa, b, modtager),
            ".".join(modtager) if modtager else None,
            b.entitet_id if b else None,
            b.domaene if b else None,
            b.ekstern if b else None,
            self._noegler.cpr_hash(b.cpr) if b and b.cpr else None,
            b.tid if b else None,
            self._noegler.krypter(raa),
            "ny" if b else "parkeret",
            None if b else "ulaeselig",
            nu,
        )
        if ny:
            await self._pulje.execute("select pg_notify('dfdgbesked', '')")
        return ny is not None, b.entitet_id if b else None

    def _aftryk(self, raa: bytes, b: Webservicebesked | None, modtager: Organisation | None) -> bytes:
        """The same for the same message: by its id, otherwise by what it is about and which edition."""
        til = ".".join(modtager) if modtager else ""
        if b is None:
            return self._noegler.indhold_hash(b"raa|" + raa)
        if b.besked_id is not None:
            return self._noegler.indhold_hash(f"id|{til}|{b.besked_id}".encode())
        dele = (til, b.entitet_id, b.ekstern, b.version, b.aendringstype, b.cpr, b.tid)
        return self._noegler.indhold_hash("|".join(map(str, dele)).encode())

    async def tag(self, hoejst: int = 20) -> list[Gemt]:
        """Takes messages whose turn it is: nothing earlier about the same citizen in the domain, or about the same entity,
        is unfinished."""
        nu = self._ur()
        raekker = await self._pulje.fetch(
            """update dfdg_besked set lease_til = $2 where id in (
                   select b.id from dfdg_besked b
                   where b.tilstand = 'ny' and b.klar_fra <= $1 and (b.lease_til is null or b.lease_til < $1)
                     and not exists (select 1 from dfdg_besked f where f.tilstand = 'ny' and f.id < b.id
                                     and f.borger_hash = b.borger_hash and f.domaene = b.domaene)
                     and not exists (select 1 from dfdg_besked f where f.tilstand = 'ny' and f.id < b.id
                                     and f.ekstern = b.ekstern)
                   order by b.klar_fra, b.id limit $3 for update skip locked)
               returning id, noegle, modtager, raa_krypt, forsoeg""",
            nu,
            nu + _LEASE,
            hoejst,
        )
        return [self._gemt(r) for r in sorted(raekker, key=lambda r: r["id"])]

    def _gemt(self, r: asyncpg.Record) -> Gemt:
        try:
            b: Webservicebesked | None = laes(self._noegler.dekrypter(r["raa_krypt"]), self._felter)
        except ValueError:  # the fields' names were set otherwise meanwhile
            b = None
        return Gemt(r["id"], r["noegle"], _organisation(r["modtager"]), b, r["forsoeg"])

    async def udsaet(self, g: Gemt, aarsag: str) -> bool:
        """The message could not be worked on now: later again, or put aside when that has failed too often (True)."""
        nu, forsoeg = self._ur(), g.forsoeg + 1
        parkeret = forsoeg >= HOEJST_FORSOEG
        await self._pulje.execute(
            """update dfdg_besked set forsoeg = $2, klar_fra = $3, lease_til = null, aarsag = $4, tilstand = $5,
                      faerdig = $6
               where id = $1 and tilstand = 'ny'""",
            g.id,
            forsoeg,
            nu + pause(forsoeg),
            aarsag,
            "parkeret" if parkeret else "ny",
            nu if parkeret else None,
        )
        return parkeret

    async def vent(self, g: Gemt, pause_: timedelta, aarsag: str) -> None:
        """The message waits for something that is known to end: no failed reading, so none of its attempts is spent."""
        await self._pulje.execute(
            "update dfdg_besked set klar_fra = $2, lease_til = null, aarsag = $3 where id = $1 and tilstand = 'ny'",
            g.id,
            self._ur() + pause_,
            aarsag,
        )

    async def tal(self) -> dict[str, tuple[int, datetime | None]]:
        """How many messages wait or are put aside, and since when the oldest of them."""
        raekker = await self._pulje.fetch(
            """select tilstand, count(*) as antal, min(modtaget) as siden from dfdg_besked
               where tilstand in ('ny', 'parkeret') group by tilstand"""
        )
        return {r["tilstand"]: (r["antal"], r["siden"]) for r in raekker}


def _organisation(tekst: str | None) -> Organisation | None:
    if tekst is None:
        return None
    art, _, kode = tekst.partition(".")
    return ("jobcenter" if art == "jobcenter" else "akasse", kode)


async def uafsluttede(pulje: asyncpg.Pool, hoejst: int = 1000) -> list[dict[str, Any]]:
    """Messages that wait or were put aside, the oldest first; nobody is named in them."""
    raekker = await pulje.fetch(
        """select id, entitet_id as type, modtager as til, tilstand, aarsag, forsoeg, modtaget from dfdg_besked
           where tilstand in ('ny', 'parkeret') order by id limit $1""",
        hoejst,
    )
    return [dict(r) for r in raekker]


async def genoptag(pulje: asyncpg.Pool, ider: list[int], hvem: Aktoer | str, begrundelse: str) -> int:
    """Messages that were put aside are tried again; ``hvem`` and why are kept. Returns how many."""
    async with pulje.acquire() as conn, conn.transaction():
        taget = await conn.fetch(
            """update dfdg_besked set tilstand = 'ny', forsoeg = 0, klar_fra = now(), faerdig = null
               where id = any($1::bigint[]) and tilstand = 'parkeret' returning id""",
            ider,
        )
        aktoer = som_aktoer(hvem)
        aktoer.kraev(None)
        for r in taget:
            await logbog.noter(conn, aktoer, "dfdg-besked genoptaget", r["id"], begrundelse)
        return len(taget)


async def faerdig(conn: Forbindelse, g: Gemt, tilstand: str, nu: datetime, aarsag: str | None = None) -> bool:
    """Finishes the message in the caller's transaction; False when another worker has done so."""
    svar = await conn.fetchval(
        """update dfdg_besked set tilstand = $2, aarsag = $3, faerdig = $4, lease_til = null
           where id = $1 and tilstand = 'ny' returning 1""",
        g.id,
        tilstand,
        aarsag,
        nu,
    )
    return svar is not None


async def borger(conn: Forbindelse, noegler: Noegler, cpr: str) -> int | None:
    """The citizen of that number, when the gateway knows one."""
    id_: int | None = await conn.fetchval(
        "select borger_id from borger_alias where cpr_hash = $1", noegler.cpr_hash(cpr)
    )
    return id_


async def nyere_fortalt(conn: Forbindelse, g: Gemt, b: Webservicebesked) -> bool:
    """Whether a message that DFDG wrote later about the same entity has been told already."""
    if b.ekstern is None or b.tid is None:
        return False
    fandtes = await conn.fetchval(
        """select 1 from dfdg_besked where ekstern = $1 and entitet_id = $2 and tilstand = 'leveret' and tid > $3
           and modtager is not distinct from $4 limit 1""",
        b.ekstern,
        b.entitet_id,
        b.tid,
        ".".join(g.modtager) if g.modtager else None,
    )
    return fandtes is not None


async def egen_registrering(conn: Forbindelse, ekstern: UUID) -> str | None:
    """The a-kasse under whose certificate this installation has registered the entity; None: it is not ours."""
    akasse: str | None = await conn.fetchval(
        "select akassekode from registrering where entitets_id = $1 limit 1",
        str(ekstern),
    )
    return akasse


async def har_topic(conn: Forbindelse, part: Organisation) -> bool:
    """Whether the party is one of this installation: it has published, or has been told something."""
    topic = f"{part[0]}.{part[1]}"
    fandtes = await conn.fetchval(
        """select 1 where exists (select 1 from topic_offset where topic = $1)
               or exists (select 1 from besked where topic = $2) or exists (select 1 from besked where topic = $3)""",
        f"{topic}.haendelser.v1",
        f"{topic}.kvitteringer.v1",
        f"{topic}.beskeder.v1",
    )
    return fandtes is not None


__all__ = ["Beskedlager", "Gemt", "borger", "egen_registrering", "faerdig", "genoptag", "har_topic", "nyere_fortalt", "pause", "uafsluttede"]  # fmt: skip
