"""Figures of supervision (D2): what one citizen's confirmed state adds to each a-kasse's months.

Sources: the midterm evaluation of the trial (EVAL: members in the course, the share with three or more talks of those who
stayed for the whole period, the share out early), the agreement (INIT: supervision by half-years), L24 (the legal minimum
from 2024). The definitions stand in docs/statistik.md. Everything follows from the state, so that a correction or a late
event changes the figures of the month that it belongs to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gateway.rules import fritagelse, mindre_intensiv
from gateway.rules.frister import afgjort, foerste_samtale_holdt, ledig
from gateway.rules.overdragelse import antal_afholdt, periodens_samtaler
from gateway.rules.regel import Regel
from gateway.rules.regimer import PARAMETRE
from gateway.rules.tilstand import Borger, Forloeb
from gateway.rules.valg import BESLUTNINGSFRIST

FEJLOPRETTET, TIMEGRAENSE = "38", "41"
#: EVAL counts members with at least so many talks.
SAMTALER_EVAL = 3
_DAG = timedelta(days=1)

Noegle = tuple[str, str]  # a-kasse, month (2022-03) or half-year (2022-H1)


@dataclass(slots=True)
class Tal:
    """The figures of one a-kasse in one period."""

    ind: int = 0
    i_forloeb: int = 0
    ud: Counter[str] = field(default_factory=Counter)
    fuld_periode: int = 0
    tre_eller_flere_samtaler: int = 0
    lovens_minimum: int = 0
    samtaler: Counter[tuple[str, str]] = field(default_factory=Counter)
    frister_brudt: int = 0
    jobordrekontakter: int = 0

    def laeg_til(self, x: Tal, *, sidste: bool) -> None:
        """Adds another month's; of those in the course only the period's last month counts."""
        self.ind += x.ind
        self.ud += x.ud
        self.fuld_periode += x.fuld_periode
        self.tre_eller_flere_samtaler += x.tre_eller_flere_samtaler
        self.lovens_minimum += x.lovens_minimum
        self.samtaler += x.samtaler
        self.frister_brudt += x.frister_brudt
        self.jobordrekontakter += x.jobordrekontakter
        if sidste:
            self.i_forloeb = x.i_forloeb

    def som_json(self) -> dict[str, Any]:
        """As the interface has it; codes and purposes in their order."""
        samtaler: dict[str, dict[str, int]] = defaultdict(dict)
        for (formaal, form), antal in sorted(self.samtaler.items()):
            samtaler[formaal][form] = antal
        return {
            "ind": self.ind,
            "i_forloeb": self.i_forloeb,
            "ud": dict(sorted(self.ud.items())),
            "fuld_periode": self.fuld_periode,
            "tre_eller_flere_samtaler": self.tre_eller_flere_samtaler,
            "lovens_minimum": self.lovens_minimum,
            "samtaler": dict(samtaler),
            "frister_brudt": self.frister_brudt,
            "jobordrekontakter": self.jobordrekontakter,
        }


Opgoerelse = defaultdict[Noegle, Tal]


def ny_opgoerelse() -> Opgoerelse:
    return defaultdict(Tal)


def maaned(dag: date) -> str:
    return f"{dag.year}-{dag.month:02d}"


def halvaar(maaned_: str) -> str:
    """``2022-03`` -> ``2022-H1``."""
    aar, nr = maaned_.split("-")
    return f"{aar}-H{1 if int(nr) <= 6 else 2}"


def taelles(f: Forloeb) -> bool:
    """A marking that was made by mistake (38) was never a course."""
    return f.aarsagskode != FEJLOPRETTET


def bidrag(op: Opgoerelse, tilstand: Borger, idag: date) -> None:
    """Adds what the citizen's state means up to and with ``idag`` (Copenhagen)."""
    for f in tilstand.forloeb:
        _forloebet(op, tilstand, f, idag)
    for s in tilstand.samtaler:
        if s.dato <= idag:
            for formaal in s.formaal:
                op[s.akassekode, maaned(s.dato)].samtaler[formaal, s.form] += 1
    for akasse, frist in brudte_frister(tilstand, idag):
        op[akasse, maaned(frist)].frister_brudt += 1


