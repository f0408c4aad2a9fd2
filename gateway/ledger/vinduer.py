"""Planned windows: a service of DFDG's is known to be away, so nothing is sent to it and nobody is alarmed.

    planlagt ──fra──▶ aabnet ──til, or ended before──▶ slut

A window keeps its services closed until its end has been carried out: then their channels reopen in steps. Every party is
told of each change (``gateway.driftsbesked.v1``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.ledger import kanaler, logbog
from gateway.ledger.aktoer import Aktoer, som_aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed, UdgaaendeBesked
from gateway.ledger.krypto import Noegler
from gateway.ledger.nedskrift import skriv
from gateway.ledger.raekker import part_fra_topic
from gateway.rules.model import NAVNERUM

log = logging.getLogger(__name__)

#: How long a reading that meets a window waits before it looks again: a window may be moved or ended before its time.
LAESEPAUSE = timedelta(seconds=30)

#: Topics in, and topics out (one look into the index each, however many messages there are).
_PARTERS_TOPICS = """\
with recursive ud as (
    select min(topic) as topic from besked
    union all select (select min(b.topic) from besked b where b.topic > ud.topic) from ud where ud.topic is not null)
select topic from ud where topic is not null union select topic from topic_offset"""


@dataclass(frozen=True, slots=True)
class Vindue:
    """``tjenester`` empty: every service. ``til``: its planned end; ``sluttet``: ended before that. ``meldt``: what the
    parties were told last (``planlagt``, ``aabnet``, ``slut``)."""

    id: int
    tjenester: tuple[str, ...]
    fra: datetime
    til: datetime
    tekst: str
    sluttet: datetime | None
    meldt: str

    @property
    def ende(self) -> datetime:
        return self.sluttet or self.til


class Vinduer:
    """``ur`` gives the present time; ``gaa`` is called every second by the deliver role."""

    def __init__(self, pulje: asyncpg.Pool, noegler: Noegler, miljoe: str, ur: Callable[[], datetime]) -> None:
        self._pulje = pulje
        self._noegler = noegler
        self._miljoe = miljoe
        self._ur = ur

    async def alle(self, *, kun_aktuelle: bool = True) -> list[Vindue]:
        """Windows by their beginning; ``kun_aktuelle``: not those that are over."""
        raekker = await self._pulje.fetch(
            "select * from vindue where not $1 or meldt <> 'slut' order by fra, id", kun_aktuelle
        )
        return [_vindue(r) for r in raekker]

    async def planlaeg(
        self,
        fra: datetime,
        til: datetime,
        tjenester: Sequence[str],
        tekst: str,
        *,
        hvem: Aktoer | str,
        begrundelse: str,
    ) -> int:
        """Plans a window of ``tjenester`` (none: all) from ``fra`` (aware; may be now) until ``til`` and tells the
        parties. Returns its number. Raises ``Betjeningsfejl``."""
        nu = self._ur()
        aktoer = som_aktoer(hvem)
        aktoer.kraev(None)
        if til <= max(fra, nu):
            raise Betjeningsfejl(
                "--til lies after --fra and after now",
                dansk="Vinduets slutning ligger efter dets begyndelse og efter nu.",
            )
        if not tekst.strip():
            raise Betjeningsfejl(
                "--tekst is required: the parties are told it", dansk="Skriv den sætning, parterne får."
            )
        async with self._pulje.acquire() as conn, conn.transaction():
            await kanaler.kraev_kendte(conn, tjenester)
            r = await conn.fetchrow(
                """insert into vindue (tjenester, fra, til, tekst, meldt, hvem, begrundelse)
                   values ($1, $2, $3, $4, 'planlagt', $5, $6) returning *""",
                list(tjenester),
                fra,
                til,
                tekst,
                aktoer.navn,
                begrundelse,
            )
            v = _vindue(r)
            efter = {"tjenester": list(tjenester), "fra": fra.isoformat(), "til": til.isoformat(), "tekst": tekst}
            await logbog.noter(conn, aktoer, "vindue planlaeg", v.id, begrundelse, efter=efter)
            await self._fortael(conn, v, "vindue_planlagt")
            await self._flyt(conn, v, nu)
            return v.id

    async def forlaeng(self, id_: int, til: datetime, *, hvem: Aktoer | str, begrundelse: str) -> None:
        """Moves the planned end. Raises ``Betjeningsfejl``."""
        async with self._pulje.acquire() as conn, conn.transaction():
            v = await self._laas(conn, id_)
            if til <= max(v.fra, self._ur()):
                raise Betjeningsfejl(
                    "--til lies after the window's beginning and after now",
                    dansk="Vinduets slutning ligger efter dets begyndelse og efter nu.",
                )
            r = await conn.fetchrow("update vindue set til = $2 where id = $1 returning *", id_, til)
            await _betjent(conn, hvem, "vindue forlaeng", id_, begrundelse, v.til, til)
            await self._fortael(conn, _vindue(r), "vindue_aendret")

    async def slut(self, id_: int, *, hvem: Aktoer | str, begrundelse: str) -> None:
        """Ends the window now; one that has not begun is called off. Raises ``Betjeningsfejl``."""
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            v = await self._laas(conn, id_)
            r = await conn.fetchrow("update vindue set sluttet = $2 where id = $1 returning *", id_, nu)
            await _betjent(conn, hvem, "vindue slut", id_, begrundelse, v.til, nu)
            await self._flyt(conn, _vindue(r), nu)

    async def gaa(self) -> None:
        """Opens and ends windows whose time has come."""
        nu = self._ur()
        async with self._pulje.acquire() as conn, conn.transaction():
            raekker = await conn.fetch(
                """select * from vindue where meldt <> 'slut' and (fra <= $1 or sluttet is not null) order by id
                   for update skip locked""",
                nu,
            )
            for r in raekker:
                await self._flyt(conn, _vindue(r), nu)

    async def _flyt(self, conn: Forbindelse, v: Vindue, nu: datetime) -> None:
        if v.ende <= nu:
            if await luk_op(conn, v, nu):
                await conn.execute("select pg_notify('koe', '')")
            await self._fortael(conn, v, "vindue_slut")
            log.info("window_ended", extra={"vindue": v.id})
        elif v.fra <= nu and v.meldt != "aabnet":
            await conn.execute("update vindue set meldt = 'aabnet' where id = $1", v.id)
            await self._fortael(conn, v, "vindue_aabnet")
            log.info("window_opened", extra={"vindue": v.id, "tjenester": list(v.tjenester)})

    async def et(self, id_: int) -> Vindue:
        """One that is planned or open. Raises ``Betjeningsfejl``."""
        return _aktuelt(id_, await self._pulje.fetchrow("select * from vindue where id = $1", id_))

    async def _laas(self, conn: Forbindelse, id_: int) -> Vindue:
        return _aktuelt(id_, await conn.fetchrow("select * from vindue where id = $1 for update", id_))

    async def _fortael(self, conn: Forbindelse, v: Vindue, art: str) -> None:
        """To every party whose events were read, or who was ever told anything: a jobcenter may only receive handovers."""
        parter = {part_fra_topic(r["topic"]) for r in await conn.fetch(_PARTERS_TOPICS)}
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        data: dict[str, Any] = {
            "art": art,
            "tjenester": list(v.tjenester),
            "fra": v.fra.isoformat(),
            "til": v.ende.isoformat(),
            "tekst": v.tekst,
        }
        for topic in sorted(f"{p}.beskeder.v1" for p in parter if p.art != "gateway"):
            e.beskeder.append(
                UdgaaendeBesked(
                    besked_id=uuid5(NAVNERUM, f"vindue|{v.id}|{art}|{v.ende.isoformat()}|{topic}"),
                    topic=topic,
                    type="gateway.driftsbesked.v1",
                    noegle=None,
                    borger_id=None,
                    haendelse=None,
                    data=data,
                )
            )
        await skriv(e)


async def luk_op(conn: Forbindelse, v: Vindue, nu: datetime) -> list[str]:
    """The window is over: its channels reopen in steps, in the caller's transaction. Returns which; one that never began has
    closed none."""
    await conn.execute("update vindue set meldt = 'slut' where id = $1", v.id)
    return await kanaler.genaabn(conn, v.tjenester, nu) if v.fra <= v.ende else []


async def aabne_vinduer(conn: Forbindelse, nu: datetime) -> tuple[bool, frozenset[str]]:
    """Services in a window at ``nu``: whether all are, and which."""
    raekker = await conn.fetch("select tjenester from vindue where fra <= $1 and meldt <> 'slut'", nu)
    return any(not r["tjenester"] for r in raekker), frozenset(t for r in raekker for t in r["tjenester"])


async def lukkede_tjenester(conn: Forbindelse, tjenester: Iterable[str], nu: datetime) -> frozenset[str]:
    """Which of ``tjenester`` stand in a window at ``nu``: nothing is sent to them, readings included."""
    alle, navngivne = await aabne_vinduer(conn, nu)
    return frozenset(t for t in tjenester if alle or t in navngivne)


def _aktuelt(id_: int, r: asyncpg.Record | None) -> Vindue:
    if r is None or r["meldt"] == "slut":
        raise Betjeningsfejl(
            f"there is no window {id_} that is planned or open: `gateway vindue list` shows them",
            dansk="Vinduet er slut.",
        )
    return _vindue(r)


async def _betjent(
    conn: Forbindelse, hvem: Aktoer | str, handling: str, id_: int, begrundelse: str, foer: datetime, efter: datetime
) -> None:
    aktoer = som_aktoer(hvem)
    aktoer.kraev(None)
    await logbog.noter(
        conn,
        aktoer,
        handling,
        id_,
        logbog.kraev_begrundelse(begrundelse),
        foer={"til": foer.isoformat()},
        efter={"til": efter.isoformat()},
    )


def _vindue(r: Any) -> Vindue:
    return Vindue(r["id"], tuple(r["tjenester"]), r["fra"], r["til"], r["tekst"], r["sluttet"], r["meldt"])
