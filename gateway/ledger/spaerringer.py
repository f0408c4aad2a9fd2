"""Kinds of registrations that are held back: when DFDG refuses one kind for citizen after citizen (a code list that
changed), going on would make thousands of dead letters of one fault.

After ``efter`` citizens refused with the same code, with no more successes than refusals between them, the kind is blocked
for that a-kasse's certificate; when the same happens to a second a-kasse, for all. Heads of the kind then wait in a queue of
their own (``kanal`` with ``#spaerret``), which nobody claims. One command lifts the block: what waits, and what had stopped
before the block, is decided again, by what the code lists say now.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from gateway.errors import Betjeningsfejl, UlovligOvergang
from gateway.lanes.registrering import Fase
from gateway.ledger import logbog
from gateway.ledger.aktoer import Aktoer, som_aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.fremdrift import afgoer_forfra
from gateway.ledger.ledgerdel import Ledgerdel
from gateway.ledger.nedskrift import skriv
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.raekker import Haendelsesraekke

log = logging.getLogger(__name__)

#: Refusals that lie further apart than this are no flood.
_HUSKES = timedelta(minutes=10)
_PORTION = 200


@dataclass(frozen=True, slots=True, order=True)
class Slags:
    """A kind of registration under one certificate."""

    tjeneste: str
    akassekode: str
    art: str


@dataclass(slots=True)
class Afvisningstal:
    """Refusals in one settlement: which kinds are blocked, and who met which refusal in a row."""

    efter: int
    nu: datetime
    gaeldende: set[tuple[str, str | None, str]]
    koder_spaerret: dict[tuple[str, str, str], set[str]]
    borgere: dict[tuple[Slags, str], list[int]]
    #: Counts that are in the ledger, and locked.
    kendte: frozenset[tuple[Slags, str]] = frozenset()
    nye: list[tuple[Slags, str, int, bool]] = field(default_factory=list)
    roerte: set[tuple[Slags, str]] = field(default_factory=set)

    def spaerret(self, s: Slags) -> bool:
        return (s.tjeneste, s.akassekode, s.art) in self.gaeldende or (s.tjeneste, None, s.art) in self.gaeldende

    def lykkedes(self, s: Slags) -> None:
        """A success of the kind: the oldest refusal is forgotten."""
        for (slags, kode), borgere in self.borgere.items():
            if slags == s and borgere:
                del borgere[0]
                self.roerte.add((slags, kode))

    def afvist(self, s: Slags, kode: str, borger_id: int) -> None:
        """One more citizen was refused; blocks the kind when they are too many."""
        borgere = self.borgere.setdefault((s, kode), [])
        self.roerte.add((s, kode))
        if borger_id not in borgere:
            borgere.append(borger_id)
        if len(borgere) < self.efter:
            return
        andre = self.koder_spaerret.setdefault((s.tjeneste, s.art, kode), set())
        for_alle = bool(andre - {s.akassekode})
        andre.add(s.akassekode)
        self.gaeldende.add((s.tjeneste, None if for_alle else s.akassekode, s.art))
        self.nye.append((s, kode, len(borgere), for_alle))
        borgere.clear()

    async def skriv(self, conn: Forbindelse) -> None:
        """Writes counts and new blocks in the settlement's transaction."""
        if self.roerte:
            await conn.executemany(
                """insert into afvisning (tjeneste, akassekode, art, kode, borgere, senest) values ($1, $2, $3, $4, $5, $6)
                   on conflict (tjeneste, akassekode, art, kode)
                   -- The first refusals of a kind may meet in two settlements: there was no row to lock, and both count.
                   do update set borgere = case when $7 then excluded.borgere else afvisning.borgere || excluded.borgere end,
                       senest = excluded.senest""",
                [
                    (s.tjeneste, s.akassekode, s.art, kode, self.borgere[s, kode], self.nu, (s, kode) in self.kendte)
                    for s, kode in sorted(self.roerte)
                ],
            )
        for s, kode, antal, for_alle in self.nye:
            await conn.execute(
                """insert into spaerring (tjeneste, akassekode, art, kode, afviste, siden) values ($1, $2, $3, $4, $5, $6)
                   on conflict do nothing""",
                s.tjeneste,
                None if for_alle else s.akassekode,
                s.art,
                kode,
                antal,
                self.nu,
            )
            log.error(
                "kind_blocked",
                extra={
                    "tjeneste": s.tjeneste,
                    "akasse": "alle" if for_alle else s.akassekode,
                    "art": s.art,
                    "kode": kode,
                    "afviste": antal,
                },
            )


