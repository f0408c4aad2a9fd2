"""Code lists as data: one CSV a list, each row with its source and how certain it is.

Columns of every list: ``kode;tekst;fra;til;kilde;sikkerhed`` (both dates inclusive, empty = without limit); some have
more, found in ``ekstra``. ``navn`` is the project's own word for a code of DFDG's. ``sikkerhed`` is

- ``set``: read in a public page, named in ``kilde``;
- ``udledt``: concluded from what was read;
- ``ukendt``: looked for, not public: ``kode`` is empty or the text begins with ``[unknown]``, and nothing is made up.
  An installation sets such codes itself (``GATEWAY_RULES__KODER``);
- ``egen``: the project's own (refusals, flags, duties).

A code of the project's own never changes its meaning.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from types import MappingProxyType
from typing import Literal, cast, get_args

Sikkerhed = Literal["set", "udledt", "ukendt", "egen"]

#: The columns that every list begins with.
KOLONNER = ("kode", "tekst", "fra", "til", "kilde", "sikkerhed")


@dataclass(frozen=True, slots=True)
class Koderaekke:
    """One code. ``kode`` is empty where DFDG's number is not public."""

    kode: str
    tekst: str
    fra: date | None
    til: date | None
    kilde: str
    sikkerhed: Sikkerhed
    ekstra: Mapping[str, str]

    @property
    def navn(self) -> str:
        """The project's own word for the code; empty when it has none."""
        return self.ekstra.get("navn", "")

    def gaelder(self, dag: date | None) -> bool:
        """Whether the code may be used on ``dag`` (None: ever)."""
        return dag is None or ((self.fra is None or self.fra <= dag) and (self.til is None or dag <= self.til))


@dataclass(frozen=True, slots=True)
class Kodeliste:
    """A code list by its name."""

    navn: str
    raekker: tuple[Koderaekke, ...]

    def find(self, kode: str, dag: date | None = None) -> Koderaekke | None:
        """The row of ``kode`` in force on ``dag``; None when the list has none."""
        return next((r for r in self.raekker if kode and r.kode == kode and r.gaelder(dag)), None)

    def ved_navn(self, navn: str, dag: date | None = None) -> Koderaekke | None:
        """The row of the project's own word in force on ``dag``; its ``kode`` may be empty (not public)."""
        return next((r for r in self.raekker if navn and r.navn == navn and r.gaelder(dag)), None)

    def gaeldende(self, dag: date) -> tuple[Koderaekke, ...]:
        return tuple(r for r in self.raekker if r.gaelder(dag))

    @property
    def koder(self) -> frozenset[str]:
        """Every code that the list knows the number of, in force or not."""
        return frozenset(r.kode for r in self.raekker if r.kode)


#: What an installation says of a row: its code, or codes each with the days between which it is in force.
Kodevaerdi = str | tuple[Koderaekke, ...]


def i_kraft(vaerdi: Kodevaerdi | None, dag: date | None) -> str | None:
    """The code in force on ``dag`` (both limits inclusive; None: the first there ever was); None when there is none."""
    if vaerdi is None or isinstance(vaerdi, str):
        return vaerdi or None
    return next((r.kode for r in vaerdi if r.gaelder(dag)), None)


def navne() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(sorted(f.name.removesuffix(".csv") for f in files(__name__).iterdir() if f.name.endswith(".csv")))


@cache
def liste(navn: str) -> Kodeliste:
    """The list of that name. Raises ``KeyError`` when there is none, ``ValueError`` when its file is malformed."""
    if navn not in navne():
        raise KeyError(navn)
    tekst = (files(__name__) / f"{navn}.csv").read_text(encoding="utf-8")
    laeser = csv.DictReader(StringIO(tekst), delimiter=";", strict=True)
    if tuple(laeser.fieldnames or ())[: len(KOLONNER)] != KOLONNER:
        raise ValueError(f"{navn}.csv does not begin with the columns {';'.join(KOLONNER)}")
    return Kodeliste(navn, tuple(_raekke(navn, r) for r in laeser))


def _raekke(navn: str, r: dict[str, str]) -> Koderaekke:
    if None in r or None in r.values() or r["sikkerhed"] not in get_args(Sikkerhed):
        raise ValueError(f"{navn}.csv has a row with too many or too few columns, or an unknown sikkerhed")
    return Koderaekke(
        r["kode"],
        r["tekst"],
        date.fromisoformat(r["fra"]) if r["fra"] else None,
        date.fromisoformat(r["til"]) if r["til"] else None,
        r["kilde"],
        cast(Sikkerhed, r["sikkerhed"]),
        MappingProxyType({k: v for k, v in r.items() if k not in KOLONNER}),
    )
