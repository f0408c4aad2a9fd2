"""What the tests of planned talks share: DFDG as the registrations leave it, and decisions in short."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gateway.rules.model import Afgoerelse, Status
from gateway.rules.registreringer import OpretIndkaldelse, Registrering, RetIndkaldelse, SletIndkaldelse
from tests.regler.byg import (
    Historie,
)

KORT = {"begrundelse": "Afbud fra et andet medlem."}
LOVLIG = (Status.REGISTRERET, "S7", None)


def hos_dfdg(registreringer: Iterable[Registrering]) -> dict[UUID, OpretIndkaldelse | RetIndkaldelse]:
    """What DFDG holds after these registrations. Fails where DFDG would refuse one: an id that was there before is
    created, or one that is not there is updated or deleted."""
    ud: dict[UUID, OpretIndkaldelse | RetIndkaldelse] = {}
    brugte: set[UUID] = set()
    for r in registreringer:
        match r.indhold:
            case OpretIndkaldelse() as i:
                assert i.indkaldelse_id not in brugte, "created twice"
                brugte.add(i.indkaldelse_id)
                ud[i.indkaldelse_id] = i
            case RetIndkaldelse() as i:
                assert i.indkaldelse_id in ud, "updated, and not there"
                ud[i.indkaldelse_id] = i
            case SletIndkaldelse() as i:
                assert i.indkaldelse_id in ud, "deleted, and not there"
                del ud[i.indkaldelse_id]
            case _:
                pass
    return ud


def alle(h: Historie) -> list[Registrering]:
    return [r for afg in h.afgoerelser for r in afg.registreringer]


def kort(afg: Afgoerelse) -> list[tuple[str, str]]:
    """The registrations of planned talks in short: (operation, purpose)."""
    ud = []
    for r in afg.registreringer:
        i = r.indhold
        ud.append((i.operation, i.formaal if isinstance(i, OpretIndkaldelse | RetIndkaldelse) else ""))
    return ud


def udfald(afg: Afgoerelse) -> tuple[Status, str | None, str | None]:
    return afg.status, afg.regel, afg.fejl.kode if afg.fejl else None
