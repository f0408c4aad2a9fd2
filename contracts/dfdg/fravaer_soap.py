"""SOAP AbsenceRegistrationService v7, CreateAbsence: the older way to create an absence, without an id of the caller's.

Elements and order: the field table of STAR's page (Version 7, 2024-4).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.dfdg.grund import SET, Cpr, Dag, Kode, Kommentar, Soapanmodning, Soaptjeneste, Xmldel

TJENESTE = Soaptjeneste("AbsenceRegistrationService", 7)


class Absence(Xmldel):
    """AbsenceType."""

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), SET]
    fravaertype: Annotated[Kode, Field(alias="AbsenceTypeIdentifier"), SET]
    startdato: Annotated[Dag, Field(alias="StartDate"), SET]
    slutdato: Annotated[Dag | None, Field(alias="EndDate"), SET] = None
    kommentar: Annotated[Kommentar | None, Field(alias="AbsenceComment"), SET] = None
    anmeldelsesdato: Annotated[Dag, Field(alias="NotificationDate"), SET]
    aarsag: Annotated[Kode | None, Field(alias="AbsenceCauseTypeIdentifier"), SET] = None


class CreateAbsenceRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = TJENESTE
    operation: ClassVar[str] = "CreateAbsence"

    fravaer: Annotated[Absence, Field(alias="Absence"), SET]
