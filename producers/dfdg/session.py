"""HTTP sessions to DFDG: one pool per a-kasse certificate, exactly one attempt on the wire per call (I3, I11).

"Never left" and "no answer" are told apart by the connection: before it is there no byte of the request can have left;
from then on one may have.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp

from gateway.lanes.forsoeg import Anmodning
from producers.dfdg.opsaetning import DfdgOpsaetning


@dataclass(frozen=True, slots=True)
class Ledningssvar:
    """What came back over the wire. ``kode`` is set when nothing usable did: a transport code."""

    status: int | None
    krop: bytes
    kode: str | None = None
    sendt: bool = True
    adgang: bool = False


class LeaseUdloebet(Exception):
    """The connection came too late: the lease would not outlast the attempt."""


@dataclass(slots=True)
class _Forsoeg:
    maa_sendes: Callable[[], bool] | None
    forbundet: bool = False


async def _ved_forbindelse(_s: aiohttp.ClientSession, kontekst: SimpleNamespace, _p: Any) -> None:
    forsoeg = kontekst.trace_request_ctx
    if isinstance(forsoeg, _Forsoeg):
        if forsoeg.maa_sendes is not None and not forsoeg.maa_sendes():
            raise LeaseUdloebet
        forsoeg.forbundet = True


def _sporing() -> aiohttp.TraceConfig:
    spor = aiohttp.TraceConfig()
    spor.on_connection_create_end.append(_ved_forbindelse)
    spor.on_connection_reuseconn.append(_ved_forbindelse)
    return spor


class Sessioner:
    """A session per certificate, made when first needed and again when the certificate file changes."""

    def __init__(self, o: DfdgOpsaetning) -> None:
        self._o = o
        self._aabne: dict[str, tuple[aiohttp.ClientSession, float]] = {}
        self._gamle: set[asyncio.Task[None]] = set()

    def certifikatfil(self, akassekode: str) -> Path | None:
        """The a-kasse's certificate with its key."""
        rod = self._o.klientcertifikat
        return rod / f"{akassekode}.pem" if rod is not None and rod.is_dir() else rod

    def _hent(self, akassekode: str) -> aiohttp.ClientSession:
        fil = self.certifikatfil(akassekode)
        aendret = fil.stat().st_mtime if fil is not None else 0.0
        kendt = self._aabne.get(akassekode)
        if kendt is not None and kendt[1] == aendret and not kendt[0].closed:
            return kendt[0]
        if kendt is not None:
            luk = asyncio.create_task(self._luk_senere(kendt[0]))
            self._gamle.add(luk)
            luk.add_done_callback(self._gamle.discard)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self._tls(fil) if self._o.base_url.startswith("https") else False,
                limit=self._o.forbindelser,
                # Shorter than any server's own: a connection that the server has dropped must not be written to.
                keepalive_timeout=10,
            ),
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[_sporing()],
            auto_decompress=True,
            raise_for_status=False,
        )
        # aiohttp re-sends PUT, DELETE and GET by itself on a dropped keep-alive connection: never here.
        session._retry_connection = False
        self._aabne[akassekode] = (session, aendret)
        return session

    def _tls(self, fil: Path | None) -> ssl.SSLContext:
        kontekst = ssl.create_default_context(cafile=str(self._o.ca) if self._o.ca else None)
        kontekst.minimum_version = ssl.TLSVersion.TLSv1_2
        if fil is not None:
            kontekst.load_cert_chain(str(fil))
        return kontekst

    async def _luk_senere(self, session: aiohttp.ClientSession) -> None:
        await asyncio.sleep(self._o.send_timeout + self._o.answer_timeout)
        await session.close()

    async def kald(
        self, a: Anmodning, hoveder: dict[str, str], maa_sendes: Callable[[], bool] | None = None
    ) -> Ledningssvar:
        """One request, one attempt. Never raises for what the network or the server does."""
        forsoeg = _Forsoeg(maa_sendes)
        try:
            session = self._hent(a.akassekode)
        except (OSError, ssl.SSLError):
            return Ledningssvar(None, b"", "certifikat", sendt=False, adgang=True)
        hele = self._o.connect_timeout + self._o.send_timeout + self._o.answer_timeout
        try:
            async with asyncio.timeout(hele):
                # The connect limit holds for the pool and the handshake; the rest is the request's own.
                async with session.request(
                    a.metode,
                    a.sti,
                    data=a.krop or None,
                    headers=hoveder,
                    timeout=aiohttp.ClientTimeout(
                        total=None, connect=self._o.connect_timeout, sock_read=self._o.answer_timeout
                    ),
                    allow_redirects=False,
                    trace_request_ctx=forsoeg,
                ) as svar:
                    krop = await svar.content.read(self._o.stoerste_svar)
                    while not svar.content.at_eof() and len(krop) < self._o.stoerste_svar:
                        krop += await svar.content.read(self._o.stoerste_svar - len(krop))
                    return Ledningssvar(svar.status, krop)
        except LeaseUdloebet:
            return Ledningssvar(None, b"", "lease", sendt=False)
        except aiohttp.ClientConnectorCertificateError:
            return Ledningssvar(None, b"", "server_certifikat", sendt=False, adgang=True)
        except aiohttp.ClientConnectorSSLError:
            return Ledningssvar(None, b"", "tls", sendt=False, adgang=True)
        except TimeoutError:
            return Ledningssvar(None, b"", "timeout" if forsoeg.forbundet else "forbindelse_timeout", sendt=forsoeg.forbundet)
        except (aiohttp.ClientError, OSError, ssl.SSLError) as fejl:
            if "alert" in str(fejl).lower() and "certificate" in str(fejl).lower():
                # TLS 1.3: the server refuses the client's certificate only after the handshake; nothing was processed.
                return Ledningssvar(None, b"", "certifikat_afvist", sendt=False, adgang=True)
            return Ledningssvar(None, b"", "afbrudt" if forsoeg.forbundet else "forbindelse", sendt=forsoeg.forbundet)

    async def luk(self) -> None:
        for opgave in list(self._gamle):
            opgave.cancel()
        for session, _ in self._aabne.values():
            await session.close()
        self._aabne.clear()
