"""The harm of an outage, foretold: who passes a date, which handovers are late, and how long the backlog takes. Pure.

The model is delivery's own: while a service is away nothing is sent to it; then each service takes its queue at its rate, the
hardest date first, and a citizen's own registrations one after another. What comes meanwhile joins the queue at the rate at
which events came lately. Nothing is known of dates before an event is its lane's head, so those are not counted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Lane:
    """One citizen's open work. ``tjeneste``: the service that its head waits for. ``dato``: the last date on which DFDG takes
    what the head still has to register (None: there is no such date). ``egne``: registrations of the head that are left (one at
    least); ``bagved``: registrations expected of the events behind it. ``overdragelser``: the slutdato of each handover that
    waits for DFDG's receipt."""

    tjeneste: str
    dato: date | None = None
    egne: int = 1
    bagved: float = 0.0
    overdragelser: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """What a service takes: registrations a second (``tilladt``: that figure is a permitted rate, else measured), how many
    new ones come a second, and seconds from sending to the receipt."""

    sekundet: float
    tilladt: bool = False
    ind: float = 0.0
    svartid: float = 0.2


@dataclass(frozen=True, slots=True)
class Afvikling:
    """One service's backlog when DFDG is back: registrations, and until when."""

    tjeneste: str
    registreringer: int
    faerdig: datetime | None


@dataclass(frozen=True, slots=True)
class Prognose:
    """``forbi_nu``: citizens whose date has passed already; ``forbi``: those who pass one because of the outage and what it
    leaves behind. ``faerdig`` None: more comes than is taken, so that the backlog never ends."""

    nu: datetime
    til: datetime
    tjenester: tuple[str, ...]
    borgere: int
    forbi_nu: int
    forbi: int
    overdragelser: int
    faerdig: datetime | None
    afvikling: tuple[Afvikling, ...] = field(default=())

    @property
    def varighed(self) -> timedelta | None:
        """How long the backlog takes from the outage's end."""
        return None if self.faerdig is None else self.faerdig - self.til


#: What a service is reckoned with of which nothing is known: one a second.
UKENDT = Rate(1.0)


def forudsig(
    lanes: Sequence[Lane],
    rater: Mapping[str, Rate],
    nu: datetime,
    til: datetime,
    dag: Callable[[datetime], date],
    tjenester: Collection[str] = (),
) -> Prognose:
    """``til``: when DFDG is back (at or after ``nu``). ``dag``: the day of a time where the law counts days. ``tjenester``: those
    that are away; none named: all."""
    ramt = {x.tjeneste for x in lanes} | set(rater) if not tjenester else set(tjenester)
    koeer: dict[str, list[Lane]] = defaultdict(list)
    for x in lanes:
        koeer[x.tjeneste].append(x)
    forbi_nu = forbi = overdragelser = berort = 0
    afvikling: list[Afvikling] = []
    for tjeneste in sorted(ramt):
        koe = sorted(koeer[tjeneste], key=lambda x: x.dato or date.max)
        rate = rater.get(tjeneste, UKENDT)
        berort += len(koe)
        plads = 0.0
        for x in koe:
            # Its place in the queue, then its own registrations one by one.
            foerste = til + timedelta(seconds=plads / rate.sekundet)
            hoved = foerste + timedelta(seconds=(x.egne - 1) * rate.svartid)
            hele = hoved + timedelta(seconds=x.bagved * rate.svartid)
            if x.dato is not None and x.dato < dag(nu):
                forbi_nu += 1
            elif x.dato is not None and x.dato < dag(hoved):
                forbi += 1
            overdragelser += sum(dag(nu) <= slut < dag(hele) for slut in x.overdragelser)
            plads += 1
        afvikling.append(afvikling_af(tjeneste, koe, rate, nu, til))
    afvikling.sort(key=lambda a: (a.faerdig is None, a.faerdig or til))
    ender = [a.faerdig for a in afvikling]
    faerdig = None if any(e is None for e in ender) else max((e for e in ender if e is not None), default=til)
    return Prognose(
        nu, til, tuple(sorted(tjenester)), berort, forbi_nu, forbi, overdragelser, faerdig, tuple(afvikling)
    )


def afvikling_af(tjeneste: str, koe: Sequence[Lane], rate: Rate, nu: datetime, til: datetime) -> Afvikling:
    """The backlog of one service at ``til``, and when it is gone: what comes while it is worked off is worked off too."""
    arbejde = sum(x.egne + x.bagved for x in koe) + rate.ind * max(0.0, (til - nu).total_seconds())
    if arbejde <= 0:
        return Afvikling(tjeneste, 0, til)
    netto = rate.sekundet - rate.ind
    if netto <= 0:
        return Afvikling(tjeneste, math.ceil(arbejde), None)
    # A lane's own registrations follow one another, however fast the service is.
    laengste = max(((x.egne + x.bagved) * rate.svartid for x in koe), default=0.0)
    return Afvikling(tjeneste, math.ceil(arbejde), til + timedelta(seconds=max(arbejde / netto, laengste)))
