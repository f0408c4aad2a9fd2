"""What the carrier is told. Whatever STAR does not publish sits here, so that it can be set without a change of code."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from contracts.codes import Kodevaerdi, i_kraft
from gateway.errors import Opsaetningsfejl

#: An a-kasse's OrganisationTypeIdentifier is not public: an example for the embedded mode alone.
EKSEMPEL_ORGANISATIONSTYPE = 99


@dataclass(frozen=True, slots=True)
class DfdgOpsaetning:
    """``klientcertifikat``: a folder with ``<akassekode>.pem``, or one file for all. Times in seconds.

    ``adresser`` overrides a service's address: for REST what stands before ``/v1/``, for SOAP the whole address. Not
    public, so the defaults are the project's: the names of the two REST context headers, the names of the fields in a
    REST fault (``kodefelter``, ``tekstfelter``; letter case does not matter), the SOAP version. ``organisationstype``
    has no default in production. ``koder`` holds code list values by row name (``samtaleform.personligt``); a missing
    one is refused when needed. ``kontroller_skema``: which rendered messages are held against contracts/xsd: the first
    of each operation in a process, all, or none.
    """

    base_url: str
    adresser: dict[str, str] = field(default_factory=dict)
    klientcertifikat: Path | None = None
    ca: Path | None = None
    connect_timeout: float = 3.0
    send_timeout: float = 10.0
    answer_timeout: float = 30.0
    fravaer_transport: Literal["rest", "soap"] = "rest"
    soap_version: Literal["1.1", "1.2"] = "1.1"
    organisationstype: int | None = None
    organisationshoved: str = "x-activeOrganisation"
    brugerhoved: str = "x-requestUserMetadata"
    brugernavn: str = "a-kasse-DFDG-gateway, levering"
    brugerid: str = "gateway"
    koder: Mapping[str, Kodevaerdi] = field(default_factory=dict)
    kodefelter: tuple[str, ...] = ("fejlkode", "kode", "errorCode", "faultCode", "code")
    tekstfelter: tuple[str, ...] = ("fejltekst", "tekst", "beskrivelse", "faultString", "errorMessage", "message")
    produktion: bool = False
    forbindelser: int = 256
    stoerste_svar: int = 4 * 1024 * 1024
    kontroller_skema: Literal["foerste", "alle", "ingen"] = "foerste"

    def kontroller(self) -> None:
        """Raises ``Opsaetningsfejl`` for an address without TLS to another machine, and for what production lacks."""
        for url in (self.base_url, *self.adresser.values()):
            dele = urlsplit(url)
            if dele.scheme == "http" and not _loopback(dele.hostname or ""):
                raise Opsaetningsfejl("an address of DFDG: plain http only to a loopback address; use https")
        if self.produktion and self.organisationstype is None and "organisationstype.akasse" not in self.koder:
            raise Opsaetningsfejl(
                "an a-kasse's organisation type at DFDG is not public: set GATEWAY_DFDG__ORGANISATIONSTYPE, "
                "or organisationstype.akasse in the file of GATEWAY_RULES__KODER"
            )

    @property
    def egen_organisationstype(self) -> int:
        """OrganisationTypeIdentifier of the calling a-kasse."""
        sat = i_kraft(self.koder.get("organisationstype.akasse"), None)
        if self.organisationstype is not None:
            return self.organisationstype
        return int(sat) if sat else EKSEMPEL_ORGANISATIONSTYPE


def _loopback(vaert: str) -> bool:
    if vaert == "localhost":
        return True
    try:
        return ipaddress.ip_address(vaert).is_loopback
    except ValueError:
        return False
