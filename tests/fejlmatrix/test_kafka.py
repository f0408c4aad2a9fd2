"""Kafka fails: killed under reading and under writing, a rebalance in the middle of accept, a transaction left open, records
deleted unread, a topic made again. Nothing is passed over in silence, and nothing is registered twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from consumers.hentning import TIL_SIDE
from sandbox.embedded import proces
from sandbox.parter import opret_emner
from tests.ende_til_ende.drift import Opstilling
from tests.fejlmatrix.conftest import Vaerk
from tests.graenseflade.hus import INDPLACERET, STRUKTURERET, Hus, haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
#: Accept's transaction, standing at the events' table.
VENTER_I_ACCEPT = """select count(*) > 0 from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and query like 'with laest_til as %'"""

_UDEN_ZSTD = """
import aiokafka.record._crecords.default_records as hurtig, aiokafka.record.default_records as ren
from aiokafka.errors import UnsupportedCodecError
def nej(_):
    raise UnsupportedCodecError("zstd")
hurtig.zstd_decode = ren.zstd_decode = nej
"""


def ny(h: Hus, part: str = "akasse.01") -> dict[str, Any]:
    return haendelse(part, INDPLACERET, "2022-01-14", placering(h.personer.ny()), h.nyt_id())


async def registreret(h: Hus, k: dict[str, Any], sekunder: float = 60) -> None:
    """The event ends registered, at DFDG once."""
    assert (await h.staar(k["id"], sekunder=sekunder)).data["status"] == "registreret"
    assert len(h.dfdg(k["data"]["cpr"])) == 1


@contextlib.asynccontextmanager
async def accept_holdt(o: Opstilling) -> AsyncIterator[None]:
    """Somebody holds the events' table, so that accept stands in the middle of its transaction."""
    conn = await asyncpg.connect(o.dsn)
    try:
        async with conn.transaction():
            await conn.execute("lock table haendelse in share row exclusive mode")
            yield
    finally:
        await conn.close()


@contextlib.asynccontextmanager
async def admin(h: Hus) -> AsyncIterator[AIOKafkaAdminClient]:
    a = AIOKafkaAdminClient(bootstrap_servers=h.o.kafka.bootstrap_servers)
    await a.start()
    try:
        yield a
    finally:
        await a.close()


async def slut_og_gruppe(h: Hus, topic: str, partition: int) -> tuple[int, int]:
    """Where the partition ends, and what the gateway's group has shown as read: the lag that monitoring sees."""
    d = TopicPartition(topic, partition)
    async with admin(h) as a:
        gruppe = f"gateway-{h.o.data.name}.akasse"
        offsets = await a.list_consumer_group_offsets(gruppe)
    c = AIOKafkaConsumer(bootstrap_servers=h.o.kafka.bootstrap_servers)
    await c.start()
    try:
        return (await c.end_offsets([d]))[d], offsets[d].offset if d in offsets else 0
    finally:
        await c.stop()


async def test_I1_kafka_killed_while_a_batch_is_accepted_loses_and_doubles_nothing(vaerk: Vaerk) -> None:
    h = vaerk.h
    ind = [ny(h) for _ in range(20)]
    async with accept_holdt(h.o):
        for nr, k in enumerate(ind):
            await h.send("akasse.01", k, partition=nr % 3)
        await h.o.vent(VENTER_I_ACCEPT)
        await vaerk.kafka.genstart(signal.SIGKILL)
        assert await h.o.sql(VENTER_I_ACCEPT)  # the same batch, still standing there
    for k in ind:
        await registreret(h, k)


async def test_I10_kafka_killed_while_answers_wait_in_the_outbox(vaerk: Vaerk) -> None:
    h = vaerk.h
    ind = [ny(h) for _ in range(10)]
    async with accept_holdt(h.o):
        for nr, k in enumerate(ind):
            await h.send("akasse.01", k, partition=nr % 3)
        await h.o.vent(VENTER_I_ACCEPT)
        assert vaerk.kafka._proces is not None
        await proces.stop(vaerk.kafka._proces, signal.SIGKILL)
    try:
        # What accept had is registered at DFDG and answered while nobody can be told.
        await h.o.vent(
            """select count(*) >= 1 from udbakke join besked using (id)
               where udbakke.topic = 'akasse.01.kvitteringer.v1' and besked.type = 'gateway.kvittering.v1'"""
        )
    finally:
        await vaerk.kafka.genstart()
    for k in ind:
        await registreret(h, k)
        # Sent again, perhaps, but under one id.
        assert len({m.kuvert["id"] for m in h.kvitteringer(k["id"]) if m.data["endelig"]}) == 1
    await h.send("akasse.01", efter := ny(h))
    await registreret(h, efter)


