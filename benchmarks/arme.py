"""The arms: the whole gateway, Parallel Consumer, and the hand-written asyncio loop. Each is processes of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.last import AKASSER, PARTITIONER
from benchmarks.opstilling import HER, JAR, Opstilling
from gateway.settings import Settings

#: Which roles run together, by the number of processes.
ROLLER = {
    1: ("consume,deliver,publish,hooks,ops",),
    2: ("consume,ops", "deliver,publish,hooks,ops"),
    4: ("consume,ops", "consume,ops", "deliver,ops", "deliver,publish,hooks,ops"),
}


@dataclass(slots=True)
class Arm(ABC):
    o: Opstilling
    navn: str = ""
    processer: list[asyncio.subprocess.Process] = field(default_factory=list)

    @abstractmethod
    async def klargoer(self) -> None:
        """Before its first start in a cell, when the topics are there and empty."""

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def faerdige(self) -> int:
        """How many events are done, cheaply."""

    @property
    def pids(self) -> list[int]:
        return [p.pid for p in self.processer]

    async def stop(self, signalet: signal.Signals = signal.SIGTERM) -> None:
        for p in self.processer:
            if p.returncode is None:
                p.send_signal(signalet)
        for p in self.processer:
            try:
                await asyncio.wait_for(p.wait(), 30)
            except TimeoutError:
                p.kill()
                await p.wait()
        self.processer.clear()

    async def _start(self, *kommando: str, env: dict[str, str] | None = None) -> None:
        """One process more; returns when it has said its first line."""
        log = self.o.data / f"{self.navn}.log"
        with log.open("ab") as fejl:
            p = await asyncio.create_subprocess_exec(
                *kommando,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=fejl,
                env=env,
                cwd=HER.parent,
            )
        self.processer.append(p)
        assert p.stdout is not None
        if not await asyncio.wait_for(p.stdout.readline(), 60):
            raise RuntimeError(f"{self.navn} did not start:\n{log.read_text()[-3000:]}")


@dataclass(slots=True)
class Gateway(Arm):
    """``gateway serve`` in 1, 2 or 4 processes, with an empty ledger. ``sat``: settings beside the addresses."""

    navn: str = "gateway"
    antal_processer: int = 1
    sat: dict[str, str] = field(default_factory=dict)
    dsn: str = ""
    #: Asks for ends only. One for the whole run: one a question would be work for the machine that is measured.
    _taeller: AIOKafkaConsumer | None = None

    def env(self) -> dict[str, str]:
        ren = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")}
        return ren | {
            "GATEWAY_KAFKA__BOOTSTRAP_SERVERS": self.o.servere,
            "GATEWAY_DATABASE__URL": self.dsn,
            "GATEWAY_DFDG__BASE_URL": self.o.bagende.adresse,
            "GATEWAY_DFDG__CLIENT_CERTIFICATE": str(self.o.ca.klienter),
            "GATEWAY_DFDG__CA": str(self.o.ca.ca),
            "GATEWAY_PSEUDONYM_KEY": "benchmark-" + "0123456789abcdef" * 3,
            "GATEWAY_OPS__LISTEN": "127.0.0.1:0",
            "GATEWAY_DATA_DIR": str(self.o.data / "gateway"),
            **self.sat,
        }

    def afvigelser(self) -> dict[str, object]:
        """The settings that differ from the defaults of production, addresses and the key aside."""
        foer = dict(os.environ)
        os.environ.clear()
        try:
            fast = Settings().model_dump(mode="json")
            os.environ.update(self.env())
            sat = Settings().model_dump(mode="json")
        finally:
            os.environ.clear()
            os.environ.update(foer)
        adresser = {
            "bootstrap_servers",
            "url",
            "base_url",
            "client_certificate",
            "ca",
            "pseudonym_key",
            "data_dir",
            "listen",
        }
        ud: dict[str, object] = {}
        for afsnit, vaerdi in sat.items():
            if isinstance(vaerdi, dict):
                ud |= {f"{afsnit}.{n}": v for n, v in vaerdi.items() if n not in adresser and v != fast[afsnit][n]}
            elif afsnit not in adresser and vaerdi != fast[afsnit]:
                ud[afsnit] = vaerdi
        return ud

    async def klargoer(self) -> None:
        self.dsn = await self.o.ny_database()
        await self._kommando("migrate")

    async def _kommando(self, *argumenter: str) -> None:
        p = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from gateway.cli import main; main()",
            *argumenter,
            env=self.env(),
            cwd=HER.parent,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await p.wait():
            raise RuntimeError(f"gateway {' '.join(argumenter)} failed")

    async def start(self) -> None:
        for nr, roller in enumerate(ROLLER[self.antal_processer]):
            # A folder each: one gateway runs on a folder.
            mappe = {"GATEWAY_DATA_DIR": str(self.o.data / f"gateway-{nr}")}
            await self._start(
                sys.executable,
                "-c",
                "from gateway.cli import main; main()",
                "serve",
                "--json",
                "--roles",
                roller,
                env=self.env() | mappe,
            )

    async def stop(self, signalet: signal.Signals = signal.SIGTERM) -> None:
        taeller, self._taeller = self._taeller, None
        if taeller is not None:
            await taeller.stop()
        await Arm.stop(self, signalet)

    async def faerdige(self) -> int:
        if self._taeller is None:
            self._taeller = AIOKafkaConsumer(bootstrap_servers=self.o.servere)
            await self._taeller.start()
        return sum((await self._taeller.end_offsets(_kvitteringer())).values())

    async def slut(self, antal: int) -> float:
        """Reads every kvittering: final ones of ``antal`` different events, and when the broker had the last of them."""
        set_: dict[str, int] = {}
        k = AIOKafkaConsumer(bootstrap_servers=self.o.servere, auto_offset_reset="earliest", enable_auto_commit=False)
        await k.start()
        try:
            k.assign(_kvitteringer())
            sidst = 0
            while len(set_) < antal:
                poster = await k.getmany(timeout_ms=1000, max_records=5000)
                if not poster and sidst > 300:
                    raise TimeoutError(f"{antal - len(set_)} events have no final kvittering")
                sidst = 0 if poster else sidst + 1
                for p in (p for gruppe in poster.values() for p in gruppe):
                    if b'"endelig":true' in p.value:
                        start = p.value.index(b'"haendelseId":"') + 15
                        set_.setdefault(p.value[start : p.value.index(b'"', start)].decode(), p.timestamp)
        finally:
            await k.stop()
        return sorted(set_.values())[antal - 1] / 1000

    async def bytes(self) -> int:
        conn = await asyncpg.connect(self.dsn)
        try:
            stoerrelse: int = await conn.fetchval("select pg_database_size(current_database())")
            return stoerrelse
        finally:
            await conn.close()

    async def transaktioner(self) -> int:
        """Committed so far; PostgreSQL tells with up to a second's delay."""
        conn = await asyncpg.connect(self.dsn)
        try:
            return int(
                await conn.fetchval("select xact_commit from pg_stat_database where datname = current_database()")
            )
        finally:
            await conn.close()

    async def wal(self) -> int:
        conn = await asyncpg.connect(self.dsn)
        try:
            return int(await conn.fetchval("select pg_current_wal_lsn() - '0/0'"))
        finally:
            await conn.close()


