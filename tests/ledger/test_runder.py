"""I4, counted: in which round of claims is each citizen's event taken, beside one who has ten thousand parked events and an
a-kasse with a large backlog.

One round is what the driver does when every slot is free: the slots of ``gateway.lanes.fordeling.pladser``, a claim, DFDG's
receipts. Rounds are counted, not time.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.envelope import Post
from gateway.delivery.leverandoer import Leveringsopsaetning
from gateway.lanes.fordeling import pladser
from gateway.ledger import tilstandslager
from gateway.ledger.claim import HOVEDER, Krav, Uddeling
from gateway.ledger.enhed import Enhed
from gateway.ledger.forventninger import Forventninger
from gateway.ledger.rettelsesgang import staaende_hoved
from gateway.ledger.settle import Resultat
from gateway.rules.tilstand import Borger
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, KVITTERET, Ledger, h, placeret, samtale, udbetalt

OPS = Leveringsopsaetning()
ANDRE = ("02", "03", "04", "05", "06")
HAENDELSER = 5

#: (a-kasse, the citizen's number within it, the event's number): the round in which it was claimed.
Runder = dict[tuple[str, int, int], int]


class Verden:
    """Citizens of several a-kasser in one ledger. The rounds go on from one phase to the next."""

    def __init__(self, ledger: Ledger, uddeling: Uddeling | None = None) -> None:
        self.ledger = ledger
        self.uddeling = uddeling or ledger.uddeling
        self.personer = Personregister()
        self.runde = 0
        self.sidst: dict[str, int] = {}
        self._offset: Counter[str] = Counter()
        self._navne: dict[str, tuple[str, int, int]] = {}
        self.ledger.soegt.clear()

    async def modtag(self, kode: str, haendelser: list[dict[str, Any]]) -> None:
        """The real accept, in its batches."""
        topic = f"akasse.{kode}.haendelser.v1"
        for fra in range(0, len(haendelser), 500):
            poster = []
            for x in haendelser[fra : fra + 500]:
                p = self.ledger.post({**x, "source": f"/akasse/{kode}"})
                poster.append(Post(topic, 0, self._offset[kode], p.key, p.value, ()))
                self._offset[kode] += 1
            await self.ledger.modtagelse.accepter(poster, self.ledger.soegt)

    def borger(self, navn: str, kode: str, nr: int, antal: int) -> list[dict[str, Any]]:
        """A new citizen's placement and CV controls: each of them needs a registration."""
        cpr = self.personer.ny()
        ud = [placeret(f"{navn}-{kode}-{nr}-0")]
        ud += [
            h(f"{navn}-{kode}-{nr}-{i}", "cv.kontrolleret", "2022-02-01", {"godkendt": bool(i % 2)})
            for i in range(1, antal)
        ]
        for i, x in enumerate(ud):
            x["data"] = {**x["data"], "cpr": cpr}
            self._navne[x["id"]] = (kode, nr, i)
        return ud

    async def andre(self, navn: str, pr_akasse: int = 20) -> None:
        for kode in ANDRE:
            borgere = [self.borger(navn, kode, nr, HAENDELSER) for nr in range(pr_akasse)]
            await self.modtag(kode, [x for b in borgere for x in b])

    async def en_runde(self) -> list[Krav]:
        self.runde += 1
        kanaler = await self.uddeling.kanaler()
        krav = await self.uddeling.tag(pladser(kanaler, OPS.i_alt, {}, OPS.pr_kanal, self.sidst)) if kanaler else []
        for k in krav:
            self.sidst[k.kanal] = self.runde
        for fra in range(0, len(krav), OPS.afregn_hoejst):
            bunke = krav[fra : fra + OPS.afregn_hoejst]
            await self.ledger.afregning.afregn([Resultat(k, KVITTERET, None, self.ledger.nu) for k in bunke])
        return krav

    async def runder(self, navn: str, hoejst: int) -> Runder:
        """Goes round until every event whose id begins with ``navn`` was claimed: in which round each was."""
        mangler = {n for id_, n in self._navne.items() if id_.startswith(f"{navn}-")}
        begyndt, ud = self.runde, {}
        while mangler and self.runde - begyndt < hoejst:
            krav = await self.en_runde()
            for id_ in await self._ider(krav):
                if id_.startswith(f"{navn}-"):
                    ud[self._navne[id_]] = self.runde - begyndt
                    mangler.discard(self._navne[id_])
        assert not mangler, f"{len(mangler)} events were not claimed in {hoejst} rounds"
        return ud

    async def _ider(self, krav: list[Krav]) -> list[str]:
        return [
            r["haendelse_id"]
            for r in await self.ledger.pulje.fetch(
                "select haendelse_id from haendelse where id = any($1::bigint[])", [k.haendelse_ref for k in krav]
            )
        ]


