"""Fixtures that several suites share: one Kafka and one PostgreSQL a session, a fresh database a test.

They come from containers when Docker answers, otherwise (or when a container does not come up) from the embedded
packages; both ways give the same fixtures, set alike. The Docker way is unproved where no Docker engine runs.

``make test`` runs it in two processes (pytest-xdist), for what takes time waits for Kafka. A file's tests stay in one process,
and so do a whole folder's where they share a running gateway; each process has a Kafka and a PostgreSQL of its own.
With ``ARBEJDERE=0`` everything runs in one, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from xdist.scheduler import LoadScopeScheduling

from sandbox.embedded import kafka as indlejret_kafka
from sandbox.embedded import postgres as indlejret_postgres
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka, KafkaAdresse
from sandbox.embedded.postgres import IndlejretPostgres
from sandbox.embedded.proces import ledige_porte
from tests.emner import slet_topics

# Properties are tried on the same examples every time (pyproject's --hypothesis-seed), so that a change is judged by what it
# changed; ``make egenskaber`` searches on, with other examples each time (the seed is printed).
hypothesis.settings.register_profile("ens", database=None, deadline=None)
hypothesis.settings.register_profile("soeg", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ens"))

_COMPOSE = Path(__file__).parents[1] / "docker-compose.yml"


# --- more than one process --------------------------------------------------------------------------------

#: What takes longest begins first, so that the processes end together; the rest as it was found.
_FOERST = (
    "tests/kaos/test_kort.py",
    "tests/replikaer/",
    "tests/ende_til_ende/",
    "tests/demo/test_ende_til_ende.py",
    "tests/fejlmatrix/",
    "tests/embedded/",
    "tests/model/",
    "tests/graenseflade/",
    "tests/regler/test_lovlige_registreringer.py",
)
#: Folders whose files share a running gateway.
_SAMLET = ("tests/fejlmatrix/", "tests/konsol/")


def _sammen(nodeid: str) -> str:
    """What a test belongs with: its file, or the folder whose files share a running gateway."""
    fil = nodeid.split("::")[0]
    return next((m for m in _SAMLET if fil.startswith(m)), fil)


class _Fordeling(LoadScopeScheduling):
    """Files, and those folders, whole to one process each. (``--dist loadgroup`` writes the group behind the test's id, which
    pytest from 9.2 on makes anew: every test would be a group of its own.)"""

    def _split_scope(self, nodeid: str) -> str:
        return _sammen(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _Fordeling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In each of several processes: the longest first."""
    if not hasattr(config, "workerinput"):
        return

    def tur(item: pytest.Item) -> int:
        return next((nr for nr, sti in enumerate(_FOERST) if item.nodeid.startswith(sti)), len(_FOERST))

    items.sort(key=tur)


# --- no test is passed over unseen ------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ``GATEWAY_INGEN_SPRUNGNE`` = 1 (as in CI) a skipped test makes the run fail."""
    rapport: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("GATEWAY_INGEN_SPRUNGNE") != "1" or rapport is None or not rapport.stats.get("skipped"):
        return
    rapport.write_line("\na test was skipped, and none may be here (GATEWAY_INGEN_SPRUNGNE)", red=True)
    if session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# --- containers -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def docker() -> bool:
    """Whether a Docker engine on this machine answers, and may be used (``GATEWAY_TEST_UDEN_DOCKER`` says no)."""
    if os.environ.get("GATEWAY_TEST_UDEN_DOCKER") or shutil.which("docker") is None:
        return False
    if not os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"):
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=5, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _billede(tjeneste: str) -> str:
    """The image that the compose file pins."""
    billede: str = yaml.safe_load(_COMPOSE.read_text())["services"][tjeneste]["image"]
    return billede


def _container(
    tjeneste: str, port: int, indre_port: int, miljoe: dict[str, str], kommando: list[str], data: Path | None = None
) -> Any:
    """A container that is started; None when it could not be, with a warning that says why.

    ``data``: a folder that it finds under the same path and owns, so that tests can look at its files.
    """
    billede = _billede(tjeneste)
    try:
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(billede).with_envs(**miljoe).with_bind_ports(indre_port, port)
        if kommando:
            container = container.with_command(kommando)
        if data is not None:
            container = container.with_volume_mapping(str(data), str(data), "rw")
            if os.getuid() != 0:
                container = container.with_kwargs(user=f"{os.getuid()}:{os.getgid()}")
        return container.start()
    except Exception as fejl:
        warnings.warn(f"{billede} did not start ({type(fejl).__name__}): the embedded one serves", stacklevel=2)
        return None


