"""What delivery knows of a carrier: render once, send one attempt, read back. ``producers.dfdg`` implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.lanes.forsoeg import Anmodning, Svar, Tilbagelaesning
from gateway.rules.model import Haendelse, Registrering


class Carrier(Protocol):
    """Carries rendered registrations to DFDG and reads back what became of them."""

    def render(self, registrering: Registrering, haendelse: Haendelse, cpr: str) -> Anmodning:
        """The exact request, the same bytes for the same input. Raises ``gateway.errors.Regelfejl`` when a code is unset."""
        ...

    async def send(self, anmodning: Anmodning, request_id: str, maa_sendes: Callable[[], bool] | None = None) -> Svar:
        """One attempt on the wire, never more than one. Never raises for what the wire or DFDG does.

        ``maa_sendes`` is asked when the connection is there and before the first byte leaves; False ends the attempt
        as never sent (I11).
        """
        ...

    async def laes_tilbage(self, anmodning: Anmodning) -> Tilbagelaesning:
        """Reads the entity back over the transport the registration began on."""
        ...

    async def luk(self) -> None:
        """Closes connections."""
        ...
