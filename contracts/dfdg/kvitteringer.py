"""Receipts of writes: SOAP ``ServiceReceipt``, REST ``Servicekvittering`` and FravaerService's bare uuid.

Names and cardinalities: STAR's pages of JobcenterMessageService v2 and AbsenceRegistrationService v7 (SOAP), of guest
access (REST), and of FravaerService.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from lxml import etree
from pydantic import Field, ValidationError

from contracts.dfdg.grund import SET, Dfdgsvar, Element, LaestTid


class ServiceReceipt(Dfdgsvar):
    """The transaction's time and id."""

    tidspunkt: Annotated[LaestTid, Field(alias="EventDate"), SET]
    registrerings_id: Annotated[UUID, Field(alias="MessageIdentifier"), SET]


class Servicekvittering(Dfdgsvar):
    tidspunkt: Annotated[LaestTid, Field(alias="registreringstidspunkt"), SET]
    registrerings_id: Annotated[UUID, Field(alias="registreringsid"), SET]


@dataclass(frozen=True, slots=True)
class Kvittering:
    """What any receipt tells."""

    registrerings_id: str
    tidspunkt: datetime | None


def laes_soap(svar: Element) -> Kvittering | None:
    """The ``ServiceReceipt`` in an operation's response; None when it has none that can be read."""
    receipt = next((e for e in svar if etree.QName(e).localname == "ServiceReceipt"), None)
    if receipt is None:
        return None
    felter = {etree.QName(e).localname: (e.text or "").strip() for e in receipt}
    try:
        laest = ServiceReceipt.model_validate(felter)
    except ValidationError:
        return None
    return Kvittering(str(laest.registrerings_id), laest.tidspunkt)


def laes_json(krop: Any) -> Kvittering | None:
    """A bare uuid, or a Servicekvittering in any letter case (pages differ); None for anything else."""
    try:
        if isinstance(krop, str):
            return Kvittering(str(UUID(krop)), None)
        if isinstance(krop, dict):
            laest = Servicekvittering.model_validate({str(k).lower(): v for k, v in krop.items()})
            return Kvittering(str(laest.registrerings_id), laest.tidspunkt)
    except ValueError:
        return None
    return None
