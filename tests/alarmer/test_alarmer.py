"""The alarms, tried by promtool on worlds of two replicas: each fires, keeps silent, and is one alarm an episode."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gateway.ledger.maaling import TAVS_EFTER, UBESVARET_EFTER
from gateway.ledger.snapshots import GAMMELT
from tests.alarmer.byg import ALARMER, alarmer, promtool, sager, skriv

pytestmark = pytest.mark.skipif(promtool() is None, reason="promtool is not installed (deploy/systempakker.sh)")


def _promtool(*argumenter: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(promtool()), *argumenter], capture_output=True, text=True, check=False)


def test_the_rules_are_rules() -> None:
    svar = _promtool("check", "rules", str(ALARMER))
    assert svar.returncode == 0, svar.stdout + svar.stderr


def test_every_alarm_has_its_case_and_every_case_its_alarm() -> None:
    assert sager().keys() == alarmer().keys()


def test_the_alarms_call_silent_and_overdue_what_the_console_does() -> None:
    tavs, ubesvaret = alarmer()["PartTavs"]["expr"], alarmer()["OverdragelserUafhentede"]["expr"]
    for part, dage in TAVS_EFTER.items():
        assert f'{{part=~"{part}.*"}}) >= {dage} ' in tavs
    assert ubesvaret.rstrip().endswith(f">= {UBESVARET_EFTER}")
    assert alarmer()["GammeltSnapshot"]["expr"].rstrip().endswith(f"> {GAMMELT:.0f}")


@pytest.mark.parametrize("navn", sorted(sager()))
def test_it_fires_keeps_silent_and_is_one_alarm_an_episode(navn: str, tmp_path: Path) -> None:
    svar = _promtool("test", "rules", str(skriv(tmp_path, navn, ALARMER.read_text())))
    assert svar.returncode == 0, svar.stdout + svar.stderr


@pytest.mark.parametrize(
    ("gammel", "ny", "alarm"),
    [
        ("keep_firing_for: 10m", "keep_firing_for: 1m", "ModtagelsePauset"),
        ("max without (instance, job) (gateway_spaerringer)", "gateway_spaerringer", "SpaerringSat"),
        ("unless on () gateway:dfdg_vaek > 0\n        for: 2m", "      \n        for: 2m", "DfdgTjenesteNede"),
    ],
)
def test_a_broken_rule_would_tell(tmp_path: Path, gammel: str, ny: str, alarm: str) -> None:
    tekst = ALARMER.read_text()
    assert gammel in tekst
    svar = _promtool("test", "rules", str(skriv(tmp_path, alarm, tekst.replace(gammel, ny))))
    assert svar.returncode != 0
    assert "FAILED" in svar.stdout + svar.stderr
