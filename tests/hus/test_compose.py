"""docker-compose.yml can't be run where no Docker engine is, so it is held against what the embedded stack does."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.settings import Settings
from sandbox.embedded import kafka, postgres


@pytest.fixture(scope="module")
def compose(rod: Path) -> dict[str, Any]:
    indhold: dict[str, Any] = yaml.safe_load((rod / "docker-compose.yml").read_text())
    return indhold


@pytest.fixture(scope="module")
def skema(rod: Path) -> jsonschema.Draft7Validator:
    """The Compose Specification's own schema; see the folder's README for where it is from."""
    return jsonschema.Draft7Validator(json.loads((rod / "tests/hus/compose_spec/compose-spec.json").read_text()))


def test_it_keeps_to_the_compose_specification(compose: dict[str, Any], skema: jsonschema.Draft7Validator) -> None:
    assert [f"{'/'.join(map(str, f.path))}: {f.message}" for f in skema.iter_errors(compose)] == []


@pytest.mark.parametrize(
    "fejl",
    [
        lambda c: c["services"]["kafka"].update(imege="apache/kafka"),
        lambda c: c["services"]["gateway"].update(depends_on={"kafka": {"condition": "healthy"}}),
        lambda c: c["services"]["postgres"].update(healthcheck={"tries": 12}),
        lambda c: c.update(service={}),
    ],
)
def test_the_specification_would_tell(
    compose: dict[str, Any], skema: jsonschema.Draft7Validator, fejl: Callable[[dict[str, Any]], None]
) -> None:
    forkert = copy.deepcopy(compose)
    fejl(forkert)
    assert not skema.is_valid(forkert)


def test_every_service_that_runs_on_is_checked_for_health_and_waited_for(compose: dict[str, Any]) -> None:
    tjenester = compose["services"]
    for navn, tjeneste in tjenester.items():
        if navn != "migrate":  # ends when the schema is up
            assert tjeneste["healthcheck"]["test"], navn
        for anden, krav in tjeneste.get("depends_on", {}).items():
            ventet = "service_completed_successfully" if anden == "migrate" else "service_healthy"
            assert krav["condition"] == ventet, f"{navn} on {anden}"


def test_data_lie_on_volumes_that_are_declared(compose: dict[str, Any], rod: Path) -> None:
    brugte = set()
    for navn, tjeneste in compose["services"].items():
        for kilde in (v.split(":")[0] for v in tjeneste.get("volumes", [])):
            if kilde.startswith("./"):
                assert (rod / kilde).is_file(), f"{navn}: {kilde}"
            elif not kilde.startswith("${"):
                brugte.add(kilde)
    assert brugte == set(compose["volumes"])
    kafka_ = compose["services"]["kafka"]
    assert f"kafka:{kafka_['environment']['KAFKA_LOG_DIRS']}" in kafka_["volumes"]
    # Without one of its own, a container made anew would not know the volume's data.
    assert re.fullmatch(r"[\w-]{22}", kafka_["environment"]["CLUSTER_ID"])


def test_the_gateways_settings_are_ones_that_it_has_and_make_a_production(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    givet = {"POSTGRES_PASSWORD": "x", "DFDG_BASE_URL": "https://dfdg.example.dk", "GATEWAY_PSEUDONYM_KEY": "n" * 32}
    (tmp_path / "klienter").mkdir()
    (tmp_path / "ca.pem").touch()

    def udfyld(m: re.Match[str]) -> str:
        if m["tegn"] == ":?":
            return givet[m["navn"]]  # one that must be named by the user
        return m["ellers"]

    for navn, vaerdi in compose["services"]["gateway"]["environment"].items():
        fyldt = re.sub(r"\$\{(?P<navn>\w+)(?P<tegn>:[?-])(?P<ellers>[^}]*)\}", udfyld, vaerdi)
        monkeypatch.setenv(navn, fyldt.replace("/certifikater", str(tmp_path)))
    settings = Settings()
    settings.kontroller()
    assert settings.produktion
    assert settings.miljoe == "test"
    assert compose["services"]["migrate"]["environment"] == compose["services"]["gateway"]["environment"]


def test_kafka_is_set_as_the_embedded_one(compose: dict[str, Any]) -> None:
    miljoe = compose["services"]["kafka"]["environment"]
    for navn, vaerdi in kafka.SERVERINDSTILLINGER.items():
        assert miljoe["KAFKA_" + navn.upper().replace(".", "_")] == vaerdi, navn


def test_kafka_is_the_embedded_version(compose: dict[str, Any]) -> None:
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{kafka.VERSION}"


def test_postgres_is_set_as_the_embedded_one(compose: dict[str, Any]) -> None:
    argumenter = compose["services"]["postgres"]["command"]
    for navn, vaerdi in postgres.INDSTILLINGER.items():
        if navn != "listen_addresses":  # the embedded one listens on a unix socket only
            assert f"{navn}={vaerdi}" in argumenter, navn


def test_postgres_is_the_embedded_version(compose: dict[str, Any]) -> None:
    svar = subprocess.run(
        [postgres.IndlejretPostgres._bin("postgres"), "--version"], capture_output=True, text=True, check=True
    )
    assert compose["services"]["postgres"]["image"] == f"postgres:{svar.stdout.split()[2]}"


def test_every_image_is_pinned(compose: dict[str, Any]) -> None:
    for navn, tjeneste in compose["services"].items():
        if "image" in tjeneste:
            maerke = tjeneste["image"].rpartition(":")[2]
            assert maerke[:1].isdigit() or maerke[1:2].isdigit(), navn


def test_the_users_entries_are_there(rod: Path) -> None:
    for navn in (
        "gateway",
        "contracts",
        "consumers",
        "producers",
        "tests",
        "docker-compose.yml",
        "pyproject.toml",
        "README.md",
    ):
        assert (rod / navn).exists(), navn
