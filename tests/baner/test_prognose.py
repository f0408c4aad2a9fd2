"""The harm of an outage, foretold from a queue and rates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.lanes.prognose import Lane, Rate, forudsig

KBH = ZoneInfo("Europe/Copenhagen")
NU = datetime(2026, 3, 10, 20, tzinfo=UTC)  # 21 in Copenhagen
MORGEN = datetime(2026, 3, 11, 5, tzinfo=UTC)  # 06 the next day
IDAG, IMORGEN = date(2026, 3, 10), date(2026, 3, 11)
F, P = "FravaerService", "PersonService"


def dag(t: datetime) -> date:
    return t.astimezone(KBH).date()


def test_dates_pass_at_copenhagens_midnight_and_only_because_of_the_outage() -> None:
    lanes = [Lane(F, IDAG)] * 312 + [Lane(F, IMORGEN)] * 50 + [Lane(F)] * 100 + [Lane(F, date(2026, 3, 9))] * 7
    p = forudsig(lanes, {F: Rate(10)}, NU, MORGEN, dag)
    assert (p.forbi, p.forbi_nu, p.borgere) == (312, 7, 469)
    foer_midnat = forudsig(lanes, {F: Rate(10)}, NU, datetime(2026, 3, 10, 22, 30, tzinfo=UTC), dag)
    assert foer_midnat.forbi == 0


def test_draining_takes_the_backlog_and_what_comes_meanwhile_by_the_rate() -> None:
    p = forudsig([Lane(F)] * 2000, {F: Rate(2.0, ind=0.5)}, NU, NU + timedelta(hours=1), dag)
    # 2,000 that wait and 1,800 that come, at two a second less the half that goes on coming.
    assert p.afvikling[0].registreringer == 3800
    assert p.varighed == timedelta(seconds=3800 / 1.5)


def test_the_queues_end_can_pass_a_date_that_its_beginning_keeps() -> None:
    # Back half an hour before midnight; one a second; the hardest dates go first whatever their place.
    til = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    lanes = [Lane(F, IMORGEN)] * 5000 + [Lane(F, IDAG)] * 2000
    assert forudsig(lanes, {F: Rate(1.0)}, NU, til, dag).forbi == 2000 - 1800
    assert forudsig(lanes, {F: Rate(2.0)}, NU, til, dag).forbi == 0


def test_the_slowest_service_says_how_long_and_the_order_is_that_of_the_ends() -> None:
    lanes = [Lane(F)] * 600 + [Lane(P)] * 60
    p = forudsig(lanes, {F: Rate(1.0), P: Rate(10.0)}, NU, MORGEN, dag)
    assert [(a.tjeneste, a.registreringer) for a in p.afvikling] == [(P, 60), (F, 600)]
    assert p.faerdig == MORGEN + timedelta(seconds=600)


def test_a_service_that_is_not_away_passes_nothing() -> None:
    p = forudsig([Lane(F, IDAG)] * 5 + [Lane(P, IDAG)] * 5, {F: Rate(1), P: Rate(1)}, NU, MORGEN, dag, [P])
    assert (p.forbi, p.borgere) == (5, 5)
    assert [a.tjeneste for a in p.afvikling] == [P]


def test_one_citizens_own_events_follow_one_another_however_fast_the_service_is() -> None:
    p = forudsig([Lane(F, bagved=600)], {F: Rate(1000, svartid=0.5)}, NU, MORGEN, dag)
    assert p.varighed == timedelta(seconds=300.5)


@pytest.mark.parametrize(
    ("slutdato", "forsinkede"),
    [(date(2026, 3, 9), 0), (IDAG, 1), (IMORGEN, 0)],  # over before the outage · over during it · still ahead after it
)
def test_a_handover_is_late_when_its_last_day_passes_before_dfdg_has_the_ending(
    slutdato: date, forsinkede: int
) -> None:
    p = forudsig([Lane(F, overdragelser=(slutdato,))], {F: Rate(1)}, NU, MORGEN, dag)
    assert p.overdragelser == forsinkede


def test_where_more_comes_than_is_taken_it_never_ends() -> None:
    p = forudsig([Lane(F)], {F: Rate(1, tilladt=True, ind=1.0)}, NU, MORGEN, dag)
    assert p.faerdig is None
    assert p.varighed is None


def test_nothing_waits_nothing_is_harmed() -> None:
    p = forudsig([], {}, NU, MORGEN, dag)
    assert (p.forbi, p.overdragelser, p.varighed, p.afvikling) == (0, 0, timedelta(0), ())
