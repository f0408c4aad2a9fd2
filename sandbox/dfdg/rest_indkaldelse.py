"""REST Kontaktforloeb.IndkaldelseService v1: planned talks.

The operations, the identifier in the path, ``selvbooket`` and ``digitaltMoedelink`` are those of STAR's public pages;
the other field names are concluded from BookingService's, or this project's. The history's address is that of the page
of message 90000.
"""

from __future__ import annotations

from typing import Any

import orjson

from sandbox.dfdg import fejlkoder as koder
from sandbox.dfdg.borger import Booking, Person
from sandbox.dfdg.fejlkoder import Dfdgfejl, fejl
from sandbox.dfdg.handlinger_indkaldelse import (
    DIGITALT,
    Indkaldelsesindhold,
    OpretIndkaldelse,
    RetIndkaldelse,
    SaetValg,
    SletIndkaldelse,
)
from sandbox.dfdg.kald import KOEBENHAVN, Kald
from sandbox.dfdg.rest import IngenOperation, Krop, guid
from sandbox.dfdg.tilstand import Tilstand

TJENESTE = "IndkaldelseService"
ROD = "/Kontaktforloeb.IndkaldelseService/v1/"

_FELTER = frozenset(
    (
        "samtaleType",
        "startTidspunkt",
        "slutTidspunkt",
        "samtaleform",
        "selvbooket",
        "digitaltMoedelink",
        "adresse",
        "ansvarligMyndighed",
    )
)


def laes(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:
    """``dele``: the path below the service's root. Raises IngenOperation."""
    if dele[0].lower() != "indkaldelse":
        raise IngenOperation(404)
    kald.kode_ikke_medlem, kald.kode_fremmed = koder.INTET_MEDLEM, koder.ANDENS_MEDLEM
    match metode, dele[1:]:
        case "GET", []:
            kald.operation, kald.laesning, kald.opslag = "GetIndkaldelser", True, _alle
        case "GET", ["historik", id_]:
            kald.operation, kald.laesning, kald.adgang = "GetIndkaldelseshistorik", True, "tidligere"
            kald.entitets_id = _ident(id_, kald)
            kald.opslag = _Historik(kald.entitets_id or "")
        case "POST", [id_]:
            kald.operation = "CreateIndkaldelse"
            _laes_indhold(krop, kald, id_)
        case "PUT", [id_]:
            kald.operation = "UpdateIndkaldelse"
            _laes_indhold(krop, kald, id_)
        case "DELETE", [id_]:
            kald.operation, kald.entitets_id = "DeleteIndkaldelse", _ident(id_, kald)
            if kald.entitets_id:
                kald.handling = SletIndkaldelse(kald.entitets_id, kald.akasse)
        case "PUT", [id_, "deltagelsesvalg"]:
            kald.operation, kald.entitets_id = "SaveDeltagelsesvalg", _ident(id_, kald)
            valg = Krop(krop, frozenset(("deltagelsesvalgType",)))
            kode = valg.kode("deltagelsesvalgType") if valg.er_laest else None
            kald.skemafejl += [fejl(koder.BESKED_UGYLDIG, navn) for navn in valg.fejl_i]
            if kald.entitets_id and kode is not None:
                kald.handling = SaetValg(kald.entitets_id, kode)
        case _:
            raise IngenOperation(405 if len(dele) <= 3 else 404)


def _ident(tekst: str, kald: Kald) -> str | None:
    ident = guid(tekst)
    if ident is None:
        kald.skemafejl.append(fejl(koder.BESKED_UGYLDIG, "indkaldelseIdentifier"))
    return ident


def _laes_indhold(raa: bytes, kald: Kald, sti_id: str) -> None:
    kald.entitets_id = _ident(sti_id, kald)
    krop = Krop(raa, _FELTER)
    if krop.er_laest:
        type_, form = krop.kode("samtaleType"), krop.kode("samtaleform")
        start, slut = krop.tidspunkt("startTidspunkt"), krop.tidspunkt("slutTidspunkt")
        selvbooket = krop.boolsk("selvbooket")
        link, adresse = krop.tekst("digitaltMoedelink", 1, 2000), krop.tekst("adresse", 1, 4000)
        if form == DIGITALT and link is None and "digitaltMoedelink" not in krop.fejl_i:
            krop.galt("digitaltMoedelink")
        if not _er_myndighed(krop.raa("ansvarligMyndighed"), kald.akasse):
            krop.galt("ansvarligMyndighed")
    kald.skemafejl += [fejl(koder.BESKED_UGYLDIG, navn) for navn in krop.fejl_i]
    if krop.fejl_i or kald.entitets_id is None:
        return
    assert type_ is not None
    assert form is not None
    assert start is not None
    assert slut is not None
    indhold = Indkaldelsesindhold(type_, start, slut, form, bool(selvbooket), link, adresse)
    if kald.operation == "CreateIndkaldelse":
        kald.handling = OpretIndkaldelse(kald.entitets_id, indhold)
    else:
        kald.handling = RetIndkaldelse(kald.entitets_id, indhold, kald.akasse)


def _er_myndighed(vaerdi: Any, akasse: str | None) -> bool:
    """{myndighed: {organisationsTypeIdentifier 1-100, organisationskode}}, the one that the call is made for."""
    myndighed = vaerdi.get("myndighed") if isinstance(vaerdi, dict) else None
    if not isinstance(myndighed, dict):
        return False
    type_ = myndighed.get("organisationsTypeIdentifier")
    if not isinstance(type_, int) or isinstance(type_, bool) or not 1 <= type_ <= 100:
        return False
    return akasse is None or myndighed.get("organisationskode") == akasse


def _alle(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001 - one signature for all readings
    """GetIndkaldelser: the live planned talks, whoever summoned."""
    return orjson.dumps([_som_json(b) for b in person.bookinger.values() if b.aktiv])


def _tid(tid: Any) -> str | None:
    return None if tid is None else tid.astimezone(KOEBENHAVN).isoformat()


def _som_json(b: Booking) -> dict[str, Any]:
    return {
        "indkaldelseIdentifier": b.id,
        "samtaleType": b.type,
        "startTidspunkt": _tid(b.start),
        "slutTidspunkt": _tid(b.slut or b.start),
        "samtaleform": b.form or 1,
        "selvbooket": b.selvbooket,
        "deltagelsesvalg": b.valg,
    }


class _Historik:
    """GetIndkaldelseshistorik: every edition of one planned talk, the oldest first; 90036 for an unknown one."""

    def __init__(self, id_: str) -> None:
        self._id = id_

    def __call__(self, person: Person, tilstand: Tilstand) -> bytes | list[Dfdgfejl]:  # noqa: ARG002
        booking = person.bookinger.get(self._id)
        if booking is None:
            return [fejl(koder.INDKALDELSE_UKENDT)]
        return orjson.dumps(
            [
                {
                    "indkaldelseIdentifier": booking.id,
                    "versionIdentifier": v["versionIdentifier"],
                    "aendringstype": v["aendringstype"],
                    "registreringstidspunkt": v["registreringstidspunkt"],
                    "samtaleType": v["type"],
                    "startTidspunkt": _tid(v["start"]),
                    "slutTidspunkt": _tid(v["slut"] or v["start"]),
                    "samtaleform": v["form"] or 1,
                    "selvbooket": v["selvbooket"],
                    "deltagelsesvalg": v["valg"],
                    "status": "Planlagt" if v["aktiv"] else "Aflyst",
                    "ophav": booking.ophav,
                    "organisationskode": booking.akasse,
                }
                for v in booking.versioner
            ]
        )
