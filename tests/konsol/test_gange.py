"""Operators' ways through the console, in a real browser against the whole running stack; judged at DFDG's own log."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from playwright.async_api import Browser, expect

from sandbox.dfdg.log import MODTAGET, laes_log
from tests.konsol.scene import TALE, Scene
from tests.konsol.side import axe, logget_ind

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
SIDER = [
    "/",
    "/stoppede",
    "/stoppede/aarsag?kode=dfdg_afvist",
    "/tvivl",
    "/soeg",
    "/styring",
    "/tilsyn",
    "/logbog",
    "BREV",
    "BORGER",
]


async def _brev(s: Scene, navn: str) -> str:
    return str(
        await s.sql(
            "select d.id from doedbrev d join haendelse h on h.id = d.haendelse_ref where h.haendelse_id = $1",
            s.ider[navn],
        )
    )


async def _sti(s: Scene, sti: str) -> str:
    match sti:
        case "BREV":
            return f"/stoppede/{await _brev(s, 'anna')}"
        case "BORGER":
            return f"/borgere/{await s.pseudonym(s.stoppet['anna'])}"
        case _:
            return sti


#: What can be worked on a page; of a group of radio buttons one is a stop, and the arrows choose.
_BETJENES = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => e.getClientRects().length && !(e.type === 'radio' && !e.checked))"""


async def test_every_control_is_reached_by_the_keyboard_and_seen_when_it_is(stak: Scene, browser: Browser) -> None:
    async with logget_ind(stak, browser) as side:
        for sti in ("/", "/stoppede/aarsag?kode=dfdg_afvist", "/soeg", "/styring", "/tilsyn", "BREV", "BORGER"):
            await side.goto(stak.ops + await _sti(stak, sti))
            if sti == "/tilsyn":
                await side.wait_for_selector("svg.plot")
            await side.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
            antal = await side.evaluate(f"(window.betjenes = ({_BETJENES})()).length")
            assert antal > 8, sti
            naaede, usete, sidste = set(), set(), -1
            for _ in range(antal + 200):
                await side.keyboard.press("Tab")
                nr, navn, omrids = await side.evaluate(
                    "(e => [window.betjenes.indexOf(e), e.outerHTML.slice(0, 90), getComputedStyle(e).outlineStyle])"
                    "(document.activeElement)"
                )
                # A time has stops of its own: day, month, hour. A control that comes again later: once round.
                if nr < 0 or nr == sidste:
                    continue
                if nr in naaede:
                    break
                naaede.add(nr)
                sidste = nr
                if omrids == "none":
                    usete.add(navn)
            mangler = [
                await side.evaluate("i => window.betjenes[i].outerHTML.slice(0, 90)", nr)
                for nr in range(antal)
                if nr not in naaede
            ]
            assert mangler == [], sti
            assert usete == set(), sti


async def _dfdg_fik(s: Scene) -> list[str | None]:
    """The request ids that DFDG has read, in its log's order."""
    return [x.request_id for x in laes_log(s.h.o.dfdg.log) if x.udfald == MODTAGET]


