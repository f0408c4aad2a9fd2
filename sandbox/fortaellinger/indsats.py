"""What the a-kasse does besides talks: plan, CV, activities, guidance, recommendations, answers (P1-P4, T1, T4, S6, J2).

Source: the guidance to the trial order, VEJL §4(1), §4(2), §4(7), §5, §8(2), §11(2); STAR's call for applicants (OPSL).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sandbox.fortaellinger.model import (
    DELTAGELSE_ANMODET,
    FORSLAG_BESVARET,
    INDSTILLING,
    INDSTILLING_TRUKKET,
    Dfdgvirkning,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
)
from sandbox.fortaellinger.pen import Pen


class Indsats(Pen):
    """A member's plan and offers. ``indstillinger``: those that are open, with their data."""

    def __init__(self, *args: Any, **mere: Any) -> None:
        super().__init__(*args, **mere)
        self.indstillinger: dict[str, dict[str, Any]] = {}
        self.har_plan = False

    def kan_koden(self, *navne: str) -> bool:
        """Whether the installation has DFDG's codes for the act; it is not told otherwise (M3)."""
        return all(navn in self.forudsaetninger.koder for navn in navne)

    # --- plan, CV, activities, guidance ------------------------------------------------------------

    def minplan(self, tid: datetime, *, kladde: bool = False) -> PlanlagtHaendelse:
        """P1, O6: a draft is saved; a published plan goes with the job goals that the a-kasse approves."""
        data = {
            "planId": self.uuid("plan"),
            "kladde": kladde,
            "jobmaal": ["Lagermedarbejder"],
            "beskrivelse": "Søger job inden for lager og transport",
        }
        if kladde:
            virkninger: tuple[Dfdgvirkning, ...] = (Dfdgvirkning("gem_plankladde", None, ""),)
        else:
            virkninger = (Dfdgvirkning("godkend_jobmaal", None, ""), Dfdgvirkning("publicer_plan", None, ""))
            if not self.har_plan:  # DFDG approves and publishes what it has as a draft
                virkninger = (Dfdgvirkning("gem_plankladde", None, ""), *virkninger)
        self.har_plan = True
        forventning = Forventning("registreret", dfdg=virkninger)
        return self.skriv("akasse.minplan.publiceret.v1", tid, data, forventning)

    def cv_kontrolleret(self, tid: datetime, *, godkendt: bool = True) -> PlanlagtHaendelse:
        """P2: the a-kasse keeps the CV complete and searchable."""
        data: dict[str, Any] = {"godkendt": godkendt}
        if not godkendt:
            data["kommentar"] = "Erfaring fra det seneste job mangler"
        forventning = Forventning("registreret", dfdg=(Dfdgvirkning("saet_cvstatus", None, ""),))
        return self.skriv("akasse.cv.kontrolleret.v1", tid, data, forventning)

    def aktivitet(
        self, tid: datetime, type_: str, start: date, slut: date, *, pligt: bool, afvist: str | None = None
    ) -> PlanlagtHaendelse:
        """P1: an activity that is a duty is registered, a voluntary one is kept. T4: an offer is the jobcenter's to grant."""
        data = {
            "aktivitetId": self.uuid("aktivitet", tid),
            "aktivitetstype": type_,
            "startdato": start.isoformat(),
            "slutdato": slut.isoformat(),
            "timerPrUge": "20",
            "pligt": pligt,
        }
        if afvist is not None:
            forventning = Forventning("afvist", regel=afvist)
        elif pligt:
            virkning = Dfdgvirkning("opret_aktivitet", None, start.isoformat(), slut.isoformat())
            forventning = Forventning("registreret", dfdg=(virkning,))
        else:
            forventning = Forventning("noteret")
        return self.skriv("akasse.aktivitet.registreret.v1", tid, data, forventning, uforstaaet=afvist == "T4")

    def vejledning(self, tid: datetime, emner: Sequence[str] = ("forsoeg", "overgang")) -> PlanlagtHaendelse:
        """P3: recorded, not sent."""
        data = {"emner": list(emner), "dato": tid.date().isoformat()}
        return self.skriv("akasse.vejledning.givet.v1", tid, data, Forventning("noteret", regel="P3"))

    def opsigelsesindsats(self, tid: datetime) -> PlanlagtHaendelse:
        """P4: the effort in the notice period: recorded, not sent."""
        data = {"dato": tid.date().isoformat(), "beskrivelse": "Vejledning om jobsøgning i opsigelsesperioden"}
        return self.skriv("akasse.opsigelsesindsats.tilbudt.v1", tid, data, Forventning("noteret", regel="P4"))

    # --- to the jobcenter --------------------------------------------------------------------------

    def indstilling(self, tid: datetime, tilbudstype: str = "virksomhedspraktik") -> str:
        """T1: an offer that the jobcenter grants; gives its id."""
        id_ = self.uuid("indstilling", tid)
        data = {
            "indstillingId": id_,
            "tilbudstype": tilbudstype,
            "begrundelse": "Medlemmet har brug for erfaring i faget",
        }
        self.indstillinger[id_] = data
        self.skriv("akasse.indstilling.sendt.v1", tid, data, self._til_jobcentret(INDSTILLING, data))
        return id_

    def indstilling_trukket(self, tid: datetime, id_: str) -> PlanlagtHaendelse:
        """T1: withdrawn before it was decided."""
        data = self.indstillinger.pop(id_)
        forventning = self._til_jobcentret(INDSTILLING_TRUKKET, {"indstillingId": id_})
        return self.skriv("akasse.indstilling.trukket.v1", tid, data, forventning)

    def deltagelse_anmodet(self, tid: datetime, samtale_id: str, af: str = "akasse") -> PlanlagtHaendelse:
        """S6: the a-kasse or the member wants the jobcenter at a fælles; then it must attend."""
        data = {"samtaleId": samtale_id, "anmodetAf": af}
        return self.skriv("akasse.deltagelse.anmodet.v1", tid, data, self._til_jobcentret(DELTAGELSE_ANMODET, data))

    def deltagelse_fravalgt(self, tid: datetime, samtale_id: str) -> PlanlagtHaendelse:
        """S6: the member declines the jobcenter; then it must not attend."""
        data = {"samtaleId": samtale_id, "medlemFravaelger": True}
        return self.skriv("akasse.deltagelse.anmodet.v1", tid, data, self._til_jobcentret(DELTAGELSE_ANMODET, data))

    def forslag_besvaret(self, tid: datetime, forslag_id: str, *, accepteret: bool) -> PlanlagtHaendelse:
        """J2: the a-kasse decides about an effort that the jobcenter suggested."""
        data: dict[str, Any] = {"forslagId": forslag_id, "accepteret": accepteret}
        if not accepteret:
            data["begrundelse"] = "Medlemmet har job i sigte"
        return self.skriv("akasse.indsatsforslag.besvaret.v1", tid, data, self._til_jobcentret(FORSLAG_BESVARET, data))

    def _til_jobcentret(self, type_: str, data: dict[str, Any]) -> Forventning:
        return Forventning("videresendt", beskeder=(ForventetBesked(type_, self.jobcenter, dict(data)),))
