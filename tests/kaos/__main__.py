"""``python -m tests.kaos``: chaos runs by seed, each with its verdict and a row. Exit code 1 when anything was found."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.kaos import raekke
from tests.kaos.dom import til_mennesker
from tests.kaos.koersel import Udfald, koer
from tests.kaos.miljoe import Grund
from tests.kaos.plan import lav

ROD = Path(__file__).parents[2]


def _laeser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m tests.kaos", description=__doc__)
    p.add_argument("--seed", type=int, default=None, help="the first run's seed (a fresh one is drawn and printed)")
    p.add_argument("--minutes", type=float, default=1.0, help="how long events are published and faults fall")
    p.add_argument("--replicas", type=int, default=3)
    p.add_argument("--members", type=int, default=None)
    p.add_argument(
        "--runs", type=int, default=1, help="runs with the seeds that follow; those in the CSV are passed over"
    )
    p.add_argument(
        "--parallel", type=int, default=1, help="so many processes, each with Kafka and PostgreSQL of its own"
    )
    p.add_argument("--csv", type=Path, default=None, help="append a row a run to this file")
    p.add_argument("--data", type=Path, default=None, help="keep everything under this folder")
    p.add_argument("--plan", action="store_true", help="print the plan, run nothing")
    p.add_argument("--del", type=int, default=0, dest="del_", help=argparse.SUPPRESS)
    return p


def genkald(seed: int, minutter: float, replikaer: int, medlemmer: int | None) -> str:
    """The command that runs the same plan again."""
    ekstra = f" --members {medlemmer}" if medlemmer is not None else ""
    return f'make chaos ARGS="--seed {seed} --minutes {minutter:g} --replicas {replikaer}{ekstra}"'


def vis(u: Udfald, genkald_: str) -> None:
    """Prints the verdict."""
    d = u.dom
    ramte = sum(u.ramt.values())
    print(
        f"seed {u.plan.seed}: {d.haendelser} events, {d.committed} effects, {len(u.plan.fejl)} faults, {ramte} hit, "
        f"{u.sekunder:.0f} s: {'ok' if d.ok else f'{len(d.fund)} findings'} "
        f"(excused {d.undskyldt}, same again {d.samme_igen})"
    )
    for fund in d.fund[:40]:
        print("  " + til_mennesker(fund, u.haendte, genkald_))
    if u.advarsler:
        print("  the replicas' log: " + ", ".join(f"{n} {navn}" for navn, n in sorted(u.advarsler.items())))
    sys.stdout.flush()


async def _koer(a: argparse.Namespace, seeds: list[int]) -> int:
    data = a.data or Path(tempfile.mkdtemp(prefix="kaos-"))
    data.mkdir(parents=True, exist_ok=True)
    grund = Grund(data)
    fundet = 0
    try:
        await grund.start()
        for seed in seeds:
            u = await koer(grund, lav(seed, a.minutes, a.replicas, a.members), ROD, f"run-{seed}")
            vis(u, genkald(seed, a.minutes, a.replicas, a.members))
            fundet += len(u.dom.fund)
            if a.csv is not None:
                raekke.skriv(a.csv, raekke.raekke(u, raekke.commit(ROD)))
            if a.data is None and u.dom.ok:
                shutil.rmtree(data / f"run-{seed}", ignore_errors=True)
    finally:
        await grund.stop()
        if a.data is None and not fundet:
            shutil.rmtree(data, ignore_errors=True)
        elif fundet:
            print(f"everything of the runs lies in {data}")
    return 1 if fundet else 0


async def _parallelt(a: argparse.Namespace, argv: list[str]) -> int:
    """Runs the seeds in several processes."""
    boern = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.kaos", *argv, "--seed", str(a.seed), "--parallel", str(a.parallel),
            "--del", str(nr + 1), cwd=ROD,
        )
        for nr in range(a.parallel)
    ]  # fmt: skip
    return max([await b.wait() for b in boern])


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    a = _laeser().parse_args(argv)
    if a.seed is None:
        a.seed = random.SystemRandom().randrange(1, 1_000_000)
        print(f"seed {a.seed}")
    if a.plan:
        for f in lav(a.seed, a.minutes, a.replicas, a.members).fejl:
            print(f)
        return 0
    if a.parallel > 1 and not a.del_:
        return asyncio.run(_parallelt(a, argv))
    # Kafka is away for a while in every run; its clients need not say so line after line.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    hvilken = raekke.commit(ROD)
    gjorte = {
        int(r["seed"])
        for r in (raekke.laes(a.csv) if a.csv and a.runs > 1 else [])
        if (r["commit"], r["minutes"], r["replicas"]) == (hvilken, f"{a.minutes:g}", str(a.replicas))
    }
    seeds = [s for s in range(a.seed, a.seed + a.runs) if s not in gjorte]
    if a.del_:
        seeds = seeds[a.del_ - 1 :: a.parallel]
    return asyncio.run(_koer(a, seeds))


if __name__ == "__main__":
    raise SystemExit(main())
