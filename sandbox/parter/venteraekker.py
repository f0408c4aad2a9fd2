"""Keeps each publisher's order about a person when one of its events waits for a message: what comes after waits behind it."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Self

import orjson

from sandbox.fortaellinger.model import KVITTERING, PlanlagtHaendelse, Udloeser
from sandbox.parter.udgiver import Udgiver

#: Fields of messages that an event may repeat: ids that the gateway chose.
KOPIERES = ("overdragelseId",)

_Noegle = tuple[str, str]


class Venteraekker:
    """All publishers of a run. An event whose ``efter`` has not come is kept with everything that its publisher tells of
    that person after it, and goes out in order when it has.

    Heard messages are remembered as fingerprints, so that an event may also be told after the message it answers.
    """

    def __init__(self, udgiver: Udgiver, indmeld: Callable[[PlanlagtHaendelse, date], Awaitable[None]]) -> None:
        """``indmeld`` tells DFDG that the event's citizen is its publisher's member from a day on."""
        self._udgiver = udgiver
        self._indmeld = indmeld
        self._raekker: dict[_Noegle, deque[PlanlagtHaendelse]] = {}
        self._venter: dict[int, list[_Noegle]] = defaultdict(list)
        self._hoert: set[int] = set()
        self._kopier: dict[int, dict[str, Any]] = {}
        self._klar: asyncio.Queue[_Noegle] = asyncio.Queue()
        self._opgave: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._opgave = asyncio.create_task(self._toem(), name="sandkasse-venteraekker")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opgave is not None:
            self._opgave.cancel()
            await asyncio.wait([self._opgave])
            if not self._opgave.cancelled():
                self._opgave.result()

    @property
    def ventende(self) -> int:
        """Events not published yet."""
        return sum(map(len, self._raekker.values()))

    def tjek(self) -> None:
        """Raises what publishing raised."""
        if self._opgave is not None and self._opgave.done():
            self._opgave.result()

    async def tag(self, haendelse: PlanlagtHaendelse) -> None:
        """Publishes the event, or keeps it until its turn."""
        noegle = (haendelse.part, haendelse.subject)
        raekke = self._raekker.get(noegle)
        if raekke is None and haendelse.efter is None:
            await self._udgiver.udgiv(haendelse)
            return
        if raekke is not None:
            raekke.append(haendelse)
            return
        self._raekker[noegle] = deque([haendelse])
        self._se_til(noegle)

    def modtag(self, emne: str, _noegle: bytes | None, vaerdi: bytes) -> None:
        """One message from the gateway; for ``Indsamler``."""
        besked: dict[str, Any] = orjson.loads(vaerdi)
        data: dict[str, Any] = besked.get("data") or {}
        part, type_ = emne.rsplit(".", 2)[0], str(besked.get("type"))
        if type_ == KVITTERING:
            if data.get("endelig"):
                self._hoer(hash((part, type_, str(data.get("haendelseId")))), {})
            return
        kopier = {felt: data[felt] for felt in KOPIERES if felt in data}
        for om in (data.get("cpr"), data.get("haendelseId")):
            if om is not None:
                self._hoer(hash((part, type_, str(om))), kopier)

    def _hoer(self, aftryk: int, kopier: dict[str, Any]) -> None:
        self._hoert.add(aftryk)
        if kopier:
            self._kopier[aftryk] = kopier
        for noegle in self._venter.pop(aftryk, ()):
            self._klar.put_nowait(noegle)

    def _se_til(self, noegle: _Noegle) -> None:
        """The row's first event is ready, or waits for its message."""
        foerste = self._raekker[noegle][0]
        aftryk = None if foerste.efter is None else _aftryk(foerste, foerste.efter)
        if aftryk is None or aftryk in self._hoert:
            self._klar.put_nowait(noegle)
        else:
            self._venter[aftryk].append(noegle)

    async def _toem(self) -> None:
        while True:
            noegle = await self._klar.get()
            raekke = self._raekker[noegle]
            haendelse = raekke[0]
            if haendelse.efter is not None and haendelse.efter.indmeldes is not None:
                await self._indmeld(haendelse, haendelse.efter.indmeldes)
            await self._udgiver.udgiv(haendelse, self._data(haendelse))
            raekke.popleft()
            if raekke:
                self._se_til(noegle)
            else:
                del self._raekker[noegle]

    def _data(self, haendelse: PlanlagtHaendelse) -> dict[str, Any] | None:
        """The event's data with the ids that it repeats; None: as they are."""
        if haendelse.efter is None or not haendelse.efter.kopier:
            return None
        hoert = self._kopier[_aftryk(haendelse, haendelse.efter)]
        return {**haendelse.data, **{felt: hoert[felt] for felt in haendelse.efter.kopier}}


def _aftryk(haendelse: PlanlagtHaendelse, efter: Udloeser) -> int:
    return hash((efter.part or haendelse.part, efter.besked, efter.haendelse or haendelse.cpr))
