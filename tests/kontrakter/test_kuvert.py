"""The envelope: what comes in is understood, or refused with code, field and remedy; nothing that comes in raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Forstaaet, Post, Uforstaaet, UkendtType, fra_raa, kuvert_ud, laes
from contracts.events import HAENDELSESTYPER
from contracts.part import rummer_cpr
from contracts.post_ind import STOERSTE
from tests.kontrakter import eksempler as e

NU = datetime(2023, 2, 1, 12, tzinfo=UTC)
TYPE = "akasse.medlem.tilmeldt.v1"
CE = b"application/cloudevents+json"


def _med_vaerdi(post: Post, vaerdi: bytes) -> Post:
    return Post(post.topic, post.partition, post.offset, post.key, vaerdi, post.headers)


def _afvist(post: Post, nu: datetime = NU) -> Uforstaaet:
    svar = laes(post, nu)
    assert isinstance(svar, Uforstaaet), svar
    return svar


@pytest.mark.parametrize("type_", sorted(HAENDELSESTYPER))
def test_every_type_is_understood_and_both_forms_are_the_same_event(type_: str) -> None:
    a, b = laes(e.struktureret(type_), NU), laes(e.binaer(type_), NU)
    assert isinstance(a, Forstaaet), a
    assert isinstance(b, Forstaaet), b
    assert (a.kuvert, a.data, a.indhold) == (b.kuvert, b.data, b.indhold)
    assert fra_raa(a.raa) == fra_raa(b.raa) == (a.kuvert, a.data)


def test_every_type_has_an_example() -> None:
    assert set(e.DATA) == set(HAENDELSESTYPER)


@pytest.mark.parametrize(
    "hoved",
    [
        ("content-type", CE),
        ("CONTENT-TYPE", b"Application/CloudEvents+JSON"),
        ("content-type", CE + b"; charset=UTF-8"),
        ("trace", b"\xff\xfe"),
        ("other", None),
    ],
)
def test_the_structured_form_is_known_in_any_spelling_and_other_headers_are_ignored(hoved: tuple[str, bytes]) -> None:
    vaerdi = e.struktureret(TYPE).value
    assert isinstance(laes(e.raa_post(vaerdi, hoved), NU), Forstaaet)


def test_structured_content_type_wins_over_ce_headers() -> None:
    post = e.raa_post(e.struktureret(TYPE).value, ("content-type", CE), ("ce_id", b"another"))
    svar = laes(post, NU)
    assert isinstance(svar, Forstaaet)
    assert svar.kuvert.id == "h-1"


def test_a_binary_event_needs_no_content_type() -> None:
    post = e.binaer(TYPE)
    uden = Post(post.topic, 0, 0, post.key, post.value, tuple(h for h in post.headers if h[0] != "content-type"))
    assert isinstance(laes(uden, NU), Forstaaet)


_DYB = b'{"x":' * 70 + b"1" + b"}" * 70
_LISTER = b"[" * 100_000
_STOR = orjson.dumps({**e.kuvert(TYPE), "data": e.data(TYPE, fyld="x" * STOERSTE)})

LAESES_IKKE: list[tuple[str, Post, str]] = [
    ("tombstone", e.raa_post(None), "ikke_json"),
    ("empty", e.raa_post(b""), "ikke_json"),
    ("not JSON", e.raa_post(b"hello", ("content-type", CE)), "ikke_json"),
    ("cut off", e.raa_post(b'{"specversion":"1.0"', ("content-type", CE)), "ikke_json"),
    ("BOM", e.raa_post(b"\xef\xbb\xbf" + (e.struktureret(TYPE).value or b"")), "ikke_json"),
    ("Latin-1", e.raa_post('{"id":"sø"}'.encode("latin-1"), ("content-type", CE)), "ikke_json"),
    ("NaN", e.raa_post(b'{"id":NaN}', ("content-type", CE)), "ikke_json"),
    ("Infinity", e.raa_post(b'{"id":-Infinity}', ("content-type", CE)), "ikke_json"),
    ("number without end", e.raa_post(b'{"id":' + b"9" * 5000 + b"}", ("content-type", CE)), "ikke_json"),
    ("lone surrogate", e.raa_post(b'{"id":"\\ud800"}', ("content-type", CE)), "ikke_json"),
    ("a list", e.raa_post(b"[1]", ("content-type", CE)), "kuvert"),
    ("a number", e.raa_post(b"1"), "kuvert"),
    ("too large", e.raa_post(_STOR, ("content-type", CE)), "for_stor"),
    ("2 MB that is no JSON", e.raa_post(b"x" * 2_000_000, ("content-type", CE)), "for_stor"),
    ("deep objects", e.raa_post(_DYB, ("content-type", CE)), "for_dyb"),
    ("deep lists without end", e.raa_post(_LISTER, ("content-type", CE)), "for_dyb"),
    ("deep in binary", _med_vaerdi(e.binaer(TYPE), _LISTER), "for_dyb"),
    ("NUL in a text", e.struktureret(TYPE, e.data(TYPE, note="a\0b")), "nul_tegn"),
    ("NUL in a name", e.struktureret(TYPE, {**e.data(TYPE), "a\0": 1}), "nul_tegn"),
    ("NUL in a list", e.struktureret(TYPE, e.data(TYPE, note=[{"a": ["\0"]}])), "nul_tegn"),
    ("NUL in the envelope", e.struktureret(TYPE, subject="a\0"), "nul_tegn"),
    ("NUL in a header", e.binaer(TYPE, subject="a\0"), "nul_tegn"),
    ("batch", e.raa_post(b"[]", ("content-type", b"application/cloudevents-batch+json")), "indholdstype"),
    (
        "binary that is no JSON by its type",
        e.raa_post(b"{}", ("content-type", b"text/xml"), ("ce_id", b"1")),
        "indholdstype",
    ),
    ("content-type in Latin-1", e.raa_post(b"{}", ("content-type", b"\xe6"), ("ce_id", b"1")), "indholdstype"),
    ("data of another type", e.struktureret(TYPE, datacontenttype="application/avro"), "indholdstype"),
]


@pytest.mark.parametrize(("post", "kode"), [p[1:] for p in LAESES_IKKE], ids=[p[0] for p in LAESES_IKKE])
def test_unreadable_records_are_refused_by_their_code(post: Post, kode: str) -> None:
    svar = _afvist(post)
    assert svar.fejl.kode == kode
    assert svar.fejl.loesning
    assert svar.raa.endswith(post.value or b"")


def test_exactly_256_kib_is_fine() -> None:
    uden = len(orjson.dumps({**e.kuvert(TYPE), "data": e.data(TYPE, fyld="")}))
    post = e.struktureret(TYPE, e.data(TYPE, fyld="x" * (STOERSTE - uden)))
    assert len(post.value or b"") == STOERSTE == 262_144
    assert isinstance(laes(post, NU), Forstaaet)
    assert _afvist(_med_vaerdi(post, (post.value or b"") + b" ")).fejl.kode == "for_stor"


@pytest.mark.parametrize("vaerdi", [None, b"s\xf8ren", b"\xff"], ids=["null", "latin-1", "ff"])
@pytest.mark.parametrize("navn", ["ce_subject", "CE_Subject", "ce_ukendt"])
def test_a_ce_header_that_is_null_or_not_utf8_is_refused(navn: str, vaerdi: bytes | None) -> None:
    post = e.binaer(TYPE, subject=...)
    svar = _afvist(Post(post.topic, 0, 0, post.key, post.value, (*post.headers, (navn, vaerdi))))
    assert svar.fejl.kode == "header"
    assert (svar.haendelse_id, svar.kilde, svar.type) == ("h-1", "/akasse/09/ledighed", TYPE)


@pytest.mark.parametrize("navn", ["ce_id", "CE_ID", "content-type"])
def test_a_header_that_comes_twice_is_refused(navn: str) -> None:
    post = e.binaer(TYPE)
    dublet = (navn, b"application/json")
    assert _afvist(Post(post.topic, 0, 0, None, post.value, (*post.headers, dublet))).fejl.kode == "header"


KUVERTFEJL: list[tuple[str, dict[str, Any], str, str]] = [
    ("no specversion", {"specversion": ...}, "kuvert", "specversion"),
    ("specversion 0.3", {"specversion": "0.3"}, "kuvert", "specversion"),
    ("no id", {"id": ...}, "kuvert", "id"),
    ("empty id", {"id": ""}, "kuvert", "id"),
    ("id with a line break", {"id": "a\nb"}, "kuvert", "id"),
    ("id too long", {"id": "x" * 257}, "kuvert", "id"),
    ("no source", {"source": ...}, "kuvert", "source"),
    ("no type", {"type": ...}, "kuvert", "type"),
    ("no time", {"time": ...}, "kuvert", "time"),
    ("time without offset", {"time": "2023-02-01T09:30:00"}, "kuvert", "time"),
    ("a date only", {"time": "2023-02-01"}, "kuvert", "time"),
    ("no such day", {"time": "2023-02-30T09:30:00Z"}, "kuvert", "time"),
    ("year 1", {"time": "0001-01-01T00:00:00+14:00"}, "kuvert", "time"),
    ("year 9999", {"time": "9999-12-31T23:59:59-14:00"}, "kuvert", "time"),
    ("time with a line break", {"time": "2023-02-01T09:30:00Z\n"}, "kuvert", "time"),
    ("sekvens negative", {"sekvens": -1}, "kuvert", "sekvens"),
    ("sekvens too large", {"sekvens": 2**63}, "kuvert", "sekvens"),
    ("sekvens a word", {"sekvens": "ti"}, "kuvert", "sekvens"),
    ("source of another form", {"source": "urn:akasse:09"}, "kilde_passer_ikke", "source"),
    ("source of another a-kasse", {"source": "/akasse/07"}, "kilde_passer_ikke", "source"),
    ("source of a jobcentre", {"source": "/jobcenter/09"}, "kilde_passer_ikke", "source"),
    ("source with a longer code", {"source": "/akasse/091"}, "kilde_passer_ikke", "source"),
    ("6 minutes ahead", {"time": (NU + timedelta(minutes=6)).isoformat()}, "fremtidig_tid", "time"),
    ("subject is a CPR number", {"subject": e.PERSON}, "cpr_i_noegle", "subject"),
    ("subject holds another CPR number", {"subject": f"medlem:{e.ANDEN_PERSON}"}, "cpr_i_noegle", "subject"),
    ("subject with a hyphen", {"subject": f"{e.PERSON[:6]}-{e.PERSON[6:]}"}, "cpr_i_noegle", "subject"),
    ("the citizen's number in id", {"id": f"h{e.PERSON}x"}, "cpr_i_noegle", "id"),
    ("the citizen's number in source", {"source": f"/akasse/09/{e.PERSON}"}, "cpr_i_noegle", "source"),
    ("the citizen's number in correlationid", {"correlationid": e.PERSON}, "cpr_i_noegle", "correlationid"),
]


@pytest.mark.parametrize("form", [e.struktureret, e.binaer])
@pytest.mark.parametrize(("attributter", "kode", "felt"), [k[1:] for k in KUVERTFEJL], ids=[k[0] for k in KUVERTFEJL])
def test_faults_of_the_envelope_name_code_and_field(
    form: Any, attributter: dict[str, Any], kode: str, felt: str
) -> None:
    svar = _afvist(form(TYPE, **attributter))
    assert (svar.fejl.kode, svar.fejl.felt) == (kode, felt)
    assert svar.fejl.loesning
    assert e.PERSON not in repr((svar.haendelse_id, svar.kilde, svar.type, svar.fejl, svar.detaljer))


@pytest.mark.parametrize(
    "attributter",
    [
        {"sekvens": True},
        {"sekvens": 1.5},
        {"id": 5},
        {"type": ["a"]},
        {"source": {}},
        {"subject": 7},
        {"time": 1675240200},
    ],
)
def test_attributes_of_a_wrong_json_type_are_refused(attributter: dict[str, Any]) -> None:
    svar = _afvist(e.struktureret(TYPE, **attributter))
    assert (svar.fejl.kode, svar.fejl.felt) == ("kuvert", next(iter(attributter)))


def test_a_source_that_is_not_the_topics_own_is_not_taken_as_the_refused_events_source() -> None:
    assert _afvist(e.struktureret(TYPE, source="/akasse/07")).kilde is None
    assert _afvist(e.struktureret(TYPE, specversion="2")).kilde == "/akasse/09/ledighed"


def test_every_fault_of_the_envelope_is_told_at_once() -> None:
    svar = _afvist(e.struktureret(TYPE, time="nu", sekvens=-1, specversion=...))
    assert {d.felt for d in svar.detaljer} == {"time", "sekvens", "specversion"}


def test_five_minutes_ahead_is_the_clocks_slack() -> None:
    assert isinstance(laes(e.struktureret(TYPE, time=(NU + timedelta(minutes=5)).isoformat()), NU), Forstaaet)


def test_a_refused_event_that_comes_again_later_has_the_same_content() -> None:
    tid = (NU + timedelta(minutes=6)).isoformat()
    foer, efter = _afvist(e.struktureret(TYPE, time=tid)), laes(e.binaer(TYPE, time=tid), NU + timedelta(minutes=2))
    assert isinstance(efter, Forstaaet)
    assert foer.indhold == efter.indhold


@pytest.mark.parametrize(
    ("attributter", "felter"),
    [
        ({"time": "2023-02-01T09:30:01+01:00"}, {}),
        ({"subject": "medlem-2"}, {}),
        ({"erstatter": "h-0"}, {}),
        ({"sekvens": 4}, {}),
        ({}, {"kommunekode": "0147"}),
        ({}, {"ukendtFelt": 1}),
    ],
)
def test_other_content_is_told_apart(attributter: dict[str, Any], felter: dict[str, Any]) -> None:
    ens = laes(e.struktureret(TYPE), NU)
    andet = laes(e.struktureret(TYPE, e.data(TYPE, **felter), **attributter), NU)
    assert isinstance(ens, Forstaaet)
    assert isinstance(andet, Forstaaet)
    assert ens.indhold != andet.indhold


def test_order_of_keys_null_and_transport_attributes_are_no_other_content() -> None:
    ens, omvendt = laes(e.struktureret(TYPE), NU), dict(reversed(e.data(TYPE).items()))
    andet = laes(e.struktureret(TYPE, {**omvendt, "ukendt": None}, correlationid="k", traceparent="t"), NU)
    assert isinstance(ens, Forstaaet)
    assert isinstance(andet, Forstaaet)
    assert ens.indhold == andet.indhold
    assert (andet.kuvert.correlationid, andet.kuvert.traceparent) == ("k", "t")


def test_sekvens_is_a_number_in_both_forms() -> None:
    for form in (e.struktureret, e.binaer):
        svar = laes(form(TYPE, sekvens=12), NU)
        assert isinstance(svar, Forstaaet)
        assert svar.kuvert.sekvens == 12


def test_a_record_key_with_a_cpr_number_is_refused() -> None:
    vaerdi = e.struktureret(TYPE).value
    for noegle in (e.PERSON, f"cpr{e.ANDEN_PERSON}", f"09|{e.ANDEN_PERSON[:6]}-{e.ANDEN_PERSON[6:]}"):
        svar = _afvist(e.raa_post(vaerdi, ("content-type", CE), key=noegle.encode()))
        assert (svar.fejl.kode, svar.fejl.felt) == ("cpr_i_noegle", "key")
    for noegle_ok in (None, b"", b"\xff\xfe\x00\x01", b"medlem-4711", b"0000000042"):
        assert isinstance(laes(e.raa_post(vaerdi, ("content-type", CE), key=noegle_ok), NU), Forstaaet)


@given(st.uuids())
def test_a_uuid_is_never_taken_for_a_cpr_number(uuid: Any) -> None:
    assert not rummer_cpr(str(uuid))
    assert not rummer_cpr(uuid.hex)


def test_a_uuid_that_holds_the_digits_of_a_cpr_number_is_no_cpr_number() -> None:
    assert not rummer_cpr(f"ab{e.PERSON[:6]}-{e.PERSON[6:]}-4000-8000-000000000000")
    assert not rummer_cpr(f"00000000-0000-4000-8000-ab{e.PERSON}")


def test_an_unknown_type_is_no_refusal_and_keeps_its_citizen() -> None:
    for type_ in ("akasse.medlem.tilmeldt.v2", "andet.v1"):
        svar = laes(e.struktureret("akasse.medlem.tilmeldt.v1", type=type_), NU)
        assert isinstance(svar, UkendtType)
        assert (svar.kuvert.type, svar.cpr) == (type_, e.PERSON)
        igen = laes(Post("akasse.09.haendelser.v1", 0, 0, None, svar.raa), NU)
        assert igen == svar


def test_a_type_of_the_other_kind_of_party_is_refused() -> None:
    svar = _afvist(e.struktureret(TYPE, type="jobcenter.jobordre.kontakt.v1"))
    assert (svar.fejl.kode, svar.fejl.felt) == ("type_passer_ikke", "type")


def test_a_refused_event_is_named_when_its_id_can_be_read() -> None:
    assert _afvist(e.raa_post(_STOR, ("content-type", CE))).haendelse_id == "h-1"
    assert _afvist(e.raa_post(b"hello", ("content-type", CE))).haendelse_id is None
    assert _afvist(e.struktureret(TYPE, e.data(TYPE, note="\0"))).haendelse_id == "h-1"


_HOVEDER = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["content-type", "ce_id", "ce_source", "ce_type", "ce_time", "ce_specversion"]), st.text()
        ),
        st.one_of(st.none(), st.binary(max_size=40), st.sampled_from([CE, b"1.0", b"/akasse/09", TYPE.encode()])),
    ),
    max_size=8,
)


@given(st.text(max_size=40), st.one_of(st.none(), st.binary(max_size=60)), st.one_of(st.none(), st.binary()), _HOVEDER)
def test_reading_never_raises_on_arbitrary_bytes(
    topic: str, key: bytes | None, value: bytes | None, hoveder: list[tuple[str, bytes | None]]
) -> None:
    svar = laes(Post(topic, 0, 0, key, value, tuple(hoveder)), NU)
    assert isinstance(svar, Uforstaaet)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda indre: st.lists(indre, max_size=3) | st.dictionaries(st.text(max_size=8), indre, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(HAENDELSESTYPER)), st.data())
def test_one_field_of_any_kind_is_understood_or_refused_without_its_value(type_: str, udtraek: st.DataObject) -> None:
    felt = udtraek.draw(st.sampled_from(sorted(e.data(type_))))
    hemmelig = f"{e.ANDEN_PERSON}-hemmelig"
    vaerdi = udtraek.draw(_JSON | st.just(hemmelig) | st.just([hemmelig]) | st.just({hemmelig: hemmelig}))
    try:
        post = e.struktureret(type_, {**e.data(type_), felt: vaerdi})
    except (orjson.JSONEncodeError, TypeError):  # more than 64 bits, lone surrogates: no JSON to send
        return
    svar = laes(post, NU)
    assert not isinstance(svar, UkendtType)
    if isinstance(svar, Forstaaet):
        assert fra_raa(svar.raa) == (svar.kuvert, svar.data)
    else:
        assert hemmelig not in repr((svar.fejl, svar.detaljer, svar.haendelse_id, svar.kilde, svar.type))
        assert svar.fejl.loesning


def test_out_is_structured_and_leaves_absent_attributes_out() -> None:
    krop = kuvert_ud("gateway.puls.v1", "id-1", "/gateway/test", None, NU, {"dfdg": {}}, sekvens=3)
    assert orjson.loads(krop) == {
        "specversion": "1.0",
        "id": "id-1",
        "source": "/gateway/test",
        "type": "gateway.puls.v1",
        "time": "2023-02-01T12:00:00+00:00",
        "datacontenttype": "application/json",
        "sekvens": 3,
        "data": {"dfdg": {}},
    }
    alle = orjson.loads(
        kuvert_ud(
            "t", "i", "/g", "p", NU, b'{"a":1.10}', causationid="c", correlationid="k", traceparent="t", sekvens=1
        )
    )
    assert (alle["subject"], alle["causationid"], alle["correlationid"], alle["traceparent"]) == ("p", "c", "k", "t")
    assert alle["data"] == {"a": 1.1}
