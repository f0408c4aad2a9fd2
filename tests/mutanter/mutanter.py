"""The list of mutants: which break of which line must turn which test red.

A mutant is a row of ``tests/mutanter/*.yaml``: ``id`` (the rule or the invariant), ``fil`` (what is broken, from the
project's root), ``gammel`` (what stands there, exactly once), ``ny`` (what stands there instead) and ``test`` (what is
given to pytest: files, and with ``-k`` the tests of the rule's name).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

ROD = Path(__file__).parents[2]
MAPPE = Path(__file__).parent
_FELTER = {"id", "fil", "gammel", "ny", "test"}


class Skrivefejl(ValueError):
    """A row is not written as it should be; the text names the file, the row and the field."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One break. ``kilde`` is the list it stands in, ``nummer`` its place there (from 1)."""

    kilde: str
    nummer: int
    id: str
    fil: str
    gammel: str
    ny: str
    test: str

    @property
    def navn(self) -> str:
        return f"{self.kilde}#{self.nummer}"

    @property
    def kapitel(self) -> str:
        return Path(self.kilde).stem

    @property
    def testfiler(self) -> tuple[str, ...]:
        return tuple(x.split("::")[0] for x in shlex.split(self.test) if x.startswith("tests/"))

    def fejl(self, rod: Path = ROD) -> str | None:
        """Why it cannot be applied to the tree at ``rod``; None when it can."""
        sti = rod / self.fil
        if not sti.is_file():
            return f"{self.fil} is not there"
        if self.gammel == self.ny:
            return "'ny' is what stands there already"
        antal = sti.read_text().count(self.gammel)
        if antal != 1:
            return f"'gammel' stands {antal} times in {self.fil}, must be once"
        mangler = [t for t in self.testfiler if not (rod / t).exists()]
        if mangler or not self.testfiler:
            return f"no such test: {', '.join(mangler) or self.test}"
        return None

    def brudt(self, tekst: str) -> str:
        return tekst.replace(self.gammel, self.ny)


def laes(mappe: Path = MAPPE) -> list[Mutant]:
    """Every mutant of the folder. Raises Skrivefejl."""
    ud: list[Mutant] = []
    for sti in sorted(mappe.glob("*.yaml")):
        for nummer, raekke in enumerate(yaml.safe_load(sti.read_text()) or (), 1):
            if not isinstance(raekke, dict) or set(raekke) != _FELTER:
                raise Skrivefejl(f"{sti.name} row {nummer}: the fields must be {', '.join(sorted(_FELTER))}")
            galt = sorted(n for n, v in raekke.items() if not isinstance(v, str))
            if galt:
                raise Skrivefejl(f"{sti.name} row {nummer}: {', '.join(galt)} must be text (put it in quotes)")
            ud.append(Mutant(sti.name, nummer, **raekke))
    return ud


def baerer(testnavn: str, id_: str) -> bool:
    """Whether a test states the rule by its name: ``test_V1_V4_…`` carries V1 and V4, and not V14."""
    return id_ in re.split(r"[^A-Za-z0-9]+", testnavn.split("[")[0])


def ider(testnavn: str, kendte: Iterable[str]) -> set[str]:
    """Which of the known ids a test's name carries."""
    return {i for i in kendte if baerer(testnavn, i)}
