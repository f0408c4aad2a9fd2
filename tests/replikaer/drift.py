"""What the operators do to replicas, and what DFDG's log says of who sent what meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import asyncpg

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from tests.kaos.forsoeg import Forsoeg
from tests.kaos.miljoe import Miljoe
from tests.kaos.replikaer import Replika, Replikaer


@dataclass(slots=True)
class Skift:
    """A replica that was ended in order and started again: from when until when it was gone (epoch seconds), how many claims
    it held and how many events stood parked when it was told to end."""

    replika: int
    fra: float
    til: float
    krav: int
    parkerede: int


@dataclass(slots=True)
class Bog:
    """What was done, and by which addresses each version called DFDG."""

    skift: list[Skift] = field(default_factory=list)
    adresser: dict[str, set[str]] = field(default_factory=dict)

    def se(self, r: Replikaer, navne: dict[int, str]) -> None:
        """Notes the addresses of the replicas by what they are called now."""
        for x in r.alle:
            if x.nr in navne:
                self.adresser.setdefault(navne[x.nr], set()).add(x.adresse)

    def kvitterede(self, forsoeg: Iterable[Forsoeg], navn: str) -> int:
        """How many of DFDG's receipts went to that version."""
        return sum(f.udfald == "kvitteret" and f.klient in self.adresser.get(navn, ()) for f in forsoeg)

    def uden_den(self, forsoeg: list[Forsoeg], s: Skift) -> int:
        """What DFDG committed while that replica was gone."""
        return sum(f.committed is not None and s.fra < f.committed < s.til for f in forsoeg)


async def genstart(r: Replikaer, m: Miljoe, x: Replika, bog: Bog, kode: Path | None = None) -> None:
    """SIGTERM while it has claims out, and the same place started again, with the tree ``kode``. DFDG takes its time until
    then, so that what is claimed stays out."""
    conn = await asyncpg.connect(m.dsn)
    ordre = await m.styring.bestil(Forstyrrelse(art="latens", sekunder=1.0))
    try:
        krav = 0
        slut = time.monotonic() + 30
        while krav == 0 and time.monotonic() < slut:
            krav = await conn.fetchval("select count(*) from krav where ejer like $1", f"%:{x.pid}:%")
            await asyncio.sleep(0.02)
        parkerede = await conn.fetchval("select count(*) from haendelse where tilstand = 'venter'")
    finally:
        await conn.close()
    fra = time.time()
    afslutning = asyncio.create_task(r.afslut(x))
    await asyncio.sleep(0.5)
    await m.styring.ryd(ordre.nummer)
    await afslutning
    x.kode = kode
    await r.start(x)
    bog.skift.append(Skift(x.nr, fra, time.time(), krav, parkerede))


async def vent(m: Miljoe, forespoergsel: str, *argumenter: object, sekunder: float = 30) -> None:
    """Waits until the query gives true."""
    conn = await asyncpg.connect(m.dsn)
    try:
        slut = time.monotonic() + sekunder
        while not await conn.fetchval(forespoergsel, *argumenter):
            assert time.monotonic() < slut, f"never true: {forespoergsel}"
            await asyncio.sleep(0.1)
    finally:
        await conn.close()


def modtaget(x: Replika) -> float:
    """How many events the replica has accepted since it was started, as its metrics say."""
    ops = [json.loads(linje)["ops"] for linje in x.log.read_text().splitlines() if linje.startswith('{"klar"')][-1]
    with urlopen(f"{ops}/metrics", timeout=10) as svar:
        tekst = svar.read().decode()
    return sum(float(n) for n in re.findall(r"^gateway_haendelser_modtaget_total\{.*\} (.*)$", tekst, re.MULTILINE))
