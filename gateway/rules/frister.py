"""Warnings before a deadline of the law breaks (D1), judged by what has been received.

Source: the guidance to the trial order, VEJL §2(2) (decision within two weeks), §4(1) (the cv talk, the talks of the
period), §5 (guidance), §8 (indstilling), §9 (hours, handover), §11(2) (Min Plan); L24 (the first jobsamtale within two
weeks). How long before a warning comes is nowhere said: the defaults of ``Fristopsaetning`` are a choice.

A warning is about a cause (this enrolment, this course, this indstilling, this handover) and comes once. Nothing is said
of a deadline that broke more than ``hoejst_forbi`` days ago: nobody is helped by it, and history that is loaded again
stays silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from gateway.rules import fritagelse, pligter
from gateway.rules.arbejdsdage import efter_arbejdsdage
from gateway.rules.model import KOEBENHAVN, Regime
from gateway.rules.overdragelse import antal_afholdt, periodens_samtaler
from gateway.rules.regel import Regel
from gateway.rules.regimer import PARAMETRE
from gateway.rules.tilstand import Borger, Forloeb, MindreIntensivIndsats
from gateway.rules.valg import BESLUTNINGSFRIST

_DAG = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fristopsaetning:
    """When a warning comes. Every figure is a choice, and an installation may set its own.

    ``dage_foer``: before the decision, the first talk, guidance or Min Plan is due. ``samtaler_timer``, ``timer``: hours
    left to the limit. ``indstilling_dage`` unanswered; ``overdragelse_arbejdsdage`` unconfirmed. ``hoejst_forbi``: days
    after which a broken deadline is no longer told.
    """

    dage_foer: int = 3
    samtaler_timer: Decimal = Decimal(140)
    timer: Decimal = Decimal(40)
    indstilling_dage: int = 14
    overdragelse_arbejdsdage: int = 2
    hoejst_forbi: int = 14


@dataclass(frozen=True, slots=True)
class Varsel:
    """A deadline on ``dato``, to be told on ``varsles`` to the a-kasse. ``aarsag`` is what it is about: with ``frist`` it
    is the warning's identity, and it stays when the date moves."""

    frist: str
    akassekode: str
    dato: date
    varsles: date
    aarsag: str
    entitets_id: UUID | None = None
    hviler: bool = False  # M1 lifts it meanwhile

    @property
    def noegle(self) -> str:
        return f"{self.frist}|{self.akassekode}|{self.aarsag}"


def varsler(tilstand: Borger, o: Fristopsaetning, idag: date) -> tuple[Varsel, ...]:
    """Every warning that the state owes from ``idag`` (Copenhagen) on, each with the day on which it is to be told.

    One that an exemption (M1) covers is told when the exemption has ended; without an end it is not owed. One that falls
    away later (a talk is held) is not in the next answer.
    """
    fundne = (
        *_beslutning(tilstand, o),
        *_foerste_samtale(tilstand, o),
        *_forloebets(tilstand, o, idag),
        *_indstillinger(tilstand, o),
        *_overdragelser(tilstand, o),
    )
    udskudte = (_efter_fritagelse(tilstand, replace(v, varsles=max(v.varsles, idag))) for v in fundne)
    return tuple(v for v in udskudte if v is not None and v.varsles <= v.dato + timedelta(days=o.hoejst_forbi))


def _efter_fritagelse(tilstand: Borger, v: Varsel) -> Varsel | None:
    """M1: no deadline runs while the duties are lifted; one that falls then is due the day after (choice)."""
    if not v.hviler:
        return v
    for m in sorted((m for m in tilstand.mindre_intensiv if m.fritaget), key=lambda m: m.startdato):
        ramt = _i_perioden(m, v.dato) and v.varsles <= v.dato
        if ramt or _i_perioden(m, v.varsles):
            if m.slutdato is None:
                return None
            efter = m.slutdato + _DAG
            v = replace(v, varsles=efter, dato=efter if _i_perioden(m, v.dato) else v.dato)
    return v


def _i_perioden(m: MindreIntensivIndsats, dag: date) -> bool:
    return m.startdato <= dag and (m.slutdato is None or dag <= m.slutdato)


def _akasse(tilstand: Borger, dag: date) -> str | None:
    """Whose member the citizen is on ``dag``: the a-kasse that DFDG has confirmed, or the only one that says so (J5)."""
    medlem = [m for m in tilstand.medlemskaber if m.udmeldt is None or dag <= m.udmeldt]
    sikre = [m for m in medlem if m.bekraeftet] or medlem
    return sikre[0].akassekode if len(sikre) == 1 else None


def afgjort(tilstand: Borger, tilmeldt: date) -> bool:
    """Whether the enrolment of that day has been decided: by a placement, or as belonging at the jobcenter (V14)."""
    if any(f.uden_indplacering and f.tilmeldingsdato == tilmeldt for f in tilstand.forloeb):
        return True
    i = tilstand.indplacering
    return i is not None and (i.afgoerelsesdato or i.indplaceringsdato) >= tilmeldt


