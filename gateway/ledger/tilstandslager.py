"""A citizen's states as the ledger keeps them: one written whole, and beside it what was added since.

Whole it is written again when the additions have grown to about the square root of it (both then cost the same), so a
settlement costs little more with a long history than with a short one. Additions are encrypted for the very ciphertext
they belong to: beside another one they cannot be read.

A process remembers the states that it read or wrote last. It asks the ledger with what it knows each ciphertext by, and gets the
bytes of those alone that have become others since: a long history neither leaves PostgreSQL nor is decoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.ledger.krypto import KENDETEGN, Noegler, kendetegn, maerke
from gateway.rules import tillaeg as tillaeg_modul
from gateway.rules import tilstand as tilstand_modul
from gateway.rules.tilstand import Borger

#: A state shorter than this (bytes) is written whole.
MINDST = 4096
#: Additions longer than the square root of so many times the whole are folded into it: an addition is some 250 bytes.
FOLDES_VED = 512

#: In the place of a column's bytes: as it is known.
UROERT = b""

#: Confirmed, expected, and confirmed before pruning.
NAVNE = ("bekraeftet", "forventet", "grund")
_DELE = [f"{navn}_{del_}" for navn in NAVNE for del_ in ("krypt", "tillaeg")]

#: The arguments of ``kendte``, as ``n``: (borger_id, what each column is known by).
KENDTE = f"unnest($1::bigint[], {', '.join(f'${nr}::bytea[]' for nr in range(2, 8))}) n(borger_id, {', '.join(_DELE)})"


def _kolonne(navn: str) -> str:
    ens = f"substr(t.{navn}_krypt, 1, {KENDETEGN}) = n.{navn}_krypt"
    # Of a column that lies apart only the beginning is fetched for this.
    ens_tillaeg = f"{ens} and substr(t.{navn}_tillaeg, 1, {KENDETEGN}) = n.{navn}_tillaeg"
    return f"""case when {ens} then ''::bytea else t.{navn}_krypt end as {navn}_krypt,
               case when {ens_tillaeg} then ''::bytea else t.{navn}_tillaeg end as {navn}_tillaeg"""


#: What ``laes`` reads, of ``borger_tilstand t`` beside ``n``.
KOLONNER = ", ".join(map(_kolonne, NAVNE))


@dataclass(frozen=True, slots=True)
class Lagret:
    """A state as it lies in the ledger: ``nu`` is ``helt`` (``krypt``) with what was added (``tillaeg``)."""

    helt: Borger
    nu: Borger
    krypt: bytes
    tillaeg: bytes | None


#: By ``NAVNE``.
Raekke = Sequence[Lagret | None]
INTET: Raekke = (None, None, None)


def kendte(noegler: Noegler, borger_ids: Iterable[int]) -> tuple[list[list[Any]], dict[int, Raekke]]:
    """The arguments of ``KENDTE``, and the rows that they speak of: what is known holds until they are answered."""
    raekker: dict[int, Raekke] = {b: noegler.tilstande.find(b) or INTET for b in borger_ids}
    argumenter: list[list[Any]] = [list(raekker), *([] for _ in _DELE)]
    for raekke in raekker.values():
        dele = [
            k for lagret in raekke for k in ((lagret.krypt, lagret.tillaeg) if lagret is not None else (None, None))
        ]
        for kolonne, krypt in zip(argumenter[1:], dele, strict=True):
            kolonne.append(None if krypt is None else kendetegn(krypt))
    return argumenter, raekker


def laes(noegler: Noegler, borger_id: int, kendt: Raekke, r: Any) -> Raekke:
    """A row of ``KOLONNER`` with what was ``kendt`` when it was asked for; remembered for the next time."""
    raekke = tuple(
        _laes(noegler, lagret, r[f"{navn}_krypt"], r[f"{navn}_tillaeg"])
        for navn, lagret in zip(NAVNE, kendt, strict=True)
    )
    husk(noegler, borger_id, raekke)
    return raekke


def husk(noegler: Noegler, borger_id: int, raekke: Raekke) -> None:
    """What the ledger has of a citizen, or will have when the transaction is committed: if it is not, it is known by nothing
    that the ledger has."""
    noegler.tilstande.husk(
        borger_id, raekke, sum(len(x.krypt) + len(x.tillaeg or b"") for x in raekke if x is not None)
    )


def _laes(noegler: Noegler, kendt: Lagret | None, krypt: bytes | None, tillaeg: bytes | None) -> Lagret | None:
    if krypt is None:
        return None
    if kendt is not None and krypt == UROERT:
        if tillaeg == UROERT or tillaeg == kendt.tillaeg:
            return kendt
        helt, krypt = kendt.helt, kendt.krypt
    else:
        helt = tilstand_modul.fra_json(noegler.dekrypter(krypt))
    if tillaeg is None:
        return Lagret(helt, helt, krypt, None)
    nu = tillaeg_modul.tilfoej(helt, tillaeg_modul.fra_json(noegler.dekrypter(tillaeg, maerke(krypt))))
    return Lagret(helt, nu, krypt, tillaeg)


def tilstand(noegler: Noegler, krypt: bytes | None, tillaeg: bytes | None) -> Borger | None:
    """The state of a pair of columns, for who goes through many of them: nothing is remembered, on any thread."""
    lagret = _laes(noegler, None, krypt, tillaeg)
    return None if lagret is None else lagret.nu


def skriv(noegler: Noegler, foer: Lagret | None, nu: Borger | None) -> Lagret | None:
    """How the ledger is to have ``nu`` where it has ``foer``."""
    if nu is None:
        return None
    if foer is not None and nu is foer.nu:
        return foer
    if foer is not None and len(foer.krypt) >= MINDST:
        raa = tillaeg_modul.til_json(tillaeg_modul.forskel(foer.helt, nu))
        if len(raa) ** 2 <= FOLDES_VED * len(foer.krypt):
            return Lagret(foer.helt, nu, foer.krypt, noegler.krypter(raa, hoerer_til=maerke(foer.krypt)))
    return Lagret(nu, nu, noegler.krypter(tilstand_modul.til_json(nu)), None)


def kolonner(noegler: Noegler, foer: Raekke, nu: Iterable[Borger | None]) -> tuple[list[bytes | None], Raekke]:
    """All columns in turn, ``UROERT`` where the ledger has these very bytes, and what it has then."""
    raekke: list[Lagret | None] = []
    for gammel, ny in zip(foer, nu, strict=True):
        # The same object is the same bytes: it is encrypted once.
        ens = next((x for x in raekke if x is not None and x.nu is ny), None)
        raekke.append(
            ens if ens is not None and (gammel is None or gammel.nu is not ny) else skriv(noegler, gammel, ny)
        )
    return [del_ for gammel, ny in zip(foer, raekke, strict=True) for del_ in _par(gammel, ny)], raekke


def _par(gammel: Lagret | None, ny: Lagret | None) -> tuple[bytes | None, bytes | None]:
    if gammel is None or ny is None:
        return (None, None) if ny is None else (ny.krypt, ny.tillaeg)
    return (
        UROERT if ny.krypt is gammel.krypt else ny.krypt,
        UROERT if ny.tillaeg is gammel.tillaeg and ny.tillaeg is not None else ny.tillaeg,
    )
