"""Computes every figure of docs/scaling.md, writes them to ``resultater.json`` and into the page, and draws its plots.

python -m benchmarks.skalering                     # everything; some ten minutes of one core, three GB
python -m benchmarks.skalering --skalaer 100000    # one scale, printed, nothing written
python -m benchmarks.skalering --side              # the page again, from resultater.json
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import Any

from benchmarks.skalering import efterproev, last, scenarier, tegn
from benchmarks.skalering.kost import ANTAGELSER, HER, kost, laes
from benchmarks.skalering.side import SIDE, indsat, tabeller

RESULTATER = HER / "resultater.json"


def beregn(skalaer: list[int]) -> dict[str, Any]:
    """Everything, as plain figures."""
    maalt, a = laes(), ANTAGELSER
    k, b = kost(maalt), last.blanding()
    ud: dict[str, Any] = {
        "antagelser": asdict(a),
        "blanding": {
            "medlemmer": b.medlemmer,
            "haendelser": round(b.haendelser, 2),
            "kald": round(b.kald, 2),
            "typer": {t: [round(n, 3), round(b.registreringer[t], 3)] for t, n in b.typer.items()},
            "tjenester": {t: round(n, 3) for t, n in b.tjenester.items()},
            "kald_pr_udbetaling": round(sum(b.kald_pr(b.udbetalinger).values()), 3),
        },
        "graenser": {n: round(x) for n, x in scenarier.graenser(k, b, a, maalt).items()},
        "skalaer": {},
    }
    for medlemmer in skalaer:
        sige(f"{medlemmer} members")
        ud["skalaer"][str(medlemmer)] = {
            "pr_s": {n: last.pr_sekund(b, medlemmer, a, spids=n == "spids") for n in ("spids", "middel")},
            "kraevet": scenarier.kraevet_takst(b, a, medlemmer),
            "stoerrelser": scenarier.stoerrelser(b, a, maalt, medlemmer),
            **scenarier.en_skala(k, b, a, medlemmer),
        }
    sige("the gateway's own most")
    ud["trappen"] = scenarier.trappen(k, a)
    ud["trappen_uden_commit"] = scenarier.trappen(k, replace(a, commit=1e-6))
    ud["efterproevning"] = [asdict(s) for s in efterproev.alle(maalt)]
    return ud


def sige(tekst: str) -> None:
    print(tekst, file=sys.stderr, flush=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    p.add_argument("--skalaer", default="", help="members, comma-separated; printed alone")
    p.add_argument("--side", action="store_true", help="the page and plots from resultater.json")
    a = p.parse_args()
    if a.skalaer:
        resultater = beregn([int(x) for x in a.skalaer.split(",")])
        print("\n\n".join(tabeller(resultater, laes()).values()))
        return
    if not a.side:
        RESULTATER.write_text(json.dumps(beregn(list(scenarier.SKALAER)), indent=1) + "\n")
    resultater = json.loads(RESULTATER.read_text())
    SIDE.write_text(indsat(SIDE.read_text(), tabeller(resultater, laes())))
    tegn.alle(resultater)


if __name__ == "__main__":
    main()