def ingen(efter: int, nu: datetime) -> Afvisningstal:
    """Nothing is blocked and nothing counted, as far as anybody asks."""
    return Afvisningstal(efter=efter, nu=nu, gaeldende=set(), koder_spaerret={}, borgere={})


async def indlaes(conn: Forbindelse, slags: Iterable[Slags], efter: int, nu: datetime) -> Afvisningstal:
    """What stands of these kinds; their counts are locked, in order, until the transaction ends."""
    liste = sorted(set(slags))
    spaerringer = await conn.fetch("select tjeneste, akassekode, art, kode from spaerring where ophaevet is null")
    raekker = await conn.fetch(
        """select a.* from afvisning a join unnest($1::text[], $2::text[], $3::text[]) s(tjeneste, akassekode, art)
           using (tjeneste, akassekode, art) order by tjeneste, akassekode, art, kode for update of a""",
        [s.tjeneste for s in liste],
        [s.akassekode for s in liste],
        [s.art for s in liste],
    )
    koder: dict[tuple[str, str, str], set[str]] = {}
    for r in spaerringer:
        koder.setdefault((r["tjeneste"], r["art"], r["kode"]), set()).add(r["akassekode"] or "*")
    return Afvisningstal(
        efter=efter,
        nu=nu,
        gaeldende={(r["tjeneste"], r["akassekode"], r["art"]) for r in spaerringer},
        koder_spaerret=koder,
        kendte=frozenset((Slags(r["tjeneste"], r["akassekode"], r["art"]), r["kode"]) for r in raekker),
        borgere={
            (Slags(r["tjeneste"], r["akassekode"], r["art"]), r["kode"]): list(r["borgere"])
            for r in raekker
            if nu - r["senest"] <= _HUSKES
        },
    )


