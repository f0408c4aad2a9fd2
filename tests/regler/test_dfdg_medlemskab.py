"""J5: DFDG's word of a membership against the a-kasse's, and what the state becomes by it."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.events.interne_dfdg import DfdgMedlemskab
from gateway.rules.dfdg_medlemskab import TYPE, Modsigelse, Periode, modsigelser, nye
from gateway.rules.model import Haendelse, Part, Status
from gateway.rules.tilstand import Borger, Medlemskab
from tests.regler.byg import AKASSE, ANDEN_AKASSE, VOKSEN, Historie, dag, haendelse, i_forloeb, kl, samtale

IDAG = dag("2022-05-01")


def periode(tekst: str, akasse: str = AKASSE) -> Periode:
    start, _, slut = tekst.partition("/")
    return Periode(akasse, dag(start), dag(slut) if slut else None)


def sagt(udmeldt: str | None = None, *, bekraeftet: bool = True) -> Borger:
    return Borger(medlemskaber=(Medlemskab(AKASSE, bekraeftet, dag(udmeldt) if udmeldt else None),))


@pytest.mark.parametrize(
    ("udmeldt", "perioder", "ventet"),
    [
        (None, ["2020-01-01"], None),
        (None, ["2020-01-01/2022-05-31"], ("anden_slutdato", "2022-05-31")),
        ("2022-05-31", ["2020-01-01/2022-05-31"], None),
        ("2022-05-31", ["2020-01-01"], None),  # still to come: DFDG may learn of it
        (None, ["2020-01-01/2022-04-30"], ("ikke_medlem", "2022-04-30")),
        (None, [], ("ikke_medlem", None)),
        (None, ["2022-05-02"], None),
        ("2022-04-30", [], None),
        ("2022-04-30", ["2020-01-01/2022-04-30"], None),
        ("2022-04-30", ["2020-01-01"], ("ikke_udmeldt", None)),
        ("2022-04-30", ["2020-01-01/2022-04-15"], None),  # both over
    ],
)
def test_J5_where_dfdg_contradicts_the_akasse(
    udmeldt: str | None, perioder: list[str], ventet: tuple[str, str | None] | None
) -> None:
    fundet = modsigelser(sagt(udmeldt), [periode(p) for p in perioder], IDAG)
    if ventet is None:
        assert fundet == ()
    else:
        art: Any = ventet[0]
        dato = dag(ventet[1]) if ventet[1] else None
        assert fundet == (Modsigelse(AKASSE, art, dato, dag(udmeldt) if udmeldt else None),)


def dfdg_siger(tid: str, akasse: str, start: str, slut: str | None = None) -> Haendelse:
    data = DfdgMedlemskab.model_validate(
        {"cpr": VOKSEN, "akassekode": akasse, "startdato": start, **({"slutdato": slut} if slut else {})}
    )
    return Haendelse("/gateway/test", tid + akasse, TYPE, kl(tid), Part("gateway", "dfdg"), data)


def medlemmer(h: Historie) -> dict[str, tuple[bool, str | None]]:
    return {m.akassekode: (m.bekraeftet, m.udmeldt.isoformat() if m.udmeldt else None) for m in h.borger.medlemskaber}


def test_J5_another_akasses_membership_ends_the_claim_and_no_course() -> None:
    h = i_forloeb("2022-03-01")
    assert h.ske(dfdg_siger("2022-05-01", ANDEN_AKASSE, "2022-04-15")).status is Status.NOTERET
    assert medlemmer(h) == {AKASSE: (True, "2022-04-14"), ANDEN_AKASSE: (True, None)}
    assert h.forloeb.slutdato is None
    assert h.ske(haendelse("akasse.minplan.publiceret.v1", "2022-05-02")).regel == "J3"
    assert h.ske(samtale("2022-05-02", "raadighed", akasse=ANDEN_AKASSE)).status is Status.REGISTRERET


def test_J5_an_ended_membership_ends_the_claim_on_its_last_day() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(dfdg_siger("2022-05-01", AKASSE, "2020-01-01", "2022-04-30"))
    assert medlemmer(h) == {AKASSE: (True, "2022-04-30")}


def test_J5_a_membership_that_goes_on_takes_back_the_leaving() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(dfdg_siger("2022-05-01", AKASSE, "2020-01-01", "2022-04-30"))
    h.ske(dfdg_siger("2022-05-02", AKASSE, "2020-01-01"))
    assert medlemmer(h) == {AKASSE: (True, None)}


@pytest.mark.parametrize(
    ("tilstand", "perioder", "ventet"),
    [
        (sagt(), [periode("2020-01-01")], []),
        (sagt(bekraeftet=False), [periode("2020-01-01")], [AKASSE]),
        (sagt(), [periode("2020-01-01/2022-04-30")], [AKASSE]),
        (sagt(), [periode("2020-01-01/2022-04-30"), periode("2022-05-01", ANDEN_AKASSE)], [AKASSE, ANDEN_AKASSE]),
        (sagt("2022-04-30"), [periode("2020-01-01/2022-04-30")], []),
        (Borger(), [periode("2018-01-01/2019-01-01")], []),
    ],
)
def test_J5_only_what_is_otherwise_is_loaded(tilstand: Borger, perioder: list[Periode], ventet: list[str]) -> None:
    assert [p.akassekode for p in nye(tilstand, perioder, IDAG)] == ventet
