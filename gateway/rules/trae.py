"""Decision trees as data, beside the code that decides: questions in Danish, and leaves that are the code's own answers.

A leaf is what a kvittering says: status, rule, code of the refusal, and its words, with ``…`` where they differ from case to
case. The tests hold the leaves against everything that the rules answer; the questions are for the reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Stands for what differs: in a leaf's words, and as the rule of a leaf that takes its rule from elsewhere.
ANDET = "…"


@dataclass(frozen=True, slots=True)
class Udfald:
    """What the rules answered an event. ``status`` is ``afventer`` or ``stoppet`` when nothing could be decided."""

    status: str
    regel: str | None
    tekst: str
    fejl: str | None = None


@dataclass(frozen=True, slots=True)
class Blad:
    """An answer at the end of a tree."""

    status: str
    regel: str | None
    tekst: str
    fejl: str | None = None

    def passer(self, u: Udfald) -> bool:
        """Whether the answer is this one. A stop names no rule of its own: its code tells it."""
        moenster = ".*".join(re.escape(del_) for del_ in self.tekst.split(ANDET))
        return (
            (u.status, u.fejl) == (self.status, self.fejl)
            and (self.regel in (ANDET, u.regel) or self.status == "stoppet")
            and re.fullmatch(moenster, u.tekst, re.DOTALL) is not None
        )


@dataclass(frozen=True, slots=True)
class Videre:
    """The tree goes on in another: that of the event type ``til``, or of the event itself (None)."""

    tekst: str
    til: str | None = None


@dataclass(frozen=True, slots=True)
class Spoerg:
    """A question with its answers, mostly ja and nej."""

    spoergsmaal: str
    svar: tuple[tuple[str, Knude], ...]


Knude = Spoerg | Blad | Videre


@dataclass(frozen=True, slots=True)
class Trae:
    """How the events of these types are decided. ``flag`` and ``pligter``: what an answer may carry besides.

    ``navn`` is unique among the trees and stable: references go by it.
    """

    navn: str
    titel: str
    typer: tuple[str, ...]
    rod: Knude
    flag: tuple[str, ...] = ()
    pligter: tuple[str, ...] = ()


def knuder(rod: Knude) -> Iterator[Knude]:
    """Every node once, from the root on; what two answers lead to comes when it is first met."""
    sete: set[Knude] = set()
    koe = [rod]
    while koe:
        k = koe.pop(0)
        if k in sete:
            continue
        sete.add(k)
        yield k
        if isinstance(k, Spoerg):
            koe += [under for _, under in k.svar]


def blade(rod: Knude) -> list[Blad]:
    """The leaves, each once."""
    return [k for k in knuder(rod) if isinstance(k, Blad)]


def videre(rod: Knude) -> list[Videre]:
    """Where the tree goes on in others."""
    return [k for k in knuder(rod) if isinstance(k, Videre)]


# --- the words trees are written in --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trin:
    spoergsmaal: str
    naar: bool
    knude: Knude


def hvis(spoergsmaal: str, knude: Knude) -> _Trin:
    """A step: with the answer ja the tree goes to ``knude``, with nej to the next step."""
    return _Trin(spoergsmaal, True, knude)


def hvis_ikke(spoergsmaal: str, knude: Knude) -> _Trin:
    """A step: with the answer nej the tree goes to ``knude``, with ja to the next step."""
    return _Trin(spoergsmaal, False, knude)


def foerst(*trin: _Trin, ellers: Knude) -> Knude:
    """The steps in their order; ``ellers`` when none of them ended it."""
    knude = ellers
    for t in reversed(trin):
        ja, nej = (t.knude, knude) if t.naar else (knude, t.knude)
        knude = Spoerg(t.spoergsmaal, (("ja", ja), ("nej", nej)))
    return knude


def vaelg(spoergsmaal: str, **svar: Knude) -> Knude:
    """A question with answers of its own; ``_`` in a name is a blank."""
    return Spoerg(spoergsmaal, tuple((navn.replace("_", " "), knude) for navn, knude in svar.items()))


def registreret(regel: str, tekst: str) -> Blad:
    return Blad("registreret", regel, tekst)


def videresendt(regel: str, tekst: str) -> Blad:
    return Blad("videresendt", regel, tekst)


def noteret(regel: str | None, tekst: str) -> Blad:
    return Blad("noteret", regel, tekst)


def uden_virkning(regel: str, tekst: str) -> Blad:
    return Blad("uden_virkning", regel, tekst)


def afvist(regel: str, kode: str, tekst: str) -> Blad:
    return Blad("afvist", regel, tekst, kode)


def afventer(regel: str, tekst: str) -> Blad:
    return Blad("afventer", regel, tekst)


def stoppet(regel: str | None, kode: str, tekst: str) -> Blad:
    return Blad("stoppet", regel, tekst, kode)
