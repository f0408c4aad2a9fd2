"""What people may see of events, requests and answers: a CPR number never, whatever field it stands in (I8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson
from lxml import etree

from contracts.envelope import fra_raa
from contracts.felter import er_cpr
from gateway.lanes.registrering import Fase
from gateway.ledger.enhed import Enhed
from gateway.ledger.raekker import Haendelsesraekke, Registreringsraekke
from gateway.telemetry import masker

MASKE = "••••••••••"
_ENLIG = re.compile(r"(?<![0-9A-Za-z])(\d{6})[- ]?(\d{4})(?![0-9A-Za-z])")
#: Fields of an event that hold a number.
CPR_FELTER = ("cpr", "gammeltCpr")


def skjul(tekst: str, cprer: Iterable[str] = ()) -> str:
    """``tekst`` without these numbers, and without anything else that looks like one."""
    for cpr in cprer:
        tekst = tekst.replace(cpr, MASKE).replace(f"{cpr[:6]}-{cpr[6:]}", MASKE)
    return masker(tekst)


def skjul_alt(indhold: Any, cprer: Iterable[str] = ()) -> Any:
    """The same for a document of JSON, in keys and values."""
    return orjson.loads(skjul(orjson.dumps(indhold, default=str).decode(), cprer))


def laeselig(krop: bytes, cprer: Iterable[str] = ()) -> str:
    """XML or JSON with line breaks, for reading; anything else as it is. Masked."""
    tekst = krop.decode("utf-8", "replace")
    start = tekst.lstrip()[:1]
    try:
        if start == "<":
            trae = etree.fromstring(
                krop, etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
            )
            tekst = etree.tostring(trae, pretty_print=True, encoding="unicode")
        elif start in ("{", "["):
            tekst = orjson.dumps(orjson.loads(krop), option=orjson.OPT_INDENT_2).decode()
    except (etree.XMLSyntaxError, orjson.JSONDecodeError):
        pass
    return skjul(tekst.strip(), cprer)


def sidste_vaern(v: Any) -> Any:
    """Whatever is about to be shown, a number that stands there by itself is covered: the last line of defence. (Not inside
    a word of letters and digits, where ids would be spoilt.)"""
    match v:
        case str():
            return _ENLIG.sub(lambda m: MASKE if er_cpr(m[1] + m[2]) else m[0], v)
        case dict():
            return {sidste_vaern(k): sidste_vaern(x) for k, x in v.items()}
        case list() | tuple():
            return [sidste_vaern(x) for x in v]
        case _:
            return v


def haendelse(raa: bytes) -> dict[str, Any]:
    """A stored event with its envelope's id, type and time, and its data; ``uforstaaet`` for a record that is none."""
    try:
        kuvert, data = fra_raa(raa)
    except Exception:
        return {"uforstaaet": f"{len(raa)} bytes"}
    felter = data.model_dump(mode="json", by_alias=True, exclude_none=True)
    numre = [str(felter[f]) for f in CPR_FELTER if f in felter]
    ud: dict[str, Any] = skjul_alt(
        {"id": kuvert.id, "type": kuvert.type, "time": kuvert.time.isoformat(), "data": felter}, numre
    )
    for felt in CPR_FELTER:
        if felt in felter:
            ud["data"][felt] = MASKE
    return ud


def anmodning(r: Registreringsraekke, cprer: Iterable[str] = ()) -> dict[str, Any]:
    """A registration as it would be, or was, sent. Its body is the exact one but for the numbers."""
    a = r.anmodning
    return {
        "tjeneste": a.tjeneste,
        "operation": a.operation,
        "metode": a.metode,
        "sti": skjul(a.sti, cprer),
        "krop": skjul(a.krop.decode("utf-8", "replace"), cprer),
        "entitetsId": a.entitets_id,
    }


def virkning(e: Enhed, h: Haendelsesraekke) -> dict[str, Any]:
    """What a unit of work that is not committed would do with ``h``: its status, the registrations it would send, the
    messages and handovers. ``foelgere``: how many events of the lane move with it."""
    cprer = {b.cpr for b in e.baner.values()}
    kvitteringer = [b.data for b in e.beskeder if b.type == "gateway.kvittering.v1" and b.haendelse is h]
    ud: dict[str, Any] = {
        "status": h.status or {"hoved": "registreres", "venter": "afventer"}.get(h.tilstand, h.tilstand),
        "kvittering": kvitteringer[-1] if kvitteringer else _afgjort(h.afgoerelse),
        "registreringer": [anmodning(r) for r in e.nye_registreringer if r.haendelse_ref == h.id],
        "aflaeses": [anmodning(r) for r in h.registreringer if r.tilstand.fase is Fase.I_TVIVL],
        "beskeder": [
            {"topic": b.topic, "type": b.type, "data": b.data}
            for b in e.beskeder
            if b.type not in ("gateway.kvittering.v1", "gateway.dlq.v1")
        ],
        "overdragelser": [
            {"til": str(a.overdragelse.til), "registrering": a.registrering, "data": a.overdragelse.data}
            for a in e.overdragelser
        ],
        "foelgere": sum(x.id != h.id and x.borger_id == h.borger_id for x in e.haendelser),
    }
    if h.afgoerelse is not None:
        ud["venteligeBeskeder"] = [
            {"til": str(b.til), "type": b.type, "data": b.data}
            for b in h.afgoerelse.beskeder
            if b.efter_registrering is not None
        ]
    maskeret: dict[str, Any] = skjul_alt(ud, cprer)
    return maskeret


def _afgjort(afg: Any) -> dict[str, Any]:
    """What is decided of an event that is not final yet."""
    if afg is None:
        return {"tekst": "Hændelsen ville vente på en tidligere hændelse om samme borger."}
    return {
        "status": afg.status.value,
        "tekst": afg.tekst,
        "regel": afg.regel,
        "regime": afg.regime.value if afg.regime else None,
        "flag": list(afg.flag),
        "pligter": [p.kode for p in afg.pligter],
    }
