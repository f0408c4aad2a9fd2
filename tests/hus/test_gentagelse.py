"""What is tried until it succeeds says so in the log, by a name, and never what the error said (I8)."""

from __future__ import annotations

import logging

import pytest

from gateway.gentagelse import til_det_lykkes


async def _proev(fejl: list[BaseException], *ventede: type[BaseException]) -> int:
    antal = 0
    async for forsoeg in til_det_lykkes("noget", *ventede):
        with forsoeg:
            antal += 1
            if fejl:
                raise fejl.pop(0)
    return antal


async def test_it_is_tried_until_it_succeeds_and_told_each_time(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gateway.gentagelse"):
        assert await _proev([ConnectionError("hemmeligt"), TimeoutError()], OSError) == 3
    linjer = [(r.getMessage(), r.__dict__["hvad"], r.__dict__["fejl"]) for r in caplog.records]
    assert linjer == [("retrying", "noget", "ConnectionError"), ("retrying", "noget", "TimeoutError")]
    assert "hemmeligt" not in caplog.text


async def test_another_error_is_raised() -> None:
    with pytest.raises(ValueError, match="andet"):
        await _proev([ValueError("andet")], OSError)
