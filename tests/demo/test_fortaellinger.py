"""What the stories promise: seeded, streamed, in order, of the right shape, and of test persons alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

import orjson
import pytest
from stdnum.dk import cpr as stdnum_cpr

from sandbox.fortaellinger import Fortaelling, Forudsaetninger, PlanlagtHaendelse, flet, fortaellinger, generer
from sandbox.fortaellinger.generator import ANDEL_TRE_SAMTALER
from sandbox.fortaellinger.model import DELTAGELSE_ANMODET, HOS_AKASSE, INDSTILLING, KVITTERING, OVERDRAGELSE
from sandbox.personer import Personregister
from tests.demo.verden import FORUDSAETNINGER

ANTAL = 4000


@pytest.fixture(scope="module")
def maaned() -> list[Fortaelling]:
    return list(generer(ANTAL, 11, FORUDSAETNINGER))


@pytest.fixture(scope="module")
def fortalte() -> dict[str, Fortaelling]:
    return {f.haendelser[0].id.split("-")[0]: f for f in fortaellinger(FORUDSAETNINGER, Personregister())}


def egne(fortaelling: Fortaelling) -> list[PlanlagtHaendelse]:
    return [h for h in fortaelling.haendelser if not h.gentagelse]


def medlem(haendelse: PlanlagtHaendelse) -> str:
    """Whose story the event is part of: neither party's own id of the person nor the CPR number is the same throughout."""
    return haendelse.id.rsplit("-", 1)[0]


def aarsag(fortaelling: Fortaelling) -> str | None:
    """The cause of the course's last ending, None while it is open or never began."""
    alle = [v for h in egne(fortaelling) for v in h.forventning.dfdg if v.type == "75"]
    return alle[-1].aarsag if alle else None


def test_the_same_seed_tells_the_same_and_another_tells_another() -> None:
    def som_tekst(seed: int) -> list[bytes]:
        return [h.struktureret() for f in generer(30, seed, FORUDSAETNINGER) for h in f.haendelser]

    assert som_tekst(3) == som_tekst(3)
    assert som_tekst(3) != som_tekst(4)


def test_members_are_streamed_not_gathered() -> None:
    """The first ones of a number that no memory could hold."""
    assert len(list(islice(generer(10**12, 1, FORUDSAETNINGER), 3))) == 3
    assert len(list(islice(flet(generer(10**12, 1, FORUDSAETNINGER)), 500))) == 500


def test_mixing_keeps_each_members_order_and_loses_nothing(maaned: list[Fortaelling]) -> None:
    nogle = maaned[:300]
    blandet = list(flet(nogle, samtidige=40, seed=2))
    pr_medlem: dict[str, list[PlanlagtHaendelse]] = defaultdict(list)
    for haendelse in blandet:
        pr_medlem[medlem(haendelse)].append(haendelse)
    assert {navn: tuple(alle) for navn, alle in pr_medlem.items()} == {
        medlem(f.haendelser[0]): f.haendelser for f in nogle
    }
    assert [h.cpr for h in blandet[:40]] != [nogle[0].cpr] * 40


def test_event_times_never_fall_and_sekvens_rises_per_publisher(maaned: list[Fortaelling]) -> None:
    for fortaelling in maaned:
        pr_part: dict[str, list[PlanlagtHaendelse]] = defaultdict(list)
        for haendelse in egne(fortaelling):
            pr_part[haendelse.part].append(haendelse)
        for alle in pr_part.values():
            assert [h.tid for h in alle] == sorted(h.tid for h in alle)
            assert [h.sekvens for h in alle] == list(range(1, len(alle) + 1))


def test_every_event_time_lies_in_the_past_and_nothing_depends_on_the_day_of_sending(
    maaned: list[Fortaelling],
) -> None:
    assert max(h.tid for f in maaned for h in f.haendelser).date() < date(2025, 1, 1)
    assert not [h for f in maaned for h in f.haendelser if h.type.startswith("akasse.bookingfrist")]


def test_ids_are_used_once_and_keys_say_nothing_of_the_person(maaned: list[Fortaelling]) -> None:
    alle = [h for f in maaned for h in egne(f)]
    assert len({h.id for h in alle}) == len(alle)
    assert len({f.cpr for f in maaned}) == len(maaned)
    for h in alle:
        assert h.cpr not in "".join((h.id, h.subject, h.kilde))


def test_a_story_shown_in_an_error_names_no_CPR_number(maaned: list[Fortaelling]) -> None:
    assert not [f.subject for f in maaned[:50] if f.cpr in repr(f)]


