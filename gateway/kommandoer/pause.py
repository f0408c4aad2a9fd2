"""``gateway pause``: sending is paused for an a-kasse, a DFDG service or one citizen's lane; and reopening in steps."""

from __future__ import annotations

from typing import Annotated, cast

import typer
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer import frigives
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, ud
from gateway.ledger.pauser import Art


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    pause = typer.Typer(no_args_is_help=True, help="Sending that operators have paused.")
    app.add_typer(pause, name="pause")

    @pause.command()
    def saet(
        akasse: Annotated[str | None, typer.Option(help="Everything of this a-kasse (its code).")] = None,
        tjeneste: Annotated[str | None, typer.Option(help="Everything to this DFDG service.")] = None,
        borger: Annotated[str | None, typer.Option(help="One citizen's lane (the pseudonym).")] = None,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Send nothing more until it is lifted; what is in the air is finished."""
        from gateway.drift import med_ledger

        valgt = [(a, v) for a, v in (("akasse", akasse), ("tjeneste", tjeneste), ("borger", borger)) if v]
        if len(valgt) != 1:
            raise Betjeningsfejl("give one of --akasse, --tjeneste, --borger")
        art, vaerdi = cast(Art, valgt[0][0]), valgt[0][1]
        if proev:
            antal = koer(lambda: med_ledger(lambda g: g.betjening.pauser(hvem()).proev(art, vaerdi)))
            skriv_json({"holdt": antal}) if json_ud else ud.print(f"{antal} borgeres registreringer ville vente")
            return
        nr = koer(lambda: med_ledger(lambda g: g.betjening.pauser(hvem()).saet(art, vaerdi, begrundelse)))
        skriv_json({"pause": nr}) if json_ud else ud.print(f"pause {nr}: {art} {vaerdi}")

    @pause.command("list")
    def vis(
        alle: Annotated[bool, typer.Option("--alle", help="Lifted ones too.")] = False, json_ud: Json = False
    ) -> None:
        """What is paused, by whom and why, and how many citizens' registrations wait."""
        from gateway.drift import med_ledger

        raekker = koer(lambda: med_ledger(lambda g: g.betjening.pauser(hvem()).alle(kun_gaeldende=not alle)))
        if json_ud:
            skriv_json(raekker)
            return
        tabel = Table("nr", "hvad", "værdi", "siden", "holdt", "hvem", "begrundelse", "ophævet")
        for r in raekker:
            tabel.add_row(*(str(r[n] or "") for n in ("id", "art", "vaerdi", "siden")), str(r["holdt"]),
                          *(str(r[n] or "") for n in ("hvem", "begrundelse", "ophaevet")))  # fmt: skip
        ud.print(tabel)

    @pause.command()
    def ophaev(
        nummer: Annotated[int, typer.Argument(help="The number that list shows.")],
        straks: Annotated[bool, typer.Option("--straks", help="All at once instead of in steps.")] = False,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Send again; the channels reopen in steps: one lane, ten, a tenth of what waits, all."""
        from gateway.drift import med_ledger

        if proev:
            frigives.proev("pause", nummer, trinvis=not straks, json_ud=json_ud)
            return
        kanaler = koer(
            lambda: med_ledger(lambda g: g.betjening.pauser(hvem()).ophaev(nummer, begrundelse, trinvis=not straks))
        )
        skriv_json({"ophaevet": nummer, "genaabnes": kanaler}) if json_ud else ud.print(f"pause {nummer} er ophævet")

    @pause.command()
    def genaabn(
        tjeneste: Annotated[str, typer.Option(help="A DFDG service.")],
        akasse: Annotated[str | None, typer.Option(help="Only under this a-kasse's certificate.")] = None,
        begrundelse: Begrundelse = "",
        proev: Proev = False,
        json_ud: Json = False,
    ) -> None:
        """Begin to reopen a service's channels in steps now, whatever the breaker says."""
        from gateway.drift import med_ledger

        if proev:
            frigives.proev("genaabn", tjeneste, akasse, json_ud=json_ud)
            return
        kanaler = koer(lambda: med_ledger(lambda g: g.betjening.pauser(hvem()).genaabn(tjeneste, akasse, begrundelse)))
        skriv_json({"genaabnes": kanaler}) if json_ud else ud.print(f"{len(kanaler)} kanaler genåbnes trinvis")
