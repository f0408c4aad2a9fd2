"""Every event type that comes in, by its name; and those of the gateway's own, which no party may send."""

from contracts.events import akasse, interne, interne_dfdg, jobcenter
from contracts.events.faelles import HaendelseData

HAENDELSESTYPER: dict[str, type[HaendelseData]] = {**akasse.HAENDELSESTYPER, **jobcenter.HAENDELSESTYPER}
INTERNE_TYPER: dict[str, type[HaendelseData]] = {**interne.INTERNE_TYPER, **interne_dfdg.INTERNE_TYPER}

__all__ = ["HAENDELSESTYPER", "INTERNE_TYPER", "HaendelseData"]
