"""The causes that end a course (38, 41-46) and the last day they give it (A1-A4).

Source: the guidance (VEJL §2(5), §9). The numbers are DFDG's; their texts are the guidance's, since DFDG's list is not
public.
"""

from __future__ import annotations

import calendar
from datetime import date

AARSAGER: dict[str, str] = {
    "38": "Fejloprettet",
    "41": "Forsøgsperiode afsluttet",
    "42": "Kommune ej i forsøg",
    "43": "Udmeldt af a-kasse i forsøg",
    "44": "Behov for tidlig indsats",
    "45": "Målgruppe for uddannelsespålæg",
    "46": "Optjent ny dagpengeret",
}


def maanedens_sidste(dag: date) -> date:
    """The last day of ``dag``'s month."""
    return dag.replace(day=calendar.monthrange(dag.year, dag.month)[1])


def slutdato(aarsagskode: str, registreringsdato: date, *, udmeldelsesdato: date | None = None) -> date:
    """The last day in the course by its cause: 41 the month of registration, 43 the month of leaving, else the day."""
    if aarsagskode == "41":
        return maanedens_sidste(registreringsdato)
    if aarsagskode == "43":
        if udmeldelsesdato is None:
            raise ValueError("43 needs the day of leaving")
        return maanedens_sidste(udmeldelsesdato)
    return registreringsdato