async def _sammenlign(ledger: Ledger, borgere: int, parkerede: int) -> None:
    v = Verden(ledger)
    await v.andre("foer")
    uden = await v.runder("foer", 4 * HAENDELSER)
    await v.modtag("01", v.borger("stor", "01", 0, parkerede))
    await v.modtag("07", [v.borger("mange", "07", nr, 1)[0] for nr in range(borgere)])
    await v.andre("efter")
    med = await v.runder("efter", 4 * HAENDELSER)
    venter = await ledger.pulje.fetchrow(
        """select count(*) filter (where topic = 'akasse.01.haendelser.v1') as den_ene,
                  count(*) filter (where topic = 'akasse.07.haendelser.v1') as akassen
           from haendelse where tilstand in ('venter', 'hoved')"""
    )
    # Both were there all the while: neither had ended when the others had.
    assert venter["den_ene"] > parkerede - 4 * HAENDELSER
    assert venter["akassen"] > borgere - 4 * HAENDELSER * OPS.pr_kanal
    assert len(uden) == len(ANDRE) * 20 * HAENDELSER
    assert med == uden


async def test_I4_ten_thousand_parked_events_and_an_akasses_backlog_leave_the_others_rounds_unchanged(
    ledger: Ledger,
) -> None:
    await _sammenlign(ledger, borgere=10_000, parkerede=10_000)


@pytest.mark.lang
async def test_I4_also_beside_a_hundred_thousand_citizens_of_one_akasse(ledger: Ledger) -> None:
    await _sammenlign(ledger, borgere=100_000, parkerede=10_000)


