"""The rest of the operators' ways: one dead letter, many at a rate, searching, steering, figures, the way in and out."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.konsol.sider import PAA_SIDEN
from tests.konsol.scene import TALE, Scene
from tests.konsol.side import axe, logget_ind, noter
from tests.konsol.udsteder import HEMMELIGHED, KLIENT, udsteder

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]


async def _brev(s: Scene, navn: str) -> str:
    return str(
        await s.sql(
            "select d.id from doedbrev d join haendelse h on h.id = d.haendelse_ref where h.haendelse_id = $1",
            s.ider[navn],
        )
    )


@pytest.mark.parametrize(
    ("navn", "knap", "operationer"),
    [("dorte", "Genkør", [TALE, TALE, TALE, "UpdateFravaer"]), ("erik", "Spring over", [TALE, TALE, "UpdateFravaer"])],
    ids=["retried", "skipped"],
)
async def test_I2_one_is_tried_then_done_and_its_followers_leave_in_order(
    stak: Scene, browser: Browser, navn: str, knap: str, operationer: list[str]
) -> None:
    cpr = await stak.stoppet_med_foelgere(navn)
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/stoppede/{await _brev(stak, navn)}")
        # What it holds back, and where it differs from the last good one.
        await expect(side.locator(".skade").first).to_contain_text("3 hændelser")
        await expect(side.locator(".skade").first).to_contain_text("Overdragelser holdt")
        await expect(side.get_by_role("region", name="Forskelle")).to_contain_text("Seneste gode")
        kort = side.locator(".handling", has=side.get_by_role("heading", name=knap))
        await kort.get_by_role("button", name="Vis, hvad der sker").click()
        await expect(kort.locator(".proeve")).to_contain_text("intet er gjort endnu")
        assert TALE not in [x.operation for x in stak.h.dfdg(cpr)]
        await kort.get_by_label("Begrundelse").fill("aftalt med a-kassen")
        await kort.get_by_role("button", name=knap, exact=True).click()
        await expect(side.locator(".besked.godt")).to_be_visible()
        await stak.h.vent(lambda: len(stak.h.dfdg(cpr)) > len(operationer), "everything registered", 90)
        assert [x.operation for x in stak.h.dfdg(cpr)][1:] == operationer
        dage = [str(x.start)[:10] for x in stak.h.dfdg(cpr) if x.operation == TALE]
        assert dage == ["2022-02-01", "2022-02-08", "2022-02-15"][-len(dage) :]


async def test_a_task_on_many_is_stopped_before_it_is_through(stak: Scene, browser: Browser) -> None:
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/stoppede")
        await side.get_by_role("link", name=re.compile("helt ny")).click()
        await side.get_by_label("Vælg alle på siden").check()
        assert await side.locator("input[name=id]:checked").count() == min(PAA_SIDEN, stak.ukendte)
        # More than stand on a page are asked for by their cause.
        await side.get_by_label("Alle af denne årsag").check()
        await side.get_by_label("Spring over").check()
        await side.get_by_label("Begrundelse").fill("forældet udtræk")
        await side.get_by_role("button", name="Udfør").click()
        await side.wait_for_url(f"{stak.ops}/stoppede")
        await side.get_by_text("Stop opgaven").click()
        kort = side.locator("details", has=side.get_by_text("Stop opgaven"))
        await kort.get_by_label("Begrundelse").fill("forkert årsag valgt")
        await kort.get_by_role("button", name="Stop den nu").click()
        await expect(side.locator(".besked.godt")).to_contain_text("Opgaven er stoppet")
        await expect(side.get_by_text("stoppet undervejs")).to_be_visible()
        udfoerte = await stak.sql("select udfoerte from masseopgave where stoppet is not null")
        aabne = await stak.sql("select count(*) from doedbrev where status = 'aaben' and kode = 'ukendt_type'")
        assert udfoerte < stak.ukendte
        # The act that was being done when it was stopped counts or not.
        assert stak.ukendte - aabne - udfoerte in (0, 1)


async def test_a_citizen_is_found_by_every_id_that_there_is(stak: Scene, browser: Browser) -> None:
    cpr = stak.stoppet["bo"]
    pseudonym = await stak.pseudonym(cpr)
    raekke = "select {} from registrering r join haendelse h on h.id = r.haendelse_ref where h.haendelse_id = $1 and r.request_uuid is not null"
    ord_ = [
        pseudonym,
        stak.ider["bo"],
        str(await stak.sql("select samtale_id from haendelse where haendelse_id = $1", stak.ider["bo"])),
        str(await stak.sql(raekke.format("r.request_uuid || '-' || r.request_nr"), stak.ider["bo"])),
    ]
    async with logget_ind(stak, browser) as side:
        for x in ord_:
            await side.goto(f"{stak.ops}/soeg")
            await side.get_by_label(re.compile("^Pseudonym")).fill(x)
            await side.get_by_role("button", name="Søg", exact=True).click()
            await side.wait_for_url(re.compile(f"/borgere/{pseudonym}"))
        # The time line: the rule with its words, the request beside DFDG's answer, what was told, both states.
        await expect(side.get_by_role("heading", name="Tilstandene, som reglerne ser dem")).to_be_visible()
        await side.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        for tekst in ("DFDG's svar", "Kilde:", "Bekræftet", "Forventet", "kvittering"):
            await expect(side.locator("main").get_by_text(tekst).first).to_be_visible()
        await side.goto(f"{stak.ops}/soeg?q=findes-ikke")
        await expect(side.get_by_text("Intet blandt det, du må se")).to_be_visible()


async def test_a_window_is_moved_a_service_reopened_and_a_quarantine_set_and_given_up(
    stak: Scene, browser: Browser
) -> None:
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/styring")
        vinduer = side.locator("section", has=side.get_by_role("heading", name="Planlagte vinduer"))
        await vinduer.get_by_text("Planlæg et vindue").click()
        await vinduer.get_by_label("PlanService").check()
        await vinduer.get_by_label("Til", exact=True).fill("2199-01-01T06:00")
        await vinduer.get_by_role("button", name="Vis, hvem det rammer").click()
        await expect(vinduer.locator("#svar-vindue")).to_contain_text("passerer 0 borgere en dato")
        await vinduer.get_by_label("Det, parterne får at vide").fill("DFDG er lukket")
        await vinduer.get_by_label("Begrundelse").last.fill("meldt af STAR")
        await vinduer.get_by_role("button", name="Planlæg", exact=True).click()
        kort = vinduer.locator("article").first
        await kort.get_by_label("Ny slutning").fill("2199-01-02T06:00")
        await kort.get_by_role("button", name="Vis, hvad der sker").click()
        await expect(kort.locator(".proeve")).to_contain_text("Sluttes vinduet nu")
        await kort.get_by_label("Begrundelse").fill("STAR har udskudt")
        await kort.get_by_role("button", name="Flyt slutning").click()
        await expect(side.locator(".besked.godt")).to_contain_text("ny slutning")
        await vinduer.get_by_label("Begrundelse").first.fill("åbnet igen")
        await vinduer.get_by_role("button", name="Slut nu").click()
        await expect(side.locator(".besked.godt")).to_contain_text("Vinduet er slut")

        aabn = side.locator("section", has=side.get_by_role("heading", name="Genåbning"))
        await aabn.get_by_text("Åbn en tjeneste trinvis nu").click()
        await aabn.get_by_label("Tjeneste", exact=True).select_option("PlanService")
        await aabn.get_by_role("button", name="Vis, hvad der sendes").click()
        await expect(aabn.locator(".proeve")).to_contain_text("Intet venter på det")
        await aabn.get_by_label("Begrundelse").fill("STAR siger, den svarer")
        await aabn.get_by_role("button", name="Åbn trinvis").click()
        await expect(side.locator(".besked.godt")).to_contain_text("åbnes trinvis")

        kar = side.locator("section", has=side.get_by_role("heading", name="Karantæne"))
        await kar.get_by_text("Sæt i karantæne").first.click()
        await kar.get_by_label("Kilde").fill("/akasse/01/prov")
        await kar.get_by_label("Fortalt fra").fill("2020-01-01T00:00")
        await kar.get_by_role("button", name="Vis, hvad det rammer").click()
        await expect(kar.locator("#svar-kar")).to_contain_text("0 hændelser ville blive holdt")
        await kar.get_by_label("Begrundelse").last.fill("forkert batch")
        await kar.get_by_role("button", name="Sæt i karantæne").click()
        await expect(side.locator(".besked.godt")).to_contain_text("Karantænen holder 0")
        (id_,) = await stak.mange("akasse.01", "/akasse/01/prov", 1)
        assert (await stak.h.staar(id_)).data["status"] == "stoppet"
        await side.reload()
        kort = kar.locator("article").last
        await kort.get_by_role("button", name="Vis, hvad der sker, hvis de opgives").click()
        await expect(kort.locator(".proeve")).to_contain_text("1 bliver sprunget over og sender intet")
        await kort.get_by_label("Begrundelse").fill("udgiveren sender dem igen")
        await kort.get_by_role("button", name="Opgiv dem").click()
        await expect(side.locator(".besked.godt")).to_contain_text("1 hændelser opgives")
        await stak.h.vent(lambda: stak.h.kvitteringer(id_)[-1].data["status"] == "sprunget_over", "given up", 60)


async def test_the_figures_are_worked_out_again_and_the_log_is_read_backwards(stak: Scene, browser: Browser) -> None:
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/tilsyn")
        await side.wait_for_selector("svg.plot")
        await side.get_by_role("button", name="Regn ud igen").click()
        await expect(side.locator(".besked.godt")).to_contain_text("regnes ud på ny")
        await side.goto(f"{stak.ops}/logbog")
        raekker = side.locator("tbody tr")
        await expect(raekker.first).to_contain_text("engangskode")
        # One kind of act alone: the search by number of the first way.
        await side.get_by_label("Handling").select_option("soeg cpr")
        await side.get_by_role("button", name="Vis", exact=True).click()
        await side.wait_for_url(re.compile("handling=soeg"))
        await expect(side.locator("tbody")).to_contain_text("Medlemmet ringede")


async def _konsol_med_udsteder(s: Scene, url: str, data: Path) -> tuple[asyncio.subprocess.Process, str]:
    """Another replica of the ops role, which knows an issuer."""
    miljoe = {
        "GATEWAY_OPS__OIDC_ISSUER": url, "GATEWAY_OPS__OIDC_CLIENT_ID": KLIENT,
        "GATEWAY_OPS__OIDC_CLIENT_SECRET": HEMMELIGHED, "GATEWAY_DATA_DIR": str(data),
    }  # fmt: skip
    with s.h.o.log.open("ab") as fejl:
        p = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from gateway.cli import main; main()", "serve", "--roles", "ops", "--json",
            env={**s.h.o.env(), **miljoe}, stdout=asyncio.subprocess.PIPE, stderr=fejl,
        )  # fmt: skip
    assert p.stdout is not None
    return p, str(json.loads(await asyncio.wait_for(p.stdout.readline(), 120))["ops"])


async def test_a_reader_comes_in_by_the_issuer_sees_no_act_and_goes_out(
    stak: Scene, browser: Browser, tmp_path: Path
) -> None:
    async with udsteder() as u:
        u.krav = {"preferred_username": "lise", "roller": ["laeser:*"]}
        proces, ops = await _konsol_med_udsteder(stak, u.url, tmp_path)
        kontekst = await browser.new_context(locale="da-DK")
        try:
            noter(stak, kontekst)
            side: Page = await kontekst.new_page()
            side.set_default_timeout(40_000)
            await side.goto(f"{ops}/log-ind")
            assert await axe(side) == []
            await side.get_by_role("link", name="Log ind med din organisation").click()
            await side.wait_for_url(f"{ops}/")
            await expect(side.locator(".hvem")).to_have_text("lise")
            await side.goto(f"{ops}/stoppede/{await _brev(stak, 'anna')}")
            await side.goto(f"{ops}/styring")
            assert await side.get_by_role("button").all_text_contents() == ["Log ud"], "a reader has nothing to press"
            svar = await side.goto(f"{ops}/tilsyn")
            assert svar is not None
            assert svar.status == 403
            assert await axe(side) == []
            await side.get_by_role("button", name="Log ud").click()
            await side.wait_for_url(f"{ops}/log-ind")
            await side.goto(f"{ops}/")
            await side.wait_for_url(f"{ops}/log-ind")
        finally:
            await kontekst.close()
            proces.terminate()
            await proces.wait()
