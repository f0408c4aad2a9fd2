"""The judge finds each kind of violation when it is planted, and nothing where all went as written down."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from sandbox.dommer import Dom, Dommer
from sandbox.fortaellinger import Fortaelling, fortaellinger, generer
from sandbox.fortaellinger.model import HOS_AKASSE, OVERDRAGELSE
from sandbox.personer import Personregister
from tests.demo.verden import FORUDSAETNINGER, Beskeder, Linje, log


@pytest.fixture(scope="module")
def historier() -> list[Fortaelling]:
    personer = Personregister()
    fortalte = fortaellinger(FORUDSAETNINGER, personer)
    return [*fortalte, *generer(60, 7, FORUDSAETNINGER, personer)]


def doem(historier: list[Fortaelling], linjer: list[Linje], beskeder: Beskeder) -> Dom:
    dommer = Dommer()
    for historie in historier:
        dommer.skriv_ned(historie)
    for emne, noegle, raa in beskeder.raa():
        dommer.modtag(emne, noegle, raa)
    return dommer.doem(linjer)


def alt_vel(historier: list[Fortaelling]) -> tuple[list[Linje], Beskeder]:
    beskeder = Beskeder()
    beskeder.fortael(historier)
    return log(historier), beskeder


def test_nothing_is_found_where_all_went_as_written_down(historier: list[Fortaelling]) -> None:
    linjer, beskeder = alt_vel(historier)
    dom = doem(historier, linjer, beskeder)
    assert dom.ok, dom.brud[:5]
    assert dom.committed == len(linjer) // 3
    assert dom.haendelser == sum(dom.kvitteringer.values()) > 500


def _samtaler(linjer: list[Linje]) -> list[int]:
    """Where a talk's three lines begin, each followed by another effect of the same person."""
    return [
        nr
        for nr in range(0, len(linjer) - 3, 3)
        if linjer[nr]["operation"] == "CreatePersonInterview" and linjer[nr]["cpr"] == linjer[nr + 3]["cpr"]
    ]


def _tabt(linjer: list[Linje]) -> None:
    nr = _samtaler(linjer)[0]
    del linjer[nr + 1 : nr + 3]


def _to_gange(linjer: list[Linje]) -> None:
    nr = _samtaler(linjer)[0]
    linjer.insert(nr + 2, dict(linjer[nr + 1]))


def _ombyttet(linjer: list[Linje]) -> None:
    nr = _samtaler(linjer)[0]
    linjer[nr : nr + 6] = [*linjer[nr + 3 : nr + 6], *linjer[nr : nr + 3]]


def _forkert_tid(linjer: list[Linje]) -> None:
    for linje in linjer[_samtaler(linjer)[0] :][:3]:
        linje["start"] = str(linje["start"]).replace(":00+", ":59+").replace("T1", "T0")


def _forkert_person(linjer: list[Linje]) -> None:
    nr = _samtaler(linjer)[0]
    anden = next(linje["cpr"] for linje in linjer if linje["cpr"] != linjer[nr]["cpr"])
    for linje in linjer[nr : nr + 3]:
        linje["cpr"] = anden


def _ukendt_operation(linjer: list[Linje]) -> None:
    linjer.append({**linjer[1], "operation": "SaveSomethingElse"})


def _igen_efter_svar(linjer: list[Linje]) -> None:
    nr = _samtaler(linjer)[0]
    linjer.insert(nr + 3, dict(linjer[nr]))


def _forkert_aarsag(linjer: list[Linje]) -> None:
    for linje in linjer:
        if linje["aarsag"] == "44":
            linje["aarsag"] = "41"


