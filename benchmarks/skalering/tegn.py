"""The plots of docs/scaling.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.skalering.kost import HER
from benchmarks.skalering.side import GRAENSER


def alle(r: Mapping[str, Any]) -> None:
    """Both, beside the code."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "skalering"
    from matplotlib import pyplot as plt

    raekker = sorted(r["graenser"].items(), key=lambda x: -x[1])
    figur, akse = plt.subplots(figsize=(9, 3.6))
    akse.barh([GRAENSER[n].format(**r["antagelser"]) for n, _ in raekker], [n for _, n in raekker], height=0.6)
    for n in r["skalaer"]:
        akse.axvline(float(n), color="black", linewidth=0.8, linestyle="--")
    akse.set_xscale("log")
    akse.set_xlim(5e4, 2 * max(n for _, n in raekker))
    akse.set_xlabel("members at which it is used up (dashed: the three scales)")
    figur.tight_layout()
    figur.savefig(HER / "graenser.svg", metadata={"Date": None})

    figur, akse = plt.subplots(figsize=(6, 3.6))
    for navn, kaldes in (("trappen", "as assumed"), ("trappen_uden_commit", "commits without cost")):
        akse.plot([sum(x["processer"]) for x in r[navn]], [x["pr_s"] for x in r[navn]], marker="o", label=kaldes)
    akse.set_xlabel("processes")
    akse.set_ylabel("registrations/s")
    akse.set_ylim(0)
    akse.legend()
    figur.tight_layout()
    figur.savefig(HER / "trappen.svg", metadata={"Date": None})
