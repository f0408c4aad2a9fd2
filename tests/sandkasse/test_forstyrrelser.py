"""Disturbances on order: each does what it says, and its count of hits proves that it did."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from lxml import etree

from sandbox.dfdg.forstyrrelser import Forstyrrelse, Forstyrrelser, laes
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.log import Linje, laes_log
from sandbox.dfdg.proces import Proces
from sandbox.personer import Personregister
from tests.sandkasse.kalder import Kalder, fravaer

KL10 = "2023-02-01T10:00:00+01:00"
BRUDT = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)


def _udfald(dfdg: Proces, cpr: str) -> list[str]:
    return [linje.udfald for linje in laes_log(dfdg.log) if linje.cpr == cpr]


async def _vent_paa(dfdg: Proces, cpr: str, udfald: str) -> Linje:
    """The citizen's first line with this outcome; a fault of the test when it does not come."""
    async with asyncio.timeout(20):
        while True:
            for linje in laes_log(dfdg.log):
                if (linje.cpr, linje.udfald) == (cpr, udfald):
                    return linje
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("ordre", "status", "koder", "udfald"),
    [
        pytest.param({"status": 503}, 503, (), "fejl:503", id="503"),
        pytest.param({"kode": 1011}, 500, (1011,), "fejl:1011", id="500 with 1011"),
        pytest.param({"kode": 1100}, 500, (1100,), "fejl:1100", id="1100"),
        pytest.param({"kode": 4591}, 400, (4591,), "afvist:4591", id="a business code"),
        pytest.param({"kode": 1012, "status": 401}, 401, (1012,), "afvist:1012", id="a status of its own"),
    ],
)
async def test_an_ordered_answer_changes_nothing(
    akasse01: Kalder,
    styring: AsynkronDfdgstyring,
    dfdg: Proces,
    personer: Personregister,
    ordre: dict[str, int],
    status: int,
    koder: tuple[int, ...],
    udfald: str,
) -> None:
    cpr = personer.ny()
    bestilt = await styring.bestil(laes({"art": "svar", "operation": "CreateFravaerMedIdentifier", **ordre}))
    svar = await akasse01.opret(cpr, fravaer(), str(uuid4()))
    assert (svar.status, svar.koder) == (status, koder)
    assert await styring.treffer(bestilt.nummer) == 1
    assert (await akasse01.alle(cpr)).json == []
    assert _udfald(dfdg, cpr) == ["modtaget", udfald, "laest"]
    (taget,) = await styring.ryd()
    assert (taget.nummer, taget.treffer) == (bestilt.nummer, 1)
    assert (await akasse01.opret(cpr, fravaer(), str(uuid4()))).status == 200


async def test_an_ordered_fault_in_soap_is_a_fault(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="svar", kode=1011))
    svar = await akasse01.samtale(personer.ny(), 7, KL10)
    assert (svar.status, svar.koder) == (500, (1011,))


@pytest.mark.parametrize("bruges", [True, False])
async def test_whether_a_500_uses_its_request_id_up_is_a_setting(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister, *, bruges: bool
) -> None:
    await styring.indstil(id_bruges_ved_500=bruges)
    await styring.bestil(Forstyrrelse(art="svar", kode=1011, antal=1))
    cpr, id_ = personer.ny(), str(uuid4())
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 500
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == (412 if bruges else 200)


async def test_a_503_never_uses_a_request_id_up(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    await styring.indstil(id_bruges_ved_500=True)
    await styring.bestil(Forstyrrelse(art="svar", status=503, antal=1))
    cpr, id_ = personer.ny(), str(uuid4())
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 503
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 200


@pytest.mark.parametrize("brugt", [False, True])
async def test_cut_before_commit_does_nothing(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister, *, brugt: bool
) -> None:
    await styring.bestil(Forstyrrelse(art="klip_foer_commit", antal=1, id_brugt=brugt))
    cpr, id_ = personer.ny(), str(uuid4())
    with pytest.raises(BRUDT):
        await akasse01.opret(cpr, fravaer(), id_, "r1")
    assert _udfald(dfdg, cpr) == ["modtaget", "intet_svar"]
    assert (await akasse01.alle(cpr)).json == []
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == (412 if brugt else 200)


async def test_cut_after_commit_really_commits(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    bestilt = await styring.bestil(Forstyrrelse(art="klip_efter_commit", antal=2))
    cpr, id_ = personer.ny(), str(uuid4())
    with pytest.raises(BRUDT):
        await akasse01.opret(cpr, fravaer(), id_, "r1")
    with pytest.raises(BRUDT):
        await akasse01.samtale(cpr, 7, KL10)
    assert await styring.treffer(bestilt.nummer) == 2
    assert _udfald(dfdg, cpr) == ["modtaget", "committed", "intet_svar"] * 2
    assert [f["fravaerIdentifier"] for f in (await akasse01.alle(cpr)).json] == [id_]
    assert (await akasse01.samtaler(cpr)).felt("InterviewTypeIdentifier") == ["7"]
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 412
    assert (await akasse01.samtale(cpr, 7, KL10)).koder == (4999,)


async def test_a_late_commit_comes_without_an_answer(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="sen_commit", sekunder=2.5, antal=1))
    cpr, id_ = personer.ny(), str(uuid4())
    kald = asyncio.create_task(akasse01.opret(cpr, fravaer(), id_, "r1"))
    await _vent_paa(dfdg, cpr, "intet_svar")
    assert (await akasse01.alle(cpr)).json == []
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 412  # arrived, though nothing is to be seen
    assert (await _vent_paa(dfdg, cpr, "committed")).ekstra["sent"] is True
    assert [f["fravaerIdentifier"] for f in (await akasse01.alle(cpr)).json] == [id_]
    assert not kald.done()
    kald.cancel()


async def test_a_late_commit_meets_the_rules_of_its_own_moment(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="sen_commit", sekunder=1.5, antal=1))
    cpr, id_ = personer.ny(), str(uuid4())
    kald = asyncio.create_task(akasse01.opret(cpr, fravaer(), id_, "r1"))
    await _vent_paa(dfdg, cpr, "intet_svar")
    assert (await akasse01.opret(cpr, fravaer(), id_, "r2")).status == 200  # a second attempt overtakes it
    await _vent_paa(dfdg, cpr, "afvist:4977")
    assert _udfald(dfdg, cpr).count("committed") == 1
    kald.cancel()


