"""``gateway vindue``: planned windows, in which nothing is sent to a service of DFDG's and nobody is alarmed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from gateway.kommandoer import frigives, prognose
from gateway.kommandoer.faelles import Begrundelse, Json, Proev, hvem, koer, skriv_json, tidspunkt, ud
from gateway.ledger import frigivelsesvisning
from gateway.ledger.prognosevisning import i_ord, som_json

Nummer = Annotated[int, typer.Argument(help="The number that list shows.")]


def tilfoej(app: typer.Typer) -> None:
    """Adds the commands."""
    vindue = typer.Typer(no_args_is_help=True, help="Planned windows: services of DFDG's that are known to be away.")
    app.add_typer(vindue, name="vindue")

    @vindue.command()
    def planlaeg(
        til: Annotated[str, typer.Option(help="When it ends: a time with offset.")],
        tekst: Annotated[str, typer.Option(help="One sentence that the parties are told.")],
        fra: Annotated[str | None, typer.Option(help="When it begins (a time with offset); empty: now.")] = None,
        tjeneste: Annotated[
            list[str] | None, typer.Option(help="A DFDG service; more than one may be given, none: all.")
        ] = None,
        proev: Proev = False,
        begrundelse: Begrundelse = "",
        json_ud: Json = False,
    ) -> None:
        """Plan a window and tell the parties: from then on nothing is sent, and kvitteringer say `vindue`.

        The harm is foretold first, by the queue as it is now; with --proev nothing else happens.
        """
        from gateway.grundlag import nu

        slut_tid = tidspunkt("--til", til)
        start = nu() if fra is None else tidspunkt("--fra", fra)
        forudsagt = koer(lambda: _forudsig(slut_tid, tjeneste or []))
        if not json_ud:
            ud.print(i_ord(forudsagt))
        nummer = None
        if not proev:
            nummer = koer(
                lambda: _med_vinduer(
                    lambda v: v.planlaeg(start, slut_tid, tjeneste or [], tekst, hvem=hvem(), begrundelse=begrundelse)
                )
            )
        if json_ud:
            skriv_json({"vindue": nummer, "prognose": som_json(forudsagt)})
        elif nummer is not None:
            ud.print(f"vindue {nummer} er planlagt")

    @vindue.command("list")
    def vis(
        alle: Annotated[bool, typer.Option("--alle", help="Those that are over too.")] = False, json_ud: Json = False
    ) -> None:
        """Windows that are planned or open."""
        vinduer = koer(lambda: _med_vinduer(lambda v: v.alle(kun_aktuelle=not alle)))
        if json_ud:
            skriv_json(
                [
                    {
                        "vindue": v.id,
                        "tjenester": v.tjenester,
                        "fra": v.fra.isoformat(),
                        "til": v.ende.isoformat(),
                        "tekst": v.tekst,
                        "tilstand": v.meldt,
                    }
                    for v in vinduer
                ]
            )
            return
        tabel = Table("nr", "tjenester", "fra", "til", "tilstand", "tekst")
        for v in vinduer:
            navne = ", ".join(v.tjenester) or "alle"
            tabel.add_row(str(v.id), navne, f"{v.fra:%Y-%m-%d %H:%M}", f"{v.ende:%Y-%m-%d %H:%M}", v.meldt, v.tekst)
        ud.print(tabel)

    @vindue.command()
    def forlaeng(
        nummer: Nummer,
        til: Annotated[str, typer.Option(help="The new end: a time with offset.")],
        begrundelse: Begrundelse = "",
        json_ud: Json = False,
    ) -> None:
        """Move a window's planned end."""
        slut_tid = tidspunkt("--til", til)
        koer(lambda: _med_vinduer(lambda v: v.forlaeng(nummer, slut_tid, hvem=hvem(), begrundelse=begrundelse)))
        skriv_json({"vindue": nummer, "til": til}) if json_ud else ud.print(f"vindue {nummer} slutter {til}")

    @vindue.command()
    def slut(nummer: Nummer, proev: Proev = False, begrundelse: Begrundelse = "", json_ud: Json = False) -> None:
        """End a window now (its channels reopen in steps), or call off one that has not begun.

        What is left to drain is foretold first, and how it would be at the window's planned end; with --proev what would be
        sent is shown too, and nothing else happens.
        """
        from gateway.grundlag import nu

        aktuelle = {v.id: v for v in koer(lambda: _med_vinduer(lambda vinduer: vinduer.alle()))}
        v = aktuelle.get(nummer)
        tjenester = list(v.tjenester) if v is not None else []
        straks = koer(lambda: _forudsig(nu(), tjenester))
        senere = koer(lambda: _forudsig(v.ende, tjenester)) if v is not None else straks
        if not json_ud:
            ud.print(f"sluttes vinduet nu: {i_ord(straks)}\nsluttes det som planlagt: {i_ord(senere)}")
        frigivelse = None
        if proev:
            frigivelse = koer(lambda: _frigives(nummer))
        else:
            koer(lambda: _med_vinduer(lambda v: v.slut(nummer, hvem=hvem(), begrundelse=begrundelse)))
        if json_ud:
            tal = {"nu": som_json(straks), "planlagt": som_json(senere)}
            sendes = {"frigivelse": frigivelsesvisning.som_json(frigivelse)} if frigivelse is not None else {}
            skriv_json({"vindue": nummer, "tilstand": "uændret" if proev else "slut", "prognose": tal, **sendes})
        elif frigivelse is not None:
            frigives.vis(frigivelse)
        else:
            ud.print(f"vindue {nummer} er slut")


async def _forudsig(til: Any, tjenester: list[str]) -> Any:
    from gateway.drift import med_ledger

    return await med_ledger(lambda g: prognose.hent(g, til, tjenester))


async def _frigives(nummer: int) -> Any:
    from gateway.drift import med_ledger

    return await med_ledger(lambda g: g.betjening.frigivelser(hvem()).vindue(nummer))


async def _med_vinduer(arbejde: Callable[[Any], Awaitable[Any]]) -> Any:
    from gateway.drift import med_ledger
    from gateway.grundlag import nu
    from gateway.ledger.vinduer import Vinduer

    async def i_ledger(g: Any) -> Any:
        return await arbejde(Vinduer(g.pulje, g.noegler, g.miljoe, nu))

    return await med_ledger(i_ledger)
