"""The figures that operators are alarmed by, on a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.lanes.afbryder import Udslag
from gateway.lanes.forsoeg import Svar, Udfald
from gateway.ledger.kanaler import Kanaler, Kanaludfald
from gateway.ledger.maaling import Ledgermaal, maal, tavse_arbejdsdage
from gateway.ledger.vinduer import Vinduer
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, KVITTERET, Ledger, placeret, udbetalt

pytestmark = pytest.mark.postgres

FRAVAER = "FravaerService"
INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")
PERSONER = Personregister()


async def maalt(ledger: Ledger) -> Ledgermaal:
    return await maal(ledger.pulje, ledger.nu)


def indplacerede(antal: int) -> list[dict[str, Any]]:
    ud = []
    for nr in range(antal):
        p = placeret(f"m{nr}")
        p["data"]["cpr"] = PERSONER.ny()
        ud.append(p)
    return ud


async def test_a_doubt_is_as_old_as_it_is_however_often_it_was_tried(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    ledger.nu += timedelta(hours=2)
    # Hours of waiting for DFDG are no doubt: it begins with the answer that did not come.
    assert (await maalt(ledger)).i_tvivl == {}
    await ledger.svar(k, INTET_SVAR)
    begyndt = ledger.nu
    for _ in range(3):
        ledger.nu += timedelta(minutes=10)
        (k,) = await ledger.tag()
        await ledger.svar(k, INTET_SVAR)
        m = await maalt(ledger)
        assert m.i_tvivl[FRAVAER, FRAVAER].siden == begyndt
    assert m.i_tvivl[FRAVAER, FRAVAER].alder(ledger.nu) == 1800
    ledger.nu += timedelta(minutes=10)
    (k,) = await ledger.tag()
    await ledger.svar(k, KVITTERET)
    assert (await maalt(ledger)).i_tvivl == {}


async def test_what_is_open_stopped_and_waiting_is_counted_with_its_age(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("timer", "1924"))
    m = await maalt(ledger)
    assert {t: a.antal for t, a in m.haendelser.items()} == {"hoved": 1, "venter": 1}
    assert m.koe == {FRAVAER: 1}
    assert m.stoppede == {}
    (k,) = await ledger.tag()
    stoppet = ledger.nu
    await ledger.svar(k, AFVIST)
    ledger.nu += timedelta(hours=1)
    m = await maalt(ledger)
    assert {t: a.antal for t, a in m.haendelser.items()} == {"stoppet": 1, "venter": 1}
    assert m.stoppede["dfdg_afvist"].siden == stoppet
    assert m.stoppede["dfdg_afvist"].alder(ledger.nu) == 3600
    assert m.udbakke["akasse.01.kvitteringer.v1"].alder(ledger.nu) == 3600
    assert m.inkarnation_klar in (True, False)
    assert m.database_bytes > 1_000_000


async def test_a_channel_that_only_probes_is_down_and_one_in_a_window_is_neither(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(4))
    krav = await ledger.tag()
    kanaler = Kanaler(ledger.pulje, lambda: ledger.nu)

    async def tilstand() -> str:
        (k,) = (await maalt(ledger)).kanaler
        return k.tilstand

    assert await tilstand() == "aaben"
    await kanaler.efter([Kanaludfald(k.kanal, k.udgave, Udslag.NEDBRUD, "http_503") for k in krav])
    for k in krav:
        await ledger.svar(k, Svar(Udfald.UTILGAENGELIG, kode="http_503"))
    assert await tilstand() == "nede"
    ledger.nu += timedelta(seconds=40)
    (proeve,) = await ledger.tag()
    assert await ledger.pulje.fetchval("select tilstand from kanal") == "genaabner"
    assert await tilstand() == "nede", "a probe is no sign of life"
    await ledger.svar(proeve)
    await kanaler.efter([Kanaludfald(proeve.kanal, proeve.udgave, Udslag.KVITTERET, None)])
    assert await tilstand() == "genaabner"
    vinduer = Vinduer(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu)
    await vinduer.planlaeg(
        ledger.nu, ledger.nu + timedelta(hours=6), [FRAVAER], "Release", hvem="test", begrundelse="test"
    )
    assert await tilstand() == "vindue"
    assert (await maalt(ledger)).vinduer == 1


async def test_a_party_is_silent_from_its_last_event_on(ledger: Ledger) -> None:
    fredag = datetime(2026, 3, 6, 14, tzinfo=UTC)
    ledger.nu = fredag
    await ledger.modtag(placeret())
    ledger.nu += timedelta(days=3)
    senest = (await maalt(ledger)).parter["akasse.01"]
    assert senest == fredag


@pytest.mark.parametrize(
    ("senest", "nu", "dage"),
    [
        ("2026-03-06T14:00", "2026-03-09T08:00", 0),  # Friday to Monday
        ("2026-03-06T14:00", "2026-03-10T08:00", 1),  # Monday passed
        ("2026-04-01T14:00", "2026-04-07T08:00", 0),  # Easter
        ("2026-03-09T23:30", "2026-03-10T23:10", 0),  # by Copenhagen's day: the 10th and the 11th
        ("2026-03-09T22:30", "2026-03-10T23:10", 1),  # the 9th and the 11th
        ("2020-01-01T00:00", "2026-03-09T23:10", 100),
    ],
)
def test_silence_is_counted_in_whole_danish_working_days(senest: str, nu: str, dage: int) -> None:
    tider = [datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (senest, nu)]
    assert tavse_arbejdsdage(*tider) == dage


async def test_a_heads_last_date_passes_at_copenhagens_midnight(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.pulje.execute("update koe set haardeste_dato = date '2026-03-01'")
    ledger.nu = datetime(2026, 3, 1, 22, 59, tzinfo=UTC)
    assert (await maalt(ledger)).koe_forbi_dato == 0
    ledger.nu += timedelta(minutes=1)
    assert (await maalt(ledger)).koe_forbi_dato == 1
