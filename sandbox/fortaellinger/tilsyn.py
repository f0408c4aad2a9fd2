"""The figures of supervision as the stories themselves give them: an own count, from what was written down beforehand.

It knows nothing of the gateway: the markings come from what DFDG must get (absence 75), the talks from the talks that were
told and stand, the deadlines from the law's words. The definitions are those of docs/statistik.md; so a figure that the
gateway counts otherwise is a finding, on one side or the other.

Sources: the guidance to the trial order, VEJL §2(2), §4, §10; the act from 2024.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.fortaellinger.model import FRAVAER_KONTAKTFORLOEB, KOEBENHAVN, Dfdgvirkning, Fortaelling, PlanlagtHaendelse
from sandbox.fortaellinger.pen import FORSOEG, LOV, REFORM, maanedens_sidste

#: The a-kasse's own share of (jobsamtaler, fælles), and the talk that the first two weeks must have, by regime.
MINIMUM = {FORSOEG: (2, 1), LOV: (3, 0), REFORM: (2, 0)}
FOERSTE_SAMTALE = {FORSOEG: "cv", LOV: "jobsamtale", REFORM: "jobsamtale"}
TO_UGER = timedelta(days=14)

Noegle = tuple[str, str]


@dataclass(slots=True)
class _Markering:
    """One course: as DFDG must have it, and the placement that opened it."""

    start: date
    slut: date | None
    aarsag: str | None
    ny: bool
    tilmeldt: date
    placeret: date
    afgjort: date

    def inde(self, dag: date) -> bool:
        return self.start <= dag and (self.slut is None or dag <= self.slut)


@dataclass(frozen=True, slots=True)
class _Samtale:
    dag: date
    formaal: tuple[str, ...]
    form: str


@dataclass(slots=True)
class Tilsyn:
    """Counts stories as they pass, up to and with ``idag``; the memory does not grow with them.

    ``tal``: per a-kasse and month each figure by its path (``ud.41``). ``uden_forloeb``: members who never came into the
    course, by the rule that kept them out. ``flere_forloeb``: courses beyond a member's first.
    """

    idag: date
    tal: dict[Noegle, Counter[str]] = field(default_factory=dict)
    medlemmer: int = 0
    uden_forloeb: Counter[str] = field(default_factory=Counter)
    flere_forloeb: int = 0
    fejloprettede: int = 0
    regimer: Counter[str] = field(default_factory=Counter)

    def optegn(self, fortaellinger: Iterable[Fortaelling]) -> Iterator[Fortaelling]:
        """Counts each story as it passes on. Raises ValueError when one goes beyond ``idag``."""
        for fortaelling in fortaellinger:
            self.tael(fortaelling)
            yield fortaelling

    def tael(self, fortaelling: Fortaelling) -> None:
        """Counts one member."""
        alle = [h for h in fortaelling.haendelser if not h.gentagelse]
        if max(h.tid for h in alle).date() > self.idag:
            raise ValueError(f"{fortaelling.subject}: told of after {self.idag}, the day that the figures are taken on")
        akasse, regime = fortaelling.part.split(".")[1], fortaelling.regime
        markeringer, samtaler = _markeringer(alle), _samtaler(alle)
        fritagelser = _fritagelser(alle)
        self._personen(alle, markeringer, regime)
        for s in samtaler:
            for formaal in s.formaal:
                self._en(akasse, s.dag, f"samtaler.{formaal}.{s.form}")
        for h in alle:
            if h.type == "jobcenter.jobordre.kontakt.v1" and h.forventning.status == "videresendt" and _staar(h):
                self._en(akasse, h.tid.astimezone(KOEBENHAVN).date(), "jobordrekontakter")
        for m in markeringer:
            self._markeringen(akasse, regime, m, samtaler, fritagelser)
        if not markeringer and not any(h.type == "akasse.medlem.indplaceret.v1" for h in alle):
            raise ValueError(f"{fortaelling.subject}: enrolled and never decided on: not a story that is counted")

    def _personen(self, alle: Sequence[PlanlagtHaendelse], markeringer: Sequence[_Markering], regime: str) -> None:
        self.medlemmer += 1
        self.regimer[regime] += 1
        rigtige = [m for m in markeringer if m.aarsag != "38"]
        self.flere_forloeb += max(len(rigtige) - 1, 0)
        self.fejloprettede += bool(markeringer) and not rigtige
        if not markeringer:
            afgoerelse = next(h for h in alle if h.type == "akasse.medlem.indplaceret.v1")
            self.uden_forloeb["V16" if afgoerelse.forventning.regel == "V16" else "R3"] += 1

    def _markeringen(
        self,
        akasse: str,
        regime: str,
        m: _Markering,
        samtaler: Sequence[_Samtale],
        fritagelser: Sequence[tuple[date, date | None]],
    ) -> None:
        if m.slut is not None and m.aarsag is not None and m.slut <= self.idag:
            self._en(akasse, m.slut, f"ud.{m.aarsag}")
        if m.aarsag == "38":
            return
        self._en(akasse, m.start, "ind")
        dag = maanedens_sidste(m.start)
        while dag <= self.idag and m.inde(dag):
            self._en(akasse, dag, "i_forloeb")
            dag = maanedens_sidste(dag + timedelta(days=1))
        fra = min(m.placeret, m.tilmeldt) if m.ny else m.placeret
        holdte = [s for s in samtaler if fra <= s.dag and (m.slut is None or s.dag <= m.slut)]
        job, faelles = (sum(f in s.formaal for s in holdte) for f in ("jobsamtale", "faelles"))
        mindst = job >= MINIMUM[regime][0] and faelles >= MINIMUM[regime][1]
        if m.aarsag == "41" and m.slut is not None and m.slut <= self.idag:
            self._en(akasse, m.slut, "fuld_periode")
            if len(holdte) >= 3:
                self._en(akasse, m.slut, "tre_eller_flere_samtaler")
            if mindst:
                self._en(akasse, m.slut, "lovens_minimum")
            elif m.slut < self.idag:
                self._en(akasse, m.slut, "frister_brudt")
        self._to_uger(akasse, regime, m, samtaler, fritagelser)

    def _to_uger(
        self,
        akasse: str,
        regime: str,
        m: _Markering,
        samtaler: Sequence[_Samtale],
        fritagelser: Sequence[tuple[date, date | None]],
    ) -> None:
        """The decision and the first talk are due two weeks after enrolment; not of one who was enrolled before already."""
        frist = m.tilmeldt + TO_UGER
        if frist >= self.idag or (not m.ny and m.tilmeldt < m.placeret):
            return
        if m.afgjort > frist:
            self._en(akasse, frist, "frister_brudt")
        fri = any(fra <= frist and (til is None or frist <= til) for fra, til in fritagelser)
        holdt = any(FOERSTE_SAMTALE[regime] in s.formaal and m.tilmeldt <= s.dag <= frist for s in samtaler)
        if m.inde(frist) and not fri and not holdt:
            self._en(akasse, frist, "frister_brudt")

    def _en(self, akasse: str, dag: date, navn: str) -> None:
        if dag <= self.idag:
            self.tal.setdefault((akasse, f"{dag:%Y-%m}"), Counter())[navn] += 1

    def halvaar(self) -> dict[Noegle, Counter[str]]:
        """The same by half-years; of those in the course only the last month's count."""
        ud: dict[Noegle, Counter[str]] = {}
        for (akasse, maaned), tal in self.tal.items():
            aar, nr = maaned.split("-")
            sidste = min(f"{aar}-{'06' if int(nr) <= 6 else '12'}", f"{self.idag:%Y-%m}")
            sum_ = ud.setdefault((akasse, f"{aar}-H{1 if int(nr) <= 6 else 2}"), Counter())
            sum_.update({n: v for n, v in tal.items() if n != "i_forloeb" or maaned == sidste})
        return ud


