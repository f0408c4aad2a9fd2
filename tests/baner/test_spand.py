"""The token bucket, and sharing what is free (I4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.lanes.fordeling import fordel
from gateway.lanes.spand import Spand, fyldt, hele, tag

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(
    st.floats(0.1, 200),
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 500)), min_size=1, max_size=60),
)
def test_no_more_calls_than_the_rate_and_one_seconds_burst(pr_sekund: float, hop: list[tuple[float, int]]) -> None:
    s: Spand | None = None
    nu, i_alt = NU, 0
    for sekunder, oensket in hop:
        nu += timedelta(seconds=sekunder)
        s = fyldt(s, pr_sekund, nu)
        antal = min(oensket, hele(s))
        s = tag(s, antal)
        i_alt += antal
    assert i_alt <= max(1.0, pr_sekund) + pr_sekund * (nu - NU).total_seconds() + 1e-3


def test_a_slow_rate_gives_a_call_now_and_then() -> None:
    s = tag(fyldt(None, 0.5, NU), 1)
    assert hele(fyldt(s, 0.5, NU + timedelta(seconds=1))) == 0
    assert hele(fyldt(s, 0.5, NU + timedelta(seconds=2))) == 1


def test_a_clock_set_back_fills_nothing() -> None:
    s = tag(fyldt(None, 10, NU), 10)
    assert hele(fyldt(s, 10, NU - timedelta(hours=1))) == 0
    assert hele(fyldt(fyldt(s, 10, NU - timedelta(hours=1)), 10, NU + timedelta(seconds=1))) == 10


@given(
    st.integers(0, 500), st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 300), max_size=12)
)
def test_I4_what_is_free_is_shared_evenly_and_wholly(ledige: int, oensket: dict[str, int]) -> None:
    givet = fordel(ledige, oensket)
    assert sum(givet.values()) == min(ledige, sum(oensket.values()))
    assert all(givet[k] <= oensket[k] for k in oensket)
    utilfredse = [givet[k] for k in oensket if givet[k] < oensket[k]]
    if utilfredse:
        assert max(utilfredse) - min(utilfredse) <= 1
        assert max(givet.values()) <= max(utilfredse) + 1
