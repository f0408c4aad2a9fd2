"""What the stand-in jobcentres have read: the handovers, by citizen, in their newest edition."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.fortaellinger.model import OVERDRAGELSE


@dataclass(frozen=True, slots=True)
class LaestOverdragelse:
    """A handover as the jobcenter ``part`` read it."""

    part: str
    data: dict[str, Any] = field(repr=False)


class Jobcentre:
    """All jobcentres of a run. ``overdragelser``: per citizen's CPR number the newest edition of each handover, by its id."""

    def __init__(self) -> None:
        self.overdragelser: dict[str, dict[str, LaestOverdragelse]] = defaultdict(dict)

    def modtag(self, emne: str, _noegle: bytes | None, vaerdi: bytes) -> None:
        """One message from the gateway; for ``Indsamler``."""
        if not emne.startswith("jobcenter.") or not emne.endswith(".beskeder.v1"):
            return
        besked: dict[str, Any] = orjson.loads(vaerdi)
        if besked.get("type") != OVERDRAGELSE:
            return
        data: dict[str, Any] = besked.get("data") or {}
        kendte = self.overdragelser[str(data.get("cpr"))]
        kendt = kendte.get(data["overdragelseId"])
        if kendt is None or kendt.data["udgave"] < data["udgave"]:
            kendte[data["overdragelseId"]] = LaestOverdragelse(emne.rsplit(".", 2)[0], data)
