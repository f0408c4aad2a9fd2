"""``make bench``: every cell with every arm, in ABBA order; rows to benchmarks/results.csv, plots beside it. Takes hours.

make bench ARGS="--celler 0ms,50ms --runder 5 --arme gateway,parallel-consumer"
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import arme
from benchmarks.arme import Arm, Gateway
from benchmarks.celle import Celle, Resultat, koer, vis
from benchmarks.opstilling import HER, Mangler, Opstilling, byg_parallel_consumer, opstil, sige
from benchmarks.tabel import laes, tabel

BASIS = Celle("0ms")
#: One factor at a time differs from the baseline (0 ms, 1,000 citizens, uniform, 10,000 events, 1 process).
CELLER = {
    c.navn: c
    for c in (
        BASIS,
        Celle("5ms", delay_ms=5),
        Celle("50ms", delay_ms=50),
        Celle("50x50ms", delay_ms=50, borgere=50, antal=3_000),
        Celle("50-borgere", borgere=50),
        Celle("100k-borgere", borgere=100_000, antal=100_000),
        Celle("zipf", fordeling="zipf"),
        Celle("zipf-50ms", fordeling="zipf", delay_ms=50, antal=3_000),
        Celle("2-processer", processer=2),
        Celle("4-processer", processer=4),
        Celle("100k", antal=100_000),
        # As many talks a citizen as the baseline has: a thousand talks are nobody's.
        Celle("1M", borgere=100_000, antal=1_000_000),
        Celle("aaben-300", art="aaben", antal=18_000),
        Celle("daarlig", art="daarlig"),
        Celle("nedbrud", art="nedbrud", delay_ms=5),
        Celle("kill", art="kill", delay_ms=5, antal=20_000),
    )
}
#: What is run when nothing is named: the rest takes very long.
VANLIGE = [n for n in CELLER if n not in ("1M", "100k-borgere", "100k")]


def bygger(navn: str, c: Celle) -> Callable[[Opstilling], Arm]:
    match navn:
        case "gateway":
            return lambda o: Gateway(o, antal_processer=c.processer)
        case "parallel-consumer":
            return arme.parallel_consumer
        case "asyncio-loop":
            return arme.asyncio_loop
    raise Mangler(f"there is no arm {navn}")


def abba(navne: list[str], runder: int) -> list[str]:
    """a b c, c b a, a b c …: whatever drifts on the machine meets all alike."""
    return [n for r in range(runder) for n in (navne if r % 2 == 0 else navne[::-1])]


async def alle(a: argparse.Namespace) -> bool:
    navne = a.arme.split(",")
    if "parallel-consumer" in navne:
        await byg_parallel_consumer()
    rene, raekker = True, list[Resultat]()
    foer = laes(a.ud)
    async with opstil() as o:
        sige(f"settings beside production's: {json.dumps(Gateway(o, dsn='x').afvigelser())}")
        for navn in a.celler.split(","):
            c = CELLER[navn]
            c = replace(c, antal=a.antal or c.antal)
            for arm in abba(navne if c.processer == 1 else ["gateway"], a.runder):
                try:
                    r = await koer(o, bygger(arm, c)(o), c)
                except TimeoutError as fejl:
                    sige(f"{c.navn:14} {arm:18} {fejl}")
                    continue
                vis(r)
                rene &= r.ren or arm != "gateway"
                raekker.append(r)
                skriv(raekker, a.ud, foer)
    print(tabel(laes(a.ud)))
    return rene


def flad(r: Resultat) -> dict[str, Any]:
    d = r.raekke()
    for gruppe in ("cpu_ms", "hukommelse_mb", "ekstra"):
        d |= {f"{gruppe}.{k}": v for k, v in d.pop(gruppe).items()}
    return d


def skriv(raekker: list[Resultat], ud: Path, foer: list[dict[str, str]]) -> list[dict[str, Any]]:
    """One row a run. Of the cells that are run now only this run's rows stay; ``foer``: what was there."""
    nye = {r.celle for r in raekker}
    flade = [*(d for d in foer if d["celle"] not in nye), *map(flad, raekker)]
    felter = list(dict.fromkeys(k for d in flade for k in d))
    with ud.open("w", newline="") as f:
        w = csv.DictWriter(f, felter, lineterminator="\n")
        w.writeheader()
        w.writerows(flade)
    return flade


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--celler", default=",".join(VANLIGE), help=f"of {', '.join(CELLER)}")
    p.add_argument("--arme", default="gateway,parallel-consumer,asyncio-loop")
    p.add_argument("--runder", type=int, default=5)
    p.add_argument("--antal", type=int, default=0, help="events, instead of the cell's own number")
    p.add_argument("--ud", type=Path, default=HER / "results.csv")
    try:
        return int(not asyncio.run(alle(p.parse_args())))
    except (Mangler, KeyError) as fejl:
        sige(str(fejl))
        return 2


if __name__ == "__main__":
    sys.exit(main())