@pytest.mark.parametrize("farver", ["light", "dark"])
async def test_no_page_has_a_serious_accessibility_fault_and_none_scrolls_sideways_at_200_percent(
    stak: Scene, browser: Browser, farver: str
) -> None:
    async with logget_ind(stak, browser, color_scheme=farver, viewport={"width": 1280, "height": 900}) as side:
        for sti in SIDER:
            await side.goto(stak.ops + await _sti(stak, sti))
            if sti == "/tilsyn":
                await side.wait_for_selector("svg.plot")
            await side.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
            assert await axe(side) == [], sti
            # 200 % zoom of a window 1280 wide leaves 640.
            await side.set_viewport_size({"width": 640, "height": 450})
            bredde = await side.evaluate("document.documentElement.scrollWidth")
            assert bredde <= 640, f"{sti} is {bredde} wide"
            await side.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(
    ("overskrift", "vis", "goer"),
    [("Spærrede slags", "Vis, hvad der sendes", "Send igen"), ("Karantæne", "Vis, hvad der sendes", "Frigiv")],
    ids=["a block", "a quarantine"],
)
async def test_what_letting_go_would_send_is_shown_and_then_sent(
    stak: Scene, browser: Browser, overskrift: str, vis: str, goer: str
) -> None:
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/styring")
        kort = side.locator("section", has=side.get_by_role("heading", name=overskrift)).locator("article").first
        foer = await _dfdg_fik(stak)
        await kort.get_by_role("button", name=vis).click()
        proeve = kort.locator(".proeve")
        await expect(proeve).to_contain_text("intet er gjort endnu", timeout=90_000)
        vist = [x for x in await proeve.locator("dd").all_text_contents() if re.fullmatch(r"[0-9a-f-]{36}-\d+", x)]
        assert 6 <= len(vist) <= 20
        assert len(set(vist)) == len(vist)
        await proeve.locator("details").evaluate_all("ds => ds.forEach(d => d.open = true)")
        assert await axe(side) == []
        # Looking sends nothing.
        assert not set(vist) & set(await _dfdg_fik(stak))
        if overskrift == "Spærrede slags":
            await expect(side.locator(".top")).to_contain_text("DFDG afviser alle registreringer af slagsen")
        await kort.get_by_label("Begrundelse").fill("rettet")
        await kort.get_by_role("button", name=goer).click()
        await expect(side.locator(".besked.godt")).to_be_visible(timeout=120_000)
        await stak.h.o.vent(
            "select not exists (select 1 from haendelse where part in ('akasse.02', 'akasse.03') and type like '%indplaceret%' "
            "and (tilstand in ('venter', 'hoved') or tilstand = 'stoppet' and fejlkode = 'karantaene'))"
            if overskrift == "Karantæne"
            else "select not exists (select 1 from haendelse where part = 'akasse.03' and tilstand <> 'endelig')",
            sekunder=300,
        )
        fik = (await _dfdg_fik(stak))[len(foer) :]
        assert set(vist) <= set(fik)
        assert not Counter(fik) - Counter(set(fik)), "each once"
        if overskrift == "Spærrede slags":
            # What changes shows by itself: the sentence on top is streamed.
            await expect(side.locator(".top")).not_to_contain_text("DFDG afviser alle", timeout=30_000)


async def test_a_stopped_citizen_is_found_read_corrected_and_the_followers_leave_in_order(
    stak: Scene, browser: Browser
) -> None:
    cpr = stak.stoppet["anna"]
    pseudonym = await stak.pseudonym(cpr)
    async with logget_ind(stak, browser) as side:
        # Found by CPR number, which stands in no address.
        await side.get_by_role("link", name="Søg").click()
        await side.get_by_label("CPR-nummer", exact=True).fill(cpr)
        cprform = side.locator("form", has=side.get_by_label("CPR-nummer", exact=True))
        await cprform.get_by_label("Begrundelse").fill("Medlemmet ringede")
        await cprform.get_by_role("button", name="Søg på CPR").click()
        await side.wait_for_url(re.compile(f"/borgere/{pseudonym}"))
        # Why: the time line names the refusal and leads to it.
        await side.get_by_role("link", name="Ret den").click()
        await expect(side.locator(".hvorfor")).to_contain_text("4999")
        await expect(side.get_by_role("heading", name="Seneste gode af slagsen")).to_be_visible()
        # Corrected: the new decision first, nothing is done by looking.
        foer = await stak.sql("select count(*) from betjening where handling = 'replace'")
        form = side.locator("#erstat")
        await form.get_by_label("tidspunkt").fill("2022-02-02T11:00:00+01:00")
        await form.get_by_role("button", name="Vis den nye afgørelse").click()
        proeve = side.locator("#svar-erstat .proeve")
        await expect(proeve).to_contain_text("registreres")
        await expect(proeve.locator("pre")).to_contain_text("2022-02-02T11:00:00")
        assert await stak.sql("select count(*) from betjening where handling = 'replace'") == foer
        assert TALE not in [x.operation for x in stak.h.dfdg(cpr)]
        # Without a reason it is refused, and the form keeps what was written.
        await form.get_by_role("button", name="Erstat").click()
        await expect(side.locator("#svar-erstat .besked.fejl")).to_contain_text("begrundelse")
        await form.get_by_label("Begrundelse").fill("A-kassen oplyser rigtig tid")
        await form.get_by_role("button", name="Erstat").click()
        await expect(side.locator(".besked.godt")).to_contain_text("erstattet")
        await expect(side.get_by_role("heading", level=1)).to_contain_text("erstattet")
        # The followers leave in their order: judged at DFDG.
        await stak.h.vent(lambda: len(stak.h.dfdg(cpr)) >= 5, "everything registered", 60)
        linjer = stak.h.dfdg(cpr)
        assert [x.operation for x in linjer] == ["CreateFravaerMedIdentifier", TALE, TALE, TALE, "UpdateFravaer"]
        assert [str(x.start)[:10] for x in linjer if x.operation == TALE] == ["2022-02-02", "2022-02-08", "2022-02-15"]
        # And the act stands in the log, with what it changed and without the number.
        await side.goto(f"{stak.ops}/logbog?maal={await _brev(stak, 'anna')}")
        await expect(side.locator("tbody tr").first).to_contain_text("A-kassen oplyser rigtig tid")
        await expect(side.locator("tbody tr").first).to_contain_text("2022-02-02T11:00:00")


