"""``gateway status``: how the installation stands, once or again and again."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table

from gateway.errors import Betjeningsfejl
from gateway.kommandoer import koder
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud


def tilfoej(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def status(
        watch: Annotated[bool, typer.Option("--watch", help="Go on showing it, until Ctrl-C.")] = False,
        hvert: Annotated[float, typer.Option(help="Seconds between two showings.")] = 5.0,
        json_ud: Json = False,
    ) -> None:
        """How the installation stands: events, channels, what is in doubt, stopped or unsent, the age of code lists.

        With --watch and --json: one line of JSON for each showing.
        """
        from gateway.drift import med_ledger

        if hvert <= 0:
            raise Betjeningsfejl("--hvert is more than 0 seconds")

        async def arbejde(g: Any) -> None:
            if watch:
                await _bliv_ved(lambda: hent(g), hvert, json_ud)
            elif json_ud:
                skriv_json(await hent(g))
            else:
                ud.print(vis(await hent(g)))

        try:
            koer(lambda: med_ledger(arbejde))
        except KeyboardInterrupt:
            raise SystemExit(0) from None


async def hent(g: Any) -> dict[str, Any]:
    """What the command shows."""
    from gateway.grundlag import nu
    from gateway.ledger import opslag

    return {**await opslag.status(g.pulje), "kodelister": await koder.korte_tal(g, nu())}


async def _bliv_ved(hent_nu: Callable[[], Awaitable[dict[str, Any]]], hvert: float, json_ud: bool) -> None:
    """Shows it until Ctrl-C: what is being asked then is waited for, not cut off in the middle of a query. A second Ctrl-C ends at
    once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def slut() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    async def igen(vis_: Callable[[dict[str, Any]], None]) -> None:
        while not stop.is_set():
            vis_(await hent_nu())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), hvert)

    def linje(s: dict[str, Any]) -> None:
        skriv_json(s)
        ud.file.flush()

    loop.add_signal_handler(signal.SIGINT, slut)
    if json_ud:
        await igen(linje)
        return
    with Live(console=ud, screen=ud.is_terminal, auto_refresh=False) as skaerm:
        await igen(lambda s: skaerm.update(vis(s), refresh=True))


def vis(s: dict[str, Any]) -> RenderableType:
    """For people."""
    tabel = Table("tilstand", "status", "antal", title="Hændelser")
    for r in s["haendelser"]:
        tabel.add_row(r["tilstand"], r["status"] or "", str(r["antal"]))
    u = s["undervejs"]
    linjer = [
        f"undervejs: {u['hoved']} hoveder, {u['venter']} parkerede, ældste {u['aeldste'] or '-'}",
        f"i tvivl: {s['iTvivl']} · stoppede: {s['doedbreve']} · usendte beskeder: {s['udbakke']}",
    ]
    if s["modtagelsePauset"]:
        linjer.append(
            f"modtagelsen er sat på pause: {s['modtagelsePauset']}; Kafka gemmer det ulæste, til der er plads"
        )
    if s["fejloprettede"]:
        linjer.append(f"fejloprettede markeringer (V10): {s['fejloprettede']}")
    for b in s["topicbrud"]:
        andet = "et andet topic af samme navn, læst fra begyndelsen"
        hvad = "slettet før det blev læst" if b["aarsag"] == "slettet" else andet
        linjer.append(f"[red]{b['topic']}-{b['partition']}: {b['fra']} til {b['til']}, {hvad} ({b['opdaget']})[/red]")
    for v in s["vinduer"]:
        linjer.append(
            f"vindue {v['id']} ({v['meldt']}): {', '.join(v['tjenester']) or 'alle'}, {v['fra']} til {v['til']}"
        )
    for x in s["spaerringer"]:
        linjer.append(
            f"[red]spærring {x['id']}: {x['tjeneste']} {x['art']}, DFDG's kode {x['kode']}, siden {x['siden']}[/red]"
        )
    for x in s["karantaener"]:
        linjer.append(f"karantæne {x['id']}: {x['kilde']} {x['type'] or 'alle typer'}")
    linjer.append(koder.vis_korte_tal(s["kodelister"]))
    linjer += [
        f"{k['tjeneste']} som {k['akassekode']}: {k['tilstand']} siden {k['siden']}, {k['ventende']} venter"
        for k in s["kanaler"]
    ]
    return Group(tabel, *linjer)
