"""The stand-in parties on a real Kafka: keys, forms, order, and that a jobcenter answers only what it has read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from sandbox.fortaellinger import Forudsaetninger, PlanlagtHaendelse, flet, generer
from sandbox.fortaellinger.model import KOMMUNER, KVITTERING, OVERDRAGELSE
from sandbox.parter import Forestilling, GikIStaa, Udgiver, opret_emner
from tests.demo.verden import IDAG, KODER, Beskeder

pytestmark = pytest.mark.kafka


@pytest.fixture
def forudsaetninger() -> Forudsaetninger:
    """Parties of this test's own, so that tests on one broker do not read each other's topics."""
    maerke = str(uuid4().int)[:6]
    daekning = {f"{maerke}{nr}": frozenset({"*"}) for nr in range(3)} | {
        f"{maerke}9": frozenset({f"{maerke}{KOMMUNER[0]}"})
    }
    return Forudsaetninger(IDAG, daekning, KODER, tuple(f"{maerke}{kommune}" for kommune in KOMMUNER))


def parter(f: Forudsaetninger) -> list[str]:
    return [f"akasse.{kode}" for kode in f.daekning] + [f"jobcenter.{kommune}" for kommune in f.kommuner]


async def alt_paa(bootstrap_servers: str, emner: set[str], antal: int) -> list[ConsumerRecord]:
    forbruger = AIOKafkaConsumer(*emner, bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest")
    await forbruger.start()
    try:
        poster: list[ConsumerRecord] = []
        async with asyncio.timeout(60):
            while len(poster) < antal:
                for bundt in (await forbruger.getmany(timeout_ms=200)).values():
                    poster += bundt
        return poster
    finally:
        await forbruger.stop()


def som_haendelse(post: ConsumerRecord) -> dict[str, Any]:
    """The event of a record in either form, without the attribute that only the structured one has."""
    hoved = {navn: raa.decode() for navn, raa in post.headers}
    if hoved["content-type"].startswith("application/cloudevents+json"):
        besked: dict[str, Any] = orjson.loads(post.value)
        besked.pop("datacontenttype")
        return besked
    attributter: dict[str, Any] = {n.removeprefix("ce_"): v for n, v in hoved.items() if n.startswith("ce_")}
    return attributter | {"sekvens": int(attributter["sekvens"]), "data": orjson.loads(post.value)}


async def test_one_persons_events_share_a_partition_and_keep_their_order_in_both_forms(
    kafka: Any, forudsaetninger: Forudsaetninger
) -> None:
    await opret_emner(kafka.bootstrap_servers, parter(forudsaetninger))
    await opret_emner(kafka.bootstrap_servers, parter(forudsaetninger))  # again: what is there stays
    medlemmer = list(generer(60, 5, forudsaetninger))
    planlagte = [h for h in flet(medlemmer, 20) if h.efter is None]
    async with Udgiver(kafka.bootstrap_servers) as udgiver:
        for haendelse in planlagte:
            await udgiver.udgiv(haendelse)
        await udgiver.toem()
    poster = await alt_paa(kafka.bootstrap_servers, {h.emne for h in planlagte}, len(planlagte))
    former = {dict(p.headers)["content-type"] for p in poster}
    assert len(former) == 2
    pr_noegle: dict[bytes, list[ConsumerRecord]] = defaultdict(list)
    for post in poster:
        pr_noegle[post.key].append(post)
    for medlem in medlemmer:
        egne = pr_noegle[medlem.subject.encode()]
        assert len({(p.topic, p.partition) for p in egne}) == 1
        ventet = [{**h.attributter(), "data": h.data} for h in medlem.haendelser if h.efter is None]
        assert [som_haendelse(p) for p in sorted(egne, key=lambda p: p.offset)] == ventet


class Stille:
    """A DFDG of which nothing comes: nothing is sent to one here."""

    async def ned(self) -> None: ...

    async def op(self) -> None: ...

    async def book(self, cpr: str, start: datetime) -> None: ...

    async def indmeld(self, akassekode: str, cpr: str, fra: date) -> None: ...

    async def skift_cpr(self, gammelt: str, nyt: str) -> None: ...

    async def marker(self, akassekode: str, cpr: str, start: date) -> None: ...


class Modpart:
    """Answers each event as its story expects, over Kafka; notes what it had sent when an event came in."""

    def __init__(self, bootstrap_servers: str, planlagte: list[PlanlagtHaendelse], tavs_om: set[str]) -> None:
        self._servere = bootstrap_servers
        self._planlagte = {h.id: h for h in planlagte}
        self._emner = {h.emne for h in planlagte}
        self._tavs_om = tavs_om
        self._beskeder = Beskeder()
        self.sendt: set[tuple[str, str, str]] = set()
        self.kom_foer_sin_besked: list[str] = []

    @asynccontextmanager
    async def koerende(self) -> AsyncIterator[None]:
        opgave = asyncio.create_task(self._koer())
        try:
            yield
        finally:
            opgave.cancel()
            with suppress(asyncio.CancelledError):
                await opgave

    async def _koer(self) -> None:
        forbruger = AIOKafkaConsumer(
            *self._emner, bootstrap_servers=self._servere, auto_offset_reset="earliest", metadata_max_age_ms=1_000
        )
        producent = AIOKafkaProducer(bootstrap_servers=self._servere)
        await forbruger.start()
        await producent.start()
        set_: set[str] = set()
        try:
            async for post in forbruger:
                haendelse = self._planlagte[som_haendelse(post)["id"]]
                if haendelse.efter is not None:
                    self._efterse(haendelse)
                if haendelse.id in set_ or haendelse.id in self._tavs_om:
                    continue
                set_.add(haendelse.id)
                fra = len(self._beskeder.alle)
                self._beskeder.svar_paa(haendelse)
                for emne, noegle, besked in self._beskeder.alle[fra:]:
                    self.sendt |= {(emne, besked["type"], besked["data"][om]) for om in ("cpr", "haendelseId")}
                    await producent.send_and_wait(emne, orjson.dumps(besked), noegle)
        finally:
            await forbruger.stop()
            await producent.stop()

    def _efterse(self, haendelse: PlanlagtHaendelse) -> None:
        efter = haendelse.efter
        assert efter is not None
        emne = f"{efter.part or haendelse.part}.{'kvitteringer' if efter.besked == KVITTERING else 'beskeder'}.v1"
        if (emne, efter.besked, efter.haendelse or haendelse.cpr) not in self.sendt:
            self.kom_foer_sin_besked.append(haendelse.id)


async def test_a_performance_goes_to_its_end_and_a_jobcenter_answers_only_what_it_has_read(
    kafka: Any, forudsaetninger: Forudsaetninger
) -> None:
    medlemmer = [*generer(150, 3, forudsaetninger)]
    planlagte = [h for m in medlemmer for h in m.haendelser]
    ventende = [h for h in planlagte if h.efter is not None]
    assert {h.part.split(".")[0] for h in ventende} == {"akasse", "jobcenter"}
    await opret_emner(kafka.bootstrap_servers, parter(forudsaetninger))
    modpart = Modpart(kafka.bootstrap_servers, planlagte, set())
    async with (
        modpart.koerende(),
        Forestilling(kafka.bootstrap_servers, parter(forudsaetninger), dfdg=Stille(), stilstand=20) as forestilling,
    ):
        await forestilling.genererede(medlemmer)
        await forestilling.til_ende()
    assert not modpart.kom_foer_sin_besked
    assert forestilling.raekker.ventende == 0
    dom = forestilling.dommer.doem([])
    assert set(dom.antal) == {"lost"}  # nothing was sent to a DFDG here, and the judge says so
    assert sum(dom.kvitteringer.values()) == dom.haendelser == len({h.id for h in planlagte})
    overdraget = {
        h.cpr for m in medlemmer for h in m.haendelser for b in h.forventning.beskeder if b.type == OVERDRAGELSE
    }
    assert set(forestilling.jobcentre.overdragelser) == overdraget


async def test_a_performance_that_stands_still_says_so(kafka: Any, forudsaetninger: Forudsaetninger) -> None:
    medlemmer = [*generer(5, 9, forudsaetninger)]
    planlagte = [h for m in medlemmer for h in m.haendelser]
    await opret_emner(kafka.bootstrap_servers, parter(forudsaetninger))
    tavs = next(h for h in reversed(planlagte) if h.part.startswith("akasse") and not h.forventning.beskeder)
    assert not [h for h in planlagte if h.efter is not None and h.efter.haendelse == tavs.id]
    modpart = Modpart(kafka.bootstrap_servers, planlagte, {tavs.id})
    async with (
        modpart.koerende(),
        Forestilling(kafka.bootstrap_servers, parter(forudsaetninger), dfdg=Stille(), stilstand=3) as forestilling,
    ):
        await forestilling.genererede(medlemmer)
        with pytest.raises(GikIStaa, match="missing: 1 from an akasse"):
            await forestilling.til_ende()
    assert [b.haendelse for b in forestilling.dommer.doem([]).brud if b.art == "uden_endelig"] == [tavs.id]