def test_persons_are_nobody(maaned: list[Fortaelling], fortalte: dict[str, Fortaelling]) -> None:
    """Test persons fail the modulus 11 test that real numbers of their years pass."""
    assert all(stdnum_cpr.checksum(f.cpr) != 0 for f in [*maaned, *fortalte.values()])


def test_a_month_of_nine_akasser_with_about_ten_events_a_member(maaned: list[Fortaelling]) -> None:
    assert len({f.part for f in maaned}) == 9
    assert 8 <= sum(len(f.haendelser) for f in maaned) / ANTAL <= 12
    tilmeldt = [h.tid for f in maaned for h in f.haendelser if h.type == "akasse.medlem.tilmeldt.v1"]
    assert {(t.year, t.month) for t in tilmeldt} == {(2022, 3), (2024, 3)}
    assert 0.08 < sum(f.regime == "lov-2024" for f in maaned) / ANTAL < 0.16


def test_EVAL_about_87_percent_of_the_full_period_have_three_talks(maaned: list[Fortaelling]) -> None:
    fulde = [f for f in maaned if aarsag(f) == "41"]
    holdt = [
        sum(h.type == "akasse.samtale.afholdt.v1" and h.forventning.status == "registreret" for h in egne(f))
        for f in fulde
    ]
    assert len(fulde) > ANTAL / 2
    assert abs(sum(n >= 3 for n in holdt) / len(fulde) - ANDEL_TRE_SAMTALER) < 0.025


def test_EVAL_at_most_5_percent_are_sent_early(maaned: list[Fortaelling]) -> None:
    inde = [f for f in maaned if any(v.type == "75" for h in egne(f) for v in h.forventning.dfdg)]
    tidligt = sum(aarsag(f) in ("44", "45") for f in inde)
    assert 0.02 < tidligt / len(inde) <= 0.05


def test_every_way_out_and_every_status_occurs(maaned: list[Fortaelling]) -> None:
    assert {aarsag(f) for f in maaned} == {None, "38", "41", "42", "43", "44", "45"}
    statusser = Counter(h.forventning.status for f in maaned for h in egne(f))
    assert set(statusser) == {"registreret", "videresendt", "noteret", "uden_virkning", "afvist"}
    regler = {h.forventning.regel for f in maaned for h in egne(f)}
    assert regler >= {"S2", "S4", "S9", "S10", "F1", "V5", "V12", "V16", "A3", "M1", "M2"}
    koder46 = [v.aarsag for f in maaned for h in egne(f) for v in h.forventning.dfdg if v.aarsag == "46"]
    assert koder46


def test_S2_registered_talks_in_the_course_are_lawful_pairs_on_days_of_their_own(
    maaned: list[Fortaelling],
) -> None:
    lovlige = {("cv", "jobsamtale"), ("cv", "faelles"), ("jobsamtale", "raadighed"), ("faelles", "raadighed")}
    for fortaelling in maaned:
        dage: list[str] = []
        for h in egne(fortaelling):
            if h.type == "akasse.samtale.afholdt.v1" and h.forventning.status == "registreret":
                dage.append(h.data["tidspunkt"][:10])
                formaal = tuple(h.data["formaal"])
                assert len(formaal) == 1 or tuple(sorted(formaal)) in {tuple(sorted(p)) for p in lovlige}
                assert not (fortaelling.regime == "lov-2024" and "faelles" in formaal)
        assert len(set(dage)) == len(dage)


def test_A1_the_course_ends_with_the_month_whose_payment_reached_the_limit(
    maaned: list[Fortaelling],
) -> None:
    graenser = {"fuldtid": Decimal(410), "kombination": Decimal(410), "deltid": Decimal(333)}
    for fortaelling in maaned:
        grad = next(h.data["forsikringsgrad"] for h in egne(fortaelling) if "forsikringsgrad" in h.data)
        for h in egne(fortaelling):
            if h.type != "akasse.dagpenge.udbetalt.v1" or h.forventning.status == "uden_virkning":
                continue
            sammenlagt = Decimal(h.data["timerSammenlagt"])
            graense = graenser[grad]
            naaet = sammenlagt >= graense if fortaelling.regime == "forsoeg-2020" else sammenlagt > graense
            assert (h.forventning.status == "registreret") == naaet
            if naaet:
                slut = date.fromisoformat(h.forventning.dfdg[0].slut or "")
                assert (slut.year, slut.month) == (h.tid.year, h.tid.month)
                assert (slut.toordinal() + 1) == date.fromordinal(slut.toordinal() + 1).replace(day=1).toordinal()


