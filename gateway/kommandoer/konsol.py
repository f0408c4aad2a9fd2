"""``gateway konsol``: a new one-time code for the console of the embedded default."""

from __future__ import annotations

from typing import Any

import typer

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""
    konsol = typer.Typer(no_args_is_help=True, help="The operators' console.")
    app.add_typer(konsol, name="konsol")

    @konsol.callback()
    def _() -> None:
        """The operators' console."""

    @konsol.command()
    def kode(json_ud: Json = False) -> None:
        """A one-time code that lets in for twelve hours, once; refused where an issuer of access is set, and in production."""
        from gateway.drift import hent_settings, med_ledger
        from gateway.grundlag import nu
        from gateway.konsol.adgang import Sessioner

        settings = hent_settings()
        if settings.produktion or settings.ops.oidc_issuer is not None:
            raise Betjeningsfejl(
                "one-time codes are for the embedded default: log in at the issuer (GATEWAY_OPS__OIDC_ISSUER)"
            )

        async def arbejde(g: Any) -> str:
            return await Sessioner(g.pulje, nu).ny_kode()

        ny = koer(lambda: med_ledger(arbejde))
        skriv_json({"kode": ny}) if json_ud else ud.print(ny)
