"""Each fault as an act on the run, which tells whether it really hit: 1 when it did, 0 when it fell where nothing was."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg

from sandbox.dfdg.forstyrrelser import Forstyrrelse
from sandbox.embedded import proces
from tests.kaos.dom import BESTILT_KODE, Ulaeselig
from tests.kaos.miljoe import Miljoe
from tests.kaos.plan import SVAR, Fejl
from tests.kaos.replikaer import Replika, Replikaer

_FREMMED = Path(__file__).with_name("fremmed.py")
#: Faults that end processes and start them again: one after the other.
_DRAEBER = frozenset({"kill9", "drab_midt_i_samtaler", "drab_i_accept", "drab_uden_kafka"})
#: Sessions that stand in accept's writing of events because somebody holds the table.
_VENTER_I_ACCEPT = """select count(*) from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and query like 'with laest_til as %'"""
#: Talks that a replica has claimed and is sending.
_SAMTALER_UNDERVEJS = """select count(*) from krav k join registrering r on r.id = k.registrering_id
    where k.ejer like '%:{pid}:%' and r.operation = 'CreatePersonInterview' and r.fase in ('undervejs', 'klar')"""
#: Latency at DFDG around a kill or a stop, so that requests are unanswered at that moment (seconds).
_I_LUFTEN = 1.2


class Fejlmager:
    """Lets the plan's faults happen. ``ramt``: per fault whether it hit; ``haendte``: (epoch seconds, kind) of each;
    ``database_vaek``: spans in which the database was away or locked."""

    def __init__(self, m: Miljoe, replikaer: Replikaer, udgiv_ulaeselig: Any) -> None:
        self._m, self._r = m, replikaer
        self._udgiv_ulaeselig = udgiv_ulaeselig
        self._draebes = asyncio.Lock()
        self.ramt: dict[int, int] = {}
        self.haendte: list[tuple[float, str]] = []
        self.database_vaek: list[tuple[float, float]] = []

    async def lad_ske(self, f: Fejl) -> None:
        """One fault from its beginning to its end."""
        self.haendte.append((time.time(), f.art))
        handling = getattr(self, f"_{f.art}", None)
        if f.art in _DRAEBER:
            async with self._draebes:
                self.ramt[f.nr] = int(bool(await handling(f)))
        elif handling is not None:
            self.ramt[f.nr] = int(bool(await handling(f)))
        else:
            self.ramt[f.nr] = int(bool(await self._dfdg(f)))

    # --- processes -------------------------------------------------------------------------------

    async def _i_luften(self, replika: Replika) -> None:
        """Waits, a moment at most, until this replica has claims that are out at DFDG."""
        for _ in range(30):
            if replika.pid is None or await self._krav(replika.pid) >= 3:
                return
            await asyncio.sleep(0.05)

    async def _krav(self, pid: int) -> int:
        with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
            return int(await self._sql("select count(*) from krav where ejer like $1", f"%:{pid}:%"))
        return 0

    async def _sql(self, forespoergsel: str, *argumenter: Any) -> Any:
        conn = await asyncpg.connect(self._m.dsn, timeout=3)
        try:
            return await conn.fetchval(forespoergsel, *argumenter)
        finally:
            await conn.close()

    async def _kill9(self, f: Fejl) -> bool:
        replika = self._r.vaelg(f.maal)
        if replika is None or replika.pid is None:
            return False
        pid = replika.pid
        async with _latens(self._m, _I_LUFTEN):
            await asyncio.sleep(0.3)
            await self._i_luften(replika)
            await self._r.draeb(replika)
        krav = await self._krav(pid)
        parkerede = await self._tal("select count(*) from haendelse where tilstand = 'venter'")
        await asyncio.sleep(f.varighed)
        async with self._m.grund.laas:
            await self._r.start(replika)
        return krav >= 1 and parkerede >= 1

    async def _drab_midt_i_samtaler(self, f: Fejl) -> bool:
        """kill -9 of a replica while talks that it has sent stand unanswered at DFDG."""
        replika = self._r.vaelg(f.maal)
        if replika is None or replika.pid is None:
            return False
        pid, samtaler = replika.pid, 0
        async with _latens(self._m, _I_LUFTEN, operation="CreatePersonInterview"):
            for _ in range(80):
                samtaler = await self._tal(_SAMTALER_UNDERVEJS.format(pid=pid))
                if samtaler >= 3:
                    break
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
            await self._r.draeb(replika)
        await asyncio.sleep(f.varighed)
        await self._r.start(replika)
        return samtaler >= 3

    async def _drab_i_accept(self, f: Fejl) -> bool:
        """Every replica is killed while accept stands in the middle of its transaction."""
        venter = 0
        conn = await asyncpg.connect(self._m.dsn, timeout=10)
        begyndt = time.time()
        try:
            async with conn.transaction():
                await conn.execute("lock table haendelse in share row exclusive mode")
                for _ in range(200):
                    # On a connection of its own: within a transaction the view says for ever what it said first.
                    venter = await self._tal(_VENTER_I_ACCEPT)
                    if venter:
                        break
                    await asyncio.sleep(0.05)
                await asyncio.gather(*(self._r.draeb(r) for r in self._r.alle if r.i_live))
        finally:
            self.database_vaek.append((begyndt, time.time()))
            await conn.close()
        await asyncio.sleep(f.varighed)
        await asyncio.gather(*(self._r.start(r) for r in self._r.alle))
        return venter >= 1

    async def _drab_uden_kafka(self, f: Fejl) -> bool:
        """Kafka is killed, and then every replica, with messages that it has not acknowledged."""
        beskeder = "select count(*) from besked where type <> 'gateway.puls.v1'"
        async with self._m.grund.laas:
            kafka = self._m.grund.kafka
            assert kafka._proces is not None
            await proces.stop(kafka._proces, signal.SIGKILL)
            foer = await self._tal(beskeder)
            await asyncio.sleep(f.varighed)
            nye = await self._tal(beskeder) - foer
            await asyncio.gather(*(self._r.draeb(r) for r in self._r.alle if r.i_live))
            await kafka.genstart()
        await asyncio.gather(*(self._r.start(r) for r in self._r.alle))
        return nye >= 1

    async def _sigstop(self, f: Fejl) -> bool:
        replika = self._r.vaelg(f.maal)
        if replika is None or replika.pid is None:
            return False
        async with _latens(self._m, _I_LUFTEN):
            await asyncio.sleep(0.3)
            await self._i_luften(replika)
            frosset = self._r.stands(replika)
            krav = await self._krav(replika.pid)
            await asyncio.sleep(0.3)
        await asyncio.sleep(max(0.0, f.varighed - 0.3))
        overtaget = await self._krav(replika.pid) if replika.pid else 0
        self._r.fortsaet(replika, frosset)
        return krav >= 1 and overtaget < krav

    async def _rebalancestorm(self, f: Fejl) -> bool:
        return await self._fremmed(0.7, f.varighed) >= 1

    async def _fremmed(self, besoegets: float, sekunder: float) -> int:
        """A member that comes into the gateway's groups and leaves again, for so long (tests/kaos/fremmed.py). How many
        partitions it had."""
        proces = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_FREMMED),
            self._m.grund.bootstrap_servers,
            self._m.gruppe,
            str(besoegets),
            str(sekunder),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert proces.stdout is not None
        tildelt = 0
        try:
            async with asyncio.timeout(sekunder + 20):
                async for linje in proces.stdout:
                    tildelt += int(linje)
        except TimeoutError:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError):
                proces.kill()
            await proces.wait()
        return tildelt

    async def _accept_holdt(self, f: Fejl) -> bool:
        """Somebody locks the events' table while batches come in: accept stands in the middle of its transaction. Then the
        group is rebalanced."""
        async with self._m.grund.laas:
            conn = await asyncpg.connect(self._m.dsn, timeout=10)
            begyndt = time.time()
            try:
                async with conn.transaction():
                    await conn.execute("lock table haendelse in share row exclusive mode")
                    for _ in range(2):
                        await self._udgiv_ulaeselig()
                    await asyncio.sleep(0.3)
                    fremmed = asyncio.create_task(self._fremmed(max(0.3, f.varighed - 0.3), 0.1))
                    await asyncio.sleep(f.varighed)
                    venter: int = await conn.fetchval(_VENTER_I_ACCEPT)
            finally:
                self.database_vaek.append((begyndt, time.time()))
                await conn.close()
        return await fremmed >= 1 and venter >= 1

    async def _kafka_genstart(self, f: Fejl) -> bool:
        usendt = await self._tal("select count(*) from udbakke")
        async with self._m.grund.laas:
            kafka = self._m.grund.kafka
            if f.varighed > 0 and kafka._proces is not None:
                await proces.stop(kafka._proces, signal.SIGKILL)
                await asyncio.sleep(f.varighed)
                usendt += await self._tal("select count(*) from udbakke")
            await kafka.genstart()
        return usendt >= 1

    async def _pg_hurtig(self, f: Fejl) -> bool:
        return await self._pg(f, signal.SIGINT)

    async def _pg_oejeblikkelig(self, f: Fejl) -> bool:
        return await self._pg(f, signal.SIGQUIT)

    async def _pg(self, f: Fejl, signal_: int) -> bool:
        krav = await self._tal("select count(*) from krav")
        async with self._m.grund.laas:
            begyndt = time.time()
            await self._m.grund.postgres.genstart(signal_)
            self.database_vaek.append((begyndt, time.time()))
        return krav >= 1

    async def _urspring(self, f: Fejl) -> bool:
        replika = self._r.vaelg(f.maal)
        if replika is None or replika.pid is None:
            return False
        krav = await self._tal("select count(*) from krav")
        self._r.stil_ur(replika, f.tal)
        return krav >= 1

    async def _tal(self, forespoergsel: str) -> int:
        with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
            return int(await self._sql(forespoergsel))
        return 0

    # --- DFDG ------------------------------------------------------------------------------------

    async def _dfdg(self, f: Fejl) -> bool:
        """Orders the disturbance for its time and takes it back; whether it hit a request."""
        ordrer = [await self._m.styring.bestil(x) for x in _ordrer(f)]
        await asyncio.sleep(f.varighed)
        treffer = 0
        for o in reversed(ordrer):
            treffer = (await self._m.styring.ryd(o.nummer))[0].treffer
        return treffer >= 1


def _ordrer(f: Fejl) -> list[Forstyrrelse]:
    """The disturbances of a kind."""
    del_: dict[str, Any] = {"andel": round(f.andel, 3), "seed": f.nr, "antal_pr_borger": 2} if f.andel < 1 else {}
    match f.art:
        case "nede":
            return [Forstyrrelse(art="nede")]
        case "svar_503":
            return [Forstyrrelse(art="svar", status=503)]
        case "svar_500":
            return [Forstyrrelse(art="svar", status=500, **del_)]
        case "svar_1011":
            return [Forstyrrelse(art="svar", kode=1011)]
        case "svar_1100":
            return [Forstyrrelse(art="svar", kode=1100, **del_)]
        case "intet_svar":
            return [Forstyrrelse(art="latens", sekunder=SVAR + 0.4, **del_)]
        case "sen_commit":
            # Whether an attempt that has not taken place yet has used up its id is not public: both.
            return [Forstyrrelse(art="sen_commit", sekunder=f.tal, id_brugt=bool(f.nr % 2), **del_)]
        case "gentagelse_412":
            return [Forstyrrelse(art="klip_efter_commit", operation="CreateFravaerMedIdentifier", **del_)]
        case "glemte_id":
            return [
                Forstyrrelse(art="klip_efter_commit", **del_),
                Forstyrrelse(art="glem_request_id"),
            ]
        case "klip_foer_commit" | "klip_efter_commit" | "vroevl":
            return [Forstyrrelse(art=f.art, **del_)]
        case "samtale_klippet":
            return [Forstyrrelse(art="klip_foer_commit", operation="CreatePersonInterview", **del_)]
        case "langsomt_svar":
            return [Forstyrrelse(art="langsomt_svar", sekunder=8.0, **del_)]
        case "forretningsfejl":
            return [Forstyrrelse(art="svar", kode=int(BESTILT_KODE), **{**del_, "antal_pr_borger": 1})]
        case "adgang":
            return [Forstyrrelse(art="svar", kode=1012, akasse=f"{f.maal:02d}")]
        case _:
            raise ValueError(f.art)


@contextlib.asynccontextmanager
async def _latens(m: Miljoe, sekunder: float, operation: str | None = None) -> Any:
    """DFDG looks at requests (of that operation) that much later."""
    ordre = await m.styring.bestil(Forstyrrelse(art="latens", sekunder=sekunder, operation=operation))
    try:
        yield
    finally:
        await m.styring.ryd(ordre.nummer)


__all__ = ["Fejlmager", "Ulaeselig"]
