"""The causes that end a course (38, 41-46) and the last day they give it (A1-A4).

Source: the guidance (VEJL §2(5), §9). The numbers are DFDG's; their texts are the guidance's, since DFDG's list is not
public.
"""

from __future__ import annotations

import calendar
from datetime import date

from gateway.rules.regel import Regel

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


REGLER = (
    Regel(
        "38",
        "Fejloprettet",
        "Markeringen var en fejl. Slutdatoen er registreringsdatoen.",
        kilde="VEJL §2(5)",
        kode=("AARSAGER", "slutdato", "gateway.rules.ophoer:afgoer_fejloprettet"),
    ),
    Regel(
        "41",
        "Forsøgsperiode afsluttet",
        "Timerne er nået (A1), eller ordningen er lukket (R7). Ved timerne er slutdatoen den sidste dag i "
        "den måned, hvor det registreres.",
        kilde="VEJL §9",
        kode=("AARSAGER", "slutdato", "gateway.rules.ophoer:afgoer_udbetalt"),
    ),
    Regel(
        "42",
        "Kommune ej i forsøg",
        "Medlemmet er flyttet til en kommune uden for forsøget (V8). Slutdatoen er registreringsdatoen. Fra "
        "2024 findes årsagen ikke (R8).",
        kilde="VEJL §1(2), §14(3)",
        kode=("AARSAGER", "slutdato", "gateway.rules.ophoer:afgoer_flyttet"),
    ),
    Regel(
        "43",
        "Udmeldt af a-kasse i forsøg",
        "Medlemmet har forladt a-kassen (V9). Slutdatoen er den sidste dag i udmeldelsens måned.",
        kilde="VEJL §1(2)",
        kode=("AARSAGER", "slutdato", "gateway.rules.ophoer:afgoer_udmeldt"),
    ),
    Regel(
        "44",
        "Behov for tidlig indsats",
        "Medlemmet har brug for en tidlig indsats (V6), eller rådigheden er i tvivl (V7). Slutdatoen er "
        "registreringsdatoen.",
        kilde="VEJL §2(3)-(4)",
        kode=("AARSAGER", "slutdato", "gateway.rules.til_jobcentret:afgoer_behov_for_tidlig_indsats"),
    ),
    Regel(
        "45",
        "Målgruppe for uddannelsespålæg",
        "Medlemmet er ung uden uddannelse og uden børn (V5). Slutdatoen er registreringsdatoen.",
        kilde="VEJL §2(3); LAB24 §42(3)",
        kode=("AARSAGER", "slutdato", "gateway.rules.til_jobcentret:afgoer_uddannelsespaalaeg"),
    ),
    Regel(
        "46",
        "Optjent ny dagpengeret",
        "Medlemmet har optjent en ny dagpengeret (V11). Slutdatoen er registreringsdatoen.",
        kilde="VEJL §2(5)",
        kode=("AARSAGER", "slutdato", "gateway.rules.ophoer:afgoer_dagpengeret_optjent"),
    ),
)
