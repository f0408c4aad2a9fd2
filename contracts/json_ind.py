"""JSON as it comes in: UTF-8, at most 64 levels, no U+0000, numbers exactly as written.

Where a name stands twice in an object the last one counts, as in most readers (RFC 8259 leaves it open).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson

#: Deeper nesting is refused; the whole record counts, a structured event's own object as level one.
DYBESTE = 64

_TEGN = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
#: Numbers that a float may not hold as written: many decimals (from seven on, a number of nine digits may round), more
#: digits than 64 bits have, negative exponents. What looks like one is read again with exact decimals.
_MANGE_CIFRE = re.compile(rb"\.[0-9]{7}|[0-9]{20}|[0-9][eE]-[0-9]")


class Ulaeselig(ValueError):
    """The bytes are no JSON that is taken in. ``kode``: ``ikke_json``, ``for_dyb`` or ``nul_tegn``."""

    def __init__(self, kode: str) -> None:
        super().__init__(kode)
        self.kode = kode


def laes_json(vaerdi: bytes) -> Any:
    """The value of ``vaerdi``. Raises ``Ulaeselig``; never ``RecursionError``, whatever the nesting."""
    if for_dyb(vaerdi):
        raise Ulaeselig("for_dyb")
    try:
        indhold = orjson.loads(vaerdi)
        if _MANGE_CIFRE.search(vaerdi):
            indhold = json.loads(vaerdi, parse_float=Decimal, parse_int=_heltal)
    except (ValueError, ArithmeticError):
        raise Ulaeselig("ikke_json") from None
    if b"\\u0000" in vaerdi and _har_nul(indhold):
        raise Ulaeselig("nul_tegn")
    return indhold


def skriv_json(vaerdi: Any, *, sorteret: bool = False) -> bytes:
    """Bytes of what ``laes_json`` gave, numbers as they were written."""
    return orjson.dumps(vaerdi, default=_fragment, option=orjson.OPT_SORT_KEYS if sorteret else None)


def uden_null(vaerdi: Any) -> Any:
    """``null`` is absent, at every level of the objects."""
    if isinstance(vaerdi, dict):
        return {k: uden_null(v) for k, v in vaerdi.items() if v is not None}
    if isinstance(vaerdi, list):
        return [uden_null(v) for v in vaerdi]
    return vaerdi


def for_dyb(vaerdi: bytes) -> bool:
    """Whether the nesting passes ``DYBESTE``, told without parsing and in time proportional to the length."""
    if vaerdi.count(b"{") + vaerdi.count(b"[") <= DYBESTE:
        return False
    dybde, i_streng = 0, False
    for fund in _TEGN.finditer(vaerdi):
        tegn = fund[0]
        if tegn == b'"':
            i_streng = not i_streng
        elif i_streng:
            continue
        elif tegn in b"[{":
            dybde += 1
            if dybde > DYBESTE:
                return True
        elif tegn in b"]}":
            dybde -= 1
    return False


def _heltal(cifre: str) -> int | Decimal:
    return int(cifre) if len(cifre) < 19 else Decimal(cifre)


def _fragment(vaerdi: Any) -> Any:
    if isinstance(vaerdi, Decimal):
        return orjson.Fragment(str(vaerdi))
    raise TypeError


def _har_nul(vaerdi: Any) -> bool:
    if isinstance(vaerdi, str):
        return "\0" in vaerdi
    if isinstance(vaerdi, dict):
        return any("\0" in k or _har_nul(v) for k, v in vaerdi.items())
    if isinstance(vaerdi, list):
        return any(_har_nul(v) for v in vaerdi)
    return False
