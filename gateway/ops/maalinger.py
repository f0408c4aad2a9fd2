"""The ledger's, Kafka's and the certificates' figures as Prometheus metrics: few labels, never a citizen.

They are read every few seconds, not at every scrape, and shown all at once: a scrape never sees half of a measurement.
Every process with the ops role shows the same figures of the installation, so rules take the ``max`` over instances; counters
(``delivery.maaltal``, ``consumers``, ``producers``) are each process's own and are summed.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.ledger.db import DATABASE_VAEK
from gateway.ledger.maaling import INGEN, Ledgermaal, maal, tavse_arbejdsdage
from gateway.ledger.ur import dag

log = logging.getLogger(__name__)

TILSTANDE = ("venter", "hoved", "stoppet")
KANALTILSTANDE = ("aaben", "genaabner", "nede", "adgang", "vindue")


@dataclass(frozen=True, slots=True)
class Certifikatdage:
    """A certificate that this installation lives by: whose (``klient``, ``ca``, ``hooks``), its file's name, whole days
    left (None: it can't be read)."""

    slags: str
    navn: str
    dage: int | None


@dataclass(slots=True)
class Maalt:
    """What was measured last. ``kafka``: lag and seconds of an open transaction by topic."""

    ledger: Ledgermaal | None = None
    lag: Mapping[str, int] = field(default_factory=dict)
    transaktion: Mapping[str, float] = field(default_factory=dict)
    certifikater: Sequence[Certifikatdage] = ()
    oppe: dict[str, bool] = field(default_factory=dict)
    plads_tilbage: float | None = None
    tid: float = field(default_factory=time.monotonic)


#: Reads Kafka: (how far each partition is read) -> (lag, seconds of an open transaction), by topic.
Kafkalaeser = Callable[[Mapping[tuple[str, int], int]], Awaitable[tuple[Mapping[str, int], Mapping[str, float]]]]


class Maalinger(Collector):
    """``maal`` is called every few seconds; ``collect`` shows what it found. ``plads``: bytes until reading from Kafka
    pauses, given the database's size (None: nobody has said how many it may take)."""

    def __init__(
        self,
        pulje: asyncpg.Pool,
        ur: Callable[[], datetime],
        kafka: Kafkalaeser,
        certifikater: Callable[[], Sequence[Certifikatdage]],
        plads: Callable[[int], float | None],
    ) -> None:
        self._pulje = pulje
        self._ur = ur
        self._kafka = kafka
        self._certifikater = certifikater
        self._plads = plads
        self._m = Maalt()

    def tilslut(self, register: CollectorRegistry = REGISTRY) -> None:
        register.register(self)

    def fra(self, register: CollectorRegistry = REGISTRY) -> None:
        register.unregister(self)

    async def maal(self) -> None:
        """One measurement. What can't be reached is told as such, and the rest is measured all the same."""
        ny = Maalt(certifikater=tuple(self._certifikater()))
        try:
            ny.ledger = await maal(self._pulje, self._ur())
            ny.oppe["postgres"] = True
        except DATABASE_VAEK as fejl:
            ny.oppe["postgres"] = False
            log.info("measure_database_away", extra={"fejl": type(fejl).__name__})
        if ny.ledger is not None:
            ny.plads_tilbage = self._plads(ny.ledger.database_bytes)
        try:
            ny.lag, ny.transaktion = await self._kafka(ny.ledger.laest_til if ny.ledger else {})
            ny.oppe["kafka"] = True
        except Exception as fejl:  # aiokafka's, asyncio's and the socket's: each says that Kafka can't be asked
            ny.oppe["kafka"] = False
            log.info("measure_kafka_away", extra={"fejl": type(fejl).__name__})
        ny.tid = time.monotonic()
        self._m = ny

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is asked of the database when the collector is registered."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        m = self._m
        yield _en("gateway_maaling_alder_sekunder", "Since the figures were read", time.monotonic() - m.tid)
        yield _flere(
            "gateway_afhaengighed_oppe", "1 when it answered the last measurement", ["navn"],
            {(n,): float(oppe) for n, oppe in m.oppe.items()},
        )  # fmt: skip
        yield _flere(
            "gateway_certifikat_dage", "Whole days until it runs out; -Inf: can't be read", ["slags", "navn"],
            {(c.slags, c.navn): -math.inf if c.dage is None else c.dage for c in m.certifikater},
        )  # fmt: skip
        yield _flere("gateway_kafka_lag", "Records that are not read, by topic", ["topic"],
                     {(t,): float(n) for t, n in m.lag.items()})  # fmt: skip
        yield _flere(
            "gateway_kafka_aaben_transaktion_sekunder", "How long a publisher's open transaction has held the topic",
            ["topic"], {(t,): s for t, s in m.transaktion.items()},
        )  # fmt: skip
        if m.plads_tilbage is not None:
            yield _en(
                "gateway_plads_tilbage_bytes", "Until reading from Kafka pauses for want of room", m.plads_tilbage
            )
        if m.ledger is not None:
            yield from _ledgerens(m.ledger)


def _ledgerens(m: Ledgermaal) -> Iterable[GaugeMetricFamily]:
    nu = m.tid
    yield _flere("gateway_haendelser_aabne", "Open events by state", ["tilstand"],
                 {(t,): m.haendelser.get(t, INGEN).antal for t in TILSTANDE})  # fmt: skip
    yield _flere("gateway_haendelser_aabne_alder_sekunder", "Age of the oldest open event by state", ["tilstand"],
                 {(t,): m.haendelser.get(t, INGEN).alder(nu) for t in TILSTANDE})  # fmt: skip
    yield _en("gateway_i_tvivl", "Registrations in doubt", sum(a.antal for a in m.i_tvivl.values()))
    tjenester = {k.tjeneste for k in m.kanaler}
    # A channel that nothing is in doubt in shows 0, so that the alarm sees the end of it.
    afklares = m.i_tvivl.keys() | {(t, t) for t in tjenester}
    yield _flere("gateway_i_tvivl_alder_sekunder", "How long the oldest has been in doubt, by service and where it is read back",
                 ["tjeneste", "aflaeses_hos"], {n: m.i_tvivl.get(n, INGEN).alder(nu) for n in afklares})  # fmt: skip
    yield _en("gateway_doede_breve", "Open dead letters", sum(a.antal for a in m.stoppede.values()))
    yield _flere("gateway_doede_breve_kode", "Open dead letters by code", ["kode"],
                 {(k,): a.antal for k, a in m.stoppede.items()})  # fmt: skip
    yield _en("gateway_doedt_brev_alder_sekunder", "Age of the oldest open dead letter",
              max((a.alder(nu) for a in m.stoppede.values()), default=0.0))  # fmt: skip
    frist = m.stoppedes_naermeste_frist
    yield _en("gateway_doede_breve_dage_til_frist", "Days to the nearest date that an open dead letter holds; +Inf: none",
              math.inf if frist is None else (frist - dag(nu)).days)  # fmt: skip
    talte = Counter((k.tjeneste, k.tilstand) for k in m.kanaler)
    yield _flere("gateway_kanaler", "Channels by service and state", ["tjeneste", "tilstand"],
                 {(t, s): talte[t, s] for t in tjenester for s in KANALTILSTANDE})  # fmt: skip
    naegtet = Counter(k.akassekode for k in m.kanaler if k.tilstand == "adgang")
    yield _flere("gateway_akasse_uden_adgang", "Services that refuse the a-kasse's certificate or headers", ["akassekode"],
                 {(a,): naegtet[a] for a in {k.akassekode for k in m.kanaler}})  # fmt: skip
    yield _flere("gateway_koe", "Heads that wait to be sent, by service", ["tjeneste"],
                 {(t,): m.koe.get(t, 0) for t in tjenester | m.koe.keys()})  # fmt: skip
    yield _en("gateway_koe_forbi_dato", "Heads whose last date has passed", m.koe_forbi_dato)
    yield _en("gateway_udbakke", "Messages that Kafka has not got yet", sum(a.antal for a in m.udbakke.values()))
    yield _flere("gateway_udbakke_alder_sekunder", "Age of the oldest message that a topic has not got", ["topic"],
                 {(t,): a.alder(nu) for t, a in m.udbakke.items()})  # fmt: skip
    yield _flere("gateway_part_tavs_arbejdsdage", "Whole working days without an event", ["part"],
                 {(p,): tavse_arbejdsdage(s, nu) for p, s in m.parter.items() if s is not None})  # fmt: skip
    yield _flere("gateway_overdragelser_ubesvarede", "Handovers that the jobcentre has not answered", ["part"],
                 {(p,): a.antal for p, a in m.overdragelser.items()})  # fmt: skip
    yield _flere("gateway_overdragelse_ubesvaret_arbejdsdage", "Whole working days the oldest has waited", ["part"],
                 {(p,): tavse_arbejdsdage(a.siden, nu) for p, a in m.overdragelser.items() if a.siden})  # fmt: skip
    yield _en("gateway_spaerringer", "Kinds of registrations that are held back", m.spaerringer)
    yield _en("gateway_karantaener", "Publishers' events that are held back", m.karantaener)
    yield _en("gateway_vinduer_aabne", "Planned windows that are open", m.vinduer)
    yield _en("gateway_topicbrud_senest", "Topics read on elsewhere in the last day", m.topicbrud)
    yield _en(
        "gateway_dfdg_beskeder_parkeret", "Messages of DFDG's that could not be worked on", m.dfdg_beskeder_parkeret
    )
    yield _en("gateway_inkarnation_klar", "0 while a restored ledger may not send", float(m.inkarnation_klar))
    yield _en("gateway_modtagelse_holdt", "1 while reading from Kafka is paused for want of room", m.modtagelse_pauset)
    yield _en("gateway_database_bytes", "What the database takes up", m.database_bytes)
    yield _en(
        "gateway_aeldste_snapshot_sekunder", "Age of the oldest snapshot open on the database", m.aeldste_snapshot
    )


def _en(navn: str, tekst: str, vaerdi: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(navn, tekst, value=float(vaerdi))


def _flere(navn: str, tekst: str, etiketter: list[str], vaerdier: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    f = GaugeMetricFamily(navn, tekst, labels=etiketter)
    for noegle, vaerdi in sorted(vaerdier.items()):
        f.add_metric(noegle, float(vaerdi))
    return f
