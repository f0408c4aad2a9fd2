"""The handover (O1-O4)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.messages import overdragelse as kontrakt
from gateway.rules.registreringer import OpretFravaer, RetFravaer
from tests.kontrakter import eksempler
from tests.regler.byg import (
    AKASSE,
    KOMMUNE,
    Historie,
    haendelse,
    historie,
    i_forloeb,
    indplaceret,
    samtale,
    tidlig_indsats,
    udbetalt,
)

FERIE = "akasse.ferie.anmodet.v1"
INDSATS = "akasse.mindre-intensiv-indsats.registreret.v1"


def _data(h: Historie, tid: str = "2022-04-12") -> dict[str, Any]:
    (o,) = h.proev(tidlig_indsats(tid)).overdragelser
    return o.data


def test_O3_the_guidances_example() -> None:
    """Six weeks in, cv + jobsamtale before the marking and one more jobsamtale, no fælles: 2 jobsamtaler and 2 fælles."""
    h = historie(
        haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"),
        samtale("2022-03-08T10:00", "cv", "jobsamtale"),
        indplaceret("2022-03-11", tilmeldt="2022-03-01", indplaceret="2022-03-11"),
        samtale("2022-04-05T09:00", "jobsamtale"),
    )
    data = _data(h)
    assert data["afholdt"] == {"jobsamtaler": 2, "faelles": 0}
    assert data["resterer"] == {"jobsamtaler": 2, "faelles": 2}


def _afholdt(fra: str, jobsamtaler: int, faelles: int) -> Historie:
    h = i_forloeb(fra)
    for nr in range(jobsamtaler):
        h.ske(samtale(f"{fra[:5]}03-{10 + nr}T10:00", "jobsamtale"))
    for nr in range(faelles):
        h.ske(samtale(f"{fra[:5]}03-{20 + nr}T10:00", "faelles"))
    return h


@pytest.mark.parametrize(
    ("jobsamtaler", "faelles", "resterer"),
    [
        (0, 0, (4, 2)),
        (1, 0, (3, 2)),
        (2, 1, (2, 1)),
        (3, 1, (2, 1)),
        (4, 2, (2, 1)),
        (5, 3, (2, 1)),
    ],
)
def test_O2_in_the_trial_at_least_the_jobcenters_own_2_and_1_of_4_and_2(
    jobsamtaler: int, faelles: int, resterer: tuple[int, int]
) -> None:
    data = _data(_afholdt("2022-03-01", jobsamtaler, faelles))
    assert data["afholdt"] == {"jobsamtaler": jobsamtaler, "faelles": faelles}
    assert data["resterer"] == {"jobsamtaler": resterer[0], "faelles": resterer[1]}


@pytest.mark.parametrize(
    ("aar", "jobsamtaler", "resterer"),
    [("2024", 0, 6), ("2024", 2, 4), ("2024", 3, 3), ("2024", 5, 3), ("2027", 0, 4), ("2027", 1, 3), ("2027", 2, 2), ("2027", 4, 2)],
)  # fmt: skip
def test_O2_from_2024_3_of_6_and_from_the_reform_2_of_4(aar: str, jobsamtaler: int, resterer: int) -> None:
    data = _data(_afholdt(f"{aar}-03-01", jobsamtaler, 0), f"{aar}-04-12")
    assert data["resterer"] == {"jobsamtaler": resterer, "faelles": 0}
    assert data["regime"] == ("lov-2024" if aar == "2024" else "reform-2026")


def test_O2_carries_cause_slutdato_hours_and_every_talk() -> None:
    h = i_forloeb("2022-03-01", samtale("2022-02-28T09:00", "raadighed"))
    h.ske(samtale("2022-03-08T10:00", "cv", "jobsamtale"))
    h.ske(samtale("2022-03-22T10:00", "raadighed", "faelles", jobcenterDeltog=False, form="video"))
    h.ske(udbetalt("2022-03-31", "148.5"))
    data = _data(h)
    assert data["timerSammenlagt"] == "148.5"
    assert (data["aarsagskode"], data["slutdato"], data["startdato"]) == ("44", "2022-04-12", "2022-03-01")
    assert (data["akassekode"], data["forsikringsgrad"]) == (AKASSE, "fuldtid")
    assert [(s["dato"], s["formaal"], s["form"], s["jobcenterDeltog"]) for s in data["samtaler"]] == [
        ("2022-03-08", "cv", "personligt", None),
        ("2022-03-08", "jobsamtale", "personligt", None),
        ("2022-03-22", "raadighed", "video", None),
        ("2022-03-22", "faelles", "video", False),
    ], "the benefit period's talks, one line a purpose"


def test_O2_after_46_counting_starts_again() -> None:
    h = _afholdt("2022-03-01", 3, 1)
    h.ske(
        indplaceret("2022-05-20", tilmeldt="2022-03-01", indplaceret="2022-05-16", indplaceringstype="genindplaceret")
    )
    h.ske(samtale("2022-06-01T10:00", "jobsamtale"))
    data = _data(h, "2022-06-13")
    assert data["afholdt"] == {"jobsamtaler": 1, "faelles": 0}
    assert data["resterer"] == {"jobsamtaler": 3, "faelles": 2}


def test_O2_a_later_new_period_does_not_count_the_former_ones_talks() -> None:
    """A new member again two years later, never de-enrolled in between: only talks since the new placement."""
    h = _afholdt("2020-03-02", 2, 1)
    h.ske(tidlig_indsats("2020-04-12"))
    h.ske(indplaceret("2022-03-10", tilmeldt="2020-03-02", indplaceret="2022-03-08"))
    assert _data(h)["afholdt"] == {"jobsamtaler": 0, "faelles": 0}


def test_O2_of_several_former_courses_each_counts() -> None:
    """Enrolled between two former courses: the later one's talks are not the new period's."""
    h = _afholdt("2020-03-02", 2, 1)
    h.ske(tidlig_indsats("2020-04-12"))
    h.ske(indplaceret("2021-03-02", tilmeldt="2020-12-01", indplaceret="2021-03-01"))
    h.ske(samtale("2021-03-10T10:00", "jobsamtale"))
    h.ske(tidlig_indsats("2021-03-12"))
    h.ske(indplaceret("2022-03-10", tilmeldt="2020-12-01", indplaceret="2022-03-08"))
    assert _data(h)["afholdt"] == {"jobsamtaler": 0, "faelles": 0}


def test_O2_talks_between_a_new_enrolment_and_the_marking_count() -> None:
    """An earlier course lies before the enrolment, so the talk with the cv belongs to the new period."""
    h = _afholdt("2020-03-02", 2, 1)
    h.ske(tidlig_indsats("2020-04-12"))
    h.ske(haendelse("akasse.medlem.tilmeldt.v1", "2022-03-01", tilmeldingsdato="2022-03-01"))
    h.ske(samtale("2022-03-04T10:00", "cv", "jobsamtale"))
    h.ske(indplaceret("2022-03-10", tilmeldt="2022-03-01", indplaceret="2022-03-08"))
    assert _data(h)["afholdt"] == {"jobsamtaler": 1, "faelles": 0}


def test_O4_holidays_ahead_also_those_the_member_registers() -> None:
    h = i_forloeb("2022-03-01")
    ferier = {
        "overstaaet": ("2022-03-10", "2022-03-11", "2022-03-05", True),
        "hen over": ("2022-04-11", "2022-04-15", "2022-04-05", True),
        "forude": ("2022-05-01", "2022-05-05", "2022-04-05", True),
        "ikke godkendt": ("2022-04-13", "2022-04-14", "2022-04-06", False),
        "annulleret": ("2022-06-01", "2022-06-05", "2022-04-06", True),
    }
    for navn, (start, slut, anmodet, godkendt) in ferier.items():
        h.ske(haendelse(FERIE, anmodet, ferieId=eksempler.uuid(navn), startdato=start, slutdato=slut, anmodetDato=anmodet, godkendt=godkendt))  # fmt: skip
    h.ske(haendelse("akasse.ferie.annulleret.v1", "2022-04-07", ferieId=eksempler.uuid("annulleret")))
    assert [f["ferieId"] for f in _data(h)["ferie"]] == [eksempler.uuid("hen over"), eksempler.uuid("forude")]


@pytest.mark.parametrize(
    ("start", "slut", "fastholdt", "med"),
    [
        ("2022-04-01", "2022-04-11", False, False),
        ("2022-04-01", "2022-04-12", False, True),
        ("2022-04-01", ..., False, True),
        ("2022-04-20", "2022-05-01", False, True),
        ("2022-04-01", ..., True, False),
    ],
    ids=["ended the day before", "ends that day", "open", "begins after", "duties kept"],
)
def test_O4_less_intensive_effort_that_goes_on(start: str, slut: object, fastholdt: bool, med: bool) -> None:
    kept = {"aarsag": "misbrug_eller_spekulation", "begrundelse": "Begrundet."} if fastholdt else ...
    h = i_forloeb("2022-03-01")
    h.ske(haendelse(INDSATS, "2022-04-01", startdato=start, slutdato=slut, pligterFastholdes=kept))
    indsats = _data(h).get("mindreIntensivIndsats")
    if med:
        ventet = {"grund": "job", "startdato": start, **({"slutdato": slut} if slut is not ... else {})}
        assert indsats == ventet
    else:
        assert indsats is None


@pytest.mark.parametrize(("kladde", "ventet"), [(None, "mangler"), (True, "kladde"), (False, "publiceret")])
def test_O4_min_plan(kladde: bool | None, ventet: str) -> None:
    h = i_forloeb("2022-03-01")
    if kladde is not None:
        h.ske(haendelse("akasse.minplan.publiceret.v1", "2022-03-20", kladde=kladde))
    assert _data(h)["minPlan"] == ventet


def test_O1_one_id_at_every_attempt_and_it_follows_the_ending() -> None:
    h = i_forloeb("2022-03-01")
    haendelsen = tidlig_indsats("2022-04-12", id="fast")
    en, to = h.proev(haendelsen), h.proev(haendelsen)
    assert en == to
    (o,) = en.overdragelser
    assert o.til.kode == KOMMUNE
    assert o.efter_registrering == 0, "registreret on the receipt of the ending"
    assert isinstance(en.registreringer[0].indhold, RetFravaer)
    assert o.data["overdragelseId"] == str(o.overdragelse_id)


def test_O2_the_handover_fits_its_contract() -> None:
    """The handover as it leaves is what the message's contract says; the ledger adds the rest."""
    h = i_forloeb("2022-03-01", samtale("2022-02-28T10:00", "cv", "jobsamtale"))
    h.ske(haendelse("akasse.indstilling.sendt.v1", "2022-03-10"))
    straks = historie().proev(indplaceret("2022-03-01", behovForTidligIndsats=True))
    assert isinstance(straks.registreringer[0].indhold, OpretFravaer)
    for data in (_data(h), straks.overdragelser[0].data):
        hel = {**data, "udgave": 1, "registrering": "afventer", "cpr": eksempler.PERSON, "haendelseId": "h-1"}
        model = kontrakt.Overdragelse.model_validate(hel)
        assert model.overdragelse_id
        ud = model.model_dump(mode="json", by_alias=True, exclude_none=True)
        assert set(ud) >= set(data) - {"mindreIntensivIndsats"}
