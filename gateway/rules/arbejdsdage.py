"""Danish working days: what the "two working days" of a handover's answer (D1) are counted in.

Public holidays after the Church's calendar (helligdage); store bededag is one up to and including 2023 (act no. 214 of
2023). Choice: 5 June, 24 and 31 December are no working days either, since kommuner are closed on them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_LOERDAG = 5
_SIDSTE_STORE_BEDEDAG = 2023
_LUKKEDAGE = ((6, 5), (12, 24), (12, 31))
_FASTE = ((1, 1), (12, 25), (12, 26))


def paaskedag(aar: int) -> date:
    """Easter Sunday in the Gregorian calendar (the computus by Meeus, Jones and Butcher)."""
    a, b, c = aar % 19, aar // 100, aar % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    maaned, dag = divmod(h + i - 7 * m + 114, 31)
    return date(aar, maaned, dag + 1)


@lru_cache(maxsize=256)
def helligdage(aar: int) -> frozenset[date]:
    """The year's days without work, besides Saturdays and Sundays."""
    paaske = paaskedag(aar)
    # Maundy Thursday, Good Friday, Easter Monday, Ascension, Whit Monday.
    efter_paaske = [-3, -2, 1, 39, 50]
    if aar <= _SIDSTE_STORE_BEDEDAG:
        efter_paaske.append(26)
    faste = {date(aar, maaned, dag) for maaned, dag in (*_FASTE, *_LUKKEDAGE)}
    return frozenset(faste | {paaske + timedelta(days=n) for n in efter_paaske})


def er_arbejdsdag(dag: date) -> bool:
    """Whether ``dag`` is a working day."""
    return dag.weekday() < _LOERDAG and dag not in helligdage(dag.year)


def efter_arbejdsdage(dag: date, antal: int) -> date:
    """The ``antal``-th working day after ``dag``."""
    while antal > 0:
        dag += timedelta(days=1)
        antal -= er_arbejdsdag(dag)
    return dag


__all__ = ["efter_arbejdsdage", "er_arbejdsdag", "helligdage", "paaskedag"]
