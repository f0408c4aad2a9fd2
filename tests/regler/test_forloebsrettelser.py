"""A2 and R2: a wrong cause, a wrong placement, put right afterwards (VEJL §2(5), §14(1)-(2))."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.rules.model import Daekning, Haendelse, Regime, Regimelukning, Status
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    HOS_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    OPSAETNING,
    OVERDRAGELSE,
    UDENFOR,
    UNG,
    Historie,
    beskedtyper,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    planlagt,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

OPHOERT = "gateway.kontaktforloeb-ophoert.v1"


def rettet_aarsag(tid: str, kode: str, udmeldelsesdato: Any = ..., **mere: Any) -> Haendelse:
    felter = {"aarsagskode": kode, "udmeldelsesdato": udmeldelsesdato}
    return haendelse("akasse.visitation.aarsag-rettet.v1", tid, **felter, **mere)


def rettet_indplacering(tid: str, **felter: Any) -> Haendelse:
    tomme = dict.fromkeys(("indplaceringsdato", "tilmeldingsdato", "forsikringsgrad", "kommunekode"), ...)
    return haendelse("akasse.medlem.indplacering-rettet.v1", tid, **{**tomme, **felter})


# --- A2 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kode", "udmeldt_den", "slut"),
    [
        pytest.param("41", ..., "2022-05-31", id="41: the month of the ending's registration, not the correction's"),
        pytest.param("45", ..., "2022-05-10", id="45: the day of the ending's registration"),
        pytest.param("38", ..., "2022-05-10", id="38: the day of the ending's registration"),
        pytest.param("42", ..., "2022-05-10", id="42: the day of the ending's registration"),
        pytest.param("46", ..., "2022-05-10", id="46: the day of the ending's registration"),
        pytest.param("43", "2022-04-12", "2022-04-30", id="43: the month of leaving"),
    ],
)
def test_A2_already_out_the_slutdato_is_the_first_endings(kode: str, udmeldt_den: Any, slut: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-05-10"))
    id_ = h.forloeb.overdragelse_id
    afg = h.ske(rettet_aarsag("2022-07-01", kode, udmeldt_den))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "A2")
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", slut, kode)]
    (o,) = afg.overdragelser
    assert (o.overdragelse_id, o.aendring, o.efter_registrering) == (id_, None, 0), "afventer, then registreret"
    assert (o.data["aarsagskode"], o.data["slutdato"]) == (kode, slut)
    assert ("fejloprettet" in afg.flag) is (kode == "38")


def test_A2_still_in_the_slutdato_counts_from_the_correction() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    assert h.forloeb.slutdato == dag("2022-05-31")
    afg = h.ske(rettet_aarsag("2022-05-20", "44"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", "44")]
    # out from here on: the course moved by the correction, so a second one counts from that day
    assert indhold(h.ske(rettet_aarsag("2022-08-01", "45"))) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", "45")]


def test_A2_on_the_slutdato_itself_the_member_is_still_in() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    sidste = rettet_aarsag("2022-05-31T21:59:00+00:00", "44")
    efter = rettet_aarsag("2022-05-31T22:01:00+00:00", "44")
    assert indhold(h.proev(sidste))[0][3] == "2022-05-31"
    assert indhold(h.proev(efter))[0][3] == "2022-05-10"


def test_A2_on_an_open_marking_it_is_refused() -> None:
    afg = i_forloeb("2022-03-01").ske(rettet_aarsag("2022-05-20", "44"))
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode, afg.fejl.felt) == (Status.AFVIST, "a2_aaben_markering", "aarsagskode")
    aldrig = historie().proev(rettet_aarsag("2022-05-20", "44"))
    assert (aldrig.status, aldrig.regel) == (Status.UDEN_VIRKNING, "A2")


def test_A2_the_same_cause_again_changes_nothing_but_43_may_get_another_month() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-05-10", "2022-05-15"))
    assert h.proev(rettet_aarsag("2022-05-20", "43", "2022-05-01")).status is Status.UDEN_VIRKNING
    assert indhold(h.proev(rettet_aarsag("2022-05-20", "43", "2022-04-30")))[0][3:] == ("2022-04-30", "43")


def test_R8_42_cannot_be_the_cause_from_the_law_of_2024() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(tidlig_indsats("2024-03-10"))
    afg = h.proev(rettet_aarsag("2024-03-12", "42"))
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "R8", "r8_aarsag_42")


def test_A2_A4_never_before_the_start_and_V11_never_into_the_next_marking() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-05-10"))
    assert indhold(h.proev(rettet_aarsag("2022-06-01", "43", "2021-12-24")))[0][2:4] == ("2022-03-01", "2022-03-01")
    # the same a-kasse's newest course is meant, also when it is the second one
    h.ske(indplaceret("2022-09-01", indplaceringstype="genindplaceret"))
    h.ske(tidlig_indsats("2022-09-20"))
    assert indhold(h.proev(rettet_aarsag("2022-10-01", "41")))[0][2:4] == ("2022-09-01", "2022-09-30")


def test_A2_V14_a_marking_that_was_created_ended_is_corrected_too() -> None:
    h = historie(indplaceret("2022-03-10", tilmeldt="2022-03-01", behovForTidligIndsats=True))
    afg = h.ske(rettet_aarsag("2022-04-20", "41"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-03-31", "41")]


def test_A2_S12_an_earlier_end_cancels_what_is_planned_after_it() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    h.ske(planlagt("indkaldt", "2022-05-11", "2022-05-25T10:00", "faelles"))
    afg = h.ske(rettet_aarsag("2022-05-20", "44"))
    assert [r.indhold.operation for r in afg.registreringer] == ["RetFravaer", "SletIndkaldelse"]
    assert afg.overdragelser[0].efter_registrering == 0
    assert h.borger.planlagte[0].aflyst


# --- R2: dates -----------------------------------------------------------------------------------------------------


def test_R2_within_the_period_the_start_follows_the_corrected_date() -> None:
    h = i_forloeb("2022-03-10", tilmeldt="2022-03-01", indplaceret="2022-03-08")
    assert h.forloeb.startdato == dag("2022-03-08")
    afg = h.ske(rettet_indplacering("2022-03-20", indplaceringsdato="2022-03-03"))
    assert (afg.status, afg.regel, afg.beskeder) == (Status.REGISTRERET, "R2", ())
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-03", None, None)]
    # V2: never before the enrolment
    afg = h.ske(rettet_indplacering("2022-03-21", indplaceringsdato="2022-02-01"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", None, None)]
    assert h.borger.indplacering is not None
    assert h.borger.indplacering.indplaceringsdato == dag("2022-02-01")


def test_R2_a_start_that_the_akasse_chose_stays() -> None:
    h = historie(indplaceret("2022-03-10", tilmeldt="2022-03-01", startdato="2022-03-10"))
    afg = h.ske(rettet_indplacering("2022-03-20", indplaceringsdato="2022-03-05"))
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    assert h.forloeb.indplaceringsdato == dag("2022-03-05")


@pytest.mark.parametrize("ny", ["2019-12-31", "2019-06-01"])
def test_R2_placed_in_the_trial_and_corrected_to_before_it_stays_in(ny: str) -> None:
    h = historie(indplaceret("2020-01-10", tilmeldt="2019-12-20", indplaceret="2020-01-08"))
    afg = h.ske(rettet_indplacering("2020-01-20", indplaceringsdato=ny))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "R2", ())
    assert h.borger.inde(dag("2020-02-01")) is not None
    assert h.forloeb.startdato == dag("2020-01-08")


def test_R2_corrected_from_before_the_trial_to_its_first_day_comes_in() -> None:
    h = historie(indplaceret("2020-01-10", tilmeldt="2019-12-20", indplaceret="2019-12-31"))
    assert h.borger.seneste_forloeb is None
    assert h.proev(rettet_indplacering("2020-01-20", indplaceringsdato="2019-12-30")).status is Status.UDEN_VIRKNING
    afg = h.ske(rettet_indplacering("2020-01-20", indplaceringsdato="2020-01-01"))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "R2")
    assert indhold(afg) == [("OpretFravaer", "75", "2020-01-01", None, None)]
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}")]


def test_R2_who_comes_in_is_judged_as_at_the_placement() -> None:
    """V5: the jobcenter's from the start, by what the placement said of education and children."""
    unge = {"cpr": UNG, "erhvervskompetencegivendeUddannelse": False}
    h = historie(indplaceret("2020-01-10", tilmeldt="2019-12-20", indplaceret="2019-12-31", **unge))
    afg = h.ske(rettet_indplacering("2020-01-20", indplaceringsdato="2020-01-01", cpr=UNG))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "V5")
    assert indhold(afg) == [("OpretFravaer", "75", "2020-01-01", "2020-01-20", "45")]
    # R3: what kept the placement out keeps the corrected one out
    ude = historie(
        indplaceret("2020-01-10", tilmeldt="2019-12-20", indplaceret="2019-12-31", igangvaerendeForloeb=True)
    )
    assert ude.proev(rettet_indplacering("2020-01-20", indplaceringsdato="2020-01-01")).regel == "V16"


