"""Who is in (V1-V7, V13, V14, V16)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway.rules.model import KOEBENHAVN, Naar, Regime, Status
from gateway.rules.registreringer import OpretFravaer
from gateway.rules.til_jobcentret import alder
from sandbox.personer import Personregister
from tests.regler.byg import (
    AKASSE,
    FYLDER_25,
    HOS_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    OVERDRAGELSE,
    UDEN_UDDANNELSE,
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
    tidlig_indsats,
    udbetalt,
)

TILMELDT = "akasse.medlem.tilmeldt.v1"
PAALAEG = "akasse.visitation.uddannelsespaalaeg.v1"


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
