"""Events that a-kasser publish: ``akasse.<akassekode>.haendelser.v1``."""

from __future__ import annotations

from consumers.modtager import Loggraenser, Modtager
from gateway.ledger.accept import Modtagelse

MOENSTER = r"^akasse\.[0-9A-Za-z]+\.haendelser\.v1$"


def akassemodtager(modtagelse: Modtagelse, graenser: Loggraenser) -> Modtager:
    """The subscriber on every a-kasse's topic."""
    return Modtager(modtagelse, "akasse", MOENSTER, graenser)
