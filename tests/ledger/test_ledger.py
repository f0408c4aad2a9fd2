"""The ledger's conversations on a real PostgreSQL: accept, claim, settle, operator (I1, I2, I7, I11).

No Kafka and no DFDG here: records are handed in, answers are handed back, and what stands in the ledger is judged.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from contracts.envelope import Post
from gateway.errors import Betjeningsfejl
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from gateway.ledger.ventende import Ventende
from sandbox.personer import Personregister
from tests.ledger.byg import AFVIST, CPR, TOPIC, Ledger, h, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres


async def test_I1_the_offset_stands_with_the_events_and_the_same_records_come_to_nothing(ledger: Ledger) -> None:
    poster = [ledger.post(placeret()), ledger.post(samtale("s1", "2022-02-01", "jobsamtale"))]
    foerste = await ledger.modtagelse.accepter(poster, set())
    igen = await ledger.modtagelse.accepter(poster, set())
    assert (foerste.antal, igen.antal) == (2, 0)
    assert await ledger.pulje.fetchval("select naeste from topic_offset") == 2
    assert await ledger.pulje.fetchval("select count(*) from haendelse") == 2


async def test_I1_a_record_above_the_stored_offset_is_sought_back_for_unless_sought(ledger: Ledger) -> None:
    ledger.offset = 7
    post = ledger.post(placeret())
    svar = await ledger.modtagelse.accepter([post], set())
    assert svar.soeg == {(TOPIC, 0): 0}
    assert svar.antal == 0
    assert (await ledger.modtagelse.accepter([post], {(TOPIC, 0)})).antal == 1


async def test_I1_nothing_stands_when_the_transaction_fails(ledger: Ledger) -> None:
    await ledger.pulje.execute("alter table besked add constraint umulig check (type = 'x') not valid")
    with pytest.raises(asyncpg.PostgresError):
        await ledger.modtag(udbetalt("u", "1"))
    for tabel in ("haendelse", "topic_offset", "registrering", "borger"):
        assert await ledger.pulje.fetchval(f"select count(*) from {tabel}") == 0


async def test_I2_followers_stay_behind_a_dead_letter_and_leave_in_order_after_a_replacement(ledger: Ledger) -> None:
    await ledger.modtag(
        placeret(),
        samtale("s1", "2022-02-01", "jobsamtale"),
        samtale("s2", "2022-02-08", "raadighed"),
        udbetalt("u", "410"),
    )
    (k,) = await ledger.tag()
    await ledger.svar(k)
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    assert await ledger.tag() == []
    assert await ledger.statusser() == {"placeret": "registreret", "s1": "stoppet", "s2": "venter", "u": "venter"}
    (d,) = await ledger.operatoer.liste()
    assert d.foelgere == 2
    ny = samtale("s1", "2022-02-02", "jobsamtale")["data"]
    await ledger.operatoer.erstat(d.dlq_id, json.dumps(ny).encode(), "rigtig dato")
    assert await ledger.leverer() == ["CreatePersonInterview", "CreatePersonInterview", "UpdateFravaer"]
    assert set((await ledger.statusser()).values()) == {"registreret"}
    assert await ledger.pulje.fetchval("select count(*) from haendelse where original_krypt is not null") == 1
    assert await ledger.pulje.fetchval("select begrundelse from betjening") == "rigtig dato"


async def test_I2_skip_gives_the_event_up_and_its_followers_are_decided_on_what_dfdg_has(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"), udbetalt("u", "410"))
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    await ledger.operatoer.spring_over([await ledger.doedt()], "medlemmet er ikke markeret")
    # Without the marking the talk lies outside the course and the hours end nothing.
    assert await ledger.leverer() == []
    assert await ledger.statusser() == {"placeret": "sprunget_over", "s1": "afvist", "u": "noteret"}
    sidste = await ledger.pulje.fetchval("select registrering from overdragelse")
    assert sidste == "bortfaldet"


async def test_retry_decides_anew_under_a_new_request_id(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    await ledger.operatoer.genkoer([await ledger.doedt()], "prøv igen")
    (igen,) = await ledger.tag()
    assert igen.request_id != k.request_id
    assert igen.anmodning.entitets_id == k.anmodning.entitets_id


async def test_an_act_needs_a_reason_and_an_open_dead_letter(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    id_ = await ledger.doedt()
    with pytest.raises(Betjeningsfejl, match="begrundelse"):
        await ledger.operatoer.genkoer([id_], " ")
    await ledger.operatoer.spring_over([id_], "opgivet")
    with pytest.raises(Betjeningsfejl, match="no longer open"):
        await ledger.operatoer.genkoer([id_], "igen")


@pytest.mark.parametrize("stoppet", [True, False], ids=["a stopped event", "a waiting event"])
async def test_erstatter_takes_the_old_events_place(ledger: Ledger, stoppet: bool) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"), samtale("s2", "2022-02-08", "raadighed"))
    (k,) = await ledger.tag()
    if stoppet:
        await ledger.svar(k)
        (k,) = await ledger.tag()
        await ledger.svar(k, AFVIST)
    await ledger.modtag(samtale("s1b", "2022-02-02", "raadighed", erstatter="s1"))
    if not stoppet:
        await ledger.svar(k)
    await ledger.leverer()
    assert await ledger.statusser() == {
        "placeret": "registreret",
        "s1": "sprunget_over",
        "s2": "registreret",
        "s1b": "registreret",
    }
    raekkefoelge = await ledger.pulje.fetch("select haendelse_id from haendelse order by plads, id")
    assert [r["haendelse_id"] for r in raekkefoelge] == ["placeret", "s1", "s1b", "s2"]
    sendt = await ledger.pulje.fetch(
        """select h.haendelse_id from registrering r join haendelse h on h.id = r.haendelse_ref
           where r.fase = 'registreret' order by r.id"""
    )
    assert [r["haendelse_id"] for r in sendt] == ["placeret", "s1b", "s2"]


async def test_I11_an_answer_to_a_lost_lease_is_dropped_and_the_registration_is_in_doubt(ledger: Ledger) -> None:
    await ledger.modtag(samtale("s1", "2022-02-01", "raadighed"))
    (k,) = await ledger.tag()
    assert await ledger.uddeling.overtag_tabte() == 0
    ledger.nu += timedelta(seconds=61)
    assert await ledger.uddeling.overtag_tabte() == 1
    assert not await ledger.svar(k)
    assert await ledger.pulje.fetchval("select fase from registrering") == "i_tvivl"
    (igen,) = await ledger.tag()
    assert igen.skridt.value == "aflaes"


async def test_I11_one_answer_is_settled_once(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    assert await ledger.svar(k)
    assert not await ledger.svar(k)
    assert await ledger.pulje.fetchval("select count(*) from besked where type = 'gateway.kvittering.v1'") == 1


async def test_I4_a_citizen_has_one_registration_in_flight(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    assert len(await ledger.tag()) == 1
    assert await ledger.tag() == []


async def test_I7_every_event_ends_in_exactly_one_final_kvittering(ledger: Ledger) -> None:
    await ledger.modtag(
        placeret(),
        samtale("s1", "2022-02-01", "jobsamtale", "raadighed"),
        samtale("s2", "2022-02-01", "faelles"),
        udbetalt("u1", "409.99"),
        udbetalt("u2", "410"),
        udbetalt("u3", "411"),
    )
    await ledger.leverer()
    raekker = await ledger.pulje.fetch(
        "select krop_krypt, haendelse_ref from besked where type = 'gateway.kvittering.v1'"
    )
    endelige = [
        r["haendelse_ref"] for r in raekker if json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"]["endelig"]
    ]
    assert sorted(endelige) == sorted(set(endelige))
    assert len(endelige) == 6


async def test_I7_what_is_in_doubt_is_not_told_as_waiting(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s", "2022-02-01", "jobsamtale"))
    (k,) = await ledger.tag()
    await ledger.svar(k, Svar(Udfald.INTET_SVAR, kode="timeout"))
    ledger.nu += timedelta(seconds=31)
    ventende = Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    assert (await ventende.meld())[0] == 1
    raekker = await ledger.pulje.fetch("select krop_krypt from besked where type = 'gateway.kvittering.v1' order by id")
    fortalt = [json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"] for r in raekker]
    assert [(d["haendelseId"], d["status"]) for d in fortalt] == [("placeret", "i_tvivl"), ("s", "afventer")]


async def test_J5_not_the_owner_refuses_the_event_and_stops_nothing(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("u", "410"))
    (k,) = await ledger.tag()
    await ledger.svar(k, Svar(Udfald.IKKE_EJER, kode="4575", fejl=(Svarfejl("4575", "not authorized"),)))
    assert (await ledger.statusser())["placeret"] == "afvist"
    assert await ledger.operatoer.liste() == []
    # What had left as afventer falls away, since nothing is to be handed over.
    assert await ledger.pulje.fetchval("select registrering from overdragelse") in (None, "bortfaldet")


@pytest.mark.parametrize("del_", ["_decide", "_render"])
async def test_a_fault_of_our_own_stops_one_event_and_no_batch(
    ledger: Ledger, del_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule or a rendering that breaks costs that citizen's wait; everybody else in the batch goes through."""
    andet = Personregister()
    andet.ny()
    nabo = placeret("nabo")
    nabo["data"] = {**nabo["data"], "cpr": andet.ny()}
    den_aegte = getattr(ledger.motor, del_)

    def brudt(*a: Any) -> Any:
        if any(getattr(x, "id", None) == "placeret" for x in a):
            raise ZeroDivisionError
        return den_aegte(*a)

    monkeypatch.setattr(ledger.motor, del_, brudt)
    await ledger.modtag(placeret(), nabo)
    await ledger.leverer()
    assert await ledger.statusser() == {"placeret": "stoppet", "nabo": "registreret"}
    monkeypatch.undo()
    await ledger.operatoer.genkoer([await ledger.doedt()], "rettet")
    await ledger.leverer()
    assert (await ledger.statusser())["placeret"] == "registreret"