async def test_I1_a_rebalance_in_the_middle_of_accept(vaerk: Vaerk) -> None:
    h = vaerk.h
    ind = [ny(h) for _ in range(20)]
    fremmed = AIOKafkaConsumer(
        bootstrap_servers=h.o.kafka.bootstrap_servers,
        group_id=f"gateway-{h.o.data.name}.akasse",
        enable_auto_commit=False,
    )
    fremmed.subscribe(pattern=r"^akasse\.[0-9]{2}\.haendelser\.v1$")
    async with accept_holdt(h.o):
        for nr, k in enumerate(ind):
            await h.send("akasse.01", k, partition=nr % 3)
        await h.o.vent(VENTER_I_ACCEPT)
        await fremmed.start()
        slut = asyncio.get_running_loop().time() + 40
        while not fremmed.assignment():
            assert asyncio.get_running_loop().time() < slut, "the group never took the stranger in"
            await asyncio.sleep(0.1)
        assert await h.o.sql(VENTER_I_ACCEPT)
    await fremmed.stop()
    for k in ind:
        await registreret(h, k)


async def test_I1_a_publishers_open_transaction_holds_its_partition_visibly_and_loses_nothing(vaerk: Vaerk) -> None:
    h = vaerk.h
    topic, id_ = "akasse.02.haendelser.v1", h.nyt_id("transaktion")
    i_den, bag, ved_siden = (ny(h, "akasse.02") for _ in range(3))
    foer, _ = await slut_og_gruppe(h, topic, 0)
    forladt = AIOKafkaProducer(bootstrap_servers=h.o.kafka.bootstrap_servers, transactional_id=id_)
    await forladt.start()
    await forladt.begin_transaction()
    await forladt.send_and_wait(topic, json.dumps(i_den).encode(), headers=STRUKTURERET, partition=0)
    await h.send("akasse.02", bag, partition=0)
    await h.send("akasse.02", ved_siden, partition=1)
    await registreret(h, ved_siden)
    # The partition stands, and the lag says so; the other one has gone on.
    slutter, laest = await slut_og_gruppe(h, topic, 0)
    assert slutter == foer + 2
    assert laest <= foer
    assert not h.kvitteringer(bag["id"])
    assert not h.kvitteringer(i_den["id"])
    # The publisher comes back under its id: Kafka gives its old transaction up.
    tilbage = AIOKafkaProducer(bootstrap_servers=h.o.kafka.bootstrap_servers, transactional_id=id_)
    await tilbage.start()
    await registreret(h, bag)
    assert not h.kvitteringer(i_den["id"])
    assert not h.dfdg(i_den["data"]["cpr"], "modtaget")
    await tilbage.begin_transaction()
    await tilbage.send_and_wait(topic, json.dumps(i_den).encode(), headers=STRUKTURERET, partition=0)
    await tilbage.commit_transaction()
    await registreret(h, i_den)
    await tilbage.stop()
    with contextlib.suppress(Exception):  # fenced
        await asyncio.wait_for(forladt.stop(), 5)


async def brud(h: Hus, topic: str) -> list[tuple[int, int, int, str]]:
    """What ``gateway status`` tells operators of a topic: partition, from, to, why."""
    kode, ud = await h.o.kommando("status", "--json")
    assert kode == 0
    return [
        (b["partition"], b["fra"], b["til"], b["aarsag"]) for b in json.loads(ud)["topicbrud"] if b["topic"] == topic
    ]


async def lav_om(h: Hus, part: str) -> None:
    """The party's topic of events is deleted and made again."""
    async with admin(h) as a:
        await a.delete_topics([f"{part}.haendelser.v1"])
        while f"{part}.haendelser.v1" in await a.list_topics():  # noqa: ASYNC110  Kafka tells nobody
            await asyncio.sleep(0.05)
    await opret_emner(h.o.kafka.bootstrap_servers, [part])


