"""The ledger's conversations on one database, and events as parties publish them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zlib import crc32

import asyncpg

from contracts.envelope import Post
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from gateway.ledger.accept import Modtagelse
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.settle import Afregning, Resultat
from sandbox.personer import Personregister

TOPIC = "akasse.01.haendelser.v1"
KVITTERET = Svar(Udfald.KVITTERET, registrerings_id="r-1")
AFVIST = Svar(Udfald.AFVIST, kode="4999", fejl=(Svarfejl("4999", "afvist"),))


@dataclass
class Ledger:
    """The conversations on one database, with a clock that the test moves."""

    pulje: asyncpg.Pool
    noegler: Noegler
    motor: Motor
    nu: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    offset: int = 0
    soegt: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        def ur() -> datetime:
            return self.nu

        grund: tuple[Any, ...] = (self.pulje, self.motor, self.noegler, "test", ur)
        self.modtagelse = Modtagelse(*grund)
        self.uddeling = Uddeling(*grund, ejer="a", lease=timedelta(seconds=60))
        self.afregning = Afregning(*grund, stilletid=timedelta(seconds=120), stop_efter=5, tilfaeldig=Random(1))
        self.operatoer = Operatoer(*grund, hvem="test")

    def post(self, haendelse: dict[str, Any]) -> Post:
        p = Post(TOPIC, 0, self.offset, b"p", json.dumps(haendelse).encode(), ())
        self.offset += 1
        return p

    async def modtag(self, *haendelser: dict[str, Any]) -> None:
        await self.modtagelse.accepter([self.post(h) for h in haendelser], self.soegt)

    async def tag(self) -> list[Krav]:
        return await self.uddeling.tag(dict.fromkeys(await self.uddeling.kanaler(), 100))

    async def svar(self, krav: Krav, svar: Svar = KVITTERET) -> bool:
        """Settles; whether the claim was still this worker's."""
        (a,) = await self.afregning.afregn([Resultat(krav, svar, None, self.nu)])
        return not a.tabt

    async def leverer(self) -> list[str]:
        """Delivers everything that is ready, in turn; the operations in the order in which they went out."""
        ud = []
        while krav := await self.tag():
            for k in krav:
                ud.append(k.anmodning.operation)
                await self.svar(k)
        return ud

    async def statusser(self) -> dict[str, str]:
        raekker = await self.pulje.fetch(
            "select haendelse_id, coalesce(status, tilstand) as s from haendelse order by id"
        )
        return {r["haendelse_id"]: r["s"] for r in raekker}

    async def doedt(self) -> UUID:
        (d,) = await self.operatoer.liste()
        return d.dlq_id


CPR = Personregister().ny()


def h(id_: str, type_: str, tid: str, data: dict[str, Any], **mere: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/akasse/01",
        "type": f"akasse.{type_}.v1",
        "time": f"{tid}T12:00:00+01:00",
        "subject": "p",
        "data": {"cpr": CPR, **data},
        **mere,
    }


def placeret(id_: str = "placeret", **mere: Any) -> dict[str, Any]:
    data = {
        "kommunekode": "0101",
        "tilmeldingsdato": "2022-01-03",
        "indplaceringsdato": "2022-01-03",
        "afgoerelsesdato": "2022-01-14",
        "indplaceringstype": "ny",
        "forsikringsgrad": "fuldtid",
        "erhvervskompetencegivendeUddannelse": True,
        "forsoergerpligtHjemmeboendeBoern": False,
    }
    return h(id_, "medlem.indplaceret", "2022-01-14", data, **mere)


def samtale(id_: str, dag: str, *formaal: str, kl: str = "10:00", **mere: Any) -> dict[str, Any]:
    data = {
        "samtaleId": f"00000000-0000-4000-8000-{crc32(id_.encode()):012d}",
        "formaal": list(formaal),
        "tidspunkt": f"{dag}T{kl}:00+01:00",
        "form": "personligt",
        "sagsbehandler": {"fornavn": "T", "efternavn": "S"},
    }
    return h(id_, "samtale.afholdt", dag, data, **mere)


def udbetalt(id_: str, timer: str, **mere: Any) -> dict[str, Any]:
    return h(
        id_, "dagpenge.udbetalt", "2022-03-30", {"maaned": "2022-03", "timer": "1", "timerSammenlagt": timer}, **mere
    )
