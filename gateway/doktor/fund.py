"""What the doctor finds: one line a matter, with what puts it right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stand(StrEnum):
    OK = "ok"
    ADVARSEL = "advarsel"  # works, and will not for long, or can't be judged
    FEJL = "fejl"  # does not work


@dataclass(frozen=True, slots=True)
class Fund:
    """``emne`` is a fixed word (``certifikat``, ``kafka`` …), ``tekst`` one sentence without personal data, ``loesning`` what
    to do where it is not ok."""

    emne: str
    stand: Stand
    tekst: str
    loesning: str | None = None


def ok(emne: str, tekst: str) -> Fund:
    return Fund(emne, Stand.OK, tekst)


def advarsel(emne: str, tekst: str, loesning: str) -> Fund:
    return Fund(emne, Stand.ADVARSEL, tekst, loesning)


def fejl(emne: str, tekst: str, loesning: str) -> Fund:
    return Fund(emne, Stand.FEJL, tekst, loesning)
