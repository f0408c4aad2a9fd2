"""Every event type that comes in, by its name."""

from contracts.events import akasse, jobcenter
from contracts.events.faelles import HaendelseData

HAENDELSESTYPER: dict[str, type[HaendelseData]] = {**akasse.HAENDELSESTYPER, **jobcenter.HAENDELSESTYPER}

__all__ = ["HAENDELSESTYPER", "HaendelseData"]
