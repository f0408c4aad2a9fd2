"""DFDG's messages from its own sender over mTLS to the right party (I9), against the real stand-in and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gateway.ledger.dfdgbesked import HOEJST_FORSOEG, genoptag, pause, uafsluttede
from gateway.ledger.vinduer import Vinduer
from gateway.rules.model import KOEBENHAVN
from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from tests.hooks.hus import Hus, hus
from tests.ledger.byg import CPR, h, placeret

pytestmark = pytest.mark.postgres


@pytest.fixture
async def huset(database: str, certifikater: TestCA, tmp_path: Path) -> AsyncIterator[Hus]:
    async with hus(database, certifikater, tmp_path) as x:
        yield x


#: DFDG's day. What "just happened" happened yesterday: the morning's tests run before any hour of today that one could name.
IDAG = datetime.now(KOEBENHAVN).date()
IGAAR = IDAG - timedelta(days=1)


async def i_forloeb(x: Hus) -> None:
    await x.ledger.modtag(placeret())
    await x.lever()
    assert (await x.ledger.statusser())["placeret"] == "registreret"


async def indkald(x: Hus) -> None:
    aar = IDAG.year + 1
    data = {
        "samtaleId": str(uuid4()),
        "formaal": ["cv"],
        "start": f"{aar}-03-03T10:00:00+01:00",
        "slut": f"{aar}-03-03T10:45:00+01:00",
        "form": "telefon",
    }
    await x.ledger.modtag(h("indkaldt", "samtale.indkaldt", "2022-02-01", data))
    await x.lever()


async def test_I9_a_contact_group_reaches_the_jobcenter_of_residence_read_back_and_nobody_else(huset: Hus) -> None:
    await i_forloeb(huset)
    gruppe = str(uuid4())
    await huset.abonner("jobcenter.0101", "jobcenter.0147", "akasse.01", "akasse.02")
    await huset.styring.saet_personer([{"cpr": CPR, "kommune": "0101"}])
    await huset.styring.saet_kontaktgruppe(CPR, gruppe, 2, date(2022, 1, 3))
    assert await huset.faerdige(1) == [("100008", "leveret")]
    ((topic, data),) = await huset.fortalt()
    assert (topic, data["cpr"], data["entitetNavn"], data["eksternIdentifier"]) == (
        "jobcenter.0101",
        CPR,
        "Kontaktgruppe",
        gruppe,
    )
    ((laest,),) = [data["body"]["kontaktgrupper"]]
    assert (laest["kontaktgruppeIdentifier"], laest["kontaktforloebHosAkasse"]) == (gruppe, True)
    assert CPR not in str(data["body"])


async def test_I9_ones_own_echo_is_skipped(huset: Hus) -> None:
    await i_forloeb(huset)
    await huset.abonner("akasse.01")
    await indkald(huset)
    assert (await huset.ledger.statusser())["indkaldt"] == "registreret"
    assert await huset.faerdige(1) == [("90000", "ekko")]
    assert await huset.fortalt() == []


async def test_I9_what_another_did_to_our_entity_is_no_echo(huset: Hus) -> None:
    """The same entity, registered by DFDG itself: the absence 75 lapses the summons, say."""
    await i_forloeb(huset)
    await huset.abonner("akasse.01")
    await indkald(huset)
    await huset.faerdige(1)
    id_ = await huset.pulje.fetchval("select entitets_id from registrering where operation = 'CreateIndkaldelse'")
    await huset.styring.send_besked(90000, CPR, eksternIdentifier=id_, aendringstype=2, modtagere=[["akasse", "01"]])
    assert await huset.faerdige(2) == [("90000", "ekko"), ("90000", "leveret")]
    besked = {
        "BeskedId": "x", "EntitetId": 90000, "EksternIdentifier": id_, "IdentifikationstypeId": 1, "Identifikation": CPR,
        "Aendringstype": 2, "RegistrerendeMyndighed": {"OrganisationTypeIdentifier": 8, "OrganisationCode": "0101"},
        "Modtager": {"OrganisationTypeIdentifier": 3, "OrganisationCode": "01"},
    }  # fmt: skip
    assert await huset.post(besked) == 200
    assert (await huset.faerdige(3))[2] == ("90000", "leveret")
    for topic, data in await huset.fortalt():
        assert topic == "akasse.01"
        assert data["body"]["historik"]


@pytest.mark.parametrize("dubletter", [1, 3])
async def test_duplicates_and_late_repeats_are_told_once(huset: Hus, dubletter: int) -> None:
    await i_forloeb(huset)
    await huset.abonner("jobcenter.0101")
    await huset.styring.indstil(besked_dubletter=dubletter)
    await huset.styring.saet_personer([{"cpr": CPR, "kommune": "0101"}])
    await huset.styring.saet_frist(CPR, str(uuid4()), 7, date(2027, 3, 1))
    assert await huset.faerdige(1) == [("90001", "leveret")]
    assert await huset.styring.gensend() == 1
    await huset.styring.saet_frist(CPR, str(uuid4()), 7, date(2027, 3, 2))
    assert await huset.faerdige(2) == [("90001", "leveret")] * 2
    assert [t for t, _ in await huset.fortalt()] == ["jobcenter.0101"] * 2


async def test_I5_in_a_window_nothing_is_looked_up_and_no_attempt_is_spent(huset: Hus) -> None:
    """What the message points to is read at a service that is known to be away: the message waits for it, however long."""
    await i_forloeb(huset)
    await huset.abonner("jobcenter.0101")
    await huset.styring.saet_personer([{"cpr": CPR, "kommune": "0101"}])
    v = Vinduer(huset.pulje, huset.ledger.noegler, "test", lambda: datetime.now(UTC))
    nu = datetime.now(UTC)
    nr = await v.planlaeg(nu, nu + timedelta(hours=1), ["FristService"], "DFDG opgraderes.", hvem="t", begrundelse="t")
    ordre = await huset.styring.bestil(Forstyrrelse(art="svar", operation="GetFristhistorik", status=503))
    await huset.styring.saet_frist(CPR, str(uuid4()), 7, date(2027, 3, 1))
    await huset.modtagne(1)
    for _ in range(HOEJST_FORSOEG + 1):
        assert await huset.behandler.gaa() == 0
        await huset.pulje.execute("update dfdg_besked set klar_fra = now()")
    (r,) = await uafsluttede(huset.pulje)
    assert (r["tilstand"], r["aarsag"], r["forsoeg"]) == ("ny", "vindue", 0)
    assert await huset.styring.treffer(ordre.nummer) == 0, "DFDG was not asked"
    await huset.styring.ryd(ordre.nummer)
    await v.slut(nr, hvem="t", begrundelse="t")
    assert await huset.faerdige(1) == [("90001", "leveret")]


async def test_I2_one_that_comes_after_a_newer_one_of_the_same_entity_is_late(huset: Hus) -> None:
    await i_forloeb(huset)
    entitet = str(uuid4())

    def besked(id_: str, tid: str) -> dict[str, Any]:
        return {
            "BeskedId": id_, "EntitetId": 100012, "EntitetNavn": "YderligeInfoOmFravaer", "EksternIdentifier": entitet,
            "IdentifikationstypeId": 1, "Identifikation": CPR, "Aendringstype": 2, "Tidspunkt": tid,
            "Modtager": {"OrganisationTypeIdentifier": 8, "OrganisationCode": "101"},
        }  # fmt: skip

    for id_, tid in (("b", "2026-03-01T10:00:00Z"), ("a", "2026-03-01T09:00:00Z"), ("c", "2026-03-01T11:00:00Z")):
        assert await huset.post(besked(id_, tid)) == 200
        await huset.behandler.gaa()
    assert [t for _, t in await huset.faerdige(3)] == ["leveret", "sen", "leveret"]


async def _skifter(x: Hus, slut: date) -> None:
    """At DFDG the member left on ``slut`` and is the a-kasse 02's from the day after; the a-kasse 01 has not said so."""
    await x.abonner("akasse.01", "akasse.02")
    (gammel,) = (await x.styring.tilstand(CPR))["medlemskaber"]
    await x.styring.saet_medlemskab(CPR, gammel["id"], "01", date(2022, 1, 1), slut)
    await x.faerdige(1)
    await x.styring.saet_medlemskab(CPR, str(uuid4()), "02", slut + timedelta(days=1))
    await x.faerdige(2)


