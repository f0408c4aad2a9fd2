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
from gateway.ledger.motor import Motor

_MASKE = "••••••••••"


class _Tilbage(Exception):
    """Ends the trial's transaction without committing it."""


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
        svar: dict[str, Any] = {}
        try:
            async with self._pulje.acquire() as conn, conn.transaction():
                e = await self._modtagelse.i_proeve(conn, post)
                svar = _svar(e)
                raise _Tilbage
        except _Tilbage:
            return svar


def _svar(e: Enhed) -> dict[str, Any]:
    cprer = {b.cpr for b in e.baner.values()}
    h = e.haendelser[0] if e.haendelser else None
    if h is None:
        return {
            "status": "gentagelse",
            "tekst": "Hændelsens id er brugt før med samme indhold; den har ingen virkning.",
        }
    kvitteringer = [b.data for b in e.beskeder if b.type == "gateway.kvittering.v1" and b.haendelse is h]
    ud = {
        "status": h.status or {"hoved": "registreres", "venter": "afventer"}.get(h.tilstand, h.tilstand),
        "kvittering": kvitteringer[-1] if kvitteringer else _afgjort(h.afgoerelse),
        "registreringer": [
            {
                "tjeneste": r.anmodning.tjeneste,
                "operation": r.anmodning.operation,
                "metode": r.anmodning.metode,
                "sti": r.anmodning.sti,
                "krop": r.anmodning.krop.decode("utf-8", "replace"),
                "entitetsId": r.anmodning.entitets_id,
            }
            for r in e.nye_registreringer
            if r.haendelse_ref == h.id
        ],
        "beskeder": [
            {"topic": b.topic, "type": b.type, "data": b.data}
            for b in e.beskeder
            if b.type not in ("gateway.kvittering.v1", "gateway.dlq.v1")
        ],
        "overdragelser": [
            {"til": str(a.overdragelse.til), "registrering": a.registrering, "data": a.overdragelse.data}
            for a in e.overdragelser
        ],
    }
    if h.afgoerelse is not None:
        ud["venteligeBeskeder"] = [
            {"til": str(b.til), "type": b.type, "data": b.data}
            for b in h.afgoerelse.beskeder
            if b.efter_registrering is not None
        ]
    tekst = orjson.dumps(ud, default=str).decode()
    for cpr in cprer:
        tekst = tekst.replace(cpr, _MASKE).replace(f"{cpr[:6]}-{cpr[6:]}", _MASKE)
    maskeret: dict[str, Any] = orjson.loads(tekst)
    return maskeret


def _afgjort(afg: Any) -> dict[str, Any]:
    """What is decided of an event that is not final yet."""
    if afg is None:
        return {"tekst": "Hændelsen ville vente på en tidligere hændelse om samme borger."}
    return {
        "status": afg.status.value,
        "tekst": afg.tekst,
        "regel": afg.regel,
        "regime": afg.regime.value if afg.regime else None,
        "flag": list(afg.flag),
        "pligter": [p.kode for p in afg.pligter],
    }
