"""A state as another one and what was added: nothing is lost on the way, and little is written for little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules import tillaeg, tilstand
from gateway.rules.tilstand import Borger, Cvkontrol, Medlemskab, Samtale, Vejledning


def _samtale(n: int) -> Samtale:
    return Samtale(UUID(int=n), "01", date(2022, 2, 1), datetime(2022, 2, 1, 10, tzinfo=UTC), ("raadighed",), "fysisk")


_LISTER: dict[str, Any] = {
    "samtaler": st.integers(0, 6).map(_samtale),
    "medlemskaber": st.builds(Medlemskab, st.sampled_from(["01", "02"]), st.booleans()),
    "vejledninger": st.builds(Vejledning, st.just("01"), st.dates(), st.just(("cv",))),
    "slettede": st.integers(0, 3).map(lambda n: UUID(int=n)),
    "opsigelsesindsatser": st.dates(),
}
_BORGER = st.builds(
    Borger,
    **{navn: st.lists(en, max_size=6).map(tuple) for navn, en in _LISTER.items()},
    minplan=st.sampled_from([None, "kladde", "publiceret"]),
    cvkontrol=st.none() | st.builds(Cvkontrol, st.dates(), st.booleans()),
    afmeldt_fra=st.none() | st.dates(),
    indlaest=st.booleans(),
)


@given(_BORGER, _BORGER)
def test_what_was_added_makes_the_one_of_the_other(foer: Borger, nu: Borger) -> None:
    # Nothing of it is known by identity after it was kept and read.
    foer = tilstand.fra_json(tilstand.til_json(foer))
    raa = tillaeg.til_json(tillaeg.forskel(foer, nu))
    assert tillaeg.tilfoej(foer, tillaeg.fra_json(raa)) == nu


def test_nothing_was_added() -> None:
    b = Borger(samtaler=(_samtale(1),), minplan="kladde")
    assert tillaeg.forskel(b, replace(b)) == tillaeg.Tillaeg()
    assert tillaeg.tilfoej(b, tillaeg.Tillaeg()) == b


@pytest.mark.parametrize(
    "nu",
    [
        lambda s: (*s, _samtale(999)),
        lambda s: (_samtale(999), *s),
        lambda s: (*s[:100], _samtale(999), *s[100:]),
        lambda s: (*s[:100], replace(s[100], form="digitalt"), *s[101:]),
        lambda s: (*s[:100], *s[101:]),
    ],
    ids=["at the end", "in front", "between", "changed", "taken out"],
)
def test_one_talk_of_many_costs_as_much_as_one(nu: Any) -> None:
    foer = Borger(samtaler=tuple(_samtale(n) for n in range(200)))
    t = tillaeg.forskel(foer, Borger(samtaler=nu(foer.samtaler)))
    assert len(t.nyt.samtaler) <= 1
    assert len(tillaeg.til_json(t)) < 400 < len(tilstand.til_json(foer)) / 50
