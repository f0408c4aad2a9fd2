"""A release week-end (docs/runbook.md): a window of six hours, the transport of absence creates switched while 200 are in
doubt, and switched back after half an hour. Judged from DFDG's own log: nothing is lost, made twice or out of order; and
from the alarms: one.

Friday evening DFDG stops answering what it was just asked: 220 creates are in the air, some of them committed. The window
opens, and nothing is sent; the gateway is restarted to create absences over SOAP. When the window ends, the new release
answers over SOAP, but not over REST, so that what is in doubt can be neither repeated nor read. Half an hour later the
gateway is restarted with REST, which is mended; creates over SOAP are in doubt by then, and others wait unsent.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.dfdg.log import laes_log
from sandbox.dommer import linjer
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import Fortaelling, generer
from sandbox.parter import Admindfdg, Forestilling
from sandbox.personer import Personregister
from tests.alarmer.byg import promtool
from tests.ende_til_ende.alarmoptager import Episode, Optager, Tidsmaal, doem
from tests.ende_til_ende.drift import Opstilling, forudsaetninger, opstilling, parter

pytestmark = [
    pytest.mark.ende_til_ende,
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.skipif(promtool() is None, reason="promtool is not installed (deploy/systempakker.sh)"),
]
SEED = 20261124
#: Members whose placements are in the air when DFDG goes down, come in the window before and after the switch, over SOAP, are
#: in doubt over SOAP, and unsent there.
ANTAL = (215, 15, 15, 25, 20, 25)
SUM = sum(ANTAL)
REST, SOAP = "FravaerService", "AbsenceRegistrationService"
#: Six hours and half an hour of the week-end, in its seconds.
VINDUE, HALV_TIME = 6 * 3600, 1800
#: An attempt may hang until DFDG gives it up; as many as the burst are in the air at once.
_MILJOE = {
    "GATEWAY_DFDG__CONNECT_TIMEOUT": "10",
    "GATEWAY_DFDG__SEND_TIMEOUT": "5",
    "GATEWAY_DFDG__ANSWER_TIMEOUT": "75",
    "GATEWAY_DFDG__LEASE": "100",
    "GATEWAY_DFDG__STILLETID": "3",
    "GATEWAY_DFDG__SAMTIDIGHED": "300",
    "GATEWAY_DFDG__SAMTIDIGHED_I_ALT": "300",
    "GATEWAY_OPS__MAAL_HVERT": "0.5",
}
#: Publishers hear that they wait after 30 seconds, which no setting scales.
_SNART = "import datetime, gateway.ledger.ventende as v; v._EFTER = datetime.timedelta(seconds=0.5)"
_DRIFT = "gateway.driftsbesked.v1"
_INDPLACERET = "akasse.medlem.indplaceret.v1"
_FAERDIGE = """select case when bool_and(tilstand = 'endelig') then count(*) else -2 end from haendelse"""
_I_TVIVL = "select count(*) from registrering where fase = 'i_tvivl' and tjeneste = '{}'"


_OVER_SOAP = {"tjeneste": SOAP, "operation": "CreateAbsence"}
_SOAPS = "select (select count(*) from registrering where operation = 'CreateAbsence' and fase = '{}')"


class _Weekend:
    """The week-end's hands: the operator's commands, DFDG's faults, and the parties' events."""

    def __init__(self, o: Opstilling, forestilling: Forestilling, optager: Optager) -> None:
        self.o, self.forestilling, self.optager = o, forestilling, optager
        self.ur = Tidsmaal()

    async def start(self, transport: str) -> None:
        """(Re)starts the gateway with this transport of creates."""
        await self.o.stop()
        self.o.miljoe["GATEWAY_DFDG__FRAVAER_TRANSPORT"] = transport
        self.optager.adresser["levering"] = (await self.o.start(_SNART))["ops"]

    async def fortael(self, medlemmer: Sequence[Fortaelling]) -> None:
        """Publishes these members' events; the judge knows them already."""
        await self.forestilling.genererede(medlemmer, samtidige=len(medlemmer), seed=SEED, nedskrevne=True)

    async def vindue(self, kommando: str, *valg: str) -> None:
        kode, _ = await self.o.kommando("vindue", kommando, *valg, "--begrundelse", "DFDG's frigivelse", "--json")
        assert kode == 0, self.o.log.read_text()[-2000:]

    async def tal(self, forespoergsel: str) -> int:
        return int(await self.o.sql(forespoergsel))

    def skrevet(self, fra: int = 0) -> list[str]:
        """What DFDG was asked from line ``fra`` of its log on, readings included."""
        return [x.operation for x in laes_log(self.o.dfdg.log)[fra:] if x.udfald in ("modtaget", "laest")]


