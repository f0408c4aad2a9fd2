"""A dry run of letting go shows what is then sent: the same requests in the same order, and it leaves nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.errors import Adgangsfejl, Betjeningsfejl
from gateway.lanes.afbryder import Udslag
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald
from gateway.ledger import frigivelse
from gateway.ledger.aktoer import Aktoer, Rettigheder
from gateway.ledger.betjening import Betjening
from gateway.ledger.frigivelse import Forsendelse, Frigivelse
from gateway.ledger.frigivelsesvisning import i_ord, som_json
from gateway.ledger.settle import Resultat
from gateway.ledger.visning import MASKE, skjul
from tests.ledger.byg import CPR, Ledger, placeret, samtale
from tests.ledger.test_flow import FRAVAER, indplacerede, udfald

pytestmark = pytest.mark.postgres
AFVIST = Svar(Udfald.AFVIST, kode="4567", fejl=(Svarfejl("4567", "ukendt kode"),))
EFTER = 5


@pytest.fixture
def b(ledger: Ledger) -> Betjening:
    return Betjening(
        ledger.pulje, ledger.motor, ledger.noegler, "test", lambda: ledger.nu, stilletid=timedelta(seconds=120),
        takster={FRAVAER: 10.0},
    )  # fmt: skip


async def _med_datoer(ledger: Ledger, antal: int, *, dage: int = 7) -> list[dict[str, Any]]:
    """So many citizens' placements, accepted, with dates that lie otherwise than the order in which they came."""
    haendelser = indplacerede(antal)
    await ledger.modtag(*haendelser)
    for nr, h in enumerate(haendelser):
        dato = date(2026, 4, 1) + timedelta(days=(nr * 3) % dage) if nr % 4 else None
        await ledger.pulje.execute(
            """with r as (update registrering set haardeste_dato = $2 where haendelse_ref = (
                   select id from haendelse where haendelse_id = $1) returning id)
               update koe set haardeste_dato = $2 where registrering_id in (select id from r)""",
            h["id"],
            dato,
        )
    return haendelser


async def _aftryk(ledger: Ledger) -> list[Any]:
    tabeller = ("koe", "haendelse", "registrering", "doedbrev", "pause", "vindue", "spaerring", "karantaene", "kanal", "besked",
                "udbakke", "betjening", "krav", "lane")  # fmt: skip
    return [sorted(map(str, await ledger.pulje.fetch(f"select * from {t}"))) for t in tabeller]


def _vist(f: Frigivelse, navn: str = FRAVAER) -> list[Forsendelse]:
    return [x for t in f.tjenester if t.tjeneste == navn for x in t.foerste]


async def _sendt(ledger: Ledger) -> list[tuple[str, str]]:
    """Everything that is then claimed, one head at a time: (event, request without numbers)."""
    ud = []
    while krav := await ledger.uddeling.tag(dict.fromkeys(await ledger.uddeling.kanaler(), 1)):
        for k in krav:
            a = k.anmodning
            ud.append(
                (
                    await ledger.pulje.fetchval("select haendelse_id from haendelse where id = $1", k.haendelse_ref),
                    f"{k.request_id} {a.metode} {a.sti} {a.entitets_id} {skjul(a.krop.decode())}",
                )
            )
            await ledger.svar(k)
            # As delivery does: the channel hears of it, and its reopening goes on.
            await udfald(ledger, [k], Udslag.KVITTERET)
    return ud


def _par(vist: list[Forsendelse]) -> list[tuple[str, str]]:
    return [
        (str(x.haendelse_id), x.request_id + " {metode} {sti} {entitetsId} {krop}".format_map(x.anmodning))
        for x in vist
    ]