async def test_forgotten_request_ids_give_no_412(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    await akasse01.opret(cpr, fravaer(), id_, "r1")
    bestilt = await styring.bestil(Forstyrrelse(art="glem_request_id", antal=1))
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).koder == (4977,)
    assert await styring.treffer(bestilt.nummer) == 1
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).status == 412
    await styring.glem_request_ids()
    assert (await akasse01.opret(cpr, fravaer(), id_, "r1")).koder == (4977,)


async def test_garbage_comes_after_the_effect(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="vroevl", antal=1))
    cpr = personer.ny()
    svar = await akasse01.samtale(cpr, 7, KL10)
    assert svar.status == 200
    with pytest.raises(etree.XMLSyntaxError):
        svar.felt("ServiceReceipt")
    assert _udfald(dfdg, cpr) == ["modtaget", "committed", "fejl:vroevl"]


async def test_a_slow_answer_is_receipted_only_when_it_is_whole(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="langsomt_svar", sekunder=0.4, antal=1))
    cpr, anden, id_ = personer.ny(), personer.ny(), str(uuid4())
    assert (await akasse01.opret(cpr, fravaer(), id_)).json == id_
    await _vent_paa(dfdg, cpr, "kvitteret")
    assert _udfald(dfdg, cpr) == ["modtaget", "committed", "kvitteret"]
    await styring.bestil(Forstyrrelse(art="langsomt_svar", sekunder=30, antal=1))
    kald = asyncio.create_task(akasse01.opret(anden, fravaer(), str(uuid4())))
    await _vent_paa(dfdg, anden, "committed")
    kald.cancel()
    await _vent_paa(dfdg, anden, "intet_svar")
    assert _udfald(dfdg, anden) == ["modtaget", "committed", "intet_svar"]


async def test_latency_holds_the_effect_back_and_a_caller_that_left_gets_no_receipt(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="latens", sekunder=1.5, spredning=0.2))
    cpr = personer.ny()
    kald = asyncio.create_task(akasse01.opret(cpr, fravaer(), str(uuid4())))
    await _vent_paa(dfdg, cpr, "modtaget")
    assert _udfald(dfdg, cpr) == ["modtaget"]
    kald.cancel()
    await _vent_paa(dfdg, cpr, "intet_svar")
    assert _udfald(dfdg, cpr) == ["modtaget", "committed", "intet_svar"]


async def test_a_kept_alive_connection_is_closed_without_a_word(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, certifikater: Path, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="luk_forbindelse", antal=1))
    tls = akasse01.tls
    laeser, skriver = await asyncio.open_connection("127.0.0.1", dfdg.port, ssl=tls, server_hostname="127.0.0.1")
    hoveder = akasse01.hoveder(personer.ny())
    tekst = "".join(f"{navn}: {vaerdi}\r\n" for navn, vaerdi in {**hoveder, "Host": "127.0.0.1"}.items())
    sti = "/VisiteringOgStatus.FravaerService/v1/Fravaer/"
    skriver.write(f"GET {sti} HTTP/1.1\r\n{tekst}\r\n".encode())
    async with asyncio.timeout(10):
        svar = await laeser.read()  # to the end of the connection
    skriver.close()
    assert svar.startswith(b"HTTP/1.1 200")
    assert b"connection: close" not in svar.lower()
    assert svar.endswith(b"[]")


