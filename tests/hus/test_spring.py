"""No test is passed over unseen: where CI says so, a skipped test fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SPRINGER = "import pytest\ndef test_a(): pass\n@pytest.mark.skip(reason='r')\ndef test_b(): pass\n"
_HEL = "def test_a(): pass\n"
_XFAIL = "import pytest\n@pytest.mark.xfail\ndef test_a(): assert False\n"
_FIL = "import pytest\npytest.skip('r', allow_module_level=True)\n"


def _koer(tmp_path: Path, rod: Path, indhold: str, miljoe: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (tmp_path / "test_proeve.py").write_text(indhold + "\n")
    (tmp_path / "test_anden.py").write_text(_HEL)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    rent = {n: v for n, v in os.environ.items() if n != "GATEWAY_INGEN_SPRUNGNE"}
    kommando = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", str(tmp_path / "pytest.ini")]
    return subprocess.run(
        [*kommando, str(tmp_path)], cwd=rod, env={**rent, **miljoe}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("indhold", "sat", "kode"),
    [(_SPRINGER, "1", 1), (_FIL, "1", 1), (_SPRINGER, "0", 0), (_HEL, "1", 0), (_XFAIL, "1", 0)],
)
def test_a_skip_fails_the_run_only_where_ci_says_so(
    tmp_path: Path, rod: Path, indhold: str, sat: str, kode: int
) -> None:
    svar = _koer(tmp_path, rod, indhold, {"GATEWAY_INGEN_SPRUNGNE": sat})
    assert svar.returncode == kode, svar.stdout + svar.stderr
    assert ("a test was skipped" in svar.stdout) == (kode == 1)
