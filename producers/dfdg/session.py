"""HTTP sessions to DFDG: one pool per client certificate, exactly one attempt on the wire per call (I3, I11).

"Never left" and "no answer" are told apart by the connection: before it is there no byte of the request can have left;
from then on one may have, and whatever goes wrong is "no answer". A pooled connection that the other side has closed is
found out before anything is written, and another one is taken; one that is closed later leaves the request in doubt.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import select
import ssl
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from gateway.lanes.forsoeg import Anmodning
from producers.dfdg import certifikat
from producers.dfdg.opsaetning import DfdgOpsaetning

log = logging.getLogger(__name__)

#: A pooled connection is used again within so many seconds: shorter than servers usually keep theirs.
_GENBRUG = 10.0

#: What a server says of the client's certificate (TLS alerts 42-46, 48, 49, 116), and what it says of none at all.
_CERTIFIKAT_AFVIST = re.compile(
    r"ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN"
    r"|CERTIFICATE_REQUIRED|UNKNOWN_CA|ACCESS_DENIED)"
)


@dataclass(frozen=True, slots=True)
class Ledningssvar:
    """What came back over the wire. Without ``status`` nothing usable did: ``kode`` says what happened, ``sendt``
    whether a byte of the request may have left, ``adgang`` that certificates or configuration are to blame."""

    status: int | None
    krop: bytes = b""
    kode: str | None = None
    sendt: bool = True
    adgang: bool = False
    #: The answer's own time, as its header ``Date`` says.
    dato: str | None = None


class LeaseUdloebet(Exception):
    """The connection came too late: the lease would not outlast the attempt."""


class Afbrudt(aiohttp.ClientError):
    """The connection failed; what it was raised from says how. Not one of the errors after which aiohttp sends PUT,
    DELETE and GET again by itself."""


class AndetForsoeg(aiohttp.ClientError):
    """The HTTP library was about to send a request a second time."""


@dataclass(slots=True)
class _Forsoeg:
    """One attempt: its limits in seconds, and how far it came."""

    o: DfdgOpsaetning
    maa_sendes: Callable[[], bool] | None
    har_krop: bool
    frist: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    trin: str = "forbindelse"
    ny_forbindelse: bool = False

    @property
    def forbundet(self) -> bool:
        return self.trin != "forbindelse"

    def ved_forbindelse(self) -> None:
        """The connection is there and the first byte is next. From here sending, then answering, has its limit."""
        self.kraev_lease()
        if self.har_krop:
            self._nyt_trin("afsendelse", self.o.send_timeout)
        else:
            self._nyt_trin("svar", self.o.answer_timeout)

    def kraev_lease(self) -> None:
        if self.maa_sendes is not None and not self.maa_sendes():
            raise LeaseUdloebet

    def ved_afsendt(self) -> None:
        self._nyt_trin("svar", self.o.answer_timeout)

    def _nyt_trin(self, trin: str, sekunder: float) -> None:
        self.trin = trin
        with contextlib.suppress(RuntimeError):  # the answer, or the end, came before all was sent
            self.frist.reschedule(asyncio.get_running_loop().time() + sekunder)


_forsoeg: ContextVar[_Forsoeg] = ContextVar("dfdg_forsoeg")


class _Krop(aiohttp.BytesPayload):
    """A request's body that asks for the lease once more, and tells when the last of it has been handed to the network."""

    def __init__(self, krop: bytes, forsoeg: _Forsoeg) -> None:
        super().__init__(krop)
        self._forsoeg = forsoeg

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        # Between the connection and this a turn of the loop has passed, and the process may have stood still in it. The
        # head of the request leaves with the body.
        self._forsoeg.kraev_lease()
        await super().write_with_length(writer, content_length)
        await writer.drain()
        self._forsoeg.ved_afsendt()


