"""What a publisher is told of its own events: the kvittering of each, and the puls of each of its partitions."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import orjson
from pydantic import Field

from contracts.felter import Cpr, Dato, Kontrakt, Tidspunkt
from contracts.messages.faelles import Beskeddata, Regime

Status = Literal[
    "registreret",
    "videresendt",
    "noteret",
    "uden_virkning",
    "afvist",
    "sprunget_over",
    "afventer",
    "i_tvivl",
    "stoppet",
]
#: After these nothing more happens, unless the publisher itself sends a correction.
ENDELIGE: frozenset[Status] = frozenset(
    ("registreret", "videresendt", "noteret", "uden_virkning", "afvist", "sprunget_over")
)


class Postplads(Kontrakt):
    """Where the event lay in Kafka."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)


class Kvitteringsdetalje(Kontrakt):
    """One of several faults. ``dfdgKode`` is DFDG's own number."""

    kode: str
    tekst: str
    felt: str | None = None
    loesning: str | None = None
    dfdg_kode: str | None = None


class Kvitteringsfejl(Kontrakt):
    """Why an event was refused, stopped or given up; ``kode`` as in contracts/codes/fejl.csv."""

    kode: str
    tekst: str
    felt: str | None = None
    loesning: str | None = None
    detaljer: list[Kvitteringsdetalje] | None = None


class Venter(Kontrakt):
    """What an event on the way waits for."""

    paa: Literal["dfdg", "vindue", "tidligere_haendelse", "operatoer"]
    siden: Tidspunkt
    naeste_forsoeg: Tidspunkt | None = None


class Registreringslinje(Kontrakt):
    """One registration that DFDG has receipted."""

    tjeneste: str
    operation: str
    registrerings_id: str | None = None
    entitets_id: str | None = None
    tidspunkt: Tidspunkt | None = None


class Virkning(Kontrakt):
    """The lawful and the actual day of effect (S8)."""

    lovlig: Dato
    faktisk: Dato


class Pligt(Kontrakt):
    """A duty that the event leaves with the publisher; ``kode`` as in contracts/codes/pligter.csv."""

    kode: str
    tekst: str
    senest: Dato | None = None


class Kvittering(Beskeddata):
    """What became of one event. ``udgave`` rises; one that is not higher than the last seen is ignored.

    ``haendelseId`` is null when the event's id could not be read: ``post`` tells which record is meant. ``cpr`` is
    absent when the event belongs to no citizen.
    """

    cpr: Cpr | None = None
    haendelse_id: str | None = None
    haendelse_type: str | None = None
    post: Postplads
    udgave: int = Field(ge=1)
    endelig: bool
    status: Status
    tekst: str
    regel: str | None = None
    regime: Regime | None = None
    flag: list[str] = []
    fejl: Kvitteringsfejl | None = None
    venter: Venter | None = None
    registreringer: list[Registreringslinje] = []
    virkning: Virkning | None = None
    pligter: list[Pligt] | None = None

    def til_json(self) -> bytes:
        """As every message's, but ``haendelseId`` is always there."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return orjson.dumps({"haendelseId": None, **data})


class Partitionspuls(Kontrakt):
    """How far one partition of the publisher's own topic has come: everything below ``endeligTil`` is final."""

    partition: int = Field(ge=0)
    modtaget_til: int = Field(ge=0)
    endelig_til: int = Field(ge=0)
    aeldste_aabne: Tidspunkt | None = None


class Puls(Beskeddata):
    """Once a minute: the partitions of the publisher's own topic, and whether DFDG's services answer."""

    partitioner: list[Partitionspuls]
    dfdg: dict[str, Literal["aaben", "nede", "vindue"]]


class Doedbrev(Beskeddata):
    """One change of a dead letter, for operators: masked, nothing personal in it."""

    dlq_id: UUID
    udgave: int = Field(ge=1)
    part: str
    type: str | None = None
    kode: str
    status: Literal["aaben", "genkoert", "erstattet", "sprunget_over", "loest", "afvist"]
    siden: Tidspunkt
    foelgere: int = Field(ge=0)
    naermeste_frist: Dato | None = None
