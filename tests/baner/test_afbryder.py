"""The breaker (I5): one citizen never opens it, several do; it closes in steps, each on receipts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.lanes import afbryder
from gateway.lanes.afbryder import (
    ANDET_TRIN,
    FLERE,
    Afbryder,
    Raekke,
    Tilstand,
    Udslag,
    aabn,
    efter,
    genaabn,
    tag,
    tagne,
)

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAALMOD = timedelta(seconds=120)
SEKUND = timedelta(seconds=1)


def tag_alt(a: Afbryder, nu: datetime, oensket: int = 10_000) -> tuple[int, Afbryder]:
    antal, a = tag(a, oensket, nu, TAALMOD)
    return antal, tagne(a, antal, nu)


def svar(a: Afbryder, udslag: Udslag, antal: int = 1, ventende: int = 1_000) -> Afbryder:
    for _ in range(antal):
        a = efter(a, a.udgave, udslag, NU, "http_503", ventende)
    return a


def test_I5_one_citizen_alone_never_opens_it() -> None:
    r = Raekke()
    for _ in range(100):
        r = r.efter(Udslag.NEDBRUD, 7)
    assert not r.flere


def test_I5_several_citizens_in_a_row_open_it_and_a_success_between_them_begins_anew() -> None:
    r = Raekke()
    for borger in range(FLERE - 1):
        r = r.efter(Udslag.NEDBRUD, borger)
    assert not r.efter(Udslag.KVITTERET, 99).efter(Udslag.NEDBRUD, FLERE).flere
    assert r.efter(Udslag.NEDBRUD, FLERE).flere


def test_I5_a_closed_one_lets_everything_through() -> None:
    assert tag_alt(Afbryder(), NU, 300) == (300, Afbryder())


def test_I5_it_closes_in_steps_of_one_ten_a_tenth_and_all_each_when_its_claims_are_receipted() -> None:
    a = aabn(Afbryder(), NU, "http_503")
    assert tag_alt(a, NU)[0] == 0, "the pause is not over"
    antal, a = tag_alt(a, NU + SEKUND)
    assert antal == 1
    assert tag_alt(a, NU + SEKUND)[0] == 0, "one lane probes"
    a = svar(a, Udslag.KVITTERET)
    antal, a = tag_alt(a, NU)
    assert antal == ANDET_TRIN
    a = svar(a, Udslag.KVITTERET, ANDET_TRIN - 1)
    assert tag_alt(a, NU)[0] == 0, "a step ends when all its claims have come back"
    a = svar(a, Udslag.KVITTERET, ventende=4_000)
    antal, a = tag_alt(a, NU)
    assert antal == 400, "a tenth of what waits"
    a = svar(a, Udslag.KVITTERET, 400, ventende=3_600)
    assert a.tilstand is Tilstand.LUKKET
    assert tag_alt(a, NU)[0] == 10_000


@pytest.mark.parametrize("trin", [0, 1, 2])
def test_I5_an_outage_answer_in_any_step_opens_it_again(trin: int) -> None:
    a = genaabn(aabn(Afbryder(), NU, "x"), NU)
    for _ in range(trin):
        antal, a = tag_alt(a, NU)
        a = svar(a, Udslag.KVITTERET, antal)
    assert a.trin == trin
    _, a = tag_alt(a, NU)
    a = svar(a, Udslag.NEDBRUD)
    assert (a.tilstand, tag_alt(a, NU)[0]) == (Tilstand.AABEN, 0)


def test_I5_refusals_of_the_content_take_no_step_but_let_another_try() -> None:
    a = genaabn(Afbryder(), NU)
    _, a = tag_alt(a, NU)
    a = svar(a, Udslag.SVARET)
    assert (a.tilstand, a.trin) == (Tilstand.GENAABNER, 0)
    assert tag_alt(a, NU)[0] == 1


def test_I5_with_nothing_left_to_try_one_receipt_is_enough() -> None:
    _, a = tag_alt(genaabn(Afbryder(), NU), NU)
    assert svar(a, Udslag.KVITTERET, ventende=0).tilstand is Tilstand.LUKKET


def test_I5_an_answer_from_before_the_opening_moves_nothing() -> None:
    foer = Afbryder(udgave=4)
    a = aabn(foer, NU, "x")
    _, a = tag_alt(a, NU + SEKUND)
    for udslag in Udslag:
        assert efter(a, foer.udgave, udslag, NU, "x", 5) == a


def test_I5_a_probe_whose_worker_is_gone_is_followed_by_another() -> None:
    _, a = tag_alt(genaabn(Afbryder(), NU), NU)
    assert tag_alt(a, NU + TAALMOD)[0] == 0
    assert tag_alt(a, NU + TAALMOD + SEKUND)[0] == 1


def test_I5_probes_come_ever_more_seldom_up_to_half_a_minute() -> None:
    a, pauser = Afbryder(), []
    for _ in range(8):
        a = aabn(a, NU, "http_503")
        assert a.naeste_proeve is not None
        pauser.append((a.naeste_proeve - NU).total_seconds())
    assert pauser == [1, 3, 7, 15, 30, 30, 30, 30]
    assert a.siden == NU


def test_I5_refused_access_is_told_apart() -> None:
    assert aabn(Afbryder(), NU, "1013", adgang=True).adgang
    _, a = tag_alt(genaabn(Afbryder(), NU), NU)
    assert svar(a, Udslag.ADGANG).adgang


@given(st.lists(st.tuples(st.sampled_from(list(Udslag)), st.integers(0, 40), st.integers(0, 90)), max_size=60))
def test_I5_no_more_is_out_than_a_step_allows_and_it_never_gets_stuck(hop: list[tuple[Udslag, int, int]]) -> None:
    """Whatever comes back in whatever order: within the pause or the patience something may be claimed again."""
    a, nu, ude = aabn(Afbryder(), NU, "x"), NU, [0]
    udgave = a.udgave
    for udslag, oensket, sekunder in hop:
        nu += timedelta(seconds=sekunder)
        antal, a = tag_alt(a, nu, oensket)
        if a.udgave != udgave:
            udgave, ude = a.udgave, [0]
        ude[0] += antal
        if a.tilstand is Tilstand.GENAABNER:
            assert a.ude == ude[0]
            assert a.tilbage >= 0
        if a.tilstand is Tilstand.GENAABNER and a.ude:
            ude[0] -= 1
            a = efter(a, a.udgave, udslag, nu, "x", 500)
            if a.udgave != udgave:
                udgave, ude = a.udgave, [0]
    senere = nu + TAALMOD + timedelta(seconds=afbryder.LAENGSTE_PAUSE + 1)
    assert tag_alt(a, senere, 5)[0] > 0