async def test_J5_a_membership_that_contradicts_is_warned_of_and_no_course_ends_by_it(huset: Hus) -> None:
    await i_forloeb(huset)
    await _skifter(huset, IDAG - timedelta(days=10))
    fortalt = await huset.fortalt()
    advarsler = [(t, d["body"]["advarsel"]) for t, d in fortalt if "advarsel" in d["body"]]
    assert advarsler == [("akasse.01", "medlemskab_ikke_medlem")]
    (laest,) = (d["body"]["akassemedlemskaber"] for t, d in fortalt if t == "akasse.02")
    assert [m["akassekode"] for m in laest] == ["02"]
    assert await huset.ledger.tag() == [], "the course stands until the a-kasse ends it"


async def test_J5_that_the_akasse_may_not_read_any_more_contradicts_it_too(huset: Hus) -> None:
    """From 120 days after the member left."""
    await i_forloeb(huset)
    await huset.abonner("akasse.01")
    (m,) = (await huset.styring.tilstand(CPR))["medlemskaber"]
    await huset.styring.saet_medlemskab(CPR, m["id"], "01", date(2022, 1, 1), IDAG - timedelta(days=200))
    assert await huset.faerdige(1) == [("60010", "leveret")]
    ((topic, data),) = await huset.fortalt()
    assert (topic, data["body"]["advarsel"]) == ("akasse.01", "medlemskab_ikke_medlem")
    assert "akassemedlemskaber" not in data["body"]


