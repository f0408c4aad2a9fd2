"""Sharing what is free evenly among those who ask (I4). Pure."""

from __future__ import annotations

from collections.abc import Mapping


def fordel(ledige: int, oensket: Mapping[str, int]) -> dict[str, int]:
    """Who gets how many of ``ledige``: evenly, nobody more than asked for, in the order in which they are named."""
    tildelt = dict.fromkeys(oensket, 0)
    while ledige > 0 and (sultne := [k for k in oensket if tildelt[k] < oensket[k]]):
        del_ = max(1, ledige // len(sultne))
        for k in sultne:
            antal = min(del_, oensket[k] - tildelt[k], ledige)
            tildelt[k] += antal
            ledige -= antal
    return tildelt
