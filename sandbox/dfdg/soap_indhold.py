"""Reading SOAP bodies, and those of held talks, cancellation of enrolment and absence the old way.

Element names are those of STAR's public pages; those that the pages leave open are marked as made by this project.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from lxml import etree

from sandbox.dfdg.borger import Deltager
from sandbox.dfdg.handlinger import Afmeld, Fravaersindhold, OpretFravaer, OpretSamtale
from sandbox.dfdg.kald import Kald, laes_dato, laes_tidspunkt
from sandbox.dfdg.rest import KOMMENTAR_LAENGDE, P_GUID, STOERSTE_KODE

P_MYNDIGHED = re.compile(r"[-][1]|[0-9]{1,8}")

_DATO = re.compile(r"\d{4}-\d\d-\d\d")

Element = Any  # lxml's own element type has no public name


class Skemafejl(Exception):
    """An element is missing, unknown or of the wrong form; carries its name, never its value."""

    def __init__(self, navn: str) -> None:
        super().__init__(navn)
        self.navn = navn


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its service's path, and how its body is read into an act, or a reading, of the call."""

    tjeneste: str
    version: int
    navn: str
    laes: Callable[[Felter, Kald], None]
    laesning: bool = False

    @property
    def sti(self) -> str:
        return f"/{self.tjeneste}/{self.version}/{self.tjeneste}.svc"

    @property
    def navnerum(self) -> str:
        return f"http://service.bm.dk/pjaktass/{self.tjeneste}/{self.version}/"


class Felter:
    """The children of one element, by name; every one may occur once, in any order, in the service's namespace."""

    def __init__(self, element: Element, navnerum: str, tilladte: frozenset[str] | None) -> None:
        """``tilladte`` None: any name (``kun`` then says which)."""
        self._navnerum = navnerum
        self._felter: dict[str, Element] = {}
        for barn in element:
            navn = etree.QName(barn)
            if navn.namespace != navnerum or (tilladte is not None and navn.localname not in tilladte):
                raise Skemafejl("unknown element")
            if navn.localname in self._felter:
                raise Skemafejl(navn.localname)
            self._felter[navn.localname] = barn

    def har(self, navn: str) -> bool:
        return navn in self._felter

    def under(self, navn: str, tilladte: frozenset[str]) -> Felter:
        """The children of a required element."""
        if navn not in self._felter:
            raise Skemafejl(navn)
        return Felter(self._felter[navn], self._navnerum, tilladte)

    def flere(self, navn: str, element: str) -> list[Element]:
        """The children of a list, all called ``element``; without the list none."""
        liste = self._felter.get(navn)
        if liste is None:
            return []
        if any(etree.QName(barn) != etree.QName(self._navnerum, element) for barn in liste):
            raise Skemafejl(navn)
        return list(liste)

    def af(self, element: Element, tilladte: frozenset[str]) -> Felter:
        """The children of an element of a list."""
        return Felter(element, self._navnerum, tilladte)

    def kun(self, tilladte: frozenset[str]) -> Felter:
        """The same children, when no others than ``tilladte`` are there."""
        if self._felter.keys() - tilladte:
            raise Skemafejl("unknown element")
        return self

    def tekst(self, navn: str, mindst: int, hoejst: int) -> str:
        vaerdi = self.valgfri_tekst(navn, mindst, hoejst)
        if vaerdi is None:
            raise Skemafejl(navn)
        return vaerdi

    def valgfri_tekst(self, navn: str, mindst: int, hoejst: int) -> str | None:
        element = self._felter.get(navn)
        if element is None:
            return None
        if len(element):
            raise Skemafejl(navn)
        vaerdi = element.text or ""
        if not mindst <= len(vaerdi) <= hoejst:
            raise Skemafejl(navn)
        return vaerdi

    def kode(self, navn: str) -> int:
        vaerdi = self.valgfri_kode(navn)
        if vaerdi is None:
            raise Skemafejl(navn)
        return vaerdi

    def valgfri_kode(self, navn: str) -> int | None:
        tekst = self.valgfri_tekst(navn, 1, 5)
        if tekst is None:
            return None
        if not (tekst.isascii() and tekst.isdigit() and 1 <= int(tekst) <= STOERSTE_KODE):
            raise Skemafejl(navn)
        return int(tekst)

    def guid(self, navn: str) -> str | None:
        tekst = self.valgfri_tekst(navn, 1, 64)
        if tekst is None:
            return None
        if not P_GUID.fullmatch(tekst):
            raise Skemafejl(navn)
        return tekst.lower()

    def boolsk(self, navn: str) -> bool | None:
        tekst = self.valgfri_tekst(navn, 1, 5)
        if tekst is None:
            return None
        if tekst not in ("true", "false", "1", "0"):
            raise Skemafejl(navn)
        return tekst in ("true", "1")

    def tidspunkt(self, navn: str) -> datetime:
        tid = laes_tidspunkt(self.tekst(navn, 1, 40))
        if tid is None:
            raise Skemafejl(navn)
        return tid

    def dato(self, navn: str) -> date:
        dag = laes_dato(self.tekst(navn, 1, 40))
        if dag is None:
            raise Skemafejl(navn)
        return dag

    def ren_dato(self, navn: str) -> date:
        """An ``xs:date``; a date-time with offset is taken too."""
        tekst = self.tekst(navn, 1, 40)
        if not _DATO.fullmatch(tekst):
            return self.dato(navn)
        try:
            return date.fromisoformat(tekst)
        except ValueError:
            raise Skemafejl(navn) from None

    def heltal(self, navn: str, mindst: int, hoejst: int) -> int:
        tekst = self.tekst(navn, 1, 5)
        if not (tekst.isascii() and tekst.isdigit() and mindst <= int(tekst) <= hoejst):
            raise Skemafejl(navn)
        return int(tekst)

    def valgfri_dato(self, navn: str) -> date | None:
        return self.dato(navn) if self.har(navn) else None


