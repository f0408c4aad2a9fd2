"""S6: who attends whose talk (VEJL §4(2), §13(1); L24)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Status
from gateway.rules.registreringer import SaetDeltagelsesvalg
from tests.kontrakter import eksempler
from tests.regler.byg import KOMMUNE, Historie, beskedtyper, haendelse, historie, i_forloeb, planlagt, tidlig_indsats

ANMODET, BESLUTTET = "gateway.deltagelse-anmodet.v1", "gateway.deltagelse-besluttet.v1"


def anmodet(tid: str = "2022-03-10", navn: str = "s", **felter: Any) -> Haendelse:
    tomme = dict.fromkeys(("anmodetAf", "medlemFravaelger", "akasseFravaelger", "personligtFremmoede"), ...)
    return haendelse("akasse.deltagelse.anmodet.v1", tid, **{**tomme, "samtaleId": eksempler.uuid(navn), **felter})


def besluttet(deltager: bool, form: str | None = "video", tid: str = "2022-03-20") -> Haendelse:
    felter = {"samtaleId": eksempler.uuid("s"), "deltager": deltager, "form": form or ...}
    return haendelse("jobcenter.deltagelse.besluttet.v1", tid, **felter)


def med_faelles() -> Historie:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-04-04T10:00", "faelles"))
    return h


def test_S6_a_wish_goes_to_the_jobcenter_at_once() -> None:
    afg = med_faelles().ske(anmodet(anmodetAf="medlem", personligtFremmoede=True))
    assert (afg.status, afg.regel, afg.fri) == (Status.VIDERESENDT, "S6", True)
    assert beskedtyper(afg) == [(ANMODET, f"jobcenter.{KOMMUNE}")]
    assert afg.beskeder[0].data == {
        "samtaleId": eksempler.uuid("s"),
        "anmodetAf": "medlem",
        "personligtFremmoede": True,
    }


def test_S6_only_at_a_faelles_and_only_while_in() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-04-04T10:00", "cv"))
    afg = h.proev(anmodet(anmodetAf="akasse"))
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode) == (Status.AFVIST, "s6_ikke_faelles")
    assert historie().proev(anmodet(anmodetAf="akasse")).status is Status.UDEN_VIRKNING
    h.ske(tidlig_indsats("2022-03-12"))
    assert h.proev(anmodet("2022-03-13", anmodetAf="akasse")).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize(
    ("oensker", "deltager", "form", "brud"),
    [
        pytest.param([], True, "video", False, id="nobody said anything: the jobcenter decides, yes"),
        pytest.param([], False, None, False, id="nobody said anything: no"),
        pytest.param([{"anmodetAf": "akasse"}], False, None, True, id="the a-kasse asked: it must"),
        pytest.param([{"anmodetAf": "medlem"}], False, None, True, id="the member asked: it must"),
        pytest.param([{"anmodetAf": "akasse"}], True, "video", False, id="asked and attends"),
        pytest.param([{"medlemFravaelger": True}], True, "video", True, id="the member declines: it must not"),
        pytest.param([{"medlemFravaelger": True}], False, None, False, id="declined and stays away"),
        pytest.param([{"akasseFravaelger": True}], True, "video", False, id="the a-kasse alone binds nobody"),
        pytest.param([{"akasseFravaelger": True, "medlemFravaelger": True}], True, "video", True, id="both agree so"),
        pytest.param([{"anmodetAf": "akasse"}, {"medlemFravaelger": True}], True, "video", True, id="the member goes before"),
        pytest.param([{"anmodetAf": "akasse"}, {"medlemFravaelger": True}], False, None, False, id="and may be followed"),
        pytest.param([{"medlemFravaelger": True}, {"anmodetAf": "medlem"}], False, None, True, id="the newest wish counts"),
        pytest.param([{"anmodetAf": "medlem"}, {"medlemFravaelger": True}], False, None, False, id="the newest refusal too"),
        pytest.param([], True, "personligt", True, id="video unless the member asks for presence"),
        pytest.param([{"personligtFremmoede": True}], True, "personligt", False, id="presence asked for"),
        pytest.param([{"personligtFremmoede": True}], True, "video", True, id="presence asked for, video given"),
        pytest.param([], True, None, False, id="no form named"),
    ],
)  # fmt: skip
def test_S6_a_decision_against_what_binds_the_jobcenter_is_a_breach(
    oensker: list[dict[str, Any]], deltager: bool, form: str | None, brud: bool
) -> None:
    h = med_faelles()
    for o in oensker:
        h.ske(anmodet(**o))
    afg = h.ske(besluttet(deltager, form))
    assert (afg.status, afg.fri, beskedtyper(afg)) == (Status.VIDERESENDT, True, [(BESLUTTET, "akasse.09")])
    data = afg.beskeder[0].data
    assert (data["regelbrud"], data.get("regelbrudRegel")) == (brud, "S6" if brud else None)
    assert (h.borger.deltagelser[0].besluttet, h.borger.deltagelser[0].form) == (deltager, form)


def test_S6_out_of_the_course_it_is_the_jobcenters_own() -> None:
    h = med_faelles()
    h.ske(tidlig_indsats("2022-03-12"))
    assert h.proev(besluttet(True)).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize(
    ("felter", "valg"),
    [
        ({"anmodetAf": "medlem"}, "oensket"),
        ({"medlemFravaelger": True}, "medlem_fravaelger"),
        ({"akasseFravaelger": True}, "akasse_fravaelger"),
        ({"akasseFravaelger": True, "medlemFravaelger": True}, "medlem_fravaelger"),
    ],
)
def test_S6_from_2024_the_choice_about_the_jobcenters_talk_is_registered(felter: dict[str, Any], valg: str) -> None:
    h = i_forloeb("2024-03-01")
    h.ske(tidlig_indsats("2024-03-10"))
    felt = {"samtaleId": eksempler.uuid("s"), "start": "2024-03-25T10:00:00+01:00", "foersteSamtale": True}
    h.ske(haendelse("jobcenter.samtale.indkaldt.v1", "2024-03-12", **felt, borgerOenskerAkasse=True))
    afg = h.ske(anmodet("2024-03-13", **felter))
    assert afg.status is Status.REGISTRERET
    assert [r.indhold for r in afg.registreringer] == [SaetDeltagelsesvalg(h.borger.deltagelser[0].samtale_id, valg)]  # type: ignore[arg-type]
    assert beskedtyper(afg) == [(ANMODET, f"jobcenter.{KOMMUNE}")]
