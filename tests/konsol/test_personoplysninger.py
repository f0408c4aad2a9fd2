"""I8: no CPR number in any page, any answer of the API, the stream, or the log of acts, of a stack with life in it.

In each channel a number is planted first, where no mask reaches, and must be found.
"""

from __future__ import annotations

import asyncio
import json
import re
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import asyncpg
import pytest

from gateway.konsol.adgang import csrf_af
from gateway.konsol.konsol import RUTER
from gateway.konsol.vagt import FAKTA_ALDER
from tests.ende_til_ende.test_personoplysninger import fundne
from tests.konsol.scene import Scene
from tests.konsol.test_ruter import ikke_gaaet

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
#: So many citizens and dead letters are read in full.
LAESES = 150
#: What has no page of its own: the way in and out, and the stream, which is read by itself.
UDEN_SIDE = {"/log-ind", "/log-ind/oidc", "/log-ind/retur", "/haendelser"}


def _hent(url: str, token: str, data: bytes | None = None, art: str = "application/json", **hoveder: str) -> bytes:
    dele = urlsplit(url)
    hoved = {
        "Authorization": f"Bearer {token}",
        "Cookie": f"konsol={token}",
        "Origin": f"{dele.scheme}://{dele.netloc}",
    }
    if data is not None:
        hoved |= {"Content-Type": art, "X-CSRF-Token": csrf_af(token)}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, hoved | hoveder), timeout=60) as svar:
            indhold: bytes = svar.read()
            return indhold
    except urllib.error.HTTPError as fejl:
        return fejl.read()


async def _stroem(ops: str, token: str) -> bytes:
    """The first event of the stream: the sentence on top. It may be two seconds old: what somebody was shown just before."""
    await asyncio.sleep(FAKTA_ALDER + 0.5)
    request = urllib.request.Request(f"{ops}/haendelser", headers={"Cookie": f"konsol={token}"})
    ud = b""
    with urllib.request.urlopen(request, timeout=60) as svar:  # noqa: ASYNC210
        while b"\n\n" not in ud:
            ud += svar.readline()
    return ud


async def test_I8_no_cpr_number_in_html_api_stream_or_the_log_of_acts(stak: Scene) -> None:
    s, laek = stak, stak.h.personer.ny()
    token = json.loads(_hent(f"{s.ops}/api/v1/adgang", "", json.dumps({"kode": await s.ny_kode()}).encode()))["token"]
    # People write numbers where they should not: into reasons, and into the search for an id.
    offer = next(iter(s.stoppet.values()))
    _hent(f"{s.ops}/api/v1/soeg/cpr", token, json.dumps({"cpr": offer, "begrundelse": f"ring til {offer}"}).encode())
    conn = await asyncpg.connect(s.h.o.dsn)
    try:
        # The plants: an act, and a block of what is no kind; the sentence on top and the pages name both.
        await conn.execute(
            "insert into betjening (hvem, handling, maal, begrundelse) values ('x', $1, 'y', 'z')", f"laek{laek}laek"
        )
        await conn.execute(
            """insert into spaerring (tjeneste, akassekode, art, kode, afviste, siden)
               values ('IngenService', null, $1, '0', 1, now())""",
            f"laek{laek}laek",
        )
        egne = [await s.pseudonym(cpr) for cpr in s.stoppet.values()]
        pseudonymer = list(dict.fromkeys([*egne, *(r[0] for r in await conn.fetch(
            "select pseudonym from borger order by md5(pseudonym) limit $1", LAESES))]))  # fmt: skip
        breve = [str(r[0]) for r in await conn.fetch("select id from doedbrev order by status, id limit $1", LAESES)]
        betjening = str([tuple(r) for r in await conn.fetch("select * from betjening")]).encode()
        stroem = await _stroem(s.ops, token)
        html, api, proever = await _sider(s, token, offer, pseudonymer, breve)
    finally:
        await conn.execute("delete from spaerring where art like 'laek%'")
        await conn.close()
    # Each channel shows what it is about, or the scan would look at nothing.
    assert html.count(b"tidslinje") >= len(pseudonymer)
    assert len(re.findall(rb'"haendelser":', api)) >= len(pseudonymer)
    assert b"intet er gjort endnu" in proever
    kanaler = {"html": html, "api": api, "stroem": stroem, "betjening": betjening}
    for navn, indhold in kanaler.items():
        assert fundne(indhold, [laek]), f"the scan is blind in {navn}"
    for navn, indhold in {**kanaler, "proever": proever}.items():
        # A search's own word comes back to nobody: it is refused unread.
        assert not fundne(indhold, s.cprer), f"a CPR number stands in {navn}"


async def _sider(
    s: Scene, token: str, offer: str, pseudonymer: list[str], breve: list[str]
) -> tuple[bytes, bytes, bytes]:
    """Every page and every answer of the API that there is a route for; and what dry runs show, in pages and API."""
    faelles = ["overblik", "flow", "stoppede", "stoppede/aarsager", "tvivl", "logbog?hoejst=500", "opgaver", "styring", "tilsyn",
               f"soeg?q={offer}", "openapi.json"]  # fmt: skip
    stier = ["/", "/stoppede", "/stoppede/aarsag?kode=dfdg_afvist", "/tvivl", "/soeg", f"/soeg?q={offer[:6]}-{offer[6:]}",
             "/styring", "/tilsyn", "/logbog"]  # fmt: skip
    hver = [f"/borgere/{p}" for p in pseudonymer] + [f"/stoppede/{b}" for b in breve]
    laest = {("GET", urlsplit(sti).path, "done") for sti in (*stier, *hver)}
    ulaest = {sti for metode, sti, _ in ikke_gaaet(RUTER, laest) if metode == "GET"}
    assert ulaest == UDEN_SIDE, "every page is scanned"
    html = b"".join(_hent(s.ops + sti, token) for sti in (*stier, *hver))
    svar = {sti: _hent(f"{s.ops}/api/v1/{sti}", token) for sti in faelles}
    api = b"".join(svar.values()) + b"".join(_hent(f"{s.ops}/api/v1{sti}", token) for sti in hver)
    moenstre = {p for p, metoder in json.loads(svar["openapi.json"])["paths"].items() if "get" in metoder}
    hentet = [f"/{sti.partition('?')[0]}" for sti in faelles] + hver
    uskannet = {p for p in moenstre if not any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), sti) for sti in hentet)}
    assert uskannet == set(), "every answer of the API is scanned"
    proever = b"".join(
        _hent(f"{s.ops}/api/v1/stoppede/{b}/{h}", token, b'{"proev": true}')
        + _hent(f"{s.ops}/stoppede/{b}/{h}", token, b"proev=1", "application/x-www-form-urlencoded", **{"HX-Request": "true"})
        for b in breve
        for h in ("genkoer", "spring-over")
    )  # fmt: skip
    return html, api, proever
