"""A ledger that was set back: what may have been sent since is read back before it is sent (I3, I6), on a real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors import Betjeningsfejl
from gateway.lanes.forsoeg import Fund, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Skridt
from gateway.ledger.inkarnation import Inkarnationer
from gateway.ledger.settle import Resultat
from tests.ledger.byg import TOPIC, Ledger, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres

LIG = Tilbagelaesning(Fund.LIG)


def inkarnationer(ledger: Ledger, slut: int = 0, gruppe: int | None = None, maerke: int = 0) -> Inkarnationer:
    async def ender() -> Mapping[tuple[str, int], int]:
        return {(TOPIC, 0): slut}

    async def gruppens() -> Mapping[tuple[str, int], int]:
        return {} if gruppe is None else {(TOPIC, 0): gruppe}

    async def vandmaerke() -> int:
        return maerke

    return Inkarnationer(ledger.pulje, lambda: ledger.nu, ender, gruppens, vandmaerke)


async def nr(ledger: Ledger) -> int:
    return int(await ledger.pulje.fetchval("select count(*) from inkarnation"))


async def test_a_first_start_and_the_same_database_again_begin_nothing(ledger: Ledger) -> None:
    ink = inkarnationer(ledger)
    await ink.kontroller()
    await ink.kontroller()
    assert await nr(ledger) == 1
    assert not await ink.gaa()
    await ledger.modtag(placeret())
    assert len(await ledger.tag()) == 1


@pytest.mark.parametrize("felt", ["system", "tidslinje"])
async def test_another_cluster_or_time_line_sends_nothing_until_it_is_ready(ledger: Ledger, felt: str) -> None:
    ink = inkarnationer(ledger)
    await ink.kontroller()
    await ledger.modtag(placeret())
    await ledger.pulje.execute(f"update inkarnation set {felt} = 'en anden'")
    if felt == "tidslinje":
        assert await ledger.tag() == [], "noticed before anybody has looked for it"
    await ink.kontroller()
    assert await nr(ledger) == 2
    assert await ledger.tag() == []
    assert await ink.gaa()
    assert len(await ledger.tag()) == 1
    assert not await ink.gaa()


async def test_a_group_that_has_read_further_than_the_ledger_begins_one_and_only_one(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    assert not await inkarnationer(ledger, gruppe=1).kontroller_kafka(), "as far as the ledger"
    assert await inkarnationer(ledger, gruppe=5).kontroller_kafka()
    assert not await inkarnationer(ledger, gruppe=5).kontroller_kafka(), "not ready yet"
    assert await inkarnationer(ledger, slut=6, gruppe=5).gaa()
    assert not await inkarnationer(ledger, gruppe=5).kontroller_kafka(), "what the group has read will be read again"


async def test_a_mark_above_the_ledgers_own_count_begins_one(ledger: Ledger) -> None:
    """Nothing new had come in, but what was answered in the lost time is forgotten."""
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    await ledger.leverer()
    tal = await ledger.pulje.fetchval("select max(id) from besked")
    assert not await inkarnationer(ledger, maerke=tal).kontroller_kafka()
    assert await inkarnationer(ledger, maerke=tal + 1).kontroller_kafka()
    await inkarnationer(ledger).gaa()
    assert not await inkarnationer(ledger, maerke=tal + 1).kontroller_kafka()


async def test_I6_what_was_open_and_what_comes_again_is_read_back_first(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    ink = inkarnationer(ledger, slut=3)
    await ink.begynd("test", "sat tilbage til i nat")
    await ink.gaa()
    (k,) = await ledger.tag()
    assert k.skridt is Skridt.AFLAES
    (a,) = await ledger.afregning.afregn([Resultat(k, None, LIG, ledger.nu)])
    assert not a.tabt
    await ledger.modtag(
        samtale("s1", "2022-02-01", "jobsamtale"), udbetalt("u", "410"), samtale("s2", "2022-02-08", "raadighed")
    )
    skridt = []
    while krav := await ledger.tag():
        for k in krav:
            skridt.append((k.anmodning.operation, k.skridt))
            svar = None if k.skridt is Skridt.AFLAES else Svar(Udfald.KVITTERET, registrerings_id="r")
            laest = LIG if k.skridt is Skridt.AFLAES else None
            await ledger.afregning.afregn([Resultat(k, svar, laest, ledger.nu)])
    assert skridt == [
        ("CreatePersonInterview", Skridt.AFLAES),
        ("UpdateFravaer", Skridt.AFLAES),
        ("CreatePersonInterview", Skridt.SEND),
    ], "the first three records lay before the topic's end, the fourth did not"
    assert set((await ledger.statusser()).values()) == {"registreret"}


async def test_I6_absent_twice_with_the_quiet_time_between_is_sent(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    ink = inkarnationer(ledger, slut=1)
    await ink.begynd("test", "x")
    await ink.gaa()
    fravaerende = Tilbagelaesning(Fund.FRAVAERENDE)
    (k,) = await ledger.tag()
    await ledger.afregning.afregn([Resultat(k, None, fravaerende, ledger.nu)])
    assert await ledger.tag() == [], "an earlier incarnation's last byte may be on its way still"
    ledger.nu += timedelta(seconds=120)
    (k,) = await ledger.tag()
    assert k.skridt is Skridt.AFLAES
    await ledger.afregning.afregn([Resultat(k, None, fravaerende, ledger.nu)])
    (igen,) = await ledger.tag()
    assert (igen.skridt, igen.request_id) == (Skridt.SEND, k.request_id)


async def test_I3_an_update_that_dfdg_knows_by_its_request_id_was_made_and_is_not_made_again(ledger: Ledger) -> None:
    """Two updates in the lost time: the first one's content stands there no more, but DFDG knows its request."""
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(udbetalt("u", "410"))
    ink = inkarnationer(ledger, slut=2)
    await ink.begynd("test", "x")
    await ink.gaa()
    for _ in range(2):
        (k,) = await ledger.tag()
        assert k.skridt is Skridt.AFLAES
        await ledger.afregning.afregn([Resultat(k, None, Tilbagelaesning(Fund.FRAVAERENDE), ledger.nu)])
        ledger.nu += timedelta(seconds=120)
    (k,) = await ledger.tag()
    assert k.skridt is Skridt.SEND
    await ledger.svar(k, Svar(Udfald.FANDTES, kode="412"))
    assert (await ledger.statusser())["u"] == "registreret"


