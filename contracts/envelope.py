"""The envelope: CloudEvents 1.0, structured or binary in, structured out. Reading never raises, whatever comes in.

A record is *understood* (envelope, known type, data that fits), of an *unknown type*, or *not understood*; the last
two carry what a kvittering needs. Texts never repeat a value that was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson
from pydantic import ValidationError

from contracts.afvisning import Fejldetalje, fra_pydantic
from contracts.events import HAENDELSESTYPER, HaendelseData
from contracts.felter import er_cpr

#: interface: larger events are refused.
STOERSTE = 256 * 1024
#: interface: deeper nesting is refused.
DYBESTE = 64
#: interface: an event's time may be this far ahead of the clock.
FREMTID = timedelta(minutes=5)

_TID = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")
_KILDE = re.compile(r"^/(akasse|jobcenter)/([0-9A-Za-z]+)(/[^\s]*)?$")
_TOPIC = re.compile(r"^(akasse|jobcenter)\.([0-9A-Za-z]+)\.haendelser\.v1$")
_CPR_TOKEN = re.compile(r"(?<![0-9A-Za-z])(\d{6})-?(\d{4})(?![0-9A-Za-z])")
_ATTRIBUTTER = ("id", "source", "type", "time", "subject", "specversion", "datacontenttype", "traceparent", "correlationid", "sekvens", "erstatter")


@dataclass(frozen=True, slots=True)
class Post:
    """A Kafka record as it came."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()


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
    art: Literal["akasse", "jobcenter"]
    partskode: str


@dataclass(frozen=True, slots=True)
class Forstaaet:
    kuvert: Kuvert
    data: HaendelseData
    raa: bytes
    indhold: bytes


@dataclass(frozen=True, slots=True)
class UkendtType:
    kuvert: Kuvert
    raa: bytes
    indhold: bytes
    cpr: str | None


@dataclass(frozen=True, slots=True)
class Uforstaaet:
    haendelse_id: str | None
    kilde: str | None
    type: str | None
    fejl: Fejldetalje
    detaljer: tuple[Fejldetalje, ...]
    raa: bytes
    indhold: bytes


class _Afvist(Exception):
    """Inside ``laes`` only: the record is refused for this reason."""

    def __init__(self, kode: str, tekst: str, felt: str | None, loesning: str, detaljer: tuple[Fejldetalje, ...] = ()) -> None:
        super().__init__(kode)
        self.fejl = Fejldetalje(kode, tekst, felt, loesning, detaljer[0].regel if detaljer else None)
        self.detaljer = detaljer


def laes(post: Post, nu: datetime) -> Forstaaet | UkendtType | Uforstaaet:
    """Reads one record. ``nu`` is the clock (aware), for events from the future only."""
    vaerdi = post.value or b""
    attributter: dict[str, Any] = {}
    try:
        if len(vaerdi) > STOERSTE:
            _ce_headers(post, attributter, streng=False)
            raise _Afvist("for_stor", "Hændelsen er større end 256 KiB.", None, "Send højst 256 KiB; større bilag hører ikke til i en hændelse.")
        kuvert_data = _attributter_og_data(post, vaerdi, attributter)
        kuvert = _kuvert(post, attributter, nu)
        if not isinstance(kuvert_data, dict):
            raise _Afvist("skema", "data skal være et JSON-objekt.", "data", "Send data som et objekt med hændelsestypens felter.")
        raa = orjson.dumps({**attributter, "data": kuvert_data}, option=orjson.OPT_SORT_KEYS)
        indhold = _indhold(attributter, kuvert_data)
        model = HAENDELSESTYPER.get(kuvert.type)
        if model is None:
            cpr = kuvert_data.get("cpr")
            return UkendtType(kuvert, raa, indhold, cpr if isinstance(cpr, str) and er_cpr(cpr) else None)
        if not kuvert.type.startswith(kuvert.art + "."):
            raise _Afvist("kilde_passer_ikke", "Hændelsestypen udgives ikke af denne slags part.", "type",
                          "A-kasser udgiver akasse.*, jobcentre jobcenter.*.")  # fmt: skip
        try:
            data = model.model_validate(_uden_null(kuvert_data))
        except ValidationError as fejl:
            detaljer = fra_pydantic(fejl)
            foerste = detaljer[0]
            raise _Afvist("skema", f"{foerste.felt or 'data'}: {foerste.tekst}.", foerste.felt, foerste.loesning or "", detaljer) from None
        return Forstaaet(kuvert, data, raa, indhold)
    except _Afvist as afvist:
        return _uforstaaet(post, attributter, afvist.fejl, afvist.detaljer)
    except Exception:
        # Reading must not cost the batch: what nobody foresaw is kept and refused like any other unreadable record.
        fejl = Fejldetalje("kuvert", "Hændelsen kunne ikke læses.", None, "Send en CloudEvents 1.0-hændelse med JSON i data.", None)
        return _uforstaaet(post, attributter, fejl, ())


