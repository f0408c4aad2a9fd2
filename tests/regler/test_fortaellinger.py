"""The rules against an independent reading: what the sandbox's stories wrote down beforehand, event by event.

The stories know nothing of the gateway. Here each of their events is decided and granted without Kafka or DFDG, so that a
difference between the two readings shows where it arises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.events import HAENDELSESTYPER
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Afmeld,
    Daekning,
    Haendelse,
    Indhold,
    OpretFravaer,
    OpretSamtale,
    Part,
    Regelopsaetning,
    SletFravaer,
)
from sandbox.fortaellinger.generator import generer
from sandbox.fortaellinger.model import SAMTALETYPE, Dfdgvirkning, Forudsaetninger, PlanlagtHaendelse
from sandbox.fortaellinger.vejledning import fortaellinger
from sandbox.personer import Personregister
from tests.demo.verden import FORUDSAETNINGER
from tests.regler.byg import Historie

_PERIODE = (date(2020, 1, 1), date(2023, 12, 31))


def _opsaetning(f: Forudsaetninger) -> Regelopsaetning:
    daekning = tuple(Daekning(a, k, *_PERIODE) for a, kommuner in f.daekning.items() for k in sorted(kommuner))
    return Regelopsaetning(daekning=daekning, koder=dict(f.koder))


def _haendelse(p: PlanlagtHaendelse) -> Haendelse:
    art, kode = p.part.split(".")
    data = HAENDELSESTYPER[p.type].model_validate({**p.data, **(p.rettelse or {})})
    part = Part("akasse", kode) if art == "akasse" else Part("jobcenter", kode)
    return Haendelse(p.kilde, p.id, p.type, p.tid, part, data)


def _virkning(i: Indhold) -> Dfdgvirkning:
    """A registration in the stories' words."""
    if isinstance(i, OpretSamtale):
        tid = i.tidspunkt.astimezone(KOEBENHAVN)
        return Dfdgvirkning("opret_samtale", SAMTALETYPE[i.formaal], f"{tid:%Y-%m-%dT%H:%M}")
    if isinstance(i, Afmeld):
        return Dfdgvirkning("afmeld", None, i.virkningsdato.isoformat(), None, i.aarsagskode)
    if isinstance(i, SletFravaer):
        return Dfdgvirkning("slet_fravaer", i.fravaertype, "")
    slut = i.slutdato.isoformat() if i.slutdato else None
    if isinstance(i, OpretFravaer):
        return Dfdgvirkning("opret_fravaer", i.fravaertype, i.startdato.isoformat(), slut, i.aarsagskode)
    return Dfdgvirkning("ret_fravaer", i.fravaertype, i.startdato.isoformat(), slut, i.aarsagskode)


def _beskeder(afg: Afgoerelse) -> list[tuple[str, str, dict[str, Any]]]:
    beskeder = [(b.type, str(b.til), b.data) for b in afg.beskeder]
    return [*beskeder, *(("gateway.overdragelse.v1", str(o.til), o.data) for o in afg.overdragelser)]


def _afvigelser(haendelser: Iterable[PlanlagtHaendelse], f: Forudsaetninger) -> list[str]:
    h = Historie(opsaetning=_opsaetning(f), idag=f.idag)
    ud: list[str] = []
    for p in haendelser:
        if p.gentagelse:
            continue
        ventet = p.forventning
        afg = h.ske(_haendelse(p))
        hvor = f"{p.id} {p.type}"
        if afg.status.value != ventet.status:
            ud.append(f"{hvor}: {afg.status.value}, expected {ventet.status} ({afg.tekst})")
            continue
        if ventet.regel is not None and afg.regel != ventet.regel:
            ud.append(f"{hvor}: rule {afg.regel}, expected {ventet.regel}")
        if not set(ventet.flag) <= set(afg.flag):
            ud.append(f"{hvor}: flags {afg.flag}, expected {ventet.flag}")
        virkninger = tuple(_virkning(r.indhold) for r in afg.registreringer)
        if virkninger != ventet.dfdg:
            ud.append(f"{hvor}: DFDG {virkninger}, expected {ventet.dfdg}")
        givne = _beskeder(afg)
        if len(givne) != len(ventet.beskeder):
            ud.append(f"{hvor}: messages {[g[:2] for g in givne]}, expected {len(ventet.beskeder)}")
        for b in ventet.beskeder:
            if not any(
                t == b.type and til == b.til and all(d.get(k) == v for k, v in b.data.items()) for t, til, d in givne
            ):
                ud.append(f"{hvor}: no {b.type} to {b.til} that says {dict(b.data)}: {givne}")
    return ud


def test_the_guidances_examples_are_decided_as_they_were_written_down() -> None:
    alle = fortaellinger(FORUDSAETNINGER, Personregister())
    assert len(alle) > 12
    assert [a for f in alle for a in _afvigelser(f.haendelser, FORUDSAETNINGER)] == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_generated_members_are_decided_as_they_were_written_down(seed: int) -> None:
    antal = 0
    for f in generer(400, seed, FORUDSAETNINGER):
        antal += len(f.haendelser)
        assert _afvigelser(f.haendelser, FORUDSAETNINGER) == []
    assert antal > 2000


def test_a_difference_would_be_seen() -> None:
    """The comparison finds an expectation that is wrong in status, effect or message."""
    (anna, *_) = fortaellinger(FORUDSAETNINGER, Personregister())
    for forkert in (
        {"status": "noteret"},
        {"dfdg": ()},
        {"beskeder": ()},
        {"flag": ("frist_overskredet",)},
    ):
        aendret = [
            replace(p, forventning=replace(p.forventning, **forkert)) if p.type == "akasse.medlem.indplaceret.v1" else p
            for p in anna.haendelser
        ]
        assert len(_afvigelser(aendret, FORUDSAETNINGER)) == 1
