"""Which of DFDG's codes the gateway writes, where each comes from, and how it stands in DFDG's own lists (M3).

Precedence, the one place where it is decided:

1. the installation's file (``GATEWAY_RULES__KODER``), for the codes that it may set;
2. the project's public code list (``contracts/codes``), when it has the number;
3. nothing: what needs the code stops with ``kode_mangler``.

DFDG's lists, read daily, never take part: a list that changes overnight must not change what is sent. They verify: a code
that DFDG does not list, or whose days are over, is shown to operators, who then change the file. They complete: where a
code is unset, the operator finds it among the list's rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import get_args

from contracts.codes import Koderaekke, Kodevaerdi, i_kraft, liste
from contracts.events.faelles import Formaal, Samtaleform
from gateway.rules.aarsagskoder import AARSAGER


class Ophav(StrEnum):
    """Who gave a code."""

    FIL = "fil"
    OFFENTLIG = "offentlig"


class Stand(StrEnum):
    """How a code that the gateway writes stands in DFDG's list."""

    I_KRAFT = "i_kraft"
    UKENDT = "ukendt"
    OPHOERT = "ophoert"
    IKKE_BEGYNDT = "ikke_begyndt"
    #: The code is unset: what needs it stops.
    USAT = "usat"
    #: The list has not been read yet.
    ULAEST = "ulaest"
    #: DFDG has no list of it (the names of services).
    UDEN_LISTE = "uden_liste"


#: What an operator must look at: the code is written, and DFDG does not have it.
ADVARSLER = frozenset({Stand.UKENDT, Stand.OPHOERT, Stand.IKKE_BEGYNDT})


@dataclass(frozen=True, slots=True)
class BrugtKode:
    """A code that the gateway writes. ``kode`` and ``ophav`` are None when nobody gives one."""

    liste: str
    navn: str
    kode: str | None
    ophav: Ophav | None

    @property
    def raekkenavn(self) -> str:
        """As the installation's file names it."""
        return f"{self.liste}.{self.navn}"


def _navne(listenavn: str, begyndelse: str = "") -> tuple[str, ...]:
    return tuple(r.navn for r in liste(listenavn).raekker if r.navn and r.navn.startswith(begyndelse))


#: Codes that the installation's file may set.
SAETTES = {
    "fravaerstype": _navne("fravaerstype", "mindre_intensiv."),
    "samtaletype": get_args(Formaal),
    "samtaleform": get_args(Samtaleform),
    "deltagelsesvalg": _navne("deltagelsesvalg"),
    "cvstatus": ("godkendt", "ikke_godkendt"),
    "aktivitetstype": _navne("aktivitetstype"),
    "afmeldingsaarsag": _navne("afmeldingsaarsag"),
    "organisationstype": ("akasse",),
    "minplan": ("tjeneste",),
    "jobmaal": ("tjeneste",),
}
#: Codes that the law's guidance or DFDG's pages fix: the rules write them as they are.
FASTE = {
    "fravaerstype": ("kontaktforloeb", "ferie"),
    "aarsagskode": tuple(r.navn for r in liste("aarsagskode").raekker if r.kode in AARSAGER),
    "brugertype": ("system",),
}


def kode(koder: Mapping[str, Kodevaerdi], listenavn: str, navn: str, dag: date | None = None) -> BrugtKode:
    """The code in force on ``dag`` by the project's word for it, by the precedence above."""
    sat = i_kraft(koder.get(f"{listenavn}.{navn}"), dag) if navn in SAETTES.get(listenavn, ()) else None
    if sat:
        return BrugtKode(listenavn, navn, sat, Ophav.FIL)
    raekke = liste(listenavn).ved_navn(navn, dag)
    if raekke is not None and raekke.kode:
        return BrugtKode(listenavn, navn, raekke.kode, Ophav.OFFENTLIG)
    return BrugtKode(listenavn, navn, None, None)


def brugte(koder: Mapping[str, Kodevaerdi], dag: date) -> tuple[BrugtKode, ...]:
    """Every code that the gateway writes, set or not, by list and name."""
    alle = {(x, n) for kilde in (SAETTES, FASTE) for x, navne in kilde.items() for n in navne}
    return tuple(kode(koder, x, n, dag) for x, n in sorted(alle))


def stand(brugt: BrugtKode, raekker: Sequence[Koderaekke] | None, dag: date, *, har_liste: bool = True) -> Stand:
    """How the code stands among ``raekker``, DFDG's list (None: not read), on ``dag`` (both limits inclusive)."""
    if brugt.kode is None:
        return Stand.USAT
    if not har_liste:
        return Stand.UDEN_LISTE
    if raekker is None:
        return Stand.ULAEST
    egne = [r for r in raekker if r.kode == brugt.kode]
    if not egne:
        return Stand.UKENDT
    if any(r.gaelder(dag) for r in egne):
        return Stand.I_KRAFT
    return Stand.IKKE_BEGYNDT if any(r.fra is not None and dag < r.fra for r in egne) else Stand.OPHOERT
