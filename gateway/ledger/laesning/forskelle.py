"""Where two requests of one kind differ, field by field: the one that failed beside the one that went well. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson
from lxml import etree


@dataclass(frozen=True, slots=True)
class Forskel:
    """``denne`` or ``god`` None: the field stands in the other one alone."""

    felt: str
    denne: str | None
    god: str | None


def forskelle(denne: str, god: str) -> list[Forskel]:
    """The fields (XML or JSON) whose values differ: those that only one has first, then in the order of ``denne``. Nothing for
    what is neither."""
    a, b = _felter(denne), _felter(god)
    alle = [Forskel(n, a.get(n), b.get(n)) for n in dict.fromkeys([*a, *b]) if a.get(n) != b.get(n)]
    return sorted(alle, key=lambda f: f.denne is not None and f.god is not None)


def _felter(krop: str) -> dict[str, str]:
    start = krop.lstrip()[:1]
    try:
        if start == "<":
            parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
            return _nummereret(_xml(etree.fromstring(krop.encode(), parser), ()))
        if start in ("{", "["):
            return _nummereret(_json(orjson.loads(krop), ()))
    except (etree.XMLSyntaxError, orjson.JSONDecodeError):
        pass
    return {}


def _xml(e: Any, sti: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    if not isinstance(e.tag, str):
        return []
    her = (*sti, etree.QName(e).localname)
    boern = [x for barn in e for x in _xml(barn, her)]
    return boern or [(her, (e.text or "").strip())]


def _json(v: Any, sti: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    match v:
        case dict():
            return [x for k, u in v.items() for x in _json(u, (*sti, str(k)))]
        case list():
            return [x for u in v for x in _json(u, sti)]
        case None:
            return []
        case _:
            return [(sti, str(v).lower() if isinstance(v, bool) else str(v))]


def _nummereret(felter: list[tuple[tuple[str, ...], str]]) -> dict[str, str]:
    """By the last two names of the path, numbered where they come again."""
    set_: Counter[str] = Counter()
    ud = {}
    for sti, vaerdi in felter:
        navn = ".".join(sti[-2:])
        set_[navn] += 1
        ud[navn if set_[navn] == 1 else f"{navn} {set_[navn]}"] = vaerdi
    return ud
