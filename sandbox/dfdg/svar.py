"""An answer of the stand-in's, and waiting without one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web

#: How long a request that is never answered is kept hanging before the stand-in gives its connection up, seconds.
HAENGER_HOEJST = 600.0
_HAENGER_TRIN = 0.1
XML = "text/xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
VROEVL = b"\x00\xff<dette er {ikke et svar"


@dataclass(frozen=True, slots=True)
class Svar:
    """An answer and what the log says of it."""

    status: int
    krop: bytes
    type: str
    udfald: str


async def haeng(anmodning: web.BaseRequest) -> None:
    """Waits until the caller gives up."""
    rest_tid = HAENGER_HOEJST
    while anmodning.transport is not None and not anmodning.transport.is_closing() and rest_tid > 0:
        await asyncio.sleep(_HAENGER_TRIN)
        rest_tid -= _HAENGER_TRIN
