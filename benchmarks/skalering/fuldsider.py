"""What an event writes to PostgreSQL's log where every page it touches is touched for the first time since a checkpoint.

python -m benchmarks.skalering.fuldsider       # five minutes; into kost.json

PostgreSQL logs a page whole when it is first changed after a checkpoint (``full_page_writes``, which no setting here turns
off). A run over a young ledger shows nothing of it: its pages are changed again and again. In a ledger of many citizens
whose events come one by one, hours apart, nearly every change is a page's first. So: a ledger of many citizens, then
portions that are small beside it, each right after a checkpoint.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

import asyncpg

from benchmarks.arme import Gateway
from benchmarks.celle import udgiv_jaevnt, vent
from benchmarks.last import Besaetning, Fylder, nye_emner
from benchmarks.opstilling import Opstilling, opstil, sige
from benchmarks.skalering.maal import gem

#: Events a second of the portions: each in transactions of its own, as on a working day.
HASTIGHED = 10.0
#: Between the filling and the portions, seconds.
RO = 60.0
#: Events are not waited for any longer than this, seconds.
FRIST = 1800.0


async def maal(borgere: int, fyld: int, portioner: int, pr_portion: int) -> dict[str, float]:
    """``fyld`` events of ``borgere`` citizens, then ``portioner`` of ``pr_portion`` events: medians of what an event of these wrote."""
    async with opstil() as o:
        await o.bagende.nulstil(0)
        await nye_emner(o.servere)
        b, arm = Besaetning(borgere), Gateway(o)
        await arm.klargoer()
        try:
            await arm.start()
            async with Fylder(o.servere) as fylder:
                await fylder.fyld(b, [*range(borgere), *b.traek(fyld - borgere, "jaevn")])
            await _vent(arm, fyld)
            # What autovacuum does after so much is no event's.
            await asyncio.sleep(RO)
            return await _portioner(o, arm, b, fyld, portioner, pr_portion)
        finally:
            await arm.stop()


async def _portioner(o: Opstilling, arm: Gateway, b: Besaetning, fyld: int, portioner: int, n: int) -> dict[str, float]:
    conn = await asyncpg.connect(arm.dsn)
    wal, sider, faerdig = list[float](), list[float](), fyld
    try:
        hvile = await _hvile(conn)
        for _ in range(portioner):
            await conn.execute("checkpoint")
            foer, begyndt = await _log(conn), time.monotonic()
            await udgiv_jaevnt(o.servere, b, b.traek(n, "jaevn"), HASTIGHED)
            faerdig += n
            await _vent(arm, faerdig)
            efter, varede = await _log(conn), time.monotonic() - begyndt
            wal.append((efter[0] - foer[0] - varede * hvile) / n)
            sider.append((efter[1] - foer[1]) / n)
    finally:
        await conn.close()
    return {
        "borgere": b.antal,
        "haendelser": fyld,
        "wal_bytes_pr_haendelse": round(statistics.median(wal)),
        "wal_fuldsider_pr_haendelse": round(statistics.median(sider), 2),
    }


async def _hvile(conn: asyncpg.Connection) -> float:
    """Bytes a second of a gateway that has nothing to do: the least of three times ten seconds."""
    pr_s = []
    for _ in range(3):
        (foer, _sider), begyndt = await _log(conn), time.monotonic()
        await asyncio.sleep(10)
        pr_s.append(((await _log(conn))[0] - foer) / (time.monotonic() - begyndt))
    return min(pr_s)


async def _log(conn: asyncpg.Connection) -> tuple[int, int]:
    """The log's bytes and whole pages so far; connections tell of theirs with a second's delay."""
    await asyncio.sleep(2)
    r = await conn.fetchrow("select pg_current_wal_lsn() - '0/0' as wal, wal_fpi from pg_stat_wal")
    assert r is not None
    return int(r["wal"]), int(r["wal_fpi"])


async def _vent(arm: Gateway, antal: int) -> None:
    """Until ``antal`` events have their final kvittering; not every kvittering is one."""
    await vent(arm, antal, FRIST)
    await arm.slut(antal)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--borgere", type=int, default=30_000)
    p.add_argument("--haendelser", type=int, default=45_000, help="told before the portions")
    p.add_argument("--portioner", type=int, default=5)
    p.add_argument("--pr-portion", type=int, default=200)
    a = p.parse_args()
    tal = asyncio.run(maal(a.borgere, a.haendelser, a.portioner, a.pr_portion))
    gem("fuldsider", tal, f"python -m benchmarks.skalering.fuldsider --borgere {a.borgere} --haendelser {a.haendelser}")
    sige(json.dumps(tal, indent=2))


if __name__ == "__main__":
    main()
