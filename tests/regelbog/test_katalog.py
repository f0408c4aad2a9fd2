"""The list of rules: complete, each rule once, and every name that it points to is there."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields
from operator import attrgetter
from types import ModuleType

import pytest

import gateway.rules
from gateway.rules import katalog
from gateway.rules.regel import Regel
from gateway.rules.regimer import Parametre

#: How many rules each letter has; the causes stand beside them.
ANTAL = {"R": 8, "V": 16, "A": 5, "S": 12, "F": 3, "M": 3, "O": 6, "J": 5, "T": 4, "P": 4, "D": 2}
AARSAGER = ["38", "41", "42", "43", "44", "45", "46"]

_ID = re.compile(rf"\b([{katalog.BOGSTAVER}]\d{{1,2}})\b")


def _moduler() -> dict[str, ModuleType]:
    navne = [m.name for m in pkgutil.iter_modules(gateway.rules.__path__)]
    return {n: importlib.import_module(f"gateway.rules.{n}") for n in navne}


def test_every_rule_has_one_home() -> None:
    ventede = [f"{bogstav}{n}" for bogstav, antal in ANTAL.items() for n in range(1, antal + 1)]
    efter_a5 = ventede.index("A5") + 1
    assert list(katalog.REGLER) == [*ventede[:efter_a5], *AARSAGER, *ventede[efter_a5:]]
    assert set(katalog.HJEM) == set(katalog.REGLER)


def test_no_chapters_declarations_are_left_out() -> None:
    erklaerede = {r.id for m in _moduler().values() for r in (getattr(m, "REGLER", ()) if m is not katalog else ())}
    assert erklaerede == set(katalog.REGLER)


def test_two_homes_of_one_rule_are_refused() -> None:
    modul = ModuleType("gateway.rules.andet")
    modul.REGLER = (Regel("V1", "", "", kilde=""),)  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="V1 is declared in"):
        katalog._saml((importlib.import_module("gateway.rules.visitation_regler"), modul))


def test_only_V15_is_documented_only() -> None:
    assert [r.id for r in katalog.REGLER.values() if r.kun_dokumenteret] == ["V15"]


@pytest.mark.parametrize("regel", katalog.REGLER.values(), ids=list(katalog.REGLER))
def test_what_a_rule_points_to_is_there(regel: Regel) -> None:
    assert regel.titel
    assert regel.tekst.endswith(".")
    assert regel.kilde
    assert bool(regel.kode) is not regel.kun_dokumenteret
    for navn in regel.kode:
        modul, _, udtryk = navn.rpartition(":") if ":" in navn or "." not in navn else (navn, "", "")
        fundet = importlib.import_module(modul or katalog.HJEM[regel.id])
        if udtryk:
            attrgetter(udtryk)(fundet)
    assert set(regel.parametre) <= {f.name for f in fields(Parametre)}
    for navn in regel.vaerdier:
        attrgetter(navn.split(".", 1)[1])(importlib.import_module(f"gateway.rules.{navn.split('.')[0]}"))
    naevnte = set(_ID.findall(f"{regel.tekst} {regel.valg}"))
    assert naevnte <= set(katalog.REGLER), "a rule is named that there is none of"
