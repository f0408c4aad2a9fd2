"""What any party may be told: messages of DFDG's own, and news of the operation."""

from __future__ import annotations

from typing import Any

from contracts.felter import Tidspunkt
from contracts.messages.faelles import Beskeddata, OmBorger


class DfdgBesked(OmBorger):
    """Something at DFDG changed about the citizen; ``body`` is DFDG's own, where there was one."""

    entitet_id: str
    entitet_navn: str
    aendringstype: str
    ekstern_identifier: str | None = None
    body: dict[str, Any] | None = None


class Driftsbesked(Beskeddata):
    """Planned or unplanned operation: which services, from when to when."""

    art: str
    tjenester: list[str]
    fra: Tidspunkt
    til: Tidspunkt | None = None
    tekst: str


TIL_BEGGE: dict[str, type[Beskeddata]] = {
    "gateway.dfdg-besked.v1": DfdgBesked,
    "gateway.driftsbesked.v1": Driftsbesked,
}
