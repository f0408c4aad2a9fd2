"""T1-T3: recommendations and the jobcenter's decisions (VEJL §8(2); OPSL; L24)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.rules.model import Afgoerelse, Haendelse, Naar, Status
from tests.kontrakter import eksempler
from tests.regler.byg import (
    ANDEN_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    Historie,
    beskedtyper,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

INDSTILLING, TRUKKET, AFGOERELSE = (
    "gateway.indstilling.v1",
    "gateway.indstilling-trukket.v1",
    "gateway.tilbudsafgoerelse.v1",
)


def sendt(tid: str, navn: str = "i", **felter: Any) -> Haendelse:
    standard = {"indstillingId": eksempler.uuid(navn), "tilbudstype": "mentor", "begrundelse": "Støtte"}
    return haendelse("akasse.indstilling.sendt.v1", tid, **{**standard, **felter})


def trukket(tid: str, navn: str = "i", **felter: Any) -> Haendelse:
    return haendelse("akasse.indstilling.trukket.v1", tid, indstillingId=eksempler.uuid(navn), **felter)


def afgjort(tid: str, navn: str | None = "i", afgoerelse: str = "bevilget", **felter: Any) -> Haendelse:
    standard = {
        "indstillingId": eksempler.uuid(navn) if navn else ...,
        "tilbudId": eksempler.uuid(f"tilbud-{tid}"),
        "afgoerelse": afgoerelse,
        "tilbudstype": "mentor",
        "begrundelse": ...,
        "begrundetOverForMedlem": ...,
    }
    return haendelse("jobcenter.tilbud.afgjort.v1", tid, **{**standard, **felter})


def aabne(h: Historie) -> list[bool]:
    return [i.aaben for i in h.borger.indstillinger]


def er(afg: Afgoerelse, status: Status, regel: str) -> bool:
    return (afg.status, afg.regel) == (status, regel)


def test_T1_while_in_the_jobcenter_of_residence_gets_it_at_once() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(sendt("2022-03-10", oensketStart="2022-04-01"))
    assert er(afg, Status.VIDERESENDT, "T1")
    assert (afg.fri, afg.registreringer, beskedtyper(afg)) == (True, (), [(INDSTILLING, f"jobcenter.{KOMMUNE}")])
    (b,) = afg.beskeder
    assert (b.naar, b.data["begrundelse"], b.data["oensketStart"]) == (Naar.MODTAGET, "Støtte", "2022-04-01")
    assert "cpr" not in b.data
    assert h.borger.indstillinger[0].sendt == dag("2022-03-10"), "D1 counts from here"


def test_T1_after_the_slutdato_and_without_a_course_it_goes_nowhere() -> None:
    assert historie().proev(sendt("2022-03-10")).status is Status.UDEN_VIRKNING
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    assert h.proev(sendt("2022-03-10")).status is Status.VIDERESENDT, "the slutdato itself is in"
    afg = h.proev(sendt("2022-03-11"))
    assert (afg.status, afg.beskeder) == (Status.UDEN_VIRKNING, ())


def test_T1_one_that_is_answered_or_withdrawn_is_not_opened_again() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-10"))
    h.ske(trukket("2022-03-11"))
    assert er(h.ske(sendt("2022-03-12")), Status.UDEN_VIRKNING, "T1")
    assert aabne(h) == [False]


def test_T1_withdrawn_once_and_only_by_whoever_sent_it() -> None:
    h = i_forloeb("2022-03-01")
    ukendt = h.proev(trukket("2022-03-10"))
    assert ukendt.fejl is not None
    assert (ukendt.status, ukendt.fejl.kode, ukendt.fejl.felt) == (
        Status.AFVIST,
        "t1_ukendt_indstilling",
        "indstillingId",
    )
    h.ske(sendt("2022-03-10"))
    afg = h.ske(trukket("2022-03-11"))
    assert (afg.fri, beskedtyper(afg)) == (True, [(TRUKKET, f"jobcenter.{KOMMUNE}")])
    assert er(h.ske(trukket("2022-03-12")), Status.UDEN_VIRKNING, "T1")


def test_T1_one_that_was_handed_over_is_withdrawn_where_it_went() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-05"))
    h.ske(tidlig_indsats("2022-03-10"))
    h.ske(flyttet("2022-04-01", NABOKOMMUNE))
    assert beskedtyper(h.ske(trukket("2022-04-02"))) == [(TRUKKET, f"jobcenter.{KOMMUNE}")]


def test_T1_V8_it_goes_to_where_the_member_lives_now() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-03-05", NABOKOMMUNE))
    assert beskedtyper(h.ske(sendt("2022-03-10"))) == [(INDSTILLING, f"jobcenter.{NABOKOMMUNE}")]


def test_T1_an_id_is_one_akasses() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(sendt("2024-03-05"))
    h.ske(udmeldt("2024-03-20", "2024-03-31"))
    ny = {"akasse": ANDEN_AKASSE}
    from tests.regler.byg import indplaceret

    h.ske(indplaceret("2024-04-02", **ny))
    afg = h.proev(sendt("2024-04-03", **ny))
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode) == (Status.AFVIST, "t1_indstilling_id_brugt")


def test_T2_the_decision_is_matched_by_id_and_closes_it() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-05", "i"))
    h.ske(sendt("2022-03-05", "j"))
    afg = h.ske(afgjort("2022-03-10", "i", startdato="2022-04-01"))
    assert er(afg, Status.VIDERESENDT, "T2")
    assert (afg.fri, beskedtyper(afg)) == (True, [(AFGOERELSE, "akasse.09")])
    assert afg.beskeder[0].data["kommunekode"] == KOMMUNE
    assert aabne(h) == [False, True]
    assert (h.borger.tilbud[0].afgoerelse, h.borger.tilbud[0].dato) == ("bevilget", dag("2022-03-10"))


def test_T2_the_jobcenter_may_act_by_itself_and_the_newest_decision_counts() -> None:
    h = i_forloeb("2022-03-01")
    assert beskedtyper(h.ske(afgjort("2022-03-10", None))) == [(AFGOERELSE, "akasse.09")]
    h.ske(sendt("2022-03-11"))
    h.ske(afgjort("2022-03-12"))
    assert er(h.ske(afgjort("2022-03-15", afgoerelse="afslag")), Status.VIDERESENDT, "T2")
    assert [t.afgoerelse for t in h.borger.tilbud] == ["bevilget", "bevilget", "afslag"]


def test_T2_one_that_is_not_known_is_passed_on_and_says_so() -> None:
    afg = i_forloeb("2022-03-01").ske(afgjort("2022-03-10", "ukendt"))
    assert (afg.status, afg.flag) == (Status.VIDERESENDT, ("ukendt_indstilling",))


@pytest.mark.parametrize(
    ("fra", "felter", "brud", "pligter"),
    [
        pytest.param("2022-03-01", {}, False, [], id="the trial asks for no reasons"),
        pytest.param("2024-03-01", {}, True, ["begrund_over_for_akasse", "begrund_over_for_medlem"], id="neither"),
        pytest.param("2024-03-01", {"begrundelse": "x"}, True, ["begrund_over_for_medlem"], id="the a-kasse alone"),
        pytest.param("2024-03-01", {"begrundetOverForMedlem": True}, True, ["begrund_over_for_akasse"], id="the member"),
        pytest.param("2024-03-01", {"begrundelse": "x", "begrundetOverForMedlem": False}, True, ["begrund_over_for_medlem"], id="no is no"),
        pytest.param("2024-03-01", {"begrundelse": "x", "begrundetOverForMedlem": True}, False, [], id="both"),
        pytest.param("2026-07-01", {}, True, ["begrund_over_for_akasse", "begrund_over_for_medlem"], id="the reform too"),
    ],
)  # fmt: skip
def test_T2_from_2024_a_rejection_is_reasoned(fra: str, felter: dict[str, Any], brud: bool, pligter: list[str]) -> None:
    h = i_forloeb(fra)
    senere = f"{fra[:8]}20"
    h.ske(sendt(senere))
    afg = h.ske(afgjort(senere, afgoerelse="afslag", **felter))
    data = afg.beskeder[0].data
    assert (data["regelbrud"], data.get("regelbrudRegel")) == (brud, "T2" if brud else None)
    assert ([p.kode for p in afg.pligter], afg.flag) == (pligter, ("begrundelse_mangler",) if brud else ())
    assert not h.proev(afgjort(senere, None, "bevilget")).beskeder[0].data["regelbrud"], "a grant needs none"


def test_T2_after_the_handover_the_akasse_that_recommended_still_hears() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-05"))
    h.ske(tidlig_indsats("2022-03-10"))
    assert beskedtyper(h.ske(afgjort("2022-04-01"))) == [(AFGOERELSE, "akasse.09")]
    assert er(h.ske(afgjort("2022-04-01", None)), Status.UDEN_VIRKNING, "T2"), "its own offers are its own"


def test_T2_J5_nothing_to_an_akasse_that_the_member_has_left() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-05"))
    h.ske(udmeldt("2022-03-10", "2022-03-15"))
    assert h.proev(afgjort("2022-03-15")).beskeder
    afg = h.proev(afgjort("2022-03-16"))
    assert (afg.status, afg.regel, afg.beskeder) == (Status.UDEN_VIRKNING, "J5", ())


def test_T3_a_decision_moves_no_course() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(sendt("2022-03-05"))
    foer = h.forloeb
    afg = h.ske(afgjort("2022-03-10"))
    assert (afg.registreringer, afg.overdragelser, h.forloeb) == ((), (), foer)


def test_T1_O4_between_an_ending_and_its_slutdato_the_handover_follows() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", "410"))
    (o,) = h.ske(sendt("2022-05-10")).overdragelser
    assert (o.aendring, len(o.data["aabneIndstillinger"])) == ("opdateret", 1)
    (o,) = h.ske(afgjort("2022-05-12")).overdragelser
    assert o.data["aabneIndstillinger"] == []
