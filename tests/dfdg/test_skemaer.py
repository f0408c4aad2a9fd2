"""The schemas say what they are modelled on, mark every element, and agree with the models mark by mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree
from pydantic import BaseModel

from contracts.codes import navne
from contracts.dfdg import (
    afmelding,
    aktivitet,
    cv,
    fravaer,
    fravaer_soap,
    hoveder,
    indkaldelse,
    kodeliste,
    kvitteringer,
    plan,
    samtale,
    skemaer,
)
from contracts.dfdg.grund import Maerke, Soaptjeneste, maerker

XS = "{http://www.w3.org/2001/XMLSchema}"
ERKLAERING = "Modelled on STAR's public service pages; not STAR's own schema"
FILER = sorted(skemaer.MAPPE.glob("*.xsd"))


def _maerke(element: Any) -> str | None:
    note = element.find(f"{XS}annotation/{XS}appinfo[@source='maerke']")
    return None if note is None else note.text


def _type(fil: str, navn: str) -> dict[str, str]:
    """Element → mark of a complex type, in order; references without their prefix."""
    rod = etree.parse(str(skemaer.MAPPE / fil)).getroot()
    type_ = next(t for t in rod.iter(f"{XS}complexType") if t.get("name") == navn)
    return {(e.get("name") or str(e.get("ref")).partition(":")[2]): str(_maerke(e)) for e in type_.iter(f"{XS}element")}


def _model(model: type[BaseModel]) -> dict[str, str]:
    return {navn: m.value for navn, m in maerker(model).items()}


@pytest.mark.parametrize("fil", FILER, ids=lambda f: f.name)
def test_a_schema_says_what_it_is_modelled_on_and_marks_every_element(fil: Path) -> None:
    rod: Any = etree.parse(str(fil)).getroot()
    hoved = " ".join("".join(rod.find(f"{XS}annotation").itertext()).split())
    assert ERKLAERING in hoved
    umaerkede = [e.get("name") or e.get("ref") for e in rod.iter(f"{XS}element") if _maerke(e) not in list(Maerke)]
    assert umaerkede == []


def test_the_service_of_code_lists_has_an_operation_for_every_list_that_is_read() -> None:
    rod = etree.parse(str(skemaer.MAPPE / "CodeListService-5.xsd")).getroot()
    toppe = {e.get("name") for e in rod.findall(f"{XS}element")}
    operationer = {kodeliste.operation(n) for n in kodeliste.lister()}
    assert toppe == {f"{op}{led}" for op in operationer for led in ("Request", "Response")}
    assert set(kodeliste.lister().values()) <= set(navne())


def test_a_service_that_the_installation_names_has_the_schema_it_is_modelled_on() -> None:
    andet = Soaptjeneste("AkassePlanService", 3)
    besked = plan.CreateDraftPlanRequest(cpr="0101629996", akassekode="01", plan_id="p", beskrivelse="b")
    skemaer.kontroller(besked.som_xml(andet), plan.PLAN.navnerum)
    brudt = besked.som_xml(andet)
    brudt.remove(brudt[-1])
    with pytest.raises(skemaer.Skemabrud):
        skemaer.kontroller(brudt, plan.PLAN.navnerum)
    with pytest.raises(skemaer.Skemabrud):
        skemaer.kontroller(besked.som_xml(andet))


def test_every_schema_file_is_in_use() -> None:
    assert {f.name for f in FILER} == {*skemaer.FILER.values(), "faelles.xsd"}
    for ns in skemaer.FILER:
        skemaer.skema(ns)


@pytest.mark.parametrize(
    ("fil", "type_", "model"),
    [
        ("PersonRegistrationService-9.xsd", "CreatePersonInterviewRequestType", samtale.CreatePersonInterviewRequest),
        ("PersonRegistrationService-9.xsd", "PersonInterviewType", samtale.PersonInterview),
        ("PersonRegistrationService-9.xsd", "ResponsibleAuthorityType", samtale.ResponsibleAuthority),
        ("PersonRegistrationService-9.xsd", "AuthorityStructureType", samtale.AuthorityStructure),
        ("PersonRegistrationService-9.xsd", "CaseWorkerType", samtale.CaseWorker),
        ("PersonRegistrationService-9.xsd", "InterviewParticipantType", samtale.InterviewParticipant),
        (
            "PersonRegistrationService-9.xsd",
            "AddInterviewParticipantRequestType",
            samtale.AddInterviewParticipantRequest,
        ),
        ("InterviewService-1.xsd", "GetInterviewInfoRequestType", samtale.GetInterviewInfoRequest),
        ("InterviewService-1.xsd", "InterviewParticipantType", samtale.InterviewParticipant),
        ("CVWorkFlowService-1.xsd", "UpdateCVStatusRequestType", cv.UpdateCVStatusRequest),
        ("CVService-6.xsd", "GetCVRequestType", cv.GetCVRequest),
        ("PlanService-1.xsd", "CreateDraftPlanRequestType", plan.CreateDraftPlanRequest),
        ("PlanService-1.xsd", "PublishPlanRequestType", plan.PublishPlanRequest),
        ("PlanService-1.xsd", "JobGoalsType", plan.JobGoals),
        ("PlanService-1.xsd", "GetPlanRequestType", plan.GetPlanRequest),
        ("JobGoalService-1.xsd", "ApproveJobGoalsRequestType", plan.ApproveJobGoalsRequest),
        ("JobGoalService-1.xsd", "JobGoalsType", plan.JobGoals),
        ("JobGoalService-1.xsd", "GetJobGoalsRequestType", plan.GetJobGoalsRequest),
        ("ActivityService-1.xsd", "CreateActivityRequestType", aktivitet.CreateActivityRequest),
        ("ActivityService-1.xsd", "ActivityItemType", aktivitet.ActivityItem),
        ("ActivityService-1.xsd", "ActivityCoreItemType", aktivitet.ActivityCoreItem),
        ("ActivityService-1.xsd", "ActivityAuthorityType", aktivitet.ActivityAuthority),
        ("ActivityService-1.xsd", "AuthorityStructureType", samtale.AuthorityStructure),
        ("ActivityService-1.xsd", "DeleteActivityRequestType", aktivitet.DeleteActivityRequest),
        ("ActivityService-1.xsd", "GetActivityRequestType", aktivitet.GetActivityRequest),
        (
            "UnemploymentEnrollmentService-8.xsd",
            "CancelUnemploymentEnrollmentRequestType",
            afmelding.CancelUnemploymentEnrollmentRequest,
        ),
        ("AbsenceRegistrationService-7.xsd", "CreateAbsenceRequestType", fravaer_soap.CreateAbsenceRequest),
        ("AbsenceRegistrationService-7.xsd", "AbsenceType", fravaer_soap.Absence),
        ("ActiveOrganisationHeader.xsd", "ActiveOrganisationHeaderType", hoveder.Organisation),
        ("RequestOrganisationStructure.xsd", "RequestOrganisationStructureType", hoveder.Organisation),
        ("faelles.xsd", "ServiceReceiptType", kvitteringer.ServiceReceipt),
    ],
)
def test_schema_and_model_have_the_same_elements_in_the_same_order_with_the_same_marks(
    fil: str, type_: str, model: type[BaseModel]
) -> None:
    assert list(_type(fil, type_).items()) == list(_model(model).items())


@pytest.mark.parametrize(
    ("fil", "navn", "model"),
    [
        (skemaer.JSON_SKEMA, "CreateFravaerRequestDto", fravaer.Fravaersindhold),
        (skemaer.JSON_SKEMA, "LaestFravaer", fravaer.LaestFravaer),
        (skemaer.JSON_SKEMA, "Organisationshoved", hoveder.Organisationshoved),
        (skemaer.JSON_SKEMA, "Brugerhoved", hoveder.Brugerhoved),
        (skemaer.JSON_SKEMA_INDKALDELSE, "Indkaldelse", indkaldelse.Indkaldelsesindhold),
        (skemaer.JSON_SKEMA_INDKALDELSE, "AnsvarligMyndighed", indkaldelse.AnsvarligMyndighed),
        (skemaer.JSON_SKEMA_INDKALDELSE, "Myndighed", indkaldelse.Myndighed),
        (skemaer.JSON_SKEMA_INDKALDELSE, "Deltagelsesvalg", indkaldelse.Deltagelsesvalg),
        (skemaer.JSON_SKEMA_INDKALDELSE, "LaestIndkaldelse", indkaldelse.LaestIndkaldelse),
    ],
)
def test_json_schema_and_model_have_the_same_fields_with_the_same_marks(
    fil: Path, navn: str, model: type[BaseModel]
) -> None:
    skema = json.loads(fil.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(skema)
    assert ERKLAERING in skema["$comment"]
    felter = skema["$defs"][navn]["properties"]
    assert {k: v["x-maerke"] for k, v in felter.items()} == _model(model)
    kraevede = {f.alias for f in model.model_fields.values() if f.is_required()}
    # A default of the code's own (who acts is a system) is still sent: what is sent is required.
    assert kraevede <= set(skema["$defs"][navn]["required"])


def test_a_model_whose_field_has_no_mark_is_found() -> None:
    class Umaerket(BaseModel):
        felt: str

    with pytest.raises(ValueError, match=r"Umaerket\.felt"):
        maerker(Umaerket)
