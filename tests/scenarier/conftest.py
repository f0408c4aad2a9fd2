"""A database for the whole suite: every scenario has its own citizen in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def modul_database(postgres: str) -> AsyncIterator[str]:
    """A fresh database: its DSN."""
    navn = f"t_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(postgres)
    await conn.execute(f'create database "{navn}"')
    yield urlsplit(postgres)._replace(path=f"/{navn}").geturl()
    await conn.execute(f'drop database "{navn}" with (force)')
    await conn.close()
