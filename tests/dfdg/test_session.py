"""The wire: one attempt per call, "never left" told apart from "no answer", and a limit for each part of the way."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp.client_reqrep import ClientRequest

from gateway.lanes.forsoeg import Udfald
from producers.dfdg import certifikat, session
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere
from tests.dfdg.byg import Raa

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]


def _klip(skriver: asyncio.StreamWriter) -> None:
    """Ends the connection with a reset."""
    s = skriver.get_extra_info("socket")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    skriver.transport.abort()


async def test_an_answer_comes_back_with_its_receipt(carrier: Lav) -> None:
    async with servere.raa(servere.svar_ok) as s:
        svar = await carrier(byg.opsaetning(s.url)).send(Raa(s.url).anmodning(), "r-1")
    assert (svar.udfald, svar.registrerings_id) == (Udfald.KVITTERET, servere.ID)
    assert "x-requestId: r-1\r\n" in s.anmodninger[0]


async def test_connections_are_kept_and_used_again(carrier: Lav) -> None:
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url))
        for _ in range(5):
            assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
    assert (len(s.anmodninger), s.forbindelser) == (5, 1)


async def test_a_path_goes_over_the_wire_as_it_was_rendered(carrier: Lav, cpr: str) -> None:
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(byg.slet("a/b ?#% æ (1)")), byg.haendelse(), cpr)
        await c.send(a, "r")
    assert s.anmodninger[0].startswith(
        f"DELETE /VisiteringOgStatus.FravaerService/v1/Fravaer/{byg.FRAVAER_ID}/a%2Fb%20%3F%23%25%20%C3%A6%20%281%29 HTTP/1.1"
    )


# --- one attempt -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("metode", ["PUT", "DELETE", "GET", "POST"])
@pytest.mark.parametrize("klip", [True, False], ids=["reset", "closed"])
async def test_a_kept_connection_that_drops_a_request_gets_no_second_one(carrier: Lav, metode: str, klip: bool) -> None:
    """aiohttp sends PUT, DELETE and GET again by itself here: the second request would be seen."""

    async def behandl(nr: int, laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        if nr != 2:
            await servere.svar_ok(nr, laeser, skriver)
        elif klip:
            _klip(skriver)
        else:
            skriver.close()

    async with servere.raa(behandl) as s:
        c = carrier(byg.opsaetning(s.url))
        a = Raa(s.url, metode, b"{}" if metode in ("PUT", "POST") else b"").anmodning()
        assert (await c.send(a, "r")).udfald is Udfald.KVITTERET
        svar = await c.send(a, "r")
        assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "afbrudt")
        # On the same connection, and not once more on another.
        assert (len(s.anmodninger), s.forbindelser) == (2, 1)
        # The next attempt is the ledger's own.
        assert (await c.send(a, "r")).udfald is Udfald.KVITTERET
        assert len(s.anmodninger) == 3


async def test_a_second_request_is_stopped_even_if_the_library_would_send_it(
    carrier: Lav, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errors after which aiohttp sends again reach it unchanged here: the connector itself gives no second one."""

    async def aabent(req: ClientRequest, videre: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        return await videre(req)

    async def behandl(nr: int, laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        if nr == 1:
            await servere.svar_ok(nr, laeser, skriver)
        else:
            skriver.close()

    monkeypatch.setattr(session, "_ingen_gentagelse", aabent)
    async with servere.raa(behandl) as s:
        c = carrier(byg.opsaetning(s.url))
        await c.send(Raa(s.url).anmodning(), "r")
        assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.INTET_SVAR
        assert (len(s.anmodninger), s.forbindelser) == (2, 1)


async def test_a_pooled_connection_that_the_server_has_closed_is_never_written_to(carrier: Lav) -> None:
    with servere.lukker_efter_foerste_svar() as (s, lukket):
        c = carrier(byg.opsaetning(s.url))
        assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
        # The loop must not run in between: it would see the end of the connection by itself.
        assert lukket.wait(10)
        time.sleep(0.05)  # noqa: ASYNC251  lets the end reach this side's socket
        svar = await c.send(Raa(s.url).anmodning(), "r")
        assert svar.udfald is Udfald.KVITTERET
    assert (len(s.anmodninger), s.forbindelser) == (2, 2)


async def test_a_redirect_is_not_followed(carrier: Lav) -> None:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /andet\r\nContent-Length: 0\r\n\r\n")

    async with servere.raa(behandl) as s:
        svar = await carrier(byg.opsaetning(s.url)).send(Raa(s.url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "http_307")
    assert len(s.anmodninger) == 1


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request(carrier: Lav) -> None:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(servere.OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n"))

    async with servere.raa(behandl) as s:
        c = carrier(byg.opsaetning(s.url))
        for _ in range(2):
            await c.send(Raa(s.url).anmodning(), "r")
    assert "cookie" not in s.anmodninger[1].lower()


# --- never left ------------------------------------------------------------------------------------------


async def test_a_refused_connection_never_left(carrier: Lav) -> None:
    url = f"http://127.0.0.1:{servere.frit_lukket_port()}"
    svar = await carrier(byg.opsaetning(url)).send(Raa(url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "forbindelse")


async def test_an_unknown_name_never_left(carrier: Lav) -> None:
    url = "https://findes-ikke.invalid"
    svar = await carrier(byg.opsaetning(url)).send(Raa(url).anmodning(), "r")
    assert svar.udfald is Udfald.ALDRIG_SENDT


async def test_a_handshake_that_does_not_come_never_left(carrier: Lav) -> None:
    with servere.tavs() as url:
        svar = await carrier(byg.opsaetning(url, connect_timeout=0.3)).send(Raa(url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "forbindelse_timeout")


async def test_a_handshake_that_is_cut_never_left(carrier: Lav) -> None:
    async def klip(_l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        await _l.read(5)
        skriver.close()

    server = await asyncio.start_server(klip, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    svar = await carrier(byg.opsaetning(url)).send(Raa(url).anmodning(), "r")
    server.close()
    assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "forbindelse")


@pytest.mark.parametrize(
    ("aarsag", "adgang"),
    [
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), False),
        (ConnectionResetError(), False),
        (ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure"), True),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca"), True),
    ],
)
async def test_a_handshake_that_ends_is_tried_again_and_one_that_is_refused_is_not(
    aarsag: OSError, adgang: bool
) -> None:
    forsoeg = session._Forsoeg(byg.opsaetning(), None, har_krop=True)
    fejl = session.Afbrudt()
    fejl.__cause__ = aarsag
    svar = session._fra_fejl(fejl, forsoeg)
    assert (svar.adgang, svar.sendt) == (adgang, False)


async def test_waiting_for_a_free_connection_never_left(carrier: Lav) -> None:
    async with servere.raa(servere.intet) as s:
        c = carrier(byg.opsaetning(s.url, connect_timeout=0.3, forbindelser=1))
        foerste = asyncio.create_task(c.send(Raa(s.url).anmodning(), "r-1"))
        await s.kom.wait()
        svar = await c.send(Raa(s.url).anmodning(), "r-2")
        assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "forbindelse_timeout")
        assert len(s.anmodninger) == 1
        foerste.cancel()
        await asyncio.gather(foerste, return_exceptions=True)


@pytest.mark.parametrize("genbrugt", [False, True])
async def test_a_lease_that_would_not_last_is_asked_for_before_the_first_byte(carrier: Lav, genbrugt: bool) -> None:
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url))
        if genbrugt:
            await c.send(Raa(s.url).anmodning(), "r")
        foer = len(s.anmodninger)
        svar = await c.send(Raa(s.url).anmodning(), "r", lambda: False)
        assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "lease")
        assert len(s.anmodninger) == foer
        # The connection is whole and serves the next.
        assert (await c.send(Raa(s.url).anmodning(), "r", lambda: True)).udfald is Udfald.KVITTERET
        assert s.forbindelser == 1


