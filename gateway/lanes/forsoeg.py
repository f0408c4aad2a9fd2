"""One attempt at DFDG and what it told us: the words that lanes, ledger and carriers share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class Klasse(StrEnum):
    """Repeat protection of a DFDG operation: what may be done after "sent, no answer"."""

    EGET_ID = "A"  # the caller's id: send the same again; "exists already" + read-back = done
    NATURLIG_NOEGLE = "B"  # read back by natural key
    SIDSTE_VINDER = "C"  # the same content again; nothing later to that entity before the quiet time is over
    INGEN = "D"  # not before the quiet time and two read-backs


@dataclass(frozen=True, slots=True)
class Anmodning:
    """A registration rendered for the wire: stored (encrypted) before the first attempt and never rendered again.

    ``tjeneste`` and ``akassekode`` (whose certificate) name the channel. ``hoved`` and ``krop`` are the exact request;
    ``x-requestId`` is not in ``hoved``, it is passed to each attempt. ``noegle`` is what reading back compares with.
    """

    tjeneste: str
    operation: str
    klasse: Klasse
    akassekode: str
    metode: str
    sti: str
    hoved: dict[str, str]
    krop: bytes
    noegle: dict[str, Any] = field(default_factory=dict)
    entitets_id: str | None = None

    @property
    def eget_id(self) -> str | None:
        """The entity's id as the rules chose it, whatever DFDG knows it by."""
        return self.noegle.get("eget_id") or self.entitets_id

    def under_andet_id(self, ident: str) -> Anmodning:
        """The same request about the entity by the id that DFDG knows it by; for one that was never sent."""
        eget = self.entitets_id
        if eget is None:
            raise ValueError("a request that names no entity")
        noegle = {**self.noegle, "id": ident, "eget_id": eget}
        return replace(self, sti=self.sti.replace(eget, ident), noegle=noegle, entitets_id=ident)


class Udfald(StrEnum):
    """What one attempt told us, in classes of what may be done next."""

    KVITTERET = "kvitteret"  # committed, receipt in hand
    FANDTES = (
        "fandtes"  # 412, 4977, 4367 on a repeat, 8303: arrived before; read back (or done where the class says so)
    )
    AFVIST = "afvist"  # the content is refused; nothing changed
    IKKE_EJER = "ikke_ejer"  # 4575, 4586, 4511, 4922, 6005 for this citizen: not (any more) the caller's own
    ADGANG = "adgang"  # certificate, header or configuration: stops the channel
    UTILGAENGELIG = "utilgaengelig"  # 500, 503, 1011, 1100, downstream codes: answered, nothing changed, try later
    ALDRIG_SENDT = "aldrig_sendt"  # refused, no connection, TLS: no byte of the request left
    INTET_SVAR = "intet_svar"  # sent (in part), no or unreadable answer: in doubt


@dataclass(frozen=True, slots=True)
class Svarfejl:
    """One fault in DFDG's answer; DFDG lists all of them. ``tekst`` never carries personal data."""

    kode: str
    tekst: str


@dataclass(frozen=True, slots=True)
class Svar:
    """The answer to one attempt. ``kode`` is the first fault's code or a transport code (``timeout``, ``forbindelse``,
    ``http_503`` …); ``registrerings_id`` and ``tidspunkt`` come from the receipt."""

    udfald: Udfald
    kode: str | None = None
    fejl: tuple[Svarfejl, ...] = ()
    registrerings_id: str | None = None
    tidspunkt: datetime | None = None
    http_status: int | None = None
    raa: bytes = field(default=b"", repr=False)


class Fund(StrEnum):
    """What reading back found."""

    LIG = "lig"  # there, with our content
    ANDERLEDES = "anderledes"  # there, with other content
    FRAVAERENDE = "fravaerende"  # not there (now)
    UKENDT = "ukendt"  # could not be read


@dataclass(frozen=True, slots=True)
class Tilbagelaesning:
    """What a reading gave. ``raa``: DFDG's bytes."""

    fund: Fund
    svar: Svar | None = None
    detalje: str | None = None
    raa: bytes = field(default=b"", repr=False)


#: What can be looked up at DFDG outside a registration: what its thin messages (WSB) point to, and the absences.
Opslagsart = Literal[
    "akassemedlemskab",
    "indkaldelse_historik",
    "frist_historik",
    "kontaktgruppe",
    "dagpengetaeller",
    "jobordre",
    "fravaer",
]


@dataclass(frozen=True, slots=True)
class Opslag:
    """A reading asked for: ``akassekode`` is for whom (None: any a-kasse of this installation, where nobody's data are
    read), ``cpr`` about whom, ``ident`` the identifier of what is read (``indkaldelse_historik``, ``jobordre``)."""

    art: Opslagsart
    akassekode: str | None = None
    cpr: str | None = field(default=None, repr=False)
    ident: str | None = None


@dataclass(frozen=True, slots=True)
class Opslagssvar:
    """What a look-up gave. ``fund``: something stands there, and ``indhold`` is DFDG's JSON as it came (it may name
    the person). Without ``fund`` and without ``svar`` nothing stands there; with ``svar`` it could not be read."""

    fund: bool
    indhold: dict[str, Any] | list[Any] | None = field(default=None, repr=False)
    svar: Svar | None = None
