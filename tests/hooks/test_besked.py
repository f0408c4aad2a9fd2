"""Reading the envelope: names by a table, without regard to case; what is missing is None."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from contracts.dfdg.besked import beskedtype, feltnavne, laes
from sandbox.personer import Personregister

CPR = Personregister().ny()
NAVNE = feltnavne({})


def laest(**felter: Any) -> Any:
    return laes(orjson.dumps({"EntitetId": 60010, **felter}), NAVNE)


def test_the_person_is_read_only_where_the_message_is_about_one() -> None:
    assert laest(IdentifikationstypeId=1, Identifikation=CPR).cpr == CPR
    assert laest(Identifikation=CPR).cpr == CPR
    assert laest(IdentifikationstypeId=2, Identifikation=CPR).cpr is None
    assert laest(IdentifikationstypeId=1, Identifikation="ikke et nummer").cpr is None
    assert CPR not in repr(laest(IdentifikationstypeId=1, Identifikation=CPR))


def test_the_all_zero_identifier_is_none() -> None:
    assert laest(EksternIdentifier="00000000-0000-0000-0000-000000000000").ekstern is None
    assert str(laest(EksternIdentifier="11111111-1111-4111-8111-111111111111").ekstern).startswith("1111")


def test_names_are_matched_without_case_and_can_be_given() -> None:
    andre = feltnavne({"beskedid": "MessageIdentifier"})
    b = laes(b'{"ENTITETID": "90000", "messageidentifier": "m"}', andre)
    assert (b.entitet_id, b.besked_id, b.domaene) == ("90000", "m", 9)
    with pytest.raises(ValueError, match="there is no field"):
        feltnavne({"findesikke": "x"})


@pytest.mark.parametrize(
    ("modtager", "ventet"),
    [
        ({"OrganisationTypeIdentifier": 8, "OrganisationCode": "101"}, ("jobcenter", "101")),
        ({"organisationtypeidentifier": "3", "organisationcode": "01"}, ("akasse", "01")),
        ({"OrganisationTypeIdentifier": 8}, None),
        ({"OrganisationTypeIdentifier": 8, "OrganisationCode": "../x"}, None),
        ("akasse", None),
    ],
)
def test_the_receiver(modtager: Any, ventet: Any) -> None:
    assert laest(Modtager=modtager).modtager == ventet


@pytest.mark.parametrize("raa", [b"", b"null", b"[]", b"{}", b'{"EntitetId": null}', b'{"EntitetId": {"x": 1}}'])
def test_without_a_type_it_is_no_message(raa: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|EntitetId"):
        laes(raa, NAVNE)


@pytest.mark.parametrize(
    ("id_", "modtagere", "opslag"),
    [
        ("60010", {"akasse"}, "akassemedlemskab"),
        ("90000", {"akasse", "jobcenter"}, "indkaldelse_historik"),
        ("90001", {"jobcenter"}, "frist_historik"),
        ("100008", {"akasse", "jobcenter"}, "kontaktgruppe"),
        ("120001", {"akasse", "jobcenter"}, "jobordre"),
        ("50003", {"akasse"}, "dagpengetaeller"),
        ("60007", {"akasse"}, ""),
    ],
)
def test_the_types_are_data(id_: str, modtagere: set[str], opslag: str) -> None:
    type_ = beskedtype(id_)
    assert type_ is not None
    assert (type_.modtagere, type_.opslag) == (modtagere, opslag)


def test_an_unknown_type_is_none() -> None:
    assert beskedtype("424242") is None