def ledig(tilstand: Borger, fra: date) -> bool:
    """Whether the enrolment of ``fra`` stands: it was not ended by an afmelding since (S8)."""
    return tilstand.afmeldt_fra is None or tilstand.afmeldt_fra < fra


def _beslutning(tilstand: Borger, o: Fristopsaetning) -> Iterator[Varsel]:
    """V3: the decision within two weeks of enrolment."""
    tilmeldt = tilstand.tilmeldingsdato
    if tilmeldt is None or afgjort(tilstand, tilmeldt) or not ledig(tilstand, tilmeldt):
        return
    frist = tilmeldt + BESLUTNINGSFRIST
    akasse = _akasse(tilstand, frist)
    if akasse is not None:
        yield Varsel("indplacering", akasse, frist, frist - timedelta(days=o.dage_foer), tilmeldt.isoformat())


def _foerste_samtale(tilstand: Borger, o: Fristopsaetning) -> Iterator[Varsel]:
    """S1, L24: the cv talk, from the law of 2024 the first jobsamtale, within two weeks of enrolment.

    It is owed from the enrolment on, before the decision too, and no longer when the decision put the member outside.
    """
    f = tilstand.seneste_forloeb
    tilmeldt = tilstand.tilmeldingsdato
    if tilmeldt is not None and not afgjort(tilstand, tilmeldt) and ledig(tilstand, tilmeldt):
        frist = tilmeldt + BESLUTNINGSFRIST
        akasse, regime, fra = _akasse(tilstand, frist), _loven(tilmeldt), tilmeldt
    elif f is not None and f.indplaceringstype == "ny" and not f.uden_indplacering:
        fra, regime = f.tilmeldingsdato, f.regime
        frist = fra + timedelta(days=PARAMETRE[regime].foerste_samtale_dage)
        ude = f.slutdato is not None and f.slutdato < frist
        akasse = None if ude or tilstand.medlem(f.akassekode, frist) is None else f.akassekode
    else:
        return
    formaal = PARAMETRE[regime].foerste_samtale_formaal
    if akasse is None or foerste_samtale_holdt(tilstand, formaal, fra):
        return
    navn = "cv_samtale" if formaal == "cv" else "foerste_jobsamtale"
    varsles = max((frist - timedelta(days=o.dage_foer), *_dagen_efter_planlagt(tilstand, formaal, fra, frist)))
    yield Varsel(navn, akasse, frist, varsles, fra.isoformat(), hviler=True)


def foerste_samtale_holdt(tilstand: Borger, formaal: str, fra: date, senest: date = date.max) -> bool:
    """S1: whether a talk with the purpose was held from the enrolment on, at the latest on ``senest``."""
    return any(formaal in s.formaal and fra <= s.dato <= senest for s in tilstand.samtaler)


def _loven(tilmeldt: date) -> Regime:
    """The law of an enrolment that is not decided yet."""
    return max((p for p in PARAMETRE.values() if p.fra <= tilmeldt), key=lambda p: p.fra, default=PARAMETRE[Regime.FORSOEG_2020]).regime  # fmt: skip


def _dagen_efter_planlagt(tilstand: Borger, formaal: str, fra: date, frist: date) -> Iterator[date]:
    """A talk summoned to in time is waited for: the day after it, at the latest the deadline's own day."""
    for p in tilstand.planlagte:
        dag = p.start.astimezone(KOEBENHAVN).date()
        if formaal in p.formaal and not p.aflyst and not p.afholdt and fra <= dag <= frist:
            yield min(dag + _DAG, frist)


def _forloebets(tilstand: Borger, o: Fristopsaetning, idag: date) -> Iterator[Varsel]:
    """The running course's own: hours, talks missing, Min Plan, guidance; and what the handover leaves to do."""
    f = tilstand.seneste_forloeb
    if f is None or tilstand.medlem(f.akassekode, min(idag, f.slutdato or idag)) is None:
        return
    if f.slutdato is None:
        yield from _ved_timegraensen(tilstand, f, o, idag)
        if f.regime is Regime.FORSOEG_2020 and not _vejledt(tilstand, f, "forsoeg"):
            frist = f.tilmeldingsdato + BESLUTNINGSFRIST
            yield Varsel("vejledning", f.akassekode, frist, frist - timedelta(days=o.dage_foer),
                         f"{f.forloeb_id}|forsoeg", f.forloeb_id, hviler=True)  # fmt: skip
    elif f.overdragelse_id is not None and f.afsluttet_den is not None:
        varsles = max(f.afsluttet_den, f.slutdato - timedelta(days=o.dage_foer))
        if not _vejledt(tilstand, f, "pligter_efter_overgang"):
            yield Varsel("vejledning", f.akassekode, f.slutdato, varsles,
                         f"{f.forloeb_id}|pligter_efter_overgang", f.forloeb_id)  # fmt: skip
        skyldige = {p.kode for p in pligter.ved_overdragelse(tilstand, f, f.afsluttet_den, None)}
        if skyldige & pligter.MINPLAN:
            yield Varsel("minplan", f.akassekode, f.slutdato, varsles, str(f.forloeb_id), f.forloeb_id)


