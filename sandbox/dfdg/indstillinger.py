"""What the stand-in can be told to do where DFDG's public pages are silent or speak with two voices.

Each setting says what it stands for; numbers "made by this project" are not DFDG's, its own are not public.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

Medlemskab = Literal["foerste", "streng"]


@dataclass(frozen=True, slots=True)
class Indstillinger:
    """The stand-in's settings; unchangeable, ``med`` gives a changed copy."""

    #: ``foerste``: every CPR number of the right form is a known, living, enrolled person, a member of the first a-kasse
    #: that registers something. ``streng``: only persons given over the admin API are known.
    medlemskab: Medlemskab = "foerste"
    #: Talk types that reset (nulstillende): which ones is not public. A talk is refused when it lies before the latest
    #: one of these, and one of these when it lies at or before another (InterviewService's business rules 1-3).
    nulstillende_samtaletyper: tuple[int, ...] = ()
    #: Whether a held talk's BookingIdentifier must be known here (rule 7). Off: a talk may name a summons that was
    #: registered elsewhere, or refused.
    booking_skal_kendes: bool = False
    #: Whether a call that was answered 400 / 500 has used up its x-requestId: not public.
    id_bruges_ved_400: bool = True
    id_bruges_ved_500: bool = False
    #: How long an x-requestId is remembered, days (written for IndkaldelseService v2).
    request_id_dage: int = 7
    #: Made by this project: same type and time as a talk that is there (rule 5).
    kode_samtale_findes: int = 4999
    #: Made by this project: same time as another talk of the citizen, whatever type.
    kode_samme_tidspunkt: int = 4998
    #: Made by this project: before the latest resetting talk.
    kode_foer_nulstillende: int = 4997
    #: Whether an absence that has got an end date can lose it again by an update: not public.
    slutdato_kan_fjernes: bool = True
    #: Made by this project: the answer when it cannot.
    kode_slutdato_laast: int = 4996
    #: Made by this project: an activity, or the talk of a participant, that is not known.
    kode_aktivitet_ukendt: int = 4995
    kode_samtale_ukendt: int = 4994
    #: 90002: a summons that starts before DFDG's today. Off for replays of past years.
    afvis_fortidige_indkaldelser: bool = True
    #: 4367 for a summons to a citizen who is not enrolled. Off: enrolling again does not go through the stand-in.
    indkaldelse_kraever_tilmelding: bool = False
    #: 8006 and 8015: whether a plan that is published needs a draft, and goals. For an a-kasse neither is public.
    plan_kraever_kladde: bool = False
    plan_kraever_maal: bool = False
    #: The organisation type an a-kasse acts with: not public. None: any of 1-100; else another gives 8173.
    organisationstype: int | None = None
    #: Names of certificates (CN) that may act for every a-kasse: a supplier that many a-kasser share.
    leverandoerer: tuple[str, ...] = ()
    #: Code lists: None takes any code of 1-10000, since the public lists are cut; else others give 2002.
    fravaerstyper: tuple[int, ...] | None = None
    #: Causes that an absence of type 75 may end with.
    aarsager_75: tuple[int, ...] = (38, 41, 42, 43, 44, 45, 46)
    #: Talk types named on public pages (4 to 19).
    samtaletyper: tuple[int, ...] = (4, 7, 8, 9, 10, 11, 12, 13, 15, 17, 19)
    #: Contact forms: only 6 and 8 are public.
    samtaleformer: tuple[int, ...] | None = None
    #: Causes of a cancellation of enrolment: not public; others give 4340.
    afmeldingsaarsager: tuple[int, ...] | None = None
    #: Choices to take part, CV statuses, types of activity: only choice 1 is public; others give 2002.
    deltagelsesvalg: tuple[int, ...] | None = None
    cvstatusser: tuple[int, ...] | None = None
    aktivitetstyper: tuple[int, ...] | None = None
    #: Messages: seconds before the first attempt, a factor on the pauses between attempts (0.01: fast), seconds until an
    #: attempt has no answer, how many times a delivered one is sent again at once, whether sending is held back.
    besked_forsinkelse: float = 0.0
    besked_faktor: float = 1.0
    besked_timeout: float = 20.0
    besked_dubletter: int = 0
    beskeder_standset: bool = False
    #: By STAR's rule 400 and no answer are not sent again; STAR's developers noted that they are.
    gensend_efter_400: bool = True
    gensend_uden_svar: bool = True
    #: Messages' field names by this project's own, where another spelling is wanted: the exact JSON is not public.
    beskedfelter: dict[str, str] = field(default_factory=dict)
    #: Whether a-kasser are told of every change of a contact group (by the page only of a few, see ``beskeder``).
    akasse_faar_kontaktgruppe: bool = False
    #: Made by this project: the client system of a caller by its certificate's name, of all others, and the
    #: organisation type of an a-kasse in messages.
    klientsystemer: dict[str, int] = field(default_factory=dict)
    klientsystem: int = 41
    akasse_organisationstype: int = 5
    #: Absence types that are a "less intensive effort": 60 instead of 30 days for a cancellation (4322).
    mindre_intensiv_typer: tuple[int, ...] = ()

    def med(self, aendringer: dict[str, Any]) -> Indstillinger:
        """A copy with ``aendringer`` (JSON values by name). Raises ValueError naming the setting that is wrong."""
        rigtige: dict[str, Any] = {}
        for navn, vaerdi in aendringer.items():
            rigtige[navn] = _rigtig(navn, vaerdi)
        return replace(self, **rigtige)

    def som_json(self) -> dict[str, Any]:
        return {felt.name: _json(getattr(self, felt.name)) for felt in fields(self)}