async def test_a_masked_text_that_was_not_changed_is_kept_as_it_came(stak: Scene) -> None:
    """Of the event that was replaced: its agreement named the member's number, which no screen showed."""
    from gateway.ledger.krypto import Noegler
    from tests.ende_til_ende.drift import NOEGLE

    raa = await stak.sql("select raa_krypt from haendelse where haendelse_id = $1", stak.ider["anna"])
    cpr = stak.stoppet["anna"]
    assert f"{cpr[:6]}-{cpr[6:]}".encode() in Noegler(NOEGLE.encode()).dekrypter(raa)


async def test_a_group_is_tried_and_then_retried_with_the_keyboard_alone(stak: Scene, browser: Browser) -> None:
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/stoppede")
        await side.keyboard.press("Tab")
        await expect(side.get_by_role("link", name="Gå til indholdet")).to_be_focused()
        await side.keyboard.press("Enter")
        for _ in range(10):
            await side.keyboard.press("Tab")
            if await side.evaluate("document.activeElement.textContent.includes('samtale afholdt')"):
                break
        await side.keyboard.press("Enter")
        await side.wait_for_url(re.compile("/stoppede/aarsag"))
        alle = side.get_by_label("Alle af denne årsag")
        await alle.focus()
        await side.keyboard.press("Space")
        await side.get_by_label("Begrundelse").focus()
        await side.keyboard.type("DFDG har rettet fejlen")
        await side.get_by_role("button", name="Vis, hvad der sker").focus()
        await side.keyboard.press("Enter")
        aabne = await stak.sql(
            "select count(*) from doedbrev where status = 'aaben' and kode = 'dfdg_afvist' and type like '%samtale%'"
        )
        assert aabne >= 2
        await expect(side.locator(".proeve .udfald")).to_have_count(aabne)
        await side.get_by_role("button", name="Udfør").focus()
        await side.keyboard.press("Enter")
        await side.wait_for_url(f"{stak.ops}/stoppede")
        for navn in ("bo", "carl"):
            cpr = stak.stoppet[navn]
            await stak.h.vent(lambda cpr=cpr: len(stak.h.dfdg(cpr)) >= 5, "everything registered", 60)  # type: ignore[misc]
            assert [x.operation for x in stak.h.dfdg(cpr)][1:] == [TALE, TALE, TALE, "UpdateFravaer"]


