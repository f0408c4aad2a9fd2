"""DFDG's numbers and statuses to outcomes, written out number by number: this table is a second reading of STAR's error
pages, on purpose not made from the code list that the code reads."""

from __future__ import annotations

import pytest

from contracts.codes import liste
from gateway.lanes.forsoeg import Svarfejl, Udfald
from producers.dfdg import errors

TABEL: dict[Udfald, str] = {
    # Every call would fail: certificate, headers, configuration.
    Udfald.ADGANG: "1009 1012 1013 1101 4413 8173 8174 8232 8233 8234 8235",
    # Not (any more) the caller's own citizen.
    Udfald.IKKE_EJER: "4511 4575 4586 4856 4857 4922 6005 90006 90007",
    # Faults at DFDG or downstream of it.
    Udfald.UTILGAENGELIG: "1011 1100 4769 9018 9337 9344 9345 9346",
    # Arrived before.
    Udfald.FANDTES: "4977 8303 150011",
    # The content is refused; a person looks at it.
    Udfald.AFVIST: (
        "1001 1003 1010 1014 2001 2002 2003 4013 4103 4313 4314 4316 4317 4318 4322 4338 4340 4367 4368 4369 4370 4385 "
        "4400 4404 4405 4582 4585 4591 4592 4593 4632 4641 4644 4645 4654 4655 4656 4675 4695 4698 4703 4708 4709 4710 "
        "4720 4725 4731 4735 4750 4753 4763 4768 4783 4792 4805 4933 6014 6033 6052 8006 8008 8012 8013 8015 8018 8021 "
        "8043 8044 8055 8060 8075 8096 8111 8125 8126 8127 8302 8306 8308 9118 9153 9155 9156 9157 9158 9298 9336 "
        "90000 90001 90002 90004 90005 90009 90010 90014 90036 150000 150002 150010"
    ),
}
RAEKKER = [(kode, udfald) for udfald, koder in TABEL.items() for kode in koder.split()]


@pytest.mark.parametrize(("kode", "udfald"), RAEKKER)
def test_what_a_number_means(kode: str, udfald: Udfald) -> None:
    assert errors.klasse(kode) is udfald
    svar = errors.fejlsvar([Svarfejl(kode, "")], 400, "CreateFravaerMedIdentifier")
    assert (svar.udfald, svar.kode) == (udfald, kode)


def test_the_table_names_every_number_of_the_code_list_once() -> None:
    # The answer of a ping is no fault; the two of a planner's broken answer have no class that says "send again".
    andre = {"100", "9303", "9329"}
    koder = [kode for kode, _ in RAEKKER]
    assert len(koder) == len(set(koder))
    assert set(koder) | andre == liste("dfdg_fejlkode").koder
    assert {errors.klasse(k) for k in andre} == {Udfald.AFVIST}


@pytest.mark.parametrize("kode", ["4999", "7", "123456"])
def test_an_unlisted_number_stops_for_a_person_with_its_number(kode: str) -> None:
    svar = errors.fejlsvar([Svarfejl(kode, "ukendt")], 500, "CreatePersonInterview")
    assert (svar.udfald, svar.kode, svar.fejl[0].tekst) == (Udfald.AFVIST, kode, "ukendt")


@pytest.mark.parametrize("kode", ["4575", "4586"])
@pytest.mark.parametrize(
    "operation", ["CreateFravaerMedIdentifier", "CreateIndkaldelse", "UpdateCVStatus", "PublishPlan"]
)
def test_J5_a_citizen_who_is_not_the_callers_own_is_told_from_a_refusal_that_a_person_must_look_at(
    kode: str, operation: str
) -> None:
    svar = errors.fejlsvar([Svarfejl(kode, "")], 400, operation)
    assert svar.udfald is Udfald.IKKE_EJER


def test_so_already_is_told_per_operation() -> None:
    assert errors.klasse("4367", "CancelUnemploymentEnrollment") is Udfald.FANDTES
    assert errors.klasse("4632", "DeleteFravaer") is Udfald.FANDTES
    assert errors.klasse("4632", "UpdateFravaer") is Udfald.AFVIST
    assert errors.klasse("4367", "CreateFravaerMedIdentifier") is Udfald.AFVIST


@pytest.mark.parametrize(
    ("koder", "udfald", "kode"),
    [
        ("1011 4977 1001 4575 1013", Udfald.ADGANG, "1013"),
        ("1011 4977 1001 4575", Udfald.IKKE_EJER, "4575"),
        ("1011 4977 1001 1010", Udfald.AFVIST, "1001"),
        ("1011 4977", Udfald.FANDTES, "4977"),
        ("1011 1100", Udfald.UTILGAENGELIG, "1011"),
        ("4977 4999", Udfald.AFVIST, "4999"),
    ],
)
def test_of_several_faults_the_gravest_decides_and_all_are_kept(koder: str, udfald: Udfald, kode: str) -> None:
    for raekkefoelge in (koder.split(), koder.split()[::-1]):
        svar = errors.fejlsvar([Svarfejl(k, "") for k in raekkefoelge], 400, "CreateFravaerMedIdentifier")
        assert svar.udfald is udfald
        assert [f.kode for f in svar.fejl] == raekkefoelge
    assert errors.fejlsvar([Svarfejl(k, "") for k in koder.split()], 400, "X").kode == kode


