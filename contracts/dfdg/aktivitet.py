"""Activities: SOAP ActivityService v1 CreateActivity, DeleteActivity, and GetActivity to read back.

Elements of CreateActivity: STAR's page and its comparison pages; they are cut after these. The service's version, and
both messages of DeleteActivity and GetActivity, are not public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.dfdg.grund import EGEN, SET, Cpr, Element, Kode, Soapanmodning, Soaptjeneste, Xmldel
from contracts.dfdg.laesning import dag, kraev_svar, med_felt, tekst
from contracts.dfdg.samtale import AuthorityStructure

TJENESTE = Soaptjeneste("ActivityService", 1)


class ActivityAuthority(Xmldel):
    """ResponsibleAuthority; whether a caseworker is required is not public, and the event names none."""

    struktur: Annotated[AuthorityStructure, Field(alias="AuthorityStructure"), SET]


class ActivityCoreItem(Xmldel):
    """0-59 for the hours looks like a copy of the minutes' range; it stands so on the page."""

    aktivitet_id: Annotated[UUID, Field(alias="ActivityIdentifier"), SET]
    startdato: Annotated[date, Field(alias="StartDate"), SET]
    slutdato: Annotated[date, Field(alias="EndDate"), SET]
    timer: Annotated[int, Field(alias="HoursPerWeek", ge=0, le=59), SET]
    minutter: Annotated[int, Field(alias="MinutesPerWeek", ge=0, le=59), SET]
    myndighed: Annotated[ActivityAuthority, Field(alias="ResponsibleAuthority"), SET]
    aktivitetstype: Annotated[Kode, Field(alias="ActivationTypeIdentifier"), SET]


class ActivityItem(Xmldel):
    kerne: Annotated[ActivityCoreItem, Field(alias="ActivityCoreItem"), SET]


class CreateActivityRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = TJENESTE
    operation: ClassVar[str] = "CreateActivity"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), SET]
    aktivitet: Annotated[ActivityItem, Field(alias="ActivityItem"), SET]


class DeleteActivityRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = TJENESTE
    operation: ClassVar[str] = "DeleteActivity"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]
    aktivitet_id: Annotated[UUID, Field(alias="ActivityIdentifier"), EGEN]


class GetActivityRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = TJENESTE
    operation: ClassVar[str] = "GetActivity"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), EGEN]
    aktivitet_id: Annotated[UUID, Field(alias="ActivityIdentifier"), EGEN]


@dataclass(frozen=True, slots=True)
class LaestAktivitet:
    aktivitet_id: UUID
    startdato: date
    slutdato: date | None
    minutter: int
    aktivitetstype: str | None


def laes_aktiviteter(svar: Element) -> list[LaestAktivitet]:
    """The activities in ``GetActivityResponse``. Raises ``ValueError`` for anything else."""
    kraev_svar(svar, "GetActivity")
    return [_aktivitet(e) for e in med_felt(svar, "ActivityIdentifier")]


def _aktivitet(e: Element) -> LaestAktivitet:
    try:
        start = dag(tekst(e, "StartDate"))
        if start is None:
            raise ValueError
        return LaestAktivitet(
            UUID(tekst(e, "ActivityIdentifier") or ""),
            start,
            dag(tekst(e, "EndDate")),
            60 * int(tekst(e, "HoursPerWeek") or 0) + int(tekst(e, "MinutesPerWeek") or 0),
            tekst(e, "ActivationTypeIdentifier"),
        )
    except ValueError:
        raise ValueError("an activity that can't be read") from None
