"""Field types that events and messages share: what a border lets through, in one place.

The JSON form of each type stands beside it (``pattern``), so that the published schemas say what the code checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

_DATO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TID = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?")

#: Dates outside these years are typing errors or stand for "never"; refused, so that no rule's arithmetic can overflow.
FOERSTE_AAR, SIDSTE_AAR = 1900, 2199


def afvis(
    kode: str, tekst: str, loesning: str, regel: str | None = None, *, felt: str | None = None
) -> PydanticCustomError:
    """A refusal whose text names no value: what is wrong, what would be right (``loesning``), the rule's id.

    ``kode`` stands in contracts/codes/fejl.csv. ``felt`` (camelCase) is for faults that concern several fields.
    """
    return PydanticCustomError(kode, tekst, {"loesning": loesning, "regel": regel or "", "felt": felt or ""})


def _i_aarene(aar: int) -> None:
    if not FOERSTE_AAR <= aar <= SIDSTE_AAR:
        raise afvis(
            "skema",
            f"ligger uden for årene {FOERSTE_AAR}-{SIDSTE_AAR}",
            "Skriv den rigtige dato; en dato, der ikke kendes endnu, udelades.",
        )


def _dato(v: Any) -> Any:
    if not isinstance(v, date) or isinstance(v, datetime):
        if not isinstance(v, str) or not _DATO.fullmatch(v):
            raise afvis("skema", "skal være en dato", "Skriv datoen som ÅÅÅÅ-MM-DD, f.eks. 2023-02-01.")
        try:
            v = date.fromisoformat(v)
        except ValueError:
            raise afvis("skema", "er ingen dato i kalenderen", "Skriv en dato, der findes, som ÅÅÅÅ-MM-DD.") from None
    _i_aarene(v.year)
    return v


def tidspunkt(tekst: str) -> datetime:
    """A moment written after RFC 3339 with its offset to UTC. Raises ``ValueError`` for anything else."""
    if not _TID.fullmatch(tekst):
        raise ValueError("not an RFC 3339 moment with offset")
    tid = datetime.fromisoformat(tekst.upper())
    if not FOERSTE_AAR <= tid.year <= SIDSTE_AAR:
        raise ValueError("a year outside the calendar in use")
    return tid


def _tid(v: Any) -> Any:
    if isinstance(v, datetime) and v.tzinfo is not None:
        return v
    try:
        if isinstance(v, str):
            return tidspunkt(v)
    except ValueError:
        pass
    raise afvis("skema", "skal være et tidspunkt med forskel til UTC", "Skriv f.eks. 2023-02-01T09:30:00+01:00.")


def _decimal(v: Any) -> Any:
    """A decimal as string or number with at most two places.

    ``repr`` gives back the digits that were sent (the shortest that read as the same float, exact far beyond the
    eleven that are allowed); numbers written longer arrive as ``Decimal`` and are refused here.
    """
    if isinstance(v, bool):
        tekst = None
    elif isinstance(v, (int, float)):
        tekst = repr(v)
    elif isinstance(v, Decimal):
        # Far exponents would be written out as millions of digits.
        tekst = format(v, "f") if v.is_finite() and -20 < int(v.as_tuple().exponent) < 20 else None
    else:
        tekst = v
    if not isinstance(tekst, str) or not _DECIMAL.fullmatch(tekst):
        raise afvis("skema", "skal være et tal med højst to decimaler", 'Skriv f.eks. 410 eller "409.99".')
    return Decimal(tekst)


def _kodetekst(v: Any) -> Any:
    if not isinstance(v, str):
        raise afvis("skema", "skal være en kode skrevet som tekst", 'Sæt koden i anførselstegn, f.eks. "09".')
    return v


def foedselsdato(cpr: str) -> date:
    """Day of birth of a CPR number (ten digits); the century is told by the 7th digit and the two digits of the year
    (the CPR register's public table). Raises ``ValueError`` when the number holds no real date."""
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
        raise afvis(
            "skema", "skal være et CPR-nummer", "Skriv ti cifre uden bindestreg, hvor de første seks er en dato."
        )
    return v


def ikke_negativ(v: Decimal) -> Decimal:
    if v < 0:
        raise afvis("skema", "må ikke være negativ", "Skriv 0 eller et større tal.")
    return v


def hoejst(graense: int) -> AfterValidator:
    """Refuses numbers above ``graense``."""

    def kontrol(v: Decimal) -> Decimal:
        if v > graense:
            raise afvis("skema", "er for stor", f"Skriv højst {graense}.")
        return v

    return AfterValidator(kontrol)


Dato = Annotated[date, BeforeValidator(_dato)]
Tidspunkt = Annotated[datetime, BeforeValidator(_tid)]
#: Hours: never negative, at most two places, in schemas a number or a string.
Timetal = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    AfterValidator(ikke_negativ),
    WithJsonSchema(
        {
            "description": "at most two decimals",
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1_000_000_000},
                {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,2})?$"},
            ],
        }
    ),
]
Cpr = Annotated[str, BeforeValidator(_cpr), Field(json_schema_extra={"pattern": "^[0-9]{10}$"})]
#: Codes are kept exactly as sent: "09" is not "9".
Akassekode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$"), BeforeValidator(_kodetekst)]
Kommunekode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,4}$"), BeforeValidator(_kodetekst)]
Tekst = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Kort = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Maaned = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]

#: What right values of a pattern look like, for a refusal's ``loesning``.
EKSEMPLER: dict[str, str] = {
    r"^[0-9]{1,3}$": 'en a-kassekode på 1-3 cifre, f.eks. "09"',
    r"^[0-9]{3,4}$": 'en kommunekode på 3-4 cifre, f.eks. "0101"',
    r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$": 'en måned som ÅÅÅÅ-MM, f.eks. "2023-02"',
    r"^\+?[0-9 ]{3,20}$": 'et telefonnummer af cifre, f.eks. "+45 12345678"',
}


def forskellige(ord_: str, regel: str | None = None) -> Callable[[list[Any]], list[Any]]:
    """A check that a list names nothing twice; ``ord_`` is what it names."""

    def kontrol(v: list[Any]) -> list[Any]:
        if len(set(v)) != len(v):
            raise afvis("skema", "må ikke nævne det samme to gange", f"Nævn hvert {ord_} én gang.", regel)
        return v

    return kontrol


class Kontrakt(BaseModel):
    """Base of what crosses the border: camelCase outside, unknown fields ignored, ``null`` is absent, values never
    shown in errors."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _null_er_fravaer(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            return {k: v for k, v in data.items() if v is not None}
        return data
