"""``gateway logbog``: who did what, why, and what stood before and after."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.kommandoer.faelles import Json, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def logbog(
        maal: Annotated[
            str | None, typer.Option(help="Only acts on this (a dead letter's id, a window's number).")
        ] = None,
        hoejst: Annotated[int, typer.Option(help="At most so many.")] = 50,
        json_ud: Json = False,
    ) -> None:
        """Operators' acts, newest first. Nobody can change or remove one."""
        from gateway.drift import med_ledger
        from gateway.ledger.logbog import laes

        async def arbejde(g: Any) -> Any:
            return await laes(g.pulje, g.noegler, maal=maal, hoejst=hoejst)

        handlinger = koer(lambda: med_ledger(arbejde))
        if json_ud:
            skriv_json(
                [
                    {
                        "id": h.id, "tid": h.tid, "hvem": h.hvem, "via": h.via, "handling": h.handling, "maal": h.maal,
                        "begrundelse": h.begrundelse, "akassekode": h.akassekode, "foer": h.foer, "efter": h.efter,
                        "felter": sorted(h.indhold["efter"]) if h.indhold else [],
                    }
                    for h in handlinger
                ]
            )  # fmt: skip
            return
        tabel = Table("tid", "hvem", "via", "handling", "mål", "begrundelse")
        for h in handlinger:
            tabel.add_row(f"{h.tid:%Y-%m-%d %H:%M:%S}", h.hvem, h.via, h.handling, h.maal, h.begrundelse)
        ud.print(tabel)
