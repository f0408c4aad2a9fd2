"""DFDG's code lists: SOAP CodeListService v5, to be called once a day (STAR's general rules for users of DFDG)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from lxml import etree

from contracts.codes import Koderaekke
from contracts.dfdg import kodeliste
from gateway.errors import MidlertidigFejl
from gateway.lanes.forsoeg import Anmodning, Klasse, Svar, Udfald
from producers.dfdg import faelles, soap
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.session import Ledningssvar

log = logging.getLogger(__name__)

Kald = Callable[[Anmodning], Awaitable[tuple[Ledningssvar, Svar | None]]]

#: Answers that are about one list; all others are about DFDG or the way there, and the other lists would fare alike.
_OM_LISTEN = frozenset({Udfald.AFVIST, Udfald.FANDTES, Udfald.INTET_SVAR, Udfald.IKKE_EJER})


def anmodning(o: DfdgOpsaetning, akassekode: str, dfdg_navn: str, tid: datetime) -> Anmodning:
    """The request for one list. ``tid``: when it is made."""
    operation = kodeliste.operation(dfdg_navn)
    return Anmodning(
        tjeneste=kodeliste.TJENESTE.navn,
        operation=operation,
        klasse=Klasse.SIDSTE_VINDER,
        akassekode=akassekode,
        metode="POST",
        sti=faelles.soap_adresse(o, kodeliste.TJENESTE),
        hoved=soap.hoveder(o, operation),
        krop=soap.kuvert_om(o, akassekode, tid, etree.tostring(kodeliste.anmodning(dfdg_navn))),
    )


async def hent(
    o: DfdgOpsaetning, akassekode: str, tid: datetime, kald: Kald, kun: Collection[str] | None = None
) -> dict[str, list[Koderaekke]]:
    """Every list (or those in ``kun``) by the project's name; one that can't be had is missing. Raises
    ``MidlertidigFejl`` when DFDG can't be asked now."""
    ud: dict[str, list[Koderaekke]] = {}
    for dfdg_navn, navn in kodeliste.lister().items():
        if kun is not None and navn not in kun:
            continue
        a = anmodning(o, akassekode, dfdg_navn, tid)
        ledning, uden_svar = await kald(a)
        raekker = None if uden_svar is not None else _raekker(ledning, dfdg_navn)
        if raekker is not None:
            ud[navn] = raekker
            continue
        svar = uden_svar or soap.svar(a.operation, ledning.status or 0, ledning.krop)
        if svar.udfald not in _OM_LISTEN or uden_svar is not None:
            raise MidlertidigFejl(f"DFDG's code lists can't be read now: {svar.kode}")
        log.warning("code_list_not_read", extra={"operation": a.operation, "kode": svar.kode})
    return ud


def _raekker(ledning: Ledningssvar, dfdg_navn: str) -> list[Koderaekke] | None:
    """The rows of an answer; None for one that holds no list that can be read."""
    laest = soap.laes(ledning.krop)
    if ledning.status != 200 or laest is None or laest.indhold is None:
        return None
    try:
        return kodeliste.laes(laest.indhold, dfdg_navn)
    except ValueError:
        return None
