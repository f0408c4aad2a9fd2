"""The gateway as another system sees it: events in on Kafka, kvitteringer and beskeder out, DFDG's log. Nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sandbox.dfdg.log import Linje, laes_log
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling

STRUKTURERET: list[tuple[str, bytes | None]] = [("content-type", b"application/cloudevents+json; charset=utf-8")]
PARTER = ["akasse.01", "akasse.02", "akasse.09", "jobcenter.0101", "jobcenter.0147", "jobcenter.0751"]
KVITTERING = "gateway.kvittering.v1"


@dataclass(frozen=True, slots=True)
class Ud:
    """One message out, as it lay in Kafka."""

    topic: str
    partition: int
    offset: int
    noegle: str | None
    kuvert: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.kuvert["type"])

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.kuvert["data"]
        return data


@dataclass(slots=True)
class Hus:
    """A running stack, and everything that the parties and the operators have been told so far."""

    o: Opstilling
    producent: AIOKafkaProducer
    ud: list[Ud] = field(default_factory=list)
    personer: Personregister = field(default_factory=Personregister)
    _nr: Any = field(default_factory=count)

    def nyt_id(self, navn: str = "h") -> str:
        return f"{navn}-{next(self._nr)}-{uuid4().hex[:6]}"

    # --- in ------------------------------------------------------------------------------------------

    async def raa(
        self,
        topic: str,
        vaerdi: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        *,
        noegle: bytes | None = b"person",
        partition: int | None = None,
    ) -> tuple[str, int, int]:
        """Publishes one record; where it came to lie."""
        m = await self.producent.send_and_wait(topic, vaerdi, key=noegle, headers=list(headers), partition=partition)
        return m.topic, m.partition, m.offset

    async def send(self, part: str, kuvert: dict[str, Any], **mere: Any) -> str:
        """Publishes an event in structured form on its party's topic; its id."""
        await self.raa(f"{part}.haendelser.v1", json.dumps(kuvert).encode(), STRUKTURERET, **mere)
        return str(kuvert["id"])

    async def binaer(self, part: str, kuvert: dict[str, Any], *andre: tuple[str, bytes | None], **mere: Any) -> str:
        """The same in binary form."""
        hoveder = [(f"ce_{k}", str(v).encode()) for k, v in kuvert.items() if k != "data"]
        await self.raa(f"{part}.haendelser.v1", json.dumps(kuvert["data"]).encode(), [*hoveder, *andre], **mere)
        return str(kuvert["id"])

    # --- out -----------------------------------------------------------------------------------------

    async def vent(self, betingelse: Callable[[], bool], hvad: str, sekunder: float = 30) -> None:
        slut = asyncio.get_running_loop().time() + sekunder
        while not betingelse():
            assert asyncio.get_running_loop().time() < slut, f"never came: {hvad}"
            await asyncio.sleep(0.05)

    def kvitteringer(self, haendelse_id: str | None, part: str = "") -> list[Ud]:
        """The kvitteringer of an event, as they came (repeats too)."""
        return [
            m
            for m in self.ud
            if m.type == KVITTERING and m.data["haendelseId"] == haendelse_id and m.topic.startswith(part)
        ]

    def ved_post(self, plads: tuple[str, int, int]) -> list[Ud]:
        """The kvitteringer about the record at this place."""
        post = dict(zip(("topic", "partition", "offset"), plads, strict=True))
        return [m for m in self.ud if m.type == KVITTERING and m.data["post"] == post]

    async def staar(self, haendelse_id: str, *, sekunder: float = 30) -> Ud:
        """The event's newest kvittering, once it is final or stopped."""

        def afgjort() -> bool:
            k = self.kvitteringer(haendelse_id)
            return bool(k) and (k[-1].data["endelig"] or k[-1].data["status"] == "stoppet")

        await self.vent(afgjort, f"a kvittering of {haendelse_id}", sekunder)
        return self.kvitteringer(haendelse_id)[-1]

    async def ved(self, plads: tuple[str, int, int]) -> Ud:
        """The kvittering of the record at this place."""
        await self.vent(lambda: bool(self.ved_post(plads)), f"a kvittering of the record at {plads}")
        return self.ved_post(plads)[-1]

    def beskeder(self, cpr: str, type_: str = "", til: str = "") -> list[Ud]:
        """Messages about a citizen that are no kvitteringer."""
        return [
            m
            for m in self.ud
            if m.topic.endswith(".beskeder.v1")
            and m.data.get("cpr") == cpr
            and type_ in m.type
            and m.topic.startswith(til)
        ]

    def doedbreve(self, kode: str = "") -> list[Ud]:
        return [m for m in self.ud if m.topic == "gateway.dlq.v1" and kode in m.data["kode"]]

    async def doedbrev(self, haendelse_id: str) -> Ud:
        """The event's dead letter: topics have no order between them, so it may come after the kvittering that says so."""

        def dets() -> Ud | None:
            return next((b for b in self.doedbreve() if b.kuvert.get("causationid") == haendelse_id), None)

        await self.vent(lambda: dets() is not None, f"a dead letter of {haendelse_id}")
        brev = dets()
        assert brev is not None
        return brev

    def dfdg(self, cpr: str, udfald: str = "committed") -> list[Linje]:
        """What DFDG's own log says of a citizen."""
        return [x for x in laes_log(self.o.dfdg.log) if x.cpr == cpr and x.udfald == udfald]

    async def lyt(self, topics: list[str]) -> None:
        c = AIOKafkaConsumer(*topics, bootstrap_servers=self.o.kafka.bootstrap_servers, auto_offset_reset="earliest")
        await c.start()
        try:
            while True:
                for poster in (await c.getmany(timeout_ms=100)).values():
                    for p in poster:
                        noegle = p.key.decode() if p.key is not None else None
                        self.ud.append(Ud(p.topic, p.partition, p.offset, noegle, json.loads(p.value)))
        finally:
            await c.stop()


