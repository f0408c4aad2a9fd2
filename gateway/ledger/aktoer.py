"""Who acts, by which way, and what they may: one reader, operator or supervisor, for an a-kasse or for all.

The rights are checked where the act is done, so that console, API and command line can't differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from gateway.errors import Adgangsfejl

#: Stands for every a-kasse, and for what is the whole installation's.
ALLE = "*"
Via = Literal["cli", "api", "konsol"]


class Rolle(StrEnum):
    """``laeser`` sees events, citizens (by pseudonym) and what is stopped; ``operatoer`` acts, too; ``tilsyn`` sees figures and
    the log of acts, and no citizen."""

    LAESER = "laeser"
    OPERATOER = "operatoer"
    TILSYN = "tilsyn"


@dataclass(frozen=True, slots=True)
class Rettigheder:
    """Roles, each for an a-kasse's code or ``*``."""

    roller: frozenset[tuple[Rolle, str]] = frozenset()

    @classmethod
    def fra_tekst(cls, tekster: Iterable[str]) -> Rettigheder:
        """Of ``operatoer:01``, ``laeser:*``; what is not understood gives no right."""
        fundne = set()
        for tekst in tekster:
            rolle, skille, kode = tekst.partition(":")
            if skille and kode and rolle in set(Rolle):
                fundne.add((Rolle(rolle), kode))
        return cls(frozenset(fundne))

    def som_tekst(self) -> list[str]:
        return sorted(f"{rolle.value}:{kode}" for rolle, kode in self.roller)

    def har(self, *roller: Rolle, akassekode: str | None) -> bool:
        """Whether one of the roles is held for the a-kasse; None: for the whole installation."""
        return any((r, k) in self.roller for r in roller for k in {ALLE, akassekode or ALLE})

    def akasser(self, *roller: Rolle) -> frozenset[str] | None:
        """The a-kasser for which one of the roles is held; None: every one."""
        koder = {k for r, k in self.roller if r in roller}
        return None if ALLE in koder else frozenset(koder)


#: The command line: whoever can run it reaches the database anyway.
_ALT = Rettigheder(frozenset((r, ALLE) for r in Rolle))
#: Who may look at citizens and their events.
LAESERE = (Rolle.LAESER, Rolle.OPERATOER)


@dataclass(frozen=True, slots=True)
class Aktoer:
    """``navn`` is kept with each act."""

    navn: str
    via: Via = "cli"
    rettigheder: Rettigheder = field(default=_ALT)

    def kraev(self, akassekode: str | None) -> None:
        """Raises ``Adgangsfejl`` unless they are an operator of the a-kasse (None: of the whole installation)."""
        if not self.rettigheder.har(Rolle.OPERATOER, akassekode=akassekode):
            hvad = f"a-kasse {akassekode}" if akassekode else "hele installationen"
            raise Adgangsfejl(
                f"{self.navn} er ikke operatør for {hvad}: det kræver rollen operatoer:{akassekode or ALLE}"
            )


def som_aktoer(hvem: Aktoer | str) -> Aktoer:
    """A name alone is the command line's user."""
    return hvem if isinstance(hvem, Aktoer) else Aktoer(hvem)


def partens_akasse(part: str) -> str | None:
    """``akasse.01``, ``/akasse/01/loen`` -> ``01``; None for a jobcenter's or the gateway's own."""
    art, _, rest = part.lstrip("/").replace("/", ".", 1).partition(".")
    kode = rest.partition("/")[0].partition(".")[0]
    return kode if art == "akasse" and kode else None
