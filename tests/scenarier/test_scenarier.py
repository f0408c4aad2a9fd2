"""Every scenario of this folder, told to the whole gateway at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from tests.emner import slet_topics
from tests.ende_til_ende.drift import opstilling
from tests.scenarier.koersel import Koersel, Scenarie, Skrivefejl, _laes, dom, klargoer, laes_alle, spil

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SCENARIER = laes_alle()


def _parter() -> list[str]:
    akasser = {"01", "02"} | {str(s.medlem.get("akasse", "01")) for s in SCENARIER}
    kommuner = {"0101", "0147", "0751"} | {str(s.medlem.get("kommune", "0101")) for s in SCENARIER}
    for s in SCENARIER:
        akasser |= {str(h["akasse"]) for h in s.haendelser if "akasse" in h}
        kommuner |= {str(h["jobcenter"]) for h in s.haendelser if "jobcenter" in h}
        kommuner |= {str(h["data"]["kommunekode"]) for h in s.haendelser if "kommunekode" in h.get("data", {})}
    return [*(f"akasse.{a}" for a in sorted(akasser)), *(f"jobcenter.{k}" for k in sorted(kommuner))]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def udfald(
    kafka: KafkaAdresse, modul_database: str, certifikater: TestCA, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, list[str]]]:
    """Every scenario is told, side by side; what differs from each."""
    klargoer(SCENARIER)
    await slet_topics(kafka)
    data: Path = tmp_path_factory.mktemp("scenarier")
    ud: dict[str, list[str]] = {}
    async with opstilling(kafka, modul_database, certifikater, data, _parter()) as o:
        await o.start()
        k = Koersel(o)
        topics = [f"{p}.{t}.v1" for p in _parter() for t in ("kvitteringer", "beskeder")]
        lytter = asyncio.create_task(k.lyt(topics))
        producent = AIOKafkaProducer(bootstrap_servers=o.kafka.bootstrap_servers)
        await producent.start()
        try:
            svar = await asyncio.gather(*(spil(k, producent, s) for s in SCENARIER), return_exceptions=True)
            await asyncio.sleep(1)  # what was settled last is told
            for s, fejl in zip(SCENARIER, svar, strict=True):
                ud[s.id] = ([str(fejl)] if fejl is not None else []) + dom(k, s)
        finally:
            await producent.stop()
            lytter.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await lytter
        yield ud
    await slet_topics(kafka)


@pytest.mark.parametrize("scenarie", SCENARIER, ids=[s.id for s in SCENARIER])
def test_scenarie(scenarie: Scenarie, udfald: dict[str, list[str]]) -> None:
    fejl = udfald[scenarie.id]
    assert not fejl, "\n".join(["", *fejl])


def test_a_wrong_word_in_a_scenario_is_refused() -> None:
    """A misspelt field would otherwise be an expectation that is never held."""
    grund = {
        "navn": "x", "regler": ["V1"], "medlem": {},
        "haendelser": [{"haendelse": "medlem.indplaceret", "dag": "2022-01-14", "navn": "ind"}],
        "forventet": {"kvitteringer": {"ind": {"status": "registreret"}}},
    }  # fmt: skip
    assert _laes("x", grund).navn == "x"
    for forkert in (
        {**grund, "haendelse": []},
        {**grund, "medlem": {"alder": 30}},
        {**grund, "haendelser": [{"haendelse": "medlem.placeret", "dag": "2022-01-14", "navn": "ind"}]},
        {**grund, "haendelser": [{**grund["haendelser"][0], "data": {"kommunenr": "0101"}}]},  # type: ignore[index]
        {**grund, "forventet": {"kvitteringer": {}}},
    ):
        with pytest.raises(Skrivefejl):
            _laes("x", forkert)
