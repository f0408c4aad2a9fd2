"""DFDG's own side of a story, done over the stand-in's admin API."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.fortaellinger.model import FRAVAER_KONTAKTFORLOEB, SAMTALETYPE


class Admindfdg:
    """A ``Dfdgside`` by the admin API alone: what it sets stood there before, and is no registration in the log."""

    def __init__(self, admin: str) -> None:
        self.styring = AsynkronDfdgstyring(admin)
        self._nede: int | None = None

    async def ned(self) -> None:
        self._nede = (await self.styring.bestil(Forstyrrelse(art="nede"))).nummer

    async def op(self) -> None:
        if self._nede is not None:
            await self.styring.ryd(self._nede)
            self._nede = None

    async def book(self, cpr: str, start: datetime) -> None:
        booking = {"id": str(uuid4()), "type": int(SAMTALETYPE["jobsamtale"]), "start": start.isoformat()}
        await self.styring.saet_personer([{"cpr": cpr, "bookinger": [booking]}])

    async def indmeld(self, akassekode: str, cpr: str, fra: date) -> None:
        await self.styring.skift_akasse(cpr, akassekode, fra)

    async def skift_cpr(self, gammelt: str, nyt: str) -> None:
        await self.styring.skift_cpr(gammelt, nyt)

    async def marker(self, akassekode: str, cpr: str, start: date) -> None:
        fravaer = {"id": str(uuid4()), "type": int(FRAVAER_KONTAKTFORLOEB), "start": start.isoformat()}
        await self.styring.saet_personer([{"cpr": cpr, "akasse": akassekode, "fravaer": [fravaer]}])
