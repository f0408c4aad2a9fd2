"""Logs never show a CPR number, whatever a log call is given (I8)."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from gateway.telemetry import MASKE, Gentagelser, masker
from sandbox.personer import Personregister

_PERSONER = Personregister()
CPR = _PERSONER.ny(date(1971, 10, 21))
#: As a number it has nine digits.
FOERST_I_MAANEDEN = _PERSONER.ny(date(1971, 10, 2))

_BEGYND = """
import asyncio, logging, sys, threading, warnings
from gateway.telemetry import opsaet_log
opsaet_log()
log = logging.getLogger("gateway.test")
"""


def _koer(program: str) -> tuple[str, list[dict[str, Any]], int]:
    """In a process of its own: what it writes on stderr is what an operator's log gets."""
    svar = subprocess.run([sys.executable, "-c", _BEGYND + program], capture_output=True, text=True, check=False)
    assert svar.stdout == "", "stdout is not the log's"
    return svar.stderr, [json.loads(x) for x in svar.stderr.splitlines()], svar.returncode


@pytest.mark.parametrize("form", [CPR, f"{CPR[:6]}-{CPR[6:]}", f"/Fravaer/{CPR}/x", f"cpr={CPR}&"])
def test_I8_every_form_is_masked(form: str) -> None:
    assert CPR not in masker(form).replace("-", "")


@pytest.mark.parametrize("tekst", ["9999999999", "20221231", "4102559999111", "e3b0c442-98fc-1c14-9afb-f4c8996fb924"])
def test_other_numbers_stay(tekst: str) -> None:
    assert masker(tekst) == tekst


def test_I8_messages_extras_and_tracebacks_are_masked() -> None:
    stderr, linjer, _ = _koer(f"""
try:
    raise ValueError("no {CPR}")
except ValueError:
    extra = {{"felt": "{CPR}", "liste": [{{"{CPR}": {CPR}}}], "tal": {int(FOERST_I_MAANEDEN)}, "bytes": b"{CPR}"}}
    extra |= {{"andet": 42, "sandt": True, "{CPR}": 1}}
    log.exception("failed for %s", "{CPR}", extra=extra)
""")
    (linje,) = linjer
    assert CPR not in stderr
    assert linje["event"] == f"failed for {MASKE}"
    assert linje["felt"] == linje["bytes"] == linje["tal"] == MASKE
    assert linje["liste"] == [{MASKE: MASKE}]
    assert linje[MASKE] == 1
    assert (linje["andet"], linje["sandt"]) == (42, True)
    assert linje["exception"].endswith(f"ValueError: no {MASKE}")


def test_I8_a_record_that_cannot_be_formatted_shows_its_place_alone() -> None:
    stderr, linjer, _ = _koer(f'log.error("%d", "{CPR}")')
    assert CPR not in stderr
    assert [x["event"] for x in linjer] == ["log_record_unreadable"]
    assert linjer[0]["logger"] == "gateway.test"


def test_I8_what_nobody_caught_is_masked_on_its_way_out() -> None:
    stderr, linjer, kode = _koer(f"""
async def opgave(): raise LookupError("{CPR}")
async def main():
    asyncio.create_task(opgave())
    await asyncio.sleep(0.01)
def traad(): raise KeyError("{CPR}")
asyncio.run(main())
t = threading.Thread(target=traad); t.start(); t.join()
warnings.warn("{CPR}")
raise RuntimeError("{CPR}")
""")
    assert CPR not in stderr
    alle = "\n".join(f"{x['event']} {x.get('exception', '')}" for x in linjer)
    for navn in ("LookupError", "KeyError", "UserWarning", "RuntimeError"):
        assert f"{navn}: " in alle
    assert kode == 1


def test_I8_structlogs_own_loggers_go_the_same_way() -> None:
    stderr, linjer, _ = _koer(
        f'import structlog; structlog.get_logger("gateway.x").warning("hos %s", "{CPR}", felt="{CPR}")'
    )
    (linje,) = linjer
    assert CPR not in stderr
    assert (linje["event"], linje["felt"], linje["logger"]) == (f"hos {MASKE}", MASKE, "gateway.x")
    assert linje["level"] == "warning"
    assert "timestamp" in linje


def test_a_library_that_repeats_itself_is_heard_once_per_interval_with_a_count_and_the_gateway_always() -> None:
    ur = [0.0]
    gentagelser = Gentagelser(("aiokafka",), hvert=10, ur=lambda: ur[0])

    def linje(navn: str, tekst: str, niveau: int = logging.WARNING) -> tuple[bool, int | None]:
        post = logging.LogRecord(navn, niveau, "x.py", 1, tekst, ("kafka",), None)
        return bool(gentagelser.filter(post)), getattr(post, "udeladt", None)

    hoert = []
    for sekund in range(25):
        ur[0] = float(sekund)
        hoert.append([linje("aiokafka.conn", f"Unable connect to %s, attempt {sekund}") for _ in range(10)])
    assert [i for i, ti in enumerate(hoert) if ti[0][0]] == [0, 10, 20]
    assert all(not h for ti in hoert for h, _ in ti[1:])
    assert [hoert[i][0][1] for i in (0, 10, 20)] == [None, 99, 99]
    # Another text, level or logger is another line; what the gateway says is never left out.
    assert linje("aiokafka.conn", "Closed by %s")[0]
    assert linje("aiokafka.conn", "Unable connect to %s, attempt ", logging.ERROR)[0]
    assert linje("aiokafka.client", "Unable connect to %s, attempt ")[0]
    assert all(linje("gateway.app", "channel_closed")[0] for _ in range(5))


def test_an_outage_of_kafka_does_not_fill_the_log() -> None:
    _, linjer, _ = _koer("""
for _ in range(500):
    logging.getLogger("aiokafka.client").error("Unable connect to node with id %s: %s", 1, "refused")
log.warning("kafka_does_not_answer")
""")
    assert [x["logger"] for x in linjer] == ["aiokafka.client", "gateway.test"]
