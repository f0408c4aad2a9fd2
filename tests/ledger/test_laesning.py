"""What operators see, from a real ledger: causes by harm, the last good one, a lane as a time line, searches, what changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway.errors import Adgangsfejl, Betjeningsfejl
from gateway.lanes.forsoeg import Svar, Udfald
from gateway.ledger.laesning import aendringer, borgere, flow, soegning, stoppede
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, CPR, Ledger, h, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres
IDAG = date(2026, 3, 1)
SVARET = Svar(Udfald.KVITTERET, registrerings_id="r", http_status=200, raa=f"<a>{CPR}</a>".encode())


async def _stop_i_rod(ledger: Ledger) -> None:
    """A placement receipted; a talk stopped, another and the payout that ends the course behind it."""
    await ledger.modtag(
        placeret(),
        samtale("s1", "2022-02-01", "jobsamtale"),
        samtale("s2", "2022-02-08", "raadighed"),
        udbetalt("u", "410"),
    )
    (k,) = await ledger.tag()
    await ledger.svar(k, SVARET)
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)


async def test_causes_tell_what_they_hold_back_and_the_most_harmful_comes_first(ledger: Ledger) -> None:
    await ledger.modtag(h("ny", "helt.ny", "2022-01-01", {}))
    await _stop_i_rod(ledger)
    foerst, sidst = await stoppede.aarsager(ledger.pulje, IDAG, None)
    assert (foerst.kode, foerst.dfdg_kode, foerst.foelgere, foerst.overdragelser, foerst.borgere) == (
        "dfdg_afvist",
        "4999",
        2,
        1,
        1,
    )
    assert (sidst.kode, sidst.foelgere, sidst.overdragelser) == ("ukendt_type", 0, 0)
    # What stands outside the lane holds nothing back; for what stands in it the nearest deadline is told.
    borger = await ledger.pulje.fetchval("select id from borger")
    snart = IDAG + timedelta(days=2)
    await ledger.pulje.execute(
        "insert into frist (borger_id, noegle, dato, varsles) values ($1, 'x', $2, $2)", borger, snart
    )
    foerst, sidst = await stoppede.aarsager(ledger.pulje, IDAG, None)
    assert (foerst.naermeste_frist, foerst.haster, sidst.naermeste_frist, sidst.haster) == (snart, 1, None, 0)
    assert await stoppede.aarsager(ledger.pulje, IDAG, frozenset({"02"})) == []
    ider = await stoppede.ider(ledger.pulje, None, "dfdg_afvist", "4999", "akasse.samtale.afholdt.v1")
    assert ider == [d.dlq_id for d in await stoppede.liste(ledger.pulje, IDAG, None, dfdg_kode="4999")]
    assert await stoppede.ider(ledger.pulje, None, "dfdg_afvist", "5000", None) == []


async def test_the_last_good_one_of_the_kind_stands_beside_and_only_of_those_who_may_be_seen(ledger: Ledger) -> None:
    anden = Personregister()
    anden.ny()
    cpr = anden.ny()
    god = samtale("g", "2022-02-01", "jobsamtale") | {"subject": "q"}
    god["data"]["cpr"] = cpr
    ind = placeret("gp") | {"subject": "q"}
    ind["data"]["cpr"] = cpr
    await ledger.modtag(ind, god)
    await ledger.leverer()
    await _stop_i_rod(ledger)
    id_ = await ledger.doedt()
    d = await stoppede.en(ledger.pulje, ledger.noegler, id_, None)
    assert (d["fejlende"]["fase"], d["senesteGode"]["fase"], d["senesteGode"]["art"]) == (
        "stoppet",
        "registreret",
        d["fejlende"]["art"],
    )
    assert not {CPR, cpr} & {x for r in (d["fejlende"], d["senesteGode"]) for x in (CPR, cpr) if x in str(r)}
    with pytest.raises(Adgangsfejl):
        await stoppede.en(ledger.pulje, ledger.noegler, id_, frozenset({"02"}))
    # Another a-kasse's good one is nobody's business here (I9).
    await ledger.pulje.execute("update registrering set akassekode = '02' where fase = 'registreret'")
    d = await stoppede.en(ledger.pulje, ledger.noegler, id_, frozenset({"01"}))
    assert d["senesteGode"] is None


async def test_the_time_line_tells_event_rule_request_answer_and_both_states(ledger: Ledger) -> None:
    await _stop_i_rod(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    b = await borgere.tidslinje(ledger.pulje, ledger.noegler, pseudonym, None)
    assert [x["haendelseId"] for x in b["haendelser"]] == ["placeret", "s1", "s2", "u"]
    placering = b["haendelser"][0]
    assert placering["regel"]["id"] == "V1"
    assert "{" not in placering["regel"]["tekst"]
    (r,) = placering["registreringer"]
    assert r["svar"].startswith("<a>")
    assert r["requestId"].endswith("-0")
    assert [x["type"] for x in placering["beskeder"] if x["topic"].startswith("akasse")][-1] == "gateway.kvittering.v1"
    assert {t["felt"] for t in b["tilstande"] if t["forskel"]} >= {"forloeb 1.aarsagskode", "samtaler 1.dato"}
    assert CPR not in str(b)
    with pytest.raises(Betjeningsfejl):
        await borgere.tidslinje(ledger.pulje, ledger.noegler, "0" * 32, None)


async def test_I9_in_a_lane_of_two_a_kasser_each_sees_its_own_and_no_state(ledger: Ledger) -> None:
    await _stop_i_rod(ledger)
    await ledger.pulje.execute("update haendelse set part = 'akasse.02' where haendelse_id = 'placeret'")
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    b: dict[str, Any] = await borgere.tidslinje(ledger.pulje, ledger.noegler, pseudonym, frozenset({"01"}))
    assert ([x["haendelseId"] for x in b["haendelser"]], b["andres"], b["tilstande"]) == (["s1", "s2", "u"], 1, None)
    # What went to the jobcenter went; what it said is not for the a-kasse.
    til_andre = [x for e in b["haendelser"] for x in e["beskeder"] if not x["topic"].startswith("akasse.01")]
    assert til_andre
    assert {x["data"] is None for x in til_andre} == {True}
    with pytest.raises(Adgangsfejl):
        await borgere.tidslinje(ledger.pulje, ledger.noegler, pseudonym, frozenset({"03"}))


async def test_a_citizen_is_found_by_every_id_that_people_hold(ledger: Ledger) -> None:
    await _stop_i_rod(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    r = await ledger.pulje.fetchrow("select request_uuid, entitets_id from registrering order by id limit 1")
    samtale_id = samtale("s1", "2022-02-01", "jobsamtale")["data"]["samtaleId"]
    for ord_, som in (
        (pseudonym, "pseudonym"), ("s1", "haendelse"), (samtale_id, "samtale"), (f"{r['request_uuid']}-3", "request"),
        (r["entitets_id"], "entitet"),
    ):  # fmt: skip
        fundne = await soegning.soeg(ledger.pulje, f" {ord_} ", None)
        assert [(f.som, f.pseudonym) for f in fundne] == [(som, pseudonym)], ord_
        assert await soegning.soeg(ledger.pulje, str(ord_), frozenset({"02"})) == []
    assert await soegning.soeg(ledger.pulje, "findes ikke", None) == []
    with pytest.raises(Betjeningsfejl, match="CPR"):
        await soegning.soeg(ledger.pulje, f"{CPR[:6]}-{CPR[6:]}", None)


async def test_flow_counts_what_came_and_knows_lag_and_silence(ledger: Ledger) -> None:
    await _stop_i_rod(ledger)
    f = await flow.hent(ledger.pulje, ledger.nu, {}, {("akasse.01.haendelser.v1", 0): 9}, None)
    assert (f.ind_time, f.registreret_time, f.venter, f.stoppet) == (4, 1, 2, 1)
    part = next(p for p in f.parter if p.part == "akasse.01")
    assert (part.part, part.efter, part.aabne, part.tavs) == ("akasse.01", 5, 2, False)
    mandag = await flow.hent(ledger.pulje, ledger.nu + timedelta(days=1), {}, None, None)
    assert [p.tavs for p in mandag.parter if p.part == "akasse.01"] == [False], (
        "heard on a Sunday: no working day has passed"
    )
    senere = await flow.hent(ledger.pulje, ledger.nu + timedelta(days=3), {}, None, None)
    part = next(p for p in senere.parter if p.part == "akasse.01")
    assert (part.tavs, part.efter) == (True, None)


async def test_what_changed_since_yesterday_names_setting_and_version_and_no_secret(ledger: Ledger) -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)
    for version, taktik in (("1", 5), ("1", 5), ("2", 6)):
        await aendringer.noter_start(ledger.pulje, version, {"GATEWAY_DFDG__STOP_EFTER": taktik})
    assert await ledger.pulje.fetchval("select count(*) from installation") == 2
    fundne, _ = await aendringer.siden(ledger.pulje, ledger.noegler, start)
    assert {(a.hvad, a.foer, a.efter) for a in fundne} == {("version", "1", "2"), ("indstilling", "5", "6")}


async def test_a_handover_is_overdue_after_whole_working_days(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("timer", "1924"))
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select count(*) from overdragelse where til = 'jobcenter.0101'") == 1
    ubesvarede = []
    for dage in (3, 4):  # made on a Sunday: on the Thursday three working days have passed
        f = await flow.hent(ledger.pulje, ledger.nu + timedelta(days=dage), {}, None, None)
        ubesvarede.append(sum(p.uhentede_overdragelser for p in f.parter if p.part == "jobcenter.0101"))
    assert ubesvarede == [0, 1]
