"""D1 from a durable timer: judged by what was received, once for a cause, whatever restarts, and nobody is polled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from contracts.messages import BESKEDTYPER
from gateway.ledger import frister
from gateway.ledger.frister import Fristvagt
from gateway.ledger.ur import Haendelsesur
from gateway.rules.frister import Fristopsaetning
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, CPR, Ledger, h, placeret
from tests.ledger.test_cprskift import NYT, om, samling, skift

pytestmark = pytest.mark.postgres
ANDEN = next(c for c in iter(Personregister().ny, None) if c not in (CPR, NYT))


@dataclass
class Dag:
    """A day that the test moves."""

    dato: str | None

    async def idag(self) -> date | None:
        return date.fromisoformat(self.dato) if self.dato else None


def vagt(ledger: Ledger, dag: Dag) -> Fristvagt:
    return Fristvagt(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu, dag, Fristopsaetning())


def tilmeldt(id_: str = "tilmeldt", dag: str = "2022-01-03", cpr: str = CPR, **mere: Any) -> dict[str, Any]:
    data = {"cpr": cpr, "kommunekode": "0101", "tilmeldingsdato": dag}
    return h(id_, "medlem.tilmeldt", dag, data, **mere)


async def fortalt(ledger: Ledger) -> list[tuple[str, str, str]]:
    """(topic, frist, dato) of every warning, in order; each must fit its contract and speak of a citizen."""
    ud = []
    for r in await ledger.pulje.fetch(
        "select topic, krop_krypt from besked where type = 'gateway.frist-advarsel.v1' order by id"
    ):
        data = json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"]
        BESKEDTYPER["gateway.frist-advarsel.v1"].model_validate(data)
        ud.append((r["topic"], data["frist"], data["dato"]))
    return ud


TIL_01 = "akasse.01.beskeder.v1"
BEGGE = [(TIL_01, "cv_samtale", "2022-01-17"), (TIL_01, "indplacering", "2022-01-17")]


async def test_D1_told_on_its_day_once_for_its_cause_also_by_a_new_watch(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-13")
    assert await vagt(ledger, dag).gaa() == 0
    assert await fortalt(ledger) == []
    dag.dato = "2022-01-14"
    assert await vagt(ledger, dag).gaa() == 2
    assert sorted(await fortalt(ledger)) == BEGGE
    for dato in ("2022-01-14", "2022-01-15", "2022-01-20"):
        dag.dato = dato
        assert await vagt(ledger, dag).gaa() == 0
    # The state changes, the causes are the same.
    await ledger.modtag(
        h("flyttet", "medlem.flyttet", "2022-01-15", {"kommunekode": "0147", "flyttedato": "2022-01-15"})
    )
    assert await vagt(ledger, dag).gaa() == 0


async def test_D1_what_is_received_counts_before_dfdg_has_receipted_it(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt(), placeret())
    (krav,) = await ledger.tag()
    dag = Dag("2022-01-14")
    await vagt(ledger, dag).gaa()
    assert {f for _, f, _ in await fortalt(ledger)} == {"cv_samtale", "vejledning"}, "the placement was received"
    assert await ledger.svar(krav)


async def test_D1_also_behind_a_stopped_event(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (krav,) = await ledger.tag()
    await ledger.svar(krav, AFVIST)
    assert list((await ledger.statusser()).values()) == ["stoppet"]
    indstilling = {
        "indstillingId": "00000000-0000-4000-8000-000000000001",
        "tilbudstype": "mentor",
        "begrundelse": "x",
    }
    await ledger.modtag(h("indstilling", "indstilling.sendt", "2022-02-01", indstilling))
    await vagt(ledger, Dag("2022-02-15")).gaa()
    assert (TIL_01, "indstilling", "2022-02-15") in await fortalt(ledger)


async def test_D1_a_withdrawn_event_has_no_deadline(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt())
    await vagt(ledger, Dag("2022-01-10")).gaa()
    await ledger.modtag(
        h("fortrudt", "haendelse.tilbagekaldt", "2022-01-11", {"haendelseId": "tilmeldt", "begrundelse": "Fejl"})
    )
    assert (await ledger.statusser())["fortrudt"] == "noteret"
    assert await vagt(ledger, Dag("2022-01-14")).gaa() == 0
    assert await ledger.pulje.fetchval("select count(*) from frist") == 0


async def test_D1_a_cause_that_falls_away_and_comes_back_is_not_told_again(ledger: Ledger) -> None:
    """Told, met by a placement, and owed again when the placement is withdrawn: the same cause."""
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-14")
    await vagt(ledger, dag).gaa()
    assert sorted(await fortalt(ledger)) == BEGGE
    await ledger.modtag(placeret())
    await ledger.leverer()
    await vagt(ledger, dag).gaa()
    foer = await fortalt(ledger)
    fortrudt = {"haendelseId": "placeret", "begrundelse": "Fejl"}
    await ledger.modtag(h("fortrudt", "haendelse.tilbagekaldt", "2022-01-14", fortrudt))
    await ledger.leverer()
    assert await vagt(ledger, dag).gaa() == 0
    assert await fortalt(ledger) == foer


async def test_D1_nobody_is_looked_at_whose_state_stands_still(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt(), tilmeldt("anden", cpr=ANDEN))
    dag = Dag("2022-01-04")
    await vagt(ledger, dag).gaa()
    assert await ledger.pulje.fetchval("select count(*) from tilsyn_koe") == 0
    (foerste, anden) = [r[0] for r in await ledger.pulje.fetch("select id from borger order by id")]
    await ledger.pulje.execute("update borger_tilstand set bekraeftet_krypt = 'ulaeselig' where borger_id = $1", anden)
    await ledger.modtag(placeret())
    await vagt(ledger, dag).gaa()  # would raise if it read the other one
    noegler = {
        r[0].split("|")[0] for r in await ledger.pulje.fetch("select noegle from frist where borger_id = $1", foerste)
    }
    assert "indplacering" not in noegler


async def test_D1_two_watches_tell_once(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-14")
    vagter = [vagt(ledger, dag) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(v.gaa() for v in vagter))
    assert sorted(await fortalt(ledger)) == BEGGE


@pytest.mark.parametrize("trin", ["_skriv_frister", "skriv"])
async def test_D1_broken_off_between_two_steps_it_is_done_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, trin: str
) -> None:
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-14")

    async def falder(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as m:
        m.setattr(frister, trin, falder)
        with pytest.raises(ConnectionResetError):
            await vagt(ledger, dag).gaa()
    assert await fortalt(ledger) == []
    await vagt(ledger, dag).gaa()
    assert sorted(await fortalt(ledger)) == BEGGE


async def test_D1_a_lane_that_another_holds_is_left_for_the_next_time(ledger: Ledger, database: str) -> None:
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-14")
    anden = await asyncpg.connect(database)
    try:
        async with anden.transaction():
            await anden.execute("select 1 from lane for update")
            assert await vagt(ledger, dag).gaa() == 0
    finally:
        await anden.close()
    assert await vagt(ledger, dag).gaa() == 2


async def test_D1_what_was_told_under_the_old_number_is_not_told_again(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt())
    dag = Dag("2022-01-14")
    await vagt(ledger, dag).gaa()
    await ledger.modtag(om(NYT, tilmeldt("under-det-nye")))
    await ledger.modtag(skift("skift"))
    assert await samling(ledger).proev() == 1
    await vagt(ledger, dag).gaa()
    assert sorted(await fortalt(ledger)) == BEGGE


async def test_D1_what_was_told_under_the_new_number_is_not_told_again(ledger: Ledger) -> None:
    await ledger.modtag(om(NYT, tilmeldt("under-det-nye")))
    await vagt(ledger, Dag("2022-01-14")).gaa()
    await ledger.modtag(tilmeldt())
    await vagt(ledger, Dag("2022-01-13")).gaa()
    await ledger.modtag(skift("skift"))
    assert await samling(ledger).proev() == 1
    await vagt(ledger, Dag("2022-01-14")).gaa()
    assert sorted(await fortalt(ledger)) == BEGGE


A, B = ("akasse.01.haendelser.v1", 0), ("akasse.02.haendelser.v1", 0)


@pytest.mark.parametrize(
    ("ender", "laest", "ventet"),
    [
        ({A: 1, B: 0}, {}, None),
        ({A: 5, B: 5}, {A: (5, "2022-03-01"), B: (5, "2022-01-15")}, "2022-03-01"),
        ({A: 5, B: 9}, {A: (5, "2022-03-01"), B: (5, "2022-01-15")}, "2022-01-15"),
        ({A: 6, B: 9}, {A: (5, "2022-03-01"), B: (5, "2022-01-15")}, "2022-01-15"),
        ({A: 6, B: 5}, {A: (5, "2022-03-01"), B: (5, "2022-01-15")}, "2022-03-01"),
        ({A: 5, B: 1}, {A: (5, "2022-03-01")}, None),
        ({}, {}, None),
    ],
)
async def test_D1_the_events_clock_is_that_of_the_slowest_partition_not_read_to_its_end(
    ledger: Ledger, ender: Mapping[Any, int], laest: Mapping[Any, tuple[int, str]], ventet: str | None
) -> None:
    for (topic, partition), (naeste, tid) in laest.items():
        await ledger.pulje.execute(
            "insert into topic_offset (topic, partition, naeste, seneste_tid) values ($1, $2, $3, $4)",
            topic,
            partition,
            naeste,
            datetime.fromisoformat(f"{tid}T12:00").replace(tzinfo=UTC),
        )

    async def svar() -> Mapping[Any, int]:
        return ender

    idag = await Haendelsesur(ledger.pulje, svar).idag()
    assert (idag.isoformat() if idag else None) == ventet


async def test_D1_the_newest_time_of_a_partition_is_that_of_what_was_accepted(ledger: Ledger) -> None:
    await ledger.modtag(tilmeldt(dag="2022-01-05"))
    await ledger.modtag(tilmeldt("senere", dag="2022-01-09"), tilmeldt("tidligere", dag="2022-01-04"))
    await ledger.modtag(tilmeldt("endnu-tidligere", dag="2022-01-03"))
    tid = await ledger.pulje.fetchval("select seneste_tid from topic_offset")
    assert tid.date() == date(2022, 1, 9)
