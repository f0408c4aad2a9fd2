"""What may be sent now, on a real PostgreSQL: breakers shared by replicas, rates, planned windows, blocked kinds, quarantine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Betjeningsfejl
from gateway.lanes.afbryder import ANDET_TRIN, Udslag
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from gateway.lanes.registrering import Skridt
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.kanaler import Kanaler, Kanaludfald
from gateway.ledger.karantaene import Karantaener
from gateway.ledger.puls import Puls
from gateway.ledger.settle import Resultat
from gateway.ledger.spaerringer import Slags, Spaerringer, indlaes
from gateway.ledger.ventende import Ventende
from gateway.ledger.vinduer import LAESEPAUSE, Vinduer
from sandbox.personer import Personregister
from tests.ledger.byg import KVITTERET, Ledger, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres

FRAVAER = "FravaerService"
KANAL = f"{FRAVAER}|01"
PERSONER = Personregister()


def indplacerede(antal: int, *, kilde: str = "/akasse/01", fra: int = 0) -> list[dict[str, Any]]:
    """Placements of so many citizens, each a head that needs DFDG."""
    ud = []
    for nr in range(antal):
        p = placeret(f"p{fra + nr}")
        p["source"] = kilde
        p["data"]["cpr"] = PERSONER.ny()
        ud.append(p)
    return ud


def kanaler(ledger: Ledger) -> Kanaler:
    return Kanaler(ledger.pulje, lambda: ledger.nu)


async def udfald(ledger: Ledger, krav: list[Krav], udslag: Udslag) -> None:
    await kanaler(ledger).efter([Kanaludfald(k.kanal, k.udgave, udslag, "http_503") for k in krav])


async def tilstand(ledger: Ledger) -> str:
    return str(await ledger.pulje.fetchval("select tilstand from kanal where kanal = $1", KANAL))


def uddeling(ledger: Ledger, **mere: Any) -> Uddeling:
    """Another worker on the same ledger."""
    return Uddeling(
        ledger.pulje,
        ledger.motor,
        ledger.noegler,
        "test",
        lambda: ledger.nu,
        ejer="b",
        lease=timedelta(seconds=60),
        **mere,
    )


async def tag(u: Uddeling, hoejst: int = 1_000) -> list[Krav]:
    return await u.tag(dict.fromkeys(await u.kanaler(), hoejst))


# --- the breaker -----------------------------------------------------------------------------------


async def test_I5_an_open_channel_reopens_in_steps_that_all_replicas_share(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(200))
    a, b = ledger.uddeling, uddeling(ledger)
    krav = await tag(a, 5)
    await udfald(ledger, krav[:1], Udslag.NEDBRUD)
    assert await tilstand(ledger) == "nede"
    assert await tag(a) == await tag(b) == [], "the pause is not over"
    ledger.nu += timedelta(seconds=1)
    (proeve,) = await tag(b)
    assert await tag(a) == [], "one lane probes, whoever asks"
    assert await tilstand(ledger) == "genaabner"
    await ledger.svar(proeve)
    await udfald(ledger, [proeve], Udslag.KVITTERET)
    andet = [*await tag(a, 6), *await tag(b, 6), *await tag(a, 6)]
    assert len(andet) == ANDET_TRIN
    for k in andet:
        await ledger.svar(k)
    await udfald(ledger, andet, Udslag.KVITTERET)
    tredje = await tag(b)
    assert len(tredje) == 19, "a tenth of the 184 that wait"
    await udfald(ledger, tredje[:1], Udslag.NEDBRUD)
    assert await tilstand(ledger) == "nede", "a fault in any step opens it again"


async def test_I5_a_straggler_from_before_the_opening_closes_nothing(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(3))
    krav = await ledger.tag()
    await udfald(ledger, krav[:1], Udslag.NEDBRUD)
    await udfald(ledger, krav[1:], Udslag.KVITTERET)
    assert await tilstand(ledger) == "nede"


async def test_a_rate_is_kept_by_all_replicas_together(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(30))
    a, b = uddeling(ledger, takster={FRAVAER: 4.0}), uddeling(ledger, takster={FRAVAER: 4.0})
    taget = [len(await tag(a)), len(await tag(b))]
    for _ in range(3):
        ledger.nu += timedelta(seconds=0.5)
        taget += [len(await tag(a)), len(await tag(b))]
    assert taget == [4, 0, 2, 0, 2, 0, 2, 0]


# --- planned windows ---------------------------------------------------------------------------------


def vinduer(ledger: Ledger) -> Vinduer:
    return Vinduer(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu)


async def beskeder(ledger: Ledger, type_: str) -> list[dict[str, Any]]:
    raekker = await ledger.pulje.fetch("select krop_krypt from besked where type = $1 order by id", type_)
    return [json.loads(ledger.noegler.dekrypter(r["krop_krypt"])) for r in raekker]


async def test_I6_a_reading_waits_for_the_window_of_the_service_that_it_asks(ledger: Ledger) -> None:
    """A held talk is written at one service and read back at another: neither is asked in its window."""
    await ledger.modtag(placeret(), samtale("s", "2022-02-10", "jobsamtale"))
    await ledger.svar((await ledger.tag())[0])
    (k,) = await ledger.tag()
    assert k.anmodning.operation == "CreatePersonInterview"
    await ledger.svar(k, Svar(Udfald.INTET_SVAR, kode="timeout"))
    v = vinduer(ledger)
    nr = await v.planlaeg(
        ledger.nu,
        ledger.nu + timedelta(hours=1),
        ["InterviewService"],
        "DFDG opgraderes.",
        hvem="test",
        begrundelse="x",
    )
    foer = await ledger.pulje.fetchval("select count(*) from registrering where udsat > 0")
    ledger.nu += timedelta(minutes=10)
    assert await ledger.tag() == [], "nothing is read there"
    assert await ledger.pulje.fetchval("select count(*) from koe") == 1, "it waits, and is not lost"
    await v.slut(nr, hvem="test", begrundelse="x")
    ledger.nu += LAESEPAUSE
    (k,) = await ledger.tag()
    assert k.skridt is Skridt.AFLAES
    assert await ledger.pulje.fetchval("select count(*) from registrering where udsat > 0") == foer


async def test_nothing_is_sent_in_a_window_and_its_channels_reopen_in_steps(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(40))
    v = vinduer(ledger)
    nr = await v.planlaeg(
        ledger.nu + timedelta(minutes=1),
        ledger.nu + timedelta(hours=6),
        [FRAVAER],
        "DFDG opgraderes.",
        hvem="test",
        begrundelse="varslet af STAR",
    )
    (k,) = await tag(ledger.uddeling, 1)
    ledger.nu += timedelta(minutes=1)
    assert await ledger.tag() == []
    await v.gaa()
    await udfald(ledger, [k], Udslag.NEDBRUD)
    assert await tilstand(ledger) == "aaben", "what the window explains raises no alarm"
    ledger.nu += timedelta(hours=6)
    assert await ledger.tag() == [], "over, but not reopened yet"
    await v.gaa()
    assert len(await ledger.tag()) == 1
    assert [b["data"]["art"] for b in await beskeder(ledger, "gateway.driftsbesked.v1")] == [
        "vindue_planlagt",
        "vindue_aabnet",
        "vindue_slut",
    ]
    assert {r["topic"] for r in await ledger.pulje.fetch("select topic from besked where type like '%drift%'")} == {
        "akasse.01.beskeder.v1"
    }
    assert [x.id for x in await v.alle(kun_aktuelle=False)] == [nr]
    assert await v.alle() == []


async def test_a_jobcenter_that_only_receives_is_told_of_a_window_too(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    assert await ledger.pulje.fetchval("select count(*) from topic_offset where topic like 'jobcenter.%'") == 0
    v = vinduer(ledger)
    await v.planlaeg(
        ledger.nu, ledger.nu + timedelta(hours=1), [], "Alt er lukket.", hvem="test", begrundelse="varslet"
    )
    drift = await ledger.pulje.fetch("select topic from besked where type = 'gateway.driftsbesked.v1' order by topic")
    # Planned, and open at once.
    assert [r["topic"] for r in drift] == ["akasse.01.beskeder.v1"] * 2 + ["jobcenter.0101.beskeder.v1"] * 2


async def test_in_a_window_kvitteringer_and_the_pulse_say_so(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    v = vinduer(ledger)
    await v.planlaeg(
        ledger.nu, ledger.nu + timedelta(hours=1), [], "Alt er lukket.", hvem="test", begrundelse="varslet"
    )
    ventende = Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    ledger.nu += timedelta(seconds=31)
    assert (await ventende.meld())[0] == 2
    assert (await ventende.meld())[0] == 0
    paa = {
        b["data"]["haendelseId"]: b["data"]["venter"]["paa"] for b in await beskeder(ledger, "gateway.kvittering.v1")
    }
    assert paa == {"placeret": "vindue", "s1": "tidligere_haendelse"}
    await Puls(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu).slaa()
    assert set((await beskeder(ledger, "gateway.puls.v1"))[-1]["data"]["dfdg"].values()) == {"vindue"}
    await v.slut((await v.alle())[0].id, hvem="test", begrundelse="DFDG er tilbage")
    assert (await ventende.meld())[0] == 1, "the cause is another one now"
    assert (await ventende.meld())[0] == 0, "each cause once"
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]


async def test_a_window_is_called_off_moved_and_refused(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    v = vinduer(ledger)
    med = {"hvem": "test", "begrundelse": "varslet"}
    nr = await v.planlaeg(ledger.nu + timedelta(hours=1), ledger.nu + timedelta(hours=2), [FRAVAER], "x", **med)
    await v.forlaeng(nr, ledger.nu + timedelta(hours=3), **med)
    await v.slut(nr, **med)
    assert await tilstand(ledger) == "aaben", "one that never began reopens nothing"
    with pytest.raises(Betjeningsfejl, match="no window"):
        await v.forlaeng(nr, ledger.nu + timedelta(hours=4), **med)
    with pytest.raises(Betjeningsfejl, match="after"):
        await v.planlaeg(ledger.nu, ledger.nu, [], "x", **med)
    with pytest.raises(Betjeningsfejl, match=r"known are .*FravaerService"):
        await v.planlaeg(ledger.nu, ledger.nu + timedelta(hours=1), ["FravearService"], "x", **med)


# --- kinds that are refused again and again ------------------------------------------------------------


EFTER = 5
UKENDT_KODE = Svar(Udfald.AFVIST, kode="4567", fejl=(Svarfejl("4567", "ukendt kode"),))


def spaerringer(ledger: Ledger) -> Spaerringer:
    return Spaerringer(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)


async def afregn(ledger: Ledger, krav: list[Krav], svar: Svar) -> None:
    ledger.afregning._spaer_efter = EFTER
    await ledger.afregning.afregn([Resultat(k, svar, None, ledger.nu) for k in krav])


async def test_a_flood_of_refusals_of_one_kind_blocks_it_and_one_command_resumes_it_in_order(ledger: Ledger) -> None:
    haendelser = indplacerede(40)
    foelger = samtale("s", "2022-02-01", "jobsamtale")
    foelger["data"]["cpr"] = haendelser[39]["data"]["cpr"]
    await ledger.modtag(*haendelser, foelger)
    s = spaerringer(ledger)
    await afregn(ledger, await tag(ledger.uddeling, 20), UKENDT_KODE)
    assert len(await ledger.operatoer.liste()) == EFTER, "the fifteen others of the batch are held, not stopped"
    (spaerret,) = await s.alle()
    assert (spaerret["tjeneste"], spaerret["art"], spaerret["kode"]) == (FRAVAER, "OpretFravaer 75", "4567")
    await s.gaa()
    assert await ledger.tag() == [], "heads that were never sent wait too"
    assert (await s.alle())[0]["holdt"] == 35
    ventende = Ventende(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu)
    ledger.nu += timedelta(seconds=31)
    await ventende.meld()
    paa = [b["data"]["venter"]["paa"] for b in await beskeder(ledger, "gateway.kvittering.v1") if "venter" in b["data"]]
    assert paa.count("operatoer") == 35 + EFTER
    antal = await s.ophaev(spaerret["id"], ledger.operatoer, "test", "kodelisten er rettet")
    assert antal == 40
    sendt = await ledger.leverer()
    assert sendt == ["CreateFravaerMedIdentifier"] * 40 + ["CreatePersonInterview"]
    assert set((await ledger.statusser()).values()) == {"registreret"}
    assert await ledger.operatoer.liste() == []


async def test_refusals_between_successes_and_of_other_kinds_block_nothing(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(30))
    krav = await ledger.tag()
    for par in range(0, 20, 2):
        await afregn(ledger, krav[par : par + 1], UKENDT_KODE)
        await afregn(ledger, krav[par + 1 : par + 2], KVITTERET)
    for nr, k in enumerate(krav[20:]):
        svar = Svar(Udfald.AFVIST, kode=str(4000 + nr), fejl=(Svarfejl(str(4000 + nr), "x"),))
        await afregn(ledger, [k], svar)
    assert await spaerringer(ledger).alle() == []


async def test_a_blocked_kind_holds_no_other_kind_and_what_is_in_doubt_is_settled(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(EFTER + 2))
    krav = await ledger.tag()
    tvivl = krav.pop()
    await afregn(ledger, krav[:1], KVITTERET)
    await afregn(ledger, krav[1:], UKENDT_KODE)
    s = spaerringer(ledger)
    assert len(await s.alle()) == 1
    await ledger.afregning.afregn([Resultat(tvivl, Svar(Udfald.INTET_SVAR, kode="timeout"), None, ledger.nu)])
    await s.gaa()
    ledger.nu += timedelta(hours=1)
    assert [k.registrering_id for k in await ledger.tag()] == [tvivl.registrering_id]


async def test_the_same_refusal_at_a_second_akasse_blocks_the_kind_for_all(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(EFTER))
    andre = [ledger.post(h) for h in indplacerede(EFTER + 1, kilde="/akasse/09", fra=50)]
    topic = "akasse.09.haendelser.v1"
    andre = [replace(p, topic=topic, offset=nr) for nr, p in enumerate(andre)]
    await ledger.modtagelse.accepter(andre, {(topic, 0)})
    krav = await ledger.tag()
    hos_01 = [k for k in krav if k.kanal == KANAL]
    hos_09 = [k for k in krav if k.kanal != KANAL]
    assert (len(hos_01), len(hos_09)) == (EFTER, EFTER + 1)
    await afregn(ledger, hos_01, UKENDT_KODE)
    await afregn(ledger, hos_09[:EFTER], UKENDT_KODE)
    assert [x["akassekode"] for x in await spaerringer(ledger).alle()] == ["01", None]


# --- quarantine ----------------------------------------------------------------------------------------


def karantaener(ledger: Ledger) -> Karantaener:
    return Karantaener(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu, hvem="test")


async def saet(ledger: Ledger, type_: str | None = "akasse.samtale.afholdt.v1", **mere: Any) -> int:
    nr, _ = await karantaener(ledger).saet(
        "/akasse/01", type_, mere.get("fra", ledger.nu - timedelta(days=9999)), mere.get("til"), "forkert udtræk"
    )
    return nr


@pytest.mark.parametrize("spring_over", [False, True], ids=["released", "given up"])
async def test_a_wrong_batch_is_held_in_its_place_and_let_go_in_order(ledger: Ledger, spring_over: bool) -> None:
    await ledger.modtag(
        placeret(),
        samtale("s1", "2022-02-01", "jobsamtale"),
        samtale("s2", "2022-02-08", "raadighed"),
    )
    nr = await saet(ledger)
    await ledger.modtag(samtale("s3", "2022-02-15", "raadighed"))
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"], "other types of the source go on"
    assert await ledger.statusser() == {"placeret": "registreret", "s1": "stoppet", "s2": "venter", "s3": "venter"}
    (d,) = await ledger.operatoer.liste()
    assert (d.kode, d.foelgere) == ("karantaene", 2)
    await ledger.operatoer.genkoer([d.dlq_id], "for tidligt")
    assert (await ledger.statusser())["s1"] == "stoppet", "nothing slips out while the quarantine stands"
    k = karantaener(ledger)
    assert [x["holdt"] for x in await k.alle()] == [3]
    await k.ophaev(nr, ledger.operatoer, "rettet", spring_over=spring_over)
    assert await ledger.leverer() == ([] if spring_over else ["CreatePersonInterview"] * 3)
    ende = "sprunget_over" if spring_over else "registreret"
    assert await ledger.statusser() == {"placeret": "registreret", "s1": ende, "s2": ende, "s3": ende}
    assert await k.alle() == []


async def test_a_head_that_was_not_sent_is_pulled_back_and_one_in_the_air_is_left(ledger: Ledger) -> None:
    await ledger.modtag(*indplacerede(2))
    (i_luften,) = await tag(ledger.uddeling, 1)
    nr, ramt = await karantaener(ledger).saet(
        "/akasse/01", None, ledger.nu - timedelta(days=9999), None, "forkert udtræk"
    )
    assert (ramt.holdt, ramt.undervejs, ramt.endelige) == (1, 1, 0)
    assert await ledger.tag() == []
    assert await ledger.svar(i_luften)
    await karantaener(ledger).ophaev(nr, ledger.operatoer, "i orden", spring_over=False)
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier"]


async def test_O1_a_handover_that_a_held_event_foretold_falls_away_and_comes_back(ledger: Ledger) -> None:

    await ledger.modtag(placeret(), udbetalt("u", "410"))

    async def overdragelsen() -> str:
        return str(await ledger.pulje.fetchval("select registrering from overdragelse"))

    assert await overdragelsen() == "afventer"
    nr = await saet(ledger, "akasse.dagpenge.udbetalt.v1")
    assert await overdragelsen() == "bortfaldet"
    await ledger.leverer()
    await karantaener(ledger).ophaev(nr, ledger.operatoer, "i orden", spring_over=False)
    await ledger.leverer()
    assert await overdragelsen() == "registreret"


async def test_the_publisher_repairs_a_held_event_itself(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), samtale("s1", "2022-02-01", "jobsamtale"))
    await saet(ledger, til=ledger.nu)
    await ledger.leverer()
    assert (await ledger.statusser())["s1"] == "stoppet"
    ny = samtale("s1b", "2022-02-02", "raadighed", erstatter="s1")
    ny["time"] = (ledger.nu + timedelta(minutes=1)).isoformat()
    await ledger.modtag(ny)
    await ledger.leverer()
    assert (await ledger.statusser())["s1"] == "sprunget_over"
    assert (await ledger.statusser())["s1b"] == "registreret"


async def test_acts_need_a_reason(ledger: Ledger) -> None:
    with pytest.raises(Betjeningsfejl, match="begrundelse"):
        await karantaener(ledger).saet("/akasse/01", None, ledger.nu, None, " ")
    with pytest.raises(Betjeningsfejl, match="begrundelse"):
        await spaerringer(ledger).ophaev(1, ledger.operatoer, "test", "")
    with pytest.raises(Betjeningsfejl, match="no block 7"):
        await spaerringer(ledger).ophaev(7, ledger.operatoer, "test", "x")


async def test_the_first_refusals_of_a_kind_that_meet_in_two_settlements_both_count(ledger: Ledger) -> None:
    kind = Slags(FRAVAER, "01", "OpretFravaer 75")
    async with ledger.pulje.acquire() as a, ledger.pulje.acquire() as b:
        tal = [await indlaes(c, [kind], EFTER, ledger.nu) for c in (a, b)]
        for nr, (t, c) in enumerate(zip(tal, (a, b), strict=True)):
            t.afvist(kind, "4998", nr)
            await t.skriv(c)
        igen = await indlaes(a, [kind], EFTER, ledger.nu)
        assert igen.borgere[kind, "4998"] == [0, 1]
        # From here on the count is locked by whoever reads it: what it writes is what stands.
        igen.lykkedes(kind)
        await igen.skriv(a)
        assert (await indlaes(a, [kind], EFTER, ledger.nu)).borgere[kind, "4998"] == [1]