@pytest.mark.parametrize("trinvis", [True, False], ids=["in steps", "at once"])
async def test_I4_a_pauses_heads_are_shown_as_they_are_then_claimed(
    ledger: Ledger, b: Betjening, trinvis: bool
) -> None:
    await _med_datoer(ledger, 15)
    nr = await b.pauser("test").saet("tjeneste", FRAVAER, "x")
    # Some had met an error and wait for a later time; the first step makes them ready, else they come when it is theirs.
    await ledger.pulje.execute(
        "update koe set klar_fra = $1 where nr % 5 = 0 or haardeste_dato = (select min(haardeste_dato) from koe)",
        ledger.nu + timedelta(minutes=5),
    )
    foer = await _aftryk(ledger)
    f = await b.frigivelser("test").pause(nr, trinvis=trinvis)
    assert await _aftryk(ledger) == foer
    await b.pauser("test").ophaev(nr, "x", trinvis=trinvis)
    sendt = await _sendt(ledger)
    ledger.nu += timedelta(minutes=6)
    sendt += await _sendt(ledger)
    assert len(sendt) == 15
    assert _par(_vist(f)) == sendt
    (t,) = f.tjenester
    assert (t.hoveder, t.trinvis, t.rate.sekundet, t.rate.tilladt) == (15, trinvis, 10.0, True)
    assert t.faerdig is not None
    assert timedelta(seconds=1.4) <= t.faerdig - f.nu <= timedelta(seconds=2)
    assert "højst 10 i sekundet (tilladt)" in i_ord(f)


async def test_a_window_shows_what_its_end_sends_and_what_a_pause_still_holds(ledger: Ledger, b: Betjening) -> None:
    await _med_datoer(ledger, 4)
    nr = await b.vinduer.planlaeg(ledger.nu, ledger.nu + timedelta(hours=6), [], "lukket", hvem="test", begrundelse="x")
    foer = await _aftryk(ledger)
    f = await b.frigivelser("test").vindue(nr)
    assert await _aftryk(ledger) == foer
    pause = await b.pauser("test").saet("akasse", "01", "x")
    holdt = await b.frigivelser("test").vindue(nr)
    assert (holdt.tjenester, holdt.holdes) == ((), {"pause": 4})
    assert "4 borgere holdes stadig af en pause" in i_ord(holdt)
    assert (await b.frigivelser("test").pause(pause)).holdes == {"vindue": 4}
    await b.pauser("test").ophaev(pause, "x")
    await b.vinduer.slut(nr, hvem="test", begrundelse="x")
    assert _par(_vist(f)) == await _sendt(ledger)
    senere = await b.vinduer.planlaeg(
        ledger.nu + timedelta(hours=1), ledger.nu + timedelta(hours=6), [], "lukket", hvem="test", begrundelse="x"
    )
    assert (await b.frigivelser("test").vindue(senere)).haendelser == 0, "one that has not begun holds nothing"


async def test_I5_a_channel_that_is_down_shows_what_a_reopening_sends(ledger: Ledger, b: Betjening) -> None:
    await _med_datoer(ledger, 13)
    await ledger.pulje.execute(
        "update kanal set tilstand = 'nede', siden = $1, naeste_proeve = $1, proever = 4, aarsag = 'http_503'",
        ledger.nu + timedelta(seconds=20),
    )
    assert await ledger.tag() == []
    f = await b.frigivelser("test").genaabn(FRAVAER, "01")
    assert f.tjenester[0].trinvis
    await b.pauser("test").genaabn(FRAVAER, "01", "x")
    assert _par(_vist(f)) == await _sendt(ledger)
    with pytest.raises(Betjeningsfejl, match="can reopen"):
        await b.frigivelser("test").genaabn("PlanService", None)


async def test_a_paused_lane_shows_its_head(ledger: Ledger, b: Betjening) -> None:
    (h,) = indplacerede(1)
    efter = samtale("s", "2022-02-01", "jobsamtale")
    efter["data"]["cpr"] = h["data"]["cpr"]
    await ledger.modtag(h, efter)
    pseudonym = str(await ledger.pulje.fetchval("select pseudonym from borger"))
    nr = await b.pauser("test").saet("borger", pseudonym, "x")
    f = await b.frigivelser("test").pause(nr)
    assert [(x.haendelse_id, x.borger) for x in _vist(f)] == [(h["id"], pseudonym)]
    assert (f.tjenester[0].bagved, f.tjenester[0].trinvis) == (1, False)


