"""The failure matrix of docs/architecture.md has every row, each row says what every side sees, and its test exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROD = Path(__file__).parents[2]
#: The faults that the gateway answers for.
RAEKKER = {
    "DFDG": [
        "4xx business",
        "4xx auth",
        "5xx",
        "1011",
        "503",
        "refused connections",
        "no answer",
        "cut after commit",
        "late commit inside the quiet time",
        "late commit beyond the quiet time",
        "412",
        "412 on a first send",
        "garbage",
        "slow past the answer's limit",
        "slow past the lease",
        "certificate expired",
    ],
    "Kafka": [
        "down at consume",
        "down at publish",
        "rebalance mid-accept",
        "rebalance while sending",
        "codec unreadable",
        "a task of Kafka's client ends by an error that it did not foresee",
        "a partition unreadable while running",
        "publisher's transaction left open",
        "offset below the log start",
        "offset above the log's end",
        "topic recreated",
    ],
    "Processes": [
        "kill -9 at every step",
        "SIGSTOP past the lease, in a transaction",
        "SIGSTOP past the lease with a request unanswered",
        "SIGSTOP past the lease between the connection and the bytes",
        "several replicas",
        "told to end (rolling restart)",
        "rolling upgrade",
    ],
    "PostgreSQL": ["restarted", "failed over or restored to an earlier time", "disk full"],
    "Input": [
        "not JSON",
        "wrong schema",
        "`\\u0000`",
        "deep nesting",
        "Latin-1 headers",
        "unknown type",
        "too large",
        "wrong a-kasse",
        "duplicate id",
        "older sekvens",
        "future time",
        "webhook twice",
        "webhook out of order",
        "webhook forged",
        "clock jump",
    ],
}


def matricen() -> dict[str, dict[str, list[str]]]:
    """Group → fault → the row's other cells, as the document has them."""
    tekst = (ROD / "docs" / "architecture.md").read_text()
    afsnit = tekst.split("\n## Failure matrix\n", 1)[1].split("\n## ", 1)[0]
    ud: dict[str, dict[str, list[str]]] = {}
    gruppe = ""
    for linje in afsnit.splitlines():
        if m := re.fullmatch(r"\*\*(\w+)\*\*", linje):
            gruppe = m[1]
            ud[gruppe] = {}
        elif linje.startswith("| ") and not linje.startswith("| fault "):
            fejl, *andre = (c.strip() for c in linje.strip("|").split(" | "))
            ud[gruppe][fejl] = andre
    return ud


MATRIX = matricen()


def test_every_fault_has_a_row_and_no_row_is_unknown() -> None:
    assert {g: sorted(r) for g, r in MATRIX.items()} == {g: sorted(r) for g, r in RAEKKER.items()}


@pytest.mark.parametrize(("gruppe", "fejl"), [(g, f) for g, r in MATRIX.items() for f in r])
def test_a_row_says_what_every_side_sees_and_its_test_exists(gruppe: str, fejl: str) -> None:
    celler = MATRIX[gruppe][fejl]
    assert len(celler) == 5
    assert all(celler)
    m = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[(.+)\])?`", celler[3])
    assert m is not None, celler[3]
    trae = ast.parse((ROD / m[1]).read_text())
    funktioner = {x.name for x in trae.body if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert m[2] in funktioner
    # One case of several: its words stand in the file.
    assert m[3] is None or f'"{m[3]}"' in (ROD / m[1]).read_text()
    for fil, id_ in re.findall(r"`(tests/[\w/]+\.yaml)`(?: (I\d+|[A-Z]+\d+))?", celler[4]):
        raekker = yaml.safe_load((ROD / fil).read_text())
        # A break of that rule stands there, not only the file.
        assert not id_ or id_ in {r["id"] for r in raekker}, f"{fil} has no {id_}"
