"""DFDG's code lists in the ledger: due once a day, read by one replica at a time, and what a reading changed.

Each list is a row with its own due time, so that a restart forgets nothing. A reader claims the row by a lease; the epoch
that the claim raised is asked for again when the rows are stored. A list that can't be read keeps the rows of its last
reading. How the codes are used stands in ``rules.kodebrug``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg

from contracts.codes import Koderaekke, Kodevaerdi
from contracts.dfdg import kodeliste
from gateway.ledger.ur import dag
from gateway.rules.kodebrug import BrugtKode, Stand, brugte, stand
from gateway.rules.model import KOEBENHAVN

#: The hour of the day (Copenhagen) from which the day's reading is due.
KLOKKEN = time(5)
#: DFDG's own rule for sending again, while it is away: min(10800, 2^n - 1) seconds.
_LAENGSTE_PAUSE = 10_800

Perioder = list[dict[str, str | None]]


@dataclass(frozen=True, slots=True)
class Taget:
    """A list that this worker may read. ``forsoeg``: how many readings in a row gave nothing."""

    liste: str
    epoke: int
    forsoeg: int


@dataclass(frozen=True, slots=True)
class Kodeaendring:
    """A code whose rows changed: ``foer`` None when it is new, ``efter`` None when it is gone."""

    liste: str
    kode: str
    foer: Perioder | None
    efter: Perioder | None
    tid: datetime


@dataclass(frozen=True, slots=True)
class Listestand:
    """How a list stands. ``laest``: the last reading that gave rows; ``fejl``: why the newest one gave none."""

    liste: str
    dfdg_navn: str
    laest: datetime | None
    naeste: datetime | None
    forsoeg: int
    fejl: str | None
    antal: int
    aendret: int

    def alder(self, nu: datetime) -> float | None:
        """Seconds since it was read; None when it never was."""
        return (nu - self.laest).total_seconds() if self.laest else None


@dataclass(frozen=True, slots=True)
class Kodestand:
    """A code that the gateway writes, as it stands today; ``raekke`` is DFDG's own row of it."""

    brugt: BrugtKode
    stand: Stand
    raekke: Koderaekke | None


def naeste_laesning(nu: datetime) -> datetime:
    """When a list that was read at ``nu`` is due again: the next day in Copenhagen."""
    return datetime.combine(dag(nu) + timedelta(days=1), KLOKKEN, KOEBENHAVN)


def forskelle(
    foer: Iterable[Koderaekke], efter: Iterable[Koderaekke]
) -> dict[str, tuple[Perioder | None, Perioder | None]]:
    """The codes whose text or days differ, each with what it was and what it is."""
    a, b = _efter_kode(foer), _efter_kode(efter)
    return {k: (a.get(k), b.get(k)) for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)}


def _efter_kode(raekker: Iterable[Koderaekke]) -> dict[str, Perioder]:
    ud: dict[str, Perioder] = {}
    for r in sorted(raekker, key=lambda r: (r.kode, r.fra or date.min, r.til or date.max, r.tekst)):
        ud.setdefault(r.kode, []).append(
            {"tekst": r.tekst, "fra": r.fra.isoformat() if r.fra else None, "til": r.til.isoformat() if r.til else None}
        )
    return ud


