"""The envelope: CloudEvents 1.0, structured or binary in, structured out. Reading never raises, whatever comes in.

A record is *understood* (envelope, known type, data that fits), of an *unknown type*, or *not understood*; the last
two carry what a kvittering needs. Texts never repeat a value that was sent.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import ValidationError

from contracts.afvisning import Fejldetalje, fra_pydantic, samlet
from contracts.events import HAENDELSESTYPER, INTERNE_TYPER, HaendelseData
from contracts.felter import er_cpr, tidspunkt
from contracts.json_ind import skriv_json
from contracts.part import Art, part_i_kilde, part_i_topic, rummer_cpr, rummer_kendt
from contracts.post_ind import BEHOLDES, FORM, PAAKRAEVET, ULAESELIG, VALGFRI, Afvist, Laest, Post, adskil, afvis_post

__all__ = [
    "Fejldetalje",
    "Forstaaet",
    "Kuvert",
    "Post",
    "Uforstaaet",
    "UkendtType",
    "fra_raa",
    "kuvert_ud",
    "laes",
]

log = logging.getLogger(__name__)

#: An event's time may be this far ahead of the clock.
FREMTID = timedelta(minutes=5)

_LAENGSTE = 256


@dataclass(frozen=True, slots=True)
class Kuvert:
    """The envelope's attributes. ``time`` carries an offset; ``art`` and ``partskode`` come from ``source``."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None
    traceparent: str | None
    correlationid: str | None
    sekvens: int | None
    erstatter: str | None
    art: Art | Literal["gateway"]
    partskode: str


@dataclass(frozen=True, slots=True)
class Forstaaet:
    """An event in order. ``raa``: the event as one JSON document, for ``fra_raa``; ``indhold``: what two events must
    share to be the same (type, time, subject, erstatter, sekvens, data with unknown fields), in either form and with
    keys in any order."""

    kuvert: Kuvert
    data: HaendelseData
    raa: bytes
    indhold: bytes


@dataclass(frozen=True, slots=True)
class UkendtType:
    """An event in order but for its type, which this version does not know. ``cpr``: what its data call so."""

    kuvert: Kuvert
    raa: bytes
    indhold: bytes
    cpr: str | None


@dataclass(frozen=True, slots=True)
class Uforstaaet:
    """A record that is refused for good. ``kilde`` is None unless it is the topic's own, so that nobody uses up
    another's ids. ``raa``: the ``ce_*`` and content-type headers as one line of JSON ([[name, value as Latin-1]]),
    then the value as it came. ``indhold`` as of an understood event wherever it could be read so far. ``correlationid``
    and ``traceparent`` go on with the refusal where they could be read."""

    haendelse_id: str | None
    kilde: str | None
    type: str | None
    fejl: Fejldetalje
    detaljer: tuple[Fejldetalje, ...]
    raa: bytes
    indhold: bytes
    correlationid: str | None = None
    traceparent: str | None = None


def laes(post: Post, nu: datetime) -> Forstaaet | UkendtType | Uforstaaet:
    """Reads one record. ``nu`` is the clock (aware), for events from the future only. Never raises."""
    sidst = Laest()
    try:
        try:
            adskil(post, sidst)
            return _forstaa(post, sidst, nu)
        except Afvist as afvist:
            return _uforstaaet(post, sidst, afvist.fejl, afvist.detaljer)
    except Exception as fejl:
        # One record must not cost its batch: what nobody foresaw is kept and refused like any other unreadable one.
        log.error("record_unreadable", extra={"topic": post.topic, "fejltype": type(fejl).__name__})
        return _uforstaaet(post, Laest(), Fejldetalje("kuvert", "Hændelsen kunne ikke læses.", None, FORM), ())


def fra_raa(raa: bytes) -> tuple[Kuvert, HaendelseData]:
    """Reads stored ``raa`` again; it was checked when it came in. Raises ``KeyError`` for a type no longer known,
    ``ValueError`` (of which pydantic's is one) for anything but what ``laes`` gave."""
    d = orjson.loads(raa)
    if d["type"] in INTERNE_TYPER:
        return _byg(d, tidspunkt(d["time"]), ("gateway", "")), _model(INTERNE_TYPER[d["type"]], d["data"])
    part = part_i_kilde(d["source"])
    if part is None:
        raise ValueError("no source of a party")
    return _byg(d, tidspunkt(d["time"]), part), _model(HAENDELSESTYPER[d["type"]], d["data"])


