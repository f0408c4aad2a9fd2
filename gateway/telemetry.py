"""Logging: JSON lines on stderr, with a last line of defence against CPR numbers in any of them (I8)."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TextIO

import structlog

from contracts.felter import er_cpr

_TAL = re.compile(r"(?<!\d)(\d{6})[- ]?(\d{4})(?!\d)")
MASKE = "██████████"
_MINDSTE_CPR = 101_000_000  # 01-01-00


def masker(tekst: str) -> str:
    """``tekst`` with everything that looks like a CPR number (ten digits with a real date) covered."""

    def daek(m: re.Match[str]) -> str:
        return MASKE if er_cpr(m[1] + m[2]) else m[0]

    return _TAL.sub(daek, tekst)


def _masker_alt(v: Any) -> Any:
    if isinstance(v, str):
        return masker(v)
    if isinstance(v, bytes):
        return masker(v.decode("utf-8", "replace"))
    if isinstance(v, Mapping):
        return {_masker_alt(k): _masker_alt(x) for k, x in v.items()}
    if isinstance(v, (list, tuple, set, frozenset)):
        return [_masker_alt(x) for x in v]
    if isinstance(v, bool) or v is None or isinstance(v, float):
        return v
    if isinstance(v, int):
        # As a number, a CPR number of somebody born on the 1st to the 9th has lost its first digit.
        return MASKE if er_cpr(f"{v:010d}") and v >= _MINDSTE_CPR else v
    return masker(str(v))


def _maskeproces(_logger: Any, _metode: str, haendelse: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {masker(k): _masker_alt(v) for k, v in haendelse.items()}


class _Ekstra:
    """Adds what stdlib loggers pass as ``extra``."""

    _STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}

    def __call__(self, _logger: Any, _metode: str, haendelse: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        post = haendelse.get("_record")
        if isinstance(post, logging.LogRecord):
            for navn, vaerdi in post.__dict__.items():
                if navn not in self._STANDARD and not navn.startswith("_"):
                    haendelse.setdefault(navn, vaerdi)
        return haendelse


class Gentagelser(logging.Filter):
    """Lets the same line of a library through once in ``hvert`` seconds; the next one says how many were left out.

    Kafka's client tries again ten times a second while a broker is away, and says so each time on several lines: an outage of
    an hour would fill the log with the same sentence. Lines are the same when logger, level and text before its figures are.
    What the gateway says itself is never left out. ``ur``: seconds that never go back.
    """

    def __init__(
        self, biblioteker: tuple[str, ...], hvert: float = 10, ur: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._biblioteker, self._hvert, self._ur = biblioteker, hvert, ur
        #: (logger, level, text) -> (when it was let through, how many were left out since)
        self._set: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self._biblioteker):
            return True
        # Texts with their figures already filled in would be remembered for ever: cut at the first figure.
        noegle = record.name, record.levelno, re.split(r"\d", str(record.msg), maxsplit=1)[0]
        nu = self._ur()
        sidst, udeladt = self._set.get(noegle, (float("-inf"), 0))
        if nu - sidst < self._hvert:
            self._set[noegle] = sidst, udeladt + 1
            return False
        self._set[noegle] = nu, 0
        if udeladt:
            record.udeladt = udeladt
        return True


class _Haandtag(logging.StreamHandler[TextIO]):
    """Writes lines; a record that cannot be written is named by its place alone.

    The standard library would print the record's arguments as they are, which may be anything that was received.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the standard library's name
        sted = f"{record.filename}:{record.lineno}"
        with suppress(OSError, ValueError):
            self.stream.write(
                json.dumps({"event": "log_record_unreadable", "logger": record.name, "sted": sted}) + self.terminator
            )


def _ufanget(
    type_: type[BaseException], fejl: BaseException | None, spor: TracebackType | None, traad: str = "main"
) -> None:
    """What nobody caught, on its way out of the process: through the log, so that it is masked."""
    if fejl is None or issubclass(type_, KeyboardInterrupt):
        return
    logging.getLogger("gateway").critical("uncaught", exc_info=(type_, fejl, spor), extra={"traad": traad})


def _ufanget_i_traad(a: threading.ExceptHookArgs) -> None:
    if not issubclass(a.exc_type, SystemExit):
        _ufanget(a.exc_type, a.exc_value, a.exc_traceback, a.thread.name if a.thread else "?")


def opsaet_log(niveau: int = logging.INFO) -> None:
    """Routes every logger, structlog's too, warnings, and exceptions that nobody caught to JSON lines on stderr.

    Tracebacks show no local variables, and are masked like the rest. stdout stays for people and ``--json``.
    """
    sys.excepthook = _ufanget
    threading.excepthook = _ufanget_i_traad
    logging.captureWarnings(True)
    faelles: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Ekstra(),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=faelles,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _maskeproces,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *faelles,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    haandtag = _Haandtag(sys.stderr)
    haandtag.setFormatter(formatter)
    haandtag.addFilter(Gentagelser(("aiokafka",)))
    rod = logging.getLogger()
    rod.handlers[:] = [haandtag]
    rod.setLevel(niveau)
    # These speak of connections and rebalances; their details belong to debugging.
    for navn in ("aiokafka", "faststream", "gateway.faststream", "uvicorn", "asyncio", "httpx", "httpcore"):
        logging.getLogger(navn).setLevel(logging.WARNING)
