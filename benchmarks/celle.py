"""One cell with one arm: fill the topics, let the arm drain them, measure, and judge from the back end's log."""

from __future__ import annotations

import asyncio
import signal
import statistics
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiokafka import AIOKafkaProducer

from benchmarks import dom, maaling
from benchmarks.arme import Arm, Gateway
from benchmarks.last import Besaetning, Fordeling, Fylder, ideal, nye_emner
from benchmarks.opstilling import Opstilling, sige

#: Told before the clock starts: connections are there, code is compiled, every citizen is known.
OPVARMNING = 2_000
#: An arm that does fewer events a second than this is not waited for; a short cell gets half an hour.
LANGSOMST, MINDSTE_FRIST = 50, 1800.0
Art = Literal["toem", "aaben", "daarlig", "nedbrud", "kill"]


@dataclass(frozen=True, slots=True)
class Celle:
    """``art``: toem (closed loop: drain what is there) · aaben (open loop, ``hastighed`` events/s) · daarlig (DFDG refuses
    one citizen) · nedbrud (15 s of 503) · kill (kill -9 in the middle)."""

    navn: str
    delay_ms: float = 0
    borgere: int = 1_000
    fordeling: Fordeling = "jaevn"
    antal: int = 10_000
    processer: int = 1
    art: Art = "toem"
    hastighed: float = 300


@dataclass(slots=True)
class Resultat:
    celle: str
    arm: str
    antal: int
    sekunder: float
    pr_s: float
    ideal_pr_s: float | None
    tabt: int
    dobbelt: int
    byttet_om: int
    samtidige: int
    cpu_ms: dict[str, float] = field(default_factory=dict)
    hukommelse_mb: dict[str, float] = field(default_factory=dict)
    ekstra: dict[str, Any] = field(default_factory=dict)

    @property
    def ren(self) -> bool:
        return not (self.tabt or self.dobbelt or self.byttet_om or self.samtidige)

    def raekke(self) -> dict[str, Any]:
        return asdict(self)


async def koer(o: Opstilling, arm: Arm, c: Celle, *, seed: int = 1) -> Resultat:
    """Raises ``TimeoutError`` when the arm does fewer than ``LANGSOMST`` events a second."""
    frist = max(MINDSTE_FRIST, c.antal / LANGSOMST)
    await o.bagende.nulstil(0)
    await nye_emner(o.servere)
    b = Besaetning(c.borgere, seed)
    await arm.klargoer()
    try:
        await arm.start()
        async with Fylder(o.servere) as fylder:
            varme = [*range(min(c.borgere, OPVARMNING))]
            varme += b.traek(max(0, OPVARMNING - len(varme)), "jaevn")
            await fylder.fyld(b, varme)
            await vent(arm, len(varme), frist)
            await arm.slut(len(varme)) if isinstance(arm, Gateway) else None
            b.ventet.clear()
            b.raekke.clear()
            return await _maal(o, arm, c, b, fylder, frist, len(varme))
    finally:
        await arm.stop()


