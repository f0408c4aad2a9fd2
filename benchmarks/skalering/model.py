"""A discrete-event simulation of the gateway as it is.

    topic ─ consume, accept in batches ─▶ lanes ─ claim ─▶ DFDG ─ settle in batches ─▶ outbox ─▶ topic

One call of a citizen is in the air at a time; slots, rates and batches are the gateway's own
(``gateway.lanes.fordeling``, ``gateway.lanes.spand``, the defaults of ``Leveringsopsaetning``). A process is one processor core that
takes its work in turn; PostgreSQL is some cores, a disk whose flush serves all that wait for it, and the lock that
every transaction which notifies holds while it commits (accept, settle). A transaction takes turns: a bit of the process, a bit of
PostgreSQL, its round trips, and again; so what a process does beside it comes in between, as in an event loop. Time and chance are the model's own.

Left out: refusals and what follows from them, readings back, leases, the console, locks between transactions.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.skalering.anlaeg import Anlaeg, Haendelse, Maalt
from benchmarks.skalering.kost import Kost, Trin
from benchmarks.skalering.maskine import Lager, Station, Ur
from gateway.lanes import spand
from gateway.lanes.fordeling import fordel, pladser
from gateway.lanes.spand import Spand

_BEGYNDELSE = datetime(2025, 1, 1, tzinfo=UTC)
#: Records of a batch, messages of a portion, seconds the outbox fills, and between looks at a queue whose rate is used up.
BATCH, PORTION, SAML_UD, KIG = 500, 500, 0.025, 0.25
#: Turns that a transaction takes between process and PostgreSQL. More would be nearer to the truth, and slower.
TURE = 4
#: Topics that get what is no kvittering: the a-kasser's, and some jobcentres'.
PARTERS = 21


class _Leverer:
    """A process that delivers: the state of ``Leverandoer``."""

    def __init__(self, kerne: Station, afregnere: int) -> None:
        self.kerne = kerne
        self.undervejs: Counter[str] = Counter()
        self.i_luften = 0
        self.svar: deque[Haendelse] = deque()
        self.skal_sendes: deque[Haendelse] = deque()
        self.sender = False
        self.frie_afregnere = afregnere
        #: Answers that are gathered for a settlement, and whether they wait for another's end.
        self.samlet: list[Haendelse] | None = None
        self.tager = self.vaekket = self.ser = self.venter = False
        self.sidst: dict[str, int] = {}
        self.runde = 0


class Simulation:
    """``haendelser``: (time, citizen, a-kasse, channels of the registrations), by time; ``koer`` runs until all are receipted
    and gives what was measured. The same arguments give the same run."""

    def __init__(
        self, kost: Kost, anlaeg: Anlaeg, haendelser: Iterable[tuple[float, int, int, tuple[str, ...]]], seed: int = 1,
        *, accepteret: bool = False, log: bool = False,
    ) -> None:  # fmt: skip
        """``accepteret``: events of time 0 stand in their lanes already, as after an outage of DFDG."""
        self.k, self.a, self.m, self._ur = kost, anlaeg, Maalt(log=[] if log else None), Ur()
        self._kilde: Iterator[tuple[float, int, int, tuple[str, ...]]] = iter(haendelser)
        self._accepteret = accepteret
        self._r = random.Random(f"skalering/{seed}")
        self._haendelsesnr = self._areal_antal = 0
        self._areal_tid = 0.0
        self._lager = Lager(self._ur, anlaeg.pg_kerner, anlaeg.commit, anlaeg.ventetid, kost.vaegt.get("postgres", 1.0))
        faelles = Station(1)

        def ny() -> Station:
            return faelles if anlaeg.faelles else Station(1)

        self._consume = [(ny(), deque[Haendelse]()) for _ in range(anlaeg.consume)]
        self._henter = [False] * anlaeg.consume
        self._deliver = [_Leverer(ny(), anlaeg.levering.afregnere) for _ in range(anlaeg.deliver)]
        self._publish = [ny() for _ in range(anlaeg.publish)]
        self._baner: dict[int, deque[Haendelse]] = {}
        self._koe: dict[str, deque[Haendelse]] = defaultdict(deque)
        self._spande: dict[str, Spand] = {}
        self._ud: dict[int, deque[Haendelse | None]] = defaultdict(deque)
        self._udgiver: set[int] = set()

    def koer(self) -> Maalt:
        self._naeste_ankomst()
        self._ur.koer()
        m, lager = self.m, self._lager
        m.pg, m.wal, m.transaktioner, m.flush = lager.kerner.brugt, lager.wal, lager.transaktioner, lager.flush
        m.wal_pr_sekund, m.flush_pr_sekund = lager.wal_pr_sekund, lager.flush_pr_sekund
        return m

    def _cpu(self, kerne: Station, rolle: str, sekunder: float) -> float:
        sekunder *= self.k.vaegt.get(rolle, 1.0)
        self.m.cpu[rolle] = self.m.cpu.get(rolle, 0.0) + sekunder
        return kerne.brug(self._ur.nu, sekunder)

    def _transaktion(
        self, kerne: Station, rolle: str, trin: Trin, antal: float, efter: Callable[[], None], *, giver_besked: bool,
        ogsaa: float = 0.0,
    ) -> None:  # fmt: skip
        """One of a stage, of so many pieces, from begin to durable. ``ogsaa``: what else the process does for it, seconds."""
        del_ = 1 / TURE
        i_processen = (trin.cpu(antal) + ogsaa) * del_

        def tur(nr: int) -> None:
            if nr == TURE:
                self._lager.bekraeft(trin, antal, efter, giver_besked=giver_besked)
            else:
                slut = self._cpu(kerne, rolle, i_processen)
                self._ur.om(slut, self._lager.arbejd, trin, antal, del_, lambda: tur(nr + 1))

        tur(0)

    def _i_systemet(self, aendring: int) -> None:
        self.m.areal += self._areal_antal * (self._ur.nu - self._areal_tid)
        self._areal_tid = self._ur.nu
        self._areal_antal += aendring

    # --- in ---------------------------------------------------------------------------------------

    def _naeste_ankomst(self) -> None:
        """Everything that comes at one moment, and then the next moment."""
        for tid, borger, akasse, kanaler in self._kilde:
            self._ur.om(tid, self._ankommer, borger, akasse, kanaler)
            return

    def _ankommer(self, borger: int, akasse: int, kanaler: tuple[str, ...]) -> None:
        self._haendelsesnr += 1
        h = Haendelse(self._haendelsesnr, self._ur.nu, borger, akasse, kanaler)
        self.m.ind += 1
        self._i_systemet(1)
        if self._accepteret and self._ur.nu == 0.0:
            self._til_bane(h)
            self._ur.om(self._ur.nu, self._vaek_alle)
        else:
            # A citizen's events have one key, so one partition, so one consumer.
            partition = akasse * self.a.partitioner + borger % self.a.partitioner
            c = partition % len(self._consume)
            self._consume[c][1].append(h)
            if not self._henter[c]:
                self._henter[c] = True
                self._ur.om(self._ur.nu, self._hent, c)
        self._naeste_ankomst()

    def _hent(self, c: int) -> None:
        kerne, raekke = self._consume[c]
        if not raekke:
            self._henter[c] = False
            return
        batch = [raekke.popleft() for _ in range(min(BATCH, len(raekke)))]
        self.m.portioner["accept"] += 1

        def accepteret() -> None:
            self.m.accepteret = self._ur.nu
            for h in batch:
                self._til_bane(h)
            self._vaek_alle()
            self._hent(c)

        n = len(batch)
        self._transaktion(
            kerne, "consume", self.k.accept, n, accepteret, giver_besked=True, ogsaa=self.k.consume.cpu(n)
        )

    def _til_bane(self, h: Haendelse) -> None:
        bane = self._baner.get(h.borger)
        if bane is not None:
            bane.append(h)
        elif h.kanaler:
            self._baner[h.borger] = deque()
            self._i_koe(h)
        else:
            self._endelig(h)

    def _i_koe(self, h: Haendelse) -> None:
        koe = self._koe[h.kanaler[h.sendt]]
        koe.append(h)
        self.m.laengste_koe = max(self.m.laengste_koe, len(koe))

    # --- claim and send ---------------------------------------------------------------------------

    def _vaek_alle(self) -> None:
        for p in self._deliver:
            self._vaek(p)

    def _vaek(self, p: _Leverer) -> None:
        p.vaekket = True
        if not p.tager:
            p.tager = True
            self._tag(p)

    def _tag(self, p: _Leverer) -> None:
        p.vaekket = False
        o, taget = self.a.levering, []
        kanaler = sorted(k for k, koe in self._koe.items() if koe)
        ledige = o.i_alt - p.i_luften
        if kanaler and ledige > 0:
            p.runde += 1
            antal = self._efter_takst(pladser(kanaler, ledige, p.undervejs, o.pr_kanal, p.sidst))
            for k, n in antal.items():
                koe = self._koe[k]
                for _ in range(min(n, len(koe))):
                    h = koe.popleft()
                    taget.append(h)
                    self._brug_takst(k)
        if not taget:
            self._forgaeves(p, bool(kanaler) and ledige > 0)
            return
        self._regn_i_luften(p, taget)
        self.m.portioner["claim"] += 1

        def gemt() -> None:
            self._send(p, taget)
            if len(taget) < self.a.levering.saml_fra < p.i_luften:
                self._ur.om(self._ur.nu + self.a.levering.saml, self._tag, p)
            else:
                self._tag(p)

        self._transaktion(p.kerne, "deliver", self.k.claim, len(taget), gemt, giver_besked=False)

    def _forgaeves(self, p: _Leverer, spurgt: bool) -> None:
        """Nothing was there, or no call may be made now: that was asked of PostgreSQL, and is asked again."""
        p.tager = False
        if not spurgt:
            return
        self._cpu(p.kerne, "deliver", self.k.claim.cpu(0))
        self._lager.tillaeg(self.k.claim.pg(0))
        if not p.ser:
            p.ser = True
            self._ur.om(self._ur.nu + KIG, self._se_igen, p)

    def _se_igen(self, p: _Leverer) -> None:
        p.ser = False
        self._vaek(p)

    def _efter_takst(self, antal: dict[str, int]) -> dict[str, int]:
        nu = _BEGYNDELSE + timedelta(seconds=self._ur.nu)
        for tjeneste, takst in self.a.takster.items():
            kanaler = {k: min(n, len(self._koe[k])) for k, n in antal.items() if k.partition("|")[0] == tjeneste}
            if kanaler:
                s = self._spande[tjeneste] = spand.fyldt(self._spande.get(tjeneste), takst, nu)
                antal.update(fordel(spand.hele(s), kanaler))
        return antal

    def _brug_takst(self, kanal: str) -> None:
        tjeneste = kanal.partition("|")[0]
        if tjeneste in self._spande:
            self._spande[tjeneste] = spand.tag(self._spande[tjeneste], 1)

    def _regn_i_luften(self, p: _Leverer, taget: list[Haendelse]) -> None:
        for h in taget:
            kanal = h.kanaler[h.sendt]
            p.undervejs[kanal] += 1
            p.sidst[kanal] = p.runde
        p.i_luften += len(taget)
        self.m.i_luften = max(self.m.i_luften, p.i_luften)

    def _send(self, p: _Leverer, taget: list[Haendelse]) -> None:
        p.skal_sendes.extend(taget)
        if not p.sender:
            p.sender = True
            self._send_den_naeste(p)

    def _send_den_naeste(self, p: _Leverer) -> None:
        if not p.skal_sendes:
            p.sender = False
            return
        h = p.skal_sendes.popleft()
        self._ur.om(self._cpu(p.kerne, "deliver", self.k.send.cpu(1)), self._afsendt, p, h)

    def _afsendt(self, p: _Leverer, h: Haendelse) -> None:
        nu, spredning = self._ur.nu, self.a.spredning
        svar = nu + self.a.svartid * (math.exp(self._r.gauss(0.0, spredning)) if spredning else 1.0)
        if h.sendt == 0:
            self.m.til_kald.append(nu - h.tid)
        self.m.kald += 1
        self.m.kald_pr_sekund[int(nu)] += 1
        if self.m.log is not None:
            self.m.log.append((nu, svar, h.borger, h.nr, h.sendt))
        self._ur.om(svar, self._svaret, p, h)
        self._send_den_naeste(p)

    # --- settle -----------------------------------------------------------------------------------

    def _svaret(self, p: _Leverer, h: Haendelse) -> None:
        p.svar.append(h)
        self._afregn(p)

    def _afregn(self, p: _Leverer) -> None:
        if not (p.frie_afregnere and p.svar) or p.samlet is not None:
            return
        p.samlet = [p.svar.popleft()]
        if len(p.svar) < self.a.levering.saml_fra < p.i_luften:
            self._ur.om(self._ur.nu + self.a.levering.saml, self._lad_den_anden_ende, p)
        else:
            self._lad_den_anden_ende(p)

    def _lad_den_anden_ende(self, p: _Leverer) -> None:
        if p.frie_afregnere < self.a.levering.afregnere and len(p.svar) < self.a.levering.saml_fra:
            p.venter = True
            self._ur.om(self._ur.nu + self.a.levering.ved_siden, self._afregn_bunke, p, p.samlet)
        else:
            self._afregn_bunke(p, p.samlet)

    def _afregn_bunke(self, p: _Leverer, bunke: list[Haendelse] | None) -> None:
        if bunke is None or bunke is not p.samlet:
            return  # another's end came first
        p.samlet, p.venter = None, False
        p.frie_afregnere -= 1
        while p.svar and len(bunke) < self.a.levering.afregn_hoejst:
            bunke.append(p.svar.popleft())
        self.m.portioner["settle"] += 1
        self._transaktion(
            p.kerne, "deliver", self.k.settle, len(bunke), lambda: self._afregnet(p, bunke), giver_besked=True
        )
        self._afregn(p)

    def _afregnet(self, p: _Leverer, bunke: list[Haendelse]) -> None:
        o = self.a.levering
        knap = o.i_alt - p.i_luften < o.pr_kanal
        for h in bunke:
            p.undervejs[h.kanaler[h.sendt]] -= 1
        p.i_luften -= len(bunke)
        videre: list[Haendelse] = []
        for hoved in [n for h in bunke if (n := self._naeste_hoved(h)) is not None]:
            kanal = hoved.kanaler[hoved.sendt]
            fri = p.undervejs[kanal] + sum(v.kanaler[v.sendt] == kanal for v in videre) < o.pr_kanal
            if fri and not knap and not self._koe[kanal] and kanal.partition("|")[0] not in self.a.takster:
                videre.append(hoved)
            else:
                self._i_koe(hoved)
        if videre:
            self._tag_videre(p, videre)
        p.frie_afregnere += 1
        self._vaek_alle()
        if p.venter:
            self._afregn_bunke(p, p.samlet)
        self._afregn(p)

    def _tag_videre(self, p: _Leverer, videre: list[Haendelse]) -> None:
        """Claimed as it is settled: the pieces' cost without a transaction's (somewhat too much: they pass by the queue)."""
        self._regn_i_luften(p, videre)
        self._cpu(p.kerne, "deliver", len(videre) * self.k.claim.gateway[1])
        self._lager.tillaeg(len(videre) * self.k.claim.postgres[1], len(videre) * self.k.claim.wal[1])
        self._send(p, videre)

    def _naeste_hoved(self, h: Haendelse) -> Haendelse | None:
        """What is the lane's head when this registration is receipted; events that need no DFDG are final on the way."""
        h.sendt += 1
        if h.sendt < len(h.kanaler):
            return h
        self._endelig(h)
        bane = self._baner[h.borger]
        while bane:
            naeste = bane.popleft()
            if naeste.kanaler:
                return naeste
            self._endelig(naeste)
        del self._baner[h.borger]
        return None

    # --- out --------------------------------------------------------------------------------------

    def _endelig(self, h: Haendelse) -> None:
        """Its kvittering goes to its a-kasse's topic; what else is told of it goes to another party's."""
        self._til_udbakken(h.akasse, h)
        if self.k.beskeder > 1 and self._r.random() < self.k.beskeder - 1:
            self._til_udbakken(-1 - self._r.randrange(PARTERS), None)

    def _til_udbakken(self, emne: int, h: Haendelse | None) -> None:
        self._ud[emne].append(h)
        if emne not in self._udgiver:
            self._udgiver.add(emne)
            self._ur.om(self._ur.nu + SAML_UD, self._udgiv, emne)

    def _udgiv(self, emne: int) -> None:
        raekke = self._ud[emne]
        if not raekke:
            self._udgiver.discard(emne)
            return
        portion = [raekke.popleft() for _ in range(min(PORTION, len(raekke)))]
        kerne = self._publish[emne % len(self._publish)]
        self.m.portioner["publish"] += 1
        # The broker is waited for between reading the outbox and emptying it.
        self._transaktion(
            kerne, "publish", self.k.publish, len(portion),
            lambda: self._ur.om(self._ur.nu + self.a.broker, self._sendt, emne, portion), giver_besked=False,
        )  # fmt: skip

    def _sendt(self, emne: int, portion: list[Haendelse | None]) -> None:
        for h in portion:
            if h is not None:
                self.m.til_kvittering.append(self._ur.nu - h.tid)
                self._i_systemet(-1)
                self.m.ud += 1
                self.m.sidst = self._ur.nu
        self._udgiv(emne)
