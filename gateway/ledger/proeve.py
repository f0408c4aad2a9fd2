"""``gateway proev``: what would happen to an event, with no effect at all.

The event goes the same way as a received one, in a transaction that is rolled back: accepted into its citizen's lane,
decided, rendered. Nothing is committed, so nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from contracts.envelope import Post
from contracts.part import part_i_kilde
from gateway.errors import Betjeningsfejl
from gateway.ledger.accept import Modtagelse
from gateway.ledger.enhed import Enhed
from gateway.ledger.krypto import Noegler
from gateway.ledger.ledgerdel import paa_proeve
from gateway.ledger.motor import Motor
from gateway.ledger.visning import virkning


class Proeve:
    """``ur`` gives the present time."""

    def __init__(
        self, pulje: asyncpg.Pool, motor: Motor, noegler: Noegler, miljoe: str, ur: Callable[[], datetime]
    ) -> None:
        self._pulje = pulje
        self._modtagelse = Modtagelse(pulje, motor, noegler, miljoe, ur)

    async def proev(self, raa: bytes) -> dict[str, Any]:
        """``raa``: the whole event as JSON (structured). Gives its status, its kvittering, the registrations as they
        would be sent, and the messages; CPR numbers are masked. Raises ``Betjeningsfejl`` for what is no event."""
        try:
            kuvert = orjson.loads(raa)
            part = part_i_kilde(kuvert["source"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            part = None
        if part is None:
            raise Betjeningsfejl(
                "the file holds no event: a structured CloudEvent with source /akasse/… or /jobcenter/…"
            )
        topic = f"{part[0]}.{part[1]}.haendelser.v1"
        post = Post(topic, 0, 0, None, raa, (("content-type", b"application/cloudevents+json"),))
        async with paa_proeve(self._pulje) as conn:
            return _svar(await self._modtagelse.i_proeve(conn, post))


def _svar(e: Enhed) -> dict[str, Any]:
    h = e.haendelser[0] if e.haendelser else None
    if h is None:
        return {
            "status": "gentagelse",
            "tekst": "Hændelsens id er brugt før med samme indhold; den har ingen virkning.",
        }
    return virkning(e, h)
