"""Ids at DFDG after a correction: what was deleted there is not taken again (A2, A5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from gateway.rules import dfdgbillede
from gateway.rules.dfdgbillede import Billede
from gateway.rules.model import NAVNERUM, Haendelse
from gateway.rules.registreringer import OpretSamtale, Registrering, SletFravaer, SletIndkaldelse
from gateway.rules.tilstand import Borger, fra_json, til_json


@dataclass(frozen=True, slots=True)
class Ider:
    """Which ids stand at DFDG for those that the history gives: what was deleted there is not taken again."""

    nu: dict[UUID, UUID]
    nye: dict[UUID, UUID]
    slettede: tuple[UUID, ...]

    def paa(self, r: Registrering) -> Registrering:
        """The registration under the ids that hold after the correction."""
        return med_ider(r, {**self.nu, **self.nye})

    def i_foer(self, tilstand: Borger) -> Borger:
        return ombyt(tilstand, self.nu)

    def i_efter(self, tilstand: Borger, nu: Borger) -> Borger:
        ud = ombyt(tilstand, {**self.nu, **self.nye})
        return replace(
            ud,
            ombyttede=(*nu.ombyttede, *self.nye.items()),
            slettede=tuple(dict.fromkeys((*nu.slettede, *self.slettede))),
        )


def ider(
    haendelse: Haendelse, nu: Borger, foer: Billede, registreringer: list[Registrering], faldne: Iterable[UUID]
) -> Ider:
    """The ids for these registrations: a new one where the present one was deleted at DFDG, or is the a-kasse's to delete
    (``faldne``): the old one may stand there still."""
    nuvaerende = dict(nu.ombyttede)
    nye: dict[UUID, UUID] = {}
    slettede: list[UUID] = [nuvaerende.get(id_, id_) for id_ in faldne]
    for r in registreringer:
        id_ = r.entitets_id
        if id_ is None:
            continue
        staar = nuvaerende.get(id_, id_)
        if isinstance(r.indhold, SletFravaer | SletIndkaldelse):
            slettede.append(staar)
        elif staar in nu.slettede or dfdgbillede.noegle_for(r.indhold) in foer.slettede:
            nye[id_] = uuid5(NAVNERUM, f"igen|{staar}|{haendelse.kilde}|{haendelse.id}")
            slettede.append(staar)
    return Ider(nuvaerende, nye, tuple(slettede))


def ombyt(tilstand: Borger, ider: dict[UUID, UUID]) -> Borger:
    if not ider:
        return tilstand
    raa = til_json(tilstand)
    # An activity is kept under its publisher's own id, whatever id it has at DFDG.
    egne = {a.aktivitet_id for a in tilstand.aktiviteter}
    for gammel, ny in ider.items():
        if gammel in egne:
            continue
        raa = raa.replace(str(gammel).encode(), str(ny).encode())
    return fra_json(raa)


def med_ider(r: Registrering, ider: dict[UUID, UUID]) -> Registrering:
    i = r.indhold
    for felt in ("fravaer_id", "indkaldelse_id", "deltager_id", "aktivitet_id", "samtale_id"):
        gammelt = getattr(i, felt, None)
        if gammelt in ider and not isinstance(i, OpretSamtale):
            nye: dict[str, Any] = {felt: ider[gammelt]}
            i = replace(i, **nye)
    return replace(r, indhold=i)
