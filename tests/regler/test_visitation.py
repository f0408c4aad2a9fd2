"""Who is in (V1-V7, V11, V12, V14, V16)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway.rules.aendringer import anvend
from gateway.rules.model import KOEBENHAVN, Naar, Regime, Status
from gateway.rules.registreringer import OpretFravaer
from gateway.rules.visitation import alder
from sandbox.personer import Personregister
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    FYLDER_25,
    KOMMUNE,
    NABOKOMMUNE,
    UDENFOR,
    UNG,
    Historie,
    beskedtyper,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    samtale,
    slutdatoer,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

HOS_AKASSE = "gateway.kontaktforloeb-hos-akasse.v1"
OVERDRAGELSE = "gateway.overdragelse.v1"
TILMELDT = "akasse.medlem.tilmeldt.v1"
PAALAEG = "akasse.visitation.uddannelsespaalaeg.v1"
OPTJENT = "akasse.medlem.dagpengeret-optjent.v1"
UDEN_UDDANNELSE: dict[str, Any] = {"erhvervskompetencegivendeUddannelse": False}


# --- V1-V4: in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("art", ["ny", "genindplaceret"])
def test_V1_V4_a_placed_member_comes_in_and_the_jobcenter_hears(art: str) -> None:
    h = Historie()
    afg = h.ske(indplaceret("2022-03-11", tilmeldt="2022-03-01", indplaceringstype=art))
    assert (afg.status, afg.regel, afg.regime, afg.flag) == (Status.REGISTRERET, "V1", Regime.FORSOEG_2020, ())
    assert indhold(afg) == [("OpretFravaer", "75", "2022-03-01", None, None)]
    (besked,) = afg.beskeder
    assert (besked.type, str(besked.til), besked.naar) == (HOS_AKASSE, f"jobcenter.{KOMMUNE}", Naar.REGISTRERET)
    assert besked.data == {
        "forloebId": str(h.forloeb.forloeb_id),
        "akassekode": AKASSE,
        "startdato": "2022-03-01",
        "grund": art,
    }
    assert afg.overdragelser == ()


@pytest.mark.parametrize(
    ("tilmeldt", "placeret", "startdato", "ventet"),
    [
        ("2022-03-01", "2022-03-04", ..., "2022-03-04"),
        ("2022-03-04", "2022-03-01", ..., "2022-03-04"),
        ("2022-03-01", "2022-03-01", "2022-03-09", "2022-03-09"),
        ("2022-03-01", "2022-03-04", "2022-03-02", "2022-03-02"),
    ],
    ids=["the placement is later", "the enrolment is later", "the a-kasse's own", "the a-kasse's own, earlier"],
)
def test_V2_startdato(tilmeldt: str, placeret: str, startdato: object, ventet: str) -> None:
    afg = historie().proev(indplaceret("2022-03-10", tilmeldt=tilmeldt, indplaceret=placeret, startdato=startdato))
    assert indhold(afg) == [("OpretFravaer", "75", ventet, None, None)]


def test_V2_one_event_gives_the_same_id_at_every_attempt() -> None:
    h = indplaceret("2022-03-10", id="fast-id")
    en, to = (historie().proev(h).registreringer[0].indhold for _ in range(2))
    andet = historie().proev(indplaceret("2022-03-10", id="andet-id")).registreringer[0].indhold
    assert isinstance(en, OpretFravaer)
    assert en == to
    assert isinstance(andet, OpretFravaer)
    assert en.fravaer_id != andet.fravaer_id


def test_V2_notification_is_the_registreringsdato_in_copenhagen() -> None:
    afg = historie().proev(indplaceret("2022-01-31T23:30:00+00:00"))
    indh = afg.registreringer[0].indhold
    assert isinstance(indh, OpretFravaer)
    assert indh.anmeldelsesdato == dag("2022-02-01")


@pytest.mark.parametrize(
    ("art", "tilmeldt", "placeret", "afgjort", "for_sent"),
    [
        ("ny", "2022-03-01", "2022-03-01", "2022-03-15", False),
        ("ny", "2022-03-01", "2022-03-01", "2022-03-16", True),
        ("ny", "2020-02-15", "2020-02-15", "2020-02-29", False),
        ("ny", "2020-02-15", "2020-02-15", "2020-03-01", True),
        ("ny", "2022-03-01", "2022-03-10", "2022-03-16", True),
        ("genindplaceret", "2021-06-01", "2022-03-01", "2022-03-30", False),
        ("genindplaceret", "2022-03-01", "2022-03-01", "2022-03-16", True),
        ("genindplaceret", "2022-03-05", "2022-03-01", "2022-03-20", True),
    ],
)
def test_V3_the_decision_falls_within_two_weeks(
    art: str, tilmeldt: str, placeret: str, afgjort: str, for_sent: bool
) -> None:
    afg = historie().proev(indplaceret(afgjort, tilmeldt=tilmeldt, indplaceret=placeret, indplaceringstype=art))
    assert afg.status is Status.REGISTRERET
    assert afg.flag == (("frist_overskredet",) if for_sent else ())


def test_V3_enrolment_is_kept_with_residence() -> None:
    h = Historie()
    afg = h.ske(haendelse(TILMELDT, "2022-03-01", tilmeldingsdato="2022-02-28", kommunekode=NABOKOMMUNE))
    assert (afg.status, afg.registreringer, afg.beskeder) == (Status.NOTERET, (), ())
    assert h.borger.tilmeldingsdato == dag("2022-02-28")
    assert h.borger.kommune(dag("2022-03-01")) == NABOKOMMUNE


# --- V5, V6, V7, V14 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("foedt", "paa", "ventet"),
    [
        ("1997-03-01", "2022-02-28", 24),
        ("1997-03-01", "2022-03-01", 25),
        ("1996-02-29", "2021-02-28", 24),
        ("1996-02-29", "2021-03-01", 25),
        ("1996-02-29", "2020-02-29", 24),
        ("2000-06-15", "2022-06-14", 21),
        ("2000-06-15", "2022-06-15", 22),
    ],
)
def test_V5_age_on_the_day(foedt: str, paa: str, ventet: int) -> None:
    assert alder(Personregister().ny(dag(foedt)), dag(paa)) == ventet


@pytest.mark.parametrize("aar", [1900, 1936, 1937, 1999, 2000, 2036])
def test_V5_the_seventh_digit_tells_the_century(aar: int) -> None:
    """The same two digits of the year mean 1936 or 2036 by the 7th digit."""
    nummer = Personregister().ny(date(aar, 1, 1))
    assert alder(nummer, date(aar + 30, 1, 1)) == 30
    assert alder(nummer, date(aar + 29, 12, 31)) == 29


@pytest.mark.parametrize(
    ("cpr", "vurderet", "uddannelse", "boern", "behov", "aarsag"),
    [
        pytest.param(UNG, "2022-03-01", False, False, False, "45", id="all three criteria"),
        pytest.param(UNG, "2022-03-01", True, False, False, None, id="has an education"),
        pytest.param(UNG, "2022-03-01", False, True, False, None, id="has children at home"),
        pytest.param(FYLDER_25, "2022-02-28", False, False, False, "45", id="the day before the 25th birthday"),
        pytest.param(FYLDER_25, "2022-03-01", False, False, False, None, id="the 25th birthday"),
        pytest.param(UNG, "2022-03-01", False, False, True, "45", id="45 goes before 44"),
        pytest.param(UNG, "2022-03-01", True, False, True, "44", id="early effort"),
        pytest.param(UNG, "2024-03-01", False, False, False, "45", id="from 2024 too"),
    ],
)
def test_V5_V6_V14_belongs_at_the_jobcenter_from_the_start(
    cpr: str, vurderet: str, uddannelse: bool, boern: bool, behov: bool, aarsag: str | None
) -> None:
    afg = historie().proev(
        indplaceret(vurderet, cpr=cpr, erhvervskompetencegivendeUddannelse=uddannelse,
                    forsoergerpligtHjemmeboendeBoern=boern, behovForTidligIndsats=behov)
    )  # fmt: skip
    if aarsag is None:
        assert indhold(afg) == [("OpretFravaer", "75", vurderet, None, None)]
        assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}")]
        return
    assert indhold(afg) == [("OpretFravaer", "75", vurderet, vurderet, aarsag)], "one registration: start, end, cause"
    assert afg.regel == ("V5" if aarsag == "45" else "V6")
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")], "the handover alone"
    assert afg.overdragelser[0].data["dfdgHarAnnulleret"] is True


@pytest.mark.parametrize(
    ("afgjort", "slut", "aarsag"),
    [("2022-02-28", "2022-03-02", "45"), ("2022-03-01", None, None)],
    ids=["24 when decided, 25 when told", "24 when enrolled and placed, 25 when decided"],
)
def test_V5_age_is_that_of_the_decision(afgjort: str, slut: str | None, aarsag: str | None) -> None:
    afg = historie().proev(
        indplaceret("2022-03-02", cpr=FYLDER_25, afgoerelsesdato=afgjort, tilmeldt="2022-02-20", **UDEN_UDDANNELSE)
    )
    assert indhold(afg) == [("OpretFravaer", "75", "2022-02-20", slut, aarsag)]


@pytest.mark.parametrize(
    ("aendring", "felt"),
    [
        ({"cpr": FYLDER_25, "vurderingsdato": "2022-04-01"}, "cpr"),
        ({"erhvervskompetencegivendeUddannelse": True}, "erhvervskompetencegivendeUddannelse"),
        ({"forsoergerpligtHjemmeboendeBoern": True}, "forsoergerpligtHjemmeboendeBoern"),
    ],
)
def test_V5_an_explicit_order_needs_every_criterion(aendring: dict[str, Any], felt: str) -> None:
    felter: dict[str, Any] = {"cpr": UNG, "vurderingsdato": "2022-04-01", **aendring}
    h = i_forloeb("2022-03-01")
    afg = h.ske(haendelse(PAALAEG, "2022-04-01", **felter))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.AFVIST, "V5", ())
    assert afg.fejl is not None
    assert (afg.fejl.kode, afg.fejl.felt) == ("v5_kriterium", felt)
    assert h.forloeb.slutdato is None


def test_V5_the_day_of_assessment_counts() -> None:
    h = i_forloeb("2022-01-10")
    afg = h.proev(haendelse(PAALAEG, "2022-03-05", cpr=FYLDER_25, vurderingsdato="2022-02-28"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-01-10", "2022-03-05", "45")]


def test_V5_an_explicit_order_on_the_25th_birthday_is_refused_and_taken_the_day_before() -> None:
    h = i_forloeb("2022-01-10", cpr=FYLDER_25)
    foer, paa = (
        haendelse(PAALAEG, "2022-03-01", cpr=FYLDER_25, vurderingsdato=d) for d in ("2022-02-28", "2022-03-01")
    )
    assert h.proev(paa).status is Status.AFVIST
    assert indhold(h.proev(foer)) == [("RetFravaer", "75", "2022-01-10", "2022-03-01", "45")]


@pytest.mark.parametrize(("grundlag", "regel"), [("profilafklaring", "V6"), ("samtale", "V6"), ("kontrolaktion", "V7")])
@pytest.mark.parametrize("markeret", [True, False], ids=["in the course", "before the marking"])
def test_V6_V7_the_ground_says_which_rule_hands_over_with_44(grundlag: str, regel: str, markeret: bool) -> None:
    """V7: the authorities' control has raised doubt about general availability."""
    tilmeldt = haendelse(TILMELDT, "2022-03-01", tilmeldingsdato="2022-03-01")
    h = i_forloeb("2022-03-01") if markeret else historie(tilmeldt)
    afg = h.ske(tidlig_indsats("2022-03-09", grundlag))
    haandling = "RetFravaer" if markeret else "OpretFravaer"
    assert indhold(afg) == [(haandling, "75", "2022-03-01", "2022-03-09", "44")]
    assert (afg.status, afg.regel) == (Status.REGISTRERET, regel)
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]