async def test_the_handover_leaves_at_once_and_again_on_the_receipt(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("u", "410"))
    raekke = await ledger.pulje.fetchrow("select registrering, udgave from overdragelse")
    assert raekke is not None
    assert tuple(raekke) == ("afventer", 1)
    await ledger.leverer()
    raekke = await ledger.pulje.fetchrow("select registrering, udgave from overdragelse")
    assert raekke is not None
    assert tuple(raekke) == ("registreret", 2)


async def test_I12_behind_a_stopped_registration_a_contact_is_forwarded_and_a_handover_leaves(ledger: Ledger) -> None:
    """DFDG is not asked for either: the member was confirmed before, and the ending is expected."""
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"), samtale("s2", "2022-02-08", "raadighed"))
    (k,) = await ledger.tag()
    await ledger.svar(k)
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    kontakt = {
        **h("kontakt", "x", "2022-02-10", {"kontaktform": "telefon", "jobordreId": "00000000-0000-4000-8000-000000000001",
                                           "tidspunkt": "2022-02-10T10:00:00+01:00", "stillingsbetegnelse": "Lager"}),
        "source": "/jobcenter/0101",
        "type": "jobcenter.jobordre.kontakt.v1",
    }  # fmt: skip
    await ledger.modtagelse.accepter(
        [Post("jobcenter.0101.haendelser.v1", 0, 0, b"p", json.dumps(kontakt).encode(), ())], set()
    )
    await ledger.modtag(udbetalt("u", "410"))
    assert await ledger.statusser() == {
        "placeret": "registreret", "s1": "stoppet", "s2": "venter", "kontakt": "videresendt", "u": "venter",
    }  # fmt: skip
    sendt = {(r["topic"], r["type"]) for r in await ledger.pulje.fetch("select topic, type from besked")}
    assert ("akasse.01.beskeder.v1", "gateway.jobordrekontakt.v1") in sendt
    assert ("jobcenter.0101.beskeder.v1", "gateway.overdragelse.v1") in sendt
    assert await ledger.pulje.fetchval("select registrering from overdragelse") == "afventer"


