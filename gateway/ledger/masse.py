"""Acts on many dead letters: one after another, in the order in which they stopped, never faster than the rate.

An act that is refused (somebody was there first, another stands before it) is noted and the next one follows. The command
line does them itself; those that console and API ask for are kept as a task, which any process that serves operators carries
on with, also after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson

from gateway.errors import Betjeningsfejl, UlovligOvergang
from gateway.ledger import logbog
from gateway.ledger.aktoer import Aktoer, Rettigheder
from gateway.ledger.operatoer import Operatoer
from gateway.telemetry import masker

Handling = Literal["retry", "skip"]
#: Acts a second unless the installation says otherwise: a retry costs DFDG a call and the ledger a transaction.
TAKT = 20.0
_LEASE = "60 seconds"


@dataclass(slots=True)
class Masseudfald:
    """What became of the acts."""

    udfoerte: list[UUID] = field(default_factory=list)
    afviste: list[dict[str, str]] = field(default_factory=list)


def _handling(op: Operatoer, navn: str) -> Callable[[Sequence[UUID], str], Awaitable[list[UUID]]]:
    return op.genkoer if navn == "retry" else op.spring_over


async def udfoer(
    op: Operatoer, navn: Handling, ider: Sequence[UUID], begrundelse: str, takt: float = TAKT
) -> Masseudfald:
    """Does them here and now, ``takt`` a second at most. Raises ``Betjeningsfejl`` when there is only one and it is refused."""
    ud = Masseudfald()
    handling = _handling(op, navn)
    for nr, id_ in enumerate(ider):
        if nr:
            await asyncio.sleep(1 / takt)
        try:
            ud.udfoerte += await handling([id_], begrundelse)
        except (Betjeningsfejl, UlovligOvergang) as fejl:
            if len(ider) == 1:
                raise
            ud.afviste.append({"dlqId": str(id_), "grund": masker(getattr(fejl, "dansk", str(fejl)))})
    return ud


class Masseopgaver:
    """``operatoer`` gives the acts of somebody; ``takt``: acts a second."""

    def __init__(self, pulje: asyncpg.Pool, operatoer: Callable[[Aktoer], Operatoer], *, takt: float = TAKT) -> None:
        self._pulje = pulje
        self._operatoer = operatoer
        self._takt = takt

    async def opret(self, aktoer: Aktoer, handling: Handling, ider: Sequence[UUID], begrundelse: str) -> int:
        """Keeps the task; ``gaa`` carries it out. Returns its number. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        if not ider:
            raise Betjeningsfejl(
                "there is nothing to act on: the dead letters are no longer open",
                dansk="Der er intet at gøre: hændelserne er ikke længere stoppet.",
            )
        async with self._pulje.acquire() as conn, conn.transaction():
            id_: int = await conn.fetchval(
                """insert into masseopgave (handling, ider, hvem, via, roller, begrundelse)
                   values ($1, $2, $3, $4, $5, $6) returning id""",
                handling,
                list(ider),
                aktoer.navn,
                aktoer.via,
                aktoer.rettigheder.som_tekst(),
                masker(begrundelse),
            )
            efter = {"antal": len(ider), "pr_sekund": self._takt}
            await logbog.noter(conn, aktoer, f"masse {handling}", id_, begrundelse, efter=efter)
            return id_

    async def stop(self, aktoer: Aktoer, id_: int, begrundelse: str) -> None:
        """Ends a task before it is through; what it has done stands. Raises ``Betjeningsfejl``."""
        begrundelse = logbog.kraev_begrundelse(begrundelse)
        async with self._pulje.acquire() as conn, conn.transaction():
            r = await conn.fetchrow("select * from masseopgave where id = $1 and afsluttet is null", id_)
            if r is None:
                raise Betjeningsfejl(f"there is no task {id_} under way", dansk="Opgaven er afsluttet.")
            if r["hvem"] != aktoer.navn:
                aktoer.kraev(None)
            await conn.execute("update masseopgave set stoppet = now(), afsluttet = now() where id = $1", id_)
            await logbog.noter(conn, aktoer, "masse stop", id_, begrundelse, foer={"udfoerte": r["udfoerte"]})

    async def alle(self, *, hoejst: int = 20) -> list[dict[str, Any]]:
        """Tasks, newest first, with how far they have come."""
        raekker = await self._pulje.fetch(
            """select id, handling, cardinality(ider) as antal, naeste, udfoerte, afviste, hvem, begrundelse, oprettet, stoppet,
                      afsluttet from masseopgave order by id desc limit $1""",
            hoejst,
        )
        return [{**dict(r), "afviste": orjson.loads(r["afviste"])} for r in raekker]

    async def gaa(self) -> int:
        """A second's worth of the task that has least left: a few that are urgent need not wait for thousands. Returns how many
        acts were tried."""
        r = await self._pulje.fetchrow(
            f"""update masseopgave set lease_til = now() + interval '{_LEASE}' where id = (
                   select id from masseopgave where afsluttet is null and lease_til < now()
                   order by cardinality(ider) - naeste, id limit 1
                   for update skip locked)
               returning *"""
        )
        if r is None:
            return 0
        rettigheder = Rettigheder.fra_tekst(r["roller"])
        op = self._operatoer(Aktoer(r["hvem"], r["via"], rettigheder))
        portion = r["ider"][r["naeste"] : r["naeste"] + max(1, round(self._takt))]
        for nr, id_ in enumerate(portion, start=r["naeste"] + 1):
            afvist: list[dict[str, str]] = []
            try:
                await _handling(op, r["handling"])([id_], r["begrundelse"])
            except (Betjeningsfejl, UlovligOvergang) as fejl:
                afvist = [{"dlqId": str(id_), "grund": masker(getattr(fejl, "dansk", str(fejl)))}]
            videre = await self._pulje.fetchval(
                """update masseopgave set naeste = $2, udfoerte = udfoerte + $3, afviste = afviste || $4::jsonb
                   where id = $1 and afsluttet is null returning 1""",
                r["id"],
                nr,
                0 if afvist else 1,
                orjson.dumps(afvist).decode(),
            )
            if videre is None:
                return nr - int(r["naeste"])
            await asyncio.sleep(1 / self._takt)
        await self._pulje.execute(
            """update masseopgave set lease_til = now(),
                      afsluttet = case when naeste >= cardinality(ider) then coalesce(afsluttet, now()) end
               where id = $1 and stoppet is null""",
            r["id"],
        )
        return len(portion)
