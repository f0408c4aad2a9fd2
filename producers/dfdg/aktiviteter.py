"""Activities that are duties (P1): SOAP ActivityService v1 CreateActivity with own id, DeleteActivity, GetActivity."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from contracts.dfdg.aktivitet import (
    CreateActivityRequest,
    DeleteActivityRequest,
    GetActivityRequest,
    LaestAktivitet,
    laes_aktiviteter,
)
from contracts.dfdg.grund import Element
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import OpretAktivitet, SletAktivitet
from producers.dfdg import faelles, soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

PERSON = "PersonCivilRegistrationIdentifier"


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretAktivitet | SletAktivitet) -> Anmodning:
    """The exact request. A create is class A (own id), a delete last writer wins (see ``soap.SIDSTE_VINDER``).

    Raises ``Regelfejl`` for a type whose id is not set, and for what DFDG would not take.
    """
    laes = byg(lambda: GetActivityRequest(cpr=cpr, aktivitet_id=i.aktivitet_id))
    noegle: dict[str, Any] = {
        "id": str(i.aktivitet_id),
        **soap.laesning(h.tid, laes),
    }
    if isinstance(i, SletAktivitet):
        slet = byg(lambda: DeleteActivityRequest(cpr=cpr, aktivitet_id=i.aktivitet_id))
        noegle |= {"slettet": True}
        return soap.anmodning(o, akassekode, h.tid, slet, soap.SIDSTE_VINDER, noegle, noegle["id"])
    timer, minutter = _timer_og_minutter(i.timer_pr_uge)
    type_ = faelles.kode(o, "aktivitetstype", i.aktivitetstype, i.startdato)
    kerne = {
        "ActivityIdentifier": i.aktivitet_id,
        "StartDate": i.startdato,
        "EndDate": i.slutdato,
        "HoursPerWeek": timer,
        "MinutesPerWeek": minutter,
        "ResponsibleAuthority": {
            "AuthorityStructure": {"AuthorityCode": akassekode, "AuthorityName": f"A-kasse {akassekode}"}
        },
        "ActivationTypeIdentifier": type_,
    }
    felter = {PERSON: cpr, "ActivityItem": {"ActivityCoreItem": kerne}}
    opret = byg(lambda: CreateActivityRequest.model_validate(felter))
    noegle |= {
        "start": i.startdato.isoformat(),
        "slut": i.slutdato.isoformat(),
        "minutter": 60 * timer + minutter,
        "type": str(opret.aktivitet.kerne.aktivitetstype),
    }
    return soap.anmodning(o, akassekode, h.tid, opret, Klasse.EGET_ID, noegle, noegle["id"])


def _timer_og_minutter(timer: Decimal) -> tuple[int, int]:
    """Hours in hundredths (7.40 = 7 h 24 min) as whole hours and minutes, to the nearest minute."""
    return divmod(int((timer * 60).to_integral_value(ROUND_HALF_UP)), 60)


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetActivity of the same activity."""
    return soap.laes_anmodning(o, a, GetActivityRequest.operation)


def sammenlign(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    """What the activity that stands at DFDG says of this request; for a delete, gone is done.

    Raises ``ValueError`` for an unreadable answer.
    """
    n = a.noegle
    egen = next((x for x in laes_aktiviteter(svar) if str(x.aktivitet_id) == n["id"]), None)
    if n.get("slettet"):
        return (Fund.LIG if egen is None else Fund.FRAVAERENDE), None
    if egen is None:
        return Fund.FRAVAERENDE, None
    forskelle = [navn for navn, vaerdi in _staar(egen).items() if n[navn] != vaerdi]
    return (Fund.ANDERLEDES, f"other content in {', '.join(forskelle)}") if forskelle else (Fund.LIG, None)


def _staar(x: LaestAktivitet) -> dict[str, Any]:
    return {
        "start": x.startdato.isoformat(),
        "slut": x.slutdato.isoformat() if x.slutdato else None,
        "minutter": x.minutter,
        "type": x.aktivitetstype,
    }