def kuvert_ud(
    type: str,
    id: str,
    source: str,
    subject: str | None,
    time: datetime,
    data_json: dict[str, Any] | bytes,
    *,
    causationid: str | None = None,
    correlationid: str | None = None,
    traceparent: str | None = None,
    sekvens: int | None = None,
) -> bytes:
    """A message out as a structured CloudEvent; absent attributes are left out. ``time`` (aware) is written in UTC."""
    kuvert: dict[str, Any] = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": type,
        "time": time.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
    }
    for navn, vaerdi in (
        ("subject", subject),
        ("causationid", causationid),
        ("correlationid", correlationid),
        ("traceparent", traceparent),
        ("sekvens", sekvens),
    ):
        if vaerdi is not None:
            kuvert[navn] = vaerdi
    kuvert["data"] = orjson.Fragment(data_json) if isinstance(data_json, bytes) else data_json
    return skriv_json(kuvert)


# --- understanding it -----------------------------------------------------------------------------------------------


def _forstaa(post: Post, laest: Laest, nu: datetime) -> Forstaaet | UkendtType:
    a, data = laest.attributter, laest.data
    kuvert = _kuvert(post, a, nu)
    _uden_cpr(post, a, _cprer(data))
    if kuvert.type.partition(".")[0] in ("akasse", "jobcenter") and not kuvert.type.startswith(kuvert.art + "."):
        raise afvis_post(
            "type_passer_ikke",
            "Hændelsestypen udgives ikke af denne slags part.",
            "A-kasser udgiver akasse.*, jobcentre jobcenter.*.",
            "type",
        )
    indhold = _indhold(laest)
    raa = skriv_json({**a, "data": data})
    model = HAENDELSESTYPER.get(kuvert.type)
    if model is None:
        return UkendtType(kuvert, raa, indhold, next(iter(_cprer(data)), None))
    if not isinstance(data, dict):
        raise afvis_post("skema", "data er ikke et JSON-objekt.", "Send data som et objekt med typens felter.", "data")
    try:
        return Forstaaet(kuvert, _model(model, data), raa, indhold)
    except ValidationError as fejl:
        detaljer = fra_pydantic(fejl)
    raise Afvist(samlet(detaljer), detaljer)


def _model(model: type[HaendelseData], data: Any) -> HaendelseData:
    return model.model_validate(data, by_alias=True, by_name=False)


def _kuvert(post: Post, a: dict[str, Any], nu: datetime) -> Kuvert:
    """The checked envelope. Raises ``Afvist`` with every fault of form, else with the first of meaning."""
    fejl = [_vaerdifejl(n, a.get(n), paakraevet=n in PAAKRAEVET) for n in (*PAAKRAEVET, *VALGFRI)]
    if a.get("specversion") != "1.0":
        fejl.append(Fejldetalje("kuvert", "specversion er ikke 1.0.", "specversion", 'Send specversion "1.0".'))
    sekvens = a.get("sekvens")
    if isinstance(sekvens, str) and sekvens.isascii() and sekvens.isdigit() and len(sekvens) < 19:
        a["sekvens"] = sekvens = int(sekvens)
    if sekvens is not None and (type(sekvens) is not int or not 0 <= sekvens < 2**63):
        loesning = "Send et heltal fra 0, der stiger per kilde og subject."
        fejl.append(Fejldetalje("kuvert", "sekvens er ikke et heltal fra 0.", "sekvens", loesning))
    tid: datetime | None = None
    try:
        tid = tidspunkt(a["time"]) if isinstance(a.get("time"), str) else None
    except ValueError:
        loesning = "Send f.eks. 2023-02-01T09:30:00+01:00."
        fejl.append(Fejldetalje("kuvert", "time er ikke et tidspunkt med forskel til UTC.", "time", loesning))
    faktiske = tuple(f for f in fejl if f is not None)
    if faktiske or tid is None:
        nul = next((f for f in faktiske if f.kode == "nul_tegn"), None)
        raise Afvist(nul or faktiske[0], faktiske)
    part = part_i_kilde(a["source"])
    if part is None or part != part_i_topic(post.topic):
        raise afvis_post(
            "kilde_passer_ikke",
            "source hører ikke til partens topic.",
            "Send på egen topic med source /akasse/<akassekode>[/<system>] eller /jobcenter/<kommunekode>[/<system>].",
            "source",
        )
    if tid > nu + FREMTID:
        raise afvis_post(
            "fremtidig_tid",
            "time ligger mere end fem minutter ude i fremtiden.",
            "Send det tidspunkt, hvor hændelsen blev registreret, og kontrollér systemets ur.",
            "time",
        )
    return _byg(a, tid, part)


