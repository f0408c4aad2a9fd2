"""``gateway proev``: what would happen to an event, with no effect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.kommandoer.faelles import Json, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def proev(
        fil: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The whole event as JSON.")],
        json_ud: Json = False,
    ) -> None:
        """Try an event: the decision, the rendered registrations, the kvittering. Nothing is stored or sent."""
        from gateway.drift import med_ledger
        from gateway.grundlag import nu
        from gateway.ledger.proeve import Proeve

        async def arbejde(g: Any) -> dict[str, Any]:
            return await Proeve(g.pulje, g.motor, g.noegler, g.miljoe, nu).proev(fil.read_bytes())

        svar = koer(lambda: med_ledger(arbejde))
        skriv_json(svar) if json_ud else ud.print_json(data=svar, default=str)
