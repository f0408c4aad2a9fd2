"""Clients that this project did not write: Kafka's own console tools and kcat publish and read, in both forms."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import opstilling

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
TOPIC = "akasse.01.haendelser.v1"
PARTER = ["akasse.01", "jobcenter.0101"]


def haendelse(id_: str, type_: str, tid: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/akasse/01/fagsystem",
        "type": type_,
        "time": tid,
        "subject": f"person-{id_[:4]}",
        "data": data,
    }


def placering(cpr: str, kommune: str = "0101") -> dict[str, Any]:
    return {
        "cpr": cpr,
        "kommunekode": kommune,
        "tilmeldingsdato": "2022-01-03",
        "indplaceringsdato": "2022-01-03",
        "afgoerelsesdato": "2022-01-14",
        "indplaceringstype": "ny",
        "forsikringsgrad": "fuldtid",
        "erhvervskompetencegivendeUddannelse": True,
        "forsoergerpligtHjemmeboendeBoern": False,
    }


def koer(kommando: list[str], ind: bytes) -> bytes:
    svar = subprocess.run(kommando, input=ind, capture_output=True, timeout=60, check=False)
    assert svar.returncode == 0, svar.stderr[-2000:].decode(errors="replace")
    return svar.stdout


async def test_console_producer_structured_and_console_consumer(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr = Personregister().ny()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, PARTER) as o:
        await o.start()
        id_ = str(uuid4())
        linje = json.dumps(haendelse(id_, "akasse.medlem.indplaceret.v1", "2022-01-14T12:00:00+01:00", placering(cpr)))
        server = ["--bootstrap-server", tom_kafka.bootstrap_servers, "--topic"]
        hoved = "content-type:application/cloudevents+json; charset=utf-8"
        koer(
            tom_kafka.kommando(
                "org.apache.kafka.tools.ConsoleProducer",
                *server,
                TOPIC,
                "--property",
                "parse.headers=true",
                "--property",
                "parse.key=true",
            ),
            f"{hoved}\tperson-1\t{linje}\n".encode(),
        )
        ud = koer(
            tom_kafka.kommando(
                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                *server,
                "akasse.01.kvitteringer.v1",
                "--from-beginning",
                "--max-messages",
                "1",
                "--timeout-ms",
                "40000",
            ),
            b"",
        )
    kvittering = json.loads(ud.splitlines()[0])
    assert kvittering["type"] == "gateway.kvittering.v1"
    assert kvittering["data"]["haendelseId"] == id_
    assert (kvittering["data"]["status"], kvittering["data"]["endelig"]) == ("registreret", True)
    assert kvittering["data"]["registreringer"][0]["operation"] == "CreateFravaerMedIdentifier"


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
async def test_kcat_binary_and_kcat_reading(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr = Personregister().ny()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, PARTER) as o:
        await o.start()
        id_ = str(uuid4())
        h = haendelse(id_, "akasse.medlem.tilmeldt.v1", "2022-01-03T08:00:00+01:00",
                      {"cpr": cpr, "kommunekode": "0101", "tilmeldingsdato": "2022-01-03"})  # fmt: skip
        hoveder = [x for k, v in h.items() if k != "data" for x in ("-H", f"ce_{k}={v}")]
        kcat = ["kcat", "-b", tom_kafka.bootstrap_servers]
        koer(
            [*kcat, "-P", "-t", TOPIC, "-k", "person-2", *hoveder, "-H", "content-type=application/json"],
            json.dumps(h["data"]).encode(),
        )
        await o.laes(["akasse.01.kvitteringer.v1"], lambda b: len(b) >= 1)
        ud = koer([*kcat, "-C", "-t", "akasse.01.kvitteringer.v1", "-e", "-q", "-f", "%k\t%s\n"], b"")
    noegle, _, vaerdi = ud.decode().splitlines()[0].partition("\t")
    kvittering = json.loads(vaerdi)
    assert kvittering["data"]["status"] == "noteret"
    assert kvittering["subject"] == noegle
    assert cpr not in noegle
