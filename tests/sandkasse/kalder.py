"""A caller of DFDG written for these tests alone: what it sends is spelt out here, byte by byte."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from uuid import uuid4

import aiohttp
from lxml import etree

ROD = "/VisiteringOgStatus.FravaerService/v1/Fravaer"
BRUGER = {"userFullName": "Test", "userIdentifier": "test", "requestUserTypeIdentifier": 3}

SOAPHOVED = """<ActiveOrganisationHeader xmlns="http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/">\
<OrganisationTypeIdentifier>5</OrganisationTypeIdentifier><OrganisationCode>{kode}</OrganisationCode>\
</ActiveOrganisationHeader>"""
METADATA = """<RequestUserMetadataHeader xmlns="http://service.bm.dk/RequestUserMetadata/2015/01/21/">\
<u:RequestUserStructure xmlns:u="http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/">\
<u:UserFullName>Gateway, batch</u:UserFullName><u:UserIdentifier>gateway</u:UserIdentifier>\
<t:RequestUserTypeIdentifier xmlns:t="http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/">\
<c:CodeListItemIdentifier xmlns:c="http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/">3</c:CodeListItemIdentifier>\
</t:RequestUserTypeIdentifier></u:RequestUserStructure>\
<o:RequestOrganisationStructure xmlns:o="http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/">\
<o:OrganisationTypeIdentifier>5</o:OrganisationTypeIdentifier><o:OrganisationCode>{kode}</o:OrganisationCode>\
</o:RequestOrganisationStructure>\
<RegistrationDateTime>2023-02-01T10:00:00.1234567+01:00</RegistrationDateTime></RequestUserMetadataHeader>"""

SAMTALE = """<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier><PersonInterview>{id}\
<InterviewTypeIdentifier>{type}</InterviewTypeIdentifier>{booking}<ResponsibleAuthority><AuthorityStructure>\
<AuthorityCode>1</AuthorityCode><AuthorityName>Testkassen</AuthorityName></AuthorityStructure></ResponsibleAuthority>\
<InterviewDateTime>{tid}</InterviewDateTime><InterviewContactTypeIdentifier>8</InterviewContactTypeIdentifier>\
{mere}</PersonInterview>"""


@dataclass(frozen=True)
class Svar:
    """An answer: HTTP status, the fault numbers in it, and its body."""

    status: int
    koder: tuple[int, ...]
    krop: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.krop)

    def felt(self, navn: str) -> list[str]:
        """The texts of the XML elements of this local name."""
        rod = etree.fromstring(self.krop)
        return [str(e.text) for e in rod.iter() if etree.QName(e).localname == navn]


def fravaer(type_: int = 75, start: str = "2023-02-01T00:00:00+01:00", **mere: Any) -> dict[str, Any]:
    """The body of an absence."""
    return {"fravaerType": type_, "startDato": start, "anmeldelsesDato": "2023-02-01T00:00:00+01:00", **mere}


class Kalder:
    """Calls DFDG as one a-kasse, with its certificate. ``kode``: the organisation named in the headers."""

    def __init__(self, base_url: str, certifikater: Path, fil: str, kode: str | None = None) -> None:
        self.base_url, self.kode = base_url, kode or fil
        tls = ssl.create_default_context(cafile=str(certifikater / "ca.pem"))
        if fil != "uden":
            tls.load_cert_chain(certifikater / f"{fil}.pem")
        self.tls = tls
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls), timeout=aiohttp.ClientTimeout(total=15)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, type_: type[BaseException] | None, fejl: BaseException | None, spor: TracebackType | None
    ) -> None:
        await self._session.close()

    async def kald(self, metode: str, sti: str, hoveder: dict[str, str], krop: bytes | None) -> Svar:
        """One request as given."""
        async with self._session.request(metode, self.base_url + sti, headers=hoveder, data=krop) as svar:
            indhold = await svar.read()
            return Svar(svar.status, _koder(svar.content_type, indhold), indhold)

    def hoveder(self, cpr: str, request_id: str | None = None) -> dict[str, str]:
        organisation = {"organisationTypeIdentifier": 5, "organisationCode": self.kode}
        hoveder = {
            "x-civilRegistrationIdentifier": cpr,
            "x-activeOrganisation": json.dumps(organisation),
            "x-requestUserMetadata": json.dumps(BRUGER),
            "Content-Type": "application/json",
        }
        return hoveder if request_id is None else {**hoveder, "x-requestId": request_id}

    async def opret(
        self, cpr: str, indhold: dict[str, Any], id_: str | None = None, request_id: str | None = None
    ) -> Svar:
        """CreateFravaerMedIdentifier, without ``id_`` CreateFravaer."""
        sti = f"{ROD}/{id_}" if id_ else f"{ROD}/"
        hoveder = self.hoveder(cpr, request_id or str(uuid4()))
        return await self.kald("POST", sti, hoveder, json.dumps(indhold).encode())

    async def ret(self, cpr: str, indhold: dict[str, Any], id_: str) -> Svar:
        hoveder = self.hoveder(cpr, str(uuid4()))
        return await self.kald("PUT", f"{ROD}/{id_}", hoveder, json.dumps(indhold).encode())

    async def slet(self, cpr: str, id_: str, kommentar: str = "fejl i registrering") -> Svar:
        hoveder = self.hoveder(cpr, str(uuid4()))
        return await self.kald("DELETE", f"{ROD}/{id_}/{quote(kommentar, safe='')}", hoveder, None)

    async def alle(self, cpr: str) -> Svar:
        return await self.kald("GET", f"{ROD}/", self.hoveder(cpr), None)

    async def soap(self, tjeneste: str, version: int, operation: str, indhold: str, hoved: str | None = None) -> Svar:
        """A SOAP 1.1 call; ``indhold`` are the children of ``<operation>Request``."""
        navnerum = f"http://service.bm.dk/pjaktass/{tjeneste}/{version}/"
        hoved = hoved if hoved is not None else (SOAPHOVED + METADATA).format(kode=self.kode)
        krop = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
            f'{hoved}</s:Header><s:Body><{operation}Request xmlns="{navnerum}">{indhold}</{operation}Request>'
            "</s:Body></s:Envelope>"
        )
        hoveder = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation}"'}
        return await self.kald("POST", f"/{tjeneste}/{version}/{tjeneste}.svc", hoveder, krop.encode())

    async def samtale(
        self, cpr: str, type_: int, tid: str, *, id_: str = "", booking: str = "", mere: str = ""
    ) -> Svar:
        """CreatePersonInterview."""
        indhold = SAMTALE.format(
            cpr=cpr,
            type=type_,
            tid=tid,
            id=f"<MessageIdentifier>{id_}</MessageIdentifier>" if id_ else "",
            booking=f"<BookingIdentifier>{booking}</BookingIdentifier>" if booking else "",
            mere=mere,
        )
        return await self.soap("PersonRegistrationService", 9, "CreatePersonInterview", indhold)

    async def samtaler(self, cpr: str) -> Svar:
        indhold = f"<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>"
        return await self.soap("InterviewService", 1, "GetInterviewInfo", indhold)

    async def afmeld(self, cpr: str, dato: str, aarsag: int = 3) -> Svar:
        indhold = (
            f"<PersonCivilRegistrationIdentifier>{cpr}</PersonCivilRegistrationIdentifier>"
            f"<CancellationDate>{dato}</CancellationDate><CauseTypeIdentifier>{aarsag}</CauseTypeIdentifier>"
        )
        return await self.soap("UnemploymentEnrollmentService", 8, "CancelUnemploymentEnrollment", indhold)


def _koder(indholdstype: str, krop: bytes) -> tuple[int, ...]:
    if indholdstype == "application/json":
        data = json.loads(krop)
        return tuple(f["fejlkode"] for f in data.get("fejl", ())) if isinstance(data, dict) else ()
    if indholdstype == "text/xml" and krop.startswith(b"<"):
        return tuple(int(e.text or "") for e in etree.fromstring(krop).iter("faultcode"))
    return ()
