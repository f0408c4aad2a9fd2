"""Min Plan and its job goals (P1, O6): draft, publication, approval, each read back.

How an a-kasse reports them is not public (M3): DFDG's page of PlanService shows no row for a-kasser. The installation
names the services (``minplan.tjeneste``, ``jobmaal.tjeneste``); until then nothing is sent and the refusal says so.
"""

from __future__ import annotations

from typing import Any

from contracts.dfdg.grund import Element, samme_tekst
from contracts.dfdg.plan import (
    ApproveJobGoalsRequest,
    CreateDraftPlanRequest,
    GetJobGoalsRequest,
    GetPlanRequest,
    PublishPlanRequest,
    laes_jobmaal,
    laes_planer,
)
from gateway.lanes.forsoeg import Anmodning, Fund
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import GemPlan, GodkendJobmaal
from producers.dfdg import faelles, soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

PERSON = "PersonCivilRegistrationIdentifier"


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: GemPlan) -> Anmodning:
    """The exact request, last writer wins (see ``soap.SIDSTE_VINDER``).

    Raises ``Regelfejl`` while the service is not named, and for what DFDG would not take.
    """
    tjeneste = faelles.tjeneste(o, "minplan", h.registreringsdato)
    model = CreateDraftPlanRequest if i.kladde else PublishPlanRequest
    felter = {
        PERSON: cpr,
        "UnemploymentFundCode": akassekode,
        "PlanIdentifier": i.plan_id,
        "PlanDescription": i.beskrivelse,
        "ProposedJobGoals": {"JobGoal": i.jobmaal} if i.jobmaal else None,
    }
    besked = byg(lambda: model.model_validate(felter))
    laes = byg(lambda: GetPlanRequest(cpr=cpr, plan_id=i.plan_id))
    noegle: dict[str, Any] = {
        "plan": samme_tekst(i.plan_id),
        "status": "draft" if i.kladde else "published",
        "beskrivelse": soap.fingeraftryk(samme_tekst(i.beskrivelse)),
        **soap.laesning(h.tid, laes, tjeneste),
    }
    return soap.anmodning(o, akassekode, h.tid, besked, soap.SIDSTE_VINDER, noegle, tjeneste=tjeneste)


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetPlan of the service that the plan was written to."""
    return soap.laes_anmodning(o, a, GetPlanRequest.operation)


def sammenlign(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    """Another status or text than ours: our write is not there (yet). Raises ``ValueError`` for an unreadable answer."""
    n = a.noegle
    for plan in laes_planer(svar):
        samme = samme_tekst(plan.plan_id) == n["plan"] and plan.status == n["status"]
        if samme and soap.fingeraftryk(samme_tekst(plan.beskrivelse)) == n["beskrivelse"]:
            return Fund.LIG, None
    return Fund.FRAVAERENDE, None


def render_jobmaal(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: GodkendJobmaal) -> Anmodning:
    """The exact request, last writer wins (see ``soap.SIDSTE_VINDER``).

    Raises ``Regelfejl`` while the service is not named, and for what DFDG would not take.
    """
    tjeneste = faelles.tjeneste(o, "jobmaal", h.registreringsdato)
    felter = {PERSON: cpr, "PlanIdentifier": i.plan_id, "JobGoals": {"JobGoal": i.jobmaal}}
    besked = byg(lambda: ApproveJobGoalsRequest.model_validate(felter))
    laes = byg(lambda: GetJobGoalsRequest(cpr=cpr, plan_id=i.plan_id))
    noegle: dict[str, Any] = {
        "maal": _maal(i.jobmaal),
        **soap.laesning(h.tid, laes, tjeneste),
    }
    return soap.anmodning(o, akassekode, h.tid, besked, soap.SIDSTE_VINDER, noegle, tjeneste=tjeneste)


def laes_anmodning_jobmaal(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetJobGoals of the service that approved them."""
    return soap.laes_anmodning(o, a, GetJobGoalsRequest.operation)


def sammenlign_jobmaal(a: Anmodning, svar: Element) -> tuple[Fund, str | None]:
    """Ours are approved when the plan's approved goals are these and no others. Raises ``ValueError``."""
    return (Fund.LIG if _maal(laes_jobmaal(svar)) == a.noegle["maal"] else Fund.FRAVAERENDE), None


def _maal(jobmaal: list[str] | tuple[str, ...]) -> list[str]:
    """The goals as a set of fingerprints: in no order, without their words."""
    return sorted({soap.fingeraftryk(samme_tekst(m)) for m in jobmaal})
