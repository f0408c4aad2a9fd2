"""Order, loss and duplicates, from the back end's own log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Kald:
    """One answer of the back end's. Times in seconds, Unix."""

    ind: float
    ud: float
    borger: str
    tid: datetime
    status: int


@dataclass(frozen=True, slots=True)
class Dom:
    tabt: int
    dobbelt: int
    byttet_om: int
    #: Calls that began while another one of the same citizen had not been answered.
    samtidige: int

    @property
    def ren(self) -> bool:
        return not (self.tabt or self.dobbelt or self.byttet_om or self.samtidige)


def laes(tekst: str) -> list[Kald]:
    ud = []
    for linje in tekst.splitlines():
        ind, svar, borger, tid, status = linje.split("\t")
        ud.append(Kald(int(ind) / 1e9, int(svar) / 1e9, borger, datetime.fromisoformat(tid), int(status)))
    return sorted(ud, key=lambda k: k.ind)


def doem(kald: list[Kald], ventet: Mapping[str, list[str]]) -> Dom:
    """``ventet``: per citizen the times of the talks in the order in which they were told."""
    per_borger: dict[str, list[Kald]] = defaultdict(list)
    for k in kald:
        per_borger[k.borger].append(k)
    tabt = dobbelt = byttet = samtidige = 0
    for borger, tider in ventet.items():
        egne = per_borger.pop(borger, [])
        samtidige += sum(b.ind < a.ud for a, b in pairwise(egne))
        set_: set[datetime] = set()
        raekke = []
        for k in egne:
            if k.status != 200:
                continue
            if k.tid in set_:
                dobbelt += 1
            else:
                raekke.append(k.tid)
            set_.add(k.tid)
        tabt += len({datetime.fromisoformat(t) for t in tider} - set_)
        byttet += sum(b < a for a, b in pairwise(raekke))
    dobbelt += sum(len(x) for x in per_borger.values())
    return Dom(tabt, dobbelt, byttet, samtidige)