class Kodelager:
    """``ur`` gives the present time (aware); ``lease`` must outlast the reading of one list."""

    def __init__(self, pulje: asyncpg.Pool, ur: Callable[[], datetime], *, lease: timedelta) -> None:
        self._pulje = pulje
        self._ur = ur
        self._lease = lease

    async def tag(self) -> Taget | None:
        """Takes one list whose time has come; None when there is none, and in a planned window. Never one that another
        holds."""
        nu, navne = self._ur(), sorted(kodeliste.lister().values())
        await self._pulje.execute(
            "insert into kodeliste (liste, naeste) select n, $2 from unnest($1::text[]) n on conflict do nothing",
            navne,
            nu,
        )
        r = await self._pulje.fetchrow(
            """update kodeliste set epoke = epoke + 1, lease_til = $2 where liste = (
                   select liste from kodeliste
                   where naeste <= $1 and (lease_til is null or lease_til < $1) and liste = any($3::text[])
                     and not exists (select 1 from vindue v where v.meldt <> 'slut' and v.fra <= $1
                                     and (v.tjenester = '{}' or $4 = any(v.tjenester)))
                   order by naeste, liste limit 1 for update skip locked)
               returning liste, epoke, forsoeg""",
            nu,
            nu + self._lease,
            navne,
            kodeliste.TJENESTE.navn,
        )
        return Taget(**dict(r)) if r is not None else None

    async def gem(self, t: Taget, raekker: Iterable[Koderaekke]) -> list[Kodeaendring] | None:
        """Stores a reading and what it changed; None when the lease was lost meanwhile, and then nothing is stored."""
        nu = self._ur()
        nye = {(r.kode, r.fra, r.til): r for r in raekker}
        async with self._pulje.acquire() as conn, conn.transaction():
            kendt = await conn.fetchrow(
                "select laest from kodeliste where liste = $1 and epoke = $2 for update", t.liste, t.epoke
            )
            if kendt is None:
                return None
            gamle = await conn.fetch("delete from kodeliste_raekke where liste = $1 returning *", t.liste)
            await conn.executemany(
                "insert into kodeliste_raekke (liste, kode, tekst, fra, til, kilde, laest) values ($1, $2, $3, $4, $5, $6, $7)",
                [(t.liste, r.kode, r.tekst, r.fra, r.til, r.kilde, nu) for r in nye.values()],
            )
            aendret = forskelle(map(_raekke, gamle), nye.values()) if kendt["laest"] is not None else {}
            aendringer = [Kodeaendring(t.liste, kode, foer, efter, nu) for kode, (foer, efter) in aendret.items()]
            await conn.executemany(
                "insert into kodeaendring (liste, kode, foer, efter, set_tid) values ($1, $2, $3::jsonb, $4::jsonb, $5)",
                [(a.liste, a.kode, _json(a.foer), _json(a.efter), a.tid) for a in aendringer],
            )
            await conn.execute(
                "update kodeliste set laest = $2, naeste = $3, lease_til = null, forsoeg = 0, fejl = null where liste = $1",
                t.liste,
                nu,
                naeste_laesning(nu),
            )
        return aendringer

    async def ulaeselig(self, t: Taget, fejl: str) -> None:
        """The list itself can't be had: again in two hours, then four … and once a day. Its last rows stay."""
        await self._udsaet(t, fejl, timedelta(hours=min(24, 2 ** min(t.forsoeg + 1, 5))))

    async def dfdg_vaek(self, t: Taget, fejl: str) -> None:
        """DFDG can't be asked: this list by DFDG's rule for sending again, and the other ones that are due not before."""
        pause = timedelta(seconds=min(_LAENGSTE_PAUSE, 2 ** min(t.forsoeg + 1, 14) - 1))
        await self._udsaet(t, fejl, pause)
        nu = self._ur()
        await self._pulje.execute(
            "update kodeliste set naeste = $2 where naeste <= $1 and (lease_til is null or lease_til < $1)",
            nu,
            nu + pause,
        )

    async def _udsaet(self, t: Taget, fejl: str, pause: timedelta) -> None:
        await self._pulje.execute(
            """update kodeliste set forsoeg = forsoeg + 1, fejl = $3, naeste = $4, lease_til = null
               where liste = $1 and epoke = $2""",
            t.liste,
            t.epoke,
            fejl,
            self._ur() + pause,
        )


async def lister(pulje: asyncpg.Pool, siden: datetime) -> list[Listestand]:
    """Every list that is read, also one that never was; ``aendret``: how many codes changed since ``siden``."""
    kendte = {
        r["liste"]: r
        for r in await pulje.fetch(
            """select l.*, (select count(*) from kodeliste_raekke r where r.liste = l.liste) as antal,
                      (select count(distinct a.kode) from kodeaendring a where a.liste = l.liste and a.set_tid >= $1)
                          as aendret
               from kodeliste l""",
            siden,
        )
    }
    return [
        Listestand(navn, dfdg, r["laest"], r["naeste"], r["forsoeg"], r["fejl"], r["antal"], r["aendret"])
        if (r := kendte.get(navn)) is not None
        else Listestand(navn, dfdg, None, None, 0, None, 0, 0)
        for dfdg, navn in sorted(kodeliste.lister().items(), key=lambda x: x[1])
    ]


async def koder_i_brug(pulje: asyncpg.Pool, koder: Mapping[str, Kodevaerdi], idag: date) -> list[Kodestand]:
    """Every code that the gateway writes, held against DFDG's lists as they were last read."""
    laeste: dict[str, list[Koderaekke]] = {
        r["liste"]: [] for r in await pulje.fetch("select liste from kodeliste where laest is not null")
    }
    for r in await pulje.fetch("select * from kodeliste_raekke order by liste, kode, fra nulls first"):
        laeste[r["liste"]].append(_raekke(r))
    laeses = set(kodeliste.lister().values())
    ud = []
    for b in brugte(koder, idag):
        egne = [r for r in laeste.get(b.liste, ()) if b.kode and r.kode == b.kode]
        raekke = next((r for r in egne if r.gaelder(idag)), egne[-1] if egne else None)
        ud.append(Kodestand(b, stand(b, laeste.get(b.liste), idag, har_liste=b.liste in laeses), raekke))
    return ud


async def aendringer(pulje: asyncpg.Pool, fra: datetime) -> list[Kodeaendring]:
    """What readings changed since ``fra``, the oldest first."""
    return [
        Kodeaendring(r["liste"], r["kode"], _perioder(r["foer"]), _perioder(r["efter"]), r["set_tid"])
        for r in await pulje.fetch("select * from kodeaendring where set_tid >= $1 order by id", fra)
    ]


def _raekke(r: Any) -> Koderaekke:
    return Koderaekke(r["kode"], r["tekst"], r["fra"], r["til"], r["kilde"], "set", {})


def _json(p: Perioder | None) -> str | None:
    return None if p is None else json.dumps(p, ensure_ascii=False)


def _perioder(tekst: str | None) -> Perioder | None:
    if tekst is None:
        return None
    ud: Perioder = json.loads(tekst)
    return ud


__all__ = ["Kodeaendring", "Kodelager", "Kodestand", "Listestand", "Taget", "aendringer", "forskelle", "koder_i_brug", "lister", "naeste_laesning"]  # fmt: skip
