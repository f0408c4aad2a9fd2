"""JSON as it comes in: nesting, U+0000, equal names, and numbers exactly as they were written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.envelope import Forstaaet, Post, Uforstaaet, UkendtType, fra_raa, laes
from tests.kontrakter import eksempler as e

NU = datetime(2023, 2, 1, 12, tzinfo=UTC)
TYPE = "akasse.medlem.tilmeldt.v1"


def _med_vaerdi(post: Post, vaerdi: bytes) -> Post:
    return Post(post.topic, post.partition, post.offset, post.key, vaerdi, post.headers)


def test_escaped_backslash_before_u0000_is_no_nul() -> None:
    vaerdi = orjson.dumps({**e.kuvert(TYPE), "data": e.data(TYPE, note="\\u0000")})
    assert b"\\\\u0000" in vaerdi
    assert isinstance(laes(e.raa_post(vaerdi), NU), Forstaaet)


def test_exactly_64_levels_and_brackets_in_texts_are_fine() -> None:
    def med_dybde(n: int) -> Post:
        dyb: Any = 1
        for _ in range(n - 2):
            dyb = {"x": dyb}
        return e.struktureret(TYPE, e.data(TYPE, dyb=dyb))

    assert isinstance(laes(med_dybde(64), NU), Forstaaet)
    dybere = laes(med_dybde(65), NU)
    assert isinstance(dybere, Uforstaaet)
    assert dybere.fejl.kode == "for_dyb"
    assert isinstance(laes(e.struktureret(TYPE, e.data(TYPE, note='"' + "[{\\" * 100)), NU), Forstaaet)


def test_numbers_are_kept_as_written() -> None:
    type_ = "akasse.dagpenge.udbetalt.v1"

    def med(tal: bytes) -> Forstaaet | UkendtType | Uforstaaet:
        return laes(
            _med_vaerdi(e.binaer(type_), orjson.dumps(e.data(type_, timerSammenlagt="?")).replace(b'"?"', tal)), NU
        )

    for tal, tekst in ((b"409.99", "409.99"), (b"410", "410"), (b"0.1", "0.1"), (b'"333.00"', "333.00")):
        svar = med(tal)
        assert isinstance(svar, Forstaaet), svar
        assert str(svar.data.timer_sammenlagt) == tekst  # type: ignore[attr-defined]
        assert fra_raa(svar.raa)[1] == svar.data
    # As a float the first would be 410 and reach the limit.
    for tal in (
        b"409.99999999999999999",
        b"409.999",
        b"1e400",
        b"1e-999999999",
        b'"4,5"',
        b"true",
        b"-1",
        b"12345678901",
    ):
        assert isinstance(med(tal), Uforstaaet), tal


def test_unknown_fields_with_numbers_beyond_64_bits_are_told_apart() -> None:
    def med(tal: str) -> bytes:
        post = e.binaer(TYPE)
        svar = laes(_med_vaerdi(post, (post.value or b"")[:-1] + f',"stort":{tal}}}'.encode()), NU)
        assert isinstance(svar, Forstaaet)
        assert fra_raa(svar.raa)[1] == svar.data
        return svar.indhold

    assert med("123456789012345678901234567890") != med("123456789012345678901234567891")


def test_the_last_of_two_equal_names_counts() -> None:
    vaerdi = orjson.dumps(e.data(TYPE))[:-1] + b',"kommunekode":"0751"}'
    svar = laes(_med_vaerdi(e.binaer(TYPE), vaerdi), NU)
    assert isinstance(svar, Forstaaet)
    assert svar.data.kommunekode == "0751"  # type: ignore[attr-defined]
