"""Rows of the ledger as the engine holds them, and how the encrypted ones are written as JSON."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

import orjson
from pydantic import TypeAdapter

from contracts.envelope import Kuvert, fra_raa
from contracts.events import HaendelseData
from gateway.lanes.bane import Haendelsestilstand, Plads, skift
from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.lanes.registrering import Fase
from gateway.lanes.registrering import Tilstand as Registreringstilstand
from gateway.rules import aendringer as aendringer_modul
from gateway.rules.model import NAVNERUM, Afgoerelse, Part
from gateway.rules.registreringer import UDEN_AFLAESNING

#: Rises when decisions of an older code must not be delivered any more: undelivered ones are then decided again.
REGELVERSION = 1

DLQ_TOPIC = "gateway.dlq.v1"
#: Where the gateway's own events "come from": no topic of Kafka's.
INTERN_TOPIC = "gateway.interne"

#: SQL, for rows of ``registrering``: in doubt, as the index has it.
I_TVIVL = "fase = 'i_tvivl' and tvivl_siden is not null"

_AFGOERELSE: TypeAdapter[Afgoerelse] = TypeAdapter(Afgoerelse)


@lru_cache(maxsize=4096)
def part_fra_topic(topic: str) -> Part:
    """``akasse.09.haendelser.v1``, or ``akasse.09`` -> the a-kasse 09; ``gateway.dfdg`` -> the gateway's own."""
    art, kode, *_ = topic.split(".")
    match art:
        case "akasse" | "gateway":
            return Part(art, kode)
        case _:
            return Part("jobcenter", kode)


@dataclass(slots=True)
class Registreringsraekke:
    """One registration as stored. ``id`` is 0 until it is written."""

    id: int
    haendelse_ref: int
    borger_id: int
    nr: int
    handling: str
    anmodning: Anmodning
    aendringer: tuple[Any, ...]
    haardeste_dato: date | None
    afgjort_for: date | None
    tilstand: Registreringstilstand
    art: str = ""
    registrerings_id: str | None = None
    registreret: datetime | None = None
    ny: bool = False
    #: Its request names the entity by another id than it was stored with; it was never sent.
    omdoebt: bool = False
    request_uuid: UUID | None = None
    #: An answer that came in this unit of work: when, and DFDG's bytes.
    besvaret: datetime | None = None
    http_status: int | None = None
    svar: bytes = b""

    @property
    def kanal(self) -> str:
        return f"{self.anmodning.tjeneste}|{self.anmodning.akassekode}"

    def request_id(self, kilde: str, haendelse_id: str) -> str:
        """``x-requestId``, at most 46 characters: the same until ``request_nr`` rises."""
        return f"{request_uuid(kilde, haendelse_id, self.nr)}-{self.tilstand.request_nr}"


def det_samme(handling: str, a: Anmodning) -> object:
    """What is equal for two requests that write the same: their bytes; of a create, over whichever transport, what it says
    under which of our ids (a request of an older version's may not tell that)."""
    if handling == "OpretFravaer" and a.eget_id is not None:
        return handling, a.eget_id, *(a.noegle.get(felt) for felt in ("type", "start", "slut", "aarsag"))
    return a.operation, a.sti, a.krop


def request_uuid(kilde: str, haendelse_id: str, nr: int) -> UUID:
    """The part of a registration's ``x-requestId`` that never changes."""
    return uuid5(NAVNERUM, f"request|{kilde}|{haendelse_id}|{nr}")


@dataclass(slots=True)
class Indhold:
    """An event's document, and what it says: read when first asked for, and once. See ``contracts.envelope.fra_raa``."""

    raa: bytes
    _laest: tuple[Kuvert, HaendelseData] | None = None

    @property
    def laest(self) -> tuple[Kuvert, HaendelseData]:
        if self._laest is None:
            self._laest = fra_raa(self.raa)
        return self._laest


