"""Retention on a real PostgreSQL: what is finished and old goes, whole citizens at a time; what is needed later stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.ledger import bevaring
from gateway.ledger.bevaring import Bevaring, Bevaringstider
from gateway.ledger.genudsendelse import genudsend
from gateway.ledger.statistik import opgoer
from gateway.rules.model import Part
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, CPR, Ledger, h, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres

TIDER = Bevaringstider(timedelta(days=400), timedelta(days=396), timedelta(days=800))
TABELLER = ("haendelse", "registrering", "overdragelse", "doedbrev", "besked")


async def ryd(ledger: Ledger) -> None:
    """A whole round."""
    b = Bevaring(ledger.pulje, ledger.noegler, lambda: ledger.nu, TIDER)
    while not (await b.gaa()).omgang:
        pass


async def antal(ledger: Ledger) -> dict[str, int]:
    return {t: await ledger.pulje.fetchval(f"select count(*) from {t}") for t in TABELLER}


async def et_forloeb(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"), udbetalt("u", "410"))
    await ledger.leverer()
    await ledger.pulje.execute("delete from udbakke")


async def test_a_finished_citizen_is_pruned_when_all_of_it_is_old(ledger: Ledger) -> None:
    await et_forloeb(ledger)
    foer = await antal(ledger)
    ledger.nu += timedelta(days=400)
    await ryd(ledger)
    assert await antal(ledger) == foer, "not a day too early"
    ledger.nu += timedelta(seconds=1)
    await ryd(ledger)
    assert set((await antal(ledger)).values()) == {0}
    assert await ledger.pulje.fetchval("select count(*) from borger_alias") == 1


@pytest.mark.parametrize("aaben", ["stopped", "on its way"])
async def test_a_citizen_with_anything_open_keeps_everything(ledger: Ledger, aaben: str) -> None:
    await et_forloeb(ledger)
    ledger.nu += timedelta(days=500)
    await ledger.modtag(samtale("sen", "2022-02-02", "raadighed"))
    if aaben == "stopped":
        (k,) = await ledger.tag()
        await ledger.svar(k, AFVIST)
    foer = await antal(ledger)
    ledger.nu += timedelta(days=500)
    await ryd(ledger)
    assert {t: n for t, n in (await antal(ledger)).items() if t != "besked"} == {
        t: n for t, n in foer.items() if t != "besked"
    }


async def test_V12_what_was_is_remembered_and_a_later_period_opens_a_course_of_its_own(ledger: Ledger) -> None:
    await et_forloeb(ledger)
    ledger.nu += timedelta(days=500)
    await ryd(ledger)
    igen = placeret("igen")
    igen["time"] = "2022-05-02T12:00:00+02:00"
    await ledger.modtag(igen)
    await ledger.leverer()
    assert await ledger.statusser() == {"igen": "afvist"}, "out of the same benefit period already"
    senere = placeret("senere")
    senere["data"] |= {
        "indplaceringsdato": "2023-05-01",
        "afgoerelsesdato": "2023-05-02",
        "tilmeldingsdato": "2023-05-01",
    }
    senere["time"] = "2023-05-02T12:00:00+02:00"
    await ledger.modtag(senere)
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]


async def test_V12_a_correction_after_pruning_tells_the_history_from_the_ground(ledger: Ledger) -> None:
    """Without the ground the corrected placement would be the citizen's first, and its first period would open again."""
    await et_forloeb(ledger)
    ledger.nu += timedelta(days=500)
    await ryd(ledger)
    ny = placeret("ny")
    ny["data"] |= {"indplaceringsdato": "2023-05-01", "afgoerelsesdato": "2023-05-02", "tilmeldingsdato": "2023-05-01"}
    ny["time"] = "2023-05-02T12:00:00+02:00"
    await ledger.modtag(ny)
    await ledger.leverer()
    rettet = json.loads(json.dumps(ny)) | {"id": "rettet", "erstatter": "ny"}
    rettet["data"]["indplaceringsdato"] = "2022-01-03"
    await ledger.modtag(rettet)
    await ledger.leverer()
    assert (await ledger.statusser())["rettet"] == "afvist", "V12: the first period is over"


async def test_an_id_is_known_after_its_event_is_gone_and_forgotten_in_the_end(ledger: Ledger) -> None:
    await et_forloeb(ledger)
    ledger.nu += timedelta(days=500)
    await ryd(ledger)
    await ledger.modtag(placeret())
    assert await ledger.statusser() == {}, "the same id and content: no effect"
    andet = placeret()
    andet["data"]["kommunekode"] = "0147"
    await ledger.modtag(andet)
    assert [d.kode for d in await ledger.operatoer.liste(kun_aabne=False)] == ["id_genbrugt"]
    await ledger.modtag(h("t", "haendelse.tilbagekaldt", "2026-03-01", {"haendelseId": "u", "begrundelse": "fejl"}))
    (kvittering,) = [b for b in await beskeder(ledger) if b["data"].get("haendelseId") == "t"]
    assert kvittering["data"]["fejl"]["kode"] == "erstatter_for_gammel"
    ledger.nu += timedelta(days=802)
    await ryd(ledger)
    assert await ledger.pulje.fetchval("select count(*) from husket_id where glemmes < $1", ledger.nu.date()) == 0


