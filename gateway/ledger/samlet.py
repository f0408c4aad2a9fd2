"""Several statements as one, so that PostgreSQL is asked once: each is a member of a ``WITH``.

All run on one snapshot: none sees what another writes, and no two may write the same row. What must be seen by the next is
carried out before it. References between rows are checked when the whole has run, so the members' order says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gateway.ledger.db import Forbindelse

_PARAMETER = re.compile(r"\$(\d+)")


@dataclass(slots=True)
class Samlet:
    """Statements that wait to be carried out together."""

    _led: list[str] = field(default_factory=list)
    _vaerdier: list[Any] = field(default_factory=list)
    _udtryk: dict[str, str] = field(default_factory=dict)

    def med(self, navn: str, sql: str, *vaerdier: Any) -> None:
        """One more: ``sql`` with ``$1`` and on for ``vaerdier``. ``navn`` is its own: others may read what it returns by it.
        One that only reads is not carried out unless it is read."""
        self._led.append(f"{navn} as ({_forskudt(sql, len(self._vaerdier))})")
        self._vaerdier += vaerdier

    def svar(self, navn: str, udtryk: str) -> None:
        """An expression without parameters, over what the statements return: worked out when they have run."""
        self._udtryk[navn] = udtryk

    async def udfoer(self, conn: Forbindelse) -> dict[str, Any]:
        """Carries them out, in the caller's transaction; gives the expressions' values by name. Nothing waits after it."""
        if not self._led and not self._udtryk:
            return {}
        led = f"with {', '.join(self._led)} " if self._led else ""
        udtryk = ", ".join(f"{u} as {navn}" for navn, u in self._udtryk.items())
        raekke = await conn.fetchrow(f"{led}select {udtryk or 'null'}", *self._vaerdier)
        if raekke is None:
            raise RuntimeError("a statement without a row")
        self._led, self._vaerdier, self._udtryk = [], [], {}
        return dict(raekke)


def kolonner(raekker: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as one list for each column, for ``unnest``: one statement however many rows."""
    return [list(k) for k in zip(*raekker, strict=True)]


def indsaet(tabel: str, felter: str) -> str:
    """Inserts rows given as columns (``kolonner``). ``felter``: name and type of each, ``"id bigint, navn text"``; a list of texts
    (``text[]``) is given as one, with commas."""
    par = [f.split() for f in felter.split(",")]
    lister = ", ".join(f"${nr}::{'text' if art == 'text[]' else art}[]" for nr, (_, art) in enumerate(par, 1))
    navne = ", ".join(navn for navn, _ in par)
    vaerdier = ", ".join(f"string_to_array(n.{navn}, ',')" if art == "text[]" else f"n.{navn}" for navn, art in par)
    return f"insert into {tabel} ({navne}) overriding system value select {vaerdier} from unnest({lister}) n({navne})"


@lru_cache(maxsize=512)
def _forskudt(sql: str, med: int) -> str:
    """Its parameters counted on from ``med``."""
    return _PARAMETER.sub(lambda m: f"${int(m[1]) + med}", sql)