@pytest.mark.parametrize(
    ("h", "aarsag"),
    [
        (tidlig_indsats("2022-03-09"), "44"),
        (tidlig_indsats("2022-03-09", "kontrolaktion"), "44"),
        (haendelse(PAALAEG, "2022-03-09", cpr=UNG, vurderingsdato="2022-03-08"), "45"),
    ],
    ids=["V6", "V7", "V5"],
)
def test_V14_assessed_before_the_placement(h: Any, aarsag: str) -> None:
    historien = historie(haendelse(TILMELDT, "2022-03-01", tilmeldingsdato="2022-03-01"))
    afg = historien.ske(h)
    assert indhold(afg) == [("OpretFravaer", "75", "2022-03-01", "2022-03-09", aarsag)]
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]
    igen = historien.ske(indplaceret("2022-03-12", tilmeldt="2022-03-01", indplaceret="2022-03-03"))
    assert (igen.status, igen.regel) == (Status.AFVIST, "V12"), "the placement of that enrolment is its own period"


def test_V14_V16_unknown_or_not_covered_is_not_registered() -> None:
    ukendt = historie().proev(tidlig_indsats("2022-03-09"))
    udenfor = historie(indplaceret("2022-03-01", kommunekode=UDENFOR)).proev(tidlig_indsats("2022-03-09"))
    kun_tilmeldt = historie(haendelse(TILMELDT, "2022-03-01", kommunekode=UDENFOR)).proev(tidlig_indsats("2022-03-09"))
    igang = historie(indplaceret("2022-03-01", igangvaerendeForloeb=True)).proev(tidlig_indsats("2022-03-09"))
    for afg in (ukendt, udenfor, kun_tilmeldt, igang):
        assert (afg.status, afg.regel, afg.registreringer, afg.overdragelser) == (Status.UDEN_VIRKNING, "V16", (), ())


