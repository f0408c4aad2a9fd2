"""Look-ups: where each is read, for whom, and what answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.dfdg.opslag import STEDER
from gateway.lanes.forsoeg import Anmodning, Opslag, Opslagsart, Opslagssvar, Svar, Udfald
from producers.dfdg import opslag
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
NU = datetime(2023, 2, 1, 9, 15, tzinfo=UTC)


def anmodning(o: Opslag, **opsat: Any) -> Anmodning | Svar:
    return opslag.anmodning(byg.opsaetning("https://dfdg.test", **opsat), o, NU)


def sendt(o: Opslag, **opsat: Any) -> Anmodning:
    a = anmodning(o, **opsat)
    assert isinstance(a, Anmodning), a
    return a


def test_every_kind_has_its_place() -> None:
    assert set(STEDER) == set(get_args(Opslagsart))


@pytest.mark.parametrize(
    ("art", "sti"),
    [
        ("akassemedlemskab", "/Borgerindsats.AkassemedlemskabService/v1/Akassemedlemskab"),
        ("indkaldelse_historik", f"/Kontaktforloeb.IndkaldelseService/v1/Indkaldelse/historik/{ID}"),
        ("frist_historik", "/Kontaktforloeb.FristService/v1/Frist/historik"),
        ("kontaktgruppe", "/VisiteringOgStatus.KontaktgruppeService/v1/Kontaktgruppe"),
        ("dagpengetaeller", "/Ydelsesudstilling.DagpengetaellerService/v1/Dagpengetaellerkonto"),
        ("fravaer", "/VisiteringOgStatus.FravaerService/v1/Fravaer/"),
    ],
)
def test_I8_a_citizens_data_are_read_with_the_number_in_a_header_and_never_in_the_path(
    art: Opslagsart, sti: str, cpr: str
) -> None:
    a = sendt(Opslag(art, "01", cpr, ID))
    assert (a.metode, a.sti, a.akassekode, a.krop) == ("GET", f"https://dfdg.test{sti}", "01", b"")
    assert a.hoved["x-civilRegistrationIdentifier"] == cpr
    assert cpr not in a.sti


def test_a_job_order_is_nobodys_and_asks_about_nobody(cpr: str, certifikater: Path) -> None:
    for o in (Opslag("jobordre", "02", None, ID), Opslag("jobordre", "02", cpr, ID.upper())):
        a = sendt(o)
        assert a.sti == f"https://dfdg.test/VirksomhedsIndsats.JobordreService/v1/Jobordre/{ID}"
        assert "x-civilRegistrationIdentifier" not in a.hoved
    enhver = sendt(Opslag("jobordre", None, None, ID), klientcertifikat=certifikater / "klienter")
    assert enhver.akassekode == "01"
    assert '"organisationCode":"01"' in enhver.hoved["x-activeOrganisation"]


@pytest.mark.parametrize(
    ("o", "felt"),
    [
        (Opslag("akassemedlemskab", None, "0101629996"), "akassekode"),
        (Opslag("akassemedlemskab", "01", None), "cpr"),
        (Opslag("indkaldelse_historik", "01", "0101629996", None), "ident"),
        (Opslag("indkaldelse_historik", "01", "0101629996", "../../Fravaer"), "ident"),
        (Opslag("jobordre", "01", None, "0101629996"), "ident"),
        (Opslag("jobordre", None, None, ID), "akassekode"),
        (Opslag("jobordre", "x" * 21, None, ID), "akassekode"),
        (Opslag("fravaer", "01", "0101629996\r\nx-andet: 1"), "cpr"),
    ],
)
def test_a_look_up_that_names_too_little_is_never_sent(o: Opslag, felt: str) -> None:
    svar = anmodning(o)
    assert isinstance(svar, Svar)
    assert (svar.udfald, svar.kode) == (Udfald.AFVIST, "opslag_ufuldstaendigt")
    assert felt in svar.fejl[0].tekst
    assert "0101629996" not in repr(svar)


def test_I8_neither_question_nor_answer_shows_a_person(cpr: str) -> None:
    assert cpr not in repr(Opslag("fravaer", "01", cpr))
    assert cpr not in repr(Opslagssvar(True, [{"civilRegistrationIdentifier": cpr}]))


@asynccontextmanager
async def dfdg(status: int, krop: bytes) -> AsyncIterator[servere.Set]:
    async def behandl(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(krop)}\r\n\r\n".encode() + krop)

    async with servere.raa(behandl) as s:
        yield s


@pytest.mark.parametrize(
    ("status", "krop", "fund", "indhold"),
    [
        (200, b'[{"akassekode":"01"}]', True, [{"akassekode": "01"}]),
        (200, b'{"jobordreId":"x"}', True, {"jobordreId": "x"}),
        (200, b"[]", False, []),
        (200, b"{}", False, {}),
        (204, b"", False, None),
        (404, b"", False, None),
        (400, b'{"fejl":[{"fejlkode":90036}]}', False, None),
    ],
)
async def test_what_stands_is_given_and_what_does_not_is_no_fault(
    carrier: Lav, cpr: str, status: int, krop: bytes, fund: bool, indhold: object
) -> None:
    async with dfdg(status, krop) as s:
        svar = await carrier(byg.opsaetning(s.url)).hent(Opslag("akassemedlemskab", "01", cpr))
    assert (svar.fund, svar.indhold, svar.svar) == (fund, indhold, None)
    assert len(s.anmodninger) == 1
    assert "x-requestid" not in s.anmodninger[0].lower()


@pytest.mark.parametrize(
    ("status", "krop", "udfald"),
    [
        (200, b"<html/>", Udfald.UTILGAENGELIG),
        (200, b'"tekst"', Udfald.UTILGAENGELIG),
        (200, b"", Udfald.UTILGAENGELIG),
        (400, b'{"fejl":[{"fejlkode":4575}]}', Udfald.IKKE_EJER),
        (400, b'{"fejl":[{"fejlkode":4404}]}', Udfald.AFVIST),
        (403, b"", Udfald.ADGANG),
        (500, b'{"fejl":[{"fejlkode":1011}]}', Udfald.UTILGAENGELIG),
        (503, b"", Udfald.UTILGAENGELIG),
    ],
)
async def test_what_could_not_be_read_says_why(
    carrier: Lav, cpr: str, status: int, krop: bytes, udfald: Udfald
) -> None:
    async with dfdg(status, krop) as s:
        svar = await carrier(byg.opsaetning(s.url)).hent(Opslag("kontaktgruppe", "01", cpr))
    assert (svar.fund, svar.indhold) == (False, None)
    assert svar.svar is not None
    assert svar.svar.udfald is udfald
    assert svar.svar.kode


async def test_nobody_there_and_no_answer_are_told_and_leave_no_doubt(carrier: Lav, cpr: str) -> None:
    lukket = byg.opsaetning(f"http://127.0.0.1:{servere.frit_lukket_port()}")
    svar = await carrier(lukket).hent(Opslag("fravaer", "01", cpr))
    assert svar.svar is not None
    assert svar.svar.udfald is Udfald.ALDRIG_SENDT
    async with servere.raa(servere.intet) as s:
        svar = await carrier(byg.opsaetning(s.url, answer_timeout=0.2)).hent(Opslag("fravaer", "01", cpr))
    assert svar.svar is not None
    assert svar.svar.udfald is Udfald.UTILGAENGELIG
    assert len(s.anmodninger) == 1