def _afkortet(m: Fortaelling) -> Fortaelling:
    """The member's story until little after the placement, where it can end there: nothing of it is corrected later."""
    nr = next((nr for nr, h in enumerate(m.haendelser) if h.type == _INDPLACERET), 0)
    foerste = m.haendelser[: nr + 3]
    return m if any(h.forventning.rettet for h in foerste) else replace(m, haendelser=foerste)


def _del(medlemmer: Sequence[Fortaelling], *, fra_indplacering: bool) -> list[Fortaelling]:
    """The members' events until they are placed, which is when an absence is created; or those from there on."""
    ud = []
    for m in medlemmer:
        nr = next((nr for nr, h in enumerate(m.haendelser) if h.type == _INDPLACERET), len(m.haendelser))
        ud.append(replace(m, haendelser=m.haendelser[nr:] if fra_indplacering else m.haendelser[:nr]))
    return ud


async def _hverdag(w: _Weekend, medlemmer: Sequence[Fortaelling]) -> None:
    """What happens before the week-end is done with when it begins; the code lists are read."""
    await w.fortael(_del(medlemmer, fra_indplacering=False))
    foer = -1
    while (nu := await w.tal(_FAERDIGE)) != foer or nu < len(medlemmer):
        foer = nu
        await asyncio.sleep(1)
    await w.o.vent("select count(*) > 0 and bool_and(laest is not null) from kodeliste", sekunder=60)


async def _i_luften(w: _Weekend, medlemmer: Sequence[Fortaelling]) -> None:
    """DFDG takes what it is asked to create and gives no answer; half of it is committed."""
    create = {"tjeneste": REST, "operation": "CreateFravaerMedIdentifier"}
    halvdelen = Forstyrrelse(art="langsomt_svar", sekunder=900, andel=0.5, andel_af="borger", seed=SEED, **create)
    await w.o.styring.bestil(halvdelen)
    await w.o.styring.bestil(Forstyrrelse(art="sen_commit", sekunder=900, id_brugt=False, **create))
    await w.fortael(medlemmer)
    await w.o.vent("select count(*) >= 200 from krav", sekunder=60)


async def _klip(w: _Weekend) -> None:
    """DFDG's old version is taken down with what it was asked; from here on it would answer."""
    await w.o.styring.bestil(Forstyrrelse(art="nede"))
    await w.o.vent("select count(*) = 0 from krav")
    await w.o.styring.ryd()


async def _vinduet(w: _Weekend, foer_skiftet: Sequence[Fortaelling], efter_skiftet: Sequence[Fortaelling]) -> None:
    """Six hours in which nothing is sent, and in the middle of them the switch with 200 in doubt."""
    om_lidt = datetime.now(UTC) + timedelta(seconds=3)
    til = om_lidt + timedelta(hours=6)
    tekst = "DFDG frigiver en ny version"
    await w.vindue("planlaeg", "--fra", om_lidt.isoformat(), "--til", til.isoformat(), "--tekst", tekst)
    await w.o.vent("select meldt = 'aabnet' from vindue")
    w.ur.gaar_som_det_gik()
    await _klip(w)
    assert await w.tal(_I_TVIVL.format(REST)) >= 200
    fra = len(laes_log(w.o.dfdg.log))
    await w.fortael(foer_skiftet)
    await w.o.vent(f"select count(*) >= {len(foer_skiftet) // 2} from haendelse where afventer_meldt like '%vindue%'")
    i_tvivl = await w.o.sql("select array_agg(id order by id) from registrering where fase = 'i_tvivl'")
    await w.start("soap")
    assert await w.o.sql("select array_agg(id order by id) from registrering where fase = 'i_tvivl'") == i_tvivl
    await w.fortael(efter_skiftet)
    await w.o.vent("select count(*) >= 10 from registrering where operation = 'CreateAbsence'")
    # REST does not work after the release.
    await w.o.styring.bestil(Forstyrrelse(art="svar", status=503, tjeneste=REST))
    assert w.skrevet(fra) == []
    assert await w.tal("select count(*) from vindue where meldt = 'aabnet'") == 1
    slutter = asyncio.create_task(w.vindue("slut", "1"))
    await w.o.vent("select meldt = 'slut' from vindue")
    w.ur.gaar(VINDUE)
    await slutter


