"""Code lists: well-formed, each row with a source, nothing unknown made up, and every code in use has its row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from contracts import codes
from contracts.codes import Kodeliste, Koderaekke, liste, navne
from contracts.events.faelles import Formaal, Samtaleform, Tilbudstype
from tests.kontrakter import kildekode

FORVENTEDE = {
    "aarsagskode",
    "afmeldingsaarsag",
    "brugertype",
    "dfdg_fejlkode",
    "fejl",
    "flag",
    "formaal",
    "fravaerstype",
    "organisationstype",
    "pligter",
    "samtaleform",
    "samtaletype",
    "tilbudstype",
}
EGNE = ("fejl", "flag", "pligter")


def test_the_lists_are_there() -> None:
    assert set(navne()) >= FORVENTEDE
    with pytest.raises(KeyError):
        liste("findes_ikke")


@pytest.mark.parametrize("navn", sorted(FORVENTEDE))
def test_every_row_has_text_source_and_certainty_and_codes_are_unique(navn: str) -> None:
    raekker = liste(navn).raekker
    assert raekker
    for r in raekker:
        assert r.tekst, r
        assert r.kilde, r
        assert r.kode or r.navn, r
        assert r.fra is None or r.til is None or r.fra <= r.til, r
        assert (r.kode, r.tekst, r.kilde) == (r.kode.strip(), r.tekst.strip(), r.kilde.strip())
    koder = [r.kode for r in raekker if r.kode]
    assert len(koder) == len(set(koder))
    egne_navne = [r.navn for r in raekker if r.navn]
    assert len(egne_navne) == len(set(egne_navne))


@pytest.mark.parametrize("navn", sorted(FORVENTEDE))
def test_the_unknown_is_visibly_unknown(navn: str) -> None:
    for r in liste(navn).raekker:
        if r.sikkerhed == "ukendt":
            assert r.tekst.startswith("[unknown]"), r
        if not r.kode:
            assert r.sikkerhed == "ukendt", r


@pytest.mark.parametrize("navn", sorted(FORVENTEDE - set(EGNE) - {"formaal", "tilbudstype", "aarsagskode"}))
def test_what_was_read_names_a_public_page(navn: str) -> None:
    for r in liste(navn).raekker:
        assert r.kilde.startswith("https://") or "adresse kendes ikke" in r.kilde, r


def test_every_refusal_says_what_would_be_right() -> None:
    assert all(r.ekstra["loesning"] for r in liste("fejl").raekker)


@pytest.mark.parametrize(
    ("navn", "ord_"),
    [
        ("samtaletype", get_args(Formaal)),
        ("samtaleform", get_args(Samtaleform)),
        ("tilbudstype", get_args(Tilbudstype)),
    ],
)
def test_every_word_of_the_events_has_a_row(navn: str, ord_: tuple[str, ...]) -> None:
    assert [o for o in ord_ if liste(navn).ved_navn(o) is None] == []


def test_codes_of_dfdg_that_the_rules_stand_on() -> None:
    def kode(navn: str, ord_: str) -> str | None:
        raekke = liste(navn).ved_navn(ord_)
        return raekke.kode if raekke else None

    assert kode("fravaerstype", "kontaktforloeb") == "75"
    assert kode("fravaerstype", "ferie") == "10"
    assert [kode("samtaletype", f) for f in ("cv", "raadighed", "jobsamtale", "faelles")] == ["10", "15", "7", "17"]
    assert liste("aarsagskode").koder == {"38", "41", "42", "43", "44", "45", "46"}
    # Not public, so no number may stand here (M3).
    assert kode("fravaerstype", "mindre_intensiv.job") == kode("organisationstype", "akasse") == ""


def test_dfdgs_codes_have_a_class_that_is_marked_as_concluded() -> None:
    klasser = {"forbigaaende", "forretning", "adgang", "allerede_udfoert", "ukendt"}
    for r in liste("dfdg_fejlkode").raekker:
        assert r.kode.isdigit(), r
        assert r.ekstra["klasse"] in klasser, r
        assert r.ekstra["klasse_sikkerhed"] == "udledt", r
    for kode, klasse in {
        "1011": "forbigaaende",
        "4977": "allerede_udfoert",
        "1101": "adgang",
        "4322": "forretning",
    }.items():
        raekke = liste("dfdg_fejlkode").find(kode)
        assert raekke is not None
        assert raekke.ekstra["klasse"] == klasse


def test_a_code_is_looked_up_by_the_day() -> None:
    def raekke(kode: str, fra: date | None, til: date | None) -> Koderaekke:
        return Koderaekke(kode, kode, fra, til, "k", "egen", {"navn": "n"})

    skift = date(2024, 1, 1)
    gammel, ny = raekke("1", None, date(2023, 12, 31)), raekke("2", skift, None)
    koder = Kodeliste("x", (gammel, ny))
    assert koder.ved_navn("n", date(2023, 12, 31)) == gammel
    assert koder.ved_navn("n", skift) == ny
    assert koder.find("1", skift) is None
    assert koder.find("1") == gammel
    assert koder.find("") is None
    assert koder.gaeldende(skift) == (ny,)


def test_a_malformed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "files", lambda _: tmp_path)
    hoved = "kode;tekst;fra;til;kilde;sikkerhed\n"
    for navn, indhold in {
        "kolonner": "tekst;kode\n",
        "kort": hoved + "1;t\n",
        "lang": hoved + "1;t;;;k;egen;mere\n",
        "sikkerhed": hoved + "1;t;;;k;maaske\n",
        "dato": hoved + "1;t;2023-13-01;;k;egen\n",
    }.items():
        (tmp_path / f"{navn}.csv").write_text(indhold, encoding="utf-8")
        with pytest.raises(ValueError, match=r".+"):
            codes.liste.__wrapped__(navn)


def test_every_refusal_code_in_the_source_has_a_row() -> None:
    brugt = kildekode.fejlkoder("contracts", "gateway", "consumers", "producers")
    assert {"skema", "kuvert", "s10_cv_godkendt", "id_genbrugt"} <= set(brugt)
    assert {k: f for k, f in brugt.items() if k not in liste("fejl").koder} == {}


def test_every_flag_in_the_source_has_a_row() -> None:
    brugt = kildekode.flag("gateway")
    assert {"ukendt_indstilling", "frist_overskredet", "over_seks_uger"} <= set(brugt)
    # A flag put together (regel_<id>) shows as its beginning.
    mangler = {f: fil for f, fil in brugt.items() if not any(k.startswith(f) for k in liste("flag").koder)}
    assert mangler == {}


def test_every_duty_in_the_source_has_a_row() -> None:
    assert {p: f for p, f in kildekode.pligter("gateway").items() if p not in liste("pligter").koder} == {}


@pytest.mark.parametrize("navn", ["fejl", "flag", "pligter"])
def test_no_row_stands_for_a_code_that_nothing_gives(navn: str) -> None:
    """A publisher who reads the list prepares for what can come, and for nothing else."""
    givne = kildekode.tekster("contracts", "gateway", "consumers", "producers")
    givne |= {f"regel_{regel.lower()}" for regel in kildekode.ikke_omfattet()}
    assert set(liste(navn).koder) - givne == set()
