"""The SOAP side: held talks, cancellation of enrolment, absence the old way.

Services, versions, header namespaces and element names are those of STAR's public pages (PersonRegistrationService v9,
InterviewService, UnemploymentEnrollmentService v8, AbsenceRegistrationService v7). SOAP 1.1, the body namespace, the
element of a talk's time, the reading of talks and the cancellation's elements are not public and made by this project.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.handlinger import KOEBENHAVN, Kald, laes_tidspunkt
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.organisation import organisationsfejl
from sandbox.dfdg.rest import IngenOperation, cprfejl
from sandbox.dfdg.soap_indhold import CPR, OPERATIONER, ROD, Element, Felter, Operation, Skemafejl
from sandbox.dfdg.tilstand import Samtale

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
METADATA = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
BRUGER = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"
BRUGERORGANISATION = "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"
KODELISTE = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"

_BRUGERTYPER = frozenset((1, 2, 3, 4))
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)

_VED_STI = {operation.sti: operation for operation in OPERATIONER}


# --- a request ------------------------------------------------------------------------------------------


def er_soap(sti: str) -> bool:
    return sti.partition("?")[0] in _VED_STI


def laes(
    metode: str,
    sti: str,
    indholdstype: str,
    soapaction: str,
    krop: bytes,
    certifikat: str | None,
    opsat: Indstillinger,
) -> Kald:
    """Reads a request to one of the services. Raises IngenOperation for a wrong path, method or content type."""
    operation = _VED_STI.get(sti.partition("?")[0])
    if operation is None:
        raise IngenOperation(404)
    if metode != "POST":
        raise IngenOperation(405)
    if indholdstype.partition(";")[0].strip().lower() != "text/xml":
        raise IngenOperation(415)
    kald = Kald("soap", operation.tjeneste, operation.navn, laesning=operation.laesning)
    try:
        kuvert = _laes_kuvert(krop)
    except Skemafejl as brud:
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, brud.navn))
        return kald
    hoved, indhold = kuvert
    handling = soapaction.strip().strip('"').rpartition("/")[2]
    if etree.QName(indhold).localname == "dfdgping":
        kald.operation, kald.laesning = "dfdgping", True
        return kald
    _laes_hoved(hoved, certifikat, opsat, kald)
    _laes_indhold(operation, indhold, kald)
    if handling not in ("", operation.navn):
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "SOAPAction"))
    return kald


def _laes_kuvert(krop: bytes) -> tuple[Element | None, Element]:
    """(Header, the body's one child)."""
    try:
        rod: Element = etree.fromstring(krop, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Skemafejl("Envelope") from None
    if rod.getroottree().docinfo.doctype or rod.tag != f"{{{SOAP11}}}Envelope":
        raise Skemafejl("Envelope")
    kroppe = rod.findall(f"{{{SOAP11}}}Body")
    if len(kroppe) != 1 or len(kroppe[0]) != 1:
        raise Skemafejl("Body")
    return rod.find(f"{{{SOAP11}}}Header"), kroppe[0][0]


def _laes_indhold(operation: Operation, indhold: Element, kald: Kald) -> None:
    if indhold.tag != f"{{{operation.navnerum}}}{operation.navn}Request":
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Body"))
        return
    # CreateAbsence carries the number inside Absence, the others beside their content.
    kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}{CPR}")
    if kald.cpr is None:
        kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}Absence/{{{operation.navnerum}}}{CPR}")
    kald.skemafejl += cprfejl(kald.cpr)
    if not kald.skemafejl and kald.cpr == "0000000000":
        kald.skemafejl.append(kald.ukendt_person())
    try:
        kald.handling = operation.laes(Felter(indhold, operation.navnerum, ROD))
    except Skemafejl as brud:
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, brud.navn))


