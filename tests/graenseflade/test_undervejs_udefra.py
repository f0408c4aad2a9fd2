"""What a publisher is told while its event is on the way, and what becomes of an event that it corrects meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import laes_log
from tests.graenseflade.forloeb import SAGSBEHANDLER
from tests.graenseflade.hus import INDPLACERET, Hus, Ud, haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
FERIE, SAMTALE = "akasse.ferie.anmodet.v1", "akasse.samtale.afholdt.v1"
OPRET, TALE = "CreateFravaerMedIdentifier", "CreatePersonInterview"


def ind(h: Hus, cpr: str) -> dict[str, Any]:
    return haendelse("akasse.01", INDPLACERET, "2022-01-14", placering(cpr), h.nyt_id("ind"))


def samtale(h: Hus, cpr: str, dag: str, **attributter: Any) -> dict[str, Any]:
    data = {
        "cpr": cpr, "samtaleId": str(uuid4()), "formaal": ["raadighed"], "tidspunkt": f"{dag}T10:00:00+01:00",
        "form": "personligt", "sagsbehandler": SAGSBEHANDLER,
    }  # fmt: skip
    return haendelse("akasse.01", SAMTALE, dag, data, h.nyt_id("samtale"), **attributter)


def ferie(h: Hus, cpr: str, slut: str, **attributter: Any) -> dict[str, Any]:
    data = {
        "cpr": cpr,
        "ferieId": str(uuid4()),
        "startdato": "2022-02-10",
        "slutdato": slut,
        "anmodetDato": "2022-02-01",
    }
    return haendelse("akasse.01", FERIE, "2022-02-01", data, h.nyt_id("ferie"), **attributter)


def kaldt(h: Hus, cpr: str, maal: str) -> dict[str, Any]:
    data = {"cpr": cpr, "haendelseId": maal, "begrundelse": "Sendt ved en fejl."}
    return haendelse("akasse.01", "akasse.haendelse.tilbagekaldt.v1", "2022-02-02", data, h.nyt_id("kaldt"))


async def i_forloeb(h: Hus) -> str:
    cpr = h.personer.ny()
    await h.send("akasse.01", k := ind(h, cpr))
    assert (await h.staar(k["id"], sekunder=60)).data["status"] == "registreret"
    return cpr


async def forsvandt(h: Hus, id_: str, kode: str) -> Ud:
    """Waits for its ``sprunget_over``; checks that the edition is the highest."""
    await h.vent(lambda: h.kvitteringer(id_)[-1].data["status"] == "sprunget_over", f"the end of {id_}", 60)
    udgaver = [m.data["udgave"] for m in h.kvitteringer(id_)]
    assert udgaver == sorted(set(udgaver))
    d = h.kvitteringer(id_)[-1].data
    assert (d["fejl"]["kode"], d["endelig"]) == (kode, True)
    return h.kvitteringer(id_)[-1]


async def test_I7_what_waits_is_told_once_per_cause_with_the_next_attempt(vaerk: Hus) -> None:
    cpr = vaerk.personer.ny()
    nede = await vaerk.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, status=503))
    foerst, bagefter = ind(vaerk, cpr), samtale(vaerk, cpr, "2022-02-01")
    for k in (foerst, bagefter):
        await vaerk.send("akasse.01", k)
    await vaerk.vent(lambda: all(vaerk.kvitteringer(k["id"]) for k in (foerst, bagefter)), "afventer", 90)
    await asyncio.sleep(6)  # the watch has gone round again
    for k, paa in ((foerst, "dfdg"), (bagefter, "tidligere_haendelse")):
        (svar,) = vaerk.kvitteringer(k["id"])
        d = svar.data
        assert (d["status"], d["endelig"], d["venter"]["paa"]) == ("afventer", False, paa)
        assert d["venter"]["siden"] < svar.kuvert["time"]
        assert ("naesteForsoeg" in d["venter"]) is (paa == "dfdg")
    await vaerk.o.styring.ryd(nede.nummer)
    for k in (foerst, bagefter):
        svar = await vaerk.staar(k["id"], sekunder=90)
        assert (svar.data["status"], svar.data["udgave"], "venter" in svar.data) == ("registreret", 2, False)


async def test_a_refusal_of_dfdgs_stops_the_event_and_its_publisher_replaces_it(vaerk: Hus) -> None:
    cpr = await i_forloeb(vaerk)
    await vaerk.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation=TALE, status=500, kode=4999, antal=1))
    await vaerk.send("akasse.01", k := samtale(vaerk, cpr, "2022-02-01"))
    d = (await vaerk.staar(k["id"])).data
    assert (d["status"], d["endelig"], d["venter"]["paa"]) == ("stoppet", False, "operatoer")
    assert d["fejl"]["kode"] == "dfdg_afvist"
    assert [(x["kode"], x["dfdgKode"]) for x in d["fejl"]["detaljer"]] == [("dfdg_afvist", "4999")]
    await vaerk.send("akasse.01", ny := samtale(vaerk, cpr, "2022-02-02", erstatter=k["id"]))
    assert (await vaerk.staar(ny["id"])).data["status"] == "registreret"
    await forsvandt(vaerk, k["id"], "erstattet")
    assert [x.startdato.isoformat() for x in vaerk.dfdg(cpr) if x.operation == TALE and x.startdato] == ["2022-02-02"]
    brev = await vaerk.doedbrev(k["id"])
    await vaerk.vent(
        lambda: [b.data["status"] for b in vaerk.doedbreve() if b.data["dlqId"] == brev.data["dlqId"]]
        == ["aaben", "erstattet"], "the dead letter's end",
    )  # fmt: skip


async def test_I2_a_waiting_event_is_replaced_in_its_place_or_withdrawn(vaerk: Hus) -> None:
    cpr = vaerk.personer.ny()
    nede = await vaerk.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, status=503))
    a, b, c = (samtale(vaerk, cpr, f"2022-02-0{n}") for n in (1, 2, 3))
    ny = samtale(vaerk, cpr, "2022-02-08", erstatter=a["id"])
    for k in (ind(vaerk, cpr), a, b, c, ny, kaldt(vaerk, cpr, b["id"])):
        await vaerk.send("akasse.01", k)
    await vaerk.vent(lambda: all(vaerk.kvitteringer(x["id"]) for x in (a, b)), "both gone")
    await forsvandt(vaerk, a["id"], "erstattet")
    await forsvandt(vaerk, b["id"], "tilbagekaldt")
    await vaerk.o.styring.ryd(nede.nummer)
    for k in (ny, c):
        assert (await vaerk.staar(k["id"], sekunder=90)).data["status"] == "registreret"
    dage = [x.start[:10] for x in vaerk.dfdg(cpr) if x.operation == TALE and x.start]
    assert dage == ["2022-02-08", "2022-02-03"], "the replacement stands where the replaced stood"


async def test_a_final_event_is_corrected_under_the_same_id_at_dfdg(vaerk: Hus) -> None:
    cpr = await i_forloeb(vaerk)
    await vaerk.send("akasse.01", k := ferie(vaerk, cpr, "2022-02-14"))
    foerste = await vaerk.staar(k["id"])
    assert foerste.data["status"] == "registreret"
    await vaerk.send("akasse.01", ny := ferie(vaerk, cpr, "2022-02-18", erstatter=k["id"]))
    svar = await vaerk.staar(ny["id"])
    assert svar.data["status"] == "registreret"
    await forsvandt(vaerk, k["id"], "erstattet")
    (for_,), (efter,) = foerste.data["registreringer"], svar.data["registreringer"]
    assert (for_["entitetsId"], efter["operation"]) == (efter["entitetsId"], "UpdateFravaer")
    await vaerk.send("akasse.01", kald := kaldt(vaerk, cpr, ny["id"]))
    assert (await vaerk.staar(kald["id"])).data["status"] == "registreret"
    await forsvandt(vaerk, ny["id"], "tilbagekaldt")
    assert [x.operation for x in vaerk.dfdg(cpr)][-1] == "DeleteFravaer"
    # What was replaced is not replaced again, and what is not there is not replaced at all.
    for maal, kode in ((k["id"], "rettet_foer"), ("findes-ikke", "erstatter_ukendt")):
        await vaerk.send("akasse.01", igen := ferie(vaerk, cpr, "2022-02-19", erstatter=maal))
        d = (await vaerk.staar(igen["id"])).data
        assert (d["status"], d["fejl"]["kode"], d["fejl"]["felt"]) == ("afvist", kode, "erstatter")


async def test_I6_in_doubt_is_told_and_settled_under_the_same_request_id(vaerk: Hus) -> None:
    cpr = vaerk.personer.ny()
    await vaerk.o.styring.bestil(Forstyrrelse(art="klip_efter_commit", cpr=cpr, operation=OPRET, antal=1))
    await vaerk.send("akasse.01", k := ind(vaerk, cpr))
    assert (await vaerk.staar(k["id"], sekunder=60)).data["status"] == "registreret"
    assert [m.data["status"] for m in vaerk.kvitteringer(k["id"])] == ["i_tvivl", "registreret"]
    assert vaerk.kvitteringer(k["id"])[0].data["venter"]["paa"] == "dfdg"
    forsoeg = [x for x in laes_log(vaerk.o.dfdg.log) if x.cpr == cpr and x.udfald == "modtaget"]
    assert len(forsoeg) >= 2
    (request_id,) = {x.request_id for x in forsoeg}
    assert request_id is not None
    assert 0 < len(request_id) <= 46
    assert len(vaerk.dfdg(cpr)) == 1


async def test_an_answered_refusal_gives_the_next_attempt_a_new_request_id_and_the_same_entity(vaerk: Hus) -> None:
    cpr = vaerk.personer.ny()
    await vaerk.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation=OPRET, status=503, antal=2))
    await vaerk.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation=OPRET, status=500, kode=4999, antal=1))
    await vaerk.send("akasse.01", k := ind(vaerk, cpr))
    assert (await vaerk.staar(k["id"], sekunder=90)).data["status"] == "stoppet"
    brev = (await vaerk.doedbrev(k["id"])).data["dlqId"]
    assert (await vaerk.o.kommando("dlq", "retry", brev, "--begrundelse", "Rettet hos DFDG."))[0] == 0
    await vaerk.vent(lambda: vaerk.kvitteringer(k["id"])[-1].data["status"] == "registreret", "registreret", 60)
    forsoeg = [x for x in laes_log(vaerk.o.dfdg.log) if x.cpr == cpr and x.udfald == "modtaget"]
    *foer, efter = [x.request_id for x in forsoeg]
    assert len(foer) >= 3, "refused service is no refusal of the content: the same again"
    assert len(set(foer)) == 1
    assert efter not in foer
    assert len({x.entitets_id for x in forsoeg}) == 1


async def test_every_publisher_has_a_pulse_a_minute(vaerk: Hus) -> None:
    await i_forloeb(vaerk)
    kontakt = {"cpr": vaerk.personer.ny(), "kontaktform": "telefon", "tidspunkt": "2022-02-01T09:00:00+01:00",
               "stillingsbetegnelse": "Tømrer"}  # fmt: skip
    k = haendelse("jobcenter.0101", "jobcenter.jobordre.kontakt.v1", "2022-02-01", kontakt, vaerk.nyt_id())
    await vaerk.send("jobcenter.0101", k)
    await vaerk.staar(k["id"])
    foer = len(vaerk.ud)

    def slag(part: str) -> list[Ud]:
        topic = f"{part}.kvitteringer.v1"
        return [m for m in vaerk.ud[foer:] if m.type == "gateway.puls.v1" and m.topic == topic]

    await vaerk.vent(lambda: bool(slag("akasse.01")) and bool(slag("jobcenter.0101")), "a pulse", 90)
    for part in ("akasse.01", "jobcenter.0101"):
        m = slag(part)[0]
        assert (m.noegle, m.kuvert.get("subject")) == (None, None)
        for p in m.data["partitioner"]:
            assert p["endeligTil"] <= p["modtagetTil"]
            assert ("aeldsteAabne" in p) is (p["endeligTil"] < p["modtagetTil"])
        assert set(m.data["dfdg"].values()) <= {"aaben", "nede", "vindue"}
        assert "FravaerService" in m.data["dfdg"]
    # One a minute, also for whoever counts from the beginning.
    alle = [m for m in vaerk.ud if m.type == "gateway.puls.v1" and m.topic == "akasse.01.kvitteringer.v1"]
    minutter = [m.kuvert["time"][:16] for m in alle]
    assert len(minutter) == len(set(minutter))
