"""Taking a record apart: CloudEvents' attributes and data, from either form, before anything is known of their meaning.

Form follows CloudEvents 1.0 and its Kafka binding (https://github.com/cloudevents/spec): a content-type
``application/cloudevents+json`` is structured, ``ce_*`` headers with a JSON value are binary. A record with neither is
read as structured, since nothing else can be meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from contracts.afvisning import Fejldetalje
from contracts.json_ind import Ulaeselig, laes_json, uden_null

#: Larger events (value and ``ce_*`` headers together) are refused.
STOERSTE = 256 * 1024
#: Of a record that is refused, this much is kept.
BEHOLDES = 8 * 1024 * 1024

PAAKRAEVET = ("id", "source", "type", "time")
VALGFRI = ("subject", "traceparent", "correlationid", "erstatter")
ATTRIBUTTER = frozenset(("specversion", "datacontenttype", "sekvens", *PAAKRAEVET, *VALGFRI))


@dataclass(frozen=True, slots=True)
class Post:
    """A Kafka record as it came."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Afvist(Exception):
    """The record is refused for this reason; caught by ``contracts.envelope.laes`` and nowhere else."""

    def __init__(self, fejl: Fejldetalje, detaljer: tuple[Fejldetalje, ...] = ()) -> None:
        super().__init__(fejl.kode)
        self.fejl = fejl
        self.detaljer = detaljer


@dataclass(slots=True)
class Laest:
    """What has been read so far; a refusal names the event by it."""

    attributter: dict[str, Any] = field(default_factory=dict)
    data: Any = None
    hel: bool = False


FORM = (
    "Send en CloudEvents 1.0-hændelse: struktureret (application/cloudevents+json) eller binær (ce_-headere og JSON)."
)
ULAESELIG = {
    "ikke_json": ("Hændelsen er ikke gyldig JSON i UTF-8.", "Send gyldig JSON i UTF-8 uden BOM, NaN og Infinity."),
    "for_dyb": ("Hændelsen er indlejret i mere end 64 niveauer.", "Send fladere data."),
    "nul_tegn": ("Hændelsen indeholder tegnet U+0000.", "Fjern U+0000 fra tekster og feltnavne."),
}


def afvis_post(kode: str, tekst: str, loesning: str, felt: str | None = None) -> Afvist:
    return Afvist(Fejldetalje(kode, tekst, felt, loesning))


def adskil(post: Post, ud: Laest) -> None:
    """Fills ``ud`` with attributes and data. Headers are checked first, then size, then the JSON."""
    vaerdi = post.value or b""
    hoveder, indholdstype, fejl = _hoveder(post)
    struktureret = not hoveder or indholdstype.startswith("application/cloudevents")
    if not struktureret:
        ud.attributter = {n: v for n, v in hoveder.items() if n in ATTRIBUTTER}
    if len(vaerdi) + sum(len(v or b"") for n, v in post.headers if n[:3].lower() == "ce_") > STOERSTE:
        _navngiv(ud, struktureret, vaerdi)
        raise afvis_post(
            "for_stor", "Hændelsen er større end 256 KiB.", "Send højst 256 KiB; bilag hører ikke til her."
        )
    if fejl is not None:
        _navngiv(ud, struktureret, vaerdi)
        raise fejl
    if not vaerdi:
        raise afvis_post("ikke_json", "Hændelsen er tom.", FORM)
    try:
        indhold = laes_json(vaerdi)
    except Ulaeselig as ulaeselig:
        _navngiv(ud, struktureret, vaerdi)
        tekst, loesning = ULAESELIG[ulaeselig.kode]
        raise afvis_post(ulaeselig.kode, tekst, loesning) from None
    if b"null" in vaerdi:
        indhold = uden_null(indhold)
    if not struktureret:
        ud.data, ud.hel = indhold, True
        return
    if not isinstance(indhold, dict):
        raise afvis_post("kuvert", "Hændelsen er ikke et JSON-objekt.", FORM)
    ud.attributter = {n: v for n, v in indhold.items() if n in ATTRIBUTTER}
    ud.data, ud.hel = indhold.get("data"), True
    if "data_base64" in indhold:
        raise afvis_post("kuvert", "data_base64 bruges ikke.", "Send data som JSON i feltet data.", "data_base64")
    if not _er_json(ud.attributter.get("datacontenttype", "application/json")):
        raise _indholdstype("datacontenttype")


def _hoveder(post: Post) -> tuple[dict[str, Any], str, Afvist | None]:
    """The ``ce_*`` attributes, the media type, and the first fault among them. Other headers are ignored."""
    ce: dict[str, Any] = {}
    indholdstype: str | None = None
    fejl: Afvist | None = None
    for navn, v in post.headers:
        kort = navn.lower()
        er_type = kort == "content-type"
        if not er_type and kort[:3] != "ce_":
            continue
        try:
            tekst = None if v is None else v.decode()
        except UnicodeDecodeError:
            tekst = None
            if er_type:
                fejl = fejl or _indholdstype("content-type")
        if er_type:
            if tekst is not None and indholdstype is not None:
                fejl = fejl or _dublet("content-type")
            indholdstype = indholdstype or tekst
        elif tekst is None:
            ce.setdefault("", None)
            fejl = fejl or afvis_post(
                "header", "En ce_-header er null eller ikke UTF-8.", "Send alle ce_-headere som UTF-8-tekst.", "ce_*"
            )
        elif kort[3:] in ce:
            fejl = fejl or _dublet("ce_" + kort[3:] if kort[3:] in ATTRIBUTTER else "ce_*")
        else:
            ce[kort[3:]] = tekst
    medie = (indholdstype or "").split(";", 1)[0].strip().lower()
    if ce and medie and fejl is None and not _er_json(medie):
        fejl = _indholdstype("content-type")
    if medie.startswith("application/cloudevents-batch"):
        fejl = fejl or _indholdstype("content-type")
    return ce, medie, fejl


def _indholdstype(felt: str) -> Afvist:
    return afvis_post(
        "indholdstype",
        "Hændelsens indholdstype er ikke JSON eller en enkelt CloudEvents-hændelse.",
        "Send application/cloudevents+json (struktureret) eller application/json (binær).",
        felt,
    )


def _dublet(felt: str) -> Afvist:
    return afvis_post("header", "En header optræder to gange.", "Send hver ce_-header og content-type én gang.", felt)


def _er_json(indholdstype: Any) -> bool:
    medie = indholdstype.split(";", 1)[0].strip().lower() if isinstance(indholdstype, str) else ""
    return medie in ("", "application/json", "text/json") or medie.endswith("+json")


def _navngiv(ud: Laest, struktureret: bool, vaerdi: bytes) -> None:
    """Tries to find the id of a structured event that is refused unread, so that its kvittering can name it."""
    if not struktureret or len(vaerdi) > BEHOLDES:
        return
    try:
        indhold = orjson.loads(vaerdi)  # its own limit of nesting ends in the same error
    except ValueError:
        return
    if isinstance(indhold, dict):
        ud.attributter = {n: v for n, v in indhold.items() if n in ATTRIBUTTER}
