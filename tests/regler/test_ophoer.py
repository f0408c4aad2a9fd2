"""Move, leaving, a new right, a wrong marking (V8-V11) and who may end whose course."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.rules.aendringer import anvend
from gateway.rules.model import Daekning, Naar, Status
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    ANDEN_AKASSE,
    FRIKOMMUNE,
    HOS_AKASSE,
    KOMMUNE,
    NABOKOMMUNE,
    OPSAETNING,
    UDENFOR,
    Historie,
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

OPHOERT = "gateway.kontaktforloeb-ophoert.v1"
INDSTILLING = "gateway.indstilling.v1"
SENDT, TRUKKET = "akasse.indstilling.sendt.v1", "akasse.indstilling.trukket.v1"


def test_V8_moved_inside_the_coverage_goes_on() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(flyttet("2022-04-04", NABOKOMMUNE, "2022-04-01"))
    assert (afg.status, afg.registreringer, afg.overdragelser) == (Status.VIDERESENDT, (), ())
    assert beskedtyper(afg) == [(HOS_AKASSE, f"jobcenter.{NABOKOMMUNE}"), (OPHOERT, f"jobcenter.{KOMMUNE}")]
    assert afg.beskeder[0].data["grund"] == "tilflyttet"
    assert afg.beskeder[1].data == {"forloebId": str(h.forloeb.forloeb_id), "grund": "fraflyttet", "dato": "2022-04-01"}
    assert all(b.naar is Naar.REGISTRERET for b in afg.beskeder)
    assert h.ske(tidlig_indsats("2022-04-20")).overdragelser[0].til.kode == NABOKOMMUNE, "handed over where it lives"


@pytest.mark.parametrize("kommune", [UDENFOR, FRIKOMMUNE], ids=["not named", "frikommune"])
def test_V8_moved_out_goes_to_the_new_kommune(kommune: str) -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(flyttet("2022-04-04", kommune, "2022-04-01"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-04-04", "42")]
    assert beskedtyper(afg) == [("gateway.overdragelse.v1", f"jobcenter.{kommune}")]
    assert h.borger.kommune(dag("2022-04-01")) == kommune
    assert h.borger.kommune(dag("2022-03-31")) == KOMMUNE


@pytest.mark.parametrize(
    ("flyttedato", "ud"), [("2022-05-31", False), ("2022-06-01", True)], ids=["covered that day", "not any more"]
)
def test_V8_coverage_is_judged_on_the_flyttedato(flyttedato: str, ud: bool) -> None:
    kort = Daekning(AKASSE, "0265", dag("2020-01-01"), dag("2022-05-31"))
    h = historie(indplaceret("2022-03-01"), opsaetning=replace(OPSAETNING, daekning=(*OPSAETNING.daekning, kort)))
    afg = h.proev(flyttet("2022-06-10", "0265", flyttedato))
    assert afg.status is (Status.REGISTRERET if ud else Status.VIDERESENDT)


@pytest.mark.parametrize(
    ("tid", "flyttedato", "afvist"),
    [
        ("2022-04-04", "2022-04-04", False),
        ("2022-04-04", "2022-04-05", True),
        ("2022-04-03T22:30:00+00:00", "2022-04-04", False),
    ],
    ids=["the day itself", "a day ahead", "past midnight in Copenhagen"],
)
def test_V8_a_move_that_has_not_happened_is_refused(tid: str, flyttedato: str, afvist: bool) -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(flyttet(tid, NABOKOMMUNE, flyttedato))
    if afvist:
        assert (afg.status, afg.regel) == (Status.AFVIST, "V8")
        assert afg.fejl is not None
        assert (afg.fejl.kode, afg.fejl.felt) == ("v8_fremtidig_flytning", "flyttedato")
        assert h.forloeb.kommunekode == KOMMUNE
    else:
        assert afg.status is Status.VIDERESENDT


@pytest.mark.parametrize("kommune", [NABOKOMMUNE, UDENFOR])
def test_V8_a_move_when_out_moves_nothing(kommune: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-04"))
    forloeb = h.forloeb
    afg = h.ske(flyttet("2022-04-05", kommune))
    assert (afg.status, afg.registreringer, afg.beskeder) == (Status.UDEN_VIRKNING, (), ())
    assert h.forloeb == forloeb
    assert h.borger.kommune(dag("2022-04-05")) == kommune, "residence is known all the same (J3)"


def test_V8_the_same_kommune_moves_nothing() -> None:
    afg = i_forloeb("2022-03-01").proev(flyttet("2022-04-05", KOMMUNE))
    assert (afg.status, afg.beskeder) == (Status.NOTERET, ())


def test_V8_open_indstillinger_follow() -> None:
    h = i_forloeb("2022-03-01")
    aaben, trukket = eksempler.uuid("aaben"), eksempler.uuid("trukket")
    h.ske(haendelse(SENDT, "2022-03-10", indstillingId=aaben, oensketStart="2022-05-01"))
    h.ske(haendelse(SENDT, "2022-03-11", indstillingId=trukket))
    h.ske(haendelse(TRUKKET, "2022-03-12", indstillingId=trukket))
    afg = h.proev(flyttet("2022-04-04", NABOKOMMUNE))
    fulgt = [b for b in afg.beskeder if b.type == INDSTILLING]
    assert [(b.til.kode, b.data["indstillingId"], b.data["oensketStart"]) for b in fulgt] == [
        (NABOKOMMUNE, aaben, "2022-05-01")
    ]
    ud = h.proev(flyttet("2022-04-04", UDENFOR))
    assert [i["indstillingId"] for i in ud.overdragelser[0].data["aabneIndstillinger"]] == [aaben]


# --- V9 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ny_akasse", [..., ANDEN_AKASSE], ids=["leaves", "changes to one in the trial"])
def test_V9_leaving_ends_with_43_at_the_end_of_the_month(ny_akasse: Any) -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(udmeldt("2022-04-05", "2022-04-08", nyAkassekode=ny_akasse))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-04-30", "43")]
    assert beskedtyper(afg) == [("gateway.overdragelse.v1", f"jobcenter.{KOMMUNE}")]
    assert h.borger.inde(dag("2022-04-30")) is not None
    assert h.borger.inde(dag("2022-05-01")) is None
    assert h.borger.medlem(AKASSE, dag("2022-04-08")) is not None
    assert h.borger.medlem(AKASSE, dag("2022-04-09")) is None


def test_V9_leaving_without_a_course_is_kept() -> None:
    h = historie(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01"))
    assert h.ske(udmeldt("2022-04-05", "2022-04-08")).status is Status.NOTERET
    assert h.borger.medlem(AKASSE, dag("2022-04-09")) is None


def test_V9_a_late_event_does_not_undo_the_leaving() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-08"))
    h.ske(udbetalt("2022-04-20", "100"))
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-04-07", tilmeldingsdato="2022-03-01"))
    assert h.borger.medlem(AKASSE, dag("2022-04-09")) is None


def test_V9_J5_enrolled_again_after_leaving_must_be_confirmed_again() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(udmeldt("2022-04-05", "2022-04-08"))
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-09-01", tilmeldingsdato="2022-09-01"))
    medlem = h.borger.medlem(AKASSE, dag("2022-09-01"))
    assert medlem is not None
    assert not medlem.bekraeftet


@pytest.mark.parametrize(
    "h",
    [
        pytest.param(tidlig_indsats("2022-04-20", akasse=ANDEN_AKASSE), id="44"),
        pytest.param(udbetalt("2022-04-20", "500", akasse=ANDEN_AKASSE), id="41"),
        pytest.param(flyttet("2022-04-20", NABOKOMMUNE, akasse=ANDEN_AKASSE), id="a move"),
        pytest.param(haendelse("akasse.visitation.fejloprettet.v1", "2022-04-20", akasse=ANDEN_AKASSE), id="38"),
        pytest.param(haendelse("akasse.medlem.dagpengeret-optjent.v1", "2022-04-20", akasse=ANDEN_AKASSE), id="46"),
        pytest.param(udmeldt("2022-04-20", "2022-04-21", akasse=ANDEN_AKASSE), id="43"),
    ],
)
def test_V9_J3_the_new_akasse_does_not_touch_the_old_ones_course(h: Any) -> None:
    """After a change the old course runs to the month's end; the new a-kasse has no part in it."""
    historien = i_forloeb("2022-03-01")
    historien.ske(udmeldt("2022-04-05", "2022-04-08"))
    forloeb = historien.forloeb
    afg = historien.ske(h)
    assert (afg.status, afg.registreringer, afg.beskeder, afg.overdragelser) == (Status.UDEN_VIRKNING, (), (), ())
    assert historien.forloeb == forloeb


