"""The demo's verdict, its JSON line and its exit code, and what people are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from gateway.demo import DAEKNING, FRIKOMMUNER, KODER, Resultat, _Retter, laes_forudsaetninger
from gateway.errors import Betjeningsfejl
from sandbox.dommer import OPERATIONER, Dom
from sandbox.fortaellinger import fortaellinger
from sandbox.fortaellinger.model import KOMMUNER, OVERDRAGELSE
from sandbox.parter.visning import medlem, overdragelse, registreringer
from sandbox.personer import Personregister
from sandbox.tilsynsdom import Maalt, Tilsynsdom
from tests.demo.verden import FORUDSAETNINGER, log


def resultat(**fund: int) -> Resultat:
    dom = Dom(3, {"registreret": 3}, 4, Counter(fund))
    return Resultat(dom, 0, 1, 1.234, None)


def test_the_JSON_line_has_the_names_that_machines_read() -> None:
    assert resultat().som_json() == {
        "haendelser": 3,
        "kvitteringer": {"registreret": 3},
        "dfdg": {"committed": 4, "lost": 0, "duplicates": 0, "out_of_order": 0, "unexpected": 0, "after_success": 0},
        "dead_letters": {"open": 0, "resolved": 1},
        "seconds": 1.23,
        "findings": {},
        "statistik": None,
    }


@pytest.mark.parametrize("fund", ["lost", "duplicates", "out_of_order", "unexpected", "status", "uden_endelig"])
def test_any_finding_fails_the_demo(fund: str) -> None:
    assert resultat().ok
    assert not resultat(**{fund: 1}).ok


def test_a_figure_of_supervision_that_differs_fails_the_demo_and_is_named() -> None:
    def med(*forskelle: str) -> Resultat:
        tal = Tilsynsdom("2024-12-31", 3, forskelle, (Maalt("tidligt_ud", 0.05, 0.041234, "x"),), ())
        return Resultat(Dom(3, {}, 4, Counter()), 0, 0, 1.0, None, tal)

    assert med().ok
    assert med().som_json()["findings"] == {}
    assert med().som_json()["statistik"] == {
        "idag": "2024-12-31",
        "sammenlignet": 3,
        "forskelle": [],
        "evaluering": {"tidligt_ud": {"evaluering": 0.05, "her": 0.0412, "forklaring": "x"}},
        "halvaar": [],
    }
    assert not med("01 2022-05 ud.41: 1, not 2").ok
    assert med("01 2022-05 ud.41: 1, not 2").som_json()["findings"] == {"statistik": 1}


def test_an_open_dead_letter_or_a_standstill_fails_the_demo() -> None:
    dom = Dom(1, {}, 0, Counter())
    assert Resultat(dom, 0, 0, 1.0, None).ok
    assert not Resultat(dom, 1, 0, 1.0, None).ok
    assert not Resultat(dom, 0, 0, 1.0, "nothing new for 90 s").ok


def test_the_stories_know_what_the_example_files_say(tmp_path: Path) -> None:
    (tmp_path / "daekning.csv").write_text(
        "# an example\nakassekode;kommunekode;fra;til\n01;*;2020-01-01;2023-12-31\n"
        "09;0101;2020-01-01;2023-12-31\n09;0147;2020-01-01;2023-12-31\n"
    )
    (tmp_path / "frikommuner.csv").write_text("kommunekode;fra;til\n0851;2020-01-01;2023-12-31\n")
    (tmp_path / "koder.csv").write_text(
        "liste;kode;tekst;fra;til;kilde\nfravaerstype.mindre_intensiv.job;901;;;;eksempel\n"
    )
    f = laes_forudsaetninger(
        tmp_path / "daekning.csv", tmp_path / "frikommuner.csv", tmp_path / "koder.csv", date(2026, 3, 2)
    )
    assert f.daekning == {"01": {"*"}, "09": {"0101", "0147"}}
    assert f.koder == {"fravaerstype.mindre_intensiv.job": "901"}
    assert "0851" not in f.kommuner
    assert set(f.udaekkede("09")) == set(f.kommuner) - {"0101", "0147"}


class _Brev:
    def __init__(self, haendelse_id: str) -> None:
        self.dlq_id, self.status, self.haendelse_id = uuid4(), "aaben", haendelse_id


class _Betjening:
    """Dead letters in a list: what is asked of the operator is noted."""

    def __init__(self, breve: list[_Brev]) -> None:
        self.breve = breve
        self.erstattet: list[tuple[UUID, bytes, str]] = []

    async def liste(self, *, kun_aabne: bool = True, kode: str | None = None) -> list[_Brev]:
        return self.breve

    async def erstat(self, dlq_id: UUID, data: bytes, begrundelse: str) -> None:
        self.erstattet.append((dlq_id, data, begrundelse))


async def test_the_operator_corrects_the_stopped_event_and_no_other() -> None:
    breve = [_Brev("a"), _Brev("b")]
    betjening = _Betjening(breve)
    await _Retter(betjening).ret("b", b"{}")
    ((dlq_id, data, begrundelse),) = betjening.erstattet
    assert (dlq_id, data) == (breve[1].dlq_id, b"{}")
    assert begrundelse
    with pytest.raises(Betjeningsfejl, match="no open dead letter"):
        await _Retter(betjening).ret("c", b"{}")


def vist(*ting: object) -> str:
    ud = StringIO()
    konsol = Console(file=ud, width=400)
    for en in ting:
        konsol.print(en)
    return ud.getvalue()


def test_a_members_table_shows_event_rule_registration_and_kvittering_without_the_CPR_number() -> None:
    dan = next(f for f in fortaellinger(FORUDSAETNINGER, Personregister()) if f.haendelser[0].id.startswith("dan"))
    linjer = log([dan])
    svar, nr = {}, 0
    for h in dan.haendelser:
        ids = []
        for _ in h.forventning.dfdg:
            for linje in linjer[3 * nr : 3 * nr + 3]:
                linje["entitetsId"] = f"e{nr}"
            ids.append({"tjeneste": "T", "operation": "O", "entitetsId": f"e{nr}"})
            nr += 1
        svar[h.part, h.id] = {
            "status": h.forventning.status,
            "regel": "V6" if "tidlig" in h.type else None,
            "registreringer": ids,
            "tekst": "Registreret i DFDG.",
        }
    undervejs = {(dan.part, dan.haendelser[1].id): ["afventer", "stoppet"]}
    tekst = vist(medlem(dan, svar, undervejs, registreringer(linjer, dan.numre)))
    for stump in (
        "opret kontaktforløb hos a-kassen (75) 2022-03-01",
        "ret kontaktforløb hos a-kassen (75) 2022-03-01 – 2022-04-12, årsag 44",
        "cv-samtale (10) 2022-03-08 kl. 10:00",
        "jobsamtale (7) 2022-03-08 kl. 10:01",
        "behov-for-tidlig-indsats",
        "V6",
        "afventer → stoppet → registreret Registreret i DFDG.",
    ):
        assert stump in tekst
    assert "ikke i DFDG's log" not in tekst
    assert dan.cpr not in tekst
    uden_log = vist(medlem(dan, svar, {}, []))
    assert "ikke i DFDG's log" in uden_log


def test_whatever_dfdg_registered_is_said_in_words_of_its_own() -> None:
    ord_: dict[str, set[str]] = {}
    for operation, art in OPERATIONER.items():
        linje = {
            "udfald": "committed", "cpr": "p", "entitetsId": "id", "operation": operation, "type": "7",
            "start": "2022-03-08T10:00:00+01:00", "slut": "2022-03-08T11:00:00+01:00",
        }  # fmt: skip
        ((id_, fundet, tekst),) = (astuple(r) for r in registreringer([linje], {"p"}))
        assert (id_, fundet) == ("id", art)
        assert ("mindre intensiv indsats" in tekst) == art.endswith("_fravaer"), tekst
        assert operation not in tekst
        ord_.setdefault(tekst, set()).add(art)
    assert all(len(arter) == 1 for arter in ord_.values()), ord_
    assert {"book jobsamtale (7) 2022-03-08 kl. 10:00", "cv-status sat", "Min Plan offentliggjort"} <= ord_.keys()


def test_the_handover_shows_what_is_left_for_the_jobcenter_without_the_CPR_number() -> None:
    dan = next(f for f in fortaellinger(FORUDSAETNINGER, Personregister()) if f.haendelser[0].id.startswith("dan"))
    (besked,) = [b for h in dan.haendelser for b in h.forventning.beskeder if b.type == OVERDRAGELSE]
    data = {**besked.data, "cpr": dan.cpr, "udgave": 2, "registrering": "registreret"}
    data["samtaler"] = [{"dato": "2022-03-08", "formaal": ["cv", "jobsamtale"], "form": "personligt"}]
    tekst = vist(overdragelse(data, besked.til))
    assert "2 jobsamtaler, 2 fælles" in tekst
    assert "2022-03-08 cv+jobsamtale, personligt" in tekst
    assert "udgave 2: registreret" in tekst
    assert dan.cpr not in tekst


def test_the_embedded_example_lets_every_told_member_be_told() -> None:
    """Its codes and coverage are what the stories need: a missing row would leave a member out without a word."""
    f = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, date(2026, 3, 2))
    assert len(f.daekning) == 9
    assert f.udaekkede("09")
    assert f.kommuner == KOMMUNER
    assert len(fortaellinger(f, Personregister())) == 31
