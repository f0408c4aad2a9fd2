"""The transport of absence creates changed by its setting: what was begun goes on as it began, and what DFDG named itself is
found before it is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import pytest

from gateway.errors import Betjeningsfejl
from gateway.lanes.forsoeg import Anmodning, Fund, Svar, Svarfejl, Tilbagelaesning, Udfald
from gateway.ledger.motor import Motor
from gateway.ledger.raekker import det_samme
from gateway.ledger.settle import Resultat
from gateway.ledger.transportskift import Transportskift
from gateway.ledger.vinduer import Vinduer
from gateway.opsaetning import koder, regelopsaetning
from gateway.rules.afgoer import decide
from gateway.rules.model import Regime, Regimelukning
from gateway.settings import Settings
from producers.dfdg.carrier import DfdgCarrier
from producers.dfdg.opsaetning import DfdgOpsaetning
from sandbox.personer import Personregister
from tests.dfdg import byg as dfdg
from tests.ledger.byg import Ledger, h, placeret, udbetalt
from tests.ledger.test_rettelser import kvitteringer, sidste
from tests.ledger.test_samtidighed import leverandoer, til

pytestmark = pytest.mark.postgres
DFDGS_ID = "11111111-2222-4333-8444-555555555555"
INTET_SVAR = Svar(Udfald.INTET_SVAR, kode="timeout")
Transport = Literal["rest", "soap"]


def med(ledger: Ledger, transport: Transport) -> Ledger:
    """The same ledger after a restart with this transport."""
    s = Settings()
    carrier = DfdgCarrier(DfdgOpsaetning(base_url="http://127.0.0.1:9", koder=koder(s), fravaer_transport=transport))
    return Ledger(
        ledger.pulje, ledger.noegler, Motor(decide, carrier.render, regelopsaetning(s)), ledger.nu, ledger.offset
    )


def lukket(ledger: Ledger) -> Ledger:
    """The regime closes (R7): a placement makes its marking and ends it, in one event."""
    lukning = Regimelukning(Regime.FORSOEG_2020, date(2022, 2, 1), None, "41")
    ledger.motor.opsaetning = replace(ledger.motor.opsaetning, lukkede=(lukning,))
    return ledger


def fundet(id_: str = DFDGS_ID) -> Svar:
    return Svar(Udfald.KVITTERET, registrerings_id=id_)


async def laest(ledger: Ledger, krav: Any, fund: Fund) -> None:
    await ledger.afregning.afregn([Resultat(krav, None, Tilbagelaesning(fund), ledger.nu)])


async def test_I7_an_absence_made_over_soap_is_changed_under_the_id_that_dfdg_gave_it(ledger: Ledger) -> None:
    soap = med(ledger, "soap")
    await soap.modtag(placeret())
    assert await soap.leverer() == ["CreateAbsence"]
    rest = med(soap, "rest")
    await rest.modtag(udbetalt("timer", "410"))
    (laesning,) = await rest.tag()
    assert laesning.anmodning.operation == "GetAlleFravaer"
    await rest.svar(laesning, fundet())
    (ret,) = await rest.tag()
    assert (ret.anmodning.operation, ret.anmodning.entitets_id) == ("UpdateFravaer", DFDGS_ID)
    assert ret.anmodning.sti.endswith(DFDGS_ID)
    await rest.svar(ret)
    assert await sidste(rest, "timer") == ("registreret", None, True)
    (k,) = [x for x in await kvitteringer(rest, "timer") if x["endelig"]]
    assert [r["operation"] for r in k["registreringer"]] == ["UpdateFravaer"], "a reading is no registration"
    # It is read once: withdrawn, the ending is taken back under the id that is known.
    await rest.modtag(
        h("fortrudt", "haendelse.tilbagekaldt", "2022-04-01", {"haendelseId": "timer", "begrundelse": "x"})
    )
    (ret,) = await rest.tag()
    assert (ret.anmodning.operation, ret.anmodning.entitets_id) == ("UpdateFravaer", DFDGS_ID)


async def test_an_absence_of_ours_that_dfdg_has_no_more_stops_the_event_with_that_reason(ledger: Ledger) -> None:
    soap = med(ledger, "soap")
    await soap.modtag(placeret())
    await soap.leverer()
    await soap.modtag(udbetalt("timer", "410"))
    (laesning,) = await soap.tag()
    mangler = Svar(Udfald.AFVIST, kode="fravaer_mangler", fejl=(Svarfejl("fravaer_mangler", "findes ikke"),))
    await soap.svar(laesning, mangler)
    k = (await kvitteringer(soap, "timer"))[-1]
    assert (k["status"], k["fejl"]["kode"]) == ("stoppet", "fravaer_mangler")


@pytest.mark.parametrize(("foer", "efter"), [("rest", "soap"), ("soap", "rest")])
async def test_I6_in_doubt_is_settled_on_the_transport_and_under_the_ids_that_it_began_with(
    ledger: Ledger, foer: Transport, efter: Transport
) -> None:
    foerst = med(ledger, foer)
    await foerst.modtag(placeret())
    (krav,) = await foerst.tag()
    await foerst.svar(krav, INTET_SVAR)
    siden = med(foerst, efter)
    siden.nu += timedelta(seconds=5)
    (igen,) = await siden.tag()
    assert (igen.anmodning, igen.request_id) == (krav.anmodning, krav.request_id)
    if foer == "soap":
        # Nothing tells a repeat over SOAP from a second write: absent twice, the second after the quiet time.
        await laest(siden, igen, Fund.FRAVAERENDE)
        siden.nu += timedelta(seconds=114)
        assert await siden.tag() == []
        siden.nu += timedelta(seconds=2)
        (igen,) = await siden.tag()
        await laest(siden, igen, Fund.FRAVAERENDE)
        (igen,) = await siden.tag()
        assert igen.anmodning == krav.anmodning
    await siden.svar(igen)
    assert await sidste(siden, "placeret") == ("registreret", None, True)


async def test_I7_an_event_that_makes_and_ends_a_marking_reads_its_id_in_between(ledger: Ledger) -> None:
    soap = lukket(med(ledger, "soap"))
    await soap.modtag(placeret())
    (opret,) = await soap.tag()
    await soap.svar(opret)
    (laesning,) = await soap.tag()
    assert (opret.anmodning.operation, laesning.anmodning.operation) == ("CreateAbsence", "GetAlleFravaer")
    await soap.svar(laesning, fundet())
    (ret,) = await soap.tag()
    assert (ret.anmodning.operation, ret.anmodning.entitets_id) == ("UpdateFravaer", DFDGS_ID)
    assert (ret.anmodning.sti.endswith(DFDGS_ID), ret.anmodning.noegle["id"]) == (True, DFDGS_ID)
    await soap.svar(ret)
    assert await sidste(soap, "placeret") == ("registreret", None, True)
    assert await soap.tag() == []


def test_I3_a_create_is_known_to_be_the_same_over_either_transport() -> None:
    """So what DFDG receipted before the switch is not made again by an event that is decided again after it."""
    cpr = Personregister().ny()
    som: dict[str, list[object]] = {"rest": [], "soap": []}
    for transport in ("rest", "soap"):
        c = DfdgCarrier(dfdg.opsaetning(fravaer_transport=transport))
        for i in (dfdg.opret(), dfdg.opret(startdato=date(2023, 2, 2)), dfdg.opret(fravaer_id=dfdg.SAMTALE_ID)):
            som[transport].append(det_samme("OpretFravaer", c.render(dfdg.registrering(i), dfdg.haendelse(), cpr)))
    assert som["rest"] == som["soap"]
    assert len(set(som["rest"])) == 3


@pytest.mark.parametrize(("foer", "efter"), [("rest", "soap"), ("soap", "rest")])
async def test_I3_only_what_was_never_sent_follows_the_switch(
    ledger: Ledger, foer: Transport, efter: Transport
) -> None:
    foerst = med(ledger, foer)
    register = Personregister()
    for navn in ("usendt", "i_tvivl", "svaret", "holdt"):
        await foerst.modtag({**placeret(navn), "data": {**placeret()["data"], "cpr": register.ny()}})
    navne = {r["id"]: r["haendelse_id"] for r in await foerst.pulje.fetch("select haendelse_id, id from haendelse")}
    svar = {
        "usendt": Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"),
        "i_tvivl": INTET_SVAR,
        "svaret": Svar(Udfald.UTILGAENGELIG, kode="http_503"),
        "holdt": Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"),
    }
    for k in await foerst.tag():
        await foerst.svar(k, svar[navne[k.haendelse_ref]])
    await foerst.pulje.execute(
        """update koe set kanal = kanal || '#spaerret' where registrering_id in
           (select r.id from registrering r join haendelse h on h.id = r.haendelse_ref where h.haendelse_id = 'holdt')"""
    )
    siden = med(foerst, efter)
    operation = {"rest": "CreateFravaerMedIdentifier", "soap": "CreateAbsence"}
    skift = Transportskift(
        siden.pulje, siden.motor, siden.noegler, "test", lambda: siden.nu, operation=operation[efter]
    )
    assert await skift.gaa() == 1
    assert await skift.gaa() == 0
    siden.nu += timedelta(seconds=30)
    ventende = {navne[k.haendelse_ref]: k for k in await siden.tag()}
    assert {n: k.anmodning.operation for n, k in ventende.items()} == {
        "usendt": operation[efter],
        "i_tvivl": operation[foer],
        "svaret": operation[foer],
    }
    await siden.svar(ventende["usendt"])
    assert await sidste(siden, "usendt") == ("registreret", None, True)


async def test_I3_what_somebody_holds_as_the_switch_is_made_follows_it_too(ledger: Ledger) -> None:
    """A lane that is locked, and a claim that comes back unsent: left for the next second, not taken as done."""
    soap = med(ledger, "soap")
    await soap.modtag(placeret())
    rest = med(soap, "rest")
    skift = Transportskift(
        rest.pulje, rest.motor, rest.noegler, "test", lambda: rest.nu, operation="CreateFravaerMedIdentifier"
    )
    async with rest.pulje.acquire() as conn, conn.transaction():
        await conn.execute("select 1 from lane for update")
        assert await skift.gaa() == 0
    (krav,) = await rest.tag()
    assert krav.anmodning.operation == "CreateAbsence"
    assert await skift.gaa() == 0
    await rest.svar(krav, Svar(Udfald.ALDRIG_SENDT, kode="forbindelse"))
    assert await skift.gaa() == 1
    assert await skift.gaa() == 0
    rest.nu += timedelta(seconds=30)
    (krav,) = await rest.tag()
    assert krav.anmodning.operation == "CreateFravaerMedIdentifier"


class _Ulaeselig:
    """A carrier of what is in doubt: nothing can be read."""

    def __init__(self) -> None:
        self.laest = 0

    async def laes_tilbage(self, _a: Anmodning) -> Tilbagelaesning:
        self.laest += 1
        return Tilbagelaesning(Fund.UKENDT, Svar(Udfald.UTILGAENGELIG, kode="http_503"))


@pytest.mark.parametrize(("transport", "tilstand"), [("soap", "aaben"), ("rest", "nede")])
async def test_I5_what_is_read_back_at_another_service_says_nothing_of_the_one_that_was_written_to(
    ledger: Ledger, database: str, transport: Transport, tilstand: str
) -> None:
    """So SOAP goes on while REST, where its creates are read back, is away; REST's own readings speak of REST."""
    denne = med(ledger, transport)
    register = Personregister()
    for nr in range(4):
        await denne.modtag({**placeret(f"p{nr}"), "data": {**placeret()["data"], "cpr": register.ny()}})
    for k in await denne.tag():
        await denne.svar(k, INTET_SVAR)
    await denne.pulje.execute("update registrering set skal_aflaeses = true")
    carrier = _Ulaeselig()
    async with leverandoer(denne, database, carrier, lease=10):
        await til(
            denne,
            "select min(udsat) >= 3 or bool_or(k.tilstand = 'nede') from registrering r join kanal k using (kanal)",
        )
    assert carrier.laest >= 4
    assert await denne.pulje.fetchval("select tilstand from kanal") == tilstand


async def test_I5_a_window_may_name_the_service_that_creates_are_switched_to_before_anything_was_sent_there(
    ledger: Ledger,
) -> None:
    vinduer = Vinduer(ledger.pulje, ledger.noegler, "test", lambda: ledger.nu)
    til_ = ledger.nu + timedelta(hours=6)
    begge = ["FravaerService", "AbsenceRegistrationService"]
    await vinduer.planlaeg(ledger.nu, til_, begge, "DFDG frigiver", hvem="test", begrundelse="x")
    soap = med(ledger, "soap")
    await soap.modtag(placeret())
    assert await soap.tag() == []
    with pytest.raises(Betjeningsfejl):
        await vinduer.planlaeg(ledger.nu, til_, ["AbsenceService"], "DFDG frigiver", hvem="test", begrundelse="x")