_STANDARD = Indstillinger()
_KAN_VAERE_TOMME = frozenset(
    {
        "organisationstype",
        "fravaerstyper",
        "samtaleformer",
        "afmeldingsaarsager",
        "deltagelsesvalg",
        "cvstatusser",
        "aktivitetstyper",
    }
)
_NAVNE = frozenset(felt.name for felt in fields(Indstillinger))


def _json(vaerdi: Any) -> Any:
    return list(vaerdi) if isinstance(vaerdi, tuple) else vaerdi


def _er_heltal(vaerdi: Any) -> bool:
    return isinstance(vaerdi, int) and not isinstance(vaerdi, bool)


def _er_tekst(vaerdi: Any) -> bool:
    return isinstance(vaerdi, str)


def _rigtig(navn: str, vaerdi: Any) -> Any:
    """The value in the setting's own type; raises ValueError naming the setting."""
    if navn not in _NAVNE:
        raise ValueError(f"unknown setting: {navn}")
    if navn == "medlemskab":
        if vaerdi not in get_args(Medlemskab):
            raise ValueError(f"{navn} must be one of {', '.join(get_args(Medlemskab))}")
        return vaerdi
    if vaerdi is None and navn in _KAN_VAERE_TOMME:
        return None
    standard = getattr(_STANDARD, navn)
    if isinstance(standard, bool):
        if not isinstance(vaerdi, bool):
            raise ValueError(f"{navn} must be true or false")
        return vaerdi
    if isinstance(standard, float):
        if isinstance(vaerdi, bool) or not isinstance(vaerdi, int | float) or vaerdi < 0:
            raise ValueError(f"{navn} must be a number, not negative")
        return float(vaerdi)
    if isinstance(standard, dict):
        rigtig = _er_heltal if navn == "klientsystemer" else _er_tekst
        if not isinstance(vaerdi, dict) or not all(_er_tekst(n) and rigtig(v) for n, v in vaerdi.items()):
            raise ValueError(f"{navn} must be an object of texts or numbers by name")
        return dict(vaerdi)
    if navn == "leverandoerer":
        if not isinstance(vaerdi, list | tuple) or not all(isinstance(v, str) for v in vaerdi):
            raise ValueError(f"{navn} must be a list of texts")
        return tuple(vaerdi)
    if isinstance(standard, tuple) or (standard is None and navn != "organisationstype"):
        if not isinstance(vaerdi, list | tuple) or not all(_er_heltal(v) for v in vaerdi):
            raise ValueError(f"{navn} must be a list of whole numbers")
        return tuple(vaerdi)
    if not _er_heltal(vaerdi):
        raise ValueError(f"{navn} must be a whole number")
    return vaerdi
