"""Telling that an event waits: each cause once, by whichever process, and behind a long backlog in portions."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import timedelta

import pytest

from gateway.ledger import ventende
from gateway.ledger.enhed import Enhed
from gateway.ledger.nedskrift import skriv
from gateway.ledger.ventende import Ventende
from gateway.ledger.vinduer import Vinduer
from sandbox.personer import Personregister
from tests.ledger.byg import Ledger, samtale

BORGERE, SAMTALER = 5, 3


@pytest.fixture(autouse=True)
def smaa_portioner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ventende, "_SES", 4)
    monkeypatch.setattr(ventende, "_MELDES", 3)


def _ventende(ledger: Ledger) -> Ventende:
    return Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)


async def _venter(ledger: Ledger) -> None:
    """Citizens with talks that wait, three in each lane."""
    register = Personregister()
    for _ in range(BORGERE):
        cpr = register.ny()
        for nr in range(SAMTALER):
            s = samtale(f"{hash(cpr)}-{nr}", f"2022-02-0{nr + 1}", "raadighed")
            s["data"]["cpr"] = cpr
            await ledger.modtag(s)
    ledger.nu += timedelta(seconds=31)


async def _fortalt(ledger: Ledger) -> Counter[tuple[str, str]]:
    raekker = await ledger.pulje.fetch("select krop_krypt from besked where type = 'gateway.kvittering.v1'")
    data = [json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"] for r in raekker]
    return Counter((d["haendelseId"], d["venter"]["paa"]) for d in data if d["status"] == "afventer")


async def _alle(v: Ventende) -> int:
    i_alt, flere = 0, True
    while flere:
        antal, flere = await v.meld()
        i_alt += antal
    return i_alt


async def test_I7_every_event_that_waits_is_told_once_in_portions(ledger: Ledger) -> None:
    await _venter(ledger)
    v = _ventende(ledger)
    foerste, flere = await v.meld()
    assert 0 < foerste < BORGERE * SAMTALER
    assert flere, "the next portion need not wait a second"
    await _alle(v)
    assert [await v.meld() for _ in range(6)] == [(0, False)] * 6
    fortalt = await _fortalt(ledger)
    assert len(fortalt) == BORGERE * SAMTALER
    assert set(fortalt.values()) == {1}
    assert Counter(paa for _, paa in fortalt) == {"dfdg": BORGERE, "tidligere_haendelse": BORGERE * (SAMTALER - 1)}


async def test_I7_another_cause_is_told_as_the_walk_comes_round(ledger: Ledger) -> None:
    await _venter(ledger)
    v = _ventende(ledger)
    await _alle(v)
    vinduer = Vinduer(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu)
    await vinduer.planlaeg(ledger.nu, ledger.nu + timedelta(hours=1), [], "Lukket.", hvem="test", begrundelse="varslet")
    for _ in range(2 * BORGERE * SAMTALER):
        await v.meld()
    fortalt = await _fortalt(ledger)
    assert set(fortalt.values()) == {1}
    assert Counter(paa for _, paa in fortalt)["vindue"] == BORGERE


async def test_I7_two_processes_tell_each_cause_once(ledger: Ledger) -> None:
    await _venter(ledger)
    await asyncio.gather(*(_alle(_ventende(ledger)) for _ in range(2)))
    for v in (_ventende(ledger), _ventende(ledger)):
        # Whose lane the other one had is passed by; whoever comes round tells it.
        await _alle(v)
    fortalt = await _fortalt(ledger)
    assert len(fortalt) == BORGERE * SAMTALER
    assert set(fortalt.values()) == {1}


async def test_a_state_that_was_not_read_is_not_written(ledger: Ledger) -> None:
    await _venter(ledger)
    async with ledger.pulje.acquire() as conn:
        e = Enhed(conn, ledger.noegler, "test", ledger.nu)
        await e.indlaes_baner([1], tilstande=False)
        e.baner[1].aendret = True
        with pytest.raises(RuntimeError, match="not read"):
            await skriv(e)
