"""The lanes' production functions, explored exhaustively for small cases, every state held against the invariants.

``make model`` explores the full cases; here are the small ones, and the proof that the exploration can fail: each broken
variant of a production function (brudte.yaml) ends in a counterexample that names the right invariant.
"""

from __future__ import annotations

import pytest

from tests.model.produktion import Brudt, Funktioner, brudte
from tests.model.sager import SMAA
from tests.model.udforsker import Sag, Udforsker

_SAGER = {s.navn: s for s in SMAA}


@pytest.mark.parametrize("sag", SMAA, ids=lambda s: s.navn)
def test_I2_I3_I4_I6_I7_I10_I11_hold_in_every_state_that_can_be_reached(sag: Sag) -> None:
    ud = Udforsker(sag).koer()
    assert ud.modeksempel is None, str(ud.modeksempel)
    assert ud.endelige > 0, "no state was reached in which every event is final"


@pytest.mark.parametrize("brudt", brudte(), ids=lambda b: b.hvad)
def test_a_broken_variant_is_found_and_the_invariant_named(brudt: Brudt) -> None:
    ud = Udforsker(_SAGER[brudt.sag], Funktioner(brudt)).koer(frihed=False)
    assert ud.modeksempel is not None, f"{brudt.hvad}: {ud.verdener} states and no violation"
    assert ud.modeksempel.invariant == brudt.invariant, str(ud.modeksempel)


def test_I7_a_lane_that_nobody_takes_on_is_found_as_stuck() -> None:
    """Liveness can fail too: without takeover a dead worker's claim would hold its lane for ever."""
    sag = _SAGER["A"]
    u = Udforsker(sag)
    muligheder = u.baner[0].muligheder
    alle = muligheder.fra
    muligheder.fra = lambda b: (t for t in alle(b) if t.navn not in ("overtag", "tabt"))  # type: ignore[method-assign]
    ud = u.koer()
    assert ud.modeksempel is not None
    assert ud.modeksempel.invariant == "I7"
    assert "dies" in str(ud.modeksempel)


def test_a_counterexample_tells_the_shortest_way_in_words() -> None:
    brudt = next(b for b in brudte() if b.invariant == "I11")
    ud = Udforsker(_SAGER[brudt.sag], Funktioner(brudt)).koer(frihed=False)
    linjer = str(ud.modeksempel).splitlines()
    assert "I11 does not hold" in linjer[0]
    assert "a lease that ran out is taken over; its worker is only late" in str(ud.modeksempel)
    assert linjer[-1].split(". ", 1)[1].startswith("settle")