class _Forbinder(aiohttp.TCPConnector):
    """Connections for one attempt each: the only place where a request gets one."""

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Connection:
        forsoeg = _forsoeg.get()
        if forsoeg.forbundet:
            raise AndetForsoeg
        while True:
            forsoeg.ny_forbindelse = False
            forbindelse = await super().connect(req, traces, timeout)
            if forsoeg.ny_forbindelse or _er_i_live(forbindelse.transport):
                break
            forbindelse.close()
        try:
            forsoeg.ved_forbindelse()
        except BaseException:
            forbindelse.release()
            raise
        return forbindelse

    async def _create_connection(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        # aiohttp tells new from reused only by tracing, which would make its objects for every request.
        protokol = await super()._create_connection(req, traces, timeout)
        _forsoeg.get().ny_forbindelse = True
        return protokol


def _er_i_live(transport: asyncio.Transport | None) -> bool:
    """Whether an idle connection is still good: nothing to read. Its end is readable, and so is what nobody asked for."""
    if transport is None or transport.is_closing():
        return False
    fd = transport.get_extra_info("socket").fileno()
    if fd < 0:
        return False
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)


async def _ingen_gentagelse(req: ClientRequest, videre: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await videre(req)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as fejl:
        raise Afbrudt from fejl


@dataclass(slots=True)
class _Aaben:
    session: aiohttp.ClientSession
    maerke: tuple[tuple[int, int, int], ...]
    udloeber: datetime | None
    uegnet: tuple[tuple[int, int, int], ...] | None = None


class Sessioner:
    """A session per certificate file, made when first needed and again when the file changes."""

    def __init__(self, o: DfdgOpsaetning) -> None:
        self._o = o
        self._aabne: dict[Path | None, _Aaben] = {}
        self._filer: dict[str, Path] = {}
        self._gamle: dict[asyncio.Task[None], aiohttp.ClientSession] = {}

    def _hent(self, akassekode: str) -> _Aaben:
        """Raises ``OSError`` (also ``ssl.SSLError``) when there is no usable certificate."""
        fil = self._filer.get(akassekode)
        if fil is None:
            fil = certifikat.fil(self._o, akassekode)
            if fil is not None:
                self._filer[akassekode] = fil
        kendt = self._aabne.get(fil)
        try:
            maerke = certifikat.maerke(self._o, fil)
            if kendt is not None and maerke in (kendt.maerke, kendt.uegnet):
                return kendt
            tls = certifikat.tls(self._o, fil)
        except OSError as fejl:
            if kendt is None:
                raise
            # A file half written, or gone: what is in use stays in use until a good one is there.
            log.warning("certificate_not_reloaded", extra={"fejl": type(fejl).__name__})
            with contextlib.suppress(OSError):
                kendt.uegnet = certifikat.maerke(self._o, fil)
            return kendt
        if kendt is not None:
            self._luk_senere(kendt.session)
        ny = self._aabne[fil] = _Aaben(self._ny_session(tls), maerke, certifikat.udloeb(fil) if fil else None)
        return ny

    def _ny_session(self, tls: ssl.SSLContext) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=_Forbinder(ssl=tls, limit=self._o.forbindelser, keepalive_timeout=_GENBRUG),
            # Every limit is the attempt's own (_Forsoeg).
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},
            middlewares=(_ingen_gentagelse,),
            auto_decompress=False,
        )

    def _luk_senere(self, session: aiohttp.ClientSession) -> None:
        """Attempts under way on a session that was replaced may end."""

        async def luk() -> None:
            await asyncio.sleep(self._o.connect_timeout + self._o.send_timeout + self._o.answer_timeout)
            await session.close()

        opgave = asyncio.create_task(luk())
        self._gamle[opgave] = session
        opgave.add_done_callback(lambda o: self._gamle.pop(o, None))

    async def kald(
        self, a: Anmodning, hoveder: dict[str, str], maa_sendes: Callable[[], bool] | None = None
    ) -> Ledningssvar:
        """One request, one attempt. Never raises for what the network or the server does.

        ``maa_sendes`` is asked when the connection is there, and again as the bytes are handed over.
        """
        try:
            aaben = self._hent(a.akassekode)
        except OSError:
            return Ledningssvar(None, kode="certifikat", sendt=False, adgang=True)
        if aaben.udloeber is not None and aaben.udloeber <= datetime.now(UTC):
            # Not every server says why it hangs up, and with TLS 1.3 that may be after the request has left.
            return Ledningssvar(None, kode="certifikat_udloebet", sendt=False, adgang=True)
        forsoeg = _Forsoeg(self._o, maa_sendes, bool(a.krop))
        polet = _forsoeg.set(forsoeg)
        try:
            forsoeg.frist = asyncio.timeout(self._o.connect_timeout)
            async with forsoeg.frist:
                return await self._udfoer(aaben.session, a, hoveder, forsoeg)
        except LeaseUdloebet:
            return Ledningssvar(None, kode="lease", sendt=False)
        except TimeoutError:
            kode = {"forbindelse": "forbindelse_timeout", "afsendelse": "afsendelse_timeout"}.get(
                forsoeg.trin, "timeout"
            )
            return Ledningssvar(None, kode=kode, sendt=forsoeg.forbundet)
        except (aiohttp.ClientError, OSError) as fejl:
            return _fra_fejl(fejl, forsoeg)
        finally:
            _forsoeg.reset(polet)

    async def _udfoer(
        self, session: aiohttp.ClientSession, a: Anmodning, hoveder: dict[str, str], forsoeg: _Forsoeg
    ) -> Ledningssvar:
        async with session.request(
            a.metode,
            URL(a.sti, encoded=True),
            data=_Krop(a.krop, forsoeg) if a.krop else None,
            headers=hoveder,
            allow_redirects=False,
        ) as svar:
            krop = bytearray()
            async for del_ in svar.content.iter_chunked(65_536):
                krop += del_
                if len(krop) > self._o.stoerste_svar:
                    svar.close()
                    return Ledningssvar(None, kode="for_stort_svar")
            return Ledningssvar(svar.status, bytes(krop), dato=svar.headers.get("Date"))

    async def luk(self) -> None:
        """Closes every session, also those that were replaced."""
        sessioner = [a.session for a in self._aabne.values()] + list(self._gamle.values())
        for opgave in list(self._gamle):
            opgave.cancel()
        self._aabne.clear()
        for session in sessioner:
            await session.close()


