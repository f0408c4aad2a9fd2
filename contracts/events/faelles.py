"""What every event's data shares, and the small value types that several of them use."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from contracts.felter import Cpr, ForskelligeListe, Kontrakt, Kort, Tekst, afvis

Formaal = Literal["cv", "raadighed", "jobsamtale", "faelles"]
#: One talk serves one or two purposes, and never the same twice (S2).
FormaalListe = Annotated[list[Formaal], Field(min_length=1, max_length=2), ForskelligeListe]
Samtaleform = Literal["personligt", "telefon", "digitalt", "video", "andet"]
Forsikringsgrad = Literal["fuldtid", "deltid", "kombination"]
Indplaceringstype = Literal["ny", "genindplaceret"]
Tilbudstype = Literal[
    "virksomhedspraktik", "loentilskud", "nytteindsats", "vejledning_og_opkvalificering", "mentor", "befordring"
]


class HaendelseData(Kontrakt):
    """Base of every event's data: it is always about one person."""

    cpr: Cpr


def _ren_id(v: Any) -> Any:
    if not isinstance(v, str) or not v or len(v) > 128:
        raise afvis("id", "skal være et id på 1-128 tegn", "Brug udgiverens eget id for hændelsen.")
    return v


HaendelseId = Annotated[str, BeforeValidator(_ren_id)]


class Periode(HaendelseData):
    """Data with a start and an end: the end is never before the start."""

    @model_validator(mode="after")
    def _slut_efter_start(self) -> Periode:
        start, slut = getattr(self, "startdato", None), getattr(self, "slutdato", None)
        if start is not None and slut is not None and slut < start:
            raise afvis("slutdato", "slutdato ligger før startdato", "Sæt slutdato til startdato eller senere.")
        return self


class Tilbagekaldt(HaendelseData):
    """An earlier event that should not have been."""

    haendelse_id: HaendelseId
    begrundelse: Tekst


__all__ = ["FormaalListe", "HaendelseData", "HaendelseId", "Kort", "Periode", "Tilbagekaldt"]
