"""S8 in a correction: a missed deadline that has its effect only now that another event is corrected.

The de-registration takes effect from the day after the deadline; DFDG takes today at the earliest, and today is the day of
the correction, not that on which the deadline's event was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from gateway.rules.aendringer import Afmeldt, anvend
from gateway.rules.bookingfrister import AFMELDING_HOEJST
from gateway.rules.model import Virkning
from gateway.rules.registreringer import Afmeld, Registrering
from gateway.rules.tilstand import Borger


def fra_idag(
    registreringer: Iterable[Registrering], virkninger: Mapping[date, Virkning], bagefter: Borger, idag: date
) -> tuple[list[Registrering], Borger, Virkning | None]:
    """The registrations with de-registrations from ``idag`` at the earliest, the state they lead to, and what the
    kvittering says of it. ``virkninger``: by the day that the retold history gives."""
    ud: list[Registrering] = []
    virkning: Virkning | None = None
    for r in registreringer:
        i = r.indhold
        fortalt = virkninger.get(i.virkningsdato) if isinstance(i, Afmeld) else None
        if not isinstance(i, Afmeld) or fortalt is None:
            ud.append(r)
            continue
        virkning = Virkning(fortalt.lovlig, max(fortalt.lovlig, idag))
        if bagefter.afmeldt_fra == i.virkningsdato:
            bagefter = anvend(bagefter, (Afmeldt(virkning.faktisk),))
        ud.append(
            replace(
                r,
                indhold=replace(i, virkningsdato=virkning.faktisk),
                haardeste_dato=idag + AFMELDING_HOEJST,
            )
        )
    return ud, bagefter, virkning
