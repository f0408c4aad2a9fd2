"""A performance: the parties publish the stories, the jobcentres answer, the judge listens, until all is final.

Knows Kafka and the public interface alone. Whoever runs the gateway lends two hands where a story asks for them: one
that takes DFDG down and up again, one that corrects a stopped event as an operator does.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, Self

import orjson

from sandbox.dommer import UDEN_AARSAG, Dommer
from sandbox.fortaellinger.generator import flet
from sandbox.fortaellinger.model import KVITTERING, Fortaelling, PlanlagtHaendelse
from sandbox.parter.indsamler import Indsamler
from sandbox.parter.jobcenter import Jobcentre
from sandbox.parter.udgiver import Form, Udgiver
from sandbox.parter.venteraekker import Venteraekker


class Dfdgside(Protocol):
    """What a story asks of DFDG's own side: to go down (connections are refused) and up again, a booked talk, a membership,
    and what another system has registered."""

    async def ned(self) -> None: ...

    async def op(self) -> None: ...

    async def book(self, cpr: str, start: datetime) -> None:
        """The citizen has a jobsamtale booked in the jobcenter."""
        ...

    async def indmeld(self, akassekode: str, cpr: str, fra: date) -> None:
        """The citizen is the a-kasse's member from ``fra`` on, and nobody else's."""
        ...

    async def skift_cpr(self, gammelt: str, nyt: str) -> None:
        """The citizen has a new CPR number: both name one person from now on."""
        ...

    async def marker(self, akassekode: str, cpr: str, start: date) -> None:
        """Another system of the a-kasse marks the citizen in (absence 75)."""
        ...


class Retter(Protocol):
    """Acts as an operator on a stopped event of a party."""

    async def ret(self, haendelse_id: str, data: bytes) -> None:
        """Puts ``data`` (JSON) in the place of the stopped event's data."""
        ...


class GikIStaa(Exception):
    """Nothing has become final for too long. The text says how many events wait, and carries no personal data."""


@dataclass(slots=True)
class Stand:
    """How far a performance has come; for displays."""

    udgivet: int = 0
    i_alt: int | None = None
    endelige: int = 0
    statusser: Counter[str] = field(default_factory=Counter)
    stoppede: int = 0
    rettede: int = 0
    akt: str = "fortæller"
    #: Messages between the parties that arrived while DFDG was down in the middle of a stream.
    under_nedbrud: int = 0


@dataclass(frozen=True, slots=True)
class Nedbrud:
    """An outage in the middle of a stream: from ``efter`` published events and ``registrerede`` registered ones on, until
    ``til`` are published, and at least for so many seconds."""

    efter: int
    til: int
    registrerede: int = 20
    sekunder: float = 5.0


INDLAEST = "akasse.medlem.indlaest.v1"
CPR_SKIFTET = "akasse.medlem.cpr-skiftet.v1"
Fremdrift = Callable[[Stand], None]


