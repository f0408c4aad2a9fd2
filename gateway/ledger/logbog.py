"""The log of acts: who did what, why, and what stood before and after. The database refuses to change or remove a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from gateway.errors import Betjeningsfejl
from gateway.ledger.aktoer import Aktoer
from gateway.ledger.db import Forbindelse
from gateway.ledger.krypto import Noegler
from gateway.ledger.visning import skjul_alt
from gateway.telemetry import masker


@dataclass(frozen=True, slots=True)
class Handling:
    """One act. ``indhold`` is what was changed in an event, before and after (masked)."""

    id: int
    tid: datetime
    hvem: str
    via: str
    handling: str
    maal: str
    begrundelse: str
    akassekode: str | None
    foer: dict[str, Any] | None
    efter: dict[str, Any] | None
    indhold: dict[str, Any] | None


#: Every kind of act that is kept.
HANDLINGER = (
    "retry", "skip", "replace", "masse retry", "masse skip", "masse stop", "afklar", "pause saet", "pause ophaev", "genaabn",
    "vindue planlaeg", "vindue forlaeng", "vindue slut", "spaerring ophaev", "karantaene saet", "karantaene ophaev",
    "regime luk", "genopret", "soeg cpr", "login",
)  # fmt: skip


def kraev_begrundelse(tekst: str) -> str:
    """The reason, trimmed. Raises ``Betjeningsfejl`` when there is none."""
    if not tekst.strip():
        raise Betjeningsfejl(
            "--begrundelse is required: it is kept with the act",
            dansk="Skriv en begrundelse: den gemmes sammen med handlingen.",
        )
    return tekst.strip()


async def noter(
    conn: Forbindelse,
    aktoer: Aktoer,
    handling: str,
    maal: object,
    begrundelse: str,
    *,
    foer: dict[str, Any] | None = None,
    efter: dict[str, Any] | None = None,
    akassekode: str | None = None,
    indhold_krypt: bytes | None = None,
) -> None:
    """Writes the act in the caller's transaction. Free text is masked: people write CPR numbers into reasons."""
    await conn.execute(
        """insert into betjening (hvem, via, handling, maal, begrundelse, foer, efter, akassekode, indhold_krypt)
           values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9)""",
        masker(aktoer.navn),
        aktoer.via,
        handling,
        str(maal),
        masker(begrundelse),
        _json(foer),
        _json(efter),
        akassekode,
        indhold_krypt,
    )


async def laes(
    pulje: asyncpg.Pool,
    noegler: Noegler,
    *,
    foer_id: int | None = None,
    maal: str | None = None,
    handling: str | None = None,
    hvem: str | None = None,
    akasser: frozenset[str] | None = None,
    hoejst: int = 50,
) -> list[Handling]:
    """Acts, newest first, from before ``foer_id``; ``akasser``: only those about these (None: all)."""
    raekker = await pulje.fetch(
        """select * from betjening where ($1::bigint is null or id < $1) and ($2::text is null or maal = $2)
             and ($3::text[] is null or akassekode = any($3)) and ($5::text is null or handling = $5)
             and ($6::text is null or hvem = $6) order by id desc limit $4""",
        foer_id,
        maal,
        None if akasser is None else sorted(akasser),
        hoejst,
        handling,
        hvem,
    )
    return [
        Handling(
            r["id"], r["tid"], r["hvem"], r["via"], r["handling"], r["maal"], r["begrundelse"], r["akassekode"],
            orjson.loads(r["foer"]) if r["foer"] else None,
            orjson.loads(r["efter"]) if r["efter"] else None,
            skjul_alt(orjson.loads(noegler.dekrypter(r["indhold_krypt"]))) if r["indhold_krypt"] else None,
        )
        for r in raekker
    ]  # fmt: skip


def _json(v: dict[str, Any] | None) -> str | None:
    return None if v is None else masker(orjson.dumps(v, default=str).decode())
