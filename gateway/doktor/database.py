"""The database: does it answer, is its schema this version's, does it keep what it is told, is there room?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg

from gateway.doktor.fund import Fund, advarsel, fejl, ok
from gateway.ledger.db import DATABASE_SVIGTER, Forbindelse, migrationer
from gateway.ledger.raekker import I_TVIVL
from gateway.ledger.snapshots import GAMMELT, aabne
from gateway.opsaetning import fri_plads, pladsgraenser
from gateway.settings import Settings

#: Clocks that differ by so many seconds: times of answers no longer fit; the 5-minute check of events is at stake.
SKAEV, MEGET_SKAEV = 2.0, 60.0
#: Older code lists than this are told (as the alarm does).
KODELISTE = timedelta(hours=48)
_KANAL = "`gateway status` viser hvilke."


@dataclass(slots=True)
class Databasefund:
    """``akasser``: a-kasser whose topics were read; ``kendte``: (topic, partition) -> read to."""

    fund: list[Fund] = field(default_factory=list)
    akasser: list[str] = field(default_factory=list)
    parter: list[tuple[str, str]] = field(default_factory=list)


async def kontroller(settings: Settings, *, foer_opgradering: bool) -> Databasefund:
    """Never raises for what the database does or lacks."""
    ud = Databasefund()
    try:
        conn = await asyncpg.connect(str(settings.database.url), timeout=5, command_timeout=15)
    except (*DATABASE_SVIGTER, ValueError) as f:
        ud.fund.append(
            fejl(
                "database",
                f"PostgreSQL svarer ikke ({type(f).__name__})",
                "Start den, eller ret GATEWAY_DATABASE__URL (adresse, bruger, databasens navn).",
            )
        )
        return ud
    try:
        ud.fund += await _server(conn)
        ud.fund.append(await _ur(conn))
        migreret, fund = await _migrationer(conn, foer_opgradering)
        ud.fund.append(fund)
        ud.fund += await _plads(conn, settings)
        ud.fund += await _snapshots(conn)
        if migreret:
            await _ledger(conn, ud)
            if foer_opgradering:
                ud.fund += await _foer_opgradering(conn)
    except DATABASE_SVIGTER as f:
        ud.fund.append(fejl("database", f"en forespørgsel mislykkedes ({type(f).__name__})", "Se PostgreSQL's log."))
    finally:
        await conn.close()
    return ud


async def _server(conn: Forbindelse) -> list[Fund]:
    r = await conn.fetchrow(
        """select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync,
                  current_setting('synchronous_commit') as bekraeft, current_setting('server_encoding') as tegn,
                  current_setting('max_connections')::int as hoejst, pg_is_in_recovery() as kopi,
                  (select count(*) from pg_stat_activity) as brugt"""
    )
    assert r is not None
    fund = []
    if r["kopi"]:
        fund.append(fejl("database", "serveren er en kopi (recovery) og kan ikke skrives", "Brug den primære server."))
    if r["version"] < 15:
        fund.append(fejl("database", f"PostgreSQL {r['version']} er for gammel", "Brug version 15 eller nyere."))
    if r["fsync"] != "on" or r["bekraeft"] == "off":
        fund.append(fejl("database", f"fsync={r['fsync']}, synchronous_commit={r['bekraeft']}: det kvitterede kan gå tabt",
                         "Sæt begge til on."))  # fmt: skip
    if r["tegn"] != "UTF8":
        fund.append(fejl("database", f"tegnsættet er {r['tegn']}", "Opret databasen med encoding UTF8."))
    if r["brugt"] > r["hoejst"] * 0.8:
        fund.append(
            advarsel("database", f"{r['brugt']} af {r['hoejst']} forbindelser er i brug", "Hæv max_connections.")
        )
    return fund or [ok("database", f"PostgreSQL {r['version']}, fsync og synchronous_commit er slået til")]


async def _ur(conn: Forbindelse) -> Fund:
    foer = datetime.now(UTC)
    deres = await conn.fetchval("select clock_timestamp()")
    efter = datetime.now(UTC)
    return ur("databasens ur", (deres - (foer + (efter - foer) / 2)).total_seconds())


def ur(hvis: str, skaevhed: float) -> Fund:
    """A clock that differs from this machine's by ``skaevhed`` seconds."""
    tekst = f"{hvis} går {abs(skaevhed):.1f} s {'foran' if skaevhed > 0 else 'efter'} denne maskines"
    if abs(skaevhed) < SKAEV:
        return ok("ur", f"{hvis} følger denne maskines ({skaevhed:+.1f} s)")
    loesning = "Slå NTP til på begge maskiner (chrony eller systemd-timesyncd)."
    return fejl("ur", tekst, loesning) if abs(skaevhed) >= MEGET_SKAEV else advarsel("ur", tekst, loesning)


