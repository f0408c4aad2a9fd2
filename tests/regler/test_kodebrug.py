"""M3: where a code that is written to DFDG comes from, and how it stands in DFDG's own list."""

from __future__ import annotations

from datetime import date
from typing import get_args, get_type_hints

import pytest

from contracts.codes import Koderaekke, liste
from contracts.events.akasse import AktivitetRegistreret, MindreIntensivRegistreret
from gateway.rules import bookingfrister, ferie, forloeb, kodebrug
from gateway.rules.aarsagskoder import AARSAGER
from gateway.rules.kodebrug import FASTE, SAETTES, BrugtKode, Ophav, Stand
from gateway.rules.registreringer import SaetDeltagelsesvalg

DAG = date(2026, 3, 2)


def raekke(kode: str, fra: str | None = None, til: str | None = None) -> Koderaekke:
    dage = [date.fromisoformat(d) if d else None for d in (fra, til)]
    return Koderaekke(kode, "tekst", dage[0], dage[1], "DFDG", "set", {})


def test_M3_the_installations_file_goes_before_the_public_list_and_nothing_is_made_up() -> None:
    def fundet(koder: dict[str, str], *navn: str) -> tuple[str | None, Ophav | None]:
        b = kodebrug.kode(koder, *navn, dag=DAG)
        return b.kode, b.ophav

    assert fundet({}, "samtaletype", "cv") == ("10", Ophav.OFFENTLIG)
    assert fundet({"samtaletype.cv": "110"}, "samtaletype", "cv") == ("110", Ophav.FIL)
    assert fundet({}, "cvstatus", "godkendt") == (None, None)
    assert fundet({"cvstatus.godkendt": "1"}, "cvstatus", "godkendt") == ("1", Ophav.FIL)


def test_M3_what_the_guidance_fixes_is_not_the_installations_to_set() -> None:
    """The rules write 75, 10 and the causes themselves: what is shown must be what is sent."""
    koder = {f"{x}.{n}": "999" for x, navne in FASTE.items() for n in navne}
    brugte = {b.raekkenavn: b.kode for b in kodebrug.brugte(koder, DAG)}
    assert brugte["fravaerstype.kontaktforloeb"] == forloeb.FRAVAER_KONTAKTFORLOEB
    assert brugte["fravaerstype.ferie"] == ferie.FRAVAER_FERIE
    assert {k for n, k in brugte.items() if n.startswith("aarsagskode.")} == set(AARSAGER)
    assert "999" not in brugte.values()


def test_M3_the_codes_in_use_are_those_of_the_events_and_registrations() -> None:
    def vaerdier(model: type, felt: str) -> set[str]:
        return set(get_args(model.model_fields[felt].annotation))  # type: ignore[attr-defined]

    gruende = vaerdier(MindreIntensivRegistreret, "grund")
    assert set(SAETTES["fravaerstype"]) == {f"mindre_intensiv.{g}" for g in gruende}
    assert set(SAETTES["aktivitetstype"]) == vaerdier(AktivitetRegistreret, "aktivitetstype")
    valg = get_type_hints(SaetDeltagelsesvalg)["valg"]
    assert set(SAETTES["deltagelsesvalg"]) == set(get_args(valg))
    assert bookingfrister.AARSAGSNAVN in {f"afmeldingsaarsag.{n}" for n in SAETTES["afmeldingsaarsag"]}
    for listenavn, navne in (SAETTES | FASTE).items():
        for navn in navne:
            assert liste(listenavn).ved_navn(navn) is not None, f"{listenavn}.{navn}"


@pytest.mark.parametrize(
    ("kode", "raekker", "forventet"),
    [
        (None, [raekke("7")], Stand.USAT),
        ("7", None, Stand.ULAEST),
        ("7", [raekke("8")], Stand.UKENDT),
        ("7", [raekke("7")], Stand.I_KRAFT),
        ("7", [raekke("7", "2026-03-02", "2026-03-02")], Stand.I_KRAFT),
        ("7", [raekke("7", None, "2026-03-01")], Stand.OPHOERT),
        ("7", [raekke("7", "2026-03-03", None)], Stand.IKKE_BEGYNDT),
        ("7", [raekke("7", None, "2026-03-01"), raekke("7", "2026-03-02", None)], Stand.I_KRAFT),
        ("7", [raekke("7", None, "2026-02-28"), raekke("7", "2026-04-01", None)], Stand.IKKE_BEGYNDT),
    ],
)
def test_M3_both_dates_of_a_code_are_inclusive(
    kode: str | None, raekker: list[Koderaekke] | None, forventet: Stand
) -> None:
    brugt = BrugtKode("samtaletype", "jobsamtale", kode, Ophav.FIL if kode else None)
    assert kodebrug.stand(brugt, raekker, DAG) is forventet


def test_M3_a_name_of_a_service_is_in_no_list_of_dfdgs() -> None:
    brugt = BrugtKode("minplan", "tjeneste", "PlanService", Ophav.FIL)
    assert kodebrug.stand(brugt, None, DAG, har_liste=False) is Stand.UDEN_LISTE
