"""Every rule can be followed from its words to the code, to a test of its name, and to a break that turns it red.

The breaks are run by a command of their own (``make mutants``); here it is only seen that each can be applied and names a
test of its rule.
"""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest
import yaml

from gateway.rules.katalog import REGLER
from tests.mutanter.mutanter import ROD, Mutant, baerer, laes

MUTANTER = laes()
UDFOERTE = [r.id for r in REGLER.values() if not r.kun_dokumenteret]
#: The invariants of docs/architecture.md.
INVARIANTER = re.findall(r"^\| (I\d+) \|", (ROD / "docs" / "architecture.md").read_text(), re.MULTILINE)
_ID = re.compile(r"[A-Z]\d{1,2}")


@cache
def navne_i(fil: Path) -> tuple[str, ...]:
    trae = ast.parse(fil.read_text())
    funktioner = (x for x in ast.walk(trae) if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple(f.name for f in funktioner if f.name.startswith("test_"))


ALLE_TESTS = [(f.relative_to(ROD), n) for f in sorted((ROD / "tests").rglob("test_*.py")) for n in navne_i(f)]


def valgte(m: Mutant) -> list[str]:
    """The tests that the mutant's choice takes, as pytest does: files, and with -k the names that hold the word."""
    ord_ = shlex.split(m.test)
    dele = [ord_[nr + 1] for nr, x in enumerate(ord_) if x == "-k"]
    navne = [n for fil in m.testfiler for n in navne_i(ROD / fil)]
    return [n for n in navne if all(d.lower() in n.lower() for d in dele)]


def _navne(x: ast.stmt) -> set[str]:
    """The names that a statement assigns."""
    maal = x.targets if isinstance(x, ast.Assign) else [x.target] if isinstance(x, ast.AnnAssign) else []
    return {n.id for n in maal if isinstance(n, ast.Name)}


@cache
def kildekode() -> str:
    """The source that carries rules out, without the declarations of rules and trees."""
    ud: list[str] = []
    for fil in sorted(
        f for mappe in ("gateway", "contracts", "producers", "consumers") for f in (ROD / mappe).rglob("*.py")
    ):
        if fil.parent.name == "rules" and (fil.stem.endswith("_regler") or fil.stem in ("grene", "dokument")):
            continue
        tekst = fil.read_text()
        if "REGLER" in tekst or "TRAEER" in tekst:
            # A chapter's declarations are the end of its module.
            fra = [x.lineno for x in ast.parse(tekst).body if _navne(x) & {"REGLER", "TRAEER"}]
            tekst = "\n".join(tekst.splitlines()[: min(fra) - 1]) if fra else tekst
        ud.append(tekst)
    return "\n".join(ud)


@pytest.mark.parametrize("id_", UDFOERTE)
def test_the_code_names_every_rule(id_: str) -> None:
    moenster = rf'"{id_}"' if id_.isdigit() else rf"\b{id_}\b"
    assert re.search(moenster, kildekode()), f"no code names {id_}: put its id beside what carries it out"


@pytest.mark.parametrize("id_", REGLER)
def test_every_rule_has_a_test_of_its_name(id_: str) -> None:
    assert any(baerer(n, id_) for _, n in ALLE_TESTS), f"no test carries {id_} in its name (test_{id_}_…)"


@pytest.mark.parametrize("id_", UDFOERTE)
def test_every_rule_has_a_mutant(id_: str) -> None:
    assert any(m.id == id_ for m in MUTANTER), f"no list in tests/mutanter breaks {id_}"


@pytest.mark.parametrize("m", MUTANTER, ids=[f"{m.id}-{m.navn}" for m in MUTANTER])
def test_every_mutant_can_be_applied_and_names_a_test_of_its_rule(m: Mutant) -> None:
    assert m.fejl() is None
    ord_ = shlex.split(m.test)
    assert len([x for x in ord_ if x not in m.testfiler]) in (0, 2), "files, and one word after -k"
    assert any(baerer(n, m.id) for n in valgte(m)), f"{m.test} chooses no test with {m.id} in its name"


def test_a_mutant_is_listed_once() -> None:
    sete = [(m.id, m.fil, m.gammel, m.ny, m.test) for m in MUTANTER]
    assert [x for x in sete if sete.count(x) > 1] == []


def test_no_test_mutant_or_scenario_names_an_id_that_there_is_none_of() -> None:
    kendte = {*REGLER, *INVARIANTER}
    naevnt = {(str(fil), d) for fil, n in ALLE_TESTS for d in n.split("_") if _ID.fullmatch(d)}
    naevnt |= {(m.kilde, m.id) for m in MUTANTER}
    for fil in sorted((ROD / "tests" / "scenarier").glob("*.yaml")):
        naevnt |= {(fil.name, r) for s in yaml.safe_load(fil.read_text()) for r in s["regler"]}
    assert {x for x in naevnt if x[1] not in kendte} == set()
    assert len(INVARIANTER) >= 12