def test_V15_an_effort_granted_before_is_no_handover() -> None:
    h = i_forloeb("2022-03-01", haendelse("akasse.opsigelsesindsats.tilbudt.v1", "2022-02-01"))
    h.ske(haendelse("akasse.opsigelsesindsats.tilbudt.v1", "2022-03-05"))
    assert h.forloeb.slutdato is None


# --- V11 -------------------------------------------------------------------------------------------


def _genindplaceret(tid: str, placeret: str, **felter: Any) -> Any:
    return indplaceret(tid, tilmeldt="2022-03-01", indplaceret=placeret, indplaceringstype="genindplaceret", **felter)


def test_V11_a_replacement_ends_first_then_creates() -> None:
    h = i_forloeb("2022-03-01")
    gammelt = h.forloeb
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16"))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"),
        ("OpretFravaer", "75", "2022-05-21", None, None),
    ]
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{KOMMUNE}")], "no handover"
    assert afg.beskeder[0].data["grund"] == "genindplaceret"
    assert (afg.regel, afg.flag) == ("V11", ())
    assert h.borger.forloeb[0].forloeb_id == gammelt.forloeb_id != h.forloeb.forloeb_id
    assert slutdatoer(h.borger.forloeb) == [("2022-03-01", "2022-05-20", "46"), ("2022-05-21", None, None)]


