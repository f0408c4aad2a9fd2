"""Logs never show a CPR number, whatever a log call is given (I8)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gateway.telemetry import MASKE, masker
from sandbox.personer import Personregister

CPR = Personregister().ny()


@pytest.mark.parametrize("form", [CPR, f"{CPR[:6]}-{CPR[6:]}", f"/Fravaer/{CPR}/x", f"cpr={CPR}&"])
def test_I8_every_form_is_masked(form: str) -> None:
    assert CPR not in masker(form).replace("-", "")


@pytest.mark.parametrize("tekst", ["9999999999", "20221231", "4102559999111", "e3b0c442-98fc-1c14-9afb-f4c8996fb924"])
def test_other_numbers_stay(tekst: str) -> None:
    assert masker(tekst) == tekst


def test_I8_messages_extras_and_tracebacks_are_masked() -> None:
    """In a process of its own: what it writes on stderr is what an operator's log gets."""
    program = f"""
import logging
from gateway.telemetry import opsaet_log
opsaet_log()
try:
    raise ValueError("no {CPR}")
except ValueError:
    extra = {{"felt": "{CPR}", "liste": [{{"cpr": "{CPR}"}}], "tal": {CPR.lstrip("0")}, "bytes": b"{CPR}"}}
    logging.getLogger("gateway.test").exception("failed for %s", "{CPR}", extra=extra)
"""
    svar = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    linje = json.loads(svar.stderr.strip().splitlines()[-1])
    assert CPR not in svar.stderr
    assert linje["event"] == f"failed for {MASKE}"
    assert linje["felt"] == linje["bytes"] == MASKE
    assert linje["exception"].endswith(f"ValueError: no {MASKE}")
