"""M3: whatever code the carrier looks up when it renders is among those that are held against DFDG's lists."""

from __future__ import annotations

import ast
from pathlib import Path

from gateway.rules.kodebrug import SAETTES


def test_M3_every_list_that_the_carrier_renders_from_is_watched(rod: Path) -> None:
    brugte: set[str] = set()
    for fil in (rod / "producers" / "dfdg").glob("*.py"):
        for knude in ast.walk(ast.parse(fil.read_text())):
            if (
                isinstance(knude, ast.Call)
                and isinstance(knude.func, ast.Attribute)
                and knude.func.attr in ("kode", "tjeneste")
                and isinstance(knude.func.value, ast.Name)
                and knude.func.value.id == "faelles"
            ):
                navn = knude.args[1]
                assert isinstance(navn, ast.Constant), f"{fil.name}: a code list by a name that is not written out"
                brugte.add(str(navn.value))
    assert brugte == {
        "aktivitetstype",
        "cvstatus",
        "deltagelsesvalg",
        "jobmaal",
        "minplan",
        "samtaleform",
        "samtaletype",
    }
    assert brugte <= set(SAETTES)