def test_F1_only_a_notice_below_14_days_is_the_akasses_to_register(maaned: list[Fortaelling]) -> None:
    set_varsler: dict[str, set[int]] = defaultdict(set)
    for h in (h for f in maaned for h in egne(f) if h.type == "akasse.ferie.anmodet.v1"):
        if h.forventning.status == "afvist" or h.data.get("godkendt") is False:
            continue
        varsel = date.fromisoformat(h.data["startdato"]) - date.fromisoformat(h.data["anmodetDato"])
        set_varsler[h.forventning.status].add(varsel.days)
    assert max(set_varsler["registreret"]) == 13
    assert min(set_varsler["noteret"]) == 14


def test_a_jobcenter_event_waits_for_the_message_it_answers(maaned: list[Fortaelling]) -> None:
    fra_jobcentre = [h for f in maaned for h in egne(f) if h.part.startswith("jobcenter.")]
    svar = {
        "jobcenter.jobordre.kontakt.v1": HOS_AKASSE,
        "jobcenter.tilbud.afgjort.v1": INDSTILLING,
        "jobcenter.indsats.foreslaaet.v1": HOS_AKASSE,
        "jobcenter.deltagelse.besluttet.v1": DELTAGELSE_ANMODET,
        "jobcenter.samtale.annulleret.v1": HOS_AKASSE,
        "jobcenter.samtale.indkaldt.v1": HOS_AKASSE,
        "jobcenter.overdragelse.modtaget.v1": OVERDRAGELSE,
        "jobcenter.overdragelse.afvist.v1": OVERDRAGELSE,
    }
    assert {(h.type, h.efter.besked if h.efter else None) for h in fra_jobcentre} == set(svar.items())


def test_what_an_akasse_puts_right_waits_until_it_is_final(maaned: list[Fortaelling]) -> None:
    """So that what becomes of it does not depend on who was faster."""
    rettelser = [h for f in maaned for h in egne(f) if h.erstatter or h.type.endswith("haendelse.tilbagekaldt.v1")]
    assert {h.type.split(".", 1)[1] for h in rettelser} == {
        "dagpenge.udbetalt.v1",
        "ferie.anmodet.v1",
        "haendelse.tilbagekaldt.v1",
    }
    assert all(h.efter is not None and h.efter.besked == KVITTERING for h in rettelser)


def test_a_month_has_everything_that_happens_between_the_parties(maaned: list[Fortaelling]) -> None:
    """Each kind often enough to be seen in a month of 2,000 members, and each a-kasse has its size."""
    typer = Counter(h.type for f in maaned for h in egne(f))
    assert {t for t in typer if typer[t] >= 4} >= {
        "akasse.dagpenge.udbetalt.v1", "akasse.ferie.anmodet.v1", "akasse.ferie.aendret.v1",
        "akasse.ferie.annulleret.v1", "akasse.haendelse.tilbagekaldt.v1", "akasse.medlem.cpr-skiftet.v1",
        "akasse.medlem.flyttet.v1", "akasse.medlem.indplacering-rettet.v1", "akasse.medlem.udmeldt.v1",
        "akasse.mindre-intensiv-indsats.registreret.v1", "akasse.visitation.aarsag-rettet.v1",
        "akasse.visitation.behov-for-tidlig-indsats.v1", "akasse.visitation.fejloprettet.v1",
        "akasse.visitation.uddannelsespaalaeg.v1", "akasse.indstilling.sendt.v1", "akasse.indstilling.trukket.v1",
        "akasse.indsatsforslag.besvaret.v1", "akasse.deltagelse.anmodet.v1", "akasse.minplan.publiceret.v1",
        "akasse.cv.kontrolleret.v1", "akasse.vejledning.givet.v1",
    }  # fmt: skip
    flyttede = [h.forventning for f in maaned for h in egne(f) if h.type == "akasse.medlem.flyttet.v1"]
    assert {f.status for f in flyttede} == {"videresendt", "registreret"}  # inside coverage, and out of it (42)
    regler = {h.forventning.regel for f in maaned for h in egne(f)}
    assert regler >= {"A5", "F3", "R2", "P3"}
    stoerrelser = Counter(f.part for f in maaned)
    assert stoerrelser["akasse.01"] > 3 * stoerrelser["akasse.08"] > 0
    rettede = Counter(h.forventning.rettet for f in maaned for h in egne(f))
    assert min(rettede["erstattet"], rettede["tilbagekaldt"]) >= 10


def test_structured_and_binary_form_say_the_same(maaned: list[Fortaelling]) -> None:
    haendelse = maaned[0].haendelser[2]
    struktureret = orjson.loads(haendelse.struktureret())
    hoved, vaerdi = haendelse.binaer()
    attributter = {navn[3:]: raa.decode() for navn, raa in hoved if navn.startswith("ce_")}
    assert orjson.loads(vaerdi) == struktureret.pop("data")
    struktureret.pop("datacontenttype")
    assert attributter == {navn: str(v) for navn, v in struktureret.items()}
    assert datetime.fromisoformat(attributter["time"]).tzinfo is not None


