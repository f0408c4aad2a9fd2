"""I1: reading pauses before the database's disk is full, and goes on again with room to spare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.lanes.tilbagehold import Graenser, Plads, aarsag

GB = 10**9


@pytest.mark.parametrize(
    ("holdt", "plads", "graenser", "ventet"),
    [
        (False, Plads(99, 0), Graenser(hoejst=100), None),
        (False, Plads(100, 0), Graenser(hoejst=100), "database_fuld"),
        (True, Plads(95, 0), Graenser(hoejst=100), "database_fuld"),
        (True, Plads(94, 0), Graenser(hoejst=100), None),
        (False, Plads(0, 2 * GB), Graenser(fri=2 * GB), None),
        (False, Plads(0, 2 * GB - 1), Graenser(fri=2 * GB), "disk_fuld"),
        (True, Plads(0, 2 * GB), Graenser(fri=2 * GB), "disk_fuld"),
        (True, Plads(0, 5 * GB // 2), Graenser(fri=2 * GB), None),
        # The disk can't be seen from here, or nothing is set: not judged.
        (False, Plads(10**15, None), Graenser(fri=2 * GB), None),
        (True, Plads(10**15, 0), Graenser(), None),
    ],
)
def test_I1_reading_pauses_at_the_limit_and_goes_on_below_it(
    holdt: bool, plads: Plads, graenser: Graenser, ventet: str | None
) -> None:
    assert aarsag(holdt, plads, graenser) == ventet


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(1, 10**13), st.integers(1, 10**13))
def test_I1_what_pauses_reading_also_keeps_it_paused(stoerrelse: int, ledigt: int, hoejst: int, fri: int) -> None:
    plads, graenser = Plads(stoerrelse, ledigt), Graenser(hoejst, fri)
    if aarsag(False, plads, graenser) is not None:
        assert aarsag(True, plads, graenser) is not None
