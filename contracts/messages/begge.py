"""What any party may be told: messages of DFDG's own, and news of the operation."""

from __future__ import annotations

from typing import Any

from contracts.felter import Cpr, Tidspunkt
from contracts.messages.faelles import Beskeddata


class DfdgBesked(Beskeddata):
    """Something at DFDG changed: about the citizen ``cpr``, or (a job order) about nobody in particular.

    ``body``: what DFDG has now, read back under the receiver's own rights, and ``besked``, what the message itself said.
    With ``advarsel`` DFDG contradicts what the a-kasse said: ``medlemskab_ikke_medlem``, ``medlemskab_anden_slutdato`` or
    ``medlemskab_ikke_udmeldt``, with ``tekst`` and ``dato``.
    """

    cpr: Cpr | None = None
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
