"""An event of a type that this version does not know: stopped outside the citizen's order, until an upgrade or its publisher.

The older version is the same gateway without the type in its list; the newer one is started on the same topics and ledger.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from tests.graenseflade.hus import INDPLACERET, Hus, haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
VEJLEDNING, SAMTALE, UDBETALT = "akasse.vejledning.givet.v1", "akasse.samtale.afholdt.v1", "akasse.dagpenge.udbetalt.v1"
AELDRE = f"from contracts.events import HAENDELSESTYPER as t\nfor x in ({VEJLEDNING!r}, {SAMTALE!r}): del t[x]"
GRUND = ("--begrundelse", "Opgraderet.")


def ind(h: Hus, cpr: str) -> dict[str, Any]:
    return haendelse("akasse.01", INDPLACERET, "2022-01-14", placering(cpr), h.nyt_id())


def timer(h: Hus, cpr: str, antal: str, **attributter: Any) -> dict[str, Any]:
    data = {"cpr": cpr, "maaned": "2022-02", "timer": "37", "timerSammenlagt": antal}
    return haendelse("akasse.01", UDBETALT, "2022-02-28", data, h.nyt_id(), **attributter)


def samtale(h: Hus, cpr: str, formaal: str, dag: str = "2022-02-01", **attributter: Any) -> dict[str, Any]:
    data = {
        "cpr": cpr, "samtaleId": "9a1b0f6e-0000-4000-8000-00000000000" + str(len(formaal) % 10), "formaal": [formaal],
        "tidspunkt": f"{dag}T10:00:00+01:00", "form": "personligt",
        "sagsbehandler": {"fornavn": "Test", "efternavn": "Testesen"},
    }  # fmt: skip
    return haendelse("akasse.01", SAMTALE, dag, data, h.nyt_id(), **attributter)


async def stoppet(h: Hus, k: dict[str, Any]) -> str:
    """Publishes it; the id of its dead letter, once it has stopped."""
    await h.send("akasse.01", k)
    svar = await h.staar(k["id"])
    assert (svar.data["status"], svar.data["endelig"], svar.data["fejl"]["kode"]) == ("stoppet", False, "ukendt_type")
    assert svar.data["venter"]["paa"] == "operatoer"
    brev = await h.doedbrev(k["id"])
    assert brev.data["kode"] == "ukendt_type"
    return str(brev.data["dlqId"])


async def test_stopped_outside_the_order_and_after_an_upgrade_it_enters_at_the_end_flagged(vaerk: Hus) -> None:
    h = vaerk
    await h.o.stop()
    await h.o.start(AELDRE)
    cpr = h.personer.ny()
    await h.send("akasse.01", placeret := ind(h, cpr))
    assert (await h.staar(placeret["id"])).data["status"] == "registreret"
    tale = samtale(h, cpr, "raadighed")
    brev = await stoppet(h, tale)
    rettelse = samtale(h, cpr, "cv", "2022-02-02")
    rettelse["data"]["cvGodkendt"] = True
    brev2 = await stoppet(h, rettelse)
    # It holds nobody back: what comes after it is decided and sent.
    await h.send("akasse.01", slut := timer(h, cpr, "410"))
    assert (await h.staar(slut["id"])).data["status"] == "registreret"
    # A type that the newer version does not know either stays stopped.
    fremmed = haendelse("akasse.01", "akasse.noget.nyt.v9", "2022-02-01", {"cpr": cpr}, h.nyt_id())
    brev3 = await stoppet(h, fremmed)
    await h.o.stop()
    await h.o.start()
    kode, _ = await h.o.kommando("dlq", "retry", brev, brev2, *GRUND)
    assert kode == 0
    kode, _ = await h.o.kommando("dlq", "retry", brev3, *GRUND)
    assert kode != 0
    for k in (tale, rettelse):
        d = (await h.staar(k["id"])).data
        assert (d["status"], d["endelig"], d["flag"]) == ("registreret", True, ["uden_for_raekkefoelge"])
        assert d["udgave"] > 1
    assert h.kvitteringer(fremmed["id"])[-1].data["status"] == "stoppet"
    assert [x.operation for x in h.dfdg(cpr)] == [
        "CreateFravaerMedIdentifier", "UpdateFravaer", "CreatePersonInterview", "CreatePersonInterview",
    ]  # fmt: skip


async def test_I2_giving_it_up_leaves_what_the_citizen_has_on_its_way(vaerk: Hus) -> None:
    h = vaerk
    cpr = h.personer.ny()
    nede = await h.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, status=503))
    await h.send("akasse.01", placeret := ind(h, cpr))
    fremmed = haendelse("akasse.01", "akasse.noget.nyt.v9", "2022-02-01", {"cpr": cpr}, h.nyt_id())
    brev = await stoppet(h, fremmed)
    kode, _ = await h.o.kommando("dlq", "skip", brev, *GRUND)
    assert kode == 0
    svar = await h.staar(fremmed["id"])
    assert (svar.data["status"], svar.data["fejl"]["kode"]) == ("sprunget_over", "sprunget_over")
    await h.o.styring.ryd(nede.nummer)
    assert (await h.staar(placeret["id"])).data["status"] == "registreret"


async def test_its_publisher_replaces_or_withdraws_it(vaerk: Hus) -> None:
    h = vaerk
    cpr = h.personer.ny()
    await h.send("akasse.01", placeret := ind(h, cpr))
    await h.staar(placeret["id"])
    for retter in ("erstatter", "tilbagekaldt"):
        fremmed = haendelse("akasse.01", "akasse.noget.nyt.v9", "2022-02-01", {"cpr": cpr}, h.nyt_id())
        await stoppet(h, fremmed)
        if retter == "erstatter":
            rettet = timer(h, cpr, "12", erstatter=fremmed["id"])
        else:
            data = {"cpr": cpr, "haendelseId": fremmed["id"], "begrundelse": "Sendt ved en fejl."}
            rettet = haendelse("akasse.01", "akasse.haendelse.tilbagekaldt.v1", "2022-02-01", data, h.nyt_id())
        await h.send("akasse.01", rettet)
        status = "noteret" if retter == "erstatter" else "uden_virkning"
        assert (await h.staar(rettet["id"])).data["status"] == status
        await h.vent(lambda f=fremmed: h.kvitteringer(f["id"])[-1].data["endelig"], "the end of the unknown one")
        d = h.kvitteringer(fremmed["id"])[-1].data
        ventet = "erstattet" if retter == "erstatter" else "tilbagekaldt"
        assert (d["status"], d["fejl"]["kode"], d["udgave"]) == ("sprunget_over", ventet, 2)


async def test_I2_retried_as_a_correction_it_corrects(vaerk: Hus) -> None:
    """An event of a type that came with the upgrade may name another one that it replaces: a retry keeps that."""
    h = vaerk
    await h.o.stop()
    await h.o.start(f"from contracts.events import HAENDELSESTYPER as t\ndel t[{SAMTALE!r}]")
    cpr = h.personer.ny()
    await h.send("akasse.01", ind(h, cpr))
    vejledt = haendelse(
        "akasse.01", VEJLEDNING, "2022-02-01", {"cpr": cpr, "emner": ["forsoeg"], "dato": "2022-02-01"}, h.nyt_id()
    )
    await h.send("akasse.01", vejledt)
    assert (await h.staar(vejledt["id"])).data["status"] == "noteret"
    brev = await stoppet(h, tale := samtale(h, cpr, "raadighed", erstatter=vejledt["id"]))
    await h.o.stop()
    await h.o.start()
    assert (await h.o.kommando("dlq", "retry", brev, *GRUND))[0] == 0
    assert (await h.staar(tale["id"])).data["status"] == "registreret"
    await asyncio.sleep(0.3)
    d = h.kvitteringer(vejledt["id"])[-1].data
    assert (d["status"], d.get("fejl", {}).get("kode"), d["udgave"]) == ("sprunget_over", "erstattet", 2)