class Forestilling:
    """One run of ``parter`` (``akasse.01``), whose topics must be there. ``svar``: what was answered last to each event of the told members;
    ``undervejs``: the statuses before the final one.

    ``stilstand``: seconds without any new final kvittering after which ``GikIStaa`` is raised.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        parter: Iterable[str],
        *,
        dfdg: Dfdgside | None = None,
        retter: Retter | None = None,
        form: Form = "skiftevis",
        stilstand: float = 90.0,
        fremdrift: Fremdrift = lambda _: None,
    ) -> None:
        self.dommer = Dommer()
        self.stand = Stand()
        self.svar: dict[tuple[str, str], dict[str, Any]] = {}
        self.undervejs: dict[tuple[str, str], list[str]] = {}
        self.udgiver = Udgiver(bootstrap_servers, form)
        self.jobcentre = Jobcentre()
        self.raekker = Venteraekker(self.udgiver, self._indmeld)
        self._indsamler = Indsamler(
            bootstrap_servers, parter, self.dommer.modtag, self.jobcentre.modtag, self.raekker.modtag, self._modtag
        )
        self._dfdg, self._retter = dfdg, retter
        self._stilstand, self._fremdrift = stilstand, fremdrift
        self._behold: set[str] = set()
        self._rettelser: dict[tuple[str, str], PlanlagtHaendelse] = {}
        self._rettes: set[asyncio.Task[None]] = set()
        self._beskeder_set: set[tuple[str, str]] = set()
        self._beskeder_i_alt = self._foer_nedbrud = 0
        self._stopkoder: Counter[str] = Counter()
        self._begyndt: float | None = None
        self._sidste_endelige = 0.0
        self._stak = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stak.__aenter__()
        for del_ in (self.udgiver, self.raekker, self._indsamler):
            await self._stak.enter_async_context(del_)
        return self

    async def __aexit__(self, *undtagelse: Any) -> None:
        for opgave in self._rettes:
            opgave.cancel()
        await self._stak.__aexit__(*undtagelse)

    @property
    def sekunder(self) -> float:
        """From the first event published to the newest final kvittering."""
        return 0.0 if self._begyndt is None else max(self._sidste_endelige - self._begyndt, 0.0)

    async def indhent(self) -> None:
        """Waits until the parties have read everything that is on their topics now."""
        await self._indsamler.indhent()

    # --- publishing -------------------------------------------------------------------------------

    async def genererede(
        self,
        fortaellinger: Iterable[Fortaelling],
        samtidige: int = 200,
        seed: int = 0,
        nedbrud: Nedbrud | None = None,
        pr_sekund: float | None = None,
        *,
        nedskrevne: bool = False,
    ) -> None:
        """Publishes a stream of stories, their members mixed, each written down before its first event goes out
        (``nedskrevne``: the judge has been told what to expect of them already).

        ``nedbrud``: DFDG goes down in the middle of it, whatever is on the wire, and comes up again; what needs no DFDG
        must arrive meanwhile. Raises ``GikIStaa`` where nothing does. ``pr_sekund``: at most so many events a second.
        """
        nede_siden: float | None = None
        begyndt = time.monotonic()
        kilde = fortaellinger if nedskrevne else self.dommer.optegn(fortaellinger)
        for nr, haendelse in enumerate(flet(kilde, samtidige, seed)):
            if pr_sekund is not None and (forud := begyndt + nr / pr_sekund - time.monotonic()) > 0:
                await asyncio.sleep(forud)
            if nedbrud is not None and nede_siden is None and self.udgiver.antal >= nedbrud.efter:
                nede_siden = await self._tag_ned(nedbrud)
            elif nedbrud is not None and nede_siden is not None and self.udgiver.antal >= nedbrud.til:
                await self._tag_op(nedbrud, nede_siden)
                nedbrud = None
            await self._forbered(haendelse)
            await self._udgiv(haendelse)
        await self.udgiver.toem()
        if nedbrud is not None and nede_siden is not None:
            await self._tag_op(nedbrud, nede_siden)

    async def _tag_ned(self, nedbrud: Nedbrud) -> float:
        """DFDG is cut off, once so much is registered that messages may speak of members. Gives when."""
        await self.udgiver.toem()
        await self._vent_til(lambda: self.dommer.endelige["registreret"] >= nedbrud.registrerede)
        self.stand.akt = "DFDG er nede midt i måneden"
        await self._dfdgside().ned()
        self._foer_nedbrud = self._beskeder_i_alt
        return time.monotonic()

    async def _tag_op(self, nedbrud: Nedbrud, siden: float) -> None:
        """DFDG comes up again after its time, and after something that needs no DFDG has reached a party."""
        await self.udgiver.toem()
        try:
            await self._vent_til(
                lambda: self._beskeder_i_alt > self._foer_nedbrud and time.monotonic() - siden >= nedbrud.sekunder
            )
            self.stand.under_nedbrud = self._beskeder_i_alt - self._foer_nedbrud
        finally:
            await self._dfdgside().op()
        self.stand.akt = "DFDG er oppe igen"

    async def _indmeld(self, haendelse: PlanlagtHaendelse, fra: date) -> None:
        await self._dfdgside().indmeld(haendelse.part.split(".")[1], haendelse.cpr, fra)

    async def _forbered(self, haendelse: PlanlagtHaendelse) -> None:
        """What stands at DFDG before a story of another system's course begins, and a number that changes there too."""
        if haendelse.type == INDLAEST and not haendelse.gentagelse:
            start = date.fromisoformat(str(haendelse.data["indplaceringsdato"]))
            await self._dfdgside().marker(haendelse.part.split(".")[1], haendelse.cpr, start)
        elif haendelse.type == CPR_SKIFTET and not haendelse.gentagelse:
            await self._dfdgside().skift_cpr(str(haendelse.data["gammeltCpr"]), haendelse.cpr)

    async def fortalte(self, fortaellinger: Sequence[Fortaelling]) -> None:
        """Publishes told stories, keeping what is answered, and takes DFDG down where a story asks for it.

        What needs no DFDG must arrive while it is down; raises ``GikIStaa`` where it does not.
        """
        for fortaelling in self.dommer.optegn(fortaellinger):
            self._behold.update(h.id for h in fortaelling.haendelser)
            for start in fortaelling.bookinger:
                await self._dfdgside().book(fortaelling.cpr, start)
            for haendelse in fortaelling.haendelser:
                await self._forbered(haendelse)
        foer = [_del(f, 0) for f in fortaellinger]
        for haendelse in _paa_skift(foer):
            await self._udgiv(haendelse)
        await self.udgiver.toem()
        under = [h for f in fortaellinger for h in _del(f, 1)]
        if under:
            await self._nedbrud([h for f in foer for h in f], under)
        for haendelse in _paa_skift([_del(f, 2) for f in fortaellinger]):
            await self._udgiv(haendelse)
        await self.udgiver.toem()

    def _dfdgside(self) -> Dfdgside:
        if self._dfdg is None:
            raise ValueError("a story asks something of DFDG's side, and there is no hand for it")
        return self._dfdg

    async def _nedbrud(self, foer: Sequence[PlanlagtHaendelse], under: Sequence[PlanlagtHaendelse]) -> None:
        """Everything before is final, so that nothing is on the wire when the connections are cut."""
        dfdg = self._dfdgside()
        self.stand.akt = "venter på DFDG's bekræftelse"
        await self._vent_til(lambda: all(self._endelig(h) for h in foer))
        await dfdg.ned()
        self.stand.akt = "DFDG er nede"
        try:
            for haendelse in under:
                await self._udgiv(haendelse)
            await self.udgiver.toem()
            fri = {(b.type, h.id) for h in under for b in h.forventning.beskeder}
            await self._vent_til(lambda: fri <= self._beskeder_set)
        finally:
            await dfdg.op()
        self.stand.akt = "DFDG er oppe igen"

    async def _udgiv(self, haendelse: PlanlagtHaendelse) -> None:
        if self._begyndt is None:
            self._begyndt = self._sidste_endelige = time.monotonic()
        if haendelse.rettelse is not None and not haendelse.gentagelse:
            self._rettelser[haendelse.part, haendelse.id] = haendelse
        await self.raekker.tag(haendelse)
        if self.udgiver.antal % 500 == 0:
            self._vis()
            await asyncio.sleep(0)

    # --- listening --------------------------------------------------------------------------------

    def _modtag(self, emne: str, _noegle: bytes | None, vaerdi: bytes) -> None:
        besked: dict[str, Any] = orjson.loads(vaerdi)
        data: dict[str, Any] = besked.get("data") or {}
        part, haendelse = emne.rsplit(".", 2)[0], str(data.get("haendelseId"))
        if besked.get("type") != KVITTERING:
            self._beskeder_i_alt += besked.get("type") not in UDEN_AARSAG
            if haendelse in self._behold:
                self._beskeder_set.add((str(besked.get("type")), haendelse))
            return
        status = data.get("status")
        if data.get("endelig"):
            self._sidste_endelige = time.monotonic()
        elif status == "stoppet":
            self.stand.stoppede += 1
            fejl = data.get("fejl") or {}
            self._stopkoder[f"{fejl.get('kode')}: {fejl.get('tekst')}"] += 1
            planlagt = self._rettelser.pop((part, haendelse), None)
            if planlagt is not None:
                opgave = asyncio.create_task(self._ret(planlagt), name="sandkasse-rettelse")
                self._rettes.add(opgave)
        if haendelse in self._behold:
            self.svar[part, haendelse] = data
            if not data.get("endelig"):
                self.undervejs.setdefault((part, haendelse), []).append(str(status))

    async def _ret(self, haendelse: PlanlagtHaendelse) -> None:
        if self._retter is None:
            raise ValueError("a story is corrected by an operator, and there is no hand for it")
        await self._retter.ret(haendelse.id, orjson.dumps(haendelse.rettelse))
        self.stand.rettede += 1

    def _endelig(self, haendelse: PlanlagtHaendelse) -> bool:
        return bool(self.svar.get((haendelse.part, haendelse.id), {}).get("endelig"))

    # --- waiting ----------------------------------------------------------------------------------

    async def til_ende(self) -> None:
        """Waits until every event has its final kvittering and every expected message has come.

        Raises ``GikIStaa`` when nothing happens for ``stilstand`` seconds; messages that miss are the judge's to find,
        so for them alone five quiet seconds are enough.
        """
        self.stand.akt = "venter på de sidste kvitteringer"
        await self._vent_til(lambda: self.dommer.antal_endelige >= self.dommer.antal_haendelser)
        self.stand.akt = "venter på de sidste beskeder"
        mangler, rolig_siden = self.dommer.ventede_beskeder(), time.monotonic()
        while mangler and time.monotonic() - rolig_siden < 5:
            await asyncio.sleep(0.2)
            foer, mangler = mangler, self.dommer.ventede_beskeder()
            if mangler != foer:
                rolig_siden = time.monotonic()
        self._vis()

    async def _vent_til(self, betingelse: Callable[[], bool]) -> None:
        # What a clock sends (the pulse) is no progress.
        set_, siden = (-1, 0, 0), time.monotonic()
        while not betingelse():
            self._indsamler.tjek()
            self.raekker.tjek()
            for opgave in [o for o in self._rettes if o.done()]:
                self._rettes.discard(opgave)
                opgave.result()
            nu = (self.dommer.antal_endelige, self._beskeder_i_alt, self.stand.stoppede)
            if nu != set_:
                set_, siden = nu, time.monotonic()
            elif time.monotonic() - siden > self._stilstand:
                raise GikIStaa(self._tilstand())
            self._vis()
            await asyncio.sleep(0.05)

    def _tilstand(self) -> str:
        d = self.dommer
        mangler = Counter(part.split(".")[0] for part, _ in d.mangler())
        stoppet = ", ".join(f"{n} x {kode}" for kode, n in self._stopkoder.most_common(5))
        hvem = ", ".join(f"{n} from an {art}" for art, n in sorted(mangler.items()))
        return (
            f"nothing new for {self._stilstand:.0f} s while: {self.stand.akt}; {d.antal_endelige} of "
            f"{d.antal_haendelser} events are final, missing: {hvem or 'none'}; {self.raekker.ventende} events wait "
            f"for a message; stopped on the way: {stoppet or 'none'}"
        )

    def _vis(self) -> None:
        s, d = self.stand, self.dommer
        s.udgivet, s.i_alt, s.endelige = self.udgiver.antal, d.antal_haendelser, d.antal_endelige
        s.statusser = Counter(d.endelige)
        self._fremdrift(s)


def _del(fortaelling: Fortaelling, nr: int) -> Sequence[PlanlagtHaendelse]:
    """The story's events before (0), during (1) and after (2) the outage it speaks of."""
    alle = fortaelling.haendelser
    nede = [plads for plads, h in enumerate(alle) if h.under_nedbrud]
    if not nede:
        return alle if nr == 0 else ()
    return (alle[: nede[0]], alle[nede[0] : nede[-1] + 1], alle[nede[-1] + 1 :])[nr]


def _paa_skift(dele: Iterable[Sequence[PlanlagtHaendelse]]) -> Iterable[PlanlagtHaendelse]:
    """One event of each in turn."""
    tilbage = [iter(d) for d in dele]
    while tilbage:
        levende = []
        for kilde in tilbage:
            haendelse = next(kilde, None)
            if haendelse is not None:
                yield haendelse
                levende.append(kilde)
        tilbage = levende