async def test_J5_a_contact_about_a_member_not_yet_confirmed_waits_for_the_claim(ledger: Ledger) -> None:
    kontakt = {
        **h("kontakt", "x", "2022-02-10", {"kontaktform": "telefon", "jobordreId": "00000000-0000-4000-8000-000000000001",
                                           "tidspunkt": "2022-02-10T10:00:00+01:00", "stillingsbetegnelse": "Lager"}),
        "source": "/jobcenter/0101",
        "type": "jobcenter.jobordre.kontakt.v1",
    }  # fmt: skip
    await ledger.modtag(placeret())
    await ledger.modtagelse.accepter(
        [Post("jobcenter.0101.haendelser.v1", 0, 0, b"p", json.dumps(kontakt).encode(), ())], set()
    )
    assert (await ledger.statusser())["kontakt"] == "venter"
    await ledger.leverer()
    assert (await ledger.statusser())["kontakt"] == "videresendt"


async def test_sekvens_must_rise_and_a_gap_is_flagged(ledger: Ledger) -> None:
    await ledger.modtag(udbetalt("a", "1", sekvens=5), udbetalt("b", "2", sekvens=5), udbetalt("c", "3", sekvens=8))
    assert await ledger.statusser() == {"a": "noteret", "b": "afvist", "c": "noteret"}
    flag = await ledger.pulje.fetch("select haendelse_id, flag from haendelse order by id")
    assert [list(r["flag"]) for r in flag] == [[], [], ["hul_i_sekvens"]]


async def test_what_lies_in_the_ledger_is_encrypted(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    for tabel, kolonne in (("haendelse", "raa_krypt"), ("borger", "cpr_krypt"), ("registrering", "anmodning_krypt"),
                           ("borger_tilstand", "bekraeftet_krypt")):  # fmt: skip
        for r in await ledger.pulje.fetch(f"select {kolonne} as k from {tabel}"):
            assert CPR.encode() not in r["k"]
    (raa,) = [
        ledger.noegler.dekrypter(r["raa_krypt"]) for r in await ledger.pulje.fetch("select raa_krypt from haendelse")
    ]
    assert CPR.encode() in raa
