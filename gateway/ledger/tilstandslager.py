"""A citizen's states as the ledger keeps them: one written whole, and beside it what was added since.

Whole it is written again when the additions have grown to about the square root of it (both then cost the same), so a
settlement costs little more with a long history than with a short one. Additions are encrypted for the very ciphertext
they belong to: beside another one they cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.ledger.krypto import Noegler, maerke
from gateway.rules import tillaeg as tillaeg_modul
from gateway.rules import tilstand as tilstand_modul
from gateway.rules.tilstand import Borger

#: A state shorter than this (bytes) is written whole.
MINDST = 4096
#: Additions longer than the square root of so many times the whole are folded into it: an addition is some 250 bytes.
FOLDES_VED = 512

UROERT = b""


@dataclass(frozen=True, slots=True)
class Lagret:
    """A state as it lies in the ledger: ``nu`` is ``helt`` (which takes up ``fylder`` bytes, told by ``maerke``) with what was
    added."""

    helt: Borger
    nu: Borger
    fylder: int
    maerke: bytes


def laes(noegler: Noegler, krypt: bytes | None, tillaeg: bytes | None) -> Lagret | None:
    """The state of a pair of columns, remembered for the next time; None: there is none."""
    if krypt is None:
        return None
    if tillaeg is None:
        b = noegler.laes(krypt, tilstand_modul.fra_json)
        return Lagret(b, b, len(krypt), maerke(krypt))

    def med_tillaeg(raa: bytes) -> Lagret:
        helt = noegler.laes(krypt, tilstand_modul.fra_json)
        return Lagret(helt, tillaeg_modul.tilfoej(helt, tillaeg_modul.fra_json(raa)), len(krypt), maerke(krypt))

    return noegler.laes(tillaeg, med_tillaeg, hoerer_til=maerke(krypt), vejer=len(krypt) + len(tillaeg))


def tilstand(noegler: Noegler, krypt: bytes | None, tillaeg: bytes | None) -> Borger | None:
    """The state of a pair of columns, for who goes through many of them: nothing is remembered, on any thread."""
    if krypt is None:
        return None
    helt = tilstand_modul.fra_json(noegler.dekrypter(krypt))
    if tillaeg is None:
        return helt
    return tillaeg_modul.tilfoej(helt, tillaeg_modul.fra_json(noegler.dekrypter(tillaeg, maerke(krypt))))


def skriv(noegler: Noegler, foer: Lagret | None, nu: Borger | None) -> tuple[bytes | None, bytes | None, Lagret | None]:
    """The pair of columns for ``nu`` where the ledger has ``foer`` (``UROERT``: as it lies there), and what it has then."""
    if nu is None:
        return None, None, None
    if foer is not None and nu is foer.nu:
        return UROERT, UROERT, foer
    if foer is not None and foer.fylder >= MINDST:
        raa = tillaeg_modul.til_json(tillaeg_modul.forskel(foer.helt, nu))
        if len(raa) ** 2 <= FOLDES_VED * foer.fylder:
            lagret = Lagret(foer.helt, nu, foer.fylder, foer.maerke)
            krypt = noegler.krypter(raa, hoerer_til=foer.maerke)
            noegler.husk(krypt, lagret, foer.maerke, foer.fylder + len(krypt))
            return UROERT, krypt, lagret
    krypt = noegler.skriv(nu, tilstand_modul.til_json)
    return krypt, None, Lagret(nu, nu, len(krypt), maerke(krypt))


def kolonner(
    noegler: Noegler, foer: Iterable[Lagret | None], nu: Iterable[Borger | None]
) -> tuple[list[Any], list[Lagret | None]]:
    """``skriv`` for several states beside each other: all columns in turn, and what the ledger has of each then."""
    dele = [skriv(noegler, f, n) for f, n in zip(foer, nu, strict=True)]
    return [k for krypt, tillaeg, _ in dele for k in (krypt, tillaeg)], [lagret for *_, lagret in dele]
