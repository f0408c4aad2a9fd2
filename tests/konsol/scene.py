"""A stack with life in it: generated members' courses, and citizens with real faults that operators meet.

The faults are DFDG's own answers (ordered from the stand-in), not rows put into the ledger.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded.certifikater import TestCA
from sandbox.embedded.kafka import KafkaAdresse
from sandbox.fortaellinger import generer
from sandbox.parter import Admindfdg, Forestilling
from tests.ende_til_ende.drift import forudsaetninger, parter
from tests.graenseflade.forloeb import SAGSBEHANDLER, uid
from tests.graenseflade.hus import INDPLACERET, Hus, haendelse, hus, placering

SEED = 41

#: The source that stands in quarantine.
KARANTAENE = "/akasse/02/udtraek"
TALE = "CreatePersonInterview"


@dataclass(slots=True)
class Scene:
    """``ops``: where the console answers; ``kode``: its one-time code. ``stoppet``: citizens (CPR) by what befell them."""

    h: Hus
    ops: str
    kode: str
    cprer: set[str] = field(default_factory=set, repr=False)
    stoppet: dict[str, str] = field(default_factory=dict, repr=False)
    ider: dict[str, str] = field(default_factory=dict)
    #: How many events of an unknown type there are.
    ukendte: int = 0
    #: The cookies of whoever has logged in.
    logget_ind: Any = field(default=None, repr=False)
    #: What browsers asked of the console: (method, path, ``tried`` or ``done``), of answers that were no refusal.
    besoegt: set[tuple[str, str, str]] = field(default_factory=set)

    async def sql(self, saetning: str, *argumenter: Any) -> Any:
        return await self.h.o.sql(saetning, *argumenter)

    async def ny_kode(self) -> str:
        kode, ud = await self.h.o.kommando("konsol", "kode", "--json")
        assert kode == 0, ud
        ny: str = json.loads(ud)["kode"]
        return ny

    async def pseudonym(self, cpr: str) -> str:
        from gateway.ledger.krypto import Noegler
        from tests.ende_til_ende.drift import NOEGLE

        return str(
            await self.sql(
                "select b.pseudonym from borger_alias a join borger b on b.id = a.borger_id where a.cpr_hash = $1",
                Noegler(NOEGLE.encode()).cpr_hash(cpr),
            )
        )

    def samtale(self, cpr: str, dag: str, formaal: str = "jobsamtale", **mere: Any) -> dict[str, Any]:
        id_ = self.h.nyt_id("samtale")
        data = {
            "cpr": cpr, "samtaleId": uid(id_), "formaal": [formaal], "tidspunkt": f"{dag}T10:00:00+01:00", "form": "personligt",
            "sagsbehandler": SAGSBEHANDLER, **mere,
        }  # fmt: skip
        return haendelse("akasse.01", "akasse.samtale.afholdt.v1", dag, data, id_)

    async def placeret(self, cpr: str, part: str = "akasse.01") -> None:
        id_ = self.h.nyt_id("ind")
        await self.h.send(part, haendelse(part, "akasse.medlem.indplaceret.v1", "2022-01-14", placering(cpr), id_))
        assert (await self.h.staar(id_, sekunder=60)).data["status"] == "registreret"

    async def mange(self, part: str, kilde: str, antal: int) -> list[str]:
        """So many citizens' placements at once; their events' ids."""
        topic, ider = f"{part}.haendelser.v1", []
        poster: list[tuple[bytes | None, bytes | None, list[tuple[str, Any]]]] = []
        for _ in range(antal):
            cpr = self.h.personer.ny()
            self.cprer.add(cpr)
            ider.append(self.h.nyt_id("ind"))
            k = haendelse(part, INDPLACERET, "2022-01-14", placering(cpr), ider[-1], source=kilde)
            poster.append((b"p", json.dumps(k).encode(), []))
        await self.h.o.udgiv(topic, poster)
        return ider

    async def karantaene(self, antal: int) -> None:
        """A wrong batch that an operator holds back: so many citizens are stopped at it."""
        kode, ud = await self.h.o.kommando(
            "karantaene", "saet", "--kilde", KARANTAENE, "--fra", "2020-01-01T00:00:00+01:00", "--begrundelse",
            "forkert udtræk", "--json",
        )  # fmt: skip
        assert kode == 0, ud
        await self.mange("akasse.02", KARANTAENE, antal)
        await self.h.o.vent(
            f"select count(*) = {antal} from doedbrev where status = 'aaben' and kode = 'karantaene'", sekunder=600
        )

    async def spaerring(self, antal: int) -> None:
        """DFDG refuses one kind for citizen after citizen: it is blocked, and the others of the kind wait."""
        ordre = await self.h.o.styring.bestil(
            Forstyrrelse(art="svar", akasse="03", operation="CreateFravaerMedIdentifier", status=400, kode=4998)
        )
        i_alt = 0
        # Two settlements that meet the kind's first refusals at once may count them apart: then the next ones block it.
        while not await self.h.o.sql("select exists (select 1 from koe where kanal like '%#spaerret')"):
            i_alt += antal
            assert i_alt <= 5 * antal, "the kind was never blocked"
            await self.mange("akasse.03", "/akasse/03/loen", antal)
            await self.h.o.vent(
                f"""select (select count(*) from koe where kanal like '%#spaerret')
                         + (select count(*) from doedbrev d where d.status = 'aaben' and d.kode = 'dfdg_afvist'
                              and d.part = 'akasse.03') = {i_alt}""",
                sekunder=600,
            )
        await self.h.o.styring.ryd(ordre.nummer)

    async def stoppet_med_foelgere(self, navn: str) -> str:
        """A citizen whose talk DFDG refuses; two talks and the payout that ends the course (with its handover) wait behind."""
        h, cpr = self.h, self.h.personer.ny()
        await self.placeret(cpr)
        await h.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation=TALE, status=500, kode=4999, antal=1))
        linje = [
            self.samtale(cpr, "2022-02-01", aftaler=f"Ring til {cpr[:6]}-{cpr[6:]} på mandag."),
            self.samtale(cpr, "2022-02-08", "raadighed"),
            self.samtale(cpr, "2022-02-15"),
        ]
        slut = haendelse("akasse.01", "akasse.dagpenge.udbetalt.v1", "2022-03-30",
                         {"cpr": cpr, "maaned": "2022-03", "timer": "37", "timerSammenlagt": "410"}, h.nyt_id("timer"))  # fmt: skip
        for k in [*linje, slut]:
            await h.send("akasse.01", k)
        assert (await h.staar(linje[0]["id"], sekunder=60)).data["status"] == "stoppet"
        self.stoppet[navn], self.ider[navn] = cpr, linje[0]["id"]
        self.cprer.add(cpr)
        return cpr

    async def i_tvivl(self, navn: str) -> str:
        """A citizen whose talk was sent without an answer, and whom DFDG then can't be asked about."""
        h, cpr = self.h, self.h.personer.ny()
        await self.placeret(cpr)
        await h.o.styring.bestil(Forstyrrelse(art="klip_foer_commit", cpr=cpr, operation=TALE, antal=1))
        await h.o.styring.bestil(Forstyrrelse(art="svar", cpr=cpr, operation="GetInterviewInfo", status=503))
        k = self.samtale(cpr, "2022-02-01")
        await h.send("akasse.01", k)
        await h.o.vent("select exists (select 1 from registrering where fase = 'i_tvivl')", sekunder=60)
        self.stoppet[navn], self.ider[navn] = cpr, k["id"]
        self.cprer.add(cpr)
        return cpr

    async def ukendt_type(self, antal: int) -> None:
        """Events of a type that this version does not know: nobody waits behind them."""
        poster: list[tuple[bytes | None, bytes | None, list[tuple[str, Any]]]] = []
        for _ in range(antal):
            cpr = self.h.personer.ny()
            self.cprer.add(cpr)
            k = haendelse("akasse.02", "akasse.helt.ny.v1", "2022-02-01", {"cpr": cpr}, self.h.nyt_id("ny"))
            poster.append((b"p", json.dumps(k).encode(), []))
        await self.h.o.udgiv("akasse.02.haendelser.v1", poster)
        await self.h.o.vent(f"select count(*) = {antal} from doedbrev where kode = 'ukendt_type'", sekunder=300)


