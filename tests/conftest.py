"""Fixtures that several suites share: one embedded stack a session, a fresh database and fresh topics a test.

Kafka and PostgreSQL come from testcontainers when Docker answers, otherwise from the embedded packages; both ways give
the same fixtures. The Docker way is unproved where no Docker engine runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka, KafkaAdresse
from sandbox.embedded.postgres import IndlejretPostgres


def _docker_svarer() -> bool:
    if os.environ.get("GATEWAY_TEST_UDEN_DOCKER") or shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=5, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.fixture(scope="session")
def docker() -> bool:
    return _docker_svarer()


@pytest.fixture(scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory, docker: bool) -> AsyncIterator[KafkaAdresse]:
    """A real Kafka, one for the session; every test uses topics of its own parties."""
    if docker:
        from testcontainers.kafka import KafkaContainer

        with KafkaContainer("apache/kafka:4.1.1") as container:
            yield KafkaAdresse(container.get_bootstrap_server())
        return
    server = IndlejretKafka(tmp_path_factory.mktemp("kafka"))
    yield await server.start()
    await server.stop()


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory, docker: bool) -> AsyncIterator[str]:
    """A real PostgreSQL, one for the session: the DSN of its first database."""
    if docker:
        from testcontainers.postgres import PostgresContainer

        with PostgresContainer("postgres:18", driver=None) as container:
            yield container.get_connection_url()
        return
    server = IndlejretPostgres(tmp_path_factory.mktemp("pg"))
    yield await server.start()
    await server.stop()


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """A fresh database: its DSN."""
    navn = f"t_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(postgres)
    await conn.execute(f'create database "{navn}"')
    yield (
        postgres.replace("/gateway?", f"/{navn}?")
        if "/gateway?" in postgres
        else postgres.rsplit("/", 1)[0] + f"/{navn}"
    )
    await conn.execute(f'drop database "{navn}" with (force)')
    await conn.close()


@pytest.fixture(scope="session")
def certifikater(tmp_path_factory: pytest.TempPathFactory) -> TestCA:
    """The test CA with the server's certificate and those of the a-kasser 01-25."""
    ca = TestCA(tmp_path_factory.mktemp("ca"))
    ca.sikr([f"{n:02d}" for n in range(1, 26)])
    return ca


@pytest.fixture(scope="session")
def rod() -> Path:
    """The project's root."""
    return Path(__file__).parents[1]
