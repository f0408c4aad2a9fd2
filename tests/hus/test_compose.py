"""docker-compose.yml can't be run where no Docker engine is, so it is held against what the embedded stack does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.embedded import kafka, postgres


@pytest.fixture(scope="module")
def compose(rod: Path) -> dict[str, Any]:
    indhold: dict[str, Any] = yaml.safe_load((rod / "docker-compose.yml").read_text())
    return indhold


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
