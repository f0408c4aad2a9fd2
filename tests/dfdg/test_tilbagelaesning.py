"""Reading back: what stands at DFDG against what was to be written, and what is no reading at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from lxml import etree

from contracts.dfdg.fravaer import laes_alle
from contracts.dfdg.samtale import LAES
from contracts.dfdg.skemaer import skema
from gateway.lanes.forsoeg import Fund, Tilbagelaesning, Udfald
from gateway.rules.model import KOEBENHAVN
from gateway.rules.registreringer import Indhold
from producers.dfdg import fravaer, samtaler
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
ANDET_ID = "99999999-2222-4333-8444-555555555555"
NS = LAES.navnerum


def staar(**mere: Any) -> dict[str, Any]:
    """An absence as GetAlleFravaer gives it; by default what ``byg.opret()`` writes."""
    felter = {
        "fravaerIdentifier": str(byg.FRAVAER_ID),
        "fravaerType": 75,
        "startDato": "2023-02-01T00:00:00+01:00",
        "slutDato": None,
        "fravaersKommentar": None,
        "anmeldelsesDato": "2023-02-01T00:00:00+01:00",
        "fravaersAfslutningsAarsag": None,
    }
    return felter | mere


SLUTTET = {"slutDato": "2023-04-30T00:00:00+02:00", "fravaersAfslutningsAarsag": 41}


def fund(indhold: Indhold, *liste: dict[str, Any], **opsat: Any) -> tuple[Fund, str | None]:
    a = DfdgCarrier(byg.opsaetning(**opsat)).render(byg.registrering(indhold), byg.haendelse(), "0101629996")
    return fravaer.sammenlign(a, laes_alle(orjson.dumps(list(liste))))


# --- absence ---------------------------------------------------------------------------------------------


def test_a_create_is_there_absent_or_there_with_other_content() -> None:
    assert fund(byg.opret(), staar()) == (Fund.LIG, None)
    assert fund(byg.opret())[0] is Fund.FRAVAERENDE
    assert fund(byg.opret(), staar(fravaerIdentifier=ANDET_ID))[0] is Fund.FRAVAERENDE
    for andet, felt in (
        ({"fravaerType": 10}, "type"),
        ({"startDato": "2023-02-02T00:00:00+01:00"}, "start"),
        ({"slutDato": "2023-02-02T00:00:00+01:00"}, "slut"),
        ({"fravaersAfslutningsAarsag": 41}, "aarsag"),
    ):
        assert fund(byg.opret(), staar(**andet)) == (Fund.ANDERLEDES, f"other content in {felt}")


def test_an_update_that_is_not_there_yet_is_absent_whatever_stands() -> None:
    assert fund(byg.ret(), staar(**SLUTTET))[0] is Fund.LIG
    assert fund(byg.ret(), staar())[0] is Fund.FRAVAERENDE
    assert fund(byg.ret(), staar(**SLUTTET | {"fravaersAfslutningsAarsag": 44}))[0] is Fund.FRAVAERENDE
    assert fund(byg.ret())[0] is Fund.FRAVAERENDE


def test_an_update_that_opens_an_absence_again_is_there_when_the_end_is_gone() -> None:
    aabn = byg.ret(slutdato=None, aarsagskode=None)
    assert fund(aabn, staar())[0] is Fund.LIG
    assert fund(aabn, staar(**SLUTTET))[0] is Fund.FRAVAERENDE


def test_a_delete_is_done_when_the_absence_is_gone() -> None:
    assert fund(byg.slet())[0] is Fund.LIG
    assert fund(byg.slet(), staar(fravaerIdentifier=ANDET_ID))[0] is Fund.LIG
    assert fund(byg.slet(), staar())[0] is Fund.FRAVAERENDE


def test_without_an_id_of_ones_own_content_alone_tells() -> None:
    over_soap = {"fravaer_transport": "soap"}
    assert fund(byg.opret(), staar(fravaerIdentifier=ANDET_ID), **over_soap)[0] is Fund.LIG
    assert fund(byg.opret(), staar(fravaerType=10), **over_soap)[0] is Fund.FRAVAERENDE


@pytest.mark.parametrize(
    "skrevet",
    [
        "2023-02-01T00:00:00+01:00",
        "2023-01-31T23:00:00Z",
        "2023-02-01T00:00:00",
        "2023-02-01",
        "2023-02-01T12:00:00+01:00",
    ],
)
def test_a_date_is_the_copenhagen_date_however_it_is_written(skrevet: str) -> None:
    assert fund(byg.opret(), staar(startDato=skrevet))[0] is Fund.LIG


def test_an_id_is_the_same_in_any_letter_case_and_unknown_fields_are_passed_over() -> None:
    assert fund(byg.opret(), staar(fravaerIdentifier=str(byg.FRAVAER_ID).upper(), nyt={"a": 1}))[0] is Fund.LIG
    assert fund(byg.ret(), staar(**SLUTTET | {"fravaersAfslutningsAarsag": "41"}))[0] is Fund.LIG


# --- talks -----------------------------------------------------------------------------------------------


def samtaleliste(*par: tuple[str, str]) -> str:
    talks = "".join(
        f"<PersonInterview><MessageIdentifier>{ANDET_ID}</MessageIdentifier><InterviewTypeIdentifier>{t}"
        f"</InterviewTypeIdentifier><InterviewDateTime>{d}</InterviewDateTime></PersonInterview>"
        for t, d in par
    )
    return f'<GetInterviewInfoResponse xmlns="{NS}"><Interviews>{talks}</Interviews></GetInterviewInfoResponse>'


@pytest.mark.parametrize(
    ("formaal", "par", "ventet"),
    [
        ("jobsamtale", [("7", "2023-02-14T09:30:00+01:00")], Fund.LIG),
        ("jobsamtale", [("7", "2023-02-14T08:30:00Z")], Fund.LIG),
        ("jobsamtale", [("7", "2023-02-14T09:30:00")], Fund.LIG),
        ("jobsamtale", [("10", "2023-02-14T09:30:00+01:00"), ("7", "2023-02-14T09:31:00+01:00")], Fund.FRAVAERENDE),
        ("jobsamtale", [], Fund.FRAVAERENDE),
        # Pages disagree on the joint talk's number: 17 is written, 19 is known again; but not the other way round.
        ("faelles", [("19", "2023-02-14T09:30:00+01:00")], Fund.LIG),
        ("faelles", [("17", "2023-02-14T09:30:00+01:00")], Fund.LIG),
        ("jobsamtale", [("17", "2023-02-14T09:30:00+01:00")], Fund.FRAVAERENDE),
    ],
)
def test_a_talk_is_known_by_type_and_time(formaal: str, par: list[tuple[str, str]], ventet: Fund, cpr: str) -> None:
    a = DfdgCarrier(byg.opsaetning()).render(byg.registrering(byg.samtale(formaal=formaal)), byg.haendelse(), cpr)
    svar = etree.fromstring(samtaleliste(*par))
    if all("Z" not in d and "+" in d for _, d in par):
        skema(NS).assertValid(svar)
    assert samtaler.sammenlign(a, svar) is ventet


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(cpr: str) -> None:
    tid = datetime(2023, 10, 29, 2, 30, tzinfo=KOEBENHAVN)
    a = DfdgCarrier(byg.opsaetning()).render(
        byg.registrering(byg.samtale(tidspunkt=tid.replace(fold=1))), byg.haendelse(), cpr
    )
    assert samtaler.sammenlign(a, etree.fromstring(samtaleliste(("7", "2023-10-29T02:30:00+01:00")))) is Fund.LIG
    foer = etree.fromstring(samtaleliste(("7", "2023-10-29T02:30:00+02:00")))
    assert samtaler.sammenlign(a, foer) is Fund.FRAVAERENDE


# --- over the wire ---------------------------------------------------------------------------------------


@asynccontextmanager
async def dfdg(status: int, krop: bytes) -> AsyncIterator[servere.Set]:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(krop)}\r\n\r\n".encode() + krop)

    async with servere.raa(behandl) as s:
        yield s


async def laes(c: Lav, indhold: Indhold, cpr: str, status: int, krop: bytes) -> tuple[Tilbagelaesning, servere.Set]:
    async with dfdg(status, krop) as s:
        carrier = c(byg.opsaetning(s.url))
        a = carrier.render(byg.registrering(indhold), byg.haendelse(), cpr)
        return await carrier.laes_tilbage(a), s


async def test_absences_are_read_with_the_number_in_a_header_and_never_in_the_path(carrier: Lav, cpr: str) -> None:
    laest, s = await laes(carrier, byg.opret(), cpr, 200, orjson.dumps([staar()]))
    assert laest.fund is Fund.LIG
    linjer = s.anmodninger[0].split("\r\n")
    assert linjer[0] == "GET /VisiteringOgStatus.FravaerService/v1/Fravaer/ HTTP/1.1"
    assert f"x-civilRegistrationIdentifier: {cpr}" in linjer
    assert not any(x.lower().startswith("x-requestid") for x in linjer)


async def test_talks_are_read_over_soap_at_the_interview_service(carrier: Lav, cpr: str) -> None:
    svar = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{samtaleliste()}</s:Body></s:Envelope>'
    laest, s = await laes(carrier, byg.samtale(), cpr, 200, svar.encode())
    assert laest.fund is Fund.FRAVAERENDE
    assert s.anmodninger[0].startswith("POST /InterviewService/1/InterviewService.svc HTTP/1.1")
    assert 'SOAPAction: "GetInterviewInfo"' in s.anmodninger[0]


async def test_deregistration_has_no_reading_and_asks_for_none(carrier: Lav, cpr: str) -> None:
    laest, s = await laes(carrier, byg.afmeld(), cpr, 200, b"")
    assert (laest.fund, laest.svar) == (Fund.UKENDT, None)
    assert s.anmodninger == []


SOAP_FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>%s</faultcode>'
    b"<faultstring/></s:Fault></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    ("indhold", "status", "krop", "udfald"),
    [
        (byg.opret(), 200, b"<html/>", Udfald.UTILGAENGELIG),
        (byg.opret(), 200, b'{"fravaer":[]}', Udfald.UTILGAENGELIG),
        (byg.opret(), 200, b'[{"fravaerIdentifier":"x"}]', Udfald.UTILGAENGELIG),
        (byg.opret(), 200, b"", Udfald.UTILGAENGELIG),
        (byg.opret(), 204, b"", Udfald.INTET_SVAR),
        (byg.opret(), 412, b"", Udfald.UTILGAENGELIG),
        (byg.opret(), 404, b"", Udfald.AFVIST),
        (byg.opret(), 503, b"", Udfald.UTILGAENGELIG),
        (byg.opret(), 400, b'{"fejl":[{"fejlkode":4575}]}', Udfald.IKKE_EJER),
        (byg.opret(), 403, b"", Udfald.ADGANG),
        (byg.samtale(), 200, b"<html/>", Udfald.INTET_SVAR),
        (byg.samtale(), 500, SOAP_FAULT % b"1013", Udfald.ADGANG),
        (byg.samtale(), 500, SOAP_FAULT % b"1011", Udfald.UTILGAENGELIG),
        (byg.samtale(), 503, b"", Udfald.UTILGAENGELIG),
    ],
)
async def test_what_could_not_be_read_is_unknown_and_says_why(
    carrier: Lav, cpr: str, indhold: Indhold, status: int, krop: bytes, udfald: Udfald
) -> None:
    laest, _ = await laes(carrier, indhold, cpr, status, krop)
    assert laest.fund is Fund.UKENDT
    assert laest.svar is not None
    assert laest.svar.udfald is udfald
    assert laest.svar.kode
    assert cpr not in repr(laest)


@pytest.mark.parametrize(
    "indhold",
    [
        "<GetInterviewInfoResponse xmlns='{ns}'/>",
        "<AndetResponse xmlns='{ns}'><Interviews/></AndetResponse>",
        "<GetInterviewInfoResponse xmlns='urn:x'><Interviews/></GetInterviewInfoResponse>",
        "<GetInterviewInfoResponse xmlns='{ns}'><Interviews><PersonInterview/></Interviews></GetInterviewInfoResponse>",
    ],
)
async def test_a_list_of_talks_that_cannot_be_read_is_never_an_empty_one(carrier: Lav, cpr: str, indhold: str) -> None:
    """Else a talk that is there would be taken for absent, and held a second time."""
    krop = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{indhold.format(ns=NS)}</s:Body></s:Envelope>'
    laest, _ = await laes(carrier, byg.samtale(), cpr, 200, krop.encode())
    assert laest.fund is Fund.UKENDT


async def test_nobody_there_is_unknown(carrier: Lav, cpr: str) -> None:
    o = byg.opsaetning(f"http://127.0.0.1:{servere.frit_lukket_port()}")
    for indhold in (byg.opret(), byg.samtale()):
        c = carrier(replace(o))
        laest = await c.laes_tilbage(c.render(byg.registrering(indhold), byg.haendelse(), cpr))
        assert laest.fund is Fund.UKENDT
        assert laest.svar is not None
        assert laest.svar.udfald is Udfald.ALDRIG_SENDT


def test_an_unreadable_list_of_absences_shows_no_values(cpr: str) -> None:
    with pytest.raises(ValueError, match="fravaerIdentifier") as fejl:
        laes_alle(orjson.dumps([{"fravaerIdentifier": cpr, "fravaerType": cpr, "startDato": str(date(2023, 1, 1))}]))
    assert cpr not in str(fejl.value)
