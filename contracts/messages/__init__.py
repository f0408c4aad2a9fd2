"""Every message that goes out, by its type, and which topics carry it."""

from contracts.messages.akasse import TIL_AKASSE
from contracts.messages.begge import TIL_BEGGE
from contracts.messages.faelles import Beskeddata, OmBorger
from contracts.messages.kvittering import Doedbrev, Kvittering, Puls
from contracts.messages.overdragelse import TIL_JOBCENTER

#: On every publisher's ``kvitteringer`` topic.
KVITTERINGER: dict[str, type[Beskeddata]] = {"gateway.kvittering.v1": Kvittering, "gateway.puls.v1": Puls}
#: On ``gateway.dlq.v1``.
DLQ: dict[str, type[Beskeddata]] = {"gateway.dlq.v1": Doedbrev}

BESKEDTYPER: dict[str, type[Beskeddata]] = {**KVITTERINGER, **TIL_JOBCENTER, **TIL_AKASSE, **TIL_BEGGE, **DLQ}

__all__ = [
    "BESKEDTYPER",
    "DLQ",
    "KVITTERINGER",
    "TIL_AKASSE",
    "TIL_BEGGE",
    "TIL_JOBCENTER",
    "Beskeddata",
    "OmBorger",
]
