"""The dashboards, as they are given to Grafana: their questions can be asked, and compose provisions every one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alarmer.byg import RODEN, promtool

TAVLER = sorted((RODEN / "deploy/grafana/tavler").glob("*.json"))


def tavle(fil: Path) -> dict[str, Any]:
    indhold: dict[str, Any] = json.loads(fil.read_text())
    return indhold


@pytest.mark.skipif(promtool() is None, reason="promtool is not installed (deploy/systempakker.sh)")
@pytest.mark.parametrize("fil", TAVLER, ids=lambda f: f.name)
def test_every_question_is_one_that_prometheus_understands(fil: Path, tmp_path: Path) -> None:
    udtryk = [m["expr"] for p in tavle(fil)["panels"] for m in p["targets"]]
    regler = [{"record": f"tavle:nr{nr}", "expr": u} for nr, u in enumerate(udtryk)]
    proeve = tmp_path / "regler.yml"
    proeve.write_text(yaml.safe_dump({"groups": [{"name": "t", "rules": regler}]}))
    svar = subprocess.run([str(promtool()), "check", "rules", str(proeve)], capture_output=True, text=True, check=False)
    assert svar.returncode == 0, svar.stdout + svar.stderr


@pytest.mark.parametrize("fil", TAVLER, ids=lambda f: f.name)
def test_its_panels_have_each_a_place_and_the_provisioned_source(fil: Path) -> None:
    t = tavle(fil)
    kilde = yaml.safe_load((RODEN / "deploy/grafana/datakilder.yml").read_text())["datasources"][0]["uid"]
    assert {p["datasource"]["uid"] for p in t["panels"]} == {kilde}
    assert len({p["id"] for p in t["panels"]}) == len(t["panels"])
    optaget: set[tuple[int, int]] = set()
    for p in t["panels"]:
        g = p["gridPos"]
        flade = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        assert g["x"] + g["w"] <= 24
        assert not flade & optaget, p["title"]
        optaget |= flade


def test_compose_gives_grafana_every_dashboard_and_prometheus_the_alarms() -> None:
    tjenester = yaml.safe_load((RODEN / "docker-compose.yml").read_text())["services"]
    mapper = {v.split(":")[0]: v.split(":")[1] for t in ("grafana", "prometheus") for v in tjenester[t]["volumes"]}
    mappe = yaml.safe_load((RODEN / "deploy/grafana/tavler.yml").read_text())["providers"][0]["options"]["path"]
    assert len({tavle(f)["uid"] for f in TAVLER}) == len(TAVLER) > 0
    for f in TAVLER:
        assert mapper[f"./deploy/grafana/tavler/{f.name}"] == f"{mappe}/{f.name}"
    regler = yaml.safe_load((RODEN / "deploy/prometheus/prometheus.yml").read_text())["rule_files"]
    assert [mapper["./deploy/prometheus/alarmer.yml"]] == regler
