"""``gateway doctor``: each fault is made, and found by its line; what is well is said to be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from gateway import kafkaadgang
from gateway.doktor import certifikater as certifikatlaegen
from gateway.doktor import kafka as kafkalaegen
from gateway.doktor import undersoeg
from gateway.doktor.database import ur
from gateway.doktor.fund import Fund
from gateway.kafkaadgang import Adgang, partens_adgange, saet_adgange
from gateway.kafkaforbindelse import opret_topics, partens_topics
from gateway.settings import Settings
from producers.dfdg.ping import _skaevhed
from producers.dfdg.session import Ledningssvar
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka, KafkaAdresse
from sandbox.embedded.proces import ledige_porte
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ledger.byg import placeret

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)


def staar(fund: list[Fund], emne: str) -> list[tuple[str, str]]:
    return [(f.stand.value, f.tekst) for f in fund if f.emne == emne]


def ene(fund: list[Fund], emne: str, stand: str) -> str:
    """The one line of that matter which stands so; every line that is not ok says what helps."""
    assert all(f.loesning for f in fund if f.stand != "ok")
    fundne = [f.tekst for f in fund if f.emne == emne and f.stand == stand]
    assert len(fundne) == 1, "\n".join(map(str, fund))
    return fundne[0]


# --- the whole, on a running stack ---------------------------------------------------------------------------


def _settings(o: Opstilling, monkeypatch: pytest.MonkeyPatch, **andre: str) -> Settings:
    for navn, vaerdi in {**o.env(), **andre}.items():
        if navn.startswith("GATEWAY_"):
            monkeypatch.setenv(navn, vaerdi)
    return Settings()


@pytest.mark.ende_til_ende
@pytest.mark.kafka
@pytest.mark.postgres
async def test_every_fault_of_a_running_installation_is_found(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01"]) as o:
        h = placeret(str(uuid4()))
        h["data"]["cpr"] = Personregister().ny()
        await o.start()
        await o.udgiv("akasse.01.haendelser.v1", [(b"p", json.dumps(h).encode(), [])])
        await o.vent("select count(*) = 1 from haendelse where status = 'registreret'")
        await o.vent("select count(*) > 0 and bool_and(laest is not null) from kodeliste", sekunder=60)

        async def se(**andre: str) -> list[Fund]:
            return await undersoeg(_settings(o, monkeypatch, **andre))

        # Well: by the command, with its exit code, and a running gateway beside it.
        kode, ud = await o.kommando("doctor", "--json")
        svar = json.loads(ud)
        assert (kode, svar["ok"]) == (0, True), svar
        assert {f["emne"] for f in svar["fund"] if f["stand"] == "ok"} == {
            "opsætning", "certifikat", "kafka", "kafka-topics", "database", "ur", "migrationer", "disk", "snapshots", "kodelister", "dfdg",
        }  # fmt: skip
        assert any("16 tjenester svarer" in f["tekst"] for f in svar["fund"])
        kode, ud = await o.kommando("doctor")
        assert kode == 0
        assert len(ud.splitlines()) < 40, "one screen"
        # DFDG.
        nede = await o.styring.bestil(Forstyrrelse(art="nede"))
        assert "DFDG svarer ikke" in ene(await se(), "dfdg", "fejl")
        assert (await o.kommando("doctor"))[0] == 1
        await o.styring.ryd(nede.nummer)
        adresser = tmp_path / "adresser.csv"
        adresser.write_text(f"tjeneste;url\nFravaerService;{o.dfdg.base_url}/findes-ikke\n")
        assert "FravaerService som 01: http_404" in ene(await se(GATEWAY_DFDG__ADRESSER=str(adresser)), "dfdg", "fejl")
        adresser.write_text("tjeneste;url\n")
        tom = tmp_path / "tom"
        tom.mkdir()
        fund = await se(GATEWAY_DFDG__CLIENT_CERTIFICATE=str(tom))
        assert "a-kasse 01 har intet klientcertifikat" in ene(fund, "certifikat", "fejl")
        _settings(o, monkeypatch)
        # Kafka.
        (port,) = ledige_porte(1)
        fund = await se(GATEWAY_KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{port}")
        assert "Kafka svarer ikke" in ene(fund, "kafka", "fejl")
        assert staar(fund, "dfdg")[0][0] == "ok", "what is away hides nothing else"
        # The database.
        fund = await se(GATEWAY_DATABASE__URL=f"postgresql://x@127.0.0.1:{port}/x")
        assert "PostgreSQL svarer ikke" in ene(fund, "database", "fejl")
        assert "der læses ikke fra Kafka" in ene(await se(GATEWAY_DATABASE__HOEJST_GB="0.001"), "disk", "fejl")
        monkeypatch.setenv("GATEWAY_DATABASE__HOEJST_GB", "100")
        conn = await asyncpg.connect(o.dsn)
        try:
            await conn.execute("update kodeliste set laest = now() - interval '50 hours'")
            assert "50 timer" in ene(await se(), "kodelister", "advarsel")
            await conn.execute("update kanal set tilstand = 'adgang', naeste_proeve = now() + interval '1 hour'")
            assert "FravaerService som 01 (adgang)" in ene(await se(), "kanaler", "advarsel")
            await conn.execute("insert into migration (nr, navn) values (9999, '9999_fremtid.sql')")
            assert "9999_fremtid.sql" in ene(await se(), "migrationer", "advarsel")
            await conn.execute("delete from migration where nr = 9999")
            sidste = await conn.fetchval("select navn from migration order by nr desc limit 1")
            await conn.execute("delete from migration where navn = $1", sidste)
            assert f"mangler {sidste}" in ene(await se(), "migrationer", "fejl")
            assert (await o.kommando("doctor", "--json"))[0] == 1
            fund = await undersoeg(_settings(o, monkeypatch), foer_opgradering=True)
            assert f"kører {sidste}" in ene(fund, "migrationer", "ok")
            await conn.execute("insert into migration (nr, navn) values ($1, $2)", int(sidste[:4]), sidste)
            # Before an upgrade.
            await conn.execute("update registrering set fase = 'i_tvivl', tvivl_siden = now()")
            fund = await undersoeg(_settings(o, monkeypatch), foer_opgradering=True)
            tekster = [t for s, t in staar(fund, "opgradering") if s == "advarsel"]
            assert any("1 registreringer er i tvivl" in t for t in tekster)
            assert any("ikke arkiveret" in t for t in tekster)
        finally:
            await conn.close()


async def test_settings_that_are_wrong_are_told_with_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (port,) = ledige_porte(1)
    monkeypatch.setenv("GATEWAY_DFDG__BASE_URL", "http://dfdg.example.dk")
    monkeypatch.setenv("GATEWAY_DATABASE__URL", f"postgresql://x@127.0.0.1:{port}/x")
    monkeypatch.setenv("GATEWAY_KAFKA__BOOTSTRAP_SERVERS", f"127.0.0.1:{port}")
    monkeypatch.setenv("GATEWAY_DATA_DIR", str(tmp_path))
    fund = await undersoeg(Settings())
    assert "plain http only" in ene(fund, "opsætning", "fejl")
    assert {f.emne for f in fund if f.stand == "fejl"} >= {"opsætning", "kafka", "database", "dfdg"}


# --- certificates ---------------------------------------------------------------------------------------------


@pytest.fixture
def laeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Fund]]:
    """Looks at one client certificate that is so."""
    mappe = tmp_path / "klienter"
    mappe.mkdir()
    monkeypatch.setenv("GATEWAY_DFDG__BASE_URL", "https://127.0.0.1:1")
    monkeypatch.setenv("GATEWAY_DFDG__CLIENT_CERTIFICATE", str(mappe))

    def se(pem: bytes) -> list[Fund]:
        (mappe / "01.pem").write_bytes(pem)
        return certifikatlaegen.kontroller(Settings(), NU, ["01"])

    return se


def _pem(ca: trustme.CA, slutter: datetime, begynder: datetime = NU - timedelta(days=100)) -> bytes:
    c = ca.issue_cert("akasse-01.test", not_before=begynder, not_after=slutter)
    return c.private_key_and_cert_chain_pem.bytes()


@pytest.mark.parametrize(
    ("slutter", "begynder", "stand", "siger"),
    [
        (NU + timedelta(days=400), NU - timedelta(days=1), "ok", "om 400 dage"),
        (NU + timedelta(days=30), NU - timedelta(days=1), "ok", "om 30 dage"),
        (NU + timedelta(days=29, hours=23), NU - timedelta(days=1), "advarsel", "om 29 dage"),
        (NU + timedelta(hours=1), NU - timedelta(days=1), "advarsel", "om 0 dage"),
        (NU, NU - timedelta(days=1), "fejl", "udløb 2026-03-01"),
        (NU + timedelta(days=400), NU + timedelta(days=2), "fejl", "gælder først fra 2026-03-03"),
    ],
)
def test_how_long_a_certificate_lasts(
    laeg: Callable[..., list[Fund]], slutter: datetime, begynder: datetime, stand: str, siger: str
) -> None:
    assert siger in ene(laeg(_pem(trustme.CA(), slutter, begynder)), "certifikat", stand)


def test_key_chain_and_form_of_a_certificate(laeg: Callable[..., list[Fund]]) -> None:
    rod = trustme.CA()
    mellem = rod.create_child_ca()
    blad = mellem.issue_cert("akasse-01.test", not_before=NU - timedelta(days=1), not_after=NU + timedelta(days=300))
    noegle = blad.private_key_pem.bytes()
    kaede = [b.bytes() for b in blad.cert_chain_pems]
    assert ene(laeg(noegle + b"".join(kaede)), "certifikat", "ok")
    # The issuer is another than the one that stands behind it.
    fremmed = trustme.CA().cert_pem.bytes()
    assert "kæden" in ene(laeg(noegle + kaede[0] + fremmed), "certifikat", "fejl")
    assert "nøglen" in ene(laeg(b"".join(kaede)), "certifikat", "fejl")
    andens = rod.issue_cert("anden.test").private_key_pem.bytes()
    assert "nøglen" in ene(laeg(andens + b"".join(kaede)), "certifikat", "fejl")
    assert "PEM" in ene(laeg(b"ikke et certifikat"), "certifikat", "fejl")


# --- clocks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sekunder", "stand"), [(0.4, "ok"), (-1.9, "ok"), (2.0, "advarsel"), (-59, "advarsel"), (-90, "fejl")]
)
def test_clocks_that_differ(sekunder: float, stand: str) -> None:
    assert ur("DFDG's ur", sekunder).stand == stand


@pytest.mark.parametrize(("forskel", "mindst", "hoejst"), [(0, -1.5, 1.5), (120, 118, 122), (-3600, -3602, -3598)])
def test_dfdgs_clock_is_read_from_its_answers(forskel: int, mindst: float, hoejst: float) -> None:
    tid = datetime.now(UTC) + timedelta(seconds=forskel)
    svar = Ledningssvar(200, dato=tid.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    skaev = _skaevhed(svar, 0.01)
    assert skaev is not None
    assert mindst < skaev < hoejst
    assert _skaevhed(Ledningssvar(200, dato="i går"), 0.01) is None
    assert _skaevhed(Ledningssvar(200), 0.01) is None


# --- Kafka ----------------------------------------------------------------------------------------------------


@pytest.mark.kafka
async def test_topics_that_are_missing_or_set_otherwise(kafka: KafkaAdresse, monkeypatch: pytest.MonkeyPatch) -> None:
    s = _kafka_settings(kafka.bootstrap_servers, monkeypatch)
    kode = f"d{uuid4().hex[:6]}"
    topics = partens_topics("akasse", kode)
    await opret_topics(s.kafka, ["gateway.dlq.v1", *topics])
    part = [("akasse", kode)]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        for navn, vaerdi, siger, stand in (
            ("cleanup.policy", "compact", "komprimeres", "fejl"),
            ("max.message.bytes", "1000000", "8 MiB", "advarsel"),
            ("retention.ms", "3600000", "slettes inden for 3 dage", "advarsel"),
        ):
            godt = {"cleanup.policy": "delete", "max.message.bytes": "9437184"}
            await _saet(admin, topics[0], {**godt, navn: vaerdi})
            assert topics[0] in await _siger(s, part, stand, siger)
            await _saet(admin, topics[0], godt)
        await admin.delete_topics([topics[2]])
        assert await _siger(s, part, "fejl", "mangler") == f"1 topics mangler: {topics[2]}"
    finally:
        await admin.delete_topics([t for t in await admin.list_topics() if kode in t])
        await admin.close()


async def _siger(s: Settings, part: list[tuple[str, str]], stand: str, siger: str) -> str:
    """The line that says so: the brokers know of a change a moment after it was made."""
    for _ in range(100):
        fund = await kafkalaegen.kontroller(s, part, "", "")
        tekster = [f.tekst for f in fund if (f.emne, f.stand) == ("kafka-topics", stand) and siger in f.tekst]
        if tekster:
            assert len(tekster) == 1
            return tekster[0]
        await asyncio.sleep(0.1)
    raise AssertionError("\n".join(map(str, fund)))


async def _saet(admin: Any, topic: str, vaerdier: dict[str, str]) -> None:
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, vaerdier)])


def _kafka_settings(adresse: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GATEWAY_KAFKA__BOOTSTRAP_SERVERS", adresse)
    return Settings()


async def test_acls_as_each_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = IndlejretKafka(
        tmp_path,
        ekstra={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        },
    )
    s = _kafka_settings((await server.start()).bootstrap_servers, monkeypatch)
    parter = [("akasse", "01"), ("jobcenter", "0101")]
    try:
        await opret_topics(s.kafka, ["gateway.dlq.v1", *(t for p in parter for t in partens_topics(*p))])

        async def se() -> list[Fund]:
            return await kafkalaegen.kontroller(s, parter, "User:{art}-{kode}", "User:gateway")

        assert "User:akasse-01" in ene(await se(), "kafka-acl", "fejl")
        await saet_adgange(s.kafka, kafkaadgang.gatewayens_adgange(parter, "User:gateway", s.kafka.group_id))
        await saet_adgange(s.kafka, partens_adgange("akasse", "01", "User:akasse-01"))
        await saet_adgange(s.kafka, partens_adgange("jobcenter", "0101", "User:jobcenter-0101")[1:])
        assert ene(await se(), "kafka-acl", "fejl") == "adgange mangler: User:jobcenter-0101 (1)"
        await saet_adgange(s.kafka, partens_adgange("jobcenter", "0101", "User:jobcenter-0101"))
        assert ene(await se(), "kafka-acl", "ok") == "2 parter og gatewayen har hver deres egne topics"
        # A party that can read another's answers.
        laes = partens_adgange("akasse", "01", "User:jobcenter-0101")
        await saet_adgange(s.kafka, [a for a in laes if a.ressource == "akasse.01.kvitteringer.v1"])
        tekst = ene(await se(), "kafka-acl", "fejl")
        assert "for vid adgang: User:jobcenter-0101 på akasse.01.kvitteringer.v1" in tekst
        await saet_adgange(s.kafka, [Adgang(kafkaadgang.TOPIC, "akasse.", kafkaadgang.PRAEFIKS, "User:akasse-01", 3)])
        assert "User:akasse-01 på akasse." in ene(await se(), "kafka-acl", "fejl")
    finally:
        await server.stop()


@pytest.mark.kafka
async def test_a_cluster_that_has_no_acls_is_told(kafka: KafkaAdresse, monkeypatch: pytest.MonkeyPatch) -> None:
    s = _kafka_settings(kafka.bootstrap_servers, monkeypatch)
    fund = await kafkalaegen.kontroller(s, [], "User:{art}-{kode}", "User:gateway")
    assert "adgangene kan ikke læses" in ene(fund, "kafka-acl", "fejl")
