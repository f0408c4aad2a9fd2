"""The messages that DFDG pushes: which, to whom, in what order, and how long it goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sandbox.dfdg.afsender import pause
from sandbox.dfdg.klient import AsynkronDfdgstyring, Styringsfejl
from sandbox.dfdg.log import linjer
from sandbox.dfdg.proces import Proces, start
from sandbox.personer import Personregister
from tests.sandkasse.kalder import Kalder, fravaer
from tests.sandkasse.modtager import Modtager, modtager
from tests.sandkasse.test_oevrige import indkaldelse, kald_indkaldelse

ALLE_NULLER = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def hook(certifikater: Path) -> AsyncIterator[Modtager]:
    async with modtager(certifikater) as m:
        yield m


@pytest.fixture
async def dfdg(certifikater: Path, tmp_path: Path, hook: Modtager) -> AsyncIterator[Proces]:
    """A stand-in whose messages to a-kasser 01 and 02 and to jobcentre 0101 go to ``hook``, sent again at once."""
    proces = await start(
        cert=certifikater / "server.pem",
        ca=certifikater / "ca.pem",
        data=tmp_path / "dfdg",
        star_cert=certifikater / "leverandoer.pem",
        webhook_ca=certifikater / "ca.pem",
        abonnementer=[f"{hvem}={hook.base_url}" for hvem in ("akasse:01", "akasse:02", "jobcenter:0101")],
    )
    await AsynkronDfdgstyring(proces.admin).indstil(besked_faktor=0.001)
    yield proces
    await proces.stop()


@pytest.fixture
def styring(dfdg: Proces) -> AsynkronDfdgstyring:
    return AsynkronDfdgstyring(dfdg.admin)


def til(besked: dict[str, Any]) -> str:
    return str(besked["Modtager"]["OrganisationCode"])


async def udtoemt(styring: AsynkronDfdgstyring) -> dict[str, Any]:
    """The state once nothing waits."""
    async with asyncio.timeout(20):
        while True:
            stand = await styring.beskeder()
            if not stand["venter"]:
                return stand
            await asyncio.sleep(0.01)


async def test_a_summons_is_told_to_its_own_a_kasse_and_to_the_jobcentre_of_residence(
    akasse01: Kalder, styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    await styring.saet_personer([{"cpr": cpr, "akasse": "01", "kommune": "0101"}])
    await hook.vent(1)
    hook.fik.clear()
    assert (await kald_indkaldelse(akasse01, "POST", cpr, id_, indkaldelse())).status == 200
    assert (await kald_indkaldelse(akasse01, "DELETE", cpr, id_)).status == 200
    await udtoemt(styring)
    for kode in ("01", "0101"):
        egne = [b for b in hook.beskeder() if til(b) == kode]
        assert [(b["EntitetId"], b["EksternIdentifier"], b["Aendringstype"]) for b in egne] == [
            (90000, id_, 1),
            (90000, id_, 3),
        ]
        assert all(b["IdentifikationstypeId"] == 1 and b["Identifikation"] == cpr for b in egne)
        assert {b["RegistrerendeSystem"] for b in egne} == {41}  # its own echo can be known
        assert egne[0]["RegistrerendeMyndighed"]["OrganisationCode"] == "01"
    assert len({b["BeskedId"] for b in hook.beskeder()}) == 4
    assert {navn for _, navn, _ in hook.fik} == {"leverandoer"}  # STAR's certificate here
    assert set(hook.stier) == {"/dfdg/webservicebesked"}
    versioner = {b["VersionIdentifier"] for b in hook.beskeder()}
    sti = f"/Kontaktforloeb.IndkaldelseService/v1/Indkaldelse/historik/{id_}"
    historik = (await akasse01.kald("GET", sti, akasse01.hoveder(cpr), None)).json
    assert {h["versionIdentifier"] for h in historik} == versioner


async def test_a_change_of_fund_is_told_to_both_funds_with_a_body(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister, akasse02: Kalder
) -> None:
    cpr = personer.ny()
    await styring.saet_personer([{"cpr": cpr, "akasse": "01"}])
    await udtoemt(styring)
    hook.fik.clear()
    await styring.skift_akasse(cpr, "02")
    await udtoemt(styring)
    for kode in ("01", "02"):
        egne = [b for b in hook.beskeder(60010) if til(b) == kode]
        assert [b["Aendringstype"] for b in egne] == [2, 1]
        assert egne[1]["Body"]["FraflyttetAkassekode"] == "01"
        assert egne[1]["Body"]["TilflyttetAkassekode"] == "02"
    sti = "/Borgerindsats.AkassemedlemskabService/v1/Akassemedlemskab"
    laest = (await akasse02.kald("GET", sti, akasse02.hoveder(cpr), None)).json
    ny = next(b for b in hook.beskeder() if b["Aendringstype"] == 1)
    assert [m["akassemedlemskabIdentifier"] for m in laest if m["akassekode"] == "02"] == [ny["EksternIdentifier"]]


async def test_absence_75_closes_the_deadline_and_dfdg_itself_says_so(
    akasse01: Kalder, styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    cpr, frist, booking = personer.ny(), str(uuid4()), str(uuid4())
    await styring.saet_personer([{"cpr": cpr, "akasse": "01", "kommune": "0101"}])
    await styring.saet_frist(cpr, frist, 7, date(2030, 1, 1))
    await styring.saet_personer(
        [{"cpr": cpr, "bookinger": [{"id": booking, "type": 17, "start": "2030-01-01T10:00:00+01:00"}]}]
    )
    await udtoemt(styring)
    hook.fik.clear()
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()))).status == 200
    await udtoemt(styring)
    jobcenter = {
        (b["EntitetId"], b["EksternIdentifier"], b["Aendringstype"]): b for b in hook.beskeder() if til(b) == "0101"
    }
    assert jobcenter[90001, frist, 2]["RegistrerendeSystem"] == 30
    assert jobcenter[90000, booking, 3]["RegistrerendeSystem"] == 30
    (gruppe,) = (b for n, b in jobcenter.items() if n[0] == 100008)
    sti = "/VisiteringOgStatus.KontaktgruppeService/v1/Kontaktgruppe"
    (staar,) = (await akasse01.kald("GET", sti, akasse01.hoveder(cpr), None)).json
    assert gruppe["EksternIdentifier"] == staar["kontaktgruppeIdentifier"]
    assert gruppe["VersionIdentifier"] == staar["versionIdentifier"]
    assert {b["EntitetId"] for b in hook.beskeder() if til(b) == "01"} == {90000}
    historik = await akasse01.kald("GET", "/Kontaktforloeb.FristService/v1/Frist/historik", akasse01.hoveder(cpr), None)
    assert [f["friststatus"] for f in historik.json] == ["Åben", "Administrativt lukket"]


async def test_what_a_former_fund_reported_and_job_orders_are_told_by_control(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister, akasse01: Kalder
) -> None:
    cpr, ordre = personer.ny(), str(uuid4())
    await styring.saet_personer([{"cpr": cpr, "akasse": "01"}])
    await styring.saet_dagpengetaeller(cpr, {"akassekode": "02", "timerSammenlagt": "217.40"})
    await styring.saet_jobordre(ordre, "Tømrer", "Tagarbejde", "1", date(2030, 1, 1))
    await styring.saet_jobordre(ordre, "Tømrer", "Tagarbejde", "2", date(2030, 1, 1))
    await udtoemt(styring)
    taeller = hook.beskeder(50003)
    assert [(til(b), b["EksternIdentifier"]) for b in taeller] == [("01", ALLE_NULLER)]
    ordrer = [b for b in hook.beskeder(120001) if til(b) == "02"]
    assert [(b["Aendringstype"], b["IdentifikationstypeId"], b["Identifikation"]) for b in ordrer] == [
        (1, 2, ordre),
        (2, 2, ordre),
    ]
    sti = "/Ydelsesudstilling.DagpengetaellerService/v1/Dagpengetaellerkonto"
    assert (await akasse01.kald("GET", sti, akasse01.hoveder(cpr), None)).json["timerSammenlagt"] == "217.40"


async def test_while_one_message_fails_no_later_one_on_the_citizen_from_its_domain_is_sent(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    cpr, anden = personer.ny(), personer.ny()
    foerst, siden, fri = (str(uuid4()) for _ in range(3))
    hook.svar = lambda b, antal: 500 if b["EksternIdentifier"] == foerst and antal < 4 else 200
    for hvem, ident, entitet in (
        (cpr, foerst, 90000),
        (cpr, siden, 90001),
        (cpr, fri, 60010),
        (anden, fri[::-1], 90000),
    ):
        await styring.send_besked(entitet, hvem, eksternIdentifier=ident, modtagere=[["akasse", "01"]])
    await udtoemt(styring)
    orden = [b["EksternIdentifier"] for s, _, b in hook.fik]
    assert orden.index(siden) > max(n for n, i in enumerate(orden) if i == foerst)
    assert orden.count(foerst) > 1
    assert orden.index(fri) < orden.index(siden)  # another domain is not held back
    assert orden.index(fri[::-1]) < orden.index(siden)  # nor another citizen


async def test_an_entity_is_in_order_across_citizens_and_none_without_an_identifier_waits(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    en, to, tre = personer.ny(), personer.ny(), personer.ny()
    hook.svar = lambda b, antal: 500 if b["Identifikation"] == en and antal < 4 else 200
    faelles = str(uuid4())
    await styring.send_besked(90000, en, eksternIdentifier=faelles, modtagere=[["akasse", "01"]])
    await styring.send_besked(90000, to, eksternIdentifier=faelles, modtagere=[["akasse", "01"]])
    await styring.send_besked(50003, tre, modtagere=[["akasse", "01"]])
    await udtoemt(styring)
    orden = [b["Identifikation"] for s, _, b in hook.fik]
    assert orden.index(to) > max(n for n, i in enumerate(orden) if i == en)
    assert orden.index(tre) < orden.index(to)


@pytest.mark.parametrize("igen", [True, False])
async def test_whether_400_is_sent_again_is_a_setting(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister, *, igen: bool
) -> None:
    await styring.indstil(gensend_efter_400=igen)
    hook.svar = lambda _b, antal: 400 if antal == 0 else 200
    await styring.send_besked(90000, personer.ny(), modtagere=[["akasse", "01"]])
    stand = await udtoemt(styring)
    assert [s for s, _, _ in hook.fik] == ([400, 200] if igen else [400])
    assert stand["tal"] == {"leveret": int(igen), "opgivet": int(not igen), "slettet": 0}


async def test_what_is_not_delivered_is_sent_after_a_restart_and_what_is_is_not(
    dfdg: Proces, styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    leveret, venter = personer.ny(), personer.ny()
    await styring.send_besked(90000, leveret, modtagere=[["akasse", "01"]])
    await udtoemt(styring)
    await styring.indstil(beskeder_standset=True)
    await styring.send_besked(90000, venter, modtagere=[["akasse", "01"]])
    await dfdg.draeb()
    await dfdg.genstart()
    assert [b["Identifikation"] for b in hook.beskeder()] == [leveret]
    await styring.indstil(beskeder_standset=False)
    await udtoemt(styring)
    assert [b["Identifikation"] for b in hook.beskeder()] == [leveret, venter]


async def test_duplicates_and_late_ones_come_with_their_old_ids(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    await styring.indstil(besked_dubletter=1)
    cpr = personer.ny()
    await styring.send_besked(90000, cpr, version="gammel", modtagere=[["akasse", "01"]])
    await styring.send_besked(90000, cpr, version="ny", modtagere=[["akasse", "01"]])
    stand = await udtoemt(styring)
    assert [b["VersionIdentifier"] for b in hook.beskeder()] == ["gammel", "gammel", "ny", "ny"]
    assert await styring.gensend(stand["leveret"][0]["id"]) == 1
    await hook.vent(5)
    assert hook.beskeder()[-1] == hook.beskeder()[0]


async def test_dropping_a_subscription_deletes_its_undelivered_messages(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    await styring.indstil(beskeder_standset=True)
    for kode in ("01", "02"):
        await styring.send_besked(90000, personer.ny(), modtagere=[["akasse", kode]])
    await styring.saet_abonnementer([a for a in await styring.abonnementer() if a["kode"] != "01"])
    await styring.indstil(beskeder_standset=False)
    stand = await udtoemt(styring)
    assert stand["tal"]["slettet"] == 1
    assert [til(b) for b in hook.beskeder()] == ["02"]


async def test_only_subscribed_types_are_sent_and_to_the_path_that_is_named(
    styring: AsynkronDfdgstyring, hook: Modtager, personer: Personregister
) -> None:
    await styring.saet_abonnementer(
        [{"organisationstype": "akasse", "kode": "01", "url": f"{hook.base_url}/egen/sti", "typer": [60010]}]
    )
    cpr = personer.ny()
    for entitet in (90000, 60010):
        await styring.send_besked(entitet, cpr, modtagere=[["akasse", "01"], ["akasse", "02"]])
    await udtoemt(styring)
    assert [(b["EntitetId"], til(b)) for b in hook.beskeder()] == [(60010, "01")]
    assert hook.stier == ["/egen/sti"]


async def test_the_fields_spelling_is_a_setting_and_the_log_holds_every_message(
    styring: AsynkronDfdgstyring, hook: Modtager, dfdg: Proces, personer: Personregister
) -> None:
    await styring.indstil(beskedfelter={"EksternIdentifier": "eksternId"})
    await styring.send_besked(90000, personer.ny(), modtagere=[["akasse", "01"]], body={"x": 1})
    await udtoemt(styring)
    (besked,) = hook.beskeder()
    assert besked["eksternId"] == ALLE_NULLER
    assert "EksternIdentifier" not in besked
    skrevet = [b["id"] for linje in linjer(dfdg.log) for b in linje.beskeder]
    assert skrevet == [besked["BeskedId"]]


async def test_a_receiver_of_another_ca_gets_nothing_and_what_is_shown_names_nobody(
    certifikater: Path, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr = personer.ny()
    async with modtager(certifikater, "fremmed.pem") as fremmed:
        await styring.saet_abonnementer([{"organisationstype": "akasse", "kode": "01", "url": fremmed.base_url}])
        await styring.indstil(gensend_uden_svar=False)
        await styring.send_besked(90000, cpr, modtagere=[["akasse", "01"]])
        stand = await udtoemt(styring)
    assert fremmed.fik == []
    assert stand["tal"]["opgivet"] == 1
    await styring.indstil(beskeder_standset=True)
    await styring.send_besked(90000, cpr, modtagere=[["akasse", "01"]])
    stand = await styring.beskeder()
    assert len(stand["venter"]) == 1
    assert cpr not in json.dumps(stand)


@pytest.mark.parametrize(
    "forkert",
    [
        {"organisationstype": "kommune", "kode": "1", "url": "https://x.test"},
        {"organisationstype": "akasse", "kode": "01", "url": "http://x.test"},
        {"organisationstype": "akasse", "kode": "01", "url": "https://x.test", "typer": "alle"},
    ],
)
async def test_a_subscription_that_is_wrong_is_refused(styring: AsynkronDfdgstyring, forkert: dict[str, Any]) -> None:
    foer = await styring.abonnementer()
    with pytest.raises(Styringsfejl):
        await styring.saet_abonnementer([forkert])
    assert await styring.abonnementer() == foer


def test_the_pauses_are_stars() -> None:
    assert [pause(n) for n in (1, 2, 3, 13, 14, 400)] == [1, 3, 7, 8191, 10800, 10800]
