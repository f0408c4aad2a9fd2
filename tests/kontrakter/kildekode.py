"""Codes as the source uses them: read from the syntax tree, so that a code can't leave without a row in its list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROD = Path(__file__).parents[2]

#: ``s2_ugyldigt_par``: a rule's id, then words. Such a text is a refusal's code wherever it stands.
REGELKODE = re.compile(r"[a-z][0-9]{1,2}_[a-z_]+")
#: Calls whose first argument is a refusal's code.
_FEJL = {"Fejl", "Fejldetalje", "Regelfejl", "afvis", "afvis_post", "Ulaeselig"}


def _traeer(*mapper: str) -> Iterator[tuple[Path, ast.AST]]:
    for mappe in mapper:
        for sti in sorted((ROD / mappe).rglob("*.py")):
            yield sti, ast.parse(sti.read_text(encoding="utf-8"))


def _navn(kald: ast.Call) -> str:
    return kald.func.id if isinstance(kald.func, ast.Name) else getattr(kald.func, "attr", "")


def fejlkoder(*mapper: str) -> dict[str, str]:
    """Every refusal code in the source, and a file that uses it: by its form, as a refusal's first argument, and where
    an event's ``fejlkode`` is set."""
    fundne: dict[str, str] = {}
    for sti, trae in _traeer(*mapper):
        for knude in ast.walk(trae):
            if isinstance(knude, ast.Constant) and isinstance(knude.value, str) and REGELKODE.fullmatch(knude.value):
                fundne.setdefault(knude.value, sti.name)
            if isinstance(knude, ast.Assign) and getattr(knude.targets[0], "attr", "") == "fejlkode":
                foerste: ast.AST = knude.value
            elif isinstance(knude, ast.Call) and _navn(knude) in _FEJL and knude.args:
                foerste = knude.args[0]
            else:
                continue
            if isinstance(foerste, ast.Constant) and isinstance(foerste.value, str):
                fundne.setdefault(foerste.value, sti.name)
    return fundne


def _tekster(knude: ast.AST) -> Iterator[str]:
    for del_ in ast.walk(knude):
        if isinstance(del_, ast.Constant) and isinstance(del_.value, str):
            yield del_.value


def flag(*mapper: str) -> dict[str, str]:
    """Every flag that the source gives: ``flag=(…)`` in a call, ``flag = (…)`` (or ``+=``, or typed), and what a function
    with flag in its name returns."""
    fundne: dict[str, str] = {}
    for sti, trae in _traeer(*mapper):
        for knude in ast.walk(trae):
            vaerdi: ast.AST | None = None
            if isinstance(knude, ast.keyword) and knude.arg == "flag":
                vaerdi = knude.value
            elif isinstance(knude, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                maal = knude.targets[0] if isinstance(knude, ast.Assign) else knude.target
                navn = maal.id if isinstance(maal, ast.Name) else getattr(maal, "attr", "")
                vaerdi = knude.value if navn == "flag" else None
            elif isinstance(knude, ast.FunctionDef) and "flag" in knude.name:
                vaerdi = ast.Module([r for r in ast.walk(knude) if isinstance(r, ast.Return)], [])
            for tuple_ in ast.walk(vaerdi) if vaerdi is not None else ():
                if isinstance(tuple_, ast.Tuple):
                    for tekst in (t for e in tuple_.elts for t in _tekster(e)):
                        fundne.setdefault(tekst, sti.name)
    return fundne


def pligter(*mapper: str) -> dict[str, str]:
    """Every duty that the source gives: ``Pligt("…", …)``."""
    fundne: dict[str, str] = {}
    for sti, trae in _traeer(*mapper):
        for knude in ast.walk(trae):
            if isinstance(knude, ast.Call) and _navn(knude) == "Pligt" and knude.args:
                for tekst in _tekster(knude.args[0]):
                    fundne.setdefault(tekst, sti.name)
    return fundne


def tekster(*mapper: str) -> set[str]:
    """Every text in the source."""
    return {t for _, trae in _traeer(*mapper) for t in _tekster(trae)}


def ikke_omfattet() -> set[str]:
    """The rules by which a placement is not covered: ``Dom(None, "…", …)``."""
    return {
        str(knude.args[1].value)
        for _, trae in _traeer("gateway/rules")
        for knude in ast.walk(trae)
        if isinstance(knude, ast.Call)
        and _navn(knude) == "Dom"
        and isinstance(knude.args[0], ast.Constant)
        and knude.args[0].value is None
        and isinstance(knude.args[1], ast.Constant)
    }
