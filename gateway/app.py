"""Puts the house together: settings in, running roles out. The only place that knows every part."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from consumers import akasse_events, jobcenter_events
from consumers.dfdg_hooks import Webhooks
from consumers.modtager import Modtager
from gateway import kafkaforbindelse
from gateway.delivery.dfdgbeskeder import Beskedbehandler
from gateway.delivery.kodelister import Kodelistelaeser, Kodevagt
from gateway.delivery.leverandoer import Leverandoer, Leveringsopsaetning
from gateway.delivery.periodisk import Opgave, Periodisk
from gateway.delivery.vaekker import Vaekker
from gateway.gentagelse import til_det_lykkes
from gateway.grundlag import Grundlag, aabn_grundlag, nu
from gateway.konsoldrift import Konsoldrift
from gateway.ledger.accept import Modtagelse
from gateway.ledger.bevaring import Bevaring
from gateway.ledger.claim import Uddeling
from gateway.ledger.cprskift import Sammenlaegning
from gateway.ledger.db import kraev_migreret, migrer
from gateway.ledger.dfdgbesked import Beskedlager
from gateway.ledger.faellesur import Faellesur
from gateway.ledger.forventninger import Forventninger
from gateway.ledger.frister import Fristvagt
from gateway.ledger.inkarnation import Inkarnationer, beskedtal
from gateway.ledger.kanaler import Kanaler
from gateway.ledger.kodelister import Kodelager
from gateway.ledger.plads import Pladsvagt
from gateway.ledger.puls import Puls
from gateway.ledger.settle import Afregning
from gateway.ledger.spaerringer import Spaerringer
from gateway.ledger.transportskift import Transportskift
from gateway.ledger.udbakke import Udbakke
from gateway.ledger.ur import Dagsur, Haendelsesur, Systemur
from gateway.ledger.ventende import Ventende
from gateway.ledger.vinduer import Vinduer
from gateway.maalestation import Maalestation
from gateway.nedlukning import stop_i_raekkefoelge, stop_indenfor
from gateway.opsaetning import (
    bevaringstider,
    feltnavne,
    fristopsaetning,
    hookopsaetning,
    pladsgraenser,
    snapshotvagt,
)
from gateway.settings import Settings
from producers.topics import Udgiver

log = logging.getLogger(__name__)

#: Every party's topic of events.
HAENDELSER = f"{akasse_events.MOENSTER}|{jobcenter_events.MOENSTER}"
ROLLER = ("consume", "deliver", "publish", "hooks", "ops")


class Gateway:
    """A running gateway with some or all roles. ``start`` returns when everything runs."""

    def __init__(self, settings: Settings, roller: Iterable[str] = ROLLER, *, ur: Callable[[], datetime] = nu) -> None:
        self._s = settings
        self._roller = frozenset(roller)
        ukendte = self._roller - frozenset(ROLLER)
        if ukendte:
            raise ValueError(f"unknown roles: {', '.join(sorted(ukendte))}; there are {', '.join(ROLLER)}")
        # What day it is, by this machine; everything that replicas must agree on goes by the ledger's clock.
        self._ur = ur
        self._tidsur: Faellesur | None = None
        self._grundlag: Grundlag | None = None
        self._vaekker: Vaekker | None = None
        self._leverandoer: Leverandoer | None = None
        self._udgiver: Udgiver | None = None
        self._broker: KafkaBroker | None = None
        self._modtagere: list[Modtager] = []
        self._periodisk: Periodisk | None = None
        self._ops: Any = None
        self._konsol: Konsoldrift | None = None
        self._ender: kafkaforbindelse.Partitionsender | None = None
        self._graenser: kafkaforbindelse.Loggraenser | None = None
        self._hooks: Webhooks | None = None
        self._beskeder: Periodisk | None = None
        self._plads: Periodisk | None = None
        self._vandmaerke: kafkaforbindelse.Vandmaerke | None = None
        self._maalestation: Maalestation | None = None

    @property
    def grundlag(self) -> Grundlag:
        if self._grundlag is None:
            raise RuntimeError("the gateway is not started")
        return self._grundlag

    @property
    def _tid(self) -> Faellesur:
        if self._tidsur is None:
            raise RuntimeError("the gateway is not started")
        return self._tidsur

    @property
    def ops_adresse(self) -> str | None:
        """Where the operators' HTTP answers, when that role runs."""
        return f"http://127.0.0.1:{self._ops.port}" if self._ops is not None else None

    @property
    def engangskode(self) -> str | None:
        """A fresh one-time code for the console, in the embedded default only."""
        return self._konsol.engangskode if self._konsol is not None else None

    @property
    def hooks_adresse(self) -> str | None:
        """Where DFDG's messages are received, when that role runs and is set up."""
        return f"https://127.0.0.1:{self._hooks.port}" if self._hooks is not None else None

    async def start(self) -> None:
        g = self._grundlag = await aabn_grundlag(self._s)
        self._tidsur = Faellesur(g.pulje)
        await self._tidsur.stil()
        async with g.pulje.acquire() as conn:
            if self._s.indlejret_database:
                await migrer(conn)
            await kraev_migreret(conn)
        await g.hent_lukninger()
        inkarnationer = self._inkarnationer(g)
        await inkarnationer.kontroller()
        if "deliver" in self._roller:
            await self._hold_mod_kafka(inkarnationer)
        self._vaekker = Vaekker(str(self._s.database.url), ("koe", "udbakke"))
        await self._vaekker.start()
        if "publish" in self._roller:
            self._udgiver = Udgiver(
                Udbakke(g.pulje, g.noegler),
                self._vaekker,
                self._ny_producent,
                dsn=str(self._s.database.url),
                opret=self._opret_topics if self._s.indlejret_kafka else None,
            )
            await self._udgiver.start()
        if "deliver" in self._roller:
            self._leverandoer = self._byg_leverandoer(g, self._vaekker)
            await self._leverandoer.start()
        self._periodisk = Periodisk(
            [
                *await self._opgaver(g),
                Opgave("inkarnation", 1, inkarnationer.gaa),
                Opgave("inkarnation-kafka", 60, inkarnationer.kontroller_kafka),
            ]
        )
        await self._periodisk.start()
        if "consume" in self._roller:
            await self._start_forbrug(g)
        if "hooks" in self._roller:
            await self._start_hooks(g)
        if "ops" in self._roller:
            self._maalestation = Maalestation(self._s, g.pulje, self._tid, HAENDELSER)
            await self._maalestation.start()
            await self._start_ops(g)
        log.info("gateway_started", extra={"roller": sorted(self._roller), "miljoe": g.miljoe})

    async def stop(self) -> None:
        """Stops in the way of an event: takes nothing more in, finishes what is under way, tells it, closes."""
        dele = [
            ("plads", self._plads and self._plads.stop),
            *((f"modtager {nr}", m.stop) for nr, m in enumerate(self._modtagere)),
            ("broker", self._broker and partial(stop_indenfor, self._broker.stop, "readers")),
            ("graenser", self._graenser and self._graenser.stop),
            ("hooks", self._hooks and self._hooks.stop),
            ("beskeder", self._beskeder and self._beskeder.stop),
            ("periodisk", self._periodisk and self._periodisk.stop),
            ("ender", self._ender and self._ender.stop),
            ("vandmaerke", self._vandmaerke and self._vandmaerke.stop),
            ("leverandoer", self._leverandoer and self._leverandoer.stop),
            ("udgiver", self._udgiver and self._udgiver.stop),
            # First, so that browsers' streams end and the server need not wait for them.
            ("konsol", self._konsol and self._konsol.stop),
            ("ops", self._ops and self._ops.stop),
            ("maalestation", self._maalestation and self._maalestation.stop),
            ("konsolens pulje", self._konsol and self._konsol.luk),
            ("vaekker", self._vaekker and self._vaekker.stop),
            ("grundlag", self._grundlag and self._grundlag.luk),
        ]
        try:
            await stop_i_raekkefoelge((navn, stop) for navn, stop in dele if stop is not None)
        finally:
            log.info("gateway_stopped")

    async def _dagsur(self, g: Grundlag) -> Dagsur:
        """Today, for deadlines."""
        if self._s.clock == "system":
            return Systemur(self._ur)
        self._ender = kafkaforbindelse.Partitionsender(self._s.kafka, HAENDELSER)
        await self._ender.klar()
        return Haendelsesur(g.pulje, self._ender)

    async def _opgaver(self, g: Grundlag) -> list[Opgave]:
        """What comes round again and again in the roles that run here."""
        opgaver = [Opgave("ur", 10, self._tid.stil), Opgave("regimer", 10, g.hent_lukninger)]
        if "deliver" in self._roller:
            samling = Sammenlaegning(g.pulje, g.motor, g.noegler, g.miljoe, self._tid)
            opgaver.append(Opgave("sammenlaegning", 1, samling.proev))
            forventninger = Forventninger(g.pulje, g.motor, g.noegler, g.miljoe, self._tid)
            opgaver.append(Opgave("forventninger", 1, forventninger.gaa))
            opgaver.append(Opgave("vinduer", 1, Vinduer(g.pulje, g.noegler, g.miljoe, self._tid).gaa))
            spaerringer = Spaerringer(g.pulje, g.motor, g.noegler, g.miljoe, self._tid)
            opgaver.append(Opgave("spaerringer", 1, spaerringer.gaa))
            dagsur = await self._dagsur(g)
            vagt = Fristvagt(g.pulje, g.noegler, g.miljoe, self._tid, dagsur, fristopsaetning(self._s))
            opgaver.append(Opgave("frister", 2, vagt.gaa))
            skift = Transportskift(
                g.pulje, g.motor, g.noegler, g.miljoe, self._tid, operation=g.carrier.opretter_fravaer_med
            )
            opgaver.append(Opgave("transportskift", 1, skift.gaa))
            kodelager = Kodelager(g.pulje, self._tid, lease=timedelta(seconds=2 * self._s.dfdg.lease))
            laeser = Kodelistelaeser(kodelager, g.carrier, self._akasser)
            opgaver.append(Opgave("kodelister", 5, laeser.gaa))
        if self._roller & {"deliver", "ops"}:
            opgaver.append(Opgave("kodevagt", 15, Kodevagt(g.pulje, g.koder, self._tid).maal))
        if "publish" in self._roller:
            opgaver.append(Opgave("vandmaerke", 1, self._haev_vandmaerket))
            opgaver.append(Opgave("puls", 5, Puls(g.pulje, g.noegler, g.miljoe, self._tid).slaa))
            if self._s.database.snapshot_hoejst > 0:
                opgaver.append(Opgave("snapshots", 10, snapshotvagt(self._s, g.pulje).gaa))
            opgaver.append(Opgave("bevaring", 1, Bevaring(g.pulje, g.noegler, self._tid, bevaringstider(self._s)).gaa))
        return opgaver

    def _akasser(self) -> list[str]:
        """The a-kasser that DFDG may be asked on behalf of: those in the coverage that have a certificate."""
        daekkede = sorted({d.akassekode for d in self.grundlag.motor.opsaetning.daekning})
        return self.grundlag.carrier.med_certifikat(daekkede)

    def _byg_leverandoer(self, g: Grundlag, vaekker: Vaekker) -> Leverandoer:
        d = self._s.dfdg
        ejer = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        lease = timedelta(seconds=d.lease)
        return Leverandoer(
            Uddeling(g.travl, g.motor, g.noegler, g.miljoe, self._tid, ejer=ejer, lease=lease, takster=d.takster()),
            Afregning(
                g.travl,
                g.motor,
                g.noegler,
                g.miljoe,
                self._tid,
                stilletid=timedelta(seconds=d.stilletid),
                stop_efter=d.stop_efter,
                spaer_efter=d.spaer_efter,
                tilfaeldig=Random(),  # noqa: S311  jitter, not a secret
            ),
            Kanaler(g.pulje, self._tid),
            Ventende(g.pulje, g.motor, g.noegler, g.miljoe, self._tid),
            g.carrier,
            vaekker,
            self._tid,
            Leveringsopsaetning(
                pr_kanal=d.samtidighed,
                i_alt=d.samtidighed_i_alt,
                lease=d.lease,
                laengste_forsoeg=d.send_timeout + d.answer_timeout,
            ),
        )

    async def _start_hooks(self, g: Grundlag) -> None:
        opsaetning = hookopsaetning(self._s)
        lager = Beskedlager(g.pulje, g.noegler, feltnavne(self._s), self._tid)
        systemer = self._s.hooks.systemer()
        behandler = Beskedbehandler(lager, g.pulje, g.motor, g.noegler, g.miljoe, self._tid, g.carrier, systemer)
        self._beskeder = Periodisk([Opgave("dfdg-beskeder", 1, behandler.gaa)])
        await self._beskeder.start()
        if opsaetning is None:
            log.info("hooks_not_set_up")
            return
        self._hooks = Webhooks(lager, opsaetning)
        await self._hooks.start()

    async def _start_ops(self, g: Grundlag) -> None:
        from gateway.ops.http import Opsserver

        self._konsol = Konsoldrift(self._s, g.betjening, g.noegler, self._tid, HAENDELSER)
        await self._konsol.start()
        self._ops = Opsserver(g.pulje, self._s.ops.listen, self._konsol.app)
        await self._ops.start()

    def _inkarnationer(self, g: Grundlag) -> Inkarnationer:
        async def ender() -> Mapping[tuple[str, int], int]:
            async with kafkaforbindelse.Partitionsender(self._s.kafka, HAENDELSER) as spoerg:
                return await spoerg()

        async def gruppens() -> Mapping[tuple[str, int], int]:
            return await kafkaforbindelse.gruppens_offsets(self._s.kafka, self._grupper())

        self._vandmaerke = kafkaforbindelse.Vandmaerke(self._s.kafka)
        return Inkarnationer(g.pulje, self._tid, ender, gruppens, self._vandmaerke.laes)

    async def _haev_vandmaerket(self) -> None:
        if self._vandmaerke is not None:
            async with self.grundlag.pulje.acquire() as conn:
                nummer = await beskedtal(conn)
            await self._vandmaerke.skriv(nummer)

    @staticmethod
    async def _hold_mod_kafka(inkarnationer: Inkarnationer) -> None:
        """Before anything is sent Kafka must have told whether the ledger is an earlier one."""
        async for forsoeg in til_det_lykkes("look for a restored ledger", KafkaError, OSError):
            with forsoeg:
                await inkarnationer.kontroller_kafka()

    def _grupper(self) -> tuple[str, str]:
        """A group each: members of one group with different patterns would be assigned each other's topics."""
        return f"{self._s.kafka.group_id}.akasse", f"{self._s.kafka.group_id}.jobcenter"

    async def _start_forbrug(self, g: Grundlag) -> None:
        kafkaforbindelse.kraev_codecs()
        modtagelse = Modtagelse(g.travl, g.motor, g.noegler, g.miljoe, self._tid)
        if self._leverandoer is not None:
            modtagelse.nye_hoveder = self._leverandoer.nye_hoveder
        self._broker = kafkaforbindelse.broker(self._s.kafka)
        self._graenser = kafkaforbindelse.Loggraenser(self._s.kafka)
        akasse = akasse_events.akassemodtager(modtagelse, self._graenser)
        jobcenter = jobcenter_events.jobcentermodtager(modtagelse, self._graenser)
        self._modtagere = [akasse, jobcenter]
        akassers, jobcentres = self._grupper()
        akasse.tilslut(self._broker, akassers)
        jobcenter.tilslut(self._broker, jobcentres)

        def paus(til: bool) -> None:
            akasse.paus(til)
            jobcenter.paus(til)

        mappe = self._s.data_dir / "postgres" if self._s.indlejret_database else None
        vagt = Pladsvagt(g.pulje, pladsgraenser(self._s), mappe, paus)
        # Judged before the first batch: what was full when the last process ended is full still.
        await vagt.gaa()
        await self._broker.start()
        self._plads = Periodisk([Opgave("plads", 1, vagt.gaa)])
        await self._plads.start()

    async def _opret_topics(self, navne: list[str]) -> object:
        return await kafkaforbindelse.opret_topics(self._s.kafka, navne)

    def _ny_producent(self) -> AIOKafkaProducer:
        return kafkaforbindelse.producent(self._s.kafka)


async def koer_til_signal(gateway: Gateway, stop: asyncio.Event) -> None:
    """Runs until ``stop`` is set, then stops cleanly."""
    await gateway.start()
    try:
        await stop.wait()
    finally:
        await gateway.stop()
