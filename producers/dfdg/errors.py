"""DFDG's error numbers to what a caller can do. One number space for SOAP and REST; only the number is matched.

Numbers and meanings are those of STAR's public error catalogue; their classes are the project's (STAR publishes none).
A number that is not listed stops that registration for a person to look at: never an automatic loop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from contracts.felter import er_cpr
from gateway.lanes.forsoeg import Svarfejl, Udfald

#: Every call would fail: the channel stops (certificate, headers, configuration).
ADGANG = frozenset({"1009", "1012", "1013", "1101", "4413", "8173", "8174", "8232", "8233", "8234", "8235"})
#: The citizen is not (any more) the caller's own (J5).
IKKE_EJER = frozenset({"4511", "4575", "4586", "4856", "4857", "4922", "6005", "90006", "90007"})
#: Answered, nothing changed, may pass: server faults and faults downstream of DFDG.
FORBIGAAENDE = frozenset({"1011", "1100", "4769", "9018", "9303", "9329", "9337", "9344", "9345", "9346"})
#: What was asked for is there already: read back.
FANDTES = frozenset({"4977", "8303", "150011"})

_ALVOR = (Udfald.ADGANG, Udfald.IKKE_EJER, Udfald.AFVIST, Udfald.FANDTES, Udfald.UTILGAENGELIG)
_KODEFELTER = ("fejlkode", "kode", "code", "errorCode", "faultCode", "Fejlkode")
_TEKSTFELTER = ("fejltekst", "tekst", "message", "beskrivelse", "faultString", "Fejltekst")
_CPR = re.compile(r"(?<!\d)(\d{6})[- ]?(\d{4})(?!\d)")


def klasse(kode: str, *, ikke_tilmeldt_er_trace: bool = False) -> Udfald:
    """What one error number means. ``ikke_tilmeldt_er_trace``: a de-registration, for which 4367 says "done before"."""
    if kode in ADGANG:
        return Udfald.ADGANG
    if kode in IKKE_EJER:
        return Udfald.IKKE_EJER
    if kode in FORBIGAAENDE:
        return Udfald.UTILGAENGELIG
    if kode in FANDTES or (ikke_tilmeldt_er_trace and kode == "4367"):
        return Udfald.FANDTES
    return Udfald.AFVIST


def gravest(fejl: Iterable[Svarfejl], *, afmelding: bool = False) -> Udfald | None:
    """DFDG lists all faults: the gravest class decides. None without faults."""
    klasser = {klasse(f.kode, ikke_tilmeldt_er_trace=afmelding) for f in fejl}
    return next((k for k in _ALVOR if k in klasser), None)


def ren_tekst(tekst: str) -> str:
    """A fault's text, short, and without anything that looks like a CPR number."""
    return _CPR.sub(lambda m: "[maskeret]" if er_cpr(m[1] + m[2]) else m[0], tekst)[:300]


def fra_json(krop: Any) -> tuple[Svarfejl, ...]:
    """Faults of a REST answer. The body's field names are not public, so several spellings are read."""
    ud: list[Svarfejl] = []

    def led(v: Any) -> None:
        if isinstance(v, list):
            for x in v:
                led(x)
        elif isinstance(v, dict):
            kode = next((v[f] for f in _KODEFELTER if f in v), None)
            if isinstance(kode, (int, str)) and str(kode).strip().isdigit():
                tekst = next((str(v[f]) for f in _TEKSTFELTER if f in v), "")
                ud.append(Svarfejl(str(kode).strip(), ren_tekst(tekst)))
                return
            for x in v.values():
                led(x)

    led(krop)
    return tuple(ud)