def _vaerdifejl(navn: str, v: Any, *, paakraevet: bool) -> Fejldetalje | None:
    """What is wrong with a text attribute; None when nothing is."""
    if v is None and not paakraevet:
        return None
    if isinstance(v, str) and 0 < len(v) <= _LAENGSTE and v.isprintable():
        return None
    if isinstance(v, str) and "\0" in v:
        return Fejldetalje("nul_tegn", ULAESELIG["nul_tegn"][0], navn, ULAESELIG["nul_tegn"][1])
    tekst = f"{navn} mangler." if v is None else f"{navn} er ikke en tekst på 1-{_LAENGSTE} synlige tegn."
    return Fejldetalje("kuvert", tekst, navn, f"Send {navn} som tekst på 1-{_LAENGSTE} synlige tegn.")


def _cprer(data: Any) -> tuple[str, ...]:
    """The CPR numbers that the data name in their own fields."""
    if not isinstance(data, dict):
        return ()
    return tuple(c for n in ("cpr", "gammeltCpr") if isinstance(c := data.get(n), str) and er_cpr(c))


def _uden_cpr(post: Post, a: dict[str, Any], kendte: tuple[str, ...]) -> None:
    """Raises when key or subject can hold a CPR number, or any other attribute holds the citizen's own."""
    noegle = (post.key or b"").decode("latin-1")
    felt = "subject" if rummer_cpr(a.get("subject") or "", kendte) else None
    felt = felt or ("key" if rummer_cpr(noegle, kendte) else None)
    if kendte and felt is None:
        felt = next((n for n, v in a.items() if isinstance(v, str) and rummer_kendt(v, kendte)), None)
    if felt is not None:
        raise afvis_post(
            "cpr_i_noegle",
            "Postens nøgle eller kuvert rummer et CPR-nummer.",
            "Brug jeres eget id for personen som nøgle og subject, og send igen med nyt id.",
            felt,
        )


def _byg(a: dict[str, Any], tid: datetime, part: tuple[Art | Literal["gateway"], str]) -> Kuvert:
    return Kuvert(
        id=a["id"],
        source=a["source"],
        type=a["type"],
        time=tid,
        subject=a.get("subject"),
        traceparent=a.get("traceparent"),
        correlationid=a.get("correlationid"),
        sekvens=a.get("sekvens"),
        erstatter=a.get("erstatter"),
        art=part[0],
        partskode=part[1],
    )


def _indhold(laest: Laest) -> bytes:
    a = laest.attributter
    dele = {n: a[n] for n in ("type", "time", "subject", "erstatter", "sekvens") if n in a}
    return skriv_json({**dele, "data": laest.data}, sorteret=True)


# --- refusing it ----------------------------------------------------------------------------------------------------


def _uforstaaet(post: Post, laest: Laest, fejl: Fejldetalje, detaljer: tuple[Fejldetalje, ...]) -> Uforstaaet:
    hoveder = [
        (n.encode("utf-8", "replace").decode(), None if v is None else v[:BEHOLDES].decode("latin-1"))
        for n, v in post.headers
        if n.lower() == "content-type" or n[:3].lower() == "ce_"
    ]
    raa = orjson.dumps(hoveder) + b"\n" + (post.value or b"")[:BEHOLDES]
    a, kendte = laest.attributter, _cprer(laest.data)
    kilde = _ren(a.get("source"), kendte)
    egen = kilde is not None and (part := part_i_kilde(kilde)) is not None and part == part_i_topic(post.topic)
    return Uforstaaet(
        haendelse_id=_ren(a.get("id"), kendte),
        kilde=kilde if egen else None,
        type=_ren(a.get("type"), kendte),
        fejl=fejl,
        detaljer=detaljer,
        raa=raa,
        indhold=_indhold(laest) if laest.hel else raa,
        correlationid=_ren(a.get("correlationid"), kendte),
        traceparent=_ren(a.get("traceparent"), kendte),
    )


def _ren(v: Any, kendte: tuple[str, ...]) -> str | None:
    """An attribute that may stand in a kvittering: visible text without a CPR number."""
    if _vaerdifejl("", v, paakraevet=True) is not None or rummer_kendt(v, kendte):
        return None
    return None if not kendte and rummer_cpr(v) else str(v)
