"""Parallel Consumer's best setting on this machine: calls at once and records a poll, without delay and with 50 ms.

python -m benchmarks.sweep          # writes benchmarks/sweep.csv
"""

from __future__ import annotations

import asyncio
import csv

from benchmarks.arme import parallel_consumer
from benchmarks.celle import Celle, koer, vis
from benchmarks.opstilling import HER, byg_parallel_consumer, opstil


async def main() -> None:
    await byg_parallel_consumer()
    raekker = []
    async with opstil() as o:
        for samtidige in (64, 128, 256, 512):
            for portion in (500, 2_000):
                for c in (Celle("0ms"), Celle("50ms", delay_ms=50)):
                    r = await koer(o, parallel_consumer(o, samtidige, portion), c)
                    vis(r)
                    raekker.append((c.navn, samtidige, portion, r.pr_s))
    with (HER / "sweep.csv").open("w", newline="") as f:
        csv.writer(f).writerows([("cell", "at_once", "records_a_poll", "events_per_s"), *raekker])


if __name__ == "__main__":
    asyncio.run(main())
