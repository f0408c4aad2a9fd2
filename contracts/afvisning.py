"""Refusals in words: which field, what is wrong, what would be right, which rule. Never the value itself."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from pydantic.alias_generators import to_camel


@dataclass(frozen=True, slots=True)
class Fejldetalje:
    """One fault. ``felt`` is the camelCase path within ``data`` (or an envelope attribute)."""

    kode: str
    tekst: str
    felt: str | None
    loesning: str | None
    regel: str | None = None


#: pydantic's error types in the interface's words: what is wrong, what would be right.
_ORD = {
    "missing": ("mangler", "Angiv feltet."),
    "literal_error": ("har en værdi, der ikke findes på listen", "Brug en af de værdier, som grænsefladen nævner."),
    "bool_type": ("skal være true eller false", "Skriv true eller false uden anførselstegn."),
    "uuid_parsing": ("skal være en uuid", "Skriv en uuid på 36 tegn."),
    "uuid_type": ("skal være en uuid", "Skriv en uuid på 36 tegn."),
    "string_type": ("skal være en tekst", "Skriv værdien i anførselstegn."),
    "string_too_short": ("er for kort", "Skriv mindst det krævede antal tegn."),
    "string_too_long": ("er for lang", "Forkort teksten."),
    "string_pattern_mismatch": ("har ikke den rette form", "Skriv værdien i den form, som grænsefladen nævner."),
    "list_type": ("skal være en liste", "Skriv værdierne i en liste."),
    "too_short": ("har for få elementer", "Angiv mindst ét."),
    "too_long": ("har for mange elementer", "Angiv færre."),
    "greater_than_equal": ("er for lille", "Angiv en større værdi."),
    "less_than_equal": ("er for stor", "Angiv en mindre værdi."),
    "model_type": ("skal være et objekt", "Skriv et JSON-objekt."),
    "model_attributes_type": ("skal være et objekt", "Skriv et JSON-objekt."),
    "dict_type": ("skal være et objekt", "Skriv et JSON-objekt."),
}


def _sti(loc: tuple[int | str, ...]) -> str | None:
    dele = [str(d) if isinstance(d, int) else to_camel(d) if "_" in d else d for d in loc]
    return ".".join(dele) or None


def fra_pydantic(fejl: ValidationError) -> tuple[Fejldetalje, ...]:
    """Every fault of a refused event, in the order of its fields."""
    ud = []
    for f in fejl.errors(include_input=False, include_url=False):
        ctx = f.get("ctx") or {}
        if "loesning" in ctx:
            # One of the contracts' own refusals: its type is the field where the fault belongs to no single one.
            felt = _sti(f["loc"]) or f["type"]
            ud.append(Fejldetalje("skema", f["msg"], felt, str(ctx["loesning"]), str(ctx.get("regel") or "") or None))
            continue
        tekst, loesning = _ORD.get(f["type"], ("er ikke gyldigt", "Skriv værdien, som grænsefladen beskriver den."))
        ud.append(Fejldetalje("skema", tekst, _sti(f["loc"]), loesning))
    return tuple(ud)
