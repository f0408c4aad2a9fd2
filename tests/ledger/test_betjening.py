"""Operators' acts: dry runs, settling by hand, pauses, many at once, rights, and the log that nobody can change."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from gateway.errors import Adgangsfejl, Betjeningsfejl
from gateway.lanes.forsoeg import Svar, Udfald
from gateway.ledger import logbog, visning
from gateway.ledger.aktoer import Aktoer, Rettigheder, Rolle, partens_akasse
from gateway.ledger.betjening import Betjening
from gateway.ledger.masse import udfoer
from gateway.ledger.spaerringer import Spaerringer
from gateway.ledger.ventende import Ventende
from tests.ledger.byg import AFVIST, CPR, Ledger, placeret, samtale

pytestmark = pytest.mark.postgres
STILLETID = timedelta(seconds=120)
TABELLER = ("haendelse", "registrering", "besked", "doedbrev", "koe", "overdragelse", "borger_tilstand", "betjening")
INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")


@pytest.fixture
def betjening(ledger: Ledger) -> Betjening:
    return Betjening(
        ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu, stilletid=STILLETID, takt=1000
    )


async def _alt(ledger: Ledger) -> dict[str, list[Any]]:
    return {t: [tuple(r) for r in await ledger.pulje.fetch(f"select * from {t} order by 1")] for t in TABELLER}


async def _stoppet(ledger: Ledger, *flere: dict[str, Any]) -> None:
    await ledger.modtag(placeret(), *flere)
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)


def _rolle(*roller: str) -> Aktoer:
    return Aktoer("anna", "konsol", Rettigheder.fra_tekst(roller))


# --- dry runs ----------------------------------------------------------------------------------------


async def test_I3_a_dry_run_shows_what_would_be_sent_and_leaves_nothing(ledger: Ledger) -> None:
    await _stoppet(ledger, samtale("s1", "2022-02-01", "jobsamtale"))
    foer = await _alt(ledger)
    id_ = await ledger.doedt()
    igen = await ledger.operatoer.proev("retry", id_)
    opgivet = await ledger.operatoer.proev("skip", id_)
    rettet = placeret()["data"] | {"indplaceringsdato": "2022-01-10"}
    erstattet = await ledger.operatoer.proev_erstat(id_, json.dumps(rettet).encode())
    assert await _alt(ledger) == foer
    assert [r["operation"] for r in igen["registreringer"]] == ["CreateFravaerMedIdentifier"]
    assert (opgivet["status"], opgivet["registreringer"], opgivet["foelgere"]) == ("sprunget_over", [], 1)
    assert "2022-01-10" in json.dumps(erstattet["registreringer"])
    assert CPR not in json.dumps([igen, opgivet, erstattet])
    # What the dry run showed is what leaves.
    await ledger.operatoer.erstat(id_, json.dumps(rettet).encode(), "rigtig dato")
    (k,) = await ledger.tag()
    assert visning.skjul(k.anmodning.krop.decode(), [CPR]) == erstattet["registreringer"][0]["krop"]


# --- the log -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "saetning", ["update betjening set hvem = 'en anden'", "delete from betjening", "truncate betjening"]
)
async def test_I7_the_database_refuses_to_change_the_log_of_acts(ledger: Ledger, saetning: str) -> None:
    await _stoppet(ledger)
    await ledger.operatoer.spring_over([await ledger.doedt()], "opgivet")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await ledger.pulje.execute(saetning)
    (a,) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert (a.hvem, a.via, a.handling, a.begrundelse, a.akassekode) == ("test", "cli", "skip", "opgivet", "01")


async def test_I8_the_log_holds_what_a_replacement_changed_and_no_cpr_number_in_clear(ledger: Ledger) -> None:
    await _stoppet(ledger)
    rettet = placeret()["data"] | {"indplaceringsdato": "2022-01-10"}
    await ledger.operatoer.erstat(await ledger.doedt(), json.dumps(rettet).encode(), f"ringet til {CPR[:6]}-{CPR[6:]}")
    (a,) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert a.indhold == {"foer": {"indplaceringsdato": "2022-01-03"}, "efter": {"indplaceringsdato": "2022-01-10"}}
    raa = str(await ledger.pulje.fetch("select * from betjening"))
    assert CPR not in raa
    assert CPR[6:] not in raa


# --- rights ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("roller", [(), ("laeser:*",), ("tilsyn:*",), ("operatoer:02",), ("laeser:01", "operatoer:02")])
async def test_I9_only_an_operator_of_the_a_kasse_may_act(
    ledger: Ledger, betjening: Betjening, roller: tuple[str, ...]
) -> None:
    await _stoppet(ledger)
    foer = await _alt(ledger)
    id_ = await ledger.doedt()
    op = betjening.operatoer(_rolle(*roller))
    for handling in (
        op.genkoer([id_], "x"),
        op.spring_over([id_], "x"),
        op.erstat(id_, b"{}", "x"),
        op.proev("retry", id_),
    ):
        with pytest.raises(Adgangsfejl, match="operatoer:01"):
            await handling
    nu = ledger.nu
    for handling in (
        betjening.pauser(_rolle(*roller)).saet("akasse", "01", "x"),
        betjening.pauser(_rolle(*roller)).saet("tjeneste", "FravaerService", "x"),
        betjening.karantaener(_rolle(*roller)).saet("/akasse/01", None, nu, None, "x"),
        betjening.vinduer.planlaeg(nu, nu + STILLETID, [], "t", hvem=_rolle(*roller), begrundelse="x"),
    ):
        with pytest.raises(Adgangsfejl):
            await handling
    assert await _alt(ledger) == foer


async def test_an_operator_of_one_a_kasse_acts_there_and_not_on_the_whole_installation(
    ledger: Ledger, betjening: Betjening
) -> None:
    await _stoppet(ledger)
    anna = _rolle("operatoer:01")
    assert await betjening.operatoer(anna).genkoer([await ledger.doedt()], "igen")
    await betjening.pauser(anna).saet("akasse", "01", "x")
    with pytest.raises(Adgangsfejl):
        await betjening.pauser(anna).saet("tjeneste", "FravaerService", "x")
    (p, genkoert) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert (p.via, p.akassekode, genkoert.hvem) == ("konsol", "01", "anna")


def test_rights_are_read_from_words_and_what_is_not_understood_gives_none() -> None:
    r = Rettigheder.fra_tekst(["operatoer:01", "laeser:*", "direktoer:*", "operatoer", "operatoer:", "admin"])
    assert r.som_tekst() == ["laeser:*", "operatoer:01"]
    assert r.har(Rolle.LAESER, akassekode=None)
    assert r.har(Rolle.OPERATOER, akassekode="01")
    assert not r.har(Rolle.OPERATOER, akassekode=None)
    assert r.akasser(Rolle.OPERATOER) == {"01"}
    assert r.akasser(Rolle.LAESER, Rolle.OPERATOER) is None


@pytest.mark.parametrize(
    ("part", "kode"),
    [
        ("akasse.01", "01"),
        ("/akasse/07/loen", "07"),
        ("/akasse/07", "07"),
        ("jobcenter.0101", None),
        ("gateway.dfdg", None),
    ],
)
def test_whose_a_part_is(part: str, kode: str | None) -> None:
    assert partens_akasse(part) == kode


# --- settling by hand ----------------------------------------------------------------------------------


async def _i_tvivl(ledger: Ledger) -> int:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    (k,) = await ledger.tag()
    await ledger.svar(k, INTET_SVAR)
    return k.registrering_id


async def test_I6_nobody_settles_by_hand_before_the_quiet_time_is_over(ledger: Ledger, betjening: Betjening) -> None:
    id_ = await _i_tvivl(ledger)
    afklaring = betjening.afklaring("test")
    ledger.nu += STILLETID - timedelta(seconds=1)
    with pytest.raises(Betjeningsfejl, match="may still commit"):
        await afklaring.afklar(id_, findes=False, bevis="DFDG's skærm", begrundelse="x")
    ledger.nu += timedelta(seconds=1)
    with pytest.raises(Betjeningsfejl, match="bevis"):
        await afklaring.afklar(id_, findes=False, bevis=" ", begrundelse="x")


async def test_I6_nobody_settles_by_hand_what_a_worker_asks_about(ledger: Ledger, betjening: Betjening) -> None:
    id_ = await _i_tvivl(ledger)
    ledger.nu += STILLETID
    assert len(await ledger.tag()) == 1
    with pytest.raises(Betjeningsfejl, match="just now"):
        await betjening.afklaring("test").afklar(id_, findes=True, bevis="b", begrundelse="x")


async def test_I3_settled_as_there_it_is_not_sent_again_and_the_followers_leave(
    ledger: Ledger, betjening: Betjening
) -> None:
    id_ = await _i_tvivl(ledger)
    ledger.nu += STILLETID
    afklaring = betjening.afklaring("test")
    (t,) = await afklaring.alle()
    assert (t.registrering, t.tidligst, t.udtoemt) == (id_, ledger.nu, False)
    foer = await _alt(ledger)
    assert (await afklaring.proev(id_, findes=True))["status"] == "registreret"
    assert await _alt(ledger) == foer
    await afklaring.afklar(id_, findes=True, bevis="set i DFDG", begrundelse="STAR sag 1", registrerings_id="r-9")
    assert await ledger.leverer() == ["CreatePersonInterview"]
    assert await ledger.statusser() == {"placeret": "registreret", "s1": "registreret"}
    assert await ledger.pulje.fetchval("select registrerings_id from registrering where id = $1", id_) == "r-9"
    (a,) = await logbog.laes(ledger.pulje, ledger.noegler, maal=str(id_))
    assert a.efter == {"fase": "registreret", "bevis": "set i DFDG", "registreringsId": "r-9"}


async def test_I6_settled_as_absent_it_is_sent_under_a_new_request_id(ledger: Ledger, betjening: Betjening) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.svar(k, INTET_SVAR)
    ledger.nu += STILLETID
    vist = await betjening.afklaring("test").proev(k.registrering_id, findes=False)
    await betjening.afklaring("test").afklar(k.registrering_id, findes=False, bevis="b", begrundelse="x")
    (igen,) = await ledger.tag()
    assert (igen.skridt.value, igen.anmodning.krop) == ("send", k.anmodning.krop)
    assert igen.request_id != k.request_id
    assert [r["operation"] for r in vist["registreringer"]] == [k.anmodning.operation]


async def _bliver_ved(ledger: Ledger) -> None:
    """The event in doubt stops after the same answer again and again, its registration still in doubt (I5)."""
    await ledger.pulje.execute(
        "update registrering set ens_svar = 3, sidste_kode = 'timeout', sidste_fejl = $1", ledger.nu
    )
    await ledger.pulje.execute("update kanal_succes set senest = $1", ledger.nu + timedelta(seconds=1))
    await ledger.pulje.execute(
        """insert into kanal_succes (kanal, handling, senest) select distinct kanal, handling, $1::timestamptz from registrering
           on conflict (kanal, handling) do update set senest = excluded.senest""",
        ledger.nu + timedelta(seconds=1),
    )
    ledger.nu += timedelta(seconds=5)
    (k,) = await ledger.tag()
    await ledger.svar(k, INTET_SVAR)


@pytest.mark.parametrize("findes", [True, False])
async def test_I2_nobody_settles_a_dead_letter_by_hand_while_a_correction_before_it_is_on_its_way(
    ledger: Ledger, betjening: Betjening, findes: bool
) -> None:
    await ledger.modtag(samtale("s1", "2022-02-01", "raadighed"))
    await ledger.leverer()
    await ledger.modtag(samtale("s2", "2022-02-02", "raadighed"))
    (k,) = await ledger.tag()
    await ledger.svar(k, INTET_SVAR)
    await _bliver_ved(ledger)
    ledger.nu += STILLETID
    await ledger.modtag(samtale("s3", "2022-02-03", "raadighed", erstatter="s1"))
    assert await ledger.statusser() == {"s1": "registreret", "s2": "stoppet", "s3": "hoved"}
    afklaring = betjening.afklaring("test")
    for handling in (afklaring.proev(k.registrering_id, findes=findes),
                     afklaring.afklar(k.registrering_id, findes=findes, bevis="b", begrundelse="x")):  # fmt: skip
        with pytest.raises(Betjeningsfejl, match="s3 stands before it"):
            await handling
    await ledger.leverer()
    await afklaring.afklar(k.registrering_id, findes=findes, bevis="b", begrundelse="x")
    assert await ledger.leverer() == ([] if findes else ["CreatePersonInterview"])


@pytest.mark.parametrize("findes", [True, False])
async def test_an_event_that_stopped_in_doubt_is_settled_by_hand_and_its_dead_letter_closes(
    ledger: Ledger, betjening: Betjening, findes: bool
) -> None:
    id_ = await _i_tvivl(ledger)
    await _bliver_ved(ledger)
    assert (await ledger.statusser())["placeret"] == "stoppet"
    ledger.nu += STILLETID
    await betjening.afklaring("test").afklar(id_, findes=findes, bevis="b", begrundelse="x")
    assert await ledger.pulje.fetchval("select status from doedbrev") == "loest"
    assert await ledger.leverer() == [*([] if findes else ["CreateFravaerMedIdentifier"]), "CreatePersonInterview"]


# --- pauses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("art", ["akasse", "tjeneste", "borger"])
async def test_I2_a_pause_holds_everything_back_until_it_is_lifted(
    ledger: Ledger, betjening: Betjening, art: Any
) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    vaerdi = {"akasse": "01", "tjeneste": "FravaerService", "borger": pseudonym}[art]
    vaerdi = await ledger.pulje.fetchval("select tjeneste from kanal") if art == "tjeneste" else vaerdi
    pauser = betjening.pauser("test")
    assert await pauser.proev(art, vaerdi) == 1
    foer = await ledger.uddeling.kanaler()
    id_ = await pauser.saet(art, vaerdi, "ringet op af a-kassen")
    with pytest.raises(Betjeningsfejl, match="already"):
        await pauser.saet(art, vaerdi, "igen")
    assert await ledger.tag() == []
    # Nor by a worker that looked before the pause was set, and nobody looks in vain again and again.
    assert await ledger.uddeling.tag(dict.fromkeys(foer, 100)) == []
    assert art == "borger" or await ledger.uddeling.kanaler() == []
    # Blocks being carried to the queue must not let a paused lane go.
    await Spaerringer(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu).gaa()
    ledger.nu += timedelta(seconds=31)
    await Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu).meld()
    assert "operatoer" in await ledger.pulje.fetchval("select string_agg(afventer_meldt, ',') from haendelse")
    assert await ledger.tag() == []
    (p,) = await pauser.alle()
    assert (p["holdt"], p["hvem"]) == (1, "test")
    await pauser.ophaev(id_, "i orden")
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]
    with pytest.raises(Betjeningsfejl, match="no pause"):
        await pauser.ophaev(id_, "i orden")


async def test_I2_a_paused_lane_stays_paused_when_its_dead_letter_is_redriven(
    ledger: Ledger, betjening: Betjening
) -> None:
    await _stoppet(ledger)
    pseudonym = await ledger.pulje.fetchval("select pseudonym from borger")
    await betjening.pauser("test").saet("borger", pseudonym, "x")
    await ledger.operatoer.genkoer([await ledger.doedt()], "igen")
    assert await ledger.tag() == []


async def test_a_lifted_pause_reopens_in_steps_unless_told_otherwise(ledger: Ledger, betjening: Betjening) -> None:
    await ledger.modtag(placeret())
    tjeneste = await ledger.pulje.fetchval("select tjeneste from kanal")
    for trinvis, tilstand in ((False, "aaben"), (True, "genaabner")):
        id_ = await betjening.pauser("test").saet("tjeneste", tjeneste, "x")
        with pytest.raises(Betjeningsfejl, match="pause keeps"):
            await betjening.pauser("test").genaabn(tjeneste, None, "x")
        await betjening.pauser("test").ophaev(id_, "x", trinvis=trinvis)
        assert await ledger.pulje.fetchval("select tilstand from kanal") == tilstand


# --- many at once -----------------------------------------------------------------------------------------


async def test_acts_on_many_go_on_past_a_refused_one_and_keep_to_the_rate(
    ledger: Ledger, betjening: Betjening, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _stoppet(ledger)
    id_ = await ledger.doedt()
    pauser: list[float] = []

    async def sov(sekunder: float) -> None:
        pauser.append(sekunder)

    monkeypatch.setattr("gateway.ledger.masse.asyncio.sleep", sov)
    ud = await udfoer(betjening.operatoer("test"), "skip", [id_, id_, id_], "opgivet", takt=4)
    assert (ud.udfoerte, [a["dlqId"] for a in ud.afviste]) == ([id_], [str(id_)] * 2)
    assert pauser == [0.25, 0.25]
    with pytest.raises(Betjeningsfejl):
        await udfoer(betjening.operatoer("test"), "skip", [id_], "opgivet")


async def test_a_task_is_carried_on_after_a_restart_and_can_be_stopped(ledger: Ledger, betjening: Betjening) -> None:
    await _stoppet(ledger)
    id_ = await ledger.doedt()
    masse = betjening.masse
    anna = _rolle("operatoer:01")
    nr = await masse.opret(anna, "skip", [id_, id_], "opgivet")
    # Another process, with what stands in the ledger alone.
    assert await betjening.masse.gaa() == 2
    (o,) = await masse.alle()
    assert (o["id"], o["udfoerte"], len(o["afviste"])) == (nr, 1, 1)
    assert o["afsluttet"] is not None
    assert await masse.gaa() == 0
    (skip, oprettet) = await logbog.laes(ledger.pulje, ledger.noegler)
    assert (skip.handling, skip.hvem, skip.via, oprettet.efter) == (
        "skip",
        "anna",
        "konsol",
        {"antal": 2, "pr_sekund": 1000.0},
    )
    nr = await masse.opret(anna, "skip", [id_], "x")
    with pytest.raises(Adgangsfejl):
        await masse.stop(Aktoer("bo", "konsol", Rettigheder()), nr, "nej")
    await masse.stop(anna, nr, "fortrudt")
    assert await masse.gaa() == 0


async def test_a_few_that_are_urgent_do_not_wait_for_thousands(ledger: Ledger, betjening: Betjening) -> None:
    await _stoppet(ledger)
    id_ = await ledger.doedt()
    stor = await betjening.masse.opret(_rolle("operatoer:01"), "skip", [uuid4() for _ in range(3000)], "udtrækket")
    lille = await betjening.masse.opret(_rolle("operatoer:01"), "skip", [id_], "haster")
    assert await betjening.masse.gaa() == 1
    assert {o["id"]: o["afsluttet"] is not None for o in await betjening.masse.alle()} == {stor: False, lille: True}


async def test_I9_a_task_has_no_more_rights_than_who_asked_for_it(ledger: Ledger, betjening: Betjening) -> None:
    await _stoppet(ledger)
    await betjening.masse.opret(_rolle("operatoer:02"), "skip", [await ledger.doedt()], "x")
    await betjening.masse.gaa()
    (o,) = await betjening.masse.alle()
    assert (o["udfoerte"], len(o["afviste"])) == (0, 1)
    assert (await ledger.statusser())["placeret"] == "stoppet"


# --- what is kept for looking up ---------------------------------------------------------------------------


async def test_dfdgs_answer_is_kept_encrypted_beside_its_request(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    (k,) = await ledger.tag()
    await ledger.svar(
        k, Svar(Udfald.KVITTERET, registrerings_id="r", http_status=200, raa=f'{{"cpr":"{CPR}"}}'.encode())
    )
    r = await ledger.pulje.fetchrow("select * from registrering order by id limit 1")
    assert (r["http_status"], r["besvaret"], CPR.encode() in r["svar_krypt"]) == (200, ledger.nu, False)
    assert k.request_id.startswith(str(r["request_uuid"]))
    talk = await ledger.pulje.fetchval("select samtale_id from haendelse where haendelse_id = 's1'")
    assert str(talk) == samtale("s1", "2022-02-01", "jobsamtale")["data"]["samtaleId"]


def test_I8_no_number_is_seen_in_any_field_or_form() -> None:
    raa = orjson.dumps(
        {"specversion": "1.0", **samtale("s", "2022-02-01", "jobsamtale", kl="10:00"), "source": "/akasse/01"}
        | {"data": samtale("s", "2022-02-01", "jobsamtale")["data"] | {"aftaler": f"ring {CPR[:6]} {CPR[6:]} {CPR}"}}
    )
    vist = json.dumps(visning.haendelse(raa), ensure_ascii=False)
    assert visning.MASKE in vist
    assert CPR[6:] not in vist
    assert CPR[6:] not in visning.laeselig(f"<a><b>{CPR}</b></a>".encode(), [CPR])
    assert visning.laeselig(b"<a><b>1</b></a>") == "<a>\n  <b>1</b>\n</a>"
    assert visning.laeselig(b"<a><b>") == "<a><b>"


def test_I8_what_stands_by_itself_is_covered_in_whatever_is_shown() -> None:
    vist = visning.sidste_vaern({"a": [f"ring {CPR}", (f"{CPR[:6]}-{CPR[6:]}",)], CPR: 1, "n": 2, "id": f"a{CPR}b"})
    assert vist == {"a": [f"ring {visning.MASKE}", [visning.MASKE]], visning.MASKE: 1, "n": 2, "id": f"a{CPR}b"}
