"""The whole stack for a test: the gateway as a process of its own on real Kafka, PostgreSQL and the stand-in DFDG."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from sandbox.dfdg import proces as dfdg_proces
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import Forudsaetninger
from sandbox.fortaellinger.model import KOEBENHAVN, KOMMUNER
from sandbox.parter import opret_emner

#: Short limits, so that a lost lease and the quiet time pass within a test; the lease still outlasts an attempt.
_HURTIG = {
    "GATEWAY_DFDG__CONNECT_TIMEOUT": "1",
    "GATEWAY_DFDG__SEND_TIMEOUT": "1",
    "GATEWAY_DFDG__ANSWER_TIMEOUT": "2",
    "GATEWAY_DFDG__LEASE": "5",
    "GATEWAY_DFDG__STILLETID": "3",
}
NOEGLE = "test-" + "0123456789abcdef" * 3


def laes_koder() -> dict[str, str]:
    """The example codes that the embedded mode uses."""
    fil = Path(__file__).parents[2] / "gateway" / "eksempel" / "koder.csv"
    linjer = [x.split(";") for x in fil.read_text().splitlines() if x and not x.startswith(("#", "liste;"))]
    return {x[0]: x[1] for x in linjer}


def forudsaetninger() -> Forudsaetninger:
    """``idag``: the day of sending, as the gateway and DFDG have it (Copenhagen's, whatever the machine's zone)."""
    return Forudsaetninger(datetime.now(KOEBENHAVN).date(), koder=laes_koder())


def parter(f: Forudsaetninger) -> list[str]:
    return [f"akasse.{k}" for k in sorted(f.daekning)] + [f"jobcenter.{k}" for k in KOMMUNER]


@dataclass(slots=True)
class Opstilling:
    """A stack in use. ``log`` is what every gateway process wrote on stderr."""

    kafka: KafkaAdresse
    dsn: str
    dfdg: dfdg_proces.Proces
    ca: TestCA
    data: Path
    log: Path
    miljoe: dict[str, str] = field(default_factory=dict)
    _proces: asyncio.subprocess.Process | None = None

    @property
    def styring(self) -> AsynkronDfdgstyring:
        return AsynkronDfdgstyring(self.dfdg.admin)

    def env(self) -> dict[str, str]:
        uden = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")}
        return {
            **uden,
            **_HURTIG,
            "GATEWAY_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "GATEWAY_KAFKA__GROUP_ID": f"gateway-{self.data.name}",
            "GATEWAY_DATABASE__URL": self.dsn,
            "GATEWAY_DFDG__BASE_URL": self.dfdg.base_url,
            "GATEWAY_DFDG__CLIENT_CERTIFICATE": str(self.ca.klienter),
            "GATEWAY_DFDG__CA": str(self.ca.ca),
            "GATEWAY_PSEUDONYM_KEY": NOEGLE,
            "GATEWAY_OPS__LISTEN": "127.0.0.1:0",
            "GATEWAY_DATA_DIR": str(self.data),
            **self.miljoe,
        }

    async def kommando(self, *argumenter: str) -> tuple[int, str]:
        """Runs ``gateway ARGUMENTER`` to its end: exit code and stdout."""
        # To a file: a long listing must not depend on how fast the pipe's reader is when the process ends.
        with TemporaryFile() as ud, self.log.open("ab") as fejl:
            p = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                "from gateway.cli import main; main()",
                *argumenter,
                env=self.env(),
                stdout=ud,
                stderr=fejl,
            )
            await p.wait()
            ud.seek(0)
            return p.returncode or 0, ud.read().decode()

    async def start(self, foerst: str = "", *valg: str) -> dict[str, Any]:
        """Starts ``gateway serve`` with ``valg``; returns what it says when it is ready. ``foerst``: what another version of
        the gateway has otherwise, as Python that its process runs first."""
        with self.log.open("ab") as fejl:
            self._proces = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                f"{foerst}\nfrom gateway.cli import main; main()",
                "serve",
                "--json",
                *valg,
                env=self.env(),
                stdout=asyncio.subprocess.PIPE,
                stderr=fejl,
            )
        assert self._proces.stdout is not None
        linje = await asyncio.wait_for(self._proces.stdout.readline(), 60)
        assert linje, self.log.read_text()[-3000:]
        klar: dict[str, Any] = json.loads(linje)
        return klar

    async def draeb(self) -> None:
        """kill -9 of the gateway."""
        assert self._proces is not None
        self._proces.send_signal(signal.SIGKILL)
        await self._proces.wait()
        self._proces = None

    async def stop(self) -> None:
        if self._proces is not None:
            self._proces.terminate()
            try:
                await asyncio.wait_for(self._proces.wait(), 30)
            except TimeoutError:
                self._proces.kill()
                await self._proces.wait()
            self._proces = None

    async def sql(self, forespoergsel: str, *argumenter: Any) -> Any:
        conn = await asyncpg.connect(self.dsn)
        try:
            return await conn.fetchval(forespoergsel, *argumenter)
        finally:
            await conn.close()

    async def vent(self, forespoergsel: str, *, sekunder: float = 30) -> None:
        """Waits until the query gives true."""
        slut = asyncio.get_running_loop().time() + sekunder
        while not await self.sql(forespoergsel):
            assert asyncio.get_running_loop().time() < slut, f"never true: {forespoergsel}"
            await asyncio.sleep(0.1)

    async def udgiv(
        self, topic: str, poster: Sequence[tuple[bytes | None, bytes | None, list[tuple[str, Any]]]]
    ) -> None:
        """Publishes raw records (key, value, headers)."""
        p = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, max_request_size=9 * 1024 * 1024)
        await p.start()
        try:
            for noegle, vaerdi, headers in poster:
                await p.send_and_wait(topic, vaerdi, key=noegle, headers=headers)
        finally:
            await p.stop()

    async def slet_topics(self, navne: list[str]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers)
        await admin.start()
        try:
            await admin.delete_topics(navne)
        finally:
            await admin.close()

    async def laes(self, topics: list[str], faerdig: Any, *, sekunder: float = 40) -> list[dict[str, Any]]:
        """Reads topics from the beginning until ``faerdig(messages)`` holds; the minute's pulses are left out."""
        c = AIOKafkaConsumer(*topics, bootstrap_servers=self.kafka.bootstrap_servers, auto_offset_reset="earliest")
        await c.start()
        fundne: list[dict[str, Any]] = []
        slut = asyncio.get_running_loop().time() + sekunder
        try:
            while not faerdig(fundne):
                assert asyncio.get_running_loop().time() < slut, [b["data"].get("status") for b in fundne]
                for poster in (await c.getmany(timeout_ms=500)).values():
                    alle = ({**json.loads(p.value), "_topic": p.topic, "_noegle": p.key} for p in poster)
                    fundne += [b for b in alle if b["type"] != "gateway.puls.v1"]
        finally:
            await c.stop()
        return fundne


@asynccontextmanager
async def opstilling(
    kafka: KafkaAdresse, dsn: str, ca: TestCA, data: Path, topics_for: Sequence[str], **miljoe: str
) -> AsyncIterator[Opstilling]:
    """A fresh database and stand-in, topics for these parties; the gateway is not started yet."""
    dfdg = await dfdg_proces.start(cert=ca.server, ca=ca.ca, data=data / "dfdg", star_cert=ca.star, webhook_ca=ca.ca)
    o = Opstilling(kafka, dsn, dfdg, ca, data, data / "gateway.log", miljoe)
    try:
        await opret_emner(kafka.bootstrap_servers, topics_for)
        kode, ud = await o.kommando("migrate", "--json")
        assert kode == 0, o.log.read_text()[-2000:] + ud
        yield o
    finally:
        await o.stop()
        await dfdg.stop()
