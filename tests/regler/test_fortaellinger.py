"""The rules against an independent reading: what the sandbox's stories wrote down beforehand, event by event.

The stories know nothing of the gateway. Here each of their events is decided and granted without Kafka or DFDG, so that a
difference between the two readings shows where it arises.
"""

from __future__ import annotations

import pytest

from sandbox.fortaellinger.generator import generer
from tests.demo.regelspor import alle_afvigelser
from tests.demo.verden import FORUDSAETNINGER


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_generated_members_are_decided_as_they_were_written_down(seed: int) -> None:
    medlemmer = list(generer(300, seed, FORUDSAETNINGER))
    assert sum(len(m.haendelser) for m in medlemmer) > 2000
    assert alle_afvigelser(medlemmer, FORUDSAETNINGER) == []
