"""Where the request that failed differs from the last good one."""

from __future__ import annotations

import pytest

from gateway.ledger.laesning.forskelle import Forskel, forskelle

_SOAP = '<s:E xmlns:s="urn:s"><s:Body><t:Tale xmlns:t="urn:t"><t:Type>{}</t:Type>{}</t:Tale></s:Body></s:E>'


@pytest.mark.parametrize(
    ("denne", "god", "venter"),
    [
        ('{"a": 1, "b": {"c": "x"}}', '{"a": 1, "b": {"c": "y"}}', [Forskel("b.c", "x", "y")]),
        # What only one of them has comes first: a missing field is what DFDG most often refuses.
        ('{"a": 1, "d": true}', '{"a": 2, "e": 5}', [Forskel("d", "true", None), Forskel("e", None, "5"), Forskel("a", "1", "2")]),
        (_SOAP.format("1", ""), _SOAP.format("2", "<t:Form>tlf</t:Form>"), [Forskel("Tale.Form", None, "tlf"), Forskel("Tale.Type", "1", "2")]),
        ('{"l": [1, 2]}', '{"l": [1, 3, 4]}', [Forskel("l 3", None, "4"), Forskel("l 2", "2", "3")]),
        ('{"a": 1}', '{"a":1}', []),
        ("garbage", "<a>", []),
    ],
    ids=["a value", "only one has it", "XML", "lists", "the same", "neither XML nor JSON"],
)  # fmt: skip
def test_fields_that_differ_are_named(denne: str, god: str, venter: list[Forskel]) -> None:
    assert forskelle(denne, god) == venter
