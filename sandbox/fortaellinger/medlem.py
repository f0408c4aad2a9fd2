"""A member's acts: each writes one event down, with what must become of it.

The writer says what happens *and* how it ends (a talk that is refused by a rule, a payment that reaches the limit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.fortaellinger.jobcenter import Jobcenterakter
from sandbox.fortaellinger.model import (
    FRAVAER_FERIE,
    HOS_AKASSE,
    INDSTILLING,
    OPHOERT,
    SAMTALETYPE,
    Dfdgvirkning,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Status,
)
from sandbox.fortaellinger.pen import FORSOEG, maanedens_sidste
from sandbox.fortaellinger.planlagte import Planlagte
from sandbox.fortaellinger.rettelser import Rettelser


class Medlem(Planlagte, Jobcenterakter, Rettelser):
    """One member's story while it is written, act by act, in the order of publishing."""

    # --- into the course --------------------------------------------------------------------------

    def tilmeldt(self, tid: datetime) -> PlanlagtHaendelse:
        data = {"kommunekode": self.kommune, "tilmeldingsdato": tid.date().isoformat()}
        return self.skriv("akasse.medlem.tilmeldt.v1", tid, data, Forventning("noteret"))

    def indplaceret(
        self,
        tid: datetime,
        *,
        tilmeldt: date,
        indplaceret: date | None = None,
        art: str = "ny",
        grad: str = "fuldtid",
        uddannelse: bool = True,
        boern: bool = False,
        behov: bool = False,
        igangvaerende: bool = False,
        direkte: str | None = None,
        ikke_ind: tuple[Status, str | None] | None = None,
        forsinket: bool = False,
    ) -> PlanlagtHaendelse:
        """The decision. Without more the member comes in (V1, V2).

        ``direkte``: belongs at the jobcenter (44/45), marked with start, end and cause at once (V14). ``ikke_ind``:
        the status and (where one rule alone says so) the rule that keep the member out. ``forsinket``: later than two weeks after enrolment (V3). A
        re-placement while marked ends the old marking with 46 first (V11).
        """
        placeret = indplaceret or tilmeldt
        dag = tid.date()
        data: dict[str, Any] = {
            "kommunekode": self.kommune,
            "tilmeldingsdato": tilmeldt.isoformat(),
            "indplaceringsdato": placeret.isoformat(),
            "afgoerelsesdato": dag.isoformat(),
            "indplaceringstype": art,
            "forsikringsgrad": grad,
            "erhvervskompetencegivendeUddannelse": uddannelse,
            "forsoergerpligtHjemmeboendeBoern": boern,
        }
        if igangvaerende:
            data["igangvaerendeForloeb"] = True
        if behov:
            data["behovForTidligIndsats"] = True
        if self.regime != FORSOEG:
            data["timerSammenlagtVedTilmelding"] = "0"
        start = max(tilmeldt, placeret)
        virkninger: list[Dfdgvirkning] = []
        flag = ("frist_overskredet",) if forsinket else ()
        if ikke_ind is not None:
            forventning = Forventning(ikke_ind[0], regel=ikke_ind[1])
        elif direkte is not None:
            self.start, self.slut = start, max(dag, start)
            virkninger.append(self._opret_75(start, self.slut, direkte))
            besked = self._overdragelse(direkte, self.slut)
            forventning = Forventning(
                "registreret", flag=flag, dfdg=tuple(virkninger), beskeder=(besked,), pligter=("underret_medlem",)
            )
        else:
            if self.start is not None:  # V11: the old one ends today, the new one begins the day after at the earliest
                if self.slut is None:
                    virkninger.append(self._ret_75(dag, "46"))
                start = max(start, (self.slut or dag) + timedelta(days=1))
                self.afholdt = {"jobsamtale": 0, "faelles": 0}
            self.start, self.slut, self.grad = start, None, grad
            virkninger.append(self._opret_75(start))
            besked = ForventetBesked(HOS_AKASSE, self.jobcenter, {"startdato": start.isoformat(), "grund": art})
            forventning = Forventning("registreret", flag=flag, dfdg=tuple(virkninger), beskeder=(besked,))
        return self.skriv("akasse.medlem.indplaceret.v1", tid, data, forventning)

    def indlaest(
        self,
        tid: datetime,
        start: date,
        sammenlagt: Decimal,
        *,
        samtaler: Sequence[date] = (),
        fravaer_id: str | None = None,
    ) -> None:
        """A course that another system of the a-kasse has made at DFDG is taken over; nothing is written. ``fravaer_id``:
        DFDG's identifier of the marking, where the other system knew it."""
        self.start = start
        self.markeringer.append(start)
        self.afholdt["jobsamtale"] += len(samtaler)
        data = {
            "kommunekode": self.kommune,
            "tilmeldingsdato": start.isoformat(),
            "indplaceringsdato": start.isoformat(),
            "afgoerelsesdato": (start + timedelta(days=10)).isoformat(),
            "indplaceringstype": "ny",
            "forsikringsgrad": self.grad,
            "erhvervskompetencegivendeUddannelse": True,
            "forsoergerpligtHjemmeboendeBoern": False,
            "timerSammenlagt": str(sammenlagt),
            "samtaler": [{"dato": d.isoformat(), "formaal": ["jobsamtale"], "form": "personligt"} for d in samtaler],
            "ferie": [],
            "indstillinger": [],
            "minPlan": "publiceret",
        }
        if fravaer_id is not None:
            data["fravaerIdentifier"] = fravaer_id
        if self.regime != FORSOEG:
            data["timerSammenlagtVedTilmelding"] = "0"
        self.skriv("akasse.medlem.indlaest.v1", tid, data, Forventning("noteret"))

    def skift_akasse(self, ny_akasse: str) -> None:
        """From here on the new a-kasse speaks; it waits until the old one's word is final. DFDG learns of the change too."""
        gammel = self.fortalt[-1]
        self.akasse = ny_akasse
        sidste_dag = date.fromisoformat(str(gammel.data["udmeldelsesdato"]))
        self.afvent_kvittering(gammel, indmeldes=sidste_dag + timedelta(days=1))

    # --- talks ------------------------------------------------------------------------------------

    def samtale(
        self,
        tidspunkt: datetime,
        formaal: Sequence[str],
        *,
        form: str = "personligt",
        jobcenter: bool | None = None,
        afvist: str | None = None,
        indkaldelse: str | None = None,
        uden: Sequence[str] = (),
        meldt: datetime | None = None,
        rettet_tid: datetime | None = None,
        deltagere: Sequence[str] = (),
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """A held talk, told at ``meldt`` (default: an hour after it began).

        One DFDG meeting per purpose, the second a minute later (S3). ``afvist``: the rule it breaks. ``uden``: fields
        left out. ``rettet_tid``: DFDG refuses the time; an operator corrects it to this one. ``deltagere``: who
        took part besides, told to DFDG one by one on each meeting (S10).
        """
        tid = meldt or tidspunkt + timedelta(hours=1)

        def data(tidspunkt: datetime) -> dict[str, Any]:
            felter: dict[str, Any] = {
                "samtaleId": self.uuid("samtale", tid, *formaal),
                "formaal": list(formaal),
                "tidspunkt": tidspunkt.isoformat(),
                "form": form,
                "sagsbehandler": {"fornavn": "Test", "efternavn": "Sagsbehandler"},
            }
            if indkaldelse is not None:
                felter["indkaldelseId"] = indkaldelse
            if "faelles" in formaal:
                felter["jobcenterDeltog"] = bool(jobcenter)
                if jobcenter:
                    felter["jobcenterForm"] = "video"
            if "cv" in formaal:
                felter["cvGodkendt"] = True
            if "cv" in formaal or "raadighed" in formaal:
                felter["aftaler"] = "To ansøgninger om ugen"
            if "raadighed" in formaal:
                felter["raadighedsvurdering"] = "Til rådighed"
            if deltagere:
                felter["deltagere"] = [{"navn": navn, "rolle": "Bisidder", "form": form} for navn in deltagere]
            return {navn: vaerdi for navn, vaerdi in felter.items() if navn not in uden}

        if afvist is not None:
            forventning = Forventning("afvist", regel=afvist)
        else:
            gaeldende = rettet_tid or tidspunkt
            virkninger = tuple(
                Dfdgvirkning("opret_samtale", SAMTALETYPE[f], f"{gaeldende + timedelta(minutes=nr):%Y-%m-%dT%H:%M}")
                for nr, f in enumerate(formaal)
            )
            virkninger += (Dfdgvirkning("tilfoej_deltager", None, ""),) * (len(formaal) * len(deltagere))
            forventning = Forventning("registreret", dfdg=virkninger)
            for f in formaal:
                if f in self.afholdt:
                    self.afholdt[f] += 1
        return self.skriv(
            "akasse.samtale.afholdt.v1",
            tid,
            data(tidspunkt),
            forventning,
            rettelse=None if rettet_tid is None else data(rettet_tid),
            under_nedbrud=under_nedbrud,
        )

    def fritaget(self, tid: datetime, fra: date, *, afvist: bool = False) -> PlanlagtHaendelse:
        """R5: from the reform on up to a quarter may be exempted from talks, never from the first; refused before."""
        data = {"begrundelse": "Medlemmet begynder i job", "fra": fra.isoformat()}
        forventning = Forventning("afvist" if afvist else "noteret", regel="R5")
        return self.skriv("akasse.samtale.fritaget.v1", tid, data, forventning)

    # --- benefit ----------------------------------------------------------------------------------

    def udbetalt(
        self, tid: datetime, timer: Decimal, sammenlagt: Decimal, *, slutter: bool = False, ude: bool = False
    ) -> PlanlagtHaendelse:
        """A month's payment. ``slutter``: the hours reach the limit (A1, cause 41). ``ude``: out already (A3)."""
        data = {"maaned": f"{tid:%Y-%m}", "timer": str(timer), "timerSammenlagt": str(sammenlagt)}
        if slutter:
            forventning = self._slutning("41", maanedens_sidste(tid.date()))
        elif ude:
            forventning = Forventning("uden_virkning", regel="A3")
        else:
            forventning = Forventning("noteret")
        return self.skriv("akasse.dagpenge.udbetalt.v1", tid, data, forventning)

    def dagpengeret_optjent(self, tid: datetime) -> PlanlagtHaendelse:
        data = {"dato": tid.date().isoformat()}
        return self.skriv("akasse.medlem.dagpengeret-optjent.v1", tid, data, self._slutning("46", tid.date()))

    # --- out of the course ------------------------------------------------------------------------

    def tidlig_indsats(
        self,
        tid: datetime,
        *,
        grundlag: str = "samtale",
        ude: bool = False,
        lapser: int = 0,
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """An early effort is needed: 44, at once. ``ude``: out already, no effect (A3). ``lapser``: how many planned
        jobsamtaler and fælles after the slutdato DFDG has; they are cancelled there (S12)."""
        data = {"grundlag": grundlag, "vurderingsdato": tid.date().isoformat()}
        forventning = Forventning("uden_virkning", regel="A3") if ude else self._slutning("44", tid.date())
        aflyste = (Dfdgvirkning("slet_indkaldelse", None, ""),) * lapser
        forventning = replace(forventning, dfdg=(*forventning.dfdg, *aflyste))
        type_ = "akasse.visitation.behov-for-tidlig-indsats.v1"
        return self.skriv(type_, tid, data, forventning, under_nedbrud=under_nedbrud)

    def uddannelsespaalaeg(self, tid: datetime, *, uddannelse: bool = False, afvist: bool = False) -> PlanlagtHaendelse:
        """Under 25, without education and children: 45, at once. ``afvist``: a criterion is not met (V5)."""
        data = {
            "vurderingsdato": tid.date().isoformat(),
            "erhvervskompetencegivendeUddannelse": uddannelse,
            "forsoergerpligtHjemmeboendeBoern": False,
        }
        forventning = Forventning("afvist", regel="V5") if afvist else self._slutning("45", tid.date())
        return self.skriv("akasse.visitation.uddannelsespaalaeg.v1", tid, data, forventning)

    def fejloprettet(self, tid: datetime) -> PlanlagtHaendelse:
        data = {"begrundelse": "Markeret ved en fejl"}
        return self.skriv("akasse.visitation.fejloprettet.v1", tid, data, self._slutning("38", tid.date()))

    def udmeldt(self, tid: datetime, ny_akasse: str | None = None) -> PlanlagtHaendelse:
        """Leaves: 43, at the end of the month of leaving (V9)."""
        data: dict[str, Any] = {"udmeldelsesdato": tid.date().isoformat()}
        if ny_akasse:
            data["nyAkassekode"] = ny_akasse
        slut = maanedens_sidste(tid.date())
        return self.skriv("akasse.medlem.udmeldt.v1", tid, data, self._slutning("43", slut))

    def flyttet(self, tid: datetime, kommune: str, flyttedato: date) -> PlanlagtHaendelse:
        """Moves: inside coverage both jobcentres are told and the course goes on, outside it ends with 42 (V8)."""
        data = {"kommunekode": kommune, "flyttedato": flyttedato.isoformat()}
        gammelt = self.jobcenter
        self.kommune = kommune
        if kommune in self.forudsaetninger.daekkede(self.akasse) or self.regime != FORSOEG:
            beskeder = (
                ForventetBesked(HOS_AKASSE, self.jobcenter, {"grund": "tilflyttet"}),
                ForventetBesked(OPHOERT, gammelt),
                *(ForventetBesked(INDSTILLING, self.jobcenter, {"indstillingId": i}) for i in self.indstillinger),
            )
            forventning = Forventning("videresendt", beskeder=beskeder)
        else:
            forventning = self._slutning("42", tid.date())
        return self.skriv("akasse.medlem.flyttet.v1", tid, data, forventning)

    # --- holiday, less intensive effort -----------------------------------------------------------

    def ferie(
        self, tid: datetime, varsel: int, dage: int, *, godkendt: bool = True, under_nedbrud: bool = False
    ) -> PlanlagtHaendelse:
        """Holiday asked for ``varsel`` days before it starts: less than 14 is the a-kasse's to register (F1)."""
        start = tid.date() + timedelta(days=varsel)
        slut = start + timedelta(days=dage - 1)
        data: dict[str, Any] = {
            "ferieId": self.uuid("ferie", tid),
            "startdato": start.isoformat(),
            "slutdato": slut.isoformat(),
            "anmodetDato": tid.date().isoformat(),
        }
        if not godkendt:
            data["godkendt"] = False
        if varsel < 14 and godkendt:
            virkning = Dfdgvirkning("opret_fravaer", FRAVAER_FERIE, start.isoformat(), slut.isoformat())
            forventning = Forventning("registreret", regel="F1", dfdg=(virkning,))
        else:
            forventning = Forventning("noteret", regel="F1")
        return self.skriv("akasse.ferie.anmodet.v1", tid, data, forventning, under_nedbrud=under_nedbrud)

    def ferie_aendret(
        self, tid: datetime, ferie: PlanlagtHaendelse, start: date, slut: date, *, registreret: bool = True
    ) -> PlanlagtHaendelse:
        """F3: a registered holiday is updated whatever the notice; one of the member's own is judged anew."""
        data = {
            "ferieId": ferie.data["ferieId"],
            "startdato": start.isoformat(),
            "slutdato": slut.isoformat(),
            "anmodetDato": tid.date().isoformat(),
        }
        if registreret:
            virkning = Dfdgvirkning("ret_fravaer", FRAVAER_FERIE, start.isoformat(), slut.isoformat())
            forventning = Forventning("registreret", regel="F3", dfdg=(virkning,))
        elif (start - tid.date()).days < 14:
            virkning = Dfdgvirkning("opret_fravaer", FRAVAER_FERIE, start.isoformat(), slut.isoformat())
            forventning = Forventning("registreret", regel="F3", dfdg=(virkning,))
        else:
            forventning = Forventning("noteret", regel="F3")
        return self.skriv("akasse.ferie.aendret.v1", tid, data, forventning)

    def ferie_annulleret(
        self, tid: datetime, ferie: PlanlagtHaendelse, *, registreret: bool = True
    ) -> PlanlagtHaendelse:
        """F3: a registered holiday that is given up is deleted."""
        data = {"ferieId": ferie.data["ferieId"], "begrundelse": "Rejsen er aflyst"}
        virkninger = (Dfdgvirkning("slet_fravaer", FRAVAER_FERIE, ""),) if registreret else ()
        forventning = Forventning("registreret" if registreret else "noteret", regel="F3", dfdg=virkninger)
        return self.skriv("akasse.ferie.annulleret.v1", tid, data, forventning)

    def ferie_for_sent(self, tid: datetime) -> PlanlagtHaendelse:
        """Holiday asked for after the course: the jobcenter's matter (F1)."""
        data = {
            "ferieId": self.uuid("ferie", tid),
            "startdato": (tid.date() + timedelta(days=5)).isoformat(),
            "slutdato": (tid.date() + timedelta(days=9)).isoformat(),
            "anmodetDato": tid.date().isoformat(),
        }
        return self.skriv("akasse.ferie.anmodet.v1", tid, data, Forventning("afvist", regel="F1"))

    def mindre_intensiv(
        self, tid: datetime, grund: str, start: date, slut: date | None, *, fastholdt: bool = False
    ) -> str:
        """A period without the duties (M1), or with them kept (M2, nothing is registered). Gives its id."""
        indsats_id = self.uuid("indsats", tid)
        data: dict[str, Any] = {"indsatsId": indsats_id, "grund": grund, "startdato": start.isoformat()}
        if slut is not None:
            data["slutdato"] = slut.isoformat()
        if fastholdt:
            data["pligterFastholdes"] = {
                "aarsag": "til_fordel_for_medlemmet",
                "begrundelse": "Medlemmet ønsker at fortsætte samtalerne",
            }
            forventning = Forventning("noteret", regel="M2")
        else:
            virkning = Dfdgvirkning(
                "opret_fravaer",
                self._kode_mindre_intensiv(grund),
                start.isoformat(),
                slut.isoformat() if slut else None,
            )
            forventning = Forventning("registreret", regel="M1", dfdg=(virkning,))
        self.skriv("akasse.mindre-intensiv-indsats.registreret.v1", tid, data, forventning)
        return indsats_id

    def mindre_intensiv_ophoert(self, tid: datetime, indsats_id: str, grund: str, start: date, slut: date) -> None:
        """A registered period ends."""
        virkning = Dfdgvirkning("ret_fravaer", self._kode_mindre_intensiv(grund), start.isoformat(), slut.isoformat())
        data = {"indsatsId": indsats_id, "slutdato": slut.isoformat()}
        self.skriv("akasse.mindre-intensiv-indsats.ophoert.v1", tid, data, Forventning("registreret", dfdg=(virkning,)))

    def _kode_mindre_intensiv(self, grund: str) -> str:
        return self.forudsaetninger.koder[f"fravaerstype.mindre_intensiv.{grund}"]
