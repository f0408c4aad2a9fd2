"""Taking a correction into a state: what differs between two tellings of the history is set, the rest stands.

Pure. The present state may hold more than the history (a job-order contact decided meanwhile), so it is not replaced.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from gateway.rules.tilstand import Borger, Medlemskab


def flet(nu: Borger, foer: Borger, efter: Borger) -> Borger:
    """The present state with what the correction changes, and nothing else: element by element, by each one's key."""
    aendret: dict[str, Any] = {}
    for f in fields(Borger):
        a, b = getattr(foer, f.name), getattr(efter, f.name)
        if a == b:
            continue
        aendret[f.name] = _flet_raekke(getattr(nu, f.name), a, b) if isinstance(b, tuple) else b
    if "medlemskaber" in aendret:
        # What DFDG has once receipted under the a-kasse's certificate is no less true for a correction (J5).
        bekraeftede = {m.akassekode for m in nu.medlemskaber if m.bekraeftet}
        aendret["medlemskaber"] = _beholdt(nu, aendret["medlemskaber"], bekraeftede)
    if "forloeb" in aendret:
        # Courses stand in the order of their markings, which never overlap (V11): the last one is the newest.
        aendret["forloeb"] = tuple(sorted(aendret["forloeb"], key=lambda f: f.startdato))
    return replace(nu, **aendret)


def _beholdt(nu: Borger, flettet: tuple[Medlemskab, ...], bekraeftede: set[str]) -> tuple[Medlemskab, ...]:
    staar = {m.akassekode for m in flettet}
    tilbage = [m for m in nu.medlemskaber if m.akassekode in bekraeftede - staar]
    return (*(replace(m, bekraeftet=m.bekraeftet or m.akassekode in bekraeftede) for m in flettet), *tilbage)


def _flet_raekke(nu: tuple[Any, ...], foer: tuple[Any, ...], efter: tuple[Any, ...]) -> tuple[Any, ...]:
    gamle, nye = {_noegle(x): x for x in foer}, {_noegle(x): x for x in efter}
    ud = []
    for x in nu:
        n = _noegle(x)
        if n in nye:
            ud.append(nye[n] if nye[n] != gamle.get(n) else x)
        elif n not in gamle:
            ud.append(x)
    staar = {_noegle(x) for x in ud}
    ud += [x for n, x in nye.items() if n not in staar and (n not in gamle or nye[n] != gamle[n])]
    return tuple(ud)


_NOEGLER = (
    "forloeb_id", "samtale_id", "frist_id", "ferie_id", "indsats_id", "indstilling_id", "tilbud_id", "forslag_id",
    "aktivitet_id", "overdragelse_id", "haendelse_id", "fravaer_id",
)  # fmt: skip


def _noegle(x: Any) -> Any:
    """What tells two elements of a row of the state apart."""
    for navn in _NOEGLER:
        if hasattr(x, navn):
            return navn, getattr(x, navn)
    if hasattr(x, "kommunekode") and hasattr(x, "fra"):
        return "fra", x.fra
    if hasattr(x, "bekraeftet"):
        return "akassekode", x.akassekode
    return x
