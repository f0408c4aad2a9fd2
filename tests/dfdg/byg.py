"""Events and registrations for the tests of the client; persons from the register of test persons."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from gateway.lanes.forsoeg import Anmodning, Klasse
from gateway.rules.model import KOEBENHAVN, Haendelse, Part
from gateway.rules.registreringer import (
    Afmeld,
    GemPlan,
    GodkendJobmaal,
    Indhold,
    Kontrolaflaesning,
    OpretAktivitet,
    OpretFravaer,
    OpretIndkaldelse,
    OpretSamtale,
    Registrering,
    RetFravaer,
    RetIndkaldelse,
    SaetCvstatus,
    SaetDeltagelsesvalg,
    Samtaledeltager,
    SletAktivitet,
    SletFravaer,
    SletIndkaldelse,
    TilfoejDeltager,
)
from producers.dfdg.opsaetning import DfdgOpsaetning

FRAVAER_ID = UUID("11111111-2222-4333-8444-555555555555")
SAMTALE_ID = UUID("aaaaaaaa-2222-4333-8444-555555555555")
INDKALDELSE_ID = UUID("bbbbbbbb-2222-4333-8444-555555555555")
DELTAGER_ID = UUID("cccccccc-2222-4333-8444-555555555555")
AKTIVITET_ID = UUID("dddddddd-2222-4333-8444-555555555555")
KODER = {
    "samtaleform.personligt": "1",
    "samtaleform.telefon": "2",
    "cvstatus.godkendt": "1",
    "cvstatus.ikke_godkendt": "2",
    "aktivitetstype.jobsoegningskursus": "952",
    "deltagelsesvalg.oensket": "3",
    "minplan.tjeneste": "PlanService",
    "jobmaal.tjeneste": "JobGoalService",
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


def indkald(**mere: Any) -> OpretIndkaldelse:
    felter: dict[str, Any] = {
        "indkaldelse_id": INDKALDELSE_ID,
        "formaal": "faelles",
        "start": datetime(2023, 4, 14, 9, 30, tzinfo=KOEBENHAVN),
        "slut": datetime(2023, 4, 14, 10, 15, tzinfo=KOEBENHAVN),
        "form": "personligt",
        "selvbooket": False,
    }
    return OpretIndkaldelse(**(felter | mere))


def ret_indkaldelse(**mere: Any) -> RetIndkaldelse:
    felter = asdict(indkald(**mere))
    del felter["operation"]
    return RetIndkaldelse(**felter)


def slet_indkaldelse(indkaldelse_id: UUID = INDKALDELSE_ID) -> SletIndkaldelse:
    return SletIndkaldelse(indkaldelse_id)


def deltagelsesvalg(
    valg: Literal["medlem_fravaelger", "akasse_fravaelger", "oensket"] = "medlem_fravaelger",
    indkaldelse_id: UUID = INDKALDELSE_ID,
) -> SaetDeltagelsesvalg:
    return SaetDeltagelsesvalg(indkaldelse_id, valg)


def deltager(**mere: Any) -> TilfoejDeltager:
    felter: dict[str, Any] = {
        "deltager_id": DELTAGER_ID,
        "samtale_id": SAMTALE_ID,
        "deltager": Samtaledeltager("Tolk Tolkesen", "tolk", "telefon"),
    }
    return TilfoejDeltager(**(felter | mere))


def cvstatus(godkendt: bool = True, kommentar: str | None = None) -> SaetCvstatus:
    return SaetCvstatus(godkendt, kommentar)


def plan(**mere: Any) -> GemPlan:
    felter: dict[str, Any] = {
        "plan_id": "plan-1",
        "kladde": True,
        "jobmaal": ("Tømrer", "Pædagog"),
        "beskrivelse": "Søg bredt.",
    }
    return GemPlan(**(felter | mere))


def godkend_jobmaal(*jobmaal: str) -> GodkendJobmaal:
    return GodkendJobmaal("plan-1", jobmaal or ("Tømrer", "Pædagog"))


def aktivitet(**mere: Any) -> OpretAktivitet:
    felter: dict[str, Any] = {
        "aktivitet_id": AKTIVITET_ID,
        "aktivitetstype": "jobsoegningskursus",
        "startdato": date(2023, 4, 3),
        "slutdato": date(2023, 5, 12),
        "timer_pr_uge": Decimal("7.40"),
    }
    return OpretAktivitet(**(felter | mere))


def slet_aktivitet(aktivitet_id: UUID = AKTIVITET_ID) -> SletAktivitet:
    return SletAktivitet(aktivitet_id)


def kontrol(**mere: Any) -> Kontrolaflaesning:
    felter: dict[str, Any] = {
        "fravaer_id": None,
        "fravaertype": "75",
        "startdato": date(2023, 2, 1),
        "slutdato": None,
    }
    return Kontrolaflaesning(**(felter | mere))


#: One of every registration, and of some more than one: what every test of all messages goes through.
ALLE: list[Indhold] = [
    opret(),
    opret(slutdato=date(2023, 2, 28), aarsagskode="45", kommentar="en kommentar"),
    ret(),
    slet(),
    samtale(),
    samtale(formaal="cv", cv_godkendt=False, aftaler="aftalt", sagsbehandler_telefon="12 34 56 78"),
    samtale(formaal="raadighed", raadighedsvurdering="ok", form="digitalt"),
    samtale(formaal="faelles", jobcenter_deltog=True, jobcenter_form="video"),
    samtale(deltagere=(Samtaledeltager("A", "tolk", "telefon"), Samtaledeltager("B", "bisidder", "personligt"))),
    afmeld(),
    deltager(),
    indkald(),
    indkald(form="digitalt", moedelink="https://moede.test/1?a=b", adresse="Gade 1, 2. tv.", selvbooket=True),
    ret_indkaldelse(formaal="jobsamtale"),
    slet_indkaldelse(),
    deltagelsesvalg(),
    cvstatus(),
    cvstatus(False, "Mangler uddannelse & <job>"),
    plan(),
    plan(kladde=False, jobmaal=()),
    godkend_jobmaal(),
    aktivitet(),
    slet_aktivitet(),
    kontrol(),
]


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
