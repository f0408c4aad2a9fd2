"""Who may speak of whom (J3, J5): an a-kasse of its own members, a jobcenter of citizens of its kommune.

Source: DFDG's authorisation by "egne borgere" (STAR's service pages). Judged at the event's ``time``.
"""

from __future__ import annotations

from datetime import date

from gateway.rules.model import Afgoerelse, Fejl, Haendelse, Status
from gateway.rules.regimer import kommune_ens
from gateway.rules.tilstand import Borger, Medlemskab


def bekraeftet_medlem_andetsteds(tilstand: Borger, akassekode: str, dag: date) -> Medlemskab | None:
    """Another a-kasse whose membership DFDG has confirmed and which the citizen has not left on ``dag``."""
    for m in tilstand.medlemskaber:
        if m.akassekode != akassekode and m.bekraeftet and (m.udmeldt is None or dag <= m.udmeldt):
            return m
    return None


def ikke_egen(tilstand: Borger, haendelse: Haendelse) -> Afgoerelse | None:
    """The refusal J3 of an event about somebody who is not the publisher's own; None when it may speak."""
    dag = haendelse.registreringsdato
    if haendelse.part.art == "akasse":
        if bekraeftet_medlem_andetsteds(tilstand, haendelse.part.kode, dag) is None:
            return None
        return _afvist(
            "j3_ikke_eget_medlem",
            "Borgeren er medlem af en anden a-kasse på hændelsens tidspunkt.",
            "Afvent den anden a-kasses udmeldelse, og send hændelsen igen med nyt id.",
        )
    kommune = tilstand.kommune(dag)
    if kommune is None or kommune_ens(kommune, haendelse.part.kode):
        return None
    return _afvist(
        "j3_ikke_egen_kommune",
        "Borgeren bor i en anden kommune på hændelsens tidspunkt.",
        "Kun bopælskommunens jobcenter udgiver hændelser om borgeren.",
    )


def _afvist(kode: str, tekst: str, loesning: str) -> Afgoerelse:
    return Afgoerelse(Status.AFVIST, tekst, regel="J3", fejl=Fejl(kode, tekst, "cpr", loesning))
