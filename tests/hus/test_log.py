"""Logs never show a CPR number, whatever a log call is given (I8)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from gateway.telemetry import MASKE, masker, opsaet_log
from sandbox.personer import Personregister

CPR = Personregister().ny()


@pytest.fixture
def rodlog(capsys: pytest.CaptureFixture[str]) -> Iterator[logging.Logger]:
    """The root logger as in production; ``capsys`` first, so that it writes where the test reads."""
    rod = logging.getLogger()
    foer = rod.handlers[:], rod.level
    opsaet_log()
    yield rod
    rod.handlers[:], _ = foer
    rod.setLevel(foer[1])


@pytest.mark.parametrize("form", [CPR, f"{CPR[:6]}-{CPR[6:]}", f"/Fravaer/{CPR}/x", f"cpr={CPR}&"])
def test_I8_every_form_is_masked(form: str) -> None:
    assert CPR not in masker(form).replace("-", "")


@pytest.mark.parametrize("tekst", ["9999999999", "20221231", "4102559999111", "e3b0c442-98fc-1c14-9afb-f4c8996fb924"])
def test_other_numbers_stay(tekst: str) -> None:
    assert masker(tekst) == tekst


def test_I8_messages_extras_and_tracebacks_are_masked(rodlog: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("gateway.test")
    try:
        raise ValueError(f"no {CPR}")
    except ValueError:
        log.exception("failed for %s", CPR, extra={"felt": CPR, "liste": [{"cpr": CPR}], "tal": int(CPR[::-1]) and int("1" + CPR[1:])})
    ud = capsys.readouterr().err
    linje = json.loads(ud.strip().splitlines()[-1])
    assert CPR not in ud
    assert linje["event"].count(MASKE) == 1
    assert "ValueError" in linje["exception"]
