"""What a process remembers has a bound, and what was used last stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.hukommelse import Hukommelse

_SKRIDT = st.lists(st.tuples(st.booleans(), st.integers(0, 7), st.integers(0, 6)), max_size=60)


@given(_SKRIDT)
def test_the_latest_used_stay_and_together_weigh_no_more_than_they_may(skridt: list[tuple[bool, int, int]]) -> None:
    h: Hukommelse[int, int] = Hukommelse(10)
    model: dict[int, tuple[int, int]] = {}  # the one that was used longest ago first
    for nr, (skriver, noegle, vejer) in enumerate(skridt):
        if skriver:
            glemte = [model.pop(noegle)[0]] if noegle in model else []
            model[noegle] = nr, vejer
            while sum(v for _, v in model.values()) > 10:
                glemte.append(model.pop(next(iter(model)))[0])
            assert h.husk(noegle, nr, vejer) == glemte
        else:
            fundet = model.pop(noegle, None)
            if fundet is not None:
                model[noegle] = fundet
            assert h.find(noegle) == (None if fundet is None else fundet[0])
