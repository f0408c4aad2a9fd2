"""Logging: JSON lines on stderr, with a last line of defence against CPR numbers in any of them (I8)."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from contracts.felter import er_cpr

_TAL = re.compile(r"(?<!\d)(\d{6})[- ]?(\d{4})(?!\d)")
MASKE = "██████████"


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
    if isinstance(v, (int, float, bool)) or v is None:
        return masker(str(v)) if isinstance(v, int) and not isinstance(v, bool) and len(str(v)) == 10 else v
    return masker(str(v))


def _maskeproces(_logger: Any, _metode: str, haendelse: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {k: _masker_alt(v) for k, v in haendelse.items()}


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


def opsaet_log(niveau: int = logging.INFO) -> None:
    """Routes every logger to JSON lines on stderr. Tracebacks show no local variables, and are masked like the rest."""
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
    haandtag = logging.StreamHandler(sys.stderr)
    haandtag.setFormatter(formatter)
    rod = logging.getLogger()
    rod.handlers[:] = [haandtag]
    rod.setLevel(niveau)
    # These speak of connections and rebalances; their details belong to debugging.
    for navn in ("aiokafka", "faststream", "gateway.faststream", "uvicorn", "asyncio"):
        logging.getLogger(navn).setLevel(logging.WARNING)