@pytest.mark.parametrize(
    ("plant", "arter"),
    [
        pytest.param(_tabt, {"lost"}, id="lost"),
        pytest.param(_to_gange, {"duplicates"}, id="committed-twice"),
        pytest.param(_ombyttet, {"out_of_order"}, id="two-swapped"),
        pytest.param(_forkert_tid, {"lost", "unexpected"}, id="another-time"),
        pytest.param(_forkert_person, {"lost", "unexpected"}, id="another-person"),
        pytest.param(_forkert_aarsag, {"lost", "unexpected"}, id="another-cause"),
        pytest.param(_ukendt_operation, {"unexpected"}, id="another-operation"),
        pytest.param(_igen_efter_svar, {"after_success"}, id="again-after-success"),
    ],
)
def test_a_violation_in_DFDGs_log_is_found(
    historier: list[Fortaelling], plant: Callable[[list[Linje]], None], arter: set[str]
) -> None:
    linjer, beskeder = alt_vel(historier)
    plant(linjer)
    dom = doem(historier, linjer, beskeder)
    assert set(dom.antal) == arter
    assert not dom.ok


def test_a_repeat_that_DFDG_refused_is_no_violation(historier: list[Fortaelling]) -> None:
    """Cut after the commit: asked for again with no answer in hand, answered 412. One effect, nothing to find."""
    linjer, beskeder = alt_vel(historier)
    nr = _samtaler(linjer)[0]
    linjer[nr + 2 : nr + 3] = [dict(linjer[nr]), {**linjer[nr], "udfald": "412"}]
    assert doem(historier, linjer, beskeder).ok


def _find(beskeder: Beskeder, type_: str, **felter: object) -> int:
    return next(
        nr
        for nr, (_, _, b) in enumerate(beskeder.alle)
        if b["type"] == type_ and all(b["data"].get(navn) == vaerdi for navn, vaerdi in felter.items())
    )


KV = "gateway.kvittering.v1"


def _ingen_endelig(b: Beskeder) -> None:
    b.alle[_find(b, KV, status="registreret")][2]["data"]["endelig"] = False


def _anden_status(b: Beskeder) -> None:
    b.alle[_find(b, KV, status="afvist")][2]["data"]["status"] = "registreret"


def _anden_regel(b: Beskeder) -> None:
    b.alle[_find(b, KV, regel="S2")][2]["data"]["regel"] = "S3"


def _uden_flag(b: Beskeder) -> None:
    med = next(b for _, _, b in b.alle if b["type"] == KV and "virkning_udsat" in b["data"]["flag"])
    med["data"]["flag"] = []


def _to_endelige(b: Beskeder) -> None:
    emne, _, besked = b.alle[_find(b, KV, status="registreret")]
    b.tilfoej(emne, KV, besked["data"]["cpr"], copy.deepcopy(besked["data"]))


def _hos_en_anden(b: Beskeder) -> None:
    nr = _find(b, KV, status="registreret")
    _, noegle, besked = b.alle[nr]
    b.alle[nr] = ("akasse.99.kvitteringer.v1", noegle, besked)


def _sekvens_falder(b: Beskeder) -> None:
    nr = _find(b, KV, status="registreret")
    naeste = next(n for n in range(nr + 1, len(b.alle)) if b.alle[n][0] == b.alle[nr][0])
    b.alle[nr], b.alle[naeste] = b.alle[naeste], b.alle[nr]


def _sekvens_to_gange(b: Beskeder) -> None:
    nr = _find(b, KV, status="registreret")
    emne, noegle, besked = copy.deepcopy(b.alle[nr])
    besked["id"], besked["data"]["endelig"] = "another", False
    b.alle.insert(nr + 1, (emne, noegle, besked))


def _cpr_i_noegle(b: Beskeder) -> None:
    nr = _find(b, HOS_AKASSE)
    emne, _, besked = b.alle[nr]
    besked["subject"] = besked["data"]["cpr"]
    b.alle[nr] = (emne, besked["subject"].encode(), besked)


def _besked_mangler(b: Beskeder) -> None:
    del b.alle[_find(b, HOS_AKASSE)]


def _uventet_besked(b: Beskeder) -> None:
    _, _, besked = b.alle[_find(b, HOS_AKASSE)]
    b.tilfoej("jobcenter.0999.beskeder.v1", HOS_AKASSE, besked["data"]["cpr"], dict(besked["data"]))


def _besked_om_en_anden(b: Beskeder) -> None:
    nr = _find(b, HOS_AKASSE)
    cpr = b.alle[nr][2]["data"]["cpr"]
    b.alle[nr][2]["data"]["cpr"] = next(x["data"]["cpr"] for _, _, x in b.alle if x["data"]["cpr"] != cpr)


