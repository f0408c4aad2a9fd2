"""``gateway tvivl``: registrations of which nobody knows whether DFDG has them, and settling one by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    tvivl = typer.Typer(no_args_is_help=True, help="Registrations in doubt: sent, and no answer that tells.")
    app.add_typer(tvivl, name="tvivl")

    @tvivl.command("list")
    def vis(json_ud: Json = False) -> None:
        """What is in doubt, oldest first, and from when on it may be settled by hand."""
        from gateway.drift import med_ledger

        liste = koer(lambda: med_ledger(lambda g: g.betjening.afklaring(hvem()).alle()))
        if json_ud:
            skriv_json([asdict(t) for t in liste])
            return
        tabel = Table("nr", "borger", "part", "operation", "sidst sendt", "kan afklares fra", "svar", "forsøg")
        for t in liste:
            tabel.add_row(
                str(t.registrering), t.pseudonym, t.part, f"{t.tjeneste}.{t.operation}", str(t.sidst_sendt or ""),
                str(t.tidligst or ""), t.sidste_kode or "", str(t.forsoeg),
            )  # fmt: skip
        ud.print(tabel)

    @tvivl.command()
    def afklar(
        nummer: Annotated[int, typer.Argument(help="The number that list shows.")],
        findes: Annotated[
            bool | None, typer.Option("--findes/--findes-ikke", help="DFDG has it, or lacks it (it is sent again).")
        ] = None,
        bevis: Annotated[str, typer.Option(help="Where that was seen; kept with the act.")] = "",
        registreringsid: Annotated[str | None, typer.Option(help="DFDG's own id of it, where it is known.")] = None,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Say what became of a registration, after looking at DFDG."""
        from gateway.drift import med_ledger

        if findes is None:
            raise Betjeningsfejl("say --findes or --findes-ikke: what DFDG shows")
        if proev:
            s = koer(lambda: med_ledger(lambda g: g.betjening.afklaring(hvem()).proev(nummer, findes=findes)))
            skriv_json(s) if json_ud else ud.print_json(data=s, default=str)
            return
        koer(
            lambda: med_ledger(
                lambda g: g.betjening.afklaring(hvem()).afklar(
                    nummer, findes=findes, bevis=bevis, begrundelse=begrundelse, registrerings_id=registreringsid
                )
            )
        )
        skriv_json({"afklaret": nummer, "findes": findes}) if json_ud else ud.print(f"{nummer} er afklaret")
