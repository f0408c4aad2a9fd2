"""Less intensive effort: registered while in, not where the duties are kept, never with a guessed code (M1-M3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Regelfejl
from gateway.rules.aendringer import anvend
from gateway.rules.mindre_intensiv import fritaget
from gateway.rules.model import Status
from gateway.rules.registreringer import OpretFravaer, RetFravaer, SletFravaer
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
    ANDEN_AKASSE,
    OPSAETNING,
    Historie,
    dag,
    haendelse,
    historie,
    i_forloeb,
    indhold,
    med_koder,
    tidlig_indsats,
)

GRUNDE = ("job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling")
KODER = {f"fravaerstype.mindre_intensiv.{g}": str(900 + nr) for nr, g in enumerate(GRUNDE)}
SEKS_UGER = timedelta(weeks=6)


def registreret(tid: str, grund: str = "job", fra: str | None = None, til: str | None = None, **felter: Any) -> Any:
    standard: dict[str, Any] = {
        "indsatsId": uuid("indsats"),
        "grund": grund,
        "startdato": fra or tid[:10],
        "slutdato": til or ...,
        "pligterFastholdes": ...,
    }
    return haendelse("akasse.mindre-intensiv-indsats.registreret.v1", tid, **{**standard, **felter})


def ophoert(tid: str, slutdato: str, navn: str = "indsats") -> Any:
    return haendelse("akasse.mindre-intensiv-indsats.ophoert.v1", tid, indsatsId=uuid(navn), slutdato=slutdato)


def med_alle_koder() -> Historie:
    h = i_forloeb("2022-03-01")
    h.opsaetning = med_koder(OPSAETNING, **KODER)
    return h


@pytest.mark.parametrize("grund", GRUNDE)
def test_M1_each_ground_is_an_absence_of_its_own_type(grund: str) -> None:
    afg = med_alle_koder().proev(registreret("2022-03-10", grund, til="2022-03-20"))
    kode = KODER[f"fravaerstype.mindre_intensiv.{grund}"]
    assert (afg.status, afg.regel, afg.flag) == (Status.REGISTRERET, "M1", ())
    assert indhold(afg) == [("OpretFravaer", kode, "2022-03-10", "2022-03-20", None)]


@pytest.mark.parametrize("grund", GRUNDE)
@pytest.mark.parametrize("dage", [42, 43])
@pytest.mark.parametrize("vej", ["registreret", "ophoert"])
def test_M1_more_than_six_weeks_is_flagged_where_six_is_the_limit(grund: str, dage: int, vej: str) -> None:
    h = med_alle_koder()
    slut = (dag("2022-03-10") + timedelta(days=dage)).isoformat()
    if vej == "registreret":
        afg = h.proev(registreret("2022-03-10", grund, til=slut))
    else:
        assert h.ske(registreret("2022-03-10", grund)).flag == ()
        afg = h.proev(ophoert(slut, slut))
    ventet = ("over_seks_uger",) if dage == 43 and grund != "vejrlig_materialemangel" else ()
    assert (afg.status, afg.flag) == (Status.REGISTRERET, ventet)


def test_M1_the_exemption_holds_from_its_first_to_its_last_day() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10", fra="2022-03-12", til="2022-03-14"))
    dage = [dag("2022-03-11") + timedelta(days=n) for n in range(5)]
    assert [fritaget(h.borger, d) for d in dage] == [False, True, True, True, False]


@pytest.mark.parametrize(
    ("tid", "status"),
    [("2022-04-11T23:59", Status.REGISTRERET), ("2022-04-12T00:00", Status.AFVIST)],
    ids=["on the slutdato", "the day after"],
)
def test_M1_only_while_in(tid: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(tidlig_indsats("2022-04-11"))
    afg = h.proev(registreret(tid))
    assert (afg.status, afg.regel) == (status, "M1")


def test_M1_of_somebody_who_is_not_marked_is_refused() -> None:
    afg = historie().proev(registreret("2022-03-10"))
    assert afg.fejl is not None
    assert (afg.status, afg.fejl.kode) == (Status.AFVIST, "m1_uden_for_forloebet")


def test_M1_ending_it_updates_the_whole_absence_with_its_last_day() -> None:
    h = i_forloeb("2022-03-01")
    (oprettet,) = (r.indhold for r in h.ske(registreret("2022-03-10")).registreringer)
    afg = h.ske(ophoert("2022-03-21", "2022-03-20"))
    assert isinstance(oprettet, OpretFravaer)
    (ret,) = (r.indhold for r in afg.registreringer)
    assert ret == RetFravaer(oprettet.fravaer_id, "901", dag("2022-03-10"), dag("2022-03-20"), dag("2022-03-10"))
    assert not fritaget(h.borger, dag("2022-03-21"))
    assert fritaget(h.borger, dag("2022-03-20"))


@pytest.mark.parametrize(("slutdato", "status"), [("2022-03-10", Status.REGISTRERET), ("2022-03-09", Status.AFVIST)])
def test_M1_it_does_not_end_before_it_starts(slutdato: str, status: Status) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10"))
    assert h.proev(ophoert("2022-03-21", slutdato)).status is status


def test_M1_told_twice_it_is_registered_once_and_an_unknown_one_does_not_end() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10"))
    assert h.proev(registreret("2022-03-11", fra="2022-03-10")).status is Status.UDEN_VIRKNING
    ukendt = h.proev(ophoert("2022-03-21", "2022-03-20", "en anden"))
    assert ukendt.fejl is not None
    assert (ukendt.status, ukendt.fejl.kode) == (Status.AFVIST, "m1_ukendt_indsats")


@pytest.mark.parametrize("aarsag", ["til_fordel_for_medlemmet", "misbrug_eller_spekulation"])
def test_M2_where_the_duties_are_kept_no_exemption_is_registered(aarsag: str) -> None:
    h = i_forloeb("2022-03-01")
    h.opsaetning = med_koder(OPSAETNING)  # nothing is sent, so no code is missed
    fastholdt = {"aarsag": aarsag, "begrundelse": "Jobbet er usikkert."}
    afg = h.ske(registreret("2022-03-10", pligterFastholdes=fastholdt))
    assert (afg.status, afg.regel, afg.registreringer) == (Status.NOTERET, "M2", ())
    assert not fritaget(h.borger, dag("2022-03-10"))
    slut = h.ske(ophoert("2022-03-21", "2022-03-20"))
    assert (slut.status, slut.registreringer) == (Status.NOTERET, ())


def test_M2_lifted_after_all_the_exemption_is_registered() -> None:
    h = i_forloeb("2022-03-01")
    fastholdt = {"aarsag": "misbrug_eller_spekulation", "begrundelse": "Tvivl."}
    h.ske(registreret("2022-03-10", pligterFastholdes=fastholdt))
    assert h.ske(registreret("2022-03-12")).status is Status.REGISTRERET
    assert fritaget(h.borger, dag("2022-03-12"))


@pytest.mark.parametrize("grund", GRUNDE)
def test_M3_an_unset_type_stops_with_the_name_of_the_row_that_is_missing(grund: str) -> None:
    h = med_alle_koder()
    navn = f"fravaerstype.mindre_intensiv.{grund}"
    h.opsaetning = med_koder(OPSAETNING, **{k: v for k, v in KODER.items() if k != navn})
    with pytest.raises(Regelfejl) as fanget:
        h.proev(registreret("2022-03-10", grund))
    assert (fanget.value.kode, fanget.value.felt) == ("kode_mangler", "grund")
    assert navn in (fanget.value.loesning or "")


# --- told again ----------------------------------------------------------------------------------------


def _fastholdt() -> dict[str, str]:
    return {"aarsag": "misbrug_eller_spekulation", "begrundelse": "Tvivl."}


@pytest.mark.parametrize(
    ("fra", "til"), [("2022-03-12", "2022-03-20"), ("2022-03-10", "2022-03-25"), ("2022-03-08", "2022-03-20")]
)
def test_M1_told_again_with_other_dates_the_absence_is_updated(fra: str, til: str) -> None:
    h = i_forloeb("2022-03-01")
    (oprettet,) = (r.indhold for r in h.ske(registreret("2022-03-10", til="2022-03-20")).registreringer)
    assert isinstance(oprettet, OpretFravaer)
    afg = h.ske(registreret("2022-03-12", fra=fra, til=til))
    assert [r.indhold for r in afg.registreringer] == [
        RetFravaer(oprettet.fravaer_id, "901", dag(fra), dag(til), dag("2022-03-10"))
    ]
    assert [(m.startdato, m.slutdato, m.fritaget) for m in h.borger.mindre_intensiv] == [(dag(fra), dag(til), True)]


def test_M1_told_again_without_an_end_the_end_that_was_told_since_stands() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10"))
    h.ske(ophoert("2022-03-21", "2022-03-20"))
    assert h.proev(registreret("2022-03-22", fra="2022-03-10")).status is Status.UDEN_VIRKNING


def test_M1_another_ground_is_another_type_so_the_old_absence_is_deleted_and_one_is_created() -> None:
    h = med_alle_koder()
    (oprettet,) = (r.indhold for r in h.ske(registreret("2022-03-10", til="2022-03-20")).registreringer)
    assert isinstance(oprettet, OpretFravaer)
    ny = registreret("2022-03-12", "barsel", fra="2022-03-10", til="2022-03-20")
    afg = h.proev(ny)
    slet, opret = (r.indhold for r in afg.registreringer)
    assert slet == SletFravaer(oprettet.fravaer_id, "900", "Registreret med anden grund")
    assert isinstance(opret, OpretFravaer)
    assert (opret.fravaertype, opret.fravaer_id != oprettet.fravaer_id) == ("901", True)
    # Stopped between the two, only the creation is left.
    h.borger = anvend(h.borger, afg.registreringer[0].aendringer)
    assert not fritaget(h.borger, dag("2022-03-15"))
    assert [r.indhold for r in h.proev(ny).registreringer] == [opret]
    h.ske(ny)
    assert [(m.grund, m.fritaget) for m in h.borger.mindre_intensiv] == [("barsel", True)]


def test_M1_two_grounds_lift_the_duties_each_on_its_own() -> None:
    h = med_alle_koder()
    h.ske(registreret("2022-03-10", til="2022-03-20"))
    h.ske(registreret("2022-03-12", "vejrlig_materialemangel", til="2022-03-25", indsatsId=uuid("en anden")))
    h.ske(ophoert("2022-03-13", "2022-03-13"))
    assert fritaget(h.borger, dag("2022-03-15"))
    assert len({m.fravaer_id for m in h.borger.mindre_intensiv}) == 2


def test_M1_ended_on_the_same_day_again_has_no_effect() -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10"))
    h.ske(ophoert("2022-03-21", "2022-03-20"))
    assert h.proev(ophoert("2022-03-22", "2022-03-20")).status is Status.UDEN_VIRKNING
    assert h.proev(ophoert("2022-03-22", "2022-03-21")).status is Status.REGISTRERET


@pytest.mark.parametrize("type_", ["registreret", "ophoert"])
def test_M1_another_akasses_effort_is_not_the_publishers(type_: str) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(registreret("2022-03-10"))
    h.borger = replace(
        h.borger, mindre_intensiv=tuple(replace(m, akassekode=ANDEN_AKASSE) for m in h.borger.mindre_intensiv)
    )
    if type_ == "ophoert":
        afg = h.proev(ophoert("2022-03-21", "2022-03-20"))
        assert afg.fejl is not None
        assert afg.fejl.kode == "m1_ukendt_indsats"
    else:
        afg = h.proev(registreret("2022-03-11", fra="2022-03-10"))
        assert [type(r.indhold) for r in afg.registreringer] == [OpretFravaer]


def test_M2_kept_after_all_the_exemption_is_deleted_and_the_duties_are_back() -> None:
    h = i_forloeb("2022-03-01")
    (oprettet,) = (r.indhold for r in h.ske(registreret("2022-03-10", til="2022-03-20")).registreringer)
    assert isinstance(oprettet, OpretFravaer)
    afg = h.ske(registreret("2022-03-12", fra="2022-03-10", til="2022-03-20", pligterFastholdes=_fastholdt()))
    assert (afg.status, afg.regel) == (Status.REGISTRERET, "M2")
    assert [r.indhold for r in afg.registreringer] == [SletFravaer(oprettet.fravaer_id, "901", "Pligterne fastholdes")]
    assert not fritaget(h.borger, dag("2022-03-15"))
    igen = registreret("2022-03-13", fra="2022-03-10", til="2022-03-20", pligterFastholdes=_fastholdt())
    assert h.proev(igen).status is Status.UDEN_VIRKNING


def test_M2_lifted_again_after_it_was_kept_is_an_absence_of_its_own() -> None:
    h = i_forloeb("2022-03-01")
    foerst = h.ske(registreret("2022-03-10")).registreringer[0].entitets_id
    h.ske(registreret("2022-03-12", fra="2022-03-10", pligterFastholdes=_fastholdt()))
    (r,) = h.ske(registreret("2022-03-14", fra="2022-03-10")).registreringer
    assert isinstance(r.indhold, OpretFravaer)
    assert r.entitets_id != foerst
    assert fritaget(h.borger, dag("2022-03-15"))
