"""DFDG's thin messages (webservicebeskeder, WSB) as they are pushed: an envelope of ids, seldom with a body.

The fields are named on STAR's message pages, the exact JSON (spelling, the message id's name) is not public. So names
are matched without regard to letter case, an installation can give others, unknown fields are passed over, and what is
missing is None: a receiver that refuses a message stops all later ones about the citizen (Den gode WSB).

``LISTE`` (contracts/codes/beskedtype.csv) holds the known types: whom each concerns, and where its data are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

import orjson

from contracts.codes import liste
from contracts.dfdg.grund import KOEBENHAVN, P_CPR

Art = Literal["akasse", "jobcenter"]
Organisation = tuple[Art, str]

LISTE = "beskedtype"
MEDLEMSKAB = "60010"
_CPR = re.compile(P_CPR)
_JOBCENTER = "8"  # OrganisationTypeIdentifier
_CPR_NUMMER = "1"  # IdentifikationstypeId
_INGEN = UUID(int=0)

#: The fields that are read, by the project's names of them.
FELTER = (
    "BeskedId",
    "EntitetNavn",
    "EntitetId",
    "EksternIdentifier",
    "VersionIdentifier",
    "IdentifikationstypeId",
    "Identifikation",
    "Aendringstype",
    "RegistrerendeSystem",
    "RegistrerendeMyndighed",
    "Tidspunkt",
    "Modtager",
    "Body",
)


@dataclass(frozen=True, slots=True)
class Webservicebesked:
    """One message. Texts are as DFDG wrote them, without U+0000; ``cpr`` only when the message is about a person."""

    entitet_id: str
    entitet_navn: str
    aendringstype: str
    besked_id: str | None = None
    ekstern: UUID | None = None  # None also for the all-zero identifier
    version: str | None = None
    cpr: str | None = field(default=None, repr=False)
    system: str | None = None
    myndighed: Organisation | None = None
    modtager: Organisation | None = None
    tid: datetime | None = None
    body: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def domaene(self) -> int:
        """The business domain, within which order holds per citizen: the block of type ids."""
        return int(self.entitet_id) // 10_000 if self.entitet_id.isdigit() else -1


@dataclass(frozen=True, slots=True)
class Beskedtype:
    """A row of the list. ``opslag``: the look-up that reads the data (empty: none); ``felt``: what it is called in
    ``body``."""

    navn: str
    modtagere: frozenset[Art]
    opslag: str
    felt: str


def beskedtype(entitet_id: str) -> Beskedtype | None:
    """The known type of that id."""
    r = liste(LISTE).find(entitet_id)
    if r is None:
        return None
    return Beskedtype(
        r.navn, frozenset(cast(Art, a) for a in r.ekstra["modtagere"].split()), r.ekstra["opslag"], r.ekstra["felt"]
    )


def feltnavne(saerlige: Mapping[str, str]) -> dict[str, str]:
    """Our name -> the name in the JSON, in small letters. ``saerlige``: what an installation names otherwise.

    Raises ``ValueError`` for a name of ours that does not exist.
    """
    kendte = {f.lower(): f for f in FELTER}
    ukendte = [n for n in saerlige if n.lower() not in kendte]
    if ukendte:
        raise ValueError(f"there is no field {', '.join(ukendte)}; there are {', '.join(FELTER)}")
    return {f: f.lower() for f in FELTER} | {kendte[n.lower()]: v.strip().lower() for n, v in saerlige.items()}


def laes(raa: bytes, navne: Mapping[str, str]) -> Webservicebesked:
    """The message. Raises ``ValueError`` when it is no JSON object or has no type."""
    try:
        indhold = orjson.loads(raa)
    except orjson.JSONDecodeError as fejl:
        raise ValueError("not JSON") from fejl
    if not isinstance(indhold, dict):
        raise ValueError("no JSON object")
    efter_navn = {str(n).lower(): v for n, v in indhold.items()}
    v: dict[str, Any] = {f: efter_navn.get(navne[f]) for f in FELTER}
    entitet = _tekst(v["EntitetId"])
    if entitet is None:
        raise ValueError("no EntitetId")
    identifikation = _tekst(v["Identifikation"])
    om_person = _tekst(v["IdentifikationstypeId"]) in (None, _CPR_NUMMER)
    body = v["Body"]
    return Webservicebesked(
        entitet_id=entitet,
        entitet_navn=_tekst(v["EntitetNavn"]) or "",
        aendringstype=_tekst(v["Aendringstype"]) or "",
        besked_id=_tekst(v["BeskedId"]),
        ekstern=_uuid(v["EksternIdentifier"]),
        version=_tekst(v["VersionIdentifier"]),
        cpr=identifikation if om_person and identifikation and _CPR.fullmatch(identifikation) else None,
        system=_tekst(v["RegistrerendeSystem"]),
        myndighed=_organisation(v["RegistrerendeMyndighed"]),
        modtager=_organisation(v["Modtager"]),
        tid=_tid(v["Tidspunkt"]),
        body=body if isinstance(body, dict) else None,
    )


def _tekst(vaerdi: Any) -> str | None:
    if isinstance(vaerdi, bool) or not isinstance(vaerdi, str | int):
        return None
    # PostgreSQL has no U+0000.
    return str(vaerdi).replace("\0", "")[:200].strip() or None


def _uuid(vaerdi: Any) -> UUID | None:
    try:
        fundet = UUID(_tekst(vaerdi) or "")
    except ValueError:
        return None
    return None if fundet == _INGEN else fundet


def _organisation(vaerdi: Any) -> Organisation | None:
    if not isinstance(vaerdi, dict):
        return None
    efter_navn = {str(n).lower(): _tekst(v) for n, v in vaerdi.items()}
    type_, kode = efter_navn.get("organisationtypeidentifier"), efter_navn.get("organisationcode")
    if type_ is None or kode is None or not re.fullmatch(r"[0-9A-Za-z]{1,20}", kode):
        return None
    return ("jobcenter" if type_ == _JOBCENTER else "akasse", kode)


def _tid(vaerdi: Any) -> datetime | None:
    try:
        tid = datetime.fromisoformat(_tekst(vaerdi) or "")
    except ValueError:
        return None
    return tid if tid.tzinfo else tid.replace(tzinfo=KOEBENHAVN)
