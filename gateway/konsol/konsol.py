"""The console as one application: logging in and out, the pages, the acts, the API under ``/api/v1``."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.errors import Adgangsfejl, MidlertidigFejl
from gateway.konsol import api, handlinger, sider
from gateway.konsol.adgang import Forsoegsgraense, adresse, cookienavn, fra_os_selv, saet_cookie
from gateway.konsol.grund import (
    HOVEDER,
    MAPPE,
    Grund,
    fejlside,
    find_session,
    over_tls,
    side,
    uden_database,
    vis,
)
from gateway.ledger import logbog
from gateway.ledger.aktoer import ALLE, Aktoer, Rettigheder, Rolle
from gateway.ledger.db import DATABASE_VAEK

_ALT = Rettigheder(frozenset((r, ALLE) for r in Rolle))


def byg(g: Grund) -> Starlette:
    """The application. Its state holds ``g`` and the limit on attempts to log in."""
    ruter: list[BaseRoute] = [
        *RUTER,
        Mount("/statisk", Statisk(directory=MAPPE / "statisk")),
        Mount("/api/v1", api.byg(g)),
    ]
    app = Starlette(
        routes=ruter,
        middleware=[
            # Between the two halves of a login at the issuer, nothing else.
            Middleware(
                SessionMiddleware,
                secret_key=g.noegler.konsol.hex(),
                session_cookie="konsol_oidc",
                max_age=600,
                same_site="lax",
                https_only=bool(g.settings.public_url and g.settings.public_url.startswith("https://")),
            )
        ],
        exception_handlers={
            **dict.fromkeys(DATABASE_VAEK, uden_database),
            HTTPException: _http,
        },
    )
    app.state.grund = g
    app.state.graense = Forsoegsgraense()
    return app


class Statisk(StaticFiles):
    """Scripts and styles; their names carry versions or change with the package, so browsers may keep them a little."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        svar = await super().get_response(path, scope)
        svar.headers.update({**HOVEDER, "Cache-Control": "public, max-age=300"})
        return svar


async def _http(request: Request, fejl: Exception) -> Response:
    kode = fejl.status_code if isinstance(fejl, HTTPException) else 500
    request.state.session = await find_session(request)
    return await fejlside(request, "Siden findes ikke." if kode == 404 else "Det kan ikke lade sig gøre her.", kode)


async def log_ind(request: Request) -> Response:
    """The ways in. A one-time code in the address is filled in, and used only when the form is sent."""
    if await find_session(request) is not None:
        return RedirectResponse("/", 303)
    return await _log_ind(request)


async def _log_ind(request: Request, fejl: str | None = None, status: int = 200) -> Response:
    g: Grund = request.app.state.grund
    return await vis(
        request,
        "log_ind.html",
        status,
        fejl=fejl,
        oidc=g.oidc is not None,
        koder=g.koder,
        kode=request.query_params.get("kode", ""),
    )


async def log_ind_med_kode(request: Request) -> Response:
    g: Grund = request.app.state.grund
    graense: Forsoegsgraense = request.app.state.graense
    hvem = adresse(request)
    if graense.for_mange(hvem):
        svar = await _log_ind(request, "For mange forsøg. Vent et minut.", 429)
        svar.headers["Retry-After"] = "60"
        return svar
    if not g.koder or not fra_os_selv(request, g.settings.public_url):
        return await _log_ind(request, "Her logges ikke ind med engangskode.", 403)
    if not await g.sessioner.brug_kode(str((await request.form()).get("kode", ""))[:200]):
        graense.fejlede(hvem)
        return await _log_ind(request, "Koden er brugt, udløbet eller forkert. `gateway konsol kode` giver en ny.", 403)
    return await _ind(request, "engangskode", _ALT)


async def til_udsteder(request: Request) -> Response:
    g: Grund = request.app.state.grund
    if g.oidc is None:
        return await _log_ind(request, "Der er ikke sat en udsteder op.", 404)
    retur = f"{g.settings.public_url}/log-ind/retur" if g.settings.public_url else str(request.url_for("fra_udsteder"))
    try:
        return await g.oidc.til_udsteder(request, retur)
    except MidlertidigFejl:
        return await _log_ind(request, "Udstederen af adgang svarer ikke. Prøv igen om lidt.", 503)


async def fra_udsteder(request: Request) -> Response:
    g: Grund = request.app.state.grund
    graense: Forsoegsgraense = request.app.state.graense
    if g.oidc is None or graense.for_mange(adresse(request)):
        return await _log_ind(request, "For mange forsøg. Vent et minut.", 429)
    try:
        navn, rettigheder = await g.oidc.fra_udsteder(request)
    except MidlertidigFejl:
        return await _log_ind(request, "Udstederen af adgang svarer ikke. Prøv igen om lidt.", 503)
    except Adgangsfejl:
        graense.fejlede(adresse(request))
        return await _log_ind(request, "Udstederens svar kan ikke godtages. Log ind igen.", 403)
    if not rettigheder.roller:
        return await _log_ind(request, f"{navn} er kendt, men har ingen rolle her.", 403)
    return await _ind(request, navn, rettigheder)


async def _ind(request: Request, navn: str, rettigheder: Rettigheder) -> Response:
    g: Grund = request.app.state.grund
    token = await g.sessioner.opret(navn, rettigheder)
    async with g.pulje.acquire() as conn:
        efter = {"roller": rettigheder.som_tekst()}
        await logbog.noter(conn, Aktoer(navn, "konsol", rettigheder), "login", "konsol", "log ind", efter=efter)
    request.session.clear()
    svar = RedirectResponse("/", 303, headers=HOVEDER)
    saet_cookie(svar, token, over_tls(request))
    return svar


@side(*Rolle, post=True)
async def log_ud(request: Request) -> Response:
    g: Grund = request.app.state.grund
    await g.sessioner.slut(request.cookies.get(cookienavn(over_tls(request))))
    svar = RedirectResponse("/log-ind", 303, headers=HOVEDER)
    svar.delete_cookie(cookienavn(over_tls(request)), path="/", secure=over_tls(request), httponly=True, samesite="lax")
    return svar


#: Every page and act, the way in and out among them.
RUTER = [
    Route("/log-ind", log_ind, methods=["GET"]),
    Route("/log-ind", log_ind_med_kode, methods=["POST"]),
    Route("/log-ind/oidc", til_udsteder),
    Route("/log-ind/retur", fra_udsteder),
    Route("/log-ud", log_ud, methods=["POST"]),
    *handlinger.RUTER,
    *sider.RUTER,
]
