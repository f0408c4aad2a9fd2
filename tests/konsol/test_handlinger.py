"""The acts of the pages over a real ledger, each tried first: what is shown, what is done, what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.ledger import logbog
from tests.konsol.app import Konsol, konsol
from tests.ledger.byg import AFVIST, CPR, Ledger, placeret, samtale
from tests.ledger.conftest import ledger
from tests.ledger.test_betjening import INTET_SVAR

pytestmark = pytest.mark.postgres
__all__ = ["ledger"]
HX = {"HX-Request": "true"}


@pytest.fixture
async def k(ledger: Ledger, database: str) -> AsyncIterator[Konsol]:
    async with konsol(ledger, database) as k:
        yield k


async def _stoppet(ledger: Ledger) -> str:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    (krav,) = await ledger.tag()
    await ledger.svar(krav, AFVIST)
    return str(await ledger.doedt())


async def _spor(ledger: Ledger) -> list[Any]:
    return [
        *await ledger.pulje.fetch("select id, tilstand, status, udgave from haendelse order by id"),
        *await ledger.pulje.fetch("select * from pause"), *await ledger.pulje.fetch("select * from vindue"),
        *await ledger.pulje.fetch("select * from karantaene"), *await ledger.pulje.fetch("select * from masseopgave"),
        *await ledger.pulje.fetch("select fase, request_nr from registrering order by id"),
    ]  # fmt: skip


async def test_a_dead_letters_acts_are_tried_and_then_done(k: Konsol, ledger: Ledger) -> None:
    id_ = await _stoppet(ledger)
    rettet = {
        f"felt.{n}": str(v).lower() if isinstance(v, bool) else v for n, v in placeret()["data"].items() if n != "cpr"
    }
    rettet |= {"felt.cpr": "••••••••••", "felt.indplaceringsdato": "2022-01-10"}
    async with await k.som("operatoer:01") as c:
        foer = await _spor(ledger)
        for sti, form, ord_ in (
            ("genkoer", {}, "FravaerService.CreateFravaerMedIdentifier"),
            ("spring-over", {}, "sprunget over"),
            ("erstat", rettet, "2022-01-10"),
        ):
            svar = await c.post(f"/stoppede/{id_}/{sti}", data={**form, "proev": "1"}, headers=HX)
            assert svar.status_code == 200
            assert "intet er gjort endnu" in svar.text
            assert ord_ in svar.text, sti
            assert CPR not in svar.text
        svar = await c.post(
            "/stoppede/mange", data={"id": id_, "handling": "skip", "omfang": "valgte", "proev": "1"}, headers=HX
        )
        assert "sprunget over" in svar.text
        # Refused where htmx looks, and named: a reason, a field with its remedy, another person.
        svar = await c.post(f"/stoppede/{id_}/genkoer", data={"begrundelse": " "}, headers=HX)
        assert (svar.status_code, "begrundelse" in svar.text) == (200, True)
        svar = await c.post(
            f"/stoppede/{id_}/erstat",
            data={**rettet, "felt.forsikringsgrad": "halvtid", "begrundelse": "x"},
            headers=HX,
        )
        assert "forsikringsgrad" in svar.text
        assert await _spor(ledger) == foer
        svar = await c.post(f"/stoppede/{id_}/erstat", data={**rettet, "begrundelse": "rigtig dato"}, headers=HX)
        assert (svar.status_code, svar.headers["hx-redirect"]) == (204, f"/stoppede/{id_}")
        assert "erstattet" in (await c.get(f"/stoppede/{id_}")).text
        # Once done it is not done again.
        svar = await c.post(f"/stoppede/{id_}/genkoer", data={"begrundelse": "igen"}, headers=HX)
        assert "ikke længere stoppet" in svar.text
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]
    (a, *_) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert (a.hvem, a.via, a.handling, a.akassekode) == ("anna", "konsol", "replace", "01")


async def test_many_become_a_task_with_the_rights_of_whoever_asked(k: Konsol, ledger: Ledger) -> None:
    await _stoppet(ledger)
    async with await k.som("operatoer:01") as c:
        form = {
            "omfang": "alle",
            "kode": "dfdg_afvist",
            "dfdg": "4999",
            "handling": "retry",
            "begrundelse": "rettet hos DFDG",
        }
        svar = await c.post("/stoppede/mange", data=form)
        assert svar.headers["location"] == "/stoppede"
        assert "0 af 1" in (await c.get("/stoppede")).text
        assert await k.g.betjening.masse.gaa() == 1
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]


async def test_what_is_in_doubt_is_tried_and_settled(k: Konsol, ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (krav,) = await ledger.tag()
    await ledger.svar(krav, INTET_SVAR)
    nr = krav.registrering_id
    async with await k.som("operatoer:01") as c:
        assert str(nr) in (await c.get("/tvivl")).text
        form = {"findes": "ja", "bevis": "set i DFDG", "begrundelse": "STAR sag 1"}
        assert "stadig nå" in (await c.post(f"/tvivl/{nr}", data=form, headers=HX)).text
        k.nu += timedelta(seconds=121)
        ledger.nu = k.nu
        foer = await _spor(ledger)
        assert "registreret" in (await c.post(f"/tvivl/{nr}", data={**form, "proev": "1"}, headers=HX)).text
        assert "bevis" in (await c.post(f"/tvivl/{nr}", data={**form, "bevis": ""}, headers=HX)).text
        assert "Vælg" in (await c.post(f"/tvivl/{nr}", data={"begrundelse": "x"}, headers=HX)).text
        assert await _spor(ledger) == foer
        assert (await c.post(f"/tvivl/{nr}", data=form, headers=HX)).headers["hx-redirect"] == "/tvivl"
    assert await ledger.statusser() == {"placeret": "registreret"}


async def test_pauses_windows_and_quarantine_are_tried_set_shown_and_lifted(k: Konsol, ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    tjeneste = await ledger.pulje.fetchval("select tjeneste from kanal")
    async with await k.som("operatoer:*") as c:
        foer = await _spor(ledger)
        pause = {"art": "tjeneste", "vaerdi_tjeneste": tjeneste, "begrundelse": "x"}
        vindue = {"tjeneste": tjeneste, "til": "2199-01-01T06:00", "tekst": "lukket", "begrundelse": "x"}
        karantaene = {"kilde": "/akasse/01", "fra": "2022-01-01T00:00", "begrundelse": "x"}
        for sti, form in (("pause", pause), ("vindue", vindue), ("karantaene", karantaene)):
            assert "1 " in (await c.post(f"/styring/{sti}", data={**form, "proev": "1"}, headers=HX)).text
        svar = (await c.post("/styring/vindue", data={**vindue, "proev": "1"}, headers=HX)).text
        assert f"Er {tjeneste} væk til 2199-01-01 06:00, passerer 0 borgere en dato" in svar, (
            "an opening has no last day"
        )
        assert "1 borgeres registreringer venter nu" in svar, svar
        assert await _spor(ledger) == foer
        for sti, form in (("pause", pause), ("vindue", vindue), ("karantaene", karantaene)):
            assert (await c.post(f"/styring/{sti}", data=form)).status_code == 303
        side = (await c.get("/styring")).text
        assert f"tjeneste {tjeneste}" in side
        assert "lukket" in side
        assert "/akasse/01" in side
        assert (
            await c.post("/styring/genaabn", data={"tjeneste": tjeneste, "begrundelse": "x"}, headers=HX)
        ).status_code == 200
        foer = await _spor(ledger)
        svar = (await c.post("/styring/vindue/1", data={"proev": "1"}, headers=HX)).text
        assert "Sluttes vinduet nu: " in svar
        assert "Sluttes det 01-01-2199 06:00: " in svar
        assert await _spor(ledger) == foer
        for sti, form in (
            ("pause/1/ophaev", {}), ("vindue/1", {"handling": "slut"}), ("karantaene/1/ophaev", {"handling": "frigiv"}),
        ):  # fmt: skip
            assert (await c.post(f"/styring/{sti}", data={**form, "begrundelse": "x"})).status_code == 303
        assert (await c.post("/styring/vindue", data={"til": "i morgen", "begrundelse": "x"}, headers=HX)).text.count(
            "tidspunkt"
        )
        assert await k.g.betjening.masse.gaa() == 1
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]


async def test_letting_go_is_tried_first_and_shows_what_it_would_send(k: Konsol, ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    tjeneste = await ledger.pulje.fetchval("select tjeneste from kanal")
    async with await k.som("operatoer:*") as c:

        async def proev(sti: str, **form: str) -> str:
            foer = await _spor(ledger)
            svar = await c.post(f"/styring/{sti}", data={"proev": "1", **form}, headers=HX)
            assert "intet er gjort endnu" in svar.text, svar.text
            assert CPR not in svar.text
            assert await _spor(ledger) == foer
            if sti != "vindue/1":
                api = await c.post(f"/api/v1/styring/{sti}", json={"proev": True, "tjeneste": form.get("tjeneste", "")})
                assert api.json()["frigivelse"]["tekst"].split(".")[0] in svar.text
            return svar.text

        await c.post("/styring/pause", data={"art": "tjeneste", "vaerdi_tjeneste": tjeneste, "begrundelse": "x"})
        await c.post("/styring/vindue", data={"til": "2199-01-01T06:00", "tekst": "lukket", "begrundelse": "x"})
        # Each names what would still hold.
        assert "holdes stadig af en pause" in await proev("vindue/1")
        assert "holdes stadig af et vindue" in await proev("pause/1/ophaev")
        await c.post("/styring/vindue/1", data={"handling": "slut", "begrundelse": "x"})
        svar = await proev("pause/1/ophaev")
        assert "CreateFravaerMedIdentifier" in svar
        assert "åbnes trinvis" in svar
        assert "åbnes trinvis" not in await proev("pause/1/ophaev", straks="ja")
        await c.post("/styring/pause/1/ophaev", data={"begrundelse": "x", "straks": "ja"})
        assert "CreateFravaerMedIdentifier" in await proev("genaabn", tjeneste=tjeneste)
        assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]
        karantaene = {"kilde": "/akasse/01", "fra": "2022-01-01T00:00", "begrundelse": "x"}
        await c.post("/styring/karantaene", data=karantaene)
        await ledger.modtag(samtale("s1", "2022-02-01", "jobsamtale"))
        assert "CreatePersonInterview" in await proev("karantaene/1/ophaev", proev="frigiv")
        svar = await c.post("/styring/karantaene/1/ophaev", data={"proev": "spring_over"}, headers=HX)
        assert "1 bliver sprunget over og sender intet" in svar.text
        await c.post("/styring/karantaene/1/ophaev", data={"handling": "frigiv", "begrundelse": "x"})
        assert await k.g.betjening.masse.gaa() == 1
        # DFDG refuses the kind for two citizens: it is blocked.
        ledger.afregning._spaer_efter = 1
        (krav,) = await ledger.tag()
        await ledger.svar(krav, AFVIST)
        assert "CreatePersonInterview" in await proev("spaerring/1/ophaev")
        await c.post("/styring/spaerring/1/ophaev", data={"begrundelse": "rettet"})
        # What waited is taken up by whoever delivers.
        await k.g.betjening.spaerringer.gaa()
    assert await ledger.leverer() == ["CreatePersonInterview"]