async def test_a_lane_a_service_and_a_window_are_held_and_let_go(stak: Scene, browser: Browser) -> None:
    cpr = stak.h.personer.ny()
    stak.cprer.add(cpr)
    await stak.placeret(cpr)
    pseudonym = await stak.pseudonym(cpr)
    async with logget_ind(stak, browser) as side:
        # One lane.
        await side.goto(f"{stak.ops}/borgere/{pseudonym}")
        await side.get_by_text("Sæt borgerens bane på pause").click()
        await side.get_by_label("Begrundelse").fill("undersøges")
        await side.get_by_role("button", name="Sæt på pause").click()
        await expect(side.locator(".besked.obs")).to_contain_text("På pause siden")
        await stak.h.send("akasse.01", k := stak.samtale(cpr, "2022-02-01"))
        await stak.h.o.vent("select exists (select 1 from koe where kanal like '%#pause')")
        await side.get_by_label("Begrundelse").fill("i orden")
        await side.get_by_role("button", name="Ophæv").click()
        assert (await stak.h.staar(k["id"])).data["status"] == "registreret"
        # A service: how many it would hold, then held, then reopened in steps.
        await side.goto(f"{stak.ops}/styring")
        pauser = side.locator("section", has=side.get_by_role("heading", name="Pauser"))
        await pauser.get_by_text("Sæt på pause", exact=True).first.click()
        await pauser.get_by_label("Tjeneste", exact=True).select_option("PersonRegistrationService")
        await pauser.get_by_role("button", name="Vis, hvem det rammer").click()
        await expect(pauser.locator("#svar-pause")).to_contain_text("0 borgeres registreringer")
        await pauser.get_by_label("Begrundelse").fill("DFDG melder fejl")
        await pauser.get_by_role("button", name="Sæt på pause").click()
        await expect(side.locator(".top")).to_contain_text("PersonRegistrationService på pause", timeout=60_000)
        await stak.h.send("akasse.01", k := stak.samtale(cpr, "2022-02-08", "raadighed"))
        await stak.h.o.vent("select exists (select 1 from koe where kanal like 'PersonRegistrationService|%')")
        assert len([x for x in stak.h.dfdg(cpr) if x.operation == TALE]) == 1
        await pauser.get_by_role("button", name="Vis, hvad der sendes").click()
        await expect(pauser.locator(".proeve")).to_contain_text(TALE)
        await expect(pauser.locator(".proeve")).to_contain_text("åbnes trinvis")
        await pauser.get_by_label("Begrundelse").first.fill("rettet")
        await pauser.get_by_role("button", name="Ophæv, åbn trinvis").click()
        await expect(side.locator(".besked.godt")).to_contain_text("ophævet")
        assert (await stak.h.staar(k["id"], sekunder=60)).data["status"] == "registreret"
        # A window: planned, the parties told, ended.
        vinduer = side.locator("section", has=side.get_by_role("heading", name="Planlagte vinduer"))
        await vinduer.get_by_text("Planlæg et vindue").click()
        await vinduer.get_by_label("PlanService").check()
        await vinduer.get_by_label("Til", exact=True).fill("2199-01-01T06:00")
        await vinduer.get_by_label("Det, parterne får at vide").fill("DFDG er lukket")
        await vinduer.get_by_label("Begrundelse").fill("meldt af STAR")
        await vinduer.get_by_role("button", name="Planlæg", exact=True).click()
        await expect(vinduer.locator(".kort").first).to_contain_text("PlanService")
        await stak.h.vent(lambda: any(m.type == "gateway.driftsbesked.v1" for m in stak.h.ud), "the parties told")
        await vinduer.get_by_label("Begrundelse").first.fill("åbnet igen")
        await vinduer.get_by_role("button", name="Slut nu").click()
        await expect(side.locator(".besked.godt")).to_contain_text("Vinduet er slut")


async def test_what_is_in_doubt_is_settled_by_hand_with_evidence(stak: Scene, browser: Browser) -> None:
    cpr = await stak.i_tvivl("tvivl")
    async with logget_ind(stak, browser) as side:
        await side.goto(f"{stak.ops}/tvivl")
        kort = side.locator("article").first
        await kort.get_by_text("Afklar i hånden").click()
        await kort.get_by_label("har den ikke").check()
        await kort.get_by_label("Begrundelse").fill("DFDG svarer ikke på opslag")
        await kort.get_by_role("button", name="Afklar", exact=True).click()
        await expect(kort.locator(".besked.fejl")).to_be_visible()
        await kort.get_by_label("Bevis").fill("Set i DFDG's skærmbillede")
        # Tried first, as often as a worker asks just then or the quiet time is not over.
        for _ in range(20):
            await kort.get_by_role("button", name="Vis, hvad der sker").click()
            await side.wait_for_timeout(700)
            if await kort.locator(".proeve").count():
                break
        await expect(kort.locator(".proeve")).to_contain_text("intet er gjort endnu")
        # The quiet time (3 s here) must be over, and no worker may be asking just then.
        for _ in range(20):
            await kort.get_by_role("button", name="Afklar", exact=True).click()
            await side.wait_for_timeout(700)
            if await side.locator(".besked.godt").count():
                break
        await expect(side.locator(".besked.godt")).to_contain_text("afklaret")
        assert (await stak.h.staar(stak.ider["tvivl"], sekunder=60)).data["status"] == "registreret"
        assert [x.operation for x in stak.h.dfdg(cpr) if x.operation == TALE] == [TALE], "once"
