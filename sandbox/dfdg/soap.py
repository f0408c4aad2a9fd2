"""The SOAP side: held talks, cancellation of enrolment, absence the old way.

Services, versions, header namespaces and element names are those of STAR's public pages (PersonRegistrationService v9,
InterviewService, UnemploymentEnrollmentService v8, AbsenceRegistrationService v7). SOAP 1.1, the body namespace, the
element of a talk's time, the reading of talks and the cancellation's elements are not public and made by this project.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from lxml import etree

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.handlinger import (
    KOEBENHAVN,
    Afmeld,
    Fravaersindhold,
    Handling,
    Kald,
    OpretFravaer,
    OpretSamtale,
    laes_dato,
    laes_tidspunkt,
)
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.organisation import organisationsfejl
from sandbox.dfdg.rest import KOMMENTAR_LAENGDE, P_GUID, STOERSTE_KODE, IngenOperation, cprfejl
from sandbox.dfdg.tilstand import Samtale

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/"
METADATA = "http://service.bm.dk/RequestUserMetadata/2015/01/21/"
BRUGER = "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/"
BRUGERORGANISATION = "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/"
KODELISTE = "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/"

P_MYNDIGHED = re.compile(r"[-][1]|[0-9]{1,8}")
_BRUGERTYPER = frozenset((1, 2, 3, 4))
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
)

Element = Any  # lxml's own element type has no public name


class _Skemafejl(Exception):
    """An element is missing, unknown or of the wrong form; carries its name, never its value."""

    def __init__(self, navn: str) -> None:
        super().__init__(navn)
        self.navn = navn


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its service's path, and how its body is read into an act."""

    tjeneste: str
    version: int
    navn: str
    laes: Callable[[Felter], Handling | None]
    laesning: bool = False

    @property
    def sti(self) -> str:
        return f"/{self.tjeneste}/{self.version}/{self.tjeneste}.svc"

    @property
    def navnerum(self) -> str:
        return f"http://service.bm.dk/pjaktass/{self.tjeneste}/{self.version}/"


class Felter:
    """The children of one element, by name; every one may occur once, in any order, in the service's namespace."""

    def __init__(self, element: Element, navnerum: str, tilladte: frozenset[str]) -> None:
        self._navnerum = navnerum
        self._felter: dict[str, Element] = {}
        for barn in element:
            navn = etree.QName(barn)
            if navn.namespace != navnerum or navn.localname not in tilladte:
                raise _Skemafejl("unknown element")
            if navn.localname in self._felter:
                raise _Skemafejl(navn.localname)
            self._felter[navn.localname] = barn

    def har(self, navn: str) -> bool:
        return navn in self._felter

    def under(self, navn: str, tilladte: frozenset[str]) -> Felter:
        """The children of a required element."""
        if navn not in self._felter:
            raise _Skemafejl(navn)
        return Felter(self._felter[navn], self._navnerum, tilladte)

    def kun(self, tilladte: frozenset[str]) -> Felter:
        """The same children, when no others than ``tilladte`` are there."""
        if self._felter.keys() - tilladte:
            raise _Skemafejl("unknown element")
        return self

    def tekst(self, navn: str, mindst: int, hoejst: int) -> str:
        vaerdi = self.valgfri_tekst(navn, mindst, hoejst)
        if vaerdi is None:
            raise _Skemafejl(navn)
        return vaerdi

    def valgfri_tekst(self, navn: str, mindst: int, hoejst: int) -> str | None:
        element = self._felter.get(navn)
        if element is None:
            return None
        if len(element):
            raise _Skemafejl(navn)
        vaerdi = element.text or ""
        if not mindst <= len(vaerdi) <= hoejst:
            raise _Skemafejl(navn)
        return vaerdi

    def kode(self, navn: str) -> int:
        vaerdi = self.valgfri_kode(navn)
        if vaerdi is None:
            raise _Skemafejl(navn)
        return vaerdi

    def valgfri_kode(self, navn: str) -> int | None:
        tekst = self.valgfri_tekst(navn, 1, 5)
        if tekst is None:
            return None
        if not (tekst.isascii() and tekst.isdigit() and 1 <= int(tekst) <= STOERSTE_KODE):
            raise _Skemafejl(navn)
        return int(tekst)

    def guid(self, navn: str) -> str | None:
        tekst = self.valgfri_tekst(navn, 1, 64)
        if tekst is None:
            return None
        if not P_GUID.fullmatch(tekst):
            raise _Skemafejl(navn)
        return tekst.lower()

    def boolsk(self, navn: str) -> bool | None:
        tekst = self.valgfri_tekst(navn, 1, 5)
        if tekst is None:
            return None
        if tekst not in ("true", "false", "1", "0"):
            raise _Skemafejl(navn)
        return tekst in ("true", "1")

    def tidspunkt(self, navn: str) -> datetime:
        tid = laes_tidspunkt(self.tekst(navn, 1, 40))
        if tid is None:
            raise _Skemafejl(navn)
        return tid

    def dato(self, navn: str) -> date:
        dag = laes_dato(self.tekst(navn, 1, 40))
        if dag is None:
            raise _Skemafejl(navn)
        return dag

    def valgfri_dato(self, navn: str) -> date | None:
        return self.dato(navn) if self.har(navn) else None


