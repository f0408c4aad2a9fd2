"""``gateway karantaene``: a publisher's wrong batch is held back until somebody has looked."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.kommandoer import frigives
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, tidspunkt, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    karantaene = typer.Typer(no_args_is_help=True, help="Events of one source that are held back.")
    app.add_typer(karantaene, name="karantaene")

    @karantaene.command()
    def saet(
        kilde: Annotated[str, typer.Option(help="The events' source, e.g. /akasse/01/loen.")],
        fra: Annotated[str, typer.Option(help="Told from this time on (with offset).")],
        til: Annotated[str | None, typer.Option(help="Told until this time; empty: also those to come.")] = None,
        type_: Annotated[str | None, typer.Option("--type", help="Only this event type.")] = None,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Hold events back by source, type and the time they were told; each citizen's order stays."""
        from gateway.drift import med_ledger

        tider = tidspunkt("--fra", fra), tidspunkt("--til", til) if til else None

        async def arbejde(g: Any) -> Any:
            karantaener = g.betjening.karantaener(hvem())
            if proev:
                return None, await karantaener.proev(kilde, type_, *tider)
            return await karantaener.saet(kilde, type_, *tider, begrundelse)

        nummer, ramt = koer(lambda: med_ledger(arbejde))
        if json_ud:
            skriv_json(
                {"karantaene": nummer, "holdt": ramt.holdt, "undervejs": ramt.undervejs, "endelige": ramt.endelige}
            )
            return
        ud.print(
            f"karantæne {nummer}: {ramt.holdt} hændelser holdes, {ramt.undervejs} er undervejs til DFDG, "
            f"{ramt.endelige} er endelige og rettes af udgiveren"
        )

    @karantaene.command("list")
    def vis(
        alle: Annotated[bool, typer.Option("--alle", help="Ended ones too.")] = False, json_ud: Json = False
    ) -> None:
        """Quarantines and how many open events each holds."""
        from gateway.drift import med_ledger

        async def arbejde(g: Any) -> Any:
            return await g.betjening.karantaener(hvem()).alle(kun_gaeldende=not alle)

        raekker = koer(lambda: med_ledger(arbejde))
        if json_ud:
            skriv_json(raekker)
            return
        tabel = Table("nr", "kilde", "type", "fra", "til", "holdt", "udfald", "begrundelse")
        for r in raekker:
            tabel.add_row(
                *(str(r[n] or "") for n in ("id", "kilde", "type", "fra", "til", "holdt", "udfald", "begrundelse"))
            )
        ud.print(tabel)

    @karantaene.command()
    def ophaev(
        nummer: Annotated[int, typer.Argument(help="The number that list shows.")],
        spring_over: Annotated[bool, typer.Option("--spring-over", help="Give the events up instead.")] = False,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """End a quarantine: its events are decided as if they had never been held, or given up."""
        from gateway.drift import med_ledger

        if proev:
            frigives.proev("karantaene", nummer, spring_over=spring_over, json_ud=json_ud)
            return

        async def arbejde(g: Any) -> Any:
            return await g.betjening.karantaener(hvem()).ophaev(
                nummer, g.operatoer(hvem()), begrundelse, spring_over=spring_over
            )

        antal = koer(lambda: med_ledger(arbejde))
        handling = "opgivet" if spring_over else "frigivet"
        skriv_json({"karantaene": nummer, handling: antal}) if json_ud else ud.print(f"{antal} hændelser {handling}")
