"""The pages as pictures, for docs/konsol (``make konsol``): ``GATEWAY_KONSOL_BILLEDER`` names the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.konsol.scene import Scene
from tests.konsol.side import logget_ind

pytestmark = [pytest.mark.lang, pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]


@pytest.mark.parametrize("farver", ["light", "dark"])
async def test_pictures(stak: Scene, browser: Browser, farver: str, tmp_path: Path) -> None:
    mappe = Path(os.environ.get("GATEWAY_KONSOL_BILLEDER", str(tmp_path)))
    brev = await stak.sql(
        "select d.id from doedbrev d join haendelse h on h.id = d.haendelse_ref where h.haendelse_id = $1",
        stak.ider["anna"],
    )
    sider = {
        "overblik": "/", "stoppet": "/stoppede", "aarsag": "/stoppede/aarsag?kode=dfdg_afvist", "brev": f"/stoppede/{brev}",
        "borger": f"/borgere/{await stak.pseudonym(stak.stoppet['anna'])}", "soeg": "/soeg", "styring": "/styring",
        "tilsyn": "/tilsyn", "logbog": "/logbog", "tvivl": "/tvivl",
    }  # fmt: skip
    async with logget_ind(stak, browser, color_scheme=farver, viewport={"width": 1280, "height": 860}) as side:
        await side.goto(f"{stak.ops}/tilsyn")
        for navn, sti in sider.items():
            svar = await side.goto(stak.ops + sti)
            assert svar is not None
            assert svar.status == 200, navn
            assert await side.locator("h1").count() == 1, f"{navn}: a page says what it is"
            if navn == "tilsyn":
                await side.wait_for_selector("svg.plot")
            await side.screenshot(path=mappe / f"{navn}-{farver}.png", full_page=True)
            assert (mappe / f"{navn}-{farver}.png").stat().st_size > 10_000
        # What lifting the block would send: tried, and nothing done.
        await side.goto(f"{stak.ops}/styring")
        kort = side.locator("section", has=side.get_by_role("heading", name="Spærrede slags")).locator("article").first
        await kort.get_by_role("button", name="Vis, hvad der sendes").click()
        await kort.locator(".proeve").wait_for(timeout=90_000)
        await kort.locator("details").first.evaluate("d => d.open = true")
        await kort.screenshot(path=mappe / f"frigives-{farver}.png")
