"""A citizen's states as the ledger keeps them: what stays is not written again."""

from __future__ import annotations

from datetime import date, timedelta

from tests.ledger.byg import Ledger, samtale

_STED = """select pg_column_toast_chunk_id(bekraeftet_krypt) as bekraeftet, pg_column_toast_chunk_id(forventet_krypt) as forventet,
                  length(bekraeftet_krypt) as stoerrelse from borger_tilstand"""


async def test_an_expected_state_that_comes_true_step_by_step_is_written_once(ledger: Ledger) -> None:
    dage = [date(2022, 2, 1) + timedelta(days=n) for n in range(60)]
    await ledger.modtag(*(samtale(f"s{n}", d.isoformat(), "raadighed") for n, d in enumerate(dage)))
    steder = []
    for _ in dage[:-1]:
        (krav,) = await ledger.tag()
        assert await ledger.svar(krav)
        steder.append(await ledger.pulje.fetchrow(_STED))
    assert steder[-1]["stoerrelse"] > 4_000, "large enough to be kept outside the row"
    assert steder[0]["forventet"] is not None
    assert {s["forventet"] for s in steder} == {steder[0]["forventet"]}, "nobody wrote it again"
    store = [s["bekraeftet"] for s in steder if s["bekraeftet"] is not None]
    assert len(set(store)) == len(store) > 10, "what was confirmed is new each time"
    # The last one: nothing is expected any more.
    (krav,) = await ledger.tag()
    assert await ledger.svar(krav)
    sidst = await ledger.pulje.fetchrow("select forventet_krypt, bekraeftet_krypt from borger_tilstand")
    assert sidst is not None
    assert sidst["forventet_krypt"] is None
    assert len(sidst["bekraeftet_krypt"]) > 4_000
    assert set((await ledger.statusser()).values()) == {"registreret"}
