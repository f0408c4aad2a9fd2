"""Puts the measuring together: what is read, how often, and where ``/metrics`` gets it from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import asyncpg

from gateway.delivery.periodisk import Opgave, Periodisk
from gateway.kafkamaal import Kafkamaaler
from gateway.ops.maalinger import Certifikatdage, Maalinger
from gateway.opsaetning import certifikatfiler, plads_tilbage
from gateway.settings import Settings
from producers.dfdg import certifikat
from producers.dfdg.certifikat import Certifikatstand

#: Kafka is not waited for longer than so many seconds: a measurement says that it is away.
_KAFKA_VENT = 10


class Maalestation:
    """Measures between ``start`` and ``stop``. ``ur``: the ledger's time; ``moenster``: the topics of events."""

    def __init__(self, settings: Settings, pulje: asyncpg.Pool, ur: Callable[[], datetime], moenster: str) -> None:
        self._s = settings
        self._kafka = Kafkamaaler(settings.kafka, moenster)
        self._maalinger = Maalinger(
            pulje, ur, self._maal_kafka, self._certifikater, lambda bytes_: plads_tilbage(settings, bytes_)
        )
        self._periodisk = Periodisk([Opgave("maaling", settings.ops.maal_hvert, self._maalinger.maal)])

    async def start(self) -> None:
        """The first measurement is there when this returns."""
        await self._maalinger.maal()
        self._maalinger.tilslut()
        await self._periodisk.start()

    async def stop(self) -> None:
        await self._periodisk.stop()
        self._maalinger.fra()
        await self._kafka.stop()

    async def _maal_kafka(self, laest_til: Mapping[tuple[str, int], int]) -> tuple[dict[str, int], dict[str, float]]:
        m = await asyncio.wait_for(self._kafka.maal(laest_til), _KAFKA_VENT)
        return m.lag, m.aaben_transaktion

    def _certifikater(self) -> list[Certifikatdage]:
        # Certificates run out by the calendar, not by the ledger's clock.
        nu = datetime.now(UTC)
        return [
            Certifikatdage(slags, navn, Certifikatstand(fil, certifikat.udloeb(fil)).dage_tilbage(nu))
            for slags, navn, fil in certifikatfiler(self._s)
        ]
