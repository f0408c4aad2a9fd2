"""The CV's status: SOAP CVWorkFlowService v1 UpdateCVStatus, read back by CVService v6 GetCV.

Elements: STAR's pages of both services. The comment is 0-400 on one page and 0-375 on a later one: the shorter counts.
UpdateCVStatus answers an empty receipt. The request of GetCV is not public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints

from contracts.dfdg.grund import SET, UDLEDT, Cpr, Element, Kode, Soapanmodning, Soaptjeneste, ren_xml
from contracts.dfdg.laesning import alle, kraev_svar

SAET = Soaptjeneste("CVWorkFlowService", 1)
LAES = Soaptjeneste("CVService", 6)

Cvkommentar = Annotated[str, BeforeValidator(ren_xml), StringConstraints(max_length=375)]


class UpdateCVStatusRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = SAET
    operation: ClassVar[str] = "UpdateCVStatus"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), SET]
    status: Annotated[Kode, Field(alias="CvStatusIdentifier"), SET]
    kommentar: Annotated[Cvkommentar | None, Field(alias="Comment"), SET] = None


class GetCVRequest(Soapanmodning):
    tjeneste: ClassVar[Soaptjeneste] = LAES
    operation: ClassVar[str] = "GetCV"

    cpr: Annotated[Cpr, Field(alias="PersonCivilRegistrationIdentifier"), UDLEDT]


@dataclass(frozen=True, slots=True)
class LaestCv:
    """The CV's status and comment as they stand; None where nothing stands."""

    status: str | None
    kommentar: str | None


def laes_cv(svar: Element) -> LaestCv:
    """The status in ``GetCVResponse``. Raises ``ValueError`` for anything else."""
    kraev_svar(svar, "GetCV")
    status, kommentar = alle(svar, "CVStatusIdentifier"), alle(svar, "CVComment")
    if not status and not alle(svar, "Municipality"):
        raise ValueError("GetCVResponse says nothing of a CV")
    return LaestCv(
        (status[0].text or "").strip() or None if status else None,
        (kommentar[0].text or "").strip() or None if kommentar else None,
    )
