"""Min Plan: SOAP PlanService v1 CreateDraftPlan, PublishPlan, GetPlan; and the job goals' approval and reading.

STAR's page of PlanService names CreateDraftPlan and a publishing, and ``PlanDescription`` 1-4050; it shows no row for
a-kasser, and no other field (M3). By the order on the common data basis, § 87(2), an a-kasse's draft holds the person,
the a-kasse's code, proposed job goals, and the proposed plan with its reasons. Everything that is not on the page is
the project's, and so is which service takes it: an installation names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from contracts.dfdg.grund import (
    EGEN,
    SET,
    UDLEDT,
    Cpr,
    Element,
    Fritekst,
    Kort,
    Myndighedskode,
    Soapanmodning,
    Soaptjeneste,
    Xmldel,
    ren_xml,
)
from contracts.dfdg.laesning import alle, kraev_svar, med_felt, navn, tekst

PLAN = Soaptjeneste("PlanService", 1)
JOBMAAL = Soaptjeneste("JobGoalService", 1)

Planbeskrivelse = Annotated[str, BeforeValidator(ren_xml), StringConstraints(min_length=1, max_length=4050)]


class JobGoals(Xmldel):
    """Job goals in words, one element each."""

    maal: Annotated[tuple[Fritekst, ...], Field(alias="JobGoal", min_length=1), EGEN]


class _Plan(Soapanmodning):
    """What a draft and a published plan have in common."""

    tjeneste: ClassVar[Soaptjeneste] = PLAN

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), UDLEDT]
    akassekode: Annotated[Myndighedskode, Field(alias="UnemploymentFundCode"), EGEN]
    plan_id: Annotated[Kort, Field(alias="PlanIdentifier"), EGEN]
    beskrivelse: Annotated[Planbeskrivelse, Field(alias="PlanDescription"), SET]
    jobmaal: Annotated[JobGoals | None, Field(alias="ProposedJobGoals"), EGEN] = None


class CreateDraftPlanRequest(_Plan):
    operation: ClassVar[str] = "CreateDraftPlan"


class PublishPlanRequest(_Plan):
    operation: ClassVar[str] = "PublishPlan"


class GetPlanRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = PLAN
    operation: ClassVar[str] = "GetPlan"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]
    plan_id: Annotated[Kort, Field(alias="PlanIdentifier"), EGEN]


class ApproveJobGoalsRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = JOBMAAL
    operation: ClassVar[str] = "ApproveJobGoals"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]
    plan_id: Annotated[Kort, Field(alias="PlanIdentifier"), EGEN]
    jobmaal: Annotated[JobGoals, Field(alias="JobGoals"), EGEN]


class GetJobGoalsRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = JOBMAAL
    operation: ClassVar[str] = "GetJobGoals"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]
    plan_id: Annotated[Kort, Field(alias="PlanIdentifier"), EGEN]


@dataclass(frozen=True, slots=True)
class LaestPlan:
    plan_id: str
    status: Literal["draft", "published"]
    beskrivelse: str


def laes_planer(svar: Element) -> list[LaestPlan]:
    """The plans in ``GetPlanResponse``. Raises ``ValueError`` for anything else."""
    kraev_svar(svar, "GetPlan")
    return [_plan(e) for e in med_felt(svar, "PlanIdentifier")]


def _plan(e: Element) -> LaestPlan:
    status = (tekst(e, "Status") or "").lower()
    if status not in ("draft", "published"):
        raise ValueError("a plan that is neither draft nor published")
    return LaestPlan(
        tekst(e, "PlanIdentifier") or "",
        "draft" if status == "draft" else "published",
        tekst(e, "PlanDescription") or "",
    )


def laes_jobmaal(svar: Element) -> list[str]:
    """The approved job goals in ``GetJobGoalsResponse``. Raises ``ValueError`` for anything else."""
    kraev_svar(svar, "GetJobGoals")
    lister = alle(svar, "JobGoals")
    if not lister and len(svar):
        raise ValueError("GetJobGoalsResponse has no list of job goals")
    return [" ".join("".join(m.itertext()).split()) for liste in lister for m in liste if navn(m) == "JobGoal"]
