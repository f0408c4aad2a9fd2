"""The REST side: VisiteringOgStatus.FravaerService v1.

Operations, paths and field names are those of STAR's public page of the service; the names of the two context headers,
the fault body and the answers of update and delete are not public and made by this project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import orjson

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.fejlkoder import SERVERFEJL, Dfdgfejl, fejl
from sandbox.dfdg.handlinger import (
    Fravaersindhold,
    Kald,
    OpretFravaer,
    RetFravaer,
    SletFravaer,
    laes_dato,
)
from sandbox.dfdg.indstillinger import Indstillinger
from sandbox.dfdg.organisation import organisationsfejl

TJENESTE = "FravaerService"
ROD = "/VisiteringOgStatus.FravaerService/v1/"
STI = f"{ROD}Fravaer"

P_CPR = re.compile(
    r"(?:(?:(?:0[1-9]|1[0-9]|2[0-9]|3[0-1])(?:01|03|05|07|08|10|12)"
    r"|(?:0[1-9]|1[0-9]|2[0-9]|30)(?:04|06|09|11)"
    r"|(?:0[1-9]|1[0-9]|2[0-9])02)[0-9]{6})|0000000000"
)
P_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
REQUEST_ID_LAENGDE = 46
KOMMENTAR_LAENGDE = 1500
STOERSTE_KODE = 10000

_FELTER = frozenset(
    (
        "fravaerIdentifier",
        "fravaerType",
        "startDato",
        "slutDato",
        "fravaersKommentar",
        "anmeldelsesDato",
        "fravaersAfslutningsAarsag",
    )
)


class IngenOperation(Exception):
    """The path or the method names no operation: HTTP ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(f"no operation here: HTTP {status}")
        self.status = status


def cprfejl(cpr: str | None) -> list[Dfdgfejl]:
    """1001 when the number is missing or breaks STAR's pattern (which has no modulus 11 test)."""
    return [] if cpr is not None and P_CPR.fullmatch(cpr) else [fejl(koder.CPR_UGYLDIGT)]


def laes(
    metode: str, raa_sti: str, hoveder: Mapping[str, str], krop: bytes, certifikat: str | None, opsat: Any
) -> Kald:
    """Reads a request to the service. Raises IngenOperation when there is no such path or method."""
    sti = raa_sti.partition("?")[0]
    if metode == "GET" and sti == f"{ROD}dfdgping":
        return Kald("rest", TJENESTE, "dfdgping", laesning=True)
    if not sti.startswith(STI) or sti[len(STI) :][:1] not in ("", "/"):
        raise IngenOperation(404)
    dele = [unquote(d) for d in sti[len(STI) + 1 :].split("/")] if len(sti) > len(STI) + 1 else []
    cpr = hoveder.get("x-civilRegistrationIdentifier")
    kald = Kald("rest", TJENESTE, "", cpr=cpr, request_id=hoveder.get("x-requestId"))
    _laes_operation(metode, dele, kald, krop)
    _laes_kontekst(hoveder, certifikat, opsat, kald)
    kald.skemafejl = cprfejl(cpr) + kald.skemafejl
    if cpr == "0000000000" and not kald.skemafejl:
        kald.skemafejl = [kald.ukendt_person()]
    if not kald.laesning and not 1 <= len(kald.request_id or "") <= REQUEST_ID_LAENGDE:
        kald.request_id = None
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "x-requestId"))
    return kald


def _laes_operation(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:
    if not dele and metode == "GET":
        kald.operation, kald.laesning, kald.request_id = "GetAlleFravaer", True, None
    elif not dele and metode == "POST":
        kald.operation = "CreateFravaer"
        _laes_krop(krop, kald, None)
    elif len(dele) == 1 and metode == "POST":
        kald.operation = "CreateFravaerMedIdentifier"
        _laes_krop(krop, kald, dele[0])
    elif len(dele) == 1 and metode == "PUT":
        kald.operation = "UpdateFravaer"
        _laes_krop(krop, kald, dele[0])
    elif len(dele) == 2 and metode == "DELETE":
        kald.operation = "DeleteFravaer"
        if P_GUID.fullmatch(dele[0]):
            kald.entitets_id = dele[0].lower()
        else:
            kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "fravaerIdentifier"))
        if not 1 <= len(dele[1]) <= KOMMENTAR_LAENGDE:
            kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Berigtigelseskommentar"))
        if kald.entitets_id and not kald.skemafejl:
            kald.handling = SletFravaer(kald.entitets_id, dele[1])
    else:
        raise IngenOperation(405 if len(dele) <= 2 else 404)


