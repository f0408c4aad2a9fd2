"""One run: the plan's faults fall while the parties publish; then everything is well again, and the judge is heard."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dommer import linjer
from sandbox.fortaellinger import Fortaelling, Forudsaetninger, generer
from sandbox.fortaellinger.model import KOEBENHAVN, KOMMUNER
from sandbox.parter import Forestilling
from sandbox.parter.forestilling import INDLAEST, GikIStaa
from sandbox.parter.indsamler import Indsamler
from sandbox.personer import Personregister
from tests.kaos.dom import AFVIST_AF_DFDG, Kaosdom, Ulaeselig, doem
from tests.kaos.fejl import Fejlmager
from tests.kaos.forsoeg import Forsoeg, Udsyn
from tests.kaos.miljoe import DLQ, Grund, Miljoe, miljoe
from tests.kaos.plan import STILLETID, SVAR, Plan
from tests.kaos.replikaer import Replikaer

_KODER = Path(__file__).parents[2] / "gateway" / "eksempel" / "koder.csv"
_HOVED = [("content-type", b"application/cloudevents+json")]


@dataclass(slots=True)
class Udfald:
    """What a run gave. ``ramt``: per kind how many of its faults really hit."""

    plan: Plan
    dom: Kaosdom
    ramt: dict[str, int]
    haendte: list[tuple[float, str]]
    sekunder: float
    advarsler: dict[str, int] = field(default_factory=dict)


def forudsaetninger() -> Forudsaetninger:
    raekker = [x.split(";") for x in _KODER.read_text().splitlines() if x and not x.startswith(("#", "liste;"))]
    # The day of sending is Copenhagen's, whatever the machine's zone.
    return Forudsaetninger(datetime.now(KOEBENHAVN).date(), koder={x[0]: x[1] for x in raekker})


@dataclass(frozen=True, slots=True)
class Drift:
    """What operators do while events flow. ``opstil`` says what each replica is before any starts; ``undervejs`` is done with
    them, and events are published until it has been done, so many a second; ``aeldre``: the tree whose schema the database
    has at first."""

    opstil: Callable[[Replikaer], None]
    undervejs: Callable[[Replikaer, Miljoe], Awaitable[None]]
    pr_sekund: float
    aeldre: Path | None = None


async def koer(grund: Grund, plan: Plan, kode: Path, navn: str, drift: Drift | None = None) -> Udfald:
    """Runs the plan against the gateway of the tree ``kode``; its files lie under ``navn`` in the ground's folder."""
    f = forudsaetninger()
    parter = [f"akasse.{k}" for k in sorted(f.daekning)] + [f"jobcenter.{k}" for k in KOMMUNER]
    begyndt = time.monotonic()
    async with miljoe(grund, navn, parter, plan.lease) as m:
        replikaer = Replikaer(plan.replikaer, m.mappe, kode, m.env)
        if drift is not None:
            drift.opstil(replikaer)
        await migrer(replikaer, m, drift.aeldre if drift is not None else None)
        try:
            return await _Koersel(m, plan, replikaer, parter, f, drift).koer(begyndt)
        finally:
            await replikaer.stop()


async def migrer(r: Replikaer, m: Miljoe, kode: Path | None = None) -> None:
    """``gateway migrate`` of the run's tree, or of ``kode``."""
    kode_, ud = await r.kommando(m.mappe / "migrate.log", "migrate", "--json", kode=kode)
    if kode_ != 0:
        raise RuntimeError(f"migrate: {ud}")


