"""A receiver of DFDG's messages with HTTPS and client certificates, which keeps what it gets."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web


class Modtager:
    """``svar`` decides the status of an answer by the message and how many came before it; ``fik`` keeps all that were
    taken or refused, in order, each with the status and the caller's common name."""

    def __init__(self) -> None:
        self.fik: list[tuple[int, str, dict[str, Any]]] = []
        self.svar: Callable[[dict[str, Any], int], int] = lambda _besked, _antal: 200
        self.stier: list[str] = []
        self.base_url = ""
        self._nyt = asyncio.Condition()

    async def _tag(self, request: web.Request) -> web.Response:
        besked = json.loads(await request.read())
        assert request.transport is not None
        emne = request.transport.get_extra_info("peercert")["subject"]
        navn = next(v for rdn in emne for n, v in rdn if n == "commonName")
        status = self.svar(besked, len(self.fik))
        self.stier.append(request.path)
        async with self._nyt:
            self.fik.append((status, navn, besked))
            self._nyt.notify_all()
        return web.Response(status=status)

    def beskeder(self, entitet: int | None = None) -> list[dict[str, Any]]:
        """The messages that were taken."""
        return [b for status, _, b in self.fik if status == 200 and entitet in (None, b["EntitetId"])]

    async def vent(self, antal: int) -> None:
        """Until so many calls have come. Raises TimeoutError."""
        async with asyncio.timeout(20), self._nyt:
            await self._nyt.wait_for(lambda: len(self.fik) >= antal)


@asynccontextmanager
async def modtager(certifikater: Path, server: str = "server.pem") -> AsyncIterator[Modtager]:
    """A receiver on a free port that asks for a certificate of the CA; ``server`` is its own."""
    m = Modtager()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certifikater / "ca.pem"))
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_cert_chain(certifikater / server)
    app = web.Application()
    app.router.add_post("/{sti:.*}", m._tag)
    loeber = web.AppRunner(app)
    await loeber.setup()
    sted = web.TCPSite(loeber, "127.0.0.1", 0, ssl_context=tls)
    await sted.start()
    m.base_url = f"https://127.0.0.1:{loeber.addresses[0][1]}"
    try:
        yield m
    finally:
        await loeber.cleanup()
