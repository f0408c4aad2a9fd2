"""The figures that operators are alarmed by, read from the ledger in a few indexed queries. Counts, ages and codes; never a
citizen. Every replica reads the same ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import asyncpg

from contracts.dfdg.opslag import LAESES_HOS
from contracts.part import part_i_topic
from gateway.ledger.db import Forbindelse
from gateway.ledger.inkarnation import IKKE_KLAR
from gateway.ledger.kanaler import i_vindue
from gateway.ledger.raekker import I_TVIVL
from gateway.ledger.snapshots import aeldste
from gateway.ledger.ur import dag
from gateway.rules.arbejdsdage import er_arbejdsdag

#: Choice: so many whole working days without an event, and a party is silent. An a-kasse has something to tell every working day;
#: a jobcenter answers a few members of the trial. The alarms say the same (tests/alarmer).
TAVS_EFTER = {"akasse": 1, "jobcenter": 10}
#: Choice: so many whole working days, and a handover that nobody has answered is overdue.
UBESVARET_EFTER = 3


@dataclass(frozen=True, slots=True)
class Antal:
    """How many, and since when the oldest of them."""

    antal: int
    siden: datetime | None = None

    def alder(self, nu: datetime) -> float:
        """Seconds of the oldest at ``nu``; 0 when there is none."""
        return max(0.0, (nu - self.siden).total_seconds()) if self.siden is not None else 0.0


INGEN = Antal(0)


@dataclass(frozen=True, slots=True)
class Kanalstand:
    """A channel as it stands: ``aaben``, ``genaabner``, ``nede``, ``adgang``, or ``vindue`` while a window explains it."""

    tjeneste: str
    akassekode: str
    tilstand: str
    siden: datetime


@dataclass(frozen=True, slots=True)
class Ledgermaal:
    """One measurement at ``tid``. Keys: an event's state, a service of DFDG's (of what is in doubt with the one at which that
    is read back), a dead letter's code, a party (``akasse.01``), a topic."""

    tid: datetime
    haendelser: dict[str, Antal] = field(default_factory=dict)
    i_tvivl: dict[tuple[str, str], Antal] = field(default_factory=dict)
    stoppede: dict[str, Antal] = field(default_factory=dict)
    stoppedes_naermeste_frist: date | None = None
    kanaler: tuple[Kanalstand, ...] = ()
    koe: dict[str, int] = field(default_factory=dict)
    koe_forbi_dato: int = 0
    udbakke: dict[str, Antal] = field(default_factory=dict)
    parter: dict[str, datetime | None] = field(default_factory=dict)
    overdragelser: dict[str, Antal] = field(default_factory=dict)
    laest_til: dict[tuple[str, int], int] = field(default_factory=dict)
    spaerringer: int = 0
    karantaener: int = 0
    vinduer: int = 0
    topicbrud: int = 0
    dfdg_beskeder_parkeret: int = 0
    inkarnation_klar: bool = True
    modtagelse_pauset: bool = False
    database_bytes: int = 0
    aeldste_snapshot: float = 0.0


async def maal(pulje: asyncpg.Pool, nu: datetime) -> Ledgermaal:
    """Measures. ``nu``: the present time (aware). Raises what the database raises when it is away."""
    async with pulje.acquire() as conn, conn.transaction(readonly=True):
        frist, ialt = await _stoppede(conn)
        enkelte = await conn.fetchrow(
            f"""select (select count(*) from spaerring where ophaevet is null) as spaerringer,
                       (select count(*) from karantaene where ophaevet is null) as karantaener,
                       (select count(*) from vindue where fra <= $1 and meldt <> 'slut') as vinduer,
                       (select count(*) from topicbrud where opdaget > $1 - interval '1 day') as topicbrud,
                       (select count(*) from dfdg_besked where tilstand = 'parkeret') as parkeret,
                       {IKKE_KLAR} as ikke_klar,
                       exists (select 1 from indstilling where noegle = 'modtagelse_pauset') as pauset,
                       pg_database_size(current_database()) as stoerrelse,
                       (select count(*) from koe where haardeste_dato < $2) as forbi""",
            nu,
            dag(nu),
        )
        if enkelte is None:
            raise RuntimeError("a select without a row")
        return Ledgermaal(
            tid=nu,
            haendelser=await _grupper(
                conn,
                """select tilstand as n, count(*), min(modtaget) as siden from haendelse
                   where tilstand in ('venter', 'hoved', 'stoppet') and not udenfor group by 1""",
            ),
            i_tvivl=await _i_tvivl(conn),
            stoppede=ialt,
            stoppedes_naermeste_frist=frist,
            kanaler=await _kanaler(conn, nu),
            koe={
                r["n"]: r["count"]
                for r in await conn.fetch("select split_part(kanal, '|', 1) as n, count(*) from koe group by 1")
            },
            koe_forbi_dato=enkelte["forbi"],
            udbakke=await _grupper(
                conn,
                """select u.topic as n, u.antal as count, b.skabt as siden
                   from (select topic, count(*) as antal, min(id) as id from udbakke group by 1) u
                   join besked b on b.id = u.id""",
            ),
            parter=await _parter(conn),
            overdragelser=await _grupper(
                conn,
                """select til as n, count(*), min(skabt) as siden from overdragelse
                   where bekraeftet is null and registrering <> 'bortfaldet' group by 1""",
            ),
            laest_til={
                (r["topic"], r["partition"]): r["naeste"]
                for r in await conn.fetch("select topic, partition, naeste from topic_offset")
            },
            spaerringer=enkelte["spaerringer"],
            karantaener=enkelte["karantaener"],
            vinduer=enkelte["vinduer"],
            topicbrud=enkelte["topicbrud"],
            dfdg_beskeder_parkeret=enkelte["parkeret"],
            inkarnation_klar=not enkelte["ikke_klar"],
            modtagelse_pauset=enkelte["pauset"],
            database_bytes=enkelte["stoerrelse"],
            aeldste_snapshot=await aeldste(conn),
        )


