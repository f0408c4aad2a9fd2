"""``gateway demo``: the whole path on real Kafka, PostgreSQL and HTTPS, judged by what was written down beforehand.

The told members are the guidance's own examples; with a number of members it is a generated month. Nothing here
decides: the stories and the judge are the sandbox's, the outcome is the gateway's.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol
from uuid import UUID, uuid4

import orjson
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gateway.delivery.carrier import Carrier
from gateway.errors import Betjeningsfejl
from gateway.kafkaforbindelse import opret_topics
from gateway.lanes.forsoeg import Udfald
from gateway.rules.forloeb import FRAVAER_KONTAKTFORLOEB
from gateway.rules.model import Haendelse, Part
from gateway.rules.registreringer import OpretFravaer, Registrering
from gateway.settings import (
    DatabaseSettings,
    DfdgSettings,
    HooksSettings,
    KafkaSettings,
    OpsSettings,
    RulesSettings,
    Settings,
    eksempel,
    laes_csv,
)
from gateway.telemetry import opsaet_log
from sandbox import tilsynsdom
from sandbox.dommer import Dom, linjer
from sandbox.fortaellinger import Fortaelling, Forudsaetninger, fortaellinger, generer
from sandbox.fortaellinger.generator import SIDSTE_DAG
from sandbox.fortaellinger.model import KOEBENHAVN, KOMMUNER
from sandbox.fortaellinger.tilsyn import Tilsyn
from sandbox.parter import Admindfdg, Dfdgside, Forestilling, GikIStaa, Nedbrud, Stand, opret_emner
from sandbox.parter.visning import evaluering, medlem, overdragelse, registreringer
from sandbox.personer import Personregister
from sandbox.tilsynsdom import Tilsynsdom

#: The documented example files that serve the embedded mode.
DAEKNING, FRIKOMMUNER, KODER = eksempel("daekning.csv"), eksempel("frikommuner.csv"), eksempel("koder.csv")
#: Kept with the operator's act.
BEGRUNDELSE = "Tidspunktet er rettet efter a-kassens journal"
_FLEST_BRUD_VIST = 20
_MINDST_MED_NEDBRUD = 200
_AFBRUDT = "SIGTERM"


class Doedbrev(Protocol):
    """What the demo reads of a dead letter."""

    @property
    def dlq_id(self) -> UUID: ...

    @property
    def status(self) -> str: ...

    @property
    def haendelse_id(self) -> str | None: ...


class Betjening(Protocol):
    """What the demo does as an operator (``gateway.ledger.operatoer.Operatoer``)."""

    async def liste(self, *, kun_aabne: bool = True, kode: str | None = None) -> Sequence[Doedbrev]: ...

    async def erstat(self, dlq_id: UUID, data: bytes, begrundelse: str) -> None: ...


#: Rows of ``gateway statistik`` as of a day, by months or (True) half-years.
Statistik = Callable[[date, bool], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Opstilling:
    """A running gateway with what it stands on."""

    bootstrap_servers: str
    dfdg_log: Path
    dfdg: Dfdgside
    betjening: Betjening
    statistik: Statistik


#: Starts everything for these parties, tells how far it is, and stops it all when the block ends.
Opstiller = Callable[[Callable[[str], None], Sequence[str]], AbstractAsyncContextManager[Opstilling]]


@dataclass(frozen=True, slots=True)
class Resultat:
    """How a demo went. ``sekunder``: from the first event published to the last final kvittering."""

    dom: Dom
    aabne_breve: int
    loeste_breve: int
    sekunder: float
    standset: str | None
    tilsyn: Tilsynsdom | None = None

    @property
    def ok(self) -> bool:
        return self.dom.ok and self.standset is None and self.aabne_breve == 0 and not self.forskelle

    @property
    def forskelle(self) -> tuple[str, ...]:
        """Figures of supervision that are not those of the stories."""
        return self.tilsyn.forskelle if self.tilsyn else ()

    def som_json(self) -> dict[str, Any]:
        return {
            "haendelser": self.dom.haendelser,
            "kvitteringer": self.dom.kvitteringer,
            "dfdg": self.dom.dfdg(),
            "dead_letters": {"open": self.aabne_breve, "resolved": self.loeste_breve},
            "seconds": round(self.sekunder, 2),
            "findings": self.dom.andre() | ({"statistik": len(self.forskelle)} if self.forskelle else {}),
            "statistik": self.tilsyn.som_json() if self.tilsyn else None,
        }


async def demo(members: int | None, seed: int, json_ud: bool, keep: bool, *, opstiller: Opstiller | None = None) -> int:
    """Runs the demo and gives its exit code: 0 when all went as written down, otherwise 1; 143 after SIGTERM.

    ``members``: a generated month of so many members with this ``seed`` instead of the told ones. ``json_ud``: the last
    line on stdout is one JSON object, everything else goes to stderr. ``keep``: goes on until it is interrupted.
    However it ends, what was started is stopped and its folder removed.
    """
    arbejde = asyncio.ensure_future(_demo(members, seed, json_ud, keep, opstiller or _indlejret))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, arbejde.cancel, _AFBRUDT)
    try:
        return await arbejde
    except asyncio.CancelledError as afbrudt:
        if afbrudt.args != (_AFBRUDT,):
            raise
        return 128 + signal.SIGTERM
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _demo(members: int | None, seed: int, json_ud: bool, keep: bool, opstiller: Opstiller) -> int:
    # People watch this: what a fresh broker says while its coordinator comes up is no news to them.
    opsaet_log(logging.ERROR)
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)
    konsol = Console(stderr=json_ud, highlight=False)
    forudsaetninger = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, datetime.now(KOEBENHAVN).date())
    parter = [f"akasse.{kode}" for kode in sorted(forudsaetninger.daekning)]
    parter += [f"jobcenter.{kommune}" for kommune in forudsaetninger.kommuner]
    async with opstiller(lambda tekst: konsol.print(f"[dim]{tekst}[/dim]", soft_wrap=True), parter) as opstilling:
        resultat = await _koer(opstilling, parter, forudsaetninger, members, seed, konsol)
        if json_ud:
            sys.stdout.write(orjson.dumps(resultat.som_json()).decode() + "\n")
            sys.stdout.flush()
        if keep:
            konsol.print("Kører videre, til du trykker Ctrl-C.")
            await asyncio.Event().wait()
    return 0 if resultat.ok else 1


async def _koer(
    opstilling: Opstilling,
    parter: Sequence[str],
    forudsaetninger: Forudsaetninger,
    members: int | None,
    seed: int,
    konsol: Console,
) -> Resultat:
    personer = Personregister()
    fortalte = fortaellinger(forudsaetninger, personer) if members is None else []
    tilsyn = Tilsyn(SIDSTE_DAG)
    standset = None
    begyndt = time.monotonic()
    with _Fremdrift(konsol) as fremdrift:
        forestilling = Forestilling(
            opstilling.bootstrap_servers,
            parter,
            dfdg=opstilling.dfdg,
            retter=_Retter(opstilling.betjening),
            fremdrift=fremdrift,
        )
        async with forestilling:
            try:
                if members is None:
                    await forestilling.fortalte(fortalte)
                else:
                    maaned = tilsyn.optegn(generer(members, seed, forudsaetninger, personer))
                    await forestilling.genererede(maaned, seed=seed, nedbrud=_nedbrud(members))
                await forestilling.til_ende()
            except GikIStaa as fejl:
                standset = str(fejl)
    breve = Counter(brev.status for brev in await opstilling.betjening.liste(kun_aabne=False))
    dom = forestilling.dommer.doem(opstilling.dfdg_log)
    aabne = breve.pop("aaben", 0)
    tal = None if members is None else await _doem_tilsyn(opstilling.statistik, tilsyn)
    resultat = Resultat(dom, aabne, breve.total(), forestilling.sekunder, standset, tal)
    _vis_medlemmer(konsol, forestilling, fortalte, opstilling.dfdg_log)
    _vis_dom(konsol, resultat, time.monotonic() - begyndt)
    return resultat


async def _doem_tilsyn(statistik: Statistik, tilsyn: Tilsyn) -> Tilsynsdom:
    """The ledger's figures of supervision on the month's last day, against what the stories say."""
    return tilsynsdom.doem(tilsyn, await statistik(tilsyn.idag, False), await statistik(tilsyn.idag, True))


def _nedbrud(members: int) -> Nedbrud | None:
    """DFDG is away in the middle of the month; in a small one too little is told meanwhile to show anything."""
    if members < _MINDST_MED_NEDBRUD:
        return None
    return Nedbrud(efter=5 * members, til=11 * members // 2, registrerede=3 * members // 2)


class _Retter:
    """An operator who corrects what a story says must be corrected."""

    def __init__(self, betjening: Betjening) -> None:
        self._betjening = betjening

    async def ret(self, haendelse_id: str, data: bytes) -> None:
        for brev in await self._betjening.liste():
            if brev.haendelse_id == haendelse_id:
                await self._betjening.erstat(brev.dlq_id, data, BEGRUNDELSE)
                return
        raise Betjeningsfejl(f"event {haendelse_id} was told to be stopped, but there is no open dead letter of it")


def laes_forudsaetninger(daekning: Path, frikommuner: Path, koder: Path, idag: date) -> Forudsaetninger:
    """What the stories must know, from the files that set up the gateway. Raises ``Opsaetningsfejl``."""
    daekkede: dict[str, frozenset[str]] = {}
    for raekke in laes_csv(daekning, ("akassekode", "kommunekode", "fra", "til")):
        kode = raekke["akassekode"]
        daekkede[kode] = daekkede.get(kode, frozenset()) | {raekke["kommunekode"]}
    fri = {raekke["kommunekode"] for raekke in laes_csv(frikommuner, ("kommunekode", "fra", "til"))}
    kodeliste = laes_csv(koder, ("liste", "kode", "tekst", "fra", "til", "kilde"))
    kommuner = tuple(kommune for kommune in KOMMUNER if kommune not in fri)
    return Forudsaetninger(idag, daekkede, {raekke["liste"]: raekke["kode"] for raekke in kodeliste}, kommuner)


# --- starting everything ------------------------------------------------------------------------------


class _Dfdg(Admindfdg):
    """The stand-in DFDG's own side; what another system has registered it registers as such a system would."""

    def __init__(self, admin: str, carrier: Carrier) -> None:
        super().__init__(admin)
        self._carrier = carrier

    async def marker(self, akassekode: str, cpr: str, start: date) -> None:
        """As another system of the a-kasse would: a registration of its own, past the ledger."""
        indhold = OpretFravaer(uuid4(), FRAVAER_KONTAKTFORLOEB, start, None, start)
        part = Part("akasse", akassekode)
        haendelse = Haendelse(f"/akasse/{akassekode}/andet", str(uuid4()), "", datetime.now(KOEBENHAVN), part, None)
        anmodning = self._carrier.render(Registrering(akassekode, indhold), haendelse, cpr)
        svar = await self._carrier.send(anmodning, str(uuid4()))
        if svar.udfald is not Udfald.KVITTERET:
            raise GikIStaa(f"another system could not mark a citizen in: {svar.udfald} {svar.kode or ''}")


