"""Both ways through the whole gateway: what needs no DFDG flows while it refuses everything (I12), and nobody acts on or
learns of another's citizens (I9, J3, J5)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.personer import Personregister
from tests.ende_til_ende.drift import Opstilling, opstilling
from tests.ende_til_ende.test_klienter import placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
REGISTER = Personregister()
KONTAKT = "jobcenter.jobordre.kontakt.v1"


def h(part: str, type_: str, tid: str, cpr: str, id_: str | None = None, **data: Any) -> dict[str, Any]:
    art, kode = part.split(".")
    return {
        "specversion": "1.0",
        "id": id_ or str(uuid4()),
        "source": f"/{art}/{kode}",
        "type": type_,
        "time": f"{tid}T12:00:00+01:00",
        "data": {"cpr": cpr, **data},
    }


def placeret(part: str, cpr: str, kommune: str, tid: str = "2022-01-14", **felter: Any) -> dict[str, Any]:
    data = {**placering(cpr, kommune), **felter}
    data.pop("cpr")
    return h(part, "akasse.medlem.indplaceret.v1", tid, cpr, **data)


def samtale(part: str, cpr: str, dag: str, *formaal: str) -> dict[str, Any]:
    return h(
        part, "akasse.samtale.afholdt.v1", dag, cpr, samtaleId=str(uuid4()), formaal=list(formaal),
        tidspunkt=f"{dag}T10:00:00+01:00", form="personligt", sagsbehandler={"fornavn": "Test", "efternavn": "Test"},
    )  # fmt: skip


def udbetalt(part: str, cpr: str, timer: str, tid: str = "2022-03-30") -> dict[str, Any]:
    return h(part, "akasse.dagpenge.udbetalt.v1", tid, cpr, maaned=tid[:7], timer="1", timerSammenlagt=timer)


def kontakt(part: str, cpr: str, dag: str) -> dict[str, Any]:
    return h(
        part, KONTAKT, dag, cpr, jobordreId=str(uuid4()), kontaktform="telefon", tidspunkt=f"{dag}T09:00:00+01:00",
        stillingsbetegnelse="Tømrer",
    )  # fmt: skip


async def send(o: Opstilling, part: str, *haendelser: dict[str, Any]) -> None:
    poster = [(b"p-" + x["data"]["cpr"][-1:].encode(), json.dumps(x).encode(), []) for x in haendelser]
    await o.udgiv(f"{part}.haendelser.v1", poster)


async def endelige(o: Opstilling, part: str, ider: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The final kvitteringer of these events."""
    venter = set(ider)

    def faerdig(fundne: list[dict[str, Any]]) -> bool:
        return venter <= {b["data"].get("haendelseId") for b in fundne if b["data"].get("endelig")}

    fundne = await o.laes([f"{part}.kvitteringer.v1"], faerdig)
    return {b["data"]["haendelseId"]: b["data"] for b in fundne if b["data"].get("endelig")}


