"""A Kafka and a PostgreSQL of its own, which may be killed, and one gateway on them for all of these tests: each takes
its faults back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka
from sandbox.embedded.postgres import IndlejretPostgres
from tests.graenseflade.hus import Hus, hus

PARTER = [*(f"akasse.{n:02}" for n in range(1, 9)), "jobcenter.0101"]


@dataclass(slots=True)
class Vaerk:
    """A running gateway, seen from outside, and the servers that it stands on."""

    h: Hus
    kafka: IndlejretKafka
    postgres: IndlejretPostgres


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def vaerk(certifikater: TestCA, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Vaerk]:
    data = tmp_path_factory.mktemp("fejlmatrix")
    kafka, postgres = IndlejretKafka(data), IndlejretPostgres(data)
    try:
        adresse, dsn = await kafka.start(), await postgres.start()
        async with hus(adresse, dsn, certifikater, data / "hus", PARTER) as h:
            yield Vaerk(h, kafka, postgres)
    finally:
        await kafka.stop()
        await postgres.stop()
