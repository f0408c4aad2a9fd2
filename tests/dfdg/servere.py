"""Bare servers that write down what reached them and answer, or fail, as told; each ends with its ``async with``."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OK = f'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n"{ID}"'.encode()


@dataclass
class Set:
    """What a bare server saw: the requests' first lines and headers, and how many connections."""

    url: str = ""
    anmodninger: list[str] = field(default_factory=list)
    forbindelser: int = 0
    kom: asyncio.Event = field(default_factory=asyncio.Event)


Behandl = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def laes_anmodning(laeser: asyncio.StreamReader) -> str | None:
    """One request with its body; None when the connection ends instead."""
    try:
        hoved = (await laeser.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    for linje in hoved.split("\r\n"):
        if linje.lower().startswith("content-length:"):
            await laeser.readexactly(int(linje.split(":")[1]))
    return hoved


@asynccontextmanager
async def raa(behandl: Behandl, tls: ssl.SSLContext | None = None) -> AsyncIterator[Set]:
    """A server whose ``behandl`` is given each request's number (from 1) and the connection after reading it."""
    set_ = Set()

    async def forbindelse(laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        set_.forbindelser += 1
        try:
            while (hoved := await laes_anmodning(laeser)) is not None:
                set_.anmodninger.append(hoved)
                set_.kom.set()
                await behandl(len(set_.anmodninger), laeser, skriver)
                if skriver.is_closing():
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            skriver.close()

    server = await asyncio.start_server(forbindelse, "127.0.0.1", 0, ssl=tls)
    skema = "https" if tls else "http"
    set_.url = f"{skema}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield set_
    finally:
        server.close()


async def svar_ok(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
    skriver.write(OK)
    await skriver.drain()


async def intet(_nr: int, laeser: asyncio.StreamReader, _s: asyncio.StreamWriter) -> None:
    """Never answers; waits until the caller gives up."""
    with contextlib.suppress(ConnectionError):
        await laeser.read()


@contextmanager
def tavs() -> Iterator[str]:
    """Accepts connections and says nothing, not even a TLS handshake."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        yield f"https://127.0.0.1:{s.getsockname()[1]}"


@contextmanager
def lukker_efter_foerste_svar() -> Iterator[tuple[Set, threading.Event]]:
    """In a thread of its own: answers a connection's first request, then closes it without a word. The event is set
    when a connection has been closed so."""
    set_, lukket = Set(), threading.Event()
    lytter = socket.create_server(("127.0.0.1", 0))
    set_.url = f"http://127.0.0.1:{lytter.getsockname()[1]}"

    def koer() -> None:
        while True:
            try:
                forbindelse, _ = lytter.accept()
            except OSError:
                return
            set_.forbindelser += 1
            with forbindelse:
                raa_ = b""
                while b"\r\n\r\n" not in raa_ or not raa_.endswith(b"{}"):
                    del_ = forbindelse.recv(65_536)
                    if not del_:
                        break
                    raa_ += del_
                set_.anmodninger.append(raa_.decode("latin-1"))
                forbindelse.sendall(OK)
                forbindelse.shutdown(socket.SHUT_RDWR)
            lukket.set()

    traad = threading.Thread(target=koer, daemon=True)
    traad.start()
    try:
        yield set_, lukket
    finally:
        lytter.shutdown(socket.SHUT_RDWR)
        lytter.close()
        traad.join(10)


@contextmanager
def afviser_klientcertifikater(tls: ssl.SSLContext) -> Iterator[str]:
    """In a thread of its own: shakes hands as web servers do, which (unlike asyncio's) say why they refuse."""
    lytter = socket.create_server(("127.0.0.1", 0))

    def koer() -> None:
        while True:
            try:
                forbindelse, _ = lytter.accept()
            except OSError:
                return
            with tls.wrap_socket(forbindelse, server_side=True, do_handshake_on_connect=False) as s:
                with contextlib.suppress(ssl.SSLError):
                    s.do_handshake()
                # The refusal is out; reading on to the caller's end keeps a reset from overtaking it.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(s, socket.SHUT_WR)
                    while socket.socket.recv(s, 65_536):
                        pass

    traad = threading.Thread(target=koer, daemon=True)
    traad.start()
    try:
        yield f"https://127.0.0.1:{lytter.getsockname()[1]}"
    finally:
        lytter.shutdown(socket.SHUT_RDWR)
        lytter.close()
        traad.join(10)


@asynccontextmanager
async def https(
    behandl: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], tls: ssl.SSLContext
) -> AsyncIterator[str]:
    """aiohttp's server over TLS; gives its address."""
    protokol = web.Server(behandl, access_log=None)
    server = await asyncio.get_running_loop().create_server(protokol, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await protokol.shutdown(timeout=1)


def server_tls(
    mappe: Path, *, ca: Path | None = None, mindst: ssl.TLSVersion | None = None, hoejst: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """Server TLS with ``server.pem`` of ``mappe`` that demands a client certificate of ``ca`` (None: asks for none)."""
    kontekst = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ca) if ca else None)
    kontekst.load_cert_chain(str(mappe / "server.pem"))
    kontekst.verify_mode = ssl.CERT_REQUIRED if ca else ssl.CERT_NONE
    if mindst is not None:
        kontekst.minimum_version = mindst
    if hoejst is not None:
        kontekst.maximum_version = hoejst
    return kontekst


def fornavn(anmodning: web.BaseRequest) -> str:
    """The common name of the caller's certificate."""
    assert anmodning.transport is not None
    certifikat = anmodning.transport.get_extra_info("peercert")
    return str(next(v for rdn in certifikat["subject"] for n, v in rdn if n == "commonName"))


def frit_lukket_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