def _kvitteringer() -> list[TopicPartition]:
    return [TopicPartition(f"akasse.{k}.kvitteringer.v1", p) for k in AKASSER for p in range(PARTITIONER)]


@dataclass(slots=True)
class _Fremmed(Arm):
    """An arm that keeps everything in memory: done is what the back end has answered."""

    samtidige: int = 256
    portion: int = 500
    kommando: list[str] = field(default_factory=list)
    _gruppe: str = ""

    async def klargoer(self) -> None:
        self._gruppe = f"{self.navn}-{os.urandom(4).hex()}"

    def _argumenter(self) -> list[str]:
        ca = self.o.ca
        return [
            self.o.servere, self._gruppe, self.o.bagende.adresse, str(ca.ca), str(ca.klienter), str(self.samtidige),
            str(self.portion),
        ]  # fmt: skip

    async def start(self) -> None:
        await self._start(*self.kommando, *self._argumenter())
        await asyncio.sleep(2)  # its group's members are assigned their partitions

    async def faerdige(self) -> int:
        return await self.o.bagende.antal()


def parallel_consumer(o: Opstilling, samtidige: int = 512, portion: int = 2_000) -> Arm:
    """With its best setting of sweep.csv, without delay and with 50 ms."""
    sti = os.pathsep.join([str(JAR), f"{JAR.parent}/lib/*"])
    return _Fremmed(
        o, "parallel-consumer", samtidige=samtidige, portion=portion, kommando=["java", "-cp", sti, "benk.Arm"]
    )


def asyncio_loop(o: Opstilling, samtidige: int = 256, portion: int = 1000) -> Arm:
    kommando = [sys.executable, "-m", "benchmarks.asyncio_loop"]
    return _Fremmed(o, "asyncio-loop", samtidige=samtidige, portion=portion, kommando=kommando)
