"""The pen: gives a member's events their ids, times and numbers, and does the sums of a course.

It knows no rule of its own about what happens; it only knows how it is written: one id per event, one number per
publisher, the last day of a month, the talks that are left.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.fortaellinger.model import (
    FRAVAER_KONTAKTFORLOEB,
    KOEBENHAVN,
    OVERDRAGELSE,
    Dfdgvirkning,
    Fortaelling,
    Forudsaetninger,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Udloeser,
)

FORSOEG = "forsoeg-2020"
LOV = "lov-2024"

#: The jobcenter's own share and the six months' total of (jobsamtaler, fælles), by regime.
SAMTALETAL = {FORSOEG: ((2, 1), (4, 2)), LOV: ((3, 0), (6, 0))}


def kl(dag: date, time: int = 12, minut: int = 0) -> datetime:
    """That day's Copenhagen time with its offset."""
    return datetime(dag.year, dag.month, dag.day, time, minut, tzinfo=KOEBENHAVN)


def maanedens_sidste(dag: date) -> date:
    return dag.replace(day=calendar.monthrange(dag.year, dag.month)[1])


class Pen:
    """One member's story while it is written.

    ``navn`` makes every id of the story: two members of one run never share it. ``start``, ``slut`` and ``afholdt``
    follow what the writer has told so far.
    """

    def __init__(
        self,
        navn: str,
        titel: str,
        akasse: str,
        kommune: str,
        cpr: str,
        forudsaetninger: Forudsaetninger,
        regime: str = FORSOEG,
    ) -> None:
        self.navn, self.titel, self.akasse, self.kommune, self.cpr = navn, titel, akasse, kommune, cpr
        self.forudsaetninger, self.regime = forudsaetninger, regime
        self.grad = "fuldtid"
        self.start: date | None = None
        self.afholdt = {"jobsamtale": 0, "faelles": 0}
        self.bookinger: list[datetime] = []
        self._haendelser: list[PlanlagtHaendelse] = []
        self._sekvens: dict[str, int] = {}

    # --- the bare event ---------------------------------------------------------------------------

    def uuid(self, *dele: object) -> str:
        """An id that belongs to this member and ``dele``."""
        return str(uuid5(NAMESPACE_URL, "|".join(("sandkasse", self.navn, *map(str, dele)))))

    def skriv(
        self,
        type_: str,
        tid: datetime,
        data: Mapping[str, Any],
        forventning: Forventning,
        *,
        part: str | None = None,
        efter: Udloeser | None = None,
        rettelse: Mapping[str, Any] | None = None,
        under_nedbrud: bool = False,
    ) -> PlanlagtHaendelse:
        """Writes one event down; ``data`` without ``cpr``. Told in the order of publishing."""
        part = part or f"akasse.{self.akasse}"
        self._sekvens[part] = nr = self._sekvens.get(part, 0) + 1
        haendelse = PlanlagtHaendelse(
            part=part,
            id=f"{self.navn}-{part.split('.')[0][0]}{nr:02d}",
            type=type_,
            tid=tid,
            subject=self.subject(part),
            data={"cpr": self.cpr, **data},
            forventning=forventning,
            sekvens=nr,
            efter=efter,
            rettelse=None if rettelse is None else {"cpr": self.cpr, **rettelse},
            under_nedbrud=under_nedbrud,
        )
        self._haendelser.append(haendelse)
        return haendelse

    def subject(self, part: str) -> str:
        """The party's own id of the person, without meaning."""
        return f"p-{self.uuid('person', part)[:18]}"

    def sidste(self) -> PlanlagtHaendelse:
        """The event told last."""
        return self._haendelser[-1]

    def gentag(self, haendelse: PlanlagtHaendelse) -> None:
        """The same event once more, byte for byte: nothing must come of it."""
        self._haendelser.append(
            PlanlagtHaendelse(
                part=haendelse.part,
                id=haendelse.id,
                type=haendelse.type,
                tid=haendelse.tid,
                subject=haendelse.subject,
                data=haendelse.data,
                forventning=haendelse.forventning,
                sekvens=haendelse.sekvens,
                gentagelse=True,
            )
        )

    def fortaelling(self) -> Fortaelling:
        part = f"akasse.{self.akasse}"
        return Fortaelling(
            self.titel, self.subject(part), part, self.regime, tuple(self._haendelser), tuple(self.bookinger)
        )

    @property
    def jobcenter(self) -> str:
        """The jobcenter of residence."""
        return f"jobcenter.{self.kommune}"

    # --- what DFDG and the jobcenter learn ---------------------------------------------------------

    def _opret_75(self, start: date, slut: date | None = None, aarsag: str | None = None) -> Dfdgvirkning:
        slut_tekst = slut.isoformat() if slut else None
        return Dfdgvirkning("opret_fravaer", FRAVAER_KONTAKTFORLOEB, start.isoformat(), slut_tekst, aarsag)

    def _ret_75(self, slut: date, aarsag: str) -> Dfdgvirkning:
        if self.start is None:
            raise ValueError(f"{self.navn}: ends a course that has not begun")
        ende = max(slut, self.start)  # A4
        start = self.start.isoformat()
        return Dfdgvirkning("ret_fravaer", FRAVAER_KONTAKTFORLOEB, start, ende.isoformat(), aarsag)

    def _slutning(self, aarsag: str, slut: date) -> Forventning:
        virkning = self._ret_75(slut, aarsag)
        besked = self._overdragelse(aarsag, date.fromisoformat(virkning.slut or ""))
        return Forventning("registreret", dfdg=(virkning,), beskeder=(besked,))

    def _overdragelse(self, aarsag: str, slut: date) -> ForventetBesked:
        """What the jobcenter of residence reads, and what is left for it: per kind the larger of its own share and
        the total less the talks held (O2)."""
        (egne_job, egne_faelles), (alle_job, alle_faelles) = SAMTALETAL[self.regime]
        job, faelles = self.afholdt["jobsamtale"], self.afholdt["faelles"]
        return ForventetBesked(
            OVERDRAGELSE,
            self.jobcenter,
            {
                "akassekode": self.akasse,
                "regime": self.regime,
                "aarsagskode": aarsag,
                "startdato": self.start.isoformat() if self.start else None,
                "slutdato": slut.isoformat(),
                "afholdt": {"jobsamtaler": job, "faelles": faelles},
                "resterer": {
                    "jobsamtaler": max(egne_job, alle_job - job),
                    "faelles": max(egne_faelles, alle_faelles - faelles),
                },
            },
        )