def test_an_act_without_its_DFDG_code_is_not_told() -> None:
    uden = Forudsaetninger(date(2026, 3, 2))
    fortalt = [h.type for f in fortaellinger(uden, Personregister()) for h in f.haendelser]
    genereret = [h.type for f in generer(500, 1, uden) for h in f.haendelser]
    for type_ in ("akasse.mindre-intensiv-indsats.registreret.v1", "akasse.bookingfrist.overskredet.v1"):
        assert type_ not in fortalt + genereret


# --- the told members, against the guidance's own figures -------------------------------------------


def _overdragelse(fortaelling: Fortaelling) -> dict[str, object]:
    (besked,) = [b for h in fortaelling.haendelser for b in h.forventning.beskeder if b.type == OVERDRAGELSE]
    return dict(besked.data)


def _virkninger(fortaelling: Fortaelling) -> list[str]:
    return [v.indhold() for h in fortaelling.haendelser for v in h.forventning.dfdg]


def test_O3_the_guidances_example_leaves_two_jobsamtaler_and_two_faelles(
    fortalte: dict[str, Fortaelling],
) -> None:
    overdragelse = _overdragelse(fortalte["dan"])
    assert overdragelse["afholdt"] == {"jobsamtaler": 2, "faelles": 0}
    assert overdragelse["resterer"] == {"jobsamtaler": 2, "faelles": 2}
    assert (overdragelse["aarsagskode"], overdragelse["slutdato"]) == ("44", "2022-04-12")


def test_S3_two_purposes_are_two_meetings_a_minute_apart(fortalte: dict[str, Fortaelling]) -> None:
    assert _virkninger(fortalte["anna"])[:3] == [
        "opret_samtale|10|2022-01-11T10:00||",
        "opret_samtale|7|2022-01-11T10:01||",
        "opret_fravaer|75|2022-01-03||",
    ]


def test_V11_a_new_benefit_period_ends_the_old_marking_and_opens_a_new_one_the_day_after(
    fortalte: dict[str, Fortaelling],
) -> None:
    assert _virkninger(fortalte["olga"])[3:5] == [
        "ret_fravaer|75|2022-03-01|2022-05-20|46",
        "opret_fravaer|75|2022-05-21||",
    ]
    assert _overdragelse(fortalte["olga"])["afholdt"] == {"jobsamtaler": 1, "faelles": 0}


def test_A1_exactly_410_hours_end_the_trial_with_the_month_and_from_2024_only_more_does(
    fortalte: dict[str, Fortaelling],
) -> None:
    assert "ret_fravaer|75|2022-03-01|2022-05-31|41" in _virkninger(fortalte["jens"])
    assert _virkninger(fortalte["mette"])[-1] == "ret_fravaer|75|2024-02-01|2024-05-31|41"


def test_V14_found_to_belong_at_the_jobcenter_is_one_registration(fortalte: dict[str, Fortaelling]) -> None:
    assert _virkninger(fortalte["eva"])[1:] == ["opret_fravaer|75|2022-03-07|2022-03-17|45"]


def test_V8_moved_out_hands_over_to_the_new_kommune(fortalte: dict[str, Fortaelling]) -> None:
    (besked,) = [b for h in fortalte["gerda"].haendelser for b in h.forventning.beskeder if b.type == OVERDRAGELSE]
    assert besked.til == "jobcenter.0851"
    assert besked.data["aarsagskode"] == "42"


def test_V9_leaving_ends_with_the_month_of_leaving(fortalte: dict[str, Fortaelling]) -> None:
    assert _virkninger(fortalte["hans"])[-1] == "ret_fravaer|75|2022-03-02|2022-04-30|43"


def test_S8_the_effect_is_today_because_DFDG_takes_no_earlier_day(fortalte: dict[str, Fortaelling]) -> None:
    assert _virkninger(fortalte["peter"])[-1] == "afmeld||2026-03-02||77"


def test_an_operator_corrects_one_event_and_three_followers_leave_after_it(fortalte: dict[str, Fortaelling]) -> None:
    lars = fortalte["lars"].haendelser
    (nr,) = [nr for nr, h in enumerate(lars) if h.rettelse is not None]
    assert lars[nr].data["tidspunkt"] == lars[nr - 1].data["tidspunkt"]
    assert lars[nr].forventning.dfdg[0].start == "2022-03-22T10:45"
    assert [h.forventning.status for h in lars[nr + 1 :]] == ["registreret", "registreret", "noteret"]
