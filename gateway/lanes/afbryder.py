"""The breaker of one channel (a DFDG service under one certificate). Pure; time is passed in.

It opens when several citizens in a row meet an answer that speaks of DFDG and not of them, or at once when access is
refused. While it is open one head probes at a time; its first success closes it and readies everybody (I5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Tilstand(StrEnum):
    LUKKET = "lukket"
    AABEN = "aaben"


@dataclass(frozen=True, slots=True)
class Afbryder:
    """``borgere``: who failed since the last success; ``proever``: probes since it opened."""

    tilstand: Tilstand = Tilstand.LUKKET
    borgere: frozenset[int] = frozenset()
    proever: int = 0
    naeste_proeve: datetime | None = None
    siden: datetime | None = None
    aarsag: str | None = None


#: "Several citizens": one citizen alone never opens the breaker, its own backoff does the waiting.
FLERE = 3
#: The longest pause between probes, seconds.
LAENGSTE_PAUSE = 30


def efter_nedbrud(a: Afbryder, borger: int, nu: datetime, kode: str | None) -> Afbryder:
    """One more citizen met an outage answer."""
    borgere = a.borgere | {borger} if len(a.borgere) < FLERE else a.borgere
    if a.tilstand is Tilstand.AABEN:
        proever = a.proever + 1
        pause = timedelta(seconds=min(LAENGSTE_PAUSE, 2**proever - 1))
        return replace(a, borgere=borgere, proever=proever, naeste_proeve=nu + pause, aarsag=kode)
    if len(borgere) >= FLERE:
        return Afbryder(Tilstand.AABEN, borgere, 1, nu + timedelta(seconds=1), nu, kode)
    return replace(a, borgere=borgere)


def efter_adgang(a: Afbryder, nu: datetime, kode: str | None) -> Afbryder:
    """Access was refused: every call would fail, so nothing but probes until one succeeds."""
    proever = a.proever + 1
    pause = timedelta(seconds=min(LAENGSTE_PAUSE, 2**proever))
    return Afbryder(Tilstand.AABEN, a.borgere, proever, nu + pause, a.siden or nu, kode)


def efter_svar(a: Afbryder) -> Afbryder:
    """DFDG answered a citizen on the matter (receipt or refusal of the content): it is there."""
    return Afbryder() if a.tilstand is Tilstand.AABEN or a.borgere else a


def pladser(a: Afbryder, ledige: int, undervejs: int, nu: datetime) -> int:
    """How many heads of the channel may be claimed now."""
    if a.tilstand is Tilstand.LUKKET:
        return max(0, ledige)
    if undervejs == 0 and (a.naeste_proeve is None or nu >= a.naeste_proeve):
        return 1
    return 0
