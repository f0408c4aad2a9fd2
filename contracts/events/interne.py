"""Events of the gateway's own: they enter a citizen's lane like a party's, and no party may send them (R7)."""

from __future__ import annotations

from typing import Literal

from contracts.events.faelles import HaendelseData
from contracts.felter import Dato

Regimenavn = Literal["forsoeg-2020", "lov-2024", "reform-2026"]


class RegimeLukket(HaendelseData):
    """An operator closed a regime, for all or for one a-kasse (R7): running courses go to the jobcentre on ``dato``."""

    regime: Regimenavn
    dato: Dato
    aarsagskode: str


INTERNE_TYPER: dict[str, type[HaendelseData]] = {"gateway.regime.lukket.v1": RegimeLukket}
