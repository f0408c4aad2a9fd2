"""Several replicas on one Kafka group and one database: roles apart, restarted in turn, upgraded in turn. Events flow all the
while; the chaos suite's judge is heard, from DFDG's own log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.kaos.__main__ import ROD
from tests.kaos.koersel import Drift, Udfald, koer, migrer
from tests.kaos.miljoe import Grund, Miljoe
from tests.kaos.plan import Plan
from tests.kaos.replikaer import Replikaer
from tests.replikaer import aeldre
from tests.replikaer.drift import Bog, genstart, modtaget, vent

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
ROLLER = ("consume", "deliver", "publish", "hooks", "ops")
PR_SEKUND = 40.0
NULLER = ("lost", "out_of_order", "duplicates", "after_success", "no_final", "findings")


@pytest.fixture(scope="module")
async def grund(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Grund]:
    """A Kafka of its own: the session's has other tests' topics."""
    g = Grund(tmp_path_factory.mktemp("replikaer"))
    await g.start()
    yield g
    await g.stop()


def _plan(seed: int, replikaer: int) -> Plan:
    """No faults of its own. Members enough for the slowest machine: publishing ends when the operators are done."""
    return Plan(seed, sekunder=1.0, replikaer=replikaer, medlemmer=1500, fejl=(), ulaeselige=(), latens=0.1)


def _nuller(u: Udfald) -> None:
    """Judged from DFDG's log: nothing lost, nothing out of order, nothing twice; and everyone was told."""
    assert u.dom.nuller() == dict.fromkeys(NULLER, 0), "\n".join(map(str, u.dom.fund[:20]))
    assert u.dom.committed > 100


async def test_I1_I2_I3_I7_with_every_role_a_process_of_its_own(grund: Grund) -> None:
    """What reads, what sends and what tells meet in the ledger alone. The one that sends is ended and started
    again."""
    bog = Bog()

    def opstil(r: Replikaer) -> None:
        for x, rolle in zip(r.alle, ROLLER, strict=True):
            x.roller = (rolle,)

    async def undervejs(r: Replikaer, m: Miljoe) -> None:
        await vent(m, "select count(*) > 20 from registrering where fase = 'registreret'")
        bog.se(r, {x.nr: ROLLER[x.nr] for x in r.alle})
        await genstart(r, m, r.alle[ROLLER.index("deliver")], bog)
        await _fremad(m)
        bog.se(r, {x.nr: ROLLER[x.nr] for x in r.alle})

    u = await koer(grund, _plan(11, len(ROLLER)), ROD, "roller", Drift(opstil, undervejs, PR_SEKUND))
    _nuller(u)
    # Nobody but deliver calls DFDG. It had claims out when it was told to end, and left nothing in doubt.
    assert {rolle for rolle in bog.adresser if bog.kvitterede(u.dom.forsoeg, rolle)} == {"deliver"}
    assert bog.skift[0].krav > 0
    assert u.dom.undskyldt == 0


@pytest.mark.lang
async def test_I1_I2_I3_I7_a_rolling_restart_of_three_under_load(grund: Grund) -> None:
    bog = Bog()

    async def undervejs(r: Replikaer, m: Miljoe) -> None:
        await vent(m, "select count(*) > 20 from registrering where fase = 'registreret'")
        for x in r.alle:
            await genstart(r, m, x, bog)

    u = await koer(grund, _plan(12, 3), ROD, "genstart", Drift(lambda _: None, undervejs, PR_SEKUND))
    _nuller(u)
    assert len(bog.skift) == 3
    for s in bog.skift:
        assert s.krav > 0, "the replica had claims out when it was told to end"
        assert s.parkerede > 0, "events stood parked then"
        assert bog.uden_den(u.dom.forsoeg, s) > 0, "the others went on meanwhile"
    # An end in order leaves nothing in doubt: no answer was lost, no lease ran out.
    assert u.dom.undskyldt == 0
    assert "lease_lost" not in u.advarsler


@pytest.mark.lang
async def test_I1_I2_I3_I7_a_rolling_upgrade_old_and_new_side_by_side(grund: Grund, tmp_path: Path) -> None:
    """Two of the older version; the schema is raised under them; one is upgraded, taken back and upgraded again, then the other."""
    gammel = aeldre.pak_ud(tmp_path)
    assert aeldre.migrationer(gammel) < aeldre.migrationer(ROD)
    bog = Bog()
    modtog: dict[str, float] = {}
    brud: list[str] = []

    def opstil(r: Replikaer) -> None:
        for x in r.alle:
            x.kode = gammel

    async def undervejs(r: Replikaer, m: Miljoe) -> None:
        await vent(m, "select count(*) > 20 from registrering where fase = 'registreret'")
        await migrer(r, m)
        foerste, anden = r.alle
        for kode in (None, gammel, None):
            await genstart(r, m, foerste, bog, kode)
            await _fremad(m)
        bog.se(r, {foerste.nr: "new", anden.nr: "old"})
        modtog["new"] = await asyncio.to_thread(modtaget, foerste)
        modtog["old"] = await asyncio.to_thread(modtaget, anden)
        await genstart(r, m, anden, bog)
        await _fremad(m)
        brud.extend(await _brud(m))

    u = await koer(grund, _plan(13, 2), ROD, "opgradering", Drift(opstil, undervejs, PR_SEKUND, aeldre=gammel))
    _nuller(u)
    # Both versions took events in and registered at DFDG beside each other.
    assert modtog["new"] > 0
    assert modtog["old"] > 0
    assert bog.kvitterede(u.dom.forsoeg, "new") > 0
    assert bog.kvitterede(u.dom.forsoeg, "old") > 0
    assert len(bog.skift) == 4
    assert all(s.krav > 0 and bog.uden_den(u.dom.forsoeg, s) > 0 for s in bog.skift), bog.skift
    # What one version wrote down of the topics the other did not take for another topic's.
    assert brud == []


async def _fremad(m: Miljoe) -> None:
    """Waits until forty more events have been accepted."""
    conn = await asyncpg.connect(m.dsn)
    try:
        nu = await conn.fetchval("select count(*) from haendelse")
    finally:
        await conn.close()
    await vent(m, "select count(*) > $1 from haendelse", nu + 40)


async def _brud(m: Miljoe) -> list[str]:
    conn = await asyncpg.connect(m.dsn)
    try:
        return [str(dict(r)) for r in await conn.fetch("select topic, partition, fra, til, aarsag from topicbrud")]
    finally:
        await conn.close()