@pytest.mark.parametrize(
    ("startdato", "ventet"), [(..., "2022-05-21"), ("2022-05-21", "2022-05-21"), ("2022-06-01", "2022-06-01")]
)
def test_V11_the_new_one_begins_the_day_after_at_the_earliest(startdato: object, ventet: str) -> None:
    afg = i_forloeb("2022-03-01").proev(_genindplaceret("2022-05-20", "2022-05-16", startdato=startdato))
    assert indhold(afg)[1] == ("OpretFravaer", "75", ventet, None, None)


def test_V11_A4_the_old_slutdato_may_be_its_first_day() -> None:
    h = historie(indplaceret("2022-03-08", startdato="2022-06-01"))
    afg = h.proev(_genindplaceret("2022-05-20", "2022-05-16"))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-06-01", "2022-06-01", "46"),
        ("OpretFravaer", "75", "2022-06-02", None, None),
    ]


def test_V11_each_registration_carries_its_own_change() -> None:
    """When DFDG takes the ending and not the creation, the member is out and nothing else is changed."""
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-28", "300"))
    genindplacering = _genindplaceret("2022-05-20", "2022-05-16")
    afg = h.proev(genindplacering)
    h.borger = anvend(h.borger, (*afg.aendringer, *afg.registreringer[0].aendringer))
    assert slutdatoer(h.borger.forloeb) == [("2022-03-01", "2022-05-20", "46")]
    assert h.borger.indplacering is not None
    assert h.borger.indplacering.indplaceringsdato == dag("2022-03-01")
    assert h.borger.timer is not None
    # decided again (an operator's retry): what is left, with the same ids
    igen = h.proev(genindplacering)
    assert igen.registreringer == afg.registreringer[1:]


