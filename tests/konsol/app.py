"""The console over a ledger on a database of its own, without Kafka and DFDG: for what needs no browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import httpx
from starlette.applications import Starlette

from gateway.konsol.adgang import Sessioner, cookienavn, csrf_af
from gateway.konsol.grund import Grund
from gateway.konsol.konsol import byg
from gateway.konsol.oidc import Oidc
from gateway.konsol.vagt import Vagt
from gateway.ledger.aktoer import Rettigheder
from gateway.ledger.betjening import Betjening
from gateway.settings import OpsSettings
from tests.ledger.byg import Ledger

ADRESSE = "http://konsol.test"


@dataclass
class Konsol:
    """``nu`` is moved by the test."""

    app: Starlette
    g: Grund
    nu: datetime

    def klient(self, **mere: object) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url=ADRESSE, **mere)  # type: ignore[arg-type]

    async def som(self, *roller: str, navn: str = "anna") -> httpx.AsyncClient:
        """A browser in which somebody with these roles is logged in; its posts carry the session's token."""
        token = await self.g.sessioner.opret(navn, Rettigheder.fra_tekst(roller))
        klient = self.klient(headers={"X-CSRF-Token": csrf_af(token)})
        klient.cookies.set(cookienavn(False), token)
        return klient


@asynccontextmanager
async def konsol(ledger: Ledger, dsn: str, *, koder: bool = True, **ops: object) -> AsyncIterator[Konsol]:
    settings = OpsSettings(**ops)  # type: ignore[arg-type]
    k: Konsol

    def ur() -> datetime:
        return k.nu

    async def ender() -> Mapping[tuple[str, int], int]:
        return {}

    async def idag() -> date:
        return k.nu.date()

    b = Betjening(ledger.pulje, ledger.motor, ledger.noegler, "test", ur, stilletid=timedelta(seconds=120), takt=1000)
    vagt = Vagt(ledger.pulje, b.masse, ur, ender=ender, takster={}, idag=idag, dsn=dsn, noegler=ledger.noegler)
    g = Grund(b, ledger.pulje, ledger.noegler, vagt, Sessioner(ledger.pulje, ur), settings,
              Oidc(settings) if settings.oidc_issuer else None, koder, "test", "0")  # fmt: skip
    k = Konsol(byg(g), g, datetime.now(UTC))
    ledger.nu = k.nu
    yield k
    await vagt.stop()