async def test_messages_stay_resendable_for_thirteen_months(ledger: Ledger) -> None:
    await et_forloeb(ledger)
    fra = ledger.nu
    ledger.nu += timedelta(days=395)
    await ryd(ledger)
    assert await genudsend(ledger.pulje, Part("akasse", "01"), fra) == 3
    await ledger.pulje.execute("delete from udbakke")
    ledger.nu += timedelta(days=10)
    await ryd(ledger)
    await ryd(ledger)
    assert await ledger.pulje.fetchval("select count(*) from besked") == 0


async def test_what_must_stay_keeps_nothing_behind_it_from_being_pruned(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An active citizen's old messages stay with its events; a finished one's, made later, go all the same."""
    monkeypatch.setattr(bevaring, "_RAEKKER", 2)
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    await ledger.leverer()
    await ledger.pulje.execute("delete from udbakke")
    staar = await ledger.pulje.fetchval("select count(*) from besked")
    assert staar > 2
    await ledger.pulje.execute(
        """insert into besked (besked_id, topic, noegle, type, krop_krypt, skabt)
           select gen_random_uuid(), topic, noegle, type, krop_krypt, skabt from besked"""
    )
    await ledger.pulje.execute("insert into dfdg_besked (noegle, raa_krypt, tilstand, klar_fra, modtaget, faerdig) "
        "select n::text::bytea, '', case when n < 4 then 'parkeret' else 'leveret' end, $1, $1, $1 from generate_series(1, 6) n", ledger.nu)  # fmt: skip
    ledger.nu += timedelta(days=405)
    await ledger.pulje.execute("update haendelse set endelig_tid = $1", ledger.nu)
    for _ in range(6):
        await Bevaring(ledger.pulje, ledger.noegler, lambda: ledger.nu, Bevaringstider()).gaa()
    assert await ledger.pulje.fetchval("select count(*) from besked") == staar
    assert await ledger.pulje.fetchval("select array_agg(distinct tilstand) from dfdg_besked") == ["parkeret"]


async def test_a_message_that_waits_for_its_topic_is_never_pruned(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    ledger.nu += timedelta(days=900)
    await ryd(ledger)
    assert await ledger.pulje.fetchval("select count(*) from besked") == await ledger.pulje.fetchval(
        "select count(*) from udbakke"
    )


async def test_D2_past_figures_stay_when_their_events_are_gone(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    kontakt = h("k", "", "2022-02-01", {"kontaktform": "telefon", "tidspunkt": "2022-02-01T10:00:00+01:00",
                "stillingsbetegnelse": "kok", "jobordreId": "00000000-0000-4000-8000-000000000001"})  # fmt: skip
    kontakt |= {"source": "/jobcenter/0101", "type": "jobcenter.jobordre.kontakt.v1"}
    topic = "jobcenter.0101.haendelser.v1"
    await ledger.modtagelse.accepter([replace(ledger.post(kontakt), topic=topic, offset=0)], {(topic, 0)})
    await ledger.pulje.execute("delete from udbakke")
    foer = await opgoer(ledger.pulje, ledger.noegler, date(2026, 3, 1))
    assert sum(x.jobordrekontakter for x in foer.values()) == 1
    ledger.nu += timedelta(days=500)
    await ryd(ledger)
    assert await ledger.pulje.fetchval("select count(*) from haendelse") == 0
    assert await opgoer(ledger.pulje, ledger.noegler, date(2026, 3, 1)) == foer


async def test_two_processes_prune_as_one_and_a_lane_in_use_is_passed_over(ledger: Ledger) -> None:
    await et_forloeb(ledger)
    ledger.nu += timedelta(days=500)
    b = Bevaring(ledger.pulje, ledger.noegler, lambda: ledger.nu, TIDER)
    async with ledger.pulje.acquire() as conn, conn.transaction():
        await conn.execute("select 1 from lane for update")
        assert (await b.gaa()).borgere == 0
    await b.gaa()
    assert (await b.gaa()).borgere == 1


async def test_a_citizen_keeps_its_pseudonym_when_the_ledger_is_built_again(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    foer = await ledger.pulje.fetchval("select pseudonym from borger")
    assert foer == ledger.noegler.pseudonym(CPR)
    personer = Personregister()
    assert len({ledger.noegler.pseudonym(personer.ny()) for _ in range(100)}) == 100
    assert CPR not in foer


async def beskeder(ledger: Ledger) -> list[dict[str, Any]]:
    raekker = await ledger.pulje.fetch("select krop_krypt from besked order by id")
    return [json.loads(ledger.noegler.dekrypter(r["krop_krypt"])) for r in raekker]