async def test_down_refuses_connections_until_it_is_taken_back(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    cpr, id_ = personer.ny(), str(uuid4())
    await akasse01.alle(cpr)  # a live connection
    bestilt = await styring.bestil(Forstyrrelse(art="nede"))
    with pytest.raises(BRUDT):
        await akasse01.opret(cpr, fravaer(), id_)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", dfdg.port)
    assert (await styring.tal())["nede"] is True
    await styring.ryd(bestilt.nummer)
    assert (await akasse01.opret(cpr, fravaer(), id_)).status == 200


async def test_down_for_a_while_comes_back_by_itself(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="nede", sekunder=0.5))
    with pytest.raises(BRUDT):
        await akasse01.alle(personer.ny())
    async with asyncio.timeout(20):
        while (await styring.tal())["nede"]:  # noqa: ASYNC110 - another process comes back, there is no event
            await asyncio.sleep(0.05)
    assert (await akasse01.alle(personer.ny())).status == 200


async def test_filters_hit_whom_they_name(
    akasse01: Kalder, styring: AsynkronDfdgstyring, personer: Personregister
) -> None:
    ramt, fri = personer.ny(), personer.ny()
    bestilt = await styring.bestil(Forstyrrelse(art="svar", status=503, cpr=ramt, tjeneste="FravaerService"))
    assert (await akasse01.opret(fri, fravaer(), str(uuid4()))).status == 200
    assert (await akasse01.samtale(ramt, 7, KL10)).status == 200
    assert (await akasse01.opret(ramt, fravaer(), str(uuid4()))).status == 503
    assert (await akasse01.alle(ramt)).status == 503
    assert await styring.treffer(bestilt.nummer) == 2


def _hits(ordre: Forstyrrelse, borgere: list[str]) -> list[bool]:
    forstyrrelser = Forstyrrelser()
    forstyrrelser.tilfoej(ordre)
    return [forstyrrelser.ram("T", "O", borger).ende is not None for borger in borgere]


def test_a_share_is_drawn_by_its_seed() -> None:
    borgere = [str(n % 50) for n in range(2000)]
    en = _hits(Forstyrrelse(art="svar", status=503, andel=0.25, seed=7), borgere)
    assert en == _hits(Forstyrrelse(art="svar", status=503, andel=0.25, seed=7), borgere)
    assert en != _hits(Forstyrrelse(art="svar", status=503, andel=0.25, seed=8), borgere)
    assert 400 < sum(en) < 600


def test_a_share_of_citizens_hits_the_same_ones_every_time() -> None:
    borgere = [str(n % 200) for n in range(1000)]
    hits = _hits(Forstyrrelse(art="svar", status=503, andel=0.25, andel_af="borger", seed=7), borgere)
    assert hits[:200] * 5 == hits
    assert 20 < sum(hits[:200]) < 80


def test_counts_limit_the_hits() -> None:
    assert _hits(Forstyrrelse(art="svar", status=503, antal=2, spring_over=1), ["a"] * 5) == [
        False,
        True,
        True,
        False,
        False,
    ]
    pr_borger = Forstyrrelse(art="svar", status=503, antal_pr_borger=1)
    assert _hits(pr_borger, ["a", "b", "a", "b", "c"]) == [True, True, False, False, True]


def test_the_oldest_order_that_ends_a_request_wins_and_waiting_adds_up() -> None:
    forstyrrelser = Forstyrrelser()
    anden = forstyrrelser.tilfoej(Forstyrrelse(art="vroevl", operation="X"))
    foerste = forstyrrelser.tilfoej(Forstyrrelse(art="vroevl"))
    tredje = forstyrrelser.tilfoej(Forstyrrelse(art="svar", status=503))
    for _ in range(2):
        forstyrrelser.tilfoej(Forstyrrelse(art="latens", sekunder=2))
    ramt = forstyrrelser.ram("T", "O", None)
    assert (ramt.ende, ramt.ventetid) == (foerste.forstyrrelse, 4)
    assert (anden.treffer, foerste.treffer, tredje.treffer) == (0, 1, 0)


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"art": "ukendt"},
        {"art": "svar"},
        {"art": "svar", "status": 99},
        {"art": "svar", "status": "503"},
        {"art": "latens", "sekunder": -1},
        {"art": "latens", "andel": 2},
        {"art": "latens", "antal": True},
        {"art": "latens", "cpr": 101620001},
        {"art": "latens", "ukendt": 1},
        {"art": "latens", "andel_af": "alle"},
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        laes(data)


async def test_a_clean_stop_has_exit_code_0_also_while_a_call_hangs(
    akasse01: Kalder, styring: AsynkronDfdgstyring, dfdg: Proces, personer: Personregister
) -> None:
    await styring.bestil(Forstyrrelse(art="sen_commit", sekunder=60))
    cpr = personer.ny()
    kald = asyncio.create_task(akasse01.opret(cpr, fravaer(), str(uuid4())))
    await _vent_paa(dfdg, cpr, "intet_svar")
    assert await dfdg.stop() == 0
    with pytest.raises(BRUDT):
        await kald
    assert "committed" not in _udfald(dfdg, cpr)
