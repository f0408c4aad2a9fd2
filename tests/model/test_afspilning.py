"""Walks through the model replayed on the real ledger: after every step both stand alike (tests/model/afspil.py)."""

from __future__ import annotations

import os

import pytest

from tests.ledger.byg import Ledger
from tests.ledger.conftest import ledger  # noqa: F401
from tests.model.afspil import Afspilning
from tests.model.sager import AFSPILLES
from tests.model.udforsker import Sag

pytestmark = pytest.mark.postgres
_SEED = int(os.environ.get("GATEWAY_MODEL_SEED", "1"))
_VEJE = int(os.environ.get("GATEWAY_MODEL_VEJE", "2"))


@pytest.mark.parametrize("nr", range(_VEJE))
@pytest.mark.parametrize("sag", AFSPILLES, ids=lambda s: s.navn)
async def test_the_model_and_the_ledger_stand_alike_after_every_step(ledger: Ledger, sag: Sag, nr: int) -> None:  # noqa: F811
    seed = _SEED * 1000 + nr
    print(f"seed {seed}")
    a = Afspilning(ledger, sag, seed)
    await a.gaa()
    assert len(a.vej) > 5
