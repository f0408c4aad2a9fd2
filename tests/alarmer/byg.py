"""From the cases (``sager.yaml``) to promtool's own test file: a world of series, and what the rules say of it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

RODEN = Path(__file__).parents[2]
ALARMER = RODEN / "deploy" / "prometheus" / "alarmer.yml"
#: Minutes of every world.
LAENGDE = 480
#: When an episode is over, and nothing may be left of it.
FORBI = 400

Verden = dict[str, Any]


def promtool() -> str | None:
    """The promtool to use; None: there is none."""
    egen = RODEN / ".venv" / "bin" / "promtool"
    return shutil.which("promtool") or (str(egen) if egen.is_file() else None)


def alarmer() -> dict[str, dict[str, Any]]:
    """Every alarm of the rules, by name."""
    indhold = yaml.safe_load(ALARMER.read_text())
    return {r["alert"]: r for g in indhold["groups"] for r in g["rules"] if "alert" in r}


def sager() -> dict[str, dict[str, Any]]:
    """Every case, by alarm."""
    fundne: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sager.yaml").read_text())
    return fundne


def minutter(varighed: str | None) -> int:
    """``1h``, ``10m`` -> minutes."""
    fund = re.fullmatch(r"(\d+)([mh])", varighed or "0m")
    assert fund is not None, varighed
    return int(fund[1]) * (60 if fund[2] == "h" else 1)


def _vaerdier(v: Any) -> str:
    if v == float("inf"):
        return " ".join(["Inf"] * LAENGDE)  # promtool has no shorter way to write it
    return v if isinstance(v, str) else f"{_tal(v)}x{LAENGDE}"


def _tal(v: Any) -> str:
    return "Inf" if v == float("inf") else str(v)


def _serier(verden: Verden) -> list[dict[str, str]]:
    """The series as two replicas show them: one alarm all the same."""
    ud = []
    for navn, v in verden.items():
        grund, _, etiketter = navn.partition("{")
        faelles = f"{etiketter.rstrip('}')}," if etiketter else ""
        ud += [
            {"series": f'{grund}{{{faelles}job="gateway",instance="{i}"}}', "values": _vaerdier(v)} for i in ("a", "b")
        ]
    return ud


def _blafrer(udloeser: Verden, rask: Verden, fra: int, til: int) -> Verden:
    """Bad until minute ``fra``, then to and fro every other minute until ``til``, well afterwards."""
    ud: Verden = {}
    for navn, v in udloeser.items():
        daarlig, god = _tal(v), _tal(rask[navn])
        led = [god if m > til or (m > fra and m % 4 in (0, 1)) else daarlig for m in range(LAENGDE)]
        ud[navn] = " ".join(led)
    return ud


def proever(navn: str, sag: dict[str, Any], regel: dict[str, Any]) -> list[dict[str, Any]]:
    """promtool's tests of one alarm: it fires by its time, is silent in each quiet world, and is one alarm an episode."""
    efter = minutter(sag["efter"])
    svar = {
        "exp_labels": {**sag.get("etiketter", {}), **regel["labels"]},
        "exp_annotations": {"summary": sag["tekst"], "runbook_url": regel["annotations"]["runbook_url"]},
    }
    ud: list[dict[str, Any]] = [
        {
            "name": f"{navn} fires",
            "interval": "1m",
            "input_series": _serier(sag["udloeser"]),
            "alert_rule_test": [{"eval_time": f"{efter}m", "alertname": navn, "exp_alerts": [svar]}],
        }
    ]
    if minutter(regel.get("for")) > 0:
        ud[0]["alert_rule_test"].insert(0, {"eval_time": "0m", "alertname": navn, "exp_alerts": []})
    for nr, verden in enumerate(sag["tier"]):
        ud.append(
            {
                "name": f"{navn} is silent, world {nr}",
                "interval": "1m",
                "input_series": _serier(verden),
                "alert_rule_test": [
                    {"eval_time": f"{m}m", "alertname": navn, "exp_alerts": []} for m in (5, efter, 180, LAENGDE - 60)
                ],
            }
        )
    ud.append(_episode(navn, sag, efter))
    return ud


def _episode(navn: str, sag: dict[str, Any], efter: int) -> dict[str, Any]:
    """Firing all the time, as one series that began once (``ALERTS_FOR_STATE`` is when it began)."""
    verden = sag.get("episode") or _blafrer(sag["udloeser"], sag["tier"][0], efter + 1, efter + 60)
    til = efter + 55
    return {
        "name": f"{navn} is one alarm an episode",
        "interval": "1m",
        "input_series": _serier(verden),
        "promql_expr_test": [
            *(
                {
                    "expr": f'count(ALERTS{{alertname="{navn}",alertstate="firing"}})',
                    "eval_time": f"{m}m",
                    "exp_samples": [{"labels": "{}", "value": 1}],
                }
                for m in range(efter, til + 1, 5)
            ),
            {
                "expr": f'max(changes(ALERTS_FOR_STATE{{alertname="{navn}"}}[{til - efter}m]))',
                "eval_time": f"{til}m",
                "exp_samples": [{"labels": "{}", "value": 0}],
            },
            {"expr": f'ALERTS{{alertname="{navn}"}}', "eval_time": f"{FORBI}m", "exp_samples": []},
        ],
    }


def skriv(mappe: Path, navn: str, regler: str) -> Path:
    """promtool's test of one alarm in ``mappe``, with what the alarm is made of: ``regler`` (the rules' text) without the
    others. Returns its file."""
    indhold = yaml.safe_load(regler)
    for g in indhold["groups"]:
        g["rules"] = [r for r in g["rules"] if r.get("alert", navn) == navn]
    (mappe / "regler.yml").write_text(yaml.safe_dump(indhold, allow_unicode=True, sort_keys=False))
    proeve = {
        "rule_files": ["regler.yml"],
        "evaluation_interval": "1m",
        "tests": proever(navn, sager()[navn], alarmer()[navn]),
    }
    fil = mappe / "proeve.yml"
    fil.write_text(yaml.safe_dump(proeve, allow_unicode=True, sort_keys=False, width=1000))
    return fil
