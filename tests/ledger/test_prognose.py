"""What a forecast is made from, and of which services it speaks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.dfdg import kodeliste
from gateway.errors import Betjeningsfejl
from gateway.ledger.prognose import prognose
from tests.ledger.byg import Ledger, placeret

pytestmark = pytest.mark.postgres


async def test_every_service_that_a_window_takes_can_be_foretold(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (tjeneste,) = await ledger.pulje.fetch("select tjeneste from kanal")
    til = ledger.nu + timedelta(hours=6)

    async def forudsagt(*tjenester: str) -> int:
        return (await prognose(ledger.pulje, ledger.noegler, ledger.nu, til, tjenester=tjenester)).borgere

    assert await forudsagt() == 1
    assert await forudsagt(tjeneste["tjeneste"]) == 1
    # Only read, so nothing waits for it; a window may be planned for it all the same.
    assert await forudsagt(kodeliste.TJENESTE.navn) == 0
    with pytest.raises(Betjeningsfejl, match="nothing was ever sent to Ukendt"):
        await forudsagt("Ukendt")