def _laes_hoved(hoved: Element | None, certifikat: str | None, opsat: Indstillinger, kald: Kald) -> None:
    """The two context headers: 8232/8233 when missing, 8234/8235 when unreadable."""
    organisation = None if hoved is None else hoved.find(f"{{{ORGANISATION}}}ActiveOrganisationHeader")
    if organisation is None:
        kald.doerfejl.append(fejl(koder.ORGANISATION_MANGLER))
    else:
        type_ = organisation.findtext(f"{{{ORGANISATION}}}OrganisationTypeIdentifier")
        kode = organisation.findtext(f"{{{ORGANISATION}}}OrganisationCode")
        kald.doerfejl += organisationsfejl(type_, kode, certifikat, opsat)
        kald.akasse = kode
    bruger = None if hoved is None else hoved.find(f"{{{METADATA}}}RequestUserMetadataHeader")
    kald.doerfejl += _brugerfejl(bruger)


def _brugerfejl(bruger: Element | None) -> list[Dfdgfejl]:
    """Faults of RequestUserMetadataType: who acts, for which organisation, and when it was registered."""
    if bruger is None:
        return [fejl(koder.BRUGER_MANGLER)]
    ulaeselig = [fejl(koder.BRUGER_ULAESELIG)]
    person = bruger.find(f"{{{BRUGER}}}RequestUserStructure")
    if person is None or bruger.find(f"{{{BRUGERORGANISATION}}}RequestOrganisationStructure") is None:
        return ulaeselig
    tid = bruger.findtext(f"{{{METADATA}}}RegistrationDateTime")
    if tid is None or laes_tidspunkt(tid) is None:
        return ulaeselig
    navn = person.findtext(f"{{{BRUGER}}}UserFullName") or ""
    ident = person.findtext(f"{{{BRUGER}}}UserIdentifier") or ""
    if not 1 <= len(navn) <= 140 or not 1 <= len(ident) <= 255:
        return ulaeselig
    brugertype = next(iter(person.iter(f"{{{KODELISTE}}}CodeListItemIdentifier")), None)
    if brugertype is None:
        return ulaeselig
    tekst = brugertype.text or ""
    gyldig = tekst.isascii() and tekst.isdigit() and int(tekst) in _BRUGERTYPER
    return [] if gyldig else [fejl(koder.BRUGERTYPE)]


# --- answers ---------------------------------------------------------------------------------------------


def _kuvert(krop: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP11}"><s:Body>{krop}</s:Body></s:Envelope>'
    ).encode()


def fejlsvar(fundne: list[Dfdgfejl]) -> tuple[int, bytes]:
    """A Fault (HTTP 500 in SOAP 1.1): the first fault's number as faultcode. Several do not fit in one."""
    foerste = fundne[0]
    return 500, _kuvert(
        f"<s:Fault><faultcode>{foerste.kode}</faultcode><faultstring>{escape(foerste.tekst)}</faultstring></s:Fault>"
    )


def _svar(tjeneste: str, navn: str, indhold: str) -> bytes:
    operation = next(op for op in OPERATIONER if op.tjeneste == tjeneste)
    return _kuvert(f'<{navn} xmlns="{operation.navnerum}">{indhold}</{navn}>')


def kvittering(kald: Kald, tidspunkt: str, registrerings_id: str) -> bytes:
    """``ServiceReceipt``: EventDate and MessageIdentifier, the transaction's own id."""
    return _svar(
        kald.tjeneste,
        f"{kald.operation}Response",
        f"<ServiceReceipt><EventDate>{tidspunkt}</EventDate>"
        f"<MessageIdentifier>{registrerings_id}</MessageIdentifier></ServiceReceipt>",
    )


def ping(tjeneste: str) -> bytes:
    """The answer of a ping, number 100 of the general catalogue."""
    return _svar(tjeneste, "dfdgpingResponse", "<Code>100</Code>")


def samtaler(talks: list[Samtale]) -> bytes:
    """GetInterviewInfo: the talks held with the citizen, by time."""
    indhold = "".join(
        f"<PersonInterview><MessageIdentifier>{samtale.id}</MessageIdentifier>"
        f"<InterviewTypeIdentifier>{samtale.type}</InterviewTypeIdentifier>"
        f"<InterviewDateTime>{samtale.tid.astimezone(KOEBENHAVN).isoformat()}</InterviewDateTime></PersonInterview>"
        for samtale in sorted(talks, key=lambda s: s.tid)
    )
    return _svar("InterviewService", "GetInterviewInfoResponse", f"<Interviews>{indhold}</Interviews>")
