"""Builders of events and states for the rules' tests.

Events are made through the contracts (camelCase, as they come in); states come about only by events that are decided
and granted, so that no test stands on a state that cannot arise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from contracts.events import HAENDELSESTYPER
from gateway.rules.aendringer import MedlemskabBekraeftet, anvend
from gateway.rules.afgoer import decide
from gateway.rules.model import (
    KOEBENHAVN,
    Afgoerelse,
    Daekning,
    Frikommune,
    Haendelse,
    Part,
    Regelopsaetning,
    Status,
)
from gateway.rules.tilstand import Borger, Forloeb
from sandbox.personer import Personregister
from tests.kontrakter import eksempler

_PERSONER = Personregister()
_NUMRE = count(1)

#: 25 or older throughout the trial.
VOKSEN = _PERSONER.ny()
#: 25 years old on 1 March 2022.
FYLDER_25 = _PERSONER.ny(date(1997, 3, 1))
#: Under 25 in 2022.
UNG = _PERSONER.ny(date(2000, 6, 15))

AKASSE, ANDEN_AKASSE = "09", "07"
#: Covered for both a-kasser, covered for both, not covered for ``AKASSE``, a frikommune.
KOMMUNE, NABOKOMMUNE, UDENFOR, FRIKOMMUNE = "0101", "0147", "0751", "0461"

_PERIODE = (date(2020, 1, 1), date(2023, 12, 31))
#: Types of messages and events, and a member without an education that qualifies for work.
HOS_AKASSE, OVERDRAGELSE = "gateway.kontaktforloeb-hos-akasse.v1", "gateway.overdragelse.v1"
OPTJENT = "akasse.medlem.dagpengeret-optjent.v1"
UDEN_UDDANNELSE: dict[str, Any] = {"erhvervskompetencegivendeUddannelse": False}

OPSAETNING = Regelopsaetning(
    daekning=(
        Daekning(AKASSE, KOMMUNE, *_PERIODE),
        Daekning(AKASSE, NABOKOMMUNE, *_PERIODE),
        Daekning(AKASSE, FRIKOMMUNE, *_PERIODE),
        Daekning(ANDEN_AKASSE, "*", *_PERIODE),
    ),
    frikommuner=(Frikommune(FRIKOMMUNE, *_PERIODE),),
    koder={
        "fravaerstype.mindre_intensiv.job": "901",
        "fravaerstype.mindre_intensiv.vejrlig_materialemangel": "902",
        "afmeldingsaarsag.frist_overskredet": "911",
    },
)


def dag(tekst: str) -> date:
    return date.fromisoformat(tekst)


def kl(tekst: str) -> datetime:
    """``2022-03-01`` (noon in Copenhagen), ``2022-03-01T09:30`` (Copenhagen) or a moment with its own offset."""
    if len(tekst) == 10:
        return datetime.combine(date.fromisoformat(tekst), time(12), KOEBENHAVN)
    tid = datetime.fromisoformat(tekst)
    return tid if tid.tzinfo else tid.replace(tzinfo=KOEBENHAVN)


def _felt(vaerdi: Any) -> Any:
    return vaerdi.isoformat() if isinstance(vaerdi, (date, datetime)) else vaerdi


def haendelse(
    type_: str,
    tid: str,
    *,
    cpr: str = VOKSEN,
    akasse: str = AKASSE,
    kommune: str = KOMMUNE,
    id: str | None = None,
    **felter: Any,
) -> Haendelse:
    """An event of ``type_`` told at ``tid`` (see ``kl``).

    ``felter`` (camelCase) replace those of the type's valid example; ``...`` leaves one out. The publisher is
    ``akasse``, or for a jobcenter's type the jobcenter of ``kommune``.
    """
    data = eksempler.data(type_, cpr, **{k: _felt(v) for k, v in felter.items()})
    part = Part("jobcenter", kommune) if type_.startswith("jobcenter.") else Part("akasse", akasse)
    model = HAENDELSESTYPER[type_].model_validate(data)
    return Haendelse(f"/{part.art}/{part.kode}", id or f"h-{next(_NUMRE)}", type_, kl(tid), part, model)


def indplaceret(tid: str, *, tilmeldt: str | None = None, indplaceret: str | None = None, **felter: Any) -> Haendelse:
    """A placement decided on the day it is told, by default enrolled and placed that day too, with an education."""
    registreret = kl(tid).astimezone(KOEBENHAVN).date().isoformat()
    tilmeldt = tilmeldt or indplaceret or registreret
    standard: dict[str, Any] = {
        "kommunekode": KOMMUNE,
        "tilmeldingsdato": tilmeldt,
        "indplaceringsdato": indplaceret or tilmeldt,
        "afgoerelsesdato": registreret,
        "timerSammenlagtVedTilmelding": ...,
    }
    return haendelse("akasse.medlem.indplaceret.v1", tid, **{**standard, **felter})


def udbetalt(tid: str, timer: str, **felter: Any) -> Haendelse:
    """A payment that brings the accumulated hours to ``timer``."""
    maaned = kl(tid).astimezone(KOEBENHAVN).strftime("%Y-%m")
    return haendelse("akasse.dagpenge.udbetalt.v1", tid, **{"maaned": maaned, "timerSammenlagt": timer, **felter})


def samtale(tidspunkt: str, *formaal: str, meldt: str | None = None, navn: str = "", **felter: Any) -> Haendelse:
    """A held talk at ``tidspunkt``, told at ``meldt`` (default: then); ``navn`` tells talks of one time apart."""
    standard: dict[str, Any] = {
        "samtaleId": eksempler.uuid(f"samtale|{tidspunkt}|{formaal}|{navn}"),
        "formaal": list(formaal),
        "tidspunkt": kl(tidspunkt),
        "form": "personligt",
        "jobcenterDeltog": True if "faelles" in formaal else ...,
        "cvGodkendt": True if "cv" in formaal else ...,
        "raadighedsvurdering": "Står til rådighed." if "raadighed" in formaal else ...,
        "deltagere": ...,
    }
    return haendelse("akasse.samtale.afholdt.v1", meldt or tidspunkt, **{**standard, **felter})


def planlagt(type_: str, tid: str, start: str, *formaal: str, navn: str = "s", **felter: Any) -> Haendelse:
    """A talk of 45 minutes planned for ``start`` (default a jobsamtale, in person): ``type_`` is the short name
    ``indkaldt``, ``booket`` or ``aendret``. ``navn`` is the talk; ``kortVarsel`` is left out."""
    begynder = kl(start)
    standard: dict[str, Any] = {
        "samtaleId": eksempler.uuid(navn),
        "formaal": list(formaal or ("jobsamtale",)),
        "start": begynder,
        "slut": begynder + timedelta(minutes=45),
        "form": "personligt",
        "kortVarsel": ...,
        "moedelink": ...,
    }
    return haendelse(f"akasse.samtale.{type_}.v1", tid, **{**standard, **felter})


def aflyst(tid: str, navn: str = "s", **felter: Any) -> Haendelse:
    """The planned talk ``navn`` is cancelled."""
    return haendelse("akasse.samtale.aflyst.v1", tid, samtaleId=eksempler.uuid(navn), **felter)


def mindre_intensiv(tid: str, fra: str, til: str | None = None, **felter: Any) -> Haendelse:
    """The member is soon in a job, and exempt from ``fra`` to ``til`` (M1)."""
    standard: dict[str, Any] = {
        "grund": "job",
        "startdato": fra,
        "slutdato": til or ...,
        "pligterFastholdes": ...,
    }
    return haendelse("akasse.mindre-intensiv-indsats.registreret.v1", tid, **{**standard, **felter})


def tidlig_indsats(tid: str, grundlag: str = "samtale", **felter: Any) -> Haendelse:
    vurderet = kl(tid).astimezone(KOEBENHAVN).date()
    type_ = "akasse.visitation.behov-for-tidlig-indsats.v1"
    return haendelse(type_, tid, **{"grundlag": grundlag, "vurderingsdato": vurderet, **felter})


def flyttet(tid: str, kommune: str, flyttedato: str | None = None, **felter: Any) -> Haendelse:
    fra = flyttedato or kl(tid).astimezone(KOEBENHAVN).date().isoformat()
    return haendelse("akasse.medlem.flyttet.v1", tid, **{"kommunekode": kommune, "flyttedato": fra, **felter})


def udmeldt(tid: str, udmeldelsesdato: str, **felter: Any) -> Haendelse:
    standard = {"udmeldelsesdato": udmeldelsesdato, "nyAkassekode": ...}
    return haendelse("akasse.medlem.udmeldt.v1", tid, **{**standard, **felter})


def givet(tilstand: Borger, afgoerelse: Afgoerelse, *, kvitteret: bool = True) -> Borger:
    """The state when everything a decision leads to is granted; ``kvitteret``: by DFDG's receipts, which also confirm
    the membership (J5)."""
    tilstand = anvend(tilstand, afgoerelse.aendringer)
    for r in afgoerelse.registreringer:
        tilstand = anvend(tilstand, (*r.aendringer, *((MedlemskabBekraeftet(r.akassekode),) if kvitteret else ())))
    return tilstand


@dataclass
class Historie:
    """A citizen's events, decided and granted one after another; ``borger`` is the state they lead to."""

    borger: Borger = field(default_factory=Borger)
    opsaetning: Regelopsaetning = OPSAETNING
    idag: date | None = None  # default: each event's own day
    afgoerelser: list[Afgoerelse] = field(default_factory=list)

    def ske(self, h: Haendelse, *, kvitteret: bool = True) -> Afgoerelse:
        """Decides ``h`` and grants what it leads to."""
        afg = self.proev(h)
        self.borger = givet(self.borger, afg, kvitteret=kvitteret)
        self.afgoerelser.append(afg)
        return afg

    def proev(self, h: Haendelse) -> Afgoerelse:
        """Decides ``h`` without granting it."""
        return decide(self.borger, h, self.opsaetning, self.idag or h.registreringsdato)

    @property
    def forloeb(self) -> Forloeb:
        """The newest course; fails when there is none."""
        f = self.borger.seneste_forloeb
        assert f is not None
        return f


