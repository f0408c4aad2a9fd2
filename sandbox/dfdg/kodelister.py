"""DFDG's code lists as the stand-in gives them out (CodeListService v5), read from ``kodelister.csv``.

The file is this project's own reading of STAR's public pages: rows marked ``side`` stand on one, rows marked ``eget`` are
made by this project because the number is not public. Over the admin API a list can be replaced.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_FIL = Path(__file__).with_name("kodelister.csv")


@dataclass(frozen=True, slots=True)
class Raekke:
    """One code: its number, text, and the days between which it is in force."""

    kode: str
    tekst: str
    fra: str | None = None
    til: str | None = None


def raekke(data: Any) -> Raekke:
    """A row from JSON. Raises ValueError naming the field that is wrong."""
    if not isinstance(data, dict) or data.keys() - {"kode", "tekst", "fra", "til"}:
        raise ValueError("a row has kode, tekst, fra, til")
    kode, tekst = data.get("kode"), data.get("tekst")
    if not isinstance(kode, str) or not 1 <= len(kode) <= 10:
        raise ValueError("kode must be a text of 1-10 characters")
    if not isinstance(tekst, str):
        raise ValueError("tekst must be a text")
    for navn in ("fra", "til"):
        if data.get(navn) is not None:
            date.fromisoformat(data[navn])
    return Raekke(kode, tekst, data.get("fra"), data.get("til"))


class Kodelister:
    """All lists by DFDG's name of them."""

    def __init__(self) -> None:
        self._lister: dict[str, tuple[Raekke, ...]] = {}
        with _FIL.open(encoding="utf-8", newline="") as fil:
            for r in csv.DictReader(fil, delimiter=";"):
                ny = Raekke(r["kode"], r["tekst"], r["fra"] or None, r["til"] or None)
                self._lister[r["liste"]] = (*self._lister.get(r["liste"], ()), ny)

    def __getitem__(self, navn: str) -> tuple[Raekke, ...] | None:
        """The list's rows; None when there is no such list."""
        return self._lister.get(navn)

    def navne(self) -> list[str]:
        return list(self._lister)

    def saet(self, navn: str, raekker: Iterable[Any]) -> None:
        """Replaces a list, or makes a new one; without rows it is gone. Raises ValueError for a row that is wrong."""
        nye = tuple(raekke(r) for r in raekker)
        if nye:
            self._lister[navn] = nye
        else:
            self._lister.pop(navn, None)