async def test_I12_while_dfdg_refuses_everything_contacts_and_handovers_flow_past_waiting_and_stopped_ones(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    cpr = REGISTER.ny()
    async with opstilling(tom_kafka, database, certifikater, tmp_path, ["akasse.01", "jobcenter.0101"]) as o:
        await o.start()
        ind = placeret("akasse.01", cpr, "0101")
        await send(o, "akasse.01", ind)
        assert (await endelige(o, "akasse.01", [ind["id"]]))[ind["id"]]["status"] == "registreret"
        # DFDG refuses one talk for its content (a dead letter), then every call.
        await o.styring.bestil(
            Forstyrrelse(art="svar", operation="CreatePersonInterview", status=500, kode=4999, antal=1)
        )
        await send(o, "akasse.01", samtale("akasse.01", cpr, "2022-02-01", "raadighed"))
        await o.vent("select count(*) = 1 from haendelse where tilstand = 'stoppet'")
        alt = await o.styring.bestil(Forstyrrelse(art="svar", status=503))
        ventende = [samtale("akasse.01", cpr, f"2022-02-{d:02}", "raadighed") for d in (8, 15, 22)]
        slut = udbetalt("akasse.01", cpr, "410")
        await send(o, "akasse.01", *ventende, slut)
        ringet = kontakt("jobcenter.0101", cpr, "2022-02-23")
        await send(o, "jobcenter.0101", ringet)
        (besked,) = [
            b
            for b in await o.laes(["akasse.01.beskeder.v1"], lambda f: any(b["type"].endswith("kontakt.v1") for b in f))
            if b["type"] == "gateway.jobordrekontakt.v1"
        ]
        assert (besked["data"]["cpr"], besked["data"]["regelbrud"]) == (cpr, False)
        assert (await endelige(o, "jobcenter.0101", [ringet["id"]]))[ringet["id"]]["status"] == "videresendt"
        overdragelser = await o.laes(
            ["jobcenter.0101.beskeder.v1"], lambda f: any(b["type"] == "gateway.overdragelse.v1" for b in f)
        )
        (o1,) = [b["data"] for b in overdragelser if b["type"] == "gateway.overdragelse.v1"]
        assert (o1["registrering"], o1["aarsagskode"], o1["slutdato"]) == ("afventer", "41", "2022-03-31")
        tilstande = "select count(*) from haendelse where tilstand = $1"
        assert await o.sql(tilstande, "stoppet") == 1, "still stopped"
        assert await o.sql(tilstande, "venter") == 4, "still waiting"
        # Another citizen proves that every call is refused now.
        anden = placeret("akasse.01", REGISTER.ny(), "0101")
        await send(o, "akasse.01", anden)
        await o.vent("select count(*) >= 1 from registrering where fase = 'klar' and sidste_kode is not null")
        assert await o.styring.treffer(alt.nummer) >= 1


async def test_I9_nobody_acts_on_or_learns_of_anothers_citizens_also_across_a_change_of_akasse(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    """Every party speaks once of every citizen. Only the own a-kasse and the jobcenter of residence are heard, and on
    each party's topics stand only the citizens that are its own at that time, beside the refusals of what it said."""
    parter = ["akasse.01", "akasse.02", "jobcenter.0101", "jobcenter.0147"]
    x, y, skifter = REGISTER.ny(), REGISTER.ny(), REGISTER.ny()
    ejer = {x: ("akasse.01", "jobcenter.0101"), y: ("akasse.02", "jobcenter.0147")}
    async with opstilling(tom_kafka, database, certifikater, tmp_path, parter) as o:
        await o.start()
        foerst = {
            "akasse.01": [placeret("akasse.01", x, "0101"), placeret("akasse.01", skifter, "0101", "2024-01-14", tilmeldingsdato="2024-01-03", indplaceringsdato="2024-01-03", afgoerelsesdato="2024-01-14")],
            "akasse.02": [placeret("akasse.02", y, "0147")],
        }  # fmt: skip
        for part, haendelser in foerst.items():
            await send(o, part, *haendelser)
            svar = await endelige(o, part, [e["id"] for e in haendelser])
            assert {svar[e["id"]]["status"] for e in haendelser} == {"registreret"}
        sendt: dict[str, list[tuple[str, str]]] = {p: [] for p in parter}
        for part in parter:
            haendelser = []
            for cpr in (x, y):
                e = udbetalt(part, cpr, "100") if part.startswith("akasse") else kontakt(part, cpr, "2022-02-23")
                haendelser.append(e)
                sendt[part].append((e["id"], cpr))
            await send(o, part, *haendelser)
        for part in parter:
            svar = await endelige(o, part, [i for i, _ in sendt[part]])
            for id_, cpr in sendt[part]:
                status, regel = svar[id_]["status"], svar[id_].get("regel")
                if part in ejer[cpr]:
                    assert status in ("noteret", "videresendt"), (part, svar[id_])
                else:
                    assert (status, regel) == ("afvist", "J3"), (part, svar[id_])
        # A party that publishes under another's name is refused at the door, and the other hears nothing of it.
        falsk = udbetalt("akasse.02", y, "410")
        await send(o, "akasse.01", falsk)
        await o.vent("select count(*) = 1 from haendelse where fejlkode = 'kilde_passer_ikke'")

        # The member changes a-kasse mid-way (from 2024 the new one's placement opens a course of its own).
        ud = h(
            "akasse.01",
            "akasse.medlem.udmeldt.v1",
            "2024-02-05",
            skifter,
            udmeldelsesdato="2024-02-10",
            nyAkassekode="02",
        )
        await send(o, "akasse.01", ud)
        assert (await endelige(o, "akasse.01", [ud["id"]]))[ud["id"]]["status"] == "registreret"
        await o.styring.skift_akasse(skifter, "02")
        ny = placeret("akasse.02", skifter, "0101", "2024-03-04", tilmeldingsdato="2024-01-03", indplaceringsdato="2024-01-03", afgoerelsesdato="2024-03-04")  # fmt: skip
        await send(o, "akasse.02", ny)
        assert (await endelige(o, "akasse.02", [ny["id"]]))[ny["id"]]["status"] == "registreret"
        ringet = kontakt("jobcenter.0101", skifter, "2024-03-11")
        sen = udbetalt("akasse.01", skifter, "410", "2024-03-12")
        await send(o, "jobcenter.0101", ringet)
        await send(o, "akasse.01", sen)
        assert (await endelige(o, "akasse.01", [sen["id"]]))[sen["id"]]["status"] == "afvist"
        assert (await endelige(o, "jobcenter.0101", [ringet["id"]]))[ringet["id"]]["status"] == "videresendt"

        beskeder: dict[str, list[dict[str, Any]]] = {}
        for part in parter:
            beskeder[part] = await o.laes([f"{part}.beskeder.v1"], lambda f: len(f) >= 1, sekunder=10)
        kontakter = {
            p: [b["data"]["cpr"] for b in beskeder[p] if b["type"] == "gateway.jobordrekontakt.v1"] for p in parter
        }
        assert kontakter["akasse.01"] == [x]
        assert sorted(kontakter["akasse.02"]) == sorted([y, skifter]), "after the change the new a-kasse hears alone"
        maa_se = {
            "akasse.01": {x, skifter}, "akasse.02": {y, skifter},
            "jobcenter.0101": {x, skifter}, "jobcenter.0147": {y},
        }  # fmt: skip
        for part, modtaget in beskeder.items():
            assert {b["data"]["cpr"] for b in modtaget} <= maa_se[part], part
            assert len({b["id"] for b in modtaget}) == len(modtaget)
        til_01_om_skifter = [b["type"] for b in beskeder["akasse.01"] if b["data"]["cpr"] == skifter]
        assert til_01_om_skifter == [], "of the new a-kasse's course the old one learns nothing"
        # Sent again, every message has the id and sekvens it had.
        kode, _ = await o.kommando("genudsend", "--part", "akasse.02", "--fra", "2020-01-01T00:00:00+01:00", "--json")
        assert kode == 0
        antal = await o.sql("select count(*) from besked where topic like 'akasse.02.%' and type <> 'gateway.puls.v1'")
        alle = await o.laes(
            ["akasse.02.beskeder.v1", "akasse.02.kvitteringer.v1"],
            lambda f: len(f) >= 2 * antal,
        )
        gange = {b["id"]: {(c["sekvens"], c["type"]) for c in alle if c["id"] == b["id"]} for b in alle}
        assert all(len(v) == 1 for v in gange.values())

        # What would happen to an event is shown without any of it happening.
        fil = tmp_path / "proev.json"
        fil.write_text(json.dumps(udbetalt("akasse.02", y, "410")))
        foer = await o.sql("select (select count(*) from haendelse), (select count(*) from besked)")
        kode, svar_json = await o.kommando("proev", str(fil), "--json")
        assert kode == 0
        svar = json.loads(svar_json)
        assert [r["operation"] for r in svar["registreringer"]] == ["UpdateFravaer"]
        assert y not in svar_json
        assert await o.sql("select (select count(*) from haendelse), (select count(*) from besked)") == foer
        kode, svar_json = await o.kommando("regime", "vis", "--json")
        assert kode == 0
        assert [r["regime"] for r in json.loads(svar_json)["regimer"]] == ["forsoeg-2020", "lov-2024", "reform-2026"]
