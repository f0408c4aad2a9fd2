"""``python -m tests.kaos.opgoerelse [CSV]``: what the rows of a series say together. Exit code 1 when anything was found.

A run in which few of its faults hit anything shows little (a slow machine: a fault falls where all stands still already), so
those with at least half of theirs are counted apart, and only they count towards a series.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.kaos import raekke
from tests.kaos.plan import ARTER

NULLER = ("lost", "out_of_order", "duplicates", "after_success", "no_final", "findings")


def for_fuld_kraft(r: dict[str, str]) -> bool:
    """At least half of the run's faults hit."""
    planlagt, ramt = (sum(int(r[f"{a}_{x}"]) for a in ARTER) for x in ("planned", "hit"))
    return 2 * ramt >= planlagt


def opgoer(raekker: list[dict[str, str]]) -> list[str]:
    """The lines to print."""
    fulde = [r for r in raekker if for_fuld_kraft(r)]
    planlagt, ramt = Counter[str](), Counter[str]()
    for r in raekker:
        for a in ARTER:
            planlagt[a] += int(r[f"{a}_planned"])
            ramt[a] += int(r[f"{a}_hit"])
    nuller = {n: sum(int(r[n]) for r in raekker) for n in NULLER}
    return [
        f"{len(raekker)} runs, {len(fulde)} of them with at least half of their faults hit; "
        f"{sum(int(r['events']) for r in raekker):,} events, {sum(int(r['committed']) for r in raekker):,} effects",
        " · ".join(f"{n} {tal}" for n, tal in nuller.items()),
        f"excused {sum(int(r['excused']) for r in raekker)} · same again {sum(int(r['same_again']) for r in raekker)}",
        "hit / planned: " + ", ".join(f"{a} {ramt[a]}/{planlagt[a]}" for a in ARTER),
    ]


def main(argv: list[str]) -> int:
    fil = Path(argv[0]) if argv else Path(__file__).parents[2] / "docs" / "reliability" / "chaos.csv"
    raekker = raekke.laes(fil)
    print("\n".join(opgoer(raekker)))
    return int(any(int(r[n]) for r in raekker for n in NULLER))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