async def test_I3_our_own_entity_that_was_changed_since_is_there(ledger: Ledger) -> None:
    """The marking was created and ended in the lost time: the creation is done, the ending comes in its turn."""
    await inkarnationer(ledger).kontroller()
    ink = inkarnationer(ledger, slut=2)
    await ink.begynd("test", "x")
    await ink.gaa()
    await ledger.modtag(placeret(), udbetalt("u", "410"))
    (k,) = await ledger.tag()
    anden = Tilbagelaesning(Fund.ANDERLEDES, detalje="other content in slut")
    (a,) = await ledger.afregning.afregn([Resultat(k, None, anden, ledger.nu)])
    assert a.overgang is not None
    assert a.overgang.advarsel == "fandtes_aendret_efter_genopretning"
    (k,) = await ledger.tag()
    assert (k.anmodning.operation, k.skridt) == ("UpdateFravaer", Skridt.AFLAES)


async def test_I11_a_worker_from_before_can_settle_nothing(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    (gammelt,) = await ledger.tag()
    ink = inkarnationer(ledger, slut=1)
    await ink.begynd("test", "x")
    await ink.gaa()
    (nyt,) = await ledger.tag()
    assert not await ledger.svar(replace(gammelt, epoke=gammelt.epoke + 1))
    assert not await ledger.svar(gammelt)
    (a,) = await ledger.afregning.afregn([Resultat(nyt, None, LIG, ledger.nu)])
    assert not a.tabt


async def test_I10_sekvens_goes_on_above_everything_that_readers_have_seen(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    await ledger.leverer()
    foer = await ledger.pulje.fetchval("select max(id) from besked")
    ink = inkarnationer(ledger, slut=1)
    await ink.begynd("test", "x")
    await ink.gaa()
    await ledger.modtag(samtale("s1", "2022-02-01", "jobsamtale"))
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select min(id) from besked where id > $1", foer) > foer + 10**8


async def test_a_dead_letter_that_may_have_been_redriven_in_the_lost_time_is_read_back_when_it_is_again(
    ledger: Ledger,
) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    (k,) = await ledger.tag()
    await ledger.svar(k, Svar(Udfald.AFVIST, kode="4999"))
    ink = inkarnationer(ledger, slut=1)
    await ink.begynd("test", "x")
    await ink.gaa()
    await ledger.operatoer.genkoer([await ledger.doedt()], "igen")
    (k,) = await ledger.tag()
    assert k.skridt is Skridt.AFLAES


async def test_I7_a_refusal_that_two_readings_let_stand_is_told_with_dfdgs_own_code(ledger: Ledger) -> None:
    await inkarnationer(ledger).kontroller()
    await ledger.modtag(placeret())
    await ledger.leverer()
    ink = inkarnationer(ledger, slut=3)
    await ink.begynd("test", "x")
    await ink.gaa()
    await ledger.modtag(samtale("s1", "2022-02-01", "jobsamtale"))

    async def afregn(svar: Svar | None) -> Skridt:
        ledger.nu += timedelta(seconds=200)
        (k,) = await ledger.tag()
        laest = Tilbagelaesning(Fund.FRAVAERENDE) if svar is None else None
        await ledger.afregning.afregn([Resultat(k, svar, laest, ledger.nu)])
        return k.skridt

    forloeb = [await afregn(s) for s in (None, None, Svar(Udfald.AFVIST, kode="1003"), None, None)]
    assert forloeb == [Skridt.AFLAES, Skridt.AFLAES, Skridt.SEND, Skridt.AFLAES, Skridt.AFLAES]
    sidste = await ledger.pulje.fetchval(
        "select krop_krypt from besked where topic like '%kvitteringer%' order by id desc"
    )
    fejl = json.loads(ledger.noegler.dekrypter(sidste))["data"]["fejl"]
    assert fejl["kode"] == "dfdg_afvist"
    assert [(d["dfdgKode"], bool(d["tekst"])) for d in fejl["detaljer"]] == [("1003", True)]


async def test_an_operator_says_why(ledger: Ledger) -> None:
    with pytest.raises(Betjeningsfejl, match="begrundelse"):
        await inkarnationer(ledger).begynd("test", " ")
