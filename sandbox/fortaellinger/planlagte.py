"""Planned talks and deadlines for booking them, act by act (S7, S8).

Source: the guidance to the trial order, VEJL §4(3), §4(5), §4(6): jobsamtale and rådighed are booked by the member, fælles
and cv are summoned. DFDG takes no summons whose day is past, so such a one is kept and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sandbox.fortaellinger.model import SAMTALETYPE, Dfdgvirkning, Forventning, PlanlagtHaendelse, Virkningsart
from sandbox.fortaellinger.pen import Pen

Maade = Literal["indkaldt", "booket", "aendret"]


class Planlagte(Pen):
    """A member's planned talks."""

    def indkaldt_id(self, start: datetime, formaal: Sequence[str]) -> str:
        """The samtaleId of the summons to a talk."""
        return self.uuid("indkaldt", start, *formaal)

    def planlagt(
        self,
        tid: datetime,
        maade: Maade,
        start: datetime,
        formaal: Sequence[str],
        *,
        samtale_id: str | None = None,
        form: str = "personligt",
        kort_varsel: bool = False,
        frist: str | None = None,
        afvist: str | None = None,
    ) -> str:
        """Summoned, booked or changed; gives its samtaleId. One Indkaldelse for each purpose, when its day is to come."""
        samtale_id = samtale_id or self.indkaldt_id(start, formaal)
        data: dict[str, Any] = {
            "samtaleId": samtale_id,
            "formaal": list(formaal),
            "start": start.isoformat(),
            "slut": (start + timedelta(minutes=45)).isoformat(),
            "form": form,
        }
        if form == "digitalt":
            data["moedelink"] = "https://moede.eksempel.dk/1"
        if kort_varsel:
            data["kortVarsel"] = {"begrundelse": "Et job er i sigte"}
        if frist is not None:
            data["fristId"] = frist
        art: Virkningsart = "ret_indkaldelse" if maade == "aendret" else "opret_indkaldelse"
        if afvist is not None:
            forventning = Forventning("afvist", regel=afvist)
        elif start.date() < self.forudsaetninger.idag:
            forventning = Forventning("noteret")
        else:
            paa = f"{start:%Y-%m-%dT%H:%M}"
            forventning = Forventning(
                "registreret", dfdg=tuple(Dfdgvirkning(art, SAMTALETYPE[f], paa) for f in formaal)
            )
        self.skriv(f"akasse.samtale.{maade}.v1", tid, data, forventning)
        return samtale_id

    def indkaldt(self, tid: datetime, start: datetime, formaal: Sequence[str]) -> None:
        """A summons."""
        self.planlagt(tid, "indkaldt", start, formaal)

    def aflyst(self, tid: datetime, samtale_id: str, *, hos_dfdg: int = 0) -> None:
        """Cancelled; ``hos_dfdg``: how many purposes DFDG has of it."""
        virkninger = (Dfdgvirkning("slet_indkaldelse", None, ""),) * hos_dfdg
        forventning = Forventning("registreret" if hos_dfdg else "noteret", dfdg=virkninger)
        data = {"samtaleId": samtale_id, "begrundelse": "Medlemmet er syg"}
        self.skriv("akasse.samtale.aflyst.v1", tid, data, forventning)

    def frist_sat(self, tid: datetime, dag: date, formaal: Sequence[str], *, afvist: str | None = None) -> str:
        """A booking deadline of the a-kasse's own; gives its id."""
        frist = self.uuid("frist", tid, *formaal)
        data = {"fristId": frist, "fristdato": dag.isoformat(), "formaal": list(formaal)}
        forventning = Forventning("noteret") if afvist is None else Forventning("afvist", regel=afvist)
        self.skriv("akasse.bookingfrist.sat.v1", tid, data, forventning)
        return frist

    def frist_overskredet(
        self, tid: datetime, frist: str, dag: date, formaal: Sequence[str], *, afmeldes: bool
    ) -> PlanlagtHaendelse:
        """Missed. ``afmeldes``: every condition of S8 is met; DFDG takes the day of sending at the earliest."""
        data = {"fristId": frist, "fristdato": dag.isoformat(), "formaal": list(formaal)}
        if afmeldes:
            aarsag = self.forudsaetninger.koder["afmeldingsaarsag.frist_overskredet"]
            afmelding = Dfdgvirkning("afmeld", None, self.forudsaetninger.idag.isoformat(), None, aarsag)
            flag = ("virkning_udsat",) if dag + timedelta(days=1) < self.forudsaetninger.idag else ()
            forventning = Forventning("registreret", regel="S8", flag=flag, dfdg=(afmelding,))
        else:
            forventning = Forventning("uden_virkning", regel="S8")
        return self.skriv("akasse.bookingfrist.overskredet.v1", tid, data, forventning)
