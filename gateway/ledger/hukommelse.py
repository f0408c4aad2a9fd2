"""What a process remembers, the latest used, up to a weight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)
V = TypeVar("V")


class Hukommelse(Generic[N, V]):
    """Holds values by their keys until together they weigh more than ``hoejst``: then the one goes that was used longest ago."""

    def __init__(self, hoejst: int) -> None:
        self._hoejst = hoejst
        self._vejer = 0
        self._alle: OrderedDict[N, tuple[V, int]] = OrderedDict()

    def find(self, noegle: N) -> V | None:
        """The value, which counts as used now; None: it is not remembered."""
        fundet = self._alle.get(noegle)
        if fundet is None:
            return None
        self._alle.move_to_end(noegle)
        return fundet[0]

    def husk(self, noegle: N, vaerdi: V, vejer: int) -> list[V]:
        """Remembers a value in the place of the key's last one. Gives what was forgotten for it."""
        glemte = []
        gammel = self._alle.pop(noegle, None)
        if gammel is not None:
            self._vejer -= gammel[1]
            glemte.append(gammel[0])
        self._alle[noegle] = vaerdi, vejer
        self._vejer += vejer
        while self._vejer > self._hoejst:
            _, (glemt, vejede) = self._alle.popitem(last=False)
            self._vejer -= vejede
            glemte.append(glemt)
        return glemte