async def _migrationer(conn: Forbindelse, foer_opgradering: bool) -> tuple[bool, Fund]:
    findes = await conn.fetchval("select to_regclass('migration')")
    koerte = {r["nr"]: r["navn"] for r in await conn.fetch("select nr, navn from migration")} if findes else {}
    egne = {nr: navn for nr, navn, _ in migrationer()}
    mangler = [navn for nr, navn in egne.items() if nr not in koerte]
    nyere = [navn for nr, navn in koerte.items() if nr not in egne]
    if mangler and foer_opgradering:
        return not set(koerte) ^ set(egne), ok("migrationer", f"opgraderingen kører {', '.join(mangler)}")
    if mangler:
        return False, fejl("migrationer", f"databasen mangler {', '.join(mangler)}", "Kør `gateway migrate`.")
    if nyere:
        return True, advarsel("migrationer", f"databasen er migreret af en nyere version ({', '.join(nyere)})",
                              "Opgrader også denne proces; den arbejder videre imens.")  # fmt: skip
    return True, ok("migrationer", f"alle {len(egne)} er kørt")


async def _plads(conn: Forbindelse, settings: Settings) -> list[Fund]:
    stoerrelse = int(await conn.fetchval("select pg_database_size(current_database())"))
    g = pladsgraenser(settings)
    fund = []
    gb = stoerrelse / 1e9
    if g.hoejst is None and settings.produktion:
        fund.append(advarsel("disk", f"databasen fylder {gb:.2f} GB, og ingen har sat en grænse",
                             "Sæt GATEWAY_DATABASE__HOEJST_GB, så modtagelsen holder pause, før disken er fuld."))  # fmt: skip
    elif g.hoejst is not None and stoerrelse >= g.hoejst * 0.9:
        laast = stoerrelse >= g.hoejst
        (fund.append(fejl("disk", f"databasen fylder {gb:.2f} af {g.hoejst / 1e9:.2f} GB; der læses ikke fra Kafka",
                          "Hæv GATEWAY_DATABASE__HOEJST_GB, eller giv databasen mere plads."))
         if laast else
         fund.append(advarsel("disk", f"databasen fylder {gb:.2f} af {g.hoejst / 1e9:.2f} GB",
                              "Hæv GATEWAY_DATABASE__HOEJST_GB, eller sæt GATEWAY_BEVARING__HAENDELSER_DAGE ned.")))  # fmt: skip
    fri = fri_plads(settings.data_dir)
    if g.fri is not None and fri < g.fri:
        fund.append(fejl("disk", f"{fri / 1e9:.1f} GB er fri; under {g.fri / 1e9:.1f} GB læses ikke fra Kafka",
                         "Gør plads på disken, eller flyt GATEWAY_DATA_DIR."))  # fmt: skip
    return fund or [ok("disk", f"databasen fylder {gb:.2f} GB; {fri / 1e9:.0f} GB er fri ved {settings.data_dir}")]


async def _snapshots(conn: Forbindelse) -> list[Fund]:
    """Sessions that keep PostgreSQL from clearing up, and whether the gateway's role may see and end them."""
    fund = [
        advarsel("snapshots", f"{s.bruger} ({s.program or 'uden navn'}, pid {s.pid}, {s.tilstand}) har holdt en transaktion åben i {s.alder / 60:.0f} minutter",
                 f"Tal med ejeren, eller afslut den: select pg_terminate_backend({s.pid}).")
        for s in await aabne(conn) if s.alder > GAMMELT
    ]  # fmt: skip
    rolle = await conn.fetchrow(
        """select current_user as navn, pg_has_role('pg_monitor', 'usage') as ser,
                  pg_has_role('pg_signal_backend', 'usage') as afslutter"""
    )
    assert rolle is not None
    mangler = [n for n, har in (("pg_monitor", rolle["ser"]), ("pg_signal_backend", rolle["afslutter"])) if not har]
    if mangler:
        fund.append(advarsel("snapshots", f"rollen {rolle['navn']} kan ikke se og afslutte andres glemte transaktioner",
                             f"grant {', '.join(mangler)} to {rolle['navn']};"))  # fmt: skip
    return fund or [ok("snapshots", "ingen gammel transaktion står åben")]


