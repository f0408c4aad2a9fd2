"""Editions of handovers (O1): the same id, a rising ``udgave``, one equal to the edition before is not sent.

    afventer ──receipt──▶ registreret ──something in it changes──▶ opdateret
        └───────── falls away (refused, given up, withdrawn) ───▶ bortfaldet

A change may come while the ending still waits for DFDG; the receipt then confirms what was told last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from contracts.envelope import fra_raa
from contracts.events.jobcenter import OverdragelseAfvist, OverdragelseModtaget
from gateway.ledger.enhed import Enhed, Overdragelsesaendring
from gateway.ledger.krypto import spor
from gateway.ledger.raekker import Haendelsesraekke, part_fra_topic
from gateway.rules.model import Overdragelse, Part, Status


@dataclass(frozen=True, slots=True)
class _Udgave:
    """The newest edition of a handover, as the ledger holds it."""

    udgave: int
    registrering: str
    til: Part
    hash: bytes
    data: dict[str, Any]


#: The jobcenter's answers (O1): either one says that the handover was read.
_SVAR = ("jobcenter.overdragelse.modtaget.v1", "jobcenter.overdragelse.afvist.v1")


async def skriv(e: Enhed) -> None:
    """Writes the editions that the unit of work has collected, in their order, and sends them."""
    await _bortfaldne(e)
    for a in e.overdragelser:
        await _en(e, a)
    await _besvarede(e)


async def _besvarede(e: Enhed) -> None:
    """Handovers that a jobcenter has answered: nobody need ask whether it fetches them."""
    for h in e.haendelser:
        if h.type not in _SVAR or h.status != Status.VIDERESENDT:
            continue
        _, data = fra_raa(h.raa)
        if isinstance(data, (OverdragelseModtaget, OverdragelseAfvist)):
            await e.conn.execute(
                "update overdragelse set bekraeftet = $2 where overdragelse_id = $1 and bekraeftet is null",
                data.overdragelse_id,
                e.nu,
            )


async def _bortfaldne(e: Enhed) -> None:
    """Handovers that an event had sent and that its decision no longer has."""
    if not e.overdragelser_tilbage:
        return
    sendte = await e.conn.fetch(
        """select overdragelse_id, haendelse_ref, til, data_krypt from overdragelse
           where haendelse_ref = any($1::bigint[]) and registrering <> 'bortfaldet'""",
        list(e.overdragelser_tilbage),
    )
    for r in sendte:
        h, staar = e.overdragelser_tilbage[r["haendelse_ref"]]
        if r["overdragelse_id"] not in staar:
            data = orjson.loads(e.noegler.dekrypter(r["data_krypt"]))
            o = Overdragelse(r["overdragelse_id"], part_fra_topic(r["til"]), data)
            e.overdragelser.append(Overdragelsesaendring(o, h, "bortfaldet"))


async def _seneste(e: Enhed, id_: UUID) -> _Udgave | None:
    r = await e.conn.fetchrow(
        "select udgave, indhold_hash, registrering, til, data_krypt from overdragelse where overdragelse_id = $1", id_
    )
    if r is None:
        return None
    data = orjson.loads(e.noegler.dekrypter(r["data_krypt"]))
    return _Udgave(r["udgave"], r["registrering"], part_fra_topic(r["til"]), r["indhold_hash"], data)


async def _en(e: Enhed, a: Overdragelsesaendring) -> None:
    o, foer = a.overdragelse, await _seneste(e, a.overdragelse.overdragelse_id)
    til, data = o.til, o.data
    if a.registrering in ("opdateret", "bortfaldet"):
        if foer is None or foer.registrering == "bortfaldet":
            return
        if a.registrering == "bortfaldet":
            til, data = foer.til, foer.data
    elif a.registrering == "registreret" and foer is not None and foer.registrering == "opdateret":
        # A change was told while the ending waited: the receipt confirms the ending, the content stays the newest.
        til, data = foer.til, foer.data
    hash_ = _hash(til, data)
    if foer is not None and foer.hash == hash_ and not _nyt(foer.registrering, a.registrering):
        return
    udgave = foer.udgave if foer else 0
    if foer is not None and foer.til != til and foer.registrering != "bortfaldet":
        udgave += 1
        await _gem(e, a.haendelse, o.overdragelse_id, foer.til, udgave, "bortfaldet", foer.data)
    await _gem(e, a.haendelse, o.overdragelse_id, til, udgave + 1, a.registrering, data)


def _nyt(stod: str, bliver: str) -> bool:
    """Whether the same content in another state of registration is news."""
    if stod == bliver or bliver == "opdateret":
        return False
    return not (bliver == "afventer" and stod in ("registreret", "opdateret"))


def _hash(til: Part, data: dict[str, Any]) -> bytes:
    return spor(orjson.dumps(data, option=orjson.OPT_SORT_KEYS), str(til).encode())


async def _gem(
    e: Enhed, h: Haendelsesraekke, id_: UUID, til: Part, udgave: int, registrering: str, data: dict[str, Any]
) -> None:
    await e.conn.execute(
        """insert into overdragelse (overdragelse_id, borger_id, haendelse_ref, til, udgave, registrering,
                                     indhold_hash, data_krypt, skabt)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (overdragelse_id) do update set udgave = excluded.udgave, til = excluded.til,
               registrering = excluded.registrering, indhold_hash = excluded.indhold_hash,
               data_krypt = excluded.data_krypt""",
        id_,
        h.borger_id,
        h.id,
        str(til),
        udgave,
        registrering,
        _hash(til, data),
        e.noegler.krypter(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)),
        e.nu,
    )
    bane = e.baner[h.borger_id] if h.borger_id is not None else None
    besked = {**data, "udgave": udgave, "registrering": registrering}
    e.send(h, bane, f"{til}.beskeder.v1", "gateway.overdragelse.v1", besked, f"{id_}|{udgave}")