def fra_raa(raa: bytes) -> tuple[Kuvert, HaendelseData]:
    """Reads stored ``raa`` again. It was checked when it came in; raises ``KeyError`` for a type no longer known."""
    d = orjson.loads(raa)
    kilde = _KILDE.match(d["source"])
    if kilde is None:
        raise KeyError("source")
    kuvert = _byg(d, datetime.fromisoformat(d["time"].replace("z", "Z")), kilde)
    return kuvert, HAENDELSESTYPER[d["type"]].model_validate(_uden_null(d["data"]))


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
    """A message out as a structured CloudEvent; absent attributes are left out."""
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
    return orjson.dumps(kuvert)


# --- reading, step by step ----------------------------------------------------------------------------


def _attributter_og_data(post: Post, vaerdi: bytes, ud: dict[str, Any]) -> Any:
    """Fills ``ud`` with the attributes, as far as they can be read, and gives ``data``."""
    indholdstype = _indholdstype(post)
    if indholdstype.startswith("application/cloudevents") or not _har_ce(post):
        hele = _json(vaerdi)
        if not isinstance(hele, dict):
            raise _Afvist("kuvert", "Hændelsen er ikke et JSON-objekt.", None, "Send en CloudEvents 1.0-hændelse som et JSON-objekt.")
        for navn in _ATTRIBUTTER:
            v = hele.get(navn)
            if v is not None:
                ud[navn] = v
        if "data_base64" in hele:
            raise _Afvist("kuvert", "data_base64 understøttes ikke.", "data_base64", "Send data som et JSON-objekt i feltet data.")
        return hele.get("data")
    _ce_headers(post, ud, streng=True)
    if indholdstype and not _er_json(indholdstype):
        raise _Afvist("kuvert", "content-type er ikke JSON.", "content-type", "Send application/json.")
    return _json(vaerdi)


def _er_json(indholdstype: str) -> bool:
    medie = indholdstype.split(";", 1)[0].strip()
    return medie == "application/json" or medie.endswith("+json")


def _indholdstype(post: Post) -> str:
    for navn, v in post.headers:
        if navn.lower() in ("content-type", "content_type") and v is not None:
            try:
                return v.decode("utf-8").strip().lower()
            except UnicodeDecodeError:
                return ""
    return ""


def _har_ce(post: Post) -> bool:
    return any(navn.lower().startswith("ce_") for navn, _ in post.headers)


def _ce_headers(post: Post, ud: dict[str, Any], *, streng: bool) -> None:
    """Fills ``ud`` with the readable ``ce_*`` headers, so that even a refused event is named in its kvittering."""
    fejl: _Afvist | None = None
    for navn, v in post.headers:
        kort = navn.lower()
        if not kort.startswith("ce_"):
            continue
        kort = kort[3:]
        if kort not in _ATTRIBUTTER:
            continue
        try:
            if v is None:
                raise ValueError
            tekst = v.decode("utf-8")
        except ValueError:
            fejl = fejl or _Afvist("header", "En ce_-header er tom (null) eller ikke UTF-8.", f"ce_{kort}", "Send alle ce_-headere som UTF-8-tekst.")
            continue
        if kort in ud:
            fejl = fejl or _Afvist("header", "En ce_-header optræder to gange.", f"ce_{kort}", "Send hver ce_-header én gang.")
            continue
        ud[kort] = int(tekst) if kort == "sekvens" and tekst.isascii() and tekst.isdigit() and len(tekst) < 19 else tekst
    if fejl is not None and streng:
        raise fejl