@pytest.mark.parametrize(
    ("status", "rest", "soap"),
    [
        (302, Udfald.ADGANG, Udfald.ADGANG),
        (400, Udfald.AFVIST, Udfald.AFVIST),
        (401, Udfald.ADGANG, Udfald.ADGANG),
        (403, Udfald.ADGANG, Udfald.ADGANG),
        (404, Udfald.AFVIST, Udfald.AFVIST),
        (407, Udfald.ADGANG, Udfald.ADGANG),
        (408, Udfald.UTILGAENGELIG, Udfald.UTILGAENGELIG),
        (412, Udfald.FANDTES, Udfald.AFVIST),
        (429, Udfald.UTILGAENGELIG, Udfald.UTILGAENGELIG),
        # "Nothing changed" is promised for REST alone; 502 and 504 are no answers of DFDG's.
        (500, Udfald.UTILGAENGELIG, Udfald.INTET_SVAR),
        (502, Udfald.INTET_SVAR, Udfald.INTET_SVAR),
        (503, Udfald.UTILGAENGELIG, Udfald.UTILGAENGELIG),
        (504, Udfald.INTET_SVAR, Udfald.INTET_SVAR),
        (599, Udfald.UTILGAENGELIG, Udfald.UTILGAENGELIG),
        (202, Udfald.INTET_SVAR, Udfald.INTET_SVAR),
    ],
)
def test_what_a_status_alone_means(status: int, rest: Udfald, soap: Udfald) -> None:
    assert errors.statussvar(status, soap=False).udfald is rest
    assert errors.statussvar(status, soap=True).udfald is soap
    assert errors.statussvar(status, soap=True).http_status == status


def test_a_status_is_named_in_the_code() -> None:
    assert errors.statussvar(404, soap=False).kode == "http_404"
    assert errors.statussvar(503, soap=True).kode == "http_503"
    assert errors.statussvar(412, soap=False).kode == "412"


# --- texts and bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "{:.6}-{}", "{:.6} {}", "cpr:{}.", "<{}>", "id={};"])
def test_a_faults_text_never_carries_a_persons_number(form: str, cpr: str) -> None:
    skrevet = form.format(cpr) if form.count("{") == 1 else f"{cpr[:6]}{form[5]}{cpr[6:]}"
    renset = errors.ren_tekst(f"Personen {skrevet} findes ikke")
    assert cpr[6:] not in renset
    assert "Personen" in renset
    assert "findes ikke" in renset


def test_a_faults_text_is_one_short_line() -> None:
    assert errors.ren_tekst("  a\n\tb  ") == "a b"
    assert len(errors.ren_tekst("x" * 9999)) == 300


FELTER = (("fejlkode", "kode", "code"), ("fejltekst", "message"))


@pytest.mark.parametrize(
    "krop",
    [
        {"fejl": [{"fejlkode": 1001, "fejltekst": "a"}, {"fejlkode": 4977, "fejltekst": "b"}]},
        [{"Code": "1001", "Message": "a"}, {"Code": "4977", "Message": "b"}],
        {"x": {"y": [{"KODE": " 1001 ", "message": "a", "z": 1}]}, "w": {"fejlkode": 4977, "fejltekst": "b"}},
    ],
)
def test_all_faults_of_a_rest_answer_are_found_whatever_their_fields_are_called(krop: object) -> None:
    assert errors.fra_json(krop, *FELTER) == (Svarfejl("1001", "a"), Svarfejl("4977", "b"))


@pytest.mark.parametrize(
    "krop", [None, 5, "1001", [], {}, {"kode": None}, {"kode": True}, {"kode": "E17"}, {"kode": 1.5}]
)
def test_an_answer_without_numbers_has_no_faults(krop: object) -> None:
    assert errors.fra_json(krop, *FELTER) == ()


def test_a_persons_number_is_no_fault_number(cpr: str) -> None:
    assert errors.fra_json({"kode": cpr}, *FELTER) == ()
    assert errors.fra_json({"kode": int(cpr)}, *FELTER) == ()


def test_a_deep_answer_is_not_followed_to_its_end() -> None:
    dyb: object = {"kode": 1001}
    for _ in range(900):
        dyb = [dyb]
    assert errors.fra_json(dyb, *FELTER) == ()