# --- the operations' bodies ---------------------------------------------------------------------------

_CPR = "PersonCivilRegistrationIdentifier"
_SAMTALE = frozenset(
    (
        "MessageIdentifier",
        "InterviewTypeIdentifier",
        "BookingIdentifier",
        "ResponsibleAuthority",
        "InterviewDateTime",
        "InterviewContactTypeIdentifier",
        "InterviewFormTypeIdentifier",
        "InterviewWithMoreAuthorities",
        "ParticipationStatusTypeIdentifier",
        # Needed by the legal minimum of an a-kasse's held talk (order on the common data basis, § 87(1) nos. 6-9);
        # their element names are not public and made by this project.
        "CvStatusIdentifier",
        "Agreements",
        "AvailabilityAssessment",
        "JobcenterParticipation",
        "InterviewParticipants",
    )
)
_MYNDIGHED = frozenset(("AuthorityStructure", "CaseWorker"))
_MYNDIGHED_INDHOLD = frozenset(("AuthorityCode", "AuthorityName", "OrganisationTypeIdentifier"))
_SAGSBEHANDLER = frozenset(
    ("CaseWorkerGivenName", "CaseWorkerMiddleName", "CaseWorkerSurname", "TelephoneNumberIdentifier")
)
_FRAVAER = frozenset(
    (
        _CPR,
        "AbsenceTypeIdentifier",
        "StartDate",
        "EndDate",
        "AbsenceComment",
        "NotificationDate",
        "AbsenceCauseTypeIdentifier",
    )
)
_ROD = frozenset((_CPR, "PersonInterview", "Absence", "CancellationDate", "CauseTypeIdentifier"))


