"""``gateway dfdg-beskeder``: DFDG's messages that wait or were put aside, and taking those up again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Begrundelse, Json, hvem, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    beskeder = typer.Typer(no_args_is_help=True, help="DFDG's messages (webservicebeskeder) that are not done.")
    app.add_typer(beskeder, name="dfdg-beskeder")

    @beskeder.command("list")
    def vis(json_ud: Json = False) -> None:
        """What waits and what was put aside, with the reason; no citizen is named."""
        from gateway.drift import med_ledger
        from gateway.ledger.dfdgbesked import uafsluttede

        raekker = koer(lambda: med_ledger(lambda g: uafsluttede(g.pulje)))
        if json_ud:
            skriv_json(raekker)
            return
        tabel = Table("nr", "type", "til", "tilstand", "årsag", "forsøg", "modtaget")
        for r in raekker:
            tabel.add_row(*(str(r[n]) for n in ("id", "type", "til", "tilstand", "aarsag", "forsoeg", "modtaget")))
        ud.print(tabel)

    @beskeder.command()
    def retry(
        ider: Annotated[list[int], typer.Argument(help="The numbers that list shows.")],
        begrundelse: Begrundelse,
        json_ud: Json = False,
    ) -> None:
        """Take messages up again that were put aside."""
        from gateway.drift import med_ledger
        from gateway.ledger.dfdgbesked import genoptag

        if not begrundelse.strip():
            raise Betjeningsfejl("--begrundelse says why; it is kept with the act")
        antal = koer(lambda: med_ledger(lambda g: genoptag(g.pulje, ider, hvem(), begrundelse)))
        skriv_json({"genoptaget": antal}) if json_ud else ud.print(f"{antal} beskeder tages op igen")
