"""``gateway spaerring``: kinds of registrations that are held back because DFDG refused them again and again."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.kommandoer import frigives
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    spaerring = typer.Typer(no_args_is_help=True, help="Kinds of registrations that DFDG refused again and again.")
    app.add_typer(spaerring, name="spaerring")

    @spaerring.command("list")
    def vis(
        alle: Annotated[bool, typer.Option("--alle", help="Lifted ones too.")] = False, json_ud: Json = False
    ) -> None:
        """What is held back: the kind, DFDG's code, how many were refused and how many wait."""
        from gateway.drift import med_ledger

        async def arbejde(g: Any) -> Any:
            return await g.betjening.spaerringer.alle(kun_gaeldende=not alle)

        raekker = koer(lambda: med_ledger(arbejde))
        if json_ud:
            skriv_json(raekker)
            return
        tabel = Table("nr", "tjeneste", "a-kasse", "art", "DFDG's kode", "afviste", "venter", "siden", "ophævet")
        for r in raekker:
            tabel.add_row(
                str(r["id"]), r["tjeneste"], r["akassekode"] or "alle", r["art"], r["kode"], str(r["afviste"]),
                str(r["holdt"]), f"{r['siden']:%Y-%m-%d %H:%M}", f"{r['ophaevet']:%Y-%m-%d %H:%M}" if r["ophaevet"] else "",
            )  # fmt: skip
        ud.print(tabel)

    @spaerring.command()
    def ophaev(
        nummer: Annotated[int, typer.Argument(help="The number that list shows.")],
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Send the kind again: what waits, and what had stopped before the block, is decided anew, in order."""
        from gateway.drift import med_ledger

        if proev:
            frigives.proev("spaerring", nummer, json_ud=json_ud)
            return

        async def arbejde(g: Any) -> Any:
            hvem_ = hvem()
            return await g.betjening.spaerringer.ophaev(nummer, g.operatoer(hvem_), hvem_, begrundelse)

        antal = koer(lambda: med_ledger(arbejde))
        skriv_json({"spaerring": nummer, "optaget": antal}) if json_ud else ud.print(f"{antal} hændelser tages op igen")
