"""State changes: small facts that a decision or a receipt adds, and ``anvend`` that applies them.

Each fact names one thing that became true. They are stored (encrypted) with the registration whose receipt confirms
them, so they serialise to JSON by their ``art``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import Field, TypeAdapter

from gateway.rules import fletning
from gateway.rules import tilstand as t
from gateway.rules.tilstand import Borger


@dataclass(frozen=True, slots=True)
class Medlemskrav:
    """An a-kasse says that the citizen is its member (not yet confirmed by DFDG, J5).

    ``fra``: the day of an enrolment or a placement. After the day of leaving it makes the citizen a member anew, to be
    confirmed anew; an event without it never undoes a leaving.
    """

    akassekode: str
    fra: date | None = None
    art: Literal["medlemskrav"] = "medlemskrav"


@dataclass(frozen=True, slots=True)
class MedlemskabBekraeftet:
    """DFDG receipted a registration under the a-kasse's certificate."""

    akassekode: str
    art: Literal["medlemskab_bekraeftet"] = "medlemskab_bekraeftet"


@dataclass(frozen=True, slots=True)
class Udmeldt:
    """``dato``: the last day as a member; None: the citizen has not left (DFDG's word against an earlier one)."""

    akassekode: str
    dato: date | None
    art: Literal["udmeldt"] = "udmeldt"


@dataclass(frozen=True, slots=True)
class Flyttet:
    bopael: t.Bopael
    art: Literal["flyttet"] = "flyttet"


@dataclass(frozen=True, slots=True)
class Tilmeldt:
    dato: date
    art: Literal["tilmeldt"] = "tilmeldt"


@dataclass(frozen=True, slots=True)
class Indplaceret:
    """A placement; ``rettelse``: the one that stood, with other dates (R2), which opens no new benefit period."""

    indplacering: t.Indplacering
    rettelse: bool = False
    art: Literal["indplaceret"] = "indplaceret"


@dataclass(frozen=True, slots=True)
class ForloebSat:
    """A course as it stands from here on: opened, ended, moved or corrected (found by ``forloeb_id``)."""

    forloeb: t.Forloeb
    art: Literal["forloeb_sat"] = "forloeb_sat"


@dataclass(frozen=True, slots=True)
class TimerOpgjort:
    timer: t.Timer
    art: Literal["timer_opgjort"] = "timer_opgjort"


@dataclass(frozen=True, slots=True)
class SamtaleAfholdt:
    """A held talk (found by ``samtale_id``; a second purpose of the same talk extends ``formaal``)."""

    samtale: t.Samtale
    art: Literal["samtale_afholdt"] = "samtale_afholdt"


@dataclass(frozen=True, slots=True)
class SamtalePlanlagt:
    planlagt: t.PlanlagtSamtale
    art: Literal["samtale_planlagt"] = "samtale_planlagt"


@dataclass(frozen=True, slots=True)
class FristSat:
    frist: t.Frist
    art: Literal["frist_sat"] = "frist_sat"


@dataclass(frozen=True, slots=True)
class FerieSat:
    ferie: t.Ferie
    art: Literal["ferie_sat"] = "ferie_sat"


@dataclass(frozen=True, slots=True)
class MindreIntensivSat:
    indsats: t.MindreIntensivIndsats
    art: Literal["mindre_intensiv_sat"] = "mindre_intensiv_sat"


@dataclass(frozen=True, slots=True)
class IndstillingSat:
    indstilling: t.Indstilling
    art: Literal["indstilling_sat"] = "indstilling_sat"


@dataclass(frozen=True, slots=True)
class MinplanSat:
    status: Literal["kladde", "publiceret"]
    dato: date | None = None
    art: Literal["minplan_sat"] = "minplan_sat"


@dataclass(frozen=True, slots=True)
class Afmeldt:
    fra: date
    art: Literal["afmeldt"] = "afmeldt"


@dataclass(frozen=True, slots=True)
class TilbudSat:
    tilbud: t.Tilbud
    art: Literal["tilbud_sat"] = "tilbud_sat"


@dataclass(frozen=True, slots=True)
class ForslagSat:
    forslag: t.Indsatsforslag
    art: Literal["forslag_sat"] = "forslag_sat"


@dataclass(frozen=True, slots=True)
class DeltagelseSat:
    deltagelse: t.Deltagelse
    art: Literal["deltagelse_sat"] = "deltagelse_sat"


@dataclass(frozen=True, slots=True)
class JobcentersamtaleSat:
    samtale: t.Jobcentersamtale
    art: Literal["jobcentersamtale_sat"] = "jobcentersamtale_sat"


@dataclass(frozen=True, slots=True)
class FritagelseSat:
    fritagelse: t.Fritagelse
    art: Literal["fritagelse_sat"] = "fritagelse_sat"


@dataclass(frozen=True, slots=True)
class VejledningGivet:
    vejledning: t.Vejledning
    art: Literal["vejledning_givet"] = "vejledning_givet"


