"""Who is let in: sessions, one-time codes of the embedded default, protection against forged posts, a limit on attempts.

A session's token is random and lies in a cookie (console) or a bearer header (API); the ledger keeps its hash, so that every
replica knows it and a leaked database opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
from starlette.requests import Request
from starlette.responses import Response

from gateway.ledger.aktoer import Aktoer, Rettigheder, Via
from gateway.telemetry import masker

#: However busy, a session ends after ``LEVETID``; a quiet one after ``TAVS``.
LEVETID, TAVS = timedelta(hours=10), timedelta(hours=1)
KODENS_LEVETID = timedelta(hours=12)
#: Failed attempts a minute, from one address and from all together.
FORSOEG_PR_ADRESSE, FORSOEG_I_ALT = 5, 60
_MINUT = 60.0
_COOKIE = "konsol"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in. ``csrf`` must come with every post from a browser."""

    navn: str
    rettigheder: Rettigheder
    csrf: str

    def aktoer(self, via: Via) -> Aktoer:
        return Aktoer(self.navn, via, self.rettigheder)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def csrf_af(token: str) -> str:
    """The session's token against forged posts: known to whoever can read the session's own pages."""
    return hmac.digest(token.encode(), b"csrf", "sha256").hex()


class Sessioner:
    """``ur`` gives the present time."""

    def __init__(self, pulje: asyncpg.Pool, ur: Callable[[], datetime]) -> None:
        self._pulje = pulje
        self._ur = ur

    async def opret(self, navn: str, rettigheder: Rettigheder) -> str:
        """A new session's token."""
        token, nu = secrets.token_urlsafe(32), self._ur()
        await self._pulje.execute("delete from konsol_session where udloeber < $1 or sidst < $2", nu, nu - TAVS)
        await self._pulje.execute(
            "insert into konsol_session (noegle, navn, roller, oprettet, sidst, udloeber) values ($1, $2, $3, $4, $4, $5)",
            _hash(token),
            masker(navn)[:200],
            rettigheder.som_tekst(),
            nu,
            nu + LEVETID,
        )
        return token

    async def find(self, token: str | None) -> Session | None:
        """The session of the token, while it lasts."""
        if not token or len(token) > 200:
            return None
        nu = self._ur()
        r = await self._pulje.fetchrow(
            "select navn, roller, sidst from konsol_session where noegle = $1 and udloeber > $2 and sidst > $3",
            _hash(token),
            nu,
            nu - TAVS,
        )
        if r is None:
            return None
        if nu - r["sidst"] > timedelta(minutes=1):
            await self._pulje.execute("update konsol_session set sidst = $2 where noegle = $1", _hash(token), nu)
        return Session(r["navn"], Rettigheder.fra_tekst(r["roller"]), csrf_af(token))

    async def slut(self, token: str | None) -> None:
        if token:
            await self._pulje.execute("delete from konsol_session where noegle = $1", _hash(token))

    async def ny_kode(self) -> str:
        """A one-time code; it lets in once, within ``KODENS_LEVETID``."""
        kode, nu = secrets.token_urlsafe(18), self._ur()
        await self._pulje.execute("delete from konsol_kode where udloeber < $1", nu)
        await self._pulje.execute(
            "insert into konsol_kode (noegle, udloeber) values ($1, $2)", _hash(kode), nu + KODENS_LEVETID
        )
        return kode

    async def brug_kode(self, kode: str) -> bool:
        """Whether the code lets in; it never does again."""
        noegle = await self._pulje.fetchval(
            "delete from konsol_kode where noegle = $1 and udloeber > $2 returning noegle",
            _hash(kode.strip()),
            self._ur(),
        )
        return noegle is not None


@dataclass(slots=True)
class Forsoegsgraense:
    """Failed attempts to log in, by address and in all, of the last minute. ``ur`` is a monotonic clock in seconds."""

    ur: Callable[[], float] = time.monotonic
    _fejl: dict[str, deque[float]] = field(default_factory=dict)
    _alle: deque[float] = field(default_factory=deque)

    def for_mange(self, adresse: str) -> bool:
        self._glem()
        return len(self._fejl.get(adresse, ())) >= FORSOEG_PR_ADRESSE or len(self._alle) >= FORSOEG_I_ALT

    def fejlede(self, adresse: str) -> None:
        nu = self.ur()
        self._fejl.setdefault(adresse, deque()).append(nu)
        self._alle.append(nu)

    def _glem(self) -> None:
        graense = self.ur() - _MINUT
        while self._alle and self._alle[0] <= graense:
            self._alle.popleft()
        for adresse in list(self._fejl):
            koe = self._fejl[adresse]
            while koe and koe[0] <= graense:
                koe.popleft()
            if not koe:
                del self._fejl[adresse]


def adresse(request: Request) -> str:
    return request.client.host if request.client else "?"


def sikker(request: Request, public_url: str | None) -> bool:
    """Whether browsers reach the console over https, so that cookies are theirs alone."""
    return urlsplit(public_url).scheme == "https" if public_url else request.url.scheme == "https"


def cookienavn(over_tls: bool) -> str:
    return f"__Host-{_COOKIE}" if over_tls else _COOKIE


def saet_cookie(svar: Response, token: str, over_tls: bool) -> None:
    svar.set_cookie(
        cookienavn(over_tls),
        token,
        max_age=int(LEVETID.total_seconds()),
        secure=over_tls,
        httponly=True,
        samesite="lax",
        path="/",
    )


def bearer(request: Request) -> str | None:
    art, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if art.lower() == "bearer" and token.strip() else None


def fra_os_selv(request: Request, public_url: str | None) -> bool:
    """Whether a browser says that the post comes from a page of this address (``Sec-Fetch-Site``, ``Origin``); a client that
    says neither is judged by the token alone."""
    sted = request.headers.get("sec-fetch-site")
    if sted is not None and sted not in ("same-origin", "none"):
        return False
    oprindelse = request.headers.get("origin")
    if oprindelse is None:
        return True
    egne = {f"{request.url.scheme}://{request.headers.get('host', '')}", *([public_url] if public_url else [])}
    return oprindelse in egne
