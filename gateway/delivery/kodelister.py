"""Reads DFDG's code lists once a day, and tells operators what changed and which codes in use DFDG does not have.

It goes past the lanes and their breakers: a list that can't be read says nothing about registrations, and a reading never
opens a channel or closes one.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import asyncpg

from contracts.codes import Kodevaerdi
from contracts.dfdg import kodeliste
from gateway.delivery import maaltal
from gateway.delivery.carrier import Carrier
from gateway.errors import MidlertidigFejl
from gateway.ledger.kodelister import Kodelager, Kodestand, koder_i_brug, lister
from gateway.ledger.ur import dag
from gateway.rules.kodebrug import ADVARSLER

log = logging.getLogger(__name__)


class Kodelistelaeser:
    """``akasser``: on whose behalf may be asked (their certificates); the lists are everybody's, so any one will do."""

    def __init__(self, lager: Kodelager, carrier: Carrier, akasser: Callable[[], Sequence[str]]) -> None:
        self._lager = lager
        self._carrier = carrier
        self._akasser = akasser

    async def gaa(self) -> int:
        """Reads every list that is due. Returns how many were read."""
        laest = 0
        akasser = self._akasser()
        while akasser and (t := await self._lager.tag()) is not None:
            try:
                # After a failure the next a-kasse's certificate: the one tried may be the fault.
                svar = await self._carrier.hent_kodelister(akasser[t.forsoeg % len(akasser)], (t.liste,))
            except MidlertidigFejl as fejl:
                await self._lager.dfdg_vaek(t, str(fejl))
                log.info("code_lists_put_off", extra={"liste": t.liste, "forsoeg": t.forsoeg + 1, "fejl": str(fejl)})
                return laest
            if t.liste not in svar:
                await self._lager.ulaeselig(t, "DFDG har ikke listen, eller svaret kan ikke læses")
                continue
            aendringer = await self._lager.gem(t, svar[t.liste])
            if aendringer is None:
                continue
            laest += 1
            if aendringer:
                koder = [a.kode for a in aendringer]
                log.warning("code_list_changed", extra={"liste": t.liste, "antal": len(koder), "koder": koder[:50]})
        return laest


class Kodevagt:
    """Shows the lists' age and the codes in use that DFDG does not have: metrics, and a log line when that changes."""

    def __init__(self, pulje: asyncpg.Pool, koder: Mapping[str, Kodevaerdi], ur: Callable[[], datetime]) -> None:
        self._pulje = pulje
        self._koder = koder
        self._ur = ur
        self._sagt: set[tuple[str, str | None, str]] = set()

    async def maal(self) -> list[Kodestand]:
        """Sets the metrics and warns. Returns the codes to look at."""
        nu = self._ur()
        for x in await lister(self._pulje, nu):
            alder = x.alder(nu)
            maaltal.kodeliste_alder.labels(x.liste).set(math.inf if alder is None else alder)
        fundne = [k for k in await koder_i_brug(self._pulje, self._koder, dag(nu)) if k.stand in ADVARSLER]
        antal = Counter(k.brugt.liste for k in fundne)
        for navn in kodeliste.lister().values():
            maaltal.koder_ukendte.labels(navn).set(antal[navn])
        nye = {(k.brugt.raekkenavn, k.brugt.kode, k.stand.value): k for k in fundne}
        for noegle in sorted(nye.keys() - self._sagt, key=str):
            raekkenavn, kode, stand = noegle
            maaltal.advarsler.labels("kode_i_brug").inc()
            log.warning(
                "code_in_use_not_at_dfdg",
                extra={"raekke": raekkenavn, "kode": kode, "stand": stand, "ophav": nye[noegle].brugt.ophav},
            )
        self._sagt = set(nye)
        return fundne