@asynccontextmanager
async def _indlejret(fremdrift: Callable[[str], None], parter: Sequence[str]) -> AsyncIterator[Opstilling]:
    """Everything embedded in a temporary folder, whatever the environment sets, with the gateway in all its roles."""
    from gateway.app import Gateway
    from gateway.drift import opgjort
    from gateway.indlejret import abonner, stak

    with TemporaryDirectory(prefix="gateway-demo-", ignore_cleanup_errors=True) as mappe:
        alene = Settings(
            kafka=KafkaSettings(),
            database=DatabaseSettings(),
            dfdg=DfdgSettings(),
            ops=OpsSettings(listen="127.0.0.1:0"),
            hooks=HooksSettings(listen="127.0.0.1:0"),
            rules=RulesSettings(daekning=DAEKNING, frikommuner=FRIKOMMUNER, koder=KODER),
            pseudonym_key=None,
            miljoe="demo",
            clock="system",
            data_dir=Path(mappe),
        )
        async with stak(alene, fremdrift) as (settings, adresser):
            bootstrap_servers = adresser["kafka"]
            # Before the gateway subscribes, so that it need not look for new topics.
            await opret_emner(bootstrap_servers, parter)
            await opret_topics(settings.kafka, ["gateway.dlq.v1"])
            gateway = Gateway(settings)
            await gateway.start()
            await abonner(adresser, gateway.hooks_adresse, [(p.split(".")[0], p.split(".")[1]) for p in parter])
            try:
                fremdrift(f"Gateway: klar (GATEWAY_DATA_DIR={mappe})")
                betjening = gateway.grundlag.operatoer("demo")
                yield Opstilling(
                    bootstrap_servers,
                    Path(adresser["dfdglog"]),
                    _Dfdg(adresser["admin"], gateway.grundlag.carrier),
                    betjening,
                    partial(opgjort, gateway.grundlag),
                )
            finally:
                await gateway.stop()