async def _over_soap(
    w: _Weekend, medlemmer: Sequence[Fortaelling], i_tvivl: Sequence[Fortaelling], usendte: Sequence[Fortaelling]
) -> None:
    """Half an hour in which creates go over SOAP; of those in doubt nothing can be told, for they are read over REST. At its
    end SOAP fails too."""
    await w.o.vent(f"select bool_or(tilstand = 'nede') from kanal where tjeneste = '{REST}'")
    await w.o.vent(f"select bool_and(tilstand = 'aaben') from kanal where tjeneste = '{SOAP}'")
    w.ur.gaar(60)
    enkelte, resten = [m for m in medlemmer if m.part == "akasse.01"][:6], list(medlemmer)
    for nr, m in enumerate(enkelte):
        # Three of one a-kasse, one at a time, so that they are no outage of SOAP's.
        resten.remove(m)
        if nr % 2 == 0:
            await w.o.styring.bestil(
                Forstyrrelse(art=("klip_efter_commit", "klip_foer_commit")[nr // 2 % 2], antal=1, **_OVER_SOAP)
            )
        await w.fortael([m])
        await w.o.vent(f"{_SOAPS.format('i_tvivl')} = {nr // 2 + 1} and ({_SOAPS.format('registreret')}) >= {nr}")
    w.ur.gaar(60)
    foer = await w.tal(_SOAPS.format("registreret"))
    await w.fortael(resten)
    await w.o.vent(f"{_SOAPS.format('registreret')} >= {foer + 10}")
    # They are tried again and again, and that is no outage of SOAP's either.
    await w.o.vent("select min(udsat) >= 3 from registrering where operation = 'CreateAbsence' and fase = 'i_tvivl'")
    await w.optager.ser(8)
    assert await w.tal(_I_TVIVL.format(REST)) >= 200
    w.ur.gaar(HALV_TIME - 120)
    await w.o.styring.bestil(
        Forstyrrelse(art="klip_efter_commit", andel=0.5, andel_af="borger", seed=SEED, **_OVER_SOAP)
    )
    await w.o.styring.bestil(Forstyrrelse(art="klip_foer_commit", **_OVER_SOAP))
    await w.fortael(i_tvivl)
    await w.o.vent(f"select bool_and(tilstand = 'nede') from kanal where tjeneste = '{SOAP}'")
    await w.fortael(usendte)
    await w.o.vent(f"{_SOAPS.format('klar')} >= 10")


async def test_I2_I3_I5_a_release_week_end_loses_repeats_and_reorders_nothing_and_is_one_alarm(
    tom_kafka: KafkaAdresse, database: str, certifikater: TestCA, tmp_path: Path
) -> None:
    f = forudsaetninger()
    f = replace(f, daekning={k: f.daekning[k] for k in ("01", "02")})
    alle = [_afkortet(m) if nr < ANTAL[0] else m for nr, m in enumerate(generer(SUM, SEED, f, Personregister()))]
    grupper = iter(_del(alle, fra_indplacering=True))
    i_luften, i_vinduet, skiftet, over_soap, tvivl, usendte = (list(islice(grupper, n)) for n in ANTAL)
    async with (
        opstilling(tom_kafka, database, certifikater, tmp_path, parter(f), **_MILJOE) as o,
        Optager() as optager,
        Forestilling(o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(o.dfdg.admin), stilstand=90) as forestilling,
    ):
        vagt = Opstilling(o.kafka, o.dsn, o.dfdg, o.ca, tmp_path / "vagt", tmp_path / "vagt.log", dict(o.miljoe))
        w = _Weekend(o, forestilling, optager)
        try:
            list(forestilling.dommer.optegn(alle))
            await w.start("rest")
            # A process for operators alone, which goes on while the other one is restarted.
            optager.adresser["vagt"] = (await vagt.start("", "--roles", "ops"))["ops"]
            w.ur.nu_er(0)
            await _hverdag(w, alle)
            await _i_luften(w, i_luften)
            await _vinduet(w, i_vinduet, skiftet)
            vinduet_slut = w.ur.ankre[-1][1]
            await _over_soap(w, over_soap, tvivl, usendte)
            soap_i_tvivl = await w.tal(_I_TVIVL.format(SOAP))
            assert soap_i_tvivl >= 3
            # Back to REST, which is mended meanwhile.
            await w.start("rest")
            assert await w.tal(_I_TVIVL.format(SOAP)) >= soap_i_tvivl
            assert await w.tal(_I_TVIVL.format(REST)) >= 200
            await o.styring.ryd()
            await forestilling.til_ende()
            await optager.ser(3)
            w.ur.gaar_som_det_gik()
            await _parterne_fik_besked(o)
            slut = w.ur.ankre[-1][1] + 1800
        finally:
            await vagt.stop()
        dom = forestilling.dommer.doem(linjer(o.dfdg.log))
        assert dom.ok, dom
        assert dom.dfdg()["committed"] > 500
        _samme_id(o)
        # What waited unsent followed the setting; what was in doubt did not.
        assert (
            await w.tal("select count(*) from registrering where operation = 'CreateAbsence' and fase = 'opgivet'")
            >= 10
        )
        print([y for _, y in w.ur.ankre], dom.dfdg())
    nede = Episode("DfdgTjenesteNede", REST, staar=(vinduet_slut + 600, vinduet_slut + HALV_TIME - 60))
    tavse = (vinduet_slut - VINDUE / 2, vinduet_slut - 60, slut)
    assert doem(tmp_path, optager, w.ur, nede, tavse, slut) == ""


def _venter_paa_vindue(b: dict[str, Any]) -> bool:
    return bool(b["data"].get("venter", {}).get("paa") == "vindue")


async def _parterne_fik_besked(o: Opstilling) -> None:
    """The a-kasser were told of the window, and that it is what their events waited for."""
    kvitteringer = [f"akasse.{k}.kvitteringer.v1" for k in ("01", "02")]
    ventede = [
        b for b in await o.laes(kvitteringer, lambda b: sum(map(_venter_paa_vindue, b)) >= 10) if _venter_paa_vindue(b)
    ]
    assert {(b["data"]["status"], b["data"]["endelig"]) for b in ventede} == {("afventer", False)}
    for part in ("akasse.01", "akasse.02"):
        beskeder = await o.laes([f"{part}.beskeder.v1"], lambda b: sum(x["type"] == _DRIFT for x in b) >= 3)
        arter = [b["data"]["art"] for b in beskeder if b["type"] == _DRIFT]
        # Without a key they may stand in different partitions.
        assert sorted(arter) == ["vindue_aabnet", "vindue_planlagt", "vindue_slut"]


def _samme_id(o: Opstilling) -> None:
    """An absence of an id of ours was asked for under one ``x-requestId`` however often: none was concluded absent."""
    ider: dict[str, set[Any]] = defaultdict(set)
    forsoeg: dict[str, int] = defaultdict(int)
    for x in laes_log(o.dfdg.log):
        if x.operation == "CreateFravaerMedIdentifier" and x.udfald == "modtaget":
            ider[str(x.entitets_id)].add(x.request_id)
            forsoeg[str(x.entitets_id)] += 1
    assert sum(n > 1 for n in forsoeg.values()) >= 200
    assert {e: len(i) for e, i in ider.items() if len(i) > 1} == {}
