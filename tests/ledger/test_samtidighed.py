"""What several workers on one ledger owe each other: none that stands still holds the others, and none outstays its lease."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.app import Gateway
from gateway.delivery.leverandoer import Leverandoer, Leveringsopsaetning
from gateway.delivery.vaekker import Vaekker
from gateway.lanes.afbryder import Udslag
from gateway.lanes.forsoeg import Anmodning, Svar, Udfald
from gateway.ledger.db import DATABASE_VAEK, aabn_pulje
from gateway.ledger.enhed import Videre
from gateway.ledger.faellesur import Faellesur
from gateway.ledger.settle import Afregnet, Resultat
from gateway.ledger.ventende import Ventende
from gateway.settings import DatabaseSettings, DfdgSettings, KafkaSettings, Settings
from sandbox.embedded.kafka import KafkaAdresse
from tests.ledger.byg import KVITTERET, TOPIC, Ledger, placeret, samtale
from tests.ledger.test_flow import KANAL, indplacerede, kanaler, udfald

pytestmark = pytest.mark.postgres
LAAS = "select 1 from lane for update"


async def test_I11_a_transaction_that_stands_still_is_ended_and_its_lanes_are_free(
    ledger: Ledger, database: str
) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    pulje = await aabn_pulje(database, mindst=1, hoejst=1, tavs_hoejst=0.3)
    try:
        async with pulje.acquire() as conn:
            transaktion = conn.transaction()
            await transaktion.start()
            await conn.execute(LAAS)
            # From here on it says nothing, as a process that was stopped in the middle.
            assert await asyncio.wait_for(ledger.svar(k), 10)
            with pytest.raises(DATABASE_VAEK):
                await conn.execute(LAAS)
    finally:
        pulje.terminate()


async def test_I5_a_channel_that_opens_waits_for_no_claim_under_way(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(3))
    (k,) = await ledger.uddeling.tag({KANAL: 1})
    await udfald(ledger, [k], Udslag.NEDBRUD)
    ledger.nu += timedelta(seconds=1)
    (proeve,) = await ledger.tag()
    await ledger.svar(proeve)
    await ledger.pulje.execute("update koe set klar_fra = $1", ledger.nu + timedelta(hours=1))
    async with ledger.pulje.acquire() as conn, conn.transaction():
        await conn.execute("delete from koe")
        await asyncio.wait_for(udfald(ledger, [proeve], Udslag.KVITTERET), 5)
    assert await ledger.pulje.fetchval("select trin from kanal where kanal = $1", KANAL) == 1


class _Carrier:
    """Answers every attempt, and notes whether its lease would have let it send."""

    def __init__(self, *svar: Svar, pause: float = 0) -> None:
        self._svar = list(svar)
        #: The second attempt's answer comes so much later than the first one's (seconds).
        self._pause = pause
        self.maatte: list[bool] = []

    async def send(self, _a: Anmodning, _request_id: str, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        assert maa_sendes is not None
        self.maatte.append(maa_sendes())
        if len(self.maatte) == 2:
            await asyncio.sleep(self._pause)
        return self._svar.pop(0) if len(self._svar) > 1 else self._svar[0]


def _nu() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def leverandoer(
    ledger: Ledger,
    database: str,
    carrier: Any,
    lease: float,
    afregnere: int = 2,
    foran: timedelta = timedelta(hours=1),
    ved_siden: float = 0.02,
) -> AsyncIterator[Leverandoer]:
    vaekker = Vaekker(database, ("koe", "udbakke"))
    await vaekker.start()
    # ``foran`` of the answers' times: whatever is to be ready later is ready now.
    ledger.nu = datetime.now(UTC) + foran
    ventende = Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", _nu)
    opsaetning = Leveringsopsaetning(lease=lease, laengste_forsoeg=1.0, afregnere=afregnere, ved_siden=ved_siden)
    driver = Leverandoer(
        ledger.uddeling, ledger.afregning, kanaler(ledger), ventende, carrier, vaekker, _nu, opsaetning
    )
    await driver.start()
    try:
        yield driver
    finally:
        await driver.stop()
        await vaekker.stop()


async def til(ledger: Ledger, forespoergsel: str) -> None:
    slut = time.monotonic() + 20
    while not await ledger.pulje.fetchval(forespoergsel):
        assert time.monotonic() < slut, forespoergsel
        await asyncio.sleep(0.05)


async def test_I11_the_lease_runs_from_before_the_claim(ledger: Ledger, database: str) -> None:
    await ledger.modtag(placeret())
    carrier = _Carrier(KVITTERET)
    async with ledger.pulje.acquire() as conn:
        laas = conn.transaction()
        await laas.start()
        # The claim stands in its middle for longer than the lease leaves for an attempt.
        await conn.execute("lock table registrering in exclusive mode")
        async with leverandoer(ledger, database, carrier, lease=2.0):
            await asyncio.sleep(1.5)
            await laas.rollback()
            await til(ledger, "select count(*) > 0 from registrering where fase = 'registreret'")
    assert carrier.maatte[0] is False


async def test_I3_a_claim_begun_when_the_process_is_told_to_end_is_finished_and_settled(
    ledger: Ledger, database: str
) -> None:
    await ledger.modtag(placeret())
    async with ledger.pulje.acquire() as conn:
        laas = conn.transaction()
        await laas.start()
        await conn.execute("lock table registrering in exclusive mode")
        async with leverandoer(ledger, database, _Carrier(KVITTERET), lease=60.0) as driver:
            await til(ledger, "select exists (select 1 from pg_locks where not granted)")
            slut = asyncio.create_task(driver.stop())
            await asyncio.sleep(0.3)
            await laas.rollback()
            await slut
    assert await ledger.pulje.fetchval("select count(*) from krav") == 0
    assert await ledger.pulje.fetchval("select fase from registrering") == "registreret"


async def test_I11_an_answer_that_waits_long_to_be_settled_is_not_asked_for_again(
    ledger: Ledger, database: str
) -> None:
    await ledger.modtag(*indplacerede(2))
    ledger.uddeling._lease, ledger.uddeling._ur = timedelta(seconds=3), _nu
    carrier = _Carrier(KVITTERET, pause=0.7)
    async with ledger.pulje.acquire() as conn:
        # The only settler stands in the first answer's transaction for two leases, and the second answer waits for it.
        laas = conn.transaction()
        await laas.start()
        await conn.execute("lock table kanal_succes in exclusive mode")
        async with leverandoer(ledger, database, carrier, lease=3.0, afregnere=1, foran=timedelta(0)):
            await til(ledger, "select exists (select 1 from pg_locks where not granted)")
            await asyncio.sleep(6)
            assert len(carrier.maatte) == 2
            await laas.rollback()
            await til(ledger, "select count(*) = 2 from registrering where fase = 'registreret'")
    assert len(carrier.maatte) == 2
    assert await ledger.pulje.fetchval("select count(*) from registrering where var_i_tvivl") == 0


class _Foerste:
    """The first settlement stands still until ``slip``; how many answers each was of."""

    def __init__(self, ledger: Ledger) -> None:
        self._afregn = ledger.afregning.afregn
        self.slip = asyncio.Event()
        self.antal: list[int] = []

    async def __call__(self, resultater: Sequence[Resultat], videre: Videre | None = None) -> list[Afregnet]:
        self.antal.append(len(resultater))
        if len(self.antal) == 1:
            await self.slip.wait()
        return await self._afregn(resultater, videre)


class _EnEfterEn(_Carrier):
    """The answers come one by one."""

    async def send(self, a: Anmodning, request_id: str, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        svar = await super().send(a, request_id, maa_sendes)
        await asyncio.sleep(0.02 * len(self.maatte))
        return svar


async def test_few_answers_that_come_beside_a_settlement_are_settled_together_when_it_has_ended(
    ledger: Ledger, database: str
) -> None:
    await ledger.modtag(*indplacerede(6))
    foerste = ledger.afregning.afregn = _Foerste(ledger)  # type: ignore[method-assign]
    carrier = _EnEfterEn(KVITTERET)
    async with leverandoer(ledger, database, carrier, lease=60.0, ved_siden=20.0):
        await asyncio.sleep(0.5)
        assert len(carrier.maatte) == 6
        foerste.slip.set()
        await til(ledger, "select count(*) = 6 from registrering where fase = 'registreret'")
    assert foerste.antal == [1, 5]


async def test_I4_a_settlement_that_stands_still_holds_the_others_a_moment(ledger: Ledger, database: str) -> None:
    await ledger.modtag(*indplacerede(6))
    foerste = ledger.afregning.afregn = _Foerste(ledger)  # type: ignore[method-assign]
    async with leverandoer(ledger, database, _EnEfterEn(KVITTERET), lease=60.0):
        await til(ledger, "select count(*) = 5 from registrering where fase = 'registreret'")
        foerste.slip.set()
        await til(ledger, "select count(*) = 6 from registrering where fase = 'registreret'")
    assert foerste.antal[0] == 1


async def test_I11_no_lease_that_is_over_or_anothers_begins_anew(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(3))
    a, b, c = await ledger.tag()
    await ledger.pulje.execute("update krav set ejer = 'en anden' where borger_id = $1", b.borger_id)
    await ledger.pulje.execute("update krav set lease_til = $2 where borger_id = $1", c.borger_id, ledger.nu)
    nye = await ledger.uddeling.forny([(k.borger_id, k.epoke) for k in (a, b, c)] + [(a.borger_id, a.epoke - 1)])
    assert nye == {(a.borger_id, a.epoke)}
    # A renewed claim is settled as it was.
    assert await ledger.svar(a)


async def test_I7_what_fails_after_settling_ends_no_settling(ledger: Ledger, database: str) -> None:
    """The channel's state can't be noted; answers are settled all the same, to the last."""
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    await ledger.pulje.execute("alter table kanal add constraint umulig check (tilstand = 'aaben') not valid")
    carrier = _Carrier(Svar(Udfald.ADGANG, kode="1012"), KVITTERET)
    async with leverandoer(ledger, database, carrier, lease=60.0, afregnere=1):
        await til(ledger, "select count(*) = 2 from haendelse where status = 'registreret'")


async def test_I1_a_mark_that_an_older_version_left_behind_says_nothing_of_the_record_read_last(ledger: Ledger) -> None:
    """Beside this version an older one reads on and leaves the mark of an earlier record (a rolling upgrade)."""
    poster = [ledger.post(placeret()), ledger.post(samtale("s1", "2022-02-01", "jobsamtale"))]
    ledger.soegt.add((TOPIC, 0))
    await ledger.modtagelse.accepter(poster[:1], ledger.soegt)
    await ledger.pulje.execute("update topic_offset set naeste = 2")
    stand = (await ledger.modtagelse.stand([(TOPIC, 0)]))[TOPIC, 0]
    assert (stand.naeste, stand.soeg) == (2, 2)
    # Also where it is read again all the same.
    assert (await ledger.modtagelse.accepter(poster[1:], ledger.soegt)).andre == set()
    # The next record of this version's own is marked, and another in its place is seen.
    naeste = ledger.post(samtale("s2", "2022-02-02", "jobsamtale"))
    await ledger.modtagelse.accepter([naeste], ledger.soegt)
    assert (await ledger.modtagelse.stand([(TOPIC, 0)]))[TOPIC, 0].soeg == 2
    anden = replace(naeste, value=b"{}")
    assert (await ledger.modtagelse.accepter([anden], ledger.soegt)).andre == {(TOPIC, 0)}


async def test_I11_the_ledgers_time_is_postgresqls_whatever_the_machines_clock_says(ledger: Ledger) -> None:
    sekunder = 1_000.0
    ur = Faellesur(ledger.pulje, lambda: sekunder)
    foer: datetime = await ledger.pulje.fetchval("select clock_timestamp()")
    await ur.stil()
    efter: datetime = await ledger.pulje.fetchval("select clock_timestamp()")
    stillet = ur()
    assert foer <= stillet <= efter
    sekunder += 7.5
    assert ur() - stillet == timedelta(seconds=7.5)


@pytest.mark.kafka
async def test_I11_a_replicas_wall_clock_takes_no_lease_early(
    ledger: Ledger, database: str, kafka: KafkaAdresse, tmp_path: Path
) -> None:
    """A whole replica whose clock is an hour ahead leaves another's claim alone."""
    await ledger.modtag(placeret())
    ledger.nu = datetime.now(UTC)
    (k,) = await ledger.uddeling.tag(dict.fromkeys(await ledger.uddeling.kanaler(), 100))
    settings = Settings(
        kafka=KafkaSettings(bootstrap_servers=kafka.bootstrap_servers),
        database=DatabaseSettings(url=database),
        dfdg=DfdgSettings(base_url="http://127.0.0.1:9"),
        pseudonym_key=SecretStr("n" * 32),
        data_dir=tmp_path,
    )
    gateway = Gateway(settings, ["deliver"], ur=lambda: datetime.now(UTC) + timedelta(hours=1))
    await gateway.start()
    try:
        await asyncio.sleep(2.5)  # leases are looked at every second
        assert await ledger.svar(k)
    finally:
        await gateway.stop()
