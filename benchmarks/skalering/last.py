"""The load: what members tell in a month, counted by running the project's own generator; and the occasions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from benchmarks.skalering.kost import Antagelser
from contracts.dfdg import aktivitet, cv, fravaer, indkaldelse, plan, samtale
from contracts.dfdg.afmelding import TJENESTE as AFMELDING
from gateway.demo import DAEKNING, FRIKOMMUNER, KODER, laes_forudsaetninger
from sandbox.fortaellinger import generer
from sandbox.fortaellinger.generator import STOERRELSER

#: Which service of DFDG an effect is registered at.
TJENESTER = {
    "opret_fravaer": fravaer.TJENESTE,
    "ret_fravaer": fravaer.TJENESTE,
    "slet_fravaer": fravaer.TJENESTE,
    "opret_samtale": samtale.OPRET.navn,
    "tilfoej_deltager": samtale.OPRET.navn,
    "afmeld": AFMELDING.navn,
    "opret_indkaldelse": indkaldelse.TJENESTE,
    "ret_indkaldelse": indkaldelse.TJENESTE,
    "slet_indkaldelse": indkaldelse.TJENESTE,
    "saet_deltagelsesvalg": indkaldelse.TJENESTE,
    "saet_cvstatus": cv.SAET.navn,
    "gem_plankladde": plan.PLAN.navn,
    "publicer_plan": plan.PLAN.navn,
    "godkend_jobmaal": plan.JOBMAAL.navn,
    "opret_aktivitet": aktivitet.TJENESTE.navn,
}
UDBETALT = "akasse.dagpenge.udbetalt.v1"
_DAGE_PR_MAANED = 365.25 / 12
#: The day of sending; nothing in a generated member depends on it.
_IDAG = date(2025, 3, 3)

Kald = tuple[str, ...]
Ankomst = tuple[float, int, int, Kald]


@dataclass(frozen=True, slots=True)
class Blanding:
    """``typer``: events a member a month; ``registreringer``: of each type; ``tjenester``: registrations a member a month.
    ``udbetalinger`` and ``andre``: kinds of events by the services they call, with how many there were of each."""

    medlemmer: int
    maaneder: float
    typer: dict[str, float]
    registreringer: dict[str, float]
    tjenester: dict[str, float]
    udbetalinger: dict[Kald, int]
    andre: dict[Kald, int]

    @property
    def haendelser(self) -> float:
        return sum(self.typer.values())

    @property
    def kald(self) -> float:
        return sum(self.tjenester.values())

    @property
    def andre_pr_maaned(self) -> float:
        return self.haendelser - self.typer[UDBETALT]

    def kald_pr(self, arter: dict[Kald, int]) -> Counter[str]:
        """Calls an event of these kinds, by service."""
        ud: Counter[str] = Counter()
        for kald, n in arter.items():
            for tjeneste in kald:
                ud[tjeneste] += n
        return Counter({t: n / sum(arter.values()) for t, n in ud.items()})


@cache
def blanding(medlemmer: int = 1_000, seed: int = 7) -> Blanding:
    """Counted over members' whole courses; a month is a month of a member in a course."""
    f = laes_forudsaetninger(DAEKNING, FRIKOMMUNER, KODER, _IDAG)
    typer: Counter[str] = Counter()
    registreringer: Counter[str] = Counter()
    tjenester: Counter[str] = Counter()
    udbetalinger: Counter[Kald] = Counter()
    andre: Counter[Kald] = Counter()
    dage = 0
    for fortaelling in generer(medlemmer, seed, f):
        tider = [h.tid for h in fortaelling.haendelser]
        dage += (max(tider) - min(tider)).days + 1
        for h in fortaelling.haendelser:
            kald = tuple(TJENESTER[v.art] for v in h.forventning.dfdg)
            typer[h.type] += 1
            registreringer[h.type] += len(kald)
            tjenester.update(kald)
            (udbetalinger if h.type == UDBETALT else andre)[kald] += 1
    maaneder = dage / _DAGE_PR_MAANED

    def pr(tal: Counter[str]) -> dict[str, float]:
        return {navn: n / maaneder for navn, n in tal.most_common()}

    return Blanding(medlemmer, maaneder, pr(typer), pr(registreringer), pr(tjenester), dict(udbetalinger), dict(andre))


