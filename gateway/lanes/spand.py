"""A token bucket: how many calls a DFDG service may be given now. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spand:
    """``indhold`` calls were left at ``tid``; a bucket that is new is full."""

    indhold: float
    tid: datetime


def fyldt(s: Spand | None, pr_sekund: float, nu: datetime) -> Spand:
    """The bucket as it stands at ``nu``: it holds one second's calls, one at least."""
    hoejst = max(1.0, pr_sekund)
    if s is None:
        return Spand(hoejst, nu)
    # A clock that was set back fills nothing and takes nothing.
    sekunder = max(0.0, (nu - s.tid).total_seconds())
    return Spand(min(hoejst, s.indhold + sekunder * pr_sekund), max(nu, s.tid))


def tag(s: Spand, antal: int) -> Spand:
    """``antal`` calls are taken out of the (filled) bucket."""
    return Spand(s.indhold - antal, s.tid)


def hele(s: Spand) -> int:
    """Whole calls that may be made now."""
    return max(0, int(s.indhold))
