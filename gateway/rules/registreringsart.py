"""The kind of a registration: its operation with what DFDG's code lists tell apart in it.

A code list that changed at DFDG shows as refusals of one kind, while other kinds of the same operation go on.
"""

from __future__ import annotations

from gateway.rules.registreringer import (
    Afmeld,
    Indhold,
    OpretAktivitet,
    OpretFravaer,
    OpretIndkaldelse,
    OpretSamtale,
    RetFravaer,
    RetIndkaldelse,
    SletFravaer,
)


def art(indhold: Indhold) -> str:
    """``OpretFravaer 75 41``: operation, type, cause; never anything of a person's."""
    dele: tuple[str | None, str | None]
    match indhold:
        case OpretFravaer() | RetFravaer():
            dele = (indhold.fravaertype, indhold.aarsagskode)
        case SletFravaer():
            dele = (indhold.fravaertype, None)
        case OpretSamtale() | OpretIndkaldelse() | RetIndkaldelse():
            dele = (indhold.formaal, None)
        case OpretAktivitet():
            dele = (indhold.aktivitetstype, None)
        case Afmeld():
            dele = (indhold.aarsagskode, None)
        case _:
            dele = (None, None)
    return " ".join((indhold.operation, *(d for d in dele if d)))
