"""What else happens in some members' courses in a generated month: both parties' answers, and what is put right.

One such thing a member at most, so that what becomes of it follows from it alone. It is told while the member is in,
between the decision and the last day; corrections wait until what they correct is final.

Source: the guidance to the trial order, VEJL §2(5), §4(2), §4(3), §8, §9, §11(2); the act from 2024.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from sandbox.fortaellinger.begge_veje import CVKODER, PLANKODER
from sandbox.fortaellinger.medlem import Medlem
from sandbox.fortaellinger.model import OVERDRAGELSE, Forudsaetninger, Forventning, PlanlagtHaendelse
from sandbox.fortaellinger.pen import FORSOEG, LOV, kl
from sandbox.personer import Personregister

#: What happens, as weights in a thousand members; the rest have nothing of the kind.
SAERLIGT = {
    "flyttet": 20,
    "kontakt": 30,
    "indstilling": 30,
    "forslag": 10,
    "deltagelse": 15,
    "jobcentersamtale": 10,
    "plan": 30,
    "ferie_erstattet": 8,
    "ferie_tilbagekaldt": 6,
    "ferie_aendret": 6,
    "ferie_annulleret": 6,
    "samtale_tilbagekaldt": 10,
    "udbetaling_erstattet": 10,
    "slutning_tilbagekaldt": 8,
    "indplacering_rettet": 8,
    "cpr_skiftet": 4,
}
ANDEL_BEKRAEFTET = 0.30  # of the handovers
ANDEL_AFVIST = 0.01
ANDEL_AARSAG_RETTET = 0.20  # of those sent early

Plan = list[tuple[datetime, Callable[[], object]]]


class Undervejs:
    """The acts, on a member's plan: each is laid there with its time, and told in the order of the times.

    Talks are told by 16.45, so what the a-kasse says of other things comes later in the day.
    """

    rng: random.Random
    f: Forudsaetninger
    personer: Personregister
    m: Medlem
    plan: Plan
    regime: str
    akasse: str
    afgjort: date
    placeret: date

    def _hverdag(self, fra: date, til: date) -> date:
        """A workday in the span; ``fra`` itself where there is none."""
        dage = [fra + timedelta(days=n) for n in range(max((til - fra).days, 0) + 1)]
        hverdage = [d for d in dage if d.weekday() < 5]
        return self.rng.choice(hverdage or [fra])

    def _tid(self, dag: date) -> datetime:
        return kl(dag, self.rng.randrange(8, 16), self.rng.choice((0, 15, 30, 45)))

    def _laeg(self, tid: datetime, skriv: Callable[[], object]) -> None:
        self.plan.append((tid, skriv))

    def _traek_saerligt(self) -> str:
        """One of the things above, or nothing."""
        valg = {**SAERLIGT, "": 1000 - sum(SAERLIGT.values())}
        return self.rng.choices(list(valg), list(valg.values()))[0]

    # --- between the parties ----------------------------------------------------------------------

    def _mellem_parterne(self, saerligt: str, fri: date, sidst: date) -> None:
        """A move inside coverage, a contact, a recommendation, a suggestion, who attends, what the jobcenter summons."""
        m, rng = self.m, self.rng
        dag = self._hverdag(fri, sidst - timedelta(days=6))
        match saerligt:
            case "flyttet":
                daekkede = self.f.kommuner if self.regime == LOV else self.f.daekkede(self.akasse)
                kommune = rng.choice([k for k in daekkede if k != m.kommune])
                tid = kl(dag, 22)
                self._laeg(tid, partial(m.flyttet, tid, kommune, dag - timedelta(days=rng.randrange(3))))
            case "kontakt":
                tid = kl(dag, 11, 5)
                self._laeg(
                    tid, partial(m.jobordrekontakt, tid, kontaktform="brev" if rng.random() < 0.1 else "telefon")
                )
            case "indstilling":
                self._indstilling(dag)
            case "forslag":
                tid, svar = kl(dag, 11, 10), kl(dag + timedelta(days=4), 17, 10)
                fundet: list[str] = []
                self._laeg(tid, lambda: fundet.append(m.indsats_foreslaaet(tid)))
                accepteret = rng.random() < 0.5
                self._laeg(svar, lambda: m.forslag_besvaret(svar, fundet[0], accepteret=accepteret))
            case "deltagelse" if self.regime == FORSOEG:
                self._deltagelse(dag)
            case "jobcentersamtale":
                tid = kl(dag, 11, 15)
                self._laeg(
                    tid,
                    rng.choice(
                        (
                            partial(m.samtale_annulleret, tid),
                            partial(m.jobcentret_indkalder, tid, tid + timedelta(days=6), inde=True),
                        )
                    ),
                )
            case _:
                pass

    def _indstilling(self, dag: date) -> None:
        m, rng = self.m, self.rng
        tid, svar = kl(dag, 17, 15), kl(dag + timedelta(days=rng.randrange(1, 6)), 11, 20)
        fundet: list[str] = []
        self._laeg(tid, lambda: fundet.append(m.indstilling(tid)))
        udfald = rng.choices(("bevilget", "afslag", "uden_begrundelse", "trukket", "aaben"), (60, 15, 5, 10, 10))[0]
        if udfald == "trukket":
            igen = kl(svar.date(), 17, 20)
            self._laeg(igen, lambda: m.indstilling_trukket(igen, fundet[0]))
        elif udfald != "aaben":
            bevilget, begrundet = udfald == "bevilget", udfald != "uden_begrundelse"
            self._laeg(svar, lambda: m.tilbud_afgjort(svar, fundet[0], bevilget=bevilget, begrundet=begrundet))

    def _deltagelse(self, dag: date) -> None:
        """A fælles is summoned, the jobcenter is asked to it and decides; the talk is cancelled in the end."""
        m, rng = self.m, self.rng
        indkaldt, anmodet, besluttet, aflyst = (kl(dag + timedelta(days=n), 17, 25) for n in range(4))
        fundet: list[str] = []
        start = kl(dag + timedelta(days=5), 9, 5)
        self._laeg(indkaldt, lambda: fundet.append(m.planlagt(indkaldt, "indkaldt", start, ["faelles"])))
        if rng.random() < 0.5:
            brud = rng.random() < 0.2
            self._laeg(anmodet, lambda: m.deltagelse_anmodet(anmodet, fundet[0], af="medlem"))
            skriv = partial(m.deltagelse_besluttet, besluttet, deltager=not brud, brud=brud)
        else:
            self._laeg(anmodet, lambda: m.deltagelse_fravalgt(anmodet, fundet[0]))
            skriv = partial(m.deltagelse_besluttet, besluttet, deltager=False)
        self._laeg(besluttet, lambda: skriv(samtale_id=fundet[0]))
        self._laeg(aflyst, lambda: m.aflyst(aflyst, fundet[0]))

    # --- plan, and what is put right --------------------------------------------------------------

    def _plan_og_rettelser(self, saerligt: str, fri: date, sidst: date) -> None:
        """Min Plan, CV and guidance; a holiday, a placement or a CPR number that is put right."""
        m, rng = self.m, self.rng
        dag = self._hverdag(fri, sidst - timedelta(days=4))
        tid, igen = kl(dag, 17, 35), kl(dag + timedelta(days=1), 17, 40)
        match saerligt:
            case "plan":
                self._laeg(tid, partial(m.vejledning, tid))
                if m.kan_koden(*PLANKODER):
                    self._laeg(igen, partial(m.minplan, igen, kladde=rng.random() < 0.2))
                if m.kan_koden(*CVKODER):
                    self._laeg(igen, partial(m.cv_kontrolleret, igen, godkendt=rng.random() < 0.9))
            case "ferie_erstattet" | "ferie_tilbagekaldt" | "ferie_aendret" | "ferie_annulleret":
                self._ferie_rettet(saerligt, tid, igen)
            case "indplacering_rettet":
                tid = kl(self.afgjort + timedelta(days=1), 17, 45)
                ny = self.placeret + timedelta(days=rng.randrange(1, 3))
                self._laeg(tid, partial(m.indplacering_rettet, tid, ny, ny))
            case "cpr_skiftet":
                self._laeg(tid, lambda: m.cpr_skiftet(tid, self.personer.ny()))
            case _:
                pass

    def _ferie_rettet(self, hvordan: str, tid: datetime, igen: datetime) -> None:
        """A holiday that the a-kasse registered is replaced, withdrawn, changed or given up the day after (F3)."""
        m = self.m
        varsel, dage = self.rng.randrange(3, 12), self.rng.randrange(3, 10)
        start = tid.date() + timedelta(days=varsel)
        slut = start + timedelta(days=dage + 1)
        fundet: list[PlanlagtHaendelse] = []
        self._laeg(tid, lambda: fundet.append(m.ferie(tid, varsel, dage)))

        def ret() -> PlanlagtHaendelse:
            match hvordan:
                case "ferie_erstattet":
                    return m.ferie_erstattet(igen, fundet[0], slut)
                case "ferie_tilbagekaldt":
                    return m.ferie_tilbagekaldt(igen, fundet[0])
                case "ferie_aendret":
                    return m.ferie_aendret(igen, fundet[0], start, slut)
                case _:
                    return m.ferie_annulleret(igen, fundet[0])

        self._laeg(igen, ret)

    def _samtale_der_ikke_blev_holdt(self, tid: datetime) -> None:
        """A talk that is told and withdrawn: it counts nowhere, and stands at DFDG for the a-kasse to correct."""
        m, igen = self.m, tid + timedelta(hours=3)
        fundet: list[PlanlagtHaendelse] = []
        self._laeg(tid, lambda: fundet.append(m.samtale(tid, ("raadighed",))))
        self._laeg(igen, lambda: m.samtale_tilbagekaldt(igen, fundet[0]))

    def _udbetaling_rettet(self, saerligt: str, tid: datetime, timer: Decimal, sammenlagt: Decimal) -> None:
        """A payment told wrongly first: replaced by the right one, or withdrawn because it ended the course (A5)."""
        m = self.m
        fundet: list[PlanlagtHaendelse] = []
        if saerligt == "udbetaling_erstattet":
            nyt = {"timer": str(timer), "timerSammenlagt": str(sammenlagt)}
            igen = tid + timedelta(hours=1)
            forkert = partial(m.udbetalt, tid, timer - 1, sammenlagt - 1)
            self._laeg(tid, lambda: fundet.append(forkert()))
            self._laeg(igen, lambda: m.erstat(igen, fundet[0], nyt, Forventning("noteret")))
            return
        fortrudt, rigtig = tid + timedelta(hours=1), tid + timedelta(hours=2)
        self._laeg(tid, lambda: fundet.append(m.udbetalt(tid, timer, sammenlagt + 1000, slutter=True)))
        self._laeg(fortrudt, lambda: m.slutning_tilbagekaldt(fortrudt, fundet[0]))
        self._laeg(rigtig, partial(m.udbetalt, rigtig, timer, sammenlagt))

    # --- the handover -----------------------------------------------------------------------------

    def _jobcentret_svarer(self, sluttet: datetime) -> None:
        """The jobcenter confirms or refuses the handover of the ending told last, some days after it."""
        m = self.m
        trukket = self.rng.random()
        if trukket >= ANDEL_BEKRAEFTET:
            return
        tid = kl(sluttet.date() + timedelta(days=self.rng.randrange(1, 6)), 11, 30)

        def svar() -> PlanlagtHaendelse:
            slutning = next(h for h in reversed(m.fortalt) if _overdraget(h))
            afvis = trukket < ANDEL_AFVIST
            return m.overdragelse_afvist(tid, slutning) if afvis else m.overdragelse_modtaget(tid, slutning)

        self._laeg(tid, svar)

    def _aarsagen_rettes(self, sluttet: datetime) -> None:
        """A2: sent early with the wrong cause: 45 it should have been; the handover goes again."""
        tid = kl(sluttet.date() + timedelta(days=1), 19)
        if self.rng.random() < ANDEL_AARSAG_RETTET:
            self._laeg(tid, partial(self.m.aarsag_rettet, tid, "45", sluttet.date()))


def _overdraget(h: PlanlagtHaendelse) -> bool:
    return not h.gentagelse and any(b.type == OVERDRAGELSE for b in h.forventning.beskeder)
