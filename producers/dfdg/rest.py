"""REST to DFDG: the headers of a call, and what answers mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from contracts.dfdg.hoveder import json_bruger, json_organisation
from contracts.dfdg.kvitteringer import laes_json
from gateway.lanes.forsoeg import Svar, Udfald
from producers.dfdg import errors, faelles
from producers.dfdg.opsaetning import DfdgOpsaetning

#: Which person a call is about (never in path or parameters), and the id that makes a write unique for seven days.
PERSONHOVED = "x-civilRegistrationIdentifier"
REQUEST_ID = "x-requestId"

_TOM_KVITTERING = frozenset(
    {"UpdateFravaer", "DeleteFravaer", "UpdateIndkaldelse", "DeleteIndkaldelse", "SaveDeltagelsesvalg"}
)


def adresse(o: DfdgOpsaetning, tjeneste: str, rod: str, sti: str) -> str:
    """``rod`` is the service's place under the common address, ``sti`` its own path from ``/v1/``; a service with an
    address of its own has ``sti`` right below that."""
    egen = o.adresser.get(tjeneste)
    return f"{egen.rstrip('/')}{sti}" if egen else f"{o.base_url.rstrip('/')}{rod}{sti}"


def hoveder(o: DfdgOpsaetning, akassekode: str, cpr: str | None, tid: datetime) -> dict[str, str]:
    """All headers but ``x-requestId``: whom it is about (None: nobody), for whom, and who acts."""
    person = {PERSONHOVED: cpr} if cpr is not None else {}
    return person | {
        o.organisationshoved: json_organisation(faelles.organisation(o, akassekode)),
        o.brugerhoved: json_bruger(faelles.bruger(o, akassekode, tid)),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def svar(o: DfdgOpsaetning, operation: str, status: int, krop: bytes) -> Svar:
    """What an answer to a write means. A create answers an id; the answers of the other writes are not public, so an
    empty one is taken for what the status says."""
    if status == 412:
        return errors.statussvar(status, soap=False)
    indhold = _json(krop)
    if not 200 <= status < 300:
        fejl = errors.fra_json(indhold, o.kodefelter, o.tekstfelter)
        return errors.fejlsvar(fejl, status, operation) if fejl else errors.statussvar(status, soap=False)
    if status not in (200, 201, 204):
        return errors.uforstaaeligt(status)
    if not krop.strip() and operation in _TOM_KVITTERING:
        return Svar(Udfald.KVITTERET, http_status=status)
    receipt = laes_json(indhold)
    if receipt is None:
        return errors.uforstaaeligt(status)
    return Svar(
        Udfald.KVITTERET,
        registrerings_id=receipt.registrerings_id,
        tidspunkt=receipt.tidspunkt,
        http_status=status,
    )


def _json(krop: bytes) -> Any:
    try:
        return orjson.loads(krop)
    except orjson.JSONDecodeError:
        return None