async def test_I1_what_was_deleted_unread_or_made_again_is_seen_and_reading_goes_on(vaerk: Vaerk) -> None:
    """Three faults while the gateway is down: records deleted before they were read (akasse.02), a topic made again that
    ends before where the old one was read to (akasse.03), and one that has grown past it (akasse.04)."""
    h = vaerk.h
    s = {p: (await slut_og_gruppe(h, f"{p}.haendelser.v1", 2))[0] for p in ("akasse.02", "akasse.03", "akasse.04")}
    foer = {p: [ny(h, p) for _ in range(3)] for p in ("akasse.03", "akasse.04")}
    foer["akasse.02"] = [ny(h, "akasse.02")]
    for p, alle in foer.items():
        for k in alle:
            await h.send(p, k, partition=2)
    for k in (x for alle in foer.values() for x in alle):
        await registreret(h, k)
    await h.o.draeb()
    ulaest = [ny(h, "akasse.02") for _ in range(4)]
    for k in ulaest:
        await h.send("akasse.02", k, partition=2)
    async with admin(h) as a:
        await a.delete_records(
            {TopicPartition("akasse.02.haendelser.v1", 2): RecordsToDelete(before_offset=s["akasse.02"] + 4)}
        )
    await lav_om(h, "akasse.03")
    await lav_om(h, "akasse.04")
    kort, lang = [ny(h, "akasse.03")], [ny(h, "akasse.04") for _ in range(s["akasse.04"] + 5)]
    for p, alle in (("akasse.03", kort), ("akasse.04", lang)):
        for k in alle:
            await h.send(p, k, partition=2)
    await h.o.start()
    for k in (*ulaest[3:], *kort, *lang):
        await registreret(h, k)
    assert not any(h.kvitteringer(k["id"]) for k in ulaest[:3])
    assert await brud(h, "akasse.02.haendelser.v1") == [(2, s["akasse.02"] + 1, s["akasse.02"] + 4, "slettet")]
    assert await brud(h, "akasse.03.haendelser.v1") == [(2, s["akasse.03"] + 3, 0, "andet_topic")]
    assert await brud(h, "akasse.04.haendelser.v1") == [(2, s["akasse.04"] + 3, 0, "andet_topic")]
    assert "topic_break" in h.o.log.read_text()


async def test_I1_a_topic_made_again_while_the_gateway_runs_is_read_from_its_start(vaerk: Vaerk) -> None:
    h = vaerk.h
    stod, _ = await slut_og_gruppe(h, "akasse.03.haendelser.v1", 1)
    for k in (foer := [ny(h, "akasse.03") for _ in range(4)]):
        await h.send("akasse.03", k, partition=1)
    for k in foer:
        await registreret(h, k)
    await lav_om(h, "akasse.03")
    # A repeat of what was read in the old topic has no effect, what is new is taken in.
    await h.send("akasse.03", foer[0], partition=1)
    await h.send("akasse.03", efter := ny(h, "akasse.03"), partition=1)
    await registreret(h, efter)
    assert len(h.dfdg(foer[0]["data"]["cpr"])) == 1
    assert (1, stod + 4, 0, "andet_topic") in await brud(h, "akasse.03.haendelser.v1")


async def test_I1_a_codec_that_can_not_be_read_is_refused_at_the_start(vaerk: Vaerk) -> None:
    """The library that reads zstd is missing: a partition that holds it would stand."""
    h = vaerk.h
    zstd = AIOKafkaProducer(bootstrap_servers=h.o.kafka.bootstrap_servers, compression_type="zstd")
    await zstd.start()
    await h.o.draeb()
    vaerdi = json.dumps(k := ny(h)).encode() + b" " * 4000
    await zstd.send_and_wait("akasse.01.haendelser.v1", vaerdi, headers=STRUKTURERET, partition=1)
    await zstd.stop()
    with pytest.raises(AssertionError, match="zstd can't be read"):
        await h.o.start("import aiokafka.codec as c; c.has_zstd = lambda: False")
    h.o._proces = None  # it has ended
    assert not h.kvitteringer(k["id"])
    await h.o.start()
    await registreret(h, k)


async def test_I1_a_partition_that_can_not_be_read_is_set_aside_and_the_others_go_on(vaerk: Vaerk) -> None:
    """zstd fails while the gateway runs. What cannot be decoded waits where it is, visibly; the next process reads it."""
    h = vaerk.h
    await h.o.stop()
    await h.o.start(_UDEN_ZSTD)
    zstd = AIOKafkaProducer(bootstrap_servers=h.o.kafka.bootstrap_servers, compression_type="zstd")
    await zstd.start()
    vaerdi = json.dumps(ulaeselig := ny(h)).encode() + b" " * 4000
    # Fetched together with it, and the last of their partitions: they are not passed over with what can't be read.
    med = [(f"akasse.0{n}", p, ny(h, f"akasse.0{n}")) for n in (1, 2, 3) for p in (0, 2)]
    await asyncio.gather(
        zstd.send_and_wait("akasse.01.haendelser.v1", vaerdi, headers=STRUKTURERET, partition=1),
        *(h.send(part, k, partition=p) for part, p, k in med),
    )
    await zstd.stop()
    for _, _, k in med:
        await registreret(h, k)
    await h.vent(lambda: "partition_unreadable" in h.o.log.read_text(), "the alarm")
    begyndt = asyncio.get_running_loop().time()
    # One after the other, in the same topic and in others: none waits for the next attempt at the unreadable one.
    for part, partition in [("akasse.01", 0), ("akasse.01", 2), ("akasse.02", 1)] * 2:
        await h.send(part, k := ny(h, part), partition=partition)
        await registreret(h, k)
    assert asyncio.get_running_loop().time() - begyndt < TIL_SIDE
    assert not h.kvitteringer(ulaeselig["id"])
    await h.o.stop()
    await h.o.start()
    await registreret(h, ulaeselig)
