"""Absence: REST VisiteringOgStatus.FravaerService v1 (create with own identifier, update, delete, read all), and SOAP
AbsenceRegistrationService v7 CreateAbsence by a setting. The REST service has a GetFravaer with the CPR number in its
path; it is never used."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse, OpretFravaer, RetFravaer, SletFravaer
from producers.dfdg import soap
from producers.dfdg.faelles import midnat
from producers.dfdg.opsaetning import DfdgOpsaetning
from producers.dfdg.soap import Tjeneste, felt, rodelement

TJENESTE = "FravaerService"
STI = "/VisiteringOgStatus.FravaerService/v1/Fravaer/"
SOAP_OPRET = Tjeneste("AbsenceRegistrationService", 7)


def adresse(o: DfdgOpsaetning, tjeneste: str, sti: str) -> str:
    """The service's own address where one is set, else the common one with ``sti``."""
    egen = o.adresser.get(tjeneste)
    return f"{egen.rstrip('/')}{sti[sti.index('/v1/') :]}" if egen and "/v1/" in sti else egen or f"{o.base_url.rstrip('/')}{sti}"


def hoveder(o: DfdgOpsaetning, akassekode: str, cpr: str, tid: str) -> dict[str, str]:
    """The REST headers of every call but ``x-requestId``: whom it is about, for whom, and who acts."""
    organisation = {"organisationTypeIdentifier": o.organisationstype, "organisationCode": akassekode}
    bruger = {
        "userFullName": o.brugernavn,
        "userIdentifier": o.brugerid,
        "requestUserTypeIdentifier": 3,
        "organisationTypeIdentifier": o.organisationstype,
        "organisationCode": akassekode,
        "registrationDateTime": tid,
    }
    return {
        "x-civilRegistrationIdentifier": cpr,
        o.organisationshoved: orjson.dumps(organisation).decode(),
        o.brugerhoved: orjson.dumps(bruger).decode(),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


def _krop(i: OpretFravaer | RetFravaer) -> dict[str, Any]:
    ud: dict[str, Any] = {
        "fravaerType": int(i.fravaertype),
        "startDato": midnat(i.startdato),
        "anmeldelsesDato": midnat(i.anmeldelsesdato),
    }
    if i.slutdato is not None:
        ud["slutDato"] = midnat(i.slutdato)
    if i.aarsagskode is not None:
        ud["fravaersAfslutningsAarsag"] = int(i.aarsagskode)
    if i.kommentar:
        ud["fravaersKommentar"] = i.kommentar
    return ud


def _noegle(i: OpretFravaer | RetFravaer) -> dict[str, Any]:
    return {
        "id": str(i.fravaer_id),
        "type": int(i.fravaertype),
        "start": i.startdato.isoformat(),
        "slut": i.slutdato.isoformat() if i.slutdato else None,
        "aarsag": int(i.aarsagskode) if i.aarsagskode else None,
    }


def render(
    o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretFravaer | RetFravaer | SletFravaer
) -> Anmodning:
    """The exact request. A create is class A over REST (own id) and class D over SOAP; update and delete class C."""
    if isinstance(i, OpretFravaer) and o.fravaer_transport == "soap":
        return _soap(o, akassekode, cpr, h, i)
    match i:
        case OpretFravaer():
            operation, klasse, metode, krop = "CreateFravaerMedIdentifier", Klasse.EGET_ID, "POST", orjson.dumps(_krop(i))
            sti, noegle = f"{STI}{i.fravaer_id}", _noegle(i)
        case RetFravaer():
            operation, klasse, metode, krop = "UpdateFravaer", Klasse.SIDSTE_VINDER, "PUT", orjson.dumps(_krop(i))
            sti, noegle = f"{STI}{i.fravaer_id}", _noegle(i)
        case SletFravaer():
            operation, klasse, metode, krop = "DeleteFravaer", Klasse.SIDSTE_VINDER, "DELETE", b""
            sti, noegle = f"{STI}{i.fravaer_id}/{quote(i.kommentar, safe='')}", {"id": str(i.fravaer_id), "slettet": True}
    return Anmodning(
        tjeneste=TJENESTE,
        operation=operation,
        klasse=klasse,
        akassekode=akassekode,
        metode=metode,
        sti=adresse(o, TJENESTE, sti),
        hoved=hoveder(o, akassekode, cpr, h.tid.isoformat()),
        krop=krop,
        noegle=noegle,
        entitets_id=str(i.fravaer_id),
    )


def _soap(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: OpretFravaer) -> Anmodning:
    ns = SOAP_OPRET.navnerum
    rod = rodelement(ns, "CreateAbsenceRequest")
    fravaer = felt(rod, ns, "Absence")
    felt(fravaer, ns, "PersonCivilRegistrationIdentifier", cpr)
    felt(fravaer, ns, "AbsenceTypeIdentifier", i.fravaertype)
    felt(fravaer, ns, "StartDate", midnat(i.startdato))
    if i.slutdato is not None:
        felt(fravaer, ns, "EndDate", midnat(i.slutdato))
    if i.kommentar:
        felt(fravaer, ns, "AbsenceComment", i.kommentar)
    felt(fravaer, ns, "NotificationDate", midnat(i.anmeldelsesdato))
    if i.aarsagskode is not None:
        felt(fravaer, ns, "AbsenceCauseTypeIdentifier", i.aarsagskode)
    return Anmodning(
        tjeneste=SOAP_OPRET.navn,
        operation="CreateAbsence",
        klasse=Klasse.INGEN,
        akassekode=akassekode,
        metode="POST",
        sti=o.adresser.get(SOAP_OPRET.navn) or f"{o.base_url.rstrip('/')}{SOAP_OPRET.sti}",
        hoved=soap.hoveder("CreateAbsence"),
        krop=soap.kuvert(o, akassekode, h.tid, rod),
        # DFDG makes the id over SOAP, so reading back goes by content.
        noegle={**_noegle(i), "id": None, "laes": hoveder(o, akassekode, cpr, h.tid.isoformat())},
        entitets_id=None,
    )


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetAlleFravaer about the same person, for the same a-kasse."""
    return Anmodning(
        tjeneste=TJENESTE,
        operation="GetAlleFravaer",
        klasse=a.klasse,
        akassekode=a.akassekode,
        metode="GET",
        sti=adresse(o, TJENESTE, STI),
        hoved=dict(a.noegle.get("laes") or a.hoved),
        krop=b"",
    )


def sammenlign(a: Anmodning, fundne: list[dict[str, Any]]) -> Fund:
    """What the absences that stand at DFDG say of this request."""
    n = a.noegle
    if n.get("id") is None:
        return Fund.LIG if any(_ens(n, x) for x in fundne) else Fund.FRAVAERENDE
    egen = next((x for x in fundne if str(x.get("fravaerIdentifier", "")).lower() == n["id"]), None)
    if n.get("slettet"):
        return Fund.LIG if egen is None else Fund.FRAVAERENDE
    if egen is None:
        return Fund.FRAVAERENDE
    if _ens(n, egen):
        return Fund.LIG
    # For an update "there, with other content" means that our write has not been applied.
    return Fund.FRAVAERENDE if a.klasse is Klasse.SIDSTE_VINDER else Fund.ANDERLEDES


def _ens(n: dict[str, Any], x: dict[str, Any]) -> bool:
    def dag(v: Any) -> str | None:
        return str(v)[:10] if v else None

    return bool(
        n["type"] == x.get("fravaerType")
        and n["start"] == dag(x.get("startDato"))
        and n["slut"] == dag(x.get("slutDato"))
        and n["aarsag"] == x.get("fravaersAfslutningsAarsag")
    )
