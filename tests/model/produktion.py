"""The production functions that the model runs, as they are or with one of them broken.

A break is a replacement in the source of ``gateway/lanes/*.py`` that must occur exactly once. Only the functions of the
broken source are taken, in a name space of their own: classes and enumerations stay the ones that everybody shares.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

ROD = Path(__file__).parents[2]
_MODULER = ("registrering", "bane")


@dataclass(frozen=True)
class Brudt:
    """One broken variant: ``invariant`` is the one whose name the counterexample must bear, in the case ``sag``."""

    hvad: str
    invariant: str
    sag: str
    fil: str
    gammel: str
    ny: str


def brudte() -> list[Brudt]:
    return [Brudt(**x) for x in yaml.safe_load((ROD / "tests/model/brudte.yaml").read_text())]


class Funktioner:
    """``gateway.lanes``' functions by name."""

    def __init__(self, brudt: Brudt | None = None) -> None:
        if brudt is not None and not any(brudt.fil == f"gateway/lanes/{m}.py" for m in _MODULER):
            raise ValueError(f"{brudt.fil} is not among the model's modules")
        for modul in _MODULER:
            self._navne = dict(vars(import_module(f"gateway.lanes.{modul}")))
            if brudt is not None and brudt.fil == f"gateway/lanes/{modul}.py":
                self._navne |= _brudte_funktioner(modul, brudt)
            for navn, vaerdi in self._navne.items():
                if callable(vaerdi) and not navn.startswith("_"):
                    setattr(self, navn, vaerdi)

    def __getattr__(self, navn: str) -> Callable[..., Any]:
        raise AttributeError(navn)


def _brudte_funktioner(modul: str, brudt: Brudt) -> dict[str, Any]:
    kilde = (ROD / brudt.fil).read_text()
    if kilde.count(brudt.gammel) != 1:
        raise ValueError(f"{brudt.hvad}: the text to replace occurs {kilde.count(brudt.gammel)} times in {brudt.fil}")
    traeet = ast.parse(kilde.replace(brudt.gammel, brudt.ny))
    traeet.body = [n for n in traeet.body if isinstance(n, ast.FunctionDef)]
    navne = dict(vars(import_module(f"gateway.lanes.{modul}")))
    exec(compile(traeet, brudt.fil, "exec"), navne)
    return navne
