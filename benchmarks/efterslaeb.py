"""The backlog of an outage: DFDG is away while members' summonses come in, the gateway is restarted in the middle, and then
the backlog drains at DFDG's permitted rate, hardest date first.

    python -m benchmarks.efterslaeb --haendelser 20000 --hastighed 200

Everything is real and on this machine: Kafka, PostgreSQL, the gateway as a process of its own, the stand-in DFDG over HTTPS.
The members are placed before the outage. Figures come from DFDG's own log, /proc and PostgreSQL; the last line is JSON. Exit
code 1: something was lost, doubled or out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid5

import asyncpg
from aiokafka import AIOKafkaProducer

from gateway.ledger.claim import HOVEDER
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.stak import Stak
from sandbox.parter import opret_emner
from sandbox.personer import Personregister

AKASSER = [f"{n:02d}" for n in range(1, 9)]
IDAG = date(2022, 3, 1)
#: Talks lie within the course, and each member's in the order in which they are told.
DAGE = 100
_NAVNE = UUID("6f1d3b0e-8f54-4d0a-9a43-0d9f0e4c7a11")
#: Records that were taken in (one an event, in the same transaction), and whether all are done: neither reads the events.
_MODTAGET = "select coalesce((select sum(naeste) from topic_offset), 0)"
_FAERDIGT = "not exists (select 1 from haendelse where tilstand in ('venter', 'hoved') and not udenfor)"
_HOVED = [("content-type", b"application/cloudevents+json")]


@dataclass(slots=True)
class Gateway:
    """``gateway serve`` with its resident memory sampled once a second."""

    env: dict[str, str]
    log: Path
    proces: asyncio.subprocess.Process | None = None
    rss: list[tuple[float, float]] = field(default_factory=list)
    _maaler: asyncio.Task[None] | None = None

    async def start(self) -> None:
        with self.log.open("ab") as fejl:
            self.proces = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from gateway.cli import main; main()",
                "serve",
                "--json",
                env=self.env,
                stdout=asyncio.subprocess.PIPE,
                stderr=fejl,
            )
        assert self.proces.stdout is not None
        if not await asyncio.wait_for(self.proces.stdout.readline(), 120):
            raise RuntimeError(self.log.read_text()[-2000:])
        self._maaler = asyncio.create_task(self._maal(self.proces.pid))

    async def stop(self, signalet: signal.Signals = signal.SIGTERM) -> None:
        if self._maaler is not None:
            self._maaler.cancel()
            await asyncio.gather(self._maaler, return_exceptions=True)
        if self.proces is not None and self.proces.returncode is None:
            self.proces.send_signal(signalet)
            await self.proces.wait()
        self.proces = None

    async def _maal(self, pid: int) -> None:
        statm = Path(f"/proc/{pid}/statm")
        while True:
            sider = int((await asyncio.to_thread(statm.read_text)).split()[1])
            self.rss.append((time.monotonic(), sider * os.sysconf("SC_PAGE_SIZE") / 1e6))
            await asyncio.sleep(1)


@dataclass(slots=True)
class Plan:
    """What is published, and what must be at DFDG: per member the days of the talks, in order."""

    foer: list[tuple[str, bytes, bytes]]
    under: list[tuple[str, bytes, bytes]]
    ventet: dict[str, list[str]]


def laeg(antal: int, seed: int, pr_medlem: int) -> Plan:
    """``antal`` summonses of members of eight a-kasser, ``pr_medlem`` of each; round by round, as a day's work comes in."""
    tilfaeldig = random.Random(seed)
    personer = Personregister()
    plan = Plan([], [], {})
    runder: list[list[tuple[str, bytes, bytes]]] = [[] for _ in range(pr_medlem)]
    for nr in range(-(-antal // pr_medlem)):
        kode, cpr, noegle = AKASSER[nr % len(AKASSER)], personer.ny(), f"person-{nr}".encode()
        emne = f"akasse.{kode}.haendelser.v1"
        plan.foer.append((emne, noegle, haendelse(kode, nr, "medlem.indplaceret", "2022-01-14T12:00:00+01:00", {
            "cpr": cpr, "kommunekode": "0101", "tilmeldingsdato": "2022-01-03", "indplaceringsdato": "2022-01-03",
            "afgoerelsesdato": "2022-01-14", "indplaceringstype": "ny", "forsikringsgrad": "fuldtid",
            "erhvervskompetencegivendeUddannelse": True, "forsoergerpligtHjemmeboendeBoern": False,
        })))  # fmt: skip
        dage = sorted(tilfaeldig.sample(range(1, DAGE), pr_medlem))
        plan.ventet[cpr] = []
        for i, dag in enumerate(IDAG + timedelta(days=d) for d in dage):
            start = f"{dag}T{9 + nr % 6:02d}:00:00{'+02:00' if dag >= date(2022, 3, 27) else '+01:00'}"
            runder[i].append((emne, noegle, haendelse(kode, nr, "samtale.indkaldt", f"{IDAG}T08:{i:02d}:00+01:00", {
                "cpr": cpr, "samtaleId": str(uuid5(_NAVNE, f"{seed}|{nr}|{i}")), "formaal": ["faelles" if i % 2 else "cv"],
                "start": start, "slut": start.replace(":00:00+", ":45:00+"), "form": "personligt",
            }, str(i))))  # fmt: skip
            plan.ventet[cpr].append(start[:16])
    plan.under = [h for runde in runder for h in runde][:antal]
    return plan


def haendelse(kode: str, nr: int, type_: str, tid: str, data: dict[str, Any], navn: str = "") -> bytes:
    return json.dumps({
        "specversion": "1.0", "id": f"{type_}-{nr}-{navn}", "source": f"/akasse/{kode}", "type": f"akasse.{type_}.v1",
        "time": tid, "subject": f"person-{nr}", "data": data,
    }).encode()  # fmt: skip


async def udgiv(servere: str, poster: list[tuple[str, bytes, bytes]]) -> None:
    p = AIOKafkaProducer(bootstrap_servers=servere, acks="all", enable_idempotence=True, linger_ms=5)
    await p.start()
    try:
        for i, (emne, noegle, vaerdi) in enumerate(poster, 1):
            await p.send(emne, vaerdi, key=noegle, headers=_HOVED)
            if i % 5_000 == 0:
                await p.flush()
    finally:
        await p.stop()


def tilslutning(s: Stak) -> dict[str, str]:
    """The environment of a gateway that uses what has been put up, without any other setting of this process'."""
    assert s.dfdg is not None
    assert s.ca is not None
    assert s.kafkaadresse is not None
    assert s.dsn is not None
    return {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")} | {
        "GATEWAY_KAFKA__BOOTSTRAP_SERVERS": s.kafkaadresse.bootstrap_servers,
        "GATEWAY_DATABASE__URL": s.dsn,
        "GATEWAY_DFDG__BASE_URL": s.dfdg.base_url,
        "GATEWAY_DFDG__CLIENT_CERTIFICATE": str(s.ca.klienter),
        "GATEWAY_DFDG__CA": str(s.ca.ca),
    }


@asynccontextmanager
async def stak(hastighed: float, **miljoe: str) -> AsyncIterator[tuple[Stak, Gateway]]:
    """Everything but the gateway's process, which is set up and not started. ``hastighed``: calls a second that DFDG permits;
    ``miljoe``: further settings."""
    with TemporaryDirectory(prefix="efterslaeb-") as mappe:
        data = Path(mappe)
        s = await Stak(data, akasser=AKASSER).start()
        assert s.kafkaadresse is not None
        env = tilslutning(s) | {
            "GATEWAY_DFDG__HASTIGHED": f"IndkaldelseService={hastighed}",
            "GATEWAY_PSEUDONYM_KEY": "efterslaeb-" + "0123456789abcdef" * 3,
            "GATEWAY_CLOCK": "haendelser",
            "GATEWAY_OPS__LISTEN": "127.0.0.1:0",
            "GATEWAY_DATA_DIR": str(data / "gateway"),
            **miljoe,
        }
        g = Gateway(env, data / "gateway.log")
        try:
            await opret_emner(s.kafkaadresse.bootstrap_servers, [*(f"akasse.{k}" for k in AKASSER), "jobcenter.0101"])
            p = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from gateway.cli import main; main()", "migrate", env=env
            )
            if await p.wait() != 0:
                raise RuntimeError("gateway migrate failed")
            yield s, g
        finally:
            await g.stop()
            await s.stop()


async def vent(conn: asyncpg.Connection, sql: str, sekunder: float) -> float:
    """Waits until the query gives true; how long that took. Asking takes a tenth of the time at most."""
    begyndt = time.monotonic()
    while True:
        spurgt = time.monotonic()
        if await conn.fetchval(sql):
            return time.monotonic() - begyndt
        if time.monotonic() - begyndt > sekunder:
            raise TimeoutError(sql)
        await asyncio.sleep(max(0.25, 9 * (time.monotonic() - spurgt)))


async def koer(antal: int, hastighed: float, seed: int, frist: float, pr_medlem: int) -> dict[str, Any]:
    plan = laeg(antal, seed, pr_medlem)
    async with stak(hastighed) as (s, g):
        assert s.dfdg is not None
        assert s.kafkaadresse is not None
        styring = AsynkronDfdgstyring(s.dfdg.admin)
        await styring.saet_idag(IDAG)
        servere = s.kafkaadresse.bootstrap_servers
        conn = await asyncpg.connect(s.dsn)
        try:
            await g.start()
            await udgiv(servere, plan.foer)
            await vent(conn, f"{_MODTAGET} = {len(plan.foer)} and {_FAERDIGT}", frist)
            foer_bytes = await conn.fetchval("select pg_database_size(current_database())")
            sige(f"{len(plan.foer)} members are placed; DFDG goes away")
            nede = await styring.bestil(Forstyrrelse(art="nede"))
            begyndt = time.monotonic()
            await udgiv(servere, plan.under)
            halvt = len(plan.foer) + antal // 2
            await vent(conn, f"{_MODTAGET} >= {halvt}", frist)
            await g.stop(signal.SIGKILL)
            await g.start()
            await vent(conn, f"{_MODTAGET} = {len(plan.foer) + antal}", frist)
            modtaget = time.monotonic() - begyndt
            sige(f"{antal} events accepted in {modtaget:.0f} s, the gateway killed and started again in the middle")
            ud: dict[str, Any] = {
                "haendelser": antal,
                "medlemmer": len(plan.foer),
                "seed": seed,
                "accepteret_pr_s": round(antal / modtaget, 1),
            }
            ud["bytes_pr_haendelse"] = round(
                (await conn.fetchval("select pg_database_size(current_database())") - foer_bytes) / antal
            )
            # What the killed process had in the air is in doubt and waits again: as in a day's outage, all but the probes.
            await vent(conn, "select count(*) < 20 from krav", frist)
            await conn.execute("analyze koe")
            ud["hoveder"] = await conn.fetchval("select count(*) from koe")
            ud["plan"] = await forklar(conn)
            await g.stop()
            await g.start()
            begyndt = time.monotonic()
            await styring.ryd(nede.nummer)
            sige("DFDG is back")
            await vent(conn, f"select {_FAERDIGT}", frist)
            ud["toemt_s"] = round(time.monotonic() - begyndt)
            ud["status"] = {
                r["s"]: r["n"]
                for r in await conn.fetch("select coalesce(status, tilstand) s, count(*) n from haendelse group by 1")
            }
        finally:
            await conn.close()
        ud["tilladt_pr_s"] = hastighed
        ud.update(hukommelse(g.rss))
        ud.update(dom(s.dfdg.log, plan))
    return ud


async def forklar(conn: asyncpg.Connection) -> list[str]:
    """The plan of the claim, as it stands in the code, with what waits now."""
    kanaler = [r["kanal"] for r in await conn.fetch("select distinct kanal from koe order by 1")]
    raekker = await conn.fetch(
        f"explain (costs off) {HOVEDER}", kanaler, [32] * len(kanaler), datetime.now().astimezone() + timedelta(days=1)
    )
    return [r[0] for r in raekker]


def hukommelse(rss: list[tuple[float, float]]) -> dict[str, Any]:
    """Resident megabytes after the first 20 s of the whole run: median, greatest, and their ratio; and the medians of its
    five fifths, one after the other."""
    senere = [mb for t, mb in rss if t - rss[0][0] > 20]
    median, n = statistics.median(senere), len(senere)
    femtedele = [round(statistics.median(senere[i * n // 5 : (i + 1) * n // 5])) for i in range(5)]
    return {"rss_median_mb": round(median), "rss_hoejst_mb": round(max(senere)),
            "rss_forhold": round(max(senere) / median, 2), "rss_femtedele_mb": femtedele}  # fmt: skip


def dom(log: Path, plan: Plan) -> dict[str, Any]:
    """From DFDG's log alone: the drain's rate, lost, doubled, out of order, and how the hardest dates stood in the order."""
    with log.open("rb") as f:
        linjer = (json.loads(x) for x in f)
        opret = [
            {navn: x[navn] for navn in ("cpr", "start", "tid")}
            for x in linjer
            if x["udfald"] == "committed" and x["operation"] == "CreateIndkaldelse"
        ]
    faaet: dict[str, list[str]] = defaultdict(list)
    for x in opret:
        faaet[x["cpr"]].append(x["start"][:16])
    ventet = {c: v for c, v in plan.ventet.items() if v}
    tabt = sum((Counter(v) - Counter(faaet[c])).total() for c, v in ventet.items())
    dobbelt = sum((Counter(f) - Counter(ventet.get(c, []))).total() for c, f in faaet.items())
    tider = [datetime.fromisoformat(x["tid"]) for x in opret]
    sekunder = (tider[-1] - tider[0]).total_seconds()
    midt = [t for t in tider if 0.1 * sekunder < (t - tider[0]).total_seconds() < 0.9 * sekunder]
    return {
        "afleveret_pr_s": round(len(opret) / sekunder, 1),
        "afleveret_midt_pr_s": round(len(midt) / (0.8 * sekunder), 1),
        "tabt": tabt,
        "dobbelt": dobbelt,
        "byttet_om": sum(f != sorted(f) for f in faaet.values()),
        **haardest_foerst(opret, plan),
    }


def haardest_foerst(opret: list[dict[str, Any]], plan: Plan) -> dict[str, Any]:
    """Of each member's first talk (all were heads when DFDG came back): among how many pairs did the later date go first,
    and how many days apart were the worst, in each a-kasse's order."""
    akasse = {c: AKASSER[nr % len(AKASSER)] for nr, c in enumerate(plan.ventet)}
    foerste: dict[str, list[int]] = defaultdict(list)
    for x in opret:
        if x["start"][:16] == plan.ventet[x["cpr"]][0]:
            foerste[akasse[x["cpr"]]].append((date.fromisoformat(x["start"][:10]) - IDAG).days)
    par = omvendt = vaerst = 0
    for dage in foerste.values():
        hoejst = 0
        for i, d in enumerate(dage):
            hoejst = max(hoejst, d)
            vaerst = max(vaerst, hoejst - d)
            par += i
        set_ = [0] * (DAGE + 1)
        for d in dage:
            omvendt += sum(set_[d + 1 :])
            set_[d] += 1
    return {"foerste_samtaler": sum(map(len, foerste.values())),
            "senere_dato_foerst": round(omvendt / max(1, par), 4), "vaerst_dage": vaerst}  # fmt: skip


def sige(tekst: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {tekst}", file=sys.stderr, flush=True)


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--haendelser", type=int, default=20_000, help="summonses that wait (1000000: the long form)")
    p.add_argument("--pr-medlem", type=int, default=4, help="summonses of each member")
    p.add_argument("--hastighed", type=float, default=200, help="calls a second that DFDG permits")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--frist", type=float, default=36_000, help="seconds that each part may take")
    a = p.parse_args()
    ud = asyncio.run(koer(a.haendelser, a.hastighed, a.seed, a.frist, a.pr_medlem))
    print("\n".join(ud.pop("plan")))
    print(json.dumps(ud))
    return int(bool(ud["tabt"] or ud["dobbelt"] or ud["byttet_om"]))


if __name__ == "__main__":
    sys.exit(main())
