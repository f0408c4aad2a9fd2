"""The pen: gives a member's events their ids, times and numbers, and does the sums of a course.

It knows no rule of its own about what happens; it only knows how it is written: one id per event, one number per
publisher, the last day of a month, the talks that are left.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sandbox.fortaellinger.model import (
    FRAVAER_KONTAKTFORLOEB,
    KOEBENHAVN,
    KVITTERING,
    OVERDRAGELSE,
    Dfdgvirkning,
    Fortaelling,
    Forudsaetninger,
    ForventetBesked,
    Forventning,
    PlanlagtHaendelse,
    Rettet,
    Udloeser,
)

FORSOEG = "forsoeg-2020"
LOV = "lov-2024"
REFORM = "reform-2026"

#: The jobcenter's own share and the six months' total of (jobsamtaler, fælles), by regime.
SAMTALETAL = {FORSOEG: ((2, 1), (4, 2)), LOV: ((3, 0), (6, 0)), REFORM: ((2, 0), (4, 0))}


def regime_ved(tilmeldt: date) -> str:
    """The law that a member follows who enrols on that day and is covered."""
    if tilmeldt >= date(2026, 7, 1):
        return REFORM
    return LOV if tilmeldt >= date(2024, 1, 1) else FORSOEG


def kl(dag: date, time: int = 12, minut: int = 0) -> datetime:
    """That day's Copenhagen time with its offset."""
    return datetime(dag.year, dag.month, dag.day, time, minut, tzinfo=KOEBENHAVN)


def maanedens_sidste(dag: date) -> date:
    return dag.replace(day=calendar.monthrange(dag.year, dag.month)[1])


class Pen:
    """One member's story while it is written.

    ``navn`` makes every id of the story: two members of one run never share it. ``start``, ``slut`` (None: open) and ``afholdt``
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
        self.slut: date | None = None
        self.afholdt = {"jobsamtale": 0, "faelles": 0}
        self.bookinger: list[datetime] = []
        self.markeringer: list[date] = []
        self._haendelser: list[PlanlagtHaendelse] = []
        self._sekvens: dict[str, int] = {}
        self._vent: dict[str, Udloeser] = {}

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
        erstatter: str | None = None,
        uforstaaet: bool = False,
    ) -> PlanlagtHaendelse:
        """Writes one event down; ``data`` without ``cpr``. Told in the order of publishing."""
        part = part or self.part
        efter = efter or self._vent.get(part)
        self._vent.pop(part, None)
        self._sekvens[part] = nr = self._sekvens.get(part, 0) + 1
        haendelse = PlanlagtHaendelse(
            part=part,
            id=self._id(part, nr),
            type=type_,
            tid=tid,
            subject=self.subject(part),
            data={"cpr": self.cpr, **data},
            forventning=forventning,
            sekvens=nr,
            efter=efter,
            rettelse=None if rettelse is None else {"cpr": self.cpr, **rettelse},
            under_nedbrud=under_nedbrud,
            erstatter=erstatter,
            uforstaaet=uforstaaet,
        )
        self._haendelser.append(haendelse)
        return haendelse

    def _id(self, part: str, nr: int) -> str:
        """The first a-kasse and the first jobcenter number their events plainly; others name themselves."""
        art, kode = part.split(".")
        foerste = next((p for p in self._sekvens if p.startswith(art)), part)
        return f"{self.navn}-{art[0]}{'' if part == foerste else kode + '-'}{nr:02d}"

    def afvent(self, besked: str, haendelse: PlanlagtHaendelse, hos: str | None = None) -> None:
        """The a-kasse's next event (or ``hos``'s) waits until ``besked`` about that event has come: what follows is decided
        after what the other party did, whoever was faster."""
        self._vent[hos or self.part] = Udloeser(besked, haendelse=haendelse.id)

    def afvent_kvittering(
        self, haendelse: PlanlagtHaendelse, hos: str | None = None, *, indmeldes: date | None = None
    ) -> None:
        """The next event of ``hos`` (default the a-kasse) waits until the event is final, as its publisher was told;
        ``indmeldes``: and DFDG has learnt of the membership from that day."""
        efter = Udloeser(KVITTERING, haendelse=haendelse.id, part=haendelse.part, indmeldes=indmeldes)
        self._vent[hos or self.part] = efter

    def bliver_rettet(self, haendelse: PlanlagtHaendelse, rettet: Rettet) -> None:
        """The event that was told before gets one more edition of its kvittering."""
        for nr, h in enumerate(self._haendelser):
            if h.id == haendelse.id and h.part == haendelse.part:
                self._haendelser[nr] = replace(h, forventning=replace(h.forventning, rettet=rettet))

    def subject(self, part: str) -> str:
        """The party's own id of the person, without meaning."""
        return f"p-{self.uuid('person', part)[:18]}"

    @property
    def fortalt(self) -> tuple[PlanlagtHaendelse, ...]:
        """The events told so far."""
        return tuple(self._haendelser)

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
        part = self._haendelser[0].part
        return Fortaelling(
            self.titel,
            self.subject(part),
            part,
            self.regime,
            tuple(self._haendelser),
            tuple(self.bookinger),
            tuple(self.markeringer),
        )

    @property
    def part(self) -> str:
        """The a-kasse."""
        return f"akasse.{self.akasse}"

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
        self.slut = date.fromisoformat(virkning.slut or "")
        besked = self._overdragelse(aarsag, self.slut)
        pligter = ("underret_medlem",) if aarsag in ("41", "42", "43", "44", "45") else ()  # O5
        return Forventning("registreret", dfdg=(virkning,), beskeder=(besked,), pligter=pligter)

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
