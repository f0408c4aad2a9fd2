"""When reading from Kafka pauses because the database's disk is nearly full. Pure.

Kafka keeps what is not read; what was accepted must be delivered and told, and that too needs a little room.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Reading goes on when the database is this much below its limit, or this much more is free than the least: not at the very
#: figure at which it paused, or it would pause and go on again and again.
GENOPTAG_UNDER = 0.95
GENOPTAG_FRI = 1.25


@dataclass(frozen=True, slots=True)
class Graenser:
    """Bytes; None: not judged. ``hoejst``: what the database may take up. ``fri``: what must be free on its disk."""

    hoejst: int | None = None
    fri: int | None = None


@dataclass(frozen=True, slots=True)
class Plads:
    """What was measured, in bytes. ``fri`` is None where the database's disk can't be seen from here."""

    stoerrelse: int
    fri: int | None = None


def aarsag(holdt: bool, plads: Plads, graenser: Graenser) -> str | None:
    """Why reading pauses now: ``database_fuld`` or ``disk_fuld``; None: it goes on. ``holdt``: whether it is paused."""
    hoejst, fri = graenser.hoejst, graenser.fri
    if hoejst is not None and plads.stoerrelse >= hoejst * (GENOPTAG_UNDER if holdt else 1):
        return "database_fuld"
    if fri is not None and plads.fri is not None and plads.fri < fri * (GENOPTAG_FRI if holdt else 1):
        return "disk_fuld"
    return None
