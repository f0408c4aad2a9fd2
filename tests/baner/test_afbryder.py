"""The breaker (I5): one citizen never opens it, several do; one probe at a time; the first success closes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.lanes.afbryder import FLERE, Afbryder, Tilstand, efter_adgang, efter_nedbrud, efter_svar, pladser

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)


def aaben() -> Afbryder:
    a = Afbryder()
    for borger in range(FLERE):
        a = efter_nedbrud(a, borger, NU, "http_503")
    return a


def test_one_citizen_alone_never_opens_it() -> None:
    a = Afbryder()
    for _ in range(100):
        a = efter_nedbrud(a, 7, NU, "http_503")
    assert a.tilstand is Tilstand.LUKKET
    assert pladser(a, 10, 0, NU) == 10


def test_several_citizens_in_a_row_open_it() -> None:
    assert aaben().tilstand is Tilstand.AABEN


def test_a_success_between_them_begins_anew() -> None:
    a = efter_nedbrud(efter_nedbrud(Afbryder(), 1, NU, "x"), 2, NU, "x")
    a = efter_nedbrud(efter_svar(a), 3, NU, "x")
    assert a.tilstand is Tilstand.LUKKET


def test_open_it_lets_one_probe_at_a_time() -> None:
    a = aaben()
    assert pladser(a, 10, 0, NU) == 0
    assert pladser(a, 10, 0, NU + timedelta(seconds=1)) == 1
    assert pladser(a, 10, 1, NU + timedelta(seconds=1)) == 0


def test_probes_come_ever_more_seldom_up_to_half_a_minute() -> None:
    a = aaben()
    pauser = []
    for _ in range(8):
        a = efter_nedbrud(a, 1, NU, "http_503")
        assert a.naeste_proeve is not None
        pauser.append((a.naeste_proeve - NU).total_seconds())
    assert pauser == sorted(pauser)
    assert pauser[-1] == 30


def test_the_first_success_closes_it() -> None:
    assert pladser(efter_svar(aaben()), 10, 3, NU) == 10


def test_refused_access_opens_it_at_once() -> None:
    assert efter_adgang(Afbryder(), NU, "1013").tilstand is Tilstand.AABEN