@asynccontextmanager
async def hus(
    kafka: KafkaAdresse,
    dsn: str,
    ca: TestCA,
    data: Path,
    parter: Sequence[str] = PARTER,
    *,
    start: bool = True,
    **miljoe: str,
) -> AsyncIterator[Hus]:
    """A gateway of its own, listened to from the beginning; with ``start=False`` the test starts it."""
    async with opstilling(kafka, dsn, ca, data, parter, **miljoe) as o:
        await _opret_dlq(kafka)
        producent = AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap_servers, max_request_size=9 * 1024 * 1024, enable_idempotence=True
        )
        await producent.start()
        h = Hus(o, producent)
        if start:
            await o.start()
        topics = [f"{p}.{t}.v1" for p in parter for t in ("kvitteringer", "beskeder")]
        lytter = asyncio.create_task(h.lyt([*topics, "gateway.dlq.v1"]))
        try:
            yield h
        finally:
            await producent.stop()
            lytter.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await lytter


async def _opret_dlq(kafka: KafkaAdresse) -> None:
    """The operators' topic, which belongs to no party; there from before the first dead letter, so that it is listened to."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("gateway.dlq.v1", 1, 1)], timeout_ms=30_000)
    finally:
        await admin.close()


# --- events ------------------------------------------------------------------------------------------------


def haendelse(part: str, type_: str, tid: str, data: dict[str, Any], id_: str, **attributter: Any) -> dict[str, Any]:
    """An event of ``part``; ``tid`` a day (then noon) or a whole time. Attributes of ``...`` are left out."""
    alle = {
        "specversion": "1.0",
        "id": id_,
        "source": "/" + part.replace(".", "/"),
        "type": type_,
        "time": tid if "T" in tid else f"{tid}T12:00:00+01:00",
        **attributter,
        "data": data,
    }
    return {k: v for k, v in alle.items() if v is not ...}


def placering(cpr: str, kommune: str = "0101", dag: str = "2022-01-03", **felter: Any) -> dict[str, Any]:
    """Data of a placement without any optional field."""
    return {
        "cpr": cpr,
        "kommunekode": kommune,
        "tilmeldingsdato": dag,
        "indplaceringsdato": dag,
        "afgoerelsesdato": dag,
        "indplaceringstype": "ny",
        "forsikringsgrad": "fuldtid",
        "erhvervskompetencegivendeUddannelse": True,
        "forsoergerpligtHjemmeboendeBoern": False,
        **felter,
    }


INDPLACERET = "akasse.medlem.indplaceret.v1"
