"""A course that another system began (``medlem.indlaest``): read back before the first registration on it."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from tests.ledger.byg import CPR, Ledger, h, placeret, udbetalt
from tests.ledger.test_rettelser import beskeder, kvitteringer, sidste

pytestmark = pytest.mark.postgres
DFDGS_ID = "11111111-2222-4333-8444-555555555555"


def indlaest(id_: str = "indlaest", **felter: Any) -> dict[str, Any]:
    data = {**placeret()["data"], "timerSammenlagt": "120", "samtaler": [], "ferie": [], "indstillinger": [], **felter}
    return h(id_, "medlem.indlaest", "2022-02-01", data)


async def test_it_writes_nothing_and_the_first_registration_reads_dfdg_back(ledger: Ledger) -> None:
    await ledger.modtag(indlaest())
    assert await ledger.leverer() == []
    assert await sidste(ledger, "indlaest") == ("noteret", None, True)
    await ledger.modtag(udbetalt("timer", "410"))
    (laesning,) = await ledger.tag()
    assert laesning.anmodning.metode == "GET"
    assert [o["registrering"] for o in await beskeder(ledger, "gateway.overdragelse.v1")] == ["afventer"], "I12"
    await ledger.svar(laesning, Svar(Udfald.KVITTERET, registrerings_id=DFDGS_ID))
    (ret,) = await ledger.tag()
    assert ret.anmodning.operation == "UpdateFravaer"
    assert ret.anmodning.entitets_id == DFDGS_ID, "DFDG's own identifier is taken over"
    await ledger.svar(ret)
    assert await sidste(ledger, "timer") == ("registreret", None, True)
    (k,) = [x for x in await kvitteringer(ledger, "timer") if x["endelig"]]
    assert [r["operation"] for r in k["registreringer"]] == ["UpdateFravaer"], "a reading is no registration"
    assert [o["registrering"] for o in await beskeder(ledger, "gateway.overdragelse.v1")] == ["afventer", "registreret"]
    assert await ledger.pulje.fetchval("select count(*) from registrering where fase = 'registreret'") == 2


async def test_a_difference_stops_it_with_both_values_and_nothing_is_written(ledger: Ledger) -> None:
    await ledger.modtag(indlaest(fravaerIdentifier=DFDGS_ID), udbetalt("timer", "410"))
    (laesning,) = await ledger.tag()
    fejl = Svarfejl("indlaest_afviger", "startDato: ventet 2022-01-03, DFDG har 2022-01-10")
    await ledger.svar(laesning, Svar(Udfald.AFVIST, kode="indlaest_afviger", fejl=(fejl,)))
    assert await ledger.leverer() == []
    k = (await kvitteringer(ledger, "timer"))[-1]
    assert (k["status"], k["fejl"]["kode"]) == ("stoppet", "indlaest_afviger")
    assert "2022-01-03" in k["fejl"]["tekst"]
    assert "2022-01-10" in k["fejl"]["tekst"]
    # the publisher corrects the import; the stopped event is decided anew by an operator's retry
    rettet = {**indlaest("ny", fravaerIdentifier=DFDGS_ID, startdato="2022-01-10"), "erstatter": "indlaest"}
    await ledger.modtag(rettet)
    assert (await ledger.statusser())["ny"] == "noteret"
    await ledger.operatoer.genkoer([await ledger.doedt()], "indlæsningen er rettet")
    (laesning,) = await ledger.tag()
    assert laesning.anmodning.operation == "GetAlleFravaer"
    await ledger.svar(laesning, Svar(Udfald.KVITTERET, registrerings_id=DFDGS_ID))
    assert await ledger.leverer() == ["UpdateFravaer"]


async def test_only_the_first_event_of_an_akasse_may_be_an_import(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(indlaest())
    assert (await sidste(ledger, "indlaest"))[0] == "afvist"


async def test_live_events_of_others_flow_while_many_are_imported(ledger: Ledger) -> None:
    from sandbox.personer import Personregister

    register = Personregister()
    cprer = [c for c in (register.ny() for _ in range(201)) if c != CPR]
    ind = [{**indlaest(f"i{n}"), "data": {**indlaest()["data"], "cpr": c}} for n, c in enumerate(cprer)]
    await ledger.modtag(*ind[:100], placeret(), *ind[100:])
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]
    s = await ledger.statusser()
    assert sorted(set(s.values())) == ["noteret", "registreret"]
    assert await ledger.pulje.fetchval("select count(*) from registrering") == 1
