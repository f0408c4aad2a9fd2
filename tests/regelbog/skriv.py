"""Writes ``docs/regler`` anew: ``make regler``. What the document tells of the tests is read here."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

from gateway.rules import dokument, katalog
from gateway.rules.dokument import Beviser
from tests.mutanter.mutanter import ROD
from tests.mutanter.mutanter import laes as laes_mutanter
from tests.mutanter.test_sporbarhed import ALLE_TESTS
from tests.scenarier.koersel import laes_alle

MAPPE = ROD / "docs" / "regler"


def beviser() -> Beviser:
    """What scenarios, tests and mutants say of each rule."""
    scenarier: dict[str, list[tuple[str, str]]] = {}
    for s in laes_alle():
        for regel in s.regler:
            scenarier.setdefault(regel, []).append((f"{s.fil}.yaml", s.navn))
    proever: dict[str, list[tuple[str, str]]] = {}
    for fil, navn in ALLE_TESTS:
        for regel in _ider(navn):
            proever.setdefault(regel, []).append((fil.as_posix(), navn))
    talte = Counter((m.id, m.kilde) for m in laes_mutanter())
    mutanter: dict[str, list[tuple[str, int]]] = {}
    for (regel, kilde), antal in sorted(talte.items()):
        mutanter.setdefault(regel, []).append((kilde, antal))
    return Beviser(scenarier, proever, mutanter)


def _ider(testnavn: str) -> list[str]:
    """The rules that a test's name begins with: ``test_V5_V14_…``; ``A`` alone stands for the causes' table."""
    ord_ = testnavn.removeprefix("test_").split("_")
    foran = itertools.takewhile(lambda x: x in katalog.REGLER or x == "A", ord_)
    return [x for x in foran if x != "A"]


def skriv(mappe: Path = MAPPE) -> list[str]:
    """Writes every file and removes what is not one of them any more; gives the names of those that changed."""
    mappe.mkdir(parents=True, exist_ok=True)
    nye = dokument.alle(beviser())
    aendrede = [n for n, t in nye.items() if not (mappe / n).is_file() or (mappe / n).read_text("utf-8") != t]
    for navn, tekst in nye.items():
        (mappe / navn).write_text(tekst, encoding="utf-8")
    forladte = [f for f in mappe.glob("*.md") if f.name not in nye]
    for fil in forladte:
        fil.unlink()
    return [*aendrede, *(f.name for f in forladte)]


if __name__ == "__main__":
    print("\n".join(f"docs/regler/{n}" for n in skriv()) or "docs/regler står, som koden siger.")