# --- what a story says ---------------------------------------------------------------------------------


def _staar(h: PlanlagtHaendelse) -> bool:
    """The event was neither withdrawn nor replaced."""
    return h.forventning.rettet is None


def _markeringer(alle: Iterable[PlanlagtHaendelse]) -> list[_Markering]:
    """The member's markings as DFDG has them in the end. There is never more than one open, so an update is the last's."""
    fundne: list[_Markering] = []
    placering: Mapping[str, Any] = {}
    for h in alle:
        if h.type == "akasse.medlem.indplaceret.v1":
            placering = h.data
        if h.type == "akasse.medlem.indplacering-rettet.v1" and fundne and h.forventning.status == "registreret":
            fundne[-1].placeret = date.fromisoformat(h.data.get("indplaceringsdato", fundne[-1].placeret.isoformat()))
            fundne[-1].tilmeldt = date.fromisoformat(h.data.get("tilmeldingsdato", fundne[-1].tilmeldt.isoformat()))
        for v in h.forventning.dfdg:
            if v.type == FRAVAER_KONTAKTFORLOEB and v.art == "opret_fravaer":
                fundne.append(_ny_markering(v, placering))
            elif v.type == FRAVAER_KONTAKTFORLOEB and v.art == "ret_fravaer":
                m = fundne[-1]
                m.start, m.slut, m.aarsag = date.fromisoformat(v.start), _dag(v.slut), v.aarsag
    return fundne


def _ny_markering(v: Dfdgvirkning, placering: Mapping[str, Any]) -> _Markering:
    return _Markering(
        start=date.fromisoformat(v.start),
        slut=_dag(v.slut),
        aarsag=v.aarsag,
        ny=placering["indplaceringstype"] == "ny",
        tilmeldt=date.fromisoformat(placering["tilmeldingsdato"]),
        placeret=date.fromisoformat(placering["indplaceringsdato"]),
        afgjort=date.fromisoformat(placering["afgoerelsesdato"]),
    )


def _samtaler(alle: Iterable[PlanlagtHaendelse]) -> list[_Samtale]:
    """The talks that were held and stand, with what an operator put right in them."""
    fundne = []
    for h in alle:
        if h.type == "akasse.samtale.afholdt.v1" and h.forventning.status == "registreret" and _staar(h):
            data = h.data if h.rettelse is None else h.rettelse
            tidspunkt = datetime.fromisoformat(data["tidspunkt"]).astimezone(KOEBENHAVN)
            fundne.append(_Samtale(tidspunkt.date(), tuple(data["formaal"]), data["form"]))
    return fundne


def _fritagelser(alle: Iterable[PlanlagtHaendelse]) -> list[tuple[date, date | None]]:
    """M1: the periods in which the duties were lifted."""
    fundne: dict[str, tuple[date, date | None]] = {}
    for h in alle:
        if h.forventning.status != "registreret" or not _staar(h):
            continue
        if h.type == "akasse.mindre-intensiv-indsats.registreret.v1":
            fundne[h.data["indsatsId"]] = date.fromisoformat(h.data["startdato"]), _dag(h.data.get("slutdato"))
        elif h.type == "akasse.mindre-intensiv-indsats.ophoert.v1":
            fundne[h.data["indsatsId"]] = fundne[h.data["indsatsId"]][0], _dag(h.data["slutdato"])
    return list(fundne.values())


def _dag(tekst: str | None) -> date | None:
    return None if tekst is None else date.fromisoformat(tekst)
