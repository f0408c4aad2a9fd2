"""``make mutants-lanes``: broken variants of the lanes, each run short plans that aim at it; how often it was caught.

    python -m tests.kaos.mutanter [--koersler 20] [--kun ID …] [--csv FILE] [--uden-brud]

A variant is caught by a run in which the judge finds anything, or in which a replica does not live. ``--uden-brud`` runs
the same plans on the unbroken tree: nothing may be found there, or the plans would catch anything. Exit code 1 when a
variant was caught in fewer than 19 of 20 (95 %).
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import logging
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.kaos import raekke
from tests.kaos.koersel import koer
from tests.kaos.miljoe import Grund
from tests.kaos.plan import maalrettet

ROD = Path(__file__).parents[2]
_TRAE = ("gateway", "contracts", "consumers", "producers", "sandbox")
_KOLONNER = ["commit", "mutant", "seed", "caught", "hit", "findings", "seconds", "first"]
KRAV = 0.95


@dataclass(frozen=True, slots=True)
class Aendring:
    fil: str
    gammel: str
    ny: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """``hvad``: what is broken, in words; ``plan``: the plan that shows it."""

    id: str
    hvad: str
    plan: str
    aendringer: tuple[Aendring, ...]


def laes() -> list[Mutant]:
    poster = yaml.safe_load(Path(__file__).with_name("mutanter.yaml").read_text(encoding="utf-8"))
    return [Mutant(p["id"], p["hvad"], p["plan"], tuple(Aendring(**a) for a in p["aendringer"])) for p in poster]


def kopi(mappe: Path, mutant: Mutant | None) -> Path:
    """A copy of the tree under ``mappe``, broken as the mutant says. Raises ValueError where the text to replace does not
    stand exactly once."""
    for navn in _TRAE:
        shutil.copytree(ROD / navn, mappe / navn, ignore=shutil.ignore_patterns("__pycache__"))
    for a in mutant.aendringer if mutant else ():
        tekst = (mappe / a.fil).read_text(encoding="utf-8")
        if tekst.count(a.gammel) != 1:
            raise ValueError(
                f"{mutant.id if mutant else ''}: {a.fil} has the text {tekst.count(a.gammel)} times, not once"
            )
        (mappe / a.fil).write_text(tekst.replace(a.gammel, a.ny), encoding="utf-8")
    return mappe


async def _koer(a: argparse.Namespace) -> int:
    hvilken = raekke.commit(ROD)
    valgte = [m for m in laes() if not a.kun or m.id in a.kun]
    gjorte = [r for r in _raekker(a.csv) if r["commit"] == hvilken] if a.csv else []
    data = Path(tempfile.mkdtemp(prefix="kaos-mutanter-"))
    grund = Grund(data / "grund")
    for_faa = 0
    try:
        await grund.start()
        for m in valgte:
            navn = f"{m.id}{' unbroken' if a.uden_brud else ''}"
            trae = kopi(data / m.id, None if a.uden_brud else m)
            fanget = [r["caught"] == "1" for r in gjorte if r["mutant"] == navn]
            kendte = {r["seed"] for r in gjorte if r["mutant"] == navn}
            for seed in range(a.seed, a.seed + a.koersler):
                if str(seed) not in kendte:
                    fanget.append(await _en(a, grund, trae, m, seed, navn, hvilken))
            antal = sum(fanget)
            print(f"{navn}: {m.hvad}: caught {antal} of {len(fanget)}", flush=True)
            for_faa += antal > 0 if a.uden_brud else antal < KRAV * len(fanget)
            shutil.rmtree(data / m.id)
    finally:
        await grund.stop()
        shutil.rmtree(data, ignore_errors=True)
    return 1 if for_faa else 0


async def _en(a: argparse.Namespace, grund: Grund, trae: Path, m: Mutant, seed: int, navn: str, hvilken: str) -> bool:
    ramt, sekunder = 0, 0.0
    try:
        u = await koer(grund, maalrettet(m.plan, seed), trae, "mutant")
        fund = [f"{f.invariant}: {f.mekanisme}" for f in u.dom.fund]
        ramt, sekunder = sum(u.ramt.values()), u.sekunder
    except RuntimeError as fejl:  # a replica that does not come up
        fund = [str(fejl).splitlines()[0]]
    foerste = min(fund, key=_sigende, default="")
    print(f"  {navn} seed {seed}: {'caught' if fund else 'NOT caught'} ({ramt} faults hit) {foerste}", flush=True)
    if a.csv:
        post = [hvilken, navn, seed, int(bool(fund)), ramt, len(fund), f"{sekunder:.0f}", foerste]
        ny = not a.csv.exists()
        a.csv.parent.mkdir(parents=True, exist_ok=True)
        with a.csv.open("a", encoding="utf-8", newline="") as f:
            skriver = csv.writer(f, delimiter=";", lineterminator="\n")
            if ny:
                skriver.writerow(_KOLONNER)
            skriver.writerow(post)
    return bool(fund)


def _sigende(fund: str) -> tuple[int, str]:
    """What was sent again, out of order or never says more than what became of it: a missing kvittering, a stand."""
    orden = ("I6", "I3", "I4", "I2", "I1", "I5", "I10", "I7")
    invariant = fund.partition(":")[0]
    return (orden.index(invariant) if invariant in orden else len(orden), fund)


def _raekker(fil: Path | None) -> list[dict[str, str]]:
    return raekke.laes(fil) if fil else []


def main() -> int:
    p = argparse.ArgumentParser(prog="python -m tests.kaos.mutanter", description=__doc__)
    p.add_argument("--koersler", type=int, default=20, help="runs of each variant")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--kun", nargs="*", default=[], help="only these variants")
    p.add_argument(
        "--csv", type=Path, default=None, help="append a row a run; those that stand there are not run again"
    )
    p.add_argument("--uden-brud", action="store_true", help="the same plans on the unbroken tree")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return asyncio.run(_koer(p.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
