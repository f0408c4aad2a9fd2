"""Events that jobcentres publish: ``jobcenter.<kommunekode>.haendelser.v1``."""

from __future__ import annotations

from consumers.modtager import Loggraenser, Modtager
from gateway.ledger.accept import Modtagelse

MOENSTER = r"^jobcenter\.[0-9A-Za-z]+\.haendelser\.v1$"


def jobcentermodtager(modtagelse: Modtagelse, graenser: Loggraenser) -> Modtager:
    """The subscriber on every jobcenter's topic."""
    return Modtager(modtagelse, "jobcenter", MOENSTER, graenser)
