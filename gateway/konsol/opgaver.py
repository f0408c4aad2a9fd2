"""Acts that would take longer than a page is waited for: they are begun, and a task goes on with them."""

from __future__ import annotations

from gateway.ledger.aktoer import Aktoer
from gateway.ledger.betjening import Betjening


async def loes_karantaene(
    b: Betjening, hvem: Aktoer, nr: int, begrundelse: str, *, spring_over: bool
) -> tuple[int, int | None]:
    """Ends a quarantine; the heads that it stopped are retried or skipped by a task. Returns how many events that makes, and the
    task's number (None: there were no such heads). Raises ``Betjeningsfejl``."""
    opgivne, ider = await b.karantaener(hvem).slut(nr, begrundelse, spring_over=spring_over)
    opgave = await b.masse.opret(hvem, "skip" if spring_over else "retry", ider, begrundelse) if ider else None
    return opgivne + len(ider), opgave
