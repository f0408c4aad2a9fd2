"""What flows: in, registered, waiting; DFDG's services; how far each party is read, who fell silent, who fetches no handovers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from contracts.part import part_i_topic
from gateway.ledger.aktoer import partens_akasse
from gateway.ledger.kanaler import PAA_PAUSE, i_vindue
from gateway.ledger.maaling import UBESVARET_EFTER, er_tavs, tavse_arbejdsdage
from gateway.ledger.raekker import I_TVIVL


@dataclass(frozen=True, slots=True)
class Tjeneste:
    """A DFDG service, all certificates together. ``svartid``: median of the last ten minutes, seconds. ``tilstand`` is the
    worst of its channels: ``aaben``, ``genaabner``, ``nede``, ``adgang``, or ``vindue``, ``pause``."""

    navn: str
    tilstand: str
    siden: datetime | None
    aarsag: str | None
    kanaler: int
    beroerte: tuple[str, ...]
    ventende: int
    i_tvivl: int
    registreret_10_min: int
    svartid: float | None
    takst: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A publisher. ``efter``: records that are not read yet (None: Kafka does not tell); ``usendte``: messages out that wait."""

    part: str
    efter: int | None
    aabne: int
    seneste: datetime | None
    tavs: bool
    usendte: int
    uhentede_overdragelser: int
    aeldste_uhentede: datetime | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Counts of the last hour, and what stands now."""

    ind_time: int
    registreret_time: int
    venter: int
    i_tvivl: int
    stoppet: int
    afvist_time: int
    tjenester: tuple[Tjeneste, ...]
    parter: tuple[Part, ...]


_VAERST = ("adgang", "nede", "vindue", "pause", "genaabner", "aaben")


async def hent(
    pulje: asyncpg.Pool,
    nu: datetime,
    takster: Mapping[str, float],
    ender: Mapping[tuple[str, int], int] | None,
    akasser: frozenset[str] | None,
) -> Flow:
    """``ender``: where Kafka's partitions of events end; None: Kafka does not answer."""
    egne = None if akasser is None else sorted(akasser)
    parter = None if egne is None else [f"akasse.{k}" for k in egne]
    async with pulje.acquire() as conn:
        tal = await conn.fetchrow(
            f"""select (select count(*) from haendelse where modtaget > $1 and ($2::text[] is null or part = any($2))) as ind,
                      (select count(*) from haendelse where modtaget > $1 and status = 'afvist'
                         and ($2::text[] is null or part = any($2))) as afvist,
                      (select count(*) from registrering where besvaret > $1 and fase = 'registreret'
                         and ($3::text[] is null or akassekode = any($3))) as registreret,
                      (select count(*) from haendelse where tilstand in ('venter', 'hoved') and not udenfor
                         and ($2::text[] is null or part = any($2))) as venter,
                      (select count(*) from registrering where {I_TVIVL}
                         and ($3::text[] is null or akassekode = any($3))) as i_tvivl,
                      (select count(*) from doedbrev where status = 'aaben' and ($2::text[] is null or part = any($2))) as stoppet""",
            nu - timedelta(hours=1),
            parter,
            egne,
        )
        if tal is None:
            raise RuntimeError("an aggregate without a row")
        tjenester = await _tjenester(conn, nu, takster, egne)
        return Flow(
            ind_time=tal["ind"],
            registreret_time=tal["registreret"],
            venter=tal["venter"],
            i_tvivl=tal["i_tvivl"],
            stoppet=tal["stoppet"],
            afvist_time=tal["afvist"],
            tjenester=tjenester,
            parter=await _parter(conn, nu, ender, akasser),
        )


