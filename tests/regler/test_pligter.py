"""O5, O6, P3: what the a-kasse owes at a handover, told in the kvittering (VEJL §5(3), §11(2))."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.rules.model import Afgoerelse, Haendelse
from tests.regler.byg import (
    NABOKOMMUNE,
    UDENFOR,
    UNG,
    Historie,
    dag,
    flyttet,
    haendelse,
    i_forloeb,
    indplaceret,
    planlagt,
    tidlig_indsats,
    udbetalt,
    udmeldt,
)

PLAN = {"minplan_kladde", "minplan_publiceret"}


def koder(afg: Afgoerelse) -> dict[str, date | None]:
    return {p.kode: p.senest for p in afg.pligter}


@pytest.mark.parametrize(
    ("slutning", "slut"),
    [
        pytest.param(udbetalt("2022-05-10", "410"), "2022-05-31", id="41"),
        pytest.param(flyttet("2022-05-10", UDENFOR), "2022-05-10", id="42"),
        pytest.param(udmeldt("2022-05-10", "2022-05-12"), "2022-05-31", id="43"),
        pytest.param(tidlig_indsats("2022-05-10"), "2022-05-10", id="44"),
        pytest.param(haendelse("akasse.visitation.fejloprettet.v1", "2022-05-10"), "2022-05-10", id="38"),
        pytest.param(haendelse("akasse.medlem.dagpengeret-optjent.v1", "2022-05-10"), "2022-05-10", id="46"),
    ],
)
def test_O5_P3_at_every_handover_the_member_is_told_at_once_and_guided(slutning: Haendelse, slut: str) -> None:
    pligter = koder(i_forloeb("2022-03-01").ske(slutning))
    assert pligter["underret_medlem"] == dag("2022-05-10")
    assert pligter["vejled_om_pligter"] == dag(slut), "P3"


def test_O5_no_handover_no_duty() -> None:
    h = i_forloeb("2022-03-01")
    assert h.afgoerelser[-1].pligter == ()
    assert h.ske(flyttet("2022-03-10", NABOKOMMUNE)).pligter == ()
    # V11: a re-placement ends the old marking with 46, and the course stays with the a-kasse
    assert h.ske(indplaceret("2022-09-01", indplaceringstype="genindplaceret")).pligter == ()


def test_O5_V14_a_course_that_begins_at_the_jobcenter_hands_over_too() -> None:
    afg = Historie().ske(indplaceret("2022-03-10", behovForTidligIndsats=True))
    assert set(koder(afg)) == {"underret_medlem", "vejled_om_pligter", "minplan_kladde"}


@pytest.mark.parametrize(
    ("vurderet", "kode"),
    [
        pytest.param("2022-03-15", "minplan_kladde", id="the fourteenth day"),
        pytest.param("2022-03-16", "minplan_publiceret", id="the fifteenth day"),
    ],
)
def test_O6_a_draft_within_two_weeks_of_enrolment_published_after(vurderet: str, kode: str) -> None:
    """By the day of assessment, not of registration."""
    afg = i_forloeb("2022-03-01").ske(tidlig_indsats("2022-03-25", vurderingsdato=vurderet))
    assert PLAN & set(koder(afg)) == {kode}


def test_O6_for_44_and_45_in_the_trial_only() -> None:
    assert not PLAN & set(koder(i_forloeb("2022-03-01").ske(udbetalt("2022-05-10", "410"))))
    assert not PLAN & set(koder(i_forloeb("2024-03-01").ske(tidlig_indsats("2024-03-10"))))
    ung = Historie().ske(indplaceret("2022-03-01", cpr=UNG, erhvervskompetencegivendeUddannelse=False))
    assert PLAN & set(koder(ung)) == {"minplan_kladde"}


@pytest.mark.parametrize(
    ("kladde", "dag_", "skylder"),
    [(True, "2022-03-10", False), (True, "2022-03-20", True), (False, "2022-03-20", False)],
)
def test_O6_a_plan_that_is_there_already_is_not_owed(kladde: bool, dag_: str, skylder: bool) -> None:
    h = i_forloeb("2022-03-01")
    h.ske(haendelse("akasse.minplan.publiceret.v1", "2022-03-05", kladde=kladde))
    assert bool(PLAN & set(koder(h.ske(tidlig_indsats(dag_))))) is skylder


# --- S12 at the ending itself ----------------------------------------------------------------------------------------


def test_S12_the_ending_cancels_what_is_planned_after_it() -> None:
    """After the marking's update, so that a refused cancellation holds no handover back."""
    h = i_forloeb("2022-03-01")
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-05-20T10:00", "faelles", navn="efter"))
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-05-05T10:00", "faelles", navn="foer"))
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-05-21T10:00", "cv", navn="cv"))
    afg = h.ske(tidlig_indsats("2022-05-10"))
    assert [r.indhold.operation for r in afg.registreringer] == ["RetFravaer", "SletIndkaldelse"]
    assert afg.overdragelser[0].efter_registrering == 0
    assert [p.aflyst for p in h.borger.planlagte] == [True, False, False]


def test_S12_V14_what_was_planned_before_the_decision_lapses_too() -> None:
    h = Historie()
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"))
    h.ske(planlagt("indkaldt", "2022-03-02", "2022-03-20T10:00", "cv", "jobsamtale"))
    afg = h.ske(indplaceret("2022-03-10", tilmeldt="2022-03-01", behovForTidligIndsats=True))
    assert [r.indhold.operation for r in afg.registreringer] == ["OpretFravaer", "SletIndkaldelse"]
    (p,) = h.borger.planlagte
    assert (p.formaal, p.aflyst) == (("cv",), False)
