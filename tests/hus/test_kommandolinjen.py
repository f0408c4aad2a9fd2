"""The command line: every command of the interface with its options and ``--json``, and refusals that say what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.cli import app, main
from sandbox.embedded.proces import ledige_porte

#: Command -> arguments and options that the interface names.
KOMMANDOER = {
    "demo": set(),
    "serve": {"--roles"},
    "migrate": set(),
    "topics": set(),
    "sandbox": set(),
    "dlq list": set(),
    "dlq show": {"dlq_id"},
    "dlq retry": {"ids", "--kode", "--begrundelse"},
    "dlq replace": {"dlq_id", "--fil", "--begrundelse"},
    "dlq skip": {"ids", "--kode", "--begrundelse"},
    "citizen": {"pseudonym"},
    "status": set(),
    "statistik": set(),
    "contracts": set(),
    "regime vis": set(),
    "regime luk": {"--regime", "--dato", "--akasse", "--aarsagskode"},
    "proev": {"fil"},
    "genudsend": {"--part", "--fra", "--borger"},
    "koder": {"--aendringer", "--fra"},
}


def _kommandoer(gruppe: Any, foran: str = "") -> dict[str, Any]:
    ud: dict[str, Any] = {}
    for navn, k in gruppe.commands.items():
        ud |= _kommandoer(k, f"{foran}{navn} ") if hasattr(k, "commands") else {f"{foran}{navn}": k}
    return ud


@pytest.fixture(scope="module")
def kommandoer() -> dict[str, Any]:
    return _kommandoer(typer.main.get_command(app))


def _navne(k: Any) -> set[str]:
    """Its options, and the names of its arguments."""
    return {n for p in k.params for n in ([p.name] if p.param_type_name == "argument" else p.opts)}


@pytest.mark.parametrize("navn", KOMMANDOER)
def test_a_command_of_the_interface_is_there_with_its_options(kommandoer: dict[str, Any], navn: str) -> None:
    assert KOMMANDOER[navn] <= _navne(kommandoer[navn])


def test_every_command_has_json(kommandoer: dict[str, Any]) -> None:
    assert {n for n, k in kommandoer.items() if "--json" not in _navne(k)} == set()


@pytest.fixture
def koer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs ``gateway ARGUMENTS`` with this environment: exit code, stdout, stderr."""

    def kald(argumenter: list[str], miljoe: dict[str, str]) -> tuple[int, str, str]:
        for navn in [n for n in os.environ if n.startswith("GATEWAY_")]:
            monkeypatch.delenv(navn)
        monkeypatch.setenv("GATEWAY_DATA_DIR", str(tmp_path / "data"))
        for navn, vaerdi in miljoe.items():
            monkeypatch.setenv(navn, vaerdi)
        monkeypatch.setattr(sys, "argv", ["gateway", *argumenter])
        with pytest.raises(SystemExit) as slut:
            main()
        ud = capsys.readouterr()
        return int(slut.value.code or 0), ud.out, ud.err

    return kald


@pytest.mark.parametrize(
    ("argumenter", "miljoe", "kode", "siger"),
    [
        (["serve", "--roles", "consume,levering"], {}, 2, "there is no levering"),
        (["status"], {"GATEWAY_DATABASE__URI": "x"}, 2, "GATEWAY_DATABASE__URI"),
        (["status"], {"GATEWAY_DATABASE__URL": "postgresql://x@127.0.0.1:PORT/x"}, 3, "PostgreSQL does not answer"),
        (["migrate"], {"GATEWAY_DATABASE__URL": "postgresql://x@127.0.0.1:PORT/x"}, 3, "PostgreSQL does not answer"),
        (["topics"], {"GATEWAY_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:PORT"}, 3, "Kafka does not answer"),
        (["topics", "--akasse", "01", "--principal", "User:{kommune}"], {}, 2, "--principal"),
        (["dlq", "retry", "--begrundelse", "x"], {}, 2, "--kode"),
        (["dlq", "skip", "--kode", "4999"], {}, 2, "--begrundelse"),
        (["dlq", "retry", "4999", "--begrundelse", "x"], {}, 2, "UUID"),
        (["regime", "luk", "--regime", "lov-2030", "--dato", "2026-06-30"], {}, 2, "forsoeg-2020"),
        (["regime", "luk", "--regime", "lov-2024", "--dato", "30-06-2026"], {}, 2, "YYYY-MM-DD"),
        (["genudsend", "--part", "akasse", "--fra", "2026-03-01"], {}, 2, "akasse.<kode>"),
        (["genudsend", "--part", "akasse.09", "--fra", "i går"], {}, 2, "--fra"),
        (["statistik", "--fra", "2026"], {}, 2, "--fra"),
        (["koder", "--fra", "i går"], {}, 2, "--fra"),
        (["proev", "findes-ikke.json"], {}, 2, "findes-ikke.json"),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_with_its_code(
    koer: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    argumenter: list[str],
    miljoe: dict[str, str],
    kode: int,
    siger: str,
) -> None:
    (port,) = ledige_porte(1)
    svar, ud, fejl = koer(argumenter, {n: v.replace("PORT", str(port)) for n, v in miljoe.items()})
    assert (svar, ud) == (kode, "")
    assert siger in fejl
    assert "Traceback" not in fejl
    # Nothing was started to find that out.
    assert not (tmp_path / "data" / "kafka").exists()
    assert not (tmp_path / "data" / "postgres").exists()


def test_contracts_names_what_it_wrote(koer: Callable[..., tuple[int, str, str]], rod: Path) -> None:
    kode, ud, _ = koer(["contracts", "--json"], {})
    filer = json.loads(ud)["filer"]
    assert kode == 0
    assert str(rod / "contracts" / "schema" / "asyncapi.yaml") in filer
    assert all(Path(f).is_file() for f in filer)


@pytest.mark.parametrize(
    ("url", "siger"),
    [
        ("https://dfdg.example.dk", "GATEWAY_RULES__FRIKOMMUNER"),
        ("http://dfdg.example.dk", "plain http only to a loopback address"),
    ],
)
def test_M3_a_production_that_is_not_set_up_does_not_start(tmp_path: Path, url: str, siger: str) -> None:
    uden = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAY_")}
    svar = subprocess.run(
        [sys.executable, "-c", "from gateway.cli import main; main()", "serve", "--json"],
        env={**uden, "GATEWAY_DATA_DIR": str(tmp_path / "data"), "GATEWAY_DFDG__BASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (svar.returncode, svar.stdout) == (2, "")
    assert siger in svar.stderr
    assert not (tmp_path / "data").exists()
