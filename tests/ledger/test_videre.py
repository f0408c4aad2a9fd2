"""A settled lane's next head may be claimed in the same transaction: only where that passes over nobody (I4)."""

from __future__ import annotations

from datetime import timedelta

from gateway.lanes.registrering import Skridt
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.db import Forbindelse
from gateway.ledger.settle import Resultat
from sandbox.personer import Personregister
from tests.ledger.byg import KVITTERET, Ledger, samtale

MANGE = {"PersonRegistrationService|01": 32}
ANDEN = Personregister()
ANDEN.ny()
ANDEN_CPR = ANDEN.ny()


async def _afregn(ledger: Ledger, krav: Krav, uddeling: Uddeling, plads: dict[str, int]) -> list[Krav]:
    nye: list[Krav] = []

    async def videre(conn: Forbindelse, baner: list[int]) -> int:
        nye.extend(await uddeling.tag_videre(conn, baner, lambda _: plads))
        return len(nye)

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
    await ledger.pulje.execute(
        "update koe set haardeste_dato = case when borger_id = (select max(borger_id) from koe) then date '2022-02-03' end"
    )
    async with ledger.pulje.acquire() as conn, conn.transaction():
        baner = [r["borger_id"] for r in await conn.fetch("select borger_id from koe order by borger_id for update")]
        (k,) = await ledger.uddeling.tag_videre(conn, baner, lambda kanaler: dict.fromkeys(kanaler, 1))
    assert k.borger_id == max(baner)