def _vejledt(tilstand: Borger, f: Forloeb, emne: str) -> bool:
    return any(emne in v.emner and v.dato >= f.tilmeldingsdato for v in tilstand.vejledninger)


def _ved_timegraensen(tilstand: Borger, f: Forloeb, o: Fristopsaetning, idag: date) -> Iterator[Varsel]:
    """A1, S1, P1: so many hours before the limit. The limit can be reached at the next month's payment, so that month's
    end is the date (choice: hours say nothing about days)."""
    t = tilstand.timer
    if t is None or t.akassekode != f.akassekode:
        return
    p = PARAMETRE[f.regime]
    tilbage = p.timegraense[f.forsikringsgrad] - t.timer_sammenlagt
    aar, maaned = (int(x) for x in t.maaned.split("-"))
    opgjort = date(aar, maaned, 1)
    frist = _foerste_i(opgjort, 2) - _DAG
    if opgjort < f.startdato.replace(day=1):
        return
    id_ = str(f.forloeb_id)
    if tilbage <= o.timer:
        yield Varsel("timer", f.akassekode, frist, opgjort, id_, f.forloeb_id, hviler=True)
    if tilbage > o.samtaler_timer:
        return
    holdte = periodens_samtaler(tilstand, f)
    mangler_job = antal_afholdt(holdte, "jobsamtale") < p.minimum_jobsamtaler
    mangler_faelles = antal_afholdt(holdte, "faelles") < p.minimum_faelles
    fritaget = fritagelse.fritaget_fra(tilstand, ("jobsamtale",), idag)
    if (mangler_job and not fritaget) or mangler_faelles:
        yield Varsel("samtaler_mangler", f.akassekode, frist, opgjort, id_, f.forloeb_id, hviler=True)
    if tilstand.minplan != "publiceret":
        yield Varsel("minplan", f.akassekode, frist, opgjort, id_, f.forloeb_id, hviler=True)


def _foerste_i(dag: date, maaneder: int) -> date:
    """The first of the month ``maaneder`` later."""
    nr = dag.year * 12 + dag.month - 1 + maaneder
    return date(nr // 12, nr % 12 + 1, 1)


def _indstillinger(tilstand: Borger, o: Fristopsaetning) -> Iterator[Varsel]:
    """T1: the jobcenter has not answered an indstilling for so many days; nothing of one who has left by then (J5)."""
    besvarede = {t.indstilling_id for t in tilstand.tilbud}
    for i in tilstand.indstillinger:
        if i.aaben and not i.trukket and i.sendt is not None and i.indstilling_id not in besvarede:
            frist = i.sendt + timedelta(days=o.indstilling_dage)
            if tilstand.medlem(i.akassekode, frist) is None:
                continue
            yield Varsel("indstilling", i.akassekode, frist, frist, str(i.indstilling_id), i.indstilling_id)


def _overdragelser(tilstand: Borger, o: Fristopsaetning) -> Iterator[Varsel]:
    """O1: the jobcenter has neither confirmed nor refused the handover for so many working days."""
    besvarede = {s.overdragelse_id for s in tilstand.overdragelsessvar}
    for f in tilstand.forloeb:
        if f.overdragelse_id is None or f.afsluttet_den is None or f.overdragelse_id in besvarede:
            continue
        frist = efter_arbejdsdage(f.afsluttet_den, o.overdragelse_arbejdsdage)
        yield Varsel("overdragelse_ubekraeftet", f.akassekode, frist, frist, str(f.overdragelse_id), f.overdragelse_id)


__all__ = ["Fristopsaetning", "Varsel", "afgjort", "foerste_samtale_holdt", "ledig", "varsler"]


REGLER = (
    Regel(
        "D1",
        "Varsler før en frist brydes",
        "A-kassen varsles, før en frist brydes, bedømt efter det, der er modtaget: afgørelsen efter en "
        "tilmelding, den første samtale, samtaler der mangler nær timegrænsen, timerne selv, Min Plan, "
        "vejledning, en indstilling uden svar og en overdragelse, jobcentret ikke har bekræftet. Hvert "
        "varsel kommer én gang om sin årsag. Mens medlemmet er fritaget (M1), hviler fristerne.",
        kilde="VEJL §2, §4, §5, §8, §9, §11(2); L24",
        kode=("varsler", "Fristopsaetning"),
        valg="Hvor længe før der varsles, står intet sted; tallene er vores, og en installation kan sætte sine egne.",
        parametre=("foerste_samtale_formaal", "foerste_samtale_dage"),
        vaerdier=("valg.BESLUTNINGSFRIST", "frister.Fristopsaetning"),
    ),
)
