"""What pages and acts share: who asks, templates, messages from one page to the next, refusals."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.errors import Adgangsfejl, Betjeningsfejl, MidlertidigFejl, UlovligOvergang
from gateway.konsol import ord as ord_
from gateway.konsol.adgang import Session, Sessioner, cookienavn, fra_os_selv, sikker
from gateway.konsol.oidc import Oidc
from gateway.konsol.vagt import Vagt
from gateway.ledger.aktoer import LAESERE, Aktoer, Rolle
from gateway.ledger.betjening import Betjening
from gateway.ledger.krypto import Noegler
from gateway.ledger.laesning import forside
from gateway.ledger.visning import sidste_vaern
from gateway.settings import OpsSettings

MAPPE = Path(__file__).parent
_BESKED = "konsol_besked"
#: The largest body that a page takes, bytes.
HOEJST = 1024 * 1024

#: Scripts, styles and pictures from here alone, nothing inline; nobody may frame the pages or send forms elsewhere.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HOVEDER = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": a browser would then say Origin: null of the console's own posts.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Grund:
    """``pulje`` is the console's own: its statements end early. ``koder``: whether one-time codes let in (embedded default)."""

    betjening: Betjening
    pulje: asyncpg.Pool
    noegler: Noegler
    vagt: Vagt
    sessioner: Sessioner
    settings: OpsSettings
    oidc: Oidc | None
    koder: bool
    miljoe: str
    version: str


def _skabeloner() -> Environment:
    env = Environment(
        finalize=lambda v: sidste_vaern(v) if type(v) is str else v,
        loader=FileSystemLoader(MAPPE / "skabeloner"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(ord_.FILTRE)
    return env


SKABELONER = _skabeloner()

Haandtering = Callable[[Request], Awaitable[Response]]


def grund(request: Request) -> Grund:
    return cast(Grund, request.app.state.grund)


def session(request: Request) -> Session:
    """Whoever is logged in; the wrapper of every page has put them there."""
    return cast(Session, request.state.session)


def akasser(request: Request) -> frozenset[str] | None:
    """Whose events and citizens the reader may see."""
    return session(request).rettigheder.akasser(*LAESERE)


def aktoer(request: Request) -> Aktoer:
    return session(request).aktoer("konsol")


def over_tls(request: Request) -> bool:
    return sikker(request, grund(request).settings.public_url)


async def find_session(request: Request) -> Session | None:
    return await grund(request).sessioner.find(request.cookies.get(cookienavn(over_tls(request))))


def side(*roller: Rolle, post: bool = False) -> Callable[[Haandtering], Haandtering]:
    """A page for whoever holds one of the roles, for any a-kasse. ``post``: the session's own token must come with it."""

    def omslag(haandtering: Haandtering) -> Haandtering:
        async def ny(request: Request) -> Response:
            fundet = await find_session(request)
            if fundet is None:
                if request.headers.get("hx-request"):
                    return Response(status_code=401, headers={"HX-Redirect": "/log-ind"})
                return RedirectResponse("/log-ind", 303)
            request.state.session = fundet
            if not any(r in roller for r, _ in fundet.rettigheder.roller):
                return await fejlside(request, "Din rolle giver ikke adgang til denne side.", 403)
            if post and not await _egen_post(request, fundet):
                return await fejlside(
                    request, "Siden er forældet, eller opslaget kom et andet sted fra. Hent siden igen.", 403
                )
            try:
                return await haandtering(request)
            except Adgangsfejl as fejl:
                return await afslag(request, fejl.dansk, 403)
            except Betjeningsfejl as fejl:
                return await afslag(request, fejl.dansk, 409 if post else 404)
            except UlovligOvergang:
                return await afslag(request, "Hændelsen er i en tilstand, hvor det ikke kan gøres.", 409)

        return ny

    return omslag


async def _egen_post(request: Request, s: Session) -> bool:
    if int(request.headers.get("content-length", "0") or 0) > HOEJST:
        return False
    token = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    return fra_os_selv(request, grund(request).settings.public_url) and hmac.compare_digest(token, s.csrf)


async def vis(request: Request, skabelon: str, status: int = 200, **data: Any) -> Response:
    """A page, with the sentence on top."""
    s: Session | None = getattr(request.state, "session", None)
    g = grund(request)
    fakta = await g.vagt.fakta() if s is not None else None
    besked = _laes_besked(request)
    html = SKABELONER.get_template(skabelon).render(
        session=s,
        rolle=(lambda *r: s is not None and any(x.value in r for x, _ in s.rettigheder.roller)),
        csrf=s.csrf if s else "",
        top=forside.dom(fakta) if fakta else None,
        fakta=fakta,
        nu=g.betjening.ur(),
        sti=request.url.path,
        besked=besked,
        miljoe=g.miljoe,
        version=g.version,
        **data,
    )
    svar = HTMLResponse(html, status, headers=HOVEDER)
    if besked is not None:
        svar.delete_cookie(_BESKED, path="/")
    return svar


def stump(request: Request, skabelon: str, status: int = 200, **data: Any) -> Response:
    """A piece of a page, for htmx."""
    s: Session | None = getattr(request.state, "session", None)
    html = SKABELONER.get_template(skabelon).render(csrf=s.csrf if s else "", nu=grund(request).betjening.ur(), **data)
    return HTMLResponse(html, status, headers=HOVEDER)


def til(request: Request, sted: str, tekst: str, art: str = "godt") -> Response:
    """On to another page, which shows ``tekst`` once."""
    if request.headers.get("hx-request"):
        svar: Response = Response(status_code=204, headers={"HX-Redirect": sted, **HOVEDER})
    else:
        svar = RedirectResponse(sted, 303, headers=HOVEDER)
    vaerdi = _underskriver(request).dumps([art, tekst])
    svar.set_cookie(_BESKED, vaerdi, max_age=60, httponly=True, samesite="lax", secure=over_tls(request), path="/")
    return svar


async def afslag(request: Request, tekst: str, status: int) -> Response:
    """A refusal: where htmx asked, a piece that takes the answer's place; otherwise a page."""
    if request.headers.get("hx-request"):
        return stump(request, "_besked.html", 200, art="fejl", tekst=tekst)
    return await fejlside(request, tekst, status)


async def fejlside(request: Request, tekst: str, status: int) -> Response:
    return await vis(request, "fejl.html", status, tekst=tekst)


def uden_database(_: Request, __: Exception) -> Response:
    """The sentence when nothing can be read, nor anybody recognised."""
    return HTMLResponse(
        SKABELONER.get_template("uden_database.html").render(), 503, headers={**HOVEDER, "Retry-After": "5"}
    )


def tilbagemelding(fejl: MidlertidigFejl) -> str:
    return str(fejl)


def heltal(v: str | None) -> int | None:
    return int(v) if v and v.isascii() and v.isdigit() and len(v) < 19 else None


def dlq_id(request: Request) -> UUID:
    """The dead letter of the path. Raises ``Betjeningsfejl``."""
    try:
        return UUID(request.path_params["dlq_id"])
    except ValueError:
        raise Betjeningsfejl("no such id", dansk="Der er intet stoppet med det id.") from None


def _underskriver(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(grund(request).noegler.konsol, salt="besked")


def _laes_besked(request: Request) -> tuple[str, str] | None:
    raa = request.cookies.get(_BESKED)
    if not raa:
        return None
    try:
        art, tekst = _underskriver(request).loads(raa, max_age=60)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(art), str(tekst)
