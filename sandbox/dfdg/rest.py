"""What the REST services share: headers, patterns, reading a body, faults and receipts.

The names of the two context headers, the fault body and the answers of most writes are not public and made by this
project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import SERVERFEJL, Dfdgfejl, fejl
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.kald import Kald, laes_dato, laes_tidspunkt
from sandbox.dfdg.organisation import organisationsfejl

P_CPR = re.compile(
    r"(?:(?:(?:0[1-9]|1[0-9]|2[0-9]|3[0-1])(?:01|03|05|07|08|10|12)"
    r"|(?:0[1-9]|1[0-9]|2[0-9]|30)(?:04|06|09|11)"
    r"|(?:0[1-9]|1[0-9]|2[0-9])02)[0-9]{6})|0000000000"
)
P_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
REQUEST_ID_LAENGDE = 46
KOMMENTAR_LAENGDE = 1500
STOERSTE_KODE = 10000


class IngenOperation(Exception):
    """The path or the method names no operation: HTTP ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no operation here: HTTP {status}")
        self.status = status


def cprfejl(cpr: str | None) -> list[Dfdgfejl]:
    """1001 when the number is missing or breaks STAR's pattern (which has no modulus 11 test)."""
    return [] if cpr is not None and P_CPR.fullmatch(cpr) else [fejl(koder.CPR_UGYLDIGT)]


# --- headers --------------------------------------------------------------------------------------------


def laes_kontekst(hoveder: Mapping[str, str], certifikat: str | None, opsat: Indstillinger, kald: Kald) -> None:
    """The two context headers, JSON in this project's reading; 8232-8235 as in SOAP."""
    organisation, ulaeselig = _json_hoved(hoveder.get("x-activeOrganisation"))
    if organisation is None:
        kald.doerfejl.append(fejl(koder.ORGANISATION_ULAESELIG if ulaeselig else koder.ORGANISATION_MANGLER))
    else:
        type_, kode = organisation.get("organisationTypeIdentifier"), organisation.get("organisationCode")
        kald.doerfejl += organisationsfejl(type_, kode, certifikat, opsat)
        kald.akasse = kode if isinstance(kode, str) else None
    bruger, ulaeselig = _json_hoved(hoveder.get("x-requestUserMetadata"))
    if not bruger:
        mangler = bruger is None and not ulaeselig
        kald.doerfejl.append(fejl(koder.BRUGER_MANGLER if mangler else koder.BRUGER_ULAESELIG))


def _json_hoved(tekst: str | None) -> tuple[dict[str, Any] | None, bool]:
    """(the object, whether it was there but could not be read)."""
    if tekst is None:
        return None, False
    try:
        vaerdi = orjson.loads(tekst.encode("utf-8", "surrogateescape"))
    except orjson.JSONDecodeError:
        return None, True
    return (vaerdi, False) if isinstance(vaerdi, dict) else (None, True)


# --- bodies ---------------------------------------------------------------------------------------------


def guid(vaerdi: Any) -> str | None:
    """An identifier in lower case; None when it is not one."""
    return vaerdi.lower() if isinstance(vaerdi, str) and P_GUID.fullmatch(vaerdi) else None


class Krop:
    """A JSON body's elements by name. What is wrong is gathered in ``fejl_i``, every element that is at fault by name
    (never an unknown one's: a caller's mistake may have put a person's number there)."""

    def __init__(self, krop: bytes, felter: frozenset[str]) -> None:
        self.fejl_i: list[str] = []
        try:
            data = orjson.loads(krop)
        except orjson.JSONDecodeError:
            data = None
        if not isinstance(data, dict):
            self.fejl_i.append("body")
            data = {}
        elif data.keys() - felter:
            self.fejl_i.append("unknown element")
        self.er_laest = "body" not in self.fejl_i
        self._data: dict[str, Any] = data

    def raa(self, navn: str) -> Any:
        return self._data.get(navn)

    def kode(self, navn: str, *, paakraevet: bool = True) -> int | None:
        vaerdi = self._data.get(navn)
        if vaerdi is None and not paakraevet:
            return None
        if isinstance(vaerdi, int) and not isinstance(vaerdi, bool) and 1 <= vaerdi <= STOERSTE_KODE:
            return vaerdi
        self.galt(navn)
        return None

    def dato(self, navn: str, *, paakraevet: bool = True) -> date | None:
        """The Copenhagen date of a date-time with offset."""
        vaerdi = self._data.get(navn)
        if vaerdi is None and not paakraevet:
            return None
        dag = laes_dato(vaerdi) if isinstance(vaerdi, str) else None
        if dag is None:
            self.galt(navn)
        return dag

    def tidspunkt(self, navn: str) -> datetime | None:
        vaerdi = self._data.get(navn)
        tid = laes_tidspunkt(vaerdi) if isinstance(vaerdi, str) else None
        if tid is None:
            self.galt(navn)
        return tid

    def boolsk(self, navn: str) -> bool | None:
        vaerdi = self._data.get(navn)
        if isinstance(vaerdi, bool):
            return vaerdi
        self.galt(navn)
        return None

    def tekst(self, navn: str, mindst: int, hoejst: int) -> str | None:
        """An optional text."""
        vaerdi = self._data.get(navn)
        if vaerdi is None:
            return None
        if isinstance(vaerdi, str) and mindst <= len(vaerdi) <= hoejst:
            return vaerdi
        self.galt(navn)
        return None

    def galt(self, navn: str) -> None:
        self.fejl_i.append(navn)


# --- answers --------------------------------------------------------------------------------------------


def fejlsvar(fundne: list[Dfdgfejl]) -> tuple[int, bytes]:
    """HTTP 400 with all faults, 500 when the fault is the server's."""
    status = 500 if any(f.kode in SERVERFEJL for f in fundne) else 400
    return status, fejlkrop(fundne)


def fejlkrop(fundne: list[Dfdgfejl]) -> bytes:
    return orjson.dumps({"fejl": [{"fejlkode": f.kode, "fejltekst": f.tekst} for f in fundne]})


def kvittering(operation: str, entitets_id: str, tidspunkt: str, registrerings_id: str) -> bytes:
    """FravaerService's create answers the bare uuid; every other write a Servicekvittering."""
    if operation in ("CreateFravaer", "CreateFravaerMedIdentifier"):
        return orjson.dumps(entitets_id)
    return orjson.dumps({"registreringstidspunkt": tidspunkt, "registreringsId": registrerings_id})
