"""What every message out shares: camelCase JSON, absent fields left out."""

from __future__ import annotations

from typing import Literal

import orjson

from contracts.felter import Cpr, Kontrakt

Regime = Literal["forsoeg-2020", "lov-2024", "reform-2026"]


class Beskeddata(Kontrakt):
    """Base of every message's ``data``."""

    def til_json(self) -> bytes:
        """The data as JSON in UTF-8: camelCase, dates and decimals as text, absent fields left out."""
        return orjson.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True))


class OmBorger(Beskeddata):
    """A message about one citizen; ``haendelseId`` is the event that caused it, where one did.

    ``erstatterHaendelseId``: this message takes the place of what that event had caused; ``tilbagekaldt``: what that
    event had caused does not hold any more.
    """

    cpr: Cpr
    haendelse_id: str | None = None
    erstatter_haendelse_id: str | None = None
    tilbagekaldt: bool | None = None
