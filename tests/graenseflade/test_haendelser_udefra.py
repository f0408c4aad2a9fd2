"""Every event of the interface through the whole gateway: its final status, its effect at DFDG, and who is told what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from contracts.codes import liste
from contracts.events import HAENDELSESTYPER
from tests.graenseflade.forloeb import PROEVER, Proeve, Trin
from tests.graenseflade.hus import Hus, Ud, haendelse

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
CPR_SKIFT = "akasse.medlem.cpr-skiftet.v1"


@dataclass(slots=True)
class Udfald:
    """What one trial came to."""

    cpr: str
    kuvert: dict[str, Any]
    svar: Ud
    dfdg: list[Any]
    beskeder: list[Ud] = field(default_factory=list)


async def _et_trin(h: Hus, cpr: str, t: Trin, kendt: dict[str, str]) -> dict[str, Any]:
    data = t.data(kendt) if callable(t.data) else t.data
    k = haendelse(t.fra, t.fuld_type, t.dag, {"cpr": cpr, **data}, h.nyt_id(t.type))
    await h.send(t.fra, k, noegle=cpr[:4].encode())
    return k


async def _proev(h: Hus, p: Proeve) -> Udfald:
    cpr = h.personer.ny(p.foedt)
    kendt: dict[str, str] = {}
    for t in p.foer:
        k = await _et_trin(h, cpr, t, kendt)
        svar = await h.staar(k["id"], sekunder=120)
        assert svar.data["status"] not in ("afvist", "stoppet"), (p.navn, t.type, svar.data)
        kendt["foer"] = k["id"]
    if callable(p.trin.data):
        await h.vent(lambda: bool(h.beskeder(cpr)), f"{p.navn}: what the parties are told", 60)
        overdragelser = h.beskeder(cpr, "gateway.overdragelse.v1")
        if overdragelser:
            kendt["overdragelseId"] = overdragelser[-1].data["overdragelseId"]
    foer = len(h.dfdg(cpr))
    k = await _et_trin(h, cpr, p.trin, kendt)
    svar = await h.staar(k["id"], sekunder=120)
    return Udfald(cpr, k, svar, h.dfdg(cpr)[foer:])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def udfald(vaerk: Hus) -> AsyncIterator[dict[str, Udfald | BaseException]]:
    """Every trial with a citizen of its own, side by side."""
    svar = await asyncio.gather(*(_proev(vaerk, p) for p in PROEVER), return_exceptions=True)
    await asyncio.sleep(2)  # what was settled last is told
    for u in svar:
        if isinstance(u, Udfald):
            u.beskeder = [m for m in vaerk.beskeder(u.cpr) if m.data.get("haendelseId") == u.kuvert["id"]]
    yield dict(zip((p.navn for p in PROEVER), svar, strict=True))


def _faaet(udfald: dict[str, Udfald | BaseException], p: Proeve) -> Udfald:
    u = udfald[p.navn]
    if isinstance(u, BaseException):
        raise u
    return u


def test_every_type_of_the_interface_is_tried() -> None:
    assert {p.trin.fuld_type for p in PROEVER} | {CPR_SKIFT} == set(HAENDELSESTYPER)
    assert len({p.navn for p in PROEVER}) == len(PROEVER)


@pytest.mark.parametrize("p", PROEVER, ids=lambda p: p.navn)
def test_the_event_ends_in_the_status_that_the_interface_names(
    udfald: dict[str, Udfald | BaseException], p: Proeve
) -> None:
    u = _faaet(udfald, p)
    d = u.svar.data
    assert d["status"] == p.status, d
    assert d["endelig"] is True
    assert d["haendelseType"] == p.trin.fuld_type
    assert u.svar.topic == f"{p.trin.fra}.kvitteringer.v1"
    # What an event's own form refuses (T4) belongs to no citizen.
    assert d.get("cpr") == (None if p.regel == "T4" else u.cpr)
    assert sorted(d["flag"]) == sorted(p.flag)
    if p.regel is not None:
        assert d.get("regel") == p.regel
    assert {x["kode"] for x in d.get("pligter", [])} == p.pligter
    assert [x.operation for x in u.dfdg] == list(p.dfdg)


@pytest.mark.parametrize("p", PROEVER, ids=lambda p: p.navn)
def test_the_kvittering_has_every_field_that_the_interface_promises(
    udfald: dict[str, Udfald | BaseException], p: Proeve
) -> None:
    d = _faaet(udfald, p).svar.data
    assert {
        "haendelseId",
        "haendelseType",
        "post",
        "udgave",
        "endelig",
        "status",
        "tekst",
        "flag",
        "registreringer",
    } <= set(d)
    assert set(d["post"]) == {"topic", "partition", "offset"}
    assert d["udgave"] >= 1
    assert d["tekst"].strip().endswith(".")
    assert _faaet(udfald, p).cpr not in d["tekst"]
    assert all(liste("flag").find(f) for f in d["flag"])
    assert all(liste("pligter").find(x["kode"]) and x["tekst"] for x in d.get("pligter", []))
    if p.status == "afvist":
        fejl = liste("fejl").find(d["fejl"]["kode"])
        assert fejl is not None
        assert d["fejl"]["tekst"]
        assert d["fejl"]["loesning"]
        assert d["fejl"]["felt"]
    else:
        assert "fejl" not in d
    # Everything that it led to at DFDG is receipted: one line each, with its time.
    assert len(d["registreringer"]) == len(p.dfdg)
    for linje in d["registreringer"]:
        assert {"tjeneste", "operation", "tidspunkt"} <= set(linje)
        assert linje["tidspunkt"][10] == "T"
        assert "registreringsId" in linje or not linje["operation"].startswith("Create"), linje
        assert "entitetsId" in linje or linje["operation"] in UDEN_ID, linje


#: Writes about the person, not about an entity with an id.
UDEN_ID = {"CancelUnemploymentEnrollment", "UpdateCVStatus", "ApproveJobGoals", "CreateDraftPlan", "PublishPlan"}


@pytest.mark.parametrize("p", PROEVER, ids=lambda p: p.navn)
def test_the_counterpart_is_told_the_events_data(udfald: dict[str, Udfald | BaseException], p: Proeve) -> None:
    u = _faaet(udfald, p)
    faaet = [m for m in u.beskeder if m.type != "gateway.overdragelse.v1"]
    assert sorted((m.type, m.topic.removesuffix(".beskeder.v1")) for m in faaet) == sorted(p.til)
    for m in faaet:
        assert m.data["cpr"] == u.cpr
        assert (m.kuvert["subject"], m.kuvert["causationid"]) == (m.noegle, u.kuvert["id"])
        if m.type.startswith("gateway.kontaktforloeb") or "tilbagekaldt" in p.trin.type:
            continue
        sendt = {k: v for k, v in u.kuvert["data"].items() if v is not None}
        assert {k: m.data.get(k) for k in sendt} == sendt, m.type
        resten = set(m.data) - set(sendt) - {"haendelseId"}
        if m.topic.startswith("akasse."):
            assert m.data["kommunekode"] == p.trin.fra.split(".")[1]
            assert resten - {"regelbrud", "regelbrudRegel"} == {"kommunekode"}
        else:
            assert resten == set()


async def test_two_numbers_of_one_person_are_one_citizen(vaerk: Hus) -> None:
    """``cpr-skiftet``: the pseudonym outside stays, and what comes under the new number stands behind."""
    gammelt, nyt = vaerk.personer.ny(), vaerk.personer.ny()
    await vaerk.send("akasse.01", k := await _som(vaerk, gammelt, PROEVER[1].trin))
    foer = await vaerk.staar(k["id"])
    skift = haendelse("akasse.01", CPR_SKIFT, "2022-02-01", {"cpr": nyt, "gammeltCpr": gammelt}, vaerk.nyt_id())
    await vaerk.send("akasse.01", skift)
    assert (await vaerk.staar(skift["id"])).data["status"] == "noteret"
    data = {"cpr": nyt, "emner": ["forsoeg"], "dato": "2022-02-02"}
    slut = haendelse("akasse.01", "akasse.vejledning.givet.v1", "2022-02-02", data, vaerk.nyt_id())
    await vaerk.send("akasse.01", slut)
    efter = await vaerk.staar(slut["id"])
    assert (efter.data["status"], efter.noegle, efter.data["cpr"]) == ("noteret", foer.noegle, nyt)


async def _som(h: Hus, cpr: str, t: Trin) -> dict[str, Any]:
    assert isinstance(t.data, dict)
    return haendelse(t.fra, t.fuld_type, t.dag, {"cpr": cpr, **t.data}, h.nyt_id())