# --- what people see ----------------------------------------------------------------------------------


class _Fremdrift:
    """The live display: one line that follows the run; on a pipe a line per act."""

    def __init__(self, konsol: Console) -> None:
        self._konsol = konsol
        self._live = Live(Text(""), console=konsol, refresh_per_second=8, transient=True)
        self._akt = ""

    def __enter__(self) -> _Fremdrift:
        if self._konsol.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._konsol.is_terminal:
            self._live.stop()

    def __call__(self, stand: Stand) -> None:
        if self._konsol.is_terminal:
            self._live.update(_standtabel(stand))
        elif stand.akt != self._akt:
            self._konsol.print(f"{stand.akt}: {stand.udgivet} publiceret, {stand.endelige} endelige")
        self._akt = stand.akt


def _standtabel(stand: Stand) -> Table:
    tabel = Table.grid(padding=(0, 3))
    statusser = " · ".join(f"{navn} {antal}" for navn, antal in sorted(stand.statusser.items()))
    breve = f"stoppede {stand.stoppede}, rettede {stand.rettede}" if stand.stoppede else ""
    tabel.add_row(
        f"[bold]{stand.akt}[/bold]", f"publiceret {stand.udgivet}", f"endelige {stand.endelige}/{stand.i_alt}", breve
    )
    tabel.add_row("", statusser, "", "")
    return tabel


