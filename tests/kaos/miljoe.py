"""What a run stands on: Kafka and PostgreSQL of their own (kept between runs), a fresh database, topics and DFDG for each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from sandbox.dfdg import proces as dfdg_proces
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka
from sandbox.embedded.postgres import IndlejretPostgres
from sandbox.parter import opret_emner
from tests.kaos import plan

_NOEGLE = "kaos-" + "0123456789abcdef" * 3
DLQ = "gateway.dlq.v1"


class Grund:
    """Kafka and PostgreSQL under ``data``; runs may restart them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.kafka = IndlejretKafka(data)
        self.postgres = IndlejretPostgres(data)
        self.ca = TestCA(data)
        #: Restarts of one of them wait for each other.
        self.laas = asyncio.Lock()

    async def start(self) -> None:
        await asyncio.gather(self.kafka.start(), self.postgres.start())
        await asyncio.to_thread(self.ca.sikr, [f"{n:02d}" for n in range(1, 10)])

    async def stop(self) -> None:
        await asyncio.gather(self.kafka.stop(), self.postgres.stop(), return_exceptions=True)

    @property
    def bootstrap_servers(self) -> str:
        assert self.kafka.adresse is not None
        return self.kafka.adresse.bootstrap_servers

    async def ryd_topics(self) -> None:
        """Deletes the parties' and the gateway's topics, and waits until they are gone."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        await admin.start()
        try:
            while egne := [t for t in await admin.list_topics() if t.startswith(("akasse.", "jobcenter.", "gateway."))]:
                await admin.delete_topics(egne)
                await asyncio.sleep(0.3)
        finally:
            await admin.close()

    async def _dele(self, topics: Sequence[str]) -> list[tuple[str, int]]:
        """The partitions of those topics that there are, once every one of them has its leader (a broker that was
        restarted says for a while that it has none). Raises TimeoutError when that takes long."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        await admin.start()
        try:
            async with asyncio.timeout(30):
                while True:
                    findes = set(await admin.list_topics())
                    beskrevne = await admin.describe_topics([t for t in topics if t in findes])
                    dele = [(t["topic"], p) for t in beskrevne for p in t["partitions"]]
                    alle = findes >= set(topics) and len({t for t, _ in dele}) == len(set(topics))
                    if alle and all(p["error_code"] == 0 and p["leader"] >= 0 for _, p in dele):
                        return [(t, p["partition"]) for t, p in dele]
                    await asyncio.sleep(0.3)
        finally:
            await admin.close()

    async def laes(self, topics: Sequence[str]) -> list[tuple[str, bytes]]:
        """Everything that stands on these topics now, in each partition's order."""
        konsument = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        await konsument.start()
        try:
            dele = [TopicPartition(t, p) for t, p in await self._dele(topics)]
            if not dele:
                return []
            konsument.assign(dele)
            ender = await konsument.end_offsets(dele)
            ud: list[tuple[str, bytes]] = []
            tilbage = {d for d in dele if ender[d] > 0}
            while tilbage:
                for d, poster in (await konsument.getmany(timeout_ms=1000)).items():
                    ud += [(d.topic, p.value or b"") for p in poster]
                for d in list(tilbage):
                    if await konsument.position(d) >= ender[d]:
                        tilbage.discard(d)
            return ud
        finally:
            await konsument.stop()


#: The stand-in's niceness.
_FORRANG = -15


@dataclass(slots=True)
class Miljoe:
    """One run's own: ``gruppe`` is its consumer groups' name, ``env`` what its replicas are told."""

    grund: Grund
    dsn: str
    dfdg: dfdg_proces.Proces
    gruppe: str
    mappe: Path
    env: dict[str, str]

    @property
    def styring(self) -> AsynkronDfdgstyring:
        return AsynkronDfdgstyring(self.dfdg.admin)


@asynccontextmanager
async def miljoe(grund: Grund, navn: str, parter: Sequence[str], lease: float) -> AsyncIterator[Miljoe]:
    """A fresh database, topics for ``parter``, and a stand-in DFDG."""
    mappe = grund.data / navn
    # What an earlier run of that name left there DFDG would take for its memory.
    shutil.rmtree(mappe, ignore_errors=True)
    mappe.mkdir(parents=True)
    database = f"k_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(grund.postgres.dsn("postgres"))
    await conn.execute(f'create database "{database}"')
    await conn.close()
    await grund.ryd_topics()
    await opret_emner(grund.bootstrap_servers, parter)
    dfdg = await dfdg_proces.start(cert=grund.ca.server, ca=grund.ca.ca, data=mappe / "dfdg")
    with contextlib.suppress(PermissionError):
        # On a busy machine a request that waits to be read would be decided later than DFDG promises.
        os.setpriority(os.PRIO_PROCESS, dfdg.pid, _FORRANG)
    dsn = grund.postgres.dsn(database)
    env = {
        "GATEWAY_DFDG__CONNECT_TIMEOUT": str(plan.FORBIND),
        "GATEWAY_DFDG__SEND_TIMEOUT": str(plan.SEND),
        "GATEWAY_DFDG__ANSWER_TIMEOUT": str(plan.SVAR),
        "GATEWAY_DFDG__LEASE": str(lease),
        "GATEWAY_DFDG__STILLETID": str(plan.STILLETID),
        "GATEWAY_DFDG__SPAER_EFTER": "1000000",  # ordered refusals come in floods, and are sent again by an operator
        "GATEWAY_KAFKA__BOOTSTRAP_SERVERS": grund.bootstrap_servers,
        "GATEWAY_KAFKA__GROUP_ID": database,
        "GATEWAY_DATABASE__URL": dsn,
        "GATEWAY_DFDG__BASE_URL": dfdg.base_url,
        "GATEWAY_DFDG__CLIENT_CERTIFICATE": str(grund.ca.klienter),
        "GATEWAY_DFDG__CA": str(grund.ca.ca),
        "GATEWAY_PSEUDONYM_KEY": _NOEGLE,
        "GATEWAY_OPS__LISTEN": "127.0.0.1:0",
        "GATEWAY_DATA_DIR": str(mappe / "gateway"),
    }
    try:
        yield Miljoe(grund, dsn, dfdg, database, mappe, env)
    finally:
        await dfdg.stop()
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            conn = await asyncpg.connect(grund.postgres.dsn("postgres"))
            await conn.execute(f'drop database "{database}" with (force)')
            await conn.close()
