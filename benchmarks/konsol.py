"""How long the console's questions take, and by which indexes, with a million finished events in the ledger.

    python -m benchmarks.konsol [--haendelser 1000000] [--ud docs/konsol/svartider.md]

One told course is multiplied by SQL (``tests/konsol/mange.py``), so that what is encrypted is real; the embedded PostgreSQL with
fsync on. Each question is asked eleven times after one that is not counted; the median is written, with the plans.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.ledger.db import aabn_pulje, migrer
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.opsaetning import koder, regelopsaetning
from gateway.rules.afgoer import decide
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.embedded.postgres import IndlejretPostgres
from tests.konsol.mange import fyld
from tests.konsol.planer import Spion, knuder, maal, spoergsmaal
from tests.ledger.byg import Ledger


async def koer(haendelser: int) -> str:
    with TemporaryDirectory(prefix="konsol-") as mappe:
        server = IndlejretPostgres(Path(mappe))
        pulje = await aabn_pulje(await server.start(), hoejst=4, saetning_hoejst=3600)
        try:
            async with pulje.acquire() as conn:
                await migrer(conn)
            s = Settings()
            carrier = DfdgCarrier(DfdgOpsaetning(base_url="http://127.0.0.1:9", koder=koder(s)))
            ledger = Ledger(pulje, Noegler(b"n" * 32), Motor(decide, carrier.render, regelopsaetning(s)))
            await fyld(ledger, haendelser)
            antal = await pulje.fetchval("select count(*) from haendelse")
            linjer = [f"{antal:,} hændelser i ledgeren, {os.cpu_count()} kerner.".replace(",", "."), ""]
            linjer += ["| spørgsmål | median, ms | læser |", "|---|--:|---|"]
            for navn, spoerg in (await spoergsmaal(ledger, datetime.now(UTC))).items():
                spion = Spion(pulje)
                await spoerg(spion)
                laest = dict.fromkeys(k for _, plan in spion.planer for k in knuder(plan) if "pg_" not in k)
                tid = await maal(pulje, spoerg)
                linjer.append(f"| {navn} | {tid:.0f} | {'; '.join(laest)} |")
                print(f"{navn}: {tid:.0f} ms", flush=True)
            return "\n".join(linjer) + "\n"
        finally:
            await pulje.close()
            await server.stop()


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--haendelser", type=int, default=1_000_000)
    p.add_argument("--ud", type=Path)
    valg = p.parse_args()
    tekst = asyncio.run(koer(valg.haendelser))
    if valg.ud is not None:
        valg.ud.write_text(
            f"# Konsollens spørgsmål og deres planer\n\nDannet af `python -m benchmarks.konsol`. {tekst}"
        )
    else:
        print(tekst)


if __name__ == "__main__":
    main()
