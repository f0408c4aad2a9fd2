"""A member's acts: each writes one event down, with what must become of it.

The writer says what happens *and* how it ends (a talk that is refused by a rule, a payment that reaches the limit).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.fortaellinger.model import (
    FRAVAER_FERIE,
    HOS_AKASSE,
    JOBORDREKONTAKT,
    OPHOERT,
    SAMTALETYPE,
    Dfdgvirkning,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Status,
    Udloeser,
)
from sandbox.fortaellinger.pen import LOV, Pen, maanedens_sidste


class Medlem(Pen):
    """One member's story while it is written, act by act, in the order of publishing."""

    # --- into the course --------------------------------------------------------------------------

    def tilmeldt(self, tid: datetime) -> None:
        data = {"kommunekode": self.kommune, "tilmeldingsdato": tid.date().isoformat()}
        self.skriv("akasse.medlem.tilmeldt.v1", tid, data, Forventning("noteret"))

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
        if self.regime == LOV:
            data["timerSammenlagtVedTilmelding"] = "0"
        start = max(tilmeldt, placeret)
        virkninger: list[Dfdgvirkning] = []
        flag = ("frist_overskredet",) if forsinket else ()
        if ikke_ind is not None:
            forventning = Forventning(ikke_ind[0], regel=ikke_ind[1])
        elif direkte is not None:
            self.start = start
            virkninger.append(self._opret_75(start, max(dag, start), direkte))
            besked = self._overdragelse(direkte, max(dag, start))
            forventning = Forventning("registreret", flag=flag, dfdg=tuple(virkninger), beskeder=(besked,))
        else:
            if self.start is not None:  # V11: the old one ends today, the new one begins the day after at the earliest
                virkninger.append(self._ret_75(dag, "46"))
                start = max(start, dag + timedelta(days=1))
                self.afholdt = {"jobsamtale": 0, "faelles": 0}
            self.start, self.grad = start, grad
            virkninger.append(self._opret_75(start))
            besked = ForventetBesked(HOS_AKASSE, self.jobcenter, {"startdato": start.isoformat(), "grund": art})
            forventning = Forventning("registreret", flag=flag, dfdg=tuple(virkninger), beskeder=(besked,))
        return self.skriv("akasse.medlem.indplaceret.v1", tid, data, forventning)

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
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """A held talk, told at ``meldt`` (default: an hour after it began).

        One DFDG meeting per purpose, the second a minute later (S3). ``afvist``: the rule it breaks. ``uden``: fields
        left out. ``rettet_tid``: DFDG refuses the time; an operator corrects it to this one.
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
            return {navn: vaerdi for navn, vaerdi in felter.items() if navn not in uden}

        if afvist is not None:
            forventning = Forventning("afvist", regel=afvist)
        else:
            gaeldende = rettet_tid or tidspunkt
            virkninger = tuple(
                Dfdgvirkning("opret_samtale", SAMTALETYPE[f], f"{gaeldende + timedelta(minutes=nr):%Y-%m-%dT%H:%M}")
                for nr, f in enumerate(formaal)
            )
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

    def indkaldt_id(self, start: datetime, formaal: Sequence[str]) -> str:
        """The samtaleId of the summons to a talk."""
        return self.uuid("indkaldt", start, *formaal)

    def indkaldt(self, tid: datetime, start: datetime, formaal: Sequence[str]) -> None:
        """A summons, kept as state."""
        data = {
            "samtaleId": self.indkaldt_id(start, formaal),
            "formaal": list(formaal),
            "start": start.isoformat(),
            "slut": (start + timedelta(minutes=45)).isoformat(),
            "form": "personligt",
        }
        self.skriv("akasse.samtale.indkaldt.v1", tid, data, Forventning("noteret"))

    # --- benefit ----------------------------------------------------------------------------------

    def udbetalt(
        self, tid: datetime, timer: Decimal, sammenlagt: Decimal, *, slutter: bool = False, ude: bool = False
    ) -> None:
        """A month's payment. ``slutter``: the hours reach the limit (A1, cause 41). ``ude``: out already (A3)."""
        data = {"maaned": f"{tid:%Y-%m}", "timer": str(timer), "timerSammenlagt": str(sammenlagt)}
        if slutter:
            forventning = self._slutning("41", maanedens_sidste(tid.date()))
        elif ude:
            forventning = Forventning("uden_virkning", regel="A3")
        else:
            forventning = Forventning("noteret")
        self.skriv("akasse.dagpenge.udbetalt.v1", tid, data, forventning)

    def dagpengeret_optjent(self, tid: datetime) -> None:
        data = {"dato": tid.date().isoformat()}
        self.skriv("akasse.medlem.dagpengeret-optjent.v1", tid, data, self._slutning("46", tid.date()))

    # --- out of the course ------------------------------------------------------------------------

    def tidlig_indsats(
        self, tid: datetime, *, grundlag: str = "samtale", ude: bool = False, under_nedbrud: bool = False
    ) -> None:
        """An early effort is needed: 44, at once. ``ude``: out already, no effect (A3)."""
        data = {"grundlag": grundlag, "vurderingsdato": tid.date().isoformat()}
        forventning = Forventning("uden_virkning", regel="A3") if ude else self._slutning("44", tid.date())
        type_ = "akasse.visitation.behov-for-tidlig-indsats.v1"
        self.skriv(type_, tid, data, forventning, under_nedbrud=under_nedbrud)

    def uddannelsespaalaeg(self, tid: datetime, *, uddannelse: bool = False, afvist: bool = False) -> None:
        """Under 25, without education and children: 45, at once. ``afvist``: a criterion is not met (V5)."""
        data = {
            "vurderingsdato": tid.date().isoformat(),
            "erhvervskompetencegivendeUddannelse": uddannelse,
            "forsoergerpligtHjemmeboendeBoern": False,
        }
        forventning = Forventning("afvist", regel="V5") if afvist else self._slutning("45", tid.date())
        self.skriv("akasse.visitation.uddannelsespaalaeg.v1", tid, data, forventning)

    def fejloprettet(self, tid: datetime) -> None:
        data = {"begrundelse": "Markeret ved en fejl"}
        self.skriv("akasse.visitation.fejloprettet.v1", tid, data, self._slutning("38", tid.date()))

    def udmeldt(self, tid: datetime, ny_akasse: str | None = None) -> None:
        """Leaves: 43, at the end of the month of leaving (V9)."""
        data: dict[str, Any] = {"udmeldelsesdato": tid.date().isoformat()}
        if ny_akasse:
            data["nyAkassekode"] = ny_akasse
        slut = maanedens_sidste(tid.date())
        self.skriv("akasse.medlem.udmeldt.v1", tid, data, self._slutning("43", slut))

    def flyttet(self, tid: datetime, kommune: str, flyttedato: date) -> None:
        """Moves: inside coverage both jobcentres are told and the course goes on, outside it ends with 42 (V8)."""
        data = {"kommunekode": kommune, "flyttedato": flyttedato.isoformat()}
        gammelt = self.jobcenter
        self.kommune = kommune
        if kommune in self.forudsaetninger.daekkede(self.akasse) or self.regime == LOV:
            beskeder = (
                ForventetBesked(HOS_AKASSE, self.jobcenter, {"grund": "tilflyttet"}),
                ForventetBesked(OPHOERT, gammelt),
            )
            forventning = Forventning("videresendt", beskeder=beskeder)
        else:
            forventning = self._slutning("42", tid.date())
        self.skriv("akasse.medlem.flyttet.v1", tid, data, forventning)

    # --- holiday, less intensive effort -----------------------------------------------------------

    def ferie(
        self, tid: datetime, varsel: int, dage: int, *, godkendt: bool = True, under_nedbrud: bool = False
    ) -> None:
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
        self.skriv("akasse.ferie.anmodet.v1", tid, data, forventning, under_nedbrud=under_nedbrud)

    def ferie_for_sent(self, tid: datetime) -> None:
        """Holiday asked for after the course: the jobcenter's matter (F1)."""
        data = {
            "ferieId": self.uuid("ferie", tid),
            "startdato": (tid.date() + timedelta(days=5)).isoformat(),
            "slutdato": (tid.date() + timedelta(days=9)).isoformat(),
            "anmodetDato": tid.date().isoformat(),
        }
        self.skriv("akasse.ferie.anmodet.v1", tid, data, Forventning("afvist", regel="F1"))

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

    # --- the jobcenter ----------------------------------------------------------------------------

    def jobordrekontakt(
        self,
        tid: datetime,
        *,
        kontaktform: str = "telefon",
        jobordre: bool = True,
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """The jobcenter contacts a member who is in; only by phone about a job order (J1)."""
        data: dict[str, Any] = {
            "kontaktform": kontaktform,
            "tidspunkt": tid.isoformat(),
            "stillingsbetegnelse": "Lagermedarbejder",
        }
        if jobordre:
            data["jobordreId"] = self.uuid("jobordre", tid)
        brud = kontaktform != "telefon" or not jobordre
        besked = ForventetBesked(JOBORDREKONTAKT, f"akasse.{self.akasse}", {"regelbrud": brud})
        return self.skriv(
            "jobcenter.jobordre.kontakt.v1",
            tid,
            data,
            Forventning("videresendt", beskeder=(besked,)),
            part=self.jobcenter,
            efter=Udloeser(HOS_AKASSE),
            under_nedbrud=under_nedbrud,
        )
