"""Traces: one event from the a-kasse's ``traceparent`` to DFDG's receipt and back into the kvittering (OpenTelemetry).

    publisher's span ─▶ modtag ─▶ dfdg … (an attempt or a reading each) ─▶ besked … (its traceparent goes out)

Off unless ``GATEWAY_SPOR__ENDPOINT`` names a collector (OTLP over HTTP): OpenTelemetry's SDK is then not imported, and a
publisher's traceparent goes on as it came. Spans carry ids, codes and times, never a person; texts are masked as the log's
are. A collector that is away costs spans, never an event.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from gateway.telemetry import masker

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_KOE = 16_384
#: Seconds that the last sending may take when the process ends.
_SIDSTE = 3

Art = Literal["ind", "kald", "ud"]

_udbyder: TracerProvider | None = None
_sporer: Any = None
_sender: Any = None


class Spor:
    """A span that has begun. ``traceparent``: what goes on from here; None when nothing is traced."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Any = None, traceparent: str | None = None) -> None:
        self._span = span
        self.traceparent = traceparent

    def slut(self, egenskaber: Mapping[str, object] | None = None, *, fejl: str | None = None) -> None:
        """Ends it. ``fejl``: the code of what went wrong. What is not ended is never told."""
        if self._span is None:
            return
        for navn, vaerdi in (egenskaber or {}).items():
            if vaerdi is not None:
                self._span.set_attribute(navn, vaerdi if isinstance(vaerdi, (bool, int)) else masker(str(vaerdi)))
        if fejl is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_status(Status(StatusCode.ERROR, masker(fejl)))
        self._span.end()


_INTET = Spor()


def opsaet(endpoint: str | None, *, andel: float = 1.0, miljoe: str = "", vent: float = 2.0) -> None:
    """Begins tracing to ``endpoint`` (a whole OTLP/HTTP address, e.g. ``http://127.0.0.1:4318/v1/traces``); None: nothing is.

    ``andel``: how many of the events that come without a trace of their own get one (0..1); where the publisher has decided,
    that holds. ``vent``: seconds between two sendings.
    """
    global _udbyder, _sporer, _sender
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    _udbyder = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(andel)),
        resource=Resource({"service.name": "akasse-dfdg-gateway", "deployment.environment.name": miljoe}),
        shutdown_on_exit=False,
    )
    _sender = OTLPSpanExporter(endpoint=endpoint, timeout=5)
    _udbyder.add_span_processor(
        BatchSpanProcessor(_sender, max_queue_size=_KOE, schedule_delay_millis=int(vent * 1000))
    )
    _sporer = _udbyder.get_tracer("gateway")


def luk() -> None:
    """Sends what has ended, and stops. A collector that does not answer is not waited for long."""
    global _udbyder, _sporer, _sender
    if _udbyder is not None:
        opgivet = threading.Timer(_SIDSTE, _sender.shutdown)
        opgivet.start()
        _udbyder.shutdown()
        opgivet.cancel()
    _udbyder = _sporer = _sender = None


def begynd(navn: str, foraelder: str | None, art: Art) -> Spor:
    """A span under ``foraelder`` (a traceparent; one that is none, or None, begins a trace)."""
    if _sporer is None:
        return _INTET
    from opentelemetry.trace import SpanKind

    arter = {"ind": SpanKind.CONSUMER, "kald": SpanKind.CLIENT, "ud": SpanKind.PRODUCER}
    span = _sporer.start_span(masker(navn), context=_kontekst(foraelder), kind=arter[art])
    if not span.is_recording():
        # The publisher (or the share) said no: its own trace goes on untouched.
        return Spor(None, foraelder)
    k = span.get_span_context()
    return Spor(span, f"00-{k.trace_id:032x}-{k.span_id:016x}-{k.trace_flags:02x}")


def besked(foraelder: str | None, type_: str) -> str | None:
    """The ``traceparent`` of a message out: a span of its own under ``foraelder``; as it came where nothing is traced."""
    if _sporer is None or (foraelder is not None and _TRACEPARENT.fullmatch(foraelder) is None):
        return foraelder
    spor = begynd(f"besked {type_}", foraelder, "ud")
    spor.slut({"besked.type": type_})
    return spor.traceparent


def _kontekst(traceparent: str | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    fund = _TRACEPARENT.fullmatch(traceparent or "")
    if fund is None:
        return Context()
    sammenhaeng = SpanContext(
        int(fund[1], 16), int(fund[2], 16), is_remote=True, trace_flags=TraceFlags(int(fund[3], 16))
    )
    return set_span_in_context(NonRecordingSpan(sammenhaeng), Context())