# --- V10, V11 --------------------------------------------------------------------------------------


def test_V10_wrongly_marked_is_counted_and_shown() -> None:
    afg = i_forloeb("2022-03-01").proev(haendelse("akasse.visitation.fejloprettet.v1", "2022-03-04"))
    assert afg.flag == ("fejloprettet",)
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-03-04", "38")]


def test_V11_a_new_right_hands_over_while_nothing_new_opens() -> None:
    h = i_forloeb("2022-03-01")
    afg = h.ske(haendelse("akasse.medlem.dagpengeret-optjent.v1", "2022-04-04", dato="2022-04-01"))
    assert indhold(afg) == [("RetFravaer", "75", "2022-03-01", "2022-04-04", "46")]
    assert len(afg.overdragelser) == 1


def test_J5_a_refused_claim_leaves_nothing() -> None:
    """J5: what a placement says of residence and benefit period holds only when DFDG has taken it."""
    h = Historie()
    afg = h.proev(indplaceret("2022-03-01", kommunekode=NABOKOMMUNE, akasse=ANDEN_AKASSE))
    h.borger = anvend(h.borger, afg.aendringer)  # decided at the head, then refused by DFDG
    assert (h.borger.indplacering, h.borger.bopael, h.borger.forloeb) == (None, (), ())
    rigtig = h.ske(indplaceret("2022-03-02", tilmeldt="2022-03-01"))
    assert (rigtig.status, h.forloeb.akassekode) == (Status.REGISTRERET, AKASSE)
