"""``gateway doctor``: in one screen, whether this installation can work."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud

_TEGN = {"ok": "[green]ok[/green]", "advarsel": "[yellow]advarsel[/yellow]", "fejl": "[red]fejl[/red]"}


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def doctor(
        foer_opgradering: Annotated[
            bool, typer.Option("--foer-opgradering", help="Also what should be so before this version is put in.")
        ] = False,
        principal: Annotated[
            str, typer.Option(help="Kafka principal of a party, {art} and {kode} filled in: its ACLs are looked at.")
        ] = "",
        gateway_principal: Annotated[str, typer.Option(help="Kafka principal of the gateway itself.")] = "User:gateway",
        json_ud: Json = False,
    ) -> None:
        """Whether this installation can work: certificates, Kafka, database, DFDG, code lists, clocks, disk.

        Exit code 0: it can (there may be warnings); 1: something does not work.
        """
        try:
            principal.format(art="akasse", kode="01")
        except (KeyError, IndexError, ValueError):
            raise Betjeningsfejl("--principal has {art} and {kode} filled in, nothing else") from None
        fund = koer(lambda: _undersoeg(foer_opgradering, principal, gateway_principal))
        daarlig = any(f.stand == "fejl" for f in fund)
        if json_ud:
            linjer = [{"emne": f.emne, "stand": f.stand, "tekst": f.tekst, "loesning": f.loesning} for f in fund]
            skriv_json({"ok": not daarlig, "fund": linjer})
        else:
            _vis(fund)
        raise SystemExit(1 if daarlig else 0)


async def _undersoeg(foer_opgradering: bool, principal: str, gateway_principal: str) -> list[Any]:
    from gateway.doktor import undersoeg
    from gateway.drift import fremdrift, hent_settings
    from gateway.indlejret import koerende, med_adresser, stak

    settings = hent_settings()
    se = partial(undersoeg, foer_opgradering=foer_opgradering, principal=principal, gateway_principal=gateway_principal)
    if (andens := koerende(settings)) is not None:
        return await se(med_adresser(settings, andens))
    if settings.database.url is not None:
        # What is wrong with the settings is told with the rest.
        return await se(settings)
    async with stak(settings, fremdrift, kun="database") as (med_database, _):
        return await se(med_database)


def _vis(fund: list[Any]) -> None:
    tabel = Table("", "hvad", "fund", "hvad hjælper", show_lines=False)
    for f in fund:
        tabel.add_row(_TEGN[f.stand], f.emne, escape(f.tekst), escape(f.loesning or ""))
    ud.print(tabel)
    antal = {s: sum(f.stand == s for f in fund) for s in ("fejl", "advarsel")}
    ud.print("alt er i orden" if not any(antal.values()) else f"{antal['fejl']} fejl, {antal['advarsel']} advarsler")
