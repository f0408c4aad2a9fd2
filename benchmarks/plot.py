"""Plots of results.csv: rates per cell and arm, and an event's processor time by process.

python -m benchmarks.plot
"""

from __future__ import annotations

from benchmarks.opstilling import HER
from benchmarks.tabel import PROCESSER, grupper, laes, median


def main() -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "benchmarks"
    from matplotlib import pyplot as plt

    efter = grupper(laes(HER / "results.csv"))
    celler, arme = list(dict.fromkeys(c for c, _ in efter)), list(dict.fromkeys(a for _, a in efter))
    bredde = 0.8 / len(arme)
    figur, (rater, cpu) = plt.subplots(2, 1, figsize=(2 + 0.9 * len(celler), 8), sharex=True)
    for nr, arm in enumerate(arme):
        steder = [i + bredde * nr for i, c in enumerate(celler) if (c, arm) in efter]
        runder = [efter[c, arm] for c in celler if (c, arm) in efter]
        rater.bar(steder, [median(rs, "pr_s") or 0 for rs in runder], bredde, label=arm)
        bund = [0.0] * len(steder)
        for lag, proces in enumerate(PROCESSER):
            hoejder = [median(rs, f"cpu_ms.{proces}") or 0 for rs in runder]
            farve = mpl.colormaps["tab10"](lag)
            cpu.bar(steder, hoejder, bredde * 0.9, bottom=bund, color=farve, label=proces if nr == 0 else None)
            bund = [b + h for b, h in zip(bund, hoejder, strict=True)]
    rater.set_ylabel("events/s, median (logarithmic)")
    rater.set_yscale("log")
    rater.legend()
    cpu.set_ylabel("ms of processor an event, median\n(arms in the order above)")
    cpu.legend()
    cpu.set_xticks([i + 0.4 - bredde / 2 for i in range(len(celler))], celler, rotation=30, ha="right")
    figur.tight_layout()
    figur.savefig(HER / "rates.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
