"""The set-up that every arm shares: embedded Kafka and PostgreSQL, certificates, and the neutral back end."""

from __future__ import annotations

import asyncio
import shutil
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from benchmarks.last import AKASSER
from sandbox.embedded import proces
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.stak import Stak

HER = Path(__file__).parent
JAR = HER / "parallel_consumer" / "target" / "parallel-consumer-arm-1.jar"


class Mangler(Exception):
    """Something that the measurement needs is not on this machine."""


async def _byg(kommando: list[str], mappe: Path, hvad: str) -> None:
    vaerktoej = kommando[0]
    if shutil.which(vaerktoej) is None:
        raise Mangler(f"{hvad} needs `{vaerktoej}`, which is not on the path")
    p = await asyncio.create_subprocess_exec(
        *kommando, cwd=mappe, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    ud, _ = await p.communicate()
    if p.returncode:
        raise Mangler(f"{hvad} could not be built with `{' '.join(kommando)}`:\n{ud.decode()[-2000:]}")


async def byg_parallel_consumer() -> None:
    """Its jar and the libraries beside it, where they are not there or older than their source. Raises ``Mangler``."""
    kilder = [HER / "parallel_consumer" / "pom.xml", *(HER / "parallel_consumer" / "src").rglob("*.java")]
    if JAR.exists() and JAR.stat().st_mtime > max(k.stat().st_mtime for k in kilder):
        return
    sige("Parallel Consumer is built with Maven (the first time it is fetched)")
    if shutil.which("java") is None:
        raise Mangler("Parallel Consumer needs `java` (17 or newer), which is not on the path")
    await _byg(["mvn", "-q", "-B", "package"], HER / "parallel_consumer", "Parallel Consumer")


@dataclass(slots=True)
class Bagende:
    """The back end's address, and what it is told and asked."""

    adresse: str
    styring: str
    pid: int

    def _kald(self, sti: str, metode: str = "GET") -> str:
        with urllib.request.urlopen(urllib.request.Request(self.styring + sti, method=metode), timeout=120) as svar:
            tekst: str = svar.read().decode()
            return tekst

    async def nulstil(self, delay_ms: float) -> None:
        await asyncio.to_thread(self._kald, f"/nulstil?delay_ms={delay_ms}", "POST")

    async def fejl(self, valg: str) -> None:
        await asyncio.to_thread(self._kald, f"/fejl?{valg}", "POST")

    async def antal(self) -> int:
        return int(await asyncio.to_thread(self._kald, "/antal"))

    async def log(self) -> str:
        return await asyncio.to_thread(self._kald, "/log")


@dataclass(slots=True)
class Opstilling:
    data: Path
    stak: Stak
    bagende: Bagende
    ca: TestCA

    @property
    def servere(self) -> str:
        assert self.stak.kafkaadresse is not None
        return self.stak.kafkaadresse.bootstrap_servers

    @property
    def pids(self) -> dict[str, int]:
        kafka, postgres = self.stak.kafka, self.stak.postgres
        assert kafka is not None
        assert postgres is not None
        return {"kafka": kafka.pid or 0, "postgres": postgres.pid or 0, "bagende": self.bagende.pid}

    async def ny_database(self) -> str:
        """An empty database; the former one is gone."""
        assert self.stak.postgres is not None
        conn = await asyncpg.connect(self.stak.postgres.dsn("postgres"))
        try:
            await conn.execute("drop database if exists gateway with (force)")
            await conn.execute("create database gateway")
            await conn.execute("checkpoint")
            if await conn.fetchval("show fsync") != "on" or await conn.fetchval("show synchronous_commit") != "on":
                raise RuntimeError("PostgreSQL must run with fsync and synchronous_commit")
        finally:
            await conn.close()
        return self.stak.postgres.dsn()


@asynccontextmanager
async def opstil() -> AsyncIterator[Opstilling]:
    """Everything up, on free ports of 127.0.0.1; gone at the end. Raises ``Mangler``."""
    with TemporaryDirectory(prefix="benchmark-") as mappe:
        data = Path(mappe)
        await _byg(["go", "build", "-o", str(data / "bagende"), "."], HER / "bagende", "the back end")
        ca = TestCA(data)
        await asyncio.to_thread(ca.sikr, AKASSER)
        _noegler_til_java(ca.klienter)
        shutil.copy(HER / "skabelon.xml", ca.klienter / "skabelon.xml")
        p = await asyncio.create_subprocess_exec(
            str(data / "bagende"),
            "-cert",
            str(ca.server),
            "-ca",
            str(ca.ca),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        stak = Stak(data, med_dfdg=False)
        try:
            assert p.stdout is not None
            adresse, styring = (await p.stdout.readline()).decode().split()
            await stak.start()
            yield Opstilling(data, stak, Bagende(adresse, styring, p.pid), ca)
        finally:
            await stak.stop()
            await proces.stop(p)


def _noegler_til_java(mappe: Path) -> None:
    """Keys and certificates also as Java reads them without a library: PKCS #8 and X.509, DER."""
    for fil in mappe.glob("*.pem"):
        pem = fil.read_bytes()
        cert, noegle = x509.load_pem_x509_certificate(pem), load_pem_private_key(pem, None)
        fil.with_suffix(".crt").write_bytes(cert.public_bytes(Encoding.DER))
        fil.with_suffix(".key").write_bytes(noegle.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def sige(tekst: str) -> None:
    print(tekst, file=sys.stderr, flush=True)
