"""Summonses, bookings and the a-kasse's own deadlines; the missed deadline (S8), and what an exemption lifts (M1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from gateway.errors import Regelfejl
from gateway.rules.model import Afmeld, Haendelse, Status
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    ANDEN_AKASSE,
    OPSAETNING,
    Historie,
    dag,
    haendelse,
    i_forloeb,
    indhold,
    indplaceret,
    kl,
    med_koder,
    samtale,
    tidlig_indsats,
)

SAT, OVERSKREDET = "akasse.bookingfrist.sat.v1", "akasse.bookingfrist.overskredet.v1"
INDKALDT, BOOKET = "akasse.samtale.indkaldt.v1", "akasse.samtale.booket.v1"
AENDRET, AFLYST = "akasse.samtale.aendret.v1", "akasse.samtale.aflyst.v1"


def frist(fristdato: str, *formaal: str, tid: str = "2022-03-02", frist_id: str = "f-1", **felter: Any) -> Haendelse:
    return haendelse(
        SAT, tid, fristId=frist_id, fristdato=fristdato, formaal=list(formaal or ("jobsamtale",)), **felter
    )


def overskredet(tid: str, fristdato: str = "2022-03-25", frist_id: str = "f-1", **felter: Any) -> Haendelse:
    return haendelse(OVERSKREDET, tid, fristId=frist_id, fristdato=fristdato, formaal=["jobsamtale"], **felter)


def planlagt(type_: str, tid: str, start: str, *formaal: str, navn: str = "s", **felter: Any) -> Haendelse:
    begynder = kl(start)
    standard: dict[str, Any] = {
        "samtaleId": uuid(navn),
        "formaal": list(formaal or ("jobsamtale",)),
        "start": begynder,
        "slut": begynder + timedelta(minutes=45),
        "form": "personligt",
        "kortVarsel": ...,
        "moedelink": ...,
    }
    return haendelse(type_, tid, **{**standard, **felter})


def med_frist(fristdato: str = "2022-03-25", *formaal: str) -> Historie:
    h = i_forloeb("2022-03-01")
    h.ske(frist(fristdato, *formaal))
    return h


def fritag(h: Historie, tid: str, fra: str, til: str | None) -> None:
    felter: dict[str, Any] = {"grund": "job", "startdato": fra, "slutdato": til or ..., "pligterFastholdes": ...}
    assert h.ske(haendelse("akasse.mindre-intensiv-indsats.registreret.v1", tid, **felter)).status is Status.REGISTRERET


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
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_booking_that_names_no_deadline_meets_those_of_its_purpose_only() -> None:
    h = med_frist("2022-03-25", "raadighed")
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", "jobsamtale"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET
    h.ske(planlagt(BOOKET, "2022-03-21", "2022-03-30T11:00", "raadighed", navn="s2"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_booking_under_another_deadline_does_not_meet_it() -> None:
    h = med_frist()
    h.ske(frist("2022-04-10", frist_id="f-2"))
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", fristId="f-2"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_summons_is_no_booking() -> None:
    h = med_frist()
    h.ske(planlagt(INDKALDT, "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_summons_known_before_the_deadline_is_set_does_not_meet_it_either() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(INDKALDT, "2022-03-02", "2022-03-30T09:00"))
    h.ske(frist("2022-03-25", tid="2022-03-03"))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_booking_moved_without_naming_its_deadline_does_not_meet_a_later_one() -> None:
    h = med_frist()
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(planlagt(AENDRET, "2022-03-21", "2022-04-01T09:00"))
    h.ske(frist("2022-03-28", tid="2022-03-22", frist_id="f-2"))
    assert h.proev(overskredet("2022-03-29", "2022-03-28", "f-2")).status is Status.REGISTRERET


def test_S8_a_cancelled_booking_leaves_the_deadline_open_again() -> None:
    h = med_frist()
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(haendelse(AFLYST, "2022-03-21", samtaleId=uuid("s")))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_cancelling_one_of_two_bookings_leaves_the_deadline_met() -> None:
    h = med_frist()
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00"))
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-31T09:00", navn="s2"))
    h.ske(haendelse(AFLYST, "2022-03-21", samtaleId=uuid("s")))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")


def test_S8_a_moved_booking_still_meets_its_deadline_and_cancelling_it_opens_that_one() -> None:
    h = med_frist()
    h.ske(planlagt(BOOKET, "2022-03-20", "2022-03-30T09:00", fristId="f-1"))
    h.ske(planlagt(AENDRET, "2022-03-21", "2022-04-01T09:00"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "booket")
    h.ske(haendelse(AFLYST, "2022-03-22", samtaleId=uuid("s")))
    assert h.proev(overskredet("2022-03-26")).status is Status.REGISTRERET


def test_S8_a_deadline_set_after_the_booking_is_met_at_once_but_not_by_a_talk_already_held() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(BOOKET, "2022-03-02", "2022-03-10T09:00"))
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
    fritag(h, "2022-03-09", fra, til)
    afg = h.proev(overskredet("2022-03-26"))
    assert afg.status is (Status.UDEN_VIRKNING if fritaget else Status.REGISTRERET)


def test_S8_S12_out_of_the_course_it_causes_no_deregistration() -> None:
    h = med_frist("2022-03-25")
    h.ske(tidlig_indsats("2022-03-25"))
    _ingen_afmelding(h, overskredet("2022-03-26"), "ikke i forløbet")


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


# --- folding, M1, S10 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "h",
    [
        frist("2022-03-25"),
        planlagt(INDKALDT, "2022-03-02", "2022-03-10T09:00"),
        planlagt(BOOKET, "2022-03-02", "2022-03-10T09:00"),
    ],
    ids=lambda h: h.type,
)
def test_M1_outside_an_exemption_it_is_noted_and_DFDG_is_told_nothing(h: Haendelse) -> None:
    afg = i_forloeb("2022-03-01").proev(h)
    assert (afg.status, afg.registreringer) == (Status.NOTERET, ())


@pytest.mark.parametrize("formaal", ["cv", "jobsamtale", "faelles", "raadighed"])
@pytest.mark.parametrize("art", ["summons", "deadline"])
@pytest.mark.parametrize(
    ("paa", "inde"),
    [("2022-03-09", False), ("2022-03-10", True), ("2022-03-20", True), ("2022-03-21", False)],
)
def test_M1_no_summons_or_deadline_for_cv_jobsamtale_or_faelles_meanwhile(
    formaal: str, art: str, paa: str, inde: bool
) -> None:
    h = i_forloeb("2022-03-01")
    fritag(h, "2022-03-08", "2022-03-10", "2022-03-20")
    ny = frist(paa, formaal) if art == "deadline" else planlagt(INDKALDT, "2022-03-08", f"{paa}T09:00", formaal)
    afg = h.proev(ny)
    if inde and formaal != "raadighed":
        assert afg.fejl is not None
        assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "M1", "m1_fritaget")
    else:
        assert afg.status is Status.NOTERET


def test_M1_a_summons_is_not_moved_into_the_exemption_a_booking_of_the_members_own_is() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(INDKALDT, "2022-03-02", "2022-03-09T09:00", navn="indkaldt"))
    h.ske(planlagt(BOOKET, "2022-03-02", "2022-03-09T11:00", navn="booket"))
    fritag(h, "2022-03-08", "2022-03-10", "2022-03-20")
    assert h.proev(planlagt(AENDRET, "2022-03-08", "2022-03-15T09:00", navn="indkaldt")).status is Status.AFVIST
    assert h.proev(planlagt(AENDRET, "2022-03-08", "2022-03-15T09:00", navn="booket")).status is Status.NOTERET


@pytest.mark.parametrize("type_", [AENDRET, AFLYST])
def test_S10_changing_or_cancelling_a_talk_that_is_not_known_is_refused(type_: str) -> None:
    ukendt = planlagt(type_, "2022-03-03", "2022-03-10T09:00") if type_ == AENDRET else haendelse(type_, "2022-03-03")
    afg = i_forloeb("2022-03-01").proev(ukendt)
    assert afg.fejl is not None
    assert (afg.status, afg.regel, afg.fejl.kode) == (Status.AFVIST, "S10", "s10_ukendt_samtale")


def test_S10_a_moved_talk_keeps_who_planned_it_and_a_cancelled_one_stays_known() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(planlagt(BOOKET, "2022-03-02", "2022-03-09T11:00"))
    h.ske(planlagt(AENDRET, "2022-03-03", "2022-03-11T11:00"))
    (p,) = h.borger.planlagte
    assert (p.booket, p.start, p.aflyst) == (True, kl("2022-03-11T11:00"), False)
    h.ske(haendelse(AFLYST, "2022-03-04", samtaleId=uuid("s")))
    assert [x.aflyst for x in h.borger.planlagte] == [True]


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