def _laes_samtale(rod: Felter) -> OpretSamtale:
    samtale = rod.kun(frozenset((_CPR, "PersonInterview"))).under("PersonInterview", _SAMTALE)
    myndighed = samtale.under("ResponsibleAuthority", _MYNDIGHED)
    struktur = myndighed.under("AuthorityStructure", _MYNDIGHED_INDHOLD)
    if not P_MYNDIGHED.fullmatch(struktur.tekst("AuthorityCode", 1, 8)):
        raise _Skemafejl("AuthorityCode")
    struktur.tekst("AuthorityName", 1, 100)
    struktur.valgfri_kode("OrganisationTypeIdentifier")
    if myndighed.har("CaseWorker"):
        sagsbehandler = myndighed.under("CaseWorker", _SAGSBEHANDLER)
        sagsbehandler.tekst("CaseWorkerGivenName", 1, 50)
        sagsbehandler.valgfri_tekst("CaseWorkerMiddleName", 1, 40)
        sagsbehandler.tekst("CaseWorkerSurname", 1, 40)
    # Rule 6 of InterviewService: several authorities need the participation status.
    if samtale.boolsk("InterviewWithMoreAuthorities") and not samtale.har("ParticipationStatusTypeIdentifier"):
        raise _Skemafejl("ParticipationStatusTypeIdentifier")
    samtale.boolsk("JobcenterParticipation")
    return OpretSamtale(
        id=samtale.guid("MessageIdentifier") or str(uuid4()),
        type=samtale.kode("InterviewTypeIdentifier"),
        form=samtale.kode("InterviewContactTypeIdentifier"),
        tid=samtale.tidspunkt("InterviewDateTime"),
        booking_id=samtale.guid("BookingIdentifier"),
    )


def _laes_intet(rod: Felter) -> None:
    rod.kun(frozenset((_CPR,)))


def _laes_afmelding(rod: Felter) -> Afmeld:
    rod.kun(frozenset((_CPR, "CancellationDate", "CauseTypeIdentifier")))
    return Afmeld(rod.dato("CancellationDate"), rod.kode("CauseTypeIdentifier"))


def _laes_fravaer(rod: Felter) -> OpretFravaer:
    """AbsenceType of CreateAbsence v7; it has no id of the caller's."""
    felter = rod.kun(frozenset(("Absence",))).under("Absence", _FRAVAER)
    indhold = Fravaersindhold(
        type=felter.kode("AbsenceTypeIdentifier"),
        start=felter.dato("StartDate"),
        slut=felter.valgfri_dato("EndDate"),
        anmeldt=felter.dato("NotificationDate"),
        kommentar=felter.valgfri_tekst("AbsenceComment", 0, KOMMENTAR_LAENGDE),
        aarsag=felter.valgfri_kode("AbsenceCauseTypeIdentifier"),
    )
    return OpretFravaer(str(uuid4()), indhold)


OPERATIONER: tuple[Operation, ...] = (
    Operation("PersonRegistrationService", 9, "CreatePersonInterview", _laes_samtale),
    Operation("InterviewService", 1, "GetInterviewInfo", _laes_intet, laesning=True),
    Operation("UnemploymentEnrollmentService", 8, "CancelUnemploymentEnrollment", _laes_afmelding),
    Operation("AbsenceRegistrationService", 7, "CreateAbsence", _laes_fravaer),
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
    except _Skemafejl as brud:
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
        raise _Skemafejl("Envelope") from None
    if rod.getroottree().docinfo.doctype or rod.tag != f"{{{SOAP11}}}Envelope":
        raise _Skemafejl("Envelope")
    kroppe = rod.findall(f"{{{SOAP11}}}Body")
    if len(kroppe) != 1 or len(kroppe[0]) != 1:
        raise _Skemafejl("Body")
    return rod.find(f"{{{SOAP11}}}Header"), kroppe[0][0]


def _laes_indhold(operation: Operation, indhold: Element, kald: Kald) -> None:
    if indhold.tag != f"{{{operation.navnerum}}}{operation.navn}Request":
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Body"))
        return
    # CreateAbsence carries the number inside Absence, the others beside their content.
    kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}{_CPR}")
    if kald.cpr is None:
        kald.cpr = indhold.findtext(f"{{{operation.navnerum}}}Absence/{{{operation.navnerum}}}{_CPR}")
    kald.skemafejl += cprfejl(kald.cpr)
    if not kald.skemafejl and kald.cpr == "0000000000":
        kald.skemafejl.append(kald.ukendt_person())
    try:
        kald.handling = operation.laes(Felter(indhold, operation.navnerum, _ROD))
    except _Skemafejl as brud:
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