async def _ledger(conn: Forbindelse, ud: Databasefund) -> None:
    topics = [r["topic"] for r in await conn.fetch("select distinct topic from topic_offset order by 1")]
    ud.parter = [(art, kode) for art, kode, *_ in (t.split(".") for t in topics)]
    ud.akasser = [kode for art, kode in ud.parter if art == "akasse"]
    if await conn.fetchval("select exists (select 1 from inkarnation where klar is null)"):
        ud.fund.append(fejl("database", "databasen er genskabt, og der sendes intet, før det er læst, hvor langt topics når",
                            "Lad `gateway serve` køre med Kafka, til det er klar."))  # fmt: skip
    nede = await conn.fetch(
        "select tjeneste, akassekode, tilstand from kanal where tilstand in ('nede', 'adgang') order by 1, 2"
    )
    if nede:
        navne = ", ".join(f"{r['tjeneste']} som {r['akassekode']} ({r['tilstand']})" for r in nede[:3])
        ud.fund.append(advarsel("kanaler", f"{len(nede)} er lukket: {navne}", _KANAL))
    alder = await conn.fetchrow(
        "select count(*) filter (where laest is null) as aldrig, min(laest) as aeldst, count(*) from kodeliste"
    )
    assert alder is not None
    nu = datetime.now(UTC)
    if alder["count"] == 0 or alder["aldrig"] == alder["count"]:
        ud.fund.append(
            advarsel("kodelister", "DFDG's kodelister er aldrig læst", "`gateway serve` læser dem, når DFDG svarer.")
        )
    elif alder["aldrig"] or nu - alder["aeldst"] > KODELISTE:
        timer = int((nu - alder["aeldst"]).total_seconds() // 3600)
        ud.fund.append(advarsel("kodelister", f"den ældste er {timer} timer gammel, og {alder['aldrig']} er aldrig læst",
                                "`gateway koder` viser hvorfor."))  # fmt: skip
    else:
        ud.fund.append(
            ok("kodelister", f"den ældste er {int((nu - alder['aeldst']).total_seconds() // 3600)} timer gammel")
        )


async def _foer_opgradering(conn: Forbindelse) -> list[Fund]:
    r = await conn.fetchrow(
        f"""select (select count(*) from registrering where {I_TVIVL}) as tvivl, (select count(*) from krav) as krav,
                  (select count(*) from doedbrev where status = 'aaben') as doede,
                  (select count(*) from vindue where fra <= now() and meldt <> 'slut') as vinduer,
                  (select count(*) from udbakke) as udbakke, pg_database_size(current_database()) as stoerrelse,
                  (select last_archived_time from pg_stat_archiver) as arkiveret"""
    )
    assert r is not None
    e = "opgradering"
    fund = []
    if r["tvivl"]:
        fund.append(
            advarsel(
                e,
                f"{r['tvivl']} registreringer er i tvivl",
                "Vent, til de er afklaret; en rullende opgradering afklarer dem også.",
            )
        )
    if r["krav"]:
        fund.append(
            advarsel(
                e,
                f"{r['krav']} registreringer er hos DFDG nu",
                "Stop replikaerne med SIGTERM: de gør dem færdige først.",
            )
        )
    if r["doede"]:
        fund.append(
            advarsel(
                e,
                f"{r['doede']} hændelser er stoppet",
                "Se `gateway dlq list`: en ny version afgør dem om, når de genkøres.",
            )
        )
    if r["udbakke"] > 1000:
        fund.append(advarsel(e, f"{r['udbakke']} beskeder er ikke kommet ud", "Vent, til Kafka har taget dem."))
    arkiveret: datetime | None = r["arkiveret"]
    if arkiveret is None or datetime.now(UTC) - arkiveret > timedelta(days=1):
        fund.append(
            advarsel(
                e, "databasens log er ikke arkiveret det seneste døgn", "Tag en kopi (pg_basebackup) før migrationerne."
            )
        )
    return fund or [ok(e, "intet er undervejs, i tvivl eller stoppet, og loggen er arkiveret")]