class Spaerringer(Ledgerdel):
    """``gaa`` is called every second by the deliver role: it carries blocks and their lifting to the queue."""

    async def alle(self, *, kun_gaeldende: bool = True) -> list[dict[str, Any]]:
        """Blocks, newest last, with how many heads each holds back."""
        raekker = await self._pulje.fetch(
            """select s.*, (select count(*) from koe k where k.kanal like s.tjeneste || '|%#spaerret' and k.art = s.art
                   and (s.akassekode is null or k.kanal = s.tjeneste || '|' || s.akassekode || '#spaerret')) as holdt
               from spaerring s where not $1 or s.ophaevet is null order by s.id""",
            kun_gaeldende,
        )
        return [dict(r) for r in raekker]

    async def gaa(self) -> int:
        """Moves heads of blocked kinds aside and takes those of lifted blocks up. Returns how many were moved."""
        i_alt = 0
        while antal := await self._til_side() + await self._op_igen():
            i_alt += antal
        return i_alt

    async def _til_side(self) -> int:
        svar = await self._pulje.execute(
            """update koe set kanal = koe.kanal || '#spaerret'
               where borger_id in (
                   select k.borger_id from koe k join kanal on kanal.kanal = k.kanal
                   join registrering r on r.id = k.registrering_id and r.fase = 'klar'
                   join spaerring s on s.tjeneste = kanal.tjeneste and s.art = k.art and s.ophaevet is null
                        and (s.akassekode is null or s.akassekode = kanal.akassekode)
                   order by k.borger_id limit $1 for update of k skip locked)""",
            _PORTION,
        )
        return int(svar.rpartition(" ")[2])

    async def _op_igen(self) -> int:
        async with self._pulje.acquire() as conn, conn.transaction():
            raekker = await conn.fetch(
                """select l.borger_id, k.registrering_id from koe k join lane l on l.borger_id = k.borger_id
                   where k.kanal like '%#spaerret' and not exists (
                       select 1 from spaerring s where s.ophaevet is null and s.art = k.art
                         and (k.kanal = s.tjeneste || '|' || s.akassekode || '#spaerret'
                              or s.akassekode is null and k.kanal like s.tjeneste || '|%'))
                   order by k.haardeste_dato nulls last, k.klar_fra, k.nr limit $1 for update of l skip locked""",
                _PORTION,
            )
            if not raekker:
                return 0
            e, _ = await self.afgoer_holdte(
                conn, [r["borger_id"] for r in raekker], [r["registrering_id"] for r in raekker]
            )
            await skriv(e)
            await conn.execute("select pg_notify('koe', '')")
            return len(raekker)

    async def afgoer_holdte(
        self, conn: Forbindelse, borgere: list[int], registreringer: list[int]
    ) -> tuple[Enhed, list[Haendelsesraekke]]:
        """Decides held heads again, by what the code lists say now; the caller has locked their lanes, and writes. Gives the heads
        too."""
        e = Enhed(conn, self._noegler, self._miljoe, self._ur())
        await e.indlaes_baner(borgere)
        refs = {
            r["id"]: r["haendelse_ref"]
            for r in await conn.fetch(
                "select id, haendelse_ref from registrering where id = any($1::bigint[])", registreringer
            )
        }
        efter_id = await e.haendelser_fra_db(refs.values())
        # In the order given: that is the order in which they come to stand in the queue.
        hoveder = [efter_id[refs[r]] for r in registreringer]
        await afgoer_forfra(e, self._motor, hoveder)
        return e, hoveder

    async def ophaev(
        self, id_: int, operatoer: Operatoer, hvem: Aktoer | str, begrundelse: str, *, helt: bool = True
    ) -> int:
        """Lifts the block, takes up what waited, and redrives what had stopped with its refusal before. Returns how many
        events are taken up. Without ``helt`` what waited is left to the deliver role (``gaa``). Given again it goes on where it
        was broken off. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        aktoer = som_aktoer(hvem)
        s = await self.en(self._pulje, id_, aktoer)
        # While it still holds, so that they stand in one line with what waited, the hardest date first.
        antal = len(await self.holdte(self._pulje, s))
        for brev in await self.stoppede(self._pulje, s):
            try:
                antal += len(await operatoer.genkoer([brev["id"]], begrundelse))
            except (Betjeningsfejl, UlovligOvergang) as fejl:
                # Somebody was there first, or another stands before it: it stays what it is.
                log.warning("dead_letter_left_when_block_was_lifted", extra={"fejl": type(fejl).__name__})
        async with self._pulje.acquire() as conn, conn.transaction():
            await logbog.noter(
                conn,
                aktoer,
                "spaerring ophaev",
                id_,
                begrundelse,
                foer={"tjeneste": s["tjeneste"], "art": s["art"], "kode": s["kode"], "ophaevet": s["ophaevet"]},
                akassekode=s["akassekode"],
            )
            await conn.execute(
                """update spaerring set ophaevet = $2, hvem = $3, begrundelse = $4 where id = $1 and ophaevet is null""",
                id_,
                self._ur(),
                aktoer.navn,
                begrundelse,
            )
            # Counting begins anew: what is refused again from here on blocks again.
            await conn.execute(
                """delete from afvisning where tjeneste = $1 and art = $2 and ($3::text is null or akassekode = $3)""",
                s["tjeneste"],
                s["art"],
                s["akassekode"],
            )
        if helt:
            await self.gaa()
        return antal

    async def en(self, q: Forbindelse | asyncpg.Pool, id_: int, aktoer: Aktoer) -> asyncpg.Record:
        """The block; the right to lift it is checked. Raises ``Betjeningsfejl``, ``Adgangsfejl``."""
        s = await q.fetchrow("select * from spaerring where id = $1", id_)
        if s is None:
            raise Betjeningsfejl(
                f"there is no block {id_}: `gateway spaerring list` shows them",
                dansk="Der er ingen spærring med det nummer.",
            )
        aktoer.kraev(s["akassekode"])
        return s

    async def holdte(self, q: Forbindelse | asyncpg.Pool, s: asyncpg.Record) -> list[asyncpg.Record]:
        """Heads that the block holds back (``borger_id``, ``registrering_id``, ``dato``), the hardest date first."""
        return await q.fetch(
            """select k.borger_id, k.registrering_id, k.haardeste_dato as dato from koe k
               where k.kanal like $1 || '|%#spaerret' and k.art = $2
                 and ($3::text is null or k.kanal = $1 || '|' || $3 || '#spaerret')
               order by k.haardeste_dato nulls last, k.klar_fra, k.nr""",
            s["tjeneste"],
            s["art"],
            s["akassekode"],
        )

    async def stoppede(self, q: Forbindelse | asyncpg.Pool, s: asyncpg.Record) -> list[asyncpg.Record]:
        """Dead letters of the block's refusal (``id``, ``borger_id``, ``dato``), the hardest date first."""
        return await q.fetch(
            """select d.id, h.borger_id, min(r.haardeste_dato) as dato from doedbrev d
               join haendelse h on h.id = d.haendelse_ref join registrering r on r.haendelse_ref = d.haendelse_ref
               where d.status = 'aaben' and r.fase = $1 and r.tjeneste = $2 and r.art = $3 and r.sidste_kode = $4
                 and ($5::text is null or r.akassekode = $5)
               group by d.id, h.borger_id, d.siden order by dato nulls last, d.siden, d.id""",
            Fase.STOPPET.value,
            s["tjeneste"],
            s["art"],
            s["kode"],
            s["akassekode"],
        )
