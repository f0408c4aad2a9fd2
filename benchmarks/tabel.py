"""The rows of results.csv, and their medians per cell and arm as Markdown.

python -m benchmarks.tabel
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.opstilling import HER

Raekke = Mapping[str, str]
#: Of which processes an event's processor time is told, in this order.
PROCESSER = ("arm", "kafka", "postgres", "bagende")


def laes(fil: Path) -> list[dict[str, str]]:
    """Every run; none where the file is not there."""
    if not fil.exists():
        return []
    with fil.open(newline="") as f:
        return list(csv.DictReader(f))


def median(raekker: Iterable[Raekke], felt: str) -> float | None:
    """Of the runs that have a figure there; None when none has."""
    tal = [float(r[felt]) for r in raekker if r.get(felt)]
    return statistics.median(tal) if tal else None


def grupper(raekker: Iterable[Raekke]) -> dict[tuple[str, str], list[Raekke]]:
    """Runs by cell and arm, in the order in which they come."""
    ud: dict[tuple[str, str], list[Raekke]] = {}
    for r in raekker:
        ud.setdefault((r["celle"], r["arm"]), []).append(r)
    return ud


def tabel(raekker: Iterable[Raekke]) -> str:
    """Medians, with the lowest and the highest rate; of loss, doubles and order the worst run."""
    linjer = [
        "| cell | arm | runs | events/s: median (lowest to highest) | best possible | CPU ms an event: arm, Kafka, PostgreSQL, back end "
        "| arm's memory MB | p50, p99 ms | lost, doubled, out of order |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for (celle, arm), rs in grupper(raekker).items():
        rater = sorted(float(r["pr_s"]) for r in rs)
        cpu = ", ".join("–" if (m := median(rs, f"cpu_ms.{n}")) is None else f"{m:.2f}" for n in PROCESSER)
        forsinkelse = ", ".join(
            f"{m:.0f}" for n in ("p50_ms", "p99_ms") if (m := median(rs, f"ekstra.{n}")) is not None
        )
        ideal, mb = median(rs, "ideal_pr_s"), median(rs, "hukommelse_mb.arm")
        fejl = ", ".join(str(max(int(r[n]) for r in rs)) for n in ("tabt", "dobbelt", "byttet_om"))
        linjer.append(
            f"| {celle} | {arm} | {len(rs)} | {statistics.median(rater):,.0f} ({rater[0]:,.0f} to {rater[-1]:,.0f}) "
            f"| {'' if ideal is None else f'{ideal:,.0f}'} | {cpu} | {'' if mb is None else f'{mb:.0f}'} | {forsinkelse} | {fejl} |"
        )
    return "\n".join(linjer)


if __name__ == "__main__":
    print(tabel(laes(HER / "results.csv")))