def historie(*haendelser: Haendelse, opsaetning: Regelopsaetning = OPSAETNING) -> Historie:
    """A citizen after ``haendelser``, each of which must have been taken (not refused)."""
    h = Historie(opsaetning=opsaetning)
    for x in haendelser:
        afg = h.ske(x)
        assert afg.status is not Status.AFVIST, f"{x.type}: {afg.tekst}"
    return h


def i_forloeb(fra: str = "2022-03-01", *foerst: Haendelse, **felter: Any) -> Historie:
    """A member who is in since ``fra`` (trial before 2024, the law of 2024 after), after the events in ``foerst``."""
    h = historie(*foerst, indplaceret(fra, **felter))
    assert h.borger.inde(dag(fra[:10])) is not None
    return h


def med_koder(opsaetning: Regelopsaetning = OPSAETNING, **koder: str) -> Regelopsaetning:
    """The installation with exactly these code list values (``_`` for nothing)."""
    return replace(opsaetning, koder=dict(koder))


def indhold(afgoerelse: Afgoerelse) -> list[tuple[Any, ...]]:
    """The registrations in short: (operation, type, start, end, cause), for talks (operation, purpose, time)."""
    ud: list[tuple[Any, ...]] = []
    for r in afgoerelse.registreringer:
        i = r.indhold
        match i.operation:
            case "OpretFravaer" | "RetFravaer":
                slut = i.slutdato.isoformat() if i.slutdato else None
                ud.append((i.operation, i.fravaertype, i.startdato.isoformat(), slut, i.aarsagskode))
            case "SletFravaer":
                ud.append((i.operation, i.fravaertype))
            case "OpretSamtale":
                ud.append((i.operation, i.formaal, f"{i.tidspunkt.astimezone(KOEBENHAVN):%Y-%m-%dT%H:%M}"))
            case "Afmeld":
                ud.append((i.operation, i.virkningsdato.isoformat(), i.aarsagskode))
    return ud


def beskedtyper(afgoerelse: Afgoerelse) -> list[tuple[str, str]]:
    """(type, to) of the messages, handovers among them."""
    beskeder = [(b.type, str(b.til)) for b in afgoerelse.beskeder]
    return [*beskeder, *(("gateway.overdragelse.v1", str(o.til)) for o in afgoerelse.overdragelser)]


def slutdatoer(forloeb: Iterable[Forloeb]) -> list[tuple[str, str | None, str | None]]:
    """(start, end, cause) of courses."""
    return [(f.startdato.isoformat(), f.slutdato.isoformat() if f.slutdato else None, f.aarsagskode) for f in forloeb]
