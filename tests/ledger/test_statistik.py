"""D2 from the ledger: confirmed states only, right under corrections and late events, and nobody named."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stdout
from datetime import date
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from contracts.envelope import Post
from gateway.kommandoer.statistik import skriv_csv
from gateway.ledger.statistik import opgoer
from gateway.rules.statistik import perioder, raekker
from tests.ledger.byg import CPR, Ledger, h, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres
IDAG = date(2022, 12, 31)


async def tal(ledger: Ledger, *, halve: bool = False) -> dict[str, dict[str, Any]]:
    op = await opgoer(ledger.pulje, ledger.noegler, IDAG)
    return {r["periode"]: r["tal"] for r in raekker(perioder(op, IDAG, halve=halve), ["01"])}


async def ud(ledger: Ledger) -> dict[str, dict[str, int]]:
    return {p: t["ud"] for p, t in (await tal(ledger)).items() if t["ud"]}


async def test_D2_only_what_dfdg_has_confirmed_counts(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    assert await tal(ledger) == {}
    await ledger.leverer()
    assert (await tal(ledger))["2022-01"]["ind"] == 1


async def test_D2_a_correction_changes_the_figures_of_the_month_it_belongs_to(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("slut", "420"))
    await ledger.leverer()
    assert await ud(ledger) == {"2022-03": {"41": 1}}
    assert (await tal(ledger))["2022-03"]["fuld_periode"] == 1
    await ledger.modtag(
        h("fortrudt", "haendelse.tilbagekaldt", "2022-06-20", {"haendelseId": "slut", "begrundelse": "Fejl i timerne"})
    )
    await ledger.leverer()
    assert await ud(ledger) == {}
    assert (await tal(ledger))["2022-12"]["i_forloeb"] == 1


async def test_D2_a_late_talk_counts_where_it_was_held(ledger: Ledger) -> None:
    await ledger.modtag(
        placeret(), samtale("a", "2022-01-25", "jobsamtale"), samtale("b", "2022-02-08", "jobsamtale", kl="11:00")
    )
    await ledger.modtag(udbetalt("slut", "420"))
    await ledger.leverer()
    marts = (await tal(ledger))["2022-03"]
    assert (marts["fuld_periode"], marts["tre_eller_flere_samtaler"]) == (1, 0)
    sen = samtale("sen", "2022-02-22", "raadighed")
    sen["time"] = "2022-05-20T12:00:00+02:00"
    await ledger.modtag(sen)
    await ledger.leverer()
    assert (await tal(ledger))["2022-03"]["tre_eller_flere_samtaler"] == 1
    assert (await tal(ledger))["2022-02"]["samtaler"]["raadighed"] == {"personligt": 1}


async def test_D2_contacts_about_job_orders_count_for_the_akasse_that_was_told(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    kontakt = {
        "specversion": "1.0",
        "id": "kontakt",
        "source": "/jobcenter/0101",
        "type": "jobcenter.jobordre.kontakt.v1",
        "time": "2022-02-10T12:00:00+01:00",
        "data": {
            "cpr": CPR,
            "jobordreId": "00000000-0000-4000-8000-000000000077",
            "kontaktform": "telefon",
            "tidspunkt": "2022-02-10T09:00:00+01:00",
            "stillingsbetegnelse": "Tømrer",
        },
    }

    post = Post("jobcenter.0101.haendelser.v1", 0, 0, b"p", json.dumps(kontakt).encode(), ())
    await ledger.modtagelse.accepter([post], set())
    assert (await ledger.statusser())["kontakt"] == "videresendt"
    assert (await tal(ledger))["2022-02"]["jobordrekontakter"] == 1
    assert (await tal(ledger, halve=True))["2022-H1"]["jobordrekontakter"] == 1
    tilbage = {
        **kontakt,
        "id": "tilbage",
        "type": "jobcenter.haendelse.tilbagekaldt.v1",
        "data": {"cpr": CPR, "haendelseId": "kontakt", "begrundelse": "Fejl"},
    }
    await ledger.modtagelse.accepter(
        [Post("jobcenter.0101.haendelser.v1", 0, 1, b"p", json.dumps(tilbage).encode(), ())], set()
    )
    assert (await tal(ledger)).get("2022-02", {"jobordrekontakter": 0})["jobordrekontakter"] == 0


async def test_D2_the_csv_has_the_same_figures_and_names_nobody(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("a", "2022-01-25", "jobsamtale"), udbetalt("slut", "420"))
    await ledger.leverer()
    rk = raekker(perioder(await opgoer(ledger.pulje, ledger.noegler, IDAG), IDAG, halve=False))
    tekst = io.StringIO()
    with redirect_stdout(tekst):
        skriv_csv(rk)
    laest = list(csv.DictReader(io.StringIO(tekst.getvalue()), delimiter=";"))
    assert [(r["akasse"], r["periode"]) for r in laest] == [(r["akasse"], r["periode"]) for r in rk]
    marts = next(r for r in laest if r["periode"] == "2022-03")
    assert (marts["ud_41"], marts["fuld_periode"]) == ("1", "1")
    assert next(r for r in laest if r["periode"] == "2022-01")["samtaler_jobsamtale_personligt"] == "1"
    assert CPR not in tekst.getvalue()
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    assert pseudonym not in tekst.getvalue()


async def test_D2_one_unreadable_state_is_no_silent_gap(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.pulje.execute("update borger_tilstand set bekraeftet_krypt = decode(repeat('01', 80), 'hex')")
    with pytest.raises(InvalidTag):
        await tal(ledger)
