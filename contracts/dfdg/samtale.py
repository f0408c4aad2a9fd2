"""Held talks: SOAP PersonRegistrationService v9 CreatePersonInterview, read back by InterviewService GetInterviewInfo.

STAR's page of v9 (2025-1) is cut after the responsible authority; the elements that the legal minimum of an a-kasse's
talk needs beyond that (order on the common data basis, § 87(1)) are the project's, and so are both sides of
GetInterviewInfo and InterviewService's version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from lxml import etree
from pydantic import BeforeValidator, Field, StringConstraints

from contracts.dfdg.grund import (
    EGEN,
    SET,
    UDLEDT,
    Cpr,
    Element,
    Fritekst,
    Kode,
    Kort,
    Myndighedskode,
    Soapanmodning,
    Soaptjeneste,
    Telefon,
    Tidspunkt,
    Xmldel,
    laest_tid,
    ren_xml,
)

OPRET = Soaptjeneste("PersonRegistrationService", 9)
LAES = Soaptjeneste("InterviewService", 1)


class AuthorityStructure(Xmldel):
    kode: Annotated[Myndighedskode, Field(alias="AuthorityCode"), SET]
    navn: Annotated[
        str,
        StringConstraints(min_length=1, max_length=100),
        Field(alias="AuthorityName"),
        BeforeValidator(ren_xml),
        SET,
    ]


class CaseWorker(Xmldel):
    """The caseworker, as in ActivityService's block of the same name."""

    fornavn: Annotated[
        str,
        StringConstraints(min_length=1, max_length=50),
        Field(alias="CaseWorkerGivenName"),
        BeforeValidator(ren_xml),
        SET,
    ]
    efternavn: Annotated[
        str,
        StringConstraints(min_length=1, max_length=40),
        Field(alias="CaseWorkerSurname"),
        BeforeValidator(ren_xml),
        SET,
    ]
    #: The page shows ``TelephoneNumber…`` and is cut.
    telefon: Annotated[Telefon | None, Field(alias="TelephoneNumberIdentifier"), UDLEDT] = None


class ResponsibleAuthority(Xmldel):
    struktur: Annotated[AuthorityStructure, Field(alias="AuthorityStructure"), SET]
    sagsbehandler: Annotated[CaseWorker, Field(alias="CaseWorker"), SET]


class InterviewParticipant(Xmldel):
    """§ 87(1) no. 9. Participants have operations of their own whose fields are not public; the identifier by analogy
    with the talk's."""

    elementnavn: ClassVar[str] = "InterviewParticipant"

    deltager_id: Annotated[UUID | None, Field(alias="MessageIdentifier"), EGEN] = None
    navn: Annotated[Kort, Field(alias="ParticipantName"), EGEN]
    rolle: Annotated[Kort, Field(alias="ParticipantRole"), EGEN]
    form: Annotated[Kort, Field(alias="ParticipationForm"), EGEN]


class PersonInterview(Xmldel):
    """PersonInterviewType. ``samtale_id`` is an id the caller may choose."""

    samtale_id: Annotated[UUID, Field(alias="MessageIdentifier"), SET]
    type_: Annotated[Kode, Field(alias="InterviewTypeIdentifier"), SET]
    booking_id: Annotated[UUID | None, Field(alias="BookingIdentifier"), SET] = None
    myndighed: Annotated[ResponsibleAuthority, Field(alias="ResponsibleAuthority"), SET]
    tidspunkt: Annotated[Tidspunkt, Field(alias="InterviewDateTime"), EGEN]
    #: Named on STAR's pages; its place in this type is the project's.
    form: Annotated[Kode, Field(alias="InterviewContactTypeIdentifier"), UDLEDT]
    cvstatus: Annotated[Kode | None, Field(alias="CvStatusIdentifier"), EGEN] = None
    aftaler: Annotated[Fritekst | None, Field(alias="Agreements"), EGEN] = None
    raadighedsvurdering: Annotated[Fritekst | None, Field(alias="AvailabilityAssessment"), EGEN] = None
    jobcenter_deltog: Annotated[bool | None, Field(alias="JobcenterParticipation"), EGEN] = None
    deltagere: Annotated[tuple[InterviewParticipant, ...], Field(alias="InterviewParticipants"), EGEN] = ()


class CreatePersonInterviewRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = OPRET
    operation: ClassVar[str] = "CreatePersonInterview"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), SET]
    samtale: Annotated[PersonInterview, Field(alias="PersonInterview"), SET]


class AddInterviewParticipantRequest(Soapanmodning):
    """One participant of a talk that is registered already."""

    tjeneste: ClassVar[Soaptjeneste] = OPRET
    operation: ClassVar[str] = "AddInterviewParticipant"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), UDLEDT]
    samtale_id: Annotated[UUID, Field(alias="InterviewIdentifier"), EGEN]
    deltager: Annotated[InterviewParticipant, Field(alias="InterviewParticipant"), EGEN]


class GetInterviewInfoRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = LAES
    operation: ClassVar[str] = "GetInterviewInfo"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]


def laes_samtaler(svar: Element) -> list[tuple[str, datetime]]:
    """Type and time (UTC) of every talk in ``GetInterviewInfoResponse``. Raises ``ValueError`` for anything else."""
    ns = f"{{{LAES.navnerum}}}"
    ud: list[tuple[str, datetime]] = []
    for samtale in _samtaler(svar):
        type_ = (samtale.findtext(f"{ns}InterviewTypeIdentifier") or "").strip()
        try:
            tid = datetime.fromisoformat((samtale.findtext(f"{ns}InterviewDateTime") or "").strip())
        except ValueError:
            raise ValueError("a talk without a readable time") from None
        if not type_:
            raise ValueError("a talk without a type")
        # In UTC: in the hour that comes twice Python calls no two moments of different zones equal.
        ud.append((type_, laest_tid(tid).astimezone(UTC)))
    return ud


@dataclass(frozen=True, slots=True)
class LaestDeltager:
    """A participant of a talk that stands at DFDG; ``deltager_id`` is None where the answer does not name it."""

    samtale_id: UUID
    deltager_id: UUID | None
    navn: str
    rolle: str
    form: str


def laes_deltagere(svar: Element) -> list[LaestDeltager]:
    """Every talk's participants in ``GetInterviewInfoResponse``. Raises ``ValueError`` for anything else."""
    ns = f"{{{LAES.navnerum}}}"
    ud: list[LaestDeltager] = []
    for samtale in _samtaler(svar):
        samtale_id = UUID(_felt(samtale, ns, "MessageIdentifier"))
        for d in samtale.iterfind(f"{ns}InterviewParticipants/{ns}InterviewParticipant"):
            eget = _felt(d, ns, "MessageIdentifier")
            navn, rolle, form = (_felt(d, ns, f) for f in ("ParticipantName", "ParticipantRole", "ParticipationForm"))
            if not navn:
                raise ValueError("a participant without a name")
            ud.append(LaestDeltager(samtale_id, UUID(eget) if eget else None, navn, rolle, form))
    return ud


def _samtaler(svar: Element) -> list[Element]:
    ns = f"{{{LAES.navnerum}}}"
    liste = svar.find(f"{ns}Interviews")
    if svar.tag != f"{ns}GetInterviewInfoResponse" or liste is None:
        raise ValueError(f"{etree.QName(svar).localname} is no list of talks")
    return list(liste.findall(f"{ns}PersonInterview"))


def _felt(element: Element, ns: str, navn: str) -> str:
    return (element.findtext(f"{ns}{navn}") or "").strip()
