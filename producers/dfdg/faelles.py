"""What the services share: who calls, code values that are not public, addresses, and models built without leaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from contracts.dfdg.grund import Soaptjeneste
from contracts.dfdg.hoveder import Brugermetadata, Organisation
from gateway.errors import Regelfejl
from gateway.rules import kodebrug
from producers.dfdg.opsaetning import DfdgOpsaetning

M = TypeVar("M", bound=BaseModel)


def kode(o: DfdgOpsaetning, listenavn: str, navn: str, dag: date | None = None) -> str:
    """A code of DFDG's by the project's own word for it, as ``rules.kodebrug`` finds it. Raises ``Regelfejl`` naming the
    row that the installation must set (M3)."""
    brugt = kodebrug.kode(o.koder, listenavn, navn, dag)
    if brugt.kode is not None:
        return brugt.kode
    raekkenavn = brugt.raekkenavn
    raise Regelfejl(
        "kode_mangler",
        f"Koden {raekkenavn} er ikke offentlig og ikke sat i installationens kodeliste.",
        loesning=f"Sæt {raekkenavn} i filen, som GATEWAY_RULES__KODER peger på, og genkør.",
    )


def tjeneste(o: DfdgOpsaetning, listenavn: str, dag: date) -> Soaptjeneste:
    """The service that takes an a-kasse's ``listenavn`` (Min Plan, job goals): which one is not public (M3), so the
    installation names it, as ``PlanService`` or with its version, ``PlanService/2``. Raises ``Regelfejl``."""
    navn = kode(o, listenavn, "tjeneste", dag)
    if not _TJENESTE.fullmatch(navn):
        raise Regelfejl(
            "kode_mangler",
            f"Koden {listenavn}.tjeneste i installationens kodeliste er ikke navnet på en tjeneste.",
            loesning=f"Sæt {listenavn}.tjeneste til tjenestens navn, eventuelt med version: Tjeneste/1.",
        )
    navn, _, version = navn.partition("/")
    return Soaptjeneste(navn, int(version or 1))


_TJENESTE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}(/[1-9][0-9]?)?")


def byg(lav: Callable[[], M]) -> M:
    """What ``lav`` makes. Raises ``Regelfejl`` naming the field that DFDG would not take, never its value."""
    try:
        return lav()
    except ValidationError as fejl:
        felt = ".".join(str(d) for d in fejl.errors(include_input=False, include_context=False)[0]["loc"])
    raise Regelfejl(
        "skema",
        f"DFDG tager ikke feltet {felt} i den form, hændelsen giver det.",
        felt=felt,
        loesning="Ret feltet i en hændelse, der erstatter denne.",
    )


def organisation(o: DfdgOpsaetning, akassekode: str) -> Organisation:
    """The a-kasse that a call is made for."""
    return byg(lambda: Organisation(type_=o.egen_organisationstype, kode=akassekode))


def bruger(o: DfdgOpsaetning, akassekode: str, tid: datetime) -> Brugermetadata:
    """Who acts (a system), and when it was registered: the event's time, so that every attempt says the same."""
    egen = organisation(o, akassekode)
    return byg(lambda: Brugermetadata(navn=o.brugernavn, ident=o.brugerid, organisation=egen, registreret=tid))


def soap_adresse(o: DfdgOpsaetning, t: Soaptjeneste) -> str:
    """The service's own address where one is set, else under the common one."""
    return o.adresser.get(t.navn) or f"{o.base_url.rstrip('/')}{t.sti}"
