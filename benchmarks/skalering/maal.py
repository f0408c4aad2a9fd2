"""Measures what the simulation counts with, and writes it to ``kost.json``: every figure beside the command that gives it.

    python -m benchmarks.skalering.maal trin       # µs a transaction and a piece, of each stage (benchmarks.etaper, twice)
    python -m benchmarks.skalering.maal blanding   # the generator's own mix through the whole gateway, a process a role
    python -m benchmarks.skalering.maal commit     # what a commit waits for, alone and beside others, with and without NOTIFY

Processor time from /proc, bytes from PostgreSQL: neither minds what else the machine does. The commits are the clock's,
and the only figures here that do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from benchmarks import maaling
from benchmarks.efterslaeb import tilslutning
from benchmarks.etaper import Portioner
from benchmarks.etaper import koer as koer_trin

HER = Path(__file__).parent
KOST = HER / "kost.json"
#: Which roles each process has; the second name of a process is what its memory is kept under.
ROLLER = {"consume": "consume", "deliver": "deliver", "publish": "publish,hooks,ops"}
#: Large batches (a backlog) and small ones (a quiet day): a cost a transaction and a cost a piece are told from the two.
STORE, SMAA, STRAKS = Portioner(500, 192, 200), Portioner(8, 8, 4), Portioner(8, 8, 4, straks=True)


def gem(navn: str, tal: dict[str, Any], kommando: str) -> None:
    """One section of the file, with its command and day."""
    alt = json.loads(KOST.read_text()) if KOST.exists() else {}
    alt[navn] = {"kommando": kommando, "dag": datetime.now(UTC).date().isoformat(), "kerner": os.cpu_count(), **tal}
    KOST.write_text(json.dumps(alt, indent=2, sort_keys=True) + "\n")


# --- stages -------------------------------------------------------------------------------------------


def linje(n1: float, pr_1: float, n2: float, pr_2: float) -> tuple[float, float]:
    """(a transaction, a piece), from what a piece costs at two sizes: cost(n) = fixed + n · piece; neither below nothing."""
    if n1 == n2:
        return 0.0, pr_1
    stykke = (n1 * pr_1 - n2 * pr_2) / (n1 - n2)
    return max(0.0, round(n2 * (pr_2 - stykke), 1)), max(0.0, round(stykke, 1))


async def trin(antal: int, gange: int) -> dict[str, Any]:
    """Of ``gange`` runs of each size the one in which a stage cost the least: what comes on top is the machine's other work. A
    citizen has three talks in all: a state grows with its talks, and its costs do. Small publishing has runs of its own."""
    koersler: dict[str, list[dict[str, dict[str, float]]]] = {"store": [], "smaa": [], "straks": []}
    for _ in range(gange):
        for navn, portioner, n in (("store", STORE, antal), ("smaa", SMAA, antal // 3), ("straks", STRAKS, antal // 3)):
            koersler[navn].append((await koer_trin(n, portioner, n // 3)).tal(n))
    raa = {
        navn: {t: min((r[t] for r in rs), key=lambda x: x["gateway"] + x["postgres"]) for t in rs[0]}
        for navn, rs in koersler.items()
    }
    ud: dict[str, Any] = {"antal": antal, "gange": gange, "raa": raa, "alle": koersler}
    for t in ("accept", "claim", "settle", "publish"):
        s, m = raa["store"][t], raa["straks" if t == "publish" else "smaa"][t]
        ud[t] = {
            hvem: dict(zip(("transaktion", "stykke"), linje(s["pr_gang"], s[hvem], m["pr_gang"], m[hvem]), strict=True))
            for hvem in ("gateway", "postgres", "wal")
        }
    for t in ("consume", "send"):
        ud[t] = {hvem: {"transaktion": 0.0, "stykke": raa["store"][t][hvem]} for hvem in ("gateway", "postgres", "wal")}
    return ud


# --- the mix ------------------------------------------------------------------------------------------


class Proces:
    """``gateway serve`` with one role."""

    def __init__(self, rolle: str, env: dict[str, str], log: Path) -> None:
        self.rolle, self.env, self.log = rolle, env, log
        self.p: asyncio.subprocess.Process | None = None
        self.sagt: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        assert self.p is not None
        return self.p.pid

    async def start(self) -> None:
        with self.log.open("ab") as fejl:
            self.p = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from gateway.cli import main; main()", "serve", "--json", "--roles",
                ROLLER[self.rolle], env=self.env, stdout=asyncio.subprocess.PIPE, stderr=fejl,
            )  # fmt: skip
        assert self.p.stdout is not None
        linjen = await asyncio.wait_for(self.p.stdout.readline(), 180)
        if not linjen:
            raise RuntimeError(self.log.read_text()[-2000:])
        self.sagt = json.loads(linjen)

    async def stop(self) -> None:
        if self.p is not None and self.p.returncode is None:
            self.p.terminate()
            await self.p.wait()


@asynccontextmanager
async def stakken() -> AsyncIterator[tuple[Any, list[Proces], dict[str, str]]]:
    """Everything real: Kafka, PostgreSQL, the stand-in DFDG and a process of the gateway for each role."""
    from gateway.demo import DAEKNING, FRIKOMMUNER, KODER
    from sandbox.embedded.stak import Stak

    with TemporaryDirectory(prefix="skalering-") as mappe:
        data = Path(mappe)
        s = await Stak(data).start()
        assert s.ca is not None
        env = tilslutning(s) | {
            "GATEWAY_HOOKS__LISTEN": "127.0.0.1:0",
            "GATEWAY_HOOKS__CERTIFICATE": str(s.ca.server),
            "GATEWAY_HOOKS__CLIENT_CA": str(s.ca.ca),
            "GATEWAY_HOOKS__CLIENT_FINGERPRINTS": s.ca.star_aftryk(),
            "GATEWAY_RULES__DAEKNING": str(DAEKNING),
            "GATEWAY_RULES__FRIKOMMUNER": str(FRIKOMMUNER),
            "GATEWAY_RULES__KODER": str(KODER),
            "GATEWAY_PSEUDONYM_KEY": "skalering-" + "0123456789abcdef" * 3,
            "GATEWAY_OPS__LISTEN": "127.0.0.1:0",
        }
        processer = [
            Proces(r, env | {"GATEWAY_DATA_DIR": str(data / f"gateway-{r}")}, data / f"{r}.log") for r in ROLLER
        ]
        try:
            yield s, processer, env
        finally:
            for p in processer:
                await p.stop()
            await s.stop()


async def blanding(medlemmer: int, seed: int, pr_sekund: float | None) -> dict[str, Any]:
    """The generator's members, told from the beginning to the end of their course, judged as in the demo; ``pr_sekund`` events a
    second, or as fast as they can be told."""
    from gateway.demo import DAEKNING, FRIKOMMUNER, KODER, _Dfdg, _Retter, laes_forudsaetninger
    from gateway.drift import hent_settings
    from gateway.grundlag import aabn_grundlag
    from gateway.indlejret import abonner
    from gateway.kafkaforbindelse import opret_topics
    from sandbox.fortaellinger import generer
    from sandbox.fortaellinger.model import KOEBENHAVN
    from sandbox.parter import Forestilling, opret_emner

    f = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, datetime.now(KOEBENHAVN).date())
    parter = [*(f"akasse.{k}" for k in sorted(f.daekning)), *(f"jobcenter.{k}" for k in f.kommuner)]
    async with stakken() as (s, processer, env):
        os.environ.update({k: v for k, v in env.items() if k.startswith("GATEWAY_")})
        settings = hent_settings()
        migrering = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from gateway.cli import main; main()", "migrate", env=env
        )
        if await migrering.wait():
            raise RuntimeError("gateway migrate failed")
        await opret_emner(s.kafkaadresse.bootstrap_servers, parter)
        await opret_topics(settings.kafka, ["gateway.dlq.v1"])
        for p in processer:
            await p.start()
        adresser = {"admin": s.dfdg.admin}
        await abonner(adresser, processer[-1].sagt["hooks"], [(x.split(".")[0], x.split(".")[1]) for x in parter])
        g = await aabn_grundlag(settings, hoejst=3)
        conn = await asyncpg.connect(s.dsn)
        try:
            pids = {p.rolle: p.pid for p in processer} | {"postgres": s.postgres.pid, "kafka": s.kafka.pid}
            await asyncio.sleep(15)
            hvile0, t0 = {n: maaling.cpu(p) for n, p in pids.items()}, time.monotonic()
            await asyncio.sleep(20)
            hvile = {n: (maaling.cpu(p) - hvile0[n]) / (time.monotonic() - t0) for n, p in pids.items()}
            foer = await ledger(conn)
            cpu0, t0 = {n: maaling.cpu(p) for n, p in pids.items()}, time.monotonic()
            top: dict[str, float] = {}
            maaler = asyncio.create_task(toppe(s.dsn, pids, top))
            forestilling = Forestilling(
                s.kafkaadresse.bootstrap_servers, parter, dfdg=_Dfdg(s.dfdg.admin, g.carrier),
                retter=_Retter(g.operatoer("maaling")), stilstand=240,
            )  # fmt: skip
            async with forestilling:
                await forestilling.genererede(generer(medlemmer, seed, f), seed=seed, pr_sekund=pr_sekund)
                await forestilling.til_ende()
            dom = forestilling.dommer.doem(s.dfdg.log)
            varede = time.monotonic() - t0
            publiceret = forestilling.sekunder
            cpu = {n: maaling.cpu(p) - cpu0[n] - hvile[n] * varede for n, p in pids.items()}
            maaler.cancel()
            await asyncio.sleep(2)  # PostgreSQL tells of transactions with a second's delay
            efter = await ledger(conn)
        finally:
            await conn.close()
            await g.luk()
        return opgoer(medlemmer, seed, dom, hvile, cpu, foer, efter, top) | {
            "sekunder": round(publiceret, 1),
            "varede": round(varede, 1),
            "pr_sekund": pr_sekund,
        }


async def ledger(conn: asyncpg.Connection) -> dict[str, Any]:
    tabeller = await conn.fetch(
        "select relname, pg_total_relation_size(relid) as n from pg_stat_user_tables order by 2 desc"
    )
    return {
        "bytes": await conn.fetchval("select pg_database_size(current_database())"),
        "wal": int(await conn.fetchval("select pg_current_wal_lsn() - '0/0'")),
        "wal_fpi": await conn.fetchval("select wal_fpi from pg_stat_wal"),
        "xact": await conn.fetchval("select xact_commit from pg_stat_database where datname = current_database()"),
        "tabeller": {r["relname"]: r["n"] for r in tabeller},
        "haendelser": await conn.fetchval("select count(*) from haendelse"),
        "beskeder": await conn.fetchval("select count(*) from besked"),
        "registreringer": {
            r["t"]: r["n"]
            for r in await conn.fetch(
                "select split_part(kanal, '|', 1) as t, count(*) as n from registrering where fase = 'registreret' group by 1"
            )
        },
    }


async def toppe(dsn: str, pids: dict[str, int], top: dict[str, float]) -> None:
    """The greatest memory (MB) of each process and the most connections, every three seconds."""
    conn = await asyncpg.connect(dsn)
    try:
        while True:
            for n, p in pids.items():
                top[n] = max(top.get(n, 0), maaling.hukommelse(p))
            forbindelser = await conn.fetchval(
                "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
            top["forbindelser"] = max(top.get("forbindelser", 0), forbindelser)
            await asyncio.sleep(3)
    finally:
        await conn.close()


async def commit(sekunder: float = 6.0) -> dict[str, Any]:
    """Small transactions a second on this machine, from 1 and from 16 connections, without and with a notification; and what one
    alone waits for its commit (ms)."""
    from sandbox.embedded.stak import Stak

    async def arbejder(dsn: str, sql: str, til: float) -> list[float]:
        conn = await asyncpg.connect(dsn)
        ms = []
        try:
            while (t := time.monotonic()) < til:
                async with conn.transaction():
                    await conn.execute(sql)
                ms.append(1000 * (time.monotonic() - t))
        finally:
            await conn.close()
        return ms

    skriv = "insert into commitproeve values (1)"
    with TemporaryDirectory(prefix="skalering-") as mappe:
        s = await Stak(Path(mappe), med_kafka=False, med_dfdg=False).start()
        assert s.dsn is not None
        try:
            conn = await asyncpg.connect(s.dsn)
            await conn.execute("create table commitproeve (n int)")
            await conn.close()
            ud: dict[str, Any] = {}
            for navn, sql in (("uden", skriv), ("med", f"{skriv}; select pg_notify('koe', '')")):
                for antal in (1, 16):
                    til = time.monotonic() + sekunder
                    alle = await asyncio.gather(*(arbejder(s.dsn, sql, til) for _ in range(antal)))
                    ud[f"{navn}_besked_{antal}"] = {
                        "pr_s": round(sum(map(len, alle)) / sekunder),
                        "p50_ms": round(statistics.median(x for ms in alle for x in ms), 2),
                    }
            return ud
        finally:
            await s.stop()


def opgoer(
    medlemmer: int, seed: int, dom: Any, hvile: dict[str, float], cpu: dict[str, float], foer: dict[str, Any],
    efter: dict[str, Any], top: dict[str, float],
) -> dict[str, Any]:  # fmt: skip
    n = efter["haendelser"] - foer["haendelser"]
    tabeller = {t: efter["tabeller"][t] - foer["tabeller"].get(t, 0) for t in efter["tabeller"]}
    return {
        "medlemmer": medlemmer,
        "seed": seed,
        "fejl": dict(dom.antal),
        "haendelser": n,
        "beskeder": efter["beskeder"],
        "registreringer": efter["registreringer"],
        "cpu_us_pr_haendelse": {k: round(1e6 * v / n) for k, v in cpu.items()},
        "hvile_cpu": {k: round(v, 4) for k, v in hvile.items()},
        "ledger_bytes_pr_haendelse": round((efter["bytes"] - foer["bytes"]) / n),
        "ledger_bytes_pr_medlem": round((efter["bytes"] - foer["bytes"]) / medlemmer),
        "tabeller_bytes_pr_medlem": {t: round(b / medlemmer) for t, b in tabeller.items() if b / medlemmer >= 50},
        "wal_bytes_pr_haendelse": round((efter["wal"] - foer["wal"]) / n),
        "wal_fuldsider_pr_haendelse": round((efter["wal_fpi"] - foer["wal_fpi"]) / n, 2),
        "transaktioner_pr_haendelse": round((efter["xact"] - foer["xact"]) / n, 3),
        "hukommelse_mb": {k: round(v) for k, v in top.items() if k != "forbindelser"},
        "forbindelser_flest": round(top.get("forbindelser", 0)),
    }


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("hvad", choices=("trin", "blanding", "commit"))
    p.add_argument("--antal", type=int, default=3_000, help="events of each run (trin)")
    p.add_argument("--gange", type=int, default=2, help="runs of each size, the cheapest of which counts (trin)")
    p.add_argument("--medlemmer", type=int, default=150, help="generated members (blanding)")
    p.add_argument("--seed", type=int, default=7)
    p.add_argument(
        "--pr-sekund", type=float, default=None, help="events a second (blanding; kept under a name of its own)"
    )
    a = p.parse_args()
    navn = a.hvad
    kommando = f"python -m benchmarks.skalering.maal {a.hvad}"
    if a.hvad == "trin":
        tal = asyncio.run(trin(a.antal, a.gange))
        kommando += f" --antal {a.antal} --gange {a.gange}"
    elif a.hvad == "commit":
        tal = asyncio.run(commit())
    else:
        tal = asyncio.run(blanding(a.medlemmer, a.seed, a.pr_sekund))
        kommando += f" --medlemmer {a.medlemmer} --seed {a.seed}"
        if a.pr_sekund:
            navn, kommando = "jaevn", f"{kommando} --pr-sekund {a.pr_sekund:g}"
    gem(navn, tal, kommando)
    print(json.dumps(tal, indent=2))


if __name__ == "__main__":
    main()