def _laes_kontekst(hoveder: Mapping[str, str], certifikat: str | None, opsat: Indstillinger, kald: Kald) -> None:
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


def _laes_krop(krop: bytes, kald: Kald, sti_id: str | None) -> None:
    """CreateFravaerRequestDto. Every element at fault is named."""
    try:
        data = orjson.loads(krop)
    except orjson.JSONDecodeError:
        data = None
    fejl_i: list[str] = []
    if not isinstance(data, dict):
        kald.entitets_id = _id(sti_id, "fravaerIdentifier", fejl_i)
        kald.skemafejl += [fejl(koder.BESKED_UGYLDIG, "body"), *(fejl(koder.BESKED_UGYLDIG, navn) for navn in fejl_i)]
        return
    if data.keys() - _FELTER:
        fejl_i.append("unknown element")  # never its name: a caller's mistake may have put a person's number there
    krop_id = data.get("fravaerIdentifier")
    if sti_id is not None:
        if krop_id is not None and (not isinstance(krop_id, str) or krop_id.lower() != sti_id.lower()):
            fejl_i.append("fravaerIdentifier")
        krop_id = sti_id
    entitets_id = str(uuid4()) if krop_id is None else _id(krop_id, "fravaerIdentifier", fejl_i)
    type_ = _kode(data, "fravaerType", fejl_i, paakraevet=True)
    start = _dato(data, "startDato", fejl_i, paakraevet=True)
    slut = _dato(data, "slutDato", fejl_i, paakraevet=False)
    anmeldt = _dato(data, "anmeldelsesDato", fejl_i, paakraevet=True)
    aarsag = _kode(data, "fravaersAfslutningsAarsag", fejl_i, paakraevet=False)
    kommentar = data.get("fravaersKommentar")
    if kommentar is not None and (not isinstance(kommentar, str) or len(kommentar) > KOMMENTAR_LAENGDE):
        fejl_i.append("fravaersKommentar")
    kald.entitets_id = entitets_id
    kald.skemafejl += [fejl(koder.BESKED_UGYLDIG, navn) for navn in fejl_i]
    if fejl_i or entitets_id is None or type_ is None or start is None or anmeldt is None:
        return
    indhold = Fravaersindhold(type_, start, slut, anmeldt, kommentar, aarsag)
    ret = kald.operation == "UpdateFravaer"
    kald.handling = RetFravaer(entitets_id, indhold) if ret else OpretFravaer(entitets_id, indhold)


def _id(vaerdi: Any, navn: str, fejl_i: list[str]) -> str | None:
    if isinstance(vaerdi, str) and P_GUID.fullmatch(vaerdi):
        return vaerdi.lower()
    fejl_i.append(navn)
    return None


def _kode(data: dict[str, Any], navn: str, fejl_i: list[str], *, paakraevet: bool) -> int | None:
    vaerdi = data.get(navn)
    if vaerdi is None and not paakraevet:
        return None
    if isinstance(vaerdi, int) and not isinstance(vaerdi, bool) and 1 <= vaerdi <= STOERSTE_KODE:
        return vaerdi
    fejl_i.append(navn)
    return None


def _dato(data: dict[str, Any], navn: str, fejl_i: list[str], *, paakraevet: bool) -> date | None:
    vaerdi = data.get(navn)
    if vaerdi is None and not paakraevet:
        return None
    dag = laes_dato(vaerdi) if isinstance(vaerdi, str) else None
    if dag is None:
        fejl_i.append(navn)
    return dag


def fejlsvar(fundne: list[Dfdgfejl]) -> tuple[int, bytes]:
    """HTTP 400 with all faults, 500 when the fault is the server's."""
    status = 500 if any(f.kode in SERVERFEJL for f in fundne) else 400
    return status, fejlkrop(fundne)


def fejlkrop(fundne: list[Dfdgfejl]) -> bytes:
    return orjson.dumps({"fejl": [{"fejlkode": f.kode, "fejltekst": f.tekst} for f in fundne]})


def kvittering(operation: str, entitets_id: str, tidspunkt: str, registrerings_id: str) -> bytes:
    """Create answers the bare uuid; update and delete a Servicekvittering."""
    if operation in ("CreateFravaer", "CreateFravaerMedIdentifier"):
        return orjson.dumps(entitets_id)
    return orjson.dumps({"registreringstidspunkt": tidspunkt, "registreringsId": registrerings_id})
