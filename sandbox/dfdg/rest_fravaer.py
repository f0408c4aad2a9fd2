"""REST VisiteringOgStatus.FravaerService v1.

Operations, paths and field names are those of STAR's public page of the service.
"""

from __future__ import annotations

from uuid import uuid4

import orjson

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Person
from sandbox.dfdg.fejlkoder import fejl
from sandbox.dfdg.handlinger import Fravaersindhold, OpretFravaer, RetFravaer, SletFravaer, fravaer_som_json
from sandbox.dfdg.kald import Kald
from sandbox.dfdg.rest import KOMMENTAR_LAENGDE, IngenOperation, Krop, guid
from sandbox.dfdg.tilstand import Tilstand

TJENESTE = "FravaerService"
ROD = "/VisiteringOgStatus.FravaerService/v1/"

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


def laes(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:
    """``dele``: the path below the service's root. Raises IngenOperation."""
    if dele[0] != "Fravaer":
        raise IngenOperation(404)
    match metode, dele[1:]:
        case "GET", []:
            kald.operation, kald.laesning, kald.opslag = "GetAlleFravaer", True, _alle
        case "POST", []:
            kald.operation = "CreateFravaer"
            _laes_krop(krop, kald, None)
        case "POST", [id_]:
            kald.operation = "CreateFravaerMedIdentifier"
            _laes_krop(krop, kald, id_)
        case "PUT", [id_]:
            kald.operation = "UpdateFravaer"
            _laes_krop(krop, kald, id_)
        case "DELETE", [id_, kommentar]:
            kald.operation, kald.entitets_id = "DeleteFravaer", guid(id_)
            if kald.entitets_id is None:
                kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "fravaerIdentifier"))
            if not 1 <= len(kommentar) <= KOMMENTAR_LAENGDE:
                kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "Berigtigelseskommentar"))
            if kald.entitets_id and not kald.skemafejl:
                kald.handling = SletFravaer(kald.entitets_id, kommentar)
        case _:
            raise IngenOperation(405 if len(dele) <= 3 else 404)


def _alle(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001 - one signature for all readings
    return orjson.dumps([fravaer_som_json(f) for f in person.fravaer.values()])


def _laes_krop(raa: bytes, kald: Kald, sti_id: str | None) -> None:
    """CreateFravaerRequestDto. Every element at fault is named."""
    krop = Krop(raa, _FELTER)
    krop_id = krop.raa("fravaerIdentifier")
    if sti_id is not None:
        if krop_id is not None and (not isinstance(krop_id, str) or krop_id.lower() != sti_id.lower()):
            krop.galt("fravaerIdentifier")
        krop_id = sti_id
    entitets_id = str(uuid4()) if krop_id is None and krop.er_laest else guid(krop_id)
    if entitets_id is None:
        krop.galt("fravaerIdentifier")
    kald.entitets_id = entitets_id
    if krop.er_laest:
        type_ = krop.kode("fravaerType")
        start = krop.dato("startDato")
        slut = krop.dato("slutDato", paakraevet=False)
        anmeldt = krop.dato("anmeldelsesDato")
        aarsag = krop.kode("fravaersAfslutningsAarsag", paakraevet=False)
        kommentar = krop.tekst("fravaersKommentar", 0, KOMMENTAR_LAENGDE)
    kald.skemafejl += [fejl(koder.BESKED_UGYLDIG, navn) for navn in krop.fejl_i]
    if krop.fejl_i or entitets_id is None or type_ is None or start is None or anmeldt is None:
        return
    indhold = Fravaersindhold(type_, start, slut, anmeldt, kommentar, aarsag)
    ret = kald.operation == "UpdateFravaer"
    kald.handling = RetFravaer(entitets_id, indhold) if ret else OpretFravaer(entitets_id, indhold)
