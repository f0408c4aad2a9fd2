"""What DFDG's answers say of the channel that they came by: lost leases, warnings, and what its breaker is told."""

from __future__ import annotations

import contextlib
import logging
from collections import defaultdict
from collections.abc import Sequence

from contracts.dfdg.opslag import LAESES_HOS
from gateway.delivery import maaltal
from gateway.lanes.afbryder import Raekke, Udslag
from gateway.lanes.registrering import Fase, Overgang, Skridt
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.kanaler import Kanaler, Kanaludfald
from gateway.ledger.settle import Afregnet

log = logging.getLogger(__name__)


class Kanalvirkning:
    """One for each worker: who failed in a row is each worker's own count."""

    def __init__(self, kanaler: Kanaler) -> None:
        self._kanaler = kanaler
        self._i_raekke: dict[str, Raekke] = defaultdict(Raekke)

    async def efter(self, afregnede: Sequence[Afregnet]) -> None:
        """What the answers say of their channels."""
        udfald: list[Kanaludfald] = []
        for a in afregnede:
            k = a.krav
            if a.overgang is None:
                maaltal.tabte_leases.inc()
                log.warning("lease_lost", extra={"kanal": k.kanal, "haendelse_ref": k.haendelse_ref})
                continue
            if a.overgang.advarsel:
                maaltal.advarsler.labels(a.overgang.advarsel).inc()
                log.warning(a.overgang.advarsel, extra={"kanal": k.kanal, "haendelse_ref": k.haendelse_ref})
            udslag = _udslag(a.overgang)
            if udslag is Udslag.NEDBRUD and k.skridt is Skridt.AFLAES and LAESES_HOS.get(k.anmodning.operation):
                # Read at another service: that one is away, which says nothing of this channel's.
                if k.lukket:
                    continue
                udslag = Udslag.SVARET
            if k.lukket:
                # A closed breaker is not written for every answer: who failed in a row is each worker's own count.
                raekke = self._i_raekke[k.kanal] = self._i_raekke[k.kanal].efter(udslag, k.borger_id)
                if udslag is not Udslag.ADGANG and not (udslag is Udslag.NEDBRUD and raekke.flere):
                    continue
            udfald.append(Kanaludfald(k.kanal, k.udgave, udslag, a.kode))
        if udfald:
            with contextlib.suppress(*DATABASE_VAEK):
                await self._kanaler.efter(udfald)


def _udslag(o: Overgang) -> Udslag:
    if o.adgang:
        return Udslag.ADGANG
    if o.nedbrud:
        return Udslag.NEDBRUD
    return Udslag.KVITTERET if o.tilstand.fase is Fase.REGISTRERET else Udslag.SVARET