@dataclass(frozen=True, slots=True)
class CvKontrolleret:
    kontrol: t.Cvkontrol
    art: Literal["cv_kontrolleret"] = "cv_kontrolleret"


@dataclass(frozen=True, slots=True)
class AktivitetSat:
    aktivitet: t.Aktivitet
    art: Literal["aktivitet_sat"] = "aktivitet_sat"


@dataclass(frozen=True, slots=True)
class OverdragelseBesvaret:
    svar: t.Overdragelsessvar
    art: Literal["overdragelse_besvaret"] = "overdragelse_besvaret"


@dataclass(frozen=True, slots=True)
class OpsigelsesindsatsTilbudt:
    dato: date
    art: Literal["opsigelsesindsats_tilbudt"] = "opsigelsesindsats_tilbudt"


@dataclass(frozen=True, slots=True)
class Indlaest:
    """A course that another system made is taken over; DFDG is read back before the first registration."""

    art: Literal["indlaest"] = "indlaest"


@dataclass(frozen=True, slots=True)
class IndlaestKontrolleret:
    """DFDG has the marking as imported; ``fravaer_id`` is DFDG's own where the import did not name it."""

    fravaer_id: UUID | None = None
    art: Literal["indlaest_kontrolleret"] = "indlaest_kontrolleret"


@dataclass(frozen=True, slots=True)
class DfdgsFravaerSat:
    """An absence to which DFDG gave an id of its own, or that id, found."""

    fravaer: t.DfdgsFravaer
    art: Literal["dfdgs_fravaer_sat"] = "dfdgs_fravaer_sat"


@dataclass(frozen=True, slots=True)
class Rettet:
    """A correction of what was final: the history as it was told and as it is told now. What differs between the two is
    taken over, element by element; everything else stays as it stands."""

    foer: t.Borger
    efter: t.Borger
    art: Literal["rettet"] = "rettet"


Aendring = Annotated[
    Medlemskrav
    | MedlemskabBekraeftet
    | Udmeldt
    | Flyttet
    | Tilmeldt
    | Indplaceret
    | ForloebSat
    | TimerOpgjort
    | SamtaleAfholdt
    | SamtalePlanlagt
    | FristSat
    | FerieSat
    | MindreIntensivSat
    | IndstillingSat
    | MinplanSat
    | Afmeldt
    | TilbudSat
    | ForslagSat
    | DeltagelseSat
    | JobcentersamtaleSat
    | FritagelseSat
    | VejledningGivet
    | CvKontrolleret
    | AktivitetSat
    | OverdragelseBesvaret
    | OpsigelsesindsatsTilbudt
    | Indlaest
    | IndlaestKontrolleret
    | DfdgsFravaerSat
    | Rettet,
    Field(discriminator="art"),
]

T = TypeVar("T")


def _sat_medlem(borger: Borger, akassekode: str, **felter: Any) -> Borger:
    findes = [m for m in borger.medlemskaber if m.akassekode == akassekode]
    foer = findes[0] if findes else t.Medlemskab(akassekode)
    ny = replace(foer, **felter) if felter else foer
    if findes == [ny] and borger.medlemskaber[-1] is findes[0]:
        return borger  # nothing new, and it stands where it would
    return replace(borger, medlemskaber=(*(m for m in borger.medlemskaber if m.akassekode != akassekode), ny))


def _kraev_medlem(b: Borger, a: Medlemskrav) -> Borger:
    kendt = next((m for m in b.medlemskaber if m.akassekode == a.akassekode), None)
    if kendt is not None and kendt.udmeldt is not None and a.fra is not None and a.fra > kendt.udmeldt:
        return _sat_medlem(b, a.akassekode, udmeldt=None, bekraeftet=False)
    return _sat_medlem(b, a.akassekode)


def _kontrolleret(b: Borger, a: IndlaestKontrolleret) -> Borger:
    f = b.seneste_forloeb
    forloeb = b.forloeb
    if f is not None and a.fravaer_id is not None:
        forloeb = (*b.forloeb[:-1], replace(f, fravaer_id=a.fravaer_id, fravaer_kendt=True))
    return replace(b, indlaest=False, forloeb=forloeb)


def _indplacer(b: Borger, a: Indplaceret) -> Borger:
    """A later placement opens a new benefit period (V11, V12), whose hours are counted from nothing."""
    ny, foer = a.indplacering, b.indplacering
    ny_periode = not a.rettelse and foer is not None and ny.indplaceringsdato > foer.indplaceringsdato
    timer = None if ny_periode else b.timer
    return replace(b, indplacering=ny, tilmeldingsdato=ny.tilmeldingsdato, timer=timer)


def _flyt(b: Borger, ny: t.Bopael) -> Borger:
    """Residence by its dates (J3). A move that is told takes the place of what was only stated for the days after it; a
    later move stands."""
    andre = [x for x in b.bopael if x.fra != ny.fra and not (x.oplyst and not ny.oplyst and x.fra > ny.fra)]
    return replace(b, bopael=tuple(sorted((*andre, ny), key=lambda x: x.fra)))


