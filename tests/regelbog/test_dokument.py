"""The rules as a document: what is committed is what the code says, and it can be read."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.rules import dokument, katalog
from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.mermaid import diagram
from gateway.rules.model import Regime
from gateway.rules.regimer import Parametre
from gateway.rules.trae import Spoerg, Trae, afvist, foerst, hvis, knuder, noteret
from tests.regelbog.skriv import MAPPE, beviser, skriv


@dataclass(frozen=True, slots=True)
class _Indstilling:
    dage: int = 3
    timer: Decimal = Decimal(40)


TEKSTER = dokument.alle(beviser())


def forskel(navn: str, staar: str, ny: str) -> str:
    linjer = difflib.unified_diff(
        staar.splitlines(), ny.splitlines(), f"docs/regler/{navn}", "as the code says", lineterm=""
    )
    return "\n".join(linjer)


@pytest.mark.parametrize("navn", TEKSTER)
def test_the_document_is_what_the_code_says(navn: str) -> None:
    """A difference is a change of law, of a choice or of a case: read it, then ``make regler`` and commit it."""
    fil = MAPPE / navn
    staar = fil.read_text(encoding="utf-8") if fil.is_file() else ""
    if staar != TEKSTER[navn]:
        pytest.fail(f"{forskel(navn, staar, TEKSTER[navn])}\n\nmake regler writes docs/regler anew", pytrace=False)


def test_nothing_is_left_of_a_file_that_is_not_written_any_more() -> None:
    assert {f.name for f in MAPPE.iterdir()} == set(TEKSTER)


def test_writing_tells_what_changed(tmp_path: Path) -> None:
    mappe = tmp_path
    (mappe / "gammel.md").write_text("x")
    assert sorted(skriv(mappe)) == sorted([*TEKSTER, "gammel.md"])
    assert skriv(mappe) == []
    (mappe / "index.md").write_text("x")
    assert skriv(mappe) == ["index.md"]


def test_every_rule_and_every_tree_stands_once() -> None:
    alt = "\n".join(TEKSTER.values())
    for id_ in katalog.REGLER:
        assert alt.count(f'<a id="{dokument.anker(id_)}"></a>') == 1
    for navn in katalog.TRAEER:
        assert alt.count(f'<a id="trae-{navn}"></a>') == 1


def test_every_link_leads_somewhere() -> None:
    for navn, tekst in TEKSTER.items():
        for maal in re.findall(r"\]\(([^)]+)\)", tekst):
            fil, _, anker = maal.partition("#")
            if fil in TEKSTER or not fil:
                assert not anker or f'<a id="{anker}"></a>' in TEKSTER[fil or navn], f"{navn}: {maal}"
            else:
                assert (MAPPE / fil).resolve().is_file(), f"{navn}: {maal}"


def test_every_figure_is_the_codes_own() -> None:
    assert set(dokument.PARAMETERNAVNE) == {f.name for f in fields(Parametre)} - {"regime"}
    assert not re.search(
        r"\{[A-Za-z_]+\}", re.sub(r"```mermaid.*?```", "", "\n".join(TEKSTER.values()), flags=re.DOTALL)
    )
    r5 = katalog.REGLER["R5"]
    assert "mindst 2 jobsamtaler med mindst 75 % af medlemmerne" in dokument.udfyldt(r5, r5.tekst)
    assert "mindst 3 jobsamtaler" in dokument.udfyldt(replace(r5, regime=Regime.LOV_2024), r5.tekst)
    with pytest.raises(KeyError):
        dokument.udfyldt(r5, "{ALDERSGRAENSE}")


def test_the_causes_are_called_what_the_code_calls_them() -> None:
    assert {k: katalog.REGLER[k].titel for k in AARSAGER} == AARSAGER


@pytest.mark.parametrize(
    ("v", "ord_"),
    [
        (None, "–"),
        (True, "ja"),
        (False, "nej"),
        (3, "3"),
        (date(2024, 1, 1), "1. januar 2024"),
        (timedelta(days=14), "14 dage"),
        (timedelta(weeks=6), "6 uger"),
        (timedelta(minutes=1), "1 minut"),
        (timedelta(minutes=2), "2 minutter"),
        (Decimal(410), "410"),
        (_Indstilling, "dage 3, timer 40"),
        ({"fuldtid": Decimal(410), "deltid": Decimal(333)}, "fuldtid 410, deltid 333"),
        (frozenset({"raadighed", "jobsamtale"}), "jobsamtale; raadighed"),
        (frozenset({frozenset({"jobsamtale", "cv"})}), "cv + jobsamtale"),
    ],
)
def test_values_in_words(v: object, ord_: str) -> None:
    assert dokument.i_ord(v) == ord_


def test_a_share_is_told_in_per_cent() -> None:
    assert [dokument.i_ord(Decimal(x), andel=True) for x in ("0.75", "1", "0")] == ["75 %", "100 %", "0 %"]


def test_a_diagram_draws_every_node_once_and_every_answer() -> None:
    ens = noteret("V1", 'Sagt "sådan" #1.')
    tegnet = diagram(Trae("x", "X", (), foerst(hvis("A?", ens), hvis("B?", afvist("V2", "v2_x", "Nej.")), ellers=ens)))
    assert tegnet.splitlines() == [
        "flowchart TD",
        '  n0{"A?"}',
        '  n1["noteret · V1<br>Sagt #quot;sådan#quot; #35;1."]:::noteret',
        '  n2{"B?"}',
        '  n3["afvist · V2 · v2_x<br>Nej."]:::afvist',
        '  n0 -->|"ja"| n1',
        '  n0 -->|"nej"| n2',
        '  n2 -->|"ja"| n3',
        '  n2 -->|"nej"| n1',
        "  classDef noteret fill:#f5f5f5,stroke:#777",
        "  classDef afvist fill:#f2dede,stroke:#a94442",
    ]


@pytest.mark.parametrize("trae", katalog.TRAEER.values(), ids=list(katalog.TRAEER))
def test_a_diagram_joins_what_it_draws(trae: Trae) -> None:
    linjer = diagram(trae).splitlines()
    tegnede = {
        m[1] for x in linjer if (m := re.match(r'  (n\d+)(?:\{|\[|\(\[)"[^"]+"(?:\}|\]|\]\))(?::::[a-z]+)?$', x))
    }
    pile = [m.groups() for x in linjer if (m := re.match(r'  (n\d+) -->\|"[^"]+"\| (n\d+)$', x))]
    assert len(tegnede) == len(list(knuder(trae.rod)))
    assert {x for pil in pile for x in pil} <= tegnede
    assert len(pile) == sum(len(k.svar) for k in knuder(trae.rod) if isinstance(k, Spoerg))
    assert len(linjer) == 1 + len(tegnede) + len(pile) + sum(x.startswith("  classDef") for x in linjer)
