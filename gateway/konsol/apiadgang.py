"""Who asks ``/api/v1``, and what they may; what is answered holds no CPR number."""

import hmac
from typing import Annotated, Any, cast

from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from gateway.konsol.adgang import Session, bearer, cookienavn, csrf_af, fra_os_selv, sikker
from gateway.konsol.grund import Grund
from gateway.ledger.aktoer import LAESERE, Aktoer, Rolle
from gateway.ledger.visning import sidste_vaern


class Svar(JSONResponse):
    """JSON in which no CPR number stands, whatever field it came from."""

    def render(self, content: Any) -> bytes:
        return super().render(sidste_vaern(content))


def _grund(request: Request) -> Grund:
    return cast(Grund, request.app.state.grund)


Grunddel = Annotated[Grund, Depends(_grund)]


async def hvem(request: Request) -> Session:
    """Whose request it is. Raises 401 for nobody's, 403 for a browser's post without its token."""
    g = _grund(request)
    token = bearer(request)
    if token is not None:
        fundet = await g.sessioner.find(token)
        if fundet is None and g.oidc is not None:
            navn_og_ret = await g.oidc.fra_bearer(token)
            fundet = Session(*navn_og_ret, csrf="") if navn_og_ret else None
    else:
        cookie = request.cookies.get(cookienavn(sikker(request, g.settings.public_url)))
        fundet = await g.sessioner.find(cookie)
        if fundet is not None and request.method != "GET":
            egen = hmac.compare_digest(request.headers.get("x-csrf-token", ""), csrf_af(str(cookie)))
            if not egen or not fra_os_selv(request, g.settings.public_url):
                raise HTTPException(403, "X-CSRF-Token mangler eller er forkert")
    if fundet is None:
        raise HTTPException(401, "log ind: Authorization: Bearer", {"WWW-Authenticate": "Bearer"})
    return fundet


def med(*roller: Rolle) -> Any:
    """Whoever holds one of the roles, for any a-kasse."""

    async def kraev(s: Annotated[Session, Depends(hvem)]) -> Session:
        if not any(r in roller for r, _ in s.rettigheder.roller):
            raise HTTPException(403, f"kræver rollen {' eller '.join(r.value for r in roller)}")
        return s

    return Depends(kraev)


def akasser(s: Session) -> frozenset[str] | None:
    return s.rettigheder.akasser(*LAESERE)


def aktoer(s: Session) -> Aktoer:
    return s.aktoer("api")


Laeser = Annotated[Session, med(*LAESERE)]
Oper = Annotated[Session, med(Rolle.OPERATOER)]
Tilsyn = Annotated[Session, med(Rolle.TILSYN)]
Enhver = Annotated[Session, med(*Rolle)]
