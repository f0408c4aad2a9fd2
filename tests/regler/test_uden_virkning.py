"""Events that have no effect, are refused or must wait, for reasons that many chapters share: each type for itself.

Who has no course with the a-kasse (A3, V9, V16), whose member DFDG has not confirmed or who has left (J5), ids that are
another's, codes that are unset (M3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.errors import Regelfejl
from gateway.rules.afgoer import decide
from gateway.rules.model import Haendelse, Historiklinje, Regime, Regimelukning, Rettelse, Status
from gateway.rules.rettelser import identitet
from tests.kontrakter import eksempler
from tests.regler.byg import (
    ANDEN_AKASSE,
    NABOKOMMUNE,
    OPSAETNING,
    OPTJENT,
    UDENFOR,
    UNG,
    Historie,
    aflyst,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    med_koder,
    mindre_intensiv,
    planlagt,
    samtale,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

PAALAEG = "akasse.visitation.uddannelsespaalaeg.v1"
INDLAEST = "akasse.medlem.indlaest.v1"
KORT = {"begrundelse": "Afbud fra et andet medlem."}


def udfald(h: Historie, x: Haendelse) -> tuple[str, str | None, str | None]:
    afg = h.proev(x)
    return str(afg.status), afg.regel, afg.fejl.kode if afg.fejl else None


def skiftet(**felter: Any) -> Historie:
    """A member who left the other a-kasse in March; its course ended with the month."""
    return historie(
        indplaceret("2022-03-01", akasse=ANDEN_AKASSE, **felter),
        udmeldt("2022-03-10", "2022-03-20", akasse=ANDEN_AKASSE, **{k: v for k, v in felter.items() if k == "cpr"}),
    )


# --- no course with the a-kasse ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "felter"),
    [
        ("akasse.visitation.aarsag-rettet.v1", {"aarsagskode": "41", "udmeldelsesdato": ...}),
        ("akasse.deltagelse.anmodet.v1", {}),
        ("akasse.indsatsforslag.besvaret.v1", {}),
        ("akasse.indstilling.sendt.v1", {}),
        ("akasse.minplan.publiceret.v1", {}),
        ("akasse.cv.kontrolleret.v1", {}),
        ("akasse.aktivitet.registreret.v1", {}),
    ],
)
def test_V9_the_former_akasses_course_is_not_the_new_ones(type_: str, felter: dict[str, Any]) -> None:
    h = skiftet()
    assert udfald(h, haendelse(type_, "2022-04-10", **felter)) == ("uden_virkning", "V9", None)


def _paalaeg(tid: str) -> Haendelse:
    return haendelse(PAALAEG, tid, cpr=UNG, vurderingsdato=tid[:10])


UDDANNET: dict[str, Any] = {"cpr": UNG, "erhvervskompetencegivendeUddannelse": True}


@pytest.mark.parametrize(
    ("h", "tid", "regel", "tekst"),
    [
        pytest.param(lambda: skiftet(**UDDANNET), "2022-04-10", "V9", "anden a-kasse", id="another a-kasse's course"),
        pytest.param(
            lambda: historie(indplaceret("2022-03-01", **UDDANNET), tidlig_indsats("2022-03-10", cpr=UNG)),
            "2022-03-10", "A3", "slutter allerede", id="the same day as another ending",
        ),
        pytest.param(
            lambda: historie(indplaceret("2022-03-01", **UDDANNET), tidlig_indsats("2022-03-10", cpr=UNG)),
            "2022-03-11", "A3", "allerede slut", id="the day after it",
        ),
        pytest.param(historie, "2022-03-10", "V16", "hverken tilmeldt eller indplaceret", id="nobody"),
        pytest.param(
            lambda: historie(indplaceret("2022-03-01", kommunekode=UDENFOR, **UDDANNET)),
            "2022-03-10", "V16", "ikke omfattet", id="not covered",
        ),
    ],
)  # fmt: skip
def test_V5_A3_V16_an_order_that_ends_nothing(h: Any, tid: str, regel: str, tekst: str) -> None:
    afg = h().proev(_paalaeg(tid))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, regel, ())
    assert tekst in afg.tekst


@pytest.mark.parametrize(("tid", "tekst"), [("2022-03-10", "slutter allerede"), ("2022-03-11", "allerede slut")])
def test_V11_A3_a_new_right_when_the_course_has_its_end(tid: str, tekst: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    afg = h.proev(haendelse(OPTJENT, tid))
    assert (afg.status, afg.regel) == (Status.UDEN_VIRKNING, "A3")
    assert tekst in afg.tekst


def test_S8_a_deadline_passed_in_the_course_but_told_after_it() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(
        haendelse(
            "akasse.bookingfrist.sat.v1", "2022-03-02", fristId="f", fristdato="2022-03-07", formaal=["jobsamtale"]
        )
    )
    h.ske(tidlig_indsats("2022-03-10"))
    felter = {"fristId": "f", "fristdato": "2022-03-07", "formaal": ["jobsamtale"]}
    afg = h.proev(haendelse("akasse.bookingfrist.overskredet.v1", "2022-03-11", **felter))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, "S8", ())
    assert "ikke i forløbet" in afg.tekst


def test_A2_O6_a_cause_corrected_within_two_weeks_leaves_a_draft_of_Min_Plan() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-03-10"))
    afg = h.proev(haendelse("akasse.visitation.aarsag-rettet.v1", "2022-03-10", aarsagskode="45", udmeldelsesdato=...))
    assert "minplan_kladde" in [p.kode for p in afg.pligter]


@pytest.mark.parametrize(
    ("regel", "felter", "lukkede"),
    [
        ("R4", {"tilmeldingsdato": "2024-03-01", "indplaceringsdato": "2024-03-01", "timerSammenlagtVedTilmelding": "410"}, ()),
        (
            "R7",
            {"tilmeldingsdato": "2024-03-01", "indplaceringsdato": "2024-03-01", "timerSammenlagtVedTilmelding": ...},
            (Regimelukning(Regime.LOV_2024, indplaceret("2024-02-01").registreringsdato),),
        ),
    ],
)  # fmt: skip
def test_V16_an_imported_course_says_which_rule_keeps_it_out(
    regel: str, felter: dict[str, Any], lukkede: tuple[Regimelukning, ...]
) -> None:
    tomme: dict[str, Any] = {"samtaler": ..., "ferie": ..., "indstillinger": ..., "startdato": ...}
    h = historie(opsaetning=replace(OPSAETNING, lukkede=lukkede))
    afg = h.proev(haendelse(INDLAEST, "2024-03-10", **{**tomme, "afgoerelsesdato": "2024-03-08", **felter}))
    assert (afg.status, afg.regel, afg.flag) == (Status.UDEN_VIRKNING, "V16", (f"regel_{regel.lower()}",))


# --- the a-kasse's member, by DFDG (J5) -------------------------------------------------------------------------------

FRA_JOBCENTRET: list[tuple[str, dict[str, Any]]] = [
    ("jobcenter.deltagelse.besluttet.v1", {}),
    ("jobcenter.indsats.foreslaaet.v1", {}),
    ("jobcenter.samtale.annulleret.v1", {}),
    ("jobcenter.tilbud.afgjort.v1", {"indstillingId": ...}),
]


@pytest.mark.parametrize(("type_", "felter"), FRA_JOBCENTRET)
def test_J5_nothing_is_told_before_DFDG_has_confirmed_the_member(type_: str, felter: dict[str, Any]) -> None:
    h = historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    afg = h.proev(haendelse(type_, "2022-03-10", **felter))
    assert (afg.regel, afg.afvent_bekraeftelse, afg.beskeder) == ("J5", True, ())


@pytest.mark.parametrize(("type_", "felter"), FRA_JOBCENTRET)
def test_J5_nothing_is_told_of_somebody_who_has_left_while_the_course_runs_out(
    type_: str, felter: dict[str, Any]
) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-03-05", "2022-03-08"))
    assert h.borger.inde(indplaceret("2022-03-10").registreringsdato) is not None
    afg = h.proev(haendelse(type_, "2022-03-10", **felter))
    assert (afg.status, afg.regel, afg.afvent_bekraeftelse, afg.beskeder) == (Status.UDEN_VIRKNING, "J5", False, ())


@pytest.mark.parametrize("art", ["modtaget", "afvist"])
def test_J3_J5_the_answer_to_a_handover_is_the_receivers_and_waits_for_the_member(art: str) -> None:
    h = historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    h.ske(tidlig_indsats("2022-03-10"), kvitteret=False)
    id_ = h.forloeb.overdragelse_id
    svar = haendelse(f"jobcenter.overdragelse.{art}.v1", "2022-03-11", overdragelseId=id_)
    assert h.proev(svar).afvent_bekraeftelse
    h.borger = replace(h.borger, bopael=())  # where the citizen lives is not known: J3 does not refuse before it
    fremmed = haendelse(f"jobcenter.overdragelse.{art}.v1", "2022-03-11", kommune=NABOKOMMUNE, overdragelseId=id_)
    assert udfald(h, fremmed) == ("afvist", "J3", "j3_ikke_modtager")


# --- ids and times that are taken ---------------------------------------------------------------------------------------


def test_S10_an_id_of_the_former_akasses_planned_talk_is_not_taken_over() -> None:
    h = i_forloeb("2022-03-01", akasse=ANDEN_AKASSE)
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-15T10:00", "cv", akasse=ANDEN_AKASSE))
    h.ske(udmeldt("2022-03-10", "2022-03-20", akasse=ANDEN_AKASSE))
    for type_ in ("indkaldt", "booket"):
        ny = planlagt(type_, "2022-04-10", "2022-04-20T10:00", "raadighed")
        assert udfald(h, ny) == ("afvist", "S10", "s10_samtale_id_brugt")


def test_P1_an_id_of_the_former_akasses_activity_is_not_taken_over() -> None:
    fra = {"indplaceringsdato": "2024-03-01", "tilmeldingsdato": "2024-03-01"}
    h = historie(indplaceret("2024-03-01", akasse=ANDEN_AKASSE))
    felter = {"startdato": "2024-04-02", "slutdato": "2024-05-10"}
    h.ske(haendelse("akasse.aktivitet.registreret.v1", "2024-03-04", akasse=ANDEN_AKASSE, **felter))
    h.ske(udmeldt("2024-03-10", "2024-03-20", akasse=ANDEN_AKASSE))
    h.ske(indplaceret("2024-04-02", **fra))
    ny = haendelse("akasse.aktivitet.registreret.v1", "2024-04-10", **felter)
    assert udfald(h, ny) == ("afvist", "P1", "p1_aktivitet_id_brugt")


def test_S3_two_talks_of_one_purpose_and_time_cannot_be_told_apart() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-10T10:00", "jobsamtale"))
    assert udfald(h, samtale("2022-03-10T10:00", "jobsamtale", navn="en anden")) == (
        "afvist",
        "S3",
        "s3_samme_tidspunkt",
    )


# --- planned talks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "foer", "felter"),
    [
        ("indkaldt", "indkaldt", {"kortVarsel": KORT}),
        ("booket", "booket", {"fristId": "f-1"}),
        ("aendret", "booket", {"fristId": "f-1"}),
    ],
)
def test_S7_what_DFDG_has_already_is_kept_when_only_the_akasses_own_knowledge_differs(
    type_: str, foer: str, felter: dict[str, Any]
) -> None:
    h = i_forloeb("2022-03-01")
    formaal = ("cv", "jobsamtale") if foer == "indkaldt" else ("jobsamtale",)
    h.ske(planlagt(foer, "2022-03-02", "2022-03-15T10:00", *formaal))
    afg = h.proev(planlagt(type_, "2022-03-03", "2022-03-15T10:00", *formaal, **felter))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "S7", ())
    assert "DFDG har den" in afg.tekst


@pytest.mark.parametrize(("type_", "formaal"), [("indkaldt", ("cv",)), ("booket", ("jobsamtale",))])
def test_S7_planned_the_same_again_is_without_effect(type_: str, formaal: tuple[str, ...]) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(type_, "2022-03-02", "2022-03-15T10:00", *formaal))
    assert udfald(h, planlagt(type_, "2022-03-03", "2022-03-15T10:00", *formaal)) == ("uden_virkning", "S7", None)


def test_S7_a_booked_talk_does_not_become_one_that_is_summoned_to() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-15T10:00"))
    assert udfald(h, planlagt("aendret", "2022-03-03", "2022-03-15T10:00", "cv")) == ("afvist", "S7", "s7_selvbooket")


def test_S7_a_talk_of_a_day_that_is_passed_is_kept_and_cancelled_without_DFDG() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-15T10:00"))
    bagud = h.proev(planlagt("aendret", "2022-03-11", "2022-03-09T10:00"))
    assert (bagud.status, bagud.regel, bagud.registreringer) == (Status.NOTERET, "S7", ())
    assert "passeret" in bagud.tekst
    h.ske(planlagt("indkaldt", "2022-03-12", "2022-03-10T10:00", "cv", navn="bagud"))
    afg = h.ske(aflyst("2022-03-13", "bagud"))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "S7", ())
    assert h.proev(aflyst("2022-03-14", "bagud")).status is Status.UDEN_VIRKNING


def test_F3_a_holiday_that_nobody_registered_and_is_not_approved_any_more_is_kept_only() -> None:
    h = i_forloeb("2022-03-01")
    ferie: dict[str, Any] = {"ferieId": eksempler.uuid("ferie"), "startdato": "2022-04-04", "slutdato": "2022-04-08"}
    h.ske(haendelse("akasse.ferie.anmodet.v1", "2022-03-10", anmodetDato="2022-03-10", godkendt=True, **ferie))
    afg = h.proev(haendelse("akasse.ferie.aendret.v1", "2022-03-30", anmodetDato="2022-03-30", godkendt=False, **ferie))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "F3", ())
    assert "ikke godkendt" in afg.tekst


def test_R8_a_faelles_is_neither_booked_nor_put_in_a_talks_place_from_2024() -> None:
    h = i_forloeb("2024-03-01")
    assert udfald(h, planlagt("booket", "2024-03-02", "2024-03-15T10:00", "faelles")) == (
        "afvist",
        "R8",
        "r8_ingen_faelles",
    )
    h.ske(planlagt("indkaldt", "2024-03-02", "2024-03-15T10:00", "cv"))
    assert udfald(h, planlagt("aendret", "2024-03-03", "2024-03-15T10:00", "faelles")) == (
        "afvist",
        "R8",
        "r8_ingen_faelles",
    )


def test_S9_a_planned_jobsamtale_is_not_moved_out_of_the_course() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-15T10:00"))
    h.ske(udbetalt("2022-03-10", "410"))
    flyttet = planlagt("aendret", "2022-03-11", "2022-04-04T10:00")
    assert udfald(h, flyttet) == ("afvist", "S9", "s9_planlagt_uden_for_forloebet")


# --- what stops -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fastholdt", [False, True])
def test_M3_a_code_that_was_taken_out_of_the_list_stops_what_changes_an_effort(fastholdt: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(mindre_intensiv("2022-03-10", "2022-03-10"))
    h.opsaetning = med_koder()
    x = (
        mindre_intensiv("2022-03-12", "2022-03-10", pligterFastholdes={"aarsag": "misbrug_eller_spekulation", "begrundelse": "x"})
        if fastholdt
        else haendelse("akasse.mindre-intensiv-indsats.ophoert.v1", "2022-03-20", slutdato="2022-03-20")
    )  # fmt: skip
    with pytest.raises(Regelfejl) as fejl:
        h.proev(x)
    assert fejl.value.kode == "kode_mangler"


def test_A5_the_setting_stop_leaves_a_replaced_ending_to_a_person_too() -> None:
    """The hours that ended the course were wrong: it re-opens when they are put right."""
    stop = replace(OPSAETNING, genaabning="stop")
    ind, slut = indplaceret("2022-03-01"), udbetalt("2022-04-20", "410")
    h = historie(ind, slut, opsaetning=stop)
    linjer = tuple(Historiklinje(x, x.registreringsdato) for x in (ind, slut))
    rettelse = Rettelse(identitet(slut), linjer, erstatning=True)
    ny = replace(udbetalt("2022-04-22", "140"), rettelse=rettelse, identitet=identitet(slut))
    with pytest.raises(Regelfejl) as fejl:
        decide(h.borger, ny, stop, ny.registreringsdato)
    assert fejl.value.kode == "a5_genaabning"