@contextlib.contextmanager
def _stoppes(container: Any) -> Iterator[None]:
    try:
        yield
    finally:
        if container is not None:
            container.stop()


def _kafkacontainer(port: int) -> Any:
    indstillinger = {
        **indlejret_kafka.SERVERINDSTILLINGER,
        # Clients are told the address that they came by, so the port is the same inside and outside.
        "listeners": f"PLAINTEXT://:{port},CONTROLLER://:9093",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.quorum.voters": "1@localhost:9093",
    }
    miljoe = {"KAFKA_" + navn.upper().replace(".", "_"): vaerdi for navn, vaerdi in indstillinger.items()}
    return _container("kafka", port, port, {**miljoe, "CLUSTER_ID": "l9Hkzn0NQ7uiWZXcIxwnIg"}, [])


def _postgrescontainer(port: int, kodeord: str, data: Path) -> Any:
    indstillinger = {n: v for n, v in indlejret_postgres.INDSTILLINGER.items() if n != "listen_addresses"}
    kommando = ["postgres", *(x for n, v in indstillinger.items() for x in ("-c", f"{n}={v}"))]
    miljoe = {"POSTGRES_USER": "gateway", "POSTGRES_DB": "gateway", "POSTGRES_PASSWORD": kodeord}
    return _container("postgres", port, 5432, {**miljoe, "PGDATA": str(data)}, kommando, data)


async def _kafka_svarer(bootstrap_servers: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=2000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()


async def _postgres_svarer(dsn: str) -> bool:
    try:
        conn = await asyncpg.connect(dsn, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await conn.close()
    return True


# --- what tests take --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory, docker: bool) -> AsyncIterator[KafkaAdresse]:
    """A real Kafka, one for the session; every test uses topics of its own parties."""
    (port,) = ledige_porte(1)
    container = _kafkacontainer(port) if docker else None
    with _stoppes(container):
        if container is not None:
            adresse = f"127.0.0.1:{port}"
            for _ in range(240):
                if await _kafka_svarer(adresse):
                    klassesti = await asyncio.to_thread(indlejret_kafka.klassesti)
                    yield KafkaAdresse(adresse, indlejret_kafka.java(), klassesti)
                    return
                await asyncio.sleep(0.25)
            warnings.warn("Kafka's container did not answer: the embedded one serves", stacklevel=1)
    server = IndlejretKafka(tmp_path_factory.mktemp("kafka"))
    yield await server.start()
    await server.stop()


@pytest.fixture
async def tom_kafka(kafka: KafkaAdresse) -> AsyncIterator[KafkaAdresse]:
    """The session's Kafka without any topic of the interface, before the test and after it."""
    await slet_topics(kafka)
    yield kafka
    await slet_topics(kafka)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory, docker: bool) -> AsyncIterator[str]:
    """A real PostgreSQL, one for the session: the DSN of its first database."""
    (port,) = ledige_porte(1)
    kodeord = uuid4().hex
    container = _postgrescontainer(port, kodeord, tmp_path_factory.mktemp("pgdata")) if docker else None
    with _stoppes(container):
        if container is not None:
            dsn = f"postgresql://gateway:{kodeord}@127.0.0.1:{port}/gateway"
            for _ in range(240):
                if await _postgres_svarer(dsn):
                    yield dsn
                    return
                await asyncio.sleep(0.25)
            warnings.warn("PostgreSQL's container did not answer: the embedded one serves", stacklevel=1)
    server = IndlejretPostgres(tmp_path_factory.mktemp("pg"))
    yield await server.start()
    await server.stop()


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    """A fresh database: its DSN."""
    navn = f"t_{uuid4().hex[:12]}"
    conn = await asyncpg.connect(postgres)
    await conn.execute(f'create database "{navn}"')
    yield urlsplit(postgres)._replace(path=f"/{navn}").geturl()
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
