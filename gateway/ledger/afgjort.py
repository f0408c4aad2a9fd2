"""What a decision becomes: numbered registrations, without those that DFDG has receipted; and ids that only DFDG knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from gateway.lanes.forsoeg import Anmodning, Svar
from gateway.lanes.registrering import Fase, mulig_gentagelse
from gateway.lanes.registrering import Tilstand as Registreringstilstand
from gateway.ledger import kvitteringer
from gateway.ledger.enhed import Enhed
from gateway.ledger.raekker import Haendelsesraekke, Registreringsraekke, det_samme
from gateway.rules import dfdgs_fravaer
from gateway.rules.aendringer import DfdgsFravaerSat, IndlaestKontrolleret, anvend
from gateway.rules.model import Afgoerelse
from gateway.rules.registreringer import UDEN_AFLAESNING, Registrering
from gateway.rules.tilstand import Borger


def uden_kvitterede(
    h: Haendelsesraekke, afg: Afgoerelse, anmodninger: list[Anmodning]
) -> tuple[Afgoerelse, list[Anmodning]]:
    """An event decided again does not register again what DFDG has receipted of it (I3)."""
    kvitterede = {det_samme(r.handling, r.anmodning) for r in h.registreringer if r.tilstand.fase is Fase.REGISTRERET}
    if not kvitterede:
        return afg, anmodninger
    staar = [
        nr
        for nr, (r, a) in enumerate(zip(afg.registreringer, anmodninger, strict=True))
        if det_samme(r.indhold.operation, a) not in kvitterede
    ]
    if len(staar) == len(anmodninger):
        return afg, anmodninger
    plads = {gammel: ny for ny, gammel in enumerate(staar)}

    def nr(i: int | None) -> int | None:
        # What waited for a receipt that is there already leaves with the next one, or with the event's end.
        return None if i is None or not staar else plads.get(i, 0)

    afg = _omnummereret(replace(afg, registreringer=tuple(afg.registreringer[i] for i in staar)), nr)
    return afg, [anmodninger[i] for i in staar]


def _omnummereret(afg: Afgoerelse, nr: Callable[[int | None], int | None]) -> Afgoerelse:
    """What waits for a registration's receipt waits for the one that ``nr`` gives."""
    return replace(
        afg,
        beskeder=tuple(replace(b, efter_registrering=nr(b.efter_registrering)) for b in afg.beskeder),
        overdragelser=tuple(replace(o, efter_registrering=nr(o.efter_registrering)) for o in afg.overdragelser),
    )


def ny_tilstand(h: Haendelsesraekke, a: Anmodning, r: Registrering) -> Registreringstilstand:
    """Where a registration begins; one of an event that is told again may be at DFDG already."""
    t = Registreringstilstand(klasse=a.klasse, kan_aflaeses=r.indhold.operation not in UDEN_AFLAESNING)
    return t if h.gentaget is None else mulig_gentagelse(t, h.gentaget)


def med_registreringsnumre(afg: Afgoerelse, foerste_nr: int) -> Afgoerelse:
    """``efter_registrering`` as the registration's own number: a decision made again goes on numbering."""
    if not afg.registreringer:
        return afg
    sidste = len(afg.registreringer) - 1

    def nr(i: int | None) -> int:
        return foerste_nr + (sidste if i is None else i)

    return _omnummereret(afg, nr)


def med_fundet_id(aendring: Any, r: Registreringsraekke, svar: Svar | None) -> Any:
    """An absence whose id was not told (imported, or made over SOAP): DFDG's own, from the answer to a reading."""
    if r.handling != kvitteringer.KUN_LAESNING or svar is None or not svar.registrerings_id:
        return aendring
    if isinstance(aendring, DfdgsFravaerSat):
        return dfdgs_fravaer.med_fundet_id(aendring, svar.registrerings_id)
    if isinstance(aendring, IndlaestKontrolleret) and aendring.fravaer_id is None:
        return replace(aendring, fravaer_id=UUID(svar.registrerings_id))
    return aendring


def navngiv(e: Enhed, h: Haendelsesraekke, eget: str, dfdgs: str) -> None:
    """The event's later registrations of an absence whose id at DFDG was just read, none of them sent yet, get that id."""
    for r in h.registreringer:
        if r.tilstand.fase is Fase.KLAR and not r.tilstand.forsoeg and r.anmodning.entitets_id == eget:
            r.anmodning = r.anmodning.under_andet_id(dfdgs)
            r.omdoebt = True
            e.gem_registrering(r)


def fold(tilstand: Borger, afg: Afgoerelse) -> Borger:
    """The state when everything the decision leads to is granted."""
    tilstand = anvend(tilstand, afg.aendringer)
    for r in afg.registreringer:
        tilstand = anvend(tilstand, r.aendringer)
    return tilstand
