"""Settings: an installation that would be wrong or unsafe refuses to start, and says which variable to put right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.codes import Kodevaerdi
from gateway.drift import hent_settings
from gateway.errors import Opsaetningsfejl
from gateway.opsaetning import koder
from gateway.rules import kodebrug
from gateway.settings import (
    DfdgSettings,
    KafkaSettings,
    LytSettings,
    RulesSettings,
    Settings,
    dato,
    eksempel,
    laes_csv,
)

HEMMELIGHED = "en-hemmelighed-paa-mindst-32-tegn"
DAEKNING = ("akassekode", "kommunekode", "fra", "til")


@pytest.fixture
def sat(tmp_path: Path) -> dict[str, str]:
    """The environment of a production that may start."""
    (tmp_path / "klienter").mkdir()
    (tmp_path / "ca.pem").touch()
    return {
        "GATEWAY_DFDG__BASE_URL": "https://dfdg.example.dk",
        "GATEWAY_DFDG__CLIENT_CERTIFICATE": str(tmp_path / "klienter"),
        "GATEWAY_DFDG__CA": str(tmp_path / "ca.pem"),
        "GATEWAY_RULES__DAEKNING": "daekning.csv",
        "GATEWAY_RULES__FRIKOMMUNER": "frikommuner.csv",
        "GATEWAY_RULES__KODER": "koder.csv",
        "GATEWAY_PSEUDONYM_KEY": HEMMELIGHED,
        "GATEWAY_KAFKA__BOOTSTRAP_SERVERS": "kafka.example.dk:9092",
        "GATEWAY_DATABASE__URL": "postgresql://gateway@db.example.dk/gateway",
    }


def _fra(monkeypatch: pytest.MonkeyPatch, miljoe: dict[str, str]) -> Settings:
    for navn, vaerdi in miljoe.items():
        monkeypatch.setenv(navn, vaerdi)
    return hent_settings()


def test_a_production_with_everything_set_starts(monkeypatch: pytest.MonkeyPatch, sat: dict[str, str]) -> None:
    settings = _fra(monkeypatch, sat)
    assert settings.produktion
    settings.kontroller()


@pytest.mark.parametrize("uden", ["RULES__DAEKNING", "RULES__FRIKOMMUNER", "RULES__KODER", "PSEUDONYM_KEY", "DFDG__CLIENT_CERTIFICATE",
                                  "DFDG__CA", "KAFKA__BOOTSTRAP_SERVERS", "DATABASE__URL"])  # fmt: skip
def test_M3_production_falls_back_on_no_example(
    monkeypatch: pytest.MonkeyPatch, sat: dict[str, str], uden: str
) -> None:
    del sat[f"GATEWAY_{uden}"]
    with pytest.raises(Opsaetningsfejl, match=rf"needs GATEWAY_{uden};"):
        _fra(monkeypatch, sat).kontroller()


@pytest.mark.parametrize("navn", ["daekning", "frikommuner", "koder"])
def test_M3_production_does_not_start_on_an_example_nor_on_a_copy_of_one(
    monkeypatch: pytest.MonkeyPatch, sat: dict[str, str], tmp_path: Path, navn: str
) -> None:
    variabel = f"GATEWAY_RULES__{navn.upper()}"
    kopi = tmp_path / "vores.csv"
    kopi.write_bytes(eksempel(f"{navn}.csv").read_bytes())
    for fil in (eksempel(f"{navn}.csv"), kopi):
        with pytest.raises(Opsaetningsfejl, match=f"{variabel}: .* is the example"):
            _fra(monkeypatch, {**sat, variabel: str(fil)}).kontroller()
    kopi.write_text(kopi.read_text() + "\n# rettet\n")
    _fra(monkeypatch, {**sat, variabel: str(kopi)}).kontroller()


@pytest.mark.parametrize(
    ("navn", "vaerdi", "siger"),
    [
        ("GATEWAY_CLOCK", "haendelser", "GATEWAY_CLOCK"),
        ("GATEWAY_PSEUDONYM_KEY", "kort", "32 bytes"),
        ("GATEWAY_DFDG__BASE_URL", "http://dfdg.example.dk", "GATEWAY_DFDG__BASE_URL: plain http"),
        ("GATEWAY_DFDG__BASE_URL", "dfdg.example.dk", "https://"),
        ("GATEWAY_DFDG__CA", "/findes/ikke.pem", "GATEWAY_DFDG__CA"),
        ("GATEWAY_KAFKA__SECURITY_PROTOCOL", "SASL_SSL", "GATEWAY_KAFKA__SASL_USERNAME, GATEWAY_KAFKA__SASL_PASSWORD"),
        ("GATEWAY_DFDG__BASEURL", "https://dfdg.example.dk", "GATEWAY_DFDG__BASEURL"),
        ("GATEWAY_DFGD__BASE_URL", "https://dfdg.example.dk", "GATEWAY_DFGD__BASE_URL"),
        ("GATEWAY_OPS__LISTEN", "8080", "GATEWAY_OPS__LISTEN"),
        ("GATEWAY_DFDG__LEASE", "43", "GATEWAY_DFDG__LEASE"),
        ("GATEWAY_DFDG__STILLETID", "-1", "GATEWAY_DFDG__STILLETID"),
        ("GATEWAY_RULES__GENAABNING", "maaske", "GATEWAY_RULES__GENAABNING"),
    ],
)
def test_what_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, sat: dict[str, str], navn: str, vaerdi: str, siger: str
) -> None:
    with pytest.raises(Opsaetningsfejl, match=siger):
        _fra(monkeypatch, {**sat, navn: vaerdi}).kontroller()


@pytest.mark.parametrize("adresse", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", None])
def test_loopback_is_no_production_and_needs_nothing(adresse: str | None) -> None:
    settings = Settings(dfdg=DfdgSettings(base_url=adresse))
    assert not settings.produktion
    settings.kontroller()


def test_one_service_on_another_machine_makes_it_production(tmp_path: Path) -> None:
    """Otherwise example codes would reach a real DFDG behind a loopback base address."""
    fil = tmp_path / "adresser.csv"
    fil.write_text("tjeneste;url\nFravaer;https://fravaer.example.dk\n")
    settings = Settings(dfdg=DfdgSettings(base_url="http://127.0.0.1:1", adresser=fil))
    assert settings.produktion
    with pytest.raises(Opsaetningsfejl, match="GATEWAY_RULES__DAEKNING"):
        settings.kontroller()
    fil.write_text("tjeneste;url\nFravaer;http://fravaer.example.dk\n")
    with pytest.raises(Opsaetningsfejl, match="ADRESSER, Fravaer: plain http"):
        settings.kontroller()


@pytest.mark.parametrize(("tider", "gaelder"), [((3, 10, 30, 43), False), ((3, 10, 30, 43.1), True)])
def test_I11_the_lease_outlasts_an_attempt(tider: tuple[float, ...], gaelder: bool) -> None:
    navne = ("connect_timeout", "send_timeout", "answer_timeout", "lease")
    opsat: dict[str, Any] = dict(zip(navne, tider, strict=True))
    if gaelder:
        assert DfdgSettings(**opsat).lease == tider[3]
    else:
        with pytest.raises(ValidationError, match="LEASE"):
            DfdgSettings(**opsat)


def test_secrets_show_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        pseudonym_key=HEMMELIGHED, kafka=KafkaSettings(sasl_username="gateway", sasl_password=HEMMELIGHED)
    )
    assert HEMMELIGHED not in repr(settings) + str(settings) + settings.model_dump_json()
    monkeypatch.setenv("GATEWAY_KAFKA__SASL_PASWORD", HEMMELIGHED)
    with pytest.raises(ValidationError) as fejl:
        Settings()
    assert HEMMELIGHED not in str(fejl.value)


def test_the_embedded_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(16) as traade:
        noegler = set(traade.map(lambda _: settings.noegle(), range(64)))
    assert len(noegler) == 1
    assert len(noegler.pop()) == 64
    assert (tmp_path / "data" / "noegle").stat().st_mode & 0o077 == 0
    assert [f.name for f in (tmp_path / "data").iterdir()] == ["noegle"]


@pytest.mark.parametrize("adresse", ["0.0.0.0:8080", "localhost:0", "[::1]:8080"])
def test_where_http_is_served(adresse: str) -> None:
    assert LytSettings(listen=adresse).listen == adresse


# --- files ----------------------------------------------------------------------------------------------


def _fil(tmp_path: Path, indhold: bytes) -> Path:
    fil = tmp_path / "daekning.csv"
    fil.write_bytes(indhold)
    return fil


def test_comments_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    fil = _fil(
        tmp_path, b"\xef\xbb\xbf# aftale\r\nakassekode;kommunekode;fra;til\r\n\r\n 09 ;*;2020-01-01;2023-12-31\r\n"
    )
    assert list(laes_csv(fil, DAEKNING)) == [
        {"akassekode": "09", "kommunekode": "*", "fra": "2020-01-01", "til": "2023-12-31"}
    ]


@pytest.mark.parametrize(
    ("indhold", "siger"),
    [
        (b"", "the first line must be akassekode;kommunekode;fra;til"),
        (b"akassekode,kommunekode,fra,til\n", "the first line must be"),
        (b"# x\nakassekode;kommunekode;fra;til\n\n09;*;2020-01-01\n", "line 4: needs 4 values"),
        (b"akassekode;kommunekode;fra;til\n09;*;2020-01-01;2023-12-31;x\n", "line 2: needs 4 values"),
        ("akassekode;kommunekode;fra;til\n# Ærø\n".encode("latin-1"), "save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, indhold: bytes, siger: str) -> None:
    with pytest.raises(Opsaetningsfejl, match=siger) as fejl:
        list(laes_csv(_fil(tmp_path, indhold), DAEKNING))
    assert "daekning.csv" in str(fejl.value)


def test_a_missing_file_and_a_wrong_date_are_named(tmp_path: Path) -> None:
    with pytest.raises(Opsaetningsfejl, match=r"findes-ikke\.csv"):
        list(laes_csv(tmp_path / "findes-ikke.csv", DAEKNING))
    with pytest.raises(Opsaetningsfejl, match="YYYY-MM-DD"):
        dato(tmp_path, "31-12-2023")


def test_R1_the_example_covers_nine_a_kasser_one_of_them_in_four_kommuner() -> None:
    raekker = list(laes_csv(eksempel("daekning.csv"), DAEKNING))
    hele_landet = {r["akassekode"] for r in raekker if r["kommunekode"] == "*"}
    assert len({r["akassekode"] for r in raekker}) == 9
    assert {r["kommunekode"] for r in raekker if r["akassekode"] not in hele_landet} == {"0101", "0147", "0461", "0751"}
    assert {(r["fra"], r["til"]) for r in raekker} == {("2020-01-01", "2023-12-31")}


def test_the_examples_say_that_they_are_examples() -> None:
    for navn in ("daekning.csv", "frikommuner.csv", "koder.csv"):
        assert eksempel(navn).read_text().startswith("# Example")
    koder = laes_csv(eksempel("koder.csv"), ("liste", "kode", "tekst", "fra", "til", "kilde"))
    assert {r["kilde"] for r in koder} == {"eksempel"}


def test_rules_take_their_files_from_the_settings(monkeypatch: pytest.MonkeyPatch, sat: dict[str, str]) -> None:
    regler = _fra(monkeypatch, {**sat, "GATEWAY_RULES__GENAABNING": "stop"}).rules
    assert regler == RulesSettings(
        daekning=Path("daekning.csv"), frikommuner=Path("frikommuner.csv"), koder=Path("koder.csv"), genaabning="stop"
    )
    assert dato(Path("x"), "2023-12-31") == date(2023, 12, 31)


# --- codes of the installation ---------------------------------------------------------------------------


def _koder(tmp_path: Path, *raekker: str) -> dict[str, Kodevaerdi]:
    fil = tmp_path / "koder.csv"
    fil.write_text("\n".join(["liste;kode;tekst;fra;til;kilde", *raekker]))
    return koder(Settings(rules=RulesSettings(koder=fil)))


@pytest.mark.parametrize(
    ("dag", "kode"),
    [("2026-06-30", "901"), ("2026-07-01", "911"), ("2026-12-31", "911"), ("2027-01-01", None)],
)
def test_M3_a_code_of_the_installation_is_in_force_on_both_its_dates_and_never_outside_them(
    tmp_path: Path, dag: str, kode: str | None
) -> None:
    navn = "fravaerstype.mindre_intensiv.job"
    sat = _koder(tmp_path, f"{navn};901;gammel;;2026-06-30;x", f"{navn};911;ny;2026-07-01;2026-12-31;x")
    assert kodebrug.kode(sat, *navn.split(".", 1), date.fromisoformat(dag)).kode == kode


def test_M3_a_row_without_a_code_stays_unset_and_one_without_dates_is_always_in_force(tmp_path: Path) -> None:
    assert _koder(tmp_path, "cvstatus.godkendt;;ukendt;;;x", "cvstatus.ikke_godkendt;2;nej;;;x") == {
        "cvstatus.ikke_godkendt": "2"
    }


@pytest.mark.parametrize(
    ("raekker", "siger"),
    [
        (("cvstatus.godkendt;1;a;;;x", "cvstatus.godkendt;2;b;2026-01-01;;x"), "two codes on one day"),
        (("cvstatus.godkendt;1;a;;2026-01-01;x", "cvstatus.godkendt;2;b;2026-01-01;;x"), "two codes on one day"),
        (("cvstatus.godkendt;1;a;2026-02-01;2026-01-01;x",), "ends before it begins"),
        (("cvstatus.godkendt;1;a;01-02-2026;;x",), "YYYY-MM-DD"),
    ],
)
def test_M3_a_file_of_codes_that_says_two_things_is_refused(
    tmp_path: Path, raekker: tuple[str, ...], siger: str
) -> None:
    with pytest.raises(Opsaetningsfejl, match=siger):
        _koder(tmp_path, *raekker)
