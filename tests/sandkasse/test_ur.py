"""The stand-in's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sandbox.dfdg.ur import Ur


def test_the_logs_time_never_stands_still_nor_goes_back() -> None:
    ur = Ur()
    sidste_linje = datetime.now(UTC) + timedelta(hours=1)  # the machine's clock was set back since
    ur.spring_til_efter(sidste_linje)
    tider = [ur.tid() for _ in range(100)]
    assert sidste_linje < tider[0]
    assert tider == sorted(set(tider))


def test_the_date_is_moved_and_brought_back() -> None:
    ur = Ur()
    ur.saet_idag(date(2024, 2, 29))
    assert ur.idag() == date(2024, 2, 29)
    assert ur.nu().tzinfo is UTC
    assert abs(ur.tid() - datetime.now(UTC)) < timedelta(days=1)  # the log keeps the machine's own time
    ur.saet_idag(None)
    assert ur.flyttet_dage == 0
