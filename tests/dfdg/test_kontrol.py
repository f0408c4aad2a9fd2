"""Checking an imported marking against DFDG: equal is a receipt, anything else is refused field by field."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest

from contracts.codes import liste
from contracts.dfdg.fravaer import laes_alle
from gateway.lanes.forsoeg import Fund, Klasse, Svar, Udfald
from gateway.rules.registreringer import Kontrolaflaesning
from producers.dfdg import kontrol
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
ANDET_ID = "99999999-2222-4333-8444-555555555555"


def staar(**mere: Any) -> dict[str, Any]:
    """A marking as GetAlleFravaer gives it; by default the one that ``byg.kontrol()`` expects."""
    felter = {
        "fravaerIdentifier": str(byg.FRAVAER_ID),
        "fravaerType": 75,
        "startDato": "2023-02-01T00:00:00+01:00",
        "slutDato": None,
        "fravaersAfslutningsAarsag": None,
    }
    return felter | mere


def svar(indhold: Kontrolaflaesning, *fundne: dict[str, Any]) -> Svar:
    c = DfdgCarrier(byg.opsaetning())
    a = c.render(byg.registrering(indhold), byg.haendelse(), "0101629996")
    return kontrol.svar(a, laes_alle(orjson.dumps(list(fundne))))


def test_an_equal_marking_is_a_receipt_with_its_own_identifier() -> None:
    s = svar(byg.kontrol(), staar(fravaerIdentifier=ANDET_ID))
    assert (s.udfald, s.registrerings_id, s.fejl) == (Udfald.KVITTERET, ANDET_ID, ())


def test_of_several_the_equal_one_is_taken_and_by_its_id_where_the_import_names_it() -> None:
    foer = staar(fravaerIdentifier=ANDET_ID, slutDato="2023-02-20T00:00:00+01:00")
    assert svar(byg.kontrol(), foer, staar()).registrerings_id == str(byg.FRAVAER_ID)
    assert svar(byg.kontrol(slutdato=date(2023, 2, 20)), staar(), foer).registrerings_id == ANDET_ID
    med_id = byg.kontrol(fravaer_id=UUID(ANDET_ID), slutdato=date(2023, 2, 20))
    assert svar(med_id, staar(), foer).registrerings_id == ANDET_ID
    assert svar(byg.kontrol(fravaer_id=UUID(ANDET_ID)), staar()).udfald is Udfald.AFVIST


@pytest.mark.parametrize(
    ("indlaest", "fundet", "ord_"),
    [
        ({}, {"startDato": "2023-02-03T00:00:00+01:00"}, ["startdatoen", "2023-02-01", "2023-02-03"]),
        ({}, {"slutDato": "2023-04-30T00:00:00+02:00"}, ["slutdatoen", "åben", "2023-04-30"]),
        ({"slutdato": date(2023, 4, 30)}, {}, ["slutdatoen", "2023-04-30", "åben"]),
        ({"fravaer_id": byg.FRAVAER_ID}, {"fravaerType": 10}, ["typen", "75", "10"]),
    ],
)
def test_other_content_is_refused_with_what_was_expected_and_what_stands(
    indlaest: dict[str, Any], fundet: dict[str, Any], ord_: list[str]
) -> None:
    s = svar(byg.kontrol(**indlaest), staar(**fundet))
    assert (s.udfald, s.kode, len(s.fejl)) == (Udfald.AFVIST, "indlaest_afviger", 1)
    sted = [s.fejl[0].tekst.index(o) for o in ord_]
    assert sted == sorted(sted)
    assert s.fejl[0].tekst.count(" er indlæst som ") == 1


def test_every_field_that_differs_is_named() -> None:
    tekst = (
        svar(
            byg.kontrol(),
            staar(startDato="2023-02-03T00:00:00+01:00", slutDato="2023-04-30T00:00:00+02:00"),
        )
        .fejl[0]
        .tekst
    )
    assert tekst.count(" er indlæst som ") == 2


def test_a_marking_that_is_not_there_is_refused() -> None:
    for i, fundne in ((byg.kontrol(), []), (byg.kontrol(), [staar(fravaerType=10)])):
        s = svar(i, *fundne)
        assert (s.udfald, s.kode) == (Udfald.AFVIST, "indlaest_afviger")
        assert "ingen markering" in s.fejl[0].tekst
    assert "nævner" in svar(byg.kontrol(fravaer_id=UUID(ANDET_ID)), staar()).fejl[0].tekst


def test_of_one_that_the_gateway_made_only_the_id_is_asked_for() -> None:
    """Its end, or its cause, may have been changed at DFDG meanwhile; of two on one day the one with its end is taken."""
    egen = byg.kontrol(egen=True, slutdato=date(2023, 2, 20))
    assert svar(egen, staar()).registrerings_id == str(byg.FRAVAER_ID)
    med_slut = staar(fravaerIdentifier=ANDET_ID, slutDato="2023-02-20T00:00:00+01:00")
    assert svar(egen, staar(), med_slut).registrerings_id == ANDET_ID
    for fundne in ([], [staar(fravaerType=10)], [staar(startDato="2023-02-03T00:00:00+01:00")]):
        s = svar(egen, *fundne)
        assert (s.udfald, s.kode) == (Udfald.AFVIST, "fravaer_mangler")


@pytest.mark.parametrize("kode", [kontrol.AFVIGER, kontrol.MANGLER])
def test_the_refusals_have_a_row_in_the_code_list(kode: str) -> None:
    assert liste("fejl").find(kode) is not None


# --- over the wire -----------------------------------------------------------------------------------------


@asynccontextmanager
async def dfdg(status: int, krop: bytes) -> AsyncIterator[servere.Set]:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(krop)}\r\n\r\n".encode() + krop)

    async with servere.raa(behandl) as s:
        yield s


@pytest.mark.parametrize(
    ("status", "krop", "udfald", "fund"),
    [
        (200, orjson.dumps([staar()]), Udfald.KVITTERET, Fund.LIG),
        (200, b"[]", Udfald.AFVIST, Fund.FRAVAERENDE),
        (200, b"<html/>", Udfald.UTILGAENGELIG, Fund.UKENDT),
        (200, b"", Udfald.UTILGAENGELIG, Fund.UKENDT),
        (412, b"", Udfald.UTILGAENGELIG, Fund.UKENDT),
        (502, b"", Udfald.UTILGAENGELIG, Fund.UKENDT),
        (503, b"", Udfald.UTILGAENGELIG, Fund.UKENDT),
        (403, b"", Udfald.ADGANG, Fund.UKENDT),
        (400, b'{"fejl":[{"fejlkode":4575}]}', Udfald.IKKE_EJER, Fund.UKENDT),
        (400, b'{"fejl":[{"fejlkode":4404}]}', Udfald.AFVIST, Fund.UKENDT),
    ],
)
async def test_sending_it_is_the_reading_and_leaves_nothing_in_doubt(
    carrier: Lav, cpr: str, status: int, krop: bytes, udfald: Udfald, fund: Fund
) -> None:
    async with dfdg(status, krop) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(byg.kontrol()), byg.haendelse(), cpr)
        assert (a.metode, a.klasse, a.krop) == ("GET", Klasse.SIDSTE_VINDER, b"")
        svaret = await c.send(a, "request-1")
        laest = await c.laes_tilbage(a)
    assert svaret.udfald is udfald
    assert laest.fund is fund
    assert cpr not in repr(svaret) + repr(laest)
    assert [x.split("\r\n")[0] for x in s.anmodninger] == [
        "GET /VisiteringOgStatus.FravaerService/v1/Fravaer/ HTTP/1.1"
    ] * 2
    assert not any("x-requestid" in x.lower() for x in s.anmodninger)


async def test_I11_a_check_whose_lease_is_over_never_leaves(carrier: Lav, cpr: str) -> None:
    async with dfdg(200, b"[]") as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(byg.kontrol()), byg.haendelse(), cpr)
        svaret = await c.send(a, "request-1", lambda: False)
    assert svaret.udfald is Udfald.ALDRIG_SENDT
    assert s.anmodninger == []


async def test_a_check_that_gets_no_answer_is_tried_again(carrier: Lav, cpr: str) -> None:
    async with servere.raa(servere.intet) as s:
        c = carrier(byg.opsaetning(s.url, answer_timeout=0.2))
        a = c.render(byg.registrering(byg.kontrol()), byg.haendelse(), cpr)
        svaret = await c.send(a, "request-1")
    assert (svaret.udfald, svaret.kode) == (Udfald.UTILGAENGELIG, "timeout")
    assert len(s.anmodninger) == 1
