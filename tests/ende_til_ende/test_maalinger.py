"""What a running gateway tells: every figure that an alarm or a dashboard asks for is there, and none names a citizen."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import generer
from sandbox.parter import Admindfdg, Forestilling
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, forudsaetninger, opstilling, parter

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]

#: Labels that a figure may have. A new one is a decision: never one that grows with citizens or events.
ETIKETTER = {
    "aarsag", "aflaeses_hos", "akassekode", "art", "kode", "le", "liste", "navn", "part", "slags", "tilstand", "tjeneste", "topic", "udfald",
}  # fmt: skip
_NAVN = re.compile(r"(?<![\w:/.])gateway_[a-z0-9_]+")
_VALG = re.compile(r"(gateway_[a-z0-9_]+)\{([^}]*)\}")


def udtryk(rod: Path) -> dict[str, str]:
    """Where figures are asked for: the rules, and each dashboard."""
    tavler = sorted((rod / "deploy/grafana/tavler").glob("*.json"))
    ud = {
        t.name: " ".join(m["expr"] for p in json.loads(t.read_text())["panels"] for m in p["targets"]) for t in tavler
    }
    return {"alarmer.yml": (rod / "deploy/prometheus/alarmer.yml").read_text(), **ud}


def _navne(familier: list[Metric]) -> dict[str, set[str]]:
    """Each figure's name, as it is asked for, with the labels that it has been seen with."""
    ud: dict[str, set[str]] = {}
    for f in familier:
        ud.setdefault(f.name, set())
        for s in f.samples:
            ud.setdefault(s.name, set()).update(s.labels)
    return ud


async def _naar_alt_er_laest(adresse: str) -> str:
    """The figures once they say that no record is unread: they are taken twice a second, and the last kvittering may have
    come between two takings. Raises TimeoutError when they never say so."""
    async with asyncio.timeout(60):
        while True:
            tekst = urllib.request.urlopen(adresse, timeout=5).read().decode()  # noqa: ASYNC210
            lag = [
                s.value
                for f in text_string_to_metric_families(tekst)
                for s in f.samples
                if s.name == "gateway_kafka_lag"
            ]
            if lag and not any(lag):
                return tekst
            await asyncio.sleep(0.2)


async def _ser_paa(o: Opstilling) -> None:
    """``gateway status --watch`` goes on until it is interrupted."""
    p = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from gateway.cli import main; main()", "status", "--watch", "--json", "--hvert", "0.2",
        env=o.env(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert p.stdout is not None
    linjer = [json.loads(await asyncio.wait_for(p.stdout.readline(), 60)) for _ in range(3)]
    assert all(x["doedbreve"] == 0 for x in linjer)
    p.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(p.wait(), 20) == 0


async def test_every_figure_that_is_asked_for_is_shown_by_a_running_gateway(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path, rod: Path
) -> None:
    f = forudsaetninger()
    miljoe = {"GATEWAY_OPS__MAAL_HVERT": "0.5", "GATEWAY_DATABASE__HOEJST_GB": "100"}
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter(f), **miljoe) as o:
        klar = await o.start()
        async with Forestilling(
            o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(o.dfdg.admin), stilstand=60
        ) as forestilling:
            await forestilling.genererede(generer(15, 5, f, Personregister()), seed=5)
            await forestilling.til_ende()
        await o.vent("select count(*) = 0 from udbakke")
        tekst = await _naar_alt_er_laest(f"{klar['ops']}/metrics")
        await _ser_paa(o)
    (tmp_path / "metrics.txt").write_text(tekst)
    familier = list(text_string_to_metric_families(tekst))
    vist = _navne(familier)
    for sted, tekster in udtryk(rod).items():
        spurgt = set(_NAVN.findall(tekster))
        assert spurgt, sted
        assert spurgt - vist.keys() == set(), f"{sted} asks for what no gateway shows"
        for navn, valg in _VALG.findall(tekster):
            etiketter = set(re.findall(r"(\w+)\s*=", valg))
            assert not vist[navn] or etiketter <= vist[navn], f"{sted}: {navn} has no such labels"
    egne = [s for f in familier for s in f.samples if s.name.startswith("gateway_")]
    assert {e for s in egne for e in s.labels} <= ETIKETTER
    # Parties and services set the number, however many citizens there are.
    assert len(egne) < 1500
    verdier = {s.name: s.value for s in egne if not s.labels}
    assert verdier["gateway_inkarnation_klar"] == 1
    assert 0 <= verdier["gateway_maaling_alder_sekunder"] < 30
    assert {(s.labels["slags"], s.value > 0) for s in egne if s.name == "gateway_certifikat_dage"} >= {("klient", True)}
    assert sum(s.value for s in egne if s.name == "gateway_dfdg_svartid_sekunder_count") > 20
