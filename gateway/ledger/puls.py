"""``gateway.puls.v1``: once a minute every publisher learns how far its topic is read and final, and whether DFDG answers.

"Final to" is the offset below which everything is final: what a publisher may forget. It needs no citizen and is sent by
whichever process is the first to see the minute begin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid5

import asyncpg

from contracts.part import part_i_topic
from gateway.ledger.enhed import Enhed, UdgaaendeBesked
from gateway.ledger.kanaler import i_vindue
from gateway.ledger.krypto import Noegler
from gateway.ledger.nedskrift import skriv
from gateway.rules.model import NAVNERUM

#: A channel that reopens in steps is there again once its probe was answered.
_TILSTAND = {"aaben": "aaben", "nede": "nede", "adgang": "nede", "genaabner": "aaben"}


class Puls:
    """``slaa`` is called every few seconds by one task of the publish role; it sends once a minute, whoever calls."""

    def __init__(self, pulje: asyncpg.Pool, noegler: Noegler, miljoe: str, ur: Callable[[], datetime]) -> None:
        self._pulje = pulje
        self._noegler = noegler
        self._miljoe = miljoe
        self._ur = ur

    async def slaa(self) -> int:
        """Sends the minute's pulse, unless it has been sent. Returns to how many publishers."""
        nu = self._ur()
        minut = nu.replace(second=0, microsecond=0).isoformat()
        async with self._pulje.acquire() as conn, conn.transaction():
            ny = await conn.fetchval(
                """insert into indstilling (noegle, vaerdi) values ('puls', $1)
                   on conflict (noegle) do update set vaerdi = excluded.vaerdi where indstilling.vaerdi < excluded.vaerdi
                   returning 1""",
                minut,
            )
            if ny is None:
                return 0
            e = Enhed(conn, self._noegler, self._miljoe, nu)
            dfdg = await self._dfdg(conn, nu)
            topics = await self._topics(conn)
            for topic, partitioner in sorted(topics.items()):
                part = part_i_topic(topic)
                if part is None:
                    continue
                kvitteringer = f"{part[0]}.{part[1]}.kvitteringer.v1"
                e.beskeder.append(
                    UdgaaendeBesked(
                        besked_id=uuid5(NAVNERUM, f"puls|{kvitteringer}|{minut}"),
                        topic=kvitteringer,
                        type="gateway.puls.v1",
                        noegle=None,
                        borger_id=None,
                        haendelse=None,
                        data={"partitioner": partitioner, "dfdg": dfdg.get(part[1] if part[0] == "akasse" else "", {})},
                    )
                )
            await skriv(e)
            return len(e.beskeder)

    @staticmethod
    async def _topics(conn: Any) -> dict[str, list[dict[str, Any]]]:
        raekker = await conn.fetch(
            """select o.topic, o.partition, o.naeste, f.post_offset, f.modtaget
               from topic_offset o left join lateral (
                   select h.post_offset, h.modtaget from haendelse h
                   where h.topic = o.topic and h.partition = o.partition
                     and h.tilstand in ('venter', 'hoved', 'stoppet')
                   order by h.post_offset limit 1) f on true
               order by o.topic, o.partition"""
        )
        topics: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for r in raekker:
            aeldste = r["post_offset"]
            puls: dict[str, Any] = {
                "partition": r["partition"],
                "modtagetTil": r["naeste"],
                "endeligTil": r["naeste"] if aeldste is None else aeldste,
            }
            if aeldste is not None:
                puls["aeldsteAabne"] = r["modtaget"].isoformat()
            topics[r["topic"]].append(puls)
        return topics

    @staticmethod
    async def _dfdg(conn: Any, nu: datetime) -> dict[str, dict[str, str]]:
        """Per a-kasse each service as its own certificate meets it; for others (key "") the worst of them."""
        raekker = await conn.fetch(
            f"select k.tjeneste, k.akassekode, k.tilstand, k.trin, {i_vindue('$1')} as i_vindue from kanal k", nu
        )
        ud: dict[str, dict[str, str]] = defaultdict(dict)
        for r in raekker:
            proever = r["tilstand"] == "genaabner" and r["trin"] == 0
            tilstand = "vindue" if r["i_vindue"] else "nede" if proever else _TILSTAND[r["tilstand"]]
            ud[r["akassekode"]][r["tjeneste"]] = tilstand
            if ud[""].get(r["tjeneste"], "aaben") == "aaben":
                ud[""][r["tjeneste"]] = tilstand
        return ud
