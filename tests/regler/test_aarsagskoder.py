"""The causes and their last day (the table, A1, A3, A4)."""

from __future__ import annotations

import pytest

from gateway.rules.aarsagskoder import AARSAGER, slutdato
from gateway.rules.model import Haendelse, Status
from tests.regler.byg import (
    KOMMUNE,
    NABOKOMMUNE,
    OPTJENT,
    UDENFOR,
    UNG,
    beskedtyper,
    dag,
    flyttet,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    indplaceret,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

FEJLOPRETTET = "akasse.visitation.fejloprettet.v1"
PAALAEG = "akasse.visitation.uddannelsespaalaeg.v1"


@pytest.mark.parametrize(
    ("kode", "registreret", "udmeldt_den", "ventet"),
    [
        ("38", "2022-03-17", None, "2022-03-17"),
        ("41", "2022-03-17", None, "2022-03-31"),
        ("41", "2022-02-01", None, "2022-02-28"),
        ("41", "2020-02-01", None, "2020-02-29"),
        ("41", "2020-02-29", None, "2020-02-29"),
        ("41", "2100-02-01", None, "2100-02-28"),
        ("42", "2022-03-17", None, "2022-03-17"),
        ("43", "2022-03-17", "2022-04-08", "2022-04-30"),
        ("43", "2022-03-17", "2022-02-28", "2022-02-28"),
        ("43", "2023-12-31", "2024-02-01", "2024-02-29"),
        ("44", "2022-03-17", None, "2022-03-17"),
        ("45", "2022-03-17", None, "2022-03-17"),
        ("46", "2022-03-17", None, "2022-03-17"),
    ],
)
def test_38_41_42_43_44_45_46_slutdato_by_cause(
    kode: str, registreret: str, udmeldt_den: str | None, ventet: str
) -> None:
    leaving = dag(udmeldt_den) if udmeldt_den else None
    assert slutdato(kode, dag(registreret), udmeldelsesdato=leaving) == dag(ventet)


def test_43_without_a_day_of_leaving_has_no_slutdato() -> None:
    with pytest.raises(ValueError, match="43"):
        slutdato("43", dag("2022-03-17"))


def test_38_41_42_43_44_45_46_the_causes_and_their_texts() -> None:
    assert AARSAGER == {
        "38": "Fejloprettet",
        "41": "Forsøgsperiode afsluttet",
        "42": "Kommune ej i forsøg",
        "43": "Udmeldt af a-kasse i forsøg",
        "44": "Behov for tidlig indsats",
        "45": "Målgruppe for uddannelsespålæg",
        "46": "Optjent ny dagpengeret",
    }


def _ung(tid: str) -> Haendelse:
    return haendelse(PAALAEG, tid, cpr=UNG, vurderingsdato=tid[:10])


@pytest.mark.parametrize(
    ("h", "kode", "slut", "regel"),
    [
        pytest.param(haendelse(FEJLOPRETTET, "2022-04-05"), "38", "2022-04-05", "V10", id="38"),
        pytest.param(udbetalt("2022-04-05", "410"), "41", "2022-04-30", "A1", id="41"),
        pytest.param(flyttet("2022-04-05", UDENFOR), "42", "2022-04-05", "V8", id="42"),
        pytest.param(udmeldt("2022-04-05", "2022-05-02"), "43", "2022-05-31", "V9", id="43"),
        pytest.param(tidlig_indsats("2022-04-05"), "44", "2022-04-05", "V6", id="44"),
        pytest.param(tidlig_indsats("2022-04-05", "kontrolaktion"), "44", "2022-04-05", "V7", id="44 kontrolaktion"),
        pytest.param(_ung("2022-04-05"), "45", "2022-04-05", "V5", id="45"),
        pytest.param(haendelse(OPTJENT, "2022-04-05"), "46", "2022-04-05", "V11", id="46"),
    ],
)
def test_O1_38_41_42_43_44_45_46_every_cause_ends_and_hands_over(
    h: Haendelse, kode: str, slut: str, regel: str
) -> None:
    """One update of the marking with end and cause, one handover that says the same."""
    afg = i_forloeb("2022-03-01").ske(h)
    assert afg.status is Status.REGISTRERET
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", slut, kode)]
    assert afg.regel == regel
    (o,) = afg.overdragelser
    assert (o.data["aarsagskode"], o.data["aarsag"], o.data["slutdato"]) == (kode, AARSAGER[kode], slut)
    assert o.til.kode == (UDENFOR if kode == "42" else KOMMUNE)
    assert afg.beskeder == ()


@pytest.mark.parametrize(
    ("tid", "slut"),
    [
        ("2022-01-31T22:59:59+00:00", "2022-01-31"),
        ("2022-01-31T23:30:00+00:00", "2022-02-28"),
        ("2022-06-30T21:59:00+00:00", "2022-06-30"),
        ("2022-06-30T22:30:00+00:00", "2022-07-31"),
        ("2022-12-31T23:30:00+00:00", "2023-01-31"),
        ("2024-02-29T12:00:00+01:00", "2024-02-29"),
    ],
    ids=["winter before midnight", "winter after", "summer before", "summer after", "new year", "leap day"],
)
def test_A1_the_month_is_that_of_registration_in_copenhagen(tid: str, slut: str) -> None:
    afg = i_forloeb("2022-01-10").proev(udbetalt(tid, "500"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-01-10", slut, "41")]


@pytest.mark.parametrize(
    ("fra", "grad", "timer", "slutter"),
    [
        ("2022-03-01", "fuldtid", "409.99", False),
        ("2022-03-01", "fuldtid", "410", True),
        ("2022-03-01", "fuldtid", "410.01", True),
        ("2022-03-01", "kombination", "410", True),
        ("2022-03-01", "deltid", "332.99", False),
        ("2022-03-01", "deltid", "333", True),
        ("2024-03-01", "fuldtid", "410", False),
        ("2024-03-01", "fuldtid", "410.01", True),
        ("2024-03-01", "deltid", "333", False),
        ("2024-03-01", "deltid", "333.01", True),
    ],
)
def test_A1_hours_end_the_course(fra: str, grad: str, timer: str, slutter: bool) -> None:
    h = i_forloeb(fra, forsikringsgrad=grad)
    afg = h.ske(udbetalt(f"{fra[:4]}-04-05", timer))
    assert afg.status is (Status.REGISTRERET if slutter else Status.NOTERET)
    assert bool(afg.overdragelser) is slutter
    assert str(h.borger.timer.timer_sammenlagt) == timer  # type: ignore[union-attr]


def test_A1_the_newest_degree_of_insurance_holds() -> None:
    h = i_forloeb("2022-03-01")
    assert h.ske(udbetalt("2022-04-28", "300", forsikringsgrad="deltid")).status is Status.NOTERET
    afg = h.ske(udbetalt("2022-05-28", "340"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-05-31", "41")]
    assert afg.overdragelser[0].data["forsikringsgrad"] == "deltid"


@pytest.mark.parametrize("tid", ["2022-05-20", "2022-06-20"], ids=["still in", "out"])
def test_A1_a_later_lower_figure_reopens_nothing(tid: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "415"))
    slut = h.forloeb
    afg = h.ske(udbetalt(tid, "405"))
    assert afg.flag == ("under_graensen_igen",)
    assert afg.registreringer == ()
    assert h.forloeb == slut
    assert str(h.borger.timer.timer_sammenlagt) == "405"  # type: ignore[union-attr]
    assert h.ske(udbetalt(tid, "404")).flag == ("under_graensen_igen",)
    assert h.ske(udbetalt(tid, "420")).flag == ()


def test_A1_a_lower_figure_is_flagged_also_after_another_cause() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-05-05"))
    assert h.ske(udbetalt("2022-05-10", "415")).flag == ()
    assert h.ske(udbetalt("2022-05-11", "400")).flag == ("under_graensen_igen",)


def test_A1_below_a_limit_never_reached_is_not_flagged() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-04-10", "200"))
    assert h.ske(udbetalt("2022-05-10", "190")).flag == ()


# --- A3 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anden", "slut", "kode"),
    [
        pytest.param(tidlig_indsats("2022-05-20"), "2022-05-20", "44", id="earlier replaces"),
        pytest.param(tidlig_indsats("2022-05-31"), None, "41", id="equal has no effect"),
        pytest.param(udmeldt("2022-05-20", "2022-06-02"), None, "41", id="later has no effect"),
        pytest.param(udmeldt("2022-05-20", "2022-04-30"), "2022-04-30", "43", id="43 of an earlier month replaces"),
        pytest.param(udbetalt("2022-05-28", "450"), None, "41", id="the hours again"),
        pytest.param(tidlig_indsats("2022-06-01"), None, "41", id="after it no effect"),
        pytest.param(flyttet("2022-05-15", UDENFOR), "2022-05-15", "42", id="42 earlier replaces"),
    ],
)
def test_A3_while_the_slutdato_lies_ahead(anden: Haendelse, slut: str | None, kode: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    overdragelse = h.forloeb.overdragelse_id
    afg = h.ske(anden)
    if slut is None:
        assert (afg.status, afg.regel, afg.registreringer) == (Status.UDEN_VIRKNING, "A3", ())
        assert all(o.aendring == "opdateret" for o in afg.overdragelser)
        assert h.forloeb.slutdato == dag("2022-05-31")
    else:
        assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", slut, kode)]
        assert afg.overdragelser[0].overdragelse_id == overdragelse, "the same handover, in a new edition"
    assert h.forloeb.aarsagskode == kode
    gaeldende = dag("2022-05-10") if slut is None else anden.registreringsdato
    assert h.forloeb.afsluttet_den == gaeldende, "A2: the day of the ending by which the course moved"


def test_A3_the_slutdato_itself_is_in_the_day_after_is_out() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udbetalt("2022-05-10", "410"))
    sidste = haendelse(FEJLOPRETTET, "2022-05-31T21:59:00+00:00")
    efter = haendelse(FEJLOPRETTET, "2022-05-31T22:01:00+00:00")
    assert h.proev(sidste).tekst.startswith("Forløbet slutter allerede 2022-05-31")
    assert h.proev(efter).tekst.startswith("Forløbet i a-kassen er allerede slut")
    assert h.proev(sidste).regel == h.proev(efter).regel == "A3"
    assert h.proev(flyttet("2022-05-31", NABOKOMMUNE)).status is Status.VIDERESENDT
    assert h.proev(flyttet("2022-06-01", NABOKOMMUNE)).status is Status.UDEN_VIRKNING


@pytest.mark.parametrize("type_", [FEJLOPRETTET, OPTJENT])
def test_A3_without_a_course_there_is_nothing_to_end(type_: str) -> None:
    afg = historie().proev(haendelse(type_, "2022-04-01"))
    assert (afg.status, afg.registreringer) == (Status.UDEN_VIRKNING, ())


# --- A4 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "h",
    [
        pytest.param(tidlig_indsats("2022-03-10"), id="44 before a later start"),
        pytest.param(udmeldt("2022-03-10", "2022-02-15"), id="43 of a month gone"),
        pytest.param(haendelse(FEJLOPRETTET, "2022-03-10"), id="38"),
    ],
)
def test_A4_never_ends_before_the_start(h: Haendelse) -> None:
    historien = historie(indplaceret("2022-03-08", startdato="2022-03-21"))
    afg = historien.ske(h)
    ((_, _, start, slut, _),) = indhold(afg)
    assert (start, slut) == ("2022-03-21", "2022-03-21")
    assert afg.overdragelser[0].data["slutdato"] == "2022-03-21"
    assert beskedtyper(afg) == [("gateway.overdragelse.v1", f"jobcenter.{KOMMUNE}")]
