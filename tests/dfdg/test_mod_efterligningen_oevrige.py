"""Summonses, participants, CV, plan, activities, imports, look-ups and code lists against the stand-in for DFDG, which
reads the same public pages on its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from gateway.lanes.forsoeg import Anmodning, Fund, Opslag, Udfald
from gateway.opsaetning import koder
from gateway.rules.model import KOEBENHAVN
from gateway.rules.registreringer import Indhold
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.klient import AsynkronDfdgstyring
from sandbox.dfdg.proces import Proces, start
from sandbox.personer import Personregister
from tests.dfdg import byg

Lav = Callable[[DfdgOpsaetning], DfdgCarrier]
PERSONER = Personregister()
I_DAG = date(2023, 3, 27)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dfdg(certifikater: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proces]:
    data = tmp_path_factory.mktemp("dfdg")
    proces = await start(cert=certifikater / "server.pem", ca=certifikater / "ca.pem", data=data, today=I_DAG)
    yield proces
    await proces.stop()


@pytest.fixture
def styring(dfdg: Proces) -> AsynkronDfdgstyring:
    return AsynkronDfdgstyring(dfdg.admin)


@pytest.fixture
def o(dfdg: Proces, certifikater: Path) -> DfdgOpsaetning:
    return byg.opsaetning(
        dfdg.base_url,
        ca=certifikater / "ca.pem",
        klientcertifikat=certifikater / "klienter",
        koder=koder(Settings()),
    )


@pytest.fixture
def person() -> str:
    return PERSONER.ny()


def rendret(c: DfdgCarrier, indhold: Indhold, person: str, akasse: str = "01") -> Anmodning:
    return c.render(byg.registrering(indhold, akasse), byg.haendelse(), person)


async def sendt(c: DfdgCarrier, indhold: Indhold, person: str) -> Anmodning:
    a = rendret(c, indhold, person)
    svar = await c.send(a, str(uuid4()))
    assert svar.udfald is Udfald.KVITTERET, svar
    return a


async def test_S7_S12_a_summons_is_created_changed_cancelled_and_read_back_at_each_step(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    nyt_id = uuid4()
    opret = rendret(c, byg.indkald(indkaldelse_id=nyt_id, form="digitalt", moedelink="https://m.test/æ"), person)
    senere = datetime(2023, 4, 17, 13, tzinfo=KOEBENHAVN)
    ret = rendret(
        c, byg.ret_indkaldelse(indkaldelse_id=nyt_id, start=senere, slut=senere + timedelta(minutes=45)), person
    )
    slet = rendret(c, byg.slet_indkaldelse(nyt_id), person)

    assert (await c.laes_tilbage(opret)).fund is Fund.FRAVAERENDE
    assert (await c.send(opret, str(uuid4()))).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(opret)).fund is Fund.LIG
    assert (await c.laes_tilbage(ret)).fund is Fund.FRAVAERENDE

    assert (await c.send(ret, str(uuid4()))).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(ret)).fund is Fund.LIG
    assert (await c.laes_tilbage(opret)).fund is Fund.ANDERLEDES

    assert (await c.laes_tilbage(slet)).fund is Fund.FRAVAERENDE
    assert (await c.send(slet, str(uuid4()))).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(slet)).fund is Fund.LIG
    # Sent again under a new id it is gone already: done, not refused.
    assert (await c.send(slet, str(uuid4()))).udfald is Udfald.FANDTES


async def test_I3_the_same_request_id_or_the_same_summons_again_is_there_already(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    a = rendret(c, byg.indkald(indkaldelse_id=uuid4()), person)
    request_id = str(uuid4())
    assert (await c.send(a, request_id)).udfald is Udfald.KVITTERET
    igen = await c.send(a, request_id)
    assert (igen.udfald, igen.kode) == (Udfald.FANDTES, "412")
    nyt = await c.send(a, str(uuid4()))
    assert (nyt.udfald, nyt.kode) == (Udfald.FANDTES, "4977")


@pytest.mark.parametrize(
    ("start", "slut", "kode"),
    [
        (datetime(2023, 3, 26, 23, 59), datetime(2023, 3, 27, 1), "90002"),  # noqa: DTZ001
        (datetime(2023, 4, 14, 10), datetime(2023, 4, 14, 9), "90004"),  # noqa: DTZ001
    ],
)
async def test_S7_a_summons_that_dfdg_does_not_take_is_refused_by_its_number(
    carrier: Lav, o: DfdgOpsaetning, person: str, start: datetime, slut: datetime, kode: str
) -> None:
    c = carrier(o)
    i = byg.indkald(
        indkaldelse_id=uuid4(), start=start.replace(tzinfo=KOEBENHAVN), slut=slut.replace(tzinfo=KOEBENHAVN)
    )
    svar = await c.send(rendret(c, i, person), str(uuid4()))
    assert (svar.udfald, svar.kode) == (Udfald.AFVIST, kode)


async def test_S6_a_choice_stands_on_its_summons(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    nyt_id = uuid4()
    await sendt(c, byg.indkald(indkaldelse_id=nyt_id), person)
    valg = rendret(c, byg.deltagelsesvalg("medlem_fravaelger", nyt_id), person)
    assert (await c.laes_tilbage(valg)).fund is Fund.FRAVAERENDE
    assert (await c.send(valg, str(uuid4()))).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(valg)).fund is Fund.LIG
    andet = rendret(c, byg.deltagelsesvalg("oensket", nyt_id), person)
    assert (await c.laes_tilbage(andet)).fund is Fund.FRAVAERENDE


async def test_S10_participants_are_added_to_their_talk_one_by_one(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    samtale_id = uuid4()
    foerst = rendret(c, byg.deltager(deltager_id=uuid4(), samtale_id=samtale_id), person)
    assert (await c.send(foerst, "unused")).udfald is Udfald.AFVIST  # the talk is not there
    await sendt(c, byg.samtale(samtale_id=samtale_id), person)
    assert (await c.laes_tilbage(foerst)).fund is Fund.FRAVAERENDE
    assert (await c.send(foerst, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(foerst)).fund is Fund.LIG
    anden = rendret(c, byg.deltager(deltager_id=uuid4(), samtale_id=samtale_id), person)
    assert (await c.laes_tilbage(anden)).fund is Fund.FRAVAERENDE
    igen = await c.send(foerst, "unused")
    assert igen.udfald in (Udfald.FANDTES, Udfald.AFVIST)


async def test_P2_a_cvs_status_is_set_and_read_back(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    nej = rendret(c, byg.cvstatus(False, "Mangler <job> & dato"), person)
    ja = rendret(c, byg.cvstatus(True), person)
    assert (await c.laes_tilbage(nej)).fund is Fund.FRAVAERENDE
    assert (await c.send(nej, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(nej)).fund is Fund.LIG
    assert (await c.laes_tilbage(ja)).fund is Fund.FRAVAERENDE
    assert (await c.send(ja, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(ja)).fund is Fund.LIG


async def test_P1_a_plan_is_drafted_published_and_read_back(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    kladde = rendret(c, byg.plan(), person)
    udgivet = rendret(c, byg.plan(kladde=False), person)
    assert (await c.laes_tilbage(kladde)).fund is Fund.FRAVAERENDE
    assert (await c.send(kladde, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(kladde)).fund is Fund.LIG
    assert (await c.laes_tilbage(udgivet)).fund is Fund.FRAVAERENDE
    assert (await c.send(udgivet, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(udgivet)).fund is Fund.LIG


async def test_P1_job_goals_are_approved_and_read_back(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    await sendt(c, byg.plan(), person)
    a = rendret(c, byg.godkend_jobmaal("Tømrer & murer", "Pædagog"), person)
    assert (await c.laes_tilbage(a)).fund is Fund.FRAVAERENDE
    assert (await c.send(a, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(a)).fund is Fund.LIG


async def test_P1_an_activity_is_created_once_read_back_and_withdrawn(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    nyt_id = uuid4()
    opret, slet = (rendret(c, i, person) for i in (byg.aktivitet(aktivitet_id=nyt_id), byg.slet_aktivitet(nyt_id)))
    assert (await c.laes_tilbage(opret)).fund is Fund.FRAVAERENDE
    assert (await c.send(opret, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(opret)).fund is Fund.LIG
    igen = await c.send(opret, "unused")
    assert (igen.udfald, igen.kode) == (Udfald.FANDTES, "4977")
    assert (await c.laes_tilbage(slet)).fund is Fund.FRAVAERENDE
    assert (await c.send(slet, "unused")).udfald is Udfald.KVITTERET
    assert (await c.laes_tilbage(slet)).fund is Fund.LIG


async def test_an_imported_marking_is_checked_against_what_stands(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    kontrol = rendret(c, byg.kontrol(), person)
    svar = await c.send(kontrol, "unused")
    assert (svar.udfald, svar.kode) == (Udfald.AFVIST, "indlaest_afviger")
    fravaer_id = uuid4()
    await sendt(c, byg.opret(fravaer_id=fravaer_id), person)
    svar = await c.send(kontrol, "unused")
    assert (svar.udfald, svar.registrerings_id) == (Udfald.KVITTERET, str(fravaer_id))
    andet = rendret(c, byg.kontrol(startdato=date(2023, 2, 2)), person)
    assert (await c.send(andet, "unused")).kode == "indlaest_afviger"


async def test_J5_another_a_kasses_member_is_not_ones_own(carrier: Lav, o: DfdgOpsaetning, person: str) -> None:
    c = carrier(o)
    await sendt(c, byg.opret(fravaer_id=uuid4()), person)
    for indhold in (byg.indkald(indkaldelse_id=uuid4()), byg.cvstatus(), byg.aktivitet(aktivitet_id=uuid4())):
        svar = await c.send(rendret(c, indhold, person, "02"), str(uuid4()))
        assert svar.udfald is Udfald.IKKE_EJER, (indhold, svar)
    assert (await c.send(rendret(c, byg.kontrol(), person, "02"), "unused")).udfald is Udfald.IKKE_EJER


@pytest.mark.parametrize(
    ("forstyrrelse", "fund"),
    [
        (Forstyrrelse(art="klip_foer_commit", antal=1), Fund.FRAVAERENDE),
        (Forstyrrelse(art="klip_efter_commit", antal=1), Fund.LIG),
        (Forstyrrelse(art="vroevl", antal=1), Fund.LIG),
    ],
    ids=lambda x: x.art if isinstance(x, Forstyrrelse) else str(x),
)
async def test_I6_an_attempt_without_an_answer_is_settled_by_reading_back(
    carrier: Lav, o: DfdgOpsaetning, styring: AsynkronDfdgstyring, forstyrrelse: Forstyrrelse, fund: Fund
) -> None:
    c = carrier(o)
    for indhold in (
        byg.indkald(indkaldelse_id=uuid4()),
        byg.cvstatus(),
        byg.plan(),
        byg.aktivitet(aktivitet_id=uuid4()),
    ):
        a = rendret(c, indhold, PERSONER.ny())
        ordre = await styring.bestil(replace(forstyrrelse, operation=a.operation))
        assert (await c.send(a, str(uuid4()))).udfald is Udfald.INTET_SVAR, a.operation
        assert await styring.treffer(ordre.nummer) == 1
        assert (await c.laes_tilbage(a)).fund is fund, a.operation
        await styring.ryd(ordre.nummer)


async def test_an_absence_and_a_summons_can_be_looked_up_by_those_whom_they_concern(
    carrier: Lav, o: DfdgOpsaetning, person: str
) -> None:
    c = carrier(o)
    fravaer_id, indkaldelse_id = uuid4(), uuid4()
    assert not (await c.hent(Opslag("fravaer", "01", person))).fund
    await sendt(c, byg.opret(fravaer_id=fravaer_id), person)
    await sendt(c, byg.indkald(indkaldelse_id=indkaldelse_id), person)
    fravaer = await c.hent(Opslag("fravaer", "01", person))
    assert fravaer.fund
    assert str(fravaer_id) in repr(fravaer.indhold)
    historik = await c.hent(Opslag("indkaldelse_historik", "01", person, str(indkaldelse_id)))
    assert historik.fund, historik
    ukendt = await c.hent(Opslag("indkaldelse_historik", "01", person, str(uuid4())))
    assert (ukendt.fund, ukendt.svar) == (False, None)


async def test_the_code_lists_that_the_stand_in_has_are_read(carrier: Lav, o: DfdgOpsaetning) -> None:
    lister = await carrier(o).hent_kodelister("01")
    assert {"7", "10", "15", "17"} <= {r.kode for r in lister["samtaletype"]}
    assert "75" in {r.kode for r in lister["fravaerstype"]}
