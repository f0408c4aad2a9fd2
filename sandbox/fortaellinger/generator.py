"""A month of new members of nine a-kasser, each with the whole course, streamed.

The shape follows the midterm evaluation of the trial (2022): about 87 % of those with the full period get three talks
or more, at most 5 % are sent early to the jobcenter (44, 45). What must become of every event is written down while it
is told. Event times lie in the past, so nothing depends on the day of sending.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice

from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import Fortaelling, Forudsaetninger, PlanlagtHaendelse
from sandbox.fortaellinger.pen import FORSOEG, LOV, kl, maanedens_sidste
from sandbox.fortaellinger.undervejs import Plan, Undervejs
from sandbox.personer import Personregister

#: How courses go, as weights; who cannot go such a way has the full period instead.
FORLOEB = {
    "fuld_periode": 760,
    "i_job": 70,
    "meldt_ud": 35,
    "flyttet_ud": 30,
    "tidlig_indsats": 17,
    "tidlig_indsats_straks": 5,
    "uddannelsespaalaeg": 8,
    "uddannelsespaalaeg_straks": 10,
    "ny_dagpengeret": 10,
    "fejloprettet": 2,
    "ikke_daekket": 30,
    "igangvaerende": 10,
    "genindplaceret": 10,
}
#: How many members each a-kasse has, as weights in the order of the codes: a few large ones, the one that is in the trial in
#: four kommuner only among the small.
STOERRELSER = (22, 17, 14, 12, 10, 8, 6, 4, 7)
SENDT_TIDLIGT = ("tidlig_indsats", "tidlig_indsats_straks", "uddannelsespaalaeg", "uddannelsespaalaeg_straks")
ANDEL_TRE_SAMTALER = 0.87
ANDEL_LOV_2024 = 0.12
ANDEL_FERIE = 0.16
ANDEL_MINDRE_INTENSIV = 0.04
ANDEL_BRUD = 0.10
ANDEL_GENTAGELSE = 0.01
ANDEL_INDKALDT = 0.08  # of the joint talks
ANDEL_FORSINKET = 0.03
ANDEL_SENT_MELDT = 0.05
ANDEL_EFTER_FORLOEBET = 0.06

#: Benefit hours a workday and the limit (reached: >= in the trial, > from 2024), by degree of insurance.
TIMER_PR_DAG = {"fuldtid": Decimal("7.40"), "deltid": Decimal("6.00"), "kombination": Decimal("7.40")}
GRAENSE = {"fuldtid": Decimal(410), "deltid": Decimal(333), "kombination": Decimal(410)}
MINDRE_INTENSIV = ("job", "barsel", "efterloen_pension", "uddannelse", "vejrlig_materialemangel", "arbejdsfordeling")

#: Every course has been told by then, whatever its length; the figures of supervision are taken on this day.
SIDSTE_DAG = date(2024, 12, 31)


@dataclass(frozen=True, slots=True)
class Maaned:
    """The month in which the members enrol, for each regime."""

    forsoeg: date = date(2022, 3, 1)
    lov: date = date(2024, 3, 1)


def generer(
    antal: int,
    seed: int,
    forudsaetninger: Forudsaetninger,
    personer: Personregister | None = None,
    maaned: Maaned | None = None,
) -> Iterator[Fortaelling]:
    """``antal`` members, one after another; the same arguments give the same members.

    ``personer``: where the test persons come from, so that told and generated members never share one.
    """
    register = personer or Personregister()
    for nr in range(antal):
        rng = random.Random(f"{seed}/{nr}")
        yield _Tegner(rng, f"g{seed}-{nr:06d}", forudsaetninger, register, maaned or Maaned()).tegn()


def flet(fortaellinger: Iterable[Fortaelling], samtidige: int = 200, seed: int = 0) -> Iterator[PlanlagtHaendelse]:
    """The members' events mixed, ``samtidige`` members at a time; each member's own order is kept."""
    rng = random.Random(f"flet/{seed}")
    kilde = iter(fortaellinger)
    aabne = [iter(f.haendelser) for f in islice(kilde, samtidige)]
    while aabne:
        nr = rng.randrange(len(aabne))
        haendelse = next(aabne[nr], None)
        if haendelse is not None:
            yield haendelse
            continue
        ny = next(kilde, None)
        if ny is not None:
            aabne[nr] = iter(ny.haendelser)
        else:
            aabne[nr] = aabne[-1]
            aabne.pop()


class _Tegner(Undervejs):
    """Draws one member's course."""

    def __init__(
        self, rng: random.Random, navn: str, f: Forudsaetninger, personer: Personregister, maaned: Maaned
    ) -> None:
        self.rng, self.f, self.personer = rng, f, personer
        self.regime = LOV if rng.random() < ANDEL_LOV_2024 else FORSOEG
        akasser = sorted(f.daekning)
        self.akasse = rng.choices(akasser, [STOERRELSER[nr % len(STOERRELSER)] for nr in range(len(akasser))])[0]
        self.forloeb = self._vaelg_forloeb()
        foerste = maaned.lov if self.regime == LOV else maaned.forsoeg
        self.tilmeldt = foerste + timedelta(days=rng.randrange(28))
        self.placeret = self.tilmeldt
        if self.forloeb == "ikke_daekket":
            kommune = rng.choice(f.udaekkede(self.akasse))
        else:
            kommune = rng.choice(f.kommuner if self.regime == LOV else f.daekkede(self.akasse))
        self.ung = self.forloeb.startswith("uddannelsespaalaeg") or rng.random() < 0.03
        cpr = personer.ny(self._foedt_ung() if self.ung else None)
        self.m = Medlem(navn, self.forloeb, self.akasse, kommune, cpr, f, self.regime)
        self.grad = rng.choices(("fuldtid", "deltid", "kombination"), (85, 13, 2))[0]
        self.plan: Plan = []
        self.saerligt = self._traek_saerligt()

    def _vaelg_forloeb(self) -> str:
        valg = dict(FORLOEB)
        if self.regime == LOV:  # nobody is outside coverage then, and 42 cannot occur
            for navn in ("ikke_daekket", "flyttet_ud", "ny_dagpengeret", "genindplaceret", "igangvaerende"):
                valg["fuld_periode"] += valg.pop(navn)
        elif not self.f.udaekkede(self.akasse):
            for navn in ("ikke_daekket", "flyttet_ud"):
                valg["fuld_periode"] += valg.pop(navn)
        return self.rng.choices(list(valg), list(valg.values()))[0]

    def _foedt_ung(self) -> date:
        return self.tilmeldt.replace(day=1) - timedelta(days=self.rng.randrange(19 * 366, 24 * 365))

    # --- the course -------------------------------------------------------------------------------

    def tegn(self) -> Fortaelling:
        self._foer_afgoerelsen()
        self._afgoerelsen()
        match self.forloeb:
            case "tidlig_indsats_straks" | "uddannelsespaalaeg_straks" | "ikke_daekket" | "igangvaerende":
                pass
            case "fuld_periode" | "genindplaceret":
                self._fuld_periode()
            case _:
                self._kortere()
        for _, skriv in sorted(self.plan, key=lambda trin: trin[0]):
            skriv()
            if self.rng.random() < ANDEL_GENTAGELSE:
                sidste = self.m.sidste()
                if sidste.efter is None:
                    self.m.gentag(sidste)
        return self.m.fortaelling()

    def _foer_afgoerelsen(self) -> None:
        """Enrolled; the cv talk within two weeks, for many together with the first jobsamtale."""
        m, rng = self.m, self.rng
        self.tre_samtaler = rng.random() < ANDEL_TRE_SAMTALER
        if self.forloeb == "genindplaceret":  # enrolled long before, in a course that ran in the jobcenter
            self.tilmeldt -= timedelta(days=rng.randrange(120, 240))
            self.forsinket, self.samtaler_foer = False, 0
            self.afgjort = self.placeret + timedelta(days=rng.randrange(2, 8))
            return
        self._laeg(kl(self.tilmeldt, 7, 30), partial(m.tilmeldt, kl(self.tilmeldt, 7, 30)))
        self.forsinket, self.samtaler_foer = rng.random() < ANDEL_FORSINKET, 1
        self.afgjort = self.tilmeldt + timedelta(days=rng.randrange(16, 21) if self.forsinket else rng.randrange(9, 14))
        tid = self._tid(self._hverdag(self.tilmeldt + timedelta(days=3), self.tilmeldt + timedelta(days=7)))
        sammen = self.tre_samtaler and rng.random() < 0.45 and self.forloeb not in ("ikke_daekket", "igangvaerende")
        self._laeg(tid, partial(m.samtale, tid, ("cv", "jobsamtale") if sammen else ("cv",)))

    def _afgoerelsen(self) -> None:
        tid = kl(self.afgjort, 17)
        skriv = partial(
            self.m.indplaceret, tid, tilmeldt=self.tilmeldt, indplaceret=self.placeret, grad=self.grad,
            forsinket=self.forsinket,
        )  # fmt: skip
        match self.forloeb:
            case "ikke_daekket":
                self._laeg(tid, partial(skriv, ikke_ind=("uden_virkning", "V16")))
            case "igangvaerende":
                self._laeg(tid, partial(skriv, igangvaerende=True, ikke_ind=("uden_virkning", None)))
            case "tidlig_indsats_straks":
                self._laeg(tid, partial(skriv, behov=True, direkte="44"))
            case "uddannelsespaalaeg_straks":
                self._laeg(tid, partial(skriv, uddannelse=False, direkte="45"))
            case "uddannelsespaalaeg":  # children at home now, none any more at the assessment
                self._laeg(tid, partial(skriv, uddannelse=False, boern=True))
            case "genindplaceret":
                self._laeg(tid, partial(skriv, art="genindplaceret", igangvaerende=True))
            case _:
                self._laeg(tid, skriv)

    def _fuld_periode(self) -> None:
        """Payments until the limit is reached; talks, holiday and the rest before that day; a little after it."""
        betalinger = self._betalinger()
        sidste_dag, _, til_sidst = betalinger[-1]
        for nr, (dag, timer, sammenlagt) in enumerate(betalinger):
            tid = kl(dag, 18)
            if nr == 0 and dag != sidste_dag and self.saerligt in ("udbetaling_erstattet", "slutning_tilbagekaldt"):
                self._udbetaling_rettet(self.saerligt, tid, timer, sammenlagt)
            else:
                self._laeg(tid, partial(self.m.udbetalt, tid, timer, sammenlagt, slutter=dag == sidste_dag))
        self._samtaler(sidste_dag)
        self._undervejs(sidste_dag)
        self._jobcentret_svarer(kl(sidste_dag, 18))
        if self.rng.random() < ANDEL_EFTER_FORLOEBET:
            self._efter_forloebet(maanedens_sidste(sidste_dag), til_sidst)

    def _kortere(self) -> None:
        """A course that stops before the limit, or is not heard of again."""
        m, rng = self.m, self.rng
        if self.forloeb == "fejloprettet":
            tid = kl(self.afgjort + timedelta(days=rng.randrange(1, 10)), 18)
            self._laeg(tid, partial(m.fejloprettet, tid))
            return
        sidste_dag = self._hverdag(self.afgjort + timedelta(days=25), self.afgjort + timedelta(days=40))
        for dag, timer, sammenlagt in self._betalinger()[:-1]:
            if dag < sidste_dag:
                self._laeg(kl(dag, 18), partial(m.udbetalt, kl(dag, 18), timer, sammenlagt))
        self._samtaler(sidste_dag)
        if self.forloeb in ("i_job", "meldt_ud"):
            self._undervejs(sidste_dag)
        tid = kl(sidste_dag, 19)
        match self.forloeb:
            case "meldt_ud":
                ny = rng.choice([None, *(k for k in sorted(self.f.daekning) if k != self.akasse)])
                self._laeg(tid, partial(m.udmeldt, tid, ny))
            case "flyttet_ud":
                kommune = rng.choice(self.f.udaekkede(self.akasse))
                self._laeg(tid, partial(m.flyttet, tid, kommune, sidste_dag - timedelta(days=rng.randrange(5))))
                self._jobcentret_svarer(tid)
            case "tidlig_indsats":
                grundlag = rng.choice(("profilafklaring", "samtale", "kontrolaktion"))
                self._laeg(tid, partial(m.tidlig_indsats, tid, grundlag=grundlag))
                self._aarsagen_rettes(tid)
            case "uddannelsespaalaeg":
                self._laeg(tid, partial(m.uddannelsespaalaeg, tid))
                self._jobcentret_svarer(tid)
            case "ny_dagpengeret":
                placeret = sidste_dag - timedelta(days=2)
                igen = partial(m.indplaceret, tid, tilmeldt=self.tilmeldt, indplaceret=placeret, grad=self.grad)
                self._laeg(tid, partial(igen, art="genindplaceret"))
                ny_tid = self._tid(self._hverdag(sidste_dag + timedelta(days=5), sidste_dag + timedelta(days=15)))
                self._laeg(ny_tid, partial(m.samtale, ny_tid, ("jobsamtale",)))

    def _betalinger(self) -> list[tuple[date, Decimal, Decimal]]:
        """(day, the month's hours, accumulated hours) at each month's end, the last one reaching the limit."""
        rng, graense = self.rng, GRAENSE[self.grad]
        ledighed = Decimal(rng.choice((100, 100, 100, 100, 90, 80, 70))) / 100
        dag, sammenlagt = self.placeret, Decimal(0)
        raekke: list[tuple[date, Decimal, Decimal]] = []
        while True:
            sidste = maanedens_sidste(dag)
            hverdage = sum((dag + timedelta(days=n)).weekday() < 5 for n in range((sidste - dag).days + 1))
            timer = (hverdage * TIMER_PR_DAG[self.grad] * ledighed).quantize(Decimal("0.01"))
            if sammenlagt + timer >= graense and self.regime == FORSOEG and rng.random() < 0.05:
                timer = graense - sammenlagt  # exactly the limit: enough in the trial
            sammenlagt += timer
            betalt = sidste - timedelta(days=rng.randrange(3))
            if betalt > self.afgjort:
                raekke.append((betalt, timer, sammenlagt))
            if sammenlagt > graense or (sammenlagt == graense and self.regime == FORSOEG):
                return raekke
            dag = sidste + timedelta(days=1)

    def _samtaler(self, foer: date) -> None:
        """2-4 further talks on days of their own before ``foer``, or too few of them, and perhaps a breach."""
        m, rng = self.m, self.rng
        mindst = 3 - self.samtaler_foer
        antal = rng.randrange(mindst, 5) if self.tre_samtaler else rng.randrange(mindst)
        dage = self._ledige_dage(foer, antal + 1)
        if len(dage) > antal:
            dag = dage.pop(rng.randrange(len(dage)))
            if self.saerligt == "samtale_tilbagekaldt":
                self._samtale_der_ikke_blev_holdt(self._tid(dag))
            elif rng.random() < ANDEL_BRUD:
                self._brud(self._tid(dag))
        for nr, dag in enumerate(dage):
            tid = self._tid(dag)
            formaal = self._formaal(nr)
            if not self.tre_samtaler:
                formaal = formaal[:1]
            meldt = tid + timedelta(days=1) if rng.random() < 0.1 else None
            skriv = partial(m.samtale, tid, formaal, meldt=meldt)
            if "faelles" in formaal:
                jobcenter = rng.random() < 0.7
                skriv = partial(skriv, jobcenter=jobcenter, form="video" if jobcenter else "personligt")
                if rng.random() < ANDEL_INDKALDT:
                    indkaldt = kl(dag - timedelta(days=1), 7, 15)
                    self._laeg(indkaldt, partial(m.indkaldt, indkaldt, tid, formaal))
                    skriv = partial(skriv, indkaldelse=m.indkaldt_id(tid, formaal))
            elif nr == 0 and self.samtaler_foer and rng.random() < ANDEL_SENT_MELDT:
                # held before the decision, told after it: its date lies in the course (S9)
                tid, meldt = self._tid(self.tilmeldt + timedelta(days=8)), kl(self.afgjort + timedelta(days=1))
                skriv = partial(m.samtale, tid, formaal, meldt=meldt)
            self._laeg(meldt or tid, skriv)

    def _ledige_dage(self, foer: date, antal: int) -> list[date]:
        """Different workdays between the decision and the day before ``foer``, two days apart, in order."""
        span = [self.afgjort + timedelta(days=n) for n in range(3, (foer - self.afgjort).days - 1, 2)]
        hverdage = [d for d in span if d.weekday() < 5]
        return sorted(self.rng.sample(hverdage, min(antal, len(hverdage))))

    def _formaal(self, nr: int) -> tuple[str, ...]:
        valg: list[tuple[str, ...]] = [("jobsamtale",), ("jobsamtale", "raadighed"), ("raadighed",)]
        if self.regime == FORSOEG and nr > 0:
            valg += [("faelles",), ("faelles", "raadighed")]
        return self.rng.choice(valg)

    def _brud(self, tid: datetime) -> None:
        """A talk or an assessment that breaks a rule, told while the member is in."""
        m = self.m
        valg: list[Callable[[], object]] = [
            partial(m.samtale, tid, ("cv", "raadighed"), afvist="S2"),
            partial(m.samtale, tid, ("raadighed",), indkaldelse=m.uuid("ukendt"), afvist="S10"),
            partial(m.uddannelsespaalaeg, tid, uddannelse=True, afvist=True),
        ]
        if self.regime == FORSOEG:
            valg.append(partial(m.samtale, tid, ("jobsamtale",), form="telefon", afvist="S4"))
        self._laeg(tid, self.rng.choice(valg))

    def _undervejs(self, foer: date) -> None:
        """What happens to this member alone; holiday, less intensive effort."""
        m, rng = self.m, self.rng
        fri, sidst = self.afgjort + timedelta(days=3), foer - timedelta(days=2)
        self._mellem_parterne(self.saerligt, fri, sidst)
        self._plan_og_rettelser(self.saerligt, fri, sidst)
        if rng.random() < ANDEL_FERIE and not self.saerligt.startswith("ferie"):
            tid = kl(self._hverdag(fri, sidst), 20)
            varsel, dage, godkendt = rng.choice((2, 5, 9, 13, 14, 15, 30)), rng.randrange(1, 15), rng.random() < 0.9
            self._laeg(tid, partial(m.ferie, tid, varsel, dage, godkendt=godkendt))
        grunde = [g for g in MINDRE_INTENSIV if f"fravaerstype.mindre_intensiv.{g}" in self.f.koder]
        if grunde and rng.random() < ANDEL_MINDRE_INTENSIV:
            tid = kl(sidst, 21)  # after the last talk
            slut = sidst + timedelta(days=rng.randrange(5, 30)) if rng.random() < 0.8 else None
            fastholdt = rng.random() < 0.2
            self._laeg(tid, partial(m.mindre_intensiv, tid, rng.choice(grunde), sidst, slut, fastholdt=fastholdt))

    def _efter_forloebet(self, slut: date, sammenlagt: Decimal) -> None:
        """What is told after the slutdato: refused, or without effect."""
        m = self.m
        tid = kl(slut + timedelta(days=self.rng.randrange(3, 20)))
        igen = partial(m.indplaceret, tid, tilmeldt=self.tilmeldt, indplaceret=self.placeret, grad=self.grad)
        valg: list[Callable[[], object]] = [
            partial(m.udbetalt, tid, Decimal("60.00"), sammenlagt + 60, ude=True),
            partial(m.samtale, tid, ("jobsamtale",), afvist="S9"),
            partial(m.ferie_for_sent, tid),
            partial(m.tidlig_indsats, tid, ude=True),
            partial(igen, ikke_ind=("afvist", "V12")),
        ]
        self._laeg(tid, self.rng.choice(valg))