async def test_the_lease_is_asked_for_once_the_connection_is_there(carrier: Lav) -> None:
    spurgt: list[int] = []
    async with servere.raa(servere.svar_ok) as s:

        def maa_sendes() -> bool:
            spurgt.append(len(s.anmodninger))
            return True

        await carrier(byg.opsaetning(s.url)).send(Raa(s.url).anmodning(), "r", maa_sendes)
        assert spurgt == [0, 0], "and once more as the bytes are handed over"
    with servere.tavs() as url:
        await carrier(byg.opsaetning(url, connect_timeout=0.2)).send(Raa(url).anmodning(), "r", maa_sendes)
    assert len(spurgt) == 2


async def test_I11_a_process_that_stood_still_after_it_got_its_connection_sends_nothing(carrier: Lav) -> None:
    """Between the two a turn of the loop passes; no byte has left then."""
    svar_paa = iter([True, False])
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url))
        svar = await c.send(Raa(s.url).anmodning(), "r", lambda: next(svar_paa))
        assert (svar.udfald, svar.kode) == (Udfald.ALDRIG_SENDT, "lease")
        assert (await c.send(Raa(s.url).anmodning(), "r", lambda: True)).udfald is Udfald.KVITTERET
        assert len(s.anmodninger) == 1


# --- no answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metode", ["PUT", "DELETE"])
async def test_no_answer_in_time_is_in_doubt(carrier: Lav, metode: str) -> None:
    async with servere.raa(servere.intet) as s:
        a = Raa(s.url, metode, b"{}" if metode == "PUT" else b"").anmodning()
        svar = await carrier(byg.opsaetning(s.url, answer_timeout=0.3)).send(a, "r")
        assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "timeout")
        assert len(s.anmodninger) == 1


