"""P1-P4, T4: plan, job goals, CV, activities, guidance, the notice period (VEJL §4(1), §4(7), §5, §11(2))."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Haendelse, Status
from gateway.rules.registreringer import GemPlan, GodkendJobmaal, OpretAktivitet, SaetCvstatus
from tests.kontrakter import eksempler
from tests.regler.byg import dag, haendelse, historie, i_forloeb, indplaceret, tidlig_indsats, udbetalt


def plan(tid: str, *, kladde: bool = False, **felter: Any) -> Haendelse:
    standard = {"planId": "p-1", "kladde": kladde, "jobmaal": ["Lagermedarbejder"], "beskrivelse": "Søger job"}
    return haendelse("akasse.minplan.publiceret.v1", tid, **{**standard, **felter})


def cv(tid: str, *, godkendt: bool = True, **felter: Any) -> Haendelse:
    return haendelse("akasse.cv.kontrolleret.v1", tid, **{"godkendt": godkendt, "kommentar": ..., **felter})


def aktivitet(tid: str, **felter: Any) -> Haendelse:
    standard = {
        "aktivitetId": eksempler.uuid("a"),
        "aktivitetstype": "seks_ugers_jobrettet_uddannelse",
        "startdato": "2022-04-04",
        "slutdato": "2022-05-13",
        "timerPrUge": "20.5",
        "pligt": True,
    }
    return haendelse("akasse.aktivitet.registreret.v1", tid, **{**standard, **felter})


def test_P1_a_published_plan_goes_with_the_job_goals_that_are_approved() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(plan("2022-03-09", kladde=True))
    afg = h.ske(plan("2022-03-10"))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "P1")
    assert [r.indhold for r in afg.registreringer] == [
        GodkendJobmaal("p-1", ("Lagermedarbejder",)),
        GemPlan("p-1", False, ("Lagermedarbejder",), "Søger job"),
    ]
    assert (h.borger.minplan, h.borger.minplan_dato) == ("publiceret", dag("2022-03-10"))
    assert not afg.registreringer[0].aendringer, "published on the plan's own receipt, not before"


def test_P1_a_plan_that_was_never_drafted_is_saved_as_a_draft_before_it_is_published() -> None:
    """DFDG approves goals of a plan that it has, and publishes what has been drafted (8306, 8006)."""
    h = i_forloeb("2022-03-01")
    afg = h.ske(plan("2022-03-10"))
    assert [r.indhold for r in afg.registreringer] == [
        GemPlan("p-1", True, ("Lagermedarbejder",), "Søger job"),
        GodkendJobmaal("p-1", ("Lagermedarbejder",)),
        GemPlan("p-1", False, ("Lagermedarbejder",), "Søger job"),
    ]
    assert h.borger.minplan == "publiceret"
    igen = h.ske(plan("2022-03-20"))
    assert [r.indhold.operation for r in igen.registreringer] == ["GodkendJobmaal", "GemPlan"]


def test_P1_a_draft_approves_nothing() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(plan("2022-03-10", kladde=True))
    assert [r.indhold.operation for r in afg.registreringer] == ["GemPlan"]
    assert h.borger.minplan == "kladde"


def test_P1_P2_until_the_handover_and_not_of_strangers() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", "410"))
    for x, ude in ((plan, "P1"), (cv, "P2"), (aktivitet, "P1")):
        assert h.proev(x("2022-05-31")).registreringer, "the slutdato is in"
        afg = h.proev(x("2022-06-01"))
        assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())
        assert historie().proev(x("2022-03-10")).regel == ude


def test_P1_P2_an_enrolled_member_may_have_plan_and_cv_before_the_decision() -> None:
    h = historie(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"))
    assert h.proev(plan("2022-03-08", kladde=True)).registreringer
    assert h.proev(cv("2022-03-08")).registreringer
    h.ske(indplaceret("2022-03-10", tilmeldt="2022-03-01", igangvaerendeForloeb=True))
    assert h.proev(cv("2022-03-11")).status is Status.UDEN_VIRKNING, "decided: not in"


@pytest.mark.parametrize(("fra", "registreres"), [("2022-03-01", True), ("2024-03-01", False)])
def test_P1_O6_a_plan_that_is_owed_may_come_after_the_early_handover(fra: str, registreres: bool) -> None:
    h = i_forloeb(fra)
    h.ske(tidlig_indsats(f"{fra[:8]}10"))
    assert bool(h.ske(plan(f"{fra[:8]}14")).registreringer) is registreres
    assert not h.proev(plan(f"{fra[:8]}15")).registreringer, "once it is there nothing is owed"


def test_P2_the_check_sets_the_cvs_status() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(cv("2022-03-10", godkendt=False, kommentar="Erfaring mangler"))
    assert [r.indhold for r in afg.registreringer] == [SaetCvstatus(False, "Erfaring mangler")]
    h.ske(cv("2022-03-20"))
    assert h.borger.cvkontrol is not None
    assert (h.borger.cvkontrol.godkendt, h.borger.cvkontrol.dato) == (True, dag("2022-03-20"))


def test_P1_an_activity_that_is_a_duty_is_registered_once() -> None:
    h = i_forloeb("2022-03-01")
    (r,) = h.ske(aktivitet("2022-03-10")).registreringer
    assert isinstance(r.indhold, OpretAktivitet)
    assert (str(r.indhold.aktivitet_id), str(r.indhold.timer_pr_uge)) == (eksempler.uuid("a"), "20.5")
    assert h.ske(aktivitet("2022-03-11")).status is Status.UDEN_VIRKNING
    afg = h.ske(aktivitet("2022-03-12", slutdato="2022-05-20"))
    assert (afg.status, [p.kode for p in afg.pligter]) == (Status.NOTERET, ["ret_i_dfdg"])


def test_P1_a_voluntary_activity_is_kept_and_registered_when_it_becomes_a_duty() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(aktivitet("2022-03-10", pligt=False))
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    assert h.ske(aktivitet("2022-03-11")).registreringer


@pytest.mark.parametrize("type_", ["virksomhedspraktik", "loentilskud", "nytteindsats", "mentor", "befordring"])
def test_T4_the_jobcenters_offers_are_not_the_akasses_to_grant(type_: str) -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError) as fejl:
        aktivitet("2022-03-10", aktivitetstype=type_)
    assert "t4_ikke_a_kassens" in str(fejl.value.errors(include_input=False))


def test_P3_guidance_is_kept_whenever_it_is_given() -> None:
    for h in (historie(), i_forloeb("2022-03-01")):
        givet = haendelse(
            "akasse.vejledning.givet.v1", "2022-03-10", emner=["forsoeg", "repatriering"], dato="2022-03-09"
        )
        afg = h.ske(givet)
        assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "P3", ())
        assert [(v.dato, v.emner) for v in h.borger.vejledninger] == [(dag("2022-03-09"), ("forsoeg", "repatriering"))]
        assert h.ske(givet).status is Status.UDEN_VIRKNING


def test_P4_the_effort_in_the_notice_period_is_kept_and_counted_once_a_day() -> None:
    h = historie()
    for tid, status in (("2022-02-10", Status.NOTERET), ("2022-02-11", Status.UDEN_VIRKNING)):
        afg = h.ske(haendelse("akasse.opsigelsesindsats.tilbudt.v1", tid, dato="2022-02-09"))
        assert (afg.status, afg.regel) == (status, "P4")
    assert h.borger.opsigelsesindsatser == (dag("2022-02-09"),)
