"""Code lists: SOAP CodeListService v5, one operation per list (``Get<Name>CodeList``); to be called once a day.

The service, its version and the form of the operations' names are public; the messages are not. Which list of DFDG's
is which of the project's stands in ``contracts/codes/kodelister.csv``.
"""

from __future__ import annotations

from lxml import etree

from contracts.codes import Kodeliste, Koderaekke, liste
from contracts.dfdg.grund import Element, Soaptjeneste
from contracts.dfdg.laesning import alle, dag, kraev_svar, med_felt, tekst

TJENESTE = Soaptjeneste("CodeListService", 5)


def lister() -> dict[str, str]:
    """DFDG's name of each list that is read → the project's."""
    kilder: Kodeliste = liste("kodelister")
    return {r.kode: r.navn for r in kilder.raekker}


def operation(dfdg_navn: str) -> str:
    return f"Get{dfdg_navn}CodeList"


def anmodning(dfdg_navn: str) -> Element:
    """The body that asks for a list. It takes nothing: a code list is nobody's."""
    ns = TJENESTE.navnerum
    return etree.Element(f"{{{ns}}}{operation(dfdg_navn)}Request", nsmap={None: ns})  # type: ignore[dict-item]


def laes(svar: Element, dfdg_navn: str) -> list[Koderaekke]:
    """The list's rows. Raises ``ValueError`` for an answer that is none, or that holds no row: no list is empty."""
    kraev_svar(svar, operation(dfdg_navn))
    raekker = [_raekke(e, dfdg_navn) for e in med_felt(svar, "Identifier")]
    if not raekker or len(alle(svar, "Identifier")) != len(raekker):
        raise ValueError(f"{operation(dfdg_navn)}Response holds no list that can be read")
    return raekker


def _raekke(e: Element, dfdg_navn: str) -> Koderaekke:
    kode = tekst(e, "Identifier")
    if not kode:
        raise ValueError("a row without an identifier")
    return Koderaekke(
        kode=kode,
        tekst=tekst(e, "Name") or "",
        fra=dag(tekst(e, "ValidFrom")),
        til=dag(tekst(e, "ValidTo")),
        kilde=f"DFDG, CodeListService v5, {operation(dfdg_navn)}",
        sikkerhed="set",
        ekstra={},
    )
