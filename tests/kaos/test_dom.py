"""The judge of a chaos run finds what it must: each kind of finding from a log in which it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.personer import Personregister
from tests.kaos import forsoeg
from tests.kaos.dom import Ulaeselig, _cpr, doedbrevene, stoppede, ulaeseliges_svar
from tests.kaos.forsoeg import Udsyn
from tests.kaos.plan import LEASE, STILLETID
from tests.kaos.replikaer import Frosset

CPR = Personregister().ny()
NAVN = {CPR: "p-1"}
NUL = datetime(2026, 3, 1, tzinfo=UTC)


def linje(
    udfald: str, ved: float, nr: int = 1, operation: str = "CreatePersonInterview", **mere: Any
) -> dict[str, Any]:
    return {
        "tid": (NUL + timedelta(seconds=ved)).isoformat(), "tjeneste": "T", "operation": operation, "cpr": CPR,
        "requestId": None, "entitetsId": None, "type": "7", "start": "2022-02-01T10:00:00+01:00", "slut": None,
        "aarsag": None, "udfald": udfald, **({} if udfald == "laest" else {"forsoeg": nr}), **mere,
    }  # fmt: skip


def anmodning(ved: float, udfald: str, nr: int, varighed: float = 0.1, **mere: Any) -> list[dict[str, Any]]:
    klient = mere.pop("klient", "127.1.0.1")
    return [linje("modtaget", ved, nr, klient=klient, **mere), linje(udfald, ved + varighed, nr, **mere)]


def aflaesning(ved: float) -> dict[str, Any]:
    return linje("laest", ved, operation="GetInterviewInfo")


def gentagelser(*linjer: list[dict[str, Any]], udsyn: Udsyn | None = None) -> list[str]:
    alle = [x for liste in linjer for x in liste]
    return [f.mekanisme for f in forsoeg.gentagelser(forsoeg.saml(alle), alle, udsyn or Udsyn(), NAVN)]


def efter_succes(*linjer: list[dict[str, Any]], udsyn: Udsyn | None = None) -> tuple[int, int]:
    alle = [x for liste in linjer for x in liste]
    fund, undskyldt = forsoeg.efter_succes(forsoeg.saml(alle), {}, udsyn or Udsyn(), NAVN)
    return len(fund), undskyldt


REST: dict[str, Any] = {"operation": "CreateFravaerMedIdentifier", "entitetsId": "e"}
KL = NUL.timestamp()


@pytest.mark.parametrize(
    ("laest", "fundet"),
    [
        ([], ["a repeat without reading back"]),
        ([1.0], ["a repeat without reading back"]),
        ([1.0, 1.2], ["a repeat without reading back"]),
        ([1.0, STILLETID + 0.2], []),
    ],
)
def test_I6_a_talk_is_sent_again_only_after_two_readings(laest: list[float], fundet: list[str]) -> None:
    aflaesninger = [aflaesning(t) for t in laest]
    assert gentagelser(anmodning(0, "intet_svar", 1), aflaesninger, anmodning(4, "kvitteret", 2)) == fundet


def test_I6_a_talk_whose_answer_nobody_saw_is_in_doubt() -> None:
    draebt = Udsyn([Frosset(0, "127.1.0.1", KL + 0.05, draebt=True)])
    linjer = anmodning(0, "fejl:503", 1), anmodning(10, "kvitteret", 2, klient="127.1.0.2")
    assert gentagelser(*linjer) == []
    assert gentagelser(*linjer, udsyn=draebt) == ["a repeat without reading back"]


def test_I3_a_new_request_id_after_no_answer() -> None:
    foerste = anmodning(0, "intet_svar", 1, requestId="r-0", **REST)
    assert gentagelser(foerste, anmodning(2, "412", 2, requestId="r-0", **REST)) == []
    assert gentagelser(foerste, anmodning(2, "kvitteret", 2, requestId="r-1", **REST)) == [
        "a new request id after no answer"
    ]


def test_I3_an_attempt_after_an_answered_success() -> None:
    foerste = anmodning(0, "kvitteret", 1, requestId="r-0", **REST)
    igen = anmodning(LEASE + 1, "412", 2, requestId="r-0", klient="127.1.0.2", **REST)
    assert efter_succes(foerste, igen) == (1, 0)
    draebt = Udsyn([Frosset(0, "127.1.0.1", KL + 0.5, draebt=True)])
    assert efter_succes(foerste, igen, udsyn=draebt) == (0, 1)
    andet_id = anmodning(LEASE + 1, "kvitteret", 2, requestId="r-1", klient="127.1.0.2", **REST)
    assert efter_succes(foerste, andet_id, udsyn=draebt) == (1, 0)
    for_laengst = Udsyn([Frosset(0, "127.1.0.1", KL + 60, draebt=True)])
    assert efter_succes(foerste, igen, udsyn=for_laengst) == (1, 0)


def test_I3_a_talk_is_never_excused_it_is_read_back() -> None:
    draebt = Udsyn([Frosset(0, "127.1.0.1", KL + 0.5, draebt=True)])
    assert efter_succes(anmodning(0, "kvitteret", 1), anmodning(12, "afvist:4999", 2), udsyn=draebt) == (1, 0)


def test_I3_a_stop_before_the_request_excuses_nothing() -> None:
    foer = Udsyn([Frosset(0, "127.1.0.1", KL - 1, til=KL - 0.5)])
    foerste = anmodning(0, "kvitteret", 1, requestId="r-0", **REST)
    assert efter_succes(foerste, anmodning(9, "412", 2, requestId="r-0", **REST), udsyn=foer) == (1, 0)


def test_I3_a_sender_may_stop_before_dfdg_has_read_what_it_sent() -> None:
    standset = Udsyn([Frosset(0, "127.1.0.1", KL - 0.1, til=KL + LEASE + 1)])
    foerste = anmodning(0, "kvitteret", 1, requestId="r-0", **REST)
    igen = anmodning(LEASE + 1, "412", 2, requestId="r-0", klient="127.1.0.2", **REST)
    assert efter_succes(foerste, igen, udsyn=standset) == (0, 1)


@pytest.mark.parametrize(("efter_fortsat", "fundet"), [(0.01, 0), (2.0, 1)])
def test_I3_I6_what_left_as_its_sender_went_on_again_is_an_older_attempt(efter_fortsat: float, fundet: int) -> None:
    """Its bytes had been handed over; meanwhile another one took over, read back and sent."""
    fortsat = LEASE + 2
    stod = Udsyn([Frosset(0, "127.1.0.1", KL - 1, til=KL + fortsat)])
    ny = anmodning(fortsat - 1, "kvitteret", 1, klient="127.1.0.2", requestId="r-0", **REST)
    sen = anmodning(fortsat + efter_fortsat, "412", 2, requestId="r-0", **REST)
    assert efter_succes(ny, sen, udsyn=stod) == (fundet, 1 - fundet)
    foerste = anmodning(0, "intet_svar", 1, klient="127.1.0.3")
    laest = [aflaesning(t) for t in (1.0, STILLETID + 0.2)]
    sen = anmodning(fortsat + efter_fortsat, "intet_svar", 2)
    igen = anmodning(fortsat + efter_fortsat + 0.1, "afvist:4999", 3, klient="127.1.0.2")
    assert len(gentagelser(foerste, laest, sen, igen, udsyn=stod)) == fundet


@pytest.mark.parametrize(
    ("til", "id_", "fundet"),
    [
        # The 412 came to a process that lived, to one that was killed before it can have settled it, and under another id.
        (None, "r", 1),
        (1.15, "r", 0),
        (None, "s", 0),
    ],
)
def test_I3_an_attempt_after_dfdg_said_that_it_knows_the_request_id(til: float | None, id_: str, fundet: int) -> None:
    drab = Frosset(1, "127.1.0.2", KL + til) if til else None
    alle = [
        *anmodning(0, "intet_svar", 1, 2.5, **REST, requestId="r"),
        *anmodning(1, "412", 2, **REST, requestId="r", klient="127.1.0.2"),
        *anmodning(9, "412", 3, **REST, requestId=id_),
    ]
    fund = forsoeg.efter_kendt(forsoeg.saml(alle), Udsyn([drab] if drab else []), NAVN)
    assert [f.mekanisme for f in fund] == ["an attempt after DFDG said that it knows it"] * fundet


@pytest.mark.parametrize(
    ("ved", "udfald", "varighed", "fundet"),
    [
        (0.3, "kvitteret", 0.5, 1),
        (0.6, "kvitteret", 0.5, 0),
        # Answered too late, or cut off: its sender had given up.
        (2.6, "kvitteret", 4.0, 0),
        (0.3, "intet_svar", 0.5, 0),
    ],
)
def test_I4_two_of_a_citizens_under_way_at_once(ved: float, udfald: str, varighed: float, fundet: int) -> None:
    alle = [*anmodning(0, udfald, 1, varighed), *anmodning(ved, "kvitteret", 2, **REST, requestId="r")]
    fund = forsoeg.samtidige(forsoeg.saml(alle), Udsyn(), NAVN)
    assert [(f.invariant, f.mekanisme) for f in fund] == [("I4", "two of a citizen's under way at once")] * fundet


def test_I4_what_was_cut_off_hides_no_other_that_is_under_way() -> None:
    alle = [
        *anmodning(0, "kvitteret", 1, 0.5),
        *anmodning(0.1, "intet_svar", 2, 1.5, **REST, requestId="r"),
        *anmodning(0.3, "kvitteret", 3, **REST, requestId="s"),
    ]
    assert len(forsoeg.samtidige(forsoeg.saml(alle), Udsyn(), NAVN)) == 2


def test_the_same_update_again_under_the_same_id_is_no_second_effect() -> None:
    ret: dict[str, Any] = {"operation": "UpdateFravaer", "entitetsId": "e", "requestId": "r-0"}
    en, to = linje("committed", 0, 1, **ret), linje("committed", 1, 2, **ret)
    assert forsoeg.uden_samme_igen([en, to]) == ([en], 1)
    assert forsoeg.uden_samme_igen([en, {**to, "requestId": "r-1"}])[1] == 0
    andet = {**to, "slut": "2022-03-01"}
    assert forsoeg.uden_samme_igen([en, andet, {**en, "forsoeg": 3}])[1] == 0


def doedbrev(id_: str, udgave: int, status: str, kode: str = "ikke_json") -> dict[str, Any]:
    return {"dlqId": id_, "udgave": udgave, "status": status, "kode": kode, "part": "akasse.01", "type": None}


U = Ulaeselig("akasse.01.haendelser.v1", 0, 3)


@pytest.mark.parametrize(
    ("doedbreve", "invarianter"),
    [
        ([doedbrev("a", 1, "afvist")], []),
        ([], ["I1"]),
        ([doedbrev("a", 1, "afvist"), doedbrev("b", 1, "afvist")], ["I1"]),
        ([doedbrev("a", 2, "afvist")], ["I1"]),
        ([doedbrev("a", 1, "afvist"), doedbrev("b", 1, "loest", "dfdg_utilgaengelig")], ["I5"]),
        ([doedbrev("a", 1, "afvist"), doedbrev("b", 1, "aaben", "dfdg_afvist")], ["I7"]),
    ],
)
def test_I1_I5_I7_dead_letters(doedbreve: list[dict[str, Any]], invarianter: list[str]) -> None:
    assert [f.invariant for f in doedbrevene(doedbreve, [U])] == invarianter


def kvittering(id_: str, offset: int) -> dict[str, Any]:
    return {"id": id_, "data": {"haendelseId": None, "post": {"topic": U.topic, "partition": 0, "offset": offset}}}


def test_I7_an_unreadable_record_has_one_kvittering() -> None:
    assert ulaeseliges_svar([kvittering("k", 3), kvittering("k", 3)], [U]) == []
    assert len(ulaeseliges_svar([], [U])) == 1
    assert len(ulaeseliges_svar([kvittering("k", 3), kvittering("m", 3)], [U])) == 1


def test_I5_a_stop_that_dfdg_was_not_told_to_make() -> None:
    def stop(kode: str) -> dict[str, Any]:
        fejl = {"kode": "dfdg_afvist", "tekst": "x", "detaljer": [{"dfdgKode": kode}]}
        return {"data": {"status": "stoppet", "haendelseId": "h", "fejl": fejl}}

    assert stoppede([stop("4591")]) == []
    assert [f.invariant for f in stoppede([stop("4999")])] == ["I5"]


def test_I8_a_cpr_number_in_a_log() -> None:
    assert _cpr(f'{{"event": "{CPR}"}}', NAVN, "a log")[0].invariant == "I8"
    assert _cpr("0101010000", NAVN, "a log") == []
