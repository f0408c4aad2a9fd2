"""SOAP 1.1 to DFDG: the envelope with its two context headers, and reading answers.

Header elements and namespaces are those of STAR's page 905.3; the body namespace is the project's (not public).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from gateway.lanes.forsoeg import Svarfejl
from producers.dfdg.errors import ren_tekst
from producers.dfdg.opsaetning import DfdgOpsaetning

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
METADATA = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
BRUGER = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"
BRUGERTYPE = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/"
BRUGERORGANISATION = "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"
KODELISTE = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"
#: RequestUserTypeIdentifier 3 = System.
_SYSTEM = "3"

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)


@dataclass(frozen=True, slots=True)
class Tjeneste:
    """A SOAP service: its name and version make address and body namespace."""

    navn: str
    version: int

    @property
    def sti(self) -> str:
        return f"/{self.navn}/{self.version}/{self.navn}.svc"

    @property
    def navnerum(self) -> str:
        return f"http://service.bm.dk/pjaktass/{self.navn}/{self.version}/"


def rodelement(navnerum: str, navn: str, **flere: str) -> Any:
    """A root element whose namespace is the default one; ``flere`` are further prefixes."""
    nsmap: dict[Any, str] = {None: navnerum, **flere}
    return etree.Element(f"{{{navnerum}}}{navn}", nsmap=nsmap)


def felt(forael: Any, navnerum: str, navn: str, tekst: str | None = None) -> Any:
    """A child element, with text where given."""
    barn = etree.SubElement(forael, f"{{{navnerum}}}{navn}")
    if tekst is not None:
        barn.text = tekst
    return barn


def kuvert(o: DfdgOpsaetning, akassekode: str, tid: datetime, indhold: Any) -> bytes:
    """The request: both headers, and ``indhold`` as the body's one child. ``tid``: when it was registered."""
    rod = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    hoved = felt(rod, SOAP, "Header")
    organisation = rodelement(ORGANISATION, "ActiveOrganisationHeader")
    hoved.append(organisation)
    felt(organisation, ORGANISATION, "OrganisationTypeIdentifier", str(o.organisationstype))
    felt(organisation, ORGANISATION, "OrganisationCode", akassekode)
    metadata = rodelement(METADATA, "RequestUserMetadataHeader", u=BRUGER, t=BRUGERTYPE, c=KODELISTE, o=BRUGERORGANISATION)
    hoved.append(metadata)
    bruger = felt(metadata, BRUGER, "RequestUserStructure")
    felt(bruger, BRUGER, "UserFullName", o.brugernavn)
    felt(bruger, BRUGER, "UserIdentifier", o.brugerid)
    felt(felt(bruger, BRUGERTYPE, "RequestUserTypeIdentifier"), KODELISTE, "CodeListItemIdentifier", _SYSTEM)
    egen = felt(metadata, BRUGERORGANISATION, "RequestOrganisationStructure")
    felt(egen, BRUGERORGANISATION, "OrganisationTypeIdentifier", str(o.organisationstype))
    felt(egen, BRUGERORGANISATION, "OrganisationCode", akassekode)
    felt(metadata, METADATA, "RegistrationDateTime", tid.isoformat())
    felt(rod, SOAP, "Body").append(indhold)
    return etree.tostring(rod, xml_declaration=True, encoding="utf-8")


def hoveder(operation: str) -> dict[str, str]:
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation}"'}


@dataclass(frozen=True, slots=True)
class Soapsvar:
    """The body's one child, or the faults."""

    indhold: Any | None
    fejl: tuple[Svarfejl, ...]


def laes(krop: bytes) -> Soapsvar | None:
    """An answer; None when it is no SOAP envelope. Entities and outside references are never followed."""
    try:
        rod = etree.fromstring(krop, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    kroppen = rod.find(f"{{{SOAP}}}Body")
    if rod.tag != f"{{{SOAP}}}Envelope" or kroppen is None or len(kroppen) != 1:
        return None
    indhold = kroppen[0]
    if indhold.tag != f"{{{SOAP}}}Fault":
        return Soapsvar(indhold, ())
    kode = (indhold.findtext("faultcode") or "").strip().rpartition(":")[2]
    return Soapsvar(None, (Svarfejl(kode or "ukendt", ren_tekst(indhold.findtext("faultstring") or "")),))


def kvittering(indhold: Any) -> tuple[str | None, datetime | None]:
    """``ServiceReceipt``: the transaction's id and time."""
    id_ = tid = None
    for e in indhold.iter():
        navn = etree.QName(e).localname
        if navn == "MessageIdentifier":
            id_ = (e.text or "").strip() or None
        elif navn == "EventDate" and e.text:
            try:
                tid = datetime.fromisoformat(e.text.strip())
            except ValueError:
                tid = None
    return id_, tid if tid is not None and tid.tzinfo is not None else None
