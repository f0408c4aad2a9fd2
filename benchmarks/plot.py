"""Plots of results.csv: rates per cell and arm, and CPU per event by process.

python -m benchmarks.plot
"""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict

from benchmarks.opstilling import HER


def main() -> None:
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    with (HER / "results.csv").open() as f:
        raekker = list(csv.DictReader(f))
    tal: dict[tuple[str, str], list[float]] = defaultdict(list)
    cpu: dict[tuple[str, str], list[float]] = defaultdict(list)
    for r in raekker:
        tal[r["celle"], r["arm"]].append(float(r["pr_s"]))
        cpu[r["arm"], "arm"].append(float(r.get("cpu_ms.arm") or 0))
    celler, arme = list(dict.fromkeys(c for c, _ in tal)), list(dict.fromkeys(a for _, a in tal))
    figur, akse = plt.subplots(figsize=(1.6 + 1.1 * len(celler), 4))
    for nr, arm in enumerate(arme):
        steder = [i + 0.8 * nr / len(arme) for i, c in enumerate(celler) if tal[c, arm]]
        akse.bar(steder, [statistics.median(tal[c, arm]) for c in celler if tal[c, arm]], 0.8 / len(arme), label=arm)
    akse.set_xticks([i + 0.4 - 0.4 / len(arme) for i in range(len(celler))], celler, rotation=20)
    akse.set_ylabel("events/s, median")
    akse.legend()
    figur.tight_layout()
    figur.savefig(HER / "rates.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
