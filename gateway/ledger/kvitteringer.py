"""What a kvittering says: the status of an event in words and fields, and the faults that stop one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.codes import liste
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from gateway.lanes.registrering import Fase
from gateway.lanes.registrering import Tilstand as Registreringstilstand
from gateway.ledger.raekker import Haendelsesraekke, Registreringsraekke
from gateway.rules.model import Afgoerelse, Fejl

#: A reading that was made to be sure (an imported course, an id that DFDG gave): no registration of the event's.
KUN_LAESNING = "Kontrolaflaesning"


def data(
    h: Haendelsesraekke,
    status: str,
    tekst: str,
    afg: Afgoerelse | None,
    *,
    endelig: bool,
    fejl: Fejl | None,
    venter: tuple[str, datetime, datetime | None] | None,
    detaljer: Svar | None,
    fejldetaljer: tuple[Fejl, ...],
) -> dict[str, Any]:
    """The kvittering's data in the event's present edition. ``venter``: on what, since when, the next attempt."""
    ud: dict[str, Any] = {
        "haendelseId": h.haendelse_id,
        "haendelseType": h.type,
        "post": {"topic": h.topic, "partition": h.partition, "offset": h.post_offset},
        "udgave": h.udgave,
        "endelig": endelig,
        "status": status,
        "tekst": tekst,
        "flag": [*h.flag, *((f for f in afg.flag if f not in h.flag) if afg else ())],
        "registreringer": [
            _registreringslinje(r)
            for r in h.registreringer
            if r.tilstand.fase is Fase.REGISTRERET and r.handling != KUN_LAESNING
        ],
    }
    if afg is not None:
        if afg.regel:
            ud["regel"] = afg.regel
        if afg.regime:
            ud["regime"] = afg.regime.value
        if afg.virkning:
            ud["virkning"] = {
                "lovlig": afg.virkning.lovlig.isoformat(),
                "faktisk": afg.virkning.faktisk.isoformat(),
            }
        if afg.pligter and endelig:
            ud["pligter"] = [
                {"kode": p.kode, "tekst": p.tekst, **({"senest": p.senest.isoformat()} if p.senest else {})}
                for p in afg.pligter
            ]
    if fejl is not None:
        ud["fejl"] = _fejl_json(fejl)
        if detaljer is not None and detaljer.fejl:
            ud["fejl"]["detaljer"] = [
                {"kode": "dfdg_afvist", "tekst": f.tekst, "dfdgKode": f.kode} for f in detaljer.fejl
            ]
        elif fejldetaljer:
            ud["fejl"]["detaljer"] = [_fejl_json(f) for f in fejldetaljer]
    if venter is not None:
        paa, siden, naeste = venter
        ud["venter"] = {
            "paa": paa,
            "siden": siden.isoformat(),
            **({"naesteForsoeg": naeste.isoformat()} if naeste else {}),
        }
    return ud


def _registreringslinje(r: Registreringsraekke) -> dict[str, Any]:
    return {
        "tjeneste": r.anmodning.tjeneste,
        "operation": r.anmodning.operation,
        "registreringsId": r.registrerings_id,
        "entitetsId": r.anmodning.entitets_id,
        "tidspunkt": r.registreret.isoformat() if r.registreret else None,
    }


def _fejl_json(f: Fejl) -> dict[str, Any]:
    return {
        "kode": f.kode,
        "tekst": f.tekst,
        **({"felt": f.felt} if f.felt else {}),
        **({"loesning": f.loesning} if f.loesning else {}),
    }


def dfdg_fejl(svar: Svar | None, kode: str | None) -> Fejl:
    """Why DFDG's refusal stops the event."""
    if kode == "indhold_afviger":
        return Fejl(
            "indhold_afviger",
            "DFDG har en registrering med samme id og andet indhold.",
            None,
            "Sammenlign med DFDG; genkør, erstat eller spring hændelsen over.",
        )
    if kode == "indlaest_afviger":
        forskelle = "; ".join(f.tekst for f in svar.fejl) if svar else ""
        return Fejl(
            "indlaest_afviger",
            f"DFDG har en anden markering end den indlæste: {forskelle}",
            None,
            "Ret indlæsningen (erstatter) eller markeringen i DFDG, og genkør.",
        )
    if kode == "fravaer_mangler":
        return Fejl(
            "fravaer_mangler",
            "Fraværet, som gatewayen har oprettet, findes ikke hos DFDG.",
            None,
            "Se hos DFDG, hvem der har slettet det; genkør, erstat eller spring over.",
        )
    tekster = "; ".join(f"{f.kode} {f.tekst}" for f in svar.fejl) if svar and svar.fejl else (kode or "ukendt svar")
    return Fejl(
        "dfdg_afvist",
        f"DFDG afviste registreringen: {tekster}",
        None,
        "Ret hændelsen (erstatter) eller årsagen hos DFDG, og genkør.",
    )


def husket(kode: str | None) -> Svar | None:
    """A refusal that was answered before the readings which let it stand: the code is remembered, the text is the error
    catalogue's. None for what is no number of DFDG's."""
    if kode is None or not kode.isdigit():
        return None
    raekke = liste("dfdg_fejlkode").find(kode)
    return Svar(Udfald.AFVIST, kode=kode, fejl=(Svarfejl(kode, raekke.tekst if raekke else "Afvist"),))


def ens_svar(t: Registreringstilstand) -> Fejl:
    """Why the same answer again and again stops the event (I5)."""
    return Fejl(
        "ens_svar",
        f"DFDG gav det samme svar ({t.sidste_kode}) {t.ens_svar + 1} gange, mens andre borgeres registreringer lykkedes.",
        None,
        "Undersøg borgerens registrering hos DFDG, og genkør, erstat eller spring over.",
    )
