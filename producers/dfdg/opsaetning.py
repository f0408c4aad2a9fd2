"""What the carrier is told. Whatever STAR does not publish sits here, so that it can be set without a change of code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class DfdgOpsaetning:
    """``klientcertifikat``: a folder with ``<akassekode>.pem``, or one file for all. Times in seconds.

    ``organisationstype`` and the names of the two REST context headers are not public: the defaults are the project's.
    ``koder`` holds code list values by row name (``samtaleform.personligt``); a missing one is refused when needed.
    """

    base_url: str
    adresser: dict[str, str] = field(default_factory=dict)
    klientcertifikat: Path | None = None
    ca: Path | None = None
    connect_timeout: float = 3.0
    send_timeout: float = 10.0
    answer_timeout: float = 30.0
    fravaer_transport: Literal["rest", "soap"] = "rest"
    organisationstype: int = 99
    organisationshoved: str = "x-activeOrganisation"
    brugerhoved: str = "x-requestUserMetadata"
    brugernavn: str = "a-kasse-DFDG-gateway, levering"
    brugerid: str = "gateway"
    koder: dict[str, str] = field(default_factory=dict)
    produktion: bool = False
    forbindelser: int = 256
    stoerste_svar: int = 4 * 1024 * 1024
