"""The whole embedded stack: Kafka, PostgreSQL and the stand-in DFDG, started in parallel, stopped in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.dfdg import proces as dfdg_proces
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import IndlejretKafka, KafkaAdresse
from sandbox.embedded.postgres import IndlejretPostgres

#: Certificates are made for these a-kasse codes unless others are named.
EKSEMPEL_AKASSER = [f"{n:02d}" for n in range(1, 26)]


@dataclass(slots=True)
class Stak:
    """What of Kafka, PostgreSQL and DFDG is to be started under ``data``; the rest is the user's own.

    ``fremdrift`` is told in words what is going on. After ``start`` the addresses are set.
    """

    data: Path
    med_kafka: bool = True
    med_postgres: bool = True
    med_dfdg: bool = True
    akasser: list[str] = field(default_factory=lambda: list(EKSEMPEL_AKASSER))
    fremdrift: Callable[[str], None] = lambda _: None
    kafka: IndlejretKafka | None = None
    postgres: IndlejretPostgres | None = None
    dfdg: dfdg_proces.Proces | None = None
    ca: TestCA | None = None
    kafkaadresse: KafkaAdresse | None = None
    dsn: str | None = None

    async def start(self) -> Stak:
        """Starts the parts together. When one fails, or the start is given up, what came up is stopped again."""
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            resultater = await asyncio.gather(
                self._start_kafka(), self._start_postgres(), self._start_dfdg(), return_exceptions=True
            )
            for resultat in resultater:
                if isinstance(resultat, BaseException):
                    raise resultat
        except BaseException:
            await self.stop()
            raise
        return self

    async def _start_kafka(self) -> None:
        if self.med_kafka:
            self.kafka = IndlejretKafka(self.data, fremdrift=self.fremdrift)
            self.kafkaadresse = await self.kafka.start()

    async def _start_postgres(self) -> None:
        if self.med_postgres:
            self.postgres = IndlejretPostgres(self.data, fremdrift=self.fremdrift)
            self.dsn = await self.postgres.start()

    async def _start_dfdg(self) -> None:
        if self.med_dfdg:
            self.ca = TestCA(self.data)
            await asyncio.to_thread(self.ca.sikr, self.akasser)
            self.dfdg = await dfdg_proces.start(
                cert=self.ca.server,
                ca=self.ca.ca,
                data=self.data / "dfdg",
                star_cert=self.ca.star,
                webhook_ca=self.ca.ca,
            )
            self.fremdrift("DFDG-sandkasse: klar")

    async def stop(self) -> None:
        """Stops what was started; the data stays."""
        dele: list[Coroutine[Any, Any, object]] = []
        if self.dfdg is not None:
            dele.append(self.dfdg.stop())
        if self.kafka is not None:
            dele.append(self.kafka.stop())
        if self.postgres is not None:
            dele.append(self.postgres.stop())
        await asyncio.gather(*dele, return_exceptions=True)
        self.dfdg = self.kafka = self.postgres = None

    async def __aenter__(self) -> Stak:
        return await self.start()

    async def __aexit__(self, t: type[BaseException] | None, v: BaseException | None, tb: TracebackType | None) -> None:
        await self.stop()
