"""Bad input in one batch with good records: each gets what the interface promises, and the good ones all go through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import opstilling
from tests.ende_til_ende.test_klienter import haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
TOPIC = "akasse.01.haendelser.v1"
STRUKTURERET = [("content-type", b"application/cloudevents+json")]


def _binaer(h: dict[str, Any]) -> list[tuple[str, bytes | None]]:
    return [(f"ce_{k}", str(v).encode()) for k, v in h.items() if k != "data"]


async def test_bad_records_are_refused_and_kept_and_good_ones_go_through(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    personer = Personregister()

    def god() -> tuple[bytes, bytes, list[tuple[str, Any]]]:
        h = haendelse(
            f"god-{uuid4()}", "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(personer.ny())
        )
        return h["id"].encode(), json.dumps(h).encode(), STRUKTURERET

    def daarlig(id_: str, **andet: Any) -> dict[str, Any]:
        return {
            **haendelse(id_, "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(personer.ny())),
            **andet,
        }

    def post(h: dict[str, Any]) -> tuple[bytes, bytes, list[tuple[str, Any]]]:
        return b"n", json.dumps(h).encode(), STRUKTURERET

    latin = daarlig("latin")
    null = daarlig("null")
    uden_kommune = {k: v for k, v in placering(personer.ny()).items() if k != "kommunekode"}
    # expected: id in the kvittering, status, code
    tilfaelde: dict[str, tuple[tuple[bytes | None, bytes | None, list[tuple[str, Any]]], str | None, str, str]] = {
        "not JSON": ((b"n", b"{nej", STRUKTURERET), None, "afvist", "ikke_json"),
        "wrong schema": (post(daarlig("skema", data=uden_kommune)), "skema", "afvist", "skema"),
        "unknown type": (post(daarlig("type", type="akasse.medlem.ukendt.v9")), "type", "stoppet", "ukendt_type"),
        "wrong a-kasse": (post(daarlig("kilde", source="/akasse/02")), "kilde", "afvist", "kilde_passer_ikke"),
        "Latin-1 header": (
            (b"n", json.dumps(latin["data"]).encode(), [*_binaer(latin), ("ce_correlationid", "Åse".encode("latin-1"))]),
            "latin",
            "afvist",
            "header",
        ),
        "null header": ((b"n", json.dumps(null["data"]).encode(), [*_binaer(null), ("ce_correlationid", None)]), "null", "afvist", "header"),
        "NUL": (post(daarlig("nul", correlationid="a\0b")), "nul", "afvist", "nul_tegn"),
        "deep nesting": ((b"n", b'{"id":"dyb","data":' + b"[" * 5000 + b"]" * 5000 + b"}", STRUKTURERET), None, "afvist", "for_dyb"),
        "2 MB": (post(daarlig("stor", fyld="x" * 2_000_000)), None, "afvist", "for_stor"),
        "from the future": (post(daarlig("fremtid", time="2199-01-01T00:00:00+01:00")), "fremtid", "afvist", "fremtidig_tid"),
    }  # fmt: skip
    poster = []
    gode = []
    for t in tilfaelde.values():
        gode.append(god())
        poster += [gode[-1], t[0]]
    async with opstilling(
        tom_kafka, database, certifikater, tmp_path, ["akasse.01", "akasse.02", "jobcenter.0101"]
    ) as o:
        # Published before the gateway runs, so that they come in one batch.
        await o.udgiv(TOPIC, poster)
        await o.start()
        kvitteringer = await o.laes(
            ["akasse.01.kvitteringer.v1"],
            lambda b: sum(x["data"].get("endelig") or x["data"].get("status") == "stoppet" for x in b) >= len(poster),
        )
        doede = await o.laes(["gateway.dlq.v1"], lambda b: len(b) >= len(tilfaelde))
        # Headers that are not the envelope's are nobody's business: null and Latin-1 ones go through.
        andre = god()
        await o.udgiv(
            TOPIC, [(andre[0], andre[1], [*STRUKTURERET, ("fremmed", None), ("andet", "Åse".encode("latin-1"))])]
        )
        await o.laes(
            ["akasse.01.kvitteringer.v1"], lambda b: any(x["data"].get("haendelseId") == andre[0].decode() for x in b)
        )
    efter_id: dict[str | None, list[dict[str, Any]]] = {}
    for k in kvitteringer:
        efter_id.setdefault(k["data"]["haendelseId"], []).append(k["data"])
    for h in gode:
        assert [k["status"] for k in efter_id[h[0].decode()]] == ["registreret"]
    koder_uden_id = {k["fejl"]["kode"] for k in efter_id.get(None, [])}
    for navn, (_, id_, status, kode) in tilfaelde.items():
        if id_ is None:
            assert kode in koder_uden_id | {
                k["fejl"]["kode"] for ks in efter_id.values() for k in ks if k.get("fejl")
            }, navn
            continue
        (k,) = efter_id[id_]
        assert (k["status"], k["fejl"]["kode"]) == (status, kode), navn
        assert k["fejl"].get("loesning"), navn
        assert k["post"]["topic"] == TOPIC
    assert {d["data"]["kode"] for d in doede} >= {t[3] for t in tilfaelde.values()}


async def test_a_repeated_id_has_no_effect_and_other_content_is_kept_without_kvittering(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr = Personregister().ny()
    h = haendelse("samme", "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(cpr))
    andet = {**h, "data": {**h["data"], "forsikringsgrad": "deltid"}}
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101"]) as o:
        await o.start()
        await o.udgiv(TOPIC, [(b"n", json.dumps(h).encode(), STRUKTURERET)])
        await o.laes(["akasse.01.kvitteringer.v1"], lambda b: len(b) >= 1)
        await o.udgiv(
            TOPIC, [(b"n", json.dumps(h).encode(), STRUKTURERET), (b"n", json.dumps(andet).encode(), STRUKTURERET)]
        )
        kvitteringer = await o.laes(["akasse.01.kvitteringer.v1"], lambda b: len(b) >= 2)
        doede = await o.laes(["gateway.dlq.v1"], lambda b: len(b) >= 1)
        committed = sum((await o.styring.tal())["committed"].values())
    # The same message again: same id, same sekvens.
    assert kvitteringer[0]["id"] == kvitteringer[1]["id"]
    assert kvitteringer[0]["sekvens"] == kvitteringer[1]["sekvens"]
    assert doede[0]["data"]["kode"] == "id_genbrugt"
    assert committed == 1


async def test_I10_parties_without_topics_for_their_answers_hold_no_other_party(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    """More of them than the gateway has database connections: their answers wait in the outbox, the others' leave."""
    personer = Personregister()
    uden = [f"akasse.{n:02d}" for n in range(2, 20)]
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101", *uden]) as o:
        await o.slet_topics([f"{p}.{s}.v1" for p in uden for s in ("kvitteringer", "beskeder")])
        for p in uden:
            await o.udgiv(f"{p}.haendelser.v1", [(b"n", b"{nej", STRUKTURERET)])
        await o.start()
        await o.vent(f"select count(distinct topic) >= {len(uden)} from udbakke")
        h = haendelse("god", "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(personer.ny()))
        await o.udgiv(TOPIC, [(b"n", json.dumps(h).encode(), STRUKTURERET)])
        (k,) = await o.laes(["akasse.01.kvitteringer.v1"], lambda b: len(b) >= 1, sekunder=25)
        assert k["data"]["status"] == "registreret"
        staar = "select count(distinct topic) from udbakke where topic like 'akasse.%' and topic not like 'akasse.01.%'"
        assert await o.sql(staar) == len(uden)
