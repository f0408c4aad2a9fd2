"""Traces: what goes on from span to span, and that nothing is there when nobody asked for it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from gateway import sporing
from sandbox.personer import Personregister
from tests.maaling.samler import Samler

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
UDEFRA = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def samler() -> Iterator[Samler]:
    with Samler() as s:
        sporing.opsaet(s.adresse, miljoe="test", vent=0.05)
        try:
            yield s
        finally:
            sporing.luk()


def test_without_a_collector_no_sdk_is_imported_and_a_traceparent_goes_on_as_it_came() -> None:
    kode = (
        "import sys, gateway.app, gateway.sporing as s; s.opsaet(None);"
        f"assert s.besked({UDEFRA!r}, 't') == {UDEFRA!r}; assert s.begynd('x', {UDEFRA!r}, 'ind').traceparent is None;"
        "s.begynd('x', None, 'ind').slut({'a': 'b'}, fejl='c');"
        "sys.exit(any(m.startswith('opentelemetry.sdk') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", kode], check=False).returncode == 0


def test_the_publishers_trace_goes_on_through_every_span_into_the_message_out(samler: Samler) -> None:
    ind = sporing.begynd("modtag", UDEFRA, "ind")
    kald = sporing.begynd("dfdg", ind.traceparent, "kald")
    ud = sporing.besked(kald.traceparent, "gateway.kvittering.v1")
    kald.slut({"dfdg.registrerings_id": "r-1", "http.response.status_code": 200})
    ind.slut()
    sporing.luk()
    efter_navn = {s.navn: s for s in samler.spans}
    assert {s.trace for s in samler.spans} == {TRACE}
    assert efter_navn["modtag"].foraelder == SPAN
    assert efter_navn["dfdg"].foraelder == efter_navn["modtag"].span
    assert efter_navn["besked gateway.kvittering.v1"].foraelder == efter_navn["dfdg"].span
    assert ud == f"00-{TRACE}-{efter_navn['besked gateway.kvittering.v1'].span}-01"
    assert efter_navn["dfdg"].egenskaber == {"dfdg.registrerings_id": "r-1", "http.response.status_code": "200"}


def test_what_was_begun_and_never_ended_is_never_told(samler: Samler) -> None:
    sporing.begynd("rullet tilbage", UDEFRA, "ind")
    sporing.luk()
    assert samler.spans == []


def test_a_publisher_that_does_not_sample_is_not_traced_and_keeps_its_own_parent(samler: Samler) -> None:
    uden = UDEFRA[:-2] + "00"
    assert sporing.begynd("modtag", uden, "ind").traceparent == uden
    assert sporing.besked(uden, "t") == uden
    sporing.luk()
    assert samler.spans == []


@pytest.mark.parametrize("fremmed", ["", "hvad som helst", "00-0-0-00", UDEFRA.upper()])
def test_a_traceparent_that_is_none_goes_on_as_it_came(samler: Samler, fremmed: str) -> None:
    assert sporing.besked(fremmed, "t") == fremmed


def test_without_a_trace_of_its_own_an_event_gets_one(samler: Samler) -> None:
    spor = sporing.begynd("modtag", None, "ind")
    spor.slut()
    sporing.luk()
    (s,) = samler.spans
    assert s.foraelder == ""
    assert spor.traceparent is not None
    assert spor.traceparent.startswith(f"00-{s.trace}-{s.span}-0")


def test_I8_a_number_in_a_name_a_text_or_a_fault_is_covered(samler: Samler) -> None:
    cpr = Personregister().ny()
    sporing.begynd(f"modtag {cpr}", None, "ind").slut({"tekst": f"om {cpr[:6]}-{cpr[6:]}"}, fejl=f"afvist {cpr}")
    sporing.luk()
    assert len(samler.spans) == 1
    assert cpr.encode() not in samler.raa
    assert cpr[:6].encode() not in samler.raa


def test_a_collector_that_is_away_costs_spans_and_never_an_event() -> None:
    sporing.opsaet("http://127.0.0.1:9/v1/traces", miljoe="test", vent=0.05)
    begyndt = time.monotonic()
    for _ in range(2_000):
        sporing.begynd("modtag", UDEFRA, "ind").slut()
    assert time.monotonic() - begyndt < 10
    sporing.luk()
    assert time.monotonic() - begyndt < 20