def _json(vaerdi: bytes) -> Any:
    if not vaerdi:
        raise _Afvist("ikke_json", "Hændelsen er tom.", None, "Send hændelsen som JSON.")
    if _dybde(vaerdi) > DYBESTE:
        raise _Afvist("for_dyb", "JSON er indlejret mere end 64 niveauer.", None, "Send fladere data.")
    try:
        indhold = orjson.loads(vaerdi)
    except orjson.JSONDecodeError:
        raise _Afvist("ikke_json", "Hændelsen er ikke gyldig JSON i UTF-8.", None, "Send gyldig JSON i UTF-8.") from None
    # \u0000 can't be stored as text; a raw NUL byte is no JSON anyway.
    if b"\\u0000" in vaerdi and _har_nul(indhold):
        raise _Afvist("nul_tegn", "Hændelsen indeholder tegnet U+0000.", None, "Fjern U+0000 fra teksterne.")
    return indhold


def _dybde(vaerdi: bytes) -> int:
    """Nesting by counting brackets outside strings; cheap, and enough to refuse before parsing."""
    if vaerdi.count(b"{") + vaerdi.count(b"[") <= DYBESTE:
        return 0
    dybde = hoejeste = 0
    i_streng = flugt = False
    for c in vaerdi:
        if i_streng:
            if flugt:
                flugt = False
            elif c == 0x5C:
                flugt = True
            elif c == 0x22:
                i_streng = False
        elif c == 0x22:
            i_streng = True
        elif c in (0x7B, 0x5B):
            dybde += 1
            hoejeste = max(hoejeste, dybde)
        elif c in (0x7D, 0x5D):
            dybde -= 1
    return hoejeste


def _har_nul(v: Any) -> bool:
    if isinstance(v, str):
        return "\0" in v
    if isinstance(v, dict):
        return any("\0" in k or _har_nul(x) for k, x in v.items())
    if isinstance(v, list):
        return any(_har_nul(x) for x in v)
    return False


def _kuvert(post: Post, a: dict[str, Any], nu: datetime) -> Kuvert:
    if a.get("specversion") != "1.0":
        raise _Afvist("kuvert", "specversion mangler eller er ikke 1.0.", "specversion", "Send specversion \"1.0\".")
    for navn in ("id", "source", "type", "time"):
        _tekst(a, navn, paakraevet=True)
    for navn in ("subject", "traceparent", "correlationid", "erstatter"):
        _tekst(a, navn, paakraevet=False)
    sekvens = a.get("sekvens")
    if isinstance(sekvens, str) and sekvens.isascii() and sekvens.isdigit() and len(sekvens) < 19:
        a["sekvens"] = sekvens = int(sekvens)
    if sekvens is not None and (not isinstance(sekvens, int) or isinstance(sekvens, bool) or not 0 <= sekvens < 2**63):
        raise _Afvist("kuvert", "sekvens er ikke et ikke-negativt heltal.", "sekvens", "Send sekvens som et heltal, der stiger per kilde og subject.")
    kilde, topic = _KILDE.match(a["source"]), _TOPIC.match(post.topic)
    if kilde is None:
        raise _Afvist("kilde_passer_ikke", "source har ikke formen /akasse/<kode> eller /jobcenter/<kode>.", "source",
                      "Send source som /akasse/<akassekode>[/<system>] eller /jobcenter/<kommunekode>[/<system>].")  # fmt: skip
    if topic is None or kilde[1] != topic[1] or kilde[2] != topic[2]:
        raise _Afvist("kilde_passer_ikke", "source hører ikke til topic'et.", "source", "Send hændelser på egen topic og med egen kode i source.")
    if not _TID.match(a["time"]):
        raise _Afvist("kuvert", "time er ikke et RFC 3339-tidspunkt med forskel til UTC.", "time", "Send f.eks. 2023-02-01T09:30:00+01:00.")
    try:
        tid = datetime.fromisoformat(a["time"].upper())
        if tid.astimezone(UTC) > nu + FREMTID:
            raise _Afvist("fremtidig_tid", "time ligger mere end fem minutter ude i fremtiden.", "time", "Send time som da hændelsen blev registreret.")
    except (ValueError, OverflowError):
        raise _Afvist("kuvert", "time er ikke et tidspunkt i kalenderen.", "time", "Send f.eks. 2023-02-01T09:30:00+01:00.") from None
    if _indeholder_cpr(a.get("subject")) or _indeholder_cpr((post.key or b"").decode("utf-8", "replace")):
        raise _Afvist("cpr_i_noegle", "Postens nøgle eller subject indeholder et CPR-nummer.", "subject", "Brug jeres eget id for personen som nøgle og subject.")
    return _byg(a, tid, kilde)


