"""Disturbances on order: what can go wrong between a caller and DFDG, each with a filter and a count of its hits.

Kinds (``art``), with their own fields:

- ``latens``: waits ``sekunder`` plus up to ``spredning`` before the request is looked at;
- ``nede``: connections are refused and live ones cut; with ``sekunder`` for that long, else until it is removed;
- ``svar``: answers HTTP ``status`` and/or fault number ``kode`` without doing anything (503; 500 with 1011; 4575 …);
- ``klip_foer_commit`` / ``klip_efter_commit``: cuts the connection before / after the effect;
- ``sen_commit``: no answer; the effect takes place after ``sekunder``;
- ``glem_request_id``: the request's id is forgotten before it is looked up (so no 412);
- ``vroevl``: the effect takes place, the answer is unreadable;
- ``langsomt_svar``: the effect takes place, the answer trickles over ``sekunder``;
- ``luk_forbindelse``: an ordinary answer, then the kept-alive connection is closed without a word.

Filters: ``tjeneste``, ``operation``, ``cpr``, ``akasse`` (whose certificate); ``andel`` (0-1) with ``seed``, drawn per
attempt or, with ``andel_af`` ``borger``, per citizen; ``spring_over`` lets the first n matching requests through, ``antal`` limits the hits and
``antal_pr_borger`` those of one citizen. ``id_brugt`` (``klip_foer_commit``, ``sen_commit``): whether the attempt has
used up its x-requestId although nothing took place (yet).
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Art = Literal[
    "latens",
    "nede",
    "svar",
    "klip_foer_commit",
    "klip_efter_commit",
    "sen_commit",
    "glem_request_id",
    "vroevl",
    "langsomt_svar",
    "luk_forbindelse",
]

#: Kinds that let the request go on, so that another disturbance may hit it too.
_LADER_GAA = frozenset({"latens", "glem_request_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Forstyrrelse:
    """One order. ``cpr`` is left out of its ``repr``."""

    art: Art
    tjeneste: str | None = None
    operation: str | None = None
    cpr: str | None = field(default=None, repr=False)
    akasse: str | None = None
    andel: float = 1.0
    andel_af: Literal["forsoeg", "borger"] = "forsoeg"
    seed: int = 0
    antal: int | None = None
    antal_pr_borger: int | None = None
    spring_over: int = 0
    sekunder: float = 0.0
    spredning: float = 0.0
    status: int | None = None
    kode: int | None = None
    id_brugt: bool | None = None

    def som_json(self) -> dict[str, Any]:
        """Only what differs from the standard."""
        standard = {felt.name: felt.default for felt in fields(self)}
        return {navn: vaerdi for navn, vaerdi in asdict(self).items() if vaerdi != standard[navn]}


_TYPER: dict[str, tuple[type, ...]] = {
    "art": (str,),
    "tjeneste": (str,),
    "operation": (str,),
    "cpr": (str,),
    "akasse": (str,),
    "andel": (int, float),
    "andel_af": (str,),
    "seed": (int,),
    "antal": (int,),
    "antal_pr_borger": (int,),
    "spring_over": (int,),
    "sekunder": (int, float),
    "spredning": (int, float),
    "status": (int,),
    "kode": (int,),
    "id_brugt": (bool,),
}


def laes(data: Any) -> Forstyrrelse:
    """An order from JSON. Raises ValueError naming the field that is wrong, never its value."""
    if not isinstance(data, dict):
        raise ValueError("an order is a JSON object")
    for navn, vaerdi in data.items():
        if navn not in _TYPER:
            raise ValueError("unknown field in the order")
        if vaerdi is None:
            continue
        if not isinstance(vaerdi, _TYPER[navn]) or (isinstance(vaerdi, bool) and navn != "id_brugt"):
            raise ValueError(f"{navn} has the wrong type")
    rene = {navn: vaerdi for navn, vaerdi in data.items() if vaerdi is not None}
    if rene.get("art") not in get_args(Art):
        raise ValueError(f"art must be one of {', '.join(get_args(Art))}")
    if rene.get("andel_af", "forsoeg") not in ("forsoeg", "borger"):
        raise ValueError("andel_af must be forsoeg or borger")
    if not 0 <= rene.get("andel", 1.0) <= 1:
        raise ValueError("andel must lie between 0 and 1")
    if any(rene.get(navn, 0) < 0 for navn in ("sekunder", "spredning", "antal", "antal_pr_borger", "spring_over")):
        raise ValueError("seconds and counts cannot be negative")
    if rene["art"] == "svar" and "status" not in rene and "kode" not in rene:
        raise ValueError("svar needs status or kode")
    if not 200 <= rene.get("status", 503) <= 599:
        raise ValueError("status must lie between 200 and 599")
    return Forstyrrelse(**rene)


class Bestilt:
    """An order in force, with what it has hit so far."""

    def __init__(self, nummer: int, forstyrrelse: Forstyrrelse) -> None:
        self.nummer = nummer
        self.forstyrrelse = forstyrrelse
        self.treffer = 0
        self._set = 0
        self._pr_borger: Counter[str] = Counter()
        self._terning = random.Random(forstyrrelse.seed)

    def rammer(self, tjeneste: str, operation: str, cpr: str | None, akasse: str | None = None) -> bool:
        """Whether it hits this request; a hit is counted."""
        f = self.forstyrrelse
        if f.antal is not None and self.treffer >= f.antal:
            return False
        if f.tjeneste not in (None, tjeneste) or f.operation not in (None, operation) or f.cpr not in (None, cpr):
            return False
        if f.akasse not in (None, akasse):
            return False
        borger = cpr or ""
        if f.antal_pr_borger is not None and self._pr_borger[borger] >= f.antal_pr_borger:
            return False
        if f.andel < 1 and not self._traekker(borger):
            return False
        self._set += 1
        if self._set <= f.spring_over:
            return False
        self.treffer += 1
        if f.antal_pr_borger is not None:
            self._pr_borger[borger] += 1
        return True

    def _traekker(self, borger: str) -> bool:
        """Draws by the seed: the same attempts in the same order, or the same citizens, are hit again."""
        f = self.forstyrrelse
        if f.andel_af == "forsoeg":
            return self._terning.random() < f.andel
        aftryk = hashlib.blake2b(f"{f.seed}|{borger}".encode(), digest_size=8).digest()
        return int.from_bytes(aftryk, "big") / 2**64 < f.andel

    def som_json(self) -> dict[str, Any]:
        return {"nummer": self.nummer, "treffer": self.treffer, **self.forstyrrelse.som_json()}


@dataclass(slots=True)
class Ramt:
    """What hits one request: the waiting, whether its id is forgotten, and at most one kind that ends it."""

    ventetid: float = 0.0
    glem_request_id: bool = False
    ende: Forstyrrelse | None = None


_INTET = Ramt()


class Forstyrrelser:
    """The orders in force, oldest first."""

    def __init__(self) -> None:
        self._bestilte: dict[int, Bestilt] = {}
        self._naeste = 1

    def tilfoej(self, forstyrrelse: Forstyrrelse) -> Bestilt:
        bestilt = Bestilt(self._naeste, forstyrrelse)
        self._bestilte[bestilt.nummer] = bestilt
        self._naeste += 1
        return bestilt

    def fjern(self, nummer: int | None) -> list[Bestilt]:
        """Takes one order (None: all) back; gives what was in force. Raises KeyError for an unknown number."""
        if nummer is None:
            fjernet = list(self._bestilte.values())
            self._bestilte.clear()
            return fjernet
        return [self._bestilte.pop(nummer)]

    def alle(self) -> list[Bestilt]:
        return list(self._bestilte.values())

    def ram(self, tjeneste: str, operation: str, cpr: str | None, akasse: str | None = None) -> Ramt:
        """What hits this request: every waiting, and the first kind that ends it."""
        if not self._bestilte:
            return _INTET
        ramt = Ramt()
        for bestilt in self._bestilte.values():
            f = bestilt.forstyrrelse
            if f.art == "nede" or (ramt.ende is not None and f.art not in _LADER_GAA):
                continue
            if not bestilt.rammer(tjeneste, operation, cpr, akasse):
                continue
            if f.art == "latens":
                ramt.ventetid += f.sekunder + (random.Random(f.seed + bestilt.treffer).random() * f.spredning)
            elif f.art == "glem_request_id":
                ramt.glem_request_id = True
            else:
                ramt.ende = f
        return ramt
