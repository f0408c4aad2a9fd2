"""What DFDG's thin messages point to, read over REST: memberships, deadlines, contact groups, counters, job orders.

Paths: STAR's message pages (Frist, Jobordre) and the paths of the matching creates. What the answers hold is not public
and made by this project.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from sandbox.dfdg.borger import KONTAKTFORLOEB_HOS_AKASSE, Person
from sandbox.dfdg.kald import Kald, midnat
from sandbox.dfdg.rest import IngenOperation, guid
from sandbox.dfdg.tilstand import Tilstand


def _dag(dag: date | None) -> str | None:
    return None if dag is None else midnat(dag)


def _laesning(kald: Kald, metode: str, operation: str) -> None:
    if metode != "GET":
        raise IngenOperation(405)
    kald.operation, kald.laesning = operation, True


def medlemskab(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:  # noqa: ARG001 - one signature for all
    """Borgerindsats.AkassemedlemskabService v1 ``GET /v1/Akassemedlemskab``: a fund reads of its members, and of those
    120 days before and after."""
    if dele != ["Akassemedlemskab"]:
        raise IngenOperation(404)
    _laesning(kald, metode, "GetAkassemedlemskab")
    kald.adgang, kald.opslag = "tidligere", _medlemskaber


def _medlemskaber(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
    return orjson.dumps(
        [
            {
                "akassemedlemskabIdentifier": m.id,
                "akassekode": m.akasse,
                "startdato": midnat(m.start),
                "slutdato": _dag(m.slut),
            }
            for m in sorted(person.alle_medlemskaber(), key=lambda m: m.start)
        ]
    )


def frist(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:  # noqa: ARG001
    """Kontaktforloeb.FristService v1 ``GET /v1/Frist/historik``."""
    if dele != ["Frist", "historik"]:
        raise IngenOperation(404)
    _laesning(kald, metode, "GetFristhistorik")
    kald.opslag = _frister


def _frister(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
    return orjson.dumps(
        [
            {
                "fristIdentifier": f.id,
                "samtaleType": f.type,
                "fristdato": midnat(date.fromisoformat(v["dato"])),
                "friststatus": v["status"],
                "versionIdentifier": v["versionIdentifier"],
                "aendringstype": v["aendringstype"],
                "registreringstidspunkt": v["registreringstidspunkt"],
            }
            for f in person.frister.values()
            for v in f.versioner
        ]
    )


def kontaktgruppe(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:  # noqa: ARG001
    """VisiteringOgStatus.KontaktgruppeService v1 ``GET /v1/Kontaktgruppe``. The group does not change with the
    responsibility for the course; that absence 75 is open is told beside it (made by this project)."""
    if dele != ["Kontaktgruppe"]:
        raise IngenOperation(404)
    _laesning(kald, metode, "GetKontaktgruppe")
    kald.opslag = _kontaktgrupper


def _kontaktgrupper(person: Person, tilstand: Tilstand) -> bytes:
    hos_akasse = person.har_aabent_fravaer((KONTAKTFORLOEB_HOS_AKASSE,), tilstand.ur.idag())
    return orjson.dumps(
        [
            {
                "kontaktgruppeIdentifier": k.id,
                "kontaktgruppeType": k.type,
                "starttidspunkt": midnat(k.start),
                "sluttidspunkt": _dag(k.slut),
                "kontaktforloebHosAkasse": hos_akasse and k.slut is None,
                "versionIdentifier": k.version,
            }
            for k in person.alle_kontaktgrupper()
        ]
    )


def dagpengetaeller(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:  # noqa: ARG001
    """Ydelsesudstilling.DagpengetaellerService v1 ``GET /v1/Dagpengetaellerkonto``; the former fund may read for 120
    days after the exit."""
    if dele != ["Dagpengetaellerkonto"]:
        raise IngenOperation(404)
    _laesning(kald, metode, "GetDagpengetaellerkonto")
    kald.adgang, kald.opslag = "tidligere", _taeller


def _taeller(person: Person, tilstand: Tilstand) -> bytes:  # noqa: ARG001
    return orjson.dumps(person.dagpengetaeller or {})


def jobordre(metode: str, dele: list[str], kald: Kald, krop: bytes) -> None:  # noqa: ARG001
    """VirksomhedsIndsats.JobordreService v1 ``GET /v1/Jobordre/{jobordreIdentifier}``: nobody's in particular."""
    if len(dele) != 2 or dele[0] != "Jobordre":
        raise IngenOperation(404)
    ident = guid(dele[1])
    if ident is None:
        raise IngenOperation(404)
    _laesning(kald, metode, "GetJobordre")
    kald.adgang, kald.entitets_id, kald.opslag = "ingen", ident, _Jobordre(ident)


class _Jobordre:
    def __init__(self, id_: str) -> None:
        self._id = id_

    def __call__(self, person: Person, tilstand: Tilstand) -> bytes | None:  # noqa: ARG002
        ordre: dict[str, Any] | None = tilstand.jobordrer.get(self._id)
        if ordre is None:
            return None
        return orjson.dumps(
            {
                "jobordreIdentifier": self._id,
                "title": ordre["titel"],
                "jobordreBeskrivelse": ordre["beskrivelse"],
                "joborderStatusType": ordre["status"],
                "startdato": _dag(date.fromisoformat(ordre["start"])),
                "versionIdentifier": ordre["version"],
            }
        )