def _tekst(a: dict[str, Any], navn: str, *, paakraevet: bool) -> None:
    v = a.get(navn)
    if v is None and not paakraevet:
        return
    if not isinstance(v, str) or not v or len(v) > 512:
        if navn == "id":
            a.pop("id", None)
        raise _Afvist("kuvert", f"{navn} mangler eller er ikke en tekst på 1-512 tegn.", navn, f"Send {navn} som tekst.")


def _byg(a: dict[str, Any], tid: datetime, kilde: re.Match[str]) -> Kuvert:
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
        art="akasse" if kilde[1] == "akasse" else "jobcenter",
        partskode=kilde[2],
    )


def _indeholder_cpr(tekst: str | None) -> bool:
    return tekst is not None and any(er_cpr(m[1] + m[2]) for m in _CPR_TOKEN.finditer(tekst))


def _indhold(a: dict[str, Any], data: Any) -> bytes:
    """What counts as an event's content: the same for structured and binary form and any order of keys."""
    dele = {n: a[n] for n in ("type", "time", "subject", "erstatter", "sekvens") if n in a}
    return orjson.dumps({**dele, "data": data}, option=orjson.OPT_SORT_KEYS)


def _uden_null(data: Any) -> Any:
    """``null`` is absent (interface), at every level."""
    if isinstance(data, dict):
        return {k: _uden_null(v) for k, v in data.items() if v is not None}
    if isinstance(data, list):
        return [_uden_null(v) for v in data]
    return data


def _ren(v: Any) -> str | None:
    """An attribute that may stand in a kvittering: text, no NUL, no CPR number."""
    if not isinstance(v, str) or not v or len(v) > 512 or "\0" in v or _indeholder_cpr(v):
        return None
    try:
        v.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return v


def _uforstaaet(post: Post, a: dict[str, Any], fejl: Fejldetalje, detaljer: tuple[Fejldetalje, ...]) -> Uforstaaet:
    raa = post.value or b""
    hoveder = b"".join(n.encode("utf-8", "replace") + b"\0" + (v or b"") + b"\n" for n, v in post.headers if n.lower().startswith("ce_"))
    kilde = _ren(a.get("source"))
    topic = _TOPIC.match(post.topic)
    passer = kilde is not None and (m := _KILDE.match(kilde)) is not None and topic is not None and m[1] == topic[1] and m[2] == topic[2]
    return Uforstaaet(
        haendelse_id=_ren(a.get("id")),
        # A source that is not the topic's own must not use up another party's ids.
        kilde=kilde if passer else None,
        type=_ren(a.get("type")),
        fejl=fejl,
        detaljer=detaljer,
        raa=raa,
        indhold=hoveder + raa,
    )
