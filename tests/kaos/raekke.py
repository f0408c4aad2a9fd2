"""A run as a row: what was planned, what really hit, and what should be zero."""

from __future__ import annotations

import csv
import fcntl
import io
import subprocess
from pathlib import Path

from tests.kaos.koersel import Udfald
from tests.kaos.plan import ARTER

_FASTE = ["commit", "seed", "minutes", "replicas", "members", "events", "committed", "seconds"]
_NULLER = ["lost", "out_of_order", "duplicates", "after_success", "no_final", "findings"]
KOLONNER = [*_FASTE, *_NULLER, "excused", "same_again", *(x for a in ARTER for x in (f"{a}_planned", f"{a}_hit"))]


def commit(rod: Path) -> str:
    """The commit of the tree, with a plus when something in it is changed (not counting what the runs themselves write)."""
    git = ["git", "-C", str(rod)]
    svar = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False)
    if svar.returncode != 0:
        return "unknown"
    aendret = subprocess.run(
        [*git, "status", "--porcelain", "-uno", "--", ":(exclude)docs/reliability/*.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    return svar.stdout.strip() + ("+" if aendret.stdout.strip() else "")


def raekke(u: Udfald, hvilken: str) -> dict[str, str]:
    p = u.plan
    ud: dict[str, object] = {
        "commit": hvilken,
        "seed": p.seed,
        "minutes": f"{p.sekunder / 60:g}",
        "replicas": p.replikaer,
        "members": p.medlemmer,
        "events": u.dom.haendelser,
        "committed": u.dom.committed,
        "seconds": f"{u.sekunder:.0f}",
        **u.dom.nuller(),
        "excused": u.dom.undskyldt,
        "same_again": u.dom.samme_igen,
    }
    for art in ARTER:
        ud[f"{art}_planned"], ud[f"{art}_hit"] = p.planlagt.get(art, 0), u.ramt.get(art, 0)
    return {navn: str(vaerdi) for navn, vaerdi in ud.items()}


def skriv(fil: Path, ny: dict[str, str]) -> None:
    """Appends the row; the head first when the file is new. Several processes may append to one file."""
    fil.parent.mkdir(parents=True, exist_ok=True)
    with fil.open("a+", encoding="utf-8", newline="") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        tekst = io.StringIO()
        skriver = csv.DictWriter(tekst, KOLONNER, delimiter=";", lineterminator="\n")
        if f.tell() == 0:
            skriver.writeheader()
        skriver.writerow(ny)
        f.write(tekst.getvalue())


def laes(fil: Path) -> list[dict[str, str]]:
    """The rows so far."""
    if not fil.exists():
        return []
    with fil.open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))
