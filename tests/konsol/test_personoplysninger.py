"""I8: no CPR number in any page, answer of the API, or the log of acts, of a stack with life in it.

In each channel a number is planted first, where no mask reaches, and must be found.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

import asyncpg
import pytest

from tests.ende_til_ende.test_personoplysninger import fundne
from tests.konsol.scene import Scene

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]


def _hent(url: str, cookie: str, data: bytes | None = None) -> bytes:
    art = {"Content-Type": "application/json"} if data else {}
    request = urllib.request.Request(
        url, data, {"Authorization": f"Bearer {cookie}", "Cookie": f"konsol={cookie}", **art}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as svar:
            indhold: bytes = svar.read()
            return indhold
    except urllib.error.HTTPError as fejl:
        return fejl.read()


async def test_I8_no_cpr_number_in_html_api_or_the_log_of_acts(stak: Scene) -> None:
    s, laek = stak, stak.h.personer.ny()
    token = json.loads(_hent(f"{s.ops}/api/v1/adgang", "", json.dumps({"kode": await s.ny_kode()}).encode()))["token"]
    # People write numbers where they should not: into reasons, and into the search for an id.
    offer = next(iter(s.stoppet.values()))
    _hent(f"{s.ops}/api/v1/soeg/cpr", token, json.dumps({"cpr": offer, "begrundelse": f"ring til {offer}"}).encode())
    conn = await asyncpg.connect(s.h.o.dsn)
    try:
        await conn.execute(
            "insert into betjening (hvem, handling, maal, begrundelse) values ('x', $1, 'y', 'z')", f"laek{laek}laek"
        )
        pseudonymer = [r[0] for r in await conn.fetch("select pseudonym from borger")]
        breve = [str(r[0]) for r in await conn.fetch("select id from doedbrev")]
        betjening = str([tuple(r) for r in await conn.fetch("select * from betjening")]).encode()
    finally:
        await conn.close()
    faelles = ["overblik", "flow", "stoppede", "stoppede/aarsager", "tvivl", "logbog?hoejst=500", "opgaver", "styring", "tilsyn",
               f"soeg?q={offer}", "openapi.json"]  # fmt: skip
    stier = ["/", "/stoppede", "/stoppede/aarsag?kode=dfdg_afvist", "/tvivl", "/soeg", f"/soeg?q={offer[:6]}-{offer[6:]}",
             "/styring", "/tilsyn", "/logbog"]  # fmt: skip
    stier += [f"/borgere/{p}" for p in pseudonymer] + [f"/stoppede/{b}" for b in breve]
    html = b"".join(_hent(s.ops + sti, token) for sti in stier)
    api = b"".join(_hent(f"{s.ops}/api/v1/{sti}", token) for sti in faelles)
    api += b"".join(
        _hent(f"{s.ops}/api/v1{sti}", token) for sti in stier if sti.startswith(("/borgere/", "/stoppede/"))
    )
    proever = b"".join(
        _hent(f"{s.ops}/api/v1/stoppede/{b}/{h}", token, b'{"proev": true}')
        for b in breve
        for h in ("genkoer", "spring-over")
    )
    # Each channel shows what it is about, or the scan would look at nothing.
    assert html.count(b"tidslinje") >= len(pseudonymer)
    assert len(re.findall(rb'"haendelser":', api)) >= len(pseudonymer)
    for navn, indhold in {"html": html, "api": api + proever, "betjening": betjening}.items():
        assert fundne(indhold, [laek]), f"the scan is blind in {navn}"
        # A search's own word comes back to nobody: it is refused unread.
        assert not fundne(indhold, s.cprer), f"a CPR number stands in {navn}"
