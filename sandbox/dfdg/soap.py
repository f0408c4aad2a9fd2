"""The SOAP side: envelopes, headers, faults, receipts. Bodies: ``soap_indhold`` and ``soap_oevrige``.

Services, versions, header namespaces and element names are those of STAR's public pages (PersonRegistrationService v9,
InterviewService, UnemploymentEnrollmentService v8, AbsenceRegistrationService v7, CVWorkFlowService v1, CVService v6,
PlanService, ActivityService, CodeListService v5). SOAP 1.1, the body namespace, versions and elements that the pages
leave open, and the readings are not public and made by this project.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from lxml import etree

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.kald import Kald, laes_tidspunkt
from sandbox.dfdg.organisation import organisationsfejl
from sandbox.dfdg.rest import IngenOperation, cprfejl
from sandbox.dfdg.soap_indhold import CPR, OPERATIONER, Element, Felter, Operation, Skemafejl
from sandbox.dfdg.soap_oevrige import KODELISTER, OEVRIGE, SOAP11, kuvert, laes_kodeliste, svar

ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
METADATA = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
BRUGER = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"
BRUGERORGANISATION = "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"
KODELISTE = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"

_BRUGERTYPER = frozenset((1, 2, 3, 4))
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)

_KODELISTE = re.compile(r"Get([A-Za-z]{1,100})CodeList")


def _ingen(rod: Felter, kald: Kald) -> None:
    """What CodeListService has of operations is told by the lists that are there."""


#: Address of each service → its operations.
_VED_STI: dict[str, list[Operation]] = {}
for _operation in (*OPERATIONER, *OEVRIGE, Operation(*KODELISTER, "GetCodeList", _ingen, laesning=True)):
    _VED_STI.setdefault(_operation.sti, []).append(_operation)


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
    operationer = _VED_STI.get(sti.partition("?")[0])
    if operationer is None:
        raise IngenOperation(404)
    if metode != "POST":
        raise IngenOperation(405)
    if indholdstype.partition(";")[0].strip().lower() != "text/xml":
        raise IngenOperation(415)
    handling = soapaction.strip().strip('"').rpartition("/")[2]
    operation = next((op for op in operationer if op.navn == handling), operationer[0])
    kald = Kald("soap", operation.tjeneste, operation.navn, laesning=operation.laesning, certifikat=certifikat)
    try:
        hoved, indhold = _laes_kuvert(krop)
    except Skemafejl as brud:
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, brud.navn))
        return kald
    navn = etree.QName(indhold)
    if navn.localname == "dfdgping":
        kald.operation, kald.laesning = "dfdgping", True
        return kald
    _laes_hoved(hoved, certifikat, opsat, kald)
    navngivet = next((op for op in operationer if f"{op.navn}Request" == navn.localname), None)
    liste = _KODELISTE.fullmatch(navn.localname.removesuffix("Request"))
    if navn.namespace != operation.navnerum or not navn.localname.endswith("Request"):
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Body"))
    elif operation.tjeneste == KODELISTER[0] and liste is not None and not len(indhold):
        kald.operation = liste.group(0)
        laes_kodeliste(liste.group(1), kald)
    elif navngivet is None or operation.tjeneste == KODELISTER[0]:
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Body"))
    else:
        kald.operation, kald.laesning = navngivet.navn, navngivet.laesning
        _laes_indhold(navngivet, indhold, kald)
    if handling not in ("", kald.operation):
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
    # CreateAbsence carries the number inside Absence, the others beside their content.
    kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}{CPR}")
    if kald.cpr is None:
        kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}Absence/{{{operation.navnerum}}}{CPR}")
    kald.skemafejl += cprfejl(kald.cpr)
    if not kald.skemafejl and kald.cpr == "0000000000":
        kald.skemafejl.append(kald.ukendt_person())
    try:
        operation.laes(Felter(indhold, operation.navnerum, None), kald)
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
        kald.organisationstype = int(type_) if type_ and type_.isascii() and type_.isdigit() else None
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


def fejlsvar(fundne: list[Dfdgfejl]) -> tuple[int, bytes]:
    """A Fault (HTTP 500 in SOAP 1.1): the first fault's number as faultcode. Several do not fit in one."""
    foerste = fundne[0]
    return 500, kuvert(
        f"<s:Fault><faultcode>{foerste.kode}</faultcode><faultstring>{escape(foerste.tekst)}</faultstring></s:Fault>"
    )


#: Operations that answer an empty receipt (STAR's page of CVWorkFlowService).
_TOM_KVITTERING = frozenset({"UpdateCVStatus"})


def _version(tjeneste: str) -> int:
    return next(op.version for liste in _VED_STI.values() for op in liste if op.tjeneste == tjeneste)


def kvittering(kald: Kald, tidspunkt: str, registrerings_id: str) -> bytes:
    """``ServiceReceipt``: EventDate and MessageIdentifier, the transaction's own id."""
    indhold = ""
    if kald.operation not in _TOM_KVITTERING:
        indhold = (
            f"<ServiceReceipt><EventDate>{tidspunkt}</EventDate>"
            f"<MessageIdentifier>{registrerings_id}</MessageIdentifier></ServiceReceipt>"
        )
    return svar(kald.tjeneste, _version(kald.tjeneste), kald.operation, indhold)


def ping(tjeneste: str) -> bytes:
    """The answer of a ping, number 100 of the general catalogue."""
    return svar(tjeneste, _version(tjeneste), "dfdgping", "<Code>100</Code>")
