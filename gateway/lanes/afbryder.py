"""The breaker of one channel (a DFDG service under one certificate). Pure; time is passed in.

    lukket ──several citizens in a row, or access refused──▶ aaben ──pause over──▶ genaabner ──last step answered──▶ lukket
                                                              ▲                      │
                                                              └──an outage answer, or a lost probe──┘

It opens when several citizens in a row meet an answer that speaks of DFDG and not of them, or at once when access is
refused (I5). It closes in steps, each of which may claim so many heads: one, then ten, then a tenth of what waits, then
all; a step is over when all its claims were answered and one of them was receipted. All replicas share it: it stands in
the ledger, and whoever claims or settles moves it on under the channel's lock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Tilstand(StrEnum):
    LUKKET = "lukket"
    AABEN = "aaben"
    GENAABNER = "genaabner"


class Udslag(StrEnum):
    """What the outcome of a claim says of the channel."""

    KVITTERET = "kvitteret"  # receipted, or read back equal
    SVARET = "svaret"  # answered on the matter: a refusal of the content, absent, other content
    NEDBRUD = "nedbrud"  # speaks of DFDG or the way there
    ADGANG = "adgang"  # certificate, header or configuration


@dataclass(frozen=True, slots=True)
class Afbryder:
    """``udgave`` rises with every opening and every step: an outcome of an older one is a straggler and moves nothing.

    ``trin``: the step of the reopening; ``tilbage``: claims it still allows; ``ude``: its claims without an outcome;
    ``kvitteret``: its receipts; ``trin_fra``: when it began. ``proever``: probes since it opened, which spread out.
    """

    tilstand: Tilstand = Tilstand.LUKKET
    udgave: int = 0
    trin: int = 0
    tilbage: int = 0
    ude: int = 0
    kvitteret: int = 0
    trin_fra: datetime | None = None
    proever: int = 0
    naeste_proeve: datetime | None = None
    siden: datetime | None = None
    aarsag: str | None = None
    adgang: bool = False


#: "Several citizens": one citizen alone never opens the breaker, its own backoff does the waiting.
FLERE = 3
#: The longest pause between probes, seconds.
LAENGSTE_PAUSE = 30
#: Steps of the reopening: one lane, ten, a tenth of what waits (ten at least).
TRIN = 3
ANDET_TRIN = 10
TREDJE_TRINS_ANDEL = 0.1


def _plads_i_trin(trin: int, ventende: int) -> int:
    match trin:
        case 0:
            return 1
        case 1:
            return ANDET_TRIN
        case _:
            return max(ANDET_TRIN, math.ceil(ventende * TREDJE_TRINS_ANDEL))


def aabn(a: Afbryder, nu: datetime, kode: str | None, *, adgang: bool = False) -> Afbryder:
    """DFDG is away for this channel, or refuses it: nothing but probes, ever more seldom."""
    proever = a.proever + 1
    pause = timedelta(seconds=min(LAENGSTE_PAUSE, 2**proever - 1))
    siden = a.siden if a.tilstand is not Tilstand.LUKKET and a.siden is not None else nu
    return Afbryder(
        Tilstand.AABEN,
        udgave=a.udgave + 1,
        proever=proever,
        naeste_proeve=nu + pause,
        siden=siden,
        aarsag=kode,
        adgang=adgang,
    )


def genaabn(a: Afbryder, nu: datetime) -> Afbryder:
    """The first step of a reopening begins: a probe is due, or a planned window has ended."""
    return replace(
        a,
        tilstand=Tilstand.GENAABNER,
        udgave=a.udgave + 1,
        trin=0,
        tilbage=_plads_i_trin(0, 0),
        ude=0,
        kvitteret=0,
        trin_fra=nu,
        siden=nu if a.tilstand is Tilstand.LUKKET or a.siden is None else a.siden,
    )


def tag(a: Afbryder, oensket: int, nu: datetime, taalmodighed: timedelta) -> tuple[int, Afbryder]:
    """How many of ``oensket`` heads may be claimed now, and the breaker before they are (``tagne`` counts them).

    A step none of whose claims came back within ``taalmodighed`` has lost its workers: the channel probes anew.
    """
    if a.tilstand is Tilstand.LUKKET:
        return max(0, oensket), a
    if a.tilstand is Tilstand.GENAABNER and a.ude > 0 and a.trin_fra is not None and nu - a.trin_fra > taalmodighed:
        a = genaabn(a, nu)
    if a.tilstand is Tilstand.AABEN:
        if a.naeste_proeve is not None and nu < a.naeste_proeve:
            return 0, a
        a = genaabn(a, nu)
    return max(0, min(oensket, a.tilbage)), a


def tagne(a: Afbryder, antal: int, nu: datetime) -> Afbryder:
    """``antal`` heads were claimed. A step's patience counts from its latest claim."""
    if a.tilstand is Tilstand.LUKKET or antal == 0:
        return a
    return replace(a, tilbage=a.tilbage - antal, ude=a.ude + antal, trin_fra=nu)


def efter(a: Afbryder, udgave: int, udslag: Udslag, nu: datetime, kode: str | None, ventende: int) -> Afbryder:
    """A claim made under ``udgave`` came back. ``ventende``: heads that wait in the channel.

    A closed breaker is opened by ``aabn`` alone: who failed in a row there is counted by each worker for itself
    (``Raekke``).
    """
    if a.tilstand is not Tilstand.GENAABNER or udgave != a.udgave:
        return a
    match udslag:
        case Udslag.NEDBRUD | Udslag.ADGANG:
            return aabn(a, nu, kode, adgang=udslag is Udslag.ADGANG)
        case Udslag.SVARET:
            # DFDG is there, but has committed nothing: another head takes the place.
            a = replace(a, ude=a.ude - 1, tilbage=a.tilbage + 1)
        case Udslag.KVITTERET:
            a = replace(a, ude=a.ude - 1, kvitteret=a.kvitteret + 1)
    if a.ude > 0 or a.kvitteret == 0:
        return a
    if ventende == 0:
        return Afbryder(udgave=a.udgave + 1)
    if a.tilbage > 0:
        return a
    if a.trin + 1 == TRIN:
        return Afbryder(udgave=a.udgave + 1)
    return replace(
        a,
        udgave=a.udgave + 1,
        trin=a.trin + 1,
        tilbage=_plads_i_trin(a.trin + 1, ventende),
        ude=0,
        kvitteret=0,
        trin_fra=nu,
    )


@dataclass(frozen=True, slots=True)
class Raekke:
    """Who met outage answers in a row on a closed channel, as one worker sees it."""

    borgere: frozenset[int] = frozenset()

    def efter(self, udslag: Udslag, borger: int) -> Raekke:
        match udslag:
            case Udslag.KVITTERET | Udslag.SVARET:
                return Raekke()
            case _:
                return Raekke(self.borgere | {borger}) if len(self.borgere) < FLERE else self

    @property
    def flere(self) -> bool:
        """Several citizens: it is DFDG, not one of them."""
        return len(self.borgere) >= FLERE