@pytest.mark.parametrize(
    ("slutter", "tid", "registreringer"),
    [
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-05-20",
            [("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"), ("OpretFravaer", "75", "2022-05-21", None, None)],
            id="an ending ahead is replaced",
        ),
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-05-31",
            [("OpretFravaer", "75", "2022-06-01", None, None)], id="ends that day anyway",
        ),
        pytest.param(
            udbetalt("2022-05-10", "410"), "2022-06-07",
            [("OpretFravaer", "75", "2022-06-01", None, None)], id="out: the later period is V1",
        ),
        pytest.param(
            haendelse(OPTJENT, "2022-05-18"), "2022-05-20",
            [("OpretFravaer", "75", "2022-05-19", None, None)], id="46 came before",
        ),
    ],
)  # fmt: skip
def test_V11_V12_a_later_period_opens_a_new_course(slutter: Any, tid: str, registreringer: list[Any]) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(slutter)
    h_foer, slut = h.forloeb, h.forloeb.slutdato
    afg = h.ske(_genindplaceret(tid, "2022-05-16"))
    assert indhold(afg) == registreringer
    inde = dag(tid) <= (slut or dag(tid))
    var_overdraget = h_foer.overdragelse_id is not None
    bortfalder = [o.aendring for o in afg.overdragelser]
    assert bortfalder == (["bortfaldet"] if inde and var_overdraget else []), "O1: the course goes on with the a-kasse"


@pytest.mark.parametrize(
    ("felter", "aarsag"),
    [
        ({"cpr": UNG, **UDEN_UDDANNELSE}, "45"),
        ({"behovForTidligIndsats": True}, "44"),
        ({"cpr": UNG, "behovForTidligIndsats": True, **UDEN_UDDANNELSE}, "45"),
    ],
)
def test_V11_with_V5_or_V6_nothing_new_opens(felter: dict[str, Any], aarsag: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(samtale("2022-03-20T10:00", "jobsamtale"))
    h.ske(udbetalt("2022-04-28", "300"))
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", **felter))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", aarsag)]
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{KOMMUNE}")]
    data = afg.overdragelser[0].data
    assert (data["timerSammenlagt"], data["afholdt"]["jobsamtaler"]) == ("0", 0), "the new period has begun"
    igen = h.ske(_genindplaceret("2022-06-10", "2022-05-16"))
    assert (igen.status, igen.regel) == (Status.AFVIST, "V12"), "that period had its decision"


def test_V11_with_V6_hands_over_to_the_kommune_of_the_new_placement() -> None:
    afg = i_forloeb("2022-03-01").proev(
        _genindplaceret("2022-05-20", "2022-05-16", kommunekode=NABOKOMMUNE, behovForTidligIndsats=True)
    )
    assert beskedtyper(afg) == [(OVERDRAGELSE, f"jobcenter.{NABOKOMMUNE}")]


def test_V11_A3_with_V6_when_the_course_ends_that_day_anyway() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    afg = h.ske(_genindplaceret("2022-05-31", "2022-05-16", behovForTidligIndsats=True))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, "A3", ())


def test_V11_hours_and_talks_begin_anew_with_the_period() -> None:
    h = i_forloeb("2022-03-01", samtale("2022-02-28T10:00", "cv", "jobsamtale"))
    h.ske(udbetalt("2022-04-28", "300"))
    h.ske(samtale("2022-05-18T10:00", "jobsamtale"))
    h.ske(_genindplaceret("2022-05-20", "2022-05-16"))
    data = h.ske(tidlig_indsats("2022-06-10")).overdragelser[0].data
    assert data["timerSammenlagt"] == "0"
    assert [s["dato"] for s in data["samtaler"]] == ["2022-05-18"], "since the new indplaceringsdato"


# --- V12, V9 across a-kasser -----------------------------------------------------------------------


@pytest.mark.parametrize("placeret", ["2022-03-01", "2022-02-01"], ids=["the same date", "an earlier one"])
@pytest.mark.parametrize("akasse", [AKASSE, ANDEN_AKASSE])
def test_V12_out_is_not_in_again_for_the_same_period(placeret: str, akasse: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-06"))
    afg = h.ske(indplaceret("2022-05-03", tilmeldt="2022-03-01", indplaceret=placeret, akasse=akasse))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.AFVIST, "V12", ())
    assert afg.fejl is not None
    assert afg.fejl.kode == "v12_samme_periode"
    assert len(h.borger.forloeb) == 1


def test_V12_while_the_old_course_runs_out_at_the_former_akasse() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-06"))
    afg = h.proev(indplaceret("2022-04-10", tilmeldt="2022-03-01", akasse=ANDEN_AKASSE))
    assert (afg.status, afg.regel) == (Status.AFVIST, "V12")


