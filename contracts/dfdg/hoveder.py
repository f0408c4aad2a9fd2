"""Who calls: the two context structures of every call, as SOAP headers and as REST headers.

Elements, namespaces and limits of the SOAP form: STAR's page "905.3 Request metadata eksempel" and service pages with
header limits. Over REST the same data go in HTTP headers whose names and encoding are not public: JSON is the
project's.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from lxml import etree
from pydantic import BeforeValidator, Field, StringConstraints

from contracts.dfdg.grund import EGEN, SET, UDLEDT, Dfdgbesked, Element, Tidspunkt, ren_xml

NS_ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
NS_METADATA = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
NS_BRUGER = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"
#: The page does not spell out the beginning of this one: by analogy with its neighbours.
NS_BRUGERTYPE = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/"
NS_BRUGERORGANISATION = "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"
NS_KODELISTE = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"

#: RequestUserTypeIdentifier: 1 Citizen, 2 Sagsbehandler, 3 System, 4 Medarbejder.
SYSTEM: Literal[3] = 3


class Organisation(Dfdgbesked):
    """ActiveOrganisation, and the user's own organisation: the authority that the caller acts for."""

    type_: Annotated[int, Field(alias="OrganisationTypeIdentifier", ge=1, le=100), SET]
    kode: Annotated[
        str,
        StringConstraints(min_length=1, max_length=20),
        Field(alias="OrganisationCode"),
        BeforeValidator(ren_xml),
        SET,
    ]


class Brugermetadata(Dfdgbesked):
    """RequestUserMetadata: who really acts, and when it was registered. For a batch ``navn`` is system and job."""

    navn: Annotated[
        str, StringConstraints(min_length=1, max_length=140), Field(alias="UserFullName"), BeforeValidator(ren_xml), SET
    ]
    ident: Annotated[
        str,
        StringConstraints(min_length=1, max_length=255),
        Field(alias="UserIdentifier"),
        BeforeValidator(ren_xml),
        SET,
    ]
    brugertype: Annotated[Literal[1, 2, 3, 4], Field(alias="RequestUserTypeIdentifier"), UDLEDT] = SYSTEM
    organisation: Annotated[Organisation, Field(alias="RequestOrganisationStructure"), SET]
    registreret: Annotated[Tidspunkt, Field(alias="RegistrationDateTime"), SET]


class Organisationshoved(Dfdgbesked):
    """The organisation as a REST header's JSON. The data are STAR's, name and form of the header the project's."""

    type_: Annotated[int, Field(alias="organisationTypeIdentifier", ge=1, le=100), EGEN]
    kode: Annotated[str, StringConstraints(min_length=1, max_length=20), Field(alias="organisationCode"), EGEN]


class Brugerhoved(Dfdgbesked):
    """The user metadata as a REST header's JSON; see ``Organisationshoved``."""

    navn: Annotated[str, StringConstraints(min_length=1, max_length=140), Field(alias="userFullName"), EGEN]
    ident: Annotated[str, StringConstraints(min_length=1, max_length=255), Field(alias="userIdentifier"), EGEN]
    brugertype: Annotated[Literal[1, 2, 3, 4], Field(alias="requestUserTypeIdentifier"), EGEN]
    organisation: Annotated[Organisationshoved, Field(alias="requestOrganisationStructure"), EGEN]
    registreret: Annotated[Tidspunkt, Field(alias="registrationDateTime"), EGEN]


def json_organisation(o: Organisation) -> str:
    """The REST header's value: JSON in ASCII, as a header must be."""
    return _json(Organisationshoved(type_=o.type_, kode=o.kode))


def json_bruger(b: Brugermetadata) -> str:
    """The REST header's value: JSON in ASCII."""
    organisation = Organisationshoved(type_=b.organisation.type_, kode=b.organisation.kode)
    return _json(
        Brugerhoved(
            navn=b.navn, ident=b.ident, brugertype=b.brugertype, organisation=organisation, registreret=b.registreret
        )
    )


def _json(m: Dfdgbesked) -> str:
    return json.dumps(m.model_dump(mode="json", by_alias=True), separators=(",", ":"))


def xml_organisation(o: Organisation) -> Element:
    """``ActiveOrganisationHeader``."""
    rod = _rod(NS_ORGANISATION, "ActiveOrganisationHeader")
    _organisation(rod, NS_ORGANISATION, o)
    return rod


def xml_bruger(b: Brugermetadata) -> Element:
    """``RequestUserMetadataHeader``; each structure in it has a namespace of its own."""
    rod = _rod(
        NS_METADATA, "RequestUserMetadataHeader", u=NS_BRUGER, t=NS_BRUGERTYPE, c=NS_KODELISTE, o=NS_BRUGERORGANISATION
    )
    bruger = _felt(rod, NS_BRUGER, "RequestUserStructure")
    _felt(bruger, NS_BRUGER, "UserFullName", b.navn)
    _felt(bruger, NS_BRUGER, "UserIdentifier", b.ident)
    brugertype = _felt(bruger, NS_BRUGERTYPE, "RequestUserTypeIdentifier")
    _felt(brugertype, NS_KODELISTE, "CodeListItemIdentifier", str(b.brugertype))
    _organisation(
        _felt(rod, NS_BRUGERORGANISATION, "RequestOrganisationStructure"), NS_BRUGERORGANISATION, b.organisation
    )
    _felt(rod, NS_METADATA, "RegistrationDateTime", b.registreret.isoformat())
    return rod


def _organisation(element: Element, ns: str, o: Organisation) -> None:
    _felt(element, ns, "OrganisationTypeIdentifier", str(o.type_))
    _felt(element, ns, "OrganisationCode", o.kode)


def _rod(ns: str, navn: str, **flere: str) -> Element:
    nsmap: dict[Any, str] = {None: ns, **flere}
    return etree.Element(f"{{{ns}}}{navn}", nsmap=nsmap)


def _felt(forael: Element, ns: str, navn: str, tekst: str | None = None) -> Element:
    barn = etree.SubElement(forael, f"{{{ns}}}{navn}")
    barn.text = tekst
    return barn
