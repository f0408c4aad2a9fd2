"""O1: the jobcenter confirms or refuses a handover; the a-kasse hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.rules.model import Haendelse, Status
from tests.kontrakter import eksempler
from tests.regler.byg import (
    NABOKOMMUNE,
    Historie,
    beskedtyper,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    tidlig_indsats,
    udmeldt,
)


def svar(h: Historie, tid: str, *, afvist: bool = False, **felter: Any) -> Haendelse:
    id_ = h.borger.forloeb[-1].overdragelse_id if h.borger.forloeb else None
    type_ = f"jobcenter.overdragelse.{'afvist' if afvist else 'modtaget'}.v1"
    return haendelse(type_, tid, **{"overdragelseId": id_ or eksempler.uuid("o"), **felter})


@pytest.mark.parametrize(
    ("afvist", "type_"),
    [(False, "gateway.overdragelse-modtaget.v1"), (True, "gateway.overdragelse-afvist.v1")],
)
def test_O1_the_answer_goes_to_the_akasse_that_handed_over(afvist: bool, type_: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    afg = h.ske(svar(h, "2022-03-11", afvist=afvist))
    assert (afg.status, afg.regel, afg.fri, beskedtyper(afg)) == (
        Status.VIDERESENDT,
        "O1",
        True,
        [(type_, "akasse.09")],
    )
    (s,) = h.borger.overdragelsessvar
    assert (s.afvist is not None) is afvist
    assert h.forloeb.slutdato is not None, "a refusal changes nothing at DFDG"


def test_O1_what_was_never_handed_over_or_is_taken_back_is_not_answered() -> None:
    for h in (historie(), i_forloeb("2022-03-01")):
        afg = h.proev(svar(h, "2022-03-11"))
        assert afg.fejl is not None
        assert (afg.status, afg.fejl.kode, afg.fejl.felt) == (Status.AFVIST, "o1_ukendt_overdragelse", "overdragelseId")


def test_O1_J3_only_the_jobcenter_that_got_it_answers() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    h.ske(flyttet("2022-04-01", NABOKOMMUNE))
    afg = h.proev(svar(h, "2022-04-02", kommune=NABOKOMMUNE))
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "J3", "j3_ikke_modtager")


def test_O1_the_akasse_hears_of_its_own_handover_after_the_member_left() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-10", "2022-03-15"))
    assert h.ske(svar(h, "2022-04-01")).beskeder


def test_O1_J5_not_before_dfdg_has_confirmed_the_member() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    h.borger = replace(h.borger, medlemskaber=tuple(replace(m, bekraeftet=False) for m in h.borger.medlemskaber))
    afg = h.proev(svar(h, "2022-03-11"))
    assert (afg.afvent_bekraeftelse, afg.beskeder) == (True, ())
