"""Two readings of the law meet: what the stories wrote down, and what the rules decide, event by event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.fortaellinger import fortaellinger, generer
from sandbox.personer import Personregister
from tests.demo.regelspor import alle_afvigelser
from tests.demo.verden import FORUDSAETNINGER


@pytest.mark.parametrize(
    "kilde",
    [
        pytest.param(lambda p: fortaellinger(FORUDSAETNINGER, p), id="told"),
        pytest.param(lambda p: generer(2_000, 21, FORUDSAETNINGER, p), id="generated"),
    ],
)
def test_the_rules_decide_what_the_stories_wrote_down(kilde: Callable[[Personregister], Any]) -> None:
    fundet = alle_afvigelser(kilde(Personregister()), FORUDSAETNINGER)
    assert not fundet, f"{len(fundet)} differences, the first:\n" + "\n".join(fundet[:10])


@pytest.mark.parametrize(
    "forkert", [{"status": "noteret"}, {"dfdg": ()}, {"beskeder": ()}, {"flag": ("frist_overskredet",)}]
)
def test_a_difference_would_be_seen(forkert: dict[str, Any]) -> None:
    """The comparison finds an expectation that is wrong in status, effect, message or flag."""
    anna = fortaellinger(FORUDSAETNINGER, Personregister())[0]
    aendret = tuple(
        replace(h, forventning=replace(h.forventning, **forkert)) if h.type.endswith("indplaceret.v1") else h
        for h in anna.haendelser
    )
    som_fortalt = alle_afvigelser([anna], FORUDSAETNINGER)
    assert len(alle_afvigelser([replace(anna, haendelser=aendret)], FORUDSAETNINGER)) == len(som_fortalt) + 1
