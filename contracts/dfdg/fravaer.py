"""REST VisiteringOgStatus.FravaerService v1: what an absence looks like, to and fro.

Paths, field names and cardinalities: STAR's pages of the service (manual draft, and generated from code). The input of
UpdateFravaer and the answers of the Get methods are not public: taken as the create's fields (``UDLEDT``).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter

from contracts.dfdg.grund import SET, UDLEDT, Dag, Dfdgbesked, Dfdgsvar, Kode, Kommentar, LaestTid

TJENESTE = "FravaerService"
#: ``<base>/<Domain.Service>`` and then STAR's own path.
ROD = "/VisiteringOgStatus.FravaerService"
STI = "/v1/Fravaer/"


class Fravaersindhold(Dfdgbesked):
    """CreateFravaerRequestDto: one absence. The person's number goes in ``x-civilRegistrationIdentifier``."""

    fravaertype: Annotated[Kode, Field(alias="fravaerType"), SET]
    startdato: Annotated[Dag, Field(alias="startDato"), SET]
    slutdato: Annotated[Dag | None, Field(alias="slutDato"), SET] = None
    kommentar: Annotated[Kommentar | None, Field(alias="fravaersKommentar"), SET] = None
    anmeldelsesdato: Annotated[Dag, Field(alias="anmeldelsesDato"), SET]
    aarsag: Annotated[Kode | None, Field(alias="fravaersAfslutningsAarsag"), SET] = None

    def som_json(self) -> dict[str, Any]:
        """The body's JSON, without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class LaestFravaer(Dfdgsvar):
    """One absence in the answer of GetAlleFravaer (its fields are not public: the create's and the identifier)."""

    fravaer_id: Annotated[UUID, Field(alias="fravaerIdentifier"), UDLEDT]
    fravaertype: Annotated[int, Field(alias="fravaerType"), UDLEDT]
    start: Annotated[LaestTid, Field(alias="startDato"), UDLEDT]
    slut: Annotated[LaestTid | None, Field(alias="slutDato"), UDLEDT] = None
    aarsag: Annotated[int | None, Field(alias="fravaersAfslutningsAarsag"), UDLEDT] = None

    @property
    def startdato(self) -> date:
        return self.start.date()

    @property
    def slutdato(self) -> date | None:
        return self.slut.date() if self.slut is not None else None


_LISTE = TypeAdapter(list[LaestFravaer], config=ConfigDict(hide_input_in_errors=True))


def laes_alle(krop: bytes) -> list[LaestFravaer]:
    """The answer of GetAlleFravaer. Raises ``ValueError``, without values in its text, for anything else."""
    return _LISTE.validate_json(krop)
