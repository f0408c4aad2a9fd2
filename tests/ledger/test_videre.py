"""A settled lane's next head may be claimed in the same transaction: only where that passes over nobody (I4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from gateway.lanes.registrering import Skridt
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.enhed import Enhed
from gateway.ledger.settle import Resultat
from sandbox.personer import Personregister
from tests.ledger.byg import KVITTERET, Ledger, samtale

MANGE = {"PersonRegistrationService|01": 32}
ANDEN = Personregister()
ANDEN.ny()
ANDEN_CPR = ANDEN.ny()


async def _afregn(ledger: Ledger, krav: Krav, uddeling: Uddeling, plads: dict[str, int]) -> list[Krav]:
    nye: list[Krav] = []

    async def videre(e: Enhed) -> None:
        nye.extend(await uddeling.tag_med(e, lambda _: plads))

    (a,) = await ledger.afregning.afregn([Resultat(krav, KVITTERET, None, ledger.nu)], videre)
    assert not a.tabt
    return nye


async def _to_samtaler(ledger: Ledger, cpr: str | None = None) -> None:
    for nr in (1, 2):
        s = samtale(f"{cpr and 'b'}{nr}", f"2022-02-0{nr}", "raadighed")
        s["data"]["cpr"] = cpr or s["data"]["cpr"]
        await ledger.modtag(s)


async def test_I4_the_next_head_is_claimed_with_the_settlement_when_nobody_waits(ledger: Ledger) -> None:
    await _to_samtaler(ledger)
    (foerste,) = await ledger.tag()
    (naeste,) = await _afregn(ledger, foerste, ledger.uddeling, MANGE)
    assert naeste.skridt is Skridt.SEND
    assert b"2022-02-02" in naeste.anmodning.krop
    assert (
        await ledger.pulje.fetchval("select fase from registrering where id = $1", naeste.registrering_id)
        == "undervejs"
    )
    assert await ledger.pulje.fetchval("select count(*) from koe") == 0
    assert await ledger.svar(naeste), "the claim is settled under its own epoch"
    assert set((await ledger.statusser()).values()) == {"registreret"}


async def test_I4_it_waits_for_a_claim_while_another_head_of_the_channel_is_ready(ledger: Ledger) -> None:
    await _to_samtaler(ledger)
    (foerste,) = await ledger.tag()
    await _to_samtaler(ledger, ANDEN_CPR)
    assert await _afregn(ledger, foerste, ledger.uddeling, MANGE) == []
    assert len(await ledger.tag()) == 2


async def test_I4_it_waits_when_the_channel_has_no_slot_left_or_its_service_has_a_rate(ledger: Ledger) -> None:
    await _to_samtaler(ledger)
    (foerste,) = await ledger.tag()
    grund = (ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    med_takst = Uddeling(*grund, ejer="a", lease=timedelta(seconds=60), takster={"PersonRegistrationService": 100.0})
    assert await _afregn(ledger, foerste, med_takst, MANGE) == []
    (anden,) = await ledger.tag()
    await _to_samtaler(ledger, ANDEN_CPR)
    assert await _afregn(ledger, anden, ledger.uddeling, {}) == []


async def test_I4_of_several_the_hardest_date_is_claimed_first(ledger: Ledger) -> None:
    await _to_samtaler(ledger)
    await _to_samtaler(ledger, ANDEN_CPR)
    krav = await ledger.tag()
    sidste = max(krav, key=lambda k: k.borger_id)
    nye: list[Krav] = []

    async def videre(e: Enhed) -> None:
        for linje in e.koe:
            linje.registrering.haardeste_dato = date(2022, 2, 3) if linje.borger_id == sidste.borger_id else None
        nye.extend(await ledger.uddeling.tag_med(e, lambda kanaler: dict.fromkeys(kanaler, 1)))

    await ledger.afregning.afregn([Resultat(k, KVITTERET, None, ledger.nu) for k in krav], videre)
    (k,) = nye
    assert k.borger_id == sidste.borger_id
    assert len(await ledger.tag()) == 1, "the other one waits in the queue"


@pytest.mark.parametrize(
    ("hold", "holdes"),
    [
        ("insert into spaerring (tjeneste, art, kode, afviste, siden) select tjeneste, art, '4999', 25, now() from registrering limit 1", "#spaerret"),
        ("insert into pause (art, vaerdi, borger_id, begrundelse, hvem, siden) select 'borger', 'x', id, 'g', 'h', now() from borger", "#pause"),
    ],
)  # fmt: skip
async def test_I4_what_is_blocked_or_paused_is_left_to_its_queue(ledger: Ledger, hold: str, holdes: str) -> None:
    await _to_samtaler(ledger)
    (foerste,) = await ledger.tag()
    await ledger.pulje.execute(hold)
    assert await _afregn(ledger, foerste, ledger.uddeling, MANGE) == []
    assert str(await ledger.pulje.fetchval("select kanal from koe")).endswith(holdes)
    assert await ledger.pulje.fetchval("select count(*) from krav") == 0
