"""The client against the stand-in for DFDG, which reads the same public pages on its own: what is rendered is taken,
what was taken is read back, and a fault means what the client says it means."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from gateway.lanes.forsoeg import Anmodning, Fund, Klasse, Udfald
from gateway.rules.registreringer import Indhold, Samtaledeltager
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.proces import Proces, start
from sandbox.personer import Personregister
from tests.dfdg import byg

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
PERSONER = Personregister()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dfdg(certifikater: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proces]:
    data = tmp_path_factory.mktemp("dfdg")
    proces = await start(
        cert=certifikater / "server.pem", ca=certifikater / "ca.pem", data=data, today=date(2023, 3, 27)
    )
    yield proces
    await proces.stop()


@pytest.fixture
def styring(dfdg: Proces) -> AsynkronDfdgstyring:
    return AsynkronDfdgstyring(dfdg.admin)


@pytest.fixture
def o(dfdg: Proces, certifikater: Path) -> DfdgOpsaetning:
    return byg.opsaetning(dfdg.base_url, ca=certifikater / "ca.pem", klientcertifikat=certifikater / "klienter")


@pytest.fixture
def person() -> str:
    return PERSONER.ny()


def rendret(c: DfdgCarrier, indhold: Indhold, person: str, akasse: str = "01") -> Anmodning:
    return c.render(byg.registrering(indhold, akasse), byg.haendelse(), person)


async def test_an_absence_is_created_changed_deleted_and_read_back_at_each_step(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    nyt_id = uuid4()
    opret = rendret(c, byg.opret(fravaer_id=nyt_id), person)
    ret = rendret(c, byg.ret(fravaer_id=nyt_id), person)
    slet = rendret(c, replace(byg.slet("æ/ø ? 100%"), fravaer_id=nyt_id), person)

    assert (await c.laes_tilbage(opret)).fund is Fund.FRAVAERENDE
    svar = await c.send(opret, str(uuid4()))
    assert (svar.udfald, svar.registrerings_id) == (Udfald.KVITTERET, str(nyt_id))
    assert (await c.laes_tilbage(opret)).fund is Fund.LIG
    assert (await c.laes_tilbage(ret)).fund is Fund.FRAVAERENDE

    svar = await c.send(ret, str(uuid4()))
    assert svar.udfald is Udfald.KVITTERET
    assert svar.registrerings_id is not None
    assert svar.tidspunkt is not None
    assert (await c.laes_tilbage(ret)).fund is Fund.LIG
    assert (await c.laes_tilbage(opret)).fund is Fund.ANDERLEDES

    assert (await c.laes_tilbage(slet)).fund is Fund.FRAVAERENDE
    assert (await c.send(slet, str(uuid4()))).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(slet)).fund is Fund.LIG
    # Sent again under a new id it is gone already: done, not refused.
    assert (await c.send(slet, str(uuid4()))).udfald is Udfald.FANDTES


async def test_the_same_request_id_or_the_same_entity_id_again_is_there_already(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    a = rendret(c, byg.opret(fravaer_id=uuid4()), person)
    request_id = str(uuid4())
    assert (await c.send(a, request_id)).udfald is Udfald.KVITTERET
    igen = await c.send(a, request_id)
    assert (igen.udfald, igen.kode) == (Udfald.FANDTES, "412")
    nyt = await c.send(a, str(uuid4()))
    assert (nyt.udfald, nyt.kode) == (Udfald.FANDTES, "4977")


@pytest.mark.parametrize(
    ("formaal", "felter"),
    [
        ("jobsamtale", {}),
        ("cv", {"cv_godkendt": True, "aftaler": "Søg <bredt> & tit\x0b"}),
        ("raadighed", {"raadighedsvurdering": "Står til rådighed", "sagsbehandler_telefon": "+45 12 34 56 78"}),
        ("faelles", {"jobcenter_deltog": True, "jobcenter_form": "video", "form": "digitalt"}),
        ("jobsamtale", {"deltagere": (Samtaledeltager("B", "tolk", "telefon"),), "indkaldelse_id": uuid4()}),
    ],
)
async def test_a_held_talk_is_taken_and_read_back_by_type_and_time(
    carrier: Lav, o: DfdgOpsaetning, person: str, formaal: str, felter: dict[str, object]
) -> None:
    c = carrier(o)
    a = rendret(c, byg.samtale(formaal=formaal, samtale_id=uuid4(), **felter), person)
    assert (await c.laes_tilbage(a)).fund is Fund.FRAVAERENDE
    svar = await c.send(a, "unused")
    assert svar.udfald is Udfald.KVITTERET, svar
    assert svar.registrerings_id is not None
    assert svar.tidspunkt is not None
    assert (await c.laes_tilbage(a)).fund is Fund.LIG
    igen = await c.send(a, "unused")
    assert igen.udfald is Udfald.AFVIST
    assert igen.fejl


async def test_a_deregistration_is_taken_once_and_its_repeat_is_there_already(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    a = rendret(c, byg.afmeld(), person)
    assert a.klasse is Klasse.NATURLIG_NOEGLE
    assert (await c.send(a, "unused")).udfald is Udfald.KVITTERET
    igen = await c.send(a, "unused")
    assert (igen.udfald, igen.kode) == (Udfald.FANDTES, "4367")
    laest = await c.laes_tilbage(a)
    assert laest.fund is Fund.UKENDT
    assert laest.detalje


async def test_an_absence_over_soap_is_taken_and_read_back_by_content(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(replace(o, fravaer_transport="soap"))
    a = rendret(c, byg.opret(slutdato=date(2023, 4, 30), aarsagskode="45", kommentar="k"), person)
    assert (a.klasse, a.operation) == (Klasse.INGEN, "CreateAbsence")
    assert (await c.laes_tilbage(a)).fund is Fund.FRAVAERENDE
    assert (await c.send(a, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(a)).fund is Fund.LIG
    # Updates go over REST whatever the setting says.
    assert rendret(c, byg.ret(), person).operation == "UpdateFravaer"


async def test_another_a_kasses_member_is_not_ones_own(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    assert (await c.send(rendret(c, byg.opret(fravaer_id=uuid4()), person), str(uuid4()))).udfald is Udfald.KVITTERET
    for indhold in (byg.opret(fravaer_id=uuid4()), byg.samtale(samtale_id=uuid4())):
        svar = await c.send(rendret(c, indhold, person, "02"), str(uuid4()))
        assert (svar.udfald, svar.kode) == (Udfald.IKKE_EJER, "4575")


async def test_an_organisation_type_that_dfdg_does_not_know_stops_the_channel(
    carrier: Lav, o: DfdgOpsaetning, person: str, styring: AsynkronDfdgstyring
) -> None:
    await styring.indstil(organisationstype=7)
    try:
        c = carrier(replace(o, organisationstype=8))
        for indhold in (byg.opret(fravaer_id=uuid4()), byg.samtale(samtale_id=uuid4())):
            svar = await c.send(rendret(c, indhold, person), str(uuid4()))
            assert (svar.udfald, svar.kode) == (Udfald.ADGANG, "8173")
    finally:
        await styring.indstil(organisationstype=None)


@pytest.mark.parametrize(
    ("forstyrrelse", "fund"),
    [
        (Forstyrrelse(art="klip_foer_commit", antal=1), Fund.FRAVAERENDE),
        (Forstyrrelse(art="klip_efter_commit", antal=1), Fund.LIG),
        (Forstyrrelse(art="vroevl", antal=1), Fund.LIG),
    ],
    ids=lambda x: x.art if isinstance(x, Forstyrrelse) else str(x),
)
async def test_an_attempt_without_an_answer_is_in_doubt_and_reading_back_settles_it(
    carrier: Lav, o: DfdgOpsaetning, styring: AsynkronDfdgstyring, forstyrrelse: Forstyrrelse, fund: Fund
) -> None:
    c = carrier(o)
    for indhold in (byg.opret(fravaer_id=uuid4()), byg.samtale(samtale_id=uuid4())):
        a = rendret(c, indhold, PERSONER.ny())
        ordre = await styring.bestil(replace(forstyrrelse, operation=a.operation))
        assert (await c.send(a, str(uuid4()))).udfald is Udfald.INTET_SVAR
        assert await styring.treffer(ordre.nummer) == 1
        assert (await c.laes_tilbage(a)).fund is fund
        await styring.ryd(ordre.nummer)


async def test_a_server_fault_is_answered_and_leaves_nothing(
    carrier: Lav, o: DfdgOpsaetning, person: str, styring: AsynkronDfdgstyring
) -> None:
    c = carrier(o)
    for kode in (1011, 1100):
        for indhold in (byg.opret(fravaer_id=uuid4()), byg.samtale(samtale_id=uuid4()), byg.afmeld()):
            a = rendret(c, indhold, person)
            await styring.bestil(Forstyrrelse(art="svar", operation=a.operation, kode=kode, antal=1))
            svar = await c.send(a, str(uuid4()))
            assert (svar.udfald, svar.kode) == (Udfald.UTILGAENGELIG, str(kode))
