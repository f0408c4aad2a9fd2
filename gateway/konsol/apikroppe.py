"""What a request to ``/api/v1`` may hold."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Kode(BaseModel):
    kode: str = Field(max_length=200)


class Adgang(BaseModel):
    token: str


class Grunden(BaseModel):
    """Why; kept with the act."""

    begrundelse: str = Field(min_length=1, max_length=2000)


class Handling(Grunden):
    """``proev``: show what would happen and be sent; nothing is done."""

    begrundelse: str = Field(default="", max_length=2000)
    proev: bool = False


class Erstatning(Handling):
    data: dict[str, Any]


class Mange(Handling):
    """By ids, or every open one of a cause."""

    handling: Literal["retry", "skip"]
    ids: list[UUID] = []
    kode: str | None = None
    dfdgKode: str | None = None  # noqa: N815  the interface's camelCase
    type: str | None = None


class Afklaring(Handling):
    findes: bool
    bevis: str = Field(default="", max_length=2000)
    registreringsId: str | None = None  # noqa: N815


class Pause(Handling):
    art: Literal["akasse", "tjeneste", "borger"]
    vaerdi: str


class Ophaevelse(Handling):
    straks: bool = False


class Genaabning(Handling):
    tjeneste: str
    akasse: str | None = None


class Vindue(Handling):
    tjenester: list[str] = []
    fra: datetime | None = None
    til: datetime
    tekst: str


class Vinduesaendring(Handling):
    """``til`` absent: it ends now."""

    til: datetime | None = None


class Karantaene(Handling):
    kilde: str
    type: str | None = None
    fra: datetime
    til: datetime | None = None


class Karantaeneophaevelse(Handling):
    springOver: bool = False  # noqa: N815


class Cprsoegning(Grunden):
    """The number stands in the body alone and is kept nowhere."""

    cpr: str = Field(max_length=20, repr=False)
