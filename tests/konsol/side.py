"""A logged-in page of the browser, and what every page must hold."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Response, expect

from tests.konsol.scene import Scene

# The whole stack runs beside the browser.
expect.set_options(timeout=30_000)
_AXE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"


@asynccontextmanager
async def logget_ind(s: Scene, browser: Browser, **valg: Any) -> AsyncIterator[Page]:
    """A page of somebody who has logged in with a one-time code, the first time in this browser. At the end no script failed and
    the policy refused nothing."""
    tilstand: Any = s.logget_ind
    kontekst = await browser.new_context(
        locale="da-DK", timezone_id="Europe/Copenhagen", storage_state=tilstand, **valg
    )
    side = await kontekst.new_page()
    fejl: list[str] = []
    side.on("pageerror", lambda e: fejl.append(str(e)))
    side.on("console", lambda m: fejl.append(m.text) if m.type == "error" else None)
    side.set_default_timeout(40_000)
    noter(s, kontekst)
    if tilstand is None:
        await side.goto(f"{s.ops}/log-ind?kode={await s.ny_kode()}")
        await side.get_by_role("button", name="Log ind").click()
        await side.wait_for_url(f"{s.ops}/")
        s.logget_ind = await kontekst.storage_state()
    else:
        await side.goto(f"{s.ops}/")
    yield side
    await kontekst.close()
    assert not fejl, fejl


def noter(s: Scene, kontekst: BrowserContext) -> None:
    """Keeps what the browser asks of the console, where the answer is no refusal: an act that was done leads on to a page."""

    def svaret(svar: Response) -> None:
        sti, metode = urlsplit(svar.url).path, svar.request.method
        proev = "proev=" in (svar.request.post_data or "")
        if metode == "GET" and svar.status < 400:
            s.besoegt.add(("GET", sti, "done"))
        elif metode == "POST" and proev and svar.status == 200:
            s.besoegt.add(("POST", sti, "tried"))
        elif metode == "POST" and svar.status in (204, 303):
            s.besoegt.add(("POST", sti, "done"))

    kontekst.on("response", svaret)


async def axe(side: Page) -> list[str]:
    """Serious and critical accessibility faults of the page. axe runs in a world of its own: the page's policy takes no
    foreign script."""
    cdp = await side.context.new_cdp_session(side)
    ramme = (await cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    verden = (await cdp.send("Page.createIsolatedWorld", {"frameId": ramme, "worldName": "axe"}))["executionContextId"]
    await cdp.send("Runtime.evaluate", {"expression": _AXE.read_text(), "contextId": verden})
    svar = await cdp.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map("
            "v => [v.impact, v.id, v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary).slice(0, 3)])))",
            "contextId": verden, "awaitPromise": True, "returnByValue": True,
        },
    )  # fmt: skip
    await cdp.detach()
    fundne = json.loads(svar["result"]["value"])
    return [f"{vaegt} {id_}: {steder}" for vaegt, id_, steder in fundne if vaegt in ("serious", "critical")]