async def _maal(o: Opstilling, arm: Arm, c: Celle, b: Besaetning, fylder: Fylder, frist: float, varme: int) -> Resultat:
    borgere = b.traek(c.antal, c.fordeling)
    daarlig = b.cprer[borgere[0]] if c.art == "daarlig" else None
    await o.bagende.nulstil(c.delay_ms)
    if daarlig:
        await o.bagende.fejl(f"borger={daarlig}")
    alle = {"arm": arm.pids, **{n: [p] for n, p in o.pids.items()}}
    foer = {n: sum(map(maaling.cpu, p)) for n, p in alle.items()}
    ledger = (await arm.bytes(), await arm.wal(), await arm.transaktioner()) if isinstance(arm, Gateway) else None
    ventes = c.antal - (borgere.count(borgere[0]) if daarlig else 0)
    # The gateway's count is of every kvittering since the beginning; the others' of answers since ``nulstil``.
    faerdig = ventes + (varme if isinstance(arm, Gateway) else 0)
    haendelser: dict[str, float] = {}
    if c.art == "aaben":
        start = time.time()
        tider = await udgiv_jaevnt(o.servere, b, borgere, c.hastighed)
    else:
        start, tider = await fylder.fyld(b, borgere), []
    if c.art == "nedbrud":
        await vent(arm, faerdig - 2 * ventes // 3, frist)
        await o.bagende.fejl("nede=1")
        await asyncio.sleep(15)
        await o.bagende.fejl("nede=0")
        haendelser["oppe"] = time.time()
    if c.art == "kill":
        await vent(arm, faerdig - ventes // 2, frist)
        await arm.stop(signal.SIGKILL)
        await arm.start()
    hukommelse: dict[str, float] = {}
    await vent(arm, faerdig, frist, {n: p for n, p in alle.items() if c.art != "kill"}, hukommelse)
    slut = await arm.slut(faerdig) if isinstance(arm, Gateway) else None
    cpu = {n: sum(map(maaling.cpu, p)) - foer[n] for n, p in alle.items()} if c.art != "kill" else {}
    kald = dom.laes(await o.bagende.log())
    gode = [k for k in kald if k.status == 200]
    slut = slut or gode[-1].ud
    if daarlig:
        b.ventet.pop(daarlig)
        kald = [k for k in kald if k.borger != daarlig]
    d = dom.doem(kald, b.ventet)
    r = Resultat(
        c.navn, arm.navn, ventes, round(slut - start, 3), round(ventes / (slut - start), 1),
        ideal(borgere, c.delay_ms / 1000), d.tabt, d.dobbelt, d.byttet_om, d.samtidige,
        {n: round(1000 * s / ventes, 3) for n, s in cpu.items()}, {n: round(mb) for n, mb in hukommelse.items()},
    )  # fmt: skip
    if isinstance(arm, Gateway) and ledger is not None:
        r.ekstra["ledger_bytes"] = round((await arm.bytes() - ledger[0]) / ventes)
        r.ekstra["transaktioner"] = round((await arm.transaktioner() - ledger[2]) / ventes, 3)
        r.ekstra["wal_bytes"] = round((await arm.wal() - ledger[1]) / ventes)
    if tider:
        r.ekstra |= _forsinkelser(tider, gode, b)
    if "oppe" in haendelser:
        r.ekstra["efter_nedbrud_s"] = round(slut - haendelser["oppe"], 1)
    return r


async def vent(
    arm: Arm, antal: int, frist: float, pids: dict[str, list[int]] | None = None, mb: dict[str, float] | None = None
) -> None:
    """Until ``antal`` events are done; takes the greatest memory on the way."""
    ende, maalt = time.monotonic() + frist, 0.0
    while await arm.faerdige() < antal:
        nu = time.monotonic()
        if nu > ende:
            raise TimeoutError(f"{arm.navn}: {await arm.faerdige()} of {antal} events done after {frist:.0f} s")
        if pids and mb is not None and nu - maalt > 2:
            maalt = nu
            for n, p in pids.items():
                mb[n] = max(mb.get(n, 0), sum(map(maaling.hukommelse, p)))
        await asyncio.sleep(0.2)


async def udgiv_jaevnt(servere: str, b: Besaetning, borgere: list[int], hastighed: float) -> list[float]:
    """The open loop: each event at its time, whatever has become of those before it. Returns the intended times (Unix)."""
    p = AIOKafkaProducer(bootstrap_servers=servere, acks="all", linger_ms=0)
    await p.start()
    try:
        begyndt, tider = time.time() + 0.5, []
        for nr, borger in enumerate(borgere):
            tider.append(begyndt + nr / hastighed)
            if (rest := tider[-1] - time.time()) > 0:
                await asyncio.sleep(rest)
            emne, noegle, vaerdi = b.haendelse(borger)
            await p.send(emne, vaerdi, key=noegle)
        return tider
    finally:
        await p.stop()


def _forsinkelser(tider: list[float], kald: list[dom.Kald], b: Besaetning) -> dict[str, float]:
    """From each event's intended time to its request at the back end, ms."""
    # A time is the same whichever offset an arm writes it with.
    naar = {(k.borger, k.tid): k.ind for k in reversed(kald)}
    efter = {(borger, datetime.fromisoformat(tid)): t for (borger, tid), t in zip(b.raekke, tider, strict=True)}
    ms = sorted(1000 * (naar[n] - t) for n, t in efter.items() if n in naar)
    kvantil = statistics.quantiles(ms, n=1000)
    return {"p50_ms": round(kvantil[499], 1), "p99_ms": round(kvantil[989], 1), "hoejst_ms": round(ms[-1], 1)}


def vis(r: Resultat) -> None:
    """One line for whoever waits."""
    fejl = "" if r.ren else f"  LOST {r.tabt} DOUBLED {r.dobbelt} OUT OF ORDER {r.byttet_om} AT ONCE {r.samtidige}"
    cpu = " ".join(f"{n} {ms:.2f}" for n, ms in r.cpu_ms.items())
    sige(f"{r.celle:14} {r.arm:18} {r.pr_s:8.0f}/s  CPU ms: {cpu}  {r.ekstra or ''}{fejl}")
