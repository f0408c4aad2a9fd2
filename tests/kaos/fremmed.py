"""A foreign member of the gateway's groups, as a process of its own: ended, it is out of the groups for certain.

    python fremmed.py BOOTSTRAP_SERVERS GROUP VISIT_SECONDS SECONDS

Again and again, for SECONDS, it joins GROUP.akasse and GROUP.jobcenter, takes partitions, reads nothing, and leaves. It
writes how many partitions it was given. In the tests' own process a consumer whose ``stop`` was cut off while Kafka was
down went on as a member, and nobody read its partitions: a fault of the run, not of the gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time

from aiokafka import AIOKafkaConsumer

#: Which topics each of the gateway's groups reads.
MOENSTRE = {"akasse": r"^akasse\.[0-9]{2}\.haendelser\.v1$", "jobcenter": r"^jobcenter\.[0-9]{4}\.haendelser\.v1$"}


async def besoeg(bootstrap_servers: str, gruppe: str, sekunder: float) -> int:
    """One visit of both groups. How many partitions it had at its end; 0 when Kafka was down."""
    medlemmer = [
        AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers,
            group_id=f"{gruppe}.{art}",
            enable_auto_commit=False,
            session_timeout_ms=6000,
        )
        for art in MOENSTRE
    ]
    tildelt = 0
    try:
        for medlem, moenster in zip(medlemmer, MOENSTRE.values(), strict=True):
            medlem.subscribe(pattern=moenster)
        async with asyncio.timeout(15):
            await asyncio.gather(*(x.start() for x in medlemmer))
        await asyncio.sleep(sekunder)
        tildelt = sum(len(x.assignment()) for x in medlemmer)
    except Exception:  # Kafka may be down just then
        await asyncio.sleep(0.2)
    finally:
        for medlem in medlemmer:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(medlem.stop(), 10)
    return tildelt


async def storm(bootstrap_servers: str, gruppe: str, besoegets: float, sekunder: float) -> None:
    slut = time.monotonic() + sekunder
    while time.monotonic() < slut:
        print(await besoeg(bootstrap_servers, gruppe, besoegets), flush=True)


if __name__ == "__main__":
    asyncio.run(storm(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
    # Not by way of the loop's end: what a visit left running must not hold the process.
    os._exit(0)
