"""Everything that operators may do, in one place: console, API and command line act through this and nothing else.

Who acts comes with each call (``Aktoer``): the rights are checked, and the act is kept, where it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import asyncpg

from gateway.ledger.afklaring import Haandafklaring
from gateway.ledger.aktoer import Aktoer
from gateway.ledger.frigivelse import Frigivelser
from gateway.ledger.karantaene import Karantaener
from gateway.ledger.krypto import Noegler
from gateway.ledger.masse import TAKT, Masseopgaver
from gateway.ledger.motor import Motor
from gateway.ledger.operatoer import Operatoer
from gateway.ledger.pauser import Pauser
from gateway.ledger.regimer import Regimer
from gateway.ledger.spaerringer import Spaerringer
from gateway.ledger.vinduer import Vinduer


class Betjening:
    """``ur`` gives the present time; ``stilletid`` as the lanes have it; ``takt``: acts a second on many dead letters;
    ``takster``: calls a second that DFDG's services may be given."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        motor: Motor,
        noegler: Noegler,
        miljoe: str,
        ur: Callable[[], datetime],
        *,
        stilletid: timedelta,
        takt: float = TAKT,
        takster: Mapping[str, float] | None = None,
    ) -> None:
        self.pulje = pulje
        self.motor = motor
        self.noegler = noegler
        self.miljoe = miljoe
        self.ur = ur
        self.stilletid = stilletid
        self.takt = takt
        self.takster = dict(takster or {})

    def operatoer(self, hvem: Aktoer | str) -> Operatoer:
        """Dead letters: retry, replace, skip, and their dry runs."""
        return Operatoer(self.pulje, self.motor, self.noegler, self.miljoe, self.ur, hvem=hvem)

    def afklaring(self, hvem: Aktoer | str) -> Haandafklaring:
        """What is in doubt, settled by hand."""
        return Haandafklaring(
            self.pulje, self.motor, self.noegler, self.miljoe, self.ur, hvem=hvem, stilletid=self.stilletid
        )

    def pauser(self, hvem: Aktoer | str) -> Pauser:
        """Pauses of an a-kasse, a service, a lane; reopening in steps."""
        return Pauser(self.pulje, self.ur, hvem=hvem)

    def karantaener(self, hvem: Aktoer | str) -> Karantaener:
        """A publisher's events that are held back."""
        return Karantaener(self.pulje, self.motor, self.noegler, self.miljoe, self.ur, hvem=hvem)

    def frigivelser(self, hvem: Aktoer | str) -> Frigivelser:
        """What lifting a pause, a block, a quarantine, ending a window, reopening a service would send: nothing is done."""
        return Frigivelser(self.pulje, self.motor, self.noegler, self.miljoe, self.ur, hvem=hvem, takster=self.takster)

    def regimer(self, hvem: Aktoer | str) -> Regimer:
        """Closing a law's regime."""
        return Regimer(self.pulje, self.motor, self.noegler, self.miljoe, self.ur, hvem=hvem)

    @property
    def vinduer(self) -> Vinduer:
        """Planned windows; each act takes ``hvem``."""
        return Vinduer(self.pulje, self.noegler, self.miljoe, self.ur)

    @property
    def spaerringer(self) -> Spaerringer:
        """Kinds that DFDG refused again and again; lifting takes ``hvem``."""
        return Spaerringer(self.pulje, self.motor, self.noegler, self.miljoe, self.ur)

    @property
    def masse(self) -> Masseopgaver:
        """Acts on many dead letters at a limited rate."""
        return Masseopgaver(self.pulje, self.operatoer, takt=self.takt)