def test_R2_across_regimes_the_first_one_stays() -> None:
    h = historie(indplaceret("2023-12-20", tilmeldt="2023-12-15", indplaceret="2023-12-18"))
    h.ske(rettet_indplacering("2024-01-10", indplaceringsdato="2024-01-05", tilmeldingsdato="2024-01-02"))
    assert (h.forloeb.regime, h.forloeb.startdato) == (Regime.FORSOEG_2020, dag("2024-01-05"))
    senere = historie(indplaceret("2024-01-10", tilmeldt="2024-01-02", indplaceret="2024-01-05"))
    senere.ske(rettet_indplacering("2024-01-12", indplaceringsdato="2023-12-20", tilmeldingsdato="2023-12-18"))
    assert (senere.forloeb.regime, senere.forloeb.startdato) == (Regime.LOV_2024, dag("2024-01-05"))


def test_R2_of_a_course_that_is_out_the_start_is_updated_and_the_end_stays() -> None:
    h = i_forloeb("2022-03-10", tilmeldt="2022-03-01", indplaceret="2022-03-08")
    h.ske(tidlig_indsats("2022-03-20"))
    afg = h.ske(rettet_indplacering("2022-04-20", indplaceringsdato="2022-03-03"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-03", "2022-03-20", "44")]
    # A4: an end before the corrected start moves with it
    afg = h.ske(rettet_indplacering("2022-04-21", indplaceringsdato="2022-03-25"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-25", "2022-03-25", "44")]


def test_R2_V11_not_before_the_day_after_the_marking_before() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-05-10"))
    h.ske(
        indplaceret("2022-06-10", indplaceringstype="genindplaceret", tilmeldt="2022-03-01", indplaceret="2022-06-01")
    )
    afg = h.ske(rettet_indplacering("2022-06-20", indplaceringsdato="2022-05-02"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-05-11", None, None)]


def test_R2_V3_the_corrected_enrolment_judges_the_time_limit_again() -> None:
    h = i_forloeb("2022-03-15", tilmeldt="2022-03-01")
    assert h.afgoerelser[-1].flag == ()
    assert h.proev(rettet_indplacering("2022-03-20", tilmeldingsdato="2022-02-28")).flag == ("frist_overskredet",)
    assert h.proev(rettet_indplacering("2022-03-20", tilmeldingsdato="2022-03-02")).flag == ()


def test_R2_the_hours_of_the_benefit_period_are_kept() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-10", "200"))
    h.ske(rettet_indplacering("2022-04-20", indplaceringsdato="2022-03-05"))
    assert h.borger.timer is not None
    assert str(h.borger.timer.timer_sammenlagt) == "200"


def test_R2_without_a_placement_there_is_nothing_to_correct() -> None:
    afg = historie().proev(rettet_indplacering("2022-03-20", indplaceringsdato="2022-03-03"))
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode) == (Status.AFVIST, "r2_ingen_indplacering")
    h = i_forloeb("2022-03-01")
    assert h.proev(rettet_indplacering("2022-03-20", indplaceringsdato="2022-03-01")).status is Status.UDEN_VIRKNING


# --- R2: the degree of insurance and the kommune ---------------------------------------------------------------------


@pytest.mark.parametrize(("timer", "slut"), [("332.99", None), ("333", "2022-05-31")])
def test_R2_A1_a_corrected_degree_judges_the_hours_again(timer: str, slut: str | None) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", timer))
    afg = h.ske(rettet_indplacering("2022-05-20", forsikringsgrad="deltid"))
    assert h.forloeb.forsikringsgrad == "deltid"
    if slut is None:
        assert (afg.status, afg.registreringer) == (Status.NOTERET, ())
    else:
        assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", slut, "41")]
        assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]


def test_R2_A1_a_higher_limit_re_opens_nothing() -> None:
    h = i_forloeb("2022-03-01", forsikringsgrad="deltid")
    h.ske(udbetalt("2022-05-02", "340"))
    afg = h.ske(rettet_indplacering("2022-05-20", forsikringsgrad="fuldtid"))
    assert (afg.registreringer, afg.flag) == ((), ("under_graensen_igen",))
    assert h.forloeb.slutdato == dag("2022-05-31")


def test_R2_a_kommune_stated_wrongly_both_jobcentres_are_told() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(haendelse("akasse.indstilling.sendt.v1", "2022-03-10"))
    afg = h.ske(rettet_indplacering("2022-03-20", kommunekode=NABOKOMMUNE))
    assert (afg.status, afg.registreringer) == (Status.VIDERESENDT, ())
    assert beskedtyper(afg) == [
        (HOS_AKASSE, f"jobcenter.{NABOKOMMUNE}"),
        (OPHOERT, f"jobcenter.{KOMMUNE}"),
        ("gateway.indstilling.v1", f"jobcenter.{NABOKOMMUNE}"),
    ]
    assert afg.beskeder[1].data["grund"] == "kommune_rettet"
    assert h.borger.kommune(dag("2022-03-01")) == NABOKOMMUNE, "from the beginning: it was no move"
    assert h.forloeb.kommunekode == NABOKOMMUNE


def test_R2_a_later_move_stands() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(flyttet("2022-03-15", NABOKOMMUNE))
    opsaetning = replace(
        OPSAETNING, daekning=(*OPSAETNING.daekning, Daekning(AKASSE, "0165", dag("2020-01-01"), dag("2023-12-31")))
    )
    h.opsaetning = opsaetning
    afg = h.ske(rettet_indplacering("2022-03-20", kommunekode="0165"))
    assert (afg.status, afg.beskeder) == (Status.NOTERET, ())
    assert (h.forloeb.kommunekode, h.borger.kommune(dag("2022-03-20"))) == (NABOKOMMUNE, NABOKOMMUNE)
    assert h.borger.kommune(dag("2022-03-02")) == "0165"


def test_R2_V10_a_kommune_that_is_not_in_the_trial_makes_the_marking_wrong() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(rettet_indplacering("2022-03-20", kommunekode=UDENFOR))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-03-20", "38")]
    assert "fejloprettet" in afg.flag
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{UDENFOR}")]
    # from 2024 every kommune is covered
    h = i_forloeb("2024-03-01")
    assert h.ske(rettet_indplacering("2024-03-20", kommunekode=UDENFOR)).status is Status.VIDERESENDT


def test_R2_V16_a_kommune_stated_wrongly_that_is_in_the_trial_brings_the_member_in() -> None:
    h = historie(indplaceret("2022-03-10", tilmeldt="2022-03-01", kommunekode=UDENFOR))
    assert h.borger.seneste_forloeb is None
    afg = h.ske(rettet_indplacering("2022-03-20", kommunekode=KOMMUNE))
    assert indhold(afg) == [("OpretFravaer", "75", "2022-03-01", None, None)]
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}")]
    assert h.borger.kommune(dag("2022-03-01")) == KOMMUNE


def test_R2_O1_after_the_end_the_handover_goes_to_the_right_jobcenter() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-20"))
    afg = h.ske(rettet_indplacering("2022-04-20", kommunekode=NABOKOMMUNE))
    (o,) = afg.overdragelser
    assert (o.til.kode, o.aendring, afg.status) == (NABOKOMMUNE, "opdateret", Status.VIDERESENDT)
    ahead = i_forloeb("2022-03-01")
    ahead.ske(udbetalt("2022-05-02", "410"))
    (o,) = ahead.ske(rettet_indplacering("2022-05-10", kommunekode=NABOKOMMUNE)).overdragelser
    assert (o.til.kode, o.aendring) == (NABOKOMMUNE, "opdateret")


# --- V8 between an ending and its slutdato ---------------------------------------------------------------------------


def test_V8_a_move_before_the_slutdato_takes_the_handover_along() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", "410"))
    id_ = h.forloeb.overdragelse_id
    afg = h.ske(flyttet("2022-05-10", NABOKOMMUNE))
    (o,) = afg.overdragelser
    assert (o.overdragelse_id, o.til.kode, o.aendring) == (id_, NABOKOMMUNE, "opdateret")
    assert h.forloeb.overdraget_til == NABOKOMMUNE


def test_V8_on_the_last_day_the_end_stands_and_the_new_kommune_takes_over() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-02", "410"))
    afg = h.ske(flyttet("2022-05-31", UDENFOR))
    assert (afg.status, afg.registreringer) == (Status.VIDERESENDT, ())
    (o,) = afg.overdragelser
    assert (o.til.kode, o.data["aarsagskode"]) == (UDENFOR, "41")


# --- R7 ------------------------------------------------------------------------------------------------------------


def lukket(tid: str, dato: str, kode: str = "41", regime: str = "forsoeg-2020", akasse: str = AKASSE) -> Haendelse:
    from contracts.events.interne import RegimeLukket
    from gateway.rules.model import Part
    from tests.regler.byg import VOKSEN, kl

    data = RegimeLukket.model_validate({"cpr": VOKSEN, "regime": regime, "dato": dato, "aarsagskode": kode})
    return Haendelse("/gateway/test", f"luk-{dato}", "gateway.regime.lukket.v1", kl(tid), Part("akasse", akasse), data)


def med_lukning(dato: str, akasse: str | None = None, kode: str = "41") -> Any:
    return replace(OPSAETNING, lukkede=(Regimelukning(Regime.FORSOEG_2020, dag(dato), akasse, kode),))


def test_R7_a_running_course_ends_on_the_day_of_the_closing() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-05-10T10:00", "raadighed", "faelles"))
    afg = h.ske(lukket("2022-04-20", "2022-04-30"))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "R7")
    assert indhold(afg)[0] == ("RetFravaer", "75", "2022-03-01", "2022-04-30", "41")
    assert [r.indhold.operation for r in afg.registreringer] == ["RetFravaer", "SletIndkaldelse"]
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]
    (p,) = h.borger.planlagte
    assert (p.formaal, p.aflyst) == (("raadighed",), False), "a talk with two purposes keeps the other one"


@pytest.mark.parametrize(
    ("dato", "kode", "slut"),
    [
        pytest.param("2022-02-01", "41", "2022-03-01", id="A4 never before the start"),
        pytest.param("2022-06-30", "43", "2022-06-30", id="a day to come, the cause that was named"),
    ],
)
def test_R7_the_day_and_the_cause_are_the_operators(dato: str, kode: str, slut: str) -> None:
    h = i_forloeb("2022-03-01")
    assert indhold(h.ske(lukket("2022-04-20", dato, kode))) == [("RetFravaer", "75", "2022-03-01", slut, kode)]


def test_R7_A3_a_course_that_ends_no_later_and_another_regimes_go_on() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-10", "410"))
    assert h.proev(lukket("2022-04-20", "2022-04-30")).status is Status.UDEN_VIRKNING
    assert h.proev(lukket("2022-05-20", "2022-05-30")).status is Status.UDEN_VIRKNING
    assert indhold(h.proev(lukket("2022-04-20", "2022-04-25")))[0][3] == "2022-04-25"
    assert i_forloeb("2024-03-01").proev(lukket("2024-04-20", "2024-04-30")).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize(
    ("akasse", "placeret", "inde"),
    [
        (None, "2022-05-01", False),
        (None, "2022-04-30", True),
        (AKASSE, "2022-05-01", False),
        (ANDEN_AKASSE, "2022-05-01", True),
    ],
)
def test_R7_V16_nobody_is_placed_under_a_closed_regime(akasse: str | None, placeret: str, inde: bool) -> None:
    h = Historie(opsaetning=med_lukning("2022-04-30", akasse))
    afg = h.ske(indplaceret("2022-05-10", indplaceret=placeret))
    assert bool(afg.registreringer) is inde
    if not inde:
        assert (afg.status, afg.regel, afg.flag) == (Status.UDEN_VIRKNING, "V16", ("regel_r7",))


def test_R7_a_placement_before_a_closing_to_come_opens_a_course_that_ends_then() -> None:
    h = Historie(opsaetning=med_lukning("2022-04-30", kode="43"))
    afg = h.ske(indplaceret("2022-04-10"))
    assert indhold(afg) == [
        ("OpretFravaer", "75", "2022-04-10", None, None),
        ("RetFravaer", "75", "2022-04-10", "2022-04-30", "43"),
    ]
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}"), (OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]
    assert (afg.beskeder[0].efter_registrering, afg.overdragelser[0].efter_registrering) == (0, 1)
