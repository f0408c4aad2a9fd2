"""``gateway prognose``: what an outage would do, before it does; shown by ``gateway vindue`` too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.kommandoer.faelles import Json, koer, skriv_json, tidspunkt, ud
from gateway.lanes.prognose import Prognose
from gateway.rules.model import KOEBENHAVN


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def prognose(
        til: Annotated[str, typer.Option(help="Until when DFDG is away: a time with offset.")],
        tjeneste: Annotated[
            list[str] | None, typer.Option(help="A DFDG service; more than one may be given, none: all.")
        ] = None,
        json_ud: Json = False,
    ) -> None:
        """If DFDG is away until then: citizens who pass a date, handovers that are late, and how long draining takes."""
        from gateway.drift import med_ledger

        slut = tidspunkt("--til", til)
        p = koer(lambda: med_ledger(lambda g: hent(g, slut, tjeneste or [])))
        skriv_json(som_json(p)) if json_ud else ud.print(i_ord(p))


async def hent(g: Any, til: datetime, tjenester: list[str]) -> Prognose:
    """The forecast from now on, with this installation's rates."""
    from gateway.app import nu
    from gateway.drift import hent_settings
    from gateway.ledger.prognose import prognose

    takster = hent_settings().dfdg.takster()
    begynder = nu()
    return await prognose(g.pulje, g.noegler, begynder, max(til, begynder), tjenester=tjenester, takster=takster)


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
    return f"{tekst} Afviklingen tager {_varighed(p)}, de hårdeste datoer først: {raekke}."


def _varighed(p: Prognose) -> str:
    sekunder = p.varighed.total_seconds() if p.varighed else 0.0
    if sekunder < 90:
        return f"{sekunder:.0f} sekunder"
    minutter = round(sekunder / 60)
    return f"{minutter} minutter" if minutter < 120 else f"{minutter // 60} timer og {minutter % 60} minutter"


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
