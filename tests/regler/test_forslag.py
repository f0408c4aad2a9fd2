"""J2: the jobcenter suggests, the a-kasse decides and answers (OPSL)."""

from __future__ import annotations

from typing import Any

from gateway.rules.model import Haendelse, Status
from tests.kontrakter import eksempler
from tests.regler.byg import KOMMUNE, NABOKOMMUNE, beskedtyper, flyttet, haendelse, historie, i_forloeb, tidlig_indsats

FORSLAG, BESVARET = "gateway.indsatsforslag.v1", "gateway.indsatsforslag-besvaret.v1"


def foreslaaet(tid: str = "2022-03-10") -> Haendelse:
    return haendelse("jobcenter.indsats.foreslaaet.v1", tid, forslagId=eksempler.uuid("f"))


def besvaret(tid: str = "2022-03-12", accepteret: bool = True, **felter: Any) -> Haendelse:
    felter = {"forslagId": eksempler.uuid("f"), "accepteret": accepteret, **felter}
    return haendelse("akasse.indsatsforslag.besvaret.v1", tid, **felter)


def test_J2_the_suggestion_goes_to_the_akasse_and_its_answer_back() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(foreslaaet())
    assert (afg.status, afg.regel, afg.fri) == (Status.VIDERESENDT, "J2", True)
    assert beskedtyper(afg) == [(FORSLAG, "akasse.09")]
    assert afg.beskeder[0].data["kommunekode"] == KOMMUNE
    assert "regelbrud" not in afg.beskeder[0].data
    svar = h.ske(besvaret())
    assert (svar.status, svar.fri, beskedtyper(svar)) == (
        Status.VIDERESENDT,
        True,
        [(BESVARET, f"jobcenter.{KOMMUNE}")],
    )
    assert h.borger.forslag[0].accepteret is True


def test_J2_the_same_answer_again_is_none_another_one_is_told() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(foreslaaet())
    h.ske(besvaret())
    assert h.ske(besvaret()).status is Status.UDEN_VIRKNING
    assert h.ske(besvaret(accepteret=False)).status is Status.VIDERESENDT


def test_J2_what_nobody_suggested_is_not_answered() -> None:
    afg = i_forloeb("2022-03-01").proev(besvaret())
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode, afg.fejl.felt) == (Status.AFVIST, "j2_ukendt_forslag", "forslagId")


def test_J2_out_of_the_course_efforts_are_the_jobcenters() -> None:
    assert historie().proev(foreslaaet()).status is Status.UDEN_VIRKNING
    h = i_forloeb("2022-03-01")
    h.ske(foreslaaet("2022-03-05"))
    h.ske(tidlig_indsats("2022-03-10"))
    for x in (foreslaaet("2022-03-11"), besvaret("2022-03-11")):
        assert (h.proev(x).status, h.proev(x).beskeder) == (Status.UDEN_VIRKNING, ())


def test_J2_J3_the_answer_does_not_follow_to_a_kommune_that_asked_nothing_nor_back_to_the_old_one() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(foreslaaet("2022-03-05"))
    h.ske(flyttet("2022-03-08", NABOKOMMUNE))
    afg = h.ske(besvaret("2022-03-10"))
    assert (afg.status, afg.regel, afg.beskeder) == (Status.UDEN_VIRKNING, "J3", ())
