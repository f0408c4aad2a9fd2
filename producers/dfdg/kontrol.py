"""Checking an imported marking: GetAlleFravaer as an attempt of its own, compared with what the import said.

It writes nothing. Equal is a receipt, with the absence's own identifier; anything else is refused with what was expected
and what stands, field by field, so that the a-kasse can correct its import: dates and type, never a person.

The same reading finds the id that DFDG gave an absence of the gateway's own (made over SOAP): by type and start, whatever
became of its end there meanwhile.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.dfdg.fravaer import ROD, STI, TJENESTE, LaestFravaer
from gateway.lanes.forsoeg import Anmodning, Fund, Klasse, Svar, Svarfejl, Tilbagelaesning, Udfald
from gateway.rules.model import Haendelse
from gateway.rules.registreringer import Kontrolaflaesning
from producers.dfdg import rest
from producers.dfdg.opsaetning import DfdgOpsaetning

#: What stands at DFDG is not what the import said.
AFVIGER = "indlaest_afviger"
#: What the gateway made does not stand at DFDG any more.
MANGLER = "fravaer_mangler"
#: The operation as the ledger keeps it: the reading itself.
OPERATION = "GetAlleFravaer"

_INTET = "åben"


def render(o: DfdgOpsaetning, akassekode: str, cpr: str, h: Haendelse, i: Kontrolaflaesning) -> Anmodning:
    """The reading; class C, for it may be repeated as often as one likes."""
    noegle: dict[str, Any] = {
        "id": str(i.fravaer_id) if i.fravaer_id else None,
        "type": int(i.fravaertype),
        "start": i.startdato.isoformat(),
        "slut": i.slutdato.isoformat() if i.slutdato else None,
        **({"egen": True} if i.egen else {}),
    }
    return Anmodning(
        tjeneste=TJENESTE,
        operation=OPERATION,
        klasse=Klasse.SIDSTE_VINDER,
        akassekode=akassekode,
        metode="GET",
        sti=rest.adresse(o, TJENESTE, ROD, STI),
        hoved=rest.hoveder(o, akassekode, cpr, h.tid),
        krop=b"",
        noegle=noegle,
        entitets_id=str(i.fravaer_id) if i.fravaer_id else None,
    )


def svar(a: Anmodning, fundne: list[LaestFravaer]) -> Svar:
    """A receipt when the marking stands as imported, otherwise a refusal whose one fault names every field that differs,
    as the end of a sentence ("DFDG har en anden markering end den indlæste: …")."""
    n = a.noegle
    staar = _samme(n, fundne)
    if n.get("egen"):
        if staar is None or staar.startdato.isoformat() != n["start"]:
            tekst = "Fraværet, som gatewayen har oprettet, findes ikke hos DFDG."
            return Svar(Udfald.AFVIST, kode=MANGLER, fejl=(Svarfejl(MANGLER, tekst),), http_status=200)
        return Svar(Udfald.KVITTERET, registrerings_id=str(staar.fravaer_id), http_status=200)
    if staar is None:
        tekst = "borgeren har ingen markering af den indlæste type."
        if n["id"] is not None:
            tekst = "den markering, som indlæsningen nævner, findes ikke."
        return Svar(Udfald.AFVIST, kode=AFVIGER, fejl=(Svarfejl(AFVIGER, tekst),), http_status=200)
    forskelle = _forskelle(n, staar)
    if forskelle:
        tekst = f"{'; '.join(forskelle)}."
        return Svar(Udfald.AFVIST, kode=AFVIGER, fejl=(Svarfejl(AFVIGER, tekst),), http_status=200)
    return Svar(Udfald.KVITTERET, registrerings_id=str(staar.fravaer_id), http_status=200)


def tilbagelaesning(s: Svar) -> Tilbagelaesning:
    """The same reading as an answer to what became of an earlier one."""
    if s.udfald is Udfald.KVITTERET:
        return Tilbagelaesning(Fund.LIG, s)
    return Tilbagelaesning(Fund.FRAVAERENDE if s.kode in (AFVIGER, MANGLER) else Fund.UKENDT, s)


def _samme(n: dict[str, Any], fundne: list[LaestFravaer]) -> LaestFravaer | None:
    """The absence that the import means: by its id, else by type and start; else the latest of the type, so that the
    refusal can say what stands instead."""
    if n["id"] is not None:
        return next((x for x in fundne if str(x.fravaer_id) == n["id"]), None)
    af_typen = sorted((x for x in fundne if x.fravaertype == n["type"]), key=lambda x: x.startdato)
    paa_dagen = [x for x in af_typen if x.startdato.isoformat() == n["start"]]
    ens = [x for x in paa_dagen if not _forskelle(n, x)]
    return next(iter(ens or paa_dagen or af_typen[-1:]), None)


def _forskelle(n: dict[str, Any], x: LaestFravaer) -> list[str]:
    staar = {
        "type": ("typen", str(n["type"]), str(x.fravaertype)),
        "start": ("startdatoen", _dag(n["start"]), _dag(x.startdato)),
        "slut": ("slutdatoen", _dag(n["slut"]), _dag(x.slutdato)),
    }
    return [f"{navn} er indlæst som {v}, men er {s}" for navn, v, s in staar.values() if v != s]


def _dag(v: date | str | None) -> str:
    return _INTET if v is None else v if isinstance(v, str) else v.isoformat()
