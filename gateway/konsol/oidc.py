"""OpenID Connect: the authorization code flow with PKCE for browsers, signed access tokens for the API's clients."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from httpx import AsyncClient, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import Adgangsfejl, MidlertidigFejl
from gateway.ledger.aktoer import Rettigheder
from gateway.settings import OpsSettings

#: Signatures with a key pair only: nobody who holds a public key shall be able to make one.
_ALGORITMER = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_NOEGLERS_ALDER = 300.0


class Oidc:
    """One issuer. Keys and addresses come from its discovery document."""

    def __init__(self, s: OpsSettings) -> None:
        if s.oidc_issuer is None or s.oidc_client_secret is None:
            raise ValueError("no issuer is set")
        self._s = s
        self._issuer = s.oidc_issuer.rstrip("/")
        self._verify: Any = str(s.oidc_ca) if s.oidc_ca else True
        oauth = OAuth()
        oauth.register(
            "oidc",
            client_id=s.oidc_client_id,
            client_secret=s.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": s.oidc_scope,
                "code_challenge_method": "S256",
                "verify": self._verify,
                "timeout": 10,
            },
        )
        self._klient: Any = oauth.oidc
        self._krav = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": str(s.oidc_client_id)},
            exp={"essential": True},
        )
        self._noegler: tuple[float, KeySet] | None = None

    async def til_udsteder(self, request: Request, retur: str) -> Response:
        """Sends the browser to the issuer. Raises ``MidlertidigFejl`` when that does not answer."""
        try:
            svar: Response = await self._klient.authorize_redirect(request, retur)
        except (HTTPError, OSError) as fejl:
            raise MidlertidigFejl("udstederen af adgang svarer ikke") from fejl
        return svar

    async def fra_udsteder(self, request: Request) -> tuple[str, Rettigheder]:
        """Who came back, and what they may. The ID token's signature, issuer, audience, nonce and time are checked.
        Raises ``Adgangsfejl`` for what does not hold, ``MidlertidigFejl`` when the issuer does not answer."""
        try:
            token = await self._klient.authorize_access_token(request)
        except (OAuthError, JoseError, KeyError, ValueError) as fejl:
            raise Adgangsfejl("udstederens svar kan ikke godtages") from fejl
        except (HTTPError, OSError) as fejl:
            raise MidlertidigFejl("udstederen af adgang svarer ikke") from fejl
        krav = token.get("userinfo")
        if not krav:
            raise Adgangsfejl("udstederens svar har intet id-token")
        return self._hvem(krav)

    async def fra_bearer(self, token: str) -> tuple[str, Rettigheder] | None:
        """The same of an access token (JWT) that the issuer gave an API client for this audience; None: it is none."""
        try:
            krav = jwt.decode(token, await self._noeglesaet(), algorithms=_ALGORITMER).claims
            self._krav.validate(krav)
        except (JoseError, ValueError, KeyError):
            return None
        except (HTTPError, OSError) as fejl:
            raise MidlertidigFejl("udstederen af adgang svarer ikke") from fejl
        return self._hvem(krav)

    def _hvem(self, krav: Mapping[str, Any]) -> tuple[str, Rettigheder]:
        navn = str(krav.get(self._s.oidc_navnekrav) or krav.get("email") or krav.get("sub") or "")
        vaerdi = krav.get(self._s.oidc_rollekrav) or ()
        opgivne = {vaerdi} if isinstance(vaerdi, str) else {str(v) for v in vaerdi}
        rettigheder = Rettigheder.fra_tekst([*opgivne, *(r for g, r in self._s.grupper() if g in opgivne)])
        if not navn:
            raise Adgangsfejl("udstederens svar nævner ingen bruger")
        return navn, rettigheder

    async def _noeglesaet(self) -> KeySet:
        if self._noegler is None or time.monotonic() - self._noegler[0] > _NOEGLERS_ALDER:
            async with AsyncClient(verify=self._verify, timeout=10) as klient:
                opslag = (
                    (await klient.get(f"{self._issuer}/.well-known/openid-configuration")).raise_for_status().json()
                )
                saet = (await klient.get(opslag["jwks_uri"])).raise_for_status().json()
            self._noegler = (time.monotonic(), KeySet.import_key_set(saet))
        return self._noegler[1]
