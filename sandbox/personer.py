"""Test persons: CPR numbers that belong to nobody.

A number has a real date and the century digit that goes with it, but fails the modulus 11 test that every number
issued before October 2007 passes; so for a grown-up it cannot be anybody's.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from stdnum.dk import cpr as _cpr

_FOERSTE = date(1962, 1, 1)
_DAGE = 13_000  # up to summer 1997: everybody is 25 or older in the trial's last years


def _loebenumre(foedt: date) -> range:
    """The serial numbers whose first digit says the century of ``foedt`` (CPR's table of the 7th digit)."""
    if 1900 <= foedt.year <= 1999:
        return range(1, 4000)
    if 2000 <= foedt.year <= 2036:
        return range(4000, 10000)
    raise ValueError("test persons are born between 1900 and 2036")


class Personregister:
    """Hands out test persons, each once; the same calls in the same order give the same persons."""

    def __init__(self) -> None:
        self._naeste: dict[date, int] = defaultdict(int)
        self._taeller = 0

    def ny(self, foedt: date | None = None) -> str:
        """A new test person's CPR number, ten digits. Without ``foedt`` a grown-up born 1962-1997."""
        if foedt is None:
            foedt = _FOERSTE + timedelta(days=self._taeller * 7 % _DAGE)
            self._taeller += 1
        numre = _loebenumre(foedt)
        while True:
            if self._naeste[foedt] >= len(numre):
                raise ValueError(f"no more test persons born {foedt}")
            nummer = f"{foedt:%d%m%y}{numre[self._naeste[foedt]]:04d}"
            self._naeste[foedt] += 1
            if _cpr.checksum(nummer) != 0:
                return nummer