async def _spaerret(ledger: Ledger, b: Betjening, antal: int) -> int:
    await _med_datoer(ledger, antal)
    ledger.afregning._spaer_efter = EFTER
    krav = await ledger.uddeling.tag(dict.fromkeys(await ledger.uddeling.kanaler(), EFTER))
    await ledger.afregning.afregn([Resultat(k, AFVIST, None, ledger.nu) for k in krav])
    await b.spaerringer.gaa()
    (s,) = await b.spaerringer.alle()
    return int(s["id"])


async def test_I2_a_block_shows_what_its_lifting_sends_the_hardest_date_first(ledger: Ledger, b: Betjening) -> None:
    nr = await _spaerret(ledger, b, 18)
    foer = await _aftryk(ledger)
    f = await b.frigivelser("test").spaerring(nr)
    assert await _aftryk(ledger) == foer
    assert (f.haendelser, f.proevet) == (18, 18)
    assert await b.spaerringer.ophaev(nr, b.operatoer("test"), "test", "rettet") == 18
    sendt = await _sendt(ledger)
    assert len(sendt) == 18
    assert _par(_vist(f)) == sendt, "those that had stopped and those that waited stand in one line"


async def test_a_dead_letter_that_cannot_be_redriven_keeps_no_block_from_being_lifted(
    ledger: Ledger, b: Betjening
) -> None:
    nr = await _spaerret(ledger, b, 8)
    brev = await ledger.pulje.fetchval("select id from doedbrev where status = 'aaben' limit 1")
    # Its lane has another event on its way before it, as after an upgrade: it can't be acted on.
    await ledger.pulje.execute(
        "update haendelse set tilstand = 'hoved' where id = (select haendelse_ref from doedbrev where id = $1)", brev
    )
    f = await b.frigivelser("test").spaerring(nr)
    assert len(f.afviste) == 1
    assert await b.spaerringer.ophaev(nr, b.operatoer("test"), "test", "rettet") == 7
    assert sorted(x for x, _ in await _sendt(ledger)) == sorted(str(x.haendelse_id) for x in _vist(f))
    assert await b.spaerringer.alle() == []


async def test_what_is_not_tried_is_reckoned_with_and_said(
    ledger: Ledger, b: Betjening, monkeypatch: pytest.MonkeyPatch
) -> None:
    nr = await _spaerret(ledger, b, 30)
    monkeypatch.setattr(frigivelse, "PROEVES", 10)
    monkeypatch.setattr(frigivelse, "VISES", 5)
    f = await b.frigivelser("test").spaerring(nr)
    (t,) = f.tjenester
    # The stopped ones, and the ten hardest of those that wait.
    assert (f.haendelser, f.proevet, t.hoveder, len(t.foerste)) == (30, 10 + EFTER, 30, 5)
    assert "De første 15 er afgjort på prøve" in i_ord(f)
    monkeypatch.setattr(frigivelse, "PROEVES", 50)
    hel = await b.frigivelser("test").spaerring(nr)
    assert hel.tjenester[0].foerste == t.foerste, "the first are the first, however many are tried"
    assert hel.tjenester[0].registreringer == t.registreringer == 30, "and the rest is reckoned with"


async def _i_karantaene(ledger: Ledger, b: Betjening, antal: int) -> int:
    haendelser = indplacerede(antal)
    efter = []
    for nr, h in enumerate(haendelser):
        efter.append(s := samtale(f"s{nr}", "2022-02-01", "jobsamtale"))
        s["data"]["cpr"] = h["data"]["cpr"]
        s["source"] = "/akasse/01/crm"
        h["source"] = "/akasse/01/loen"
    nr, _ = await b.karantaener("test").saet(
        "/akasse/01/loen", None, ledger.nu - timedelta(days=9999), None, "forkert udtræk"
    )
    await ledger.modtag(*haendelser, *efter)
    return nr


