"""The gateway runs on uvloop: what the session rests on besides asyncio's own interface holds there too."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from gateway.lanes.forsoeg import Udfald
from producers.dfdg.carrier import DfdgCarrier
from tests.dfdg import byg, servere
from tests.dfdg.byg import Raa

if sys.platform == "win32":
    pytest.skip("uvloop does not run on Windows", allow_module_level=True)

import uvloop


def koer(scene: Callable[[], Awaitable[None]]) -> None:
    async def paa_uvloop() -> None:
        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
        await scene()

    uvloop.run(paa_uvloop())


def test_a_pooled_connection_that_the_server_has_closed_is_never_written_to() -> None:
    async def scene() -> None:
        with servere.lukker_efter_foerste_svar() as (s, lukket):
            c = DfdgCarrier(byg.opsaetning(s.url))
            assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
            assert lukket.wait(10)
            time.sleep(0.05)  # noqa: ASYNC251  lets the end reach this side's socket while the loop stands still
            assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
            await c.luk()
        assert (len(s.anmodninger), s.forbindelser) == (2, 2)

    koer(scene)


def test_a_kept_connection_that_drops_a_request_gets_no_second_one() -> None:
    async def behandl(nr: int, laeser: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        if nr == 1:
            await servere.svar_ok(nr, laeser, skriver)
        else:
            skriver.close()

    async def scene() -> None:
        async with servere.raa(behandl) as s:
            c = DfdgCarrier(byg.opsaetning(s.url))
            assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
            assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.INTET_SVAR
            await c.luk()
        assert (len(s.anmodninger), s.forbindelser) == (2, 1)

    koer(scene)


def test_connections_are_kept_and_used_again_over_tls(certifikater: object) -> None:
    from pathlib import Path

    assert isinstance(certifikater, Path)

    async def scene() -> None:
        async with servere.raa(servere.svar_ok, servere.server_tls(certifikater)) as s:
            c = DfdgCarrier(byg.opsaetning(s.url, ca=certifikater / "ca.pem"))
            for _ in range(4):
                assert (await c.send(Raa(s.url).anmodning(), "r")).udfald is Udfald.KVITTERET
            await c.luk()
        assert (len(s.anmodninger), s.forbindelser) == (4, 1)

    koer(scene)


def test_a_limit_passed_while_sending_is_in_doubt() -> None:
    async def scene() -> None:
        slut = asyncio.Event()

        async def laes_ikke(_l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
            await slut.wait()
            skriver.close()

        server = await asyncio.start_server(laes_ikke, "127.0.0.1", 0, limit=1024)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        c = DfdgCarrier(byg.opsaetning(url, send_timeout=0.3))
        svar = await c.send(Raa(url, krop=b"x" * 50_000_000).anmodning(), "r")
        slut.set()
        server.close()
        await c.luk()
        assert (svar.udfald, svar.kode) == (Udfald.INTET_SVAR, "afsendelse_timeout")

    koer(scene)
