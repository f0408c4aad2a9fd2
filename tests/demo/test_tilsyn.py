"""D2 counted twice: by the stories from what was written down, by the gateway from the states that its rules lead to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.rules.statistik import Opgoerelse, bidrag, ny_opgoerelse, perioder, raekker
from sandbox.fortaellinger import Fortaelling, generer
from sandbox.fortaellinger.generator import SIDSTE_DAG
from sandbox.fortaellinger.tilsyn import Tilsyn
from sandbox.tilsynsdom import Tilsynsdom, doem, forskelle, som_tal
from tests.demo.regelspor import Spor, opsaetning
from tests.demo.verden import FORUDSAETNINGER

ANTAL = 2_500
KONTAKT = "jobcenter.jobordre.kontakt.v1"


@pytest.fixture(scope="module")
def maaned() -> list[Fortaelling]:
    return list(generer(ANTAL, 23, FORUDSAETNINGER))


@pytest.fixture(scope="module")
def gatewayens(maaned: list[Fortaelling]) -> Opgoerelse:
    """What the rules' states add up to. Job-order contacts are no part of a state: they are counted from the messages."""
    op = ny_opgoerelse()
    for fortaelling in maaned:
        spor = Spor(opsaetning(FORUDSAETNINGER), FORUDSAETNINGER.idag)
        for h in fortaelling.haendelser:
            if not h.gentagelse:
                assert spor.ske(h) == []
        bidrag(op, spor.tilstand, SIDSTE_DAG)
    return op


def taelt(fortaellinger: list[Fortaelling], idag: date = SIDSTE_DAG) -> Tilsyn:
    t = Tilsyn(idag)
    assert list(t.optegn(fortaellinger)) == fortaellinger
    return t


def uden_kontakter(tal: dict[tuple[str, str], Counter[str]]) -> dict[tuple[str, str], Counter[str]]:
    return {k: Counter({n: v for n, v in c.items() if n != "jobordrekontakter"}) for k, c in tal.items()}


@pytest.mark.parametrize("halve", [False, True], ids=["months", "half-years"])
def test_D2_both_counts_give_every_figure_alike(maaned: list[Fortaelling], gatewayens: Opgoerelse, halve: bool) -> None:
    t = taelt(maaned)
    ventet = t.halvaar() if halve else t.tal
    fundet = som_tal(raekker(perioder(gatewayens, SIDSTE_DAG, halve=halve)))
    assert list(forskelle(uden_kontakter(ventet), uden_kontakter(fundet))) == []
    i_alt = sum(ventet.values(), Counter[str]())
    assert {f"ud.{kode}" for kode in ("38", "41", "42", "43", "44", "45", "46")} <= set(i_alt)
    assert i_alt["frister_brudt"] > 0
    assert i_alt["jobordrekontakter"] > 0


def test_D2_a_count_that_is_one_off_is_named(maaned: list[Fortaelling], gatewayens: Opgoerelse) -> None:
    """A talk, a cause or a start that differs in one member's story shows in that a-kasse's month."""
    en = next(f for f in maaned if any(v.aarsag == "44" for h in f.haendelser for v in h.forventning.dfdg))
    slut = next(v for h in en.haendelser for v in h.forventning.dfdg if v.aarsag == "44")
    uden = [
        replace(h, forventning=replace(h.forventning, dfdg=tuple(replace(v, aarsag="45") if v == slut else v for v in h.forventning.dfdg)))
        for h in en.haendelser
    ]  # fmt: skip
    aendret = [replace(en, haendelser=tuple(uden)) if f is en else f for f in maaned]
    fundet = som_tal(raekker(perioder(gatewayens, SIDSTE_DAG, halve=False)))
    assert sorted(x.split()[2] for x in forskelle(uden_kontakter(taelt(aendret).tal), uden_kontakter(fundet))) == [
        "ud.44:",
        "ud.45:",
    ]


def test_D2_a_story_that_goes_on_after_the_day_of_the_figures_is_refused(maaned: list[Fortaelling]) -> None:
    sidst = max(h.tid for f in maaned for h in f.haendelser).date()
    taelt(maaned, sidst)
    with pytest.raises(ValueError, match="told of after"):
        taelt(maaned, sidst - timedelta(days=1))


def _dom(maaned: list[Fortaelling]) -> Tilsynsdom:
    def som_raekker(tal: dict[tuple[str, str], Counter[str]]) -> list[dict[str, Any]]:
        return [{"akasse": a, "periode": p, "tal": _indlejret(c)} for (a, p), c in tal.items()]

    t = taelt(maaned)
    return doem(t, som_raekker(t.tal), som_raekker(t.halvaar()))


def _indlejret(tal: Counter[str]) -> dict[str, Any]:
    ud: dict[str, Any] = {}
    for sti, antal in tal.items():
        *foran, sidste = sti.split(".")
        hvor = ud
        for navn in foran:
            hvor = hvor.setdefault(navn, {})
        hvor[sidste] = antal
    return ud


def test_EVAL_the_three_figures_stand_beside_ours_with_a_reason(maaned: list[Fortaelling]) -> None:
    dom = _dom(maaned)
    assert dom.forskelle == ()
    tal = {m.navn: m for m in dom.evaluering}
    assert {n: m.evaluering for n, m in tal.items()} == {
        "i_forloeb": 25_000,
        "tre_eller_flere_samtaler": 0.87,
        "tidligt_ud": 0.05,
    }
    assert abs(tal["i_forloeb"].her - ANTAL) < 0.03 * ANTAL
    assert abs(tal["tre_eller_flere_samtaler"].her - 0.87) < 0.025
    assert 0.02 < tal["tidligt_ud"].her <= 0.05
    # The reason is a sum that comes out.
    (fundet,) = re.findall(r"(\d+) uden .* (\d+) med .* (\d+) fejl.* (\d+) har to", tal["i_forloeb"].forklaring)
    uden, loebende, fejl, to = map(int, fundet)
    assert tal["i_forloeb"].her == ANTAL - uden - loebende - fejl + to
