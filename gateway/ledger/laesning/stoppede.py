"""What is stopped, by its cause, with what each cause holds back; and one dead letter beside the last good one of its kind."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from gateway.errors import Adgangsfejl, Betjeningsfejl
from gateway.ledger import logbog, visning
from gateway.ledger.aktoer import partens_akasse
from gateway.ledger.krypto import Noegler
from gateway.ledger.laesning.forskelle import forskelle
from gateway.ledger.raekker import anmodning_fra_json

#: A deadline this near counts as urgent.
SNART = timedelta(days=7)

#: An open dead letter ``d`` of event ``h``: DFDG's code, followers, the nearest deadline, handovers that are held back.
_SKADE = """left join lateral (
        select r.sidste_kode, r.tjeneste, r.operation, r.art from registrering r
        where r.haendelse_ref = h.id and r.fase in ('stoppet', 'i_tvivl') order by r.nr limit 1) r on true
    left join lateral (
        select count(*) as foelgere from haendelse f where f.borger_id = h.borger_id and f.tilstand = 'venter'
          and not f.udenfor) f on not h.udenfor
    left join lateral (
        select least(
            (select min(x.haardeste_dato) from registrering x where x.borger_id = h.borger_id
               and x.fase not in ('registreret', 'opgivet', 'afvist')),
            (select min(t.dato) from frist t where t.borger_id = h.borger_id and t.dato >= $1)) as frist) t on not h.udenfor
    left join lateral (
        select count(*) as overdragelser from overdragelse o where o.borger_id = h.borger_id
          and o.registrering = 'afventer') o on not h.udenfor"""


@dataclass(frozen=True, slots=True)
class Aarsag:
    """Dead letters of one cause: our code, DFDG's where it gave one, and the type. ``skade`` sorts: citizens with a deadline
    within a week, handovers held back, followers, citizens."""

    kode: str
    dfdg_kode: str | None
    type: str | None
    tekst: str
    antal: int
    borgere: int
    foelgere: int
    aeldste: datetime
    naermeste_frist: date | None
    haster: int
    overdragelser: int
    parter: tuple[str, ...]

    @property
    def skade(self) -> tuple[int, int, int, int]:
        return self.haster, self.overdragelser, self.foelgere, self.borgere


@dataclass(frozen=True, slots=True)
class Stoppet:
    """One dead letter in a list."""

    dlq_id: UUID
    pseudonym: str | None
    haendelse_id: str | None
    type: str | None
    part: str
    kode: str
    dfdg_kode: str | None
    tekst: str
    siden: datetime
    foelgere: int
    naermeste_frist: date | None
    overdragelser: int


async def aarsager(pulje: asyncpg.Pool, idag: date, akasser: frozenset[str] | None) -> list[Aarsag]:
    """Open dead letters by cause, the most harmful first."""
    raekker = await pulje.fetch(
        f"""select d.kode, r.sidste_kode as dfdg_kode, d.type, min(d.tekst) as tekst, count(*) as antal,
                   count(distinct h.borger_id) as borgere, coalesce(sum(f.foelgere), 0)::int as foelgere,
                   min(d.siden) as aeldste, min(t.frist) as naermeste_frist,
                   count(distinct h.borger_id) filter (where t.frist <= $2) as haster,
                   coalesce(sum(o.overdragelser), 0)::int as overdragelser, array_agg(distinct d.part) as parter
            from doedbrev d join haendelse h on h.id = d.haendelse_ref {_SKADE}
            where d.status = 'aaben' and ($3::text[] is null or d.part = any($3))
            group by 1, 2, 3""",
        idag,
        idag + SNART,
        _parter(akasser),
    )
    fundne = [Aarsag(**{**dict(r), "parter": tuple(r["parter"])}) for r in raekker]
    return sorted(fundne, key=lambda a: (*(-x for x in a.skade), a.aeldste))


async def liste(
    pulje: asyncpg.Pool,
    idag: date,
    akasser: frozenset[str] | None,
    *,
    kode: str | None = None,
    dfdg_kode: str | None = None,
    type_: str | None = None,
    hoejst: int = 200,
    forbi: int = 0,
) -> list[Stoppet]:
    """Open dead letters, of one cause or all, in the order in which they stopped; ``forbi``: so many are passed over."""
    raekker = await pulje.fetch(
        f"""select d.id as dlq_id, b.pseudonym, h.haendelse_id, d.type, d.part, d.kode, r.sidste_kode as dfdg_kode, d.tekst,
                   d.siden, coalesce(f.foelgere, 0) as foelgere, t.frist as naermeste_frist, coalesce(o.overdragelser, 0) as overdragelser
            from doedbrev d join haendelse h on h.id = d.haendelse_ref left join borger b on b.id = h.borger_id {_SKADE}
            where d.status = 'aaben' and ($2::text[] is null or d.part = any($2)) and ($3::text is null or d.kode = $3)
              and ($4::text is null or r.sidste_kode = $4) and ($5::text is null or d.type = $5)
            order by d.siden, d.id limit $6 offset $7""",
        idag,
        _parter(akasser),
        kode,
        dfdg_kode,
        type_,
        hoejst,
        forbi,
    )
    return [Stoppet(**dict(r)) for r in raekker]


async def ider(
    pulje: asyncpg.Pool, akasser: frozenset[str] | None, kode: str | None, dfdg_kode: str | None, type_: str | None
) -> list[UUID]:
    """Every open dead letter of a cause (without one: all), in the order in which they stopped."""
    raekker = await pulje.fetch(
        """select d.id from doedbrev d
           where d.status = 'aaben' and ($1::text is null or d.kode = $1) and ($2::text[] is null or d.part = any($2))
             and ($4::text is null or d.type = $4)
             and ($3::text is null or exists (select 1 from registrering r where r.haendelse_ref = d.haendelse_ref
                    and r.fase in ('stoppet', 'i_tvivl') and r.sidste_kode = $3))
           order by d.siden, d.id""",
        kode,
        _parter(akasser),
        dfdg_kode,
        type_,
    )
    return [r["id"] for r in raekker]


async def en(
    pulje: asyncpg.Pool, noegler: Noegler, dlq_id: UUID, akasser: frozenset[str] | None, idag: date = date.min
) -> dict[str, Any]:
    """One dead letter: its event, what it holds back, its request with DFDG's answer, the last good one of its kind and where
    the two differ, what was done to it. ``idag``: deadlines from this day on count. Raises ``Betjeningsfejl`` for an unknown one, ``Adgangsfejl`` for another's."""
    d = await pulje.fetchrow(
        """select d.*, h.kilde, h.haendelse_id, h.raa_krypt, h.original_krypt, h.modtaget, h.tilstand, h.udenfor, h.borger_id,
                  b.pseudonym, b.cpr_krypt,
                  (select count(*) from haendelse f where f.borger_id = h.borger_id and f.tilstand = 'venter'
                     and not f.udenfor) as foelgere,
                  least((select min(x.haardeste_dato) from registrering x where x.borger_id = h.borger_id
                           and x.fase not in ('registreret', 'opgivet', 'afvist')),
                        (select min(t.dato) from frist t where t.borger_id = h.borger_id and t.dato >= $2)) as naermeste_frist,
                  (select count(*) from overdragelse o where o.borger_id = h.borger_id and o.registrering = 'afventer')
                    as overdragelser
           from doedbrev d join haendelse h on h.id = d.haendelse_ref left join borger b on b.id = h.borger_id
           where d.id = $1""",
        dlq_id,
        idag,
    )
    if d is None:
        raise Betjeningsfejl(f"der er intet stoppet med id {dlq_id}")
    if akasser is not None and partens_akasse(d["part"]) not in akasser:
        raise Adgangsfejl("hændelsen er en anden parts")
    cprer = [noegler.dekrypter(d["cpr_krypt"]).decode()] if d["cpr_krypt"] else []
    registreringer = [
        registrering(r, noegler, cprer)
        for r in await pulje.fetch(
            "select * from registrering where haendelse_ref = $1 order by nr", d["haendelse_ref"]
        )
    ]
    fejlende = next((r for r in registreringer if r["fase"] in ("stoppet", "i_tvivl")), None)
    god = await _god(pulje, noegler, fejlende, akasser) if fejlende else None
    return {
        **{
            n: d[n]
            for n in (
                "udgave",
                "part",
                "type",
                "kode",
                "tekst",
                "status",
                "siden",
                "kilde",
                "foelgere",
                "naermeste_frist",
                "overdragelser",
                "modtaget",
                "udenfor",
            )
        },
        "dlqId": str(d["id"]),
        "haendelseId": d["haendelse_id"],
        "borger": d["pseudonym"],
        "haendelse": visning.haendelse(noegler.dekrypter(d["raa_krypt"])),
        "original": visning.haendelse(noegler.dekrypter(d["original_krypt"])) if d["original_krypt"] else None,
        "registreringer": registreringer,
        "fejlende": fejlende,
        "senesteGode": god,
        "forskelle": forskelle(fejlende["krop"], god["krop"]) if fejlende and god else [],
        "handlinger": await logbog.laes(pulje, noegler, maal=str(dlq_id)),
    }