async def test_I4_each_ready_head_is_claimed_before_any_citizen_twice(ledger: Ledger) -> None:
    """One a-kasse, more ready heads than slots, one of them with many events behind it: with equal dates nobody is passed."""
    v = Verden(ledger)
    await v.modtag("01", v.borger("stor", "01", 0, 300))
    await v.modtag("01", [x for nr in range(1, 101) for x in v.borger("lille", "01", nr, 2)])
    await v.runder("lille", 40)
    # The placements are through; from here on every citizen's next head is in one channel.
    taget: dict[int, list[int]] = defaultdict(list)
    await v.modtag("01", [x for nr in range(200, 300) for x in v.borger("flere", "01", nr, 1)])
    klar = {r["borger_id"] for r in await ledger.pulje.fetch("select borger_id from koe where kanal like 'Fravaer%'")}
    assert len(klar) == 100 > OPS.pr_kanal
    while not klar <= set(taget):
        for k in await v.en_runde():
            taget[k.borger_id].append(v.runde)
    assert all(len(taget[b]) == 1 for b in klar)
    # A round of this channel is as many claims as heads were ready, by its slots: the one with 300 delayed none of them.
    assert max(taget[b][0] for b in klar) - min(taget[b][0] for b in klar) == -(-len(klar) // OPS.pr_kanal) - 1


async def test_I4_under_a_services_rate_the_akasser_take_turns(ledger: Ledger) -> None:
    """One call a round of each service: every a-kasse gets every sixth, whatever other services' channels stand between."""
    grund: tuple[Any, ...] = (ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    takster = {"FravaerService": 1.0, "CVWorkFlowService": 1.0}
    v = Verden(ledger, Uddeling(*grund, ejer="a", lease=timedelta(seconds=60), takster=takster))
    await v.modtag("07", [x for nr in range(50) for x in v.borger("mange", "07", nr, 3)])
    for kode in ANDRE:
        await v.modtag(kode, [x for nr in range(4) for x in v.borger("andre", kode, nr, 2)])
    taget: list[str] = []
    for _ in range(24):
        ledger.nu += timedelta(seconds=1)
        taget += [k.kanal for k in await v.en_runde()]
    placeret_hos = [k.partition("|")[2] for k in taget if k.startswith("FravaerService|")]
    omgange = [placeret_hos[i : i + 6] for i in range(0, 24, 6)]
    assert [sorted(o) for o in omgange] == [sorted((*ANDRE, "07"))] * 4
    assert len(taget) > len(placeret_hos)


async def test_the_hardest_dates_are_read_off_the_index_also_with_a_hundred_thousand_heads_waiting(
    ledger: Ledger,
) -> None:
    """The claim's own statement: no sort, and of a long queue no more is read than is claimed."""
    async with ledger.pulje.acquire() as conn, conn.transaction():
        # Only lanes and queue, without what they refer to: the plan is asked for, nothing is sent.
        await conn.execute("set local session_replication_role = replica")
        await conn.execute("insert into lane (borger_id) select generate_series(1, 100000)")
        await conn.execute(
            """insert into koe (borger_id, registrering_id, kanal, klar_fra, haardeste_dato)
               select n, n, 'IndkaldelseService|0' || 1 + n % 8, now() - interval '1 hour',
                      date '2026-03-01' + (n / 8) % 100 from generate_series(1, 100000) n"""
        )
        await conn.execute("analyze koe")
        await conn.execute("analyze lane")
        kanaler = [f"IndkaldelseService|0{n}" for n in range(1, 9)]
        nu = await conn.fetchval("select now()")
        (plan,) = json.loads(
            await conn.fetchval(f"explain (analyze, format json) {HOVEDER}", kanaler, [32] * len(kanaler), nu)
        )
        taget = await conn.fetch(
            f"select haardeste_dato from koe join ({HOVEDER}) v using (borger_id)", kanaler, [32] * len(kanaler), nu
        )
        (ens,) = json.loads(
            await conn.fetchval(f"explain (generic_plan, format json) {HOVEDER}", kanaler, [32] * len(kanaler), nu)
        )
    trin = list(_trin(plan["Plan"]))
    for t in (*trin, *_trin(ens["Plan"])):
        assert "Sort" not in t["Node Type"]
        assert t.get("Index Name") == "koe_haardest" or t.get("Relation Name") != "koe"
    (koe,) = (t for t in trin if t.get("Relation Name") == "koe")
    assert koe["Actual Rows"] * koe["Actual Loops"] == len(taget) == 8 * 32
    assert {r["haardeste_dato"] for r in taget} == {date(2026, 3, 1)}


def _trin(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for under in plan.get("Plans", ()):
        yield from _trin(under)


async def test_I7_a_long_lane_is_moved_on_in_portions_to_its_end(ledger: Ledger) -> None:
    """Hundreds of followers that need no DFDG, more than one portion of them: each has its final kvittering, and the lane is
    at rest."""
    await ledger.modtag(placeret(), *(udbetalt(f"u{n}", str(500 + n)) for n in range(400)))
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select count(*) from haendelse where tilstand <> 'endelig'") == 0
    assert await ledger.pulje.fetchval("select count(*) from haendelse") == 401
    assert await ledger.pulje.fetchval("select forventet_krypt from borger_tilstand") is None


async def test_I4_I2_a_long_lanes_expectation_is_folded_anew_apart_and_comes_out_the_same(ledger: Ledger) -> None:
    """Three hundred events wait behind a talk that DFDG refuses and an operator gives up: whoever is settled with it waits for
    none of them, and afterwards the expected state is as if all had been folded in one go."""
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(samtale("tale", "2022-02-01", "raadighed"))
    await ledger.modtag(*(h(f"cv{n}", "cv.kontrolleret", "2022-02-01", {"godkendt": bool(n % 2)}) for n in range(300)))
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    foer = await _forventet(ledger)
    await ledger.operatoer.spring_over([await ledger.doedt()], "afholdt af en anden")
    assert await ledger.pulje.fetchval("select genopbyg from borger_tilstand")
    assert await _forventet(ledger) == foer

    forventninger = Forventninger(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    async with ledger.pulje.acquire() as conn, conn.transaction():
        await conn.execute("select 1 from lane for update")
        assert await forventninger.gaa() == 0, "a lane that another process holds is not waited for"
    assert await forventninger.gaa() == 1
    assert not await ledger.pulje.fetchval("select genopbyg from borger_tilstand")
    assert await _forventet(ledger) == await _i_et_hug(ledger) != foer
    assert await forventninger.gaa() == 0
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select count(*) from haendelse where status = 'registreret'") == 301


async def _forventet(ledger: Ledger) -> Borger:
    raekke = await ledger.pulje.fetchrow("select forventet_krypt, forventet_tillaeg from borger_tilstand")
    assert raekke is not None
    b = tilstandslager.tilstand(ledger.noegler, *raekke)
    assert b is not None
    return b


async def _i_et_hug(ledger: Ledger) -> Borger:
    async with ledger.pulje.acquire() as conn:
        e = Enhed(conn, ledger.noegler, "test", ledger.nu)
        (b,) = [r["borger_id"] for r in await conn.fetch("select borger_id from lane")]
        await e.indlaes_baner([b])
        bane = e.baner[b]
        bane.hoved = await staaende_hoved(e, bane)
        alle = (await e.naeste_i_banerne([b], 10_000))[b]
        return ledger.motor.fold_videre(e, bane, ledger.motor.grund_for_forventet(bane), alle)
