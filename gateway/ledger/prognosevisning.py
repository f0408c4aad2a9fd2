"""A forecast in words and as JSON, for the command line, the console and its API alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.lanes.prognose import Prognose
from gateway.ledger.tal_i_ord import varighed
from gateway.rules.model import KOEBENHAVN


def i_ord(p: Prognose) -> str:
    """Two or three sentences."""
    hvem = ", ".join(p.tjenester) or "DFDG"
    tekst = (
        f"Er {hvem} væk til {p.til.astimezone(KOEBENHAVN):%Y-%m-%d %H:%M}, passerer {p.forbi} borgere en dato, og "
        f"{p.overdragelser} overdragelser bliver forsinkede."
    )
    if p.forbi_nu:
        tekst += f" {p.forbi_nu} borgere har passeret en dato i forvejen."
    if p.faerdig is None:
        fulde = ", ".join(a.tjeneste for a in p.afvikling if a.faerdig is None)
        return f"{tekst} Køen bliver aldrig afviklet: der kommer mere, end {fulde} tager."
    if not any(a.registreringer for a in p.afvikling):
        return f"{tekst} Der er ingen kø at afvikle."
    raekke = ", ".join(f"{a.tjeneste} ({a.registreringer})" for a in p.afvikling if a.registreringer)
    return f"{tekst} Afviklingen tager {varighed(p.varighed or timedelta())}, de hårdeste datoer først: {raekke}."


def som_json(p: Prognose) -> dict[str, Any]:
    return {
        "nu": p.nu.isoformat(),
        "til": p.til.isoformat(),
        "tjenester": list(p.tjenester),
        "borgereIKoe": p.borgere,
        "borgereForbiDato": p.forbi,
        "borgereForbiDatoNu": p.forbi_nu,
        "overdragelserForsinkede": p.overdragelser,
        "faerdig": p.faerdig.isoformat() if p.faerdig else None,
        "varighedSekunder": p.varighed.total_seconds() if p.varighed is not None else None,
        "afvikling": [
            {
                "tjeneste": a.tjeneste,
                "registreringer": a.registreringer,
                "faerdig": a.faerdig.isoformat() if a.faerdig else None,
            }
            for a in p.afvikling
        ],
        "tekst": i_ord(p),
    }
