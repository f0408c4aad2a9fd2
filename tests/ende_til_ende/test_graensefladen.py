"""The topics as the interface has them: found while running, every codec, committed records alone, up to 8 MiB."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.parter import opret_emner
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ende_til_ende.test_begge_veje import h

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
REGISTER = Personregister()
MIB = 1024 * 1024
CODECS = (None, "gzip", "snappy", "lz4", "zstd")


def tilmeldt(id_: str, **mere: Any) -> dict[str, Any]:
    return h(
        "akasse.02", "akasse.medlem.tilmeldt.v1", "2022-01-03", REGISTER.ny(), id_, kommunekode="0101",
        tilmeldingsdato="2022-01-03", **mere,
    )  # fmt: skip


async def _udgiv(
    o: Opstilling, haendelse: dict[str, Any], codec: str | None, *, transaktion: str | None = None
) -> None:
    """One record; ``transaktion``: ``commit`` or ``abort`` is how the publisher ends it."""
    p = AIOKafkaProducer(
        bootstrap_servers=o.kafka.bootstrap_servers,
        compression_type=codec,
        max_request_size=9 * MIB,
        transactional_id=f"t-{haendelse['id']}" if transaktion else None,
    )
    await p.start()
    try:
        if transaktion is not None:
            await p.begin_transaction()
        await p.send_and_wait("akasse.02.haendelser.v1", json.dumps(haendelse).encode(), key=b"p")
        if transaktion == "commit":
            await p.commit_transaction()
        elif transaktion == "abort":
            await p.abort_transaction()
    finally:
        await p.stop()


async def test_a_new_topic_is_found_and_every_codec_is_read_and_only_what_was_committed(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01"]) as o:
        await o.start()
        # The party comes while the gateway runs.
        await opret_emner(tom_kafka.bootstrap_servers, ["akasse.02"], partitioner=1)
        for codec in CODECS:
            await _udgiv(o, tilmeldt(f"codec-{codec}"), codec)
            await _udgiv(o, tilmeldt(f"opgivet-{codec}"), codec, transaktion="abort")
            await _udgiv(o, tilmeldt(f"afsluttet-{codec}"), codec, transaktion="commit")
        # Twice 256 KiB, and as large as the interface lets a record be; one that compresses to less is no smaller.
        for nr, bytes_ in enumerate((512 * 1024, 8 * MIB)):
            stor = tilmeldt(f"stor-{nr}", fyld="")
            stor["data"]["fyld"] = "x" * (bytes_ - len(json.dumps(stor)))
            await _udgiv(o, stor, "gzip" if nr else None)
        await _udgiv(o, tilmeldt("sidst"), None)
        kvitteringer = await o.laes(
            ["akasse.02.kvitteringer.v1"],
            lambda f: any(b["data"].get("haendelseId") == "sidst" for b in f),
            sekunder=60,
        )
    domme = [
        (b["data"]["haendelseId"], b["data"]["status"], b["data"].get("fejl", {}).get("kode"))
        for b in kvitteringer
        if b["type"] == "gateway.kvittering.v1"
    ]
    ventede = [(f"{art}-{c}", "noteret", None) for c in CODECS for art in ("codec", "afsluttet")]
    assert sorted(domme, key=str) == sorted(
        [*ventede, *((f"stor-{n}", "afvist", "for_stor") for n in (0, 1)), ("sidst", "noteret", None)], key=str
    )
