"""``python -m tests.model.koersel [NAME …]``: explores every case (or those whose names are given) and reports.

A violation prints the shortest way to it, in words, and the run ends with status 1.
"""

from __future__ import annotations

import sys
from time import process_time

from tests.model.sager import SMAA, STORE
from tests.model.udforsker import Udforsker


def main(navne: list[str]) -> int:
    sager = [s for s in (*SMAA, *STORE) if not navne or s.navn in navne]
    if not sager:
        sys.stderr.write(f"no such case; there are: {', '.join(s.navn for s in (*SMAA, *STORE))}\n")
        return 2
    brudte = verdener = overgange = 0
    print(f"{'case':32} {'faults':>6} {'deaths':>6} {'states':>9} {'steps':>10} {'lane states':>11} {'CPU s':>6}")
    for sag in sager:
        begyndt = process_time()
        ud = Udforsker(sag).koer()
        verdener += ud.verdener
        overgange += ud.overgange
        print(
            f"{sag.navn:32} {sag.antal_fejl:6} {sag.doede:6} {ud.verdener:9,} {ud.overgange:10,} "
            f"{ud.banetilstande:11,} {process_time() - begyndt:6.1f}",
            flush=True,
        )
        if ud.modeksempel is not None:
            brudte += 1
            print(ud.modeksempel, flush=True)
    print(
        f"{len(sager)} cases, {verdener:,} states, {overgange:,} steps, {brudte} with a violation, {process_time():.0f} CPU s"
    )
    return 1 if brudte else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
