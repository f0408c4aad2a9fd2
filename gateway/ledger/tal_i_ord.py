"""Figures as they are said in Danish, for the command line, the console and its API alike."""

from __future__ import annotations

from datetime import timedelta


def med_tal(n: int, en: str, flere: str) -> str:
    """``1.203 borgere``: the figure with thousands apart, and its word in the number that goes with it."""
    return f"{n:,} {en if n == 1 else flere}".replace(",", ".")


def varighed(v: timedelta) -> str:
    """Seconds up to a minute and a half, minutes up to two hours, then both."""
    sekunder = v.total_seconds()
    if sekunder < 90:
        return med_tal(round(sekunder), "sekund", "sekunder")
    minutter = round(sekunder / 60)
    return f"{minutter} minutter" if minutter < 120 else f"{minutter // 60} timer og {minutter % 60} minutter"
