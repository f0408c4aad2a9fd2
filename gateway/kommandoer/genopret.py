"""``gateway genopret``: the database was restored to an earlier time; what may have been sent since is read back first."""

from __future__ import annotations

from typing import Any

import typer

from gateway.kommandoer.faelles import Begrundelse, Json, hvem, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def genopret(begrundelse: Begrundelse = "", json_ud: Json = False) -> None:
        """Begin a new incarnation of the ledger: give it after restoring the database, before `serve`.

        The gateway notices most restores and failovers by itself; this says it for certain.
        """
        from gateway.drift import med_ledger
        from gateway.grundlag import nu
        from gateway.ledger.inkarnation import Inkarnationer

        async def ingen() -> dict[tuple[str, int], int]:
            return {}

        async def nul() -> int:
            return 0

        async def arbejde(g: Any) -> int:
            return await Inkarnationer(g.pulje, nu, ingen, ingen, nul).begynd(hvem(), begrundelse)

        nr = koer(lambda: med_ledger(arbejde))
        skriv_json({"inkarnation": nr}) if json_ud else ud.print(
            f"inkarnation {nr} er begyndt; intet sendes, før `serve` har læst, hvor langt topics når"
        )
