"""DFDG fails, a citizen for each way it can: the event ends as it should, and DFDG's own log says what was sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import Linje, laes_log
from tests.fejlmatrix.conftest import Vaerk
from tests.graenseflade.forloeb import SAGSBEHANDLER
from tests.graenseflade.hus import INDPLACERET, Hus, Ud, haendelse, placering

pytestmark = [pytest.mark.ende_til_ende, pytest.mark.kafka, pytest.mark.postgres]
OPRET, TALE = "CreateFravaerMedIdentifier", "CreatePersonInterview"
#: Fault → the orders, and how often the request may have reached DFDG (None: at least twice).
FEJL: dict[str, tuple[list[dict[str, Any]], int | None]] = {
    "5xx": ([{"art": "svar", "status": 500, "antal": 2}], 3),
    "1011": ([{"art": "svar", "kode": 1011, "antal": 2}], 3),
    "503": ([{"art": "svar", "status": 503, "antal": 2}], 3),
    "no answer": ([{"art": "klip_foer_commit", "antal": 1, "id_brugt": False}], 2),
    "cut after commit": ([{"art": "klip_efter_commit", "antal": 1}], 2),
    "412": ([{"art": "klip_efter_commit", "antal": 1}], 2),
    "late commit inside the quiet time": ([{"art": "sen_commit", "sekunder": 2.5, "antal": 1}], None),
    "412 on a first send": ([{"art": "svar", "status": 412, "antal": 1}], 2),
    "garbage": ([{"art": "vroevl", "antal": 1}], 2),
    "slow past the answer's limit": ([{"art": "langsomt_svar", "sekunder": 8, "antal": 1}], None),
}


@dataclass(slots=True)
class Set:
    """What became of a citizen's event: its kvitteringer, DFDG's lines, how often the fault hit."""

    kvitteringer: list[Ud]
    linjer: list[Linje]
    treffer: int

    def antal(self, udfald: str) -> int:
        return sum(x.udfald == udfald for x in self.linjer)


def ind(h: Hus, cpr: str, part: str = "akasse.01") -> dict[str, Any]:
    return haendelse(part, INDPLACERET, "2022-01-14", placering(cpr), h.nyt_id("ind"))


def samtale(h: Hus, cpr: str, dag: str) -> dict[str, Any]:
    data = {
        "cpr": cpr, "samtaleId": str(uuid4()), "formaal": ["raadighed"], "tidspunkt": f"{dag}T10:00:00+01:00",
        "form": "personligt", "sagsbehandler": SAGSBEHANDLER,
    }  # fmt: skip
    return haendelse("akasse.01", "akasse.samtale.afholdt.v1", dag, data, h.nyt_id("samtale"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sete(vaerk: Vaerk) -> dict[str, Set]:
    """Every fault of the table at once, each on a citizen of its own; of one certificate so few that its channel stays
    open."""
    h = vaerk.h
    borgere = {navn: h.personer.ny() for navn in FEJL}
    ordrer = {
        navn: [
            (await h.o.styring.bestil(Forstyrrelse(cpr=borgere[navn], operation=OPRET, **o))).nummer for o in bestilte
        ]
        for navn, (bestilte, _) in FEJL.items()
    }
    parter = {navn: f"akasse.{1 + nr % 8:02}" for nr, navn in enumerate(FEJL)}
    sendt = {navn: ind(h, cpr, parter[navn]) for navn, cpr in borgere.items()}
    for navn, k in sendt.items():
        await h.send(parter[navn], k)
    for k in sendt.values():
        await h.staar(k["id"], sekunder=120)
    log = [x for x in laes_log(h.o.dfdg.log) if x.operation == OPRET]
    return {
        navn: Set(
            h.kvitteringer(sendt[navn]["id"]),
            [x for x in log if x.cpr == cpr],
            sum([await h.o.styring.treffer(o) for o in ordrer[navn]]),
        )
        for navn, cpr in borgere.items()
    }


@pytest.mark.parametrize("fejl", FEJL)
def test_I3_I6_a_registration_meets_the_fault_and_is_committed_once(sete: dict[str, Set], fejl: str) -> None:
    s = sete[fejl]
    assert s.treffer == FEJL[fejl][0][0]["antal"], "the fault hit"
    assert s.kvitteringer[-1].data["status"] == "registreret"
    assert s.antal("committed") == 1
    sendt, ventet = s.antal("modtaget"), FEJL[fejl][1]
    assert sendt >= 2 if ventet is None else sendt == ventet
    assert len({x.request_id for x in s.linjer}) == (2 if fejl == "412 on a first send" else 1)
    if fejl in ("cut after commit", "412"):
        assert s.antal("412") == 1


def test_I6_412_on_a_first_send_is_told_to_operators(vaerk: Vaerk, sete: dict[str, Set]) -> None:
    assert sete["412 on a first send"].treffer == 1
    assert "fandtes_ved_foerste" in vaerk.h.o.log.read_text()


async def test_I5_refused_access_stops_one_certificate_and_spends_nobody(vaerk: Vaerk) -> None:
    h = vaerk.h
    cprer = [h.personer.ny() for _ in range(3)]
    ordrer = [await h.o.styring.bestil(Forstyrrelse(art="svar", kode=1013, cpr=c)) for c in cprer]
    ramte = [ind(h, c, "akasse.02") for c in cprer]
    for k in ramte:
        await h.send("akasse.02", k)
    # All of them wait, and only that certificate's channel stands; operators are told why.
    await h.o.vent("select count(*) = 1 from kanal where akassekode = '02' and tilstand = 'adgang'")
    await h.send("akasse.01", fri := ind(h, h.personer.ny()))
    assert (await h.staar(fri["id"])).data["status"] == "registreret"
    kode, ud = await h.o.kommando("status", "--json")
    assert kode == 0
    assert {(k["akassekode"], k["tilstand"]) for k in json.loads(ud)["kanaler"] if k["tilstand"] != "lukket"} >= {
        ("02", "adgang")
    }
    assert sum([await h.o.styring.treffer(o.nummer) for o in ordrer]) >= 1
    assert await h.o.sql("select count(*) from doedbrev where status = 'aaben'") == 0
    await h.o.styring.ryd()
    for k in ramte:
        assert (await h.staar(k["id"], sekunder=90)).data["status"] == "registreret"
        assert len(h.dfdg(k["data"]["cpr"])) == 1


async def test_I6_a_commit_later_than_the_quiet_time_is_told_to_operators(vaerk: Vaerk) -> None:
    h = vaerk.h
    cpr = h.personer.ny()
    await h.send("akasse.01", k := ind(h, cpr))
    assert (await h.staar(k["id"])).data["status"] == "registreret"
    foer = h.o.log.read_text().count("commit_efter_stilletid")
    # The talk hangs and is committed long after; meanwhile DFDG shows nothing, and then takes nothing in.
    await h.o.styring.bestil(Forstyrrelse(art="sen_commit", cpr=cpr, operation=TALE, sekunder=14, antal=1))
    lukket = await h.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation=TALE, status=503))
    await h.send("akasse.01", t := samtale(h, cpr, "2022-02-01"))
    await h.o.vent("select count(*) = 1 from registrering where operation = 'CreatePersonInterview' and request_nr = 1")

    def taler(udfald: str) -> list[Linje]:
        return [x for x in h.dfdg(cpr, udfald) if x.operation == TALE]

    assert not taler("committed"), "concluded absent, and it was"
    await h.vent(lambda: bool(taler("committed")), "the late commit")
    assert h.kvitteringer(t["id"])[-1].data["status"] != "registreret"
    await h.o.styring.ryd(lukket.nummer)
    assert (await h.staar(t["id"], sekunder=60)).data["status"] == "registreret"
    assert len(taler("committed")) == 1
    assert h.o.log.read_text().count("commit_efter_stilletid") == foer + 1
