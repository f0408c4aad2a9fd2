"""Whether each of DFDG's services answers: its ping (number 100 of the general catalogue).

That every service has a ping is public; how it is asked for is not: ``GET …/v1/dfdgping`` over REST, a body ``dfdgping`` over
SOAP are the project's own. A service that answers with something else is there all the same, so what counts is an answer that
is no outage and no refusal of the caller.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from lxml import etree

from contracts.dfdg import afmelding, aktivitet, cv, fravaer, fravaer_soap, indkaldelse, kodeliste, plan, samtale
from contracts.dfdg.grund import Soaptjeneste
from contracts.dfdg.opslag import STEDER
from gateway.errors import Regelfejl
from gateway.lanes.forsoeg import Anmodning, Klasse
from producers.dfdg import faelles, rest, soap
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.session import Ledningssvar

OPERATION = "dfdgping"
_SOAP = (
    kodeliste.TJENESTE, samtale.OPRET, samtale.LAES, afmelding.TJENESTE, aktivitet.TJENESTE, cv.SAET, cv.LAES,
)  # fmt: skip
Kald = Callable[[Anmodning], Awaitable[Ledningssvar]]


@dataclass(frozen=True, slots=True)
class Pingsvar:
    """What a service said. ``fejl``: why it can't be used, None when it can. ``skaevhed``: DFDG's clock minus ours in seconds
    (its answers tell whole seconds); None when it does not tell the time."""

    tjeneste: str
    akassekode: str
    fejl: str | None
    sekunder: float
    skaevhed: float | None = None


def anmodninger(o: DfdgOpsaetning, akassekode: str, tid: datetime) -> list[Anmodning]:
    """A ping for every service that this installation calls, as ``akassekode``. ``tid``: when it is made."""
    rest_ = {fravaer.TJENESTE: fravaer.ROD, indkaldelse.TJENESTE: indkaldelse.ROD}
    rest_ |= {s.tjeneste: s.rod for s in STEDER.values()}
    soap_ = list(_SOAP)
    if o.fravaer_transport == "soap":
        soap_.append(fravaer_soap.TJENESTE)
    dag = tid.date()
    planens: list[tuple[Callable[[], Soaptjeneste], Soaptjeneste]] = [
        (lambda: faelles.tjeneste(o, "minplan", dag), plan.PLAN),
        (lambda: faelles.tjeneste(o, "jobmaal", dag), plan.JOBMAAL),
    ]
    for slaa_op, staaende in planens:
        try:
            soap_.append(slaa_op())
        except Regelfejl:
            if not o.produktion:
                soap_.append(staaende)
    hoveder = rest.hoveder(o, akassekode, None, tid)
    ud = [
        Anmodning(
            t,
            OPERATION,
            Klasse.SIDSTE_VINDER,
            akassekode,
            "GET",
            rest.adresse(o, t, rod, f"/v1/{OPERATION}"),
            hoveder,
            b"",
        )
        for t, rod in sorted(rest_.items())
    ]
    return ud + [_soap(o, akassekode, tid, t) for t in {t.navn: t for t in soap_}.values()]


def _soap(o: DfdgOpsaetning, akassekode: str, tid: datetime, t: Soaptjeneste) -> Anmodning:
    krop = soap.kuvert_om(o, akassekode, tid, etree.tostring(etree.Element(f"{{{t.navnerum}}}{OPERATION}")))
    return Anmodning(
        t.navn,
        OPERATION,
        Klasse.SIDSTE_VINDER,
        akassekode,
        "POST",
        faelles.soap_adresse(o, t),
        soap.hoveder(o, OPERATION),
        krop,
    )


async def en(a: Anmodning, kald: Kald) -> Pingsvar:
    """Asks one service."""
    begyndt = monotonic()
    ledning = await kald(a)
    sekunder = monotonic() - begyndt
    return Pingsvar(a.tjeneste, a.akassekode, _fejl(ledning), sekunder, _skaevhed(ledning, sekunder))


def _fejl(w: Ledningssvar) -> str | None:
    if w.status is None:
        return w.kode or "intet_svar"
    if w.status in (401, 403):
        return f"http_{w.status}: certifikatet eller hovederne afvises"
    if w.status == 404:
        return "http_404: der er ingen tjeneste på adressen"
    return f"http_{w.status}" if w.status >= 500 and b"Fault" not in w.krop else None


def _skaevhed(w: Ledningssvar, sekunder: float) -> float | None:
    try:
        tid = parsedate_to_datetime(w.dato) if w.dato else None
    except ValueError:
        return None
    if tid is None or tid.tzinfo is None:
        return None
    # The header holds whole seconds, rounded down, of some moment during the call.
    return (tid - datetime.now(UTC)).total_seconds() + 0.5 + sekunder / 2
