"""Certificates, carriers that are closed again, and test persons."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import trustme

from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.personer import Personregister


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def certifikater(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``ca.pem``, ``server.pem``, and a folder ``klienter`` with ``01.pem`` and ``02.pem``."""
    mappe = tmp_path_factory.mktemp("dfdg-certifikater")
    ca.cert_pem.write_to_path(mappe / "ca.pem")
    ca.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(mappe / "server.pem")
    klienter = mappe / "klienter"
    klienter.mkdir()
    for kode in ("01", "02"):
        skriv_klientcertifikat(ca, klienter / f"{kode}.pem", f"akasse-{kode}")
    return mappe


def skriv_klientcertifikat(ca: trustme.CA, fil: Path, navn: str) -> None:
    ca.issue_cert("klient.test", common_name=navn).private_key_and_cert_chain_pem.write_to_path(fil)


@pytest.fixture
async def carrier() -> AsyncIterator[Callable[[DfdgOpsaetning], DfdgCarrier]]:
    """Makes carriers; all are closed afterwards."""
    aabne: list[DfdgCarrier] = []

    def lav(o: DfdgOpsaetning) -> DfdgCarrier:
        aabne.append(DfdgCarrier(o))
        return aabne[-1]

    yield lav
    for c in aabne:
        await c.luk()


@pytest.fixture
def cpr() -> str:
    return Personregister().ny()
