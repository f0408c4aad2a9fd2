"""DFDG's error numbers and HTTP statuses to what a caller can do. Only numbers are matched, never texts.

Numbers, meanings and their classes stand in the code list ``dfdg_fejlkode`` (STAR's public error catalogue and service
pages; STAR publishes no classes, they are the project's). A number that is not listed stops its registration for a
person to look at: never an automatic loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from contracts.codes import liste
from gateway.lanes.forsoeg import Svar, Svarfejl, Udfald

#: The citizen is not (any more) the caller's own (J5); in the list they are among business and access faults.
IKKE_EJER = frozenset({"4511", "4575", "4586", "4856", "4857", "4922", "6005", "90006", "90007"})

_KLASSER = {
    "adgang": Udfald.ADGANG,
    "forbigaaende": Udfald.UTILGAENGELIG,
    "allerede_udfoert": Udfald.FANDTES,
    "forretning": Udfald.AFVIST,
    "ukendt": Udfald.AFVIST,
}
#: Faults that say "what you ask for is so already", per operation: the trace of an earlier attempt. Not enrolled any
#: more (4367), the absence is not known any more (4632), the summons is not (90036, before the new numbers 4768).
_ALLEREDE = {
    "CancelUnemploymentEnrollment": frozenset({"4367"}),
    "DeleteFravaer": frozenset({"4632"}),
    "DeleteIndkaldelse": frozenset({"90036", "4768"}),
}

_ALVOR = (Udfald.ADGANG, Udfald.IKKE_EJER, Udfald.AFVIST, Udfald.FANDTES, Udfald.UTILGAENGELIG)
_NUMMER = re.compile(r"[0-9]{1,6}")
#: Ten digits, with or without the usual separator, whatever the date: in a fault's text they are never worth a risk.
_CPR = re.compile(r"(?<![0-9])[0-9]{6}[- ]?[0-9]{4}(?![0-9])")
_DYBESTE = 12


@cache
def _tabel() -> dict[str, Udfald]:
    return {r.kode: _KLASSER[r.ekstra["klasse"]] for r in liste("dfdg_fejlkode").raekker}


def klasse(kode: str, operation: str = "") -> Udfald:
    """What one error number means for ``operation``."""
    if kode in _ALLEREDE.get(operation, ()):
        return Udfald.FANDTES
    if kode in IKKE_EJER:
        return Udfald.IKKE_EJER
    return _tabel().get(kode, Udfald.AFVIST)


def fejlsvar(fejl: Iterable[Svarfejl], status: int | None, operation: str) -> Svar:
    """DFDG lists all faults (at least one here): the gravest class decides, all are kept, and ``kode`` is the first
    one of that class."""
    alle = tuple(fejl)
    klasser = [klasse(f.kode, operation) for f in alle]
    udfald = min(klasser, key=_ALVOR.index)
    return Svar(udfald, kode=alle[klasser.index(udfald)].kode, fejl=alle, http_status=status)


def statussvar(status: int, *, soap: bool) -> Svar:
    """An answer whose body carries no fault that can be read: what the HTTP status alone says.

    REST (STAR's pages): 412 = this ``x-requestId`` has been here before; 500 = fault at STAR, nothing changed. That
    promise is not given for SOAP, and 502 and 504 come from something between us and DFDG that may have passed the
    request on: those are in doubt.
    """
    kode = f"http_{status}"
    if status == 412 and not soap:
        return Svar(Udfald.FANDTES, kode="412", http_status=status)
    if status in (401, 403, 407) or 300 <= status < 400:
        return Svar(Udfald.ADGANG, kode=kode, http_status=status)
    if status in (502, 504) or (soap and status == 500):
        return Svar(Udfald.INTET_SVAR, kode=kode, http_status=status)
    if status in (408, 425, 429) or status >= 500:
        return Svar(Udfald.UTILGAENGELIG, kode=kode, http_status=status)
    if status >= 400:
        return Svar(Udfald.AFVIST, kode=kode, fejl=(Svarfejl(kode, "Svar uden fejlkode"),), http_status=status)
    return uforstaaeligt(status)


def uforstaaeligt(status: int | None) -> Svar:
    """A "done" that carries no receipt: whether it was done is in doubt."""
    return Svar(Udfald.INTET_SVAR, kode="uforstaaeligt_svar", http_status=status)


def ren_tekst(tekst: str) -> str:
    """A fault's text: one line, short, and without anything that looks like a CPR number."""
    return _CPR.sub("[maskeret]", " ".join(tekst.split()))[:300]


def nummer(vaerdi: Any) -> str | None:
    """An error number as DFDG may write it; None for anything else (so also for a CPR number in its place)."""
    if isinstance(vaerdi, bool) or not isinstance(vaerdi, int | str):
        return None
    tekst = str(vaerdi).strip()
    return tekst if _NUMMER.fullmatch(tekst) else None


def fra_json(krop: Any, kodefelter: Iterable[str], tekstfelter: Iterable[str]) -> tuple[Svarfejl, ...]:
    """Faults of a REST answer, wherever in it they stand. The body's field names are not public: several spellings,
    in any letter case, are read."""
    koder, tekster = [k.lower() for k in kodefelter], [t.lower() for t in tekstfelter]
    ud: list[Svarfejl] = []

    def led(v: Any, dybde: int) -> None:
        if dybde > _DYBESTE:
            return
        if isinstance(v, list):
            for x in v:
                led(x, dybde + 1)
        elif isinstance(v, dict):
            felter = {str(k).lower(): x for k, x in v.items()}
            kode = next((n for k in koder if (n := nummer(felter.get(k))) is not None), None)
            if kode is not None:
                tekst = next((felter[t] for t in tekster if isinstance(felter.get(t), str)), "")
                ud.append(Svarfejl(kode, ren_tekst(tekst)))
                return
            for x in v.values():
                led(x, dybde + 1)

    led(krop, 0)
    return tuple(ud)