def _sat(raekke: tuple[T, ...], ny: T, noegle: UUID | str, felt: str) -> tuple[T, ...]:
    """``ny`` in the place of the element with the same key, or last."""
    for nr, gammel in enumerate(raekke):
        if getattr(gammel, felt) == noegle:
            return (*raekke[:nr], ny, *raekke[nr + 1 :])
    return (*raekke, ny)


def anvend(borger: Borger, aendringer: Iterable[Aendring]) -> Borger:
    """The state after the facts, in their order. Pure."""
    for a in aendringer:
        borger = _anvend_en(borger, a)
    return borger


def _anvend_en(b: Borger, a: Aendring) -> Borger:
    match a:
        case Medlemskrav():
            return _kraev_medlem(b, a)
        case MedlemskabBekraeftet():
            return _sat_medlem(b, a.akassekode, bekraeftet=True)
        case Udmeldt():
            return _sat_medlem(b, a.akassekode, udmeldt=a.dato)
        case Flyttet():
            return _flyt(b, a.bopael)
        case Tilmeldt():
            return replace(b, tilmeldingsdato=a.dato)
        case Indplaceret():
            return _indplacer(b, a)
        case ForloebSat():
            return replace(b, forloeb=_sat(b.forloeb, a.forloeb, a.forloeb.forloeb_id, "forloeb_id"))
        case TimerOpgjort():
            return replace(b, timer=a.timer)
        case SamtaleAfholdt():
            return replace(b, samtaler=_sat(b.samtaler, a.samtale, a.samtale.samtale_id, "samtale_id"))
        case SamtalePlanlagt():
            return replace(b, planlagte=_sat(b.planlagte, a.planlagt, a.planlagt.samtale_id, "samtale_id"))
        case FristSat():
            return replace(b, frister=_sat(b.frister, a.frist, a.frist.frist_id, "frist_id"))
        case FerieSat():
            return replace(b, ferie=_sat(b.ferie, a.ferie, a.ferie.ferie_id, "ferie_id"))
        case MindreIntensivSat():
            return replace(b, mindre_intensiv=_sat(b.mindre_intensiv, a.indsats, a.indsats.indsats_id, "indsats_id"))
        case IndstillingSat():
            ny = a.indstilling
            return replace(b, indstillinger=_sat(b.indstillinger, ny, ny.indstilling_id, "indstilling_id"))
        case MinplanSat():
            return replace(b, minplan=a.status, minplan_dato=a.dato or b.minplan_dato)
        case Afmeldt():
            return replace(b, afmeldt_fra=a.fra)
        case TilbudSat():
            return replace(b, tilbud=_sat(b.tilbud, a.tilbud, a.tilbud.tilbud_id, "tilbud_id"))
        case ForslagSat():
            return replace(b, forslag=_sat(b.forslag, a.forslag, a.forslag.forslag_id, "forslag_id"))
        case DeltagelseSat():
            d = a.deltagelse
            return replace(b, deltagelser=_sat(b.deltagelser, d, d.samtale_id, "samtale_id"))
        case JobcentersamtaleSat():
            js = a.samtale
            return replace(b, jobcentersamtaler=_sat(b.jobcentersamtaler, js, js.samtale_id, "samtale_id"))
        case FritagelseSat():
            fr = a.fritagelse
            return replace(b, fritagelser=_sat(b.fritagelser, fr, fr.haendelse_id, "haendelse_id"))
        case VejledningGivet():
            return replace(b, vejledninger=(*b.vejledninger, a.vejledning))
        case CvKontrolleret():
            return replace(b, cvkontrol=a.kontrol)
        case AktivitetSat():
            ak = a.aktivitet
            return replace(b, aktiviteter=_sat(b.aktiviteter, ak, ak.aktivitet_id, "aktivitet_id"))
        case OverdragelseBesvaret():
            sv = a.svar
            return replace(b, overdragelsessvar=_sat(b.overdragelsessvar, sv, sv.overdragelse_id, "overdragelse_id"))
        case OpsigelsesindsatsTilbudt():
            return replace(b, opsigelsesindsatser=(*b.opsigelsesindsatser, a.dato))
        case Indlaest():
            return replace(b, indlaest=True)
        case IndlaestKontrolleret():
            return _kontrolleret(b, a)
        case DfdgsFravaerSat():
            return replace(b, dfdgs_fravaer=_sat(b.dfdgs_fravaer, a.fravaer, a.fravaer.fravaer_id, "fravaer_id"))
        case Rettet():
            return fletning.flet(b, a.foer, a.efter)


_ADAPTER: TypeAdapter[tuple[Aendring, ...]] = TypeAdapter(tuple[Aendring, ...])


def til_json(aendringer: tuple[Aendring, ...]) -> bytes:
    """The facts as JSON bytes."""
    return _ADAPTER.dump_json(aendringer, exclude_defaults=False)


def fra_json(raa: bytes) -> tuple[Aendring, ...]:
    """The facts from ``til_json``'s bytes."""
    return _ADAPTER.validate_json(raa)
