"""A decision tree as a mermaid diagram. What two answers lead to is drawn once."""

from __future__ import annotations

import textwrap

from gateway.rules.trae import Blad, Knude, Spoerg, Trae, Videre, knuder

#: Letters a line of a box holds at most.
BREDDE = 44
_FARVER = {
    "registreret": "fill:#dff0d8,stroke:#3c763d",
    "videresendt": "fill:#d9edf7,stroke:#31708f",
    "noteret": "fill:#f5f5f5,stroke:#777",
    "uden virkning": "fill:#fff,stroke:#777,stroke-dasharray:4",
    "afventer": "fill:#fff3cd,stroke:#8a6d3b",
    "afvist": "fill:#f2dede,stroke:#a94442",
    "stoppet": "fill:#f2dede,stroke:#a94442,stroke-width:3px",
}


def _tekst(*linjer: str) -> str:
    """Quoted, with what mermaid would read as syntax written as entities."""
    brudt = [b for linje in linjer for b in textwrap.wrap(linje, BREDDE, break_on_hyphens=False)]
    return '"' + "<br>".join(b.replace("#", "#35;").replace('"', "#quot;") for b in brudt) + '"'


def status_i_ord(status: str) -> str:
    return status.replace("_", " ")


def _klasse(status: str) -> str:
    return status.replace("_", "")


def _knude(k: Knude) -> str:
    match k:
        case Spoerg(spoergsmaal=s):
            return f"{{{_tekst(s)}}}"
        case Videre(tekst=t):
            return f"([{_tekst(t)}])"
        case Blad(status=status, regel=regel, tekst=t, fejl=fejl):
            hoved = " · ".join(x for x in (status_i_ord(status), regel if regel != "…" else None, fejl) if x)
            return f"[{_tekst(hoved, t)}]:::{_klasse(status)}"


def diagram(trae: Trae) -> str:
    """The tree as the text of a mermaid flowchart."""
    navne = {k: f"n{nr}" for nr, k in enumerate(knuder(trae.rod))}
    linjer = ["flowchart TD", *(f"  {navn}{_knude(k)}" for k, navn in navne.items())]
    for k, navn in navne.items():
        if isinstance(k, Spoerg):
            linjer += [f"  {navn} -->|{_tekst(svar)}| {navne[under]}" for svar, under in k.svar]
    brugte = {status_i_ord(k.status) for k in navne if isinstance(k, Blad)}
    linjer += [f"  classDef {s.replace(' ', '')} {farve}" for s, farve in _FARVER.items() if s in brugte]
    return "\n".join(linjer)
