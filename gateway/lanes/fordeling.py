"""Sharing what is free evenly among those who ask (I4). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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


def pladser(
    kanaler: Sequence[str], ledige: int, undervejs: Mapping[str, int], pr_kanal: int, sidst: Mapping[str, int]
) -> dict[str, int]:
    """Free slots of each channel: ``ledige`` in all, no channel above ``pr_kanal`` with what it has ``undervejs``.

    ``sidst``: the round in which a channel was last claimed from. Who has waited longest is named first, and so gets
    what can't be shared evenly, here and where a service's rate leaves fewer calls than there are channels.
    """
    raekkefoelge = sorted(kanaler, key=lambda k: (sidst.get(k, 0), k))
    return fordel(ledige, {k: max(0, pr_kanal - undervejs.get(k, 0)) for k in raekkefoelge})
