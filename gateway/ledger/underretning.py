"""What the parties and the operators are told of an event: the editions of its kvittering, its beskeder, its dead letter."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from gateway.lanes.bane import Haendelsestilstand
from gateway.lanes.forsoeg import Svar
from gateway.ledger import kvitteringer
from gateway.ledger.enhed import Bane, Doedbrev, Enhed, Overdragelsesaendring
from gateway.ledger.historik import TILBAGEKALDT
from gateway.ledger.raekker import INTERN_TOPIC, Haendelsesraekke, part_fra_topic
from gateway.rules.model import NAVNERUM, Afgoerelse, Besked, Fejl, Naar

#: Codes of events that their publisher has corrected.
RETTET = frozenset({"erstattet", "tilbagekaldt"})


def kvitter(
    e: Enhed,
    bane: Bane | None,
    h: Haendelsesraekke,
    status: str,
    tekst: str,
    *,
    endelig: bool = False,
    fejl: Fejl | None = None,
    afg: Afgoerelse | None = None,
    venter: tuple[str, datetime, datetime | None] | None = None,
    detaljer: Svar | None = None,
    fejldetaljer: tuple[Fejl, ...] = (),
) -> None:
    """The next edition of the event's kvittering to its publisher."""
    h.udgave += 1
    e.gem(h)
    if h.topic == INTERN_TOPIC:
        return
    data = kvitteringer.data(
        h,
        status,
        tekst,
        afg or h.afgoerelse,
        endelig=endelig,
        fejl=fejl,
        venter=venter,
        detaljer=detaljer,
        fejldetaljer=fejldetaljer,
    )
    part = part_fra_topic(h.topic)
    # The final one has an id of its own, whatever was told on the way: an event is final once, and once more when its
    # publisher has corrected it.
    udgave = str(h.udgave) if not endelig else "rettet" if fejl and fejl.kode in RETTET else "endelig"
    e.send(
        h,
        bane,
        f"{part}.kvitteringer.v1",
        "gateway.kvittering.v1",
        data,
        f"kvittering|{h.topic}|{h.partition}|{h.post_offset}|{udgave}",
    )


def doedbrev(e: Enhed, h: Haendelsesraekke, kode: str, tekst: str, status: str) -> None:
    """The event's dead letter, in a new edition: one a stop of an event, found again by the event."""
    id_ = uuid5(NAVNERUM, f"doedbrev|{h.id}|{h.kilde}|{h.haendelse_id}")
    e.doedbreve.append(Doedbrev(id_, h, h.part, h.type, kode, tekst, status))


def ved_modtagelse(e: Enhed, bane: Bane, h: Haendelsesraekke, afg: Afgoerelse) -> None:
    """What leaves before DFDG has receipted anything: beskeder of that kind, and handovers as ``afventer``."""
    for besked in afg.beskeder:
        if besked.naar is Naar.MODTAGET:
            send_besked(e, bane, h, besked)
    for o in afg.overdragelser:
        if o.aendring is None:
            e.overdragelser.append(Overdragelsesaendring(o, h, "afventer"))


def send_besked(e: Enhed, bane: Bane, h: Haendelsesraekke, besked: Besked) -> None:
    """One besked of the rules', to the party that it is for."""
    e.send(h, bane, f"{besked.til}.beskeder.v1", besked.type, dict(besked.data), besked.noegle)


def maalet_er_rettet(e: Enhed, bane: Bane, h: Haendelsesraekke) -> None:
    """The correction took effect: the corrected event's kvittering gets its last edition."""
    maal = next((x for x in e.haendelser if x.id == h.erstatter), None)
    maal = maal or e.historik.get(bane.borger_id, {}).get(h.erstatter or 0)
    if maal is None or maal.tilstand != "endelig" or maal.status == "sprunget_over":
        return
    trukket = h.type in TILBAGEKALDT
    fejl = Fejl(
        "tilbagekaldt" if trukket else "erstattet",
        "Hændelsen er tilbagekaldt af den, der udgav den."
        if trukket
        else "Hændelsen er erstattet af en senere hændelse fra samme kilde.",
    )
    maal.bliver(Haendelsestilstand.ENDELIG)
    maal.status, maal.fejlkode = "sprunget_over", fejl.kode
    e.gem(maal)
    kvitter(e, bane, maal, "sprunget_over", fejl.tekst, endelig=True, fejl=fejl)