def test_V2_already_marked_in_the_same_period() -> None:
    afg = i_forloeb("2022-03-01").proev(indplaceret("2022-03-05", tilmeldt="2022-03-01"))
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())


def test_V9_from_2024_the_new_akasse_opens_its_own_course() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(udmeldt("2024-04-05", "2024-04-06"))
    afg = h.ske(indplaceret("2024-04-10", tilmeldt="2024-03-01", akasse=ANDEN_AKASSE))
    assert indhold(afg) == [("OpretFravaer", "75", "2024-05-01", None, None)], "after the old one's own end"
    assert slutdatoer(h.borger.forloeb) == [("2024-03-01", "2024-04-30", "43"), ("2024-05-01", None, None)]
    assert h.forloeb.akassekode == ANDEN_AKASSE


def test_V12_from_2024_not_after_a_full_period() -> None:
    h = i_forloeb("2024-03-01")
    h.ske(udbetalt("2024-05-10", "420"))
    h.ske(udmeldt("2024-06-05", "2024-06-06"))
    afg = h.proev(indplaceret("2024-07-01", tilmeldt="2024-03-01", akasse=ANDEN_AKASSE))
    assert (afg.status, afg.regel) == (Status.AFVIST, "V12")


# --- V13, V16 --------------------------------------------------------------------------------------


def test_V13_160_hours_and_back_half_a_year_later() -> None:
    h = i_forloeb("2022-01-03")
    h.ske(udbetalt("2022-01-31", "160"))
    h.ske(haendelse(TILMELDT, "2022-08-01", tilmeldingsdato="2022-08-01"))
    assert h.borger.inde(dag("2022-08-15")) == h.forloeb
    assert h.ske(udbetalt("2022-08-31", "308")).status is Status.NOTERET
    assert h.ske(udbetalt("2022-09-30", "428.50")).status is Status.REGISTRERET


@pytest.mark.parametrize(
    ("felter", "flag"),
    [
        ({"kommunekode": UDENFOR}, "regel_r1"),
        ({"igangvaerendeForloeb": True}, "regel_r3"),
        ({"ledigFoerSygdom": True}, "regel_r3"),
    ],
)
def test_V16_not_covered_registers_nothing_and_says_why(felter: dict[str, Any], flag: str) -> None:
    h = Historie()
    afg = h.ske(indplaceret("2022-03-01", **felter))
    assert (afg.status, afg.regel, afg.flag) == (Status.UDEN_VIRKNING, "V16", (flag,))
    assert (afg.registreringer, afg.beskeder, afg.overdragelser) == ((), (), ())
    assert afg.tekst.startswith("Medlemmet er ikke omfattet: ")
    assert h.borger.forloeb == ()


def test_V16_V11_a_new_right_outside_the_coverage_ends_with_46() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", kommunekode=UDENFOR))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-20", "46")]


def test_R3_a_running_course_does_not_touch_an_open_marking() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(indplaceret("2022-04-20", indplaceret="2022-04-16", igangvaerendeForloeb=True))
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())
    assert h.forloeb.slutdato is None
    assert h.borger.indplacering is not None
    assert h.borger.indplacering.indplaceringsdato == h.forloeb.indplaceringsdato == dag("2022-03-01")


def test_I8_a_decision_holds_no_cpr_number() -> None:
    """No CPR number and no name in what a kvittering says."""
    h = indplaceret("2022-03-01", cpr=UNG, **UDEN_UDDANNELSE)
    afg = historie().proev(h)
    assert UNG not in repr(afg)
    assert str(h.tid.astimezone(KOEBENHAVN).date()) in repr(afg)


def test_V11_V14_an_open_marking_of_another_akasse_ends_before_the_new_one() -> None:
    """Not confirmed yet, so J3 does not speak: the order at DFDG is end, then create, also with V6."""
    h = Historie()
    h.ske(indplaceret("2022-03-01"), kvitteret=False)
    afg = h.ske(_genindplaceret("2022-05-20", "2022-05-16", akasse=ANDEN_AKASSE, behovForTidligIndsats=True))
    assert indhold(afg) == [
        ("RetFravaer", "75", "2022-03-01", "2022-05-20", "46"),
        ("OpretFravaer", "75", "2022-05-21", "2022-05-21", "44"),
    ]
    assert [r.akassekode for r in afg.registreringer] == [AKASSE, ANDEN_AKASSE]
