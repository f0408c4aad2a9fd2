"""The decision trees are true: every answer that the rules give is a leaf, and every leaf is an answer they give."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from gateway.rules import katalog
from gateway.rules.afgoer import KAPITLER
from gateway.rules.trae import Blad, Trae, Udfald, blade, videre
from tests.regelbog import korpus
from tests.regelbog.optager import Svar


@pytest.fixture(scope="module")
def svarene(tmp_path_factory: pytest.TempPathFactory) -> set[Svar]:
    return korpus.tabeltests(tmp_path_factory.mktemp("regelbog")) | korpus.historier() | korpus.scenarier()


def _gaelder(trae: Trae, svar: Svar) -> list[Trae]:
    """The tree, and those that it goes on in for this event."""
    videre_til = [katalog.TRAE_FOR[v.til or svar.type] for v in videre(trae.rod) if trae is not katalog.EGNE]
    return [trae, *videre_til]


def _rammer(trae: Trae, u: Udfald) -> list[Blad]:
    return [b for b in blade(trae.rod) if b.passer(u)]


def uden_blad(svarene: Iterable[Svar]) -> list[str]:
    """Answers that no leaf, or more than one of a tree, stands for; flags and duties that the tree does not name."""
    fejl = set()
    for s in svarene:
        traeer = _gaelder(katalog.TRAEER[s.trae], s)
        rammer = [_rammer(t, s.udfald) for t in traeer]
        if not any(rammer) or any(len(r) > 1 for r in rammer):
            fejl.add(f"{s.trae} ({s.type}): {s.udfald}, leaves: {rammer}")
        for navn, har, maa in (
            ("flag", s.flag, {x for t in traeer for x in t.flag}),
            ("duty", s.pligter, {x for t in traeer for x in t.pligter}),
        ):
            if s.trae != katalog.ERSTATTET.navn or any(_rammer(t, s.udfald) for t in traeer[1:]):
                fejl |= {f"{s.trae}: {navn} {x} is not named" for x in har - maa}
    return sorted(fejl)


def test_every_event_type_has_a_tree() -> None:
    assert set(katalog.TRAE_FOR) == set(KAPITLER)
    assert len(katalog.TRAEER) == len(list(katalog.TRAEETS_HJEM))


def test_the_rules_of_the_leaves_are_on_the_list() -> None:
    naevnte = {b.regel for t in katalog.TRAEER.values() for b in blade(t.rod)} - {None, "…"}
    assert naevnte <= set(katalog.REGLER)


def test_every_answer_is_a_leaf_of_its_events_tree(svarene: set[Svar]) -> None:
    assert len(svarene) > 300
    fejl = uden_blad(svarene)
    assert not fejl, "\n".join(["", *fejl])


@pytest.mark.parametrize("navn", katalog.TRAEER)
def test_every_leaf_is_an_answer_that_some_case_gets(navn: str, svarene: set[Svar]) -> None:
    trae = katalog.TRAEER[navn]
    egne = [s for s in svarene if s.trae == navn]
    unaaede = [b for b in blade(trae.rod) if not any(b.passer(s.udfald) for s in egne)]
    assert not unaaede, "\n".join(["no case gets", *map(str, unaaede)])
    unaaede_flag = set(trae.flag) - {x for s in egne for x in s.flag}
    assert not unaaede_flag, f"no case gets the flags {unaaede_flag}"
    unaaede_pligter = set(trae.pligter) - {x for s in egne for x in s.pligter}
    assert not unaaede_pligter, f"no case gets the duties {unaaede_pligter}"


def test_an_answer_that_is_not_written_down_is_named() -> None:
    """The judge itself: another status, rule, code or text is no leaf."""
    ret = Svar("tilmeldt", "akasse.medlem.tilmeldt.v1", Udfald("noteret", "V3", "Tilmeldingen er noteret."))
    assert uden_blad([ret]) == []
    for u in (
        Udfald("registreret", "V3", "Tilmeldingen er noteret."),
        Udfald("noteret", "V1", "Tilmeldingen er noteret."),
        Udfald("noteret", "V3", "Tilmeldingen er noteret.", "v3"),
        Udfald("noteret", "V3", "Tilmeldingen er noteret. Nu."),
    ):
        assert len(uden_blad([Svar(ret.trae, ret.type, u)])) == 1
    assert uden_blad([Svar(ret.trae, ret.type, ret.udfald, frozenset({"sent"}))]) == [
        "tilmeldt: flag sent is not named"
    ]
