"""Field types that events and messages share: what a border lets through, in one place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

_DATO = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_TID = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$")
_DECIMAL = re.compile(r"^-?\d{1,9}(\.\d{1,2})?$")


def afvis(kode: str, tekst: str, loesning: str, regel: str | None = None) -> PydanticCustomError:
    """A refusal whose text names no value: ``kode`` for machines, what would be right in ``loesning``, the rule's id."""
    return PydanticCustomError(kode, tekst, {"loesning": loesning, "regel": regel or ""})  # type: ignore[arg-type]


def _dato(v: Any) -> Any:
    if isinstance(v, date) and not isinstance(v, datetime):
        return v
    if not isinstance(v, str) or not _DATO.match(v):
        raise afvis("dato", "skal være en dato", "Skriv datoen som ÅÅÅÅ-MM-DD, f.eks. 2023-02-01.")
    try:
        return date.fromisoformat(v)
    except ValueError:
        raise afvis("dato", "er ingen dato i kalenderen", "Skriv en dato, der findes, som ÅÅÅÅ-MM-DD.") from None


def _tid(v: Any) -> Any:
    if isinstance(v, datetime) and v.tzinfo is not None:
        return v
    fejl = afvis("tid", "skal være et tidspunkt med forskel til UTC", "Skriv f.eks. 2023-02-01T09:30:00+01:00.")
    if not isinstance(v, str) or not _TID.match(v):
        raise fejl
    try:
        return datetime.fromisoformat(v)
    except ValueError:
        raise fejl from None


def _decimal(v: Any) -> Any:
    """A decimal as string or number with at most two places, without the rounding of a binary float."""
    if isinstance(v, Decimal):
        return v
    tekst = repr(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v
    if not isinstance(tekst, str) or not _DECIMAL.match(tekst):
        raise afvis("decimal", "skal være et tal med højst to decimaler", "Skriv f.eks. 410 eller \"409.99\".")
    return Decimal(tekst)


def _heltaltekst(v: Any) -> Any:
    if isinstance(v, bool) or not isinstance(v, str):
        raise afvis("kode", "skal være en kode skrevet som tekst", "Sæt koden i anførselstegn, f.eks. \"09\".")
    return v


#: Century by the 7th digit and the two digits of the year (the CPR register's public table).
def foedselsdato(cpr: str) -> date:
    """Day of birth of a CPR number (ten digits). Raises ``ValueError`` when the number holds no real date."""
    aar, syvende = int(cpr[4:6]), int(cpr[6])
    if syvende <= 3:
        aarhundrede = 1900
    elif syvende in (4, 9):
        aarhundrede = 2000 if aar <= 36 else 1900
    else:
        aarhundrede = 2000 if aar <= 57 else 1800
    return date(aarhundrede + aar, int(cpr[2:4]), int(cpr[0:2]))


def er_cpr(tekst: str) -> bool:
    """Whether ``tekst`` is ten digits with a real date (no modulus 11: numbers without it are issued)."""
    if len(tekst) != 10 or not tekst.isascii() or not tekst.isdigit():
        return False
    try:
        foedselsdato(tekst)
    except ValueError:
        return False
    return True


def _cpr(v: Any) -> Any:
    if not isinstance(v, str) or not er_cpr(v):
        raise afvis("cpr", "skal være et CPR-nummer", "Skriv ti cifre uden bindestreg, hvor de første seks er en dato.")
    return v


def _forskellige(v: list[Any]) -> list[Any]:
    if len(set(v)) != len(v):
        raise afvis("dublet", "må ikke nævne det samme to gange", "Nævn hvert formål én gang.")
    return v


Dato = Annotated[date, BeforeValidator(_dato)]
Tidspunkt = Annotated[datetime, BeforeValidator(_tid)]
Timetal = Annotated[Decimal, BeforeValidator(_decimal)]
Cpr = Annotated[str, BeforeValidator(_cpr)]
Akassekode = Annotated[str, BeforeValidator(_heltaltekst), StringConstraints(pattern=r"^[0-9]{1,3}$")]
Kommunekode = Annotated[str, BeforeValidator(_heltaltekst), StringConstraints(pattern=r"^[0-9]{3,4}$")]
Tekst = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Kort = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Maaned = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Forskellige: Callable[[list[Any]], list[Any]] = _forskellige
ForskelligeListe = AfterValidator(_forskellige)


class Kontrakt(BaseModel):
    """Base of what crosses the border: camelCase outside, unknown fields ignored, values never shown in errors."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True, strict=False
    )
