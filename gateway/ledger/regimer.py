"""Closing a regime (R7): an operator's command with a date, kept for good; running courses end as events in their lanes.

The closing is stored first and is then carried to the lanes in small steps; the same command goes on where it was broken
off, and enters no lane twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import asyncpg

from gateway.errors import Betjeningsfejl
from gateway.ledger import logbog
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.fremdrift import ryk_frem
from gateway.ledger.interne import indsaet
from gateway.ledger.ledgerdel import Betjeningsdel
from gateway.ledger.nedskrift import skriv
from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.model import Part, Regelopsaetning, Regime, Regimelukning
from gateway.rules.tilstand import Forloeb

_PORTION = 100


@dataclass(frozen=True, slots=True)
class Lukning:
    """A closing as stored."""

    id: int
    regime: Regime
    dato: date
    akassekode: str | None
    aarsagskode: str


async def lukninger(pulje: asyncpg.Pool) -> tuple[Lukning, ...]:
    """Every closing, in the order in which they were given."""
    raekker = await pulje.fetch("select id, regime, dato, akassekode, aarsagskode from regimelukning order by id")
    return tuple(Lukning(r["id"], Regime(r["regime"]), r["dato"], r["akassekode"], r["aarsagskode"]) for r in raekker)


async def med_lukninger(pulje: asyncpg.Pool, o: Regelopsaetning) -> Regelopsaetning:
    """The rules' settings with the closings that stand in the ledger."""
    lukkede = tuple(Regimelukning(x.regime, x.dato, x.akassekode, x.aarsagskode) for x in await lukninger(pulje))
    return replace(o, lukkede=lukkede)


class Regimer(Betjeningsdel):
    """``hvem`` is who acts; ``ur`` gives the present time."""

    async def luk(
        self, regime: Regime, dato: date, akassekode: str | None, aarsagskode: str, begrundelse: str
    ) -> tuple[Lukning, int]:
        """Closes the regime on ``dato`` for all or for one a-kasse. Returns the closing and how many courses it ended or
        reached now; ``begrundelse`` (may be empty) is kept with it. Raises ``Betjeningsfejl`` for an unknown cause."""
        self._aktoer.kraev(akassekode)
        if aarsagskode not in AARSAGER:
            raise Betjeningsfejl(f"--aarsagskode is one of {', '.join(AARSAGER)}")
        if aarsagskode == "42" and regime is not Regime.FORSOEG_2020:
            raise Betjeningsfejl("42 cannot occur from the law of 2024, under which every kommune is covered (R8)")
        lukning = await self._gem(regime, dato, akassekode, aarsagskode, begrundelse)
        self._motor.opsaetning = await med_lukninger(self._pulje, self._motor.opsaetning)
        antal, sidste = 0, 0
        while True:
            ids = await self._pulje.fetch(
                "select borger_id from borger_tilstand where borger_id > $1 order by borger_id limit $2",
                sidste,
                _PORTION,
            )
            if not ids:
                return lukning, antal
            sidste = ids[-1]["borger_id"]
            antal += await self._portion(lukning, [r["borger_id"] for r in ids])

    async def _gem(
        self, regime: Regime, dato: date, akassekode: str | None, aarsagskode: str, begrundelse: str
    ) -> Lukning:
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute("lock table regimelukning in share row exclusive mode")
            id_ = await conn.fetchval(
                """select id from regimelukning where regime = $1 and dato = $2 and akassekode is not distinct from $3
                   and aarsagskode = $4""",
                regime.value,
                dato,
                akassekode,
                aarsagskode,
            )
            if id_ is None:
                id_ = await conn.fetchval(
                    """insert into regimelukning (regime, dato, akassekode, aarsagskode, hvem, begrundelse)
                       values ($1, $2, $3, $4, $5, $6) returning id""",
                    regime.value,
                    dato,
                    akassekode,
                    aarsagskode,
                    self._aktoer.navn,
                    begrundelse,
                )
                efter = {"regime": regime.value, "dato": dato.isoformat(), "aarsagskode": aarsagskode}
                await logbog.noter(
                    conn, self._aktoer, "regime luk", id_, begrundelse, efter=efter, akassekode=akassekode
                )
                await conn.execute("select pg_notify('regime', '')")
            return Lukning(id_, regime, dato, akassekode, aarsagskode)

    async def _portion(self, lukning: Lukning, borger_ids: list[int]) -> int:
        async with self._pulje.acquire() as conn, conn.transaction():
            await conn.execute(
                "select 1 from lane where borger_id = any($1::bigint[]) order by borger_id for update", borger_ids
            )
            e = Enhed(conn, self._noegler, self._miljoe, self._ur())
            await e.indlaes_baner(borger_ids)
            ramte: list[Bane] = []
            for bane in e.baner.values():
                f = _omfattet(bane, lukning)
                if f is None:
                    continue
                data = {
                    "regime": lukning.regime.value,
                    "dato": lukning.dato.isoformat(),
                    "aarsagskode": lukning.aarsagskode,
                }
                if await indsaet(
                    e,
                    self._motor,
                    bane,
                    type_="gateway.regime.lukket.v1",
                    kilde_id=f"regimelukning|{lukning.id}|{f.forloeb_id}",
                    part=Part("akasse", f.akassekode),
                    data=data,
                    tid=e.nu,
                ):
                    ramte.append(bane)
            genopbyg = [b for b in ramte if b.genopbyg]
            await skriv(e)
            if genopbyg:
                e = Enhed(conn, self._noegler, self._miljoe, e.nu)
                await e.indlaes_baner([b.borger_id for b in genopbyg])
                await ryk_frem(e, self._motor, list(e.baner.values()), find_hoved=True)
                await skriv(e)
            await conn.execute("select pg_notify('koe', '')")
            return len(ramte)


def _omfattet(bane: Bane, lukning: Lukning) -> Forloeb | None:
    """The citizen's course that the closing ends: of that regime and a-kasse, not over before the date."""
    f = bane.forventet_nu.seneste_forloeb
    if f is None or f.regime is not lukning.regime:
        return None
    if lukning.akassekode is not None and f.akassekode != lukning.akassekode:
        return None
    return f if f.slutdato is None or f.slutdato > lukning.dato else None
