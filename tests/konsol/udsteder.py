"""A small OpenID Connect issuer of the test's own: discovery, authorization code with PKCE, signed tokens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

KLIENT, HEMMELIGHED = "gateway-konsol", "en-hemmelighed-til-proeven"


@dataclass
class Udsteder:
    """``krav``: what the next tokens say of the user. ``forkert``: what is wrong with them (``nonce``, ``aud``, ``iss``,
    ``udloebet``, ``noegle``)."""

    url: str = ""
    krav: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "anna", "roller": ["operatoer:01"]})
    forkert: str = ""
    noegle: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    falsk: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    koder: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, **mere: Any) -> str:
        """A signed token for the console's client."""
        nu = int(time.time())
        krav = {"iss": self.url, "aud": KLIENT, "sub": "u-1", "iat": nu, "exp": nu + 300, **self.krav, **mere}
        match self.forkert:
            case "nonce":
                krav["nonce"] = "en-anden"
            case "aud":
                krav["aud"] = "en-anden-klient"
            case "iss":
                krav["iss"] = "https://en.anden.udsteder"
            case "udloebet":
                krav["exp"] = nu - 3600
        return jwt.encode({"alg": "RS256", "kid": "k1"}, krav, self.falsk if self.forkert == "noegle" else self.noegle)

    async def opslag(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        q = dict(request.query_params)
        assert q["client_id"] == KLIENT
        assert q["code_challenge_method"] == "S256"
        kode = secrets.token_urlsafe(8)
        self.koder[kode] = q
        return RedirectResponse(f"{q['redirect_uri']}?{urlencode({'code': kode, 'state': q['state']})}", 302)

    async def udsted(self, request: Request) -> Response:
        form = await request.form()
        q = self.koder.pop(str(form["code"]), None)
        bevis = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()).rstrip(
            b"="
        )
        navn, _, kode = (
            base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().partition(":")
        )
        if q is None or bevis.decode() != q["code_challenge"] or (navn, kode) != (KLIENT, HEMMELIGHED):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self.token(nonce=q["nonce"])})

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.noegle]).as_dict(private=False))


@asynccontextmanager
async def udsteder() -> AsyncIterator[Udsteder]:
    u = Udsteder()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", u.opslag),
            Route("/authorize", u.authorize),
            Route("/token", u.udsted, methods=["POST"]),
            Route("/jwks", u.jwks),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    opgave = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110  uvicorn says it by this flag alone
        await asyncio.sleep(0.01)
    u.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield u
    server.should_exit = True
    await opgave