class Traekker:
    """Draws whose and what, by the mix; the a-kasser have the generator's own sizes."""

    def __init__(self, medlemmer: int, seed: int) -> None:
        self._r = random.Random(f"last/{seed}")
        vaegte = self._r.choices(range(len(STOERRELSER)), STOERRELSER, k=4096)
        self._akasser, self._medlemmer = vaegte, medlemmer
        self._kanaler: dict[tuple[Kald, int], Kald] = {}

    def akasse(self, borger: int) -> int:
        return self._akasser[(borger * 2_654_435_761) % 4096]

    def kald(self, arter: dict[Kald, int], antal: int) -> list[Kald]:
        return self._r.choices(list(arter), list(arter.values()), k=antal)

    def ankomst(self, tid: float, borger: int, kald: Kald) -> Ankomst:
        akasse = self.akasse(borger)
        if not kald:
            return (tid, borger, akasse, ())
        noegle = (kald, akasse)
        if noegle not in self._kanaler:
            self._kanaler[noegle] = tuple(f"{t}|{akasse:02d}" for t in kald)
        return (tid, borger, akasse, self._kanaler[noegle])

    def borger(self) -> int:
        return self._r.randrange(self._medlemmer)

    def naeste(self, pr_sekund: float) -> float:
        return self._r.expovariate(pr_sekund)


def pr_sekund(b: Blanding, medlemmer: float, a: Antagelser, *, spids: bool) -> float:
    """Events a second in working hours, payments left out: of a mean hour, or of the busiest."""
    paa_en_dag = medlemmer * a.i_forloeb * b.andre_pr_maaned / a.arbejdsdage
    return paa_en_dag / (a.timer * 3600) * (a.spids if spids else 1.0)


def almindelig(
    b: Blanding, medlemmer: int, a: Antagelser, sekunder: float, seed: int, fra: float = 0.0
) -> Iterator[Ankomst]:
    """The busiest hour of a working day, or as many seconds of it."""
    t, takst = Traekker(medlemmer, seed), pr_sekund(b, medlemmer, a, spids=True)
    tid = fra + t.naeste(takst)
    while tid < fra + sekunder:
        yield t.ankomst(tid, t.borger(), t.kald(b.andre, 1)[0])
        tid += t.naeste(takst)


def foerste_nat(b: Blanding, medlemmer: int, a: Antagelser, seed: int) -> Iterator[Ankomst]:
    """Every member in a course is paid at once: everything is on the topics at time 0, the members in random order."""
    t = Traekker(medlemmer, seed)
    antal = round(medlemmer * a.i_forloeb)
    for borger, kald in zip(
        random.Random(seed).sample(range(medlemmer), antal), t.kald(b.udbetalinger, antal), strict=True
    ):
        yield t.ankomst(0.0, borger, kald)


def efter_nedbrud(b: Blanding, medlemmer: int, a: Antagelser, sekunder: float, seed: int) -> Iterator[Ankomst]:
    """A working day's events that need DFDG stand in their lanes, those of no effect are told long ago; then the busiest
    hour goes on. What waits is ready when the breakers have closed, which is time 0."""
    t = Traekker(medlemmer, seed)
    antal = round(medlemmer * a.i_forloeb * b.andre_pr_maaned / a.arbejdsdage)
    for kald in t.kald(b.andre, antal):
        borger = t.borger()
        if kald:
            yield t.ankomst(0.0, borger, kald)
    yield from almindelig(b, medlemmer, a, sekunder, seed + 1, fra=0.001)
