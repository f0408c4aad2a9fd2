"""The project's own schemas of DFDG's messages (``contracts/xsd``), and checking a rendered message against them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

from contracts.dfdg import afmelding, aktivitet, cv, fravaer_soap, hoveder, kodeliste, plan, samtale
from contracts.dfdg.grund import Element

MAPPE = Path(__file__).parents[1] / "xsd"
JSON_SKEMA = MAPPE / "Fravaer.schema.json"
JSON_SKEMA_INDKALDELSE = MAPPE / "Indkaldelse.schema.json"

#: Which file describes which namespace.
FILER = {
    hoveder.NS_ORGANISATION: "ActiveOrganisationHeader.xsd",
    hoveder.NS_METADATA: "RequestUserMetadataHeader.xsd",
    hoveder.NS_BRUGER: "RequestUserStructure.xsd",
    hoveder.NS_BRUGERTYPE: "RequestUserTypeIdentifierCodeList.xsd",
    hoveder.NS_BRUGERORGANISATION: "RequestOrganisationStructure.xsd",
    hoveder.NS_KODELISTE: "CodeListBase.xsd",
    samtale.OPRET.navnerum: "PersonRegistrationService-9.xsd",
    samtale.LAES.navnerum: "InterviewService-1.xsd",
    afmelding.TJENESTE.navnerum: "UnemploymentEnrollmentService-8.xsd",
    fravaer_soap.TJENESTE.navnerum: "AbsenceRegistrationService-7.xsd",
    cv.SAET.navnerum: "CVWorkFlowService-1.xsd",
    cv.LAES.navnerum: "CVService-6.xsd",
    plan.PLAN.navnerum: "PlanService-1.xsd",
    plan.JOBMAAL.navnerum: "JobGoalService-1.xsd",
    aktivitet.TJENESTE.navnerum: "ActivityService-1.xsd",
    kodeliste.TJENESTE.navnerum: "CodeListService-5.xsd",
}

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)


class Skemabrud(ValueError):
    """A message of the gateway's own breaks its schema. The text names places and rules, never values."""


@cache
def skema(navnerum: str, forbillede: str | None = None) -> etree.XMLSchema:
    """The schema of a namespace; ``forbillede``: the one whose schema it has, where the service is named by the
    installation. Raises ``KeyError`` for one that has none."""
    fil = MAPPE / FILER[forbillede or navnerum]
    if forbillede is None or forbillede == navnerum:
        return etree.XMLSchema(etree.parse(str(fil)))
    raa = fil.read_bytes().replace(f'"{forbillede}"'.encode(), f'"{navnerum}"'.encode())
    return etree.XMLSchema(etree.fromstring(raa, base_url=str(fil)))


def kontroller(element: Element, forbillede: str | None = None) -> None:
    """Checks a header or a body. ``forbillede``: see ``skema``. Raises ``Skemabrud``."""
    navn = etree.QName(element)
    if forbillede is None and navn.namespace not in FILER:
        raise Skemabrud(f"{navn.localname}: no schema for its namespace")
    s = skema(navn.namespace, forbillede)
    if not s.validate(element):
        raise Skemabrud("; ".join(f"{navn.localname} {f.path}: {f.type_name}" for f in s.error_log))  # type: ignore[attr-defined]


def kontroller_kuvert(krop: bytes, forbillede: str | None = None) -> None:
    """Checks every header and the body of an envelope, of either SOAP version. ``forbillede``: see ``skema``, for the
    body. Raises ``Skemabrud``."""
    rod = etree.fromstring(krop, _PARSER)
    dele = [del_ for forael in rod for del_ in forael]
    if len(dele) != 3:
        raise Skemabrud("an envelope has two headers and one body")
    for del_ in dele[:2]:
        kontroller(del_)
    kontroller(dele[2], forbillede)
