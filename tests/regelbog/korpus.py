"""Everything that the rules answer in what the tests have: table tests, stories, generated members, scenarios.

Scenarios are told here to the rules alone, each registration taken as receipted at once; what DFDG answers in them is the
end-to-end suite's matter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from contracts.envelope import Forstaaet, Post, laes
from gateway.errors import Regelfejl
from gateway.rules.aendringer import MedlemskabBekraeftet, anvend
from gateway.rules.afgoer import decide
from gateway.rules.model import (
    KOEBENHAVN,
    Daekning,
    Haendelse,
    Historiklinje,
    Part,
    Regelopsaetning,
    Rettelse,
    Status,
)
from gateway.rules.tilstand import Borger
from sandbox.fortaellinger import fortaellinger
from sandbox.fortaellinger.generator import generer
from sandbox.personer import Personregister
from tests.demo.regelspor import HOVED, alle_afvigelser
from tests.demo.verden import FORUDSAETNINGER, KODER
from tests.regelbog.optager import Svar, optag
from tests.regelbog.optager import laes as laes_svar
from tests.scenarier.koersel import Scenarie, haendelse, klargoer, laes_alle

ROD = Path(__file__).parents[2]
_PERIODE = (date(2020, 1, 1), date(2023, 12, 31))
#: Every a-kasse with the kommuner that the scenarios know as covered.
_OPSAETNING = Regelopsaetning(
    daekning=tuple(Daekning(a, k, *_PERIODE) for a in ("01", "02") for k in ("0101", "0147")), koder=dict(KODER)
)


def tabeltests(mappe: Path) -> set[Svar]:
    """What the table tests see: run on their own, with the recorder as a plugin. The property tests are left out."""
    fil = mappe / "udfald.json"
    kommando = [
        sys.executable, "-m", "pytest", "tests/regler", "-q", "-x", "-p", "no:cacheprovider", "-p", "tests.regelbog.optager",
    ]  # fmt: skip
    svar = subprocess.run(
        kommando, cwd=ROD, env={**os.environ, "REGELBOG_UDFALD": str(fil)}, capture_output=True, text=True, check=False
    )
    assert svar.returncode == 0, svar.stdout[-3000:]
    return laes_svar(fil)


def historier() -> set[Svar]:
    """What the stories and a few hundred generated members lead to."""
    noter: set[Svar] = set()
    with optag(noter):
        alle_afvigelser(fortaellinger(FORUDSAETNINGER, Personregister()), FORUDSAETNINGER)
        alle_afvigelser(islice(generer(400, 4, FORUDSAETNINGER), 400), FORUDSAETNINGER)
    return noter


def scenarier() -> set[Svar]:
    """What the events of the scenarios lead to."""
    noter: set[Svar] = set()
    alle = laes_alle()
    klargoer(alle)
    with optag(noter):
        for s in alle:
            _fortael(s)
    return noter


def _fortael(s: Scenarie) -> None:
    tilstand, historik = Borger(), list[Historiklinje]()
    for h in s.haendelser:
        if "dfdg" in h:
            continue
        part, kuvert = haendelse(s, h)
        if kuvert["data"].get("overdragelseId") == "@overdragelse":
            kuvert["data"]["overdragelseId"] = str(tilstand.forloeb[-1].overdragelse_id)
        laest = laes(Post(f"{part}.haendelser.v1", 0, 0, b"k", orjson.dumps(kuvert), HOVED), datetime.now(UTC))
        if not isinstance(laest, Forstaaet):
            continue  # refused as it is read
        x = _haendelse(laest, kuvert, historik)
        idag = x.tid.astimezone(KOEBENHAVN).date()
        try:
            afg = decide(tilstand, x, _OPSAETNING, idag)
        except Regelfejl:
            continue
        tilstand = anvend(tilstand, afg.aendringer)
        for r in afg.registreringer:
            tilstand = anvend(tilstand, (*r.aendringer, MedlemskabBekraeftet(r.akassekode)))
        if x.rettelse is None:
            historik.append(Historiklinje(x, idag, virkede=afg.status is not Status.AFVIST))

    return datetime.now(UTC)


def _haendelse(laest: Forstaaet, kuvert: dict[str, Any], historik: list[Historiklinje]) -> Haendelse:
    k = laest.kuvert
    tilbagekaldt = k.type.endswith(".haendelse.tilbagekaldt.v1")
    maal_id = kuvert.get("erstatter") or (kuvert["data"]["haendelseId"] if tilbagekaldt else None)
    part = Part(k.art, k.partskode)
    kendt = any(x.haendelse.id == maal_id for x in historik)
    if maal_id is None or not kendt:
        return Haendelse(k.source, k.id, k.type, k.time, part, laest.data)
    maal = (k.source, str(maal_id))
    rettelse = Rettelse(maal, tuple(historik), erstatning=not tilbagekaldt)
    return Haendelse(k.source, k.id, k.type, k.time, part, laest.data, rettelse, None if tilbagekaldt else maal)