class _Koersel:
    def __init__(
        self, m: Miljoe, plan: Plan, r: Replikaer, parter: list[str], f: Forudsaetninger, drift: Drift | None
    ) -> None:
        self._m, self._plan, self._r, self._parter, self._drift = m, plan, r, parter, drift
        alle = generer(plan.medlemmer, plan.seed, f, Personregister())
        self._fortaellinger: list[Fortaelling] = [x for x in alle if not _kraever_andre(x)]
        self._ulaeselige: list[Ulaeselig] = []
        self._kvitteringer: list[dict[str, Any]] = []
        self._producent: AIOKafkaProducer | None = None
        self._fejl = Fejlmager(m, r, self._udgiv_ulaeselig)

    async def koer(self, begyndt: float) -> Udfald:
        await asyncio.gather(*(self._r.start(x) for x in self._r.alle))
        if self._plan.latens:
            await self._m.styring.bestil(Forstyrrelse(art="latens", sekunder=self._plan.latens, spredning=0.1))
        # Idempotent: it goes on trying however long Kafka is away, and what it tried twice is there once.
        self._producent = AIOKafkaProducer(bootstrap_servers=self._m.grund.bootstrap_servers, enable_idempotence=True)
        await self._producent.start()
        standset: str | None = None
        forestilling = Forestilling(
            self._m.grund.bootstrap_servers, self._parter, dfdg=_Dfdgside(self._m), stilstand=self._plan.stilstand
        )
        try:
            indsamler = Indsamler(self._m.grund.bootstrap_servers, self._parter, self._laes)
            async with forestilling, indsamler:
                try:
                    async with asyncio.timeout(self._plan.hoejst):
                        await self._indtil_faerdig(forestilling, indsamler)
                except (GikIStaa, TimeoutError) as fejl:
                    standset = str(fejl) or f"not done {self._plan.hoejst:.0f} s after the first event"
                    self._r.vis_opgaver()
        finally:
            await self._producent.stop()
        await self._r.stop()
        return await self._doem(forestilling, standset, begyndt)

    async def _indtil_faerdig(self, forestilling: Forestilling, indsamler: Indsamler) -> None:
        """The events and the faults; then all is well, and everything is waited for. Raises GikIStaa; TimeoutError where
        what is on the topics is not read."""
        async with asyncio.TaskGroup() as g:
            if self._drift is not None:
                faerdig = g.create_task(self._undervejs(self._drift))
                g.create_task(self._fortael_indtil(forestilling, faerdig, self._drift.pr_sekund))
            else:
                g.create_task(self._fortael(forestilling))
            for fejl in self._plan.fejl:
                g.create_task(self._til_tiden(fejl.tid, partial(self._fejl.lad_ske, fejl)))
            for tid in self._plan.ulaeselige:
                g.create_task(self._til_tiden(tid, self._udgiv_ulaeselig))
        await self._helbred()
        operatoer = asyncio.create_task(self._operatoer())
        try:
            await forestilling.til_ende()
            # Dead letters' last editions and repeats that are still to come come now, if at all.
            await self._udbakken_tom()
            await asyncio.gather(forestilling.indhent(), indsamler.indhent())
        finally:
            operatoer.cancel()
            await asyncio.gather(operatoer, return_exceptions=True)

    async def _fortael(self, forestilling: Forestilling) -> None:
        antal = sum(len(f.haendelser) for f in self._fortaellinger)
        pr_sekund = antal / (self._plan.fortalt * self._plan.sekunder)
        await forestilling.genererede(self._fortaellinger, seed=self._plan.seed, pr_sekund=pr_sekund)

    async def _undervejs(self, drift: Drift) -> None:
        await drift.undervejs(self._r, self._m)

    async def _fortael_indtil(self, forestilling: Forestilling, faerdig: asyncio.Task[None], pr_sekund: float) -> None:
        """New members' stories until it is done; those that were begun are told to their ends."""
        nye = takewhile(lambda _: not faerdig.done(), self._fortaellinger)
        await forestilling.genererede(nye, samtidige=20, seed=self._plan.seed, pr_sekund=pr_sekund)
        assert faerdig.done(), "events ran out before it was done"

    @staticmethod
    async def _til_tiden(tid: float, arbejde: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(tid)
        await arbejde()

    async def _udgiv_ulaeselig(self) -> None:
        """One record that nobody can read, without an id: only its place tells it from another."""
        assert self._producent is not None
        part = self._parter[len(self._ulaeselige) % 9]
        sendt = await self._producent.send_and_wait(
            f"{part}.haendelser.v1", b"{nej", key=f"u{len(self._ulaeselige)}".encode(), headers=_HOVED
        )
        self._ulaeselige.append(Ulaeselig(sendt.topic, sendt.partition, sendt.offset))

    def _laes(self, emne: str, _noegle: bytes | None, vaerdi: bytes) -> None:
        """Keeps the kvitteringer that tell of a stop, or of a record whose id could not be read."""
        if emne.endswith(".kvitteringer.v1"):
            besked: dict[str, Any] = json.loads(vaerdi)
            data = besked.get("data") or {}
            if data.get("status") == "stoppet" or data.get("haendelseId") is None:
                self._kvitteringer.append(besked)

    async def _helbred(self) -> None:
        """Every fault is over: DFDG answers, every replica runs, every clock is right."""
        await self._m.styring.ryd()
        for r in self._r.alle:
            self._r.stil_ur(r, 0.0)
            if r.pid is None:
                await self._r.start(r)

    async def _operatoer(self) -> None:
        """An operator who sends again what DFDG refused, until nothing is left of it."""
        kommando = ("dlq", "retry", "--kode", AFVIST_AF_DFDG, "--begrundelse", "kaos")
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                if await self._aabne_doedbreve():
                    await self._r.kommando(self._m.mappe / "operatoer.log", *kommando)
            await asyncio.sleep(0.5)

    async def _aabne_doedbreve(self) -> int:
        conn = await asyncpg.connect(self._m.dsn)
        try:
            return int(await conn.fetchval("select count(*) from doedbrev where status = 'aaben'"))
        finally:
            await conn.close()

    async def _udbakken_tom(self) -> None:
        slut = time.monotonic() + 20
        conn = await asyncpg.connect(self._m.dsn)
        try:
            while time.monotonic() < slut:
                if not await conn.fetchval(
                    """select exists (select 1 from udbakke u join besked b on b.id = u.id
                                      where b.type <> 'gateway.puls.v1')
                           or exists (select 1 from doedbrev where status = 'aaben')"""
                ):
                    return
                await asyncio.sleep(0.2)
            self._r.vis_opgaver()
        finally:
            await conn.close()

    async def _doem(self, forestilling: Forestilling, standset: str | None, begyndt: float) -> Udfald:
        doedbreve = [json.loads(v)["data"] for _, v in await self._m.grund.laes([DLQ])]
        if self._r.uafsluttede and standset is None:
            standset = f"replicas that did not end in order: {', '.join(self._r.uafsluttede)}"
        udsyn = Udsyn(self._r.frosne, self._fejl.database_vaek, self._plan.lease)
        dom = doem(
            forestilling.dommer, self._fortaellinger, self._m.dfdg.log, udsyn, doedbreve, self._kvitteringer,
            self._ulaeselige, self._r.logge(), standset,
        )  # fmt: skip
        ramt = Counter[str]()
        efter_log = _ramt_efter_log(dom.forsoeg, list(linjer(self._m.dfdg.log)))
        for fejl in self._plan.fejl:
            ramt[fejl.art] += min(self._fejl.ramt.get(fejl.nr, 0), efter_log.get(fejl.art, 1))
        return Udfald(
            self._plan, dom, dict(ramt), self._fejl.haendte, time.monotonic() - begyndt, self._r.haendelser_i_log()
        )


def _kraever_andre(f: Fortaelling) -> bool:
    """Whether the story needs another system of the a-kasse, or an operator who knows what is right."""
    return bool(f.markeringer) or any(h.rettelse is not None or h.type == INDLAEST for h in f.haendelser)


class _Dfdgside:
    """What a story asks of DFDG's own side."""

    def __init__(self, m: Miljoe) -> None:
        self._m = m

    async def indmeld(self, akassekode: str, cpr: str, fra: date) -> None:
        await self._m.styring.skift_akasse(cpr, akassekode, fra)

    async def skift_cpr(self, gammelt: str, nyt: str) -> None:
        await self._m.styring.skift_cpr(gammelt, nyt)

    def __getattr__(self, navn: str) -> Any:
        raise NotImplementedError(f"no generated story asks DFDG's side to {navn}")


def _ramt_efter_log(forsoeg: list[Forsoeg], log: list[Any]) -> dict[str, int]:
    """For the kinds that are only there when two things meet: 1 when DFDG's log shows that they did.

    A late commit came after the answer had timed out and before the quiet time had passed; a repeat was answered 412; a
    repeat whose id was forgotten was looked at again.
    """
    brugte: set[str] = set()
    ud = {"sen_commit": 0, "gentagelse_412": 0, "glemte_id": 0}
    for f in forsoeg:
        if f.sent and f.committed is not None and SVAR < f.committed - f.begyndt < SVAR + STILLETID:
            ud["sen_commit"] = 1
        if f.udfald == "412":
            ud["gentagelse_412"] = 1
        if f.request_id is not None and f.request_id in brugte and f.udfald not in ("412", "intet_svar", None):
            ud["glemte_id"] = 1
        if f.request_id is not None and f.committed is not None:
            brugte.add(f.request_id)
    return ud


__all__ = ["Drift", "KafkaError", "Udfald", "koer", "migrer"]
