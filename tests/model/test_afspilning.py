"""Walks through the model replayed on the real ledger: after every step both stand alike (tests/model/afspil.py)."""

from __future__ import annotations

import os

import pytest

from tests.ledger.byg import Ledger
from tests.ledger.conftest import ledger  # noqa: F401
from tests.model.afspil import Afspilning
from tests.model.produktion import Brudt, Funktioner, brudte
from tests.model.sager import AFSPILLES, SMAA
from tests.model.udforsker import Sag, Udforsker

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


@pytest.mark.parametrize("brudt", brudte(), ids=lambda b: b.hvad)
async def test_where_a_broken_variant_goes_wrong_the_ledger_goes_the_models_way(ledger: Ledger, brudt: Brudt) -> None:  # noqa: F811
    """The shortest way to each break's violation, on the intact ledger: the rare corners that chance seldom meets."""
    sag = next(s for s in SMAA if s.navn == brudt.sag)
    modeksempel = Udforsker(sag, Funktioner(brudt)).koer(frihed=False).modeksempel
    assert modeksempel is not None
    a = Afspilning(ledger, sag, _SEED)
    await a.foelg(modeksempel.vej)
    assert len(a.vej) >= 2