async def test_J5_what_dfdg_says_is_loaded_and_the_next_event_is_judged_by_it(huset: Hus) -> None:
    await i_forloeb(huset)
    await _skifter(huset, IDAG - timedelta(days=10))
    ferie = {
        "ferieId": str(uuid4()),
        "startdato": (IDAG + timedelta(days=30)).isoformat(),
        "slutdato": (IDAG + timedelta(days=33)).isoformat(),
        "anmodetDato": IGAAR.isoformat(),
    }
    await huset.ledger.modtag(h("ferie", "ferie.anmodet", IGAAR.isoformat(), ferie))
    assert (
        await huset.pulje.fetchval("select fejlkode from haendelse where haendelse_id = 'ferie'")
        == "j3_ikke_eget_medlem"
    )


async def test_a_membership_as_the_akasse_said_it_warns_nobody(huset: Hus) -> None:
    await i_forloeb(huset)
    await huset.abonner("akasse.01")
    (m,) = (await huset.styring.tilstand(CPR))["medlemskaber"]
    await huset.styring.saet_medlemskab(CPR, m["id"], "01", date(2021, 12, 1))
    await huset.faerdige(1)
    ((topic, data),) = await huset.fortalt()
    assert topic == "akasse.01"
    assert "advarsel" not in data["body"]
    assert await huset.pulje.fetchval("select count(*) from haendelse where type like 'gateway.%'") == 0


async def test_I9_an_akasse_that_dfdg_does_not_let_read_learns_nothing(huset: Hus) -> None:
    await i_forloeb(huset)
    await huset.styring.send_besked(60010, CPR, modtagere=[["akasse", "02"]])
    besked = {
        "BeskedId": "x", "EntitetId": 100008, "IdentifikationstypeId": 1, "Identifikation": CPR, "Aendringstype": 2,
        "Modtager": {"OrganisationTypeIdentifier": 1, "OrganisationCode": "02"},
    }  # fmt: skip
    assert await huset.post(besked) == 200
    assert await huset.faerdige(1) == [("100008", "uden_modtager")]
    assert await huset.fortalt() == []


async def test_of_somebody_not_known_here_nothing_is_made(huset: Hus) -> None:
    besked = {
        "BeskedId": "x",
        "EntitetId": 90001,
        "IdentifikationstypeId": 1,
        "Identifikation": CPR,
        "Aendringstype": 1,
    }
    assert await huset.post(besked) == 200
    assert await huset.faerdige(1) == [("90001", "ukendt_borger")]
    assert await huset.pulje.fetchval("select count(*) from borger") == 0


