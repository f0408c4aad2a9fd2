"""The model against reality: runs of the whole gateway, and the same runs simulated from the stages' own costs.

    python -m benchmarks.koer --celler 0ms,50ms,2-processer --arme gateway --runder 1 --antal 4000 --ud benchmarks/skalering/celler.csv
    python -m benchmarks.skalering.efterproev

What is compared is what a busy machine does not spoil: processor time and bytes an event. Exit code 1: a figure is further
off than ``TOLERANCE``. The model takes nothing from these runs but the messages an event and what an idle gateway costs: its stages' costs
are ``kost.json``'s ``trin``, measured one after the other in one process.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.koer import CELLER
from benchmarks.last import AKASSER, PARTITIONER, Besaetning
from benchmarks.skalering import last
from benchmarks.skalering.anlaeg import Anlaeg, Maalt
from benchmarks.skalering.kost import HER, Kost, kost, laes
from benchmarks.skalering.model import Simulation
from contracts.dfdg import samtale

#: The gateway's processes.
ROLLER = ("consume", "deliver", "publish")
#: How far the model may be from the measured figure, as a share of it.
TOLERANCE = 0.5


@dataclass(frozen=True, slots=True)
class Sammenligning:
    """One figure of one run: what was measured and what the model says."""

    koersel: str
    tal: str
    maalt: float
    model: float

    @property
    def forhold(self) -> float:
        return self.model / self.maalt


def her(maalt: dict[str, Any]) -> dict[str, Any]:
    """This machine: two cores, PostgreSQL beside the gateway, no network between."""
    return {
        "pg_kerner": 2,
        "commit": maalt["commit"]["uden_besked_1"]["p50_ms"] / 1000,
        "ventetid": 0.002,
        "partitioner": PARTITIONER,
    }


def celle(navn: str, antal: int, k: Kost, maalt: dict[str, Any]) -> Maalt:
    """The benchmark's cell: everything on the topics at once, one registration each."""
    c = CELLER[navn]
    kanal = samtale.OPRET.navn
    borgere = Besaetning(c.borgere).traek(antal, c.fordeling)
    kom = ((0.0, b, b % len(AKASSER), (f"{kanal}|{AKASSER[b % len(AKASSER)]}",)) for b in borgere)
    # The back end answers at once, but for the way there and back.
    anlaeg = Anlaeg(faelles=c.processer == 1, svartid=0.002 + c.delay_ms / 1000, **her(maalt))
    return Simulation(k, anlaeg, kom).koer()


def blandingen(k: Kost, maalt: dict[str, Any], navn: str) -> Maalt:
    """The generator's mix, a process a role: evenly as it was told, or all at once."""
    m = maalt[navn]
    b = last.blanding(m["medlemmer"], m["seed"])
    arter = dict(b.andre)
    for kald, n in b.udbetalinger.items():
        arter[kald] = arter.get(kald, 0) + n
    afstand = 1 / m["pr_sekund"] if m["pr_sekund"] else 0.0

    def kom() -> Iterator[last.Ankomst]:
        t = last.Traekker(m["medlemmer"], m["seed"])
        for nr, kald in enumerate(t.kald(arter, m["haendelser"])):
            yield t.ankomst(nr * afstand, t.borger(), kald)

    return Simulation(k, Anlaeg(svartid=0.02, **her(maalt)), kom()).koer()


def sammenlign(maalt: dict[str, Any], celler: list[dict[str, str]]) -> list[Sammenligning]:
    """Every figure of every run. What an idle gateway costs is measured too: it is added where a run holds it."""
    k, hvile = kost(maalt), maalt["blanding"]["hvile_cpu"]
    en_besked = replace(k, beskeder=1.0)
    ud = []
    for r in celler:
        n, sekunder = int(r["antal"]), float(r["sekunder"])
        m = celle(r["celle"], n, en_besked, maalt)
        gateway = sum(m.cpu.values()) + sekunder * sum(hvile[x] for x in ROLLER)
        pg = m.pg + sekunder * hvile["postgres"]
        ud += [
            Sammenligning(r["celle"], "gateway CPU, µs", 1000 * float(r["cpu_ms.arm"]), 1e6 * gateway / n),
            Sammenligning(r["celle"], "PostgreSQL CPU, µs", 1000 * float(r["cpu_ms.postgres"]), 1e6 * pg / n),
            Sammenligning(r["celle"], "WAL, bytes", float(r["ekstra.wal_bytes"]), m.wal / n),
        ]
    for navn, kaldes in (("blanding", "mix, at once"), ("jaevn", "mix, evenly")):
        b, m = maalt[navn], blandingen(k, maalt, navn)
        n, cpu = b["haendelser"], b["cpu_us_pr_haendelse"]
        ud += [Sammenligning(kaldes, f"{x} CPU, µs", cpu[x], 1e6 * m.cpu[x] / n) for x in ROLLER]
        ud += [
            Sammenligning(kaldes, "PostgreSQL CPU, µs", cpu["postgres"], 1e6 * m.pg / n),
            Sammenligning(kaldes, "WAL, bytes", b["wal_bytes_pr_haendelse"], m.wal / n),
            Sammenligning(kaldes, "calls", sum(b["registreringer"].values()) / n, m.kald / n),
        ]
    return ud


def alle(maalt: dict[str, Any]) -> list[Sammenligning]:
    """Every figure of every run there is."""
    with (HER / "celler.csv").open() as f:
        return sammenlign(maalt, list(csv.DictReader(f)))


def main() -> int:
    ude = 0
    for s in alle(laes()):
        langt = abs(s.forhold - 1) > TOLERANCE
        ude += langt
        print(f"{s.koersel:14}{s.tal:22}{s.maalt:12.2f}{s.model:12.2f}{s.forhold:8.2f}{'  beyond' if langt else ''}")
    return int(ude > 0)


if __name__ == "__main__":
    sys.exit(main())
