"""Events and registrations for the tests of the client; persons from the register of test persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.rules.model import (
    KOEBENHAVN,
    Afmeld,
    Haendelse,
    Indhold,
    OpretFravaer,
    OpretSamtale,
    Part,
    Registrering,
    RetFravaer,
    SletFravaer,
)
from producers.dfdg.opsaetning import DfdgOpsaetning

FRAVAER_ID = UUID("11111111-2222-4333-8444-555555555555")
SAMTALE_ID = UUID("aaaaaaaa-2222-4333-8444-555555555555")
KODER = {
    "samtaleform.personligt": "1",
    "samtaleform.telefon": "2",
    "cvstatus.godkendt": "1",
    "cvstatus.ikke_godkendt": "2",
}


def haendelse(tid: str = "2023-02-01T10:15:00+01:00") -> Haendelse:
    return Haendelse("/akasse/01", "h-1", "akasse.test.v1", datetime.fromisoformat(tid), Part("akasse", "01"), None)


def opret(**mere: Any) -> OpretFravaer:
    felter: dict[str, Any] = {
        "fravaer_id": FRAVAER_ID,
        "fravaertype": "75",
        "startdato": date(2023, 2, 1),
        "slutdato": None,
        "anmeldelsesdato": date(2023, 2, 1),
    }
    return OpretFravaer(**(felter | mere))


def ret(**mere: Any) -> RetFravaer:
    felter: dict[str, Any] = {
        "fravaer_id": FRAVAER_ID,
        "fravaertype": "75",
        "startdato": date(2023, 2, 1),
        "slutdato": date(2023, 4, 30),
        "anmeldelsesdato": date(2023, 2, 1),
        "aarsagskode": "41",
    }
    return RetFravaer(**(felter | mere))


def slet(kommentar: str = "Ferien er annulleret") -> SletFravaer:
    return SletFravaer(FRAVAER_ID, "10", kommentar)


def samtale(**mere: Any) -> OpretSamtale:
    felter: dict[str, Any] = {
        "samtale_id": SAMTALE_ID,
        "formaal": "jobsamtale",
        "tidspunkt": datetime(2023, 2, 14, 9, 30, tzinfo=KOEBENHAVN),
        "form": "personligt",
        "indkaldelse_id": None,
        "sagsbehandler_fornavn": "Bodil",
        "sagsbehandler_efternavn": "Østergård",
    }
    return OpretSamtale(**(felter | mere))


def afmeld() -> Afmeld:
    return Afmeld(date(2023, 3, 27), "910")


def registrering(indhold: Indhold, akassekode: str = "01") -> Registrering:
    return Registrering(akassekode, indhold)


def opsaetning(base_url: str = "http://127.0.0.1:9", **mere: Any) -> DfdgOpsaetning:
    """Limits long enough for a busy machine; tests of a limit set that one low."""
    felter: dict[str, Any] = {
        "koder": KODER,
        "connect_timeout": 20.0,
        "send_timeout": 20.0,
        "answer_timeout": 20.0,
        "kontroller_skema": "alle",
    }
    return DfdgOpsaetning(base_url, **(felter | mere))


@dataclass(frozen=True)
class Raa:
    """A request to a bare address, to test the wire alone."""

    base_url: str
    metode: str = "PUT"
    krop: bytes = b"{}"

    def anmodning(self, akassekode: str = "01") -> Anmodning:
        return Anmodning(
            tjeneste="FravaerService",
            operation="UpdateFravaer",
            klasse=Klasse.SIDSTE_VINDER,
            akassekode=akassekode,
            metode=self.metode,
            sti=f"{self.base_url}/v1/Fravaer/{FRAVAER_ID}",
            hoved={"Content-Type": "application/json"},
            krop=self.krop,
        )
