"""``make bench-quick``: the gateway and Parallel Consumer in turn, on the same topics and the same back end.

The last line: the gateway's rate by Parallel Consumer's without delay and with 50 ms, and the gateway's share of the best
possible rate with 50 citizens and 50 ms. Exit code 1: something was lost, doubled or out of order; 2: something is missing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from statistics import median

from benchmarks.arme import Arm, Gateway, parallel_consumer
from benchmarks.celle import Celle, koer, vis
from benchmarks.koer import abba
from benchmarks.opstilling import Mangler, Opstilling, byg_parallel_consumer, opstil, sige

CELLER = (Celle("0ms", antal=6_000), Celle("50ms", delay_ms=50, antal=6_000))
IDEAL = Celle("50x50ms", delay_ms=50, borgere=50, antal=2_000)


async def maal() -> tuple[str, bool]:
    await byg_parallel_consumer()
    async with opstil() as o:
        arme: dict[str, Callable[[Opstilling], Arm]] = {"gateway": Gateway, "parallel-consumer": parallel_consumer}
        sige(f"settings beside production's: {json.dumps(Gateway(o, dsn='x').afvigelser())}")
        tal: dict[tuple[str, str], list[float]] = defaultdict(list)
        rene = True
        for c in CELLER:
            for navn in abba(list(arme), 2):
                r = await koer(o, arme[navn](o), c)
                vis(r)
                tal[c.navn, navn].append(r.pr_s)
                rene &= r.ren
        r = await koer(o, Gateway(o), IDEAL)
        vis(r)
        rene &= r.ren
        forhold = {c: median(tal[c, "gateway"]) / median(tal[c, "parallel-consumer"]) for c in ("0ms", "50ms")}
        andel = r.pr_s / (r.ideal_pr_s or 1)
        return f"ratio_0ms={forhold['0ms']:.2f} ratio_50ms={forhold['50ms']:.2f} share_of_ideal={andel:.2f}", rene


def main() -> int:
    try:
        linje, rene = asyncio.run(maal())
    except Mangler as fejl:
        sige(str(fejl))
        return 2
    print(linje)
    return int(not rene)


if __name__ == "__main__":
    sys.exit(main())
