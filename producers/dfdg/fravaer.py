"""Absence: REST VisiteringOgStatus.FravaerService v1 (create with own identifier, update, delete, read all), and SOAP
AbsenceRegistrationService v7 CreateAbsence by a setting.

The REST service has a GetFravaer with the CPR number in its path; it is never used.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from contracts.dfdg.fravaer import ROD, STI, TJENESTE, Fravaersindhold, LaestFravaer
from contracts.dfdg.fravaer_soap import Absence, CreateAbsenceRequest
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import OpretFravaer, RetFravaer, SletFravaer
from producers.dfdg import errors, rest, soap
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

#: A correction comment stands in the path, which proxies write down: short, and never with a person's number.
_KOMMENTAR_I_STI = 200

Fravaer = OpretFravaer | RetFravaer | SletFravaer


def opret_operation(o: DfdgOpsaetning) -> str:
    """By which operation absences are created with these settings."""
    return CreateAbsenceRequest.operation if o.fravaer_transport == "soap" else "CreateFravaerMedIdentifier"


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: Fravaer) -> Anmodning:
    """The exact request. A create is class A over REST (own id) and class D over SOAP; update and delete class C.

    Raises ``Regelfejl`` for what DFDG would not take.
    """
    if isinstance(i, OpretFravaer) and o.fravaer_transport == "soap":
        return _soap(o, akassekode, cpr, h, i)
    sti, krop = f"{STI}{i.fravaer_id}", b""
    noegle: dict[str, Any] = {"id": str(i.fravaer_id)}
    match i:
        case OpretFravaer():
            operation, klasse, metode = opret_operation(o), Klasse.EGET_ID, "POST"
        case RetFravaer():
            operation, klasse, metode = "UpdateFravaer", Klasse.SIDSTE_VINDER, "PUT"
        case SletFravaer():
            operation, klasse, metode = "DeleteFravaer", Klasse.SIDSTE_VINDER, "DELETE"
            sti += f"/{_kommentar(i.kommentar)}"
            noegle |= {"slettet": True}
    if not isinstance(i, SletFravaer):
        krop = orjson.dumps(_indhold(i).som_json())
        noegle |= _indholdsnoegle(i)
    return Anmodning(
        tjeneste=TJENESTE,
        operation=operation,
        klasse=klasse,
        akassekode=akassekode,
        metode=metode,
        sti=rest.adresse(o, TJENESTE, ROD, sti),
        hoved=rest.hoveder(o, akassekode, cpr, h.tid),
        krop=krop,
        noegle=noegle,
        entitets_id=str(i.fravaer_id),
    )


def _indhold(i: OpretFravaer | RetFravaer) -> Fravaersindhold:
    return byg(
        lambda: Fravaersindhold.model_validate(
            {
                "fravaerType": i.fravaertype,
                "startDato": i.startdato,
                "slutDato": i.slutdato,
                "fravaersKommentar": i.kommentar,
                "anmeldelsesDato": i.anmeldelsesdato,
                "fravaersAfslutningsAarsag": i.aarsagskode,
            }
        )
    )


def _indholdsnoegle(i: OpretFravaer | RetFravaer) -> dict[str, Any]:
    """What reading back compares."""
    return {
        "type": int(i.fravaertype),
        "start": i.startdato.isoformat(),
        "slut": i.slutdato.isoformat() if i.slutdato else None,
        "aarsag": int(i.aarsagskode) if i.aarsagskode else None,
    }


def _kommentar(tekst: str) -> str:
    """A comment as one step of a path. It is required, and a step of dots alone would be read as a way up."""
    ren = errors.ren_tekst(tekst)[:_KOMMENTAR_I_STI].strip()
    return quote(ren if ren.strip(".") else f"Berigtiget {ren}".strip(), safe="")


def _soap(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretFravaer) -> Anmodning:
    besked = byg(
        lambda: CreateAbsenceRequest(
            fravaer=Absence.model_validate(
                {
                    "PersonCivilRegistrationIdentifier": cpr,
                    "AbsenceTypeIdentifier": i.fravaertype,
                    "StartDate": i.startdato,
                    "EndDate": i.slutdato,
                    "AbsenceComment": i.kommentar,
                    "NotificationDate": i.anmeldelsesdato,
                    "AbsenceCauseTypeIdentifier": i.aarsagskode,
                }
            )
        )
    )
    # DFDG makes the id over SOAP and has no reading there: GetAlleFravaer is compared by content.
    laes = rest.hoveder(o, akassekode, cpr, h.tid)
    noegle = {"id": None, "eget_id": str(i.fravaer_id), **_indholdsnoegle(i), "laes": laes}
    return soap.anmodning(o, akassekode, h.tid, besked, Klasse.INGEN, noegle)


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetAlleFravaer about the same person, for the same a-kasse."""
    return Anmodning(
        tjeneste=TJENESTE,
        operation="GetAlleFravaer",
        klasse=a.klasse,
        akassekode=a.akassekode,
        metode="GET",
        sti=rest.adresse(o, TJENESTE, ROD, STI),
        hoved=dict(a.noegle.get("laes") or a.hoved),
        krop=b"",
    )


def sammenlign(a: Anmodning, fundne: list[LaestFravaer]) -> tuple[Fund, str | None]:
    """What the absences that stand at DFDG say of this request; with other content the fields that differ.

    For an update "there, with other content" means that our write is not there (yet); for a delete, gone is done.
    """
    n = a.noegle
    if n.get("id") is None:
        return (Fund.LIG if any(not _forskelle(n, x) for x in fundne) else Fund.FRAVAERENDE), None
    egen = next((x for x in fundne if str(x.fravaer_id) == n["id"]), None)
    if n.get("slettet"):
        return (Fund.LIG if egen is None else Fund.FRAVAERENDE), None
    if egen is None:
        return Fund.FRAVAERENDE, None
    forskelle = _forskelle(n, egen)
    if not forskelle:
        return Fund.LIG, None
    fund = Fund.FRAVAERENDE if a.klasse is Klasse.SIDSTE_VINDER else Fund.ANDERLEDES
    return fund, f"other content in {', '.join(forskelle)}"


def _forskelle(n: dict[str, Any], x: LaestFravaer) -> list[str]:
    staar = {
        "type": x.fravaertype,
        "start": x.startdato.isoformat(),
        "slut": x.slutdato.isoformat() if x.slutdato else None,
        "aarsag": x.aarsag,
    }
    return [navn for navn, vaerdi in staar.items() if n[navn] != vaerdi]
