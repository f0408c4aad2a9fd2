"""Stand-ins for DFDG, each in its own process, and callers with real client certificates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import trustme

from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.proces import Proces, start
from sandbox.personer import Personregister
from tests.sandkasse.kalder import Kalder


@pytest.fixture(scope="session")
def certifikater(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, server.pem and client certificates ``01.pem``, ``02.pem``, ``leverandoer.pem``."""
    mappe = tmp_path_factory.mktemp("certifikater")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(mappe / "ca.pem")
    ca.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(mappe / "server.pem")
    for fil, navn in (("01", "akasse-01"), ("02", "02"), ("leverandoer", "leverandoer")):
        certifikat = ca.issue_cert("klient.test", common_name=navn)
        certifikat.private_key_and_cert_chain_pem.write_to_path(mappe / f"{fil}.pem")
    fremmed = trustme.CA().issue_cert("klient.test", common_name="akasse-01")
    fremmed.private_key_and_cert_chain_pem.write_to_path(mappe / "fremmed.pem")
    return mappe


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def faelles(certifikater: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proces]:
    """One stand-in for the tests that change nothing but their own citizens."""
    data = tmp_path_factory.mktemp("faelles")
    proces = await start(cert=certifikater / "server.pem", ca=certifikater / "ca.pem", data=data)
    yield proces
    await proces.stop()


@pytest.fixture
async def faelles01(faelles: Proces, certifikater: Path) -> AsyncIterator[Kalder]:
    async with Kalder(faelles.base_url, certifikater, "01") as kalder:
        yield kalder


@pytest.fixture(scope="session")
def faelles_personer() -> Personregister:
    return Personregister()


@pytest.fixture
async def dfdg(certifikater: Path, tmp_path: Path) -> AsyncIterator[Proces]:
    proces = await start(cert=certifikater / "server.pem", ca=certifikater / "ca.pem", data=tmp_path / "dfdg")
    yield proces
    await proces.stop()


@pytest.fixture
def styring(dfdg: Proces) -> AsynkronDfdgstyring:
    return AsynkronDfdgstyring(dfdg.admin)


@pytest.fixture
async def akasse01(dfdg: Proces, certifikater: Path) -> AsyncIterator[Kalder]:
    async with Kalder(dfdg.base_url, certifikater, "01") as kalder:
        yield kalder


@pytest.fixture
async def akasse02(dfdg: Proces, certifikater: Path) -> AsyncIterator[Kalder]:
    async with Kalder(dfdg.base_url, certifikater, "02") as kalder:
        yield kalder


@pytest.fixture
def personer() -> Personregister:
    return Personregister()
