"""The ground that commands and roles stand on: the ledger's pool, the keys, the rules, the carrier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from contracts.codes import Kodevaerdi
from gateway.ledger.aktoer import Aktoer
from gateway.ledger.betjening import Betjening
from gateway.ledger.db import aabn_pulje
from gateway.ledger.krypto import Noegler
from gateway.ledger.motor import Motor
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.regimer import med_lukninger
from gateway.opsaetning import carrier_opsaetning, regelopsaetning
from gateway.rules.afgoer import decide
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier


def nu() -> datetime:
    """The system clock, aware, UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Grundlag:
    """What every command that touches the ledger needs."""

    pulje: asyncpg.Pool
    #: For what every event goes through: accept, claim, settle.
    travl: asyncpg.Pool
    noegler: Noegler
    motor: Motor
    carrier: DfdgCarrier
    miljoe: str
    stilletid: timedelta
    massetakt: float
    takster: dict[str, float]

    async def luk(self) -> None:
        await self.carrier.luk()
        await self.pulje.close()
        await self.travl.close()

    async def hent_lukninger(self) -> None:
        """Takes the closed regimes (R7) into the rules' settings, as they stand in the ledger now."""
        self.motor.opsaetning = await med_lukninger(self.pulje, self.motor.opsaetning)

    @property
    def koder(self) -> dict[str, Kodevaerdi]:
        """The codes that this installation sets, with the type of organisation that it calls as."""
        return {**self.motor.opsaetning.koder, "organisationstype.akasse": self.carrier.organisationstype}

    @property
    def betjening(self) -> Betjening:
        """Everything that operators may do."""
        return Betjening(
            self.pulje,
            self.motor,
            self.noegler,
            self.miljoe,
            nu,
            stilletid=self.stilletid,
            takt=self.massetakt,
            takster=self.takster,
        )

    def operatoer(self, hvem: Aktoer | str) -> Operatoer:
        return self.betjening.operatoer(hvem)


async def aabn_grundlag(settings: Settings, *, hoejst: int = 6, travle: int = 6) -> Grundlag:
    """Opens pools (of at most so many connections; the busy one's come as they are needed), keys, rules and carrier. Raises
    ``Opsaetningsfejl`` for what is missing."""
    dsn = settings.database.url
    if dsn is None:
        raise ValueError("no database: the embedded one is started by the command line")
    # Well under the lease, so that whoever waits for a silent one can still settle.
    tavs = min(10.0, settings.dfdg.lease / 6)
    pulje = await aabn_pulje(dsn, hoejst=hoejst, tavs_hoejst=tavs)
    travl = await aabn_pulje(dsn, mindst=0, hoejst=travle, tavs_hoejst=tavs, ens=True)
    carrier = DfdgCarrier(carrier_opsaetning(settings))
    motor = Motor(decide, carrier.render, regelopsaetning(settings), haendelsesur=settings.clock == "haendelser")
    return Grundlag(
        pulje,
        travl,
        Noegler(settings.noegle()),
        motor,
        carrier,
        settings.miljoe,
        timedelta(seconds=settings.dfdg.stilletid),
        settings.ops.massetakt,
        settings.dfdg.takster(),
    )