@dataclass(slots=True)
class Haendelsesraekke:
    """One event as stored. ``afgoerelse`` is the decision at the head without its registrations."""

    id: int
    plads: int
    borger_id: int | None
    kilde: str | None
    haendelse_id: str | None
    type: str | None
    part: str
    tid: datetime | None
    indhold: Indhold
    topic: str
    partition: int
    post_offset: int
    modtaget: datetime
    tilstand: str = Haendelsestilstand.VENTER
    udenfor: bool = False
    status: str | None = None
    udgave: int = 0
    flag: tuple[str, ...] = ()
    fejlkode: str | None = None
    correlationid: str | None = None
    traceparent: str | None = None
    subject: str | None = None
    sekvens: int | None = None
    erstatter: int | None = None
    #: The id under which the event it stands in for made what it made (``erstatter``, ``tilbagekaldt``).
    identitet: str | None = None
    indhold_hash: bytes = b""
    afgoerelse: Afgoerelse | None = None
    accept_spor: bytes | None = None
    afventer_meldt: str | None = None
    endelig_tid: datetime | None = None
    #: It may have been worked on before, by an earlier incarnation of the ledger, up to this time.
    gentaget: datetime | None = None
    #: The span that its work goes on in, as a traceparent; None where nothing is traced.
    spor: str | None = None
    #: The talk that it is about, as its publisher names it.
    samtale_id: UUID | None = None
    ny: bool = False
    aendret: bool = False
    registreringer: list[Registreringsraekke] = field(default_factory=list)

    @property
    def raa(self) -> bytes:
        """The event as one JSON document."""
        return self.indhold.raa

    @property
    def faser(self) -> tuple[Fase, ...]:
        """Where its registrations stand."""
        return tuple(r.tilstand.fase for r in self.registreringer)

    @property
    def paa_plads(self) -> Plads:
        """Its place in the lane's order."""
        return Plads(self.plads, self.id, self.tilstand)

    def bliver(self, til: Haendelsestilstand) -> None:
        """Its next state. Raises ``UlovligOvergang`` for one that the lane's table does not know."""
        self.tilstand = skift(self.tilstand, til)


def afgoerelse_til_json(a: Afgoerelse) -> bytes:
    """The decision without registrations (they have rows of their own) and without state changes (applied)."""
    return _AFGOERELSE.dump_json(replace(a, registreringer=(), aendringer=()))


def afgoerelse_fra_json(raa: bytes) -> Afgoerelse:
    return _AFGOERELSE.validate_json(raa)


def afgoerelsens_virkning(a: Afgoerelse) -> bytes:
    """What a decision changes and says, as bytes: equal bytes mean that nothing turned out otherwise."""
    registreringer = b"".join(aendringer_modul.til_json(r.aendringer) for r in a.registreringer)
    return aendringer_modul.til_json(a.aendringer) + registreringer + a.status.value.encode()


def anmodning_til_json(a: Anmodning) -> bytes:
    return orjson.dumps(
        {
            "tjeneste": a.tjeneste,
            "operation": a.operation,
            "klasse": a.klasse.value,
            "akassekode": a.akassekode,
            "metode": a.metode,
            "sti": a.sti,
            "hoved": a.hoved,
            "tekst": a.krop.decode(),
            "noegle": a.noegle,
            "entitets_id": a.entitets_id,
        },
        default=str,
    )


def anmodning_fra_json(raa: bytes) -> Anmodning:
    """The request from ``anmodning_til_json``'s bytes, or from those of a version that kept a body in base 64."""
    d = orjson.loads(raa)
    d["klasse"] = Klasse(d["klasse"])
    tekst = d.pop("tekst", None)
    d["krop"] = tekst.encode() if tekst is not None else base64.b64decode(d["krop"])
    return Anmodning(**d)


def registreringstilstand(r: Any, handling: str) -> Registreringstilstand:
    """The lane state of a stored registration (a database row)."""
    return Registreringstilstand(
        klasse=Klasse(r["klasse"]),
        kan_aflaeses=handling not in UDEN_AFLAESNING,
        fase=Fase(r["fase"]),
        request_nr=r["request_nr"],
        forsoeg=r["forsoeg"],
        ens_svar=r["ens_svar"],
        udsat=r["udsat"],
        skal_aflaeses=r["skal_aflaeses"],
        var_i_tvivl=r["var_i_tvivl"],
        afvist_i_tvivl=r["afvist_i_tvivl"],
        foerste_fravaer=r["foerste_fravaer"],
        foerst_sendt=r["foerst_sendt"],
        sidst_sendt=r["sidst_sendt"],
        sidste_fejl=r["sidste_fejl"],
        sidste_kode=r["sidste_kode"],
    )
