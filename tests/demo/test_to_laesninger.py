"""Two readings of the law meet: what the stories wrote down, and what the rules decide, event by event.

Each citizen's events are decided in their order, every registration taken as receipted at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

import pytest

from contracts.envelope import Forstaaet, Post, laes
from gateway.rules.aendringer import MedlemskabBekraeftet, anvend
from gateway.rules.afgoer import decide
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Afmeld,
    Daekning,
    Haendelse,
    OpretFravaer,
    OpretSamtale,
    Part,
    Regelopsaetning,
    Registrering,
    RetFravaer,
)
from gateway.rules.tilstand import Borger
from sandbox.fortaellinger import Dfdgvirkning, Fortaelling, PlanlagtHaendelse, fortaellinger, generer
from sandbox.fortaellinger.model import OVERDRAGELSE, SAMTALETYPE, Virkningsart
from sandbox.personer import Personregister
from tests.demo.verden import FORUDSAETNINGER, IDAG, KODER

OPSAETNING = Regelopsaetning(
    daekning=tuple(
        Daekning(akasse, kommune, date(2020, 1, 1), date(2023, 12, 31))
        for akasse, kommuner in FORUDSAETNINGER.daekning.items()
        for kommune in sorted(kommuner)
    ),
    koder=KODER,
)


def _dato(dag: date | None) -> str | None:
    return dag.isoformat() if dag else None


def virkning(registrering: Registrering) -> Dfdgvirkning:
    """A registration in the stories' words."""
    i = registrering.indhold
    if isinstance(i, OpretSamtale):
        lokal = i.tidspunkt.astimezone(KOEBENHAVN)
        return Dfdgvirkning("opret_samtale", SAMTALETYPE[i.formaal], f"{lokal:%Y-%m-%dT%H:%M}")
    if isinstance(i, Afmeld):
        return Dfdgvirkning("afmeld", None, i.virkningsdato.isoformat(), None, i.aarsagskode)
    assert isinstance(i, OpretFravaer | RetFravaer)
    art: Virkningsart = "opret_fravaer" if isinstance(i, OpretFravaer) else "ret_fravaer"
    return Dfdgvirkning(art, i.fravaertype, i.startdato.isoformat(), _dato(i.slutdato), i.aarsagskode)


def afvigelser(h: PlanlagtHaendelse, afg: Afgoerelse) -> list[str]:
    f = h.forventning
    beskeder = [(b.type, str(b.til), b.data) for b in afg.beskeder]
    beskeder += [(OVERDRAGELSE, str(o.til), o.data) for o in afg.overdragelser]
    fundet = []
    if str(afg.status) != f.status:
        fundet.append(f"status {afg.status} ({afg.regel}: {afg.tekst}), not {f.status}")
    if f.regel is not None and afg.regel != f.regel:
        fundet.append(f"rule {afg.regel}, not {f.regel}")
    if not set(f.flag) <= set(afg.flag):
        fundet.append(f"flags {afg.flag}, not {f.flag}")
    if [virkning(r) for r in afg.registreringer] != list(f.dfdg):
        fundet.append(
            f"DFDG {[virkning(r).indhold() for r in afg.registreringer]}, not {[v.indhold() for v in f.dfdg]}"
        )
    if sorted((t, til) for t, til, _ in beskeder) != sorted((b.type, b.til) for b in f.beskeder):
        fundet.append(f"messages {[(t, til) for t, til, _ in beskeder]}, not {[(b.type, b.til) for b in f.beskeder]}")
    for ventet in f.beskeder:
        for t, til, data in beskeder:
            forskel = {n: data.get(n) for n, v in ventet.data.items() if data.get(n) != v}
            if (t, til) == (ventet.type, ventet.til) and forskel:
                fundet.append(f"{t}: {forskel}, not {ventet.data}")
    return fundet


def som_haendelse(h: PlanlagtHaendelse, data: Any = None) -> Haendelse:
    hoved = (("content-type", b"application/cloudevents+json"),)
    laest = laes(Post(h.emne, 0, 0, h.noegle, h.struktureret(data), hoved), datetime.now(UTC))
    assert isinstance(laest, Forstaaet)
    k = laest.kuvert
    return Haendelse(k.source, k.id, k.type, k.time, Part(k.art, k.partskode), laest.data)


def gennem_reglerne(fortaelling: Fortaelling) -> list[str]:
    tilstand, fundet = Borger(), []
    for h in fortaelling.haendelser:
        if h.gentagelse:
            continue
        haendelse = som_haendelse(h, h.rettelse)
        afg = decide(tilstand, haendelse, OPSAETNING, IDAG)
        fundet += [f"{h.id} {h.type}: {a}" for a in afvigelser(h, afg)]
        tilstand = anvend(tilstand, afg.aendringer)
        for registrering in afg.registreringer:
            kvitteret = (*registrering.aendringer, MedlemskabBekraeftet(registrering.akassekode))
            tilstand = anvend(tilstand, kvitteret)
    return fundet


@pytest.mark.parametrize(
    "kilde",
    [
        pytest.param(lambda p: fortaellinger(FORUDSAETNINGER, p), id="told"),
        pytest.param(lambda p: generer(3_000, 21, FORUDSAETNINGER, p), id="generated"),
    ],
)
def test_the_rules_decide_what_the_stories_wrote_down(kilde: Callable[[Personregister], Any]) -> None:
    fundet = list(chain.from_iterable(gennem_reglerne(f) for f in kilde(Personregister())))
    assert not fundet, f"{len(fundet)} differences, the first:\n" + "\n".join(fundet[:10])
