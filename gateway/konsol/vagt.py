"""What runs beside the pages: where Kafka's topics end, the facts of the top sentence (shared by everybody who looks), tasks on
many dead letters, and the figures of supervision."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from gateway.lanes.prognose import Prognose
from gateway.ledger.db import DATABASE_VAEK, aabn_pulje
from gateway.ledger.krypto import Noegler
from gateway.ledger.laesning import forside, tilsyn
from gateway.ledger.masse import Masseopgaver
from gateway.ledger.prognose import prognose
from gateway.ledger.statistik import opgoer
from gateway.rules.model import KOEBENHAVN
from gateway.rules.statistik import perioder, raekker

log = logging.getLogger(__name__)

#: How old the facts on a page may be, seconds; how often Kafka is asked, and how long it may take.
FAKTA_ALDER, KAFKA_HVER, KAFKA_TAALMODIGHED = 2.0, 5.0, 4.0
#: Figures older than this are worked out again when somebody looks.
TAL_ALDER = timedelta(hours=1)

Ender = Callable[[], Awaitable[Mapping[tuple[str, int], int]]]


class Vagt:
    """``ender`` asks Kafka where its partitions of events end; ``takster``: permitted calls a second by service; ``idag`` gives
    the day in Copenhagen; ``dsn`` and ``noegler`` for working out figures on a thread of its own."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        masse: Masseopgaver,
        ur: Callable[[], datetime],
        *,
        ender: Ender,
        takster: Mapping[str, float],
        idag: Callable[[], Awaitable[date | None]],
        dsn: str,
        noegler: Noegler,
    ) -> None:
        self._pulje = pulje
        self._masse = masse
        self._ur = ur
        self._spoerg_kafka = ender
        self.takster = takster
        self._idag = idag
        self._dsn = dsn
        self._noegler = noegler
        self.ender: Mapping[tuple[str, int], int] | None = None
        self.kafka_nede_siden: datetime | None = None
        self.lukker = asyncio.Event()
        self._fakta: tuple[float, forside.Fakta] | None = None
        self._laas = asyncio.Lock()
        self._opgaver: list[asyncio.Task[None]] = []
        self._regner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._opgaver = [
            asyncio.create_task(self._igen(KAFKA_HVER, self._se_til_kafka), name="konsol-kafka"),
            asyncio.create_task(self._igen(1.0, self._masseopgaver), name="konsol-masse"),
        ]

    async def stop(self) -> None:
        self.lukker.set()
        opgaver = [*self._opgaver, *([self._regner] if self._regner else [])]
        for o in opgaver:
            o.cancel()
        await asyncio.gather(*opgaver, return_exceptions=True)

    async def fakta(self) -> forside.Fakta:
        """The facts, at most ``FAKTA_ALDER`` seconds old. Raises what the database raises."""
        async with self._laas:
            nu = asyncio.get_running_loop().time()
            if self._fakta is None or nu - self._fakta[0] > FAKTA_ALDER:
                fundne = await forside.hent(self._pulje, self._ur(), self.takster, self.kafka_nede_siden)
                self._fakta = (nu, fundne)
            return self._fakta[1]

    async def forudsig(self, til: datetime, tjenester: Collection[str]) -> Prognose:
        """If these services (none: DFDG) are away from now until ``til``. Raises ``Betjeningsfejl``."""
        nu = self._ur()
        return await prognose(self._pulje, self._noegler, nu, max(til, nu), tjenester=tjenester, takster=self.takster)

    async def idag(self) -> date:
        """The day in Copenhagen, by the clock that is set."""
        dag = await self._idag() if self.kafka_nede_siden is None else None
        return dag or self._ur().astimezone(KOEBENHAVN).date()

    async def tilsynstal(self, periode: str) -> tilsyn.Tilsynstal | None:
        """The figures as last worked out; when they are old they are worked out again meanwhile."""
        tal = await tilsyn.hent(self._pulje, periode)
        if tal is None or self._ur() - tal.beregnet > TAL_ALDER:
            self.regn()
        return tal

    def regn(self) -> None:
        """Works the figures out, unless that is being done."""
        if self._regner is None or self._regner.done():
            self._regner = asyncio.create_task(self._regn(), name="konsol-tilsynstal")

    async def _regn(self) -> None:
        try:
            dag = await self.idag()
            # On a thread: every state is decrypted and read, and the loop is others' meanwhile.
            for periode, tal in (await asyncio.to_thread(lambda: asyncio.run(self._opgjort(dag)))).items():
                await tilsyn.gem(self._pulje, periode, tal)
        except DATABASE_VAEK as fejl:
            log.warning("figures_not_worked_out", extra={"fejl": type(fejl).__name__})

    async def _opgjort(self, dag: date) -> dict[str, tilsyn.Tilsynstal]:
        pulje = await aabn_pulje(self._dsn, mindst=1, hoejst=1, saetning_hoejst=600)
        try:
            op = await opgoer(pulje, self._noegler, dag)
        finally:
            await pulje.close()
        nu = datetime.now(UTC)
        return {
            periode: tilsyn.Tilsynstal(dag, nu, raekker(perioder(op, dag, halve=periode == "halvaar"), None))
            for periode in ("maaned", "halvaar")
        }

    async def _se_til_kafka(self) -> None:
        try:
            async with asyncio.timeout(KAFKA_TAALMODIGHED):
                self.ender = await self._spoerg_kafka()
            self.kafka_nede_siden = None
        except asyncio.CancelledError:
            raise
        except Exception as fejl:
            # Whatever it is: Kafka does not tell.
            if self.kafka_nede_siden is None:
                log.warning("kafka_does_not_answer", extra={"fejl": type(fejl).__name__})
                self.kafka_nede_siden = self._ur()
            self.ender = None

    async def _masseopgaver(self) -> None:
        while await self._masse.gaa():
            pass

    async def _igen(self, sekunder: float, arbejde: Callable[[], Awaitable[Any]]) -> None:
        while not self.lukker.is_set():
            try:
                await arbejde()
            except DATABASE_VAEK as fejl:
                log.warning("console_watch_database_away", extra={"fejl": type(fejl).__name__})
            except Exception:
                # Without this loop acts on many dead letters would stand still, and nobody would be told.
                log.exception("console_watch_failed")
            await asyncio.sleep(sekunder)
