"""The schemas say what they are modelled on, mark every element, and agree with the models mark by mark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree
from pydantic import BaseModel

from contracts.dfdg import afmelding, fravaer, fravaer_soap, hoveder, kvitteringer, samtale, skemaer
from contracts.dfdg.grund import Maerke, maerker

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
        ("InterviewService-1.xsd", "GetInterviewInfoRequestType", samtale.GetInterviewInfoRequest),
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
    ("navn", "model"),
    [
        ("CreateFravaerRequestDto", fravaer.Fravaersindhold),
        ("LaestFravaer", fravaer.LaestFravaer),
        ("Organisationshoved", hoveder.Organisationshoved),
        ("Brugerhoved", hoveder.Brugerhoved),
    ],
)
def test_json_schema_and_model_have_the_same_fields_with_the_same_marks(navn: str, model: type[BaseModel]) -> None:
    skema = json.loads(skemaer.JSON_SKEMA.read_text(encoding="utf-8"))
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