def _forkert_rest(b: Beskeder) -> None:
    b.alle[_find(b, OVERDRAGELSE, registrering="registreret")][2]["data"]["resterer"] = {"jobsamtaler": 9, "faelles": 9}


def _kun_afventer(b: Beskeder) -> None:
    b.alle[_find(b, OVERDRAGELSE, registrering="registreret")][2]["data"]["registrering"] = "afventer"


@pytest.mark.parametrize(
    ("plant", "arter"),
    [
        pytest.param(_ingen_endelig, {"uden_endelig"}, id="no-final"),
        pytest.param(_anden_status, {"status"}, id="another-status"),
        pytest.param(_anden_regel, {"regel"}, id="another-rule"),
        pytest.param(_uden_flag, {"flag"}, id="flag-missing"),
        pytest.param(_to_endelige, {"flere_endelige"}, id="two-finals"),
        pytest.param(_hos_en_anden, {"ukendt_kvittering", "uden_endelig"}, id="told-another-party"),
        pytest.param(_sekvens_falder, {"sekvens"}, id="sekvens-falls"),
        pytest.param(_sekvens_to_gange, {"sekvens"}, id="sekvens-used-twice"),
        pytest.param(_cpr_i_noegle, {"cpr_i_kuvert"}, id="cpr-in-key"),
        pytest.param(_besked_mangler, {"besked"}, id="message-missing"),
        pytest.param(_uventet_besked, {"uventet_besked"}, id="message-to-another"),
        pytest.param(_besked_om_en_anden, {"forkert_person"}, id="message-about-another"),
        pytest.param(_forkert_rest, {"besked"}, id="handover-with-wrong-remainder"),
        pytest.param(_kun_afventer, {"besked"}, id="handover-never-receipted"),
    ],
)
def test_a_violation_in_the_messages_is_found(
    historier: list[Fortaelling], plant: Callable[[Beskeder], None], arter: set[str]
) -> None:
    linjer, beskeder = alt_vel(historier)
    plant(beskeder)
    dom = doem(historier, linjer, beskeder)
    assert set(dom.antal) == arter


def test_the_same_message_again_is_no_violation(historier: list[Fortaelling]) -> None:
    linjer, beskeder = alt_vel(historier)
    beskeder.alle += beskeder.alle[100:200]
    assert doem(historier, linjer, beskeder).ok


def test_an_earlier_edition_that_is_read_once_more_is_not_the_newest(historier: list[Fortaelling]) -> None:
    linjer, beskeder = alt_vel(historier)
    beskeder.alle.append(beskeder.alle[_find(beskeder, OVERDRAGELSE, registrering="afventer")])
    assert doem(historier, linjer, beskeder).ok


def test_a_finding_never_carries_a_CPR_number(historier: list[Fortaelling]) -> None:
    linjer, beskeder = alt_vel(historier)
    for plant in (_tabt, _to_gange, _ombyttet):
        plant(linjer)
    _cpr_i_noegle(beskeder)
    dom = doem(historier, linjer, beskeder)
    tekst = repr(dom.brud)
    assert len(dom.brud) > 3
    assert not [h.cpr for h in historier if h.cpr in tekst]


def test_the_log_is_read_from_its_file_up_to_the_last_whole_line(historier: list[Fortaelling], tmp_path: Path) -> None:
    linjer, beskeder = alt_vel(historier)
    fil = tmp_path / "dfdg.jsonl"
    fil.write_bytes(b"".join(orjson.dumps(linje) + b"\n" for linje in linjer) + b'{"tid": "2026-')
    dommer = Dommer()
    list(dommer.optegn(historier))
    for besked in beskeder.raa():
        dommer.modtag(*besked)
    assert dommer.doem(fil).ok
    assert dommer.doem(fil).ok  # asking twice changes nothing


def test_two_equal_contents_of_one_person_are_refused_beforehand(historier: list[Fortaelling]) -> None:
    """They could not be told apart by content."""
    dommer = Dommer()
    dommer.skriv_ned(historier[0])
    with pytest.raises(ValueError, match="used twice"):
        dommer.skriv_ned(historier[0])
