"""The mutation run itself, over a small tree: what counts as killed, as survived, as invalid."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.mutanter import koersel
from tests.mutanter.koersel import DRAEBT, OVERLEVET, TIDSGRAENSE, UGYLDIG, Koersel, Udfald, pris, tabel
from tests.mutanter.mutanter import Mutant, Skrivefejl, baerer, laes

_KODE = "import time\n\nGRAENSE = 410\n\n\ndef naaet(timer):\n    return timer >= GRAENSE\n"
_TESTS = """
import pytest
from kode import naaet

def test_A1_the_limit():
    assert naaet(410)

def test_A1_V1_not_before():
    assert not naaet(409)

def test_V3_any_answer():
    assert naaet(410) in (True, False)

def test_V4_red_from_the_start():
    assert naaet(1)
"""


def _mutant(id_: str, ny: str, valg: str, gammel: str = ">= GRAENSE") -> Mutant:
    return Mutant("x.yaml", 1, id_, "kode.py", gammel, ny, f"tests/test_x.py -k {valg}")


@pytest.fixture
def trae(tmp_path: Path) -> Path:
    rod = tmp_path / "trae"
    (rod / "tests").mkdir(parents=True)
    (rod / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = "--import-mode=importlib -p no:asyncio -p no:xdist"\n'
    )
    (rod / "kode.py").write_text(_KODE)
    (rod / "tests" / "test_x.py").write_text(_TESTS)
    return rod


def _koer(rod: Path, *mutanter: Mutant, graense: float | None = None) -> list[Udfald]:
    linjer: list[str] = []
    udfald = Koersel(rod, min(2, len(mutanter)), linjer.append, graense).koer(mutanter)
    assert (rod / "kode.py").read_text() == _KODE, "the tree itself is never broken"
    assert [u.mutant for u in udfald] == list(mutanter)
    assert any(mutanter[0].fil in linje for linje in linjer)
    return udfald


def test_a_mutant_is_killed_by_a_test_of_its_rule_and_survives_otherwise(trae: Path) -> None:
    udfald = _koer(
        trae,
        _mutant("A1", "> GRAENSE", "A1"),
        _mutant("V1", "> 0", "A1"),
        _mutant("V1", "> GRAENSE", "A1"),
        _mutant("V3", "> GRAENSE", "V3"),
        _mutant("A1", "> GRAENSE - 1", "A1"),
    )
    assert [u.dom for u in udfald] == [DRAEBT, DRAEBT, OVERLEVET, OVERLEVET, OVERLEVET]
    assert [udfald[0].grund, udfald[1].grund] == ["test_A1_the_limit", "test_A1_V1_not_before"]
    assert "only tests of other rules" in udfald[2].grund


def test_what_would_turn_any_test_red_is_no_kill(trae: Path) -> None:
    doede = [
        (_mutant("A1", ">= (", "A1"), "nothing was judged"),
        (_mutant("A1", ">= UKENDT", "A1"), "does not run"),
        (_mutant("A1", "import findes_ikke", "A1", "import time"), "nothing was judged"),
        (_mutant("A1", "> GRAENSE", "intet_navn"), "empty"),
        (_mutant("A2", "> GRAENSE", "A1"), "no chosen test has A2"),
        (_mutant("V4", "> GRAENSE", "V4"), "red before anything is broken"),
        (_mutant("A1", "> 3", "A1", "GRAENSE"), "stands 2 times"),
        (_mutant("A1", "> 3", "A1", "findes ikke"), "stands 0 times"),
    ]
    udfald = _koer(trae, *(m for m, _ in doede))
    assert [u.dom for u in udfald] == [UGYLDIG] * len(doede)
    for u, (_, grund) in zip(udfald, doede, strict=True):
        assert grund in u.grund


def test_a_break_that_runs_on_is_killed_by_the_time_limit(trae: Path) -> None:
    (u,) = _koer(trae, _mutant("A1", ">= GRAENSE or time.sleep(600)", "not_before"), graense=4)
    assert u.dom == TIDSGRAENSE


def test_every_mutant_that_was_not_killed_is_shown() -> None:
    draebt, levende = _mutant("A1", "> GRAENSE", "A1"), _mutant("V3", "> GRAENSE", "V3")
    vist = tabel([Udfald(draebt, DRAEBT, "test_A1_the_limit", 1.0), Udfald(levende, OVERLEVET, "3 tests", 1.0)])
    assert "SURVIVED: V3" in vist
    assert "A1" not in vist
    assert vist.splitlines()[2].split() == ["in", "all", "2", "1", "0", "1", "0"]


def test_the_command_fails_when_a_mutant_survives(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doede = {_mutant("A1", "> GRAENSE", "A1"): DRAEBT, _mutant("V3", "> GRAENSE", "V3"): OVERLEVET}
    monkeypatch.setattr(koersel, "laes", lambda: list(doede))
    monkeypatch.setattr(Koersel, "koer", lambda _, ms: [Udfald(m, doede[m], "", 1.0) for m in ms])
    assert koersel.main(["--id", "A1"]) == 0
    assert koersel.main(["--fil", "kode.py", "--json"]) == 1
    assert '"dom": "SURVIVED"' in capsys.readouterr().out
    for ukendt in (["--id", "V99"], ["--fil", "anden.py"]):
        with pytest.raises(SystemExit) as fanget:
            koersel.main(ukendt)
        assert fanget.value.code == 2


@pytest.mark.parametrize(
    ("navn", "id_", "ja"),
    [
        ("test_V1_V4_the_jobcenter_is_told", "V4", True),
        ("test_V1_V4_the_jobcenter_is_told", "V1", True),
        ("test_V14_no_marking", "V1", False),
        ("test_A_43_leaving", "43", True),
        ("test_dates[V1-x]", "V1", False),
    ],
)
def test_a_test_carries_the_ids_in_its_functions_name(navn: str, id_: str, ja: bool) -> None:
    assert baerer(navn, id_) is ja


def test_a_choice_of_tests_costs_what_its_dearest_suite_needs() -> None:
    assert [pris(t) for t in ("tests/regler/test_a.py -k V1", "tests/regler/test_a.py tests/ledger/test_b.py")] == [
        0,
        2,
    ]
    assert pris("tests/ende_til_ende/test_c.py") == 3


@pytest.mark.parametrize("galt", [{"test": None}, {"ekstra": "x"}, {"ny": 3}])
def test_a_row_that_is_not_written_right_is_refused(tmp_path: Path, galt: dict[str, object]) -> None:
    raekke = {"id": "V1", "fil": "a.py", "gammel": "a", "ny": "b", "test": "tests/regler -k V1"}
    (tmp_path / "x.yaml").write_text(yaml.safe_dump([raekke]))
    assert [m.id for m in laes(tmp_path)] == ["V1"]
    (tmp_path / "x.yaml").write_text(yaml.safe_dump([{**raekke, **galt}]))
    with pytest.raises(Skrivefejl, match=r"x\.yaml row 1"):
        laes(tmp_path)
