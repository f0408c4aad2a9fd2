"""The async driver of the lanes: claims ready heads, carries them to DFDG, settles the answers in batches.

All decisions are elsewhere (``gateway.lanes``, ``gateway.ledger``); this is scheduling and waiting. One registration
of a citizen is in flight at a time, many citizens at once, free slots shared evenly among channels so that one
a-kasse's backlog holds no other (I4).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import asyncpg

from gateway import sporing
from gateway.delivery import maaltal
from gateway.delivery.carrier import Carrier
from gateway.delivery.kanalvirkning import Kanalvirkning
from gateway.delivery.vaekker import Vaekker
from gateway.lanes.fordeling import pladser
from gateway.lanes.forsoeg import Fund, Svar, Tilbagelaesning, Udfald
from gateway.lanes.registrering import Skridt
from gateway.ledger.claim import Krav, Uddeling
from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.enhed import Enhed, Videre
from gateway.ledger.kanaler import Kanaler
from gateway.ledger.settle import Afregnet, Afregning, Resultat
from gateway.ledger.ventende import Ventende

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leveringsopsaetning:
    """Slots per channel and in all, the lease, and the longest an attempt may last after its first byte (seconds).
    ``afregnere`` settle side by side: a lane with thousands of events to move on over keeps one of them, not all (I4).

    While more than ``saml_fra`` registrations are in the air, a claim or a settlement of few lets ``saml`` seconds go by
    first, so that a transaction does for many what it would do for one. So does a settlement of few beside another one: until that
    has ended, ``ved_siden`` seconds at the most."""

    pr_kanal: int = 32
    i_alt: int = 192
    lease: float = 60.0
    laengste_forsoeg: float = 40.0
    afregn_hoejst: int = 200
    afregnere: int = 2
    saml_fra: int = 64
    saml: float = 0.004
    ved_siden: float = 0.02


class Leverandoer:
    """``koer`` runs until ``stop``; what is in flight then is finished and settled."""

    def __init__(
        self,
        uddeling: Uddeling,
        afregning: Afregning,
        kanaler: Kanaler,
        ventende: Ventende,
        carrier: Carrier,
        vaekker: Vaekker,
        ur: Callable[[], datetime],
        opsaetning: Leveringsopsaetning,
    ) -> None:
        self._uddeling = uddeling
        self._afregning = afregning
        self._virkning = Kanalvirkning(kanaler)
        self._ventende = ventende
        self._carrier = carrier
        self._vaekker = vaekker
        self._ur = ur
        self._o = opsaetning
        self._undervejs: Counter[str] = Counter()
        self._svar: asyncio.Queue[Resultat] = asyncio.Queue()
        #: (citizen, epoch) of the claims whose answers are here and not settled yet -> when their leases end.
        self._besvarede: dict[tuple[int, int], datetime] = {}
        #: Held by the settler that gathers answers; settlements under way, and that one of them has ended.
        self._samler = asyncio.Lock()
        self._afregner = 0
        self._afregnet = asyncio.Event()
        self._opgaver: set[asyncio.Task[None]] = set()
        self._stopper = asyncio.Event()
        self._loekker: list[asyncio.Task[None]] = []
        self._runde = 0
        #: Nothing was ready when the queue was last looked at, so freed slots are for nobody there. What comes into the queue
        #: since is told (``Vaekker``).
        self._intet_klar = False
        self._sidst: dict[str, int] = {}

    async def start(self) -> None:
        self._loekker = [
            asyncio.create_task(self._tag_loekke(), name="claim"),
            *(asyncio.create_task(self._afregn_loekke(), name=f"settle-{n}") for n in range(self._o.afregnere)),
            asyncio.create_task(self._periodisk(), name="leases"),
            asyncio.create_task(self._meld(), name="waiting"),
        ]

    async def stop(self) -> None:
        """Claims no more, lets what is in flight end, settles it."""
        self._stopper.set()
        self._vaekker.vaek("koe")
        # A claim that was begun may still bring registrations: they are in flight like the others.
        await asyncio.wait(self._loekker[:1], timeout=self._o.laengste_forsoeg)
        # Twice: a settlement that was begun may bring its lanes' next ones too.
        for _ in range(2):
            if self._opgaver:
                await asyncio.wait(self._opgaver, timeout=self._o.laengste_forsoeg)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._svar.join(), 10)
        for t in self._loekker:
            t.cancel()
        await asyncio.gather(*self._loekker, return_exceptions=True)

    # --- claiming --------------------------------------------------------------------------------

    async def _tag_loekke(self) -> None:
        while not self._stopper.is_set():
            try:
                taget = await self._tag()
            except DATABASE_VAEK as fejl:
                log.warning("claim_database_away", extra={"fejl": type(fejl).__name__})
                await asyncio.sleep(1)
                continue
            except Exception:
                log.exception("claim_failed")
                await asyncio.sleep(1)
                continue
            if not taget:
                await self._vaekker.vent("koe", 0.25)
            if taget < self._o.saml_fra:
                await self._lad_samles()

    async def _lad_samles(self) -> None:
        if sum(self._undervejs.values()) > self._o.saml_fra:
            await asyncio.sleep(self._o.saml)

    async def _tag(self) -> int:
        self._intet_klar = False
        if self._ledige <= 0:
            return 0
        kanaler = await self._uddeling.kanaler()
        if not kanaler:
            self._intet_klar = True
            return 0
        self._runde += 1
        # The lease runs from before the claim: however long that took, this worker must not outstay it.
        frist = self._ny_frist()
        with self._plads() as plads:
            krav = await self._uddeling.tag(plads(kanaler))
        self._send_af_sted(krav, frist)
        return len(krav)

    @contextlib.contextmanager
    def _plads(self) -> Iterator[Callable[[list[str]], Mapping[str, int]]]:
        """Shares free slots among the channels named, and holds them while the ledger is asked: others claim meanwhile."""
        holdt = Counter[str]()

        def plads(kanaler: list[str]) -> Mapping[str, int]:
            plan = pladser(kanaler, self._ledige, self._undervejs, self._o.pr_kanal, self._sidst)
            holdt.update(plan)
            self._undervejs.update(plan)
            return plan

        try:
            yield plads
        finally:
            self._undervejs.subtract(holdt)

    @contextlib.contextmanager
    def nye_hoveder(self) -> Iterator[Videre]:
        """What accept makes the head of a lane, it may claim in its own transaction: sent off where the block ends well, which
        is when that is committed; otherwise the slots are given back."""
        nye: list[Krav] = []
        frist = self._ny_frist()
        try:
            yield partial(self._tag_nye, nye)
        finally:
            self._undervejs.subtract(k.kanal for k in nye)
        self._send_af_sted(nye, frist)

    async def _tag_nye(self, nye: list[Krav], e: Enhed) -> None:
        if self._knap or self._stopper.is_set():
            return
        with self._plads() as plads:
            krav = await self._uddeling.tag_med(e, plads)
        self._undervejs.update(k.kanal for k in krav)
        nye += krav

    @property
    def _ledige(self) -> int:
        return self._o.i_alt - sum(self._undervejs.values())

    @property
    def _knap(self) -> bool:
        """With slots to spare whoever else is ready gets one at once; else they are shared by claims alone (I4)."""
        return self._ledige < self._o.pr_kanal

    def _ny_frist(self) -> float:
        return time.monotonic() + self._o.lease

    def _send_af_sted(self, krav: list[Krav], frist: float) -> None:
        for k in krav:
            self._undervejs[k.kanal] += 1
            self._sidst[k.kanal] = self._runde
            opgave = asyncio.create_task(self._udfoer(k, frist))
            self._opgaver.add(opgave)
            opgave.add_done_callback(self._opgaver.discard)
        maaltal.krav.inc(len(krav))

    # --- carrying --------------------------------------------------------------------------------

    async def _udfoer(self, k: Krav, frist: float) -> None:
        svar: Svar | None = None
        laest: Tilbagelaesning | None = None
        spor = sporing.begynd(f"dfdg {k.anmodning.tjeneste}.{k.anmodning.operation}", k.spor, "kald")
        begyndt = time.monotonic()
        try:
            if k.skridt is Skridt.AFLAES:
                laest = await self._carrier.laes_tilbage(k.anmodning)
            else:
                # The lease must outlast the attempt: asked once the connection is there, before the first byte (I11).
                svar = await self._carrier.send(
                    k.anmodning, k.request_id, lambda: time.monotonic() + self._o.laengste_forsoeg < frist
                )
        except Exception as fejl:
            # A fault of the carrier's own: nobody knows what left, so it is in doubt.
            log.error(
                "carrier_failed", extra={"operation": k.anmodning.operation, "fejl": type(fejl).__name__}, exc_info=True
            )
            if k.skridt is Skridt.AFLAES:
                laest = Tilbagelaesning(Fund.UKENDT, Svar(Udfald.UTILGAENGELIG, kode="intern_fejl"))
            else:
                svar = Svar(Udfald.INTET_SVAR, kode="intern_fejl")
        udfald = svar.udfald.value if svar else f"aflaest_{laest.fund.value}" if laest else "?"
        maaltal.forsoeg.labels(k.anmodning.tjeneste, udfald).inc()
        maaltal.svartid.labels(k.anmodning.tjeneste).observe(time.monotonic() - begyndt)
        _slut(spor, k, svar, laest, udfald)
        self._besvarede[k.borger_id, k.epoke] = k.lease_til
        await self._svar.put(Resultat(k, svar, laest, self._ur(), spor.traceparent))

    # --- settling --------------------------------------------------------------------------------

    async def _afregn_loekke(self) -> None:
        while True:
            async with self._samler:
                bunke = await self._saml_svar()
                self._afregner += 1
            try:
                afregnede = await self._afregn(bunke)
                await self._virkning.efter(afregnede)
            except Exception:
                # What is settled is settled. Without this loop nothing would be, while claims went on.
                log.exception("after_settling_failed", extra={"antal": len(bunke)})
            finally:
                self._afregner -= 1
                self._afregnet.set()
                for r in bunke:
                    self._undervejs[r.krav.kanal] -= 1
                    self._besvarede.pop((r.krav.borger_id, r.krav.epoke), None)
                    self._svar.task_done()
            if not self._intet_klar:
                self._vaekker.vaek("koe")

    async def _saml_svar(self) -> list[Resultat]:
        """The answers that are there. Few of them wait a moment for more, and beside another settlement for its end."""
        bunke = [await self._svar.get()]
        if self._svar.qsize() < self._o.saml_fra:
            await self._lad_samles()
        if self._afregner and self._svar.qsize() < self._o.saml_fra:
            self._afregnet.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._afregnet.wait(), self._o.ved_siden)
        while len(bunke) < self._o.afregn_hoejst and not self._svar.empty():
            bunke.append(self._svar.get_nowait())
        return bunke

    async def _afregn(self, bunke: list[Resultat]) -> list[Afregnet]:
        """Settles; while the database is away the answers are kept until their leases are over."""
        while True:
            nye: list[Krav] = []
            frist = self._ny_frist()
            try:
                afregnede = await self._afregning.afregn(bunke, partial(self._videre, bunke, nye))
                self._send_af_sted(nye, frist)
                return afregnede
            except DATABASE_VAEK as fejl:
                log.warning("settle_database_away", extra={"fejl": type(fejl).__name__, "antal": len(bunke)})
                await asyncio.sleep(0.5)
            except (
                asyncpg.SerializationError,
                asyncpg.DeadlockDetectedError,
                asyncpg.InvalidCachedStatementError,  # the schema was raised under it
            ):
                await asyncio.sleep(0.05)
            except Exception:
                if len(bunke) == 1:
                    # Unsettled on purpose: its lease runs out and the registration is settled as in doubt.
                    log.exception("settle_failed", extra={"haendelse_ref": bunke[0].krav.haendelse_ref})
                    return []
                log.exception("settle_batch_failed", extra={"antal": len(bunke)})
                return [a for r in bunke for a in await self._afregn([r])]
            if all(self._ur() > r.krav.lease_til + timedelta(seconds=self._o.lease) for r in bunke):
                return []

    async def _videre(self, bunke: list[Resultat], nye: list[Krav], e: Enhed) -> None:
        """The settled lanes' next heads, in the slots that their last ones leave."""
        if self._knap or self._stopper.is_set():
            return
        frie = Counter(r.krav.kanal for r in bunke)
        nye += await self._uddeling.tag_med(
            e, lambda kanaler: {k: self._o.pr_kanal - self._undervejs[k] + frie[k] for k in kanaler}
        )

    async def _meld(self) -> None:
        """Every second: publishers who should hear that they wait. However many they are, three quarters of the time are others':
        what waits is told on and on behind a long outage, and delivering goes first."""
        while True:
            flere, begyndt = False, time.monotonic()
            try:
                _, flere = await self._ventende.meld()
            except DATABASE_VAEK as fejl:
                log.warning("waiting_database_away", extra={"fejl": type(fejl).__name__})
            except Exception:
                log.exception("waiting_failed")
            await asyncio.sleep(3 * (time.monotonic() - begyndt) if flere else 1)

    async def _periodisk(self) -> None:
        """Every second: leases of answers that wait, and leases that ran out."""
        while True:
            await asyncio.sleep(1)
            try:
                await self._forny()
                while await self._uddeling.overtag_tabte() == 200:
                    pass
            except DATABASE_VAEK as fejl:
                log.warning("periodic_database_away", extra={"fejl": type(fejl).__name__})
            except Exception:
                log.exception("periodic_failed")

    async def _forny(self) -> None:
        """An answer that is here need not be asked for again because its settling takes long: the lease that protects it
        begins anew. Nothing is sent any more under it, so it says nothing of an attempt (I11)."""
        snart = self._ur() + timedelta(seconds=0.75 * self._o.lease)
        gamle = [n for n, til in self._besvarede.items() if til < snart]
        if not gamle:
            return
        til = self._ur() + timedelta(seconds=self._o.lease)
        for n in await self._uddeling.forny(gamle):
            if n in self._besvarede:
                self._besvarede[n] = til


def _slut(spor: sporing.Spor, k: Krav, svar: Svar | None, laest: Tilbagelaesning | None, udfald: str) -> None:
    """What the attempt led to, told in its span."""
    svaret = svar or (laest.svar if laest else None)
    kode = svaret.kode if svaret else None
    spor.slut(
        {
            "dfdg.tjeneste": k.anmodning.tjeneste,
            "dfdg.operation": k.anmodning.operation,
            "dfdg.akassekode": k.anmodning.akassekode,
            "dfdg.skridt": k.skridt.value,
            "dfdg.request_id": k.request_id,
            "dfdg.udfald": udfald,
            "dfdg.kode": kode,
            "dfdg.registrerings_id": svaret.registrerings_id if svaret else None,
            "http.response.status_code": svaret.http_status if svaret else None,
        },
        fejl=(kode or udfald) if svar is not None and svar.udfald is not Udfald.KVITTERET else None,
    )
