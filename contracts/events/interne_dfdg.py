"""Events that DFDG's messages cause: what DFDG says enters the citizen's lane as an event of the gateway's own."""

from __future__ import annotations

from pydantic import StrictBool

from contracts.events.faelles import HaendelseData
from contracts.felter import Dato, Kort


class DfdgMedlemskab(HaendelseData):
    """A membership as DFDG has it (message 60010), read back."""

    akassekode: Kort
    startdato: Dato
    slutdato: Dato | None = None
    bekraeftet: StrictBool = True


INTERNE_TYPER: dict[str, type[HaendelseData]] = {"gateway.dfdg.medlemskab.v1": DfdgMedlemskab}
