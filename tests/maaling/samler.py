"""A collector: takes OTLP over HTTP on 127.0.0.1 and keeps the spans it is sent."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Modtaget:
    """A span as it came."""

    navn: str
    trace: str
    span: str
    foraelder: str
    egenskaber: dict[str, str]


@dataclass(slots=True)
class Samler:
    """``spans`` grows as they come; ``raa`` is every byte of every request, decompressed."""

    spans: list[Modtaget] = field(default_factory=list)
    raa: bytearray = field(default_factory=bytearray)
    _server: ThreadingHTTPServer | None = None

    @property
    def adresse(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1/traces"

    def __enter__(self) -> Self:
        samler = self

        class Modtager(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                krop = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    krop = gzip.decompress(krop)
                samler.tag(krop)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Modtager)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def tag(self, krop: bytes) -> None:
        self.raa += krop
        anmodning = ExportTraceServiceRequest.FromString(krop)
        for r in anmodning.resource_spans:
            for s in (s for u in r.scope_spans for s in u.spans):
                egenskaber = {a.key: a.value.string_value or str(a.value.int_value) for a in s.attributes}
                self.spans.append(
                    Modtaget(s.name, s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex(), egenskaber)
                )
