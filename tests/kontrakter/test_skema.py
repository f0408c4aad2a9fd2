"""The published schemas say what the models check, and what is committed is what the models give."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from contracts.envelope import kuvert_ud
from contracts.events import HAENDELSESTYPER
from contracts.messages import BESKEDTYPER
from contracts.schema import MAPPE, filer, skema, skriv
from contracts.schema.asyncapi import dokument
from contracts.schema.kuvert import KUVERT_IND, KUVERT_UD
from contracts.schema.yaml_ud import yaml
from tests.kontrakter import eksempler as e
from tests.kontrakter.test_beskeder import BESKEDER
from tests.kontrakter.test_haendelser import AFVIST

FILER = filer()

#: Refusals that a JSON Schema can't tell: two fields together, days of the calendar, exact places of a number ...
_FELTER_KUN_I_KODE = {
    "gammeltCpr", "udmeldelsesdato", "moedelink", "slut", "slutdato", "cvGodkendt", "jobcenterDeltog", "data", "cpr",
    "timerPrUge",
}  # fmt: skip
#: ... and moments (format date-time is a note to the reader only), years, and a line break after the last character.
_VAERDIER_KUN_I_KODE = {"2023-02-30", "9999-12-31", "2023-02-10T10:00:00", "2023-02-01", "0101\n", "410\n"}


def _validator(s: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(s, format_checker=FormatChecker())


def test_what_is_committed_is_what_the_models_give() -> None:
    paa_disk = {str(p.relative_to(MAPPE)): p for p in (*MAPPE.glob("json/*"), MAPPE / "asyncapi.yaml")}
    assert set(paa_disk) == set(FILER), "run python -m contracts.schema"
    for navn, tekst in FILER.items():
        assert paa_disk[navn].read_text(encoding="utf-8") == tekst, f"{navn}: run python -m contracts.schema"


def test_writing_takes_away_what_is_no_more(tmp_path: Path) -> None:
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "gammel.v1.schema.json").write_text("{}")
    assert {p.relative_to(tmp_path) for p in skriv(tmp_path)} == {Path(n) for n in FILER}
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == set(FILER)


@pytest.mark.parametrize("type_", sorted({**HAENDELSESTYPER, **BESKEDTYPER}))
def test_the_schema_is_valid_and_takes_the_example(type_: str) -> None:
    s = json.loads(FILER[f"json/{type_}.schema.json"])
    Draft202012Validator.check_schema(s)
    _validator(s).validate(e.data(type_) if type_ in HAENDELSESTYPER else BESKEDER[type_])


_SKEMAET_SER = [
    (type_, felter)
    for type_, felter, felt, _, _ in AFVIST
    if felt not in _FELTER_KUN_I_KODE and not {v for v in felter.values() if isinstance(v, str)} & _VAERDIER_KUN_I_KODE
]


@pytest.mark.parametrize(("type_", "felter"), _SKEMAET_SER, ids=[f"{t}:{f}"[:90] for t, f in _SKEMAET_SER])
def test_the_schema_refuses_what_the_model_refuses(type_: str, felter: dict[str, Any]) -> None:
    assert not _validator(skema(type_, HAENDELSESTYPER[type_])).is_valid(e.data(type_, **felter))


def test_the_envelope_in_takes_what_is_published_and_refuses_what_is_missing() -> None:
    hele = orjson.loads(e.struktureret("akasse.medlem.tilmeldt.v1").value or b"")
    _validator(KUVERT_IND).validate(hele)
    for navn in KUVERT_IND["required"]:
        assert not _validator(KUVERT_IND).is_valid({k: v for k, v in hele.items() if k != navn})


def test_the_envelope_out_takes_what_is_sent() -> None:
    sendt = kuvert_ud(
        "gateway.puls.v1", "1", "/gateway/test", "p", datetime.now(UTC), b"{}", causationid="h", sekvens=1
    )
    _validator(KUVERT_UD).validate(orjson.loads(sendt))


def test_every_type_travels_on_a_topic_and_every_reference_leads_somewhere() -> None:
    d = dokument()
    paa_topics = {t for k in d["channels"].values() for t in k["messages"]}
    assert paa_topics == set(HAENDELSESTYPER) | set(BESKEDTYPER)

    def referencer(v: Any) -> list[str]:
        if isinstance(v, dict):
            egne = [v["$ref"]] if isinstance(v.get("$ref"), str) else []
            return egne + [r for x in v.values() for r in referencer(x)]
        return [r for x in v for r in referencer(x)] if isinstance(v, list) else []

    for r in referencer(d):
        if r.startswith("./"):
            assert r[2:] in FILER, r
            continue
        maal: Any = d
        for del_ in r.removeprefix("#/").split("/"):
            maal = maal[del_]


def test_a_party_is_sent_only_what_is_for_its_kind() -> None:
    kanaler = dokument()["channels"]
    assert "gateway.overdragelse.v1" in kanaler["jobcenter_beskeder"]["messages"]
    assert "gateway.overdragelse.v1" not in kanaler["akasse_beskeder"]["messages"]
    assert "gateway.jobordrekontakt.v1" in kanaler["akasse_beskeder"]["messages"]
    assert "gateway.jobordrekontakt.v1" not in kanaler["jobcenter_beskeder"]["messages"]


_YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda indre: st.lists(indre, max_size=3) | st.dictionaries(st.text("abcno-: #\"'", max_size=4), indre, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abnoy$:", min_size=1, max_size=3), _YAML, min_size=1, max_size=4))
def test_the_yaml_reads_back_as_it_was(v: dict[str, Any]) -> None:
    assert pyyaml.safe_load(yaml(v)) == v


def test_the_committed_asyncapi_document_is_yaml() -> None:
    assert pyyaml.safe_load((MAPPE / "asyncapi.yaml").read_text(encoding="utf-8")) == dokument()
