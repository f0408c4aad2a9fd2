"""Reading SOAP answers whose shape is not public: elements are found by name, wherever in the answer they stand."""

from __future__ import annotations

from datetime import date, datetime

from lxml import etree

from contracts.dfdg.grund import Element, laest_tid


def kraev_svar(svar: Element, operation: str) -> None:
    """Raises ``ValueError`` unless ``svar`` is the answer to ``operation``."""
    if navn(svar) != f"{operation}Response":
        raise ValueError(f"{navn(svar)} is no answer to {operation}")


def navn(element: Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def alle(svar: Element, navn_: str) -> list[Element]:
    """Every element of that name."""
    return [e for e in svar.iter(etree.Element) if navn(e) == navn_]


def med_felt(svar: Element, felt: str) -> list[Element]:
    """Every element that has a child of that name.

    Raises ``ValueError`` for an answer with content and none: an answer that is not understood is never an empty one.
    """
    fundne = [e for e in svar.iter(etree.Element) if any(navn(b) == felt for b in e)]
    if not fundne and any(not len(e) and (e.text or "").strip() for e in svar.iter(etree.Element)):
        raise ValueError(f"{navn(svar)} has content, but no {felt}")
    return fundne


def tekst(element: Element, felt: str) -> str | None:
    """The text of the child of that name; None when there is none, or it is empty."""
    barn = next((b for b in element if navn(b) == felt), None)
    return ((barn.text or "").strip() or None) if barn is not None else None


def dag(tekst_: str | None) -> date | None:
    """The Copenhagen date of a date or a moment as DFDG may write it. Raises ``ValueError`` for anything else."""
    if not tekst_:
        return None
    return date.fromisoformat(tekst_) if len(tekst_) == 10 else laest_tid(datetime.fromisoformat(tekst_)).date()
