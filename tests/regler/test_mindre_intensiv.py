"""Less intensive effort: registered while in, not where the duties are kept, never with a guessed code (M1-M3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Regelfejl
from gateway.rules.mindre_intensiv import fritaget
from gateway.rules.model import OpretFravaer, RetFravaer, Status
from tests.kontrakter.eksempler import uuid
from tests.regler.byg import (
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
