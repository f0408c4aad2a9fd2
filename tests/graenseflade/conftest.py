"""One gateway for a module of checks, each with citizens of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from tests.emner import slet_topics
from tests.graenseflade.hus import Hus, hus


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vaerk(
    kafka: KafkaAdresse, postgres: str, certifikater: TestCA, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hus]:
    """A running gateway on a fresh database and topics without anybody else's records."""
    navn = f"t_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(postgres)
    await conn.execute(f'create database "{navn}"')
    dsn = urlsplit(postgres)._replace(path=f"/{navn}").geturl()
    await slet_topics(kafka)
    async with hus(kafka, dsn, certifikater, tmp_path_factory.mktemp("graenseflade")) as h:
        yield h
    await slet_topics(kafka)
    await conn.execute(f'drop database "{navn}" with (force)')
    await conn.close()
