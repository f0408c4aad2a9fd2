"""What every event's data shares, and the small value types that several of them use."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from contracts.felter import Cpr, Kontrakt, Tekst, afvis, forskellige

Formaal = Literal["cv", "raadighed", "jobsamtale", "faelles"]
Samtaleform = Literal["personligt", "telefon", "digitalt", "video", "andet"]
Forsikringsgrad = Literal["fuldtid", "deltid", "kombination"]
Indplaceringstype = Literal["ny", "genindplaceret"]
Tilbudstype = Literal[
    "virksomhedspraktik", "loentilskud", "nytteindsats", "vejledning_og_opkvalificering", "mentor", "befordring"
]
TILBUDSTYPER: tuple[str, ...] = get_args(Tilbudstype)


def _et_eller_to(v: list[str]) -> list[str]:
    if not 1 <= len(v) <= 2:
        raise afvis("s2_formaal", "skal nævne et eller to formål", "Nævn ét eller to forskellige formål.", "S2")
    return v


def _som_liste(v: Any) -> Any:
    return [v] if isinstance(v, str) else v


_FORMAAL_SKEMA: dict[str, Any] = {"type": "string", "enum": list(get_args(Formaal))}
_FORMAAL_LISTE_SKEMA: dict[str, Any] = {
    "type": "array",
    "items": _FORMAAL_SKEMA,
    "minItems": 1,
    "maxItems": 2,
    "uniqueItems": True,
}

#: One talk serves one or two purposes, and never the same twice (S2).
FormaalListe = Annotated[
    list[Formaal],
    AfterValidator(_et_eller_to),
    AfterValidator(forskellige("formål", "S2")),
    WithJsonSchema(_FORMAAL_LISTE_SKEMA),
]
#: Where a single purpose is the rule, it may stand alone.
FormaalEtEllerTo = Annotated[
    FormaalListe,
    BeforeValidator(_som_liste),
    WithJsonSchema({"anyOf": [_FORMAAL_SKEMA, _FORMAAL_LISTE_SKEMA]}),
]

#: The publisher's own id of an event, as in the envelope.
HaendelseId = Annotated[str, StringConstraints(min_length=1, max_length=256), Field(description="an event's id")]


class HaendelseData(Kontrakt):
    """Base of every event's data: it is always about one person."""

    cpr: Cpr


class Periode(HaendelseData):
    """Data with a start and an end: the end is never before the start."""

    @model_validator(mode="after")
    def _slut_efter_start(self) -> Periode:
        start, slut = getattr(self, "startdato", None), getattr(self, "slutdato", None)
        if start is not None and slut is not None and slut < start:
            raise afvis("skema", "ligger før startdato", "Sæt slutdato til startdato eller senere.", felt="slutdato")
        return self


class Tilbagekaldt(HaendelseData):
    """An earlier event of the same source that should not have been (``haendelseId`` is its envelope's ``id``)."""

    haendelse_id: HaendelseId
    begrundelse: Tekst
