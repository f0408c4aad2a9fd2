"""The door of a lane: an understood event goes in as what it is, an event of its own or a correction of an earlier one."""

from __future__ import annotations

from contracts.envelope import Forstaaet
from contracts.events.akasse import CprSkiftet
from contracts.events.faelles import Tilbagekaldt
from gateway.lanes.bane import Haendelsestilstand
from gateway.ledger import numre, rettelsesgang
from gateway.ledger.enhed import Bane, Enhed
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import Haendelsesraekke
from gateway.rules.model import Status


async def ind(e: Enhed, motor: Motor, bane: Bane, h: Haendelsesraekke, indhold: Forstaaet) -> str | None:
    """Puts the event into its lane. Returns the number that names the citizen too from now on, if it tells of one."""
    maal = indhold.data.haendelse_id if isinstance(indhold.data, Tilbagekaldt) else indhold.kuvert.erstatter
    if maal is None:
        await numre.forbered(e, [h])
        ventet = motor.modtag(e, bane, h)
    else:
        await rettelsesgang.modtag(e, motor, bane, h, maal)
        ventet = h.afgoerelse
    if not isinstance(indhold.data, CprSkiftet) or ventet is None or ventet.status is not Status.NOTERET:
        return None
    return (
        numre.reserver(e, bane, h)
        if h.tilstand in (Haendelsestilstand.VENTER, Haendelsestilstand.HOVED)
        else numre.nummer(h)
    )