async def _grupper(conn: Forbindelse, sql: str) -> dict[str, Antal]:
    return {r["n"]: Antal(r["count"], r["siden"]) for r in await conn.fetch(sql)}


async def _i_tvivl(conn: Forbindelse) -> dict[tuple[str, str], Antal]:
    raekker = await conn.fetch(
        f"""select tjeneste, operation, count(*) as antal, min(coalesce(tvivl_siden, sidst_sendt)) as siden from registrering
           where {I_TVIVL} group by 1, 2"""
    )
    ud: dict[tuple[str, str], Antal] = {}
    for r in raekker:
        noegle = r["tjeneste"], LAESES_HOS.get(r["operation"], r["tjeneste"])
        foer = ud.get(noegle, INGEN)
        sider = [s for s in (foer.siden, r["siden"]) if s is not None]
        ud[noegle] = Antal(foer.antal + r["antal"], min(sider, default=None))
    return ud


async def _stoppede(conn: Forbindelse) -> tuple[date | None, dict[str, Antal]]:
    """Open dead letters by code, and the nearest date of what they hold."""
    efter_kode = await _grupper(
        conn, "select kode as n, count(*), min(siden) as siden from doedbrev where status = 'aaben' group by 1"
    )
    frist: date | None = await conn.fetchval(
        """select min(r.haardeste_dato) from doedbrev d join registrering r on r.haendelse_ref = d.haendelse_ref
           where d.status = 'aaben' and r.fase not in ('registreret', 'opgivet')"""
    )
    return frist, efter_kode


async def _kanaler(conn: Forbindelse, nu: datetime) -> tuple[Kanalstand, ...]:
    raekker = await conn.fetch(
        # A channel that only probes after an outage is down until a probe was answered.
        f"""select k.tjeneste, k.akassekode, k.siden, {i_vindue("$1")} as i_vindue,
                   case when k.tilstand = 'genaabner' and k.trin = 0 and k.proever > 0 then 'nede' else k.tilstand end
                   as tilstand
            from kanal k where k.kanal not like '%#spaerret' order by k.kanal""",
        nu,
    )
    return tuple(
        Kanalstand(r["tjeneste"], r["akassekode"], "vindue" if r["i_vindue"] else r["tilstand"], r["siden"])
        for r in raekker
    )


async def _parter(conn: Forbindelse) -> dict[str, datetime | None]:
    """When each party last gave an event; None: never since it is watched."""
    raekker = await conn.fetch("select topic, max(modtaget) as senest from topic_offset group by 1 order by 1")
    fundne = ((part_i_topic(r["topic"]), r["senest"]) for r in raekker)
    return {f"{part[0]}.{part[1]}": senest for part, senest in fundne if part is not None}


def tavse_arbejdsdage(senest: datetime, nu: datetime) -> int:
    """Whole working days (Copenhagen) that have passed without an event: those after the day of the last one, before
    today."""
    dag_, idag, antal = dag(senest) + timedelta(days=1), dag(nu), 0
    # A party that left long ago need not be counted to the day.
    while dag_ < idag and antal < 100:
        antal += er_arbejdsdag(dag_)
        dag_ += timedelta(days=1)
    return antal


def er_tavs(part: str, senest: datetime, nu: datetime) -> bool:
    """Whether ``part`` (``akasse.01``), heard last at ``senest``, has been silent for too long."""
    return tavse_arbejdsdage(senest, nu) >= TAVS_EFTER[part.split(".")[0]]