async def test_a_job_order_is_about_nobody_and_goes_to_the_party_it_came_to(huset: Hus) -> None:
    await i_forloeb(huset)
    await huset.abonner("akasse.01")
    ordre = str(uuid4())
    await huset.styring.saet_jobordre(ordre, "Tømrer", "Tømrer søges", "aktiv", date(2026, 3, 1))
    assert await huset.faerdige(1) == [("120001", "leveret")]
    ((topic, data),) = await huset.fortalt()
    assert (topic, data["eksternIdentifier"], "cpr" in data) == ("akasse.01", ordre, False)
    assert data["body"]["jobordre"]


async def test_I2_while_dfdg_is_away_it_waits_and_the_order_about_the_citizen_holds(huset: Hus) -> None:
    await i_forloeb(huset)
    await huset.abonner("jobcenter.0101")
    await huset.styring.saet_personer([{"cpr": CPR, "kommune": "0101"}])
    nede = await huset.styring.bestil(Forstyrrelse(art="svar", operation="GetFristhistorik", status=503))
    foerste, anden = str(uuid4()), str(uuid4())
    await huset.styring.saet_frist(CPR, foerste, 7, date(2027, 3, 1))
    while not await huset.pulje.fetchval("select count(*) from dfdg_besked where forsoeg > 0"):
        await huset.behandler.gaa()
    # Of the same domain, and nothing hinders the reading of it.
    await huset.styring.send_besked(90000, CPR, eksternIdentifier=anden, modtagere=[["jobcenter", "0101"]])
    await huset.modtagne(2)
    await huset.behandler.gaa()
    assert await huset.fortalt() == [], "the second waits behind the first"
    await huset.styring.ryd(nede.nummer)
    await huset.pulje.execute("update dfdg_besked set klar_fra = now()")
    await huset.faerdige(2)
    assert [d["eksternIdentifier"] for _, d in await huset.fortalt()] == [foerste, anden]


async def test_I5_what_fails_too_often_is_put_aside_and_can_be_taken_up_again(huset: Hus) -> None:
    await i_forloeb(huset)
    nede = await huset.styring.bestil(Forstyrrelse(art="svar", operation="GetFristhistorik", status=503))
    besked = {
        "BeskedId": "x",
        "EntitetId": 90001,
        "IdentifikationstypeId": 1,
        "Identifikation": CPR,
        "Aendringstype": 1,
    }
    assert await huset.post(besked) == 200
    for _ in range(HOEJST_FORSOEG):
        await huset.behandler.gaa()
        await huset.pulje.execute("update dfdg_besked set klar_fra = now()")
    assert await huset.faerdige(1) == [("90001", "parkeret")]
    assert (await huset.lager.tal())["parkeret"][0] == 1
    await huset.styring.ryd(nede.nummer)
    (id_,) = [r["id"] for r in await huset.pulje.fetch("select id from dfdg_besked")]
    ((vist),) = await uafsluttede(huset.pulje)
    assert (vist["id"], vist["type"], vist["tilstand"]) == (id_, "90001", "parkeret")
    assert vist["aarsag"]
    assert await genoptag(huset.pulje, [id_], "test", "DFDG er oppe") == 1
    assert await huset.pulje.fetchval("select hvem || maal from betjening") == f"test{id_}"
    assert await huset.faerdige(1) == [("90001", "leveret")]


async def test_I11_a_worker_that_died_leaves_the_message_to_the_next(huset: Hus) -> None:
    await i_forloeb(huset)
    besked = {
        "BeskedId": "x",
        "EntitetId": 90001,
        "IdentifikationstypeId": 1,
        "Identifikation": CPR,
        "Aendringstype": 1,
    }
    assert await huset.post(besked) == 200
    assert len(await huset.lager.tag()) == 1
    assert await huset.lager.tag() == [], "it is held"
    await huset.pulje.execute("update dfdg_besked set lease_til = now() - interval '1 second'")
    assert await huset.faerdige(1) == [("90001", "leveret")]


def test_the_pause_is_dfdgs_own() -> None:
    assert [int(pause(n).total_seconds()) for n in (1, 2, 3, 13, 14, 40)] == [1, 3, 7, 8191, 10800, 10800]