def _fra_fejl(fejl: Exception, forsoeg: _Forsoeg) -> Ledningssvar:
    aarsager = list(_aarsager(fejl))
    if any(isinstance(f, LeaseUdloebet) for f in aarsager):
        return Ledningssvar(None, kode="lease", sendt=False)
    if any(_CERTIFIKAT_AFVIST.search(str(f)) for f in aarsager):
        # With TLS 1.3 the refusal comes after the handshake, perhaps after the request: it was never looked at.
        return Ledningssvar(None, kode="certifikat_afvist", sendt=False, adgang=True)
    if forsoeg.forbundet:
        vroevl = any(isinstance(f, aiohttp.ClientResponseError) for f in aarsager)
        return Ledningssvar(None, kode="uforstaaeligt_svar" if vroevl else "afbrudt")
    if any(isinstance(f, aiohttp.ClientConnectorCertificateError) for f in aarsager):
        return Ledningssvar(None, kode="server_certifikat", sendt=False, adgang=True)
    if any(isinstance(f, ssl.SSLError) and not isinstance(f, ssl.SSLEOFError) for f in aarsager):
        return Ledningssvar(None, kode="tls", sendt=False, adgang=True)
    return Ledningssvar(None, kode="forbindelse", sendt=False)


def _aarsager(fejl: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on."""
    naeste: BaseException | None = fejl
    while naeste is not None:
        yield naeste
        naeste = naeste.__cause__ or naeste.__context__
