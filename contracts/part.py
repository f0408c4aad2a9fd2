"""Parties and persons in names: which party a topic or a source belongs to, and CPR numbers where none may stand."""

from __future__ import annotations

import re
from typing import Literal

from contracts.felter import er_cpr

Art = Literal["akasse", "jobcenter"]

_KILDE = re.compile(r"/(akasse|jobcenter)/([0-9A-Za-z]{1,20})(?:/[^\s\x00-\x1f\x7f]{1,200})?")
_TOPIC = re.compile(r"(akasse|jobcenter)\.([0-9A-Za-z]+)\.haendelser\.v1")
#: Ten digits as a whole word, also after a word such as "cpr" (its last letter is none of a uuid's, so that a uuid
#: is never hit), or ddmmyy-xxxx.
_CPR_ORD = re.compile(r"(?<![0-9A-Za-z])(?:(?:[A-Za-z]*[g-zG-Z])?([0-9]{10})|([0-9]{6})[- ]([0-9]{4}))(?![0-9A-Za-z])")


def _part(fund: re.Match[str] | None) -> tuple[Art, str] | None:
    return None if fund is None else ("akasse" if fund[1] == "akasse" else "jobcenter", fund[2])


def part_i_kilde(kilde: str) -> tuple[Art, str] | None:
    """``/akasse/09/ledighed`` -> ("akasse", "09"); None when it is no source of a party."""
    return _part(_KILDE.fullmatch(kilde))


def part_i_topic(topic: str) -> tuple[Art, str] | None:
    """``akasse.09.haendelser.v1`` -> ("akasse", "09"); None when it is no party's topic of events."""
    return _part(_TOPIC.fullmatch(topic))


def rummer_cpr(tekst: str, kendte: tuple[str, ...] = ()) -> bool:
    """Whether ``tekst`` holds one of the ``kendte`` numbers anywhere, or something that can be a CPR number as a word."""
    if rummer_kendt(tekst, kendte):
        return True
    return any(er_cpr(m[1] or m[2] + m[3]) for m in _CPR_ORD.finditer(tekst))


def rummer_kendt(tekst: str, kendte: tuple[str, ...]) -> bool:
    """Whether ``tekst`` holds one of the ``kendte`` CPR numbers, with or without the hyphen."""
    return any(c in tekst or f"{c[:6]}-{c[6:]}" in tekst for c in kendte)
