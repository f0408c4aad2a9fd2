"""Passing on between a-kasse and jobcenter: to whom an event goes, and when it may (J3, J5).

Source: DFDG's authorisation by "egne borgere" (STAR's service pages); the guidance to the trial order (VEJL §2(2), §8). What
only passes between the two needs no DFDG: it leaves while DFDG is away, past what the citizen waits for.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from gateway.rules.model import Afgoerelse, Besked, Haendelse, Naar, Part, Regime, Status
from gateway.rules.regel import Regel
from gateway.rules.tilstand import Borger, Forloeb


def ikke_akassens(tilstand: Borger, akassekode: str, dag: date, regime: Regime | None = None) -> Afgoerelse | None:
    """J5: why nothing of the citizen is told to the a-kasse on ``dag``; None when DFDG has confirmed its member."""
    medlem = tilstand.medlem(akassekode, dag)
    if medlem is None:
        tekst = "Borgeren har forladt a-kassen; hændelsen gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J5", regime=regime, fri=True)
    if not medlem.bekraeftet:
        tekst = "Borgeren er endnu ikke bekræftet hos a-kassen; hændelsen gives ikke videre."
        return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel="J5", regime=regime, afvent_bekraeftelse=True)
    return None


def ikke_i_forloeb(regel: str) -> Afgoerelse:
    """A jobcenter's event about somebody who is in no a-kasse's course: it is the jobcenter's own matter."""
    tekst = "Borgeren er ikke i et forløb hos en a-kasse; hændelsen gives ikke videre."
    return Afgoerelse(Status.UDEN_VIRKNING, tekst, regel=regel, fri=True)


def til_akassen(
    haendelse: Haendelse,
    type_: str,
    akassekode: str,
    *,
    regel: str,
    regime: Regime | None,
    tekst: str,
    brud: bool | None = None,
    **mere: Any,
) -> Afgoerelse:
    """The event as a message to the a-kasse, with the kommune it came from; ``brud`` None: nothing to judge.

    ``mere``: what else the decision holds (``aendringer``, ``flag``, ``pligter``).
    """
    data = indhold(haendelse) | {"kommunekode": haendelse.part.kode}
    if brud is not None:
        data["regelbrud"] = brud
    if brud:
        data["regelbrudRegel"] = regel
        tekst = f"{tekst} som et brud på reglerne"
    return Afgoerelse(
        Status.VIDERESENDT,
        f"{tekst}.",
        regel=regel,
        regime=regime,
        beskeder=(Besked(type_, Part("akasse", akassekode), data, naar=Naar.MODTAGET),),
        fri=True,
        **mere,
    )


def til_jobcentret(tilstand: Borger, haendelse: Haendelse, type_: str, f: Forloeb) -> Besked:
    """The event as a message to the jobcenter that has the citizen: of residence, after a handover the one it went to."""
    dag = haendelse.registreringsdato
    ude = f.slutdato is not None and dag > f.slutdato and f.overdraget_til is not None
    kommune = (f.overdraget_til if ude else tilstand.kommune(dag)) or f.kommunekode
    return Besked(type_, Part("jobcenter", kommune), indhold(haendelse), naar=Naar.MODTAGET)


def indhold(haendelse: Haendelse) -> dict[str, Any]:
    """The event's data as JSON, without the CPR number, which the outbox adds."""
    data: dict[str, Any] = haendelse.data.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"cpr"})
    return data


REGLER = (
    Regel(
        "J5",
        "Intet til en a-kasse før DFDG har bekræftet medlemmet",
        "En anden parts oplysninger går kun til en a-kasse, når DFDG har bekræftet, at borgeren er dens "
        "medlem. Imens venter hændelsen (afventer), så længe et krav er under behandling; har borgeren "
        "forladt a-kassen, har den ingen virkning. Jobcentret får besked om et forløb, når DFDG har "
        "kvitteret.",
        kilde="DFDG's adgang til egne borgere",
        kode=("ikke_akassens", "til_akassen", "gateway.rules.dfdg_medlemskab:afgoer_medlemskab"),
    ),
)
