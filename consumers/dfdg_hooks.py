"""``POST /dfdg/webservicebesked``: DFDG's messages over mTLS, from STAR's pinned client certificate alone.

Stored first, answered at once, worked on after (``gateway.delivery.dfdgbeskeder``). A message that is refused stops all
later ones about the citizen, so nothing about its content is: only who sends it, and its size. While the database is
away the answer is 503, and DFDG sends it again.

The path may go on with the party whose endpoint it is (``…/akasse.01``): DFDG has one endpoint per authority. aiohttp
serves it because its transport gives the client's certificate to the handler; the ASGI servers do not.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from prometheus_client import Counter

from contracts.dfdg.besked import Organisation, beskedtype
from gateway.ledger.db import DATABASE_SVIGTER
from gateway.ledger.dfdgbesked import Beskedlager

log = logging.getLogger(__name__)

modtagne = Counter("gateway_dfdg_beskeder_modtaget", "DFDG's messages received, by type", ["type", "udfald"])
afviste = Counter("gateway_dfdg_beskeder_afvist", "Requests to the webhook that were refused, by reason", ["grund"])

STI = "/dfdg/webservicebesked"
STOERSTE = 256 * 1024
_PART = re.compile(r"(akasse|jobcenter)\.([0-9A-Za-z]{1,20})")
_GEM_SEKUNDER = 10


@dataclass(frozen=True, slots=True)
class Hookopsaetning:
    """``lyt``: ``host:port``. ``certifikat``: the server's key and chain (PEM). ``klient_ca``: who may have issued STAR's
    client certificate. ``aftryk``: SHA-256 of the certificates that are let in, more than one while STAR changes them."""

    lyt: str
    certifikat: Path
    klient_ca: Path
    aftryk: Sequence[str]


def aftryk(certifikat: bytes) -> str:
    """SHA-256 of a certificate (DER), in small hexadecimals without colons."""
    return hashlib.sha256(certifikat).hexdigest()


class Webhooks:
    """The receiver. After ``start`` it serves on ``port``."""

    def __init__(self, lager: Beskedlager, opsaetning: Hookopsaetning) -> None:
        self._lager = lager
        self._o = opsaetning
        self._tilladte = tuple(a.replace(":", "").lower() for a in opsaetning.aftryk)
        app = web.Application(client_max_size=STOERSTE)
        app.router.add_post(STI, self._modtag)
        app.router.add_post(STI + "/{part}", self._modtag)
        self._runner = web.AppRunner(app, access_log=None)
        self._site: web.TCPSite | None = None

    async def start(self) -> None:
        vaert, _, port = self._o.lyt.rpartition(":")
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, vaert.strip("[]"), int(port), ssl_context=self._tls())
        await self._site.start()

    def _tls(self) -> ssl.SSLContext:
        kontekst = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self._o.klient_ca))
        kontekst.load_cert_chain(str(self._o.certifikat))
        kontekst.verify_mode = ssl.CERT_REQUIRED
        kontekst.minimum_version = ssl.TLSVersion.TLSv1_2
        return kontekst

    @property
    def port(self) -> int:
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _modtag(self, request: web.Request) -> web.Response:
        if not self._maa_komme_ind(request):
            return _afvis("certifikat", 403)
        part = request.match_info.get("part")
        modtager = _modtager(part) if part is not None else None
        if part is not None and modtager is None:
            return _afvis("adresse", 404)
        try:
            raa = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _afvis("for_stor", 413)
        try:
            ny, entitet = await asyncio.wait_for(self._lager.gem(raa, modtager), _GEM_SEKUNDER)
        except DATABASE_SVIGTER as fejl:
            log.warning("dfdg_message_not_stored", extra={"fejl": type(fejl).__name__})
            return _afvis("database", 503)
        kendt = entitet if entitet is not None and beskedtype(entitet) is not None else "ukendt"
        modtagne.labels(kendt, "ny" if ny else "gentagelse").inc()
        return web.Response(status=200)

    def _maa_komme_ind(self, request: web.Request) -> bool:
        tls = request.transport.get_extra_info("ssl_object") if request.transport else None
        certifikat = tls.getpeercert(binary_form=True) if tls is not None else None
        if not certifikat:
            return False
        fundet = aftryk(certifikat)
        return any(hmac.compare_digest(fundet, a) for a in self._tilladte)


def _modtager(part: str) -> Organisation | None:
    """The party that the path names; None when it is no party's."""
    fund = _PART.fullmatch(part)
    return ("jobcenter" if fund[1] == "jobcenter" else "akasse", fund[2]) if fund else None


def _afvis(grund: str, status: int) -> web.Response:
    afviste.labels(grund).inc()
    if status != 503:
        log.warning("dfdg_message_refused", extra={"grund": grund})
    return web.Response(status=status)