async def _tjenester(
    conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record],
    nu: datetime,
    takster: Mapping[str, float],
    egne: list[str] | None,
) -> tuple[Tjeneste, ...]:
    raekker = await conn.fetch(
        f"""select k.*, {i_vindue("$1")} as i_vindue, {PAA_PAUSE} as pauset,
                   (select count(*) from koe where koe.kanal = k.kanal) as ventende
            from kanal k where $2::text[] is null or k.akassekode = any($2) order by k.tjeneste, k.akassekode""",
        nu,
        egne,
    )
    maalt = {
        r["tjeneste"]: r
        for r in await conn.fetch(
            """select tjeneste, count(*) filter (where fase = 'registreret') as antal,
                      percentile_cont(0.5) within group (order by extract(epoch from besvaret - sidst_sendt)::float8)
                        filter (where besvaret >= sidst_sendt) as median
               from registrering where besvaret > $1 and ($2::text[] is null or akassekode = any($2)) group by 1""",
            nu - timedelta(minutes=10),
            egne,
        )
    }
    tvivl = {
        r["tjeneste"]: r["antal"]
        for r in await conn.fetch(
            f"""select tjeneste, count(*) as antal from registrering where {I_TVIVL}
                 and ($1::text[] is null or akassekode = any($1)) group by 1""",
            egne,
        )
    }
    grupper = defaultdict(list)
    for r in raekker:
        tilstand = "vindue" if r["i_vindue"] else "pause" if r["pauset"] else r["tilstand"]
        grupper[r["tjeneste"]].append((tilstand, r))
    ud = []
    for navn, kanaler in sorted(grupper.items()):
        vaerst = min((t for t, _ in kanaler), key=_VAERST.index)
        beroerte = [r for t, r in kanaler if t == vaerst]
        m = maalt.get(navn)
        ud.append(
            Tjeneste(
                navn=navn,
                tilstand=vaerst,
                siden=min(r["siden"] for r in beroerte) if vaerst != "aaben" else None,
                aarsag=next((r["aarsag"] for r in beroerte if r["aarsag"]), None),
                kanaler=len(kanaler),
                beroerte=tuple(r["akassekode"] for r in beroerte) if vaerst != "aaben" else (),
                ventende=sum(r["ventende"] for _, r in kanaler),
                i_tvivl=tvivl.get(navn, 0),
                registreret_10_min=m["antal"] if m else 0,
                svartid=m["median"] if m else None,
                takst=takster.get(navn),
            )
        )
    return tuple(ud)


async def _parter(
    conn: asyncpg.pool.PoolConnectionProxy[asyncpg.Record],
    nu: datetime,
    ender: Mapping[tuple[str, int], int] | None,
    akasser: frozenset[str] | None,
) -> tuple[Part, ...]:
    offsets = await conn.fetch("select topic, partition, naeste, modtaget from topic_offset order by topic, partition")
    aabne = {
        r["part"]: r["antal"]
        for r in await conn.fetch(
            """select part, count(*) as antal from haendelse where tilstand in ('venter', 'hoved') and not udenfor group by 1"""
        )
    }
    usendte = {
        r["part"]: r["antal"]
        for r in await conn.fetch(
            "select split_part(topic, '.', 1) || '.' || split_part(topic, '.', 2) as part, count(*) as antal from udbakke group by 1"
        )
    }
    uhentede: dict[str, tuple[int, datetime]] = {}
    for r in await conn.fetch(
        """select til, count(*) as antal, min(skabt) as aeldste from overdragelse
           where bekraeftet is null and registrering <> 'bortfaldet'
           group by til, (skabt at time zone 'Europe/Copenhagen')::date order by til, aeldste"""
    ):
        if tavse_arbejdsdage(r["aeldste"], nu) >= UBESVARET_EFTER:
            antal, aeldste = uhentede.get(r["til"], (0, r["aeldste"]))
            uhentede[r["til"]] = (antal + r["antal"], aeldste)
    laest: dict[str, dict[str, object]] = {}
    for r in offsets:
        del_ = part_i_topic(r["topic"])
        if del_ is None:
            continue
        part = f"{del_[0]}.{del_[1]}"
        stand = laest.setdefault(part, {"efter": 0, "seneste": None})
        ende = None if ender is None else ender.get((r["topic"], r["partition"]))
        if ende is not None and isinstance(stand["efter"], int):
            stand["efter"] += max(0, ende - r["naeste"])
        seneste = stand["seneste"]
        if r["modtaget"] is not None and (not isinstance(seneste, datetime) or r["modtaget"] > seneste):
            stand["seneste"] = r["modtaget"]
    ud = []
    for part in sorted({*laest, *usendte, *uhentede} - {"gateway.dlq"}):
        if akasser is not None and partens_akasse(part) not in akasser:
            continue
        stand = laest.get(part, {"efter": None, "seneste": None})
        seneste = stand["seneste"] if isinstance(stand["seneste"], datetime) else None
        efter = stand["efter"] if ender is not None and isinstance(stand["efter"], int) else None
        antal, aeldste = uhentede.get(part, (0, None))
        ud.append(
            Part(
                part=part,
                efter=efter,
                aabne=aabne.get(part, 0),
                seneste=seneste,
                tavs=seneste is not None and er_tavs(part, seneste, nu),
                usendte=usendte.get(part, 0),
                uhentede_overdragelser=antal,
                aeldste_uhentede=aeldste,
            )
        )
    return tuple(ud)
