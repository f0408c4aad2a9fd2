"""What delivery knows of a carrier: render once, send one attempt, read back. ``producers.dfdg`` implements it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from contracts.codes import Koderaekke
from gateway.lanes.forsoeg import Anmodning, Opslag, Opslagssvar, Svar, Tilbagelaesning
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import Registrering


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

    async def hent(self, opslag: Opslag) -> Opslagssvar:
        """Looks up what a message of DFDG's points to. Never raises for what the wire or DFDG does."""
        ...

    async def hent_kodelister(self, akassekode: str, kun: Collection[str] | None = None) -> dict[str, list[Koderaekke]]:
        """DFDG's code lists (or those in ``kun``) by the project's names of them, asked for on behalf of ``akassekode``.

        A list that DFDG does not have, or whose answer can't be read, is missing: it is never an empty one. Raises
        ``gateway.errors.MidlertidigFejl`` when DFDG can't be asked now.
        """
        ...

    async def luk(self) -> None:
        """Closes connections."""
        ...
