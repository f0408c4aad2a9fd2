"""Every write and its reading back over the wire: where each goes, once, and what a receipt and a reading become."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson
import pytest

from contracts.dfdg import aktivitet, cv, plan, samtale
from contracts.dfdg.grund import Soaptjeneste
from gateway.lanes.forsoeg import Fund, Udfald
from gateway.rules.registreringer import Indhold
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from tests.dfdg import byg, servere
from tests.dfdg.test_indkaldelser import staar
from tests.dfdg.test_plan_og_cv import EGEN, aktivitetssvar, cvsvar, deltagersvar, maalsvar, plansvar, svar

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
HANDLING = re.compile(r'SOAPAction: "([A-Za-z]+)"')


def kuvert(indhold: str) -> bytes:
    ns = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{ns}"><s:Body>{indhold}</s:Body></s:Envelope>'.encode()


def receipt(t: Soaptjeneste, operation: str) -> bytes:
    return kuvert(
        svar(
            t.navnerum,
            operation,
            "<ServiceReceipt><EventDate>2023-02-01T10:15:00+01:00</EventDate>"
            f"<MessageIdentifier>{ID}</MessageIdentifier></ServiceReceipt>",
        )
    )


@asynccontextmanager
async def dfdg(*svarene: tuple[int, bytes]) -> AsyncIterator[servere.Set]:
    """Answers the first request with the first answer, the second with the second, and no more."""

    async def behandl(nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        status, krop = svarene[nr - 1]
        skriver.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(krop)}\r\n\r\n".encode() + krop)

    async with servere.raa(behandl) as s:
        yield s


SOAP: list[tuple[Indhold, Soaptjeneste, str, Soaptjeneste, str, str]] = [
    (
        byg.deltager(),
        samtale.OPRET,
        "AddInterviewParticipant",
        samtale.LAES,
        "GetInterviewInfo",
        deltagersvar(EGEN),
    ),
    (byg.plan(), plan.PLAN, "CreateDraftPlan", plan.PLAN, "GetPlan", plansvar()),
    (byg.plan(kladde=False), plan.PLAN, "PublishPlan", plan.PLAN, "GetPlan", plansvar("published")),
    (
        byg.godkend_jobmaal(),
        plan.JOBMAAL,
        "ApproveJobGoals",
        plan.JOBMAAL,
        "GetJobGoals",
        maalsvar("Pædagog", "Tømrer"),
    ),
    (
        byg.aktivitet(),
        aktivitet.TJENESTE,
        "CreateActivity",
        aktivitet.TJENESTE,
        "GetActivity",
        aktivitetssvar(),
    ),
    (
        byg.slet_aktivitet(),
        aktivitet.TJENESTE,
        "DeleteActivity",
        aktivitet.TJENESTE,
        "GetActivity",
        svar(aktivitet.TJENESTE.navnerum, "GetActivity"),
    ),
]


@pytest.mark.parametrize(
    ("indhold", "tjeneste", "operation", "laesetjeneste", "laeseoperation", "laest"), SOAP, ids=lambda x: str(x)[:20]
)
async def test_a_soap_write_goes_to_its_service_and_is_read_back_where_the_reading_is(
    carrier: Lav,
    cpr: str,
    indhold: Indhold,
    tjeneste: Soaptjeneste,
    operation: str,
    laesetjeneste: Soaptjeneste,
    laeseoperation: str,
    laest: str,
) -> None:
    async with dfdg((200, receipt(tjeneste, operation)), (200, kuvert(laest))) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(indhold), byg.haendelse(), cpr)
        svaret = await c.send(a, "request-1")
        tilbage = await c.laes_tilbage(a)
    assert (svaret.udfald, svaret.registrerings_id) == (Udfald.KVITTERET, ID)
    assert tilbage.fund is Fund.LIG
    assert [x.split("\r\n")[0] for x in s.anmodninger] == [
        f"POST {tjeneste.sti} HTTP/1.1",
        f"POST {laesetjeneste.sti} HTTP/1.1",
    ]
    assert [HANDLING.findall(x) for x in s.anmodninger] == [[operation], [laeseoperation]]
    assert not any("x-requestid" in x.lower() or cpr in x for x in s.anmodninger)


async def test_P2_a_cv_status_is_done_by_an_empty_receipt_and_read_at_the_cv_service(carrier: Lav, cpr: str) -> None:
    tom = kuvert(svar(cv.SAET.navnerum, "UpdateCVStatus"))
    async with dfdg((200, tom), (200, kuvert(cvsvar("1")))) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(byg.cvstatus()), byg.haendelse(), cpr)
        svaret = await c.send(a, "request-1")
        tilbage = await c.laes_tilbage(a)
    assert (svaret.udfald, svaret.registrerings_id) == (Udfald.KVITTERET, None)
    assert tilbage.fund is Fund.LIG
    assert [x.split("\r\n")[0] for x in s.anmodninger] == [
        "POST /CVWorkFlowService/1/CVWorkFlowService.svc HTTP/1.1",
        "POST /CVService/6/CVService.svc HTTP/1.1",
    ]


@pytest.mark.parametrize(
    ("indhold", "linje", "svaret", "liste"),
    [
        (byg.indkald(), f"POST {{}}/{byg.INDKALDELSE_ID}", f'"{ID}"'.encode(), [staar()]),
        (byg.ret_indkaldelse(), f"PUT {{}}/{byg.INDKALDELSE_ID}", b"", [staar()]),
        (byg.slet_indkaldelse(), f"DELETE {{}}/{byg.INDKALDELSE_ID}", b"", []),
        (
            byg.deltagelsesvalg(),
            f"PUT {{}}/{byg.INDKALDELSE_ID}/deltagelsesvalg",
            b"",
            [staar(deltagelsesvalg=1)],
        ),
    ],
)
async def test_I3_a_summons_goes_once_under_its_request_id_and_all_of_the_citizens_are_read(
    carrier: Lav, cpr: str, indhold: Indhold, linje: str, svaret: bytes, liste: list[object]
) -> None:
    async with dfdg((200, svaret), (200, orjson.dumps(liste))) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(indhold), byg.haendelse(), cpr)
        sendt = await c.send(a, "request-1")
        tilbage = await c.laes_tilbage(a)
    assert sendt.udfald is Udfald.KVITTERET
    assert tilbage.fund is Fund.LIG
    rod = "/Kontaktforloeb.IndkaldelseService/v1/Indkaldelse"
    assert [x.split("\r\n")[0] for x in s.anmodninger] == [f"{linje.format(rod)} HTTP/1.1", f"GET {rod} HTTP/1.1"]
    assert "x-requestId: request-1" in s.anmodninger[0].split("\r\n")
    assert "x-requestid" not in s.anmodninger[1].lower()
    assert all(f"x-civilRegistrationIdentifier: {cpr}" in x.split("\r\n") for x in s.anmodninger)


@pytest.mark.parametrize("indhold", [i for i, *_ in SOAP] + [byg.cvstatus(), byg.indkald(), byg.ret_indkaldelse()])
async def test_I3_a_connection_that_is_cut_is_one_attempt_and_in_doubt(
    carrier: Lav, cpr: str, indhold: Indhold
) -> None:
    async def klip(_nr: int, _l: asyncio.StreamReader, skriver: asyncio.StreamWriter) -> None:
        skriver.close()

    async with servere.raa(klip) as s:
        c = carrier(byg.opsaetning(s.url))
        a = c.render(byg.registrering(indhold), byg.haendelse(), cpr)
        svaret = await c.send(a, "request-1")
        tilbage = await c.laes_tilbage(a)
    assert svaret.udfald is Udfald.INTET_SVAR
    assert tilbage.fund is Fund.UKENDT
    assert len(s.anmodninger) == 2
    assert cpr not in repr(svaret) + repr(tilbage)