async def test_the_answers_limit_holds_for_the_whole_answer(carrier: Lav) -> None:
    """Bytes that trickle in do not stretch it: the lease counts on it."""

    async def dryp(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        for byte in servere.OK + b"x" * 10_000:
            skriver.write(bytes((byte,)))
            await skriver.drain()
            await asyncio.sleep(0.05)

    async with servere.raa(dryp) as s:
        svar = await carrier(byg.opsaetning(s.url, answer_timeout=0.5)).send(Raa(s.url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "timeout")


async def test_a_request_that_cannot_be_delivered_in_time_is_in_doubt(carrier: Lav) -> None:
    """The server reads the beginning and no more: sending has a limit of its own."""
    slut = asyncio.Event()

    async def laes_ikke(_l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        await slut.wait()
        skriver.close()

    server = await asyncio.start_server(laes_ikke, "127.0.0.1", 0, limit=1024)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    a = Raa(url, krop=b"x" * 50_000_000).anmodning()
    svar = await carrier(byg.opsaetning(url, send_timeout=0.3)).send(a, "r")
    slut.set()
    server.close()
    assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "afsendelse_timeout")


async def test_sending_long_does_not_eat_into_the_answers_limit(carrier: Lav) -> None:
    """The answer's limit runs from the end of sending: the whole may take longer than either limit."""

    async def traeg(laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.3)
        await servere.laes_anmodning(laeser)
        skriver.write(servere.OK)
        await skriver.drain()
        skriver.close()

    server = await asyncio.start_server(traeg, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    c = carrier(byg.opsaetning(url, send_timeout=30.0, answer_timeout=1.2))
    svar = await c.send(Raa(url, krop=b"x" * 20_000_000).anmodning(), "r")
    server.close()
    assert svar.udfald is Udfald.KVITTERET


@pytest.mark.parametrize(
    ("svar_", "kode"),
    [
        (b"", "afbrudt"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "afbrudt"),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n"0f8fad5b', "afbrudt"),
        (b"\x00\xff\x16garbage\r\n\r\n", "uforstaaeligt_svar"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "uforstaaeligt_svar"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<vr\xc3\xb8", "uforstaaeligt_svar"),
    ],
)
async def test_a_cut_or_unreadable_answer_is_in_doubt(carrier: Lav, svar_: bytes, kode: str) -> None:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(svar_)
        await skriver.drain()
        skriver.close()

    async with servere.raa(behandl) as s:
        svar = await carrier(byg.opsaetning(s.url)).send(Raa(s.url).anmodning(), "r")
        assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, kode)
        assert len(s.anmodninger) == 1


async def test_an_answer_beyond_all_measure_is_in_doubt_and_not_read_to_its_end(carrier: Lav) -> None:
    async def uden_ende(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            skriver.write(b"ffff\r\n" + b" " * 65_535 + b"\r\n")
            await skriver.drain()

    async with servere.raa(uden_ende) as s:
        svar = await carrier(byg.opsaetning(s.url, stoerste_svar=200_000)).send(Raa(s.url).anmodning(), "r")
    assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "for_stort_svar")


async def test_a_compressed_answer_is_neither_asked_for_nor_unpacked(carrier: Lav) -> None:
    import gzip

    krop = gzip.compress(f'"{servere.ID}"'.encode())

    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        hoved = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(krop)}\r\n\r\n"
        skriver.write(hoved.encode() + krop)

    async with servere.raa(behandl) as s:
        svar = await carrier(byg.opsaetning(s.url)).send(Raa(s.url).anmodning(), "r")
    assert "accept-encoding: identity\r\n" in s.anmodninger[0].lower()
    assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "uforstaaeligt_svar")


async def test_an_attempt_that_is_cancelled_is_cancelled(carrier: Lav) -> None:
    async with servere.raa(servere.intet) as s:
        c = carrier(byg.opsaetning(s.url))
        opgave = asyncio.create_task(c.send(Raa(s.url).anmodning(), "r"))
        await s.kom.wait()
        opgave.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opgave


async def test_many_attempts_at_once_keep_their_own_account(carrier: Lav) -> None:
    """Half of them are let go, half are not: none takes the other's word."""
    async with servere.raa(servere.svar_ok) as s:
        c = carrier(byg.opsaetning(s.url))
        svar = await asyncio.gather(
            *(c.send(Raa(s.url).anmodning(), f"r-{n}", lambda n=n: n % 2 == 0) for n in range(40))  # type: ignore[misc]
        )
    assert [x.udfald is Udfald.KVITTERET for x in svar] == [n % 2 == 0 for n in range(40)]
    assert len(s.anmodninger) == 20


# --- TLS: the server's side ------------------------------------------------------------------------------


async def test_a_server_that_the_ca_does_not_vouch_for_gets_nothing(
    carrier: Lav, certifikater: Path, tmp_path: Path
) -> None:
    import trustme

    trustme.CA().cert_pem.write_to_path(tmp_path / "anden-ca.pem")
    async with servere.raa(servere.svar_ok, servere.server_tls(certifikater)) as s:
        for ca in (tmp_path / "anden-ca.pem", None):
            svar = await carrier(byg.opsaetning(s.url, ca=ca)).send(Raa(s.url).anmodning(), "r")
            assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "server_certifikat")
        assert s.anmodninger == []
        rigtig = carrier(byg.opsaetning(s.url, ca=certifikater / "ca.pem"))
        assert (await rigtig.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET


async def test_a_server_of_another_name_gets_nothing(carrier: Lav, certifikater: Path, ca: object) -> None:
    import trustme

    assert isinstance(ca, trustme.CA)
    kontekst = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("dfdg.test").configure_cert(kontekst)
    async with servere.raa(servere.svar_ok, kontekst) as s:
        svar = await carrier(byg.opsaetning(s.url, ca=certifikater / "ca.pem")).send(Raa(s.url).anmodning(), "r")
        assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "server_certifikat")
        assert s.anmodninger == []


async def test_a_server_that_speaks_no_tls_is_a_matter_of_configuration(carrier: Lav) -> None:
    async def klartekst(laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        await laeser.read(5)
        skriver.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await skriver.drain()
        skriver.close()

    server = await asyncio.start_server(klartekst, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    svar = await carrier(byg.opsaetning(url)).send(Raa(url).anmodning(), "r")
    server.close()
    assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "tls")


def test_old_tls_is_never_spoken(certifikater: Path) -> None:
    o = byg.opsaetning("https://dfdg.test", ca=certifikater / "ca.pem")
    kontekst = certifikat.tls(o, certifikater / "klienter" / "01.pem")
    assert kontekst.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert (kontekst.verify_mode, kontekst.check_hostname) == (ssl.CERT_REQUIRED, True)
