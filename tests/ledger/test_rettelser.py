"""``erstatter`` and ``haendelse.tilbagekaldt`` in every state of their target, on a real PostgreSQL (I2, I3, I6, I7)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.errors import Betjeningsfejl
from gateway.lanes.forsoeg import Fund, Svar, Tilbagelaesning, Udfald
from gateway.ledger.settle import Resultat
from gateway.ledger.spaerringer import Spaerringer
from tests.ledger.byg import AFVIST, CPR, Ledger, h, placeret, samtale, udbetalt

pytestmark = pytest.mark.postgres
INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")
UTILGAENGELIG = Svar(Udfald.UTILGAENGELIG, kode="503")


def tilbagekaldt(id_: str, maal: str) -> dict[str, Any]:
    return h(id_, "haendelse.tilbagekaldt", "2022-04-20", {"haendelseId": maal, "begrundelse": "Fejl"})


def behov(id_: str, dag: str = "2022-02-10", **mere: Any) -> dict[str, Any]:
    data = {"grundlag": "samtale", "vurderingsdato": dag}
    return h(id_, "visitation.behov-for-tidlig-indsats", dag, data, **mere)


def ferie(id_: str, slut: str = "2022-02-12", **mere: Any) -> dict[str, Any]:
    data = {
        "ferieId": "00000000-0000-4000-8000-0000000000f1",
        "startdato": "2022-02-10",
        "slutdato": slut,
        "anmodetDato": "2022-02-01",
    }
    return h(id_, "ferie.anmodet", "2022-02-01", data, **mere)


async def kvitteringer(ledger: Ledger, haendelse_id: str) -> list[dict[str, Any]]:
    ud = []
    for r in await ledger.pulje.fetch("select krop_krypt from besked where topic like '%kvitteringer%' order by id"):
        d = json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"]
        if d["haendelseId"] == haendelse_id:
            ud.append(d)
    return ud


async def beskeder(ledger: Ledger, type_: str) -> list[dict[str, Any]]:
    raekker = await ledger.pulje.fetch(
        "select krop_krypt from besked where type = $1 and topic not like '%kvitteringer%' order by id", type_
    )
    return [json.loads(ledger.noegler.dekrypter(r["krop_krypt"]))["data"] for r in raekker]


async def sidste(ledger: Ledger, id_: str) -> tuple[str, str | None, bool]:
    k = (await kvitteringer(ledger, id_))[-1]
    return k["status"], k.get("fejl", {}).get("kode"), k["endelig"]


async def _stoppet(ledger: Ledger) -> None:
    (k,) = await ledger.tag()
    assert await ledger.svar(k, AFVIST)


async def _i_tvivl(ledger: Ledger) -> None:
    (k,) = await ledger.tag()
    assert await ledger.svar(k, INTET_SVAR)


async def _undervejs(ledger: Ledger) -> None:
    (ledger.taget,) = await ledger.tag()  # type: ignore[attr-defined]


async def _klar(ledger: Ledger) -> None:
    """At the head, tried once, nothing in the air."""
    (k,) = await ledger.tag()
    assert await ledger.svar(k, UTILGAENGELIG)


@pytest.mark.parametrize("tilstand", ["venter", "klar", "stoppet", "i_tvivl", "undervejs", "endelig"])
@pytest.mark.parametrize("retter", ["erstatter", "tilbagekaldt"])
async def test_I2_a_correction_in_every_state_of_its_target(ledger: Ledger, tilstand: str, retter: str) -> None:
    """The target is a holiday behind a marking, followed by a talk. Whatever its state, in the end DFDG has the corrected
    holiday (or none), the follower went out after it, and every event has one final kvittering more than before."""
    await ledger.modtag(placeret())
    if tilstand != "venter":
        await ledger.leverer()
    await ledger.modtag(ferie("ferie"))
    if tilstand == "endelig":
        await ledger.leverer()
    elif tilstand != "venter":
        await {"klar": _klar, "stoppet": _stoppet, "i_tvivl": _i_tvivl, "undervejs": _undervejs}[tilstand](ledger)
    await ledger.modtag(samtale("talk", "2022-02-15", "raadighed"))
    ny = ferie("ny", "2022-02-18", erstatter="ferie") if retter == "erstatter" else tilbagekaldt("ny", "ferie")
    await ledger.modtag(ny)
    if tilstand == "undervejs":
        assert (await ledger.statusser())["ferie"] == "hoved", "what is in the air is settled first"
        assert await ledger.svar(ledger.taget)  # type: ignore[attr-defined]
    gik = await leverer_alt(ledger)
    s = await ledger.statusser()
    assert s["talk"] == "registreret"
    if tilstand != "endelig":  # then the follower was at the head already
        assert gik[-1] == "CreatePersonInterview", "the follower leaves after the correction (I2)"
    kode = "erstattet" if retter == "erstatter" else "tilbagekaldt"
    assert await sidste(ledger, "ferie") == ("sprunget_over", kode, True)
    naaede_dfdg = tilstand in ("i_tvivl", "undervejs", "endelig")
    if retter == "erstatter":
        assert await sidste(ledger, "ny") == ("registreret", None, True)
        assert ("UpdateFravaer" in gik) is naaede_dfdg
        # in the air the target itself goes out first, once
        assert gik.count("CreateFravaerMedIdentifier") == (
            (1 if tilstand == "venter" else 0) + (0 if tilstand in ("endelig", "undervejs") else 1)
        )
    else:
        assert (await sidste(ledger, "ny"))[0] == ("registreret" if naaede_dfdg else "noteret")
        assert ("DeleteFravaer" in gik) is naaede_dfdg
    assert set(s.values()) <= {"registreret", "sprunget_over", "noteret"}
    finale = [k for k in await kvitteringer(ledger, "ny") if k["endelig"]]
    assert len(finale) == 1, "I7"
    assert await ledger.operatoer.liste() == [], "the publisher repaired it without an operator"


async def leverer_alt(ledger: Ledger) -> list[str]:
    """Delivers, moving the clock on past waits; an in-doubt one is asked for again, and found."""
    from datetime import timedelta

    ud = []
    for _ in range(8):
        ledger.nu += timedelta(seconds=30)
        while krav := await ledger.tag():
            for k in krav:
                if k.skridt.value == "aflaes":
                    await ledger.afregning.afregn([Resultat(k, None, Tilbagelaesning(Fund.LIG), ledger.nu)])
                else:
                    ud.append(k.anmodning.operation)
                    await ledger.svar(k)
    return ud


async def test_I2_a_target_that_stops_when_settled_is_replaced_without_an_operator(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(ferie("ferie"))
    (k,) = await ledger.tag()
    await ledger.modtag(ferie("ny", "2022-02-18", erstatter="ferie"))
    assert await ledger.svar(k, AFVIST)
    assert await leverer_alt(ledger) == ["CreateFravaerMedIdentifier"]
    assert await sidste(ledger, "ny") == ("registreret", None, True)
    assert await sidste(ledger, "ferie") == ("sprunget_over", "erstattet", True)
    assert await ledger.operatoer.liste() == []


async def test_I6_a_stopped_target_in_doubt_is_settled_before_it_is_replaced(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    await ledger.modtag(ferie("ferie"))
    (k,) = await ledger.tag()
    assert await ledger.svar(k, INTET_SVAR)
    await ledger.pulje.execute(
        "update haendelse set tilstand = 'stoppet', fejlkode = 'ens_svar' where haendelse_id = 'ferie'"
    )
    await ledger.pulje.execute("delete from koe")
    await ledger.modtag(ferie("ny", "2022-02-18", erstatter="ferie"))
    assert (await ledger.statusser())["ferie"] == "hoved"
    assert await leverer_alt(ledger) == ["CreateFravaerMedIdentifier", "UpdateFravaer"]
    assert await sidste(ledger, "ny") == ("registreret", None, True)


async def test_A5_a_withdrawn_ending_passes_before_a_dead_letter_behind_it(ledger: Ledger) -> None:
    """The ending is final, a holiday behind it stopped: the correction stands where the ending stood, so it goes first."""
    await ledger.modtag(placeret(), ferie("ferie"))
    (k,) = await ledger.tag()
    await ledger.svar(k)
    await _stoppet(ledger)
    await ledger.modtag(samtale("talk", "2022-02-15", "raadighed"))
    await ledger.modtag(placeret("ny", erstatter="placeret"))
    assert await ledger.statusser() == {
        "placeret": "sprunget_over", "ferie": "stoppet", "talk": "venter", "ny": "noteret",
    }  # fmt: skip
    (d,) = await ledger.operatoer.liste()
    assert d.foelgere == 1, "the dead letter is the lane's head again, and holds its follower"
    await ledger.operatoer.genkoer([d.dlq_id], "nu er det i orden")
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]


async def test_A5_a_withdrawn_ending_takes_the_handover_back_and_followers_are_decided_anew(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), behov("slut"))
    await ledger.leverer()
    assert [o["registrering"] for o in await beskeder(ledger, "gateway.overdragelse.v1")] == ["afventer", "registreret"]
    await ledger.modtag(tilbagekaldt("fortryd", "slut"))
    await ledger.modtag(udbetalt("timer", "410"))
    assert await ledger.leverer() == ["UpdateFravaer", "UpdateFravaer"]
    assert await sidste(ledger, "timer") == ("registreret", None, True)
    assert await sidste(ledger, "slut") == ("sprunget_over", "tilbagekaldt", True)
    udgaver = [
        (o["udgave"], o["registrering"], o["aarsagskode"]) for o in await beskeder(ledger, "gateway.overdragelse.v1")
    ]
    assert udgaver[2:] == [(1, "afventer", "41"), (3, "bortfaldet", "44"), (2, "registreret", "41")]
    (b,) = [x for x in await beskeder(ledger, "gateway.kontaktforloeb-hos-akasse.v1") if x["grund"] == "genaabnet"]
    assert b["cpr"] == CPR


async def test_O1_a_change_while_the_slutdato_lies_ahead_is_an_edition_of_its_own(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), udbetalt("timer", "410"))
    await ledger.leverer()
    await ledger.modtag(h("talk", "samtale.afholdt", "2022-03-30", samtale("x", "2022-03-29", "jobsamtale")["data"]))
    await ledger.leverer()
    udgaver = await beskeder(ledger, "gateway.overdragelse.v1")
    assert [(o["udgave"], o["registrering"], len(o["samtaler"])) for o in udgaver] == [
        (1, "afventer", 0),
        (2, "registreret", 0),
        (3, "opdateret", 1),
    ]


async def test_a_correction_of_what_is_not_there_is_refused(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), ferie("ny", erstatter="findes-ikke"), tilbagekaldt("t", "heller-ikke"))
    assert await sidste(ledger, "ny") == ("afvist", "erstatter_ukendt", True)
    assert await sidste(ledger, "t") == ("afvist", "erstatter_ukendt", True)


async def test_a_corrected_event_is_not_corrected_again_but_its_replacement_is(ledger: Ledger) -> None:
    await ledger.modtag(placeret(), ferie("f1"))
    await ledger.leverer()
    await ledger.modtag(ferie("f2", "2022-02-18", erstatter="f1"))
    await ledger.leverer()
    await ledger.modtag(ferie("f3", "2022-02-19", erstatter="f1"))
    assert await sidste(ledger, "f3") == ("afvist", "rettet_foer", True)
    await ledger.modtag(ferie("f4", "2022-02-20", erstatter="f2"))
    assert await ledger.leverer() == ["UpdateFravaer"], "still the same absence"
    await ledger.modtag(tilbagekaldt("t", "f4"))
    assert await ledger.leverer() == ["DeleteFravaer"]
    assert (await ledger.statusser()) == {
        "placeret": "registreret", "f1": "sprunget_over", "f2": "sprunget_over", "f3": "afvist", "f4": "sprunget_over",
        "t": "registreret",
    }  # fmt: skip


async def test_I3_a_correction_decided_again_repeats_nothing_that_was_receipted(ledger: Ledger) -> None:
    """A withdrawn placement with a holiday: two registrations, the second refused; the retry sends only that one."""
    await ledger.modtag(placeret(), ferie("ferie"))
    await ledger.leverer()
    await ledger.modtag(tilbagekaldt("t", "placeret"))
    (k,) = await ledger.tag()
    await ledger.svar(k)
    foerste = k.anmodning.sti
    (k,) = await ledger.tag()
    await ledger.svar(k, AFVIST)
    await ledger.operatoer.genkoer([await ledger.doedt()], "igen")
    (k,) = await ledger.tag()
    assert k.anmodning.sti != foerste
    await ledger.svar(k)
    assert await sidste(ledger, "t") == ("registreret", None, True)


async def test_I2_a_correction_that_waits_passes_before_an_event_that_stops_then(ledger: Ledger) -> None:
    """The holiday was on its way when the placement was corrected, and stops: the correction waits for nobody's act."""
    await ledger.modtag(placeret(), ferie("ferie"), samtale("talk", "2022-02-15", "raadighed"))
    (k,) = await ledger.tag()
    await ledger.svar(k)
    (k,) = await ledger.tag()
    await ledger.modtag(placeret("ny", erstatter="placeret"))
    assert (await ledger.statusser())["ny"] == "venter"
    assert await ledger.svar(k, AFVIST)
    assert await ledger.statusser() == {
        "placeret": "sprunget_over", "ferie": "stoppet", "talk": "venter", "ny": "noteret",
    }  # fmt: skip
    await ledger.operatoer.genkoer([await ledger.doedt()], "nu er det i orden")
    assert await ledger.leverer() == ["CreateFravaerMedIdentifier", "CreatePersonInterview"]


