"""DFDG's code lists: asked for one by one, and an answer that can't be read is never an empty list."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest
from lxml import etree

from contracts.codes import liste
from contracts.dfdg import kodeliste
from contracts.dfdg.skemaer import kontroller, kontroller_kuvert
from gateway.errors import MidlertidigFejl
from producers.dfdg import kodelister
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
NS = kodeliste.TJENESTE.navnerum
OPERATION = re.compile(r'SOAPAction: "([A-Za-z]+)"')
TO = (
    "<CodeListItem><Identifier>7</Identifier><Name>Jobsamtale</Name></CodeListItem>"
    "<CodeListItem><Identifier>10</Identifier><Name>CV samtale</Name><ValidFrom>2020-01-01</ValidFrom>"
    "<ValidTo>2026-06-30</ValidTo></CodeListItem>"
)


def svar(operation: str, indhold: str = TO) -> str:
    return f'<{operation}Response xmlns="{NS}">{indhold}</{operation}Response>'


def kuvert(indhold: str) -> bytes:
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{indhold}</s:Body></s:Envelope>'.encode()


def fault(kode: str) -> bytes:
    return kuvert(f"<s:Fault><faultcode>{kode}</faultcode><faultstring>x</faultstring></s:Fault>")


@asynccontextmanager
async def dfdg(lav: Callable[[str], tuple[int, bytes]]) -> AsyncIterator[servere.Set]:
    """Answers each operation with what ``lav`` makes of its name."""
    s: servere.Set

    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        fundet = OPERATION.search(s.anmodninger[-1])
        assert fundet is not None
        status, krop = lav(fundet.group(1))
        skriver.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(krop)}\r\n\r\n".encode() + krop)

    async with servere.raa(behandl) as s:
        yield s


def test_the_request_and_the_answer_are_those_of_the_schema() -> None:
    for navn in kodeliste.lister():
        a = kodelister.anmodning(byg.opsaetning("https://dfdg.test"), "01", navn, byg.haendelse().tid)
        kontroller_kuvert(a.krop)
        assert a.sti == "https://dfdg.test/CodeListService/5/CodeListService.svc"
        assert a.operation == f"Get{navn}CodeList"
        kontroller(etree.fromstring(svar(a.operation)))


async def test_every_list_is_read_by_the_projects_name(carrier: Lav) -> None:
    async with dfdg(lambda operation: (200, kuvert(svar(operation)))) as s:
        laest = await carrier(byg.opsaetning(s.url)).hent_kodelister("01")
    assert set(laest) == {r.navn for r in liste("kodelister").raekker}
    assert len(s.anmodninger) == len(laest)
    samtale = laest["samtaletype"]
    assert [(r.kode, r.tekst, r.fra, r.til) for r in samtale] == [
        ("7", "Jobsamtale", None, None),
        ("10", "CV samtale", date(2020, 1, 1), date(2026, 6, 30)),
    ]
    assert samtale[0].kilde == "DFDG, CodeListService v5, GetInterviewTypeIdentifierCodeList"
    assert samtale[0].sikkerhed == "set"


@pytest.mark.parametrize(
    ("status", "krop"),
    [
        (500, fault("2001")),
        (404, b""),
        (200, b"<html/>"),
        (200, kuvert(svar("GetInterviewTypeIdentifierCodeList", ""))),
        (200, kuvert(svar("GetEnAndenCodeList"))),
        (200, kuvert(svar("GetInterviewTypeIdentifierCodeList", "<CodeListItem><Identifier/></CodeListItem>"))),
        (200, kuvert(svar("GetInterviewTypeIdentifierCodeList", TO.replace("2020-01-01", "i går")))),
        (500, fault("s:Server")),
    ],
)
async def test_M3_a_list_that_can_not_be_had_is_missing_and_the_others_are_read(
    carrier: Lav, status: int, krop: bytes
) -> None:
    def lav(operation: str) -> tuple[int, bytes]:
        return (status, krop) if "InterviewType" in operation else (200, kuvert(svar(operation)))

    async with dfdg(lav) as s:
        laest = await carrier(byg.opsaetning(s.url)).hent_kodelister("01")
    assert set(laest) == {r.navn for r in liste("kodelister").raekker} - {"samtaletype"}


@pytest.mark.parametrize(("status", "krop"), [(500, fault("1011")), (500, fault("1013")), (503, b""), (403, b"")])
async def test_while_dfdg_can_not_be_asked_no_list_is_given(carrier: Lav, status: int, krop: bytes) -> None:
    async with dfdg(lambda _: (status, krop)) as s:
        with pytest.raises(MidlertidigFejl):
            await carrier(byg.opsaetning(s.url)).hent_kodelister("01")
    assert len(s.anmodninger) == 1


async def test_nobody_there_is_no_empty_list(carrier: Lav) -> None:
    c = carrier(byg.opsaetning(f"http://127.0.0.1:{servere.frit_lukket_port()}"))
    with pytest.raises(MidlertidigFejl):
        await c.hent_kodelister("01")
