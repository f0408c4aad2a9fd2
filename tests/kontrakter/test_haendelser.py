"""Refusals of data: each names field, rule and remedy, and never the value that was sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Fejldetalje, Forstaaet, Uforstaaet, laes
from contracts.events import HAENDELSESTYPER
from contracts.felter import er_cpr, foedselsdato
from tests.kontrakter import eksempler as e

NU = datetime(2023, 2, 1, 12, tzinfo=UTC)

INDPLACERET = "akasse.medlem.indplaceret.v1"
AFHOLDT = "akasse.samtale.afholdt.v1"
BOOKET = "akasse.samtale.booket.v1"
FERIE = "akasse.ferie.anmodet.v1"
AKTIVITET = "akasse.aktivitet.registreret.v1"
UDBETALT = "akasse.dagpenge.udbetalt.v1"

#: type, what is changed, field, code, rule
AFVIST: list[tuple[str, dict[str, Any], str, str, str | None]] = [
    (INDPLACERET, {"kommunekode": ...}, "kommunekode", "skema", None),
    (INDPLACERET, {"kommunekode": None}, "kommunekode", "skema", None),
    (INDPLACERET, {"kommunekode": 101}, "kommunekode", "skema", None),
    (INDPLACERET, {"kommunekode": "01"}, "kommunekode", "skema", None),
    (INDPLACERET, {"kommunekode": "0101\n"}, "kommunekode", "skema", None),
    (INDPLACERET, {"tilmeldingsdato": "2023-1-2"}, "tilmeldingsdato", "skema", None),
    (INDPLACERET, {"tilmeldingsdato": "2023-02-30"}, "tilmeldingsdato", "skema", None),
    (INDPLACERET, {"tilmeldingsdato": "2023-01-25T00:00:00+01:00"}, "tilmeldingsdato", "skema", None),
    (INDPLACERET, {"tilmeldingsdato": 20230125}, "tilmeldingsdato", "skema", None),
    (INDPLACERET, {"tilmeldingsdato": "9999-12-31"}, "tilmeldingsdato", "skema", None),
    (INDPLACERET, {"indplaceringstype": "gen"}, "indplaceringstype", "skema", None),
    (INDPLACERET, {"erhvervskompetencegivendeUddannelse": "true"}, "erhvervskompetencegivendeUddannelse", "skema", None),
    (INDPLACERET, {"igangvaerendeForloeb": 1}, "igangvaerendeForloeb", "skema", None),
    (INDPLACERET, {"cpr": "123"}, "cpr", "skema", None),
    (INDPLACERET, {"cpr": "3102701234"}, "cpr", "skema", None),
    (INDPLACERET, {"cpr": 101701234}, "cpr", "skema", None),
    (INDPLACERET, {"cpr": "010170-1234"}, "cpr", "skema", None),
    ("akasse.medlem.indplacering-rettet.v1", {"indplaceringsdato": ...}, "data", "skema", None),
    ("akasse.medlem.indlaest.v1", {"samtaler": [{"dato": "x"}]}, "samtaler[0].dato", "skema", None),
    ("akasse.medlem.udmeldt.v1", {"nyAkassekode": 7}, "nyAkassekode", "skema", None),
    ("akasse.medlem.cpr-skiftet.v1", {"gammeltCpr": e.PERSON}, "gammeltCpr", "skema", None),
    ("akasse.visitation.aarsag-rettet.v1", {"aarsagskode": "40"}, "aarsagskode", "skema", None),
    ("akasse.visitation.aarsag-rettet.v1", {"aarsagskode": 43}, "aarsagskode", "skema", None),
    ("akasse.visitation.aarsag-rettet.v1", {"udmeldelsesdato": ...}, "udmeldelsesdato", "a2_udmeldelsesdato", "A2"),
    (UDBETALT, {"maaned": "2023-13"}, "maaned", "skema", None),
    (UDBETALT, {"timer": "1.234"}, "timer", "skema", None),
    (UDBETALT, {"timer": -1}, "timer", "skema", None),
    (UDBETALT, {"timer": "410,00"}, "timer", "skema", None),
    (UDBETALT, {"timer": "４１０"}, "timer", "skema", None),
    (UDBETALT, {"timer": "410\n"}, "timer", "skema", None),
    (BOOKET, {"moedelink": ...}, "moedelink", "skema", None),
    (BOOKET, {"slut": "2023-02-10T09:00:00+01:00"}, "slut", "skema", None),
    (BOOKET, {"start": "2023-02-10T10:00:00"}, "start", "skema", None),
    (BOOKET, {"samtaleId": "1"}, "samtaleId", "skema", None),
    (BOOKET, {"samtaleId": 1}, "samtaleId", "skema", None),
    (AFHOLDT, {"formaal": []}, "formaal", "s2_formaal", "S2"),
    (AFHOLDT, {"formaal": ["jobsamtale", "jobsamtale"]}, "formaal", "skema", "S2"),
    (AFHOLDT, {"formaal": ["cv", "raadighed", "faelles"]}, "formaal", "s2_formaal", "S2"),
    (AFHOLDT, {"formaal": ["kaffe"]}, "formaal[0]", "skema", None),
    (AFHOLDT, {"formaal": "cv"}, "formaal", "skema", None),
    (AFHOLDT, {"cvGodkendt": ...}, "cvGodkendt", "s10_cv_godkendt", "S10"),
    (AFHOLDT, {"formaal": ["faelles"]}, "jobcenterDeltog", "s5_jobcenter_deltog", "S5"),
    (AFHOLDT, {"tidspunkt": "2023-02-01"}, "tidspunkt", "skema", None),
    (AFHOLDT, {"sagsbehandler": "Sag"}, "sagsbehandler", "skema", None),
    (AFHOLDT, {"sagsbehandler": {"fornavn": "Sag"}}, "sagsbehandler.efternavn", "skema", None),
    (AFHOLDT, {"deltagere": {"navn": "x"}}, "deltagere", "skema", None),
    (FERIE, {"slutdato": "2023-02-12"}, "slutdato", "skema", None),
    (FERIE, {"ferieId": "ikke-uuid"}, "ferieId", "skema", None),
    (AKTIVITET, {"aktivitetstype": "virksomhedspraktik"}, "aktivitetstype", "t4_ikke_a_kassens", "T4"),
    (AKTIVITET, {"aktivitetstype": "andet_end_det"}, "aktivitetstype", "skema", None),
    (AKTIVITET, {"timerPrUge": 60}, "timerPrUge", "skema", None),
    ("akasse.mindre-intensiv-indsats.registreret.v1", {"slutdato": "2023-01-31"}, "slutdato", "skema", None),
    ("akasse.mindre-intensiv-indsats.registreret.v1", {"pligterFastholdes": {"aarsag": "x", "begrundelse": "y"}},
     "pligterFastholdes.aarsag", "skema", None),
    ("akasse.visitation.fejloprettet.v1", {"begrundelse": ""}, "begrundelse", "skema", None),
    ("akasse.vejledning.givet.v1", {"emner": []}, "emner", "skema", None),
    ("akasse.cv.kontrolleret.v1", {"kommentar": "x" * 376}, "kommentar", "skema", None),
    ("akasse.haendelse.tilbagekaldt.v1", {"haendelseId": ""}, "haendelseId", "skema", None),
    ("jobcenter.overdragelse.afvist.v1", {"grund": "nej"}, "grund", "skema", None),
    ("jobcenter.deltagelse.besluttet.v1", {"deltager": "ja"}, "deltager", "skema", None),
]  # fmt: skip


def _afvist(type_: str, felter: dict[str, Any]) -> Uforstaaet:
    svar = laes(e.struktureret(type_, e.data(type_, **felter)), NU)
    assert isinstance(svar, Uforstaaet), svar
    return svar


@pytest.mark.parametrize(
    ("type_", "felter", "felt", "kode", "regel"), AFVIST, ids=[f"{a[0]}:{a[1]}"[:90] for a in AFVIST]
)
def test_a_refusal_names_code_field_rule_and_remedy(
    type_: str, felter: dict[str, Any], felt: str, kode: str, regel: str | None
) -> None:
    svar = _afvist(type_, felter)
    assert (svar.fejl.kode, svar.fejl.felt, svar.fejl.regel) == (kode, felt, regel)
    assert svar.fejl.loesning
    assert svar.haendelse_id == "h-1"
    assert all(d.loesning and d.tekst and d.felt for d in svar.detaljer)


@pytest.mark.parametrize("type_", sorted(HAENDELSESTYPER))
def test_every_required_field_is_missed_by_its_name(type_: str) -> None:
    for navn, felt in HAENDELSESTYPER[type_].model_fields.items():
        if felt.is_required():
            alias = felt.alias or navn
            svar = _afvist(type_, {alias: ...})
            assert Fejldetalje("skema", "mangler", alias, "Angiv feltet.") in svar.detaljer


def test_every_fault_is_told_at_once_and_a_broken_rule_first() -> None:
    svar = _afvist(AKTIVITET, {"aktivitetId": 1, "aktivitetstype": "loentilskud", "startdato": "i går"})
    assert [d.felt for d in svar.detaljer] == ["aktivitetId", "aktivitetstype", "startdato"]
    assert (svar.fejl.regel, svar.fejl.felt) == ("T4", "aktivitetstype")
    assert "2 fejl mere" in svar.fejl.tekst


def test_a_list_of_values_is_told_with_the_values_that_are_right() -> None:
    svar = _afvist(INDPLACERET, {"forsikringsgrad": "halvtid"})
    assert svar.fejl.loesning == "Brug en af: fuldtid, deltid, kombination."


@pytest.mark.parametrize("type_", sorted(HAENDELSESTYPER))
def test_unknown_fields_are_ignored_and_null_is_absent(type_: str) -> None:
    model = HAENDELSESTYPER[type_]
    valgfri: dict[str, Any] = {
        str(f.alias): None for f in model.model_fields.values() if not f.is_required() and f.alias not in e.DATA[type_]
    }
    svar = laes(e.struktureret(type_, e.data(type_, ukendtFelt={"a": [1]}, **valgfri)), NU)
    assert isinstance(svar, Forstaaet), svar
    assert svar.data == model.model_validate(e.data(type_)) == model.model_validate({**e.data(type_), **valgfri})


def test_only_the_names_of_the_interface_are_read() -> None:
    svar = _afvist(FERIE, {"ferieId": ..., "ferie_id": e.uuid("ferie")})
    assert svar.fejl.felt == "ferieId"


def test_codes_are_kept_exactly_as_sent() -> None:
    svar = laes(e.struktureret("akasse.medlem.udmeldt.v1", e.data("akasse.medlem.udmeldt.v1", nyAkassekode="07")), NU)
    assert isinstance(svar, Forstaaet)
    assert svar.data.ny_akassekode == "07"  # type: ignore[attr-defined]


#: The CPR register's table of the 7th digit and the year: number, day of birth.
AARHUNDREDER = [
    ("0101000000", date(1900, 1, 1)),
    ("0101993999", date(1999, 1, 1)),
    ("0101364000", date(2036, 1, 1)),
    ("0101374000", date(1937, 1, 1)),
    ("0101575000", date(2057, 1, 1)),
    ("0101585000", date(1858, 1, 1)),
    ("0101578999", date(2057, 1, 1)),
    ("0101588000", date(1858, 1, 1)),
    ("0101369999", date(2036, 1, 1)),
    ("0101379000", date(1937, 1, 1)),
    ("2902004000", date(2000, 2, 29)),
]


@pytest.mark.parametrize(("cpr", "foedt"), AARHUNDREDER)
def test_V5_the_century_of_a_cpr_number_is_told_by_its_seventh_digit(cpr: str, foedt: date) -> None:
    assert foedselsdato(cpr) == foedt
    assert er_cpr(cpr)


@pytest.mark.parametrize(
    "cpr", ["2902000000", "0000701234", "0113701234", "٠١٠١٧٠١٢٣٤", "010170123", "01017012345", "010170123x"]
)
def test_what_is_no_cpr_number(cpr: str) -> None:
    """29 February 1900 was no day: the century decides."""
    assert not er_cpr(cpr)


@given(st.decimals(min_value=0, max_value=999_999_999, places=2))
def test_hours_with_two_places_are_exact_as_number_and_as_text(timer: Any) -> None:
    for skrevet in (float(timer), str(timer)):
        svar = laes(e.struktureret(UDBETALT, e.data(UDBETALT, timer=skrevet)), NU)
        assert isinstance(svar, Forstaaet)
        assert svar.data.timer == timer  # type: ignore[attr-defined]