async def test_a_quarantine_shows_what_its_end_sends(ledger: Ledger, b: Betjening) -> None:
    nr = await _i_karantaene(ledger, b, 6)
    foer = await _aftryk(ledger)
    f = await b.frigivelser("test").karantaene(nr)
    assert await _aftryk(ledger) == foer
    assert (f.haendelser, f.tjenester[0].bagved) == (6, 6)
    await b.karantaener("test").ophaev(nr, b.operatoer("test"), "x", spring_over=False)
    sendt = await _sendt(ledger)
    assert _par(_vist(f)) == [x for x in sendt if x[0].startswith("p")]


async def test_events_of_a_quarantine_that_are_given_up_send_nothing_and_what_is_behind_is_decided(
    ledger: Ledger, b: Betjening
) -> None:
    nr = await _i_karantaene(ledger, b, 3)
    foer = await _aftryk(ledger)
    f = await b.frigivelser("test").karantaene(nr, spring_over=True)
    assert await _aftryk(ledger) == foer
    assert (f.haendelser, f.uden_dfdg) == (3, {"sprunget_over": 3})
    await b.karantaener("test").ophaev(nr, b.operatoer("test"), "x", spring_over=True)
    assert [x for x, _ in await _sendt(ledger)] == [str(x.haendelse_id) for t in f.tjenester for x in t.foerste]


async def test_I8_a_dry_run_shows_the_request_without_its_number(ledger: Ledger, b: Betjening) -> None:
    await ledger.modtag(placeret())
    await ledger.leverer()
    nr = await b.pauser("test").saet("akasse", "01", "x")
    await ledger.modtag(samtale("s", "2022-02-01", "jobsamtale"))
    f = await b.frigivelser("test").pause(nr)
    (vist,) = _vist(f, "PersonRegistrationService")
    assert vist.anmodning["operation"] == "CreatePersonInterview"
    assert MASKE in vist.anmodning["krop"], "the number's place is seen"
    assert CPR not in json.dumps(som_json(f)) + str(f)


async def test_I9_a_dry_run_needs_the_right_to_the_act(ledger: Ledger, b: Betjening) -> None:
    spaerring = await _spaerret(ledger, b, 6)
    akasse = await b.pauser("test").saet("akasse", "01", "x")
    tjeneste = await b.pauser("test").saet("tjeneste", FRAVAER, "x")
    karantaene, _ = await b.karantaener("test").saet("/akasse/01", None, ledger.nu, None, "x")
    vindue = await b.vinduer.planlaeg(ledger.nu, ledger.nu + timedelta(hours=6), [], "x", hvem="t", begrundelse="x")

    def forsoeg(*roller: str) -> dict[str, Any]:
        f = b.frigivelser(Aktoer("anna", "api", Rettigheder.fra_tekst(roller)))
        return {
            "spaerring": f.spaerring(spaerring), "akasse": f.pause(akasse), "karantaene": f.karantaene(karantaene),
            "tjeneste": f.pause(tjeneste), "vindue": f.vindue(vindue), "genaabn": f.genaabn(FRAVAER, None),
        }  # fmt: skip

    async def maa(*roller: str) -> set[str]:
        ud = set()
        for navn, proev in forsoeg(*roller).items():
            try:
                await proev
                ud.add(navn)
            except Adgangsfejl:
                pass
            except Betjeningsfejl:
                # Refused on the matter: the window keeps the service closed.
                ud.add(navn)
        return ud

    assert await maa("operatoer:02") == set()
    assert await maa("laeser:*", "tilsyn:*") == set()
    assert await maa("operatoer:01") == {"spaerring", "akasse", "karantaene"}
    assert await maa("operatoer:*") == {"spaerring", "akasse", "karantaene", "tjeneste", "vindue", "genaabn"}