# --- the operations' bodies ---------------------------------------------------------------------------

CPR = "PersonCivilRegistrationIdentifier"
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
        CPR,
        "AbsenceTypeIdentifier",
        "StartDate",
        "EndDate",
        "AbsenceComment",
        "NotificationDate",
        "AbsenceCauseTypeIdentifier",
    )
)
_DELTAGER = frozenset(("MessageIdentifier", "ParticipantName", "ParticipantRole", "ParticipationForm"))
#: Texts of a talk's participants, goals and ids: this project's limit.
KORT = 256


def laes_deltager(felter: Felter) -> Deltager:
    return Deltager(
        felter.guid("MessageIdentifier"),
        felter.tekst("ParticipantName", 1, KORT),
        felter.tekst("ParticipantRole", 1, KORT),
        felter.tekst("ParticipationForm", 1, KORT),
    )


def deltager_under(felter: Felter, navn: str) -> Deltager:
    return laes_deltager(felter.under(navn, _DELTAGER))


def _laes_samtale(rod: Felter, kald: Kald) -> None:
    samtale = rod.kun(frozenset((CPR, "PersonInterview"))).under("PersonInterview", _SAMTALE)
    myndighed = samtale.under("ResponsibleAuthority", _MYNDIGHED)
    struktur = myndighed.under("AuthorityStructure", _MYNDIGHED_INDHOLD)
    if not P_MYNDIGHED.fullmatch(struktur.tekst("AuthorityCode", 1, 8)):
        raise Skemafejl("AuthorityCode")
    struktur.tekst("AuthorityName", 1, 100)
    struktur.valgfri_kode("OrganisationTypeIdentifier")
    if myndighed.har("CaseWorker"):
        sagsbehandler = myndighed.under("CaseWorker", _SAGSBEHANDLER)
        sagsbehandler.tekst("CaseWorkerGivenName", 1, 50)
        sagsbehandler.valgfri_tekst("CaseWorkerMiddleName", 1, 40)
        sagsbehandler.tekst("CaseWorkerSurname", 1, 40)
    # Rule 6 of InterviewService: several authorities need the participation status.
    if samtale.boolsk("InterviewWithMoreAuthorities") and not samtale.har("ParticipationStatusTypeIdentifier"):
        raise Skemafejl("ParticipationStatusTypeIdentifier")
    samtale.boolsk("JobcenterParticipation")
    deltagere = samtale.flere("InterviewParticipants", "InterviewParticipant")
    kald.handling = OpretSamtale(
        id=samtale.guid("MessageIdentifier") or str(uuid4()),
        type=samtale.kode("InterviewTypeIdentifier"),
        form=samtale.kode("InterviewContactTypeIdentifier"),
        tid=samtale.tidspunkt("InterviewDateTime"),
        booking_id=samtale.guid("BookingIdentifier"),
        deltagere=tuple(laes_deltager(samtale.af(d, _DELTAGER)) for d in deltagere),
    )


def _laes_afmelding(rod: Felter, kald: Kald) -> None:
    rod.kun(frozenset((CPR, "CancellationDate", "CauseTypeIdentifier")))
    kald.handling = Afmeld(rod.dato("CancellationDate"), rod.kode("CauseTypeIdentifier"))


def _laes_fravaer(rod: Felter, kald: Kald) -> None:
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
    kald.handling = OpretFravaer(str(uuid4()), indhold)


OPERATIONER: tuple[Operation, ...] = (
    Operation("PersonRegistrationService", 9, "CreatePersonInterview", _laes_samtale),
    Operation("UnemploymentEnrollmentService", 8, "CancelUnemploymentEnrollment", _laes_afmelding),
    Operation("AbsenceRegistrationService", 7, "CreateAbsence", _laes_fravaer),
)