async def _rettelse_foer_doedbrev(ledger: Ledger) -> None:
    """A holiday is final, the talk behind it a dead letter, and a correction of the holiday passes before that one."""
    await ledger.modtag(placeret(), ferie("ferie"))
    await ledger.leverer()
    await ledger.modtag(samtale("talk", "2022-02-15", "raadighed"))
    await _stoppet(ledger)
    await ledger.modtag(ferie("ny", "2022-02-18", erstatter="ferie"))


async def test_I2_of_two_dead_letters_the_first_in_order_is_acted_on_first(ledger: Ledger) -> None:
    await _rettelse_foer_doedbrev(ledger)
    talk = await ledger.doedt()
    await _stoppet(ledger)
    with pytest.raises(Betjeningsfejl, match="ny stands before it"):
        await ledger.operatoer.genkoer([talk], "igen")
    (ny,) = [d.dlq_id for d in await ledger.operatoer.liste() if d.haendelse_id == "ny"]
    await ledger.operatoer.genkoer([ny], "igen")
    assert await ledger.leverer() == ["UpdateFravaer"]
    await ledger.operatoer.genkoer([talk], "igen")
    assert await ledger.leverer() == ["CreatePersonInterview"]


@pytest.mark.parametrize("i_luften", [False, True], ids=["ready", "claimed"])
async def test_I2_a_replaced_dead_letter_waits_for_the_correction_before_it(ledger: Ledger, i_luften: bool) -> None:
    await _rettelse_foer_doedbrev(ledger)
    krav = await ledger.tag() if i_luften else []
    await ledger.modtag(samtale("talk2", "2022-02-16", "raadighed", erstatter="talk"))
    s = await ledger.statusser()
    assert (s["ny"], s["talk"], s["talk2"]) == ("hoved", "sprunget_over", "venter")
    for k in krav:
        assert await ledger.svar(k)
    gik = [k.anmodning.operation for k in krav] + await ledger.leverer()
    assert gik == ["UpdateFravaer", "CreatePersonInterview"]
    assert await sidste(ledger, "talk2") == ("registreret", None, True)


async def test_I7_a_correction_that_waited_behind_a_blocked_kind_is_decided_with_its_history(ledger: Ledger) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    dage = {"tilmeldingsdato": "2022-01-10", "indplaceringsdato": "2022-01-10"}
    await ledger.modtag({**placeret("ny", erstatter="placeret"), "data": {**placeret()["data"], **dage}})
    # Its kind was blocked, and the block is lifted.
    await ledger.pulje.execute("update koe set kanal = kanal || '#spaerret'")
    await Spaerringer(ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu).gaa()
    assert await ledger.leverer() == ["UpdateFravaer"], "the marking that stands is moved, no other is made"
    assert await sidste(ledger, "placeret") == ("sprunget_over", "erstattet", True)
