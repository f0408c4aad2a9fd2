"""Finding a citizen by a pseudonym, an event's id, a talk's id, a request id; or by CPR number, which is never kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from contracts.felter import er_cpr
from gateway.errors import Betjeningsfejl
from gateway.ledger import logbog
from gateway.ledger.aktoer import LAESERE, Aktoer, partens_akasse
from gateway.ledger.krypto import Noegler

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_REQUEST = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(-\d+)?", re.IGNORECASE)

#: Every source by a walk over the index of (kilde, haendelse_id), then the id within each: no scan.
_HAENDELSE = """with recursive kilder as (
        (select kilde from haendelse where haendelse_id is not null and kilde is not null and tilstand <> 'kasseret'
         order by kilde limit 1)
        union all
        select (select h.kilde from haendelse h where h.haendelse_id is not null and h.kilde > k.kilde
                  and h.tilstand <> 'kasseret' order by h.kilde limit 1)
        from kilder k where k.kilde is not null)
    select h.borger_id, h.part, h.haendelse_id, h.type, h.id from kilder k
    join haendelse h on h.kilde = k.kilde and h.haendelse_id = $1 and h.tilstand <> 'kasseret'
    where k.kilde is not null"""


@dataclass(frozen=True, slots=True)
class Fund:
    """Where the searched word was found (``som``: pseudonym, haendelse, samtale, request, entitet, cpr)."""

    som: str
    pseudonym: str | None
    part: str | None
    haendelse_id: str | None
    type: str | None
    anker: int | None


async def soeg(pulje: asyncpg.Pool, ord_: str, akasser: frozenset[str] | None) -> list[Fund]:
    """What the word names, of those whose events may be seen. A CPR number is refused here (``soeg_cpr``)."""
    ord_ = ord_.strip()
    if er_cpr(ord_.replace("-", "").replace(" ", "")):
        raise Betjeningsfejl("et CPR-nummer søges i feltet til CPR, så det ikke bliver stående i adressen")
    if not ord_ or len(ord_) > 200:
        return []
    raekker: list[tuple[str, asyncpg.Record]] = []
    if _PSEUDONYM.fullmatch(ord_.lower()):
        raekker += [
            ("pseudonym", r)
            for r in await pulje.fetch(
                """select distinct on (h.part) h.borger_id, h.part, null::text as haendelse_id, null::text as type, null::bigint as id
                   from borger b join haendelse h on h.borger_id = b.id where b.pseudonym = $1""",
                ord_.lower(),
            )
        ]
    raekker += [("haendelse", r) for r in await pulje.fetch(_HAENDELSE, ord_)]
    if (m := _REQUEST.fullmatch(ord_)) is not None:
        id_ = UUID(m[1])
        raekker += [("samtale", r) for r in await pulje.fetch(
            "select borger_id, part, haendelse_id, type, id from haendelse where samtale_id = $1 order by id", id_)]  # fmt: skip
        raekker += [("request", r) for r in await pulje.fetch(
            """select h.borger_id, h.part, h.haendelse_id, h.type, h.id from registrering r
               join haendelse h on h.id = r.haendelse_ref where r.request_uuid = $1""", id_)]  # fmt: skip
        raekker += [("entitet", r) for r in await pulje.fetch(
            """select h.borger_id, h.part, h.haendelse_id, h.type, h.id from registrering r
               join haendelse h on h.id = r.haendelse_ref where r.entitets_id = $1 order by h.id""", str(id_))]  # fmt: skip
    synlige = [(som, r) for som, r in raekker if akasser is None or partens_akasse(r["part"]) in akasser]
    pseudonymer = {
        r["id"]: r["pseudonym"]
        for r in await pulje.fetch(
            "select id, pseudonym from borger where id = any($1::bigint[])",
            [r["borger_id"] for _, r in synlige if r["borger_id"]],
        )
    }
    fundne = [
        Fund(som, pseudonymer.get(r["borger_id"]), r["part"], r["haendelse_id"], r["type"], r["id"])
        for som, r in synlige
    ]
    if any(f.som == "pseudonym" for f in fundne):
        # One line for the citizen, whoever told of them.
        fundne = [next(f for f in fundne if f.som == "pseudonym"), *(f for f in fundne if f.som != "pseudonym")]
    return fundne


async def soeg_cpr(pulje: asyncpg.Pool, noegler: Noegler, cpr: str, aktoer: Aktoer, begrundelse: str) -> str | None:
    """The pseudonym of whoever has the number; None: nobody that they may see. The search is an act: who asked, why and whom
    it found is kept, the number is not. Raises ``Betjeningsfejl`` for what is no CPR number."""
    begrundelse = logbog.kraev_begrundelse(begrundelse)
    cpr = cpr.strip().replace("-", "").replace(" ", "")
    if not er_cpr(cpr):
        raise Betjeningsfejl("et CPR-nummer er ti cifre og begynder med en dato, der findes")
    akasser = aktoer.rettigheder.akasser(*LAESERE)
    async with pulje.acquire() as conn, conn.transaction():
        r = await conn.fetchrow(
            "select b.id, b.pseudonym from borger_alias a join borger b on b.id = a.borger_id where a.cpr_hash = $1",
            noegler.cpr_hash(cpr),
        )
        pseudonym: str | None = None
        akassekode = None
        if r is not None:
            dele = {
                partens_akasse(x["part"])
                for x in await conn.fetch("select distinct part from haendelse where borger_id = $1", r["id"])
            }
            synlige = dele if akasser is None else dele & akasser
            pseudonym = r["pseudonym"] if synlige or akasser is None else None
            akassekode = next(iter(sorted(x for x in synlige if x)), None) if len(synlige - {None}) == 1 else None
        await logbog.noter(
            conn,
            aktoer,
            "soeg cpr",
            pseudonym or "ingen",
            begrundelse,
            efter={"fundet": pseudonym is not None},
            akassekode=akassekode,
        )
        return pseudonym
