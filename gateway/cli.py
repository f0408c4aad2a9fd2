"""The command line. Each command prints for people; with ``--json`` it prints for machines."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.errors import Betjeningsfejl, GatewayFejl, MidlertidigFejl
from gateway.kommandoer import (
    dfdgbeskeder,
    dlq,
    doktor,
    genopret,
    genudsend,
    karantaene,
    koder,
    konsol,
    logbog,
    pause,
    proev,
    prognose,
    regime,
    spaerring,
    statistik,
    status,
    tvivl,
    vindue,
)
from gateway.kommandoer.faelles import Json, koer, skriv_json, ud

# Typer's own tracebacks print local variables, and those can hold anything that was received.
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gateway between Danish a-kasser, jobcentres and DFDG.",
)
for _kommando in (
    dfdgbeskeder,
    dlq,
    doktor,
    genopret,
    genudsend,
    karantaene,
    koder,
    konsol,
    logbog,
    pause,
    proev,
    prognose,
    regime,
    spaerring,
    statistik,
    status,
    tvivl,
    vindue,
):
    _kommando.tilfoej(app)

_fejl = Console(stderr=True)


def main() -> None:
    """The console script. A refusal is one sentence on stderr and exit code 2; 3 when what the gateway depends on is away."""
    try:
        app()
    except GatewayFejl as fejl:
        _fejl.print(f"[red]{fejl.kode}[/red]: {escape(str(fejl))}", highlight=False, soft_wrap=True)
        raise SystemExit(3 if isinstance(fejl, MidlertidigFejl) else 2) from None


# --- running ----------------------------------------------------------------------------------------


@app.command()
def serve(
    roles: Annotated[
        str, typer.Option(help="Comma-separated: consume,deliver,publish,hooks,ops.")
    ] = "consume,deliver,publish,hooks,ops",
    json_ud: Json = False,
) -> None:
    """Run the gateway until Ctrl-C or SIGTERM. What is not set (Kafka, PostgreSQL, DFDG) is started embedded."""
    from gateway.app import ROLLER
    from gateway.drift import serve as kald

    roller = [r.strip() for r in roles.split(",")]
    if ukendte := sorted(set(roller) - set(ROLLER)):
        raise Betjeningsfejl(
            f"--roles: there is no {', '.join(ukendte) or 'empty role'}; there are {', '.join(ROLLER)}"
        )
    raise SystemExit(koer(lambda: kald(roller, json_ud)))


@app.command()
def demo(
    members: Annotated[int | None, typer.Option(help="Generate this many members instead of the told stories.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated month.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running until Ctrl-C.")] = False,
    json_ud: Json = False,
) -> None:
    """Start everything embedded, tell members' courses, and compare what DFDG got with what the law says."""
    from gateway.demo import demo as kald

    raise SystemExit(koer(lambda: kald(members, seed, json_ud, keep)))


@app.command()
def migrate(json_ud: Json = False) -> None:
    """Bring the database's schema up to this version."""
    from gateway.drift import migrate as kald

    nye = koer(kald)
    skriv_json({"koert": nye}) if json_ud else ud.print("\n".join(nye) or "nothing to do")


@app.command()
def topics(
    akasse: Annotated[str, typer.Option(help="Comma-separated a-kasse codes.")] = "",
    jobcenter: Annotated[str, typer.Option(help="Comma-separated kommune codes.")] = "",
    principal: Annotated[
        str, typer.Option(help="Kafka principal of a party, {art} and {kode} filled in; empty: no ACLs.")
    ] = "",
    gateway_principal: Annotated[str, typer.Option(help="Kafka principal of the gateway itself.")] = "User:gateway",
    json_ud: Json = False,
) -> None:
    """Create the parties' topics and gateway.dlq.v1, with ACLs that keep each party to its own."""
    from gateway.drift import topics as kald

    parter = [("akasse", k) for k in akasse.split(",") if k] + [("jobcenter", k) for k in jobcenter.split(",") if k]
    svar = koer(lambda: kald(parter, principal, gateway_principal))
    if json_ud:
        skriv_json(svar)
        return
    ud.print(f"{len(svar['topics'])} topics created, {svar['acl']} ACLs set")


@app.command()
def sandbox(
    listen: Annotated[str, typer.Option(help="host:port of the service.")] = "127.0.0.1:0",
    admin: Annotated[str, typer.Option(help="host:port of the admin API (plain HTTP).")] = "127.0.0.1:0",
    abonner: Annotated[
        list[str] | None, typer.Option(help="Who gets its messages where: akasse:01=https://host:port#60010,90000")
    ] = None,
    json_ud: Json = False,
) -> None:
    """Run the stand-in DFDG alone, with certificates from a local test CA, until Ctrl-C."""
    from gateway.drift import sandkasse as kald

    raise SystemExit(koer(lambda: kald(listen, admin, abonner or (), json_ud)))


@app.command()
def contracts(json_ud: Json = False) -> None:
    """Write the JSON Schemas and the AsyncAPI document from the contracts."""
    from contracts.schema import skriv

    filer = [str(sti) for sti in skriv()]
    skriv_json({"filer": filer}) if json_ud else ud.print("\n".join(filer), soft_wrap=True)


# --- looking ----------------------------------------------------------------------------------------


@app.command()
def citizen(
    pseudonym: Annotated[str, typer.Argument(help="Key and subject of the messages out.")], json_ud: Json = False
) -> None:
    """One citizen's lane: event, rule, registration, kvittering."""
    from gateway.drift import med_ledger
    from gateway.ledger import opslag

    s = koer(lambda: med_ledger(lambda g: opslag.borger(g.pulje, g.noegler, pseudonym)))
    if json_ud:
        skriv_json(s)
        return
    tabel = Table(title=f"Borger {pseudonym}")
    for navn in ("hændelse", "regel", "tilstand", "status", "registreringer"):
        tabel.add_column(navn)
    for h in s["haendelser"]:
        registreringer = "\n".join(
            f"{r['tjeneste']}.{r['operation']}: {r['fase']} ({r['forsoeg']})" for r in h["registreringer"]
        )
        tabel.add_row(
            h["type"] or "?", h["regel"] or "", h["tilstand"], h["status"] or h["fejlkode"] or "", registreringer
        )
    ud.print(tabel)


__all__ = ["app", "main"]
