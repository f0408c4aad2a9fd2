"""The stand-in jobcentres: they act only on what the gateway has told them, and keep the handovers they read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import orjson

from sandbox.fortaellinger.model import OVERDRAGELSE, PlanlagtHaendelse
from sandbox.parter.udgiver import Udgiver


@dataclass(frozen=True, slots=True)
class LaestOverdragelse:
    """A handover as the jobcenter ``part`` read it."""

    part: str
    data: dict[str, Any] = field(repr=False)


class Jobcentre:
    """All jobcentres of a run. A planned event goes out after the message it answers has reached its own jobcenter.

    ``overdragelser``: per citizen's CPR number the newest edition of each handover, by its id.
    """

    def __init__(self, udgiver: Udgiver) -> None:
        self._udgiver = udgiver
        self._venter: dict[tuple[str, str, str], list[PlanlagtHaendelse]] = defaultdict(list)
        self._kendte: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._klar: asyncio.Queue[tuple[PlanlagtHaendelse, dict[str, Any]]] = asyncio.Queue()
        self._opgave: asyncio.Task[None] | None = None
        self._i_gang = 0
        self.overdragelser: dict[str, dict[str, LaestOverdragelse]] = defaultdict(dict)

    async def __aenter__(self) -> Self:
        self._opgave = asyncio.create_task(self._udgiv(), name="sandkasse-jobcentre")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opgave is not None:
            self._opgave.cancel()
            await asyncio.wait([self._opgave])
            if not self._opgave.cancelled():
                self._opgave.result()

    def planlaeg(self, haendelser: Iterable[PlanlagtHaendelse]) -> None:
        """Takes events whose ``efter`` names a message; each waits for it, or goes at once when it has come."""
        for haendelse in haendelser:
            if haendelse.efter is None:
                raise ValueError(f"{haendelse.id}: answers no message")
            noegle = (haendelse.part, haendelse.efter.besked, haendelse.cpr)
            if noegle in self._kendte:
                self._saet_klar(haendelse, self._kendte[noegle])
            else:
                self._venter[noegle].append(haendelse)

    def modtag(self, emne: str, _noegle: bytes | None, vaerdi: bytes) -> None:
        """One message from the gateway; for ``Indsamler``."""
        if not emne.startswith("jobcenter.") or not emne.endswith(".beskeder.v1"):
            return
        besked: dict[str, Any] = orjson.loads(vaerdi)
        data: dict[str, Any] = besked.get("data") or {}
        part, type_, cpr = emne.rsplit(".", 2)[0], str(besked.get("type")), str(data.get("cpr"))
        if type_ == OVERDRAGELSE:
            kendt = self.overdragelser[cpr].get(data["overdragelseId"])
            if kendt is None or kendt.data["udgave"] < data["udgave"]:
                self.overdragelser[cpr][data["overdragelseId"]] = LaestOverdragelse(part, data)
        noegle = (part, type_, cpr)
        self._kendte[noegle] = data
        for haendelse in self._venter.pop(noegle, ()):
            self._saet_klar(haendelse, data)

    @property
    def ventende(self) -> int:
        """Events not published yet."""
        return sum(map(len, self._venter.values())) + self._i_gang

    def tjek(self) -> None:
        """Raises what publishing raised."""
        if self._opgave is not None and self._opgave.done():
            self._opgave.result()

    def _saet_klar(self, haendelse: PlanlagtHaendelse, data: dict[str, Any]) -> None:
        self._i_gang += 1
        self._klar.put_nowait((haendelse, data))

    async def _udgiv(self) -> None:
        while True:
            haendelse, besked = await self._klar.get()
            kopier = {felt: besked[felt] for felt in (haendelse.efter.kopier if haendelse.efter else ())}
            await self._udgiver.udgiv(haendelse, {**haendelse.data, **kopier} if kopier else None)
            self._i_gang -= 1
