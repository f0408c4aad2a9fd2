"""Refusals in words: which field, what is wrong, what would be right, which rule. Never the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from contracts.felter import EKSEMPLER


@dataclass(frozen=True, slots=True)
class Fejldetalje:
    """One fault. ``kode`` stands in contracts/codes/fejl.csv; ``felt`` is the camelCase path within ``data``
    (``samtaler[0].dato``) or an envelope attribute; ``loesning`` says what would be right; ``regel`` is the rule's id."""

    kode: str
    tekst: str
    felt: str | None = None
    loesning: str | None = None
    regel: str | None = None


#: pydantic's error types in plain words: what is wrong, what would be right. ``{x}`` is filled from the contract's own
#: limits, never from what was sent.
_ORD: dict[str, tuple[str, str]] = {
    "missing": ("mangler", "Angiv feltet."),
    "literal_error": ("har en værdi, der ikke findes på listen", "Brug en af: {expected}."),
    "bool_type": ("skal være true eller false", "Skriv true eller false uden anførselstegn."),
    "uuid_parsing": ("skal være en uuid", "Skriv en uuid på 36 tegn."),
    "uuid_type": ("skal være en uuid", "Skriv en uuid på 36 tegn i anførselstegn."),
    "string_type": ("skal være en tekst", "Skriv værdien i anførselstegn."),
    "string_too_short": ("er for kort", "Skriv mindst {min_length} tegn."),
    "string_too_long": ("er for lang", "Skriv højst {max_length} tegn."),
    "string_pattern_mismatch": ("har ikke den rette form", "Skriv {eksempel}."),
    "list_type": ("skal være en liste", "Skriv værdierne i en liste, også når der kun er én."),
    "too_short": ("har for få elementer", "Angiv mindst {min_length}."),
    "too_long": ("har for mange elementer", "Angiv højst {max_length}."),
    "model_type": ("skal være et objekt", "Skriv et JSON-objekt med felterne."),
    "model_attributes_type": ("skal være et objekt", "Skriv et JSON-objekt med felterne."),
}
_ELLERS = ("er ikke gyldigt", "Skriv værdien, som skemaet for hændelsestypen beskriver den.")


def _sti(loc: tuple[int | str, ...], felt: str = "") -> str | None:
    sti = ""
    for del_ in (*loc, *([felt] if felt else [])):
        sti += f"[{del_}]" if isinstance(del_, int) else f".{del_}" if sti else del_
    return sti or None


def fra_pydantic(fejl: ValidationError) -> tuple[Fejldetalje, ...]:
    """Every fault of a refused event, in the order of its fields."""
    ud = []
    for f in fejl.errors(include_input=False, include_url=False):
        ctx: dict[str, Any] = dict(f.get("ctx") or {})
        if "loesning" in ctx:  # one of the contracts' own refusals (contracts.felter.afvis)
            felt = _sti(f["loc"], ctx["felt"])
            ud.append(Fejldetalje(f["type"], f["msg"], felt, ctx["loesning"], ctx["regel"] or None))
            continue
        tekst, loesning = _ORD.get(f["type"], _ELLERS)
        if "pattern" in ctx:
            ctx["eksempel"] = EKSEMPLER.get(ctx["pattern"], f"en værdi af formen {ctx['pattern']}")
        if "expected" in ctx:
            ctx["expected"] = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
        ud.append(Fejldetalje("skema", tekst, _sti(f["loc"]), loesning.format_map(ctx)))
    return tuple(ud)


def samlet(detaljer: tuple[Fejldetalje, ...]) -> Fejldetalje:
    """The one fault that a kvittering names first: a broken rule before the format, then the first field."""
    d = next((d for d in detaljer if d.regel), detaljer[0])
    resten = len(detaljer) - 1
    flere = f" ({resten} fejl mere i detaljer)" if resten else ""
    return Fejldetalje(d.kode, f"Feltet {d.felt or 'data'} {d.tekst}{flere}.", d.felt, d.loesning, d.regel)