@asynccontextmanager
async def scene(
    kafka: KafkaAdresse, dsn: str, ca: TestCA, data: Path, borgere: int, **miljoe: str
) -> AsyncIterator[Scene]:
    """A running stack in which ``borgere`` generated members' courses have been told to their end."""
    f = forudsaetninger()
    # Few enough that a small scene has a real block; acts on many go so slowly that one can be stopped.
    egne = {"GATEWAY_DFDG__SPAER_EFTER": "6", "GATEWAY_OPS__MASSETAKT": str(max(1, borgere // 50))}
    async with hus(kafka, dsn, ca, data, parter(f), start=False, **(egne | miljoe)) as h:
        klar = await h.o.start()
        s = Scene(h, klar["ops"], klar["engangskode"] or "", ukendte=max(25, borgere // 4))
        if borgere:
            fortaellinger = list(generer(borgere, SEED, f, h.personer))
            s.cprer |= {t.cpr for t in fortaellinger}
            async with Forestilling(
                h.o.kafka.bootstrap_servers, parter(f), dfdg=Admindfdg(h.o.dfdg.admin), stilstand=120
            ) as forestilling:
                await forestilling.genererede(iter(fortaellinger), seed=SEED)
                await forestilling.til_ende()
        await asyncio.gather(
            *(s.stoppet_med_foelgere(n) for n in ("anna", "bo", "carl")),
            s.ukendt_type(s.ukendte),
            # A small scene lets them go at one a second.
            s.karantaene(borgere // 2 if borgere >= 500 else 8),
            s.spaerring(max(10, borgere // 10)),
        )
        yield s
