"""The project's list of rules and decision trees: every chapter's declarations, each rule once, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from gateway.rules import (
    aarsagskoder,
    bookingfrister,
    cprskift,
    deltagelse,
    dfdg_medlemskab,
    ferie,
    forloeb,
    forloebsrettelser_regler,
    forslag,
    frister,
    fritagelse,
    indlaesning,
    indstillinger,
    jobcenter,
    jobcentersamtaler,
    medlemskab,
    mindre_intensiv,
    modpart,
    ophoer,
    overdragelse,
    overdragelsessvar,
    plan,
    planlaegning_regler,
    pligter,
    regimer,
    rettelser_regler,
    samtaler_regler,
    statistik,
    til_jobcentret_regler,
    vejledning,
    visitation_regler,
)
from gateway.rules.regel import Regel
from gateway.rules.trae import Trae

#: R regimes, V visitation, A endings with their causes (38, 41-46), S talks, F holiday, M less intensive effort, O handover,
#: J and T what comes back from the jobcenter, P plan and guidance, D deadlines and supervision.
BOGSTAVER = "RVASFMOJTPD"

_MODULER: tuple[ModuleType, ...] = (
    medlemskab,
    regimer,
    visitation_regler,
    til_jobcentret_regler,
    forloeb,
    forloebsrettelser_regler,
    ophoer,
    aarsagskoder,
    rettelser_regler,
    cprskift,
    indlaesning,
    dfdg_medlemskab,
    samtaler_regler,
    deltagelse,
    planlaegning_regler,
    bookingfrister,
    ferie,
    mindre_intensiv,
    fritagelse,
    overdragelse,
    overdragelsessvar,
    pligter,
    jobcenter,
    forslag,
    jobcentersamtaler,
    modpart,
    indstillinger,
    plan,
    vejledning,
    frister,
    statistik,
)


def orden(regel_id: str) -> tuple[int, int, int]:
    """Sorts ids as they are read: R1 … D2; the causes after the rules A1-A5."""
    if regel_id.isdigit():
        return BOGSTAVER.index("A"), 1, int(regel_id)
    return BOGSTAVER.index(regel_id[0]), 0, int(regel_id[1:])


def _saml(moduler: Iterable[ModuleType]) -> dict[str, tuple[Regel, str]]:
    """Each rule with its home. Raises ``ValueError`` when two modules are the home of one rule."""
    ud: dict[str, tuple[Regel, str]] = {}
    for modul in moduler:
        hjem = modul.__name__.removesuffix("_regler")
        for regel in getattr(modul, "REGLER", ()):
            if regel.id in ud:
                raise ValueError(f"{regel.id} is declared in {ud[regel.id][1]} and in {hjem}")
            ud[regel.id] = (regel, hjem)
    return dict(sorted(ud.items(), key=lambda x: orden(x[0])))


_FUNDNE = _saml(_MODULER)

#: Every rule by its id.
REGLER: dict[str, Regel] = {id_: regel for id_, (regel, _) in _FUNDNE.items()}

#: The module that is each rule's home; the others that carry it out stand in ``Regel.kode``.
HJEM: dict[str, str] = {id_: hjem for id_, (_, hjem) in _FUNDNE.items()}

#: Every tree by its name, in the order of the chapters.
TRAEER: dict[str, Trae] = {t.navn: t for modul in _MODULER for t in getattr(modul, "TRAEER", ())}

#: The tree of each event type.
TRAE_FOR: dict[str, Trae] = {type_: t for t in TRAEER.values() for type_ in t.typer}

#: The module whose tree it is.
TRAEETS_HJEM: dict[str, str] = {
    t.navn: modul.__name__.removesuffix("_regler") for modul in _MODULER for t in getattr(modul, "TRAEER", ())
}

#: J3, before every tree; and a correction by ``erstatter``, whatever its type.
EGNE, ERSTATTET = TRAEER["egne"], TRAEER["erstattet"]
