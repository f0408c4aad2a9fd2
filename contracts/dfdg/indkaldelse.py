"""REST Kontaktforloeb.IndkaldelseService v1: a planned talk (summons or booking), to and fro, and the choice to attend.

Operations, the identifier in the path, ``selvbooket`` and ``digitaltMoedelink``: STAR's pages of the service (draft of
v1, page of 2024-3). Their field tables are cut, so most names are concluded from BookingService's or the project's own.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter

from contracts.dfdg.grund import (
    EGEN,
    SET,
    UDLEDT,
    Dfdgbesked,
    Dfdgsvar,
    Fritekst,
    Kode,
    LaestTid,
    Tidspunkt,
)

TJENESTE = "IndkaldelseService"
ROD = "/Kontaktforloeb.IndkaldelseService"
STI = "/v1/Indkaldelse"


class Myndighed(Dfdgbesked):
    """The authority that holds the talk; the activity draft has a block of the same name."""

    organisationstype: Annotated[int, Field(alias="organisationsTypeIdentifier", ge=1, le=100), UDLEDT]
    organisationskode: Annotated[
        str, StringConstraints(min_length=1, max_length=20), Field(alias="organisationskode"), UDLEDT
    ]


class AnsvarligMyndighed(Dfdgbesked):
    myndighed: Annotated[Myndighed, Field(alias="myndighed"), UDLEDT]


class Indkaldelsesindhold(Dfdgbesked):
    """CreateIndkaldelse and UpdateIndkaldelse: the whole planned talk. Person in a header, identifier in the path.

    A digital meeting (form 8) carries the link that the citizen is shown on Jobnet.
    """

    samtaletype: Annotated[Kode, Field(alias="samtaleType"), UDLEDT]
    start: Annotated[Tidspunkt, Field(alias="startTidspunkt"), UDLEDT]
    slut: Annotated[Tidspunkt, Field(alias="slutTidspunkt"), UDLEDT]
    samtaleform: Annotated[Kode, Field(alias="samtaleform"), UDLEDT]
    selvbooket: Annotated[bool, Field(alias="selvbooket"), SET]
    moedelink: Annotated[str | None, Field(alias="digitaltMoedelink", min_length=1, max_length=2000), SET] = None
    adresse: Annotated[Fritekst | None, Field(alias="adresse"), EGEN] = None
    myndighed: Annotated[AnsvarligMyndighed, Field(alias="ansvarligMyndighed"), UDLEDT]

    def som_json(self) -> dict[str, Any]:
        """The body's JSON, without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Deltagelsesvalg(Dfdgbesked):
    """SaveDeltagelsesvalg: the code list is Kontaktforloeb.DeltagelsesvalgTypeCodeList."""

    valg: Annotated[Kode, Field(alias="deltagelsesvalgType"), UDLEDT]

    def som_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


class LaestIndkaldelse(Dfdgsvar):
    """One of the citizen's planned talks in the answer of GetIndkaldelser, whoever summoned."""

    indkaldelse_id: Annotated[UUID, Field(alias="indkaldelseIdentifier"), UDLEDT]
    samtaletype: Annotated[int, Field(alias="samtaleType"), UDLEDT]
    start: Annotated[LaestTid, Field(alias="startTidspunkt"), UDLEDT]
    slut: Annotated[LaestTid, Field(alias="slutTidspunkt"), UDLEDT]
    samtaleform: Annotated[int, Field(alias="samtaleform"), UDLEDT]
    selvbooket: Annotated[bool, Field(alias="selvbooket"), SET]
    deltagelsesvalg: Annotated[int | None, Field(alias="deltagelsesvalg"), EGEN] = None


_LISTE = TypeAdapter(list[LaestIndkaldelse], config=ConfigDict(hide_input_in_errors=True))


def laes_alle(krop: bytes) -> list[LaestIndkaldelse]:
    """The answer of GetIndkaldelser. Raises ``ValueError``, without values in its text, for anything else."""
    return _LISTE.validate_json(krop)
