"""A planned talk as DFDG is told of it: one Indkaldelse for each purpose (S3 by analogy, S7, S10, S12).

Source: STAR's page on IndkaldelseService (the authorities know each other's summonses, so that nobody is summoned twice),
and the order on the common data basis (register at once, and at once when cancelled, moved or changed; BEK 442 of 26 May
2023, § 20, for the jobcenter; the a-kasse's own by analogy). DFDG refuses a start earlier than today (error 90002).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gateway.rules.aendringer import SamtalePlanlagt
from gateway.rules.model import KOEBENHAVN, Haendelse
from gateway.rules.registreringer import OpretIndkaldelse, Registrering, RetIndkaldelse, SletIndkaldelse
from gateway.rules.tilstand import Indkaldelse, PlanlagtSamtale


def dato(p: PlanlagtSamtale) -> date:
    """The talk's own Copenhagen date."""
    return p.start.astimezone(KOEBENHAVN).date()


def paa_dfdg(p: PlanlagtSamtale, formaal: str) -> Indkaldelse | None:
    """The purpose's Indkaldelse, when DFDG has one."""
    return next((i for i in p.indkaldelser if i.formaal == formaal), None)


def uden(p: PlanlagtSamtale, formaal: str) -> PlanlagtSamtale:
    """The talk without the purpose's Indkaldelse; its purposes are left as they are."""
    return replace(p, indkaldelser=tuple(i for i in p.indkaldelser if i.formaal != formaal))


def registreringer(
    haendelse: Haendelse, kendt: PlanlagtSamtale | None, ny: PlanlagtSamtale, idag: date
) -> list[Registrering]:
    """What leads DFDG from ``kendt`` (as it stands there) to ``ny``: updates, then deletions, then creations.

    Each receipt leaves the talk as DFDG then has it, so that an event decided again goes on with what is left. A talk
    whose day lies before ``idag`` (the day of sending) is neither created nor updated: DFDG refuses it (90002).
    """
    base = kendt or replace(ny, formaal=(), indkaldelser=())
    kan_sendes = dato(ny) >= idag
    kendte = {i.formaal for i in base.indkaldelser}
    rettes = [i for i in base.indkaldelser if i.formaal in ny.formaal] if kan_sendes and _flyttet(base, ny) else []
    slettes = [i for i in base.indkaldelser if i.formaal not in ny.formaal]
    oprettes = [f for f in ny.formaal if f not in kendte] if kan_sendes else []

    ud = [_registrering(haendelse, _ret(ny, i), (), ny) for i in rettes]
    staar = replace(ny, formaal=base.formaal, indkaldelser=base.indkaldelser)
    if ud:
        ud[-1] = replace(ud[-1], aendringer=(SamtalePlanlagt(staar),))
    for i in slettes:
        staar = replace(uden(staar, i.formaal), formaal=tuple(f for f in staar.formaal if f != i.formaal))
        ud.append(Registrering(haendelse.part.kode, SletIndkaldelse(i.indkaldelse_id), (SamtalePlanlagt(staar),)))
    for formaal in oprettes:
        i = Indkaldelse(formaal, haendelse.afledt_id("indkaldelse", formaal))
        staar = replace(
            staar,
            formaal=staar.formaal if formaal in staar.formaal else (*staar.formaal, formaal),
            indkaldelser=(*staar.indkaldelser, i),
        )
        ud.append(_registrering(haendelse, _opret(ny, i), (SamtalePlanlagt(staar),), ny))
    if ud:
        ud[-1] = replace(ud[-1], aendringer=(SamtalePlanlagt(replace(ny, indkaldelser=staar.indkaldelser)),))
    return ud


def sletninger(
    akassekode: str, staar: PlanlagtSamtale, formaal: Iterable[str], til_sidst: PlanlagtSamtale
) -> list[Registrering]:
    """Cancels the Indkaldelser of these purposes. Each receipt takes its own away; the last one leaves ``til_sidst``."""
    ud: list[Registrering] = []
    for f in formaal:
        i = paa_dfdg(staar, f)
        if i is None:
            continue
        staar, til_sidst = uden(staar, f), uden(til_sidst, f)
        ud.append(Registrering(akassekode, SletIndkaldelse(i.indkaldelse_id), (SamtalePlanlagt(staar),)))
    if ud:
        ud[-1] = replace(ud[-1], aendringer=(SamtalePlanlagt(til_sidst),))
    return ud


def _flyttet(a: PlanlagtSamtale, b: PlanlagtSamtale) -> bool:
    """Whether what DFDG holds of each purpose differs."""
    return _indhold(a) != _indhold(b)


def _indhold(p: PlanlagtSamtale) -> tuple[object, ...]:
    return p.start, p.slut, p.form, p.booket, p.moedelink, p.adresse


def _registrering(
    haendelse: Haendelse,
    indhold: OpretIndkaldelse | RetIndkaldelse,
    aendringer: tuple[SamtalePlanlagt, ...],
    p: PlanlagtSamtale,
) -> Registrering:
    return Registrering(haendelse.part.kode, indhold, aendringer, haardeste_dato=dato(p))


def _opret(p: PlanlagtSamtale, i: Indkaldelse) -> OpretIndkaldelse:
    return OpretIndkaldelse(i.indkaldelse_id, i.formaal, p.start, p.slut, p.form, p.booket, p.moedelink, p.adresse)


def _ret(p: PlanlagtSamtale, i: Indkaldelse) -> RetIndkaldelse:
    return RetIndkaldelse(i.indkaldelse_id, i.formaal, p.start, p.slut, p.form, p.booket, p.moedelink, p.adresse)
