"""``gateway demo`` as people start it: its own process, everything embedded, the verdict as exit code and JSON line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.demo import DAEKNING, FRIKOMMUNER, KODER, laes_forudsaetninger
from sandbox.fortaellinger import fortaellinger, generer
from sandbox.personer import Personregister
from tests.demo.verden import IDAG

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]

NULLER = {"lost": 0, "duplicates": 0, "out_of_order": 0, "unexpected": 0, "after_success": 0}


async def start(*argumenter: str) -> asyncio.subprocess.Process:
    miljoe = {navn: vaerdi for navn, vaerdi in os.environ.items() if not navn.startswith("GATEWAY_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from gateway.cli import main; main()",
        "demo",
        "--json",
        *argumenter,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=miljoe | {"COLUMNS": "300"},
    )


async def koer(*argumenter: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, the JSON of stdout's last line, everything that was printed."""
    proces = await start(*argumenter)
    try:
        ud, fejl = await asyncio.wait_for(proces.communicate(), 240)
    except TimeoutError:
        proces.terminate()
        await proces.wait()
        raise
    tekst = fejl.decode()
    assert proces.returncode is not None
    linjer = ud.decode().splitlines()
    assert linjer, tekst[-4000:]
    return proces.returncode, orjson.loads(linjer[-1]), tekst + ud.decode()


async def test_the_told_members_end_as_the_guidance_says() -> None:
    kode, svar, tekst = await koer()
    assert (kode, svar["findings"]) == (0, {}), tekst[-4000:]
    forudsaetninger = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, IDAG)
    historier = fortaellinger(forudsaetninger, Personregister())
    virkninger = sum(len(h.forventning.dfdg) for f in historier for h in f.haendelser)
    virkninger += sum(len(f.fremmede_virkninger()) for f in historier)
    assert svar["haendelser"] == sum(svar["kvitteringer"].values()) == sum(len(f.haendelser) for f in historier)
    assert svar["dfdg"] == {"committed": virkninger, **NULLER}
    # An operator puts right what DFDG refuses; what cannot be read at all, its own publisher sends anew.
    doede = sum(h.rettelse is not None or h.uforstaaet for f in historier for h in f.haendelser)
    assert svar["dead_letters"] == {"open": 0, "resolved": doede}
    assert "DFDG er nede" in tekst
    assert "DFDG aflyste 1 booket samtale" in tekst
    assert "stoppet → registreret" in tekst
    ude = [f.titel for f in historier if re.search(f.cpr, tekst)]
    assert not ude, f"CPR numbers of {ude} were printed or logged"


async def test_a_generated_month_ends_as_it_was_written_down() -> None:
    kode, svar, tekst = await koer("--members", "60", "--seed", "4")
    assert (kode, svar["findings"]) == (0, {}), tekst[-4000:]
    forudsaetninger = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, IDAG)
    ventet = [h for f in generer(60, 4, forudsaetninger) for h in f.haendelser if not h.gentagelse]
    assert svar["haendelser"] == len(ventet)
    assert svar["dfdg"] == {"committed": sum(len(h.forventning.dfdg) for h in ventet), **NULLER}
    tal = svar["statistik"]
    assert (tal["forskelle"], sorted(tal["evaluering"])) == (
        [],
        ["i_forloeb", "tidligt_ud", "tre_eller_flere_samtaler"],
    )
    assert tal["sammenlignet"] > 500
    assert sum(r["tal"]["ind"] for r in tal["halvaar"]) == tal["evaluering"]["i_forloeb"]["her"]


async def test_kept_running_it_stops_clean_and_leaves_nothing_behind() -> None:
    proces = await start("--members", "3", "--keep")
    assert proces.stderr is not None
    tekst = ""
    try:
        async with asyncio.timeout(120):
            while "Kører videre" not in tekst:
                linje = await proces.stderr.readline()
                assert linje, tekst[-4000:]
                tekst += linje.decode()
        (mappe,) = re.findall(r"GATEWAY_DATA_DIR=([^)]+)", tekst)
        assert "stak.json" in _indhold(mappe)  # so that the operator's commands find it
        boern = _boern(mappe)
        assert len(boern) >= 3  # Kafka, PostgreSQL, the stand-in DFDG
        proces.terminate()
        await asyncio.wait_for(proces.communicate(), 60)
    finally:
        if proces.returncode is None:
            proces.kill()
            await proces.wait()
    assert proces.returncode == 143
    assert not _indhold(mappe)
    assert not _boern(mappe)


def _indhold(mappe: str) -> set[str]:
    """What the folder holds; nothing when it is gone."""
    return {fil.name for fil in Path(mappe).glob("*")}


def _boern(mappe: str) -> list[str]:
    """Processes whose command line names the folder."""
    fundet = []
    for fil in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mappe.encode() in fil.read_bytes():
                fundet.append(fil.parent.name)
    return fundet