def _forloebet(op: Opgoerelse, tilstand: Borger, f: Forloeb, idag: date) -> None:
    slut = f.slutdato if f.slutdato is not None and f.slutdato <= idag else None
    if slut is not None and f.aarsagskode is not None:
        op[f.akassekode, maaned(slut)].ud[f.aarsagskode] += 1
    if not taelles(f) or f.startdato > idag:
        return
    op[f.akassekode, maaned(f.startdato)].ind += 1
    for ultimo in _ultimoer(f.startdato, idag):
        # The day itself counts: the slutdato is the last day in the course.
        if f.slutdato is None or f.slutdato >= ultimo:
            op[f.akassekode, maaned(ultimo)].i_forloeb += 1
    if slut is not None and f.aarsagskode == TIMEGRAENSE:
        tal = op[f.akassekode, maaned(slut)]
        holdte = _holdte(tilstand, f)
        tal.fuld_periode += 1
        tal.tre_eller_flere_samtaler += len(holdte) >= SAMTALER_EVAL
        tal.lovens_minimum += _minimum_naaet(tilstand, f)


def _ultimoer(fra: date, idag: date) -> Iterator[date]:
    """The last day of each month from ``fra``'s on; of the running month, ``idag``."""
    while True:
        naeste = date(fra.year + fra.month // 12, fra.month % 12 + 1, 1)
        if naeste > idag:
            yield idag
            return
        yield naeste - _DAG
        fra = naeste


def _holdte(tilstand: Borger, f: Forloeb) -> list[Any]:
    """The a-kasse's talks of the course's benefit period, one for each talk whatever its purposes."""
    return [
        s
        for s in periodens_samtaler(tilstand, f)
        if s.akassekode == f.akassekode and (f.slutdato is None or s.dato <= f.slutdato)
    ]


def _minimum_naaet(tilstand: Borger, f: Forloeb) -> bool:
    p, holdte = PARAMETRE[f.regime], _holdte(tilstand, f)
    return (
        antal_afholdt(holdte, "jobsamtale") >= p.minimum_jobsamtaler
        and antal_afholdt(holdte, "faelles") >= p.minimum_faelles
    )


def brudte_frister(tilstand: Borger, idag: date) -> Iterator[tuple[str, date]]:
    """Deadlines of the law that were not kept: the a-kasse, and the deadline's day, before ``idag``.

    The decision within two weeks of enrolment (V3); the cv talk, from 2024 the first jobsamtale, within two weeks (S1);
    the talks of the whole period (S1), on the course's last day, unless the member was exempt (R5). Days on which the
    duties were lifted (M1) break nothing.
    """
    for f in tilstand.forloeb:
        if not taelles(f):
            continue
        # A re-placed member enrolled before the new placement has no deadline of two weeks (V3), but the period's talks.
        if f.indplaceringstype == "ny" or f.tilmeldingsdato >= f.indplaceringsdato:
            yield from _to_uger(tilstand, f, idag)
        if (
            f.slutdato is not None
            and f.slutdato < idag
            and f.aarsagskode == TIMEGRAENSE
            and not _minimum_naaet(tilstand, f)
            and not fritagelse.fritaget_fra(tilstand, ("jobsamtale",), f.slutdato)
        ):
            yield f.akassekode, f.slutdato
    yield from _uden_beslutning(tilstand, idag)


def _to_uger(tilstand: Borger, f: Forloeb, idag: date) -> Iterator[tuple[str, date]]:
    """What was due two weeks after enrolment: the decision, and the first talk of one who was in that day."""
    frist = f.tilmeldingsdato + BESLUTNINGSFRIST
    if frist < idag and _besluttet(tilstand, f) > frist:
        yield f.akassekode, frist
    p = PARAMETRE[f.regime]
    frist = f.tilmeldingsdato + timedelta(days=p.foerste_samtale_dage)
    inde = (f.slutdato is None or f.slutdato >= frist) and tilstand.medlem(f.akassekode, frist) is not None
    if (
        frist < idag
        and inde
        and not f.uden_indplacering
        and not mindre_intensiv.fritaget(tilstand, frist)
        and not foerste_samtale_holdt(tilstand, p.foerste_samtale_formaal, f.tilmeldingsdato, frist)
    ):
        yield f.akassekode, frist


def _besluttet(tilstand: Borger, f: Forloeb) -> date:
    """The day of the decision; of an earlier course, that on which it was registered."""
    i = tilstand.indplacering
    if i is not None and i.indplaceringsdato == f.indplaceringsdato and i.afgoerelsesdato is not None:
        return i.afgoerelsesdato
    return f.anmeldelsesdato


def _uden_beslutning(tilstand: Borger, idag: date) -> Iterator[tuple[str, date]]:
    tilmeldt = tilstand.tilmeldingsdato
    if tilmeldt is None or afgjort(tilstand, tilmeldt) or not ledig(tilstand, tilmeldt):
        return
    frist = tilmeldt + BESLUTNINGSFRIST
    medlem = [m for m in tilstand.medlemskaber if m.udmeldt is None or frist <= m.udmeldt]
    if frist < idag and len(medlem) == 1:
        yield medlem[0].akassekode, frist


def perioder(op: Opgoerelse, idag: date, *, halve: bool, fra: str | None = None, til: str | None = None) -> Opgoerelse:
    """The months between ``fra`` and ``til`` (2022-03, both included), or their half-years.

    A half-year is whole: months outside the limits are not cut from it. Those in the course are those of its last month
    that has begun.
    """
    if not halve:
        return defaultdict(Tal, {n: t for n, t in op.items() if _inden_for(n[1], fra, til)})
    ud = ny_opgoerelse()
    for (akasse, m), tal in op.items():
        h = halvaar(m)
        if _inden_for(h, halvaar(fra) if fra else None, halvaar(til) if til else None):
            sidste = m == min(f"{m[:4]}-{'06' if h.endswith('1') else '12'}", maaned(idag))
            ud[akasse, h].laeg_til(tal, sidste=sidste)
    return ud


def _inden_for(periode: str, fra: str | None, til: str | None) -> bool:
    return (fra is None or fra <= periode) and (til is None or periode <= til)


def raekker(op: Opgoerelse, akasser: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Rows {akasse, periode, tal}, by a-kasse and period; ``akasser`` limits them."""
    valgte = None if akasser is None else frozenset(akasser)
    return [
        {"akasse": a, "periode": p, "tal": tal.som_json()}
        for (a, p), tal in sorted(op.items())
        if valgte is None or a in valgte
    ]


__all__ = ["Opgoerelse", "Tal", "bidrag", "brudte_frister", "halvaar", "maaned", "ny_opgoerelse", "perioder", "raekker"]


REGLER = (
    Regel(
        "D2",
        "Tal til tilsynet",
        "For hver a-kasse, måned og halvår opgøres, hvor mange der er kommet ind, er i forløbet og er gået "
        "ud efter årsag; blandt dem med hele perioden hvor mange der har fået tre eller flere samtaler og "
        "lovens minimum; samtaler efter formål og form, brudte frister og kontakter om jobordrer. Rettelser "
        "og sene hændelser ændrer tidligere tal, så det ses.",
        kilde="EVAL; INIT; VEJL §12; L24",
        kode=("gateway.rules.statistik",),
        valg="Hvordan hvert tal er afgrænset, er vores valg; definitionerne står i docs/statistik.md.",
        parametre=("minimum_jobsamtaler", "minimum_faelles"),
    ),
)
