"""I8: no CPR number in a log line, a metric, a trace, a key, the dead-letter topic or PostgreSQL's files.

In every channel a leak is planted first and must be found; then the run's own numbers must not be.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from prometheus_client import CollectorRegistry, Counter, generate_latest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import generer
from sandbox.parter import Admindfdg, Forestilling
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import forudsaetninger, opstilling, parter
from tests.maaling.samler import Samler

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SEED = 77
#: Ten digits wherever they stand, in longer rows of digits too.
_NUMMER = re.compile(rb"(?=(\d{6}-?\d{4}))")


def fundne(indhold: bytes, cprer: Iterable[str]) -> set[str]:
    """Which numbers stand in ``indhold``, with or without hyphen, as ASCII or UTF-16. It is read once, however many there are."""
    set_: set[bytes] = set()
    for tekst in (indhold, indhold.replace(b"\0", b"")):
        set_.update(m[1].replace(b"-", b"") for m in _NUMMER.finditer(tekst))
    return {cpr for cpr in cprer if cpr.encode() in set_}


async def _poster(o_kafka: str, topics: list[str]) -> tuple[bytes, bytes]:
    """(all keys, all values) of the topics."""
    c = AIOKafkaConsumer(*topics, bootstrap_servers=o_kafka, auto_offset_reset="earliest")
    await c.start()
    noegler, vaerdier = b"", b""
    try:
        while True:
            svar = await c.getmany(timeout_ms=2000)
            if not svar:
                return noegler, vaerdier
            for poster in svar.values():
                noegler += b"\n".join(p.key or b"" for p in poster) + b"\n"
                vaerdier += b"\n".join(p.value or b"" for p in poster) + b"\n"
    finally:
        await c.stop()


def _plant_metrik(laek: str) -> bytes:
    """A figure that names somebody, as /metrics would show it."""
    register = CollectorRegistry()
    Counter("gateway_laek", "planted", ["borger"], registry=register).labels(laek).inc()
    return generate_latest(register)


def _plant_spor(adresse: str, laek: str) -> None:
    """A span that names somebody, sent as the gateway sends its own."""
    udbyder = TracerProvider(shutdown_on_exit=False)
    udbyder.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=adresse, timeout=5)))
    udbyder.get_tracer("laek").start_span("laek", attributes={"borger": laek}).end()
    udbyder.shutdown()


def _filer(mappe: Path) -> bytes:
    return b"".join(f.read_bytes() for f in mappe.rglob("*") if f.is_file() and f.stat().st_size < 64 * 1024 * 1024)


async def test_I8_no_cpr_number_leaves_its_place(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    personer = Personregister()
    laek = personer.ny()
    with Samler() as samler:
        kanaler, cprer = await _koersel(tom_kafka, database, certifikater, tmp_path, samler, personer, laek)
    for navn, indhold in kanaler.items():
        assert fundne(indhold, [laek]), f"the scan is blind in {navn}"
        assert not fundne(indhold, cprer), f"a CPR number stands in {navn}"
    assert len(samler.spans) > 100


async def _koersel(
    tom_kafka: KafkaAdresse,
    database: str,
    certifikater: TestCA,
    tmp_path: Path,
    samler: Samler,
    personer: Personregister,
    laek: str,
) -> tuple[dict[str, bytes], set[str]]:
    """A month with bad events in it, ``laek`` planted in every channel: what each channel held, and the run's numbers."""
    f = forudsaetninger()
    miljoe = {"GATEWAY_SPOR__ENDPOINT": samler.adresse}
    async with opstilling(tom_kafka, database, certifikater, tmp_path, [*parter(f)], **miljoe) as o:
        klar = await o.start()
        fortaellinger = list(generer(40, SEED, f, personer))
        cprer = {t.cpr for t in fortaellinger}
        async with Forestilling(
            o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(o.dfdg.admin), stilstand=60
        ) as forestilling:
            await forestilling.genererede(iter(fortaellinger), seed=SEED)
            await forestilling.til_ende()
        # Refused and stopped events too: their texts are where values like to show.
        cpr = next(iter(cprer))
        daarlige = [
            {"specversion": "1.0", "id": str(uuid4()), "source": "/akasse/01", "type": t, "time": "2022-01-14T12:00:00+01:00",
             "subject": "s", "data": {"cpr": cpr, "kommunekode": cpr, "tilmeldingsdato": cpr}}
            for t in ("akasse.medlem.tilmeldt.v1", "akasse.ukendt.v1")
        ]  # fmt: skip
        await o.udgiv("akasse.01.haendelser.v1", [(b"n", json.dumps(d).encode(), []) for d in daarlige])
        await o.laes(["gateway.dlq.v1"], lambda b: len(b) >= 2)
        metrik = urllib.request.urlopen(f"{klar['ops']}/metrics", timeout=5).read()  # noqa: ASYNC210
        for kommando in (["status"], ["dlq", "list"], ["dlq", "list", "--json", "--alle"], ["status", "--json"]):
            kode, ud = await o.kommando(*kommando)
            assert kode == 0
            assert not fundne(ud.encode(), cprer), kommando
        dlq = [d["dlqId"] for d in json.loads((await o.kommando("dlq", "list", "--json", "--alle"))[1])]
        for id_ in dlq:
            assert not fundne((await o.kommando("dlq", "show", id_))[1].encode(), cprer)
        conn = await asyncpg.connect(o.dsn)
        try:
            datamappe = Path(await conn.fetchval("show data_directory"))
            # The plants: a table, a record with the number as its key, a dead letter that shows it, a log line.
            await conn.execute(f"create table laek as select '{laek}'::text as cpr")
            await conn.execute("checkpoint")
        finally:
            await conn.close()
        ud_topics = [f"{p}.{s}.v1" for p in parter(f) for s in ("kvitteringer", "beskeder")]
        await o.udgiv(ud_topics[0], [(laek.encode(), b"{}", [])])
        await o.udgiv("gateway.dlq.v1", [(b"x", json.dumps({"tekst": laek}).encode(), [])])
        with o.log.open("a") as log:
            log.write(f"planted {laek[:6]}-{laek[6:]}\n")
        noegler, _ = await _poster(o.kafka.bootstrap_servers, ud_topics)
        dlqnoegler, doede = await _poster(o.kafka.bootstrap_servers, ["gateway.dlq.v1"])
        await o.stop()
        _plant_spor(samler.adresse, laek)
        kanaler = {
            "log": o.log.read_bytes(),
            "metrik": metrik + _plant_metrik(laek),
            "spor": bytes(samler.raa),
            "noegler": noegler + dlqnoegler,
            "gateway.dlq.v1": doede,
            "postgres": _filer(datamappe),
        }
    return kanaler, cprer
