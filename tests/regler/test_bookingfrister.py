"""The a-kasse's own booking deadlines (S7), the missed one (S8), and what an exemption lifts (M1, R5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.errors import Regelfejl
from gateway.rules.aendringer import anvend
from gateway.rules.model import Haendelse, Status
from gateway.rules.planlaegning import bortfald
from gateway.rules.registreringer import Afmeld
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    ANDEN_AKASSE,
    OPSAETNING,
    Historie,
    aflyst,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    med_koder,
    mindre_intensiv,
    planlagt,
    samtale,
    tidlig_indsats,
)

SAT, OVERSKREDET = "akasse.bookingfrist.sat.v1", "akasse.bookingfrist.overskredet.v1"
KORT = {"begrundelse": "Afbud fra et andet medlem."}


def frist(fristdato: str, *formaal: str, tid: str = "2022-03-02", frist_id: str = "f-1", **felter: Any) -> Haendelse:
    return haendelse(
        SAT, tid, fristId=frist_id, fristdato=fristdato, formaal=list(formaal or ("jobsamtale",)), **felter
    )


def overskredet(tid: str, fristdato: str = "2022-03-25", frist_id: str = "f-1", **felter: Any) -> Haendelse:
    return haendelse(OVERSKREDET, tid, fristId=frist_id, fristdato=fristdato, formaal=["jobsamtale"], **felter)


def med_frist(fristdato: str = "2022-03-25", *formaal: str) -> Historie:
    h = i_forloeb("2022-03-01")
    h.ske(frist(fristdato, *formaal))
    return h


# --- S8: the effect --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("idag", "faktisk", "flag"),
    [
        ("2022-03-26", "2022-03-26", ()),
        ("2022-03-27", "2022-03-27", ("virkning_udsat",)),
        ("2022-04-20", "2022-04-20", ("virkning_udsat",)),
        ("2022-03-25", "2022-03-26", ()),  # a replay whose clock runs behind: never before the lawful day
    ],
)
def test_S8_effect_from_the_day_after_the_deadline_or_from_today_when_sent_later(
    idag: str, faktisk: str, flag: tuple[str, ...]
) -> None:
    h = med_frist("2022-03-25")
    h.idag = dag(idag)
    afg = h.proev(overskredet("2022-03-26"))
    assert (afg.status, afg.regel, afg.flag) == (Status.REGISTRERET, "S8", flag)
    assert indhold(afg) == [("Afmeld", faktisk, "911")]
    assert afg.virkning is not None
    assert (afg.virkning.lovlig, afg.virkning.faktisk) == (dag("2022-03-26"), dag(faktisk))


def test_S8_depends_on_the_day_of_sending_and_names_DFDGs_last_day() -> None:
    h = med_frist("2022-03-25")
    h.idag = dag("2022-03-28")
    afg = h.proev(overskredet("2022-03-26"))
    assert afg.dagsafhaengig
    assert [r.haardeste_dato for r in afg.registreringer] == [dag("2022-04-27")]


@pytest.mark.parametrize(
    ("fristdato", "lovlig"),
    [("2022-02-28", "2022-03-01"), ("2024-02-28", "2024-02-29"), ("2022-12-31", "2023-01-01")],
    ids=["end of February", "leap day", "new year"],
)
def test_S8_the_day_after_is_the_calendars(fristdato: str, lovlig: str) -> None:
    fra = dag(fristdato) - timedelta(days=14)
    h = i_forloeb(fra.isoformat())
    h.ske(frist(fristdato, tid=fra.isoformat()))
    assert indhold(h.proev(overskredet(lovlig, fristdato))) == [("Afmeld", lovlig, "911")]


def test_S8_the_marking_stays_open() -> None:
    h = med_frist("2022-03-25")
    afg = h.ske(overskredet("2022-03-26"))
    assert afg.overdragelser == ()
    assert h.forloeb.slutdato is None
    assert h.borger.afmeldt_fra == dag("2022-03-26")


# --- S8: its conditions ----------------------------------------------------------------------------


def _ingen_afmelding(h: Historie, besked: Haendelse, grund: str) -> None:
    afg = h.proev(besked)
    assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, "S8", ())
    assert grund in afg.tekst


def test_S8_an_unknown_deadline_is_refused() -> None:
    afg = i_forloeb("2022-03-01").proev(overskredet("2022-03-26"))
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode, afg.fejl.felt) == (Status.AFVIST, "S8", "s8_ukendt_frist", "fristId")


@pytest.mark.parametrize(
    ("tid", "passeret"),
    [
        ("2022-03-25T23:59", False),
        ("2022-03-25T22:30:00+00:00", False),  # winter time: half past eleven in the evening
        ("2022-03-25T23:30:00+00:00", True),  # half past midnight on the 26th
        ("2022-03-26T00:00", True),
    ],
)
def test_S8_the_deadline_is_passed_when_its_copenhagen_day_is_over(tid: str, passeret: bool) -> None:
    afg = med_frist("2022-03-25").proev(overskredet(tid))
    assert afg.status is (Status.REGISTRERET if passeret else Status.UDEN_VIRKNING)


def test_S8_a_booking_under_the_deadline_meets_it() -> None:
    h = med_frist()
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_booking_that_names_no_deadline_meets_those_of_its_purpose_only() -> None:
    h = med_frist("2022-03-25", "raadighed")
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", "jobsamtale"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET
    h.ske(planlagt("booket", "2022-03-21", "2022-03-30T11:00", "raadighed", navn="s2"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_booking_under_another_deadline_does_not_meet_it() -> None:
    h = med_frist()
    h.ske(frist("2022-04-10", frist_id="f-2"))
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", fristId="f-2"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_summons_is_no_booking() -> None:
    h = med_frist()
    h.ske(planlagt("indkaldt", "2022-03-20", "2022-03-30T09:00", fristId="f-1", kortVarsel=KORT))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_summons_known_before_the_deadline_is_set_does_not_meet_it_either() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-30T09:00", kortVarsel=KORT))
    h.ske(frist("2022-03-25", tid="2022-03-03"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_booking_moved_without_naming_its_deadline_does_not_meet_a_later_one() -> None:
    h = med_frist()
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(planlagt("aendret", "2022-03-21", "2022-04-01T09:00"))
    h.ske(frist("2022-03-28", tid="2022-03-22", frist_id="f-2"))
    assert h.proev(overskredet("2022-03-29", "2022-03-28", "f-2")).status is Status.REGISTRERET


def test_S8_a_cancelled_booking_leaves_the_deadline_open_again() -> None:
    h = med_frist()
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(aflyst("2022-03-21"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_cancelling_one_of_two_bookings_leaves_the_deadline_met() -> None:
    h = med_frist()
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00"))
    h.ske(planlagt("booket", "2022-03-20", "2022-03-31T09:00", navn="s2"))
    h.ske(aflyst("2022-03-21"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_moved_booking_still_meets_its_deadline_and_cancelling_it_opens_that_one() -> None:
    h = med_frist()
    h.ske(planlagt("booket", "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(planlagt("aendret", "2022-03-21", "2022-04-01T09:00"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")
    h.ske(aflyst("2022-03-22"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_deadline_set_after_the_booking_is_met_at_once_but_not_by_a_talk_already_held() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("booket", "2022-03-02", "2022-03-10T09:00"))
    h.ske(frist("2022-03-25", tid="2022-03-03"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")
    h.ske(samtale("2022-03-10T09:00", "jobsamtale", samtaleId=uuid("s")))
    h.ske(frist("2022-04-10", tid="2022-03-28", frist_id="f-2"))
    assert h.proev(overskredet("2022-04-11", "2022-04-10", "f-2")).status is Status.REGISTRERET


@pytest.mark.parametrize(
    ("fra", "til", "fritaget"),
    [
        ("2022-03-24", "2022-03-25", True),
        ("2022-03-26", "2022-03-27", True),
        ("2022-03-20", None, True),
        ("2022-03-10", "2022-03-24", False),
        ("2022-03-27", "2022-03-28", False),
    ],
    ids=["on the deadline", "on the day told", "open", "over before", "after"],
)
def test_S8_M1_no_deregistration_while_exempt(fra: str, til: str | None, fritaget: bool) -> None:
    h = med_frist("2022-03-25")
    assert h.ske(mindre_intensiv("2022-03-09", fra, til)).status is Status.REGISTRERET
    afg = h.proev(overskredet("2022-03-26"))
    assert afg.status is (Status.UDEN_VIRKNING if fritaget else Status.REGISTRERET)


def test_S8_S12_out_of_the_course_it_causes_no_deregistration() -> None:
    h = med_frist("2022-03-25")
    h.ske(tidlig_indsats("2022-03-25"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "bortfaldet")


def test_S8_on_the_last_day_in_the_course_it_still_counts() -> None:
    h = med_frist("2022-03-25")
    h.ske(tidlig_indsats("2022-03-26"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_the_same_deadline_deregisters_once() -> None:
    h = med_frist("2022-03-25")
    h.ske(overskredet("2022-03-26"))
    _ingen_afmelding(h, overskredet("2022-03-27"), "afmelding før")


def test_S8_the_same_deadline_id_of_another_akasse_is_not_the_members() -> None:
    h = med_frist("2022-03-25")
    h.ske(haendelse("akasse.medlem.udmeldt.v1", "2022-03-10", udmeldelsesdato="2022-03-10", nyAkassekode=ANDEN_AKASSE))
    afg = h.proev(overskredet("2022-03-26", akasse=ANDEN_AKASSE))
    assert afg.fejl is not None
    assert afg.fejl.kode == "s8_ukendt_frist"


def test_S8_M3_the_cause_comes_from_the_installations_code_list_and_nothing_is_guessed() -> None:
    h = med_frist("2022-03-25")
    afg = h.proev(overskredet("2022-03-26"))
    assert [r.indhold for r in afg.registreringer] == [Afmeld(dag("2022-03-26"), "911")]
    h.opsaetning = med_koder(OPSAETNING)
    with pytest.raises(Regelfejl) as fanget:
        h.proev(overskredet("2022-03-26"))
    assert fanget.value.kode == "kode_mangler"
    assert "afmeldingsaarsag.frist_overskredet" in (fanget.value.loesning or "")


def test_S8_without_effect_needs_no_code() -> None:
    h = med_frist("2022-03-25")
    h.opsaetning = med_koder(OPSAETNING)
    _ingen_afmelding(h, overskredet("2022-03-25"), "ikke passeret")


# --- S7, M1, S9: which deadlines may be set -------------------------------------------------------


@pytest.mark.parametrize("formaal", [("jobsamtale",), ("raadighed",), ("jobsamtale", "raadighed")], ids="+".join)
@pytest.mark.parametrize("fra", ["2022-03-01", "2024-03-01"])
def test_S7_a_deadline_is_the_akasses_own_and_DFDG_is_told_nothing(formaal: tuple[str, ...], fra: str) -> None:
    h = i_forloeb(fra)
    afg = h.ske(frist(f"{fra[:4]}-03-25", *formaal, tid=fra))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "S7", ())
    assert [(f.frist_id, f.formaal, f.opfyldt) for f in h.borger.frister] == [("f-1", formaal, False)]


@pytest.mark.parametrize(
    "formaal", [("cv",), ("faelles",), ("cv", "jobsamtale"), ("raadighed", "faelles")], ids="+".join
)
@pytest.mark.parametrize("inde", [True, False], ids=["in", "out"])
def test_S7_a_deadline_for_a_faelles_or_a_cv_is_refused(formaal: tuple[str, ...], inde: bool) -> None:
    afg = (i_forloeb("2022-03-01") if inde else historie()).proev(frist("2022-03-25", *formaal))
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode, afg.fejl.felt) == (Status.AFVIST, "S7", "s7_frist", "formaal")


@pytest.mark.parametrize("formaal", ["cv", "jobsamtale", "faelles", "raadighed"])
@pytest.mark.parametrize(
    ("paa", "fritaget"),
    [("2022-03-09", False), ("2022-03-10", True), ("2022-03-20", True), ("2022-03-21", False)],
)
def test_M1_no_deadline_for_cv_jobsamtale_or_faelles_while_exempt(formaal: str, paa: str, fritaget: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(mindre_intensiv("2022-03-08", "2022-03-10", "2022-03-20"))
    afg = h.proev(frist(paa, formaal))
    koder = {"raadighed": None, "jobsamtale": "m1_fritaget" if fritaget else None}
    ventet = koder.get(formaal, "m1_fritaget" if fritaget else "s7_frist")
    assert (afg.fejl.kode if afg.fejl else None) == ventet
    assert afg.status is (Status.AFVIST if ventet else Status.NOTERET)


@pytest.mark.parametrize(
    ("formaal", "fristdato", "status"),
    [
        ("jobsamtale", "2022-04-11", Status.NOTERET),
        ("jobsamtale", "2022-04-12", Status.AFVIST),
        ("raadighed", "2022-04-12", Status.NOTERET),
    ],
    ids=["jobsamtale by the slutdato", "jobsamtale after it", "raadighed after it"],
)
def test_S9_a_deadline_for_a_jobsamtale_lies_in_the_course(formaal: str, fristdato: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(frist(fristdato, formaal, tid="2022-04-11"))
    assert afg.status is status
    if status is Status.AFVIST:
        assert afg.fejl is not None
        assert (afg.regel, afg.fejl.kode) == ("S9", "s9_frist_uden_for_forloebet")


def test_S9_a_deadline_is_kept_while_nobody_has_decided_about_the_member() -> None:
    assert historie().proev(frist("2022-03-25")).status is Status.NOTERET


def test_S7_the_same_deadline_told_again_has_no_effect_another_day_takes_its_place() -> None:
    h = med_frist("2022-03-25")
    assert h.proev(frist("2022-03-25", tid="2022-03-03")).status is Status.UDEN_VIRKNING
    h.ske(frist("2022-03-28", tid="2022-03-03"))
    assert [f.fristdato for f in h.borger.frister] == [dag("2022-03-28")]
    assert h.proev(overskredet("2022-03-26")).status is Status.UDEN_VIRKNING


def test_S8_a_deadline_that_has_led_to_a_deregistration_is_not_set_again() -> None:
    h = med_frist("2022-03-25")
    h.ske(overskredet("2022-03-26"))
    assert h.ske(frist("2022-03-28", tid="2022-03-27")).status is Status.UDEN_VIRKNING
    assert h.proev(overskredet("2022-03-29")).status is Status.UDEN_VIRKNING


# --- S12, V11: after the handover --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fristdato", "bortfaldet"),
    [("2022-04-10", False), ("2022-04-11", True), ("2022-04-12", True)],
    ids=["effect on the slutdato", "effect the day after", "later"],
)
def test_S12_an_open_deadline_lapses_when_its_effect_would_lie_after_the_slutdato(
    fristdato: str, bortfaldet: bool
) -> None:
    h = med_frist(fristdato)
    _, fakta = bortfald(h.borger, h.forloeb, dag("2022-04-11"))
    assert [f.bortfaldet for f in anvend(h.borger, fakta).frister] == [bortfaldet]


def test_S12_another_akasses_deadline_stays() -> None:
    h = med_frist("2022-04-20")
    _, fakta = bortfald(h.borger, replace(h.forloeb, akassekode=ANDEN_AKASSE), dag("2022-04-11"))
    assert fakta == ()


def test_S12_a_lapsed_deadline_causes_no_deregistration() -> None:
    h = med_frist("2022-03-25")
    _, fakta = bortfald(h.borger, h.forloeb, dag("2022-03-25"))
    h.borger = anvend(h.borger, fakta)
    _ingen_afmelding(h, overskredet("2022-03-26"), "bortfaldet")


def test_S12_a_deadline_missed_in_a_course_that_is_over_causes_none_in_the_next() -> None:
    h = med_frist("2022-03-25")
    h.ske(indplaceret("2022-03-28", indplaceringstype="genindplaceret"))
    assert h.forloeb.startdato == dag("2022-03-29")
    _ingen_afmelding(h, overskredet("2022-03-30"), "et forløb, der er slut")


# --- R5 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formaal", ["jobsamtale", "raadighed"])
@pytest.mark.parametrize(
    ("fra", "til", "fritaget"),
    [
        ("2026-09-10", "2026-09-18", True),
        ("2026-09-19", "2026-09-19", True),
        ("2026-09-10", None, True),
        ("2026-09-10", "2026-09-17", False),
        ("2026-09-20", None, False),
    ],
    ids=["on the deadline", "on the day told", "open", "over before", "after"],
)
def test_S8_R5_no_deregistration_for_a_jobsamtale_from_which_the_member_is_exempted(
    formaal: str, fra: str, til: str | None, fritaget: bool
) -> None:
    h = i_forloeb("2026-08-17")
    h.ske(samtale("2026-08-20T09:00", "jobsamtale"))
    h.ske(frist("2026-09-18", formaal, tid="2026-08-24"))
    fritagelse = haendelse("akasse.samtale.fritaget.v1", "2026-09-09", fra=fra, til=til or ...)
    assert h.ske(fritagelse).status is Status.NOTERET
    afg = h.proev(overskredet("2026-09-19", "2026-09-18"))
    undtaget = fritaget and formaal == "jobsamtale"
    assert afg.status is (Status.UDEN_VIRKNING if undtaget else Status.REGISTRERET)


def test_V11_a_new_course_does_not_revive_a_deadline_that_was_missed_in_the_old() -> None:
    h = med_frist("2022-03-25")
    h.ske(overskredet("2022-03-26"))
    h.ske(indplaceret("2022-05-02", indplaceringstype="genindplaceret"))
    assert h.proev(overskredet("2022-05-03")).status is Status.UDEN_VIRKNING


def test_S8_however_late_it_is_sent_the_effect_never_lies_on_a_day_gone_by() -> None:
    h = med_frist("2022-03-25")
    for forsinket in range(40):
        h.idag = date(2022, 3, 26) + timedelta(days=forsinket)
        (r,) = h.proev(overskredet("2022-03-26")).registreringer
        assert isinstance(r.indhold, Afmeld)
        assert r.indhold.virkningsdato == h.idag
