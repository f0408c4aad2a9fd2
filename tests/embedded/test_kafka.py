"""The embedded Kafka: takes the largest event the interface allows, makes no topic unasked, survives a kill."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from sandbox.embedded import IndlejretKafka, KafkaAdresse
from sandbox.embedded.proces import ledige_porte
from sandbox.parter import opret_emner

pytestmark = pytest.mark.kafka
TOPIC = "akasse.01.haendelser.v1"
MIB = 1024 * 1024


async def _send(bootstrap_servers: str, topic: str, indhold: bytes) -> None:
    producent = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, max_request_size=9 * MIB, request_timeout_ms=5000, acks="all"
    )
    await producent.start()
    try:
        await producent.send_and_wait(topic, indhold)
    finally:
        await producent.stop()


async def _foerste(bootstrap_servers: str) -> bytes | None:
    laeser = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap_servers,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=9 * MIB,
    )
    await laeser.start()
    try:
        vaerdi: bytes | None = (await asyncio.wait_for(laeser.getone(), 30)).value
        return vaerdi
    finally:
        await laeser.stop()


async def test_an_event_of_8_mib_passes_and_is_there_after_kill_9_on_the_same_port(tmp_path: Path) -> None:
    server = IndlejretKafka(tmp_path)
    try:
        adresse = await server.start()
        await opret_emner(adresse.bootstrap_servers, ["akasse.01"])
        stor = b"8" * (8 * MIB)
        await _send(adresse.bootstrap_servers, TOPIC, stor)
        foer = server.pid
        igen = await server.genstart()
        assert server.pid != foer
        assert igen.bootstrap_servers == adresse.bootstrap_servers
        assert await _foerste(igen.bootstrap_servers) == stor
    finally:
        await server.stop()


async def test_a_topic_that_nobody_made_does_not_come_by_itself(kafka: KafkaAdresse) -> None:
    with pytest.raises(KafkaError):
        await _send(kafka.bootstrap_servers, f"ukendt.{uuid4().hex}", b"x")


async def test_its_own_command_line_tools_run(kafka: KafkaAdresse) -> None:
    kommando = kafka.kommando("kafka.tools.StorageTool", "random-uuid")
    svar = await asyncio.to_thread(subprocess.run, kommando, capture_output=True, text=True, check=True)
    assert len(svar.stdout.strip()) == 22


def test_without_the_tools_the_address_says_so() -> None:
    with pytest.raises(RuntimeError, match="tools"):
        KafkaAdresse("127.0.0.1:1").kommando("kafka.tools.StorageTool")


def test_ports_handed_out_together_differ_and_are_free() -> None:
    porte = ledige_porte(20)
    assert len(set(porte)) == 20
    for port in porte:
        with socket.socket() as s:
            s.bind(("127.0.0.1", port))
