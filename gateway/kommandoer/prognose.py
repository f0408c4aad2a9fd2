"""``gateway prognose``: what an outage would do, before it does; shown by ``gateway vindue`` too."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from gateway.kommandoer.faelles import Json, koer, skriv_json, tidspunkt, ud
from gateway.lanes.prognose import Prognose
from gateway.ledger.prognosevisning import i_ord, som_json


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
    from gateway.drift import hent_settings
    from gateway.grundlag import nu
    from gateway.ledger.prognose import prognose

    takster = hent_settings().dfdg.takster()
    begynder = nu()
    return await prognose(g.pulje, g.noegler, begynder, max(til, begynder), tjenester=tjenester, takster=takster)