def _vis_medlemmer(konsol: Console, forestilling: Forestilling, fortalte: Sequence[Fortaelling], log: Path) -> None:
    alle = frozenset().union(*(f.numre for f in fortalte))
    deres = [linje for linje in linjer(log) if linje.get("cpr") in alle]
    for fortaelling in fortalte:
        konsol.print()
        i_dfdg = registreringer(deres, fortaelling.numre)
        konsol.print(medlem(fortaelling, forestilling.svar, forestilling.undervejs, i_dfdg))
        for laest in forestilling.jobcentre.overdragelser.get(fortaelling.cpr, {}).values():
            konsol.print(overdragelse(laest.data, laest.part))


def _vis_dom(konsol: Console, resultat: Resultat, varighed: float) -> None:
    dom = resultat.dom
    konsol.print()
    statusser = ", ".join(f"{antal} {navn}" for navn, antal in dom.kvitteringer.items())
    konsol.print(
        f"[bold]{dom.haendelser} hændelser på {resultat.sekunder:.1f} s[/bold] ({varighed:.1f} s i alt): {statusser}"
    )
    konsol.print("DFDG's log mod det nedskrevne: " + ", ".join(f"{navn} {antal}" for navn, antal in dom.dfdg().items()))
    konsol.print(f"Døde breve: {resultat.aabne_breve} åbne, {resultat.loeste_breve} løste")
    if resultat.tilsyn:
        konsol.print(evaluering(resultat.tilsyn))
        for tekst in resultat.forskelle[:_FLEST_BRUD_VIST]:
            konsol.print(f"[red]statistik[/red] {tekst}")
    if resultat.standset:
        konsol.print(f"[red]Gik i stå: {resultat.standset}[/red]")
    for brud in dom.brud[:_FLEST_BRUD_VIST]:
        konsol.print(f"[red]{brud.art}[/red] {brud.person} {brud.haendelse or ''}: {escape(brud.tekst)}")
    if resultat.forskelle:
        konsol.print(f"[red]{len(resultat.forskelle)} tal i statistikken afviger[/red]")
    if not dom.ok:
        konsol.print(f"[red]{dom.antal.total()} afvigelser: {dict(dom.antal)}[/red]")
