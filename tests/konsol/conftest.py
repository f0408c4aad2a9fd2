"""One living stack and one browser for the console's tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from tests.emner import slet_topics
from tests.konsol.scene import Scene, scene

#: Generated members of the living stack; ``make konsol`` has a few thousand.
BORGERE = int(os.environ.get("GATEWAY_KONSOL_BORGERE", "60"))


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stak(
    kafka: KafkaAdresse, postgres: str, certifikater: TestCA, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """The living stack: a fresh database, topics without anybody else's records."""
    navn = f"t_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(postgres)
    await conn.execute(f'create database "{navn}"')
    dsn = urlsplit(postgres)._replace(path=f"/{navn}").geturl()
    await slet_topics(kafka)
    async with scene(kafka, dsn, certifikater, tmp_path_factory.mktemp("konsol"), BORGERE) as s:
        yield s
    await slet_topics(kafka)
    await conn.execute(f'drop database "{navn}" with (force)')
    await conn.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    sti = shutil.which("chromium") or shutil.which("chromium-browser")
    if sti is None:
        pytest.skip("chromium is not installed (deploy/systempakker.sh)")
    async with async_playwright() as p:
        b = await p.chromium.launch(executable_path=sti, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield b
        await b.close()
