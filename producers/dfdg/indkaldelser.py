"""Planned talks: REST Kontaktforloeb.IndkaldelseService v1 (create, update, delete, choice to attend, read all).

The service exists so that authorities know of each other's summonses (STAR's page of 2024-3). A summons is one purpose;
its id is the caller's and stands in the path, the person in a header.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.dfdg.grund import KOEBENHAVN
from contracts.dfdg.indkaldelse import ROD, STI, TJENESTE, Deltagelsesvalg, Indkaldelsesindhold, LaestIndkaldelse
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import OpretIndkaldelse, RetIndkaldelse, SaetDeltagelsesvalg, SletIndkaldelse
from producers.dfdg import faelles, rest
from producers.dfdg.faelles import byg
from producers.dfdg.opsaetning import DfdgOpsaetning

Indkaldelse = OpretIndkaldelse | RetIndkaldelse | SletIndkaldelse | SaetDeltagelsesvalg


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: Indkaldelse) -> Anmodning:
    """The exact request. A create is class A (own id), everything else class C.

    Raises ``Regelfejl`` for a code that is not set and for what DFDG would not take.
    """
    sti, krop = f"{STI}/{i.indkaldelse_id}", b""
    noegle: dict[str, Any] = {"id": str(i.indkaldelse_id)}
    klasse = Klasse.SIDSTE_VINDER
    match i:
        case OpretIndkaldelse() | RetIndkaldelse():
            indhold = _indhold(o, akassekode, i)
            krop, noegle = orjson.dumps(indhold.som_json()), noegle | _indholdsnoegle(indhold)
            operation, metode = "UpdateIndkaldelse", "PUT"
            if isinstance(i, OpretIndkaldelse):
                operation, metode, klasse = "CreateIndkaldelse", "POST", Klasse.EGET_ID
        case SletIndkaldelse():
            operation, metode = "DeleteIndkaldelse", "DELETE"
            noegle |= {"slettet": True}
        case SaetDeltagelsesvalg():
            operation, metode, sti = "SaveDeltagelsesvalg", "PUT", f"{sti}/deltagelsesvalg"
            valg = faelles.kode(o, "deltagelsesvalg", i.valg, h.registreringsdato)
            besked = byg(lambda: Deltagelsesvalg.model_validate({"deltagelsesvalgType": valg}))
            krop, noegle = orjson.dumps(besked.som_json()), noegle | {"valg": besked.valg}
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
        entitets_id=str(i.indkaldelse_id),
    )


def _indhold(o: DfdgOpsaetning, akassekode: str, i: OpretIndkaldelse | RetIndkaldelse) -> Indkaldelsesindhold:
    dag = i.start.astimezone(KOEBENHAVN).date()
    felter = {
        "samtaleType": faelles.kode(o, "samtaletype", i.formaal, dag),
        "startTidspunkt": i.start,
        "slutTidspunkt": i.slut,
        "samtaleform": faelles.kode(o, "samtaleform", i.form, dag),
        "selvbooket": i.selvbooket,
        "digitaltMoedelink": i.moedelink,
        "adresse": i.adresse,
        "ansvarligMyndighed": {
            "myndighed": {"organisationsTypeIdentifier": o.egen_organisationstype, "organisationskode": akassekode}
        },
    }
    return byg(lambda: Indkaldelsesindhold.model_validate(felter))


def _indholdsnoegle(x: Indkaldelsesindhold | LaestIndkaldelse) -> dict[str, Any]:
    """What reading back compares: link and address are not in what GetIndkaldelser gives."""
    return {
        "type": x.samtaletype,
        "start": _utc(x.start),
        "slut": _utc(x.slut),
        "form": x.samtaleform,
        "selvbooket": x.selvbooket,
    }


def _utc(tid: datetime) -> str:
    """In UTC: in the hour that comes twice, two moments may look the same in Copenhagen."""
    return tid.astimezone(UTC).isoformat(timespec="seconds")


def laes_anmodning(o: DfdgOpsaetning, a: Anmodning) -> Anmodning:
    """GetIndkaldelser about the same person, for the same a-kasse."""
    return Anmodning(
        tjeneste=TJENESTE,
        operation="GetIndkaldelser",
        klasse=a.klasse,
        akassekode=a.akassekode,
        metode="GET",
        sti=rest.adresse(o, TJENESTE, ROD, STI),
        hoved=dict(a.hoved),
        krop=b"",
    )


def sammenlign(a: Anmodning, fundne: list[LaestIndkaldelse]) -> tuple[Fund, str | None]:
    """What the summonses that stand at DFDG say of this request; with other content the fields that differ.

    For an update or a choice "there, with other content" means that our write is not there (yet); for a delete, gone is
    done.
    """
    n = a.noegle
    egen = next((x for x in fundne if str(x.indkaldelse_id) == n["id"]), None)
    if n.get("slettet"):
        return (Fund.LIG if egen is None else Fund.FRAVAERENDE), None
    if egen is None:
        return Fund.FRAVAERENDE, None
    if "valg" in n:
        return (Fund.LIG if egen.deltagelsesvalg == n["valg"] else Fund.FRAVAERENDE), None
    forskelle = [navn for navn, vaerdi in _indholdsnoegle(egen).items() if n[navn] != vaerdi]
    if not forskelle:
        return Fund.LIG, None
    fund = Fund.FRAVAERENDE if a.klasse is Klasse.SIDSTE_VINDER else Fund.ANDERLEDES
    return fund, f"other content in {', '.join(forskelle)}"
