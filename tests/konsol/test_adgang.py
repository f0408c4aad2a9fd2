"""Who is let in, and what they may: one-time codes, OpenID Connect, roles per a-kasse, forged posts, limits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from gateway.konsol.adgang import FORSOEG_PR_ADRESSE, LEVETID, TAVS, Forsoegsgraense
from gateway.ledger import logbog
from tests.konsol.app import ADRESSE, Konsol, konsol
from tests.konsol.udsteder import HEMMELIGHED, KLIENT, Udsteder, udsteder
from tests.ledger.byg import AFVIST, CPR, Ledger, placeret, samtale
from tests.ledger.conftest import ledger

pytestmark = pytest.mark.postgres
__all__ = ["ledger"]
LAESESIDER = ["/", "/stoppede", "/tvivl", "/soeg", "/styring"]


@pytest.fixture
async def k(ledger: Ledger, database: str) -> AsyncIterator[Konsol]:
    async with konsol(ledger, database) as k:
        yield k


async def _stoppet(ledger: Ledger) -> str:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale", aftaler=f"ring {CPR}"))
    (krav,) = await ledger.tag()
    await ledger.svar(krav, AFVIST)
    return str(await ledger.doedt())


# --- one-time codes -------------------------------------------------------------------------------------


async def test_a_code_lets_in_once_and_only_when_it_is_sent(k: Konsol) -> None:
    kode = await k.g.sessioner.ny_kode()
    async with k.klient() as c:
        assert (await c.get("/")).headers["location"] == "/log-ind"
        # Looking at the link uses nothing up.
        assert kode in (await c.get(f"/log-ind?kode={kode}")).text
        svar = await c.post("/log-ind", data={"kode": kode})
        assert (svar.status_code, svar.headers["location"]) == (303, "/")
        cookie = svar.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert (await c.get("/")).status_code == 200
    async with k.klient() as c:
        assert (await c.post("/log-ind", data={"kode": kode})).status_code == 403
    assert await k.g.pulje.fetchval("select count(*) from konsol_session where position($1 in navn) > 0", kode) == 0


async def test_codes_are_for_the_embedded_default_only(ledger: Ledger, database: str) -> None:
    async with konsol(ledger, database, koder=False) as k, k.klient() as c:
        assert (await c.post("/log-ind", data={"kode": await k.g.sessioner.ny_kode()})).status_code == 403
        assert (await c.post("/api/v1/adgang", json={"kode": await k.g.sessioner.ny_kode()})).status_code == 403


async def test_attempts_to_log_in_are_limited(k: Konsol) -> None:
    async with k.klient() as c:
        svar = [
            (await c.post("/log-ind", data={"kode": f"gæt-{n}"})).status_code for n in range(FORSOEG_PR_ADRESSE + 1)
        ]
        assert svar == [403] * FORSOEG_PR_ADRESSE + [429]
        # The right one does not help either, until the minute is over.
        assert (await c.post("/log-ind", data={"kode": await k.g.sessioner.ny_kode()})).status_code == 429
    tid = 0.0
    g = Forsoegsgraense(lambda: tid)
    for _ in range(FORSOEG_PR_ADRESSE):
        g.fejlede("a")
    assert (g.for_mange("a"), g.for_mange("b")) == (True, False)
    tid = 61.0
    assert not g.for_mange("a")


async def test_a_session_ends_by_age_by_silence_and_by_logging_out(k: Konsol) -> None:
    start = k.nu
    for frem in (LEVETID + timedelta(seconds=1), TAVS + timedelta(seconds=1)):
        async with await k.som("laeser:*") as c:
            assert (await c.get("/stoppede")).status_code == 200
            k.nu = start + frem
            assert (await c.get("/stoppede")).status_code == 303
        k.nu = start
    async with await k.som("laeser:*") as c:
        await c.post("/log-ud")
        assert (await c.get("/stoppede")).status_code == 303


# --- forged posts, headers ---------------------------------------------------------------------------------


async def test_a_post_without_the_sessions_token_or_from_elsewhere_does_nothing(k: Konsol, ledger: Ledger) -> None:
    id_ = await _stoppet(ledger)
    async with await k.som("operatoer:*") as c:
        token = c.headers.pop("X-CSRF-Token")
        for hoveder in (
            {},
            {"X-CSRF-Token": "0" * 64},
            {"X-CSRF-Token": token, "Origin": "https://ond.example"},
            {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"},
        ):
            svar = await c.post(f"/stoppede/{id_}/spring-over", data={"begrundelse": "x"}, headers=hoveder)
            assert svar.status_code == 403
            svar = await c.post(f"/api/v1/stoppede/{id_}/spring-over", json={"begrundelse": "x"}, headers=hoveder)
            assert svar.status_code == 403
        assert (await ledger.statusser())["placeret"] == "stoppet"
        svar = await c.post(
            f"/stoppede/{id_}/spring-over", data={"begrundelse": "x", "csrf": token}, headers={"Origin": ADRESSE}
        )
        assert svar.status_code == 303


async def test_every_page_has_the_policy_and_nothing_inline(k: Konsol, ledger: Ledger) -> None:
    id_ = await _stoppet(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    async with await k.som("operatoer:*", "tilsyn:*") as c:
        for sti in [
            *LAESESIDER,
            "/tilsyn",
            "/logbog",
            f"/stoppede/{id_}",
            f"/borgere/{pseudonym}",
            "/findes-ikke",
            "/statisk/konsol.css",
        ]:
            svar = await c.get(sti)
            csp = svar.headers["content-security-policy"]
            assert "script-src 'self'" in csp
            assert "unsafe" not in csp
            assert svar.headers["x-content-type-options"] == "nosniff"
            if sti.startswith("/statisk"):
                continue
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", svar.text), sti
            assert CPR not in svar.text


async def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(ledger: Ledger, database: str) -> None:
    async with konsol(ledger, database, public_url="https://drift.example") as k, k.klient() as c:
        svar = await c.post(
            "/log-ind", data={"kode": await k.g.sessioner.ny_kode()}, headers={"Origin": "https://drift.example"}
        )
        cookie = svar.headers["set-cookie"]
        assert cookie.startswith("__Host-konsol=")
        assert "Secure" in cookie


# --- roles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rolle", "maa", "maa_ikke"),
    [
        ("laeser:*", LAESESIDER, ["/tilsyn", "/logbog"]),
        ("operatoer:*", [*LAESESIDER, "/logbog"], ["/tilsyn"]),
        ("tilsyn:*", ["/", "/tilsyn", "/logbog"], ["/stoppede", "/tvivl", "/soeg", "/styring"]),
    ],
)
async def test_a_role_opens_its_pages_and_no_others(k: Konsol, rolle: str, maa: list[str], maa_ikke: list[str]) -> None:
    async with await k.som(rolle) as c:
        assert [(await c.get(s)).status_code for s in maa] == [200] * len(maa)
        assert [(await c.get(s)).status_code for s in maa_ikke] == [403] * len(maa_ikke)


async def test_I9_nobody_sees_or_acts_on_another_a_kasses_citizens(k: Konsol, ledger: Ledger) -> None:
    id_ = await _stoppet(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    async with await k.som("operatoer:02", "laeser:02") as c:
        assert "samtale" not in (await c.get("/stoppede")).text
        assert (await c.get("/api/v1/stoppede")).json() == []
        for sti in (f"/stoppede/{id_}", f"/borgere/{pseudonym}"):
            assert (await c.get(sti)).status_code == 403
            assert (await c.get(f"/api/v1{sti}")).status_code == 403
        assert "0 fund" in (await c.get("/soeg?q=s1")).text
        assert (await c.get(f"/api/v1/soeg?q={pseudonym}")).json() == []
        svar = await c.post("/api/v1/soeg/cpr", json={"cpr": CPR, "begrundelse": "x"})
        assert svar.json() == {"borger": None}
        svar = await c.post(f"/stoppede/{id_}/genkoer", data={"begrundelse": "x"})
        assert svar.status_code == 403
        assert (
            await c.post("/api/v1/stoppede/mange", json={"handling": "skip", "kode": "dfdg_afvist", "begrundelse": "x"})
        ).status_code == 409
    async with await k.som("laeser:01") as c:
        assert (await c.get(f"/borgere/{pseudonym}")).status_code == 200
        assert (await c.post(f"/stoppede/{id_}/genkoer", data={"begrundelse": "x"})).status_code == 403
    assert (await ledger.statusser())["placeret"] == "stoppet"


async def test_a_search_by_cpr_is_noted_and_the_number_is_not(k: Konsol, ledger: Ledger) -> None:
    await _stoppet(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    async with await k.som("laeser:01") as c:
        assert (await c.get(f"/soeg?q={CPR}")).status_code == 404
        svar = await c.post("/soeg/cpr", data={"cpr": f"{CPR[:6]}-{CPR[6:]}", "begrundelse": "medlemmet ringede"})
        assert svar.headers["location"] == f"/borgere/{pseudonym}"
        assert (await c.post("/soeg/cpr", data={"cpr": CPR, "begrundelse": " "})).status_code == 409
    (a,) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert (a.hvem, a.handling, a.maal, a.begrundelse, a.akassekode) == (
        "anna",
        "soeg cpr",
        pseudonym,
        "medlemmet ringede",
        "01",
    )
    for tabel in ("betjening", "konsol_session"):
        assert CPR not in str(await ledger.pulje.fetch(f"select * from {tabel}"))


# --- OpenID Connect -----------------------------------------------------------------------------------------------


@pytest.fixture
async def issuer() -> AsyncIterator[Udsteder]:
    async with udsteder() as u:
        yield u


def _ops(u: Udsteder) -> dict[str, Any]:
    return {"oidc_issuer": u.url, "oidc_client_id": KLIENT, "oidc_client_secret": HEMMELIGHED,
            "oidc_grupper": "dfdg-drift=operatoer:*,dfdg-drift=tilsyn:*"}  # fmt: skip


async def _log_ind(c: httpx.AsyncClient, u: Udsteder) -> httpx.Response:
    svar = await c.get("/log-ind/oidc")
    assert svar.headers["location"].startswith(f"{u.url}/authorize")
    async with httpx.AsyncClient() as ude:
        tilbage = (await ude.get(svar.headers["location"])).headers["location"]
    return await c.get(urlsplit(tilbage)._replace(scheme="", netloc="").geturl())


async def test_who_logs_in_at_the_issuer_has_the_roles_that_it_tells(
    ledger: Ledger, database: str, issuer: Udsteder
) -> None:
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k, k.klient() as c:
        assert (await _log_ind(c, issuer)).headers["location"] == "/"
        assert "anna" in (await c.get("/")).text
        (a,) = await logbog.laes(k.g.pulje, k.g.noegler)
        assert (a.hvem, a.handling, a.efter) == ("anna", "login", {"roller": ["operatoer:01"]})
    issuer.krav = {"preferred_username": "bo", "roller": ["dfdg-drift", "andet"]}
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k, k.klient() as c:
        await _log_ind(c, issuer)
        assert (await c.get("/tilsyn")).status_code == 200
    issuer.krav = {"preferred_username": "ingen", "roller": ["direktoer:*"]}
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k, k.klient() as c:
        assert (await _log_ind(c, issuer)).status_code == 403


@pytest.mark.parametrize("forkert", ["nonce", "aud", "iss", "udloebet", "noegle"])
async def test_a_token_that_does_not_hold_lets_nobody_in(
    ledger: Ledger, database: str, issuer: Udsteder, forkert: str
) -> None:
    issuer.forkert = forkert
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k, k.klient() as c:
        assert (await _log_ind(c, issuer)).status_code == 403
        assert (await c.get("/")).status_code == 303
        if forkert != "nonce":
            svar = await c.get("/api/v1/overblik", headers={"Authorization": f"Bearer {issuer.token()}"})
            assert svar.status_code == 401


async def test_a_login_that_this_browser_did_not_begin_is_refused(
    ledger: Ledger, database: str, issuer: Udsteder
) -> None:
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k:
        async with k.klient() as c:
            svar = await c.get("/log-ind/oidc")
            async with httpx.AsyncClient() as ude:
                tilbage = (await ude.get(svar.headers["location"])).headers["location"]
        async with k.klient() as offer:
            svar = await offer.get(urlsplit(tilbage)._replace(scheme="", netloc="").geturl())
            assert svar.status_code == 403


async def test_an_issuer_that_is_away_is_said_and_no_code_helps(ledger: Ledger, database: str) -> None:
    ops = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": KLIENT, "oidc_client_secret": HEMMELIGHED}
    async with konsol(ledger, database, koder=False, **ops) as k, k.klient() as c:
        assert (await c.get("/log-ind/oidc")).status_code == 503
        assert (await c.get("/api/v1/overblik", headers={"Authorization": "Bearer x.y.z"})).status_code == 503


# --- the API ---------------------------------------------------------------------------------------------------------


async def test_the_api_takes_the_issuers_tokens_and_its_own(ledger: Ledger, database: str, issuer: Udsteder) -> None:
    id_ = await _stoppet(ledger)
    async with konsol(ledger, database, koder=False, **_ops(issuer)) as k, k.klient() as c:
        c.headers["Authorization"] = f"Bearer {issuer.token()}"
        assert (await c.get("/api/v1/stoppede")).json()[0]["dlq_id"] == id_
        assert (await c.get("/api/v1/tilsyn")).status_code == 403
        svar = await c.post(f"/api/v1/stoppede/{id_}/genkoer", json={"proev": True})
        assert svar.json()["registreringer"][0]["operation"] == "CreateFravaerMedIdentifier"
        assert CPR not in svar.text
        assert (await c.post(f"/api/v1/stoppede/{id_}/genkoer", json={"begrundelse": "igen"})).json() == {"ids": [id_]}
        (a,) = [h for h in await logbog.laes(k.g.pulje, k.g.noegler) if h.handling == "retry"]
        assert (a.hvem, a.via) == ("anna", "api")
    async with konsol(ledger, database) as k, k.klient() as c:
        assert (await c.get("/api/v1/flow")).status_code == 401
        token = (await c.post("/api/v1/adgang", json={"kode": await k.g.sessioner.ny_kode()})).json()["token"]
        c.headers["Authorization"] = f"Bearer {token}"
        assert (await c.get("/api/v1/flow")).json()["venter"] == 2


async def test_the_api_is_described_and_a_refusal_never_repeats_what_was_sent(k: Konsol) -> None:
    async with await k.som("operatoer:*", "laeser:*", "tilsyn:*") as c:
        stier = (await c.get("/api/v1/openapi.json")).json()["paths"]
        assert {"/stoppede/{dlq_id}/erstat", "/styring/pause", "/tvivl/{nr}", "/soeg/cpr", "/logbog"} <= set(stier)
        for sti in (
            "overblik",
            "flow",
            "stoppede",
            "stoppede/aarsager",
            "tvivl",
            "logbog",
            "opgaver",
            "styring",
            "tilsyn",
        ):
            assert (await c.get(f"/api/v1/{sti}")).status_code == 200, sti
        svar = await c.post("/api/v1/soeg/cpr", json={"cpr": {"nummer": CPR}, "begrundelse": CPR})
        assert svar.status_code == 422
        assert CPR not in svar.text
        assert "cpr" in svar.json()["tekst"]
