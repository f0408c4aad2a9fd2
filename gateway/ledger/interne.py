"""Events of the gateway's own: a closed regime, what DFDG told, an operator's act. They enter a citizen's lane in order,
as a party's events do, and nobody gets a kvittering for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid5

import orjson

from contracts.events import INTERNE_TYPER
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import INTERN_TOPIC, Haendelsesraekke, Indhold
from gateway.rules.model import NAVNERUM, Part


async def indsaet(
    e: Enhed,
    motor: Motor,
    bane: Bane,
    *,
    type_: str,
    kilde_id: str,
    part: Part,
    data: dict[str, Any],
    tid: datetime,
) -> bool:
    """Puts the event into the lane, which the caller has locked and loaded; the caller writes the unit of work.

    ``kilde_id`` names what caused it: the same cause enters once (False: it was there). ``part``: whom the event is
    about (an a-kasse's course). ``data``: the type's fields in camelCase without ``cpr``. ``tid``: aware. Raises
    ``KeyError`` for a type that is none of the gateway's own, ``ValueError`` for data that do not fit it.
    """
    kilde = f"/gateway/{e.miljoe}"
    haendelse_id = str(uuid5(NAVNERUM, f"intern|{type_}|{kilde_id}|{bane.pseudonym}"))
    krop = {"cpr": bane.cpr, **data}
    INTERNE_TYPER[type_].model_validate(krop)
    if await e.conn.fetchval("select 1 from haendelse where kilde = $1 and haendelse_id = $2", kilde, haendelse_id):
        return False
    kuvert = {
        "specversion": "1.0",
        "id": haendelse_id,
        "source": kilde,
        "type": type_,
        "time": tid.isoformat(),
        "data": krop,
    }
    h = Haendelsesraekke(
        id=0,
        plads=0,
        borger_id=bane.borger_id,
        kilde=kilde,
        haendelse_id=haendelse_id,
        type=type_,
        part=str(part),
        tid=tid,
        indhold=Indhold(orjson.dumps(kuvert)),
        topic=INTERN_TOPIC,
        partition=0,
        post_offset=0,
        modtaget=e.nu,
        ny=True,
    )
    await e.tildel_haendelse_ids([h])
    motor.modtag(e, bane, h)
    return True
