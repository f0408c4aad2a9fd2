"""The operators' HTTP: liveness, readiness, metrics, and the console with its API."""

from __future__ import annotations

import asyncio
import contextlib

import asyncpg
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from gateway.ledger.db import DATABASE_SVIGTER
from gateway.ledger.plads import pauset


class Opsserver:
    """Serves ``/healthz`` (the process lives), ``/readyz`` (the database answers; whether reading from Kafka is paused) and ``/metrics`` on ``host:port``."""

    def __init__(self, pulje: asyncpg.Pool, lyt: str, konsol: ASGIApp | None = None) -> None:
        self._pulje = pulje
        vaert, _, port = lyt.rpartition(":")
        ruter: list[BaseRoute] = [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
        ]
        if konsol is not None:
            ruter.append(Mount("/", konsol))
        app = Starlette(routes=ruter)
        konfiguration = uvicorn.Config(
            app,
            host=vaert or "127.0.0.1",
            port=int(port),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(konfiguration)
        # The command line owns the signals.
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._opgave: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._opgave = asyncio.create_task(self._server._serve(), name="ops-http")
        while not self._server.started:
            if self._opgave.done():
                self._opgave.result()
                raise RuntimeError("the operators' HTTP server ended at once")
            await asyncio.sleep(0.01)

    @property
    def port(self) -> int:
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._opgave is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._opgave

    async def _healthz(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _readyz(self, _: Request) -> Response:
        try:
            async with asyncio.timeout(2):
                aarsag = await pauset(self._pulje)
        except DATABASE_SVIGTER as fejl:
            return JSONResponse({"database": type(fejl).__name__}, status_code=503)
        return JSONResponse({"database": "ok", "modtagelse": aarsag or "ok"})

    async def _metrics(self, _: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
