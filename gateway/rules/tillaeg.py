"""What a citizen's state has that an earlier one had not: a long history need not be written again for one talk more.

Pure. A list is compared as a whole: what is taken over from its front and from its end, and what stands between them now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from pydantic import TypeAdapter

from gateway.rules.tilstand import Borger

_FELTER = tuple(f.name for f in fields(Borger))


@dataclass(frozen=True, slots=True)
class Tillaeg:
    """``nyt`` holds what is new: of the lists in ``lister`` (how many elements are taken over from the front and from the end)
    the elements between, and the fields in ``sat`` as they are now."""

    nyt: Borger = field(default_factory=Borger)
    lister: dict[str, tuple[int, int]] | None = None
    sat: tuple[str, ...] = ()


def forskel(foer: Borger, nu: Borger) -> Tillaeg:
    """What makes ``nu`` of ``foer``."""
    lister: dict[str, tuple[int, int]] = {}
    nyt: dict[str, Any] = {}
    for navn in _FELTER:
        gammel, ny = getattr(foer, navn), getattr(nu, navn)
        if gammel is ny or gammel == ny:
            continue
        if isinstance(gammel, tuple) and isinstance(ny, tuple):
            lister[navn] = forfra, bagfra = _faelles(gammel, ny)
            ny = ny[forfra : len(ny) - bagfra]
        nyt[navn] = ny
    return Tillaeg(replace(Borger(), **nyt), lister or None, tuple(n for n in nyt if n not in lister))


def tilfoej(foer: Borger, t: Tillaeg) -> Borger:
    """``foer`` with what came to it. Undoes ``forskel``: ``tilfoej(a, forskel(a, b)) == b``."""
    nyt: dict[str, Any] = {navn: getattr(t.nyt, navn) for navn in t.sat}
    for navn, (forfra, bagfra) in (t.lister or {}).items():
        gammel: tuple[object, ...] = getattr(foer, navn)
        nyt[navn] = (*gammel[:forfra], *getattr(t.nyt, navn), *gammel[len(gammel) - bagfra :])
    return replace(foer, **nyt)


def _faelles(gammel: tuple[object, ...], ny: tuple[object, ...]) -> tuple[int, int]:
    """How many elements both begin with, and how many of the rest both end with."""
    if ny[: len(gammel)] == gammel:
        # As most often, and compared at once.
        return len(gammel), 0
    hoejst = min(len(gammel), len(ny))
    forfra = 0
    while forfra < hoejst and gammel[forfra] == ny[forfra]:
        forfra += 1
    bagfra = 0
    while bagfra < hoejst - forfra and gammel[-1 - bagfra] == ny[-1 - bagfra]:
        bagfra += 1
    return forfra, bagfra


_ADAPTER: TypeAdapter[Tillaeg] = TypeAdapter(Tillaeg)


def til_json(t: Tillaeg) -> bytes:
    """As JSON bytes, without what stands at its default."""
    return _ADAPTER.dump_json(t, exclude_defaults=True)


def fra_json(raa: bytes) -> Tillaeg:
    """From ``til_json``'s bytes."""
    return _ADAPTER.validate_json(raa)