async def _god(
    pulje: asyncpg.Pool, noegler: Noegler, fejlende: dict[str, Any], akasser: frozenset[str] | None
) -> dict[str, Any] | None:
    r = await pulje.fetchrow(
        """select r.*, b.cpr_krypt from registrering r join borger b on b.id = r.borger_id
           where r.art = $1 and r.fase = 'registreret' and ($2::text[] is null or r.akassekode = any($2))
           order by r.id desc limit 1""",
        fejlende["art"],
        None if akasser is None else sorted(akasser),
    )
    return registrering(r, noegler, [noegler.dekrypter(r["cpr_krypt"]).decode()]) if r and fejlende["art"] else None


def registrering(r: Any, noegler: Noegler, cprer: list[str]) -> dict[str, Any]:
    """A stored registration for reading: its request as it was rendered and DFDG's newest answer, masked."""
    a = anmodning_fra_json(noegler.dekrypter(r["anmodning_krypt"]))
    svar = zlib.decompress(noegler.dekrypter(r["svar_krypt"])) if r["svar_krypt"] else b""
    return {
        **{
            n: r[n]
            for n in (
                "id", "nr", "tjeneste", "operation", "klasse", "akassekode", "fase", "forsoeg", "art", "haardeste_dato",
                "foerst_sendt", "sidst_sendt", "besvaret", "http_status", "sidste_kode", "registreret",
            )
        },
        "entitetsId": r["entitets_id"],
        "registreringsId": r["registrerings_id"],
        "requestId": f"{r['request_uuid']}-{r['request_nr']}" if r["request_uuid"] else None,
        "metode": a.metode,
        "sti": visning.skjul(a.sti, cprer),
        "krop": visning.laeselig(a.krop, cprer),
        "svar": visning.laeselig(svar, cprer) if svar else None,
    }  # fmt: skip


def _parter(akasser: frozenset[str] | None) -> list[str] | None:
    return None if akasser is None else [f"akasse.{k}" for k in sorted(akasser)]
