"""A rule as the project words it: what ``docs/regler`` is generated from. Each chapter declares its own beside its code."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.rules.model import Regime


@dataclass(frozen=True, slots=True)
class Regel:
    """One rule, in Danish for caseworkers; its home is the module that declares it.

    ``kilde``: VEJL (the ministry's guidance to the trial order, by section), OPSL (STAR's call for applicants 2019), INIT
    (the agreement), EVAL (the midterm evaluation 2022), L24 (the proposal in force from 2024), LAB24 (the act as of 2024).
    ``valg``: what is the project's own choice, where the sources disagree or are silent.
    ``kode``: the names that carry the rule out, in this module (``afgoer_flyttet``) or another
    (``gateway.rules.visitation:bedoem``, or the whole of ``gateway.rules.planlaegning``).
    ``parametre``: fields of ``regimer.Parametre`` that differ by regime; ``vaerdier``: constants of the rules
    (``valg.BESLUTNINGSFRIST``). A text names their value in braces, ``{BESLUTNINGSFRIST}``, a parameter's that of
    ``regime``: no figure is typed a second time.
    ``kun_dokumenteret``: nothing in the gateway carries it out.
    """

    id: str
    titel: str
    tekst: str
    kilde: str
    kode: tuple[str, ...] = ()
    valg: str = ""
    parametre: tuple[str, ...] = ()
    vaerdier: tuple[str, ...] = ()
    regime: Regime | None = None
    kun_dokumenteret: bool = False
